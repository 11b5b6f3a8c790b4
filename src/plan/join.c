/*
 * src/plan/join.c
 *		Joins that the server makes.
 *
 * PostgreSQL offers every pair of relations of one server and one user.  A pair
 * is taken when all that decides about its rows is evaluated there exactly, or
 * may as well be evaluated on the joined rows.  The first pair of a join that
 * can be taken makes its statement; the others would be the same rows.
 */
#include "postgres.h"

#include <limits.h>

#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/placeholder.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "utils/memutils.h"

#include "option/compat.h"
#include "plan/cost.h"
#include "plan/deparse.h"
#include "plan/paths.h"
#include "plan/relinfo.h"
#include "plan/shippable.h"

/* Kinds that a statement can have; the planner asks for the others as well as for these. */
static bool
is_known_kind(JoinType jointype)
{
	return jointype == JOIN_INNER || jointype == JOIN_LEFT || jointype == JOIN_FULL ||
		jointype == JOIN_SEMI || jointype == JOIN_ANTI;
}

/*
 * The lowest security level of the relations' own conditions.  What comes above
 * it may look at rows that those conditions hide, unless it is leakproof: when
 * the server evaluates both, no order is certain.
 */
static Index
min_security(PlannerInfo *root, const TmfRelInfo *info)
{
	Index		min = UINT_MAX;
	int			relid = -1;

	while ((relid = bms_next_member(info->relids, relid)) >= 0)
		min = Min(min, find_base_rel(root, relid)->baserestrict_min_security);
	return min;
}

/*
 * A value that was computed below the join would have to be computed, and made
 * NULL, there.
 */
static bool
has_placeholders_below(PlannerInfo *root, RelOptInfo *joinrel)
{
	Relids		relids = IS_OTHER_REL(joinrel) ? joinrel->top_parent_relids : joinrel->relids;
	ListCell   *lc;

	foreach(lc, root->placeholder_list)
	{
		PlaceHolderInfo *info = lfirst(lc);

		if (bms_is_subset(info->ph_eval_at, relids) &&
			bms_nonempty_difference(relids, info->ph_eval_at))
			return true;
	}
	return false;
}

static List *
columns_of(Node *node)
{
	return pull_var_clause(node, PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
						   PVC_RECURSE_PLACEHOLDERS);
}

/*
 * Columns that the rows of the join have.  A whole row is put together from its
 * columns; where there may be none in its place, nothing would say so.
 */
static bool
has_columns_of(const TmfRelInfo *info, Node *node)
{
	ListCell   *lc;

	foreach(lc, columns_of(node))
	{
		const Var  *column = lfirst_node(Var, lc);

		if (column->varattno < 0 || bms_is_member(column->varno, info->hidden) ||
			(column->varattno == 0 && bms_is_member(column->varno, info->nullable)))
			return false;
	}
	return true;
}

static bool
have_columns_of(const TmfRelInfo *info, List *clauses)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		if (!has_columns_of(info, (Node *) lfirst_node(RestrictInfo, lc)->clause))
			return false;
	}
	return true;
}

/*
 * Clauses of an input that are evaluated here can as well be evaluated on the
 * rows of the join, when each of these has a row of the input in it: then it is
 * the same rows that they drop.
 */
static bool
may_pull_up(PlannerInfo *root, List *clauses)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);

		if (clause->pseudoconstant || contain_volatile_functions((Node *) clause->clause) ||
			root->qual_security_level > 0)
			return false;
	}
	return true;
}

static const char *
reason_of(PlannerInfo *root, RelOptInfo *joinrel, RestrictInfo *clause)
{
	TmfShipNote note;

	if (tmf_ship_clause(root, joinrel, clause, &note) == TMF_SHIP_LOCAL && note.reason != NULL)
		return note.reason;
	return "a condition cannot be evaluated after it";
}

/* Those of the join itself, by where they belong: see TmfRelInfo.  A reason against it, or NULL. */
static const char *
sort_clauses(PlannerInfo *root, RelOptInfo *joinrel, List *clauses)
{
	TmfRelInfo *info = tmf_relinfo(joinrel);
	Index		security = min_security(root, info);
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);
		bool		is_above = IS_OUTER_JOIN(info->jointype) &&
			RINFO_IS_PUSHED_DOWN(clause, joinrel->relids);
		List	   *remote = NIL;
		List	   *local = NIL;

		if (clause->security_level > security && !clause->leakproof)
			return "a security barrier comes before a condition of it";
		tmf_relinfo_sort(root, joinrel, list_make1(clause), &remote, &local, &info->values);
		if (is_above)
			info->remote_conds = list_concat(info->remote_conds, remote);
		else
			info->joinclauses = list_concat(info->joinclauses, remote);
		if (local == NIL)
			continue;
		if ((!is_above && info->jointype != JOIN_INNER) || !may_pull_up(root, local))
			return reason_of(root, joinrel, clause);
		info->local_conds = list_concat(info->local_conds, local);
	}
	/* what joins is evaluated here alone: all pairs would have to travel */
	if (info->jointype == JOIN_INNER && clauses != NIL && info->joinclauses == NIL)
		return reason_of(root, joinrel, linitial_node(RestrictInfo, clauses));
	return info->values <= TMF_SHIP_VALUES_MAX ? NULL : "it takes too many parameters";
}

/* Fills in what joinrel is made of, or says why the server cannot make it that way. */
static const char *
make_join(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outer, RelOptInfo *inner,
		  JoinType jointype, List *clauses)
{
	TmfRelInfo *info = tmf_relinfo(joinrel);
	const char *reason;
	const TmfRelInfo *left = tmf_relinfo(outer);
	const TmfRelInfo *right = tmf_relinfo(inner);

	if (!bms_is_empty(joinrel->lateral_relids))
		return "it depends on a row of another relation";
	if (has_placeholders_below(root, joinrel))
		return "an expression is evaluated before it";
	info->server = left->server;
	info->relids = bms_union(left->relids, right->relids);
	info->hidden = bms_union(left->hidden, right->hidden);
	info->nullable = bms_union(left->nullable, right->nullable);
	if (jointype == JOIN_SEMI || jointype == JOIN_ANTI)
		info->hidden = bms_union(info->hidden, right->relids);
	else if (jointype == JOIN_LEFT)
		info->nullable = bms_union(info->nullable, right->relids);
	else if (jointype == JOIN_FULL)
		info->nullable = info->relids;
	info->values = left->values + right->values;
	info->outer = outer;
	info->inner = inner;
	info->jointype = jointype;

	if ((left->local_conds != NIL && jointype == JOIN_FULL) ||
		(right->local_conds != NIL && jointype != JOIN_INNER))
		return "conditions that come before it are evaluated here";
	info->local_conds = list_concat_copy(left->local_conds, right->local_conds);
	if (!may_pull_up(root, info->local_conds))
		return "conditions that come before it are evaluated here";
	reason = sort_clauses(root, joinrel, clauses);
	if (reason != NULL)
		return reason;
	if (has_columns_of(info, (Node *) joinrel->reltarget->exprs) &&
		have_columns_of(info, info->local_conds) && have_columns_of(info, info->remote_conds))
		return NULL;
	return "a whole row, a system column, or a column of a relation that EXISTS looks at is wanted";
}

/* Others may be tried in a memory context of their own, which rel's information outlives. */
static void
note_refusal(RelOptInfo *rel, Relids relids, const char *reason)
{
	TmfRelInfo *info = tmf_relinfo(rel);
	MemoryContext former;

	if (info->refused != NULL)
		return;
	former = MemoryContextSwitchTo(GetMemoryChunkContext(info));
	info->refused = bms_copy(relids);
	info->refused_reason = pstrdup(reason);
	MemoryContextSwitchTo(former);
}

const char *
tmf_join_refused(PlannerInfo *root, RelOptInfo *rel)
{
	const TmfRelInfo *info = tmf_relinfo(rel);
	RelOptInfo *joinrel = info->refused != NULL ? find_join_rel(root, info->refused) : NULL;

	return joinrel == NULL || joinrel->fdw_private != NULL ? "" : info->refused_reason;
}

/* Where the executor may have to look at a row again, it joins here. */
static bool
needs_local_path(const PlannerInfo *root)
{
	return root->parse->commandType == CMD_UPDATE || root->parse->commandType == CMD_DELETE ||
		root->rowMarks != NIL;
}

void
tmfGetForeignJoinPaths(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
					   RelOptInfo *innerrel, JoinType jointype, JoinPathExtraData *extra)
{
	Path	   *local = NULL;
	const char *reason;
	TmfCost		cost = {0};

	if (joinrel->fdw_private != NULL || !is_known_kind(jointype) ||
		outerrel->fdw_private == NULL || innerrel->fdw_private == NULL)
		return;
	joinrel->fdw_private = palloc0(sizeof(TmfRelInfo));
	reason = make_join(root, joinrel, outerrel, innerrel, jointype, extra->restrictlist);
	if (reason == NULL && needs_local_path(root) &&
		(local = GetExistingLocalJoinPath(joinrel)) == NULL)
		reason = "rows would have to be looked at again, and no plan does that";
	if (reason != NULL)
	{
		note_refusal(outerrel, joinrel->relids, reason);
		note_refusal(innerrel, joinrel->relids, reason);
		joinrel->fdw_private = NULL;
		return;
	}
	tmf_cost_join(root, joinrel, &cost);
	add_path(joinrel, (Path *) TMF_FOREIGN_JOIN_PATH(root, joinrel, cost.rows, cost.startup,
													 cost.total, local));
}

static Expr *
field_of(Var *row, const Var *column)
{
	FieldSelect *field = makeNode(FieldSelect);

	field->arg = (Expr *) row;
	field->fieldnum = column->varattno;
	field->resulttype = column->vartype;
	field->resulttypmod = column->vartypmod;
	field->resultcollid = column->varcollid;
	return (Expr *) field;
}

/*
 * All columns of a whole row.  The plan that joins here has no other way to them
 * than through that row.
 */
static List *
add_columns(PlannerInfo *root, List *targets, Var *row)
{
	List	   *fields = NIL;
	ListCell   *lc;

	foreach(lc, tmf_deparse_base_targets(root, find_base_rel(root, row->varno)))
	{
		Var		   *column = (Var *) lfirst_node(TargetEntry, lc)->expr;

		if (tlist_member((Expr *) column, targets) == NULL)
			fields = lappend(fields, field_of(row, column));
	}
	return add_to_flat_tlist(targets, fields);
}

List *
tmf_join_targets(PlannerInfo *root, RelOptInfo *joinrel)
{
	List	   *columns = columns_of((Node *) joinrel->reltarget->exprs);
	List	   *targets;
	ListCell   *lc;

	foreach(lc, tmf_relinfo(joinrel)->local_conds)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);

		columns = list_concat(columns, columns_of((Node *) clause->clause));
	}
	targets = add_to_flat_tlist(NIL, columns);
	foreach(lc, columns)
	{
		Var		   *column = lfirst_node(Var, lc);

		if (column->varattno == 0)
			targets = add_columns(root, targets, column);
	}
	return targets;
}

/*
 * The same targets for the plan that joins here: a column that only a condition
 * of its table needs does not come out of the scan of it, but the whole row does.
 */
static List *
local_targets(List *targets)
{
	List	   *local = NIL;
	ListCell   *lc;
	ListCell   *other;

	foreach(lc, targets)
	{
		TargetEntry *target = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));
		const Var  *column = (const Var *) target->expr;

		foreach(other, targets)
		{
			Var		   *row = (Var *) lfirst_node(TargetEntry, other)->expr;

			if (IsA(column, Var) && column->varattno > 0 && IsA(row, Var) &&
				row->varattno == 0 && row->varno == column->varno)
				target->expr = field_of(row, column);
		}
		local = lappend(local, target);
	}
	return local;
}

Plan *
tmf_join_fit_local_plan(Plan *plan, List *targets, List *quals, bool parallel_safe)
{
	bool		is_join = IsA(plan, NestLoop) || IsA(plan, MergeJoin) || IsA(plan, HashJoin);
	ListCell   *lc;

	foreach(lc, quals)
	{
		plan->qual = list_delete(plan->qual, lfirst(lc));
		if (is_join && ((Join *) plan)->jointype == JOIN_INNER)
			((Join *) plan)->joinqual = list_delete(((Join *) plan)->joinqual, lfirst(lc));
	}
	return change_plan_targetlist(plan, local_targets(targets), parallel_safe);
}
