/*
 * src/exec/catalog_written.c
 *		What the remote catalog says of a table that is written, in one question.
 *
 * A row for each column of the foreign table, and each of them says of the
 * remote table what there is to say.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "catalog_int.h"
#include "exec/catalog_written.h"
#include "session/quote.h"

/* Places in a row of the answer. */
enum
{
	OF_KIND,
	OF_ELSEWHERE,
	OF_EVENTS,
	OF_CHECKS,
	OF_IDENTITY,
	OF_DEFAULTS,
	OF_DATABASE_PAGE,
	OF_READABLE,
	OF_INDEX,
	OF_NAME,
	OF_TYPE,					/* five of them */
	OF_COLLATION = OF_TYPE + 5,
	OF_CODE_PAGE,
	OF_NULLABLE,
	OF_COLUMN_IDENTITY,
	OF_COMPUTED,
	OF_DEFAULT
};

#define ROW_NULLS	"vnnnnnnnvnnnnnnnnnnnn"

#define FACTS_OF_TABLE \
	"COALESCE(b.type, o.type), s.base_object_name, " \
	"(SELECT MAX(CASE WHEN e.type = 1 THEN 1 ELSE 0 END) + MAX(CASE WHEN e.type = 2 THEN 2 ELSE 0 END) + " \
	"MAX(CASE WHEN e.type = 3 THEN 4 ELSE 0 END) FROM sys.triggers AS g " \
	"JOIN sys.trigger_events AS e ON e.object_id = g.object_id " \
	"WHERE g.parent_id = COALESCE(b.object_id, o.object_id) AND g.is_disabled = 0), " \
	"CASE WHEN EXISTS (SELECT 1 FROM sys.check_constraints AS k " \
	"WHERE k.parent_object_id = COALESCE(b.object_id, o.object_id) AND k.is_disabled = 0) " \
	"OR EXISTS (SELECT 1 FROM sys.foreign_keys AS k " \
	"WHERE k.parent_object_id = COALESCE(b.object_id, o.object_id) AND k.is_disabled = 0) " \
	"OR EXISTS (SELECT 1 FROM sys.columns AS k " \
	"WHERE k.object_id = COALESCE(b.object_id, o.object_id) AND k.rule_object_id <> 0) " \
	"THEN 1 ELSE 0 END, " \
	"(SELECT COUNT(*) FROM sys.identity_columns AS n " \
	"WHERE n.object_id = COALESCE(b.object_id, o.object_id)), " \
	"(SELECT COUNT(*) FROM sys.columns AS k " \
	"WHERE k.object_id = COALESCE(b.object_id, o.object_id) AND k.default_object_id <> 0), " \
	"CONVERT(int, COLLATIONPROPERTY(CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')), " \
	"'CodePage')), "

#define FACTS_OF_COLUMN \
	"l.i, c.name, " TYPE_OF_COLUMN ", c.collation_name, " \
	"CONVERT(int, COLLATIONPROPERTY(c.collation_name, 'CodePage')), " \
	"c.is_nullable, c.is_identity, c.is_computed, c.default_object_id"

static bool
is_set(const char *text)
{
	return text != NULL && text[0] != '0' && text[0] != 'f';
}

static void
fill_table(TmfCatalogWritten *table, char **row)
{
	int			events = row[OF_EVENTS] != NULL ? atoi(row[OF_EVENTS]) : 0;

	table->view = row[OF_KIND][0] == 'V';
	if (row[OF_KIND][0] == 'S')
		table->elsewhere = row[OF_ELSEWHERE];
	table->on_insert = (events & 1) != 0;
	table->on_update = (events & 2) != 0;
	table->on_delete = (events & 4) != 0;
	table->checks = is_set(row[OF_CHECKS]);
	table->identity = is_set(row[OF_IDENTITY]);
	table->defaults = row[OF_DEFAULTS] != NULL ? atoi(row[OF_DEFAULTS]) : 0;
	table->database_page = row[OF_DATABASE_PAGE] != NULL ? atoi(row[OF_DATABASE_PAGE]) : 0;
	table->readable = is_set(row[OF_READABLE]);
}

static void
fill_column(TmfWrittenColumn *column, char **row)
{
	column->type = tmf_catalog_type(row + OF_TYPE);
	column->type_name = row[OF_TYPE] != NULL ? row[OF_TYPE] : pstrdup("?");
	if (column->type.name >= SQLTYPE_CHAR && column->type.name <= SQLTYPE_NTEXT)
		column->collation = row[OF_COLLATION];
	if (column->type.name == SQLTYPE_CHAR || column->type.name == SQLTYPE_VARCHAR ||
		column->type.name == SQLTYPE_TEXT)
		column->code_page = row[OF_CODE_PAGE] != NULL ? atoi(row[OF_CODE_PAGE]) : 0;
	column->nullable = row[OF_NULLABLE] == NULL || is_set(row[OF_NULLABLE]);
	column->identity = is_set(row[OF_COLUMN_IDENTITY]);
	column->computed = is_set(row[OF_COMPUTED]);
	column->has_default = is_set(row[OF_DEFAULT]);
}

bool
tmf_catalog_written(UserMapping *user, const char *name, List *names, TmfCatalogWritten *table)
{
	List	   *rows;
	ListCell   *lc;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT " FACTS_OF_TABLE "HAS_PERMS_BY_NAME(");
	tmf_quote_literal(&sql, name);
	/* without the other one the catalog may keep silent about triggers and constraints */
	appendStringInfoString(&sql, ", 'OBJECT', 'SELECT') * HAS_PERMS_BY_NAME(");
	tmf_quote_literal(&sql, name);
	appendStringInfoString(&sql, ", 'OBJECT', 'VIEW DEFINITION'), " FACTS_OF_COLUMN " FROM (VALUES ");
	tmf_catalog_values(&sql, names);
	appendStringInfoString(&sql, ") AS l (i, name) JOIN sys.all_objects AS o ON o.object_id = OBJECT_ID(");
	tmf_quote_literal(&sql, name);
	appendStringInfoString(&sql, ") AND o.type IN ('U', 'V', 'SN', 'S') " BASE_OF_SYNONYM
						   "LEFT JOIN sys.all_columns AS c "
						   "ON c.object_id = COALESCE(b.object_id, o.object_id) "
						   "AND c.name = l.name COLLATE CATALOG_DEFAULT " TYPES_OF_COLUMN);
	rows = tmf_catalog_ask(user, sql.data, ROW_NULLS);
	memset(table, 0, sizeof(*table));
	table->column = palloc0(sizeof(TmfWrittenColumn) * list_length(names));
	table->there = palloc0(sizeof(bool) * list_length(names));
	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);
		int			index = tmf_catalog_index(row[OF_INDEX], list_length(names));

		fill_table(table, row);
		table->there[index] = row[OF_NAME] != NULL;
		if (table->there[index])
			fill_column(&table->column[index], row);
	}
	return rows != NIL;
}
