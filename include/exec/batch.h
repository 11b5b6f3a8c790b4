/*
 * batch.h
 *		Rows that are inserted together: multi-row INSERT, or bulk load.
 */
#ifndef EXEC_BATCH_H
#define EXEC_BATCH_H

#include "exec/modify.h"
#include "session/gather.h"
#include "wire/bulk.h"

typedef enum TmfBulkState
{
	TMF_BULK_LATER,				/* nobody has looked yet whether rows may be loaded in bulk */
	TMF_BULK_NO,				/* they may not, for the rest of the statement */
	TMF_BULK_YES
} TmfBulkState;

struct TmfBatch
{
	TmfGather	gather;			/* first: gather.c knows a batch by it */
	TmfModify  *modify;
	MemoryContext bulk_context; /* of bulk.c, and of a statement's scratch */
	Bitmapset  *columns;		/* of modify's that the rows have */
	int			width;			/* how many these are */
	int			rows_max;
	int			rows;			/* that wait ... */
	WireParameter *values;		/* ... with their values, in modify->values_context */
	int			values_max;
	int64		sent;			/* rows of the statement that went before */
	bool		failed;			/* some could not be sent, and an error was raised */
	bool		encoding;		/* the values of one more */
	bool		locked;			/* a statement of ours has taken the table's lock */

	/* of bulk.c, as of the columns above */
	TmfBulkState bulk;
	bool		keep_nulls;
	WireLoadColumn *load_column;
};

/* Gathers the rows of this statement from now on; sends them when there are enough. */
extern void tmf_batch_add(TmfModify *modify, TupleTableSlot *slot);

/* Sends what is gathered.  Raises, too, when an error that was raised for it has been swallowed. */
extern void tmf_batch_send(TmfModify *modify);

/* May rows be gathered at all: does nobody look at each one once it has been inserted? */
extern bool tmf_batch_possible(const ResultRelInfo *rinfo);

extern int	tmfGetForeignModifyBatchSize(ResultRelInfo *rinfo);
extern TupleTableSlot **tmfExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo,
												  TupleTableSlot **slots,
												  TupleTableSlot **planSlots, int *count);

/*
 * bulk.c: loads the rows that wait, from the first on, in bulk.  False: these, or all, cannot
 * be loaded so, and nothing has happened.
 */
extern bool tmf_bulk_load(TmfBatch *batch, int first);

/* bulk.c: the columns are others now. */
extern void tmf_bulk_forget(TmfBatch *batch);

#endif
