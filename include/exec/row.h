/*
 * row.h
 *		A row on the wire -> a virtual tuple.
 */
#ifndef EXEC_ROW_H
#define EXEC_ROW_H

#include "executor/tuptable.h"
#include "utils/rel.h"

#include "value/decode.h"
#include "wire/wire.h"

typedef struct TmfRow
{
	Relation	rel;			/* for messages */
	int			columns;		/* that the plan asked for; 0: the result has a dummy */
	AttrNumber *attributes;		/* local attribute of each */
	TmfDecoder *decoders;
	int			column;			/* being read, -1 none */
	uint64		number;			/* of the row being read, from 1 */
} TmfRow;

/* retrieved: attribute numbers of rel.  Lives in CurrentMemoryContext. */
extern TmfRow *tmf_row_make(Relation rel, List *retrieved);

/*
 * Chooses the decoders for the result that conn has; raises when a column of
 * it cannot be read as it is declared.  Caches live in context.
 */
extern void tmf_row_bind(TmfRow *row, const WireConn *conn, MemoryContext context);

/*
 * Reads the current row into the virtual slot; columns that were not asked for
 * are NULL.  Values live in CurrentMemoryContext.
 */
extern void tmf_row_read(TmfRow *row, const WireConn *conn, uint64 number,
						 TupleTableSlot *slot);

#endif
