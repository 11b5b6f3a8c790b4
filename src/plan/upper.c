/*
 * src/plan/upper.c
 *		Grouping, DISTINCT, ORDER BY and LIMIT as parts of a remote statement.
 *
 * The planner asks step by step: for grouping (of a partition, whose groups may
 * have to be combined with those of others), DISTINCT, the final order, and LIMIT.
 * A grouping, and a DISTINCT, which is a grouping by all that is selected, is a
 * relation of its own; an order and a LIMIT are ways to read the relation below,
 * so their paths have that one for parent.  What does not ship is noted there for
 * EXPLAIN.
 */
#include "postgres.h"

#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/tlist.h"

#include "option/compat.h"
#include "plan/cost.h"
#include "plan/upper.h"

/* Of fdw_startup_cost: to stop a statement before its end. */
#define CANCEL_COST		0.1

static void
note(RelOptInfo *input, const char *what, const char *reason)
{
	TmfRelInfo *info = tmf_relinfo(input);

	info->above = lappend(info->above, psprintf("%s: %s", what, reason));
}

static void
add_grouping(PlannerInfo *root, const char *what, RelOptInfo *output, TmfGroupingRequest *request)
{
	TmfCost		cost = {0};
	const char *reason;

	if (!tmf_grouping_init(root, output, request, &reason))
	{
		note(request->input, what, reason);
		return;
	}
	tmf_cost_group(root, output, tmf_relinfo(output)->keys, &cost);
	add_path(output, (Path *) TMF_UPPER_PATH(root, output, request->target, cost.rows,
											 cost.startup, cost.total, NIL, NIL));
}

static void
add_group(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input, RelOptInfo *output,
		  GroupPathExtraData *extra)
{
	Query	   *parse = root->parse;
	TmfGroupingRequest request = {input, output->reltarget, parse->groupClause,
		stage == UPPERREL_GROUP_AGG ? (List *) extra->havingQual : NIL};

	if (parse->groupingSets != NIL)
		note(input, "GROUP BY", "grouping sets are made here");
	else
		add_grouping(root, parse->groupClause != NIL ? "GROUP BY" : "Aggregate", output, &request);
}

/* Of the rows of a table or join; groups are made distinct here. */
static void
add_distinct(PlannerInfo *root, RelOptInfo *input, RelOptInfo *output)
{
	Query	   *parse = root->parse;
	TmfGroupingRequest request = {input, root->upper_targets[UPPERREL_DISTINCT],
		parse->distinctClause, NIL};

	if (tmf_relinfo(input)->input != NULL || parse->hasWindowFuncs || parse->hasTargetSRFs)
		return;
	if (parse->hasDistinctOn)
		note(input, "DISTINCT ON", "there is no such thing there");
	else
		add_grouping(root, "DISTINCT", output, &request);
}

/* A base relation has sorted paths of its own, which are sorted enough. */
static void
add_ordered(PlannerInfo *root, RelOptInfo *input, RelOptInfo *output)
{
	TmfRelInfo *info;
	TmfCost		cost = {0};
	const char *reason;

	if (root->parse->hasTargetSRFs || root->sort_pathkeys == NIL ||
		root->parse->commandType != CMD_SELECT || root->parse->rowMarks != NIL)
		return;
	if (!tmf_order_ships(root, input, root->sort_pathkeys, &reason))
	{
		note(input, "ORDER BY", reason);
		return;
	}
	info = palloc0(sizeof(TmfRelInfo));
	info->server = tmf_relinfo(input)->server;
	info->relids = tmf_relinfo(input)->relids;
	info->sorted = input;
	output->fdw_private = info;
	if (IS_SIMPLE_REL(input))
		return;
	tmf_cost_whole(root, input, &cost);
	tmf_cost_sorted(&cost);
	add_path(output, (Path *) TMF_UPPER_PATH(root, input, root->upper_targets[UPPERREL_ORDERED],
											 cost.rows, cost.startup, cost.total,
											 root->sort_pathkeys, NIL));
}

static bool
limit_ships(PlannerInfo *root, RelOptInfo *input, const char **reason)
{
	TmfShipping shipping;
	StringInfoData sql;

	initStringInfo(&sql);
	tmf_shipping_init(&shipping, root, input, true, true);
	if (tmf_relinfo(input)->local_conds != NIL)
		(void) tmf_ship_stays(&shipping, "a condition on its rows is evaluated here");
	else if (root->parse->limitOption == LIMIT_OPTION_WITH_TIES)
		(void) tmf_ship_stays(&shipping, "ties are found here");
	else if (tmf_deparse_limit(&sql, &sql, &shipping, root->parse->limitOffset,
							   root->parse->limitCount, false))
		return true;
	*reason = shipping.reason;
	return false;
}

/*
 * The executor's own LIMIT reads as few rows, but then the rest of the statement
 * has to be cancelled, which takes a round trip that the planner does not count.
 */
static void
cost_limit(RelOptInfo *input, const FinalPathExtraData *extra, TmfCost *cost)
{
	Cost		saved = tmf_relinfo(input)->server->fdw_startup_cost * CANCEL_COST;
	double		rows = cost->rows;
	Cost		startup = 0;
	Cost		total = 0;

	adjust_limit_rows_costs(&rows, &startup, &total, extra->offset_est, extra->count_est);
	tmf_cost_limited(cost, rows);
	cost->startup -= saved;
	cost->total -= saved;
}

static void
add_limited(PlannerInfo *root, RelOptInfo *input, RelOptInfo *output, FinalPathExtraData *extra)
{
	Query	   *parse = root->parse;
	List	   *pathkeys = NIL;
	TmfCost		cost = {0};
	const char *reason;

	if (parse->commandType != CMD_SELECT || !extra->limit_needed || parse->rowMarks != NIL ||
		parse->hasTargetSRFs)
		return;
	if (tmf_relinfo(input)->sorted != NULL)
	{
		input = tmf_relinfo(input)->sorted;
		pathkeys = root->sort_pathkeys;
	}
	if (!limit_ships(root, input, &reason))
	{
		note(input, "LIMIT", reason);
		return;
	}
	tmf_cost_whole(root, input, &cost);
	if (pathkeys != NIL)
		tmf_cost_sorted(&cost);
	cost_limit(input, extra, &cost);
	add_path(output, (Path *) TMF_UPPER_PATH(root, input, root->upper_targets[UPPERREL_FINAL],
											 cost.rows, cost.startup, cost.total, pathkeys,
											 list_make1(makeInteger(true))));
}

void
tmfGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input,
						RelOptInfo *output, void *extra)
{
	if (input->fdw_private == NULL || output->fdw_private != NULL)
		return;
	switch (stage)
	{
		case UPPERREL_PARTIAL_GROUP_AGG:
		case UPPERREL_GROUP_AGG:
			add_group(root, stage, input, output, extra);
			break;
		case UPPERREL_DISTINCT:
			add_distinct(root, input, output);
			break;
		case UPPERREL_ORDERED:
			add_ordered(root, input, output);
			break;
		case UPPERREL_FINAL:
			add_limited(root, input, output, extra);
			break;
		default:
			break;
	}
}
