/*
 * src/plan/ship_array.c
 *		IN, = ANY, <> ALL, and other operators with the elements of an array.
 *
 * An array whose elements are known is taken apart: each element is compared by
 * the rule of its type, as a parameter of its own.  One that is known when the
 * statement runs travels as one parameter, in JSON, which SQL Server takes apart
 * since 2016.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"
#include "plan/upper.h"

#define ELEMENTS_MAX		1000
#define OPENJSON_VERSION	13

/* The elements of a constant array as constants, or of an expression; false: they are not known. */
static bool
list_elements(Node *array, List **elements)
{
	ArrayType  *value;
	Oid			type;
	int16		typlen;
	bool		typbyval;
	char		typalign;
	Datum	   *datums;
	bool	   *nulls;
	int			count;
	int			i;

	*elements = NIL;
	if (IsA(array, ArrayExpr) && !((ArrayExpr *) array)->multidims)
	{
		*elements = ((ArrayExpr *) array)->elements;
		return true;
	}
	if (!IsA(array, Const) || ((Const *) array)->constisnull)
		return false;
	value = DatumGetArrayTypeP(((Const *) array)->constvalue);
	type = ARR_ELEMTYPE(value);
	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(value, type, typlen, typbyval, typalign, &datums, &nulls, &count);
	for (i = 0; i < count; i++)
		*elements = lappend(*elements,
							makeConst(type, -1, get_typcollation(type), typlen, datums[i],
									  nulls[i], typbyval));
	return true;
}

/* One of x = y1, x = y2 ...; all of them can say which y, or a chain of conditions does. */
static char *
join_conditions(const TmfPiece *left, const TmfPiece *pieces, int count, bool any)
{
	StringInfoData sql;
	bool		list = any && left != NULL;
	int			i;

	for (i = 0; i < count; i++)
		list &= pieces[i].element != NULL;
	initStringInfo(&sql);
	if (list)
		appendStringInfo(&sql, "%s IN (", left->sql);
	else
		appendStringInfoChar(&sql, '(');
	for (i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(&sql, list ? ", " : any ? " OR " : " AND ");
		appendStringInfoString(&sql, list ? pieces[i].element : pieces[i].sql);
	}
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/* <> ALL is what = ANY is not. */
static TmfPiece
negated(TmfShipping *shipping, TmfPiece piece)
{
	if (piece.ship == TMF_SHIP_SUPERSET)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be negated");
	if (piece.ship == TMF_SHIP_EXACT)
		piece.sql = psprintf("NOT (%s)", piece.sql);
	return piece;
}

static TmfPiece
compare_each(TmfShipping *shipping, const TmfCompareRule *rule, TmfComparison *comparison,
			 List *elements, bool any)
{
	int			count = list_length(elements);
	TmfPiece   *pieces = palloc(sizeof(TmfPiece) * Max(count, 1));
	TmfShip		ship = TMF_SHIP_EXACT;
	TmfPiece	left = {TMF_SHIP_LOCAL};
	ListCell   *lc;

	if (count == 0)
		return tmf_piece_condition(TMF_SHIP_EXACT, any ? "1 = 0" : "1 = 1");
	if (count > ELEMENTS_MAX)
		return tmf_ship_stays(shipping, "the array has more than 1000 elements");
	foreach(lc, elements)
	{
		TmfPiece   *piece = &pieces[foreach_current_index(lc)];

		comparison->right = tmf_ship_strip(lfirst(lc));
		*piece = rule->ship(shipping, rule, comparison);
		if (piece->ship == TMF_SHIP_LOCAL)
			return *piece;
		ship = Min(ship, piece->ship);
	}
	if (!tmf_ship_is_value(shipping, comparison->left))
		left = tmf_ship_value(shipping, comparison->left);
	return tmf_piece_condition(ship, join_conditions(left.sql != NULL ? &left : NULL, pieces, count,
													 any));
}

/*
 * The remote type of the elements: it has all of them, for an array of which
 * nothing is left is another question about a NULL.
 */
static bool
element_type(const TmfPiece *left, Oid element, SqlType *type)
{
	*type = left->type;
	if (type->name == SQLTYPE_UNKNOWN || !tmf_encode_holds(element, type))
	{
		if (!tmf_encode_natural(element, type) || !tmf_encode_holds(element, type))
			return false;
	}
	return type->scale != TMF_SCALE_OF_VALUE && tmf_encode_travels(element, type) &&
		tmf_encode_single(element, type);
}

/*
 * The server takes a NULL for no array at all, and so for no elements; here it
 * makes the condition NULL, like an array of a NULL.
 */
static TmfPiece
compare_array(TmfShipping *shipping, const TmfCompareRule *rule, const TmfComparison *comparison,
			  Node *array)
{
	Oid			element = getBaseType(get_element_type(getBaseType(exprType(array))));
	char		type_text[SQLTYPE_TEXT_MAX];
	SqlType		type;
	TmfPiece	left;
	TmfPiece	values;

	if (shipping->server->remote_version < OPENJSON_VERSION)
		return tmf_ship_stays(shipping, "arrays are sent to SQL Server 2016 and later, which the option remote_version has to say");
	if (shipping->grouping != NULL && shipping->grouping->argument)
		return tmf_ship_stays(shipping, "no subquery may stand in an aggregate there");
	left = tmf_ship_value(shipping, comparison->left);
	if (left.ship != TMF_SHIP_EXACT || !OidIsValid(element))
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (!element_type(&left, element, &type) ||
		(left.column != NULL && !tmf_ship_assume(shipping, &left, rule->remote)))
		return tmf_ship_stays(shipping, "elements of the array are not compared alike there");
	values = tmf_ship_parameter(shipping, array, &type, TMF_BOUND_ARRAY);
	if (values.ship == TMF_SHIP_LOCAL)
		return values;
	sqltype_format(&type, type_text);
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s IN (SELECT CONVERT(%s, [value]) FROM OPENJSON(ISNULL(%s, N'[null]')))",
										left.sql, type_text, values.sql));
}

/* Families whose elements can be compared with nothing but their equality. */
static bool
compares_arrays(const TmfCompareRule *rule)
{
	return rule->ship == tmf_compare_number || rule->ship == tmf_compare_plain;
}

TmfPiece
tmf_ship_array(TmfShipping *shipping, ScalarArrayOpExpr *expr)
{
	TmfComparison comparison;
	const TmfCompareRule *rule = tmf_compare_find(expr->opno, &comparison);
	Node	   *array = tmf_ship_strip(lsecond(expr->args));
	bool		equal;
	bool		not_equal_all;
	List	   *elements;
	TmfPiece	piece;

	if (rule == NULL)
		return tmf_ship_no_operator(shipping, expr->opno);
	equal = comparison.strategy == BTEqualStrategyNumber && expr->useOr;
	not_equal_all = comparison.strategy == TMF_NOT_EQUAL && !expr->useOr;
	if (!rule->ordered && !equal && !not_equal_all)
		return tmf_ship_no_operator(shipping, expr->opno);
	if (not_equal_all)
		comparison.strategy = BTEqualStrategyNumber;
	comparison.collation = expr->inputcollid;
	comparison.left = tmf_ship_strip(linitial(expr->args));
	if (list_elements(array, &elements))
		piece = compare_each(shipping, rule, &comparison, elements, expr->useOr || not_equal_all);
	else if (!tmf_ship_is_value(shipping, array) || !compares_arrays(rule) ||
			 (!equal && !not_equal_all))
		return tmf_ship_stays(shipping, "the elements of the array are not known yet");
	else
		piece = compare_array(shipping, rule, &comparison, array);
	return not_equal_all ? negated(shipping, piece) : piece;
}
