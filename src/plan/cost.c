/*
 * src/plan/cost.c
 *		How many rows, and what they cost.
 *
 * From the catalog alone: planning never asks the remote side.  A row that
 * travels costs fdw_tuple_cost.  Finding it there costs nothing here, and what
 * it costs there is not known: the conditions that are shipped are of the kind
 * that keys are made for.
 */
#include "postgres.h"

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"

#include "plan/cost.h"

/* Of a table that was never analyzed. */
#define DEFAULT_TUPLES	1000

/*
 * fdw_startup_cost covers whatever comes before the first row.  What is repeated
 * for each outer row is no more than a round trip on an open session.
 */
#define ROUND_TRIP		0.1

void
tmf_cost_size(PlannerInfo *root, RelOptInfo *rel)
{
	if (rel->tuples < 0)
		rel->tuples = DEFAULT_TUPLES;
	set_baserel_size_estimates(root, rel);
}

/* The rows that pass remote travel, and each is checked against local. */
static void
cost_rows(PlannerInfo *root, RelOptInfo *rel, List *remote, List *local, TmfCost *cost)
{
	TmfServerOptions *server = tmf_relinfo(rel)->server;
	QualCost	check;
	double		received;

	received = clamp_row_est(rel->tuples * clauselist_selectivity(root, remote, rel->relid,
																  JOIN_INNER, NULL));
	cost_qual_eval(&check, local, root);
	cost->startup += check.startup + rel->reltarget->cost.startup;
	cost->total = cost->startup +
		received * (server->fdw_tuple_cost + cpu_tuple_cost + check.per_tuple) +
		cost->rows * rel->reltarget->cost.per_tuple;
}

void
tmf_cost_scan(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	cost->rows = rel->rows;
	cost->startup = info->server->fdw_startup_cost;
	cost_rows(root, rel, info->remote_conds, info->local_conds, cost);
}

void
tmf_cost_parameterized(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param, TmfCost *cost)
{
	const TmfRelInfo *info = tmf_relinfo(rel);
	List	   *remote = list_copy(info->remote_conds);
	List	   *local = list_copy(info->local_conds);
	int			values = info->values;

	tmf_relinfo_sort(root, rel, param->ppi_clauses, &remote, &local, &values);
	cost->rows = param->ppi_rows;
	cost->startup = info->server->fdw_startup_cost * ROUND_TRIP;
	cost_rows(root, rel, remote, local, cost);
}

/*
 * The server has to look at the rows of both sides, which costs something, so
 * that of two joins with the same rows the one with less before it is preferred.
 */
void
tmf_cost_join(PlannerInfo *root, RelOptInfo *joinrel, TmfCost *cost)
{
	const TmfRelInfo *info = tmf_relinfo(joinrel);
	double		looked_at = info->outer->rows + info->inner->rows;
	double		received;
	QualCost	check;

	received = clamp_row_est(joinrel->rows /
							 Max(clauselist_selectivity(root, info->local_conds, 0, JOIN_INNER,
														NULL), 1e-9));
	cost_qual_eval(&check, info->local_conds, root);
	cost->rows = joinrel->rows;
	cost->startup = info->server->fdw_startup_cost + check.startup +
		joinrel->reltarget->cost.startup;
	cost->total = cost->startup + looked_at * cpu_operator_cost +
		received * (info->server->fdw_tuple_cost + cpu_tuple_cost + check.per_tuple) +
		cost->rows * joinrel->reltarget->cost.per_tuple;
}
