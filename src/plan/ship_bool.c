/*
 * src/plan/ship_bool.c
 *		AND, OR, NOT, and tests for NULL and for truth.
 *
 * T-SQL has the same three-valued logic, but no values of it: what is a
 * condition and what is a bit is kept apart.
 */
#include "postgres.h"

#include "plan/shippable.h"

/* The weaker class of the parts; what is negated must be exact. */
TmfPiece
tmf_ship_bool(TmfShipping *shipping, BoolExpr *expr)
{
	const char *between = expr->boolop == AND_EXPR ? " AND " : " OR ";
	TmfShip		ship = TMF_SHIP_EXACT;
	StringInfoData sql;
	ListCell   *lc;

	initStringInfo(&sql);
	appendStringInfoString(&sql, expr->boolop == NOT_EXPR ? "NOT (" : "(");
	foreach(lc, expr->args)
	{
		bool		guarded = foreach_current_index(lc) > 0;
		TmfPiece	piece;

		shipping->guards += guarded;
		piece = tmf_ship_condition(shipping, lfirst(lc));
		shipping->guards -= guarded;
		if (piece.ship == TMF_SHIP_LOCAL)
			return piece;
		ship = Min(ship, piece.ship);
		appendStringInfo(&sql, "%s%s", foreach_current_index(lc) > 0 ? between : "", piece.sql);
	}
	appendStringInfoChar(&sql, ')');
	if (expr->boolop == NOT_EXPR && ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be negated");
	return tmf_piece_condition(ship, sql.data);
}
