/*
 * src/plan/deparse_group.c
 *		FROM, WHERE and GROUP BY of a statement with groups.
 */
#include "postgres.h"

#include "plan/deparse.h"
#include "plan/upper.h"

/* The SELECT list of the derived table: columns that are used above, and computed keys. */
static char *
derived_list(TmfShipping *shipping, TmfGrouping *grouping)
{
	StringInfoData sql;
	ListCell   *lc;

	initStringInfo(&sql);
	foreach(lc, grouping->columns)
	{
		const Var  *column = lfirst_node(Var, lc);

		appendStringInfo(&sql, "%s%s AS [r%dc%d]", sql.len > 0 ? ", " : "",
						 tmf_ship_column_name(shipping, column), column->varno, column->varattno);
	}
	foreach(lc, grouping->keys)
	{
		const TmfGroupKey *key = lfirst(lc);
		TmfPiece	piece;

		if (!key->computed)
			continue;
		piece = tmf_ship_value(shipping, key->expr);
		appendStringInfo(&sql, "%s%s AS [k%d]", sql.len > 0 ? ", " : "", piece.sql,
						 foreach_current_index(lc) + 1);
	}
	return sql.data;
}

static void
write_input(TmfShipping *shipping, RelOptInfo *input, StringInfo from, StringInfo where)
{
	List	   *conditions = NIL;
	ListCell   *lc;

	tmf_deparse_from(shipping, input, from, where);
	foreach(lc, tmf_relinfo(input)->remote_conds)
		conditions = lappend(conditions, lfirst_node(RestrictInfo, lc)->clause);
	tmf_deparse_conditions(shipping, conditions, where);
}

void
tmf_deparse_input(StringInfo from, StringInfo where, TmfShipping *shipping)
{
	TmfGrouping *grouping = shipping->grouping;

	shipping->grouping = NULL;
	if (grouping->derived)
	{
		StringInfoData table;
		StringInfoData condition;
		char	   *list = derived_list(shipping, grouping);

		initStringInfo(&table);
		initStringInfo(&condition);
		write_input(shipping, grouping->input, &table, &condition);
		appendStringInfo(from, "(SELECT %s FROM %s%s%s) AS [q]", list, table.data,
						 condition.len > 0 ? " WHERE " : "", condition.data);
	}
	else
		write_input(shipping, grouping->input, from, where);
	shipping->grouping = grouping;
}

void
tmf_deparse_group_by(StringInfo sql, TmfShipping *shipping)
{
	ListCell   *lc;

	foreach(lc, shipping->grouping->keys)
	{
		const TmfGroupKey *key = lfirst(lc);

		appendStringInfo(sql, "%s%s", foreach_current_index(lc) > 0 ? ", " : " GROUP BY ",
						 key->key.sql);
	}
}

void
tmf_deparse_having(StringInfo sql, TmfShipping *shipping, List *conditions)
{
	StringInfoData having;

	initStringInfo(&having);
	tmf_deparse_conditions(shipping, conditions, &having);
	if (having.len > 0)
		appendStringInfo(sql, " HAVING %s", having.data);
}
