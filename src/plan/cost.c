/*
 * src/plan/cost.c
 *		How many rows, and what they cost.
 *
 * From the catalog alone: planning never asks the remote side.
 */
#include "postgres.h"

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"

#include "plan/cost.h"

/* Of a table that was never analyzed. */
#define DEFAULT_TUPLES	1000

void
tmf_cost_size(PlannerInfo *root, RelOptInfo *rel)
{
	if (rel->tuples < 0)
		rel->tuples = DEFAULT_TUPLES;
	set_baserel_size_estimates(root, rel);
}

/* All rows travel, and each is checked against the local clauses. */
void
tmf_cost_scan(RelOptInfo *rel, Cost *startup, Cost *total)
{
	TmfServerOptions *server = tmf_relinfo(rel)->server;

	*startup = server->fdw_startup_cost + rel->baserestrictcost.startup +
		rel->reltarget->cost.startup;
	*total = *startup +
		rel->tuples * (server->fdw_tuple_cost + cpu_tuple_cost + rel->baserestrictcost.per_tuple) +
		rel->rows * rel->reltarget->cost.per_tuple;
}
