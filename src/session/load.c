/*
 * src/session/load.c
 *		Bulk load on a session: a change like any other, in another form.
 *
 * FreeTDS sends the rows and reads the answer in one call.  So nobody can be asked
 * meanwhile whether the principal is still one: query_timeout and a cancel bound
 * the wait, and attention or the end of the connection ends it.
 */
#include "postgres.h"

#include "session/change.h"
#include "session/transaction.h"
#include "session/wait.h"
#include "session_int.h"

static void
free_wire(TmfSession *session)
{
	wire_set_interrupt(session->conn, NULL, NULL);
	tmf_session_set_state(session, TMF_SESSION_IDLE);
}

bool
tmf_change_load(TmfSession *session, const WireLoad *load, int rows, const WireParameter *values)
{
	const char *sql = psprintf("INSERT BULK %s", load->table);
	WireStatus	status;
	int64		count;

	if (!tmf_session_occupy(session, NULL))
		tmf_session_raise_lost(session, sql, 0);
	status = wire_load_begin(session->conn, load);
	if (status == WIRE_END)
	{
		free_wire(session);
		return false;
	}
	if (status == WIRE_OK)
	{
		tmf_transaction_wrote(session);
		status = wire_load_send(session->conn, load, rows, values);
	}
	if (status != WIRE_OK)
	{
		tmf_session_not_ok(session, status, sql);
		tmf_session_raise_lost(session, sql, 0);
	}
	count = wire_load_count(session->conn);
	free_wire(session);
	if (count != rows)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("%d rows were to be loaded into %s, and server \"%s\" has loaded " INT64_FORMAT,
						rows, load->table, session->options->name, count),
				 errhint("Look for an index WITH (IGNORE_DUP_KEY = ON)."),
				 errcontext("remote SQL command: %s", sql)));
	return true;
}
