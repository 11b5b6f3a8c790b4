/*
 * src/plan/ship_cast.c
 *		Casts that lose nothing.
 *
 * One from a smaller number to a larger one is not written at all: comparisons
 * there do it by themselves, and find the column in its index.  Casts that can
 * fail stay here, for the server may try them on rows that are not asked for.
 */
#include "postgres.h"

#include "plan/ship_rules.h"

/* The same number, of a type that has more of them. */
TmfPiece
tmf_cast_as_is(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	return tmf_ship_value(shipping, linitial(args));
}

TmfPiece
tmf_cast_to_float(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	/* what a local type of 32 bits comes from may be computed in more */
	if (piece.type.name == SQLTYPE_DECIMAL || tmf_integer_bits(&piece) > 53)
		return tmf_ship_stays(shipping, "an integer may be too large for a float to hold it");
	return tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece), SQLTYPE_FLOAT, 0, 0);
}

TmfPiece
tmf_cast_from_bool(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));
	TmfPiece	result;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece), SQLTYPE_INT, 0, 0);
	result.bits = 1;
	return result;
}

TmfPiece
tmf_cast_to_bool(TmfShipping *shipping, const TmfFunctionRule *rule, List *args)
{
	TmfPiece	piece = tmf_ship_operand(shipping, linitial(args));

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	return tmf_piece_condition(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 1, &piece));
}
