/*
 * scan.h
 *		One foreign scan while it runs, and the executor's callbacks.
 */
#ifndef EXEC_SCAN_H
#define EXEC_SCAN_H

#include "foreign/fdwapi.h"
#include "lib/ilist.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "exec/parameters.h"
#include "exec/row.h"
#include "session/session.h"

/* Where the next row comes from. */
typedef enum TmfSource
{
	TMF_SOURCE_NONE,			/* the remote statement has not been sent */
	TMF_SOURCE_WIRE,			/* the session; then this scan owns its stream */
	TMF_SOURCE_STORE,			/* the tuplestore, which has all that is left */
	TMF_SOURCE_LOST,			/* the connection died: execute again, or say so */
	TMF_SOURCE_BROKEN,			/* an error cut the rows off while another scan had them spooled */
	TMF_SOURCE_DONE
} TmfSource;

typedef struct TmfScan
{
	TmfStream	stream;			/* first: spool() gets a pointer to it */
	dlist_node	node;			/* in the list of this backend's running scans */
	EState	   *estate;			/* the portal, for its other scans */
	MemoryContext context;		/* of all that belongs to the scan */
	MemoryContext bind_context; /* of decoders */
	MemoryContext spool_context;	/* per row, while spooling */
	ResourceOwner owner;		/* of the tuplestore's file: that of the scan's start */
	MemoryContextCallback callback;

	UserMapping *user;
	const char *sql;
	TmfParameters *parameters;	/* NULL: the statement has none */
	TmfRow	   *row;
	TupleTableSlot *wire_slot;	/* the row handed over from the wire */
	TupleTableSlot *spool_slot; /* the row on its way into the store */
	TupleTableSlot *store_slot; /* the row handed over from the store */

	TmfSource	source;
	TmfSession *session;		/* of the last execution */
	TmfSessionLogin login;		/* of session, at the last execution */
	Tuplestorestate *store;
	bool		whole;			/* store has the result from its first row */
	bool		keep;			/* a rescan is expected: keep the whole result */
	uint64		fetched;		/* rows of this execution taken off the wire */
	uint64		handed;			/* rows of this execution handed over */
	int			retries;		/* of this execution */

	uint64		consumed;		/* rows of all executions that were handed over ... */
	TmfSessionLogin consumed_login; /* ... the last of them by this one */

	/* for EXPLAIN ANALYZE */
	bool		measured;		/* somebody will ask: count bytes */
	int64		bytes_before;	/* of the session, when the execution began */
	uint64		bytes_received;
	uint64		rows_received;
	uint64		executions;		/* statements sent, those sent again included */
	uint64		reexecutions;
	char		partner[ENDPOINT_TEXT_MAX]; /* who answered last, "": nobody was asked */
} TmfScan;

extern void tmfBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *tmfIterateForeignScan(ForeignScanState *node);
extern void tmfReScanForeignScan(ForeignScanState *node);
extern void tmfEndForeignScan(ForeignScanState *node);

/* execution.c: one remote execution of a scan's statement */

/* NONE -> WIRE, STORE (keep), LOST, or DONE (no row can qualify: nobody is asked). */
extern void tmf_execution_start(TmfScan *scan);

/* WIRE: a row is in wire_slot; false: source has changed. */
extern bool tmf_execution_fetch(TmfScan *scan);

/* LOST -> NONE when the statement may be sent again, else raises 08006. */
extern void tmf_execution_lost(TmfScan *scan);

/* Ends the execution, and drops what is left of its rows: -> NONE. */
extern void tmf_execution_stop(TmfScan *scan);

/* TmfStream.spool: WIRE -> STORE or LOST.  And whether that can be had now. */
extern void tmf_execution_spool(TmfStream *stream);
extern bool tmf_execution_movable(const TmfStream *stream);

/* running.c: this backend's running scans */

/* scan leaves the list with its context. */
extern void tmf_running_add(TmfScan *scan);

/*
 * How many rows of scan's server have been handed over in the same portal that
 * those of session may not be combined with.
 */
extern uint64 tmf_running_other_rows(const TmfScan *scan, const TmfSession *session);

#endif
