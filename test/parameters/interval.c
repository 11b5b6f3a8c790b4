/*
 * test/parameters/interval.c
 *		The encoders of src/value, asked from SQL: a module for tests alone.
 *
 * probe_interval() takes a value and a remote type and tries remote values, near
 * the one asked for, at the ends of the type and anywhere: between the ends that
 * the encoders give must be exactly those of which the decoders make a value
 * that PostgreSQL's own comparison finds to compare as asked.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "encode_int.h"
#include "value/decode.h"

PG_MODULE_MAGIC;

extern Datum probe_interval(PG_FUNCTION_ARGS);
extern Datum probe_value(PG_FUNCTION_ARGS);
extern Datum probe_array(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(probe_interval);
PG_FUNCTION_INFO_V1(probe_value);
PG_FUNCTION_INFO_V1(probe_array);

#define NEAR	4

typedef struct Probe
{
	Datum		value;			/* of type compared */
	Oid			compared;
	PGFunction	compare;
	SqlType		as;
	bool		number;
	TmfDecoder	decoder;
	WireParameter low[BTMaxStrategyNumber + 1];
	WireParameter high[BTMaxStrategyNumber + 1];
	TmfInterval interval[BTMaxStrategyNumber + 1];
	uint64		random;
	char	   *problem;
} Probe;

static const char *const operators[] = {NULL, "<", "<=", "=", ">=", ">"};

static SqlType
parse(text *declared)
{
	SqlType		type;
	char		allowed[SQLTYPE_ALLOWED_MAX];

	if (!sqltype_parse(text_to_cstring(declared), &type, allowed))
		elog(ERROR, "%s", allowed);
	return type;
}

/* The types that the wire has for integers and moments, as numbers that can be compared. */
static __int128
wire_number(const WireParameter *parameter)
{
	const WireDecimal *decimal = parameter->value;
	const WireDateTime *moment = parameter->value;
	const int32 *parts = parameter->value;
	__int128	number = 0;
	int			i;

	switch (parameter->type)
	{
		case WIRE_TYPE_BIT:
		case WIRE_TYPE_TINYINT:
			return *(const uint8 *) parameter->value;
		case WIRE_TYPE_SMALLINT:
			return *(const int16 *) parameter->value;
		case WIRE_TYPE_INT:
		case WIRE_TYPE_SMALLMONEY:
			return parts[0];
		case WIRE_TYPE_BIGINT:
			return *(const int64 *) parameter->value;
		case WIRE_TYPE_MONEY:
			return (__int128) parts[0] * (INT64CONST(1) << 32) + (uint32) parts[1];
		case WIRE_TYPE_DECIMAL:
			for (i = 1; i < wire_decimal_bytes(decimal->precision); i++)
				number = number * 256 + decimal->array[i];
			return decimal->array[0] ? -number : number;
		case WIRE_TYPE_DATETIME:
			return (__int128) parts[0] * 25920000 + parts[1];
		case WIRE_TYPE_SMALLDATETIME:
			return ((const uint16 *) parts)[0] * 1440 + ((const uint16 *) parts)[1];
		case WIRE_TYPE_DATE:
			return moment->date;
		default:
			return (__int128) moment->date * INT64CONST(864000000000) + moment->time;
	}
}

static int
wire_compare(const WireParameter *one, const WireParameter *other)
{
	__int128	a;
	__int128	b;
	double		x;
	double		y;

	if (one->type == WIRE_TYPE_FLOAT || one->type == WIRE_TYPE_REAL)
	{
		x = one->type == WIRE_TYPE_REAL ? *(const float *) one->value : *(const double *) one->value;
		y = one->type == WIRE_TYPE_REAL ? *(const float *) other->value : *(const double *) other->value;
		return x < y ? -1 : x > y;
	}
	a = wire_number(one);
	b = wire_number(other);
	return a < b ? -1 : a > b;
}

static void
write_step(const Probe *probe, TmfStep step, WireParameter *parameter)
{
	if (probe->number)
		tmf_number_write(step, &probe->as, parameter);
	else
		tmf_moment_write(step, &probe->as, parameter);
}

/* Does the comparison's outcome satisfy the operator? */
static bool
satisfies(int outcome, int strategy)
{
	switch (strategy)
	{
		case BTLessStrategyNumber:
			return outcome < 0;
		case BTLessEqualStrategyNumber:
			return outcome <= 0;
		case BTEqualStrategyNumber:
			return outcome == 0;
		case BTGreaterEqualStrategyNumber:
			return outcome >= 0;
		default:
			return outcome > 0;
	}
}

static void
try_step(Probe *probe, TmfStep step)
{
	WireParameter remote = {0};
	bool		isnull;
	Datum		local;
	int			outcome;
	int			strategy;

	write_step(probe, step, &remote);
	local = tmf_decode(&probe->decoder, remote.value, remote.length, &isnull);
	outcome = DatumGetInt32(DirectFunctionCall2(probe->compare, local, probe->value));
	for (strategy = 1; strategy <= BTMaxStrategyNumber; strategy++)
	{
		bool		inside = wire_compare(&probe->low[strategy], &remote) <= 0 &&
		wire_compare(&remote, &probe->high[strategy]) <= 0;

		if (inside != satisfies(outcome, strategy) && probe->problem == NULL)
			probe->problem = psprintf("operator %s: step %s%lld, which is %s there, is %s the interval",
									  operators[strategy], step < 0 ? "-" : "",
									  (long long) (step < 0 ? -step : step),
									  outcome < 0 ? "less" : outcome > 0 ? "greater" : "equal",
									  inside ? "in" : "not in");
	}
}

static void
try_near(Probe *probe, const TmfSteps *steps, TmfStep middle)
{
	TmfStep		step;

	for (step = middle - NEAR; step <= middle + NEAR; step++)
	{
		if (step >= steps->first && step <= steps->last)
			try_step(probe, step);
	}
}

static uint64
chance(Probe *probe)
{
	probe->random ^= probe->random << 13;
	probe->random ^= probe->random >> 7;
	probe->random ^= probe->random << 17;
	return probe->random;
}

/* What the planner is told must be what is sent. */
static void
try_flags(Probe *probe, const TmfSteps *steps)
{
	WireParameter first = {0};
	WireParameter last = {0};
	int			strategy;

	write_step(probe, steps->first, &first);
	write_step(probe, steps->last, &last);
	for (strategy = 1; strategy <= BTMaxStrategyNumber; strategy++)
	{
		const TmfInterval *interval = &probe->interval[strategy];
		int			order = wire_compare(&probe->low[strategy], &probe->high[strategy]);

		if (interval->empty != (order > 0) || interval->single != (order == 0) ||
			(!interval->empty &&
			 (interval->low != (wire_compare(&first, &probe->low[strategy]) != 0) ||
			  interval->high != (wire_compare(&last, &probe->high[strategy]) != 0))))
			probe->problem = psprintf("operator %s: the interval is said to be another", operators[strategy]);
		if (interval->empty && (wire_compare(&probe->low[strategy], &last) != 0 ||
								wire_compare(&probe->high[strategy], &first) != 0))
			probe->problem = psprintf("operator %s: an empty interval goes from the greatest to the least",
									  operators[strategy]);
	}
}

/* A value that is said to be represented comes back as it was. */
static void
try_value(Probe *probe, Datum value, Oid local)
{
	WireParameter sent;
	bool		isnull;

	if (!tmf_encode_represents(value, local, &probe->as))
	{
		if (!probe->interval[BTEqualStrategyNumber].empty)
			probe->problem = pstrdup("a value that is not represented has equals");
		return;
	}
	tmf_encode(value, false, local, &probe->as, TMF_BOUND_VALUE, &sent);
	if (DatumGetInt32(DirectFunctionCall2(probe->compare,
										  tmf_decode(&probe->decoder, sent.value, sent.length, &isnull),
										  probe->value)) != 0)
		probe->problem = pstrdup("the value does not come back");
}

/* The type in which remote and local values of such types are compared. */
static void
choose_comparison(Probe *probe, Datum value, Oid local)
{
	probe->value = value;
	probe->compared = local;
	switch (local)
	{
		case BOOLOID:
			probe->compare = btboolcmp;
			break;
		case INT2OID:
			value = Int32GetDatum(DatumGetInt16(value));
			/* FALLTHROUGH */
		case INT4OID:
			value = Int64GetDatum((int64) DatumGetInt32(value));
			/* FALLTHROUGH */
		case INT8OID:
			probe->value = DirectFunctionCall1(int8_numeric, value);
			probe->compared = NUMERICOID;
			probe->compare = numeric_cmp;
			break;
		case NUMERICOID:
			probe->compare = numeric_cmp;
			break;
		case FLOAT4OID:
			probe->value = Float8GetDatum((double) DatumGetFloat4(value));
			/* FALLTHROUGH */
		case FLOAT8OID:
			probe->compared = FLOAT8OID;
			probe->compare = btfloat8cmp;
			break;
		case DATEOID:
			probe->compare = date_cmp;
			if (probe->as.name == SQLTYPE_DATE)
				break;
			probe->value = DirectFunctionCall1(date_timestamp, value);
			probe->compared = TIMESTAMPOID;
			probe->compare = timestamp_cmp;
			break;
		case TIMEOID:
			probe->compare = time_cmp;
			break;
		default:
			probe->compare = timestamp_cmp;
			break;
	}
}

static WireType
wire_type(const Probe *probe)
{
	WireParameter parameter = {0};

	write_step(probe, 0, &parameter);
	return parameter.type;
}

static void
try_all(Probe *probe, const TmfSteps *steps, int samples)
{
	unsigned __int128 range = (unsigned __int128) (steps->last - steps->first) + 1;

	try_near(probe, steps, steps->from);
	try_near(probe, steps, steps->above);
	try_near(probe, steps, steps->first);
	try_near(probe, steps, steps->last);
	try_near(probe, steps, 0);
	while (samples-- > 0)
	{
		unsigned __int128 number = (unsigned __int128) chance(probe) << 64 | chance(probe);

		try_step(probe, steps->first + (TmfStep) (number % range));
	}
}

/* (value "any", remote text, samples int, seed bigint) -> the first thing wrong, or NULL */
Datum
probe_interval(PG_FUNCTION_ARGS)
{
	Oid			local = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Datum		value = PG_GETARG_DATUM(0);
	WireColumn	column = {.name = "probe"};
	Probe		probe = {0};
	TmfSteps	steps;
	int			strategy;

	probe.as = parse(PG_GETARG_TEXT_PP(1));
	probe.random = (uint64) PG_GETARG_INT64(3) * 2 + 1;
	if (!tmf_encode_orders(local, &probe.as))
		elog(ERROR, "the type is not sent so");
	choose_comparison(&probe, value, local);
	probe.number = probe.compared == NUMERICOID || probe.compared == FLOAT8OID || local == BOOLOID;
	column.type = wire_type(&probe);
	column.precision = probe.as.precision;
	column.scale = probe.as.scale;
	if (!tmf_decoder_init(&probe.decoder, &column, "probe", probe.compared, -1, NULL,
						  CurrentMemoryContext))
		elog(ERROR, "the type is not read so");
	if (probe.number)
		tmf_number_steps(value, local, &probe.as, &steps);
	else
		tmf_moment_steps(value, local, &probe.as, &steps);
	for (strategy = 1; strategy <= BTMaxStrategyNumber; strategy++)
	{
		tmf_encode(value, false, local, &probe.as, TMF_BOUND_LOW(strategy), &probe.low[strategy]);
		tmf_encode(value, false, local, &probe.as, TMF_BOUND_HIGH(strategy), &probe.high[strategy]);
		tmf_encode_interval(value, local, &probe.as, strategy, &probe.interval[strategy]);
	}
	try_all(&probe, &steps, PG_GETARG_INT32(2));
	try_flags(&probe, &steps);
	try_value(&probe, value, local);
	if (probe.problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(probe.problem));
}

/* (value "any", remote text; "": the natural type) -> how it is declared, and how many bytes */
Datum
probe_value(PG_FUNCTION_ARGS)
{
	Oid			local = get_fn_expr_argtype(fcinfo->flinfo, 0);
	text	   *declared = PG_GETARG_TEXT_PP(1);
	WireParameter parameter;
	char		name[SQLTYPE_TEXT_MAX];
	SqlType		as;

	if (VARSIZE_ANY_EXHDR(declared) > 0)
		as = parse(declared);
	else if (!tmf_encode_natural(local, &as))
		PG_RETURN_NULL();
	tmf_encode(PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0), PG_ARGISNULL(0), local, &as,
			   TMF_BOUND_VALUE, &parameter);
	sqltype_format(&parameter.declared, name);
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s %s%d", name,
											  parameter.value == NULL ? "NULL " : "", parameter.length)));
}

/* (array anyarray, remote text) -> the JSON text */
Datum
probe_array(PG_FUNCTION_ARGS)
{
	Oid			element = get_element_type(get_fn_expr_argtype(fcinfo->flinfo, 0));
	SqlType		as = parse(PG_GETARG_TEXT_PP(1));
	WireParameter parameter;

	tmf_encode_array(PG_GETARG_DATUM(0), PG_ARGISNULL(0), element, &as, &parameter);
	if (parameter.value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(parameter.value, parameter.length));
}
