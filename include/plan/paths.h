/*
 * paths.h
 *		The planner's callbacks, and what a plan hands to the executor.
 */
#ifndef PLAN_PATHS_H
#define PLAN_PATHS_H

#include "foreign/fdwapi.h"

#include "plan/deparse.h"

/*
 * Members of ForeignScan.fdw_private, in this order: see TmfSelect.  The values
 * of the parameters are the expressions of fdw_exprs.
 */
typedef enum TmfScanPrivate
{
	TMF_SCAN_SQL,				/* String: the remote SELECT */
	TMF_SCAN_COLUMNS,			/* List of Lists, one of each column: see TmfColumnPrivate */
	TMF_SCAN_HANDED,			/* Integer: how many of them, from the first, are handed over */
	TMF_SCAN_DIVISORS,			/* Integer: how many after them are divisors of their targets */
	TMF_SCAN_PARAMETERS,		/* List of Lists, one of each value: see TmfParameterPrivate */
	TMF_SCAN_LOCKS,				/* Boolean: does it lock rows? */
	TMF_SCAN_REASONS,			/* List of String: why each clause of the plan's qual was not
								 * shipped; empty: it was, and is rechecked */
	TMF_SCAN_NAMES,				/* String: the foreign tables, quoted, for messages */
	TMF_SCAN_REFUSED,			/* String: why a join with it was not shipped; empty: none was tried */
	/* and of a plan, not of a sample: */
	TMF_SCAN_ABOVE,				/* List of String: what above it is not shipped, and why */
	TMF_SCAN_RELATIONS			/* String: how they are combined, for EXPLAIN; not of a base relation */
} TmfScanPrivate;

extern List *tmf_scan_private(const TmfSelect *select, List *reasons, String *names,
							  const char *refused);

extern void tmfGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern void tmfGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *tmfGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
									  ForeignPath *best_path, List *tlist,
									  List *scan_clauses, Plan *outer_plan);
extern bool tmfIsForeignPathAsyncCapable(ForeignPath *path);

/* row_lock.c */
extern RowMarkType tmfGetForeignRowMarkType(RangeTblEntry *rte, LockClauseStrength strength);

/* join.c */
extern void tmfGetForeignJoinPaths(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
								   RelOptInfo *innerrel, JoinType jointype,
								   JoinPathExtraData *extra);

/*
 * TargetEntries for the columns that a join hands over.  With a whole row come
 * all of its columns.
 */
extern List *tmf_join_targets(PlannerInfo *root, RelOptInfo *joinrel);

/* TMF_SCAN_REFUSED of rel. */
extern const char *tmf_join_refused(PlannerInfo *root, RelOptInfo *rel);

/*
 * Makes the plan that joins here, for rows that have to be looked at again, hand
 * over the same columns; quals are left to the scan.
 */
extern Plan *tmf_join_fit_local_plan(Plan *plan, List *targets, List *quals, bool parallel_safe);

/*
 * join_paths.c: what other relations a scan of rel could take values from, so
 * that a clause between them can be shipped.  A list of ParamPathInfo.
 */
extern List *tmf_parameterizations(PlannerInfo *root, RelOptInfo *rel);

#endif
