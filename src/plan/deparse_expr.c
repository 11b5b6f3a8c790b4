/*
 * src/plan/deparse_expr.c
 *		Shipped expressions -> T-SQL.
 *
 * One function for each kind of node, for those kinds that shippable.c knows.
 * Every value is a parameter, never text: the statement is the same whatever
 * the values are, and there is nothing to quote.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "option/option.h"
#include "plan/deparse.h"
#include "plan/shippable.h"
#include "session/quote.h"

static void deparse_node(TmfWhere *where, Node *node);

static void
deparse_column(TmfWhere *where, Var *column)
{
	tmf_quote_identifier(&where->sql, tmf_column_name(where->relid, column->varattno));
}

/* Equal expressions share a parameter. */
static int
parameter_number(TmfWhere *where, Node *node)
{
	ListCell   *lc;

	foreach(lc, where->params)
	{
		if (equal(lfirst(lc), node))
			return foreach_current_index(lc);
	}
	where->params = lappend(where->params, node);
	where->strict = lappend_int(where->strict, false);
	return list_length(where->params) - 1;
}

static void
deparse_value(TmfWhere *where, Node *node)
{
	appendStringInfo(&where->sql, "@P%d", parameter_number(where, node) + 1);
}

static void
deparse_operand(TmfWhere *where, Node *node)
{
	node = tmf_ship_strip(node);
	if (tmf_ship_is_column(where->rel, node))
		deparse_column(where, (Var *) node);
	else if (tmf_ship_is_value(where->rel, node))
		deparse_value(where, node);
	else
	{
		appendStringInfoChar(&where->sql, '(');
		deparse_node(where, node);
		appendStringInfoChar(&where->sql, ')');
	}
}

/* As the rule spells it: $1 and $2 stand for the operands. */
static void
deparse_operator(TmfWhere *where, OpExpr *operator)
{
	const TmfShipRule *rule = NULL;
	const char *c;
	ListCell   *lc;

	foreach(lc, operator->args)
	{
		Node	   *operand = tmf_ship_strip(lfirst(lc));
		int		   *assumed;

		if (!tmf_ship_is_column(where->rel, operand))
			continue;
		rule = tmf_ship_rule(operator, operand);
		assumed = &where->assumed[((Var *) operand)->varattno - 1];
		*assumed = *assumed != 0 ? *assumed & rule->remote : rule->remote;
	}
	for (c = rule->sql; *c != '\0'; c++)
	{
		if (*c == '$')
			deparse_operand(where, list_nth(operator->args, *++c - '1'));
		else
			appendStringInfoChar(&where->sql, *c);
	}
}

static void
deparse_bool(TmfWhere *where, BoolExpr *expr)
{
	const char *between = expr->boolop == AND_EXPR ? " AND " : " OR ";
	ListCell   *lc;

	appendStringInfoString(&where->sql, expr->boolop == NOT_EXPR ? "NOT (" : "(");
	foreach(lc, expr->args)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(&where->sql, between);
		deparse_node(where, lfirst(lc));
	}
	appendStringInfoChar(&where->sql, ')');
}

static void
deparse_node(TmfWhere *where, Node *node)
{
	switch (nodeTag(node))
	{
		case T_BoolExpr:
			deparse_bool(where, (BoolExpr *) node);
			break;
		case T_OpExpr:
			deparse_operator(where, (OpExpr *) node);
			break;
		default:
			elog(ERROR, "node of type %d was to be shipped", (int) nodeTag(node));
	}
}

/* A condition that must hold for every row never does with a NULL here. */
static void
note_strict(TmfWhere *where, Node *condition)
{
	ListCell   *lc;

	if (!IsA(condition, OpExpr) || !func_strict(get_opcode(((OpExpr *) condition)->opno)))
		return;
	foreach(lc, ((OpExpr *) condition)->args)
	{
		Node	   *operand = tmf_ship_strip(lfirst(lc));

		if (tmf_ship_is_value(where->rel, operand))
			lfirst_int(list_nth_cell(where->strict, parameter_number(where, operand))) = true;
	}
}

void
tmf_deparse_where(TmfWhere *where, RelOptInfo *rel, Oid relid, int attributes, List *conditions)
{
	ListCell   *lc;

	memset(where, 0, sizeof(*where));
	where->rel = rel;
	where->relid = relid;
	where->assumed = palloc0(sizeof(int) * (attributes + 1));
	initStringInfo(&where->sql);
	foreach(lc, conditions)
	{
		if (where->sql.len > 0)
			appendStringInfoString(&where->sql, " AND ");
		deparse_node(where, lfirst(lc));
		note_strict(where, lfirst(lc));
	}
}
