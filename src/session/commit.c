/*
 * src/session/commit.c
 *		COMMIT of remote transactions, at the local PRE_COMMIT.
 */
#include "postgres.h"

#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

static void
commit_session(TmfSession *session, void *unused)
{
	WireError	error;

	if (!session->transaction.open)
		return;
	tmf_session_abandon(session);
	tmf_transaction_require(session);
	tmf_transaction_settle(session);
	switch (tmf_control(session, "COMMIT TRANSACTION",
						tmf_now_ms() + session->options->commit_timeout_ms, true, NULL, 0))
	{
		case WIRE_OK:
			tmf_transaction_forget(session);
			break;
		case WIRE_FAILED:
			error = *wire_error(session->conn);
			tmf_transaction_lost(session, "the server refused to commit it");
			tmf_report_error(session->options->name, &error, "COMMIT TRANSACTION");
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
					 errmsg("the outcome of the commit on server \"%s\" is not known",
							session->options->name)));
	}
}

void
tmf_commit_all(void)
{
	tmf_session_each(commit_session, NULL);
}
