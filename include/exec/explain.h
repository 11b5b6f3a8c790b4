/*
 * explain.h
 *		What EXPLAIN says about a foreign scan.
 */
#ifndef EXEC_EXPLAIN_H
#define EXEC_EXPLAIN_H

#include "foreign/fdwapi.h"

extern void tmfExplainForeignScan(ForeignScanState *node, struct ExplainState *es);

#endif
