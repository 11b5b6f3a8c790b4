/*
 * src/exec/catalog_query.c
 *		The columns of a query's result, which no catalog view has.
 *
 * The server is asked to describe the result (SQL Server 2012 and later): unlike
 * the result itself that tells collations, and one CLR type from another.
 */
#include "postgres.h"

#include "exec/catalog.h"
#include "session/quote.h"

/* It reports what is wrong with the query as a row. */
static void
check_described(UserMapping *user, const char *query, char **row)
{
	if (row[4] == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("server \"%s\" cannot describe the result of the query",
					GetForeignServer(user->serverid)->servername),
			 errdetail("SQL Server error %s: %s", row[4], row[5] != NULL ? row[5] : ""),
			 errcontext("remote SQL command: %s", query)));
}

static TmfRemoteColumn *
make_column(char **row)
{
	TmfRemoteColumn *column;
	char		allowed[SQLTYPE_ALLOWED_MAX];

	if (row[1] == NULL)
		return NULL;
	column = palloc0(sizeof(TmfRemoteColumn));
	column->name = row[1];
	column->type_name = row[2] != NULL ? row[2] : pstrdup("?");
	column->nullable = true;
	if (row[2] == NULL || !sqltype_parse(row[2], &column->type, allowed))
		column->type.name = SQLTYPE_UNKNOWN;
	if (column->type.name >= SQLTYPE_CHAR && column->type.name <= SQLTYPE_NTEXT)
		column->collation = row[3];
	return column;
}

/* A type of a user's assembly is one of another schema. */
List *
tmf_catalog_query_columns(UserMapping *user, const char *query, List *names)
{
	List	   *columns = NIL;
	ListCell   *lc;
	StringInfoData sql;

	if (names == NIL)
		return NIL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT l.i, d.name, COALESCE(d.system_type_name, "
						   "CASE WHEN d.user_type_schema = N'sys' THEN d.user_type_name END), "
						   "d.collation_name, d.error_number, d.error_message FROM (VALUES ");
	tmf_catalog_values(&sql, names);
	appendStringInfoString(&sql, ") AS l (i, name) LEFT JOIN sys.dm_exec_describe_first_result_set(");
	tmf_quote_literal(&sql, query);
	appendStringInfoString(&sql, ", NULL, 0) AS d ON d.name = l.name COLLATE CATALOG_DEFAULT "
						   "OR d.error_number IS NOT NULL ORDER BY l.i");
	foreach(lc, tmf_catalog_ask(user, sql.data, "vnnnnn"))
	{
		char	  **row = lfirst(lc);

		check_described(user, query, row);
		if (atoi(row[0]) == list_length(columns))
			columns = lappend(columns, make_column(row));
	}
	return columns;
}
