/*
 * src/session/raw.c
 *		The user's own statements on a session, and what they leave behind.
 *
 * One batch sends every setting again, beginning with those that would keep the
 * rest of it from being executed, and asks where we are.  A transaction count
 * other than ours would make COMMIT a word without effect, and another database
 * would be none that is mirrored: both doom the transaction.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "session/change.h"
#include "session/raw.h"
#include "session/wait.h"
#include "session_int.h"

/* Of an error's cleaning up; otherwise commit_timeout is the bound. */
#define RESTORE_MS	2000

typedef enum Left
{
	LEFT_NOTHING,
	LEFT_OTHER_DATABASE,
	LEFT_TRANSACTION_OPEN,
	LEFT_TRANSACTION_ENDED,
	LEFT_UNCOMMITTABLE,
	LEFT_UNKNOWN
} Left;

static const struct
{
	const char *reason;			/* a sentence */
	const char *hint;
}			lefts[] =
{
	[LEFT_NOTHING] = {NULL, NULL},
	[LEFT_OTHER_DATABASE] = {"A statement of the user's has left the session in another database.",
	"Do not send USE: name what is in another database by three parts."},
	[LEFT_TRANSACTION_OPEN] = {"A statement of the user's has begun a transaction and left it open.",
	"Leave BEGIN TRANSACTION to PostgreSQL, or commit in the statement what it begins."},
	[LEFT_TRANSACTION_ENDED] = {"A statement of the user's has ended the remote transaction; what it committed stays.",
	"Leave COMMIT and ROLLBACK to PostgreSQL."},
	[LEFT_UNCOMMITTABLE] = {"A statement of the user's has left the remote transaction in a state that cannot be committed.",
	"Look for an error that the statement has caught."},
	[LEFT_UNKNOWN] = {"The settings of the session could not be restored after a statement of the user's.",
	NULL}
};

bool
tmf_raw_query(TmfSession *session, const char *sql)
{
	TmfRequest	request = {sql};

	request.raw = true;
	tmf_transaction_open(session);
	tmf_change_require_proven(session);
	tmf_transaction_close_at_end(session);
	tmf_transaction_wrote(session);
	return tmf_session_query(session, &request, NULL);
}

bool
tmf_raw_has_result(TmfSession *session)
{
	return !wire_batch_done(session->conn);
}

/* What the server says: are we in our database, @@TRANCOUNT, XACT_STATE(). */
static Left
judge(const int32 *said)
{
	if (said[0] != 1)
		return LEFT_OTHER_DATABASE;
	if (said[1] != 1)
		return said[1] > 1 ? LEFT_TRANSACTION_OPEN : LEFT_TRANSACTION_ENDED;
	return said[2] == 1 ? LEFT_NOTHING : LEFT_UNCOMMITTABLE;
}

/*
 * LEFT_NOTHING also when the connection is lost: the transaction is doomed by
 * that.  The text has nothing in it that would need another encoding, which
 * cannot be had while a subtransaction aborts.
 */
static Left
restore(TmfSession *session, int64 until_ms, bool until_cancel)
{
	int32		said[3] = {0, 0, 0};
	Left		left = LEFT_NOTHING;
	WireStatus	status;
	StringInfoData sql;

	initStringInfo(&sql);
	tmf_role_settings(&sql, session->options, tmf_transaction_isolation(session));
	appendStringInfoString(&sql, "SELECT CASE WHEN DB_ID() = DB_ID(ORIGINAL_DB_NAME()) THEN 1 ELSE 0 END, "
						   "@@TRANCOUNT, CAST(XACT_STATE() AS int)");
	session->unsettled = false;
	status = tmf_control(session, TMF_WAIT_CONTROL, sql.data, until_ms, until_cancel, said, lengthof(said));
	pfree(sql.data);
	if (status == WIRE_OK)
		left = judge(said);
	else if (status == WIRE_FAILED)
	{
		WireError	error = *wire_error(session->conn);

		if (tmf_session_means_lost(&error))
			tmf_session_lose(session, &error);
		else
			left = LEFT_UNKNOWN;
	}
	if (left != LEFT_NOTHING)
		tmf_transaction_doom(session, lefts[left].reason);
	return left;
}

void
tmf_raw_restore(TmfSession *session)
{
	if (session->unsettled && session->state == TMF_SESSION_IDLE)
		(void) restore(session, tmf_now_ms() + RESTORE_MS, false);
}

void
tmf_raw_settle(TmfSession *session, const char *sql)
{
	Left		left = restore(session, tmf_now_ms() + session->options->commit_timeout_ms, true);

	if (session->state == TMF_SESSION_CLOSED)
	{
		CHECK_FOR_INTERRUPTS();
		tmf_session_raise_lost(session, sql, session->rows);
	}
	if (left == LEFT_NOTHING)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
			 errmsg("the remote transaction on server \"%s\" cannot be continued",
					session->options->name),
			 errdetail_internal("%s", lefts[left].reason),
			 lefts[left].hint ? errhint("%s", lefts[left].hint) : 0,
			 errcontext("remote SQL command: %s", sql)));
}
