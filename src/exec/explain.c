/*
 * src/exec/explain.c
 *		What EXPLAIN says about a foreign scan, and about a change row by row.
 *
 * VERBOSE shows what would be sent, what is rechecked here, and for each clause
 * that is not sent the reason; ANALYZE who answered and how much.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "utils/ruleutils.h"

#include "exec/explain.h"
#include "exec/scan.h"
#include "option/compat.h"
#include "plan/modify.h"
#include "plan/paths.h"
#include "plan/shippable.h"
#include "value/encode.h"

/* A list under one label; in text a line for each. */
static void
show_list(const char *label, List *texts, ExplainState *es)
{
	ListCell   *lc;

	if (texts == NIL)
		return;
	if (es->format != EXPLAIN_FORMAT_TEXT)
	{
		ExplainPropertyList(label, texts, es);
		return;
	}
	foreach(lc, texts)
		ExplainPropertyText(label, lfirst(lc), es);
}

/* Which end of the interval that a value stands for is sent. */
static const char *
end_of(List *description)
{
	int			bound = intVal(list_nth(description, TMF_PARAMETER_BOUND));

	if (bound == TMF_BOUND_VALUE || bound == TMF_BOUND_ARRAY || bound >= TMF_BOUND_LIMIT)
		return "";
	return bound == TMF_BOUND_LOW(bound / 2) ? " (low end)" : " (high end)";
}

void
tmf_explain_parameters(ForeignScan *plan, List *descriptions, ExplainState *es)
{
	List	   *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) plan, NIL);
	List	   *texts = NIL;
	ListCell   *lc;

	foreach(lc, plan->fdw_exprs)
		texts = lappend(texts, psprintf("@P%d = %s%s", foreach_current_index(lc) + 1,
										deparse_expression(lfirst(lc), context, true, false),
										end_of(list_nth(descriptions, foreach_current_index(lc)))));
	show_list("Remote Parameter", texts, es);
}

/* The plan's qual, clause by clause. */
static void
show_clauses(ForeignScan *plan, List *context, ExplainState *es)
{
	List	   *reasons = list_nth(plan->fdw_private, TMF_SCAN_REASONS);
	List	   *rechecked = NIL;
	List	   *not_shipped = NIL;
	ListCell   *clause;
	ListCell   *lc;

	forboth(clause, plan->scan.plan.qual, lc, reasons)
	{
		char	   *text = deparse_expression(lfirst(clause), context, true, false);
		const char *reason = strVal(lfirst(lc));

		if (reason[0] == '\0')
			rechecked = lappend(rechecked, text);
		else
			not_shipped = lappend(not_shipped, psprintf("%s: %s", text, reason));
	}
	foreach(lc, (List *) list_nth(plan->fdw_private, TMF_SCAN_ABOVE))
		not_shipped = lappend(not_shipped, strVal(lfirst(lc)));
	show_list("Rechecked", rechecked, es);
	show_list("Not Shipped", not_shipped, es);
}

void
tmfExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	TmfScan    *scan = node->fdw_state;
	const char *refused = strVal(list_nth(plan->fdw_private, TMF_SCAN_REFUSED));

	if (plan->scan.scanrelid == 0)
		ExplainPropertyText("Relations",
							strVal(list_nth(plan->fdw_private, TMF_SCAN_RELATIONS)), es);
	if (es->verbose)
	{
		List	   *context = set_deparse_context_plan(es->deparse_cxt, (Plan *) plan, NIL);

		ExplainPropertyText("Remote SQL",
							strVal(list_nth(plan->fdw_private, TMF_SCAN_SQL)), es);
		tmf_explain_parameters(plan, list_nth(plan->fdw_private, TMF_SCAN_PARAMETERS), es);
		show_clauses(plan, context, es);
		show_list("Join Not Shipped", refused[0] != '\0' ? list_make1((char *) refused) : NIL, es);
	}
	if (!es->analyze || scan == NULL || scan->partner[0] == '\0')
		return;
	if (tmf_session_streams(scan->session, &scan->stream))
		tmf_execution_count_bytes(scan);
	ExplainPropertyText("Remote Partner", scan->partner, es);
	ExplainPropertyUInteger("Remote Executions", NULL, scan->executions, es);
	ExplainPropertyUInteger("Remote Rows", NULL, scan->rows_received, es);
	ExplainPropertyUInteger("Remote Bytes", NULL, scan->bytes_received, es);
	if (scan->reexecutions > 0 || es->format != EXPLAIN_FORMAT_TEXT)
		ExplainPropertyUInteger("Remote Re-Executions", NULL, scan->reexecutions, es);
}

static TmfChangeColumn *
named_columns(List *fdw_private, TmfModifyPrivate which)
{
	List	   *attnums = list_nth(fdw_private, which);
	TmfChangeColumn *columns = palloc0_array(TmfChangeColumn, Max(1, list_length(attnums)));
	ListCell   *lc;

	foreach(lc, attnums)
		columns[foreach_current_index(lc)].name =
			strVal(list_nth(list_nth(fdw_private, TMF_MODIFY_COLUMNS), lfirst_int(lc) - 1));
	return columns;
}

/* As it is known before the server has told what triggers and identities there are. */
void
tmfExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo, List *fdw_private,
						int subplan_index, ExplainState *es)
{
	TmfChangeText text = {0};
	StringInfoData sql;

	if (!es->verbose)
		return;
	text.target = strVal(list_nth(fdw_private, TMF_MODIFY_TARGET));
	text.columns = list_length(list_nth(fdw_private, TMF_MODIFY_WRITTEN));
	text.column = named_columns(fdw_private, TMF_MODIFY_WRITTEN);
	text.keys = list_length(list_nth(fdw_private, TMF_MODIFY_KEYS));
	text.key = named_columns(fdw_private, TMF_MODIFY_KEYS);
	text.output = list_nth(fdw_private, TMF_MODIFY_OUTPUT);
	initStringInfo(&sql);
	if (mtstate->operation == CMD_INSERT)
		tmf_deparse_insert(&sql, &text, 1);
	else if (mtstate->operation == CMD_UPDATE)
		tmf_deparse_update(&sql, &text);
	else
		tmf_deparse_delete(&sql, &text);
	ExplainPropertyText("Remote SQL", sql.data, es);
}
