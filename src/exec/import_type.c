/*
 * src/exec/import_type.c
 *		The natural local type of a remote one: the first column of doc/types.md.
 */
#include "postgres.h"

#include "exec/import.h"

/* What follows the name of the local type. */
typedef enum Modifier
{
	MODIFIER_NONE,
	MODIFIER_LENGTH,			/* none when it is max */
	MODIFIER_PRECISION,
	MODIFIER_FRACTION			/* decimals of a second, of which PostgreSQL has six */
} Modifier;

static const struct
{
	SqlTypeName remote;
	const char *local;
	Modifier	modifier;
	const char *unlimited;		/* for the length max */
}			naturals[] =
{
	{SQLTYPE_BIT, "boolean"},
	{SQLTYPE_TINYINT, "smallint"},
	{SQLTYPE_SMALLINT, "smallint"},
	{SQLTYPE_INT, "integer"},
	{SQLTYPE_BIGINT, "bigint"},
	{SQLTYPE_REAL, "real"},
	{SQLTYPE_FLOAT, "double precision"},
	{SQLTYPE_SMALLMONEY, "numeric(10,4)"},
	{SQLTYPE_MONEY, "numeric(19,4)"},
	{SQLTYPE_DECIMAL, "numeric", MODIFIER_PRECISION},
	{SQLTYPE_DATE, "date"},
	{SQLTYPE_TIME, "time", MODIFIER_FRACTION},
	{SQLTYPE_SMALLDATETIME, "timestamp(0)"},
	{SQLTYPE_DATETIME, "timestamp(3)"},
	{SQLTYPE_DATETIME2, "timestamp", MODIFIER_FRACTION},
	{SQLTYPE_DATETIMEOFFSET, "timestamptz", MODIFIER_FRACTION},
	{SQLTYPE_UNIQUEIDENTIFIER, "uuid"},
	{SQLTYPE_CHAR, "char", MODIFIER_LENGTH},
	{SQLTYPE_VARCHAR, "varchar", MODIFIER_LENGTH, "text"},
	{SQLTYPE_NCHAR, "char", MODIFIER_LENGTH},
	{SQLTYPE_NVARCHAR, "varchar", MODIFIER_LENGTH, "text"},
	{SQLTYPE_TEXT, "text"},
	{SQLTYPE_NTEXT, "text"},
	{SQLTYPE_XML, "text"},
	{SQLTYPE_JSON, "text"},
	{SQLTYPE_BINARY, "bytea"},
	{SQLTYPE_VARBINARY, "bytea"},
	{SQLTYPE_IMAGE, "bytea"},
	{SQLTYPE_ROWVERSION, "bytea"},
	{SQLTYPE_SQL_VARIANT, "text"},
	{SQLTYPE_GEOMETRY, "bytea"},
	{SQLTYPE_GEOGRAPHY, "bytea"},
	{SQLTYPE_HIERARCHYID, "text"},
};

char *
tmf_import_type(const SqlType *type)
{
	size_t		i;

	for (i = 0; i < lengthof(naturals); i++)
	{
		const char *local = naturals[i].local;

		if (naturals[i].remote != type->name)
			continue;
		switch (naturals[i].modifier)
		{
			case MODIFIER_NONE:
				return pstrdup(local);
			case MODIFIER_LENGTH:
				return type->length == SQLTYPE_MAX ? pstrdup(naturals[i].unlimited) :
					psprintf("%s(%d)", local, type->length);
			case MODIFIER_PRECISION:
				return psprintf("%s(%d,%d)", local, type->precision, type->scale);
			case MODIFIER_FRACTION:
				return psprintf("%s(%d)", local, Min(type->scale, 6));
		}
	}
	return NULL;
}
