/*
 * src/admin/comments.c
 *		tds_mirror_import_comments(): MS_Description -> COMMENT ON.
 *
 * IMPORT FOREIGN SCHEMA can only create tables.  The comments are written by
 * COMMENT ON, which sees to it that the caller owns what he comments on.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "admin/target.h"
#include "exec/catalog.h"
#include "option/compat.h"
#include "session/quote.h"

PGDLLEXPORT Datum tds_mirror_import_comments(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_import_comments);

/* Tables of which one statement asks. */
#define TABLES_AT_ONCE	200

/* The foreign tables of a server in a local schema, in the order of their names. */
static List *
tables_of(Oid serverid, Oid schema)
{
	Oid			types[] = {OIDOID, OIDOID};
	Datum		values[] = {ObjectIdGetDatum(serverid), ObjectIdGetDatum(schema)};
	MemoryContext context = CurrentMemoryContext;
	List	   *tables = NIL;
	uint64		i;

	SPI_connect();
	if (SPI_execute_with_args("SELECT c.oid FROM pg_catalog.pg_foreign_table t "
							  "JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.ftrelid "
							  "WHERE t.ftserver OPERATOR(pg_catalog.=) $1 "
							  "AND c.relnamespace OPERATOR(pg_catalog.=) $2 ORDER BY c.relname",
							  2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read pg_foreign_table");
	for (i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(context);
		bool		isnull;

		tables = lappend_oid(tables, DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
																	SPI_tuptable->tupdesc, 1, &isnull)));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return tables;
}

/*
 * [schema].[table], or NULL when it is of another remote schema.  What differs in
 * case only can be told apart by the server alone, which is asked by this name.
 */
static char *
remote_name(Oid relid, const char *schema)
{
	const TmfTableOptions *options = tmf_table_options(relid);
	StringInfoData name;

	if (options->query != NULL || options->schema_name == NULL ||
		pg_strcasecmp(options->schema_name, schema) != 0)
		return NULL;
	initStringInfo(&name);
	tmf_quote_identifier(&name, options->schema_name);
	appendStringInfoChar(&name, '.');
	tmf_quote_identifier(&name, options->table_name);
	return name.data;
}

/* The column of relid that stands for the remote one: by its exact name, or else by case. */
static char *
column_of(Oid relid, const char *remote)
{
	Relation	relation = relation_open(relid, AccessShareLock);
	char	   *exact = NULL;
	char	   *similar = NULL;
	int			i;

	for (i = 0; i < RelationGetNumberOfAttributes(relation) && exact == NULL; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
		const char *name;

		if (TMF_IS_LOCAL(attribute))
			continue;
		name = tmf_column_name(relid, attribute->attnum);
		if (strcmp(name, remote) == 0)
			exact = pstrdup(NameStr(attribute->attname));
		else if (pg_strcasecmp(name, remote) == 0)
			similar = pstrdup(NameStr(attribute->attname));
	}
	relation_close(relation, AccessShareLock);
	return exact != NULL ? exact : similar;
}

/* False: there is no such column here. */
static bool
comment_on(Oid relid, const char *remote_column, const char *description)
{
	char	   *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
												   get_rel_name(relid));
	const char *column = remote_column != NULL ? column_of(relid, remote_column) : NULL;
	char	   *sql;

	if (remote_column != NULL && column == NULL)
		return false;
	if (column != NULL)
		sql = psprintf("COMMENT ON COLUMN %s.%s IS %s", table, quote_identifier(column),
					   quote_literal_cstr(description));
	else
		sql = psprintf("COMMENT ON FOREIGN TABLE %s IS %s", table, quote_literal_cstr(description));
	SPI_connect();
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "unexpected result of: %s", sql);
	SPI_finish();
	return true;
}

static int
import_comments(UserMapping *user, List *tables, List *names)
{
	int			count = 0;
	ListCell   *lc;

	foreach(lc, tmf_catalog_descriptions(user, names))
	{
		char	  **row = lfirst(lc);

		if (row[2] != NULL && row[2][0] != '\0')
			count += comment_on(list_nth_oid(tables, tmf_catalog_index(row[0], list_length(tables))), row[1], row[2]);
	}
	return count;
}

Datum
tds_mirror_import_comments(PG_FUNCTION_ARGS)
{
	const char *server = NameStr(*PG_GETARG_NAME(0));
	char	   *schema = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Oid			serverid = tmf_target_oid(server);
	UserMapping *user = GetUserMapping(GetUserId(), serverid);
	List	   *tables = NIL;
	List	   *names = NIL;
	int			count = 0;
	ListCell   *lc;

	PreventCommandIfReadOnly("tds_mirror_import_comments()");
	foreach(lc, tables_of(serverid, get_namespace_oid(NameStr(*PG_GETARG_NAME(2)), false)))
	{
		char	   *name = remote_name(lfirst_oid(lc), schema);

		if (name == NULL)
			continue;
		tables = lappend_oid(tables, lfirst_oid(lc));
		names = lappend(names, name);
		if (list_length(names) < TABLES_AT_ONCE)
			continue;
		count += import_comments(user, tables, names);
		tables = names = NIL;
	}
	if (names != NIL)
		count += import_comments(user, tables, names);
	PG_RETURN_INT32(count);
}
