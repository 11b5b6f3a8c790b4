/*
 * src/plan/deparse.c
 *		Plan -> T-SQL.
 *
 * Only the columns that are used travel.  A query of the user is wrapped as a
 * derived table, so that the same projection and conditions apply to it.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "utils/rel.h"

#include "plan/deparse.h"
#include "plan/relinfo.h"
#include "session/quote.h"

static bool
is_used(const Bitmapset *attrs_used, AttrNumber attnum)
{
	return bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attrs_used);
}

/*
 * What is handed over comes first.  Then come the columns whose types the
 * conditions take for granted: the server alone knows them.
 */
static void
choose_columns(TupleDesc descriptor, const TmfRelInfo *info, const TmfWhere *where,
			   TmfSelect *select)
{
	bool		whole_row = is_used(info->attrs_used, InvalidAttrNumber);
	int			i;

	for (i = 0; i < descriptor->natts; i++)
	{
		if (!TupleDescAttr(descriptor, i)->attisdropped &&
			(whole_row || is_used(info->attrs_used, i + 1)))
			select->columns = lappend_int(select->columns, i + 1);
	}
	select->handed = list_length(select->columns);
	for (i = 0; i < descriptor->natts; i++)
	{
		if (where->assumed[i] != 0 && !list_member_int(select->columns, i + 1))
			select->columns = lappend_int(select->columns, i + 1);
	}
}

static void
deparse_columns(StringInfo sql, Oid relid, const TmfWhere *where, TmfSelect *select)
{
	ListCell   *lc;

	if (select->columns == NIL)
		appendStringInfoChar(sql, '1');
	foreach(lc, select->columns)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(sql, ", ");
		tmf_quote_identifier(sql, tmf_column_name(relid, lfirst_int(lc)));
		select->assumed = lappend_int(select->assumed, where->assumed[lfirst_int(lc) - 1]);
	}
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

static void
deparse_from(StringInfo sql, const TmfTableOptions *table)
{
	appendStringInfoString(sql, " FROM ");
	if (table->query != NULL)
	{
		deparse_query(sql, table->query);
		return;
	}
	if (table->schema_name != NULL)
	{
		tmf_quote_identifier(sql, table->schema_name);
		appendStringInfoChar(sql, '.');
	}
	tmf_quote_identifier(sql, table->table_name);
}

void
tmf_deparse_select(RelOptInfo *rel, Oid relid, List *conditions, TmfSelect *select)
{
	const TmfRelInfo *info = tmf_relinfo(rel);
	Relation	relation = table_open(relid, NoLock);
	TmfWhere	where;
	StringInfoData sql;

	memset(select, 0, sizeof(*select));
	initStringInfo(&sql);
	tmf_deparse_where(&where, rel, relid, RelationGetNumberOfAttributes(relation), conditions);
	choose_columns(RelationGetDescr(relation), info, &where, select);
	table_close(relation, NoLock);

	appendStringInfoString(&sql, "SELECT ");
	deparse_columns(&sql, relid, &where, select);
	deparse_from(&sql, info->table);
	if (where.sql.len > 0)
		appendStringInfo(&sql, " WHERE %s", where.sql.data);
	select->sql = sql.data;
	select->params = where.params;
	select->strict = where.strict;
}
