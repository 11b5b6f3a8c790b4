/*
 * catalog_database.c
 *		System views of a database, schema sys: SELECTs over the tables of its catalog.
 *
 * Columns that describe what the stand-in does not have (replication, sparse
 * columns ...) say so, as SQL Server does of a database without them.
 */
#include <stddef.h>

#include "catalog_sql.h"
#include "catalog_views.h"

#define TYPES \
	"(SELECT column1 AS name, column2 AS id, column3 AS max_length, column4 AS precision, column5 AS scale FROM (VALUES " \
	"('image', 34, 16, 0, 0), ('text', 35, 16, 0, 0), ('uniqueidentifier', 36, 16, 0, 0), ('date', 40, 3, 10, 0), " \
	"('time', 41, 5, 16, 7), ('datetime2', 42, 8, 27, 7), ('datetimeoffset', 43, 10, 34, 7), ('tinyint', 48, 1, 3, 0), " \
	"('smallint', 52, 2, 5, 0), ('int', 56, 4, 10, 0), ('smalldatetime', 58, 4, 16, 0), ('real', 59, 4, 24, 0), " \
	"('money', 60, 8, 19, 4), ('datetime', 61, 8, 23, 3), ('float', 62, 8, 53, 0), ('sql_variant', 98, 8016, 0, 0), " \
	"('ntext', 99, 16, 0, 0), ('bit', 104, 1, 1, 0), ('decimal', 106, 17, 38, 38), ('numeric', 108, 17, 38, 38), " \
	"('smallmoney', 122, 4, 10, 4), ('bigint', 127, 8, 19, 0), ('varbinary', 165, 8000, 0, 0), " \
	"('varchar', 167, 8000, 0, 0), ('binary', 173, 8000, 0, 0), ('char', 175, 8000, 0, 0), " \
	"('nvarchar', 231, 8000, 0, 0), ('nchar', 239, 8000, 0, 0), ('xml', 241, -1, 0, 0), ('timestamp', 189, 8, 0, 0), " \
	"('hierarchyid', 128, 892, 0, 0), ('geometry', 129, -1, 0, 0), ('geography', 130, -1, 0, 0), ('json', 244, -1, 0, 0)))"

/* 128 to 130 are ids of user types, whose system type is 240 */
#define SYSTEM_TYPE(id)	"CASE WHEN " id " BETWEEN 128 AND 130 THEN 240 ELSE " id " END"

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
	"WHEN 'D' THEN 'DEFAULT_CONSTRAINT' WHEN 'SN' THEN 'SYNONYM' WHEN 'TR' THEN 'SQL_TRIGGER' END AS type_desc, " DATETIME("o.created") " AS create_date, " \
	DATETIME("o.modified") " AS modify_date, 0 AS is_ms_shipped"

static const SystemColumn objects_columns[] = {OBJECT_COLUMNS, {NULL, NULL}};

static const SystemColumn tables_columns[] = {
	OBJECT_COLUMNS, {"is_published", "bit"}, {"is_schema_published", "bit"}, {"max_column_id_used", "int"},
	{"lock_on_bulk_load", "bit"}, {"uses_ansi_nulls", "bit?"}, {"is_replicated", "bit?"},
	{"lock_escalation", "tinyint?"}, {"lock_escalation_desc", "nvarchar(60)?"}, {"is_tracked_by_cdc", "bit?"},
	{"is_filetable", "bit?"}, {"is_memory_optimized", "bit?"}, {"durability", "tinyint?"},
	{"durability_desc", "nvarchar(60)?"}, {"temporal_type", "tinyint?"}, {"temporal_type_desc", "nvarchar(60)?"},
	{"history_table_id", "int?"}, {"is_external", "bit"}, {NULL, NULL}
};

#define TABLES_BODY \
	OBJECT_BODY ", 0 AS is_published, 0 AS is_schema_published, " \
	"(SELECT max(c.column_id) FROM standin_column c WHERE c.object_id = o.object_id) AS max_column_id_used, " \
	"0 AS lock_on_bulk_load, 1 AS uses_ansi_nulls, 0 AS is_replicated, 0 AS lock_escalation, " \
	"'TABLE' AS lock_escalation_desc, 0 AS is_tracked_by_cdc, 0 AS is_filetable, 0 AS is_memory_optimized, " \
	"0 AS durability, 'SCHEMA_AND_DATA' AS durability_desc, 0 AS temporal_type, " \
	"'NON_TEMPORAL_TABLE' AS temporal_type_desc, NULL AS history_table_id, 0 AS is_external " \
	"FROM standin_object o WHERE o.type = 'U'"

static const SystemColumn views_columns[] = {
	OBJECT_COLUMNS, {"is_published", "bit"}, {"is_schema_published", "bit"}, {"is_replicated", "bit?"},
	{"with_check_option", "bit"}, {"is_date_correlation_view", "bit"}, {NULL, NULL}
};

static const SystemColumn key_columns[] = {
	OBJECT_COLUMNS, {"unique_index_id", "int?"}, {"is_system_named", "bit"}, {NULL, NULL}
};

static const SystemColumn foreign_keys_columns[] = {
	OBJECT_COLUMNS, {"referenced_object_id", "int?"}, {"key_index_id", "int?"}, {"is_disabled", "bit"},
	{"is_not_for_replication", "bit"}, {"is_not_trusted", "bit"}, {"delete_referential_action", "tinyint?"},
	{"delete_referential_action_desc", "nvarchar(60)?"}, {"update_referential_action", "tinyint?"},
	{"update_referential_action_desc", "nvarchar(60)?"}, {"is_system_named", "bit"}, {NULL, NULL}
};

static const SystemColumn foreign_key_columns_columns[] = {
	{"constraint_object_id", "int"}, {"constraint_column_id", "int"}, {"parent_object_id", "int"},
	{"parent_column_id", "int"}, {"referenced_object_id", "int"}, {"referenced_column_id", "int"}, {NULL, NULL}
};

static const SystemColumn default_columns[] = {
	OBJECT_COLUMNS, {"parent_column_id", "int"}, {"definition", "nvarchar(max)?"}, {"is_system_named", "bit"},
	{NULL, NULL}
};

static const SystemColumn check_columns[] = {
	OBJECT_COLUMNS, {"is_disabled", "bit"}, {"is_not_for_replication", "bit"}, {"is_not_trusted", "bit"},
	{"parent_column_id", "int"}, {"definition", "nvarchar(max)?"}, {"uses_database_collation", "bit?"},
	{"is_system_named", "bit"}, {NULL, NULL}
};

static const SystemColumn columns_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"column_id", "int"}, {"system_type_id", "tinyint"},
	{"user_type_id", "int"}, {"max_length", "smallint"}, {"precision", "tinyint"}, {"scale", "tinyint"},
	{"collation_name", "sysname?"}, {"is_nullable", "bit?"}, {"is_ansi_padded", "bit"},
	{"is_rowguidcol", "bit"}, {"is_identity", "bit"}, {"is_computed", "bit"}, {"is_filestream", "bit"},
	{"is_replicated", "bit?"}, {"is_xml_document", "bit"}, {"xml_collection_id", "int"},
	{"default_object_id", "int"}, {"rule_object_id", "int"}, {"is_sparse", "bit?"}, {"is_column_set", "bit?"},
	{"generated_always_type", "tinyint?"}, {"generated_always_type_desc", "nvarchar(60)?"}, {"is_hidden", "bit"},
	{"is_masked", "bit"}, {NULL, NULL}
};

static const SystemColumn computed_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"column_id", "int"}, {"system_type_id", "tinyint"},
	{"user_type_id", "int"}, {"max_length", "smallint"}, {"precision", "tinyint"}, {"scale", "tinyint"},
	{"collation_name", "sysname?"}, {"is_nullable", "bit?"}, {"is_computed", "bit"},
	{"definition", "nvarchar(max)?"}, {"uses_database_collation", "bit"}, {"is_persisted", "bit"}, {NULL, NULL}
};

/* What sys.columns and sys.computed_columns begin with. */
#define COLUMN_BODY \
	"SELECT c.object_id AS object_id, c.name AS name, c.column_id AS column_id, " \
	SYSTEM_TYPE("t.id") " AS system_type_id, " \
	"t.id AS user_type_id, " MAX_LENGTH " AS max_length, " PRECISION " AS precision, " SCALE " AS scale, " \
	COLUMN_COLLATION " AS collation_name, c.nullable AS is_nullable, c.computed_text IS NOT NULL AS is_computed"

#define COLUMN_SOURCE	" FROM standin_column c LEFT JOIN " TYPES " t ON t.name = c.type"

static const SystemColumn identity_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"column_id", "int"}, {"seed_value", "bigint?"},
	{"increment_value", "bigint?"}, {"last_value", "bigint?"}, {"is_not_for_replication", "bit?"}, {NULL, NULL}
};

#define COLLATION	"(SELECT text FROM standin_meta WHERE name = 'collation')"

static const SystemColumn types_columns[] = {
	{"name", "sysname"}, {"system_type_id", "tinyint"}, {"user_type_id", "int"}, {"schema_id", "int"},
	{"max_length", "smallint"}, {"precision", "tinyint"}, {"scale", "tinyint"}, {"is_nullable", "bit?"},
	{"is_user_defined", "bit"}, {"is_assembly_type", "bit"}, {"is_table_type", "bit"}, {"collation_name", "sysname?"},
	{NULL, NULL}
};

static const SystemColumn indexes_columns[] = {
	{"object_id", "int"}, {"name", "sysname?"}, {"index_id", "int"}, {"type", "tinyint"},
	{"type_desc", "nvarchar(60)?"}, {"is_unique", "bit?"}, {"is_primary_key", "bit?"},
	{"is_unique_constraint", "bit?"}, {"is_disabled", "bit?"}, {"data_space_id", "int"}, {"ignore_dup_key", "bit?"},
	{"fill_factor", "tinyint"}, {"is_padded", "bit?"}, {"is_hypothetical", "bit?"}, {"has_filter", "bit"},
	{"filter_definition", "nvarchar(max)?"}, {NULL, NULL}
};

#define INDEX_REST \
	" AS is_disabled, 1 AS data_space_id, 0 AS ignore_dup_key, 0 AS fill_factor, 0 AS is_padded, " \
	"0 AS is_hypothetical, 0 AS has_filter, NULL AS filter_definition "

/* Indexes, and the heap of a table without a clustered one. */
#define INDEXES \
	"(SELECT object_id, index_id FROM standin_index UNION ALL SELECT o.object_id, 0 FROM standin_object o " \
	"WHERE o.type = 'U' AND NOT EXISTS (SELECT 1 FROM standin_index i WHERE i.object_id = o.object_id AND i.clustered))"

#define PARTITION_ID	"x.object_id * 65536 + x.index_id"

static const SystemColumn index_columns_columns[] = {
	{"object_id", "int"}, {"index_id", "int"}, {"index_column_id", "int"}, {"column_id", "int"},
	{"key_ordinal", "tinyint"}, {"is_descending_key", "bit?"}, {"is_included_column", "bit?"}, {NULL, NULL}
};

static const SystemColumn partitions_columns[] = {
	{"partition_id", "bigint"}, {"object_id", "int"}, {"index_id", "int"}, {"partition_number", "int"},
	{"hobt_id", "bigint"}, {"rows", "bigint?"}, {"filestream_filegroup_id", "smallint"},
	{"data_compression", "tinyint?"}, {"data_compression_desc", "nvarchar(60)?"}, {NULL, NULL}
};

static const SystemColumn partition_stats_columns[] = {
	{"partition_id", "bigint?"}, {"object_id", "int"}, {"index_id", "int"}, {"partition_number", "int"},
	{"in_row_data_page_count", "bigint?"}, {"in_row_used_page_count", "bigint?"},
	{"in_row_reserved_page_count", "bigint?"}, {"lob_used_page_count", "bigint?"},
	{"lob_reserved_page_count", "bigint?"}, {"row_overflow_used_page_count", "bigint?"},
	{"row_overflow_reserved_page_count", "bigint?"}, {"used_page_count", "bigint?"},
	{"reserved_page_count", "bigint?"}, {"row_count", "bigint?"}, {NULL, NULL}
};

/* What UPDATE STATISTICS has said. */
#define TOLD(what)	"SELECT value FROM standin_meta WHERE name = '" what " ' || x.object_id"

#define ROWS	"coalesce((" TOLD("rows") "), t_rows(x.object_id))"

/* Pages that the rows would fill at half the length of what may vary. */
#define PAGES \
	"coalesce((" TOLD("pages") "), (t_rows(x.object_id) * (SELECT 7 + sum(CASE WHEN " MAX_LENGTH " < 0 THEN 4000 " \
	"WHEN c.type LIKE '%var%' THEN " MAX_LENGTH " / 2 ELSE " MAX_LENGTH " END) " \
	"FROM standin_column c WHERE c.object_id = x.object_id) + 8095) / 8096)"

static const SystemColumn allocation_units_columns[] = {
	{"allocation_unit_id", "bigint"}, {"type", "tinyint"}, {"type_desc", "nvarchar(60)?"}, {"container_id", "bigint"},
	{"data_space_id", "int?"}, {"total_pages", "bigint"}, {"used_pages", "bigint"}, {"data_pages", "bigint"},
	{NULL, NULL}
};

static const SystemColumn triggers_columns[] = {
	{"name", "sysname"}, {"object_id", "int"}, {"parent_class", "tinyint"}, {"parent_class_desc", "nvarchar(60)?"},
	{"parent_id", "int"}, {"type", "char(2)"}, {"type_desc", "nvarchar(60)?"}, {"create_date", "datetime"},
	{"modify_date", "datetime"}, {"is_ms_shipped", "bit"}, {"is_disabled", "bit"},
	{"is_not_for_replication", "bit"}, {"is_instead_of_trigger", "bit"}, {NULL, NULL}
};

static const SystemColumn trigger_events_columns[] = {
	{"object_id", "int"}, {"type", "int"}, {"type_desc", "nvarchar(60)"}, {"is_trigger_event", "bit?"},
	{"is_first", "bit?"}, {"is_last", "bit?"}, {"event_group_type", "int?"},
	{"event_group_type_desc", "nvarchar(60)?"}, {NULL, NULL}
};

static const SystemColumn synonyms_columns[] = {
	OBJECT_COLUMNS, {"base_object_name", "nvarchar(1035)?"}, {NULL, NULL}
};

static const SystemColumn properties_columns[] = {
	{"class", "tinyint"}, {"class_desc", "nvarchar(60)?"}, {"major_id", "int"}, {"minor_id", "int"},
	{"name", "sysname"}, {"value", "sql_variant?"}, {NULL, NULL}
};

static const SystemColumn modules_columns[] = {
	{"object_id", "int"}, {"definition", "nvarchar(max)?"}, {"uses_ansi_nulls", "bit?"},
	{"uses_quoted_identifier", "bit?"}, {"is_schema_bound", "bit?"}, {NULL, NULL}
};

#define ALL_COLUMNS \
	COLUMN_BODY ", 1 AS is_ansi_padded, 0 AS is_rowguidcol, c.identity AS is_identity, 0 AS is_filestream, " \
	"0 AS is_replicated, 0 AS is_xml_document, 0 AS xml_collection_id, c.default_id AS default_object_id, " \
	"0 AS rule_object_id, 0 AS is_sparse, 0 AS is_column_set, 0 AS generated_always_type, " \
	"'NOT_APPLICABLE' AS generated_always_type_desc, 0 AS is_hidden, 0 AS is_masked" COLUMN_SOURCE

const SystemView database_views[] = {
	{"sys", "schemas", NULL, schemas_columns,
	"SELECT name, schema_id, schema_id AS principal_id FROM standin_schema", NULL, false},
	{"sys", "objects", NULL, objects_columns, OBJECT_BODY " FROM standin_object o", NULL, false},
	{"sys", "all_objects", NULL, objects_columns, OBJECT_BODY " FROM standin_object o", NULL, false},
	{"sys", "tables", NULL, tables_columns, TABLES_BODY, NULL, false},
	{"sys", "views", NULL, views_columns,
		OBJECT_BODY ", 0 AS is_published, 0 AS is_schema_published, 0 AS is_replicated, 0 AS with_check_option, "
		"0 AS is_date_correlation_view FROM standin_object o WHERE o.type = 'V'", NULL, false},
	{"sys", "synonyms", NULL, synonyms_columns,
		OBJECT_BODY ", o.definition AS base_object_name FROM standin_object o WHERE o.type = 'SN'", NULL, false},
	{"sys", "key_constraints", NULL, key_columns,
		OBJECT_BODY ", (SELECT i.index_id FROM standin_index i WHERE i.object_id = o.parent_id AND "
		"i.constraint_id = o.object_id) AS unique_index_id, " IS_SYSTEM_NAMED " AS is_system_named FROM standin_object o WHERE o.type IN ('PK', 'UQ')", NULL, false},
	{"sys", "foreign_keys", NULL, foreign_keys_columns,
		OBJECT_BODY ", k.referenced_id AS referenced_object_id, (SELECT i.index_id FROM standin_index i "
		"WHERE i.object_id = k.referenced_id AND i.is_unique AND (SELECT count(*) FROM standin_index_column ic "
		"WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id) = (SELECT count(*) "
		"FROM standin_foreign_key_column kc WHERE kc.object_id = k.object_id) AND NOT EXISTS (SELECT 1 "
		"FROM standin_foreign_key_column kc WHERE kc.object_id = k.object_id AND kc.referenced_column NOT IN "
		"(SELECT ic.column_id FROM standin_index_column ic WHERE ic.object_id = i.object_id AND "
		"ic.index_id = i.index_id)) ORDER BY i.index_id LIMIT 1) AS key_index_id, o.disabled AS is_disabled, "
		"0 AS is_not_for_replication, o.untrusted AS is_not_trusted, 0 AS delete_referential_action, "
		"'NO_ACTION' AS delete_referential_action_desc, 0 AS update_referential_action, "
		"'NO_ACTION' AS update_referential_action_desc, " IS_SYSTEM_NAMED " AS is_system_named FROM standin_object o "
		"JOIN standin_foreign_key k ON k.object_id = o.object_id", NULL, false},
	{"sys", "foreign_key_columns", NULL, foreign_key_columns_columns,
		"SELECT k.object_id AS constraint_object_id, kc.ordinal AS constraint_column_id, "
		"k.parent_id AS parent_object_id, kc.parent_column AS parent_column_id, "
		"k.referenced_id AS referenced_object_id, kc.referenced_column AS referenced_column_id "
		"FROM standin_foreign_key k JOIN standin_foreign_key_column kc ON kc.object_id = k.object_id", NULL, false},
	{"sys", "default_constraints", NULL, default_columns,
		OBJECT_BODY ", c.column_id AS parent_column_id, c.default_text AS definition, "
		IS_SYSTEM_NAMED " AS is_system_named FROM standin_object o "
		"JOIN standin_column c ON c.default_id = o.object_id WHERE o.type = 'D'", NULL, false},
	{"sys", "check_constraints", NULL, check_columns,
		OBJECT_BODY ", o.disabled AS is_disabled, 0 AS is_not_for_replication, o.untrusted AS is_not_trusted, "
		"o.column_id AS parent_column_id, o.definition AS definition, 1 AS uses_database_collation, "
		IS_SYSTEM_NAMED " AS is_system_named FROM standin_object o WHERE o.type = 'C'", NULL, false},
	{"sys", "columns", NULL, columns_columns, ALL_COLUMNS, NULL, false},
	{"sys", "all_columns", NULL, columns_columns, ALL_COLUMNS, NULL, false},
	{"sys", "computed_columns", NULL, computed_columns,
		COLUMN_BODY ", c.computed_text AS definition, 1 AS uses_database_collation, 0 AS is_persisted"
		COLUMN_SOURCE " WHERE c.computed_text IS NOT NULL", NULL, false},
	{"sys", "identity_columns", NULL, identity_columns,
		"SELECT c.object_id AS object_id, c.name AS name, c.column_id AS column_id, c.seed AS seed_value, "
		"c.increment AS increment_value, i.last_value AS last_value, "
		"0 AS is_not_for_replication FROM standin_column c "
		"LEFT JOIN standin_identity i ON i.object_id = c.object_id WHERE c.identity", NULL, false},
	{"sys", "types", NULL, types_columns,
		"SELECT name, " SYSTEM_TYPE("id") " AS system_type_id, id AS user_type_id, 4 AS schema_id, max_length, precision, scale, "
		"1 AS is_nullable, 0 AS is_user_defined, id BETWEEN 128 AND 130 AS is_assembly_type, 0 AS is_table_type, "
		"CASE WHEN id IN (35, 99, 167, 175, 231, 239) THEN " COLLATION " END AS collation_name FROM " TYPES " UNION ALL "
		"SELECT 'sysname', 231, 256, 4, 256, 0, 0, 0, 0, 0, 0, " COLLATION, NULL, false},
	{"sys", "indexes", NULL, indexes_columns,
		"SELECT object_id, name, index_id, CASE WHEN clustered THEN 1 ELSE 2 END AS type, "
		"CASE WHEN clustered THEN 'CLUSTERED' ELSE 'NONCLUSTERED' END AS type_desc, is_unique, "
		"is_primary AS is_primary_key, constraint_id <> 0 AND NOT is_primary AS is_unique_constraint, "
		"0" INDEX_REST "FROM standin_index UNION ALL SELECT object_id, NULL, 0, 0, 'HEAP', 0, 0, 0, 0" INDEX_REST
		"FROM " INDEXES " WHERE index_id = 0", NULL, false},
	{"sys", "index_columns", NULL, index_columns_columns,
		"SELECT object_id, index_id, ordinal AS index_column_id, column_id, ordinal AS key_ordinal, "
		"descending AS is_descending_key, 0 AS is_included_column FROM standin_index_column", NULL, false},
	{"sys", "partitions", NULL, partitions_columns,
		"SELECT " PARTITION_ID " AS partition_id, x.object_id AS object_id, x.index_id AS index_id, "
		"1 AS partition_number, " PARTITION_ID " AS hobt_id, " ROWS " AS rows, "
		"0 AS filestream_filegroup_id, 0 AS data_compression, 'NONE' AS data_compression_desc FROM " INDEXES " x", NULL, false},
	{"sys", "allocation_units", NULL, allocation_units_columns,
		"SELECT " PARTITION_ID " AS allocation_unit_id, 1 AS type, 'IN_ROW_DATA' AS type_desc, "
		PARTITION_ID " AS container_id, 1 AS data_space_id, " PAGES " AS total_pages, " PAGES " AS used_pages, "
		PAGES " AS data_pages FROM " INDEXES " x", NULL, false},
	{"sys", "dm_db_partition_stats", NULL, partition_stats_columns,
		"SELECT " PARTITION_ID " AS partition_id, x.object_id AS object_id, x.index_id AS index_id, "
		"1 AS partition_number, " PAGES " AS in_row_data_page_count, " PAGES " AS in_row_used_page_count, "
		PAGES " AS in_row_reserved_page_count, 0 AS lob_used_page_count, 0 AS lob_reserved_page_count, "
		"0 AS row_overflow_used_page_count, 0 AS row_overflow_reserved_page_count, " PAGES " AS used_page_count, "
		PAGES " AS reserved_page_count, " ROWS " AS row_count FROM " INDEXES " x", NULL, false},
	{"sys", "triggers", NULL, triggers_columns,
		"SELECT o.name AS name, o.object_id AS object_id, 1 AS parent_class, 'OBJECT_OR_COLUMN' AS parent_class_desc, "
		"o.parent_id AS parent_id, o.type AS type, 'SQL_TRIGGER' AS type_desc, " DATETIME("o.created") " AS create_date, "
		DATETIME("o.modified") " AS modify_date, 0 AS is_ms_shipped, o.disabled AS is_disabled, "
		"0 AS is_not_for_replication, t.instead_of AS is_instead_of_trigger FROM standin_object o "
		"JOIN standin_trigger t ON t.object_id = o.object_id", NULL, false},
	{"sys", "trigger_events", NULL, trigger_events_columns,
		"SELECT t.object_id AS object_id, e.column1 AS type, e.column3 AS type_desc, 1 AS is_trigger_event, "
		"0 AS is_first, 0 AS is_last, NULL AS event_group_type, NULL AS event_group_type_desc "
		"FROM standin_trigger t JOIN (VALUES (1, 1, 'INSERT'), (2, 2, 'UPDATE'), (3, 4, 'DELETE')) e "
		"ON (t.events & e.column2) <> 0", NULL, false},
	{"sys", "extended_properties", NULL, properties_columns,
		"SELECT class, CASE class WHEN 0 THEN 'DATABASE' WHEN 3 THEN 'SCHEMA' ELSE 'OBJECT_OR_COLUMN' END AS class_desc, "
		"major_id, minor_id, name, value FROM standin_property", NULL, false},
	{"sys", "sql_modules", NULL, modules_columns,
		"SELECT o.object_id AS object_id, CASE o.type WHEN 'TR' THEN o.definition ELSE " VIEW_TEXT " END AS definition, 1 AS uses_ansi_nulls, "
		"1 AS uses_quoted_identifier, 0 AS is_schema_bound FROM standin_object o "
		"JOIN standin_schema s ON s.schema_id = o.schema_id WHERE o.type IN ('V', 'TR')", NULL, false},
	{NULL, NULL, NULL, NULL, NULL, NULL, false}
};
