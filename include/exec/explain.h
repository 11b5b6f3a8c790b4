/*
 * explain.h
 *		What EXPLAIN says about a foreign scan.
 */
#ifndef EXEC_EXPLAIN_H
#define EXEC_EXPLAIN_H

#include "foreign/fdwapi.h"

extern void tmfExplainForeignScan(ForeignScanState *node, struct ExplainState *es);

/* The values of plan's statement; descriptions: of each, see TmfParameterPrivate. */
extern void tmf_explain_parameters(ForeignScan *plan, List *descriptions, struct ExplainState *es);
extern void tmfExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
									List *fdw_private, int subplan_index, struct ExplainState *es);

#endif
