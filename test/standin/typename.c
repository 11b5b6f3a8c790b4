/*
 * test/standin/typename.c
 *		The types by name, their precedence, and which converts to which.
 *
 * The matrix is the one that SQL Server documents for CAST and CONVERT; a test
 * checks it row by row against the rules in words.
 */
#include <string.h>
#include <strings.h>

#include "convert.h"

typedef struct TypeRow
{
	SqlType		type;
	const char *name;
	int			precedence;		/* larger wins */
} TypeRow;

/* In the order of the enumeration. */
static const TypeRow types[] = {
	{SQL_UNTYPED, "void type", 0},
	{SQL_BIT, "bit", 11},
	{SQL_TINYINT, "tinyint", 12},
	{SQL_SMALLINT, "smallint", 13},
	{SQL_INT, "int", 14},
	{SQL_BIGINT, "bigint", 15},
	{SQL_SMALLMONEY, "smallmoney", 16},
	{SQL_MONEY, "money", 17},
	{SQL_DECIMAL, "decimal", 18},
	{SQL_REAL, "real", 19},
	{SQL_FLOAT, "float", 20},
	{SQL_SMALLDATETIME, "smalldatetime", 23},
	{SQL_DATETIME, "datetime", 24},
	{SQL_DATE, "date", 22},
	{SQL_TIME, "time", 21},
	{SQL_DATETIME2, "datetime2", 25},
	{SQL_DATETIMEOFFSET, "datetimeoffset", 26},
	{SQL_CHAR, "char", 3},
	{SQL_VARCHAR, "varchar", 4},
	{SQL_NCHAR, "nchar", 5},
	{SQL_NVARCHAR, "nvarchar", 6},
	{SQL_BINARY, "binary", 1},
	{SQL_VARBINARY, "varbinary", 2},
	{SQL_UNIQUEIDENTIFIER, "uniqueidentifier", 7},
	{SQL_XML, "xml", 27},
	{SQL_TEXT, "text", 9},
	{SQL_NTEXT, "ntext", 10},
	{SQL_IMAGE, "image", 8},
	{SQL_VARIANT, "sql_variant", 28},
	{SQL_GEOMETRY, "geometry", 30},
	{SQL_GEOGRAPHY, "geography", 31},
	{SQL_HIERARCHYID, "hierarchyid", 32},
	{SQL_JSON, "json", 29}
};

#define TYPE_COUNT	((int) (sizeof(types) / sizeof(types[0])))

typedef struct TypeAlias
{
	const char *name;
	SqlType		type;
} TypeAlias;

static const TypeAlias aliases[] = {
	{"numeric", SQL_DECIMAL},
	{"dec", SQL_DECIMAL},
	{"integer", SQL_INT},
	{"character", SQL_CHAR},
	{"sysname", SQL_NVARCHAR},
	{"timestamp", SQL_BINARY},
	{"rowversion", SQL_BINARY}
};

/*
 * I: implicitly, E: only by CAST or CONVERT, -: not at all.  Rows are the source.
 * Columns: bit tinyint smallint int bigint | smallmoney money decimal real float |
 * smalldatetime datetime | date time datetime2 datetimeoffset |
 * char varchar nchar nvarchar | binary varbinary | uniqueidentifier xml |
 * text ntext image | sql_variant | geometry geography hierarchyid json
 */
#define FROM_NUMBER		"IIIII IIIII II ---- IIII II -- --- I ----"
#define FROM_MONEY		"IIIII IIIII II ---- EEEE II -- --- I ----"
#define FROM_OLD_DATE	"EEEEE EEEEE II IIII IIII EE -- --- I ----"
#define FROM_CHAR		"IIIII IIIII II IIII IIII EE II III I IIII"
#define FROM_NCHAR		"IIIII IIIII II IIII IIII EE II II- I IIII"
#define FROM_BINARY		"IIIII III-- II EEEE IIII II IE --I I III-"

static const char *const matrix[] = {
	"IIIII IIIII II IIII IIII II II III I IIII",
	FROM_NUMBER, FROM_NUMBER, FROM_NUMBER, FROM_NUMBER, FROM_NUMBER,
	FROM_MONEY, FROM_MONEY,
	FROM_NUMBER, FROM_NUMBER, FROM_NUMBER,
	FROM_OLD_DATE, FROM_OLD_DATE,
	"----- ----- II I-II IIII EE -- --- I ----",	/* date */
	"----- ----- II -III IIII EE -- --- I ----",	/* time */
	"----- ----- II IIII IIII EE -- --- I ----",	/* datetime2 */
	"----- ----- II IIII IIII EE -- --- I ----",	/* datetimeoffset */
	FROM_CHAR, FROM_CHAR, FROM_NCHAR, FROM_NCHAR,
	FROM_BINARY, FROM_BINARY,
	"----- ----- -- ---- IIII II I- --- I ----",	/* uniqueidentifier */
	"----- ----- -- ---- EEEE EE -I --- - ----",	/* xml */
	"----- ----- -- ---- IIII -- -I II- - ----",	/* text */
	"----- ----- -- ---- IIII -- -I II- - ----",	/* ntext */
	"----- ----- -- ---- ---- II -- --I - ----",	/* image */
	"EEEEE EEEEE EE EEEE EEEE EE E- --- I ----",	/* sql_variant */
	"----- ----- -- ---- EEEE EE -- --- - I---",	/* geometry */
	"----- ----- -- ---- EEEE EE -- --- - -I--",	/* geography */
	"----- ----- -- ---- EEEE EE -- --- - --I-",	/* hierarchyid */
	"----- ----- -- ---- EEEE -- -- --- - ---I"	/* json */
};

int
type_precedence(SqlType type)
{
	return types[type].precedence;
}

const char *
type_name(SqlType type)
{
	return types[type].name;
}

bool
type_is_number(SqlType type)
{
	return type >= SQL_BIT && type <= SQL_FLOAT;
}

bool
type_is_time(SqlType type)
{
	return type >= SQL_SMALLDATETIME && type <= SQL_DATETIMEOFFSET;
}

bool
type_is_text(SqlType type)
{
	return (type >= SQL_CHAR && type <= SQL_NVARCHAR) ||
		type == SQL_XML || type == SQL_TEXT || type == SQL_NTEXT || type == SQL_JSON;
}

bool
type_is_unicode(SqlType type)
{
	return type == SQL_NCHAR || type == SQL_NVARCHAR || type == SQL_NTEXT || type == SQL_XML ||
		type == SQL_JSON;
}

bool
type_is_binary(SqlType type)
{
	return type == SQL_BINARY || type == SQL_VARBINARY || type == SQL_IMAGE;
}

bool
type_is_object(SqlType type)
{
	return type == SQL_GEOMETRY || type == SQL_GEOGRAPHY || type == SQL_HIERARCHYID;
}

bool
type_from_name(const char *name, SqlType *type)
{
	for (int i = SQL_BIT; i < TYPE_COUNT; i++)
	{
		if (strcasecmp(name, types[i].name) == 0)
		{
			*type = types[i].type;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
	{
		if (strcasecmp(name, aliases[i].name) == 0)
		{
			*type = aliases[i].type;
			return true;
		}
	}
	return false;
}

bool
convert_allowed(SqlType from, SqlType to, bool implicit)
{
	int			column = 0;

	if (to == SQL_UNTYPED)
		return from == SQL_UNTYPED;
	for (const char *at = matrix[from]; *at != '\0'; at++)
	{
		if (*at != ' ' && ++column == (int) to)
			return implicit ? *at == 'I' : *at != '-';
	}
	return false;
}
