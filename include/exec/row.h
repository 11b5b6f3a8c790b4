/*
 * row.h
 *		A row on the wire -> a virtual tuple.
 */
#ifndef EXEC_ROW_H
#define EXEC_ROW_H

#include "executor/tuptable.h"
#include "nodes/execnodes.h"

#include "option/compat.h"
#include "value/decode.h"
#include "wire/wire.h"

/* Rows of more bytes than this allocate what is beyond it. */
#define TMF_ROW_BLOCK	8192

/* A column of the remote result, as the plan describes it: see TmfColumnPrivate. */
typedef struct TmfRowColumn
{
	int			target;			/* attribute of the scan's tuple; 0: none */
	Oid			relid;			/* the foreign table whose column it is; InvalidOid: an expression */
	AttrNumber	attnum;
	int			assumed;		/* remote types that it may have, TMF_REMOTE(); 0: any */
	int			max_scale;		/* decimals that its type may have, TMF_SCALE_ANY: any ... */
	int			max_whole;		/* ... and digits before them */
	SqlType		declared;		/* what it must be; SQLTYPE_UNKNOWN: nobody says */
	bool		utf16;			/* does it come as the bytes of its UTF-16? */

	/* where its values go, or what its type is declared as */
	const char *name;
	Oid			type;
	int32		typmod;
} TmfRowColumn;

typedef struct TmfRowWhole TmfRowWhole;

typedef struct TmfRow
{
	const char *names;			/* of the foreign tables, quoted, for messages */
	int			columns;		/* that the plan asked for; 0: the result has a dummy */
	int			handed;			/* of them, from the first, are handed over */
	int			divisors;		/* of them, after those, divide their targets */
	TmfRowColumn *column;
	TmfDecoder *decoders;
	WireColumn *bound;			/* the result that the decoders are for ... */
	bool		is_bound;		/* ... if there is one */
	WireValue  *values;			/* of the row being read */
	TmfRoom		room;			/* for values ... */
	char	   *block;			/* ... the memory for it, of TMF_ROW_BLOCK bytes */
	int			reading;		/* column being read, -1 none */
	uint64		number;			/* of the row being read, from 1 */
	List	   *wholes;			/* TmfRowWhole: see tmf_row_wholes() */
} TmfRow;

/*
 * tuple: of the scan's slot; private: of the plan, see TmfScanPrivate.  Lives in
 * CurrentMemoryContext.
 */
extern TmfRow *tmf_row_make(TupleDesc tuple, List *private);

/* 'column "title" of foreign table "track"', for messages. */
extern const char *tmf_row_column_label(const TmfRow *row, int column);

/*
 * Chooses the decoders for the result that conn has; raises when a column of
 * it cannot be read as it is declared, or is not what the plan took it for.  A
 * result that is described exactly like the last one keeps its decoders.  They
 * and their caches live in context, which is theirs alone.
 */
extern void tmf_row_bind(TmfRow *row, const WireConn *conn, MemoryContext context);

/*
 * Reads the current row into the virtual slot; columns that were not asked for
 * are NULL.  Values live in CurrentMemoryContext, or when they are brief, until
 * the next brief row is read.
 */
extern void tmf_row_read(TmfRow *row, const WireConn *conn, uint64 number, bool brief,
						 TupleTableSlot *slot);

/*
 * row_whole.c: whole rows of tables, put together from their columns.
 * scan_tlist: what the scan's tuple consists of.
 */
extern List *tmf_row_wholes(List *scan_tlist, EState *estate);
extern void tmf_row_form_wholes(List *wholes, Datum *values, bool *nulls);

/* row_type.c: columns that are of another type; row->bound has the result */

/* Raises when column is not what a condition on it, or the user, took it for. */
extern void tmf_row_check_type(const TmfRow *row, int column, const WireConn *conn);

/* There is no way from the type of column to the local one. */
pg_noreturn extern void tmf_row_raise_unreadable(const TmfRow *row, int column);

/* The statement that declares the remote_type of a column, as a hint; types: one or more, quoted. */
extern const char *tmf_row_alter_column(Oid relid, const char *column, const char *action,
										const char *types);

#endif
