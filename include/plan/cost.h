/*
 * cost.h
 *		How many rows, and what they cost.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include "plan/relinfo.h"

/* Sets rel->rows and rel->reltarget->width. */
extern void tmf_cost_size(PlannerInfo *root, RelOptInfo *rel);

extern void tmf_cost_scan(RelOptInfo *rel, Cost *startup, Cost *total);

#endif
