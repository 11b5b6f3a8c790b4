/*
 * src/plan/ship_moment.c
 *		Comparisons of dates and times.
 *
 * datetime counts in 1/300 s, datetime2(7) in 100 ns, PostgreSQL in microseconds
 * and up to infinity.  A column is compared in its own type, with the ends of the
 * interval of its values that qualify.  Where nobody has said what type it is, or
 * it is compared with what depends on the time zone, the interval is widened by
 * more than any of that can matter, and rechecked.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "plan/ship_rules.h"

#define DATETIMES \
	(TMF_REMOTE(WIRE_TYPE_DATETIME) | TMF_REMOTE(WIRE_TYPE_DATETIME2) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLDATETIME))

static const SqlType datetime2 = {SQLTYPE_DATETIME2, 0, 0, 7};

/* What a column of a local type is compared in when nobody says what it is. */
typedef struct MomentRow
{
	Oid			local;
	int			remote;			/* types that it may have */
	SqlType		natural;		/* has all values of those, if there is but one of them */
	bool		exact;			/* there is */
} MomentRow;

static const MomentRow rows[] = {
	{DATEOID, TMF_REMOTE(WIRE_TYPE_DATE), {SQLTYPE_DATE}, true},
	{TIMEOID, TMF_REMOTE(WIRE_TYPE_TIME), {SQLTYPE_TIME, 0, 0, 7}, true},
	{TIMESTAMPOID, DATETIMES, {SQLTYPE_DATETIME2, 0, 0, 7}, false},
	{TIMESTAMPTZOID, TMF_REMOTE(WIRE_TYPE_DATETIMEOFFSET), {SQLTYPE_DATETIMEOFFSET, 0, 0, 7}, true}
};

static const MomentRow *
find_row(Oid local)
{
	size_t		i;

	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].local == local)
			return &rows[i];
	}
	return NULL;
}

static Node *
call(Oid function, Oid result, Node *first, Node *second)
{
	List	   *args = second != NULL ? list_make2(first, second) : list_make1(first);

	return eval_const_expressions(NULL,
								  (Node *) makeFuncExpr(function, result, args, InvalidOid,
														InvalidOid, COERCE_EXPLICIT_CALL));
}

/* The first of January of a year, as a constant of one of the types that tell a day. */
static Node *
new_year(Oid type, int year)
{
	int64		days = date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;

	if (type == DATEOID)
		return (Node *) makeConst(type, -1, InvalidOid, sizeof(DateADT), DateADTGetDatum(days),
								  false, true);
	return (Node *) makeConst(type, -1, InvalidOid, sizeof(Timestamp),
							  TimestampGetDatum(days * USECS_PER_DAY), false, FLOAT8PASSBYVAL);
}

static Node *
choose(MinMaxOp op, Oid type, Node *value, Node *limit)
{
	MinMaxExpr *choice = makeNode(MinMaxExpr);

	choice->minmaxtype = type;
	choice->op = op;
	choice->args = list_make2(value, limit);
	choice->location = -1;
	return eval_const_expressions(NULL, (Node *) choice);
}

/*
 * No remote value is outside of the years 1 to 9999.  What is compared with them
 * may be drawn that near, where it can be converted and widened without leaving
 * the range of its type.  NULL becomes the limit beyond which no row qualifies.
 */
static Node *
within_reach(Node *value, bool low_end)
{
	Oid			type = getBaseType(exprType(value));
	Node	   *first;
	Node	   *last;

	if (type != DATEOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID)
		return value;
	first = new_year(type, -1);
	last = new_year(type, 10001);
	if (low_end)
		return choose(IS_GREATEST, type, choose(IS_LEAST, type, value, last), first);
	return choose(IS_LEAST, type, choose(IS_GREATEST, type, value, first), last);
}

/* value as a timestamp without time zone, as the session sees it; NULL: it is none. */
static Node *
as_timestamp(Node *value)
{
	switch (getBaseType(exprType(value)))
	{
		case DATEOID:
			return call(F_TIMESTAMP_DATE, TIMESTAMPOID, value, NULL);
		case TIMESTAMPOID:
			return value;
		case TIMESTAMPTZOID:
			return call(F_TIMESTAMP_TIMESTAMPTZ, TIMESTAMPOID, value, NULL);
		default:
			return NULL;
	}
}

/* No change of clocks moves a moment by as much, and no type rounds by as much. */
static Const *
margin(void)
{
	Interval   *days = palloc0(sizeof(Interval));

	days->day = 2;
	return makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval), PointerGetDatum(days),
					 false, false);
}

/*
 * The rows that qualify are among those whose value is, to within the margin,
 * what is asked for.
 */
static TmfPiece
ship_widened(TmfShipping *shipping, const TmfPiece *column, int remote, const SqlType *as,
			 Node *value, int strategy)
{
	Node	   *low = as_timestamp(within_reach(value, true));
	Node	   *high = as_timestamp(within_reach(value, false));
	TmfPiece	piece;
	char	   *sql = "";

	if (strategy == TMF_NOT_EQUAL || low == NULL)
		return tmf_ship_stays(shipping, "the comparison depends on the remote type, which is not declared, or on the time zone");
	if (!tmf_ship_assume_superset(shipping, column, remote))
		return tmf_ship_stays(shipping, "a column is of a remote type that compares otherwise");
	if (strategy >= BTEqualStrategyNumber)
	{
		piece = tmf_ship_interval(shipping, column,
								  call(F_TIMESTAMP_MI_INTERVAL, TIMESTAMPOID, low, (Node *) margin()),
								  TIMESTAMPOID, as, BTGreaterEqualStrategyNumber);
		if (piece.ship == TMF_SHIP_LOCAL)
			return piece;
		sql = piece.sql;
	}
	if (strategy <= BTEqualStrategyNumber)
	{
		piece = tmf_ship_interval(shipping, column,
								  call(F_TIMESTAMP_PL_INTERVAL, TIMESTAMPOID, high, (Node *) margin()),
								  TIMESTAMPOID, as, BTLessEqualStrategyNumber);
		if (piece.ship == TMF_SHIP_LOCAL)
			return piece;
		sql = sql[0] == '\0' ? piece.sql : psprintf("(%s AND %s)", sql, piece.sql);
	}
	return tmf_piece_condition(TMF_SHIP_SUPERSET, sql);
}

static TmfPiece
ship_with_value(TmfShipping *shipping, Node *node, Node *value, int strategy)
{
	TmfPiece	column = tmf_ship_value(shipping, node);
	Oid			local = getBaseType(exprType(node));
	Oid			other = getBaseType(exprType(value));
	const MomentRow *row = find_row(local);
	const SqlType *as;

	if (column.ship != TMF_SHIP_EXACT || row == NULL)
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	as = tmf_piece_is_typed(&column) ? &column.type : &row->natural;
	if ((local == other || (local == TIMESTAMPOID && other == DATEOID)) &&
		(tmf_piece_is_typed(&column) || row->exact) &&
		tmf_ship_assume(shipping, &column, row->remote))
		return tmf_ship_interval(shipping, &column, value, other, as, strategy);
	if (local == TIMESTAMPOID)
		return ship_widened(shipping, &column, row->remote, as, value, strategy);
	if (local == DATEOID && (tmf_piece_is_typed(&column) || row->exact))
		return ship_widened(shipping, &column, row->remote, &datetime2, value, strategy);
	return tmf_ship_stays(shipping, "the comparison depends on the time zone");
}

/* Of one type with at most microseconds, both are read as they are, and compare so. */
static TmfPiece
ship_columns(TmfShipping *shipping, Node *left, Node *right, int strategy)
{
	TmfPiece	pieces[2] = {tmf_ship_value(shipping, left), tmf_ship_value(shipping, right)};
	const MomentRow *row = find_row(getBaseType(exprType(left)));

	if (pieces[0].ship != TMF_SHIP_EXACT || pieces[1].ship != TMF_SHIP_EXACT || row == NULL ||
		row != find_row(getBaseType(exprType(right))))
		return tmf_ship_stays(shipping, "the operands are of different types");
	if (row->local != DATEOID &&
		(!tmf_piece_is_typed(&pieces[0]) || !tmf_piece_is_typed(&pieces[1]) ||
		 pieces[0].type.name != pieces[1].type.name ||
		 pieces[0].type.scale > 6 || pieces[1].type.scale > 6))
		return tmf_ship_stays(shipping, "the remote types of the columns are not declared, differ, or have more than microseconds");
	if (!tmf_ship_assume(shipping, &pieces[0], row->remote) ||
		!tmf_ship_assume(shipping, &pieces[1], row->remote))
		return tmf_ship_stays(shipping, "a column is of a remote type that compares otherwise");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s%s%s", pieces[0].sql, tmf_compare_sql(strategy),
										pieces[1].sql));
}

TmfPiece
tmf_compare_moment(TmfShipping *shipping, const TmfCompareRule *rule,
				   const TmfComparison *comparison)
{
	if (tmf_ship_is_value(shipping, comparison->right))
		return ship_with_value(shipping, comparison->left, comparison->right,
							   comparison->strategy);
	if (tmf_ship_is_value(shipping, comparison->left))
		return ship_with_value(shipping, comparison->right, comparison->left,
							   tmf_compare_commute(comparison->strategy));
	return ship_columns(shipping, comparison->left, comparison->right, comparison->strategy);
}
