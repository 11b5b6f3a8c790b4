/*
 * src/exec/import.c
 *		IMPORT FOREIGN SCHEMA: which tables, by which names, with which options.
 *
 * LIMIT TO and EXCEPT are compared on the server, as it compares names in a
 * statement.  PostgreSQL compares them once more with the names of the tables
 * that come out of this, byte by byte; so a table is called as LIMIT TO calls it.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "exec/import.h"
#include "option/option.h"

static void
read_options(List *list, TmfImportOptions *options)
{
	ListCell   *lc;

	*options = (TmfImportOptions) {.collate = true, .generated = true, .not_null = true};
	foreach(lc, list)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (strcmp(def->defname, "import_collate") == 0)
			options->collate = defGetBoolean(def);
		else if (strcmp(def->defname, "import_default") == 0)
			options->fallback = defGetBoolean(def);
		else if (strcmp(def->defname, "import_generated") == 0)
			options->generated = defGetBoolean(def);
		else if (strcmp(def->defname, "import_not_null") == 0)
			options->not_null = defGetBoolean(def);
		else
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\"", def->defname),
					 errhint("Valid options in this context are: import_collate, import_default, "
							 "import_generated, import_not_null.")));
	}
}

static List *
names_of(const ImportForeignSchemaStmt *stmt)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, stmt->table_list)
		names = lappend(names, lfirst_node(RangeVar, lc)->relname);
	return names;
}

static bool
is_listed(const char *name, List *names)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

/* How many of tables have a name that begins so, where the parser cuts it off? */
static int
count_clipped(List *tables, const char *clipped)
{
	int			count = 0;
	ListCell   *lc;

	foreach(lc, tables)
		count += strcmp(tmf_import_clip(((TmfRemoteTable *) lfirst(lc))->name), clipped) == 0;
	return count;
}

/*
 * The name that the user gives a table in LIMIT TO or EXCEPT: that of the remote
 * table, its beginning (the parser has cut it off), or the local one; NULL: none.
 * A beginning that several tables have says nothing.
 */
static char *
listed_name(const TmfRemoteTable *table, char *local_name, List *tables, List *names)
{
	char	   *clipped = tmf_import_clip(table->name);

	if (table->listed != NULL)
		return table->listed;
	if (is_listed(local_name, names))
		return local_name;
	if (!is_listed(clipped, names))
		return NULL;
	if (count_clipped(tables, clipped) == 1)
		return clipped;
	ereport(NOTICE,
			(errmsg("the name \"%s\" in LIMIT TO or EXCEPT is ambiguous", clipped),
			 errdetail("It is the beginning of several names, among them \"%s\".", table->name),
			 errhint("The name \"%s\" is short enough.", local_name)));
	return NULL;
}

/* The local name of a table, or NULL for one that is left out. */
static char *
choose_name(const TmfRemoteTable *table, ImportForeignSchemaType type, List *tables, List *names,
			List *taken)
{
	char	   *name = tmf_import_name(table->name, strlen(table->name) < NAMEDATALEN ? NIL : taken, false);
	char	   *listed;

	if (type == FDW_IMPORT_SCHEMA_ALL)
		return name;
	listed = listed_name(table, name, tables, names);
	if (type == FDW_IMPORT_SCHEMA_EXCEPT)
		return listed == NULL ? name : NULL;
	return listed;
}

static char *
problem_of(const TmfRemoteTable *table)
{
	if (table->elsewhere != NULL)
		return psprintf("It is a synonym of %s, which is no table or view of this database "
						"that the remote login sees.", table->elsewhere);
	if (!tmf_import_can_name(table->name))
		return pstrdup("Its name is blank or has control characters.");
	return NULL;
}

/* Those of tables that are to be imported, and their local names beside them. */
static List *
choose_tables(const ImportForeignSchemaStmt *stmt, List *tables, List *names, List **local_names)
{
	List	   *chosen = NIL;
	ListCell   *lc;

	foreach(lc, tables)
	{
		TmfRemoteTable *table = lfirst(lc);
		char	   *name = choose_name(table, stmt->list_type, tables, names, *local_names);
		char	   *problem = problem_of(table);

		if (name == NULL)
			continue;
		if (problem == NULL)
		{
			chosen = lappend(chosen, table);
			*local_names = lappend(*local_names, name);
			continue;
		}
		ereport(NOTICE,
				(errmsg("remote table \"%s\" is not imported", table->name),
				 errdetail_internal("%s", problem)));
	}
	return chosen;
}

static void
warn_of_missing(const ImportForeignSchemaStmt *stmt, List *names, List *local_names)
{
	ListCell   *lc;

	if (stmt->list_type != FDW_IMPORT_SCHEMA_LIMIT_TO)
		return;
	foreach(lc, names)
	{
		if (!is_listed(lfirst(lc), local_names))
			ereport(WARNING,
					(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
					 errmsg("remote schema \"%s\" has no table \"%s\" that can be imported",
							stmt->remote_schema, (char *) lfirst(lc)),
					 errhint("The remote login sees a table when it has a permission on it.")));
	}
}

/* An import may not ALTER SERVER. */
static void
hint_at_version(UserMapping *user)
{
	const TmfServerOptions *options = tmf_server_options(user->serverid);
	int			version = tmf_catalog_version(user);

	if (version == options->remote_version || version == 0)
		return;
	ereport(NOTICE,
			(errmsg("server \"%s\" has the version %d", options->name, version),
			 errhint("Use ALTER SERVER %s OPTIONS (%s remote_version '%d'): what may be sent hangs on it.",
					 quote_identifier(options->name),
					 options->remote_version == 0 ? "ADD" : "SET", version)));
}

List *
tmfImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid)
{
	UserMapping *user = GetUserMapping(GetUserId(), serverOid);
	List	   *names = names_of(stmt);
	List	   *local_names = NIL;
	List	   *commands = NIL;
	List	   *tables;
	ListCell   *lc;
	ListCell   *name;
	TmfImportOptions options;

	read_options(stmt->options, &options);
	hint_at_version(user);
	tables = tmf_catalog_tables(user, stmt->remote_schema, names);
	if (tables == NIL)
		ereport(NOTICE,
				(errmsg("remote schema \"%s\" has no table that the remote login sees",
						stmt->remote_schema)));
	tables = choose_tables(stmt, tables, names, &local_names);
	warn_of_missing(stmt, names, local_names);
	tmf_catalog_columns(user, tables);
	forboth(lc, tables, name, local_names)
	{
		char	   *command = tmf_import_table(lfirst(lc), lfirst(name), stmt->remote_schema,
											   stmt->server_name, &options);

		if (command != NULL)
			commands = lappend(commands, command);
	}
	return commands;
}
