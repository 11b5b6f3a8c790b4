/*
 * system_database.c
 *		System views of a database: queries over the tables of its catalog.
 *
 * A moment of the catalog is 100 ns since 0001-01-01; datetime counts 1/300 s
 * since 1900-01-01.
 */
#include "catalog_views.h"

#define MOMENT(column)	"(o." column " - 599266080000000000) * 3 / 100000 AS "

#define TYPE_IDS \
	"CASE c.type WHEN 'image' THEN 34 WHEN 'text' THEN 35 WHEN 'uniqueidentifier' THEN 36 WHEN 'date' THEN 40 " \
	"WHEN 'time' THEN 41 WHEN 'datetime2' THEN 42 WHEN 'datetimeoffset' THEN 43 WHEN 'tinyint' THEN 48 " \
	"WHEN 'smallint' THEN 52 WHEN 'int' THEN 56 WHEN 'smalldatetime' THEN 58 WHEN 'real' THEN 59 " \
	"WHEN 'money' THEN 60 WHEN 'datetime' THEN 61 WHEN 'float' THEN 62 WHEN 'sql_variant' THEN 98 " \
	"WHEN 'ntext' THEN 99 WHEN 'bit' THEN 104 WHEN 'decimal' THEN 106 WHEN 'numeric' THEN 108 " \
	"WHEN 'smallmoney' THEN 122 WHEN 'bigint' THEN 127 WHEN 'varbinary' THEN 165 WHEN 'varchar' THEN 167 " \
	"WHEN 'binary' THEN 173 WHEN 'char' THEN 175 WHEN 'nvarchar' THEN 231 WHEN 'nchar' THEN 239 " \
	"WHEN 'xml' THEN 241 END"

/* Bytes, -1 for (max): as sys.columns.max_length has it. */
#define MAX_LENGTH \
	"CASE WHEN c.type IN ('nchar', 'nvarchar') THEN CASE WHEN c.length < 0 THEN -1 ELSE 2 * c.length END " \
	"WHEN c.type IN ('char', 'varchar', 'binary', 'varbinary') THEN c.length " \
	"WHEN c.type IN ('tinyint', 'bit') THEN 1 WHEN c.type = 'smallint' THEN 2 WHEN c.type = 'date' THEN 3 " \
	"WHEN c.type IN ('int', 'real', 'smallmoney', 'smalldatetime') THEN 4 " \
	"WHEN c.type IN ('bigint', 'float', 'money', 'datetime') THEN 8 " \
	"WHEN c.type IN ('uniqueidentifier', 'text', 'ntext', 'image') THEN 16 WHEN c.type = 'xml' THEN -1 " \
	"WHEN c.type = 'decimal' THEN CASE WHEN c.precision <= 9 THEN 5 WHEN c.precision <= 19 THEN 9 " \
	"WHEN c.precision <= 28 THEN 13 ELSE 17 END " \
	"WHEN c.type = 'sql_variant' THEN 8016 " \
	"WHEN c.scale <= 2 THEN 3 WHEN c.scale <= 4 THEN 4 ELSE 5 END " \
	"+ CASE c.type WHEN 'datetime2' THEN 3 WHEN 'datetimeoffset' THEN 5 ELSE 0 END"

#define TYPE_DESCRIPTIONS \
	"CASE o.type WHEN 'U' THEN 'USER_TABLE' WHEN 'V' THEN 'VIEW' WHEN 'PK' THEN 'PRIMARY_KEY_CONSTRAINT' " \
	"WHEN 'UQ' THEN 'UNIQUE_CONSTRAINT' WHEN 'F' THEN 'FOREIGN_KEY_CONSTRAINT' " \
	"WHEN 'C' THEN 'CHECK_CONSTRAINT' WHEN 'D' THEN 'DEFAULT_CONSTRAINT' END"

static const SystemColumn schemas_columns[] = {
	{"name", "sysname"},
	{"schema_id", "int"},
	{"principal_id", "int?"},
	{NULL, NULL}
};

static const SystemColumn objects_columns[] = {
	{"name", "sysname"},
	{"object_id", "int"},
	{"principal_id", "int?"},
	{"schema_id", "int"},
	{"parent_object_id", "int"},
	{"type", "char(2)"},
	{"type_desc", "nvarchar(60)?"},
	{"create_date", "datetime"},
	{"modify_date", "datetime"},
	{"is_ms_shipped", "bit"},
	{NULL, NULL}
};

#define OBJECTS_BODY(condition) \
	"SELECT o.name AS name, o.object_id AS object_id, NULL AS principal_id, o.schema_id AS schema_id, " \
	"o.parent_id AS parent_object_id, substr(o.type || ' ', 1, 2) AS type, " TYPE_DESCRIPTIONS " AS type_desc, " \
	MOMENT("created") "create_date, " MOMENT("modified") "modify_date, 0 AS is_ms_shipped " \
	"FROM main.standin_object AS o " condition

static const SystemColumn columns_columns[] = {
	{"object_id", "int"},
	{"name", "sysname"},
	{"column_id", "int"},
	{"system_type_id", "tinyint"},
	{"user_type_id", "int"},
	{"max_length", "smallint"},
	{"precision", "tinyint"},
	{"scale", "tinyint"},
	{"collation_name", "sysname?"},
	{"is_nullable", "bit?"},
	{"is_identity", "bit"},
	{"is_computed", "bit"},
	{"default_object_id", "int"},
	{NULL, NULL}
};

/* Precision of a type that does not carry its own. */
#define PRECISIONS \
	"CASE c.type WHEN 'tinyint' THEN 3 WHEN 'smallint' THEN 5 WHEN 'int' THEN 10 WHEN 'bigint' THEN 19 " \
	"WHEN 'bit' THEN 1 WHEN 'real' THEN 24 WHEN 'float' THEN 53 WHEN 'money' THEN 19 WHEN 'smallmoney' THEN 10 " \
	"WHEN 'datetime' THEN 23 WHEN 'smalldatetime' THEN 16 WHEN 'date' THEN 10 " \
	"WHEN 'time' THEN 8 + (c.scale > 0) + c.scale WHEN 'datetime2' THEN 19 + (c.scale > 0) + c.scale " \
	"WHEN 'datetimeoffset' THEN 26 + (c.scale > 0) + c.scale WHEN 'decimal' THEN c.precision ELSE 0 END"

#define SCALES \
	"CASE c.type WHEN 'money' THEN 4 WHEN 'smallmoney' THEN 4 WHEN 'datetime' THEN 3 " \
	"WHEN 'decimal' THEN c.scale WHEN 'time' THEN c.scale WHEN 'datetime2' THEN c.scale " \
	"WHEN 'datetimeoffset' THEN c.scale ELSE 0 END"

static const SystemColumn types_columns[] = {
	{"name", "sysname"},
	{"system_type_id", "tinyint"},
	{"user_type_id", "int"},
	{"schema_id", "int"},
	{"is_user_defined", "bit"},
	{NULL, NULL}
};

static const SystemColumn schemata_columns[] = {
	{"SCHEMA_NAME", "nvarchar(128)"},
	{NULL, NULL}
};

static const SystemColumn info_tables_columns[] = {
	{"TABLE_SCHEMA", "nvarchar(128)?"},
	{"TABLE_NAME", "sysname"},
	{"TABLE_TYPE", "varchar(10)?"},
	{NULL, NULL}
};

static const SystemColumn info_columns_columns[] = {
	{"TABLE_SCHEMA", "nvarchar(128)?"},
	{"TABLE_NAME", "sysname"},
	{"COLUMN_NAME", "sysname?"},
	{"ORDINAL_POSITION", "int?"},
	{"COLUMN_DEFAULT", "nvarchar(4000)?"},
	{"IS_NULLABLE", "varchar(3)?"},
	{"DATA_TYPE", "nvarchar(128)?"},
	{"CHARACTER_MAXIMUM_LENGTH", "int?"},
	{"NUMERIC_PRECISION", "tinyint?"},
	{"NUMERIC_PRECISION_RADIX", "smallint?"},
	{"NUMERIC_SCALE", "int?"},
	{"DATETIME_PRECISION", "smallint?"},
	{"COLLATION_NAME", "sysname?"},
	{NULL, NULL}
};

const SystemView database_views[] = {
	{"sys", "schemas", NULL, schemas_columns,
		"SELECT name, schema_id, 1 AS principal_id FROM main.standin_schema", NULL},
	{"sys", "objects", NULL, objects_columns, OBJECTS_BODY(""), NULL},
	{"sys", "tables", NULL, objects_columns, OBJECTS_BODY("WHERE o.type = 'U'"), NULL},
	{"sys", "views", NULL, objects_columns, OBJECTS_BODY("WHERE o.type = 'V'"), NULL},
	{"sys", "columns", NULL, columns_columns,
		"SELECT c.object_id AS object_id, c.name AS name, c.column_id AS column_id, " TYPE_IDS " AS system_type_id, "
		TYPE_IDS " AS user_type_id, " MAX_LENGTH " AS max_length, " PRECISIONS " AS precision, "
		SCALES " AS scale, c.collation AS collation_name, c.nullable AS is_nullable, "
		"c.identity AS is_identity, c.computed_text IS NOT NULL AS is_computed, "
		"c.default_id AS default_object_id FROM main.standin_column AS c", NULL},
	{"sys", "types", NULL, types_columns,
		"SELECT c.type AS name, " TYPE_IDS " AS system_type_id, " TYPE_IDS " AS user_type_id, 4 AS schema_id, "
		"0 AS is_user_defined FROM (SELECT value AS type FROM json_each('[\"image\", \"text\", "
		"\"uniqueidentifier\", \"date\", \"time\", \"datetime2\", \"datetimeoffset\", \"tinyint\", \"smallint\", "
		"\"int\", \"smalldatetime\", \"real\", \"money\", \"datetime\", \"float\", \"sql_variant\", \"ntext\", "
		"\"bit\", \"decimal\", \"numeric\", \"smallmoney\", \"bigint\", \"varbinary\", \"varchar\", \"binary\", "
		"\"char\", \"nvarchar\", \"nchar\", \"xml\"]')) AS c", NULL},
	{"INFORMATION_SCHEMA", "SCHEMATA", NULL, schemata_columns,
		"SELECT name AS SCHEMA_NAME FROM main.standin_schema", NULL},
	{"INFORMATION_SCHEMA", "TABLES", NULL, info_tables_columns,
		"SELECT s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		"CASE o.type WHEN 'U' THEN 'BASE TABLE' ELSE 'VIEW' END AS TABLE_TYPE "
		"FROM main.standin_object AS o JOIN main.standin_schema AS s USING (schema_id) "
		"WHERE o.type IN ('U', 'V')", NULL},
	{"INFORMATION_SCHEMA", "COLUMNS", NULL, info_columns_columns,
		"SELECT s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, c.name AS COLUMN_NAME, "
		"c.position AS ORDINAL_POSITION, c.default_text AS COLUMN_DEFAULT, "
		"CASE WHEN c.nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, c.type AS DATA_TYPE, "
		"CASE WHEN c.type IN ('char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary') THEN c.length "
		"WHEN c.type IN ('text', 'image') THEN 2147483647 WHEN c.type = 'ntext' THEN 1073741823 "
		"WHEN c.type = 'xml' THEN -1 END AS CHARACTER_MAXIMUM_LENGTH, "
		"CASE WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint', 'real', 'float', 'money', 'smallmoney', "
		"'decimal') THEN " PRECISIONS " END AS NUMERIC_PRECISION, "
		"CASE WHEN c.type IN ('real', 'float') THEN 2 WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint', "
		"'money', 'smallmoney', 'decimal') THEN 10 END AS NUMERIC_PRECISION_RADIX, "
		"CASE WHEN c.type IN ('tinyint', 'smallint', 'int', 'bigint') THEN 0 "
		"WHEN c.type IN ('money', 'smallmoney') THEN 4 WHEN c.type = 'decimal' THEN c.scale END AS NUMERIC_SCALE, "
		"CASE WHEN c.type IN ('date', 'smalldatetime') THEN 0 WHEN c.type = 'datetime' THEN 3 "
		"WHEN c.type IN ('time', 'datetime2', 'datetimeoffset') THEN c.scale END AS DATETIME_PRECISION, "
		"c.collation AS COLLATION_NAME "
		"FROM main.standin_column AS c JOIN main.standin_object AS o USING (object_id) "
		"JOIN main.standin_schema AS s USING (schema_id) WHERE o.type IN ('U', 'V')", NULL},
	{NULL, NULL, NULL, NULL, NULL, NULL}
};
