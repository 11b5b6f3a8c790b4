/*
 * src/plan/deparse_order.c
 *		ORDER BY, TOP, OFFSET and FETCH.
 *
 * A NULL is the smallest value there.  Where PostgreSQL wants it elsewhere a key
 * of 0 and 1 comes first.  A list that names one key twice is refused there.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "parser/parsetree.h"

#include "option/compat.h"
#include "plan/upper.h"

typedef struct Order
{
	StringInfo	sql;
	List	   *items;			/* texts of the keys so far */
	bool		lossy;			/* has one that leaves ties which are none there? */
} Order;

/* A key of the remote table is never NULL there, unless an outer join makes it so. */
static bool
may_be_null(TmfShipping *shipping, RelOptInfo *rel, Node *expr)
{
	const Var  *column = (const Var *) expr;

	if (tmf_aggregate_is_count(expr))
		return false;
	if (!IsA(expr, Var) || bms_membership(tmf_relinfo(rel)->relids) != BMS_SINGLETON)
		return true;
	return !tmf_column_is_key(planner_rt_fetch(column->varno, shipping->root)->relid,
							  column->varattno);
}

static void
add_item(Order *order, char *text, const char *direction)
{
	ListCell   *lc;

	foreach(lc, order->items)
	{
		if (strcmp(lfirst(lc), text) == 0)
			return;
	}
	appendStringInfo(order->sql, "%s%s%s", order->items != NIL ? ", " : " ORDER BY ", text, direction);
	order->items = lappend(order->items, text);
}

static void
add_key(Order *order, const PathKey *pathkey, const TmfKey *key, bool nullable)
{
	bool		descending = TMF_IS_DESCENDING(pathkey);

	if (nullable && pathkey->pk_nulls_first == descending)
		add_item(order, psprintf("CASE WHEN %s IS NULL THEN %d ELSE %d END", key->piece.sql,
								 pathkey->pk_nulls_first ? 0 : 1, pathkey->pk_nulls_first ? 1 : 0), "");
	add_item(order, key->sql, descending ? " DESC" : "");
	order->lossy |= key->lossy;
}

/*
 * The expression of rel that pathkey sorts by, as a key; any of those that are
 * equal will do.
 */
static bool
find_key(TmfShipping *shipping, RelOptInfo *rel, const PathKey *pathkey, TmfKey *key, Node **expr)
{
	EquivalenceClass *ec = pathkey->pk_eclass;
	TmfMemberIterator iterator;
	EquivalenceMember *member;

	if (ec->ec_has_volatile)
	{
		(void) tmf_ship_stays(shipping, "it is sorted by a volatile function");
		return false;
	}
	TMF_FIRST_MEMBER(&iterator, ec, tmf_relinfo(rel)->relids);
	while ((member = TMF_NEXT_MEMBER(&iterator)) != NULL)
	{
		TmfShipping before;

		*expr = tmf_ship_strip((Node *) member->em_expr);
		if (!bms_is_subset(member->em_relids, tmf_relinfo(rel)->relids) ||
			bms_overlap(member->em_relids, tmf_relinfo(rel)->hidden) ||
			tmf_ship_is_value(shipping, *expr))
			continue;
		before = tmf_shipping_copy(shipping);
		if (tmf_ship_order_key(shipping, *expr, pathkey->pk_opfamily, ec->ec_collation, key))
			return true;
		before.reason = shipping->reason;
		*shipping = before;
	}
	(void) tmf_ship_stays(shipping, "it is sorted by what the server does not have");
	return false;
}

bool
tmf_deparse_order(StringInfo sql, TmfShipping *shipping, RelOptInfo *rel, List *pathkeys)
{
	Order		order = {.sql = sql};
	ListCell   *lc;

	foreach(lc, pathkeys)
	{
		const PathKey *pathkey = lfirst_node(PathKey, lc);
		TmfKey		key;
		Node	   *expr;

		if (order.lossy)
		{
			(void) tmf_ship_stays(shipping, "what differs there by less than a microsecond is equal here");
			return false;
		}
		if (!find_key(shipping, rel, pathkey, &key, &expr))
			return false;
		add_key(&order, pathkey, &key, may_be_null(shipping, rel, expr));
	}
	return true;
}

bool
tmf_order_ships(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, const char **reason)
{
	TmfShipping shipping;
	StringInfoData sql;
	bool		ships;

	initStringInfo(&sql);
	tmf_shipping_init(&shipping, root, rel, true, true);
	ships = tmf_deparse_order(&sql, &shipping, rel, pathkeys) &&
		list_length(shipping.exprs) <= TMF_SHIP_VALUES_MAX;
	*reason = shipping.reason;
	return ships;
}

/* TOP and OFFSET exclude each other, and OFFSET wants an order. */
bool
tmf_deparse_limit(StringInfo top, StringInfo tail, TmfShipping *shipping, Node *offset,
				  Node *count, bool ordered)
{
	SqlType		bigint = {.name = SQLTYPE_BIGINT};
	TmfPiece	skipped = {TMF_SHIP_EXACT};
	TmfPiece	taken = {TMF_SHIP_EXACT};

	if (offset != NULL)
		skipped = tmf_ship_parameter(shipping, offset, &bigint, TMF_BOUND_OFFSET);
	if (count != NULL)
		taken = tmf_ship_parameter(shipping, count, &bigint, TMF_BOUND_LIMIT);
	if (skipped.ship != TMF_SHIP_EXACT || taken.ship != TMF_SHIP_EXACT)
		return false;
	if (offset == NULL)
	{
		appendStringInfo(top, "TOP (%s) ", taken.sql);
		return true;
	}
	appendStringInfo(tail, "%s OFFSET %s ROWS", ordered ? "" : " ORDER BY (SELECT NULL)", skipped.sql);
	if (count != NULL)
		appendStringInfo(tail, " FETCH NEXT %s ROWS ONLY", taken.sql);
	return true;
}
