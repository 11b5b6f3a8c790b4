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
#include "session/wakeup.h"

/* Where the next row comes from. */
typedef enum TmfSource
{
	TMF_SOURCE_NONE,			/* the remote statement has not been sent */
	TMF_SOURCE_SENT,			/* it has, and nobody has looked for an answer */
	TMF_SOURCE_AWAITED,			/* the answer is being waited for, and its beginning read */
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
	bool		locks;			/* rows, in the remote transaction */
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

	AsyncRequest *request;		/* the last one that an Append has made; NULL: none */
	TmfWakeup	wakeup;			/* for that Append's wait */

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
extern bool tmfRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot);

/* execution.c: one remote execution of a scan's statement */

/*
 * NONE -> SENT, LOST, or DONE (no row can qualify: nobody is asked).  own: only
 * on a session that nobody reads from; false: there is none, and nothing has
 * happened.
 */
extern bool tmf_execution_send(TmfScan *scan, bool own);

/* SENT: will the next step not have to wait for the server? */
extern bool tmf_execution_answered(TmfScan *scan);

/*
 * SENT: the socket to wait for (-1: none), and until when at most: then, and when
 * it is readable, tmf_execution_answered() has something to say or to do.
 */
extern int	tmf_execution_awaits(TmfScan *scan, int64 *until_ms);

/* SENT -> WIRE, STORE (keep), LOST. */
extern void tmf_execution_answer(TmfScan *scan);

/* WIRE: a row is in wire_slot; false: source has changed. */
extern bool tmf_execution_fetch(TmfScan *scan);

/* NONE -> STORE, DONE: runs it now, for it will be wanted as the data are. */
extern void tmf_execution_ahead(TmfScan *scan);

/* Adds the bytes of an execution that has ended, or nobody reads on, to bytes_received. */
extern void tmf_execution_count_bytes(TmfScan *scan);

/* LOST -> NONE when the statement may be sent again, else raises 08006. */
extern void tmf_execution_lost(TmfScan *scan);

/* Ends the execution, and drops what is left of its rows: -> NONE. */
extern void tmf_execution_stop(TmfScan *scan);

/*
 * TmfStream.spool: SENT, WIRE -> STORE or LOST.  And whether that can be had now,
 * without waiting for an answer.
 */
extern void tmf_execution_spool(TmfStream *stream);
extern bool tmf_execution_movable(const TmfStream *stream);

/* running.c: this backend's running scans */

/* scan leaves the list with its context. */
extern void tmf_running_add(TmfScan *scan);

/*
 * How many rows of scan's server have been handed over in the same portal that
 * those of a login of its session may not be combined with.
 */
extern uint64 tmf_running_other_rows(const TmfScan *scan, const TmfSessionLogin *login);

/*
 * Of scans that one Append has requested rows of, by the same user mapping: does
 * it wait for the answer to another one's statement, so that scan can wait for its
 * turn?  And: scan is done with its session, whose turn is it?
 */
extern bool tmf_running_has_turn_before(const TmfScan *scan);
extern void tmf_running_next_turn(const TmfScan *scan);

/* A table that a statement of the executor changes there: see tmf_running_change(). */
typedef struct TmfChanging
{
	dlist_node	node;
	EState	   *estate;
	Oid			serverid;
	const char *target;			/* quoted, as statements name it */
	MemoryContextCallback callback;
} TmfChanging;

/*
 * estate's statement is about to change target for the first time.  Its scans that
 * have not begun are run before that, so that they do not see the changes.  change
 * lives in context.
 */
extern void tmf_running_change(TmfChanging *change, EState *estate, Oid serverid,
							   const char *target, MemoryContext context);

/* Has estate's statement changed a table of the server that sql names? */
extern bool tmf_running_is_changed(const EState *estate, Oid serverid, const char *sql);

/* Raises when the statement has changed a table that scan is about to read. */
extern void tmf_running_require_unchanged(const TmfScan *scan);

#endif
