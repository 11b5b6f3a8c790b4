/*
 * src/plan/ship_arithmetic.c
 *		Arithmetic of integers.
 *
 * The server must raise no error that PostgreSQL would not raise, and it may
 * evaluate an expression for rows that PostgreSQL would have left out before.
 * So nothing overflows there: how large a result can be is known from the types
 * of what it is made of, and it is computed in a type that has room for it.  What
 * a column is set to is evaluated for the rows that are asked for, and must not
 * be stored where PostgreSQL says that it is out of range: each result is made
 * one of its type here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"

/* Computed values of at most 2^30 are ints, of at most 2^62 bigints. */
#define INT_BITS		30
#define BIGINT_BITS		62
#define DECIMAL_BITS	126		/* 8.5e37 */

static const SqlType int_type = {SQLTYPE_INT};
static const SqlType bigint_type = {SQLTYPE_BIGINT};
static const SqlType decimal_type = {SQLTYPE_DECIMAL, 0, TMF_DECIMAL_MAX, 0};

static bool
ship_operands(TmfShipping *shipping, List *args, TmfPiece *pieces)
{
	ListCell   *lc;

	foreach(lc, args)
	{
		TmfPiece   *piece = &pieces[foreach_current_index(lc)];

		*piece = tmf_ship_operand(shipping, lfirst(lc));
		if (piece->ship == TMF_SHIP_LOCAL)
			return false;
	}
	return true;
}

/* A type for results of so many bits, and none that is narrower than an operand's. */
static const SqlType *
type_for(int bits, const TmfPiece *pieces, int count)
{
	const SqlType *type = bits <= INT_BITS ? &int_type :
		bits <= BIGINT_BITS ? &bigint_type : &decimal_type;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (pieces[i].type.name == SQLTYPE_DECIMAL)
			type = &decimal_type;
		else if (pieces[i].type.name == SQLTYPE_BIGINT && type == &int_type)
			type = &bigint_type;
	}
	return type;
}

/* Of an assigned value: as one of the function's type, or an error there as here. */
static TmfPiece
within_type(TmfShipping *shipping, const TmfFunctionRule *rule, const TmfPiece *result)
{
	TmfPiece	within;
	SqlType		type;

	if (!shipping->assigns || result->ship == TMF_SHIP_LOCAL ||
		!tmf_encode_natural(get_func_rettype(rule->function), &type) ||
		tmf_integer_bits(result) < tmf_integer_bits(&(TmfPiece) {.type = type}))
		return *result;
	within = tmf_piece_convert(result, &type);
	within.bits = 0;
	return within;
}

/* The rule's T-SQL, computed in a type that holds so many bits: its first operand's. */
static TmfPiece
compute(TmfShipping *shipping, const TmfFunctionRule *rule, TmfPiece *pieces, int count, int bits)
{
	const SqlType *type = type_for(bits, pieces, count);
	TmfPiece	result;

	if (bits > DECIMAL_BITS)
		return tmf_ship_stays(shipping, "the result may have more than 38 digits");
	pieces[0] = tmf_piece_convert(&pieces[0], type);
	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, count, pieces), type->name,
							 type->precision, type->scale);
	result.bits = bits;
	return within_type(shipping, rule, &result);
}

TmfPiece
tmf_integer_add(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	pieces[2];

	if (!ship_operands(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	return compute(shipping, rule, pieces, 2,
				   Max(tmf_integer_bits(&pieces[0]), tmf_integer_bits(&pieces[1])) + 1);
}

TmfPiece
tmf_integer_multiply(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	pieces[2];

	if (!ship_operands(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	return compute(shipping, rule, pieces, 2,
				   tmf_integer_bits(&pieces[0]) + tmf_integer_bits(&pieces[1]));
}

/* The value of a constant of an integer type; false: it is none, or NULL. */
static bool
constant_value(Node *node, int64 *value)
{
	Const	   *constant = (Const *) tmf_ship_strip(node);

	if (!IsA(constant, Const) || constant->constisnull)
		return false;
	switch (constant->consttype)
	{
		case INT2OID:
			*value = DatumGetInt16(constant->constvalue);
			return true;
		case INT4OID:
			*value = DatumGetInt32(constant->constvalue);
			return true;
		case INT8OID:
			*value = DatumGetInt64(constant->constvalue);
			return true;
		default:
			return false;
	}
}

/* Division and remainder, by a constant; the smallest number has no negative. */
static TmfPiece
divide(TmfShipping *shipping, const TmfFunctionRule *rule, List *args, bool remainder)
{
	TmfPiece	pieces[2];
	TmfPiece	result;
	int64		divisor;
	int			bits;
	int			room;

	if (!constant_value(lsecond(args), &divisor) || divisor == 0)
		return tmf_ship_stays(shipping, "the divisor is no constant other than zero");
	if (!ship_operands(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	bits = tmf_integer_bits(&pieces[0]) + (divisor == -1);
	if (pieces[0].type.name == SQLTYPE_DECIMAL || pieces[1].type.name == SQLTYPE_DECIMAL ||
		(divisor == -1 && bits > BIGINT_BITS))
		return tmf_ship_stays(shipping, "what is divided may be no bigint");
	/* but for that one, a quotient needs no more room than what is divided */
	room = divisor == -1 ? bits : pieces[0].type.name == SQLTYPE_BIGINT ? BIGINT_BITS : INT_BITS;
	result = compute(shipping, rule, pieces, 2, room);
	result.bits = remainder ? Min(bits, tmf_integer_bits(&pieces[1])) : bits;
	return within_type(shipping, rule, &result);
}

TmfPiece
tmf_integer_divide(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	return divide(shipping, rule, args, false);
}

TmfPiece
tmf_integer_modulo(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	return divide(shipping, rule, args, true);
}

/* Of one operand, and no larger than it: ABS, the negative. */
TmfPiece
tmf_integer_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece;

	if (!ship_operands(shipping, args, &piece))
		return piece;
	return compute(shipping, rule, &piece, 1, tmf_integer_bits(&piece));
}

/* Both operands in a type with a sign, and of enough bits: no result needs more than they do. */
TmfPiece
tmf_integer_bitwise(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	pieces[2];
	const SqlType *type = &int_type;
	TmfPiece	result;
	int			i;

	if (!ship_operands(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	for (i = 0; i < list_length(args); i++)
	{
		if (pieces[i].type.name == SQLTYPE_DECIMAL)
			return tmf_ship_stays(shipping, "an operand may be no bigint");
		if (pieces[i].type.name == SQLTYPE_BIGINT)
			type = &bigint_type;
	}
	for (i = 0; i < list_length(args); i++)
		pieces[i] = tmf_piece_convert(&pieces[i], type);
	result = tmf_piece_value(TMF_SHIP_EXACT,
							 tmf_ship_text(rule->sql, list_length(args), pieces),
							 type->name, 0, 0);
	return result;
}
