/*
 * src/exec/execution.c
 *		One remote execution of a scan's statement.
 *
 * The unit that may be repeated after a failover.  As long as no row of it was
 * handed over, nobody can tell whether the statement was sent once or twice;
 * after that, the only truth is an error.
 *
 * The session has one wire.  When another scan needs it, the rest of this
 * one's rows goes into a tuplestore that belongs to this scan: its memory, and
 * the resource owner of its start, so that the failure of whoever asked (in a
 * subtransaction, say) takes nothing away from it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/scan.h"
#include "session/transaction.h"

/* Twice sent again and lost again: this is no failover any more. */
#define MAX_RETRIES		2

static void
create_store(TmfScan *scan)
{
	MemoryContext context = MemoryContextSwitchTo(scan->context);
	ResourceOwner owner = CurrentResourceOwner;

	CurrentResourceOwner = scan->owner;
	scan->store = tuplestore_begin_heap(false, false, work_mem);
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(context);
	scan->whole = scan->fetched == 0;
}

static void
drop_store(TmfScan *scan)
{
	if (scan->store != NULL)
		tuplestore_end(scan->store);
	scan->store = NULL;
	scan->whole = false;
}

/*
 * A portal shows one state of the data, as far as a failover could tell states
 * apart: what it has read stays true on the session that continues it.
 */
static void
check_same_data(TmfScan *scan)
{
	uint64		rows = tmf_running_other_rows(scan, tmf_session_login(scan->session));

	if (rows > 0)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("the connection to foreign table %s was lost in the middle of the statement",
						scan->row->names),
				 errdetail(UINT64_FORMAT " rows had been received, and it is not certain that the server now at %s has the same data.",
						   rows, tmf_session_address(scan->session)),
				 errhint("Run the statement again: it will go to whichever partner is principal then.")));
}

/* Adds what the session has received since the execution began. */
void
tmf_execution_count_bytes(TmfScan *scan)
{
	int64		now;

	if (!scan->measured || scan->bytes_before < 0)
		return;
	now = wire_bytes_received(tmf_session_conn(scan->session));
	if (now > scan->bytes_before)
		scan->bytes_received += now - scan->bytes_before;
	scan->bytes_before = -1;
}

/* What locks rows is sent in the remote transaction, and so but once: see transaction.h. */
static TmfSession *
acquire(const TmfScan *scan, bool own)
{
	TmfSession *session;

	if (!scan->locks)
		return own ? tmf_session_acquire_own(scan->user) : tmf_session_acquire_to_read(scan->user);
	session = tmf_session_acquire(scan->user);
	tmf_transaction_open(session);
	return session;
}

bool
tmf_execution_send(TmfScan *scan, bool own)
{
	TmfRequest	request = {0};
	TmfSession *session;

	if (!tmf_parameters_bind(scan->parameters))
	{
		scan->source = TMF_SOURCE_DONE;
		return true;
	}
	tmf_running_require_unchanged(scan);
	session = acquire(scan, own);
	if (session == NULL)
		return false;
	request.sql = scan->sql;
	request.parameters = tmf_parameters_count(scan->parameters);
	request.parameter = tmf_parameters_values(scan->parameters);
	request.repeated = tmf_parameters_vary(scan->parameters);

	drop_store(scan);
	scan->fetched = 0;
	scan->handed = 0;
	scan->session = session;
	check_same_data(scan);
	scan->login = *tmf_session_login(session);
	if (scan->measured)
		scan->bytes_before = wire_bytes_received(tmf_session_conn(session));
	scan->executions++;
	scan->source = tmf_session_send(session, &request, &scan->stream) ?
		TMF_SOURCE_SENT : TMF_SOURCE_LOST;
	return true;
}

void
tmf_execution_ahead(TmfScan *scan)
{
	scan->keep = true;
	while (scan->source == TMF_SOURCE_NONE)
	{
		(void) tmf_execution_send(scan, false);
		if (scan->source == TMF_SOURCE_SENT)
			tmf_execution_answer(scan);
		if (scan->source == TMF_SOURCE_LOST)
			tmf_execution_lost(scan);
	}
}

/* The connection may be lost, or the statement stopped: there is nothing to wait for, either. */
bool
tmf_execution_answered(TmfScan *scan)
{
	return !tmf_session_streams(scan->session, &scan->stream) ||
		tmf_session_ready(scan->session);
}

int
tmf_execution_awaits(TmfScan *scan, int64 *until_ms)
{
	*until_ms = 0;
	if (!tmf_session_streams(scan->session, &scan->stream))
		return -1;
	return tmf_session_awaits(scan->session, until_ms);
}

/* Without regard to what becomes of the rows. */
static void
take_answer(TmfScan *scan)
{
	bool		on_wire = tmf_session_streams(scan->session, &scan->stream);

	scan->source = TMF_SOURCE_AWAITED;
	if (!on_wire || !tmf_session_answer(scan->session, scan->sql))
	{
		scan->source = TMF_SOURCE_LOST;
		return;
	}
	scan->source = TMF_SOURCE_WIRE;
	strlcpy(scan->partner, tmf_session_address(scan->session), sizeof(scan->partner));
	tmf_row_bind(scan->row, tmf_session_conn(scan->session), scan->bind_context);
}

void
tmf_execution_answer(TmfScan *scan)
{
	take_answer(scan);
	if (scan->keep && scan->source == TMF_SOURCE_WIRE)
		tmf_execution_spool(&scan->stream);
}

/* A wire that belongs to somebody else now has nothing to say about this result. */
static TmfFetch
fetch_row(TmfScan *scan)
{
	TmfFetch	fetch;

	if (!tmf_session_streams(scan->session, &scan->stream))
		return TMF_FETCH_LOST;
	fetch = tmf_session_fetch(scan->session, scan->sql);
	if (fetch == TMF_FETCH_ROW)
	{
		scan->fetched++;
		scan->rows_received++;
	}
	else
		tmf_execution_count_bytes(scan);
	return fetch;
}

bool
tmf_execution_fetch(TmfScan *scan)
{
	switch (fetch_row(scan))
	{
		case TMF_FETCH_ROW:
			tmf_row_read(scan->row, tmf_session_conn(scan->session), scan->fetched,
						 true, scan->wire_slot);
			return true;
		case TMF_FETCH_END:
			scan->source = TMF_SOURCE_DONE;
			return false;
		case TMF_FETCH_LOST:
			scan->source = TMF_SOURCE_LOST;
			return false;
	}
	pg_unreachable();
}

static TmfFetch
store_rows(TmfScan *scan)
{
	TmfFetch	fetch;

	while ((fetch = fetch_row(scan)) == TMF_FETCH_ROW)
	{
		MemoryContext context = MemoryContextSwitchTo(scan->spool_context);

		tmf_row_read(scan->row, tmf_session_conn(scan->session), scan->fetched,
					 false, scan->spool_slot);
		tuplestore_puttupleslot(scan->store, scan->spool_slot);
		ExecClearTuple(scan->spool_slot);
		MemoryContextSwitchTo(context);
		MemoryContextReset(scan->spool_context);
	}
	return fetch;
}

/* While the answer is awaited, and while a value is converted, others may run. */
bool
tmf_execution_movable(const TmfStream *stream)
{
	const TmfScan *scan = (const TmfScan *) stream;

	return scan->source == TMF_SOURCE_WIRE && scan->row->reading < 0;
}

/*
 * While a value is converted, a function of the user may run and need the
 * session; it cannot have it, for the rest of the row is still on the wire.
 *
 * After an error half the rows are in the store, and what is still on the wire
 * is of no use any more.  The scan may outlive that error.
 */
void
tmf_execution_spool(TmfStream *stream)
{
	TmfScan    *scan = (TmfScan *) stream;

	if (scan->source != TMF_SOURCE_SENT && !tmf_execution_movable(stream))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("foreign table %s cannot be read while a value of it is being converted",
						scan->row->names)));
	PG_TRY();
	{
		if (scan->source == TMF_SOURCE_SENT)
			take_answer(scan);
		if (scan->source == TMF_SOURCE_WIRE)
		{
			create_store(scan);
			scan->source = store_rows(scan) == TMF_FETCH_END ?
				TMF_SOURCE_STORE : TMF_SOURCE_LOST;
		}
	}
	PG_CATCH();
	{
		scan->row->reading = -1;
		scan->source = TMF_SOURCE_BROKEN;
		tmf_session_end(scan->session, stream);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

void
tmf_execution_lost(TmfScan *scan)
{
	if (scan->handed > 0 || scan->retries >= MAX_RETRIES)
		tmf_session_raise_lost(scan->session, scan->sql, scan->handed);
	scan->retries++;
	scan->reexecutions++;
	scan->source = TMF_SOURCE_NONE;
}

void
tmf_execution_stop(TmfScan *scan)
{
	if (scan->source == TMF_SOURCE_SENT || scan->source == TMF_SOURCE_AWAITED ||
		scan->source == TMF_SOURCE_WIRE)
	{
		tmf_session_end(scan->session, &scan->stream);
		tmf_execution_count_bytes(scan);
	}
	drop_store(scan);
	scan->retries = 0;
	scan->source = TMF_SOURCE_NONE;
}
