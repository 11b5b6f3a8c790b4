/*
 * catalog_sql.h
 *		Parts of SQL that several system views are made of: what a column's type says.
 *
 * c is a row of standin_column.
 */
#ifndef STANDIN_CATALOG_SQL_H
#define STANDIN_CATALOG_SQL_H

/* length in bytes, as sys.columns has it */
#define MAX_LENGTH \
	"CASE WHEN c.length = -1 OR c.type IN ('xml', 'json', 'geometry', 'geography') THEN -1 WHEN c.type = 'sql_variant' THEN 8016 " \
	"WHEN c.type = 'hierarchyid' THEN 892 " \
	"WHEN c.type IN ('nchar', 'nvarchar') THEN c.length * 2 " \
	"WHEN c.type IN ('char', 'varchar', 'binary', 'varbinary') THEN c.length " \
	"WHEN c.type IN ('bit', 'tinyint') THEN 1 WHEN c.type = 'smallint' THEN 2 " \
	"WHEN c.type IN ('int', 'real', 'smallmoney', 'smalldatetime') THEN 4 " \
	"WHEN c.type IN ('bigint', 'float', 'money', 'datetime', 'timestamp') THEN 8 WHEN c.type = 'date' THEN 3 " \
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

#define COLUMN_COLLATION	"CASE WHEN c.type <> 'xml' THEN c.collation END"

#define DATABASE	"(SELECT t_database())"

/* A view as it would be created; o is its row of standin_object, s that of its schema. */
#define VIEW_TEXT \
	"'CREATE VIEW [' || replace(s.name, ']', ']]') || '].[' || replace(o.name, ']', ']]') || '] AS ' || o.definition"

/* Constraints that nobody named are called PK__ and so on. */
#define IS_SYSTEM_NAMED	"substr(o.name, 3, 2) = '__'"

#endif
