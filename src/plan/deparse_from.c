/*
 * src/plan/deparse_from.c
 *		What follows FROM: tables, queries of the user, joins of them.
 *
 * Where a statement has more than one relation, or wants to be told apart from
 * its subqueries, each is called r and its number in the range table.  Nothing
 * is selected below a join: columns keep these names wherever they are needed.
 * Semi- and antijoins are conditions, EXISTS and NOT EXISTS.
 */
#include "postgres.h"

#include "optimizer/pathnode.h"

#include "plan/deparse.h"
#include "plan/relinfo.h"
#include "session/quote.h"

/*
 * A statement may end in a semicolon, a derived table may not.  The line break
 * ends a comment that would swallow the closing parenthesis.
 */
static void
write_query(StringInfo sql, const char *query)
{
	int			length = strlen(query);

	while (length > 0 && strchr("; \t\r\n", query[length - 1]) != NULL)
		length--;
	appendStringInfo(sql, "(%.*s%s)", length, query, strstr(query, "--") != NULL ? "\n" : "");
}

void
tmf_deparse_table(StringInfo sql, const TmfTableOptions *table)
{
	if (table->schema_name != NULL)
	{
		tmf_quote_identifier(sql, table->schema_name);
		appendStringInfoChar(sql, '.');
	}
	tmf_quote_identifier(sql, table->table_name);
}

static void
write_table(TmfShipping *shipping, const TmfTableOptions *table, Index relid, StringInfo from)
{
	if (table->query != NULL)
		write_query(from, table->query);
	else
		tmf_deparse_table(from, table);
	if (shipping->qualified)
		appendStringInfo(from, " AS [r%u]", relid);
	else if (table->query != NULL)
		appendStringInfoString(from, " AS [q]");
}

static void
write_lock(TmfShipping *shipping, TmfRowLock lock, StringInfo from)
{
	if (lock == TMF_LOCK_NONE)
		return;
	shipping->locks = true;
	appendStringInfo(from, " WITH (UPDLOCK, ROWLOCK%s)", lock == TMF_LOCK_NOWAIT ? ", NOWAIT" : "");
}

void
tmf_deparse_conditions(TmfShipping *shipping, List *conditions, StringInfo sql)
{
	ListCell   *lc;

	foreach(lc, conditions)
	{
		TmfPiece	piece = tmf_ship_condition(shipping, lfirst(lc));

		if (piece.ship == TMF_SHIP_LOCAL)
			elog(ERROR, "a condition that is not shipped was to be sent: %s", shipping->reason);
		appendStringInfo(sql, "%s%s", sql->len > 0 ? " AND " : "", piece.sql);
	}
}

static void
write_clauses(TmfShipping *shipping, List *clauses, StringInfo sql)
{
	List	   *conditions = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
		conditions = lappend(conditions, lfirst_node(RestrictInfo, lc)->clause);
	tmf_deparse_conditions(shipping, conditions, sql);
}

/* A relation, and in where what its rows must fulfil. */
static void
write_input(TmfShipping *shipping, RelOptInfo *rel, StringInfo from, StringInfo where)
{
	tmf_deparse_from(shipping, rel, from, where);
	write_clauses(shipping, tmf_relinfo(rel)->remote_conds, where);
}

/* Is there a JOIN in its FROM?  Parentheses stand around nothing else there. */
static bool
is_joined(RelOptInfo *rel)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	if (info->outer == NULL)
		return false;
	return (info->jointype != JOIN_SEMI && info->jointype != JOIN_ANTI) || is_joined(info->outer);
}

/*
 * Rows of one side of a FULL JOIN that do not fulfil their conditions must not
 * come into it, and there is no place outside of it to say so.  An inner join
 * with one row is, under the names that the columns have anyway.  Sides within
 * sides begin with the same relation, but have fewer.
 */
static void
write_full_side(TmfShipping *shipping, RelOptInfo *rel, StringInfo from)
{
	Relids		relids = tmf_relinfo(rel)->relids;
	StringInfoData side;
	StringInfoData where;

	initStringInfo(&side);
	initStringInfo(&where);
	write_input(shipping, rel, &side, &where);
	if (where.len > 0)
		appendStringInfo(from, "(%s INNER JOIN (SELECT 1 AS [one]) AS [o%d_%d] ON (%s))", side.data,
						 bms_next_member(relids, -1), bms_num_members(relids), where.data);
	else
		appendStringInfo(from, is_joined(rel) ? "(%s)" : "%s", side.data);
}

static void
write_full(TmfShipping *shipping, const TmfRelInfo *info, StringInfo from)
{
	StringInfoData on;

	initStringInfo(&on);
	write_clauses(shipping, info->joinclauses, &on);
	write_full_side(shipping, info->outer, from);
	appendStringInfoString(from, " FULL JOIN ");
	write_full_side(shipping, info->inner, from);
	appendStringInfo(from, " ON (%s)", on.len > 0 ? on.data : "1 = 1");
}

/*
 * What the rows of an input must fulfil belongs to the rows of the join where a
 * row that does not could not be in them; and to the ON where it could, without a
 * partner.
 */
static void
write_inner_or_left(TmfShipping *shipping, const TmfRelInfo *info, StringInfo from,
					StringInfo where)
{
	StringInfoData right;
	StringInfoData on;

	initStringInfo(&right);
	initStringInfo(&on);
	write_input(shipping, info->outer, from, where);
	write_clauses(shipping, info->joinclauses, &on);
	write_input(shipping, info->inner, &right, info->jointype == JOIN_INNER ? where : &on);
	if (info->jointype == JOIN_LEFT)
		appendStringInfoString(from, " LEFT JOIN ");
	else
		appendStringInfoString(from, on.len > 0 ? " INNER JOIN " : " CROSS JOIN ");
	appendStringInfo(from, is_joined(info->inner) ? "(%s)" : "%s", right.data);
	if (on.len > 0 || info->jointype == JOIN_LEFT)
		appendStringInfo(from, " ON (%s)", on.len > 0 ? on.data : "1 = 1");
}

static void
write_exists(TmfShipping *shipping, const TmfRelInfo *info, StringInfo from, StringInfo where)
{
	StringInfoData subquery;
	StringInfoData conditions;

	initStringInfo(&subquery);
	initStringInfo(&conditions);
	write_input(shipping, info->outer, from, where);
	write_input(shipping, info->inner, &subquery, &conditions);
	write_clauses(shipping, info->joinclauses, &conditions);
	appendStringInfo(where, "%s%sEXISTS (SELECT 1 FROM %s%s%s)", where->len > 0 ? " AND " : "",
					 info->jointype == JOIN_ANTI ? "NOT " : "", subquery.data,
					 conditions.len > 0 ? " WHERE " : "", conditions.data);
}

void
tmf_deparse_from(TmfShipping *shipping, RelOptInfo *rel, StringInfo from, StringInfo where)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	if (info->table != NULL)
	{
		write_table(shipping, info->table, rel->relid, from);
		write_lock(shipping, info->lock, from);
	}
	else if (info->jointype == JOIN_FULL)
		write_full(shipping, info, from);
	else if (info->jointype == JOIN_SEMI || info->jointype == JOIN_ANTI)
		write_exists(shipping, info, from, where);
	else
		write_inner_or_left(shipping, info, from, where);
}

void
tmf_deparse_column_apart(StringInfo sql, TmfShipping *shipping, Var *column)
{
	RelOptInfo *rel = find_base_rel(shipping->root, column->varno);

	appendStringInfo(sql, "(SELECT %s FROM ", tmf_ship_column_name(shipping, column));
	write_table(shipping, tmf_relinfo(rel)->table, rel->relid, sql);
	appendStringInfoString(sql, " WHERE 1 = 0)");
}
