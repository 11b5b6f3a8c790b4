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

static void
expect(TmfSelect *select, AttrNumber attnum, int assumed, const char *declared, bool utf16)
{
	select->columns = lappend_int(select->columns, attnum);
	select->assumed = lappend_int(select->assumed, assumed);
	select->declared = lappend(select->declared, makeString(pstrdup(declared)));
	select->utf16 = lappend_int(select->utf16, utf16);
}

/* What the type of a column is taken for, by the user and by the conditions. */
static void
expect_type(TmfSelect *select, AttrNumber attnum, const TmfWhere *where, const TmfColumnForm *form)
{
	char		declared[SQLTYPE_TEXT_MAX] = "";

	if (form->declared)
		sqltype_format(&form->remote, declared);
	expect(select, attnum, where->assumed[attnum - 1], declared, false);
}

/*
 * What is handed over comes first.  Then come the columns whose types are taken
 * for granted and cannot be seen there: the server alone knows them.
 */
static void
deparse_columns(StringInfo sql, Relation relation, const TmfRelInfo *info, const TmfWhere *where,
				TmfSelect *select)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	Oid			relid = RelationGetRelid(relation);
	bool		whole_row = is_used(info->attrs_used, InvalidAttrNumber);
	List	   *types = NIL;
	TmfColumnForm form;
	ListCell   *lc;
	AttrNumber	i;

	for (i = 1; i <= descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i - 1);
		bool		handed = !attribute->attisdropped &&
			(whole_row || is_used(info->attrs_used, i));

		if (handed)
		{
			tmf_column_form(relid, i, attribute->atttypid, &form);
			appendStringInfoString(sql, select->columns != NIL ? ", " : "");
			tmf_deparse_column(sql, relid, i, &form);
			if (form.sql == NULL)
				expect_type(select, i, where, &form);
			else
				expect(select, i, 0, "", form.utf16);
		}
		if (handed ? form.sql != NULL : where->assumed[i - 1] != 0)
			types = lappend_int(types, i);
	}
	select->handed = list_length(select->columns);
	foreach(lc, types)
	{
		i = lfirst_int(lc);
		tmf_column_form(relid, i, TupleDescAttr(descriptor, i - 1)->atttypid, &form);
		appendStringInfoString(sql, select->columns != NIL ? ", " : "");
		tmf_deparse_column_type(sql, relid, i);
		expect_type(select, i, where, &form);
	}
	if (select->columns == NIL)
		appendStringInfoChar(sql, '1');
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
	appendStringInfoString(&sql, "SELECT ");
	deparse_columns(&sql, relation, info, &where, select);
	table_close(relation, NoLock);
	deparse_from(&sql, info->table);
	if (where.sql.len > 0)
		appendStringInfo(&sql, " WHERE %s", where.sql.data);
	select->sql = sql.data;
	select->params = where.params;
	select->strict = where.strict;
}
