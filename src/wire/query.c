/*
 * src/wire/query.c
 *		Sending a batch and taking its results.
 *
 * DB-Library tells a server error between rows by nothing but its message: the
 * rows just end.  So the recorded error, not the return code, decides after
 * every call whether the statement has failed.
 */
#include <string.h>

#include "wire_int.h"

#define MORE_THAN_ONE_ANSWER	"the server has sent more than one answer to the statement before"

/* The server never speaks unasked: what has come already would be taken for the next answer. */
void
wire_begin(WireConn *conn)
{
	memset(&conn->error, 0, sizeof(conn->error));
	conn->interrupted = false;
	conn->rows_left = false;
	conn->batch_done = false;
	conn->one_packet = false;
	conn->unmappable = false;
	conn->preparing = false;
	conn->handle = 0;
	conn->columns = 0;
	if (!conn->dead && wire_unread(conn))
	{
		wire_note(conn, MORE_THAN_ONE_ANSWER);
		conn->dead = true;
	}
}

/* dbresults() has said that the batch has ended; the caller has entered. */
static void
end_batch(WireConn *conn)
{
	conn->batch_done = true;
	wire_take_handle(conn);
}

WireStatus
wire_send(WireConn *conn, const char *sql)
{
	WireStatus	status;

	wire_begin(conn);
	if (conn->dead)
		return WIRE_LOST;

	wire_enter(conn, WIRE_MODE_STATEMENT);
	dbfreebuf(conn->dbproc);
	if (dbcmd(conn->dbproc, sql) == FAIL || dbsqlsend(conn->dbproc) == FAIL)
		wire_note(conn, "the statement could not be sent");
	status = wire_outcome(conn);
	wire_leave();
	return status;
}

/* The next result with columns or a count; the caller has entered. */
static WireStatus
advance(WireConn *conn)
{
	WireStatus	status = WIRE_OK;

	conn->columns = 0;
	while (status == WIRE_OK && !conn->batch_done)
	{
		RETCODE		code = dbresults(conn->dbproc);

		if (code == FAIL)
			wire_note(conn, "the result could not be read");
		else if (code == NO_MORE_RESULTS)
			end_batch(conn);
		status = wire_outcome(conn);
		if (status == WIRE_OK && code == SUCCEED)
		{
			conn->columns = dbnumcols(conn->dbproc);
			conn->rows_left = conn->columns > 0;
			if (conn->columns > 0 || dbiscount(conn->dbproc))
				return WIRE_OK;
		}
	}
	return status == WIRE_OK ? WIRE_END : status;
}

/*
 * FreeTDS keeps what stands behind the end of an answer in the same packet, and
 * takes it for the beginning of the next one.  An answer that was there before
 * anything was read from the socket is no answer to this statement.
 */
static WireStatus
check_taken(WireConn *conn, int64_t taken, WireStatus status)
{
	if (conn->dead || taken < 0 || wire_bytes_taken(conn, true) != taken)
		return status;
	memset(&conn->error, 0, sizeof(conn->error));
	wire_note(conn, MORE_THAN_ONE_ANSWER);
	conn->dead = true;
	conn->columns = 0;
	conn->rows_left = false;
	return WIRE_LOST;
}

WireStatus
wire_first_result(WireConn *conn)
{
	WireStatus	status;
	int64_t		taken;

	if (conn->dead)
		return WIRE_LOST;
	conn->one_packet = wire_next_packet_is_last(conn);
	taken = wire_bytes_taken(conn, false);
	wire_enter(conn, WIRE_MODE_STATEMENT);
	if (dbsqlok(conn->dbproc) == FAIL)
		wire_note(conn, "the answer could not be read");
	/* before the rest of such an answer is completed by what comes */
	status = check_taken(conn, taken, wire_outcome(conn));
	if (status == WIRE_OK)
		status = advance(conn);
	wire_leave();
	return status;
}

WireStatus
wire_next_result(WireConn *conn)
{
	WireStatus	status;

	if (conn->dead)
		return WIRE_LOST;
	wire_enter(conn, WIRE_MODE_STATEMENT);
	if (conn->rows_left)
	{
		conn->rows_left = false;
		if (dbcanquery(conn->dbproc) == FAIL)
			wire_note(conn, "the rest of the rows could not be read");
	}
	status = wire_outcome(conn);
	if (status == WIRE_OK)
		status = advance(conn);
	wire_leave();
	return status;
}

bool
wire_batch_done(const WireConn *conn)
{
	return conn->batch_done;
}

WireStatus
wire_next_row(WireConn *conn)
{
	WireStatus	status;
	STATUS		code;

	if (conn->dead)
		return WIRE_LOST;
	if (!conn->rows_left)
		return conn->error.number || conn->error.client_number ? WIRE_FAILED : WIRE_END;
	wire_enter(conn, WIRE_MODE_STATEMENT);
	code = dbnextrow(conn->dbproc);
	/* what it read last may have cost the connection, and nobody may ask a dead one for values */
	if (code == REG_ROW && !conn->interrupted && conn->error.number == 0 &&
		conn->error.client_number == 0 && !DBDEAD(conn->dbproc))
	{
		wire_leave();
		return WIRE_ROW;
	}
	if (code == NO_MORE_ROWS)
		conn->rows_left = false;
	else if (code != REG_ROW)
		wire_note(conn, "a row could not be read");
	status = wire_outcome(conn);
	wire_leave();
	return status == WIRE_OK ? WIRE_END : status;
}

int64_t
wire_row_count(const WireConn *conn)
{
	return dbiscount(conn->dbproc) ? (int64_t) (uint32_t) DBCOUNT(conn->dbproc) : -1;
}

/*
 * The error that made the caller drain stays; one that repeats without an end
 * of the batch in sight is ended by attention.
 */
WireStatus
wire_drain(WireConn *conn)
{
	int			failures = 0;

	if (conn->dead)
		return WIRE_LOST;
	wire_enter(conn, WIRE_MODE_STATEMENT);
	while (!conn->batch_done && !conn->interrupted && !DBDEAD(conn->dbproc) && failures < 3)
	{
		RETCODE		code;

		if (conn->rows_left)
		{
			conn->rows_left = false;
			(void) dbcanquery(conn->dbproc);
		}
		code = dbresults(conn->dbproc);
		if (code == NO_MORE_RESULTS)
			end_batch(conn);
		else if (code == FAIL)
			failures++;
		else
		{
			failures = 0;
			conn->rows_left = dbnumcols(conn->dbproc) > 0;
		}
	}
	if (DBDEAD(conn->dbproc))
		conn->dead = true;
	wire_leave();
	if (conn->interrupted)
		return WIRE_INTERRUPTED;
	if (conn->dead)
		return WIRE_LOST;
	return conn->batch_done ? WIRE_OK : wire_cancel(conn);
}

WireStatus
wire_cancel(WireConn *conn)
{
	if (conn->dead)
		return WIRE_LOST;
	wire_enter(conn, WIRE_MODE_CANCEL);
	if (dbcancel(conn->dbproc) == FAIL || DBDEAD(conn->dbproc))
		conn->dead = true;
	conn->rows_left = false;
	conn->batch_done = true;
	conn->columns = 0;
	wire_leave();
	return conn->dead ? WIRE_LOST : WIRE_OK;
}

bool
wire_all_here(const WireConn *conn)
{
	return conn->one_packet;
}

bool
wire_unmappable(const WireConn *conn)
{
	return conn->unmappable;
}
