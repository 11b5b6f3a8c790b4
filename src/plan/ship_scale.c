/*
 * src/plan/ship_scale.c
 *		How many decimals numeric values have, there and here.
 *
 * 1.50 and 1.5 are equal, but they are not shown alike: where a value is made
 * there and handed over, its decimals must be those that it would have here.
 * Those of a column are known when its remote type is declared.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "plan/upper.h"

/* The decimals of a remote type; -1: it has no such thing. */
static int
remote_scale(const SqlType *type)
{
	switch (type->name)
	{
		case SQLTYPE_DECIMAL:
			return type->scale;
		case SQLTYPE_MONEY:
		case SQLTYPE_SMALLMONEY:
			return 4;
		case SQLTYPE_BIT:
		case SQLTYPE_TINYINT:
		case SQLTYPE_SMALLINT:
		case SQLTYPE_INT:
		case SQLTYPE_BIGINT:
			return 0;
		default:
			return -1;
	}
}

static bool
differs(Node *node, void *argument)
{
	TmfShipping *shipping = argument;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		int32		typmod = ((Var *) node)->vartypmod;
		TmfPiece	piece;

		if (getBaseTypeAndTypmod(exprType(node), &typmod) != NUMERICOID || typmod < 0)
			return false;
		piece = tmf_ship_column(shipping, (Var *) node);
		return !piece.declared || remote_scale(&piece.type) != tmf_numeric_scale(typmod);
	}
	if (IsA(node, Const) || IsA(node, Param))
		return getBaseType(exprType(node)) == NUMERICOID;
	return expression_tree_walker(node, differs, argument);
}

/* A column without a local scale has that of the remote one, whatever it is. */
bool
tmf_ship_same_scale(TmfShipping *shipping, Node *expr, const TmfPiece *piece)
{
	if (getBaseType(exprType(expr)) != NUMERICOID)
		return true;
	if (piece->column == NULL && remote_scale(&piece->type) < 0)
		return false;
	return !differs(expr, shipping);
}
