/*
 * src/plan/paths.c
 *		The planner's callbacks: size, paths, plan.
 *
 * A base relation has one path with its own conditions, and one more for each
 * set of relations from which values for join clauses could come.  A plan of
 * another relation describes the rows of its statement itself.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "option/compat.h"
#include "plan/cost.h"
#include "plan/deparse.h"
#include "plan/paths.h"
#include "plan/shippable.h"
#include "plan/upper.h"

void
tmfGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	tmf_relinfo_init(root, rel, relid);
	tmf_cost_size(root, rel);
}

void
tmfGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	TmfCost		cost = {0};
	ListCell   *lc;

	tmf_cost_scan(root, rel, &cost);
	add_path(rel, (Path *) TMF_FOREIGNSCAN_PATH(root, rel, cost.rows, cost.startup, cost.total,
												rel->lateral_relids));
	tmf_add_sorted_paths(root, rel);
	foreach(lc, tmf_parameterizations(root, rel))
	{
		ParamPathInfo *param = lfirst(lc);

		tmf_cost_parameterized(root, rel, param, &cost);
		add_path(rel, (Path *) TMF_FOREIGNSCAN_PATH(root, rel, cost.rows, cost.startup, cost.total,
													param->ppi_req_outer));
	}
}

/* Is clause a part of the statement for rel? */
static bool
is_shipped(RelOptInfo *rel, RestrictInfo *clause)
{
	const TmfRelInfo *info;

	if (rel == NULL)
		return false;
	info = tmf_relinfo(rel);
	return list_member_ptr(info->remote_conds, clause) ||
		list_member_ptr(info->joinclauses, clause) ||
		is_shipped(info->outer, clause) || is_shipped(info->inner, clause);
}

/* Why a clause is evaluated here; empty when it is only rechecked. */
static String *
reason_of(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause, List *remote)
{
	TmfShipNote note;

	if (list_member_ptr(remote, clause) || is_shipped(rel, clause))
		return makeString(pstrdup(""));
	(void) tmf_ship_clause(root, rel, clause, &note);
	return makeString(pstrdup(note.reason != NULL ? note.reason :
							  "the statement would take too many parameters"));
}

/*
 * scan_clauses has the restrictions of rel, of which relinfo knows where they
 * belong, and of a parameterized path the join clauses that come with it.
 */
static void
sort_clauses(PlannerInfo *root, RelOptInfo *rel, List *scan_clauses, List **remote, List **local)
{
	const TmfRelInfo *info = tmf_relinfo(rel);
	List	   *join_clauses = NIL;
	int			values = info->values;
	ListCell   *lc;

	foreach(lc, scan_clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);
		bool		is_remote = list_member_ptr(info->remote_conds, clause);
		bool		is_local = list_member_ptr(info->local_conds, clause);

		if (clause->pseudoconstant)
			continue;
		if (is_remote)
			*remote = lappend(*remote, clause);
		if (is_local)
			*local = lappend(*local, clause);
		if (!is_remote && !is_local)
			join_clauses = lappend(join_clauses, clause);
	}
	tmf_relinfo_sort(root, rel, join_clauses, remote, local, &values);
}

/* "album", "album, track" */
static String *
names_of(PlannerInfo *root, RelOptInfo *rel)
{
	StringInfoData names;
	int			relid = -1;

	initStringInfo(&names);
	while ((relid = bms_next_member(tmf_relinfo(rel)->relids, relid)) >= 0)
		appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "",
						 get_rel_name(planner_rt_fetch(relid, root)->relid));
	return makeString(names.data);
}

List *
tmf_scan_private(const TmfSelect *select, List *reasons, String *names, const char *refused)
{
	List	   *private = list_make5(makeString(select->sql), select->columns,
									 makeInteger(select->handed), makeInteger(select->divisors),
									 select->descriptions);

	private = lappend(private, makeBoolean(select->locks));
	private = lappend(lappend(private, reasons), names);
	return lappend(private, makeString(pstrdup(refused)));
}

static List *
notes_of(RelOptInfo *rel)
{
	List	   *notes = NIL;
	ListCell   *lc;

	foreach(lc, tmf_relinfo(rel)->above)
		notes = lappend(notes, makeString(lfirst(lc)));
	return notes;
}

static List *
expressions_of(List *clauses)
{
	List	   *expressions = NIL;
	ListCell   *lc;

	foreach(lc, clauses)
		expressions = lappend(expressions, lfirst_node(RestrictInfo, lc)->clause);
	return expressions;
}

ForeignScan *
tmfGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid, ForeignPath *best_path,
				  List *tlist, List *scan_clauses, Plan *outer_plan)
{
	List	   *remote = NIL;
	List	   *local = NIL;
	List	   *reasons = NIL;
	List	   *quals;
	List	   *private;
	TmfQuery	query = {.rel = rel};
	TmfSelect	select;
	ListCell   *lc;

	if (IS_SIMPLE_REL(rel))
	{
		sort_clauses(root, rel, scan_clauses, &remote, &local);
		query.targets = tmf_deparse_base_targets(root, rel);
	}
	else
	{
		remote = tmf_relinfo(rel)->remote_conds;
		local = tmf_relinfo(rel)->local_conds;
		query.targets = IS_UPPER_REL(rel) ? copyObject(tmf_relinfo(rel)->grouped_tlist) :
			tmf_join_targets(root, rel);
	}
	query.pathkeys = best_path->path.pathkeys;
	query.limited = best_path->fdw_private != NIL;
	query.offset = root->parse->limitOffset;
	query.count = root->parse->limitCount;
	foreach(lc, local)
		reasons = lappend(reasons, reason_of(root, rel, lfirst_node(RestrictInfo, lc), remote));
	quals = expressions_of(local);
	query.conditions = expressions_of(remote);
	tmf_deparse_select(root, &query, &select);
	private = lappend(tmf_scan_private(&select, reasons, names_of(root, rel),
									   tmf_join_refused(root, rel)),
					  notes_of(rel));
	if (IS_SIMPLE_REL(rel))
		return make_foreignscan(tlist, quals, rel->relid, select.params, private, NIL,
								query.conditions, outer_plan);
	private = lappend(private, makeString(tmf_relinfo_text(root, rel)));
	if (outer_plan != NULL)
		outer_plan = tmf_join_fit_local_plan(outer_plan, query.targets, quals,
											 best_path->path.parallel_safe);
	return make_foreignscan(tlist, quals, 0, select.params, private, query.targets, NIL,
							outer_plan);
}

static bool
is_async_capable(RelOptInfo *rel)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	if (info->table != NULL)
		return info->table->async_capable && info->lock == TMF_LOCK_NONE;
	if (info->input != NULL)
		return is_async_capable(info->input);
	return is_async_capable(info->outer) && is_async_capable(info->inner);
}

bool
tmfIsForeignPathAsyncCapable(ForeignPath *path)
{
	return is_async_capable(path->path.parent);
}
