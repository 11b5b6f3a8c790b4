/*
 * src/session/stream.c
 *		One statement on the wire of a session: sent, read, ended.
 *
 * From before it is sent until its last row, a statement belongs to the
 * resource owner that was current: when that ends without a word to us (an
 * error, a closed portal, the end of a subtransaction), xact.c stops it.
 *
 * Whatever the server says, a caller learns of it in one of three ways: the
 * result came whole (and was counted), an error was raised, or the connection
 * is gone.  An error that means the latter is not raised here, since the
 * caller may run a statement again that has handed over nothing.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"

#include "option/compat.h"
#include "pure/verdict.h"
#include "session/raw.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* How much of an abandoned result is taken off the wire for a transaction's sake. */
#define DRAIN_MS	200
#define DRAIN_ROWS	10000

static void
set_deadline(TmfSession *session)
{
	int			timeout = session->options->query_timeout_ms;

	session->deadline_ms = timeout > 0 ? tmf_now_ms() + timeout : -1;
}

void
tmf_session_lose(TmfSession *session, const WireError *error)
{
	char		summary[256];

	tmf_report_summary(error, summary, sizeof(summary));
	session->lost = *error;
	strlcpy(session->lost_address, session->address, sizeof(session->lost_address));
	if (session->state != TMF_SESSION_CLOSED)
		tmf_session_tell_lost(session, summary);
	tmf_transaction_lost(session, summary);
	tmf_session_close(session, "the connection is lost");
}

void
tmf_session_lose_because(TmfSession *session, const char *text)
{
	WireError	error = {0};

	strlcpy(error.client_text, text, sizeof(error.client_text));
	tmf_session_lose(session, &error);
}

pg_noreturn static void raise_timeout(TmfSession *session, const char *sql);

static void
raise_timeout(TmfSession *session, const char *sql)
{
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED),
			 errmsg("canceling statement on server \"%s\" due to query_timeout",
					session->options->name),
			 errdetail("No answer within %d ms.", session->options->query_timeout_ms),
			 errcontext("remote SQL command: %s", sql)));
}

/*
 * The hook has cut a call: stop, and raise why.  Returns when the server was
 * silent for query_timeout and does not acknowledge attention either: then it
 * is gone for us.
 */
static void
interrupted(TmfSession *session, const char *sql)
{
	bool		timed_out = tmf_wait_expired(&session->deadline_ms);

	if (!wire_dead(session->conn))
		tmf_session_stop(session);
	if (session->state == TMF_SESSION_CLOSED || wire_dead(session->conn))
		tmf_session_lose_because(session, timed_out ? "no answer within query_timeout" :
								 "attention was not acknowledged");
	tmf_transaction_examine(session);
	CHECK_FOR_INTERRUPTS();
	if (timed_out && session->state == TMF_SESSION_CLOSED)
		return;
	if (timed_out)
		raise_timeout(session, sql);
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED),
			 errmsg("canceling statement on server \"%s\"", session->options->name),
			 errcontext("remote SQL command: %s", sql)));
}

/*
 * The server's own word comes first; FreeTDS may fail without noticing that its
 * connection has ended.
 */
bool
tmf_session_means_lost(const WireError *error)
{
	VerdictAnswer answer = error->number != 0 ?
	verdict_of(VERDICT_SERVER, error->number, error->severity, VERDICT_STATEMENT) :
	verdict_of(VERDICT_CLIENT, error->client_number, error->severity, VERDICT_STATEMENT);

	switch (answer.verdict)
	{
		case VERDICT_NOT_PRINCIPAL:
		case VERDICT_UNREACHABLE:
		case VERDICT_LATER:
		case VERDICT_SESSION_LOST:
			return true;
		default:
			return false;
	}
}

/* Is the error one that the sender takes for an answer?  Not from a trigger: that is about another table. */
static bool
is_tolerated(const TmfSession *session, const WireError *error)
{
	const int  *number;

	for (number = session->tolerated; number != NULL && *number != 0; number++)
	{
		if (*number == error->number)
			return error->procedure[0] == '\0' && session->transaction.doomed == NULL;
	}
	return false;
}

/*
 * A call has not succeeded.  Returns when the connection is lost, with the
 * reason in session->lost, and after a tolerated error; raises everything else.
 */
void
tmf_session_not_ok(TmfSession *session, WireStatus status, const char *sql)
{
	WireError	error = *wire_error(session->conn);
	int64		deadline;

	if (status == WIRE_INTERRUPTED)
	{
		interrupted(session, sql);
		return;
	}
	if (status == WIRE_LOST || wire_dead(session->conn) || tmf_session_means_lost(&error))
	{
		tmf_session_lose(session, &error);
		return;
	}
	deadline = tmf_now_ms() + 1000;
	wire_set_interrupt(session->conn, tmf_wait_expired, &deadline);
	(void) wire_drain(session->conn);
	tmf_session_stop(session);
	tmf_transaction_examine(session);
	CHECK_FOR_INTERRUPTS();
	if (!is_tolerated(session, &error))
		tmf_report_error(session->options->name, &error, sql);
	session->refused = error.number;
}

/* FreeTDS asks when it has waited for a while. */
static bool
interrupt_transfer(void *argument)
{
	tmf_wait_begin(TMF_WAIT_TRANSFER);
	return tmf_wait_interrupt(argument);
}

bool
tmf_session_occupy(TmfSession *session, TmfStream *stream)
{
	if (session->state == TMF_SESSION_BUSY)
		tmf_session_make_room(session);
	tmf_transaction_require(session);
	if (session->state == TMF_SESSION_CLOSED)
		return false;
	tmf_transaction_settle(session);
	set_deadline(session);
	wire_set_interrupt(session->conn, interrupt_transfer, &session->deadline_ms);
	session->stream = stream;
	session->owner = CurrentResourceOwner;
	session->rows = 0;
	session->statements++;
	session->answered = false;
	session->returns = false;
	session->tolerated = NULL;
	session->refused = 0;
	session->counted = -1;
	tmf_session_set_state(session, TMF_SESSION_BUSY);
	tmf_wait_watch(WIRE_WATCH_MS);
	return true;
}

bool
tmf_session_send(TmfSession *session, const TmfRequest *request, TmfStream *stream)
{
	const char *sql = request->sql;
	char	   *text;
	WireStatus	status;

	text = pg_server_to_any(sql, strlen(sql), PG_UTF8);
	if (!tmf_session_occupy(session, stream))
		return false;
	session->returns = request->returns;
	session->tolerated = request->tolerated;
	if (request->raw)
		session->unsettled = true;
	status = request->parameters > 0 ?
		tmf_prepared_send(session, request, text) :
		wire_send(session->conn, text);
	if (text != sql)
		pfree(text);
	if (status != WIRE_OK)
	{
		tmf_session_not_ok(session, status, sql);
		return false;
	}
	tmf_silence_begin(session);
	return true;
}

/* A result without columns is at hand: what it counts. */
static void
note_count(TmfSession *session)
{
	int64		count = wire_row_count(session->conn);

	if (count >= 0)
		session->counted = count;
}

/* Goes on to the rows that are wanted. */
static WireStatus
skip_counts(TmfSession *session)
{
	WireStatus	status = WIRE_OK;

	while (status == WIRE_OK && wire_column_count(session->conn) == 0)
	{
		note_count(session);
		status = wire_next_result(session->conn);
	}
	return status;
}

/* The time for an answer found late is over; for what is left of it, it begins now. */
bool
tmf_session_answer(TmfSession *session, const char *sql)
{
	WireStatus	status = WIRE_INTERRUPTED;

	if (session->state == TMF_SESSION_CLOSED)
		return false;
	tmf_wait_watch(WIRE_WATCH_MS);
	if (tmf_silence_wait(session))
	{
		if (tmf_wait_expired(&session->deadline_ms))
			set_deadline(session);
		status = wire_first_result(session->conn);
		if (status == WIRE_OK && session->returns)
			status = skip_counts(session);
	}
	else if (session->state == TMF_SESSION_CLOSED)
		return false;
	if (status != WIRE_OK && status != WIRE_END)
	{
		tmf_session_not_ok(session, status, sql);
		return false;
	}
	session->answered = true;
	session->has_rows = wire_column_count(session->conn) > 0;
	return true;
}

bool
tmf_session_query(TmfSession *session, const TmfRequest *request, TmfStream *stream)
{
	return tmf_session_send(session, request, stream) &&
		tmf_session_answer(session, request->sql);
}

pg_noreturn static void raise_incomplete(TmfSession *session, const char *sql, const char *detail);

static void
raise_incomplete(TmfSession *session, const char *sql, const char *detail)
{
	tmf_session_close(session, "a result was not what was asked for");
	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("the result from server \"%s\" is not complete", session->options->name),
			 errdetail_internal("%s", detail),
			 errcontext("remote SQL command: %s", sql)));
}

/* A result that says how many rows it has must have them. */
static void
check_count(TmfSession *session, const char *sql, int64 count)
{
	if (session->has_rows && (uint32) count != (uint32) session->rows)
		raise_incomplete(session, sql,
						 psprintf("The server has sent " INT64_FORMAT " rows, of which "
								  UINT64_FORMAT " arrived.", count, session->rows));
}

/* The rows have ended: is that the whole result?  Frees the wire. */
static TmfFetch
finish(TmfSession *session, const char *sql)
{
	int64		count = wire_row_count(session->conn);
	WireStatus	status;

	note_count(session);
	status = wire_next_result(session->conn);
	if (status == WIRE_OK)
		status = skip_counts(session);
	if (status == WIRE_OK)
		raise_incomplete(session, sql, "The server has sent a second result, whose rows nobody expects.");
	if (status != WIRE_END)
	{
		tmf_session_not_ok(session, status, sql);
		return TMF_FETCH_LOST;
	}
	wire_set_interrupt(session->conn, NULL, NULL);
	tmf_session_set_state(session, TMF_SESSION_IDLE);
	if (session->has_rows && count < 0)
		raise_incomplete(session, sql, "The server did not say how many rows it has sent.");
	check_count(session, sql, count);
	return TMF_FETCH_END;
}

/* The next row; END: there is none, and what follows it has not been read. */
static TmfFetch
next_row(TmfSession *session, const char *sql)
{
	WireStatus	status;

	CHECK_FOR_INTERRUPTS();
	if (session->epoch != session->partners->epoch)
	{
		tmf_session_lose_because(session, "the principal has changed");
		return TMF_FETCH_LOST;
	}
	if (session->options->query_timeout_ms > 0)
		set_deadline(session);
	status = wire_next_row(session->conn);
	tmf_wait_end();
	if (status == WIRE_ROW)
	{
		session->rows++;
		return TMF_FETCH_ROW;
	}
	if (status == WIRE_END)
		return TMF_FETCH_END;
	tmf_session_not_ok(session, status, sql);
	return TMF_FETCH_LOST;
}

TmfFetch
tmf_session_fetch(TmfSession *session, const char *sql)
{
	TmfFetch	fetch = next_row(session, sql);

	return fetch == TMF_FETCH_END ? finish(session, sql) : fetch;
}

TmfFetch
tmf_raw_row(TmfSession *session, const char *sql)
{
	TmfFetch	fetch = next_row(session, sql);

	if (fetch == TMF_FETCH_END && wire_row_count(session->conn) >= 0)
		check_count(session, sql, wire_row_count(session->conn));
	return fetch;
}

TmfFetch
tmf_raw_result(TmfSession *session, const char *sql)
{
	WireStatus	status;

	CHECK_FOR_INTERRUPTS();
	set_deadline(session);
	status = wire_next_result(session->conn);
	if (status == WIRE_OK)
	{
		session->rows = 0;
		session->has_rows = wire_column_count(session->conn) > 0;
		return TMF_FETCH_ROW;
	}
	if (status == WIRE_END)
	{
		wire_set_interrupt(session->conn, NULL, NULL);
		tmf_session_set_state(session, TMF_SESSION_IDLE);
		return TMF_FETCH_END;
	}
	tmf_session_not_ok(session, status, sql);
	return TMF_FETCH_LOST;
}

/* Has the rest of the result been taken off the wire within the bounds? */
static bool
drained(TmfSession *session)
{
	int64		deadline = tmf_now_ms() + DRAIN_MS;
	WireStatus	status = WIRE_ROW;
	int			rows;

	tmf_wait_watch(WIRE_WATCH_MS);
	wire_set_interrupt(session->conn, tmf_wait_expired, &deadline);
	for (rows = 0; rows < DRAIN_ROWS && !tmf_wait_expired(&deadline); rows++)
	{
		status = wire_next_row(session->conn);
		if (status == WIRE_END)
		{
			status = wire_next_result(session->conn);
			if (status == WIRE_END)
				return true;
		}
		if (status != WIRE_ROW && status != WIRE_OK)
			break;
	}
	return false;
}

/*
 * Attention may cost a transaction, so that its rows had better come to their
 * end; and an answer that is here already is read sooner than the server is
 * told.
 */
void
tmf_session_abandon(TmfSession *session)
{
	if (session->state != TMF_SESSION_BUSY)
		return;
	if (session->answered && !proc_exit_inprogress &&
		(session->transaction.open || wire_all_here(session->conn)) && drained(session))
	{
		wire_set_interrupt(session->conn, NULL, NULL);
		tmf_session_set_state(session, TMF_SESSION_IDLE);
		return;
	}
	tmf_session_stop(session);
	tmf_transaction_examine(session);
}

bool
tmf_session_streams(TmfSession *session, TmfStream *stream)
{
	return session->state == TMF_SESSION_BUSY && session->stream == stream;
}

void
tmf_session_end(TmfSession *session, TmfStream *stream)
{
	if (tmf_session_streams(session, stream))
		tmf_session_abandon(session);
}

void
tmf_session_raise_lost(TmfSession *session, const char *sql, uint64 rows)
{
	char		summary[256];
	bool		transaction = tmf_transaction_is_open(session);

	tmf_report_summary(&session->lost, summary, sizeof(summary));
	ereport(ERROR,
			(errcode(ERRCODE_CONNECTION_FAILURE),
			 errmsg("connection to server \"%s\" at %s was lost",
					session->options->name, session->lost_address),
			 errdetail("%s; " UINT64_FORMAT " rows had been received.", summary, rows),
			 transaction ?
			 errhint("The server rolls back what this transaction has done there: roll it back here, too, and run it again.") :
			 errhint("Run the statement again: it will go to whichever partner is principal then."),
			 errcontext("remote SQL command: %s", sql)));
}
