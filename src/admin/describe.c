/*
 * src/admin/describe.c
 *		tds_mirror_describe(): what the server says of a foreign table's columns.
 *
 * The options are changed by ALTER FOREIGN TABLE, as its owner would change
 * them; the function merely knows what to write.  What the server says nothing
 * about stays as it is.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_server.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "admin/target.h"
#include "exec/catalog.h"
#include "option/compat.h"
#include "option/table.h"

PGDLLEXPORT Datum tds_mirror_describe(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_describe);

/* A column of the foreign table, and what it stands for. */
typedef struct Described
{
	char	   *name;
	char	   *remote_name;
	List	   *options;
	TmfRemoteColumn *remote;	/* NULL: there is none */
} Described;

typedef struct Change
{
	char	   *column;			/* NULL: of the server */
	const char *option;
	const char *before;			/* NULL: it was not given */
	const char *after;			/* NULL: it is dropped */
} Change;

static List *
columns_of(Relation relation)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	List	   *columns = NIL;
	int			i;

	for (i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		Described  *column;

		if (TMF_IS_LOCAL(attribute))
			continue;
		column = palloc0(sizeof(Described));
		column->name = pstrdup(NameStr(attribute->attname));
		column->remote_name = tmf_column_name(RelationGetRelid(relation), attribute->attnum);
		column->options = GetForeignColumnOptions(RelationGetRelid(relation), attribute->attnum);
		columns = lappend(columns, column);
	}
	return columns;
}

static List *
remote_names(List *columns)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, columns)
		names = lappend(names, ((Described *) lfirst(lc))->remote_name);
	return names;
}

/* Part of a key is none: it counts when all its columns are here. */
static bool
has_whole_key(const TmfRemoteTable *table, List *columns)
{
	int			there = 0;
	List	   *here = NIL;
	ListCell   *lc;

	foreach(lc, table->columns)
		there += ((TmfRemoteColumn *) lfirst(lc))->key;
	foreach(lc, columns)
	{
		TmfRemoteColumn *remote = ((Described *) lfirst(lc))->remote;

		if (remote != NULL && remote->key)
			here = list_append_unique_ptr(here, remote);
	}
	return there > 0 && there == list_length(here);
}

/* Finds what each column stands for in the table; true: its whole key is among them. */
static bool
ask_table(UserMapping *user, const TmfTableOptions *options, List *columns)
{
	TmfRemoteTable *table = tmf_catalog_table(user, options->schema_name, options->table_name);
	List	   *ids;
	ListCell   *lc;
	ListCell   *id;

	if (table == NULL || table->elsewhere != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
				 errmsg("remote table \"%s%s%s\" is not present on server \"%s\"",
						options->schema_name != NULL ? options->schema_name : "",
						options->schema_name != NULL ? "." : "", options->table_name,
						GetForeignServer(user->serverid)->servername),
				 table != NULL ? errdetail("It is a synonym of %s.", table->elsewhere) : 0,
				 errhint("The remote login sees a table when it has a permission on it.")));
	tmf_catalog_columns(user, list_make1(table));
	ids = tmf_catalog_match(user, table, remote_names(columns));
	forboth(lc, columns, id, ids)
		((Described *) lfirst(lc))->remote = tmf_catalog_column(table, lfirst_int(id));
	return has_whole_key(table, columns);
}

static void
ask_query(UserMapping *user, const char *query, List *columns)
{
	ListCell   *lc;
	ListCell   *remote;

	forboth(lc, columns, remote, tmf_catalog_query_columns(user, query, remote_names(columns)))
		((Described *) lfirst(lc))->remote = lfirst(remote);
}

/* Adds a change unless the option says that already. */
static void
compare(List **changes, const Described *column, const char *option, const char *after)
{
	const char *before = tmf_option_text(column->options, option, AttributeRelationId);
	Change	   *change;

	if (before == NULL ? after == NULL : after != NULL && pg_strcasecmp(before, after) == 0)
		return;
	change = palloc(sizeof(Change));
	*change = (Change) {column->name, option, before, after};
	*changes = lappend(*changes, change);
}

/* A type may be declared in other words than ours. */
static void
compare_type(List **changes, const Described *column)
{
	char		after[SQLTYPE_TEXT_MAX];
	char		before[SQLTYPE_TEXT_MAX];
	TmfOptionValue value;

	sqltype_format(&column->remote->type, after);
	if (tmf_option_get(column->options, "remote_type", AttributeRelationId, &value))
	{
		sqltype_format(&value.sqltype, before);
		if (strcmp(before, after) == 0)
			return;
	}
	compare(changes, column, "remote_type", pstrdup(after));
}

static void
compare_key(List **changes, const Described *column)
{
	TmfOptionValue value;

	tmf_option_get(column->options, "key", AttributeRelationId, &value);
	if ((value.integer != 0) != column->remote->key)
		compare(changes, column, "key", column->remote->key ? "true" : NULL);
}

static List *
compare_all(List *columns, bool keys)
{
	List	   *changes = NIL;
	ListCell   *lc;

	foreach(lc, columns)
	{
		const Described *column = lfirst(lc);

		if (column->remote == NULL)
			ereport(WARNING,
					(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					 errmsg("there is no remote column \"%s\" for column \"%s\"",
							column->remote_name, column->name)));
		else if (column->remote->type.name == SQLTYPE_UNKNOWN)
			ereport(WARNING,
					(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					 errmsg("column \"%s\" cannot be described", column->name),
					 errdetail("Its remote type, %s, is not one that can be read.",
							   column->remote->type_name)));
		else
		{
			compare_type(&changes, column);
			compare(&changes, column, "remote_collation", column->remote->collation);
			if (keys)
				compare_key(&changes, column);
		}
	}
	return changes;
}

static void
execute(const char *sql)
{
	SPI_connect();
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "unexpected result of: %s", sql);
	SPI_finish();
}

static void
append_change(StringInfo sql, const Change *change)
{
	appendStringInfo(sql, "OPTIONS (%s %s",
					 change->after == NULL ? "DROP" : change->before == NULL ? "ADD" : "SET",
					 change->option);
	if (change->after != NULL)
		appendStringInfo(sql, " %s", quote_literal_cstr(change->after));
	appendStringInfoChar(sql, ')');
}

static void
alter_table(Oid relid, List *changes)
{
	ListCell   *lc;
	StringInfoData sql;

	if (changes == NIL)
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER FOREIGN TABLE %s",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
												get_rel_name(relid)));
	foreach(lc, changes)
	{
		const Change *change = lfirst(lc);

		appendStringInfo(&sql, "%s ALTER COLUMN %s ", foreach_current_index(lc) > 0 ? "," : "",
						 quote_identifier(change->column));
		append_change(&sql, change);
	}
	execute(sql.data);
}

/* The server is somebody else's, perhaps: then he is told. */
static List *
alter_server(UserMapping *user, List *changes)
{
	ForeignServer *server = GetForeignServer(user->serverid);
	int			version = tmf_catalog_version(user);
	Change	   *change;
	StringInfoData sql;

	if (version == 0 || version == tmf_server_options(user->serverid)->remote_version)
		return changes;
	change = palloc(sizeof(Change));
	*change = (Change) {NULL, "remote_version",
		tmf_option_text(server->options, "remote_version", ForeignServerRelationId),
		psprintf("%d", version)};
	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER SERVER %s ", quote_identifier(server->servername));
	append_change(&sql, change);
	if (!TMF_OWNS_SERVER(user->serverid))
	{
		ereport(NOTICE,
				(errmsg("server \"%s\" has the version %d", server->servername, version),
				 errhint("Its owner can use %s.", sql.data)));
		return changes;
	}
	execute(sql.data);
	return lappend(changes, change);
}

static void
return_changes(FunctionCallInfo fcinfo, List *changes)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, changes)
	{
		const Change *change = lfirst(lc);
		const char *texts[] = {change->column, change->option, change->before, change->after};
		Datum		values[lengthof(texts)];
		bool		nulls[lengthof(texts)];
		int			i;

		for (i = 0; i < lengthof(texts); i++)
		{
			nulls[i] = texts[i] == NULL;
			values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* Locked against another describe, which would wait for us to finish, and we for it. */
static Relation
open_table(Oid relid)
{
	Relation	relation = relation_open(relid, ShareUpdateExclusiveLock);

	if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table", RelationGetRelationName(relation))));
	if (!TMF_OWNS_TABLE(relid))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FOREIGN_TABLE, RelationGetRelationName(relation));
	return relation;
}

Datum
tds_mirror_describe(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	bool		keys = false;
	Relation	relation;
	UserMapping *user;
	TmfTableOptions *options;
	List	   *columns;
	List	   *changes;

	PreventCommandIfReadOnly("tds_mirror_describe()");
	relation = open_table(relid);
	user = GetUserMapping(GetUserId(),
						  tmf_target_oid(GetForeignServer(GetForeignServerIdByRelId(relid))->servername));
	options = tmf_table_options(relid);
	columns = columns_of(relation);
	relation_close(relation, NoLock);
	if (options->query != NULL)
		ask_query(user, options->query, columns);
	else
		keys = ask_table(user, options, columns);
	changes = compare_all(columns, keys);
	alter_table(relid, changes);
	return_changes(fcinfo, alter_server(user, changes));
	return (Datum) 0;
}
