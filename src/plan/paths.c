/*
 * src/plan/paths.c
 *		The planner's callbacks: size, paths, plan.
 *
 * A base relation has one path with its own conditions, and one more for each
 * set of relations from which values for join clauses could come.
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
	foreach(lc, tmf_parameterizations(root, rel))
	{
		ParamPathInfo *param = lfirst(lc);

		tmf_cost_parameterized(root, rel, param, &cost);
		add_path(rel, (Path *) TMF_FOREIGNSCAN_PATH(root, rel, cost.rows, cost.startup, cost.total,
													param->ppi_req_outer));
	}
}

/* Why a clause is evaluated here; empty when it is only rechecked. */
static String *
reason_of(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause, List *remote)
{
	TmfShipNote note;

	if (list_member_ptr(remote, clause))
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
tmf_scan_private(const TmfSelect *select, List *reasons, String *names)
{
	List	   *private = list_make4(makeString(select->sql), select->columns,
									 makeInteger(select->handed), select->descriptions);

	return lappend(lappend(private, reasons), names);
}

ForeignScan *
tmfGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid, ForeignPath *best_path,
				  List *tlist, List *scan_clauses, Plan *outer_plan)
{
	List	   *remote = NIL;
	List	   *local = NIL;
	List	   *reasons = NIL;
	TmfQuery	query = {.rel = rel};
	TmfSelect	select;
	ListCell   *lc;

	sort_clauses(root, rel, scan_clauses, &remote, &local);
	foreach(lc, local)
		reasons = lappend(reasons, reason_of(root, rel, lfirst_node(RestrictInfo, lc), remote));
	query.conditions = extract_actual_clauses(remote, false);
	query.targets = tmf_deparse_base_targets(root, rel);
	tmf_deparse_select(root, &query, &select);
	return make_foreignscan(tlist, extract_actual_clauses(local, false), rel->relid,
							select.params,
							tmf_scan_private(&select, reasons, names_of(root, rel)), NIL,
							query.conditions, outer_plan);
}

bool
tmfIsForeignPathAsyncCapable(ForeignPath *path)
{
	return tmf_relinfo(path->path.parent)->table->async_capable;
}

/*
 * A row that is read here is not locked there.  Pretending otherwise would be
 * worse than refusing.
 */
RowMarkType
tmfGetForeignRowMarkType(RangeTblEntry *rte, LockClauseStrength strength)
{
	if (strength != LCS_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" does not support row locks", rte->eref->aliasname)));
	return ROW_MARK_COPY;
}
