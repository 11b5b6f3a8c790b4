/*
 * src/plan/ship_number.c
 *		Comparisons of numbers and of booleans.
 *
 * Both engines order numbers alike, whatever types they are of.  What differs is
 * which numbers there are: a value that the column's type does not have (a third
 * decimal, NaN, 2^40 for an int) is compared by the ends of the interval of
 * those that the type does have, and in the column's own type, for which there
 * may be an index.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "plan/ship_rules.h"

int
tmf_compare_commute(int strategy)
{
	return strategy == TMF_NOT_EQUAL ? strategy : BTMaxStrategyNumber + 1 - strategy;
}

/* An operand that is no value; a computed one is of a number's type already. */
static TmfPiece
ship_side(TmfShipping *shipping, const TmfCompareRule *rule, Node *node)
{
	TmfPiece	piece = tmf_ship_value(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (piece.column != NULL && !tmf_ship_assume(shipping, &piece, rule->remote))
		return tmf_ship_stays(shipping, "a column is of a remote type that compares otherwise");
	return piece;
}

/* What a column of an undeclared type is compared in. */
static SqlType
natural_type(const Var *column)
{
	int32		typmod = column->vartypmod;
	Oid			local = getBaseTypeAndTypmod(column->vartype, &typmod);
	SqlType		type = {SQLTYPE_UNKNOWN};

	(void) tmf_encode_natural(local, &type);
	/* more decimals than this the column has not: it would be rounded when it is read */
	if (local == NUMERICOID && typmod >= (int32) VARHDRSZ)
		type.scale = Max((((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024, 0);
	return type;
}

static bool
is_integer(Oid local)
{
	return local == INT2OID || local == INT4OID || local == INT8OID;
}

/* Which comes out the same for all of a type's values: one end or the other of all of them. */
static bool
is_beyond(Const *value, Oid local)
{
	return local == NUMERICOID &&
		(numeric_is_nan(DatumGetNumeric(value->constvalue)) ||
		 numeric_is_inf(DatumGetNumeric(value->constvalue)));
}

/* "side OP value" as it stands: the type as has the value. */
static TmfPiece
compare_as(TmfShipping *shipping, const TmfPiece *side, Node *value, const SqlType *as,
		   int strategy)
{
	TmfPiece	parameter = tmf_ship_parameter(shipping, value, as, TMF_BOUND_VALUE);
	TmfPiece	condition;

	if (parameter.ship == TMF_SHIP_LOCAL)
		return parameter;
	condition = tmf_piece_condition(TMF_SHIP_EXACT,
									psprintf("%s%s%s", side->sql, tmf_compare_sql(strategy),
											 parameter.sql));
	if (strategy == BTEqualStrategyNumber)
		condition.element = parameter.sql;
	return condition;
}

static TmfPiece
compare_value(TmfShipping *shipping, const TmfPiece *side, Node *value, int strategy)
{
	static const SqlType all_digits = {SQLTYPE_DECIMAL, 0, TMF_DECIMAL_MAX, 0};
	Oid			local = getBaseType(exprType(value));
	Const	   *constant = IsA(value, Const) ? (Const *) value : NULL;
	SqlType		as = side->type;

	if (is_integer(local) || (constant != NULL && constant->constisnull))
	{
		if (!tmf_encode_natural(local, &as))
			return tmf_ship_stays(shipping, "a value is not sent");
		return compare_as(shipping, side, value, &as, strategy);
	}
	if (as.name == SQLTYPE_UNKNOWN && side->column != NULL)
		as = natural_type(side->column);
	if (constant != NULL ? tmf_encode_represents(constant->constvalue, local, &as) :
		tmf_encode_holds(local, &as))
		return compare_as(shipping, side, value, &as, strategy);
	if (constant != NULL && as.scale == TMF_SCALE_OF_VALUE && is_beyond(constant, local))
		as = all_digits;
	if (!tmf_encode_orders(local, &as))
		return tmf_ship_stays(shipping, constant != NULL ?
							  "a constant has more than 38 digits" :
							  "the remote type of a column is not declared, and the value not known yet");
	return tmf_ship_interval(shipping, side, value, local, &as, strategy);
}

/* Digits that both can be compared with; what is not declared is believed to have them. */
static bool
are_comparable(const TmfPiece *left, const TmfPiece *right)
{
	const SqlType *types[] = {&left->type, &right->type};
	int			whole = 0;
	int			scale = 0;
	int			i;

	for (i = 0; i < 2; i++)
	{
		if (types[i]->name == SQLTYPE_DECIMAL)
		{
			whole = Max(whole, types[i]->precision - types[i]->scale);
			scale = Max(scale, types[i]->scale);
		}
		else if (types[i]->name == SQLTYPE_MONEY || types[i]->name == SQLTYPE_SMALLMONEY)
		{
			whole = Max(whole, 15);
			scale = Max(scale, 4);
		}
		else if (types[i]->name != SQLTYPE_UNKNOWN)
			whole = Max(whole, 19);
	}
	return whole + scale <= TMF_DECIMAL_MAX ||
		(types[0]->name != SQLTYPE_DECIMAL && types[1]->name != SQLTYPE_DECIMAL) ||
		(types[0]->precision == types[1]->precision && types[0]->scale == types[1]->scale);
}

TmfPiece
tmf_compare_number(TmfShipping *shipping, const TmfCompareRule *rule,
				   const TmfComparison *comparison)
{
	bool		left_value = tmf_ship_is_value(shipping, comparison->left);
	bool		right_value = tmf_ship_is_value(shipping, comparison->right);
	TmfPiece	left;
	TmfPiece	right;

	left = ship_side(shipping, rule, left_value ? comparison->right : comparison->left);
	if (left.ship == TMF_SHIP_LOCAL)
		return left;
	if (left_value)
		return compare_value(shipping, &left, comparison->left,
							 tmf_compare_commute(comparison->strategy));
	if (right_value)
		return compare_value(shipping, &left, comparison->right, comparison->strategy);
	right = ship_side(shipping, rule, comparison->right);
	if (right.ship == TMF_SHIP_LOCAL)
		return right;
	if (!are_comparable(&left, &right))
		return tmf_ship_stays(shipping, "both sides together have more than 38 digits");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s%s%s", left.sql, tmf_compare_sql(comparison->strategy),
										right.sql));
}
