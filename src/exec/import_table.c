/*
 * src/exec/import_table.c
 *		A remote table as a CREATE FOREIGN TABLE statement.
 *
 * What the server says of a column is written down beside it (remote_type,
 * remote_collation, key), for what may be shipped hangs on it.  A computed
 * column is a plain one here: its expression is T-SQL, and what it gives is
 * read like any other value.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/builtins.h"

#include "exec/import.h"

static bool
has_suffix(const char *text, const char *suffix)
{
	size_t		length = strlen(text);
	size_t		end = strlen(suffix);

	return length >= end && pg_strcasecmp(text + length - end, suffix) == 0;
}

/* By code points, not by a language. */
static bool
is_binary(const char *collation)
{
	return has_suffix(collation, "_BIN2") || has_suffix(collation, "_BIN2_UTF8");
}

static void
append_option(StringInfo sql, const char *name, const char *value, bool *first)
{
	if (value == NULL)
		return;
	appendStringInfo(sql, "%s%s %s", *first ? " OPTIONS (" : ", ", name, quote_literal_cstr(value));
	*first = false;
}

static void
append_default(StringInfo sql, const TmfRemoteTable *table, const TmfRemoteColumn *column)
{
	char	   *expression;

	if (column->fallback == NULL)
		return;
	if (!tmf_import_default(column->fallback, &column->type, &expression))
		ereport(NOTICE,
				(errmsg("the default of column \"%s\" of remote table \"%s\" is not imported",
						column->name, table->name),
				 errdetail("It is %s.", column->fallback)));
	else if (expression != NULL)
		appendStringInfo(sql, " DEFAULT %s", expression);
}

static void
append_column(StringInfo sql, const TmfRemoteTable *table, const TmfRemoteColumn *column,
			  const char *name, const TmfImportOptions *options)
{
	char		remote_type[SQLTYPE_TEXT_MAX];
	bool		first = true;

	sqltype_format(&column->type, remote_type);
	appendStringInfo(sql, "%s %s", quote_identifier(name), tmf_import_type(&column->type));
	append_option(sql, "column_name", strcmp(name, column->name) != 0 ? column->name : NULL, &first);
	append_option(sql, "remote_type", remote_type, &first);
	append_option(sql, "remote_collation", column->collation, &first);
	append_option(sql, "key", column->key ? "true" : NULL, &first);
	appendStringInfoChar(sql, ')');
	if (options->collate && column->collation != NULL && is_binary(column->collation))
		appendStringInfoString(sql, " COLLATE pg_catalog.\"C\"");
	if (options->fallback)
		append_default(sql, table, column);
	/* SQL Server works this out for a view when it is made, and not again */
	if (options->not_null && !column->nullable && !table->view)
		appendStringInfoString(sql, " NOT NULL");
}

/* Why a column has no counterpart here; NULL: it has. */
static char *
problem_of(const TmfRemoteColumn *column, int columns)
{
	if (column->type.name == SQLTYPE_UNKNOWN || tmf_import_type(&column->type) == NULL)
		return psprintf("Its type, %s, is not one that can be read.", column->type_name);
	if (!tmf_import_can_name(column->name))
		return pstrdup("Its name is blank or has control characters.");
	if (columns >= MaxHeapAttributeNumber)
		return psprintf("A table has %d columns at most.", MaxHeapAttributeNumber);
	return NULL;
}

/* Those that are imported, and their local names beside them. */
static List *
choose_columns(const TmfRemoteTable *table, const TmfImportOptions *options, List **names)
{
	List	   *chosen = NIL;
	List	   *taken = NIL;
	ListCell   *lc;

	foreach(lc, table->columns)
	{
		TmfRemoteColumn *column = lfirst(lc);
		char	   *problem;

		if (column->computed && !options->generated)
			continue;
		problem = problem_of(column, list_length(chosen));
		if (problem == NULL)
		{
			chosen = lappend(chosen, column);
			if (strlen(column->name) < NAMEDATALEN)
				taken = lappend(taken, column->name);
			continue;
		}
		ereport(NOTICE,
				(errmsg("column \"%s\" of remote table \"%s\" is not imported",
						column->name, table->name),
				 errdetail_internal("%s", problem)));
	}

	/* Names that need not be changed stay as they are. */
	foreach(lc, chosen)
	{
		char	   *remote = ((TmfRemoteColumn *) lfirst(lc))->name;
		char	   *name = tmf_import_name(remote, strlen(remote) < NAMEDATALEN ? NIL : taken, true);

		taken = lappend(taken, name);
		*names = lappend(*names, name);
	}
	return chosen;
}

char *
tmf_import_table(const TmfRemoteTable *table, const char *local_name, const char *schema,
				 const char *server, const TmfImportOptions *options)
{
	List	   *names = NIL;
	List	   *columns = choose_columns(table, options, &names);
	ListCell   *lc;
	ListCell   *name;
	bool		first = true;
	StringInfoData sql;

	if (columns == NIL)
	{
		ereport(NOTICE,
				(errmsg("remote table \"%s\" is not imported", table->name),
				 errdetail("It has no column that can be read.")));
		return NULL;
	}
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE FOREIGN TABLE %s (", quote_identifier(local_name));
	forboth(lc, columns, name, names)
	{
		appendStringInfoString(&sql, foreach_current_index(lc) > 0 ? ",\n\t" : "\n\t");
		append_column(&sql, table, lfirst(lc), lfirst(name), options);
	}
	appendStringInfo(&sql, "\n) SERVER %s", quote_identifier(server));
	append_option(&sql, "schema_name", schema, &first);
	append_option(&sql, "table_name", table->name, &first);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}
