/*
 * src/plan/deparse_from.c
 *		What follows FROM: tables and queries of the user.
 *
 * Where a statement has more than one relation, or wants to be told apart from
 * its subqueries, each is called r and its number in the range table.
 */
#include "postgres.h"

#include "plan/deparse.h"
#include "plan/relinfo.h"
#include "session/quote.h"

/*
 * A statement may end in a semicolon, a derived table may not.  The line break
 * ends a comment that would swallow the closing parenthesis.
 */
static void
deparse_query(StringInfo sql, const char *query)
{
	int			length = strlen(query);

	while (length > 0 && strchr("; \t\r\n", query[length - 1]) != NULL)
		length--;
	appendStringInfo(sql, "(%.*s%s)", length, query, strstr(query, "--") != NULL ? "\n" : "");
}

static void
deparse_table(StringInfo sql, const TmfTableOptions *table)
{
	if (table->schema_name != NULL)
	{
		tmf_quote_identifier(sql, table->schema_name);
		appendStringInfoChar(sql, '.');
	}
	tmf_quote_identifier(sql, table->table_name);
}

void
tmf_deparse_from(StringInfo sql, TmfShipping *shipping, RelOptInfo *rel)
{
	const TmfTableOptions *table = tmf_relinfo(rel)->table;

	if (table->query != NULL)
		deparse_query(sql, table->query);
	else
		deparse_table(sql, table);
	if (shipping->qualified)
		appendStringInfo(sql, " AS [r%d]", rel->relid);
	else if (table->query != NULL)
		appendStringInfoString(sql, " AS [q]");
}
