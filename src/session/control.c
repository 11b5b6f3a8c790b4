/*
 * src/session/control.c
 *		Statements of our own, for those who must neither raise nor wait for long.
 *
 * Whoever cleans up after an error, or has sent a COMMIT, cannot be interrupted
 * the way a query can: an error raised there would hide what has happened.  So
 * nothing is raised here, no interrupt is served, and the clock always runs.
 */
#include "postgres.h"

#include "session/wait.h"
#include "session_int.h"

/* The ints of the only row; WIRE_FAILED when the result is another one. */
static WireStatus
read_ints(WireConn *conn, int32 *values, int count)
{
	WireStatus	status = wire_next_row(conn);
	int			i;

	for (i = 0; status == WIRE_ROW && i < count; i++)
	{
		int			length = 0;
		const void *value = i < wire_column_count(conn) ? wire_value(conn, i, &length) : NULL;

		if (value == NULL || length != sizeof(int32))
			return WIRE_FAILED;
		memcpy(&values[i], value, sizeof(int32));
	}
	return status == WIRE_ROW ? wire_next_result(conn) : status == WIRE_END ? WIRE_FAILED : status;
}

WireStatus
tmf_control(TmfSession *session, TmfWaitEvent event, const char *sql, int64 until_ms,
			bool until_cancel, int32 *values, int count)
{
	WireConn   *conn = session->conn;
	bool		answers_else = false;	/* columns, where none were asked for */
	WireError	error;
	WireStatus	status;

	tmf_session_set_state(session, TMF_SESSION_BUSY);
	session->answered = false;
	session->statements++;
	tmf_wait_watch(WIRE_WATCH_MS);
	wire_set_interrupt(conn, until_cancel ? tmf_wait_interrupt : tmf_wait_expired, &until_ms);
	status = wire_send(conn, sql);
	if (status == WIRE_OK && !tmf_wait_quietly(event, wire_socket(conn), until_ms, until_cancel))
		status = WIRE_INTERRUPTED;
	if (status == WIRE_OK)
		status = wire_first_result(conn);
	if (status == WIRE_OK && count > 0)
		status = read_ints(conn, values, count);
	while (status == WIRE_OK && !(answers_else = count == 0 && wire_column_count(conn) > 0))
		status = wire_next_result(conn);
	if (answers_else)
		status = WIRE_LOST;
	if (status == WIRE_FAILED && wire_drain(conn) != WIRE_OK)
		status = WIRE_LOST;

	if (status == WIRE_END || status == WIRE_FAILED)
	{
		wire_set_interrupt(conn, NULL, NULL);
		tmf_session_set_state(session, TMF_SESSION_IDLE);
		return status == WIRE_END ? WIRE_OK : WIRE_FAILED;
	}
	error = *wire_error(conn);
	if (status == WIRE_INTERRUPTED)
		strlcpy(error.client_text, tmf_wait_expired(&until_ms) ? "no answer in time" :
				"the wait for the answer was canceled", sizeof(error.client_text));
	if (answers_else)
		strlcpy(error.client_text, "the answer is not one to the statement", sizeof(error.client_text));
	tmf_session_lose(session, &error);
	return status;
}
