/*
 * src/value/typemap.c
 *		The table SQL Server type -> PostgreSQL type.
 *
 * The first row of a remote type is its natural type: it holds every value
 * exactly.  The other rows lose nothing either, or raise an error for the
 * value that does not fit; what would silently change a value has no row.
 * Characters may also be read into any other type through its input function.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "value/functions.h"
#include "value/typemap.h"

typedef struct TypeRow
{
	WireType	remote;
	Oid			local;
	TmfDecodeFunction decode;
} TypeRow;

static const TypeRow types[] = {
	{WIRE_TYPE_BIT, BOOLOID, tmf_decode_bit_bool},
	{WIRE_TYPE_BIT, INT2OID, tmf_decode_integer_int2},
	{WIRE_TYPE_BIT, INT4OID, tmf_decode_integer_int4},

	{WIRE_TYPE_TINYINT, INT2OID, tmf_decode_tinyint_int2},
	{WIRE_TYPE_TINYINT, INT4OID, tmf_decode_integer_int4},
	{WIRE_TYPE_TINYINT, INT8OID, tmf_decode_integer_int8},
	{WIRE_TYPE_TINYINT, NUMERICOID, tmf_decode_integer_numeric},

	{WIRE_TYPE_SMALLINT, INT2OID, tmf_decode_smallint_int2},
	{WIRE_TYPE_SMALLINT, INT4OID, tmf_decode_integer_int4},
	{WIRE_TYPE_SMALLINT, INT8OID, tmf_decode_integer_int8},
	{WIRE_TYPE_SMALLINT, NUMERICOID, tmf_decode_integer_numeric},

	{WIRE_TYPE_INT, INT4OID, tmf_decode_int_int4},
	{WIRE_TYPE_INT, INT2OID, tmf_decode_integer_int2},
	{WIRE_TYPE_INT, INT8OID, tmf_decode_integer_int8},
	{WIRE_TYPE_INT, NUMERICOID, tmf_decode_integer_numeric},

	{WIRE_TYPE_BIGINT, INT8OID, tmf_decode_bigint_int8},
	{WIRE_TYPE_BIGINT, INT4OID, tmf_decode_integer_int4},
	{WIRE_TYPE_BIGINT, INT2OID, tmf_decode_integer_int2},
	{WIRE_TYPE_BIGINT, NUMERICOID, tmf_decode_integer_numeric},

	{WIRE_TYPE_REAL, FLOAT4OID, tmf_decode_real_float4},
	{WIRE_TYPE_REAL, FLOAT8OID, tmf_decode_real_float8},
	{WIRE_TYPE_FLOAT, FLOAT8OID, tmf_decode_float_float8},

	{WIRE_TYPE_SMALLMONEY, NUMERICOID, tmf_decode_money_numeric},
	{WIRE_TYPE_MONEY, NUMERICOID, tmf_decode_money_numeric},
	{WIRE_TYPE_DECIMAL, NUMERICOID, tmf_decode_decimal_numeric},

	{WIRE_TYPE_DATETIME, TIMESTAMPOID, tmf_decode_datetime_timestamp},
	{WIRE_TYPE_SMALLDATETIME, TIMESTAMPOID, tmf_decode_smalldatetime_timestamp},
	{WIRE_TYPE_DATE, DATEOID, tmf_decode_date_date},
	{WIRE_TYPE_DATE, TIMESTAMPOID, tmf_decode_date_timestamp},
	{WIRE_TYPE_TIME, TIMEOID, tmf_decode_time_time},
	{WIRE_TYPE_DATETIME2, TIMESTAMPOID, tmf_decode_datetime2_timestamp},
	/* its date and time are UTC, and so is what PostgreSQL stores */
	{WIRE_TYPE_DATETIMEOFFSET, TIMESTAMPTZOID, tmf_decode_datetime2_timestamp},

	{WIRE_TYPE_GUID, UUIDOID, tmf_decode_guid_uuid},
	{WIRE_TYPE_TEXT, TEXTOID, tmf_decode_text_text},
	{WIRE_TYPE_TEXT, VARCHAROID, tmf_decode_text_text},
	{WIRE_TYPE_TEXT, BPCHAROID, tmf_decode_text_text},
	{WIRE_TYPE_UTF16, TEXTOID, tmf_decode_utf16_text},
	{WIRE_TYPE_UTF16, VARCHAROID, tmf_decode_utf16_text},
	{WIRE_TYPE_UTF16, BPCHAROID, tmf_decode_utf16_text},
	{WIRE_TYPE_BINARY, BYTEAOID, tmf_decode_binary_bytea},
};

/* Input functions that shorten or reinterpret what they are given. */
static const Oid not_by_input[] = {NAMEOID, CHAROID, BYTEAOID};

static const char *const remote_names[] = {
	[WIRE_TYPE_UNKNOWN] = "not one that can be read",
	[WIRE_TYPE_BIT] = "bit",
	[WIRE_TYPE_TINYINT] = "tinyint",
	[WIRE_TYPE_SMALLINT] = "smallint",
	[WIRE_TYPE_INT] = "int",
	[WIRE_TYPE_BIGINT] = "bigint",
	[WIRE_TYPE_REAL] = "real",
	[WIRE_TYPE_FLOAT] = "float",
	[WIRE_TYPE_SMALLMONEY] = "smallmoney",
	[WIRE_TYPE_MONEY] = "money",
	[WIRE_TYPE_DECIMAL] = "decimal",
	[WIRE_TYPE_DATETIME] = "datetime",
	[WIRE_TYPE_SMALLDATETIME] = "smalldatetime",
	[WIRE_TYPE_DATE] = "date",
	[WIRE_TYPE_TIME] = "time",
	[WIRE_TYPE_DATETIME2] = "datetime2",
	[WIRE_TYPE_DATETIMEOFFSET] = "datetimeoffset",
	[WIRE_TYPE_GUID] = "uniqueidentifier",
	[WIRE_TYPE_TEXT] = "a character type",
	[WIRE_TYPE_BINARY] = "a binary type",
	[WIRE_TYPE_VARIANT] = "sql_variant",
	[WIRE_TYPE_CLR] = "a CLR type (geometry, geography, hierarchyid)",
	[WIRE_TYPE_UTF16] = "a character type",
};

TmfDecodeFunction
tmf_typemap_find(WireType remote, Oid local)
{
	size_t		i;

	for (i = 0; i < lengthof(types); i++)
	{
		if (types[i].remote == remote && types[i].local == local)
			return types[i].decode;
	}
	if (remote != WIRE_TYPE_TEXT && remote != WIRE_TYPE_UTF16)
		return NULL;
	for (i = 0; i < lengthof(not_by_input); i++)
	{
		if (not_by_input[i] == local)
			return NULL;
	}
	return remote == WIRE_TYPE_TEXT ? tmf_decode_text_input : tmf_decode_utf16_input;
}

Oid
tmf_typemap_local(WireType remote, int index, TmfDecodeFunction *decode)
{
	size_t		i;

	for (i = 0; i < lengthof(types); i++)
	{
		if (types[i].remote == remote && index-- == 0)
		{
			*decode = types[i].decode;
			return types[i].local;
		}
	}
	return InvalidOid;
}

const char *
tmf_typemap_remote_name(WireType remote)
{
	return remote_names[remote];
}

const char *
tmf_typemap_remedy(WireType remote)
{
	size_t		i;

	for (i = 0; i < lengthof(types); i++)
	{
		if (types[i].remote == remote)
			return psprintf("Declare the column as %s, or convert it in the option \"query\".",
							format_type_be(types[i].local));
	}
	return "Convert it in the option \"query\", for example by CONVERT(nvarchar(4000), column).";
}

WireType
tmf_typemap_wire(SqlTypeName name)
{
	static const WireType types[] = {
		[SQLTYPE_BIT] = WIRE_TYPE_BIT,
		[SQLTYPE_TINYINT] = WIRE_TYPE_TINYINT,
		[SQLTYPE_SMALLINT] = WIRE_TYPE_SMALLINT,
		[SQLTYPE_INT] = WIRE_TYPE_INT,
		[SQLTYPE_BIGINT] = WIRE_TYPE_BIGINT,
		[SQLTYPE_REAL] = WIRE_TYPE_REAL,
		[SQLTYPE_FLOAT] = WIRE_TYPE_FLOAT,
		[SQLTYPE_SMALLMONEY] = WIRE_TYPE_SMALLMONEY,
		[SQLTYPE_MONEY] = WIRE_TYPE_MONEY,
		[SQLTYPE_DECIMAL] = WIRE_TYPE_DECIMAL,
		[SQLTYPE_DATE] = WIRE_TYPE_DATE,
		[SQLTYPE_TIME] = WIRE_TYPE_TIME,
		[SQLTYPE_SMALLDATETIME] = WIRE_TYPE_SMALLDATETIME,
		[SQLTYPE_DATETIME] = WIRE_TYPE_DATETIME,
		[SQLTYPE_DATETIME2] = WIRE_TYPE_DATETIME2,
		[SQLTYPE_DATETIMEOFFSET] = WIRE_TYPE_DATETIMEOFFSET,
		[SQLTYPE_UNIQUEIDENTIFIER] = WIRE_TYPE_GUID,
		[SQLTYPE_CHAR] = WIRE_TYPE_TEXT,
		[SQLTYPE_VARCHAR] = WIRE_TYPE_TEXT,
		[SQLTYPE_NCHAR] = WIRE_TYPE_TEXT,
		[SQLTYPE_NVARCHAR] = WIRE_TYPE_TEXT,
		[SQLTYPE_BINARY] = WIRE_TYPE_BINARY,
		[SQLTYPE_VARBINARY] = WIRE_TYPE_BINARY,
		[SQLTYPE_CLR] = WIRE_TYPE_UNKNOWN
	};

	return types[name];
}
