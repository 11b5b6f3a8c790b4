/*
 * src/plan/deparse.c
 *		Plan -> T-SQL.
 *
 * Only the columns that are used travel.  A query of the user is wrapped as a
 * derived table, so that the same projection applies to it.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "utils/rel.h"

#include "plan/deparse.h"
#include "session/quote.h"

static bool
is_used(const Bitmapset *attrs_used, AttrNumber attnum)
{
	return bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attrs_used);
}

static void
deparse_columns(StringInfo sql, const TmfRelInfo *info, Oid relid, List **retrieved)
{
	Relation	rel = table_open(relid, NoLock);
	TupleDesc	descriptor = RelationGetDescr(rel);
	bool		whole_row = is_used(info->attrs_used, InvalidAttrNumber);
	int			i;

	*retrieved = NIL;
	for (i = 0; i < descriptor->natts; i++)
	{
		AttrNumber	attnum = i + 1;

		if (TupleDescAttr(descriptor, i)->attisdropped ||
			(!whole_row && !is_used(info->attrs_used, attnum)))
			continue;
		if (*retrieved != NIL)
			appendStringInfoString(sql, ", ");
		tmf_quote_identifier(sql, tmf_column_name(relid, attnum));
		*retrieved = lappend_int(*retrieved, attnum);
	}
	if (*retrieved == NIL)
		appendStringInfoChar(sql, '1');
	table_close(rel, NoLock);
}

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
	appendStringInfo(sql, "(%.*s%s) AS [q]", length, query,
					 strstr(query, "--") != NULL ? "\n" : "");
}

void
tmf_deparse_select(StringInfo sql, const TmfRelInfo *info, Oid relid, List **retrieved)
{
	appendStringInfoString(sql, "SELECT ");
	deparse_columns(sql, info, relid, retrieved);
	appendStringInfoString(sql, " FROM ");
	if (info->table->query != NULL)
	{
		deparse_query(sql, info->table->query);
		return;
	}
	if (info->table->schema_name != NULL)
	{
		tmf_quote_identifier(sql, info->table->schema_name);
		appendStringInfoChar(sql, '.');
	}
	tmf_quote_identifier(sql, info->table->table_name);
}
