/*
 * src/plan/barrier.c
 *		Where a plan needs all rows before the first change.
 *
 * One scan of the server that runs once has been read, or is taken off the wire,
 * when the first change is sent.  More than one, or one that is run again for
 * each row of something else, may be run after it.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/plannodes.h"

#include "plan/barrier.h"

/* Scans of the server in plan; one that may be run again counts twice. */
static int
count_scans(const Plan *plan, Oid serverid, int runs)
{
	List	   *children = NIL;
	ListCell   *lc;
	int			count = 0;

	if (plan == NULL)
		return 0;
	if (IsA(plan, ForeignScan))
		return ((const ForeignScan *) plan)->fs_server == serverid ? runs : 0;
	if (IsA(plan, Append))
		children = ((const Append *) plan)->appendplans;
	else if (IsA(plan, MergeAppend))
		children = ((const MergeAppend *) plan)->mergeplans;
	else if (IsA(plan, CustomScan))
		children = ((const CustomScan *) plan)->custom_plans;
	else if (IsA(plan, SubqueryScan))
		return count_scans(((const SubqueryScan *) plan)->subplan, serverid, runs);
	foreach(lc, children)
		count += count_scans(lfirst(lc), serverid, runs);
	return count + count_scans(outerPlan(plan), serverid, runs) +
		count_scans(innerPlan(plan), serverid, IsA(plan, NestLoop) ? 2 : runs);
}

/* Does one of the scans change its table by itself?  What it returns goes past any node above it. */
static bool
changes_directly(const Plan *plan)
{
	ListCell   *lc;

	if (plan == NULL)
		return false;
	if (IsA(plan, ForeignScan))
		return ((const ForeignScan *) plan)->operation != CMD_SELECT;
	if (IsA(plan, Append))
	{
		foreach(lc, ((const Append *) plan)->appendplans)
		{
			if (changes_directly(lfirst(lc)))
				return true;
		}
	}
	return changes_directly(outerPlan(plan));
}

static bool
is_barrier(const Plan *plan)
{
	return IsA(plan, CustomScan) &&
		strcmp(((const CustomScan *) plan)->methods->CustomName, TMF_BARRIER_NAME) == 0;
}

/* Its rows are those of the plan below, column by column. */
static Plan *
make_barrier(Plan *rows)
{
	CustomScan *barrier = makeNode(CustomScan);
	Plan	   *plan = &barrier->scan.plan;

	plan->startup_cost = rows->total_cost;
	plan->total_cost = rows->total_cost;
	plan->plan_rows = rows->plan_rows;
	plan->plan_width = rows->plan_width;
	plan->parallel_safe = false;
	plan->targetlist = copyObject(rows->targetlist);
	barrier->custom_scan_tlist = copyObject(rows->targetlist);
	barrier->custom_plans = list_make1(rows);
	barrier->methods = GetCustomScanMethods(TMF_BARRIER_NAME, false);
	return plan;
}

Plan *
tmf_barrier_above(PlannerInfo *root, Plan *rows, Oid serverid)
{
	int			count;
	ListCell   *lc;

	if (rows == NULL || is_barrier(rows) || changes_directly(rows))
		return rows;
	count = count_scans(rows, serverid, 1);
	foreach(lc, root->glob->subplans)
		count += count_scans(lfirst(lc), serverid, 2);
	return count > 1 ? make_barrier(rows) : rows;
}
