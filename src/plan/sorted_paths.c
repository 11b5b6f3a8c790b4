/*
 * src/plan/sorted_paths.c
 *		Paths of a base relation that the server sorts.
 *
 * Of use is the order of the whole query, and one by which a merge join goes.
 * The latter has to be a little dearer than no order at all, or it would be
 * asked for wherever it costs next to nothing, whether it is of use or not.
 */
#include "postgres.h"

#include "optimizer/pathnode.h"
#include "optimizer/paths.h"

#include "option/compat.h"
#include "plan/cost.h"
#include "plan/upper.h"

/* More than what add_path() takes for the same. */
#define DEARER	0.02

/* The columns of rel that equal another relation's. */
static List *
merge_orders(PlannerInfo *root, RelOptInfo *rel, List *orders)
{
	Relids		relids = rel->top_parent_relids != NULL ? rel->top_parent_relids : rel->relids;
	ListCell   *lc;

	if (!rel->has_eclass_joins)
		return orders;
	foreach(lc, root->eq_classes)
	{
		EquivalenceClass *ec = lfirst_node(EquivalenceClass, lc);
		const char *reason;
		List	   *order;

		if (!eclass_useful_for_merging(root, ec, rel) || !bms_overlap(ec->ec_relids, relids))
			continue;
		order = list_make1(make_canonical_pathkey(root, ec, linitial_oid(ec->ec_opfamilies),
												  BTLessStrategyNumber, false));
		if (!list_member(orders, order) && tmf_order_ships(root, rel, order, &reason))
			orders = lappend(orders, order);
	}
	return orders;
}

List *
tmf_sorted_orders(PlannerInfo *root, RelOptInfo *rel)
{
	List	   *orders = NIL;
	const char *reason;

	if (root->query_pathkeys != NIL && tmf_order_ships(root, rel, root->query_pathkeys, &reason))
		orders = list_make1(root->query_pathkeys);
	return merge_orders(root, rel, orders);
}

void
tmf_add_sorted_paths(PlannerInfo *root, RelOptInfo *rel)
{
	TmfCost		cost = {0};
	ListCell   *lc;

	foreach(lc, tmf_sorted_orders(root, rel))
	{
		tmf_cost_whole(root, rel, &cost);
		tmf_cost_sorted(&cost);
		if (!equal(lfirst(lc), root->query_pathkeys))
			cost.total += cost.total * DEARER;
		add_path(rel, (Path *) TMF_SORTED_PATH(root, rel, cost.rows, cost.startup, cost.total,
											   lfirst(lc)));
	}
}
