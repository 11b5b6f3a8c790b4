/*
 * src/wire/declaration.c
 *		The whole type of a column of the running result.
 *
 * DB-Library folds the character types into one and the binary types into one.
 * What came over the wire is in DBCOL2, whose filling makes FreeTDS spell out
 * the type; it ends the process over a type that it cannot place, and is
 * therefore asked only about those that it folds.
 */
#include <string.h>

#include "wire_int.h"

/* Of a type that dbcoltype() tells apart. */
static const SqlTypeName plain_names[] = {
	[WIRE_TYPE_BIT] = SQLTYPE_BIT,
	[WIRE_TYPE_TINYINT] = SQLTYPE_TINYINT,
	[WIRE_TYPE_SMALLINT] = SQLTYPE_SMALLINT,
	[WIRE_TYPE_INT] = SQLTYPE_INT,
	[WIRE_TYPE_BIGINT] = SQLTYPE_BIGINT,
	[WIRE_TYPE_REAL] = SQLTYPE_REAL,
	[WIRE_TYPE_FLOAT] = SQLTYPE_FLOAT,
	[WIRE_TYPE_SMALLMONEY] = SQLTYPE_SMALLMONEY,
	[WIRE_TYPE_MONEY] = SQLTYPE_MONEY,
	[WIRE_TYPE_DECIMAL] = SQLTYPE_DECIMAL,
	[WIRE_TYPE_DATETIME] = SQLTYPE_DATETIME,
	[WIRE_TYPE_SMALLDATETIME] = SQLTYPE_SMALLDATETIME,
	[WIRE_TYPE_DATE] = SQLTYPE_DATE,
	[WIRE_TYPE_TIME] = SQLTYPE_TIME,
	[WIRE_TYPE_DATETIME2] = SQLTYPE_DATETIME2,
	[WIRE_TYPE_DATETIMEOFFSET] = SQLTYPE_DATETIMEOFFSET,
	[WIRE_TYPE_GUID] = SQLTYPE_UNIQUEIDENTIFIER,
	[WIRE_TYPE_VARIANT] = SQLTYPE_SQL_VARIANT,
	[WIRE_TYPE_CLR] = SQLTYPE_CLR,
	[WIRE_TYPE_UTF16] = SQLTYPE_UNKNOWN
};

/* Numbers on the wire, MS-TDS 2.2.5.4; unit: bytes of one of its length, 0: it has none. */
static const struct
{
	int			number;
	SqlTypeName name;
	int			unit;
}			folded[] =
{
	{0xaf, SQLTYPE_CHAR, 1},
	{0xa7, SQLTYPE_VARCHAR, 1},
	{0xef, SQLTYPE_NCHAR, 2},
	{0xe7, SQLTYPE_NVARCHAR, 2},
	{0x23, SQLTYPE_TEXT, 0},
	{0x63, SQLTYPE_NTEXT, 0},
	{0xf1, SQLTYPE_XML, 0},
	{0xad, SQLTYPE_BINARY, 1},
	{0xa5, SQLTYPE_VARBINARY, 1},
	{0x22, SQLTYPE_IMAGE, 0}
};

/* More than any length that is not max. */
#define LONGEST_BYTES	8000

static void
unfold(const WireConn *conn, int column, SqlType *type)
{
	DBCOL2		info;
	size_t		i;

	memset(&info, 0, sizeof(info));
	info.SizeOfStruct = sizeof(info);
	/* it fails over xml, after it has filled in what matters here */
	(void) dbtablecolinfo(conn->dbproc, column + 1, (DBCOL *) &info);
	for (i = 0; i < sizeof(folded) / sizeof(folded[0]); i++)
	{
		if (folded[i].number != info.ServerType)
			continue;
		type->name = folded[i].name;
		if (folded[i].unit > 0)
			type->length = info.ServerMaxLength > LONGEST_BYTES ? SQLTYPE_MAX :
				info.ServerMaxLength / folded[i].unit;
	}
}

void
wire_column_declared(const WireConn *conn, int column, SqlType *type)
{
	WireColumn	info;

	memset(type, 0, sizeof(*type));
	wire_column(conn, column, &info);
	if (info.type == WIRE_TYPE_TEXT || info.type == WIRE_TYPE_BINARY)
	{
		unfold(conn, column, type);
		return;
	}
	type->name = plain_names[info.type];
	if (type->name == SQLTYPE_DECIMAL)
		type->precision = info.precision;
	if (type->name == SQLTYPE_DECIMAL || type->name == SQLTYPE_TIME ||
		type->name == SQLTYPE_DATETIME2 || type->name == SQLTYPE_DATETIMEOFFSET)
		type->scale = info.scale;
}
