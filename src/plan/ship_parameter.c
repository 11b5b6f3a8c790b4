/*
 * src/plan/ship_parameter.c
 *		Values in shipped expressions.
 *
 * Every value is a parameter, never text: the statement is the same whatever
 * the values are, and there is nothing to quote.  It is evaluated once for an
 * execution, not for each row.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "plan/shippable.h"

static bool
same_form(const List *one, const List *other)
{
	int			i;

	for (i = TMF_PARAMETER_NAME; i <= TMF_PARAMETER_COLUMN; i++)
	{
		if (intVal(list_nth(one, i)) != intVal(list_nth(other, i)))
			return false;
	}
	return true;
}

/* Equal expressions in the same form share a parameter. */
static int
number_of(TmfShipping *shipping, Node *node, List *description)
{
	ListCell   *expr;
	ListCell   *lc;

	forboth(expr, shipping->exprs, lc, shipping->descriptions)
	{
		if (equal(lfirst(expr), node) && same_form(lfirst(lc), description))
			return foreach_current_index(expr) + 1;
	}
	shipping->exprs = lappend(shipping->exprs, node);
	shipping->descriptions = lappend(shipping->descriptions, description);
	return list_length(shipping->exprs);
}

static bool
may_raise(Oid function, void *context)
{
	return !get_func_leakproof(function);
}

/* May evaluating node raise an error?  What is leakproof does not tell that much, either. */
static bool
may_fail(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, CoerceToDomain) || check_functions_in_node(node, may_raise, context) ||
		expression_tree_walker(node, may_fail, context);
}

static TmfPiece
ship_parameter(TmfShipping *shipping, Node *node, const SqlType *as, TmfBound bound,
			   AttrNumber column)
{
	TmfPiece	piece = {TMF_SHIP_EXACT};
	List	   *description;

	if (contain_volatile_functions(node))
		return tmf_ship_stays(shipping, "it calls a volatile function");
	if (contain_subplans(node))
		return tmf_ship_stays(shipping, "it depends on a subquery");
	if (shipping->guards > 0 && may_fail(node, NULL))
		return tmf_ship_stays(shipping, "a value may raise an error that a condition before it prevents");
	description = list_make5(makeInteger(as->name), makeInteger(as->length),
							 makeInteger(as->precision), makeInteger(as->scale),
							 makeInteger(bound));
	description = lappend(lappend(description, makeInteger(column)), makeInteger(false));
	piece.sql = psprintf("@P%d", number_of(shipping, node, description));
	piece.type = *as;
	piece.declared = true;
	return piece;
}

TmfPiece
tmf_ship_parameter(TmfShipping *shipping, Node *node, const SqlType *as, TmfBound bound)
{
	return ship_parameter(shipping, node, as, bound, InvalidAttrNumber);
}

TmfPiece
tmf_ship_assigned_parameter(TmfShipping *shipping, Node *node, const Var *column)
{
	static const SqlType unknown = {SQLTYPE_UNKNOWN};

	return ship_parameter(shipping, node, &unknown, TMF_BOUND_VALUE, column->varattno);
}

TmfPiece
tmf_ship_natural_parameter(TmfShipping *shipping, Node *node)
{
	Oid			local = getBaseType(exprType(node));
	SqlType		as;

	if (!tmf_encode_natural(local, &as))
		return tmf_ship_stays(shipping,
							  psprintf("values of type %s are not sent", format_type_be(local)));
	return tmf_ship_parameter(shipping, node, &as, TMF_BOUND_VALUE);
}

/* A condition that must hold for every row never does with a NULL here. */
void
tmf_ship_note_strict(TmfShipping *shipping, Node *condition)
{
	ListCell   *arg;

	if (!IsA(condition, OpExpr) || !func_strict(get_opcode(((OpExpr *) condition)->opno)))
		return;
	foreach(arg, ((OpExpr *) condition)->args)
	{
		Node	   *operand = tmf_ship_strip(lfirst(arg));
		ListCell   *expr;
		ListCell   *lc;

		forboth(expr, shipping->exprs, lc, shipping->descriptions)
		{
			if (equal(lfirst(expr), operand))
				lfirst(list_nth_cell(lfirst(lc), TMF_PARAMETER_STRICT)) = makeInteger(true);
		}
	}
}
