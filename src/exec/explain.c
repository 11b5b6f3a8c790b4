/*
 * src/exec/explain.c
 *		What EXPLAIN says about a foreign scan.
 *
 * VERBOSE shows what would be sent, ANALYZE who answered and how much.
 */
#include "postgres.h"

#include "commands/explain.h"

#include "exec/explain.h"
#include "exec/scan.h"
#include "option/compat.h"
#include "plan/paths.h"

void
tmfExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	TmfScan    *scan = node->fdw_state;

	if (es->verbose)
		ExplainPropertyText("Remote SQL",
							strVal(list_nth(plan->fdw_private, TMF_SCAN_SQL)), es);
	if (!es->analyze || scan == NULL || scan->partner == NULL)
		return;
	ExplainPropertyText("Remote Partner", scan->partner, es);
	ExplainPropertyUInteger("Remote Rows", NULL, scan->rows_received, es);
	if (scan->reexecutions > 0 || es->format != EXPLAIN_FORMAT_TEXT)
		ExplainPropertyUInteger("Remote Re-Executions", NULL, scan->reexecutions, es);
}
