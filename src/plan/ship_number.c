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

/*
 * What a column of an undeclared type is taken for; a numeric without precision
 * remains unknown.  One with a precision has no more decimals than that: it would
 * be rounded when it is read.
 */
static SqlType
natural_type(const Var *column)
{
	int32		typmod = column->vartypmod;
	Oid			local = getBaseTypeAndTypmod(column->vartype, &typmod);
	SqlType		type = {SQLTYPE_UNKNOWN};
	int			precision;
	int			scale;

	if (local != NUMERICOID)
		(void) tmf_encode_natural(local, &type);
	else if (typmod >= (int32) VARHDRSZ)
	{
		precision = tmf_numeric_precision(typmod);
		scale = tmf_numeric_scale(typmod);
		if (precision <= TMF_DECIMAL_MAX && scale >= 0 && scale <= precision)
			type = (SqlType) {SQLTYPE_DECIMAL, 0, precision, scale};
	}
	return type;
}

static SqlType
type_of(const TmfPiece *piece)
{
	if (piece->type.name == SQLTYPE_UNKNOWN && piece->column != NULL)
		return natural_type(piece->column);
	return piece->type;
}

static bool
is_undeclared_numeric(const TmfPiece *piece)
{
	return piece->type.name == SQLTYPE_UNKNOWN && piece->column != NULL &&
		getBaseType(piece->column->vartype) == NUMERICOID;
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
	/* the elements of a list are of one type there: only what is that already may be one */
	if (strategy == BTEqualStrategyNumber && !is_undeclared_numeric(side))
		condition.element = parameter.sql;
	return condition;
}

/* The type in which an undeclared numeric column is compared with value; false: it is not. */
static bool
numeric_type(TmfShipping *shipping, const TmfPiece *side, Const *value, SqlType *as)
{
	static const SqlType all_digits = {SQLTYPE_DECIMAL, 0, TMF_DECIMAL_MAX, 0};

	if (as->name == SQLTYPE_DECIMAL)
		tmf_ship_limit_digits(shipping, side, TMF_DECIMAL_MAX - as->scale, as->scale);
	else if (value != NULL && is_beyond(value, NUMERICOID))
		*as = all_digits;
	else if (value != NULL && tmf_constant_digits(value, as))
		tmf_ship_limit_digits(shipping, side, TMF_DECIMAL_MAX - as->scale,
							  TMF_DECIMAL_MAX - (as->precision - as->scale));
	else
		return false;
	return true;
}

static TmfPiece
compare_value(TmfShipping *shipping, const TmfPiece *side, Node *value, int strategy)
{
	static const SqlType no_digits = {SQLTYPE_DECIMAL, 0, 1, 0};
	Oid			local = getBaseType(exprType(value));
	Const	   *constant = IsA(value, Const) ? (Const *) value : NULL;
	SqlType		as = type_of(side);

	if (is_integer(local) || (constant != NULL && constant->constisnull))
	{
		if ((is_integer(local) || as.name == SQLTYPE_UNKNOWN) && !tmf_encode_natural(local, &as))
			return tmf_ship_stays(shipping, "a value is not sent");
		if (as.scale == TMF_SCALE_OF_VALUE)
			as = no_digits;
		return compare_as(shipping, side, value, &as, strategy);
	}
	if (is_undeclared_numeric(side) && !numeric_type(shipping, side, constant, &as))
		return tmf_ship_stays(shipping, constant != NULL ?
							  "a constant has more than 38 digits" :
							  "the remote type of a column is not declared, and the value not known yet");
	if (constant != NULL ? tmf_encode_represents(constant->constvalue, local, &as) :
		tmf_encode_holds(local, &as))
		return compare_as(shipping, side, value, &as, strategy);
	if (!tmf_encode_orders(local, &as))
		return tmf_ship_stays(shipping, "a value is of a type that compares otherwise there");
	return tmf_ship_interval(shipping, side, value, local, &as, strategy);
}

static bool
is_money(SqlTypeName name)
{
	return name == SQLTYPE_MONEY || name == SQLTYPE_SMALLMONEY;
}

static bool
is_whole(SqlTypeName name)
{
	return name >= SQLTYPE_BIT && name <= SQLTYPE_BIGINT;
}

/* Digits of a number: those before the point, and decimals. */
static void
count_digits(const SqlType *type, int *whole, int *scale)
{
	int			type_whole = 0;
	int			type_scale = 0;

	if (type->name == SQLTYPE_DECIMAL)
	{
		type_scale = type->scale;
		type_whole = type->precision - type->scale;
	}
	else if (is_money(type->name))
	{
		type_scale = 4;
		type_whole = 15;
	}
	else if (is_whole(type->name))
		type_whole = 19;
	*whole = Max(*whole, type_whole);
	*scale = Max(*scale, type_scale);
}

/*
 * Both sides are converted to one type, which has 38 digits at most; a decimal
 * is compared with one of its own type whatever that is.  The higher type is
 * money's when an integer is compared with it: it must not be.
 */
static bool
make_comparable(TmfShipping *shipping, TmfPiece *left, TmfPiece *right)
{
	TmfPiece   *sides[] = {left, right};
	SqlType		types[] = {type_of(left), type_of(right)};
	int			whole = 0;
	int			scale = 0;
	int			i;

	for (i = 0; i < 2; i++)
	{
		const SqlType *other = &types[1 - i];

		if (types[i].name == SQLTYPE_UNKNOWN)
			return false;
		count_digits(&types[i], &whole, &scale);
		if (is_money(types[i].name) && is_whole(other->name))
			*sides[i] = tmf_piece_decimal(sides[i], 19, 4);
	}
	for (i = 0; i < 2; i++)
	{
		if (!is_undeclared_numeric(sides[i]))
			continue;
		tmf_ship_limit_digits(shipping, sides[i], TMF_DECIMAL_MAX - scale, scale);
		/* it may be money */
		if (is_whole(types[1 - i].name))
			*sides[i] = tmf_piece_decimal(sides[i], TMF_DECIMAL_MAX, scale);
	}
	return whole + scale <= TMF_DECIMAL_MAX ||
		(types[0].name == SQLTYPE_DECIMAL && types[1].name == SQLTYPE_DECIMAL &&
		 types[0].precision == types[1].precision && types[0].scale == types[1].scale);
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
	if (!make_comparable(shipping, &left, &right))
		return tmf_ship_stays(shipping, "both sides together may have more than 38 digits");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s%s%s", left.sql, tmf_compare_sql(comparison->strategy),
										right.sql));
}
