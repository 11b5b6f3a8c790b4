/*
 * src/value/encoder.c
 *		The encoder of one column: choice, and what all types share.
 *
 * The types that the table below knows need nothing between them and the remote
 * type.  Others are cast, by the cast that PostgreSQL applies in an assignment,
 * to one of the types that the remote type is read into: its natural type first.
 * What is stored in characters there, and read by a type's input function, is
 * written by its output function.
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "encoder_int.h"
#include "value/typemap.h"

#define SET(name)	(UINT64CONST(1) << (name))

#define EXACT_NUMBERS \
	(SET(SQLTYPE_BIT) | SET(SQLTYPE_TINYINT) | SET(SQLTYPE_SMALLINT) | SET(SQLTYPE_INT) | \
	 SET(SQLTYPE_BIGINT) | SET(SQLTYPE_SMALLMONEY) | SET(SQLTYPE_MONEY) | SET(SQLTYPE_DECIMAL))
#define FLOATS \
	(SET(SQLTYPE_REAL) | SET(SQLTYPE_FLOAT))
#define MOMENTS \
	(SET(SQLTYPE_SMALLDATETIME) | SET(SQLTYPE_DATETIME) | SET(SQLTYPE_DATETIME2))
#define ALL_MOMENTS \
	(MOMENTS | SET(SQLTYPE_DATE) | SET(SQLTYPE_TIME) | SET(SQLTYPE_DATETIMEOFFSET))
#define CHARACTERS \
	(SET(SQLTYPE_CHAR) | SET(SQLTYPE_VARCHAR) | SET(SQLTYPE_NCHAR) | SET(SQLTYPE_NVARCHAR) | \
	 SET(SQLTYPE_TEXT) | SET(SQLTYPE_NTEXT) | SET(SQLTYPE_XML) | SET(SQLTYPE_JSON) | \
	 SET(SQLTYPE_SQL_VARIANT) | SET(SQLTYPE_GEOMETRY) | SET(SQLTYPE_GEOGRAPHY) | \
	 SET(SQLTYPE_HIERARCHYID))
#define BYTES \
	(SET(SQLTYPE_BINARY) | SET(SQLTYPE_VARBINARY) | SET(SQLTYPE_IMAGE))

typedef struct EncoderRow
{
	Oid			local;
	uint64		remote;
	TmfEncodeFunction encode;
} EncoderRow;

static const EncoderRow rows[] = {
	{BOOLOID, SET(SQLTYPE_BIT), tmf_write_bool},
	{INT2OID, EXACT_NUMBERS, tmf_write_int2},
	{INT4OID, EXACT_NUMBERS, tmf_write_int4},
	{INT8OID, EXACT_NUMBERS, tmf_write_int8},
	{NUMERICOID, EXACT_NUMBERS, tmf_write_numeric},
	{FLOAT4OID, FLOATS, tmf_write_float4},
	{FLOAT8OID, FLOATS, tmf_write_float8},
	{DATEOID, MOMENTS | SET(SQLTYPE_DATE), tmf_write_date},
	{TIMEOID, SET(SQLTYPE_TIME), tmf_write_time},
	{TIMESTAMPOID, MOMENTS, tmf_write_timestamp},
	{TIMESTAMPTZOID, SET(SQLTYPE_DATETIMEOFFSET), tmf_write_timestamp},
	{UUIDOID, SET(SQLTYPE_UNIQUEIDENTIFIER), tmf_write_uuid},
	{TEXTOID, CHARACTERS, tmf_write_characters},
	{VARCHAROID, CHARACTERS, tmf_write_characters},
	{BPCHAROID, CHARACTERS, tmf_write_blank_padded},
	{BYTEAOID, BYTES, tmf_write_bytes},
};

static bool
is_in(SqlTypeName name, uint64 set)
{
	return (SET(name) & set) != 0;
}

static TmfEncodeFunction
find_function(Oid local, SqlTypeName remote)
{
	size_t		i;

	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].local == local && is_in(remote, rows[i].remote))
			return rows[i].encode;
	}
	return NULL;
}

/* A cast to one of the types that the remote one is read into; what is text has no need of one. */
static bool
choose_cast(TmfEncoder *encoder, Oid base, MemoryContext context)
{
	TmfDecodeFunction decode;
	Oid			to;
	int			i;

	if (is_in(encoder->as.name, CHARACTERS))
		return false;
	for (i = 0; OidIsValid(to = tmf_typemap_local(encoder->type, i, &decode)); i++)
	{
		encoder->encode = find_function(to, encoder->as.name);
		if (encoder->encode == NULL || !tmf_cast_find(&encoder->cast, base, to, -1, context))
			continue;
		encoder->local = to;
		encoder->casts = true;
		return true;
	}
	return false;
}

/* Output functions that say the same in every session. */
static const Oid plain_output[] = {
	INT2OID, INT4OID, INT8OID, NUMERICOID, BOOLOID, UUIDOID, JSONOID, JSONBOID, XMLOID, INETOID,
	CIDROID, MACADDROID, OIDOID
};

static bool
choose_output(TmfEncoder *encoder, Oid base, MemoryContext context)
{
	Oid			function;
	bool		is_varlena;
	size_t		i;

	if (!is_in(encoder->as.name, CHARACTERS) || tmf_typemap_find(WIRE_TYPE_TEXT, base) == NULL)
		return false;
	getTypeOutputInfo(base, &function, &is_varlena);
	fmgr_info_cxt(function, &encoder->output, context);
	encoder->encode = tmf_write_output;
	encoder->settings = true;
	for (i = 0; i < lengthof(plain_output); i++)
		encoder->settings &= plain_output[i] != base;
	return true;
}

static WireType
wire_type(SqlTypeName name)
{
	return is_in(name, CHARACTERS) ? WIRE_TYPE_TEXT :
		is_in(name, BYTES) ? WIRE_TYPE_BINARY : tmf_typemap_wire(name);
}

bool
tmf_encoder_init(TmfEncoder *encoder, const char *column, Oid type, const SqlType *as,
				 int code_page, MemoryContext context)
{
	Oid			base = getBaseType(type);

	memset(encoder, 0, sizeof(*encoder));
	encoder->column = column;
	encoder->local = base;
	encoder->as = *as;
	encoder->type = wire_type(as->name);
	encoder->declared = *as;
	encoder->encode = find_function(base, as->name);
	if (encoder->encode == NULL && !choose_output(encoder, base, context) &&
		!choose_cast(encoder, base, context))
		return false;
	if (is_in(as->name, EXACT_NUMBERS))
		tmf_encoder_number_init(encoder);
	else if (is_in(as->name, ALL_MOMENTS))
		tmf_encoder_moment_init(encoder);
	else if (is_in(as->name, CHARACTERS | BYTES))
		tmf_encoder_string_init(encoder, code_page);
	return true;
}

const char *
tmf_encoder_refusal(Oid type, const SqlType *as)
{
	char		remote[SQLTYPE_TEXT_MAX];
	TmfDecodeFunction decode;
	Oid			natural = tmf_typemap_local(wire_type(as->name), 0, &decode);
	Oid			base = getBaseType(type);

	sqltype_format(as, remote);
	if (is_in(as->name, CHARACTERS))
		return psprintf("The type of the remote column is %s, which is written as text, and %s is not read from text.",
						remote, format_type_be(base));
	if (!OidIsValid(natural) || find_function(natural, as->name) == NULL)
		return psprintf("The type of the remote column is %s, for which nothing can be sent.", remote);
	return psprintf("The type of the remote column is %s, and there is no cast from %s to %s for assignments.",
					remote, format_type_be(base), format_type_be(natural));
}

Datum
tmf_encoder_cast(TmfEncoder *encoder, Datum value, bool *isnull)
{
	return tmf_cast_apply(&encoder->cast, value, isnull);
}

/* Characters of a value that a message shows. */
#define SHOWN_MAX	64

void
tmf_encoder_raise(const TmfEncoder *encoder, Datum value, int sqlstate)
{
	char		remote[SQLTYPE_TEXT_MAX];
	Oid			output;
	bool		is_varlena;
	char	   *text;

	getTypeOutputInfo(encoder->local, &output, &is_varlena);
	text = OidOutputFunctionCall(output, value);
	sqltype_format(&encoder->as, remote);
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("value of column \"%s\" is out of range for the remote type %s",
					encoder->column, remote),
			 errdetail("The value is %.*s%s.", SHOWN_MAX, text, strlen(text) > SHOWN_MAX ? "..." : "")));
}
