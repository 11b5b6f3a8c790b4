/*
 * src/plan/cost.c
 *		How many rows, and what they cost.
 *
 * From the catalog alone: planning never asks the remote side.  What counts most
 * is what travels: each row costs fdw_tuple_cost, a wide one more.  The server's
 * work is not ours but has to be waited for: it is taken to read, join, group
 * and sort rows for an operator's evaluation each, which is less than the same
 * costs here.  So whatever makes fewer rows travel is shipped, and a join that
 * makes more rows of its inputs is not.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/selfuncs.h"

#include "plan/cost.h"

/* Of a table that was never analyzed. */
#define DEFAULT_TUPLES	1000

/*
 * fdw_startup_cost covers whatever comes before the first row.  What is repeated
 * for each outer row is no more than a round trip on an open session.
 */
#define ROUND_TRIP		0.1

/* A row of so many bytes costs twice what an empty one does. */
#define WIDE			400

/*
 * Indexes of the server are not known.  Conditions that leave no more than this
 * part of a table are taken for what somebody has made an index for; for others
 * the server reads the whole table.
 */
#define SELECTIVE		0.01

static Cost
transfer_cost(const TmfRelInfo *info, double rows)
{
	return rows * (info->server->fdw_tuple_cost * (1 + (double) info->width / WIDE) + cpu_tuple_cost);
}

/* What the server does before it sends: the rest of a statement's cost. */
static Cost
work_of(const TmfRelInfo *info)
{
	return info->total_cost - info->startup_cost - transfer_cost(info, info->rows);
}

static void
set_statement(TmfRelInfo *info, double rows, int width, Cost startup, Cost work)
{
	info->rows = rows;
	info->width = width;
	info->startup_cost = startup;
	info->total_cost = startup + work + transfer_cost(info, rows);
}

/*
 * Of the statement, and of what is evaluated here: local for each row that comes,
 * target for each that is handed over.
 */
static void
cost_statement(PlannerInfo *root, const TmfRelInfo *info, List *local, const QualCost *target,
			   TmfCost *cost)
{
	QualCost	check;

	cost_qual_eval(&check, local, root);
	cost->startup = info->startup_cost + check.startup + target->startup;
	cost->transfer = transfer_cost(info, info->rows) + info->rows * check.per_tuple +
		cost->rows * target->per_tuple;
	cost->total = cost->startup + work_of(info) + cost->transfer;
}

static void
set_base_statement(PlannerInfo *root, RelOptInfo *rel, TmfRelInfo *info, List *remote, Cost startup)
{
	Selectivity part = clauselist_selectivity(root, remote, rel->relid, JOIN_INNER, NULL);
	double		rows = clamp_row_est(rel->tuples * part);
	double		read = part <= SELECTIVE ? rows : Max(rel->tuples, 1);

	set_statement(info, rows, rel->reltarget->width, startup, read * cpu_operator_cost);
}

void
tmf_cost_size(PlannerInfo *root, RelOptInfo *rel)
{
	TmfRelInfo *info = tmf_relinfo(rel);

	info->analyzed = rel->tuples >= 0;
	if (!info->analyzed)
		rel->tuples = DEFAULT_TUPLES;
	set_baserel_size_estimates(root, rel);
	set_base_statement(root, rel, info, info->remote_conds, info->server->fdw_startup_cost);
}

void
tmf_cost_scan(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	cost->rows = rel->rows;
	cost_statement(root, info, info->local_conds, &rel->reltarget->cost, cost);
}

void
tmf_cost_parameterized(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param, TmfCost *cost)
{
	TmfRelInfo	info = *tmf_relinfo(rel);
	List	   *remote = list_copy(info.remote_conds);
	List	   *local = list_copy(info.local_conds);
	int			values = info.values;

	tmf_relinfo_sort(root, rel, param->ppi_clauses, &remote, &local, &values);
	set_base_statement(root, rel, &info, remote, info.server->fdw_startup_cost * ROUND_TRIP);
	cost->rows = param->ppi_rows;
	cost_statement(root, &info, local, &rel->reltarget->cost, cost);
}

/*
 * Rows that are dropped here, by clauses of the inputs or of the join itself, come
 * with the others.
 *
 * Where nothing is known of one side, a join by clauses at all is taken for one
 * along a key: the estimate that PostgreSQL makes of nothing would have it
 * multiply rows, and never be shipped.
 */
static double
rows_of_join(PlannerInfo *root, RelOptInfo *joinrel, const TmfRelInfo *info)
{
	const TmfRelInfo *outer = tmf_relinfo(info->outer);
	const TmfRelInfo *inner = tmf_relinfo(info->inner);
	List	   *own = list_difference_ptr(list_difference_ptr(info->local_conds, outer->local_conds),
										  inner->local_conds);
	double		rows = joinrel->rows * outer->rows / Max(info->outer->rows, 1) *
		inner->rows / Max(info->inner->rows, 1) /
		Max(clauselist_selectivity(root, own, 0, JOIN_INNER, NULL), 1e-6);

	if (!info->analyzed && info->joinclauses != NIL)
		rows = Min(rows, Max(outer->rows, inner->rows));
	return clamp_row_est(rows);
}

/*
 * The server can do what a repeated scan would ask of it: look up the few rows of
 * one side that each row of the other one meets.
 */
static Cost
work_of_join(const TmfRelInfo *info, double rows)
{
	const TmfRelInfo *outer = tmf_relinfo(info->outer);
	const TmfRelInfo *inner = tmf_relinfo(info->inner);
	Cost		work = work_of(outer) + work_of(inner) + (outer->rows + inner->rows) * cpu_operator_cost;

	if (rows <= outer->rows * inner->rows * SELECTIVE)
	{
		work = Min(work, work_of(outer) + outer->rows * cpu_operator_cost);
		if (info->jointype == JOIN_INNER)
			work = Min(work, work_of(inner) + inner->rows * cpu_operator_cost);
	}
	return work + rows * cpu_operator_cost;
}

void
tmf_cost_join(PlannerInfo *root, RelOptInfo *joinrel, TmfCost *cost)
{
	TmfRelInfo *info = tmf_relinfo(joinrel);
	const TmfRelInfo *outer = tmf_relinfo(info->outer);
	const TmfRelInfo *inner = tmf_relinfo(info->inner);
	double		rows;

	info->analyzed = outer->analyzed && inner->analyzed;
	rows = rows_of_join(root, joinrel, info);
	set_statement(info, rows, joinrel->reltarget->width, outer->startup_cost,
				  work_of_join(info, rows));
	cost->rows = joinrel->rows;
	cost_statement(root, info, info->local_conds, &joinrel->reltarget->cost, cost);
}

void
tmf_cost_group(PlannerInfo *root, RelOptInfo *grouped, List *exprs, TmfCost *cost)
{
	static const QualCost nothing = {0, 0};
	TmfRelInfo *info = tmf_relinfo(grouped);
	const TmfRelInfo *input = tmf_relinfo(info->input);
	double		groups = exprs == NIL ? 1 : estimate_num_groups(root, exprs, input->rows, NULL, NULL);
	double		rows = clamp_row_est(groups * clauselist_selectivity(root, info->remote_conds, 0,
																	 JOIN_INNER, NULL));

	info->analyzed = input->analyzed;
	set_statement(info, rows, grouped->reltarget->width, input->startup_cost,
				  work_of(input) + input->rows * cpu_operator_cost * Max(list_length(exprs), 1));
	cost->rows = clamp_row_est(rows * clauselist_selectivity(root, info->local_conds, 0,
															 JOIN_INNER, NULL));
	grouped->rows = cost->rows;
	cost_statement(root, info, info->local_conds, &nothing, cost);
}

void
tmf_cost_whole(PlannerInfo *root, RelOptInfo *rel, TmfCost *cost)
{
	const TmfRelInfo *info = tmf_relinfo(rel);

	cost->rows = rel->rows;
	cost_statement(root, info, info->local_conds, &rel->reltarget->cost, cost);
}

/* No row comes before all are found and sorted, for half of what that costs here. */
void
tmf_cost_sorted(TmfCost *cost)
{
	double		rows = Max(cost->rows, 2);

	cost->total += cpu_operator_cost * rows * log2(rows);
	cost->startup = cost->total - cost->transfer;
}

/* What the server has to do anyway is in startup; of the rest a part is done. */
void
tmf_cost_limited(TmfCost *cost, double rows)
{
	double		part = Min(1, rows / Max(cost->rows, 1));

	cost->rows = clamp_row_est(cost->rows * part);
	cost->total = cost->startup + (cost->total - cost->startup) * part;
	cost->transfer *= part;
}
