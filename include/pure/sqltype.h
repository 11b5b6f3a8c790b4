/*
 * sqltype.h
 *		The types of SQL Server, as a declaration of a column spells them.
 *
 * The same value says what the user declares (option remote_type) and what a
 * result has, so that the two can be compared.
 */
#ifndef PURE_SQLTYPE_H
#define PURE_SQLTYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum SqlTypeName
{
	SQLTYPE_UNKNOWN,
	SQLTYPE_BIT,
	SQLTYPE_TINYINT,
	SQLTYPE_SMALLINT,
	SQLTYPE_INT,
	SQLTYPE_BIGINT,
	SQLTYPE_REAL,
	SQLTYPE_FLOAT,
	SQLTYPE_SMALLMONEY,
	SQLTYPE_MONEY,
	SQLTYPE_DECIMAL,			/* numeric, too: the same */
	SQLTYPE_DATE,
	SQLTYPE_TIME,
	SQLTYPE_SMALLDATETIME,
	SQLTYPE_DATETIME,
	SQLTYPE_DATETIME2,
	SQLTYPE_DATETIMEOFFSET,
	SQLTYPE_UNIQUEIDENTIFIER,
	SQLTYPE_CHAR,
	SQLTYPE_VARCHAR,
	SQLTYPE_NCHAR,
	SQLTYPE_NVARCHAR,
	SQLTYPE_TEXT,
	SQLTYPE_NTEXT,
	SQLTYPE_XML,
	SQLTYPE_JSON,
	SQLTYPE_BINARY,
	SQLTYPE_VARBINARY,
	SQLTYPE_IMAGE,
	SQLTYPE_ROWVERSION,
	SQLTYPE_SQL_VARIANT,
	SQLTYPE_GEOMETRY,
	SQLTYPE_GEOGRAPHY,
	SQLTYPE_HIERARCHYID,
	SQLTYPE_CLR					/* one of the three before, or a user's: a result does not tell */
} SqlTypeName;

/* SqlType.length of varchar(max), nvarchar(max), varbinary(max) */
#define SQLTYPE_MAX		(-1)

typedef struct SqlType
{
	SqlTypeName name;
	int			length;			/* of strings, in the unit of the declaration; otherwise 0 */
	int			precision;		/* of decimal; otherwise 0 */
	int			scale;			/* of decimal, time, datetime2, datetimeoffset; otherwise 0 */
} SqlType;

/* Longest text of sqltype_format(), and room for what sqltype_parse() says. */
#define SQLTYPE_TEXT_MAX	64
#define SQLTYPE_ALLOWED_MAX	512

/*
 * Understands a declaration and its synonyms ("integer", "dec(9)", "character
 * varying(20)", "rowversion", "sysname"), whatever the case and the blanks.
 * Left out, a precision, scale or mantissa is what it is in a table; the length
 * of a string must be said.  False: allowed says what there is to choose from.
 */
extern bool sqltype_parse(const char *text, SqlType *type, char allowed[SQLTYPE_ALLOWED_MAX]);

/* "nvarchar(200)", "decimal(18,2)", "a CLR type" */
extern void sqltype_format(const SqlType *type, char text[SQLTYPE_TEXT_MAX]);

/*
 * May a column of a result that is actual be one that is declared so?  Names,
 * precision and scale must be equal.  The length may be smaller, for then no
 * value is longer than declared; max is a way of its own to travel, and must
 * be equal.
 */
extern bool sqltype_admits(const SqlType *declared, const SqlType *actual);

/* The same of the column itself, which may be declared as what its result is, too. */
extern bool sqltype_covers(const SqlType *declared, const SqlType *actual);

#endif
