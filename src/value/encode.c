/*
 * src/value/encode.c
 *		A Datum -> a typed value for the server: itself, or one end of an interval.
 *
 * The inverse of decode.c.  The ordered types work on steps (encode_int.h): the
 * rows that compare with a value as asked are those from one step to another,
 * and a value that the remote type has is a step of its own.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "encode_int.h"

#define SET(name)	(UINT64CONST(1) << (name))

#define INTEGERS \
	(SET(SQLTYPE_BIT) | SET(SQLTYPE_TINYINT) | SET(SQLTYPE_SMALLINT) | SET(SQLTYPE_INT) | \
	 SET(SQLTYPE_BIGINT))
#define EXACT_NUMBERS \
	(INTEGERS | SET(SQLTYPE_SMALLMONEY) | SET(SQLTYPE_MONEY) | SET(SQLTYPE_DECIMAL))
#define FLOATS \
	(SET(SQLTYPE_REAL) | SET(SQLTYPE_FLOAT))
#define NUMBERS \
	(EXACT_NUMBERS | FLOATS)
#define DAYS \
	(SET(SQLTYPE_DATE) | SET(SQLTYPE_SMALLDATETIME) | SET(SQLTYPE_DATETIME) | SET(SQLTYPE_DATETIME2))
#define CHARACTERS \
	(SET(SQLTYPE_CHAR) | SET(SQLTYPE_VARCHAR) | SET(SQLTYPE_NCHAR) | SET(SQLTYPE_NVARCHAR) | \
	 SET(SQLTYPE_TEXT) | SET(SQLTYPE_NTEXT) | SET(SQLTYPE_XML) | SET(SQLTYPE_JSON))
#define BYTES \
	(SET(SQLTYPE_BINARY) | SET(SQLTYPE_VARBINARY) | SET(SQLTYPE_IMAGE) | SET(SQLTYPE_ROWVERSION))

typedef struct EncodeRow
{
	Oid			local;
	SqlType		natural;
	uint64		remote;			/* the types as which it is sent */
	uint64		holds;			/* those of them that have all its values */
	bool		ordered;		/* by steps */
} EncodeRow;

static const EncodeRow rows[] = {
	{BOOLOID, {SQLTYPE_BIT}, SET(SQLTYPE_BIT), SET(SQLTYPE_BIT), true},
	{INT2OID, {SQLTYPE_SMALLINT}, EXACT_NUMBERS,
	SET(SQLTYPE_SMALLINT) | SET(SQLTYPE_INT) | SET(SQLTYPE_BIGINT), true},
	{INT4OID, {SQLTYPE_INT}, EXACT_NUMBERS, SET(SQLTYPE_INT) | SET(SQLTYPE_BIGINT), true},
	{INT8OID, {SQLTYPE_BIGINT}, EXACT_NUMBERS, SET(SQLTYPE_BIGINT), true},
	{NUMERICOID, {SQLTYPE_DECIMAL, 0, 38, TMF_SCALE_OF_VALUE}, EXACT_NUMBERS, 0, true},
	{FLOAT4OID, {SQLTYPE_REAL}, FLOATS, 0, true},
	{FLOAT8OID, {SQLTYPE_FLOAT}, FLOATS, 0, true},
	{DATEOID, {SQLTYPE_DATE}, DAYS, 0, true},
	{TIMEOID, {SQLTYPE_TIME, 0, 0, 6}, SET(SQLTYPE_TIME), 0, true},
	{TIMESTAMPOID, {SQLTYPE_DATETIME2, 0, 0, 6}, DAYS, 0, true},
	{TIMESTAMPTZOID, {SQLTYPE_DATETIMEOFFSET, 0, 0, 6}, SET(SQLTYPE_DATETIMEOFFSET), 0, true},
	{UUIDOID, {SQLTYPE_UNIQUEIDENTIFIER}, SET(SQLTYPE_UNIQUEIDENTIFIER),
	SET(SQLTYPE_UNIQUEIDENTIFIER), false},
	{TEXTOID, {SQLTYPE_NVARCHAR, SQLTYPE_MAX}, CHARACTERS, CHARACTERS, false},
	{VARCHAROID, {SQLTYPE_NVARCHAR, SQLTYPE_MAX}, CHARACTERS, CHARACTERS, false},
	{BPCHAROID, {SQLTYPE_NVARCHAR, SQLTYPE_MAX}, CHARACTERS, CHARACTERS, false},
	{BYTEAOID, {SQLTYPE_VARBINARY, SQLTYPE_MAX}, BYTES, BYTES, false},
};

static const EncodeRow *
find_row(Oid local)
{
	size_t		i;

	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].local == local)
			return &rows[i];
	}
	return NULL;
}

static bool
is_in(const SqlType *type, uint64 set)
{
	return (SET(type->name) & set) != 0;
}

bool
tmf_encode_natural(Oid local, SqlType *as)
{
	const EncodeRow *row = find_row(local);

	if (row == NULL)
		return false;
	*as = row->natural;
	return true;
}

bool
tmf_encode_travels(Oid local, const SqlType *as)
{
	const EncodeRow *row = find_row(local);

	return row != NULL && is_in(as, row->remote);
}

bool
tmf_encode_orders(Oid local, const SqlType *as)
{
	return tmf_encode_travels(local, as) && find_row(local)->ordered &&
		as->scale != TMF_SCALE_OF_VALUE;
}

bool
tmf_encode_holds(Oid local, const SqlType *as)
{
	return tmf_encode_travels(local, as) && is_in(as, find_row(local)->holds);
}

/* 100 ns are too many for microseconds. */
bool
tmf_encode_single(Oid local, const SqlType *as)
{
	return tmf_encode_travels(local, as) &&
		!(as->scale == 7 && is_in(as, SET(SQLTYPE_TIME) | SET(SQLTYPE_DATETIME2) |
								  SET(SQLTYPE_DATETIMEOFFSET)));
}

static TmfStep
clamp(TmfStep step, const TmfSteps *steps)
{
	return step < steps->first ? steps->first : step > steps->last ? steps->last + 1 : step;
}

/* Afterwards from and above are between first and last + 1; equal: no remote value is value. */
static void
find_steps(Datum value, Oid local, const SqlType *as, TmfSteps *steps)
{
	if (is_in(as, NUMBERS))
		tmf_number_steps(value, local, as, steps);
	else
		tmf_moment_steps(value, local, as, steps);
	steps->from = clamp(steps->from, steps);
	steps->above = clamp(steps->above, steps);
}

/* From *low to *high; none: *low is greater. */
static void
qualifying(const TmfSteps *steps, int strategy, TmfStep *low, TmfStep *high)
{
	*low = steps->first;
	*high = steps->last;
	if (strategy == BTEqualStrategyNumber || strategy == BTGreaterEqualStrategyNumber)
		*low = steps->from;
	if (strategy == BTGreaterStrategyNumber)
		*low = steps->above;
	if (strategy == BTEqualStrategyNumber || strategy == BTLessEqualStrategyNumber)
		*high = steps->above - 1;
	if (strategy == BTLessStrategyNumber)
		*high = steps->from - 1;
}

void
tmf_encode_interval(Datum value, Oid local, const SqlType *as, int strategy,
					TmfInterval *interval)
{
	TmfSteps	steps;
	TmfStep		low;
	TmfStep		high;

	find_steps(value, local, as, &steps);
	qualifying(&steps, strategy, &low, &high);
	interval->empty = low > high;
	interval->low = low > steps.first;
	interval->high = high < steps.last;
	interval->single = low == high;
}

/* as, with the decimals that the value needs.  False: a decimal does not have them all. */
static bool
settle_scale(Datum value, bool isnull, SqlType *as)
{
	if (as->scale != TMF_SCALE_OF_VALUE)
		return true;
	as->scale = 0;
	return isnull || tmf_number_scale(value, &as->scale);
}

bool
tmf_encode_represents(Datum value, Oid local, const SqlType *as)
{
	const EncodeRow *row = find_row(local);
	SqlType		declared = *as;
	TmfSteps	steps;

	if (row == NULL || !is_in(as, row->remote) || !settle_scale(value, false, &declared))
		return false;
	if (!row->ordered)
		return true;
	find_steps(value, local, &declared, &steps);
	return steps.from < steps.above;
}

static void
raise_unrepresented(Datum value, Oid local, const SqlType *as)
{
	char		declared[SQLTYPE_TEXT_MAX];
	Oid			output;
	bool		varlena;

	sqltype_format(as, declared);
	getTypeOutputInfo(local, &output, &varlena);
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value %s cannot be sent to the remote server as %s",
					OidOutputFunctionCall(output, value), declared)));
}

/* The step to be sent. */
static TmfStep
choose_step(Datum value, Oid local, const SqlType *as, TmfBound bound)
{
	TmfSteps	steps;
	TmfStep		low;
	TmfStep		high;

	find_steps(value, local, as, &steps);
	if (bound == TMF_BOUND_VALUE)
	{
		if (steps.from >= steps.above)
			raise_unrepresented(value, local, as);
		return steps.from;
	}
	qualifying(&steps, bound / 2, &low, &high);
	if (low > high)
	{
		low = steps.last;
		high = steps.first;
	}
	return bound == TMF_BOUND_LOW(bound / 2) ? low : high;
}

/* Sets type as well where there is no value. */
static void
write_step(TmfStep step, const SqlType *as, WireParameter *parameter)
{
	if (is_in(as, NUMBERS))
		tmf_number_write(step, as, parameter);
	else
		tmf_moment_write(step, as, parameter);
}

void
tmf_encode(Datum value, bool isnull, Oid local, const SqlType *as, TmfBound bound,
		   WireParameter *parameter)
{
	const EncodeRow *row = find_row(local);

	if (row == NULL || !is_in(as, row->remote) || (bound != TMF_BOUND_VALUE && !row->ordered))
		elog(ERROR, "type %s does not travel so", format_type_be(local));
	memset(parameter, 0, sizeof(*parameter));
	if (!row->ordered)
	{
		tmf_string_write(value, isnull, local, as, parameter);
		return;
	}
	parameter->declared = *as;
	if (!settle_scale(value, isnull, &parameter->declared))
		raise_unrepresented(value, local, &parameter->declared);
	if (!isnull)
	{
		write_step(choose_step(value, local, &parameter->declared, bound), &parameter->declared,
				   parameter);
		return;
	}
	write_step(0, &parameter->declared, parameter);
	parameter->value = NULL;
	parameter->length = 0;
}

/* False: no remote value is equal to it. */
static bool
element_text(Datum value, const EncodeRow *row, const SqlType *as, StringInfo text)
{
	TmfSteps	steps;

	resetStringInfo(text);
	if (!row->ordered)
	{
		tmf_string_text(value, row->local, text);
		return true;
	}
	find_steps(value, row->local, as, &steps);
	if (steps.from >= steps.above)
		return false;
	if (is_in(as, NUMBERS))
		tmf_number_text(steps.from, as, text);
	else
		tmf_moment_text(steps.from, as, text);
	return true;
}

void
tmf_encode_array(Datum array, bool isnull, Oid local, const SqlType *as, WireParameter *parameter)
{
	const EncodeRow *row = find_row(local);
	StringInfoData json;
	StringInfoData text;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int			length;
	int			i;
	int16		typlen;
	bool		typbyval;
	char		typalign;

	if (row == NULL || !is_in(as, row->remote) || as->scale == TMF_SCALE_OF_VALUE)
		elog(ERROR, "an array of type %s does not travel so", format_type_be(local));
	memset(parameter, 0, sizeof(*parameter));
	parameter->type = WIRE_TYPE_TEXT;
	parameter->declared = (SqlType) {.name = SQLTYPE_NVARCHAR, .length = SQLTYPE_MAX};
	if (isnull)
		return;
	get_typlenbyvalalign(local, &typlen, &typbyval, &typalign);
	deconstruct_array(DatumGetArrayTypeP(array), local, typlen, typbyval, typalign,
					  &values, &nulls, &count);
	initStringInfo(&json);
	initStringInfo(&text);
	for (i = 0; i < count; i++)
	{
		if (!nulls[i] && !element_text(values[i], row, as, &text))
			continue;
		appendStringInfoChar(&json, json.len == 0 ? '[' : ',');
		if (nulls[i])
			appendStringInfoString(&json, "null");
		else
			escape_json(&json, text.data);
	}
	appendStringInfoString(&json, json.len == 0 ? "[]" : "]");
	length = json.len;
	parameter->value = tmf_string_utf8(json.data, &length);
	parameter->length = length;
}
