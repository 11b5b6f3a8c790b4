/*
 * src/plan/grouping.c
 *		Can a grouping be shipped, and what does its statement return?
 *
 * It returns the keys and the aggregates; what is made of them in the SELECT
 * list, and conditions on them for which there is no rule, are evaluated here on
 * the rows that come.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"

#include "plan/upper.h"

typedef struct Collector
{
	TmfShipping *shipping;
	TmfRelInfo *info;
} Collector;

/* The clause by which a target is grouped; NULL: by none. */
static SortGroupClause *
clause_of(Index ref, List *clauses)
{
	return ref != 0 ? get_sortgroupref_clause_noerr(ref, clauses) : NULL;
}

/*
 * Keys in the order of the targets.  One without a column is the same in all
 * rows unless it is volatile, and T-SQL refuses it.
 */
static bool
collect_keys(Collector *collector, PathTarget *target, List *clauses)
{
	TmfRelInfo *info = collector->info;
	ListCell   *lc;

	foreach(lc, target->exprs)
	{
		Node	   *expr = lfirst(lc);
		Index		ref = get_pathtarget_sortgroupref(target, foreach_current_index(lc));
		SortGroupClause *clause = clause_of(ref, clauses);
		TargetEntry *entry;

		if (clause != NULL && contain_volatile_functions(expr))
		{
			(void) tmf_ship_stays(collector->shipping, "it is grouped by a volatile function");
			return false;
		}
		if (clause == NULL || tmf_ship_is_value(collector->shipping, expr))
			continue;
		entry = makeTargetEntry((Expr *) expr, list_length(info->grouped_tlist) + 1, NULL, false);
		entry->ressortgroupref = ref;
		info->grouped_tlist = lappend(info->grouped_tlist, entry);
		info->keys = lappend(info->keys, expr);
		info->equalities = lappend_oid(info->equalities, clause->eqop);
	}
	if (info->keys == NIL && clauses != NIL)
	{
		(void) tmf_ship_stays(collector->shipping, "it is grouped by constants alone");
		return false;
	}
	return true;
}

static bool
add_aggregate(Collector *collector, Aggref *aggregate)
{
	TmfRelInfo *info = collector->info;
	TmfPiece	piece;
	TmfPiece	count;

	if (tlist_member((Expr *) aggregate, info->grouped_tlist) != NULL)
		return true;
	if (tmf_aggregate_is_average((Node *) aggregate))
	{
		if (!tmf_ship_average(collector->shipping, aggregate, &piece, &count))
			return false;
	}
	else if (tmf_ship_aggregate(collector->shipping, aggregate).ship != TMF_SHIP_EXACT)
		return false;
	info->grouped_tlist = lappend(info->grouped_tlist,
								  makeTargetEntry((Expr *) aggregate,
												  list_length(info->grouped_tlist) + 1, NULL, false));
	return true;
}

/* Finds what node needs of the groups; true: something that they have not. */
static bool
lacks(Node *node, void *argument)
{
	Collector  *collector = argument;

	if (node == NULL)
		return false;
	if (list_member(collector->info->keys, node))
		return false;
	if (IsA(node, Aggref))
		return !add_aggregate(collector, (Aggref *) node);
	if (IsA(node, Var) || IsA(node, PlaceHolderVar) || IsA(node, GroupingFunc))
	{
		(void) tmf_ship_stays(collector->shipping, "it refers to a column that is not grouped by");
		return true;
	}
	return expression_tree_walker(node, lacks, argument);
}

/* What of having is evaluated there, and what here. */
static bool
sort_having(PlannerInfo *root, Collector *collector, RelOptInfo *output, List *having)
{
	TmfRelInfo *info = collector->info;
	List	   *clauses = NIL;
	ListCell   *lc;

	foreach(lc, having)
		clauses = lappend(clauses, make_simple_restrictinfo(root, lfirst(lc)));
	tmf_relinfo_sort(root, output, clauses, &info->remote_conds, &info->local_conds, &info->values);
	foreach(lc, info->local_conds)
	{
		if (lacks((Node *) lfirst_node(RestrictInfo, lc)->clause, collector))
			return false;
	}
	return true;
}

static bool
is_grouped_there(PlannerInfo *root, RelOptInfo *output, Collector *collector,
				 const TmfGroupingRequest *request)
{
	const TmfRelInfo *info = collector->info;
	TmfShipping *shipping = collector->shipping;
	ListCell   *lc;

	if (!collect_keys(collector, request->target, request->clauses))
		return false;
	tmf_ship_group_init(shipping, output);
	if (shipping->reason != NULL)
		return false;
	foreach(lc, request->target->exprs)
	{
		if (lacks(lfirst(lc), collector))
			return false;
	}
	if (!sort_having(root, collector, output, request->having))
		return false;
	if (info->grouped_tlist == NIL)
		(void) tmf_ship_stays(shipping, "no value of the groups is used");
	else if (info->values + list_length(shipping->exprs) > TMF_SHIP_VALUES_MAX)
		(void) tmf_ship_stays(shipping, "it takes too many parameters");
	else
		return true;
	return false;
}

bool
tmf_grouping_init(PlannerInfo *root, RelOptInfo *output, const TmfGroupingRequest *request,
				  const char **reason)
{
	const TmfRelInfo *from = tmf_relinfo(request->input);
	TmfRelInfo *info = palloc0(sizeof(TmfRelInfo));
	TmfShipping shipping;
	Collector	collector = {&shipping, info};

	info->server = from->server;
	info->relids = from->relids;
	info->input = request->input;
	info->values = from->values;
	tmf_shipping_init(&shipping, root, request->input, true, true);
	output->fdw_private = info;
	if (from->local_conds != NIL)
		(void) tmf_ship_stays(&shipping, "a condition on its rows is evaluated here");
	else if (is_grouped_there(root, output, &collector, request))
		return true;
	output->fdw_private = NULL;
	*reason = shipping.reason;
	return false;
}
