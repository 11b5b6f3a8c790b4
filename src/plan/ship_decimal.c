/*
 * src/plan/ship_decimal.c
 *		Arithmetic of numerics, and what floating point numbers have of it.
 *
 * Sums and products of decimals are exact there as long as T-SQL's rules leave
 * them all their digits: 38.  They have the decimals that PostgreSQL shows, too.
 * Quotients and averages are cut there after other decimals than here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "plan/ship_rules.h"

#define TOO_LONG	"the result may have more than 38 digits"

static int
whole_of(const TmfPiece *piece)
{
	return piece->type.precision - piece->type.scale;
}

static bool
ship_two(TmfShipping *shipping, List *args, TmfPiece *pieces)
{
	pieces[0] = tmf_ship_operand(shipping, linitial(args));
	if (pieces[0].ship == TMF_SHIP_LOCAL)
		return false;
	pieces[1] = tmf_ship_operand(shipping, lsecond(args));
	return pieces[1].ship != TMF_SHIP_LOCAL;
}

static TmfPiece
result_of(const TmfFunctionRule *rule, const TmfPiece *pieces, int count, int precision, int scale)
{
	TmfPiece	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, count, pieces),
										 SQLTYPE_DECIMAL, precision, scale);
	int			i;

	for (i = 0; i < count; i++)
		result.rescaled |= pieces[i].rescaled;
	return result;
}

TmfPiece
tmf_decimal_add(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	pieces[2];
	int			scale;
	int			precision;

	if (!ship_two(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	scale = Max(pieces[0].type.scale, pieces[1].type.scale);
	precision = Max(whole_of(&pieces[0]), whole_of(&pieces[1])) + scale + 1;
	if (precision > TMF_DECIMAL_MAX)
		return tmf_ship_stays(shipping, TOO_LONG);
	return result_of(rule, pieces, 2, precision, scale);
}

TmfPiece
tmf_decimal_multiply(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	pieces[2];
	int			precision;

	if (!ship_two(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	precision = pieces[0].type.precision + pieces[1].type.precision + 1;
	if (precision > TMF_DECIMAL_MAX)
		return tmf_ship_stays(shipping, TOO_LONG);
	return result_of(rule, pieces, 2, precision, pieces[0].type.scale + pieces[1].type.scale);
}

static bool
is_zero(Const *constant)
{
	Numeric		zero = int64_to_numeric(0);

	return DatumGetBool(DirectFunctionCall2(numeric_eq, constant->constvalue,
											NumericGetDatum(zero)));
}

TmfPiece
tmf_decimal_modulo(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	Const	   *divisor = (Const *) tmf_ship_strip(lsecond(args));
	TmfPiece	pieces[2];
	int			scale;

	if (!IsA(divisor, Const) || divisor->constisnull || is_zero(divisor))
		return tmf_ship_stays(shipping, "the divisor is no constant other than zero");
	if (!ship_two(shipping, args, pieces))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	scale = Max(pieces[0].type.scale, pieces[1].type.scale);
	if (Max(whole_of(&pieces[0]), whole_of(&pieces[1])) + scale > TMF_DECIMAL_MAX)
		return tmf_ship_stays(shipping, TOO_LONG);
	return result_of(rule, pieces, 2, Min(whole_of(&pieces[0]), whole_of(&pieces[1])) + scale, scale);
}

/* As many digits as the operand has; what T-SQL calls the type of the result does not matter. */
TmfPiece
tmf_decimal_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));
	TmfPiece	result;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	result = result_of(rule, &piece, 1, TMF_DECIMAL_MAX, piece.type.scale);
	if (piece.type.precision < TMF_DECIMAL_MAX)
		result = tmf_piece_decimal(&result, piece.type.precision, piece.type.scale);
	return result;
}

TmfPiece
tmf_decimal_sign(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	return tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece), SQLTYPE_DECIMAL, 1, 0);
}

/* CEILING and FLOOR, which may need one digit more than there was before the point. */
TmfPiece
tmf_decimal_whole(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));
	TmfPiece	result;
	int			precision;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.type.scale == 0)
		return piece;
	precision = whole_of(&piece) + 1;
	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece), SQLTYPE_DECIMAL,
							 TMF_DECIMAL_MAX, 0);
	return tmf_piece_decimal(&result, precision, 0);
}

/* round(x) and trunc(x): to 0 decimals.  False: to how many is not known, or to less than that. */
static bool
decimals_wanted(List *args, int *decimals)
{
	Const	   *constant;

	*decimals = 0;
	if (list_length(args) == 1)
		return true;
	constant = (Const *) tmf_ship_strip(lsecond(args));
	if (!IsA(constant, Const) || constant->constisnull)
		return false;
	*decimals = DatumGetInt32(constant->constvalue);
	return *decimals >= 0 && *decimals <= TMF_DECIMAL_MAX;
}

/* CONVERT rounds half away from zero, as round() does here. */
static TmfPiece
with_decimals(TmfShipping *shipping, const TmfPiece *piece, int decimals)
{
	int			whole = whole_of(piece) + (decimals < piece->type.scale);

	if (whole + decimals > TMF_DECIMAL_MAX)
		return tmf_ship_stays(shipping, TOO_LONG);
	return tmf_piece_decimal(piece, whole + decimals, decimals);
}

TmfPiece
tmf_decimal_round(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece;
	int			decimals;

	if (!decimals_wanted(args, &decimals))
		return tmf_ship_stays(shipping, "the number of decimals is no constant from 0 to 38");
	piece = tmf_ship_operand(shipping, linitial(args));
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	piece.rescaled = false;
	return with_decimals(shipping, &piece, decimals);
}

TmfPiece
tmf_decimal_truncate(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece;
	int			decimals;

	if (!decimals_wanted(args, &decimals))
		return tmf_ship_stays(shipping, "the number of decimals is no constant from 0 to 38");
	piece = tmf_ship_operand(shipping, linitial(args));
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	piece.rescaled = false;
	if (decimals < piece.type.scale)
		piece.sql = psprintf("ROUND(%s, %d, 1)", piece.sql, decimals);
	return with_decimals(shipping, &piece, decimals);
}

/* A cast to numeric(p, s) that never overflows. */
TmfPiece
tmf_decimal_coerce(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	Const	   *typmod = (Const *) lsecond(args);
	TmfPiece	piece;
	int			precision;
	int			scale;

	if (!IsA(typmod, Const) || DatumGetInt32(typmod->constvalue) < (int32) VARHDRSZ)
		return tmf_ship_stays(shipping, "the precision is not known");
	precision = tmf_numeric_precision(DatumGetInt32(typmod->constvalue));
	scale = tmf_numeric_scale(DatumGetInt32(typmod->constvalue));
	piece = tmf_ship_operand(shipping, linitial(args));
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (scale < 0 || precision > TMF_DECIMAL_MAX ||
		precision - scale < whole_of(&piece) + (scale < piece.type.scale))
		return tmf_ship_stays(shipping, "a value may be too large for the type that it is cast to");
	piece.rescaled = false;
	return tmf_piece_decimal(&piece, precision, scale);
}

/* Whether a zero keeps its sign there is nowhere said: its comparisons do not depend on it. */
TmfPiece
tmf_float_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));
	TmfPiece	result;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece), piece.type.name, 0, 0);
	result.rescaled = true;
	return result;
}
