/*
 * src/plan/ship_case.c
 *		Choices: CASE, COALESCE, GREATEST and LEAST.
 *
 * In T-SQL all values that an expression may choose have one type, that of the
 * highest precedence among them, and are converted to it.  Here it is seen to
 * that this changes none of them; that a numeric is shown with other decimals
 * is remembered (rescaled), for it is compared like before.
 *
 * What is not chosen is not evaluated here, but values travel whether they are
 * chosen or not: none that may raise an error does (guards).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"

static TmfPiece
chosen_value(const TmfPiece *chosen, char *sql)
{
	TmfPiece	piece = *chosen;

	piece.sql = sql;
	return piece;
}

/* What a CASE with an operand compares it with; not that of another one. */
typedef struct Substitution
{
	Node	   *operand;
	bool		failed;
} Substitution;

static Node *
substitute(Node *node, void *argument)
{
	Substitution *substitution = argument;

	if (node == NULL)
		return NULL;
	if (IsA(node, CaseTestExpr))
		return copyObject(substitution->operand);
	if (IsA(node, CaseExpr) || IsA(node, ArrayCoerceExpr))
		substitution->failed = true;
	return expression_tree_mutator(node, substitute, argument);
}

/* The condition of a WHEN, written out; NULL: it cannot be. */
static Node *
when_condition(CaseExpr *expr, CaseWhen *when)
{
	Substitution substitution = {(Node *) expr->arg, false};
	Node	   *condition;

	if (expr->arg == NULL)
		return (Node *) when->expr;
	condition = substitute((Node *) when->expr, &substitution);
	return substitution.failed ? NULL : condition;
}

static TmfPiece
ship_case(TmfShipping *shipping, CaseExpr *expr)
{
	int			count = list_length(expr->args);
	TmfPiece   *pieces = palloc0(sizeof(TmfPiece) * (count + 1));
	List	   *values = NIL;
	StringInfoData sql;
	TmfPiece	chosen;
	ListCell   *lc;

	foreach(lc, expr->args)
		values = lappend(values, lfirst_node(CaseWhen, lc)->result);
	values = lappend(values, expr->defresult != NULL ? (Node *) expr->defresult :
					 (Node *) makeNullConst(expr->casetype, -1, expr->casecollid));
	if (!tmf_ship_alike(shipping, values, getBaseType(expr->casetype), pieces, &chosen))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	initStringInfo(&sql);
	appendStringInfoString(&sql, "CASE");
	foreach(lc, expr->args)
	{
		Node	   *node = when_condition(expr, lfirst_node(CaseWhen, lc));
		TmfPiece	condition;

		if (node == NULL)
			return tmf_ship_stays(shipping, "one CASE stands in the conditions of another");
		condition = tmf_ship_condition(shipping, node);
		if (condition.ship == TMF_SHIP_LOCAL)
			return condition;
		if (condition.ship != TMF_SHIP_EXACT)
			return tmf_ship_stays(shipping, "a condition of a CASE is not evaluated exactly there");
		appendStringInfo(&sql, " WHEN %s THEN %s", condition.sql,
						 pieces[foreach_current_index(lc)].sql);
	}
	appendStringInfo(&sql, " ELSE %s END", pieces[count].sql);
	return chosen_value(&chosen, sql.data);
}

TmfPiece
tmf_ship_case(TmfShipping *shipping, CaseExpr *expr)
{
	TmfPiece	piece;

	shipping->guards++;
	piece = ship_case(shipping, expr);
	shipping->guards--;
	return piece;
}

static TmfPiece
ship_coalesce(TmfShipping *shipping, CoalesceExpr *expr)
{
	int			count = list_length(expr->args);
	TmfPiece   *pieces = palloc0(sizeof(TmfPiece) * count);
	StringInfoData sql;
	TmfPiece	chosen;
	int			i;

	if (!tmf_ship_alike(shipping, expr->args, getBaseType(expr->coalescetype), pieces, &chosen))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	if (count == 1)
		return pieces[0];
	initStringInfo(&sql);
	for (i = 0; i < count; i++)
		appendStringInfo(&sql, "%s%s", i == 0 ? "COALESCE(" : ", ", pieces[i].sql);
	appendStringInfoChar(&sql, ')');
	return chosen_value(&chosen, sql.data);
}

TmfPiece
tmf_ship_coalesce(TmfShipping *shipping, CoalesceExpr *expr)
{
	TmfPiece	piece;

	shipping->guards++;
	piece = ship_coalesce(shipping, expr);
	shipping->guards--;
	return piece;
}

static bool
is_number(Oid local)
{
	return local == INT2OID || local == INT4OID || local == INT8OID || local == NUMERICOID ||
		local == FLOAT4OID || local == FLOAT8OID;
}

/* Both engines pass over NULLs.  Of two, every version can say which one it is. */
TmfPiece
tmf_ship_greatest(TmfShipping *shipping, MinMaxExpr *expr)
{
	bool		greatest = expr->op == IS_GREATEST;
	Oid			local = getBaseType(expr->minmaxtype);
	TmfPiece	pieces[2];
	TmfPiece	chosen;

	if (!is_number(local))
		return tmf_ship_stays(shipping, "GREATEST and LEAST are shipped for numbers only");
	if (list_length(expr->args) != 2)
		return tmf_ship_stays(shipping, "GREATEST and LEAST are shipped for two values only");
	if (!tmf_ship_alike(shipping, expr->args, local, pieces, &chosen))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	return chosen_value(&chosen,
						tmf_ship_text(greatest ?
									  "CASE WHEN $1 >= $2 OR $2 IS NULL THEN $1 ELSE $2 END" :
									  "CASE WHEN $1 <= $2 OR $2 IS NULL THEN $1 ELSE $2 END",
									  2, pieces));
}
