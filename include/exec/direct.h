/*
 * direct.h
 *		An UPDATE or DELETE that the server does by itself: the executor's callbacks.
 */
#ifndef EXEC_DIRECT_H
#define EXEC_DIRECT_H

#include "foreign/fdwapi.h"

extern void tmfBeginDirectModify(ForeignScanState *node, int eflags);
extern TupleTableSlot *tmfIterateDirectModify(ForeignScanState *node);
extern void tmfEndDirectModify(ForeignScanState *node);
extern void tmfExplainDirectModify(ForeignScanState *node, struct ExplainState *es);

/* truncate.c */
extern void tmfExecForeignTruncate(List *rels, DropBehavior behavior, bool restart_seqs);

#endif
