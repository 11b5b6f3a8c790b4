/*
 * src/plan/shippable.c
 *		Which expressions the remote server evaluates.
 *
 * One walk over a clause gives its class, or the reason why it stays here.  An
 * operator is the function behind it: its name, its schema and who made it do
 * not matter.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

#include "plan/shippable.h"
#include "value/encode.h"

static TmfShip classify(RelOptInfo *rel, Node *node, TmfShipNote *note);

/* A domain's value is one of its base type. */
Node *
tmf_ship_strip(Node *node)
{
	while (IsA(node, RelabelType))
	{
		Node	   *inner = (Node *) ((RelabelType *) node)->arg;

		if (getBaseType(exprType(inner)) != getBaseType(exprType(node)))
			break;
		node = inner;
	}
	return node;
}

bool
tmf_ship_is_column(RelOptInfo *rel, Node *node)
{
	return IsA(node, Var) && ((Var *) node)->varno == rel->relid &&
		((Var *) node)->varlevelsup == 0;
}

static bool
find_column(Node *node, void *rel)
{
	if (node == NULL)
		return false;
	if (tmf_ship_is_column(rel, node))
		return true;
	return expression_tree_walker(node, find_column, rel);
}

bool
tmf_ship_is_value(RelOptInfo *rel, Node *node)
{
	return !find_column(node, rel);
}

const TmfShipRule *
tmf_ship_rule(const OpExpr *operator, Node *column)
{
	Oid			function = get_opcode(operator->opno);
	Oid			local = getBaseType(exprType(column));
	int			i;

	for (i = 0; i < tmf_ship_rules_count; i++)
	{
		const TmfShipRule *rule = &tmf_ship_rules[i];

		if (rule->node == T_OpExpr && rule->function == function && rule->local == local &&
			(rule->collation != TMF_COLLATION_NONE || !OidIsValid(operator->inputcollid)))
			return rule;
	}
	return NULL;
}

static TmfShip
stays(TmfShipNote *note, const char *reason)
{
	if (note->reason == NULL)
		note->reason = pstrdup(reason);
	return TMF_SHIP_LOCAL;
}

/* A value is evaluated once for an execution, not for each row. */
static TmfShip
classify_value(Node *node, TmfShipNote *note)
{
	Oid			type = getBaseType(exprType(node));

	if (contain_volatile_functions(node))
		return stays(note, "it calls a volatile function");
	if (contain_subplans(node))
		return stays(note, "it depends on a subquery");
	if (tmf_encode_type(type) == WIRE_TYPE_UNKNOWN)
		return stays(note, psprintf("values of type %s are not sent", format_type_be(type)));
	note->values++;
	return TMF_SHIP_EXACT;
}

/*
 * Each column among the operands must have a rule.  Other operands may be
 * expressions, as long as nothing can be wrong about what they give.
 */
static TmfShip
classify_operator(RelOptInfo *rel, OpExpr *operator, TmfShipNote *note)
{
	TmfShip		ship = TMF_SHIP_EXACT;
	bool		ruled = false;
	ListCell   *lc;

	foreach(lc, operator->args)
	{
		Node	   *operand = tmf_ship_strip(lfirst(lc));
		const TmfShipRule *rule;

		if (!tmf_ship_is_column(rel, operand))
		{
			TmfShip		inner = tmf_ship_is_value(rel, operand) ?
			classify_value(operand, note) : classify(rel, operand, note);

			if (inner != TMF_SHIP_EXACT)
				return stays(note, "an operand is not evaluated exactly there");
			continue;
		}
		if (((Var *) operand)->varattno <= 0)
			return stays(note, "it refers to a system column or to the whole row");
		rule = tmf_ship_rule(operator, operand);
		if (rule == NULL)
			return stays(note, psprintf("there is no rule for operator %s",
										format_operator(operator->opno)));
		ruled = true;
		ship = Min(ship, rule->ship);
	}
	if (!ruled)
		return stays(note, psprintf("there is no rule for operator %s over expressions",
									format_operator(operator->opno)));
	return ship;
}

/* The weaker class of the parts; what is negated must be exact. */
static TmfShip
classify_bool(RelOptInfo *rel, BoolExpr *expr, TmfShipNote *note)
{
	TmfShip		ship = TMF_SHIP_EXACT;
	ListCell   *lc;

	foreach(lc, expr->args)
		ship = Min(ship, classify(rel, lfirst(lc), note));
	if (expr->boolop == NOT_EXPR && ship != TMF_SHIP_EXACT)
		return stays(note, "only what is evaluated exactly there may be negated");
	return ship;
}

static TmfShip
classify(RelOptInfo *rel, Node *node, TmfShipNote *note)
{
	switch (nodeTag(node))
	{
		case T_RestrictInfo:	/* inside an OR */
			return classify(rel, (Node *) ((RestrictInfo *) node)->clause, note);
		case T_BoolExpr:
			return classify_bool(rel, (BoolExpr *) node, note);
		case T_OpExpr:
			return classify_operator(rel, (OpExpr *) node, note);
		case T_FuncExpr:
			return stays(note, psprintf("there is no rule for function %s",
										format_procedure(((FuncExpr *) node)->funcid)));
		default:
			return stays(note, "there is no rule for an expression of this kind");
	}
}

TmfShip
tmf_ship_clause(RelOptInfo *rel, RestrictInfo *clause, TmfShipNote *note)
{
	TmfShip		ship;

	note->values = 0;
	note->reason = NULL;
	if (!restriction_is_securely_promotable(clause, rel))
		return stays(note, "a security barrier comes before it");
	ship = classify(rel, (Node *) clause->clause, note);
	if (note->values > TMF_SHIP_VALUES_MAX)
		return stays(note, "it takes too many parameters");
	return ship;
}
