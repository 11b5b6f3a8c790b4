/*
 * cost.h
 *		How many rows, and what they cost.
 */
#ifndef PLAN_COST_H
#define PLAN_COST_H

#include "plan/relinfo.h"

/* Of one execution of a statement, and of what is done here with its rows. */
typedef struct TmfCost
{
	double		rows;			/* that are handed over */
	Cost		startup;
	Cost		total;
	Cost		transfer;		/* the part of total that passes with the rows as they come */
} TmfCost;

/*
 * Sets rel->rows and rel->reltarget->width of a base relation, and what the
 * relinfo says about a statement for it.
 */
extern void tmf_cost_size(PlannerInfo *root, RelOptInfo *rel);

/* A scan with the restrictions of rel alone. */
extern void tmf_cost_scan(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost);

/* One execution of a scan with the join clauses of param as well. */
extern void tmf_cost_parameterized(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param,
								   TmfCost *cost);

/*
 * A join, whose relinfo says what of and by what; the rest of it is set, as by
 * tmf_cost_size().
 */
extern void tmf_cost_join(PlannerInfo *root, RelOptInfo *joinrel, TmfCost *cost);

/*
 * The same for a grouping: one row for each combination of exprs (NIL: one row)
 * in the input of its relinfo, of which remote_conds and local_conds (HAVING) let
 * pass some.  DISTINCT is a grouping, too.
 */
extern void tmf_cost_group(PlannerInfo *root, RelOptInfo *grouped, List *exprs, TmfCost *cost);

/* The statement that relinfo describes, of a base, join or grouped relation. */
extern void tmf_cost_whole(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost);

/* The same statement with an ORDER BY; with the first rows of it alone. */
extern void tmf_cost_sorted(TmfCost *cost);
extern void tmf_cost_limited(TmfCost *cost, double rows);

#endif
