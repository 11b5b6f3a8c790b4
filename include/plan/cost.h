/*
 * cost.h
 *		How many rows, and what they cost.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include "plan/relinfo.h"

typedef struct TmfCost
{
	double		rows;
	Cost		startup;
	Cost		total;
} TmfCost;

/* Sets rel->rows and rel->reltarget->width. */
extern void tmf_cost_size(PlannerInfo *root, RelOptInfo *rel);

/* A scan with the restrictions of rel alone. */
extern void tmf_cost_scan(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost);

/* One execution of a scan with the join clauses of param as well. */
extern void tmf_cost_parameterized(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param,
								   TmfCost *cost);

/* A join that the server makes. */
extern void tmf_cost_join(PlannerInfo *root, RelOptInfo *joinrel, TmfCost *cost);

#endif
