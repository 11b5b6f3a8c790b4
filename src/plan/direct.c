/*
 * src/plan/direct.c
 *		UPDATE and DELETE as one remote statement: whether, and how.
 *
 * Where everything about the change is evaluated by the server exactly as it
 * would be here, no row has to travel.  The planner has seen to it that nothing
 * here looks at the rows one by one: no row trigger, no view with a check option,
 * no stored generated column.  All else is looked at here, and what cannot be
 * shipped has its rows changed one after the other, by key; EXPLAIN says why.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "option/compat.h"
#include "plan/deparse.h"
#include "plan/direct.h"
#include "plan/modify.h"
#include "plan/paths.h"
#include "plan/relinfo.h"

/* Where the scan of the table stands. */
typedef struct Place
{
	ForeignScan *scan;			/* NULL: its rows are joined first, or sorted, or ... */
	bool		projected;		/* what it hands over is looked at between it and ModifyTable */
} Place;

static bool
find_in(Plan *plan, Index rtindex, Place *place)
{
	if (IsA(plan, ForeignScan) && ((ForeignScan *) plan)->scan.scanrelid == rtindex)
		place->scan = (ForeignScan *) plan;
	return place->scan != NULL;
}

/* Directly below ModifyTable, or beside the scans of other tables of the hierarchy. */
static Place
find_scan(const ModifyTable *modify, Index rtindex)
{
	Plan	   *plan = outerPlan(modify);
	Place		place = {NULL};
	ListCell   *lc;

	while (IsA(plan, Result) && outerPlan(plan) != NULL)
	{
		plan = outerPlan(plan);
		place.projected = true;
	}
	if (find_in(plan, rtindex, &place) || !IsA(plan, Append))
		return place;
	foreach(lc, ((Append *) plan)->appendplans)
	{
		Plan	   *child = lfirst(lc);
		Place		below = place;

		while (IsA(child, Result) && outerPlan(child) != NULL)
		{
			child = outerPlan(child);
			below.projected = true;
		}
		if (find_in(child, rtindex, &below))
			return below;
	}
	return place;
}

static void
note(ForeignScan *scan, CmdType operation, const char *reason)
{
	ListCell   *above = list_nth_cell(scan->fdw_private, TMF_SCAN_ABOVE);
	const char *verb = operation == CMD_UPDATE ? "UPDATE" : "DELETE";

	lfirst(above) = lappend(lfirst(above), makeString(psprintf("%s: %s", verb, reason)));
}

/* The scan of the table, wherever it stands. */
static ForeignScan *
find_anywhere(Plan *plan, Index rtindex)
{
	ForeignScan *found;
	ListCell   *lc;

	if (plan == NULL)
		return NULL;
	if (IsA(plan, ForeignScan) && bms_is_member(rtindex, TMF_SCAN_RELIDS((ForeignScan *) plan)))
		return (ForeignScan *) plan;
	if (IsA(plan, Append))
	{
		foreach(lc, ((Append *) plan)->appendplans)
		{
			found = find_anywhere(lfirst(lc), rtindex);
			if (found != NULL)
				return found;
		}
	}
	found = find_anywhere(outerPlan(plan), rtindex);
	return found != NULL ? found : find_anywhere(innerPlan(plan), rtindex);
}

static bool
has_row_trigger(const TriggerDesc *triggers, CmdType operation)
{
	if (triggers == NULL)
		return false;
	return operation == CMD_UPDATE ?
		triggers->trig_update_before_row || triggers->trig_update_after_row :
		triggers->trig_delete_before_row || triggers->trig_delete_after_row;
}

void
tmf_direct_note_refusal(PlannerInfo *root, ModifyTable *modify, Index resultRelation, Relation rel)
{
	ForeignScan *scan = find_anywhere(outerPlan(modify), resultRelation);

	if (scan == NULL || list_nth(scan->fdw_private, TMF_SCAN_ABOVE) != NIL)
		return;
	if (has_row_trigger(rel->trigdesc, modify->operation))
		note(scan, modify->operation, "a trigger here has to see each row");
	else if (modify->withCheckOptionLists != NIL)
		note(scan, modify->operation, "a view checks each row");
	else if (find_scan(modify, resultRelation).scan == NULL)
		note(scan, modify->operation, "its rows are joined with others");
	else
		note(scan, modify->operation, "a column is generated here");
}

/*
 * Rows that come back are not those that are to be changed: what was assigned
 * must not be computed of them once more.
 */
static void
forget_values(ForeignScan *scan, int values)
{
	List	   *targets = NIL;
	ListCell   *lc;

	foreach(lc, scan->scan.plan.targetlist)
	{
		TargetEntry *target = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));

		if (foreach_current_index(lc) < values)
			target->expr = (Expr *) makeNullConst(exprType((Node *) target->expr),
												  exprTypmod((Node *) target->expr),
												  exprCollation((Node *) target->expr));
		targets = lappend(targets, target);
	}
	scan->scan.plan.targetlist = targets;
}

static bool
changes(const Query *query, Oid relid)
{
	Oid			target;

	if (query->commandType == CMD_SELECT || query->resultRelation == 0)
		return false;
	target = rt_fetch(query->resultRelation, query->rtable)->relid;
	return target == relid || has_subclass(target);
}

/* By several parts of the statement, which must not see each other's changes? */
static bool
is_changed_twice(PlannerInfo *root, Oid relid)
{
	const Query *whole;
	int			count;
	ListCell   *lc;

	while (root->parent_root != NULL)
		root = root->parent_root;
	whole = root->parse;
	count = changes(whole, relid);
	foreach(lc, whole->cteList)
		count += changes(castNode(Query, lfirst_node(CommonTableExpr, lc)->ctequery), relid);
	return count > 1;
}

/* NULL: it can be one statement, which direct has then. */
static const char *
refusal(PlannerInfo *root, const Place *place, bool returning, TmfDirect *direct)
{
	const ForeignScan *scan = place->scan;
	const char *reason = NULL;

	if (scan->scan.plan.qual != NIL)
		return "a condition is evaluated here";
	if (place->projected && returning && contain_var_clause((Node *) direct->values))
		return "what it returns is computed in another place than the rows are changed";
	if (is_changed_twice(root, planner_rt_fetch(direct->rel->relid, root)->relid))
		return "another part of the statement changes the table, too";
	direct->conditions = scan->fdw_recheck_quals;
	(void) tmf_deparse_direct(root, direct, &reason);
	return reason;
}

/* The scan becomes the change. */
static void
make_direct(PlannerInfo *root, ForeignScan *scan, const ModifyTable *modify, int subplan_index,
			const TmfDirect *direct)
{
	Relation	rel = table_open(planner_rt_fetch(direct->rel->relid, root)->relid, NoLock);
	Bitmapset  *attributes = NULL;
	List	   *returned = NIL;
	List	   *output = NIL;

	if (modify->returningLists != NIL)
		pull_varattnos(list_nth(modify->returningLists, subplan_index), direct->rel->relid,
					   &attributes);
	tmf_modify_returned(rel, attributes, &returned, &output);
	table_close(rel, NoLock);

	scan->operation = direct->operation;
	scan->resultRelation = direct->rel->relid;
	scan->scan.plan.async_capable = false;
	scan->fdw_exprs = direct->params;
	scan->fdw_private = list_make5(makeString(direct->verb), makeString(direct->where),
								   direct->descriptions, direct->types, returned);
	scan->fdw_private = lappend(scan->fdw_private, output);
	scan->fdw_private = lappend(scan->fdw_private, makeBoolean(modify->canSetTag));
}

bool
tmfPlanDirectModify(PlannerInfo *root, ModifyTable *modify, Index resultRelation, int subplan_index)
{
	Place		place;
	TmfDirect	direct = {modify->operation};
	List	   *targets;
	const char *reason;

	if (modify->operation != CMD_UPDATE && modify->operation != CMD_DELETE)
		return false;
	place = find_scan(modify, resultRelation);
	if (place.scan == NULL)
		return false;
	direct.rel = find_base_rel(root, resultRelation);
	if (tmf_relinfo(direct.rel)->table->query != NULL)
		return false;
	if (modify->operation == CMD_UPDATE)
	{
		get_translated_update_targetlist(root, resultRelation, &targets, &direct.columns);
		direct.values = list_copy_head(targets, list_length(direct.columns));
	}
	reason = refusal(root, &place, modify->returningLists != NIL, &direct);
	if (reason != NULL)
	{
		note(place.scan, modify->operation, reason);
		return false;
	}
	if (!place.projected)
		forget_values(place.scan, list_length(direct.values));
	make_direct(root, place.scan, modify, subplan_index, &direct);
	return true;
}
