/*
 * src/plan/ship_null.c
 *		Tests for NULL and for truth, and comparisons that know NULL.
 *
 * Their results are never NULL, and neither are those of what is written here:
 * whatever stands around them may negate them.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"

/*
 * A value that is read by a cast of the user's own may become NULL, or stop
 * being it; no other way of reading does that.
 */
bool
tmf_ship_reads_null(TmfShipping *shipping, const TmfPiece *piece)
{
	return piece->column == NULL || getBaseType(piece->column->vartype) < FirstUnpinnedObjectId ||
		tmf_ship_assume_superset(shipping, piece, TMF_REMOTE(WIRE_TYPE_TEXT));
}

/* What is to be NULL or not. */
static TmfPiece
ship_tested(TmfShipping *shipping, Node *node)
{
	TmfPiece	piece = tmf_ship_value(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be tested");
	if (!tmf_ship_reads_null(shipping, &piece))
		return tmf_ship_stays(shipping, "a column is read by a cast that may make NULL of a value");
	return piece;
}

TmfPiece
tmf_ship_null_test(TmfShipping *shipping, NullTest *test)
{
	TmfPiece	piece;

	if (test->argisrow)
		return tmf_ship_stays(shipping, "it tests a row");
	piece = ship_tested(shipping, (Node *) test->arg);
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s IS %sNULL", piece.sql,
										test->nulltesttype == IS_NULL ? "" : "NOT "));
}

/* $1: the bit, or the condition */
typedef struct TruthForm
{
	const char *bit;
	const char *condition;
} TruthForm;

static const TruthForm truth_forms[] = {
	[IS_TRUE] = {"($1 = 1 AND $1 IS NOT NULL)", "CASE WHEN $1 THEN 1 ELSE 0 END = 1"},
	[IS_NOT_TRUE] = {"($1 = 0 OR $1 IS NULL)", "CASE WHEN $1 THEN 1 ELSE 0 END = 0"},
	[IS_FALSE] = {"($1 = 0 AND $1 IS NOT NULL)", "CASE WHEN NOT ($1) THEN 1 ELSE 0 END = 1"},
	[IS_NOT_FALSE] = {"($1 = 1 OR $1 IS NULL)", "CASE WHEN NOT ($1) THEN 1 ELSE 0 END = 0"},
	[IS_UNKNOWN] = {"$1 IS NULL", "CASE WHEN $1 THEN 0 WHEN NOT ($1) THEN 0 ELSE 1 END = 1"},
	[IS_NOT_UNKNOWN] = {"$1 IS NOT NULL", "CASE WHEN $1 THEN 0 WHEN NOT ($1) THEN 0 ELSE 1 END = 0"},
};

TmfPiece
tmf_ship_truth_test(TmfShipping *shipping, BooleanTest *test)
{
	const TruthForm *form = &truth_forms[test->booltesttype];
	Node	   *tested = tmf_ship_strip((Node *) test->arg);
	bool		bit = IsA(tested, Var);
	TmfPiece	piece;

	piece = bit ? tmf_ship_value(shipping, tested) : tmf_ship_condition(shipping, tested);
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be tested");
	if (bit && !tmf_ship_assume(shipping, &piece, TMF_REMOTE(WIRE_TYPE_BIT)))
		return tmf_ship_stays(shipping, "it is not of type bit there");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   tmf_ship_text(bit ? form->bit : form->condition, 1, &piece));
}

/* The comparison by a btree family's "=" that an expression makes of its operands. */
static TmfPiece
ship_equality(TmfShipping *shipping, OpExpr *expr)
{
	OpExpr	   *equality = copyObject(expr);
	TmfPiece	piece;

	NodeSetTag(equality, T_OpExpr);
	equality->opresulttype = BOOLOID;
	equality->opretset = false;
	piece = tmf_ship_comparison(shipping, equality);
	if (piece.ship == TMF_SHIP_SUPERSET)
		return tmf_ship_stays(shipping, "the operands are not compared exactly there");
	return piece;
}

/* A constant that is something. */
static bool
is_never_null(Node *node)
{
	return IsA(node, Const) && !((Const *) node)->constisnull;
}

/* "x IS NULL": of a value, that is asked here. */
static TmfPiece
ship_nullness(TmfShipping *shipping, Node *node, NullTestType type)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = (Expr *) node;
	test->nulltesttype = type;
	test->location = -1;
	return tmf_ship_condition(shipping, (Node *) test);
}

/* An equal pair, or two NULLs: negated. */
TmfPiece
tmf_ship_distinct(TmfShipping *shipping, OpExpr *distinct)
{
	TmfPiece	equality = ship_equality(shipping, distinct);
	bool		both = true;
	StringInfoData equal;
	StringInfoData nulls;
	ListCell   *lc;

	if (equality.ship == TMF_SHIP_LOCAL)
		return equality;
	initStringInfo(&equal);
	initStringInfo(&nulls);
	appendStringInfoString(&equal, equality.sql);
	foreach(lc, distinct->args)
	{
		Node	   *node = tmf_ship_strip(lfirst(lc));
		TmfPiece	something;
		TmfPiece	nothing;

		if (is_never_null(node))
		{
			both = false;
			continue;
		}
		something = ship_nullness(shipping, node, IS_NOT_NULL);
		nothing = ship_nullness(shipping, node, IS_NULL);
		if (something.ship == TMF_SHIP_LOCAL || nothing.ship == TMF_SHIP_LOCAL)
			return (TmfPiece) {TMF_SHIP_LOCAL};
		appendStringInfo(&equal, " AND %s", something.sql);
		appendStringInfo(&nulls, "%s%s", nulls.len > 0 ? " AND " : " OR ", nothing.sql);
	}
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("NOT (%s%s)", equal.data, both ? nulls.data : ""));
}

TmfPiece
tmf_ship_nullif(TmfShipping *shipping, OpExpr *nullif)
{
	TmfPiece	equality = ship_equality(shipping, nullif);
	TmfPiece	value;

	if (equality.ship == TMF_SHIP_LOCAL)
		return equality;
	value = tmf_ship_operand(shipping, linitial(nullif->args));
	if (value.ship == TMF_SHIP_LOCAL)
		return value;
	value.sql = psprintf("CASE WHEN %s THEN NULL ELSE %s END", equality.sql, value.sql);
	value.column = NULL;
	return value;
}
