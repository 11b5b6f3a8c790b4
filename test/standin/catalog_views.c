/*
 * catalog_views.c
 *		System views of a database: SELECTs over the tables of its catalog.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse.h"
#include "catalog_views.h"
#include "parser.h"

/* length in bytes, as sys.columns has it */
#define MAX_LENGTH \
	"CASE WHEN c.length = -1 THEN -1 WHEN c.type IN ('nchar', 'nvarchar') THEN c.length * 2 " \
	"WHEN c.type IN ('char', 'varchar', 'binary', 'varbinary') THEN c.length " \
	"WHEN c.type IN ('bit', 'tinyint') THEN 1 WHEN c.type = 'smallint' THEN 2 " \
	"WHEN c.type IN ('int', 'real', 'smallmoney', 'smalldatetime') THEN 4 " \
	"WHEN c.type IN ('bigint', 'float', 'money', 'datetime') THEN 8 WHEN c.type = 'date' THEN 3 " \
	"WHEN c.type = 'time' THEN CASE WHEN c.scale <= 2 THEN 3 WHEN c.scale <= 4 THEN 4 ELSE 5 END " \
	"WHEN c.type = 'datetime2' THEN CASE WHEN c.scale <= 2 THEN 6 WHEN c.scale <= 4 THEN 7 ELSE 8 END " \
	"WHEN c.type = 'datetimeoffset' THEN CASE WHEN c.scale <= 2 THEN 8 WHEN c.scale <= 4 THEN 9 ELSE 10 END " \
	"WHEN c.type IN ('decimal', 'numeric') THEN CASE WHEN c.precision <= 9 THEN 5 WHEN c.precision <= 19 THEN 9 " \
	"WHEN c.precision <= 28 THEN 13 ELSE 17 END ELSE 16 END"

#define PRECISION \
	"CASE c.type WHEN 'decimal' THEN c.precision WHEN 'numeric' THEN c.precision WHEN 'bit' THEN 1 WHEN 'tinyint' THEN 3 " \
	"WHEN 'smallint' THEN 5 WHEN 'int' THEN 10 WHEN 'bigint' THEN 19 WHEN 'money' THEN 19 " \
	"WHEN 'smallmoney' THEN 10 WHEN 'real' THEN 24 WHEN 'float' THEN 53 WHEN 'datetime' THEN 23 " \
	"WHEN 'smalldatetime' THEN 16 WHEN 'date' THEN 10 WHEN 'time' THEN 8 + c.scale + (c.scale > 0) " \
	"WHEN 'datetime2' THEN 19 + c.scale + (c.scale > 0) " \
	"WHEN 'datetimeoffset' THEN 26 + c.scale + (c.scale > 0) ELSE 0 END"

#define SCALE \
	"CASE c.type WHEN 'money' THEN 4 WHEN 'smallmoney' THEN 4 WHEN 'datetime' THEN 3 ELSE c.scale END"

#define TYPES \
	"(SELECT column1 AS name, column2 AS id, column3 AS max_length, column4 AS precision, column5 AS scale FROM (VALUES " \
	"('image', 34, 16, 0, 0), ('text', 35, 16, 0, 0), ('uniqueidentifier', 36, 16, 0, 0), ('date', 40, 3, 10, 0), " \
	"('time', 41, 5, 16, 7), ('datetime2', 42, 8, 27, 7), ('datetimeoffset', 43, 10, 34, 7), ('tinyint', 48, 1, 3, 0), " \
	"('smallint', 52, 2, 5, 0), ('int', 56, 4, 10, 0), ('smalldatetime', 58, 4, 16, 0), ('real', 59, 4, 24, 0), " \
	"('money', 60, 8, 19, 4), ('datetime', 61, 8, 23, 3), ('float', 62, 8, 53, 0), ('sql_variant', 98, 8016, 0, 0), " \
	"('ntext', 99, 16, 0, 0), ('bit', 104, 1, 1, 0), ('decimal', 106, 17, 38, 38), ('numeric', 108, 17, 38, 38), " \
	"('smallmoney', 122, 4, 10, 4), ('bigint', 127, 8, 19, 0), ('varbinary', 165, 8000, 0, 0), " \
	"('varchar', 167, 8000, 0, 0), ('binary', 173, 8000, 0, 0), ('char', 175, 8000, 0, 0), " \
	"('nvarchar', 231, 8000, 0, 0), ('nchar', 239, 8000, 0, 0), ('xml', 241, -1, 0, 0)))"

/* 1/300 s since 1900 of the ticks that the catalog keeps */
#define DATETIME(column)	"((" column " - 599266080000000000) * 3 / 100000)"

static const SystemColumn schemas_columns[] = {
	{"name", "sysname"}, {"schema_id", "int"}, {"principal_id", "int?"}, {NULL, NULL}
};

#define OBJECT_COLUMNS \
	{"name", "sysname"}, {"object_id", "int"}, {"principal_id", "int?"}, {"schema_id", "int"}, \
	{"parent_object_id", "int"}, {"type", "char(2)"}, {"type_desc", "nvarchar(60)?"}, \
	{"create_date", "datetime"}, {"modify_date", "datetime"}, {"is_ms_shipped", "bit"}

#define OBJECT_BODY \
	"SELECT o.name AS name, o.object_id AS object_id, NULL AS principal_id, o.schema_id AS schema_id, " \
	"o.parent_id AS parent_object_id, CASE WHEN length(o.type) = 1 THEN o.type || ' ' ELSE o.type END AS type, " \
	"CASE o.type WHEN 'U' THEN 'USER_TABLE' WHEN 'V' THEN 'VIEW' WHEN 'PK' THEN 'PRIMARY_KEY_CONSTRAINT' " \
	"WHEN 'UQ' THEN 'UNIQUE_CONSTRAINT' WHEN 'F' THEN 'FOREIGN_KEY_CONSTRAINT' WHEN 'C' THEN 'CHECK_CONSTRAINT' " \
	"WHEN 'D' THEN 'DEFAULT_CONSTRAINT' END AS type_desc, " DATETIME("o.created") " AS create_date, " \
	DATETIME("o.modified") " AS modify_date, 0 AS is_ms_shipped"

static const SystemColumn objects_columns[] = {OBJECT_COLUMNS, {NULL, NULL}};

static const SystemColumn key_columns[] = {
	OBJECT_COLUMNS, {"unique_index_id", "int?"}, {NULL, NULL}
};

static const SystemColumn foreign_keys_columns[] = {
	OBJECT_COLUMNS, {"referenced_object_id", "int?"}, {"is_disabled", "bit"}, {NULL, NULL}
};

static const SystemColumn foreign_key_columns_columns[] = {
	{"constraint_object_id", "int"}, {"constraint_column_id", "int"}, {"parent_object_id", "int"},
	{"parent_column_id", "int"}, {"referenced_object_id", "int"}, {"referenced_column_id", "int"}, {NULL, NULL}
};

static const SystemColumn default_columns[] = {
	OBJECT_COLUMNS, {"parent_column_id", "int"}, {"definition", "nvarchar(4000)?"}, {NULL, NULL}
};

static const SystemColumn columns_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"column_id", "int"}, {"system_type_id", "tinyint"},
	{"user_type_id", "int"}, {"max_length", "smallint"}, {"precision", "tinyint"}, {"scale", "tinyint"},
	{"collation_name", "sysname?"}, {"is_nullable", "bit?"}, {"is_ansi_padded", "bit"},
	{"is_rowguidcol", "bit"}, {"is_identity", "bit"}, {"is_computed", "bit"}, {"default_object_id", "int"},
	{NULL, NULL}
};

static const SystemColumn identity_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"column_id", "int"}, {"seed_value", "bigint?"},
	{"increment_value", "bigint?"}, {"last_value", "bigint?"}, {NULL, NULL}
};

static const SystemColumn types_columns[] = {
	{"name", "sysname"}, {"system_type_id", "tinyint"}, {"user_type_id", "int"}, {"schema_id", "int"},
	{"max_length", "smallint"}, {"precision", "tinyint"}, {"scale", "tinyint"}, {"is_nullable", "bit?"},
	{"is_user_defined", "bit"}, {NULL, NULL}
};

static const SystemColumn indexes_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"index_id", "int"}, {"type", "tinyint"},
	{"type_desc", "nvarchar(60)?"}, {"is_unique", "bit?"}, {"is_primary_key", "bit?"},
	{"is_unique_constraint", "bit?"}, {"is_disabled", "bit?"}, {NULL, NULL}
};

static const SystemColumn index_columns_columns[] = {
	{"object_id", "int"}, {"index_id", "int"}, {"index_column_id", "int"}, {"column_id", "int"},
	{"key_ordinal", "tinyint"}, {"is_descending_key", "bit?"}, {"is_included_column", "bit?"}, {NULL, NULL}
};

static const SystemColumn info_schemata_columns[] = {
	{"CATALOG_NAME", "nvarchar(128)?"}, {"SCHEMA_NAME", "nvarchar(128)"}, {"SCHEMA_OWNER", "nvarchar(128)?"},
	{NULL, NULL}
};

static const SystemColumn info_tables_columns[] = {
	{"TABLE_CATALOG", "nvarchar(128)?"}, {"TABLE_SCHEMA", "nvarchar(128)?"}, {"TABLE_NAME", "sysname"},
	{"TABLE_TYPE", "varchar(10)?"}, {NULL, NULL}
};

static const SystemColumn info_columns_columns[] = {
	{"TABLE_CATALOG", "nvarchar(128)?"}, {"TABLE_SCHEMA", "nvarchar(128)?"}, {"TABLE_NAME", "nvarchar(128)"},
	{"COLUMN_NAME", "nvarchar(128)?"}, {"ORDINAL_POSITION", "int?"}, {"COLUMN_DEFAULT", "nvarchar(4000)?"},
	{"IS_NULLABLE", "varchar(3)?"}, {"DATA_TYPE", "nvarchar(128)?"}, {"CHARACTER_MAXIMUM_LENGTH", "int?"},
	{"CHARACTER_OCTET_LENGTH", "int?"}, {"NUMERIC_PRECISION", "tinyint?"},
	{"NUMERIC_PRECISION_RADIX", "smallint?"}, {"NUMERIC_SCALE", "int?"}, {"DATETIME_PRECISION", "smallint?"},
	{"CHARACTER_SET_NAME", "nvarchar(128)?"}, {"COLLATION_NAME", "nvarchar(128)?"}, {NULL, NULL}
};

#define DATABASE	"(SELECT t_database())"

const SystemView database_views[] = {
	{"sys", "schemas", NULL, schemas_columns,
	"SELECT name, schema_id, schema_id AS principal_id FROM standin_schema", NULL},
	{"sys", "objects", NULL, objects_columns, OBJECT_BODY " FROM standin_object o", NULL},
	{"sys", "tables", NULL, objects_columns, OBJECT_BODY " FROM standin_object o WHERE o.type = 'U'", NULL},
	{"sys", "views", NULL, objects_columns, OBJECT_BODY " FROM standin_object o WHERE o.type = 'V'", NULL},
	{"sys", "key_constraints", NULL, key_columns,
		OBJECT_BODY ", (SELECT i.index_id FROM standin_index i WHERE i.object_id = o.parent_id AND "
		"i.constraint_id = o.object_id) AS unique_index_id FROM standin_object o WHERE o.type IN ('PK', 'UQ')", NULL},
	{"sys", "foreign_keys", NULL, foreign_keys_columns,
		OBJECT_BODY ", k.referenced_id AS referenced_object_id, o.disabled AS is_disabled FROM standin_object o "
		"JOIN standin_foreign_key k ON k.object_id = o.object_id", NULL},
	{"sys", "foreign_key_columns", NULL, foreign_key_columns_columns,
		"SELECT k.object_id AS constraint_object_id, kc.ordinal AS constraint_column_id, "
		"k.parent_id AS parent_object_id, kc.parent_column AS parent_column_id, "
		"k.referenced_id AS referenced_object_id, kc.referenced_column AS referenced_column_id "
		"FROM standin_foreign_key k JOIN standin_foreign_key_column kc ON kc.object_id = k.object_id", NULL},
	{"sys", "default_constraints", NULL, default_columns,
		OBJECT_BODY ", c.column_id AS parent_column_id, o.definition AS definition FROM standin_object o "
		"JOIN standin_column c ON c.default_id = o.object_id WHERE o.type = 'D'", NULL},
	{"sys", "columns", NULL, columns_columns,
		"SELECT c.object_id AS object_id, c.name AS name, c.column_id AS column_id, t.id AS system_type_id, "
		"t.id AS user_type_id, " MAX_LENGTH " AS max_length, " PRECISION " AS precision, " SCALE " AS scale, "
		"c.collation AS collation_name, c.nullable AS is_nullable, 1 AS is_ansi_padded, 0 AS is_rowguidcol, "
		"c.identity AS is_identity, c.computed_text IS NOT NULL AS is_computed, "
		"c.default_id AS default_object_id FROM standin_column c LEFT JOIN " TYPES " t ON t.name = c.type", NULL},
	{"sys", "identity_columns", NULL, identity_columns,
		"SELECT c.object_id AS object_id, c.name AS name, c.column_id AS column_id, c.seed AS seed_value, "
		"c.increment AS increment_value, i.last_value AS last_value FROM standin_column c "
		"LEFT JOIN standin_identity i ON i.object_id = c.object_id WHERE c.identity", NULL},
	{"sys", "types", NULL, types_columns,
		"SELECT name, id AS system_type_id, id AS user_type_id, 4 AS schema_id, max_length, precision, scale, "
		"1 AS is_nullable, 0 AS is_user_defined FROM " TYPES " UNION ALL "
		"SELECT 'sysname', 231, 256, 4, 256, 0, 0, 0, 0", NULL},
	{"sys", "indexes", NULL, indexes_columns,
		"SELECT object_id, name, index_id, CASE WHEN clustered THEN 1 ELSE 2 END AS type, "
		"CASE WHEN clustered THEN 'CLUSTERED' ELSE 'NONCLUSTERED' END AS type_desc, is_unique, "
		"is_primary AS is_primary_key, constraint_id <> 0 AND NOT is_primary AS is_unique_constraint, "
		"0 AS is_disabled FROM standin_index UNION ALL SELECT object_id, NULL, 0, 0, 'HEAP', 0, 0, 0, 0 "
		"FROM standin_object o WHERE o.type = 'U' AND NOT EXISTS (SELECT 1 FROM standin_index i "
		"WHERE i.object_id = o.object_id AND i.clustered)", NULL},
	{"sys", "index_columns", NULL, index_columns_columns,
		"SELECT object_id, index_id, ordinal AS index_column_id, column_id, ordinal AS key_ordinal, "
		"descending AS is_descending_key, 0 AS is_included_column FROM standin_index_column", NULL},
	{"INFORMATION_SCHEMA", "SCHEMATA", NULL, info_schemata_columns,
		"SELECT " DATABASE " AS CATALOG_NAME, name AS SCHEMA_NAME, name AS SCHEMA_OWNER FROM standin_schema", NULL},
	{"INFORMATION_SCHEMA", "TABLES", NULL, info_tables_columns,
		"SELECT " DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		"CASE o.type WHEN 'U' THEN 'BASE TABLE' ELSE 'VIEW' END AS TABLE_TYPE FROM standin_object o "
		"JOIN standin_schema s ON s.schema_id = o.schema_id WHERE o.type IN ('U', 'V')", NULL},
	{"INFORMATION_SCHEMA", "COLUMNS", NULL, info_columns_columns,
		"SELECT " DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		"c.name AS COLUMN_NAME, c.position AS ORDINAL_POSITION, c.default_text AS COLUMN_DEFAULT, "
		"CASE WHEN c.nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, c.type AS DATA_TYPE, "
		"CASE WHEN c.type IN ('char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary') THEN c.length "
		"WHEN c.type IN ('text', 'image') THEN 2147483647 WHEN c.type = 'ntext' THEN 1073741823 "
		"WHEN c.type = 'xml' THEN -1 END AS CHARACTER_MAXIMUM_LENGTH, "
		"CASE WHEN c.type IN ('char', 'varchar', 'binary', 'varbinary') OR c.length = -1 THEN c.length "
		"WHEN c.type IN ('nchar', 'nvarchar') THEN c.length * 2 "
		"WHEN c.type IN ('text', 'image') THEN 2147483647 WHEN c.type = 'ntext' THEN 2147483646 "
		"WHEN c.type = 'xml' THEN -1 END AS CHARACTER_OCTET_LENGTH, "
		"CASE WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney', 'real', "
		"'float') THEN " PRECISION " END AS NUMERIC_PRECISION, "
		"CASE WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney') THEN 10 "
		"WHEN c.type IN ('real', 'float') THEN 2 END AS NUMERIC_PRECISION_RADIX, "
		"CASE WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney') "
		"THEN " SCALE " END AS NUMERIC_SCALE, "
		"CASE WHEN c.type IN ('time', 'datetime2', 'datetimeoffset') THEN c.scale WHEN c.type = 'datetime' THEN 3 "
		"WHEN c.type IN ('date', 'smalldatetime') THEN 0 END AS DATETIME_PRECISION, "
		"CASE WHEN c.type IN ('char', 'varchar', 'text') THEN 'iso_1' "
		"WHEN c.type IN ('nchar', 'nvarchar', 'ntext') THEN 'UNICODE' END AS CHARACTER_SET_NAME, "
		"c.collation AS COLLATION_NAME FROM standin_column c "
		"JOIN standin_object o ON o.object_id = c.object_id AND o.type IN ('U', 'V') "
		"JOIN standin_schema s ON s.schema_id = o.schema_id", NULL},
	{NULL, NULL, NULL, NULL, NULL, NULL}
};

static bool
matches(const SystemView *view, const char *database, const char *schema, const char *name)
{
	if (!name_equal(view->name, name) || (view->database != NULL && !name_equal(view->database, database)))
		return false;
	return schema != NULL ? name_equal(view->schema, schema) : name_equal(view->schema, "dbo");
}

const SystemView *
system_view_find(const char *database, const char *schema, const char *name)
{
	for (const SystemView *view = database_views; view->name != NULL; view++)
	{
		if (matches(view, database, schema, name))
			return view;
	}
	for (const SystemView *view = instance_views; view->name != NULL; view++)
	{
		if (matches(view, database, schema, name))
			return view;
	}
	return NULL;
}

SqlColumn *
system_view_columns(const SystemView *view, const Session *session, Arena *arena, int *count)
{
	SqlColumn  *columns;
	int			n = 0;

	while (view->columns[n].name != NULL)
		n++;
	columns = arena_alloc(arena, sizeof(SqlColumn) * (size_t) n);
	memset(columns, 0, sizeof(SqlColumn) * (size_t) n);
	for (int i = 0; i < n; i++)
	{
		const char *text = view->columns[i].type;
		size_t		size = strlen(text);
		DataType	type;
		SqlMessage	error;

		snprintf(columns[i].name, sizeof(columns[i].name), "%s", view->columns[i].name);
		columns[i].nullable = text[size - 1] == '?';
		if (parse_type_text(text, size - columns[i].nullable, arena, &type, &error))
			columns[i].type = type.spec;
		if (type_is_text(columns[i].type.type))
			columns[i].type.collation = session->collation;
	}
	*count = n;
	return columns;
}
