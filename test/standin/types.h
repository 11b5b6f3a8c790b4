/*
 * types.h
 *		SQL Server's types and values, as every part of the stand-in knows them.
 */
#ifndef STANDIN_TYPES_H
#define STANDIN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_BYTES	(128 * 3 + 1)	/* 128 UTF-16 units as UTF-8, and the NUL */

typedef enum SqlType
{
	SQL_UNTYPED,				/* the literal NULL before it meets a type */
	SQL_BIT,
	SQL_TINYINT,
	SQL_SMALLINT,
	SQL_INT,
	SQL_BIGINT,
	SQL_SMALLMONEY,
	SQL_MONEY,
	SQL_DECIMAL,				/* numeric is the same type */
	SQL_REAL,
	SQL_FLOAT,
	SQL_SMALLDATETIME,
	SQL_DATETIME,
	SQL_DATE,
	SQL_TIME,
	SQL_DATETIME2,
	SQL_DATETIMEOFFSET,
	SQL_CHAR,
	SQL_VARCHAR,
	SQL_NCHAR,
	SQL_NVARCHAR,
	SQL_BINARY,
	SQL_VARBINARY,
	SQL_UNIQUEIDENTIFIER,
	SQL_XML,
	SQL_TEXT,
	SQL_NTEXT,
	SQL_IMAGE,
	SQL_VARIANT,
	SQL_GEOMETRY,				/* these three are objects of the CLR */
	SQL_GEOGRAPHY,
	SQL_HIERARCHYID,
	SQL_JSON
} SqlType;

#define LENGTH_MAX	(-1)		/* varchar(max) and its like */

typedef struct Collation
{
	const char *name;			/* SQL_Latin1_General_CP1_CI_AS */
	uint8_t		tds[5];			/* as it travels in COLMETADATA */
	bool		ignore_case;
	bool		ignore_accent;
	bool		binary;			/* compares code units */
	bool		utf8;
} Collation;

typedef struct TypeSpec
{
	SqlType		type;
	uint8_t		precision;		/* decimal */
	uint8_t		scale;			/* decimal, time, datetime2, datetimeoffset */
	int32_t		length;			/* characters (bytes for char, varchar, binary), or LENGTH_MAX */
	const Collation *collation; /* character types only */
} TypeSpec;

/* |value| = magnitude / 10^scale; the scale is that of the TypeSpec beside it. */
typedef struct Decimal
{
	bool		negative;
	unsigned __int128 magnitude;	/* < 10^38 */
} Decimal;

/*
 * A value.  Which member counts follows from the type:
 *
 * i	bit, integers; money (1/10000); date (days since 0001-01-01);
 *		time and datetime2 (100 ns since midnight / since 0001-01-01 00:00);
 *		datetimeoffset (100 ns since 0001-01-01 00:00 *UTC*, and offset);
 *		datetime (1/300 s since 1900-01-01, negative before);
 *		smalldatetime (minutes since 1900-01-01)
 * f	real, float
 * d	decimal
 * p,n	character types and json in UTF-8; binary types; uniqueidentifier as the 16 bytes
 *		that travel; sql_variant as it travels in a row (base type, size of its
 *		properties, properties, value).  Not NUL-terminated; whoever hands a
 *		Value over says how long p lives
 */
typedef struct SqlValue
{
	bool		null;
	int16_t		offset;			/* minutes */
	int64_t		i;
	double		f;
	Decimal		d;
	const char *p;
	size_t		n;
} SqlValue;

typedef struct SqlColumn
{
	char		name[NAME_MAX_BYTES];
	TypeSpec	type;
	bool		nullable;
	bool		identity;
	bool		computed;
	bool		rowversion;
} SqlColumn;

/* An ERROR (severity > 10) or INFO token. */
typedef struct SqlMessage
{
	int			number;
	int			state;
	int			severity;
	int			line;
	char		procedure[NAME_MAX_BYTES];
	char		text[2048];
} SqlMessage;

#endif
