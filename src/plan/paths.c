/*
 * src/plan/paths.c
 *		The planner's callbacks: size, paths, plan.
 *
 * One path for a base relation: its whole table, projected.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"

#include "option/compat.h"
#include "plan/cost.h"
#include "plan/deparse.h"
#include "plan/paths.h"

void
tmfGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	tmf_relinfo_init(rel, relid);
	tmf_cost_size(root, rel);
}

void
tmfGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	Cost		startup;
	Cost		total;

	tmf_cost_scan(rel, &startup, &total);
	add_path(rel, (Path *) TMF_FOREIGNSCAN_PATH(root, rel, rel->rows, startup, total));
}

ForeignScan *
tmfGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid, ForeignPath *best_path,
				  List *tlist, List *scan_clauses, Plan *outer_plan)
{
	StringInfoData sql;
	List	   *retrieved;

	initStringInfo(&sql);
	tmf_deparse_select(&sql, tmf_relinfo(rel), relid, &retrieved);
	return make_foreignscan(tlist, extract_actual_clauses(scan_clauses, false), rel->relid,
							NIL, list_make2(makeString(sql.data), retrieved),
							NIL, NIL, outer_plan);
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
