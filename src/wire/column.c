/*
 * src/wire/column.c
 *		What the columns of the running result are, and their values in place.
 *
 * Nothing is converted or copied: wire_value() hands out a pointer into
 * FreeTDS's row.
 */
#include <string.h>

#include "wire_int.h"

/* Types that come over the wire but have no name in DB-Library's header. */
#define TYPE_GUID	36
#define TYPE_XML	241
#define TYPE_VARIANT	98
#define TYPE_CLR	240

static const struct
{
	int			server_type;
	WireType	type;
}			types[] =
{
	{SYBBIT, WIRE_TYPE_BIT},
	{SYBINT1, WIRE_TYPE_TINYINT},
	{SYBINT2, WIRE_TYPE_SMALLINT},
	{SYBINT4, WIRE_TYPE_INT},
	{SYBINT8, WIRE_TYPE_BIGINT},
	{SYBREAL, WIRE_TYPE_REAL},
	{SYBFLT8, WIRE_TYPE_FLOAT},
	{SYBMONEY4, WIRE_TYPE_SMALLMONEY},
	{SYBMONEY, WIRE_TYPE_MONEY},
	{SYBDECIMAL, WIRE_TYPE_DECIMAL},
	{SYBNUMERIC, WIRE_TYPE_DECIMAL},
	{SYBDATETIME, WIRE_TYPE_DATETIME},
	{SYBDATETIME4, WIRE_TYPE_SMALLDATETIME},
	{SYBMSDATE, WIRE_TYPE_DATE},
	{SYBMSTIME, WIRE_TYPE_TIME},
	{SYBMSDATETIME2, WIRE_TYPE_DATETIME2},
	{SYBMSDATETIMEOFFSET, WIRE_TYPE_DATETIMEOFFSET},
	{TYPE_GUID, WIRE_TYPE_GUID},
	{SYBCHAR, WIRE_TYPE_TEXT},
	{SYBVARCHAR, WIRE_TYPE_TEXT},
	{SYBNVARCHAR, WIRE_TYPE_TEXT},
	{SYBTEXT, WIRE_TYPE_TEXT},
	{SYBNTEXT, WIRE_TYPE_TEXT},
	{TYPE_XML, WIRE_TYPE_TEXT},
	{SYBBINARY, WIRE_TYPE_BINARY},
	{SYBVARBINARY, WIRE_TYPE_BINARY},
	{SYBIMAGE, WIRE_TYPE_BINARY},
	{TYPE_VARIANT, WIRE_TYPE_VARIANT},
	{TYPE_CLR, WIRE_TYPE_CLR}
};

_Static_assert(sizeof(DBNUMERIC) == sizeof(WireDecimal), "layout of decimals");
_Static_assert(sizeof(DBDATETIMEALL) == sizeof(WireDateTime), "layout of dates and times");

/* Bytes of a magnitude with its sign, by precision. */
static const unsigned char decimal_bytes[] = {
	1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 9, 9,
	10, 10, 11, 11, 11, 12, 12, 13, 13, 14, 14, 14, 15, 15, 16, 16, 16, 17, 17
};

int
wire_decimal_bytes(int precision)
{
	return precision > 0 && precision < (int) sizeof(decimal_bytes) ? decimal_bytes[precision] : 1;
}

int
wire_column_count(const WireConn *conn)
{
	return conn->columns;
}

static WireType
type_of(int server_type)
{
	size_t		i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
	{
		if (types[i].server_type == server_type)
			return types[i].type;
	}
	return WIRE_TYPE_UNKNOWN;
}

static const char *
name_of(const WireConn *conn, int column)
{
	const char *name = dbcolname(conn->dbproc, column + 1);

	return name ? name : "";
}

/* All but the name. */
static void
describe(const WireConn *conn, int column, WireColumn *out)
{
	const DBTYPEINFO *info = dbcoltypeinfo(conn->dbproc, column + 1);

	out->server_type = dbcoltype(conn->dbproc, column + 1);
	out->type = type_of(out->server_type);
	out->precision = info ? info->precision : 0;
	out->scale = info ? info->scale : 0;
	out->max_length = dbcollen(conn->dbproc, column + 1);
}

void
wire_column(const WireConn *conn, int column, WireColumn *out)
{
	memset(out, 0, sizeof(*out));
	if (column < 0 || column >= conn->columns)
		return;
	describe(conn, column, out);
	strncpy(out->name, name_of(conn, column), sizeof(out->name) - 1);
}

bool
wire_column_is(const WireConn *conn, int column, const WireColumn *known)
{
	WireColumn	now;

	if (column < 0 || column >= conn->columns)
		return false;
	describe(conn, column, &now);
	return now.type == known->type && now.server_type == known->server_type &&
		now.precision == known->precision && now.scale == known->scale &&
		now.max_length == known->max_length &&
		strncmp(name_of(conn, column), known->name, sizeof(known->name) - 1) == 0;
}

void
wire_values(const WireConn *conn, int count, WireValue *values)
{
	DBPROCESS  *dbproc = conn->dbproc;
	int			i;

	for (i = 0; i < count; i++)
	{
		values[i].data = dbdata(dbproc, i + 1);
		values[i].length = values[i].data ? dbdatlen(dbproc, i + 1) : 0;
	}
}

const void *
wire_value(const WireConn *conn, int column, int *length)
{
	const void *value = dbdata(conn->dbproc, column + 1);

	*length = value ? dbdatlen(conn->dbproc, column + 1) : 0;
	return value;
}
