/*
 * src/plan/ship_interval.c
 *		Comparisons with a value that the column's type may not have.
 *
 * It is sent as the ends of the interval of those remote values that qualify.
 */
#include "postgres.h"

#include "access/stratnum.h"

#include "plan/shippable.h"

/* A value known now may need only one end of its interval. */
static TmfPiece
ship_constant(TmfShipping *shipping, const TmfPiece *column, Const *value, Oid local,
			  const SqlType *as, int strategy)
{
	bool		unequal = strategy == TMF_NOT_EQUAL;
	TmfInterval interval;
	TmfPiece	end;

	if (unequal)
		strategy = BTEqualStrategyNumber;
	tmf_encode_interval(value->constvalue, local, as, strategy, &interval);
	if (interval.empty || (interval.low && interval.high && !interval.single) ||
		(!interval.low && !interval.high) || (unequal && !interval.single))
		return (TmfPiece) {TMF_SHIP_LOCAL};
	end = tmf_ship_parameter(shipping, (Node *) value, as,
							 interval.low ? TMF_BOUND_LOW(strategy) : TMF_BOUND_HIGH(strategy));
	if (end.ship == TMF_SHIP_LOCAL)
		return end;
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s %s %s", column->sql,
										interval.single ? (unequal ? "<>" : "=") :
										interval.low ? ">=" : "<=", end.sql));
}

TmfPiece
tmf_ship_interval(TmfShipping *shipping, const TmfPiece *column, Node *value, Oid local,
				  const SqlType *as, int strategy)
{
	bool		unequal = strategy == TMF_NOT_EQUAL;
	TmfPiece	low;
	TmfPiece	high;

	if (IsA(value, Const) && !((Const *) value)->constisnull)
	{
		TmfPiece	simple = ship_constant(shipping, column, (Const *) value, local, as, strategy);

		if (simple.ship != TMF_SHIP_LOCAL)
			return simple;
	}
	if (unequal)
		strategy = BTEqualStrategyNumber;
	low = tmf_ship_parameter(shipping, value, as, TMF_BOUND_LOW(strategy));
	high = tmf_ship_parameter(shipping, value, as, TMF_BOUND_HIGH(strategy));
	if (low.ship == TMF_SHIP_LOCAL || high.ship == TMF_SHIP_LOCAL)
		return low.ship == TMF_SHIP_LOCAL ? low : high;
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s %sBETWEEN %s AND %s", column->sql,
										unequal ? "NOT " : "", low.sql, high.sql));
}
