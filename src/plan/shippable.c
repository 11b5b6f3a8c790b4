/*
 * src/plan/shippable.c
 *		Which expressions the remote server evaluates.
 *
 * The walk: each kind of node has its function, which gets the pieces of its
 * operands and puts one together.  What no function knows stays here, with a
 * reason that EXPLAIN shows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/lsyscache.h"

#include "plan/relinfo.h"
#include "plan/ship_rules.h"
#include "plan/upper.h"

void
tmf_shipping_init(TmfShipping *shipping, PlannerInfo *root, RelOptInfo *rel, bool qualified,
				  bool exact)
{
	memset(shipping, 0, sizeof(*shipping));
	shipping->root = root;
	shipping->relids = tmf_relinfo(rel)->relids;
	shipping->server = tmf_relinfo(rel)->server;
	shipping->qualified = qualified;
	shipping->exact = exact;
	if (tmf_relinfo(rel)->input != NULL)
		tmf_ship_group_init(shipping, rel);
}

TmfShipping
tmf_shipping_copy(const TmfShipping *shipping)
{
	TmfShipping copy = *shipping;
	ListCell   *lc;

	copy.exprs = list_copy(shipping->exprs);
	copy.descriptions = list_copy(shipping->descriptions);
	copy.uses = NIL;
	foreach(lc, shipping->uses)
	{
		TmfUse	   *use = palloc(sizeof(TmfUse));

		*use = *(TmfUse *) lfirst(lc);
		copy.uses = lappend(copy.uses, use);
	}
	return copy;
}

TmfPiece
tmf_ship_stays(TmfShipping *shipping, const char *reason)
{
	if (shipping->reason == NULL)
		shipping->reason = pstrdup(reason);
	return (TmfPiece) {.ship = TMF_SHIP_LOCAL};
}

TmfPiece
tmf_piece_condition(TmfShip ship, char *sql)
{
	return (TmfPiece) {.ship = ship, .sql = sql, .condition = true};
}

TmfPiece
tmf_piece_value(TmfShip ship, char *sql, SqlTypeName name, int precision, int scale)
{
	return (TmfPiece) {.ship = ship, .sql = sql,
			.type = {.name = name, .precision = precision, .scale = scale}};
}

char *
tmf_ship_text(const char *template, int count, const TmfPiece *pieces)
{
	StringInfoData text;
	const char *c;

	initStringInfo(&text);
	for (c = template; *c != '\0'; c++)
	{
		if (*c == '$' && c[1] >= '1' && c[1] < '1' + count)
			appendStringInfoString(&text, pieces[*++c - '1'].sql);
		else
			appendStringInfoChar(&text, *c);
	}
	return text.data;
}

/* The same characters, whether text or varchar. */
static Oid
type_of(Node *node)
{
	Oid			type = getBaseType(exprType(node));

	return type == VARCHAROID ? TEXTOID : type;
}

/* A domain's value is one of its base type. */
Node *
tmf_ship_strip(Node *node)
{
	while (IsA(node, RelabelType))
	{
		Node	   *inner = (Node *) ((RelabelType *) node)->arg;

		if (type_of(inner) != type_of(node))
			break;
		node = inner;
	}
	return node;
}

static bool
find_remote(Node *node, void *argument)
{
	const TmfShipping *shipping = argument;

	if (node == NULL)
		return false;
	if (IsA(node, Aggref) || IsA(node, GroupingFunc))
		return true;
	if (IsA(node, Var) && ((Var *) node)->varlevelsup == 0)
		return bms_is_member(((Var *) node)->varno, shipping->relids);
	return expression_tree_walker(node, find_remote, argument);
}

bool
tmf_ship_is_value(const TmfShipping *shipping, Node *node)
{
	return !find_remote(node, (void *) shipping);
}

/* Comparisons are known by their families, other operators by their functions. */
static TmfPiece
ship_operator(TmfShipping *shipping, OpExpr *operator)
{
	TmfComparison comparison;
	Oid			function = get_opcode(operator->opno);

	if (tmf_compare_find(operator->opno, &comparison) == NULL &&
		tmf_function_find(function) != NULL)
		return tmf_ship_function(shipping, function, operator->args);
	return tmf_ship_comparison(shipping, operator);
}

/* An expression of any kind, as what it is. */
static TmfPiece
ship(TmfShipping *shipping, Node *node)
{
	TmfPiece	piece;

	node = tmf_ship_strip(node);
	if (tmf_ship_is_value(shipping, node))
		return tmf_ship_natural_parameter(shipping, node);
	if (shipping->grouping != NULL && tmf_ship_grouped(shipping, node, &piece))
		return piece;
	switch (nodeTag(node))
	{
		case T_RestrictInfo:	/* inside an OR */
			return ship(shipping, (Node *) ((RestrictInfo *) node)->clause);
		case T_Var:
			return tmf_ship_column(shipping, (Var *) node);
		case T_BoolExpr:
			return tmf_ship_bool(shipping, (BoolExpr *) node);
		case T_OpExpr:
			if (tmf_like_knows((OpExpr *) node))
				return tmf_ship_like(shipping, (OpExpr *) node);
			return ship_operator(shipping, (OpExpr *) node);
		case T_FuncExpr:
			if (tmf_moment_function_knows((FuncExpr *) node))
				return tmf_ship_moment_function(shipping, (FuncExpr *) node);
			return tmf_ship_function(shipping, ((FuncExpr *) node)->funcid,
									 ((FuncExpr *) node)->args);
		case T_ScalarArrayOpExpr:
			return tmf_ship_array(shipping, (ScalarArrayOpExpr *) node);
		case T_NullTest:
			return tmf_ship_null_test(shipping, (NullTest *) node);
		case T_BooleanTest:
			return tmf_ship_truth_test(shipping, (BooleanTest *) node);
		case T_DistinctExpr:
			return tmf_ship_distinct(shipping, (OpExpr *) node);
		case T_NullIfExpr:
			return tmf_ship_nullif(shipping, (OpExpr *) node);
		case T_CoalesceExpr:
			return tmf_ship_coalesce(shipping, (CoalesceExpr *) node);
		case T_MinMaxExpr:
			return tmf_ship_greatest(shipping, (MinMaxExpr *) node);
		case T_CaseExpr:
			return tmf_ship_case(shipping, (CaseExpr *) node);
		default:
			return tmf_ship_stays(shipping, "there is no rule for an expression of this kind");
	}
}

TmfPiece
tmf_ship_value(TmfShipping *shipping, Node *node)
{
	TmfPiece	piece = ship(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL || !piece.condition)
		return piece;
	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be a value");
	return tmf_piece_value(TMF_SHIP_EXACT,
						   psprintf("CASE WHEN %s THEN CONVERT(bit, 1) WHEN NOT (%s) THEN CONVERT(bit, 0) END",
									piece.sql, piece.sql),
						   SQLTYPE_BIT, 0, 0);
}

TmfPiece
tmf_ship_condition(TmfShipping *shipping, Node *node)
{
	TmfPiece	piece = ship(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL || piece.condition)
		return piece;
	if (!tmf_ship_assume(shipping, &piece, TMF_REMOTE(WIRE_TYPE_BIT)))
		return tmf_ship_stays(shipping, "it is not of type bit there");
	return tmf_piece_condition(piece.ship, psprintf("%s = 1", piece.sql));
}

static TmfShip
classify(TmfShipping *shipping, Node *node, TmfShipNote *note)
{
	TmfPiece	piece = tmf_ship_condition(shipping, node);

	if (piece.ship == TMF_SHIP_SUPERSET && shipping->exact)
		piece = tmf_ship_stays(shipping, "it would have to be rechecked here");
	note->values = list_length(shipping->exprs);
	if (piece.ship != TMF_SHIP_LOCAL && note->values > TMF_SHIP_VALUES_MAX)
		piece = tmf_ship_stays(shipping, "it takes too many parameters");
	note->reason = shipping->reason;
	return piece.ship;
}

TmfShip
tmf_ship_clause(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause, TmfShipNote *note)
{
	TmfShipping shipping;

	tmf_shipping_init(&shipping, root, rel, true, !IS_SIMPLE_REL(rel));
	if (IS_SIMPLE_REL(rel) && !restriction_is_securely_promotable(clause, rel))
	{
		note->values = 0;
		note->reason = "a security barrier comes before it";
		return TMF_SHIP_LOCAL;
	}
	return classify(&shipping, (Node *) clause->clause, note);
}

bool
tmf_ship_is_exact(PlannerInfo *root, RelOptInfo *rel, Expr *expr, TmfShipNote *note)
{
	TmfShipping shipping;
	TmfPiece	piece;

	tmf_shipping_init(&shipping, root, rel, true, true);
	piece = tmf_ship_value(&shipping, (Node *) expr);
	note->values = list_length(shipping.exprs);
	note->reason = shipping.reason;
	if (piece.rescaled && note->reason == NULL)
		note->reason = "it is shown with other decimals there";
	return piece.ship == TMF_SHIP_EXACT && !piece.rescaled && note->values <= TMF_SHIP_VALUES_MAX;
}
