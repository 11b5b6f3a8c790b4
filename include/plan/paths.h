/*
 * paths.h
 *		The planner's callbacks, and what a plan hands to the executor.
 */
#ifndef PLAN_PATHS_H
#define PLAN_PATHS_H

#include "foreign/fdwapi.h"

/* Members of ForeignScan.fdw_private, in this order. */
typedef enum TmfScanPrivate
{
	TMF_SCAN_SQL,				/* String: the remote SELECT */
	TMF_SCAN_RETRIEVED			/* IntList: attribute numbers behind its columns, or NIL */
} TmfScanPrivate;

extern void tmfGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern void tmfGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *tmfGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
									  ForeignPath *best_path, List *tlist,
									  List *scan_clauses, Plan *outer_plan);
extern RowMarkType tmfGetForeignRowMarkType(RangeTblEntry *rte, LockClauseStrength strength);

#endif
