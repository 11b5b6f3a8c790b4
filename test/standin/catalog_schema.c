/*
 * catalog_schema.c
 *		System views of a database, schema INFORMATION_SCHEMA.
 */
#include <stddef.h>

#include "catalog_sql.h"
#include "catalog_views.h"

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

#define CONSTRAINT_COLUMNS \
	{"CONSTRAINT_CATALOG", "nvarchar(128)?"}, {"CONSTRAINT_SCHEMA", "nvarchar(128)?"}, {"CONSTRAINT_NAME", "sysname"}

#define TABLE_COLUMNS \
	{"TABLE_CATALOG", "nvarchar(128)?"}, {"TABLE_SCHEMA", "nvarchar(128)?"}, {"TABLE_NAME", "sysname"}

/* o is the constraint's object, s its schema, p the table. */
#define CONSTRAINT_BODY \
	"SELECT " DATABASE " AS CONSTRAINT_CATALOG, s.name AS CONSTRAINT_SCHEMA, o.name AS CONSTRAINT_NAME"

#define TABLE_BODY \
	DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, p.name AS TABLE_NAME"

#define CONSTRAINT_SOURCE \
	" FROM standin_object o JOIN standin_schema s ON s.schema_id = o.schema_id " \
	"JOIN standin_object p ON p.object_id = o.parent_id "

static const SystemColumn table_constraints_columns[] = {
	CONSTRAINT_COLUMNS, TABLE_COLUMNS, {"CONSTRAINT_TYPE", "varchar(11)?"}, {"IS_DEFERRABLE", "varchar(2)"},
	{"INITIALLY_DEFERRED", "varchar(2)"}, {NULL, NULL}
};

static const SystemColumn key_usage_columns[] = {
	CONSTRAINT_COLUMNS, TABLE_COLUMNS, {"COLUMN_NAME", "nvarchar(128)?"}, {"ORDINAL_POSITION", "int"}, {NULL, NULL}
};

static const SystemColumn views_columns[] = {
	TABLE_COLUMNS, {"VIEW_DEFINITION", "nvarchar(4000)?"}, {"CHECK_OPTION", "varchar(7)?"},
	{"IS_UPDATABLE", "varchar(2)"}, {NULL, NULL}
};

static const SystemColumn referential_columns[] = {
	CONSTRAINT_COLUMNS, {"UNIQUE_CONSTRAINT_CATALOG", "nvarchar(128)?"},
	{"UNIQUE_CONSTRAINT_SCHEMA", "nvarchar(128)?"}, {"UNIQUE_CONSTRAINT_NAME", "sysname?"},
	{"MATCH_OPTION", "varchar(7)?"}, {"UPDATE_RULE", "varchar(11)?"}, {"DELETE_RULE", "varchar(11)?"}, {NULL, NULL}
};

static const SystemColumn checks_columns[] = {
	CONSTRAINT_COLUMNS, {"CHECK_CLAUSE", "nvarchar(4000)?"}, {NULL, NULL}
};

static const SystemColumn column_usage_columns[] = {
	TABLE_COLUMNS, {"COLUMN_NAME", "nvarchar(128)?"}, CONSTRAINT_COLUMNS, {NULL, NULL}
};

/* The columns of keys: of an index that a constraint has, or of a foreign key. */
#define KEY_COLUMNS \
	"(SELECT i.constraint_id AS id, ic.object_id AS object_id, ic.ordinal AS ordinal, ic.column_id AS column_id " \
	"FROM standin_index i JOIN standin_index_column ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id " \
	"WHERE i.constraint_id <> 0 UNION ALL SELECT k.object_id, k.parent_id, kc.ordinal, kc.parent_column " \
	"FROM standin_foreign_key k JOIN standin_foreign_key_column kc ON kc.object_id = k.object_id)"

/* The PRIMARY KEY or UNIQUE constraint that foreign key k refers to. */
#define REFERRED_KEY \
	"(SELECT i.constraint_id FROM standin_index i WHERE i.object_id = k.referenced_id AND i.constraint_id <> 0 AND " \
	"(SELECT group_concat(x) FROM (SELECT ic.column_id AS x FROM standin_index_column ic " \
	"WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id ORDER BY 1)) = " \
	"(SELECT group_concat(x) FROM (SELECT kc.referenced_column AS x FROM standin_foreign_key_column kc " \
	"WHERE kc.object_id = k.object_id ORDER BY 1)) ORDER BY i.index_id LIMIT 1)"

const SystemView schema_views[] = {
	{"INFORMATION_SCHEMA", "SCHEMATA", NULL, info_schemata_columns,
		"SELECT " DATABASE " AS CATALOG_NAME, name AS SCHEMA_NAME, name AS SCHEMA_OWNER FROM standin_schema", NULL, false},
	{"INFORMATION_SCHEMA", "TABLES", NULL, info_tables_columns,
		"SELECT " DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		"CASE o.type WHEN 'U' THEN 'BASE TABLE' ELSE 'VIEW' END AS TABLE_TYPE FROM standin_object o "
		"JOIN standin_schema s ON s.schema_id = o.schema_id WHERE o.type IN ('U', 'V')", NULL, false},
	{"INFORMATION_SCHEMA", "COLUMNS", NULL, info_columns_columns,
		"SELECT " DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		"c.name AS COLUMN_NAME, c.position AS ORDINAL_POSITION, c.default_text AS COLUMN_DEFAULT, "
		"CASE WHEN c.nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, c.type AS DATA_TYPE, "
		"CASE WHEN c.type IN ('char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary') THEN c.length "
		"WHEN c.type IN ('text', 'image') THEN 2147483647 WHEN c.type = 'ntext' THEN 1073741823 "
		"WHEN c.type IN ('xml', 'json', 'geometry', 'geography') THEN -1 WHEN c.type = 'hierarchyid' THEN 892 "
		"WHEN c.type = 'sql_variant' THEN 0 END AS CHARACTER_MAXIMUM_LENGTH, "
		"CASE WHEN c.type IN ('char', 'varchar', 'binary', 'varbinary') OR c.length = -1 THEN c.length "
		"WHEN c.type IN ('nchar', 'nvarchar') THEN c.length * 2 "
		"WHEN c.type IN ('text', 'image') THEN 2147483647 WHEN c.type = 'ntext' THEN 2147483646 "
		"WHEN c.type IN ('xml', 'json', 'geometry', 'geography') THEN -1 WHEN c.type = 'hierarchyid' THEN 892 "
		"WHEN c.type = 'sql_variant' THEN 0 END AS CHARACTER_OCTET_LENGTH, "
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
		COLUMN_COLLATION " AS COLLATION_NAME FROM standin_column c "
		"JOIN standin_object o ON o.object_id = c.object_id AND o.type IN ('U', 'V') "
		"JOIN standin_schema s ON s.schema_id = o.schema_id", NULL, false},
	{"INFORMATION_SCHEMA", "TABLE_CONSTRAINTS", NULL, table_constraints_columns,
		CONSTRAINT_BODY ", " TABLE_BODY ", CASE o.type WHEN 'PK' THEN 'PRIMARY KEY' WHEN 'UQ' THEN 'UNIQUE' "
		"WHEN 'F' THEN 'FOREIGN KEY' ELSE 'CHECK' END AS CONSTRAINT_TYPE, 'NO' AS IS_DEFERRABLE, "
		"'NO' AS INITIALLY_DEFERRED" CONSTRAINT_SOURCE "WHERE o.type IN ('PK', 'UQ', 'F', 'C')", NULL, false},
	{"INFORMATION_SCHEMA", "KEY_COLUMN_USAGE", NULL, key_usage_columns,
		CONSTRAINT_BODY ", " TABLE_BODY ", c.name AS COLUMN_NAME, x.ordinal AS ORDINAL_POSITION" CONSTRAINT_SOURCE
		"JOIN " KEY_COLUMNS " x ON x.id = o.object_id JOIN standin_column c ON c.object_id = x.object_id "
		"AND c.column_id = x.column_id", NULL, false},
	{"INFORMATION_SCHEMA", "CONSTRAINT_COLUMN_USAGE", NULL, column_usage_columns,
		"SELECT " TABLE_BODY ", c.name AS COLUMN_NAME, " DATABASE " AS CONSTRAINT_CATALOG, "
		"s.name AS CONSTRAINT_SCHEMA, o.name AS CONSTRAINT_NAME" CONSTRAINT_SOURCE
		"JOIN " KEY_COLUMNS " x ON x.id = o.object_id JOIN standin_column c ON c.object_id = x.object_id "
		"AND c.column_id = x.column_id", NULL, false},
	{"INFORMATION_SCHEMA", "VIEWS", NULL, views_columns,
		"SELECT " DATABASE " AS TABLE_CATALOG, s.name AS TABLE_SCHEMA, o.name AS TABLE_NAME, "
		VIEW_TEXT " AS VIEW_DEFINITION, 'NONE' AS CHECK_OPTION, 'NO' AS IS_UPDATABLE FROM standin_object o "
		"JOIN standin_schema s ON s.schema_id = o.schema_id WHERE o.type = 'V'", NULL, false},
	{"INFORMATION_SCHEMA", "REFERENTIAL_CONSTRAINTS", NULL, referential_columns,
		CONSTRAINT_BODY ", " DATABASE " AS UNIQUE_CONSTRAINT_CATALOG, us.name AS UNIQUE_CONSTRAINT_SCHEMA, "
		"u.name AS UNIQUE_CONSTRAINT_NAME, 'SIMPLE' AS MATCH_OPTION, 'NO ACTION' AS UPDATE_RULE, "
		"'NO ACTION' AS DELETE_RULE" CONSTRAINT_SOURCE "JOIN standin_foreign_key k ON k.object_id = o.object_id "
		"LEFT JOIN standin_object u ON u.object_id = " REFERRED_KEY
		" LEFT JOIN standin_schema us ON us.schema_id = u.schema_id", NULL, false},
	{"INFORMATION_SCHEMA", "CHECK_CONSTRAINTS", NULL, checks_columns,
		CONSTRAINT_BODY ", o.definition AS CHECK_CLAUSE" CONSTRAINT_SOURCE "WHERE o.type = 'C'", NULL, false},
	{NULL, NULL, NULL, NULL, NULL, NULL, false}
};
