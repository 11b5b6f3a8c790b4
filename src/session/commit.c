/*
 * src/session/commit.c
 *		COMMIT of the remote transactions, at the local PRE_COMMIT.
 *
 * Everything that can fail is done before the first COMMIT: abandoned rows are
 * taken off the wire, marks are put into commit logs, dead sessions are found.
 * From the moment a COMMIT may be on the wire, only its answer says what became
 * of it.  A cancel still ends the wait, but as what it is, a transaction in
 * doubt; with a mark the commit log decides it.  Once a server has committed, the
 * others can no longer simply fail: then the error says where the work stands.
 *
 * A remote transaction that has only read has nothing to lose.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "option/compat.h"
#include "session/commit_log.h"
#include "session/event.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* Error of SQL Server: COMMIT without a transaction. */
#define NO_TRANSACTION	3902

static const char *const commit_sql = "COMMIT TRANSACTION";

typedef enum Standing
{
	STANDING_OPEN,				/* COMMIT was not sent */
	STANDING_COMMITTED,
	STANDING_FAILED,			/* certainly not committed */
	STANDING_UNKNOWN
} Standing;

/* One remote transaction with changes. */
typedef struct Part
{
	TmfSession *session;
	Standing	standing;
	TmfUserOptions *credentials;	/* to ask the commit log with; NULL: no mark */
	pg_uuid_t	id;				/* of the mark */
	TimestampTz sent;
	int			spid;
	WireError	refusal;		/* of the server, to COMMIT */
	char		reason[512];	/* why it did not just work */
} Part;

typedef struct Commit
{
	List	   *sessions;		/* with open transactions */
	Part	   *parts;
	int			count;
	int			committed;
} Commit;

static void
collect(TmfSession *session, void *argument)
{
	Commit	   *commit = argument;

	if (session->transaction.open)
		commit->sessions = lappend(commit->sessions, session);
}

static int
compare_sessions(const ListCell *a, const ListCell *b)
{
	const TmfSession *left = lfirst(a);
	const TmfSession *right = lfirst(b);

	if (left->options->serverid != right->options->serverid)
		return left->options->serverid < right->options->serverid ? -1 : 1;
	return left->umid < right->umid ? -1 : left->umid > right->umid;
}

/* What it has read was right when it was read. */
static void
end_reading(TmfSession *session)
{
	if (session->transaction.doomed == NULL &&
		(session->transaction.undo != 0 || tmf_session_unfit(session) != NULL))
	{
		tmf_transaction_abort(session);
		return;
	}
	tmf_transaction_require(session);
	if (tmf_control(session, TMF_WAIT_COMMIT, commit_sql,
					tmf_now_ms() + session->options->commit_timeout_ms, true, NULL, 0) == WIRE_FAILED)
		tmf_session_close(session, "the server refused to end its transaction");
	tmf_transaction_forget(session);
}

/* Who may ask the commit log; NULL when the mapping is not there any more. */
static TmfUserOptions *
find_credentials(const TmfSession *session)
{
	UserMapping *user;

	if (session->options->commit_log_table == NULL ||
		!SearchSysCacheExists1(USERMAPPINGOID, ObjectIdGetDatum(session->umid)))
		return NULL;
	user = GetUserMapping(session->userid, session->options->serverid);
	return user->umid == session->umid ? tmf_user_options(user) : NULL;
}

static void
prepare_part(Commit *commit, TmfSession *session)
{
	Part	   *part = &commit->parts[commit->count++];

	tmf_transaction_require(session);
	tmf_transaction_settle(session);
	part->session = session;
	part->credentials = find_credentials(session);
	if (part->credentials != NULL)
		tmf_commit_log_mark(session, &part->id);
	part->spid = wire_spid(session->conn);
}

/* A line for each step in finding out what became of a COMMIT. */
static void
tell(const Part *part, const char *sqlstate, const char *word)
{
	char	   *id = part->credentials == NULL ? NULL :
	DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&part->id)));

	tmf_event(part->session->options->name, sqlstate, NULL,
			  "COMMIT at %s (session %d, id %s): %s%s%s", part->session->address, part->spid,
			  id ? id : "none", word, part->reason[0] ? ": " : "", part->reason);
	if (id != NULL)
		pfree(id);
}

/* COMMIT was sent, and nothing came back.  A cancel ends the search, too, so it does not begin. */
static void
resolve(Part *part)
{
	TmfSession *session = part->session;
	int64		until_ms = tmf_now_ms() + session->options->commit_timeout_ms;

	part->standing = STANDING_UNKNOWN;
	tmf_report_summary(&session->lost, part->reason, sizeof(part->reason));
	if (part->credentials == NULL || QueryCancelPending || ProcDiePending)
	{
		tell(part, "08007", "in doubt");
		return;
	}
	tell(part, "08007", "no answer");
	RESUME_INTERRUPTS();
	switch (tmf_commit_log_resolve(session->options, part->credentials, session->login.guid,
								   &part->id, until_ms, part->reason, sizeof(part->reason)))
	{
		case TMF_OUTCOME_COMMITTED:
			part->standing = STANDING_COMMITTED;
			session->resolved++;
			tell(part, NULL, "committed");
			break;
		case TMF_OUTCOME_ABORTED:
			part->standing = STANDING_FAILED;
			session->resolved++;
			strlcpy(part->reason, "the connection was lost during COMMIT, and the commit log says that the transaction was rolled back",
					sizeof(part->reason));
			tell(part, "08006", "rolled back");
			break;
		case TMF_OUTCOME_UNKNOWN:
			tell(part, "08007", "in doubt");
			break;
	}
	HOLD_INTERRUPTS();
}

/* The server has said no.  Some of its errors tell only that the connection ends. */
static void
refused(Part *part)
{
	TmfSession *session = part->session;
	WireError	error = *wire_error(session->conn);

	if (error.number == 0 || tmf_session_means_lost(&error))
	{
		tmf_session_lose(session, &error);
		resolve(part);
		return;
	}
	part->refusal = error;
	part->standing = STANDING_FAILED;
	tmf_report_summary(&part->refusal, part->reason, sizeof(part->reason));
	tmf_session_close(session, "the server refused to commit its transaction");
}

static void
commit_part(Part *part)
{
	TmfSession *session = part->session;
	const char *reason = tmf_session_unfit(session);
	WireStatus	status;

	/* the commit log, asked about an earlier part, may have met a new principal */
	if (reason != NULL)
	{
		part->standing = STANDING_FAILED;
		strlcpy(part->reason, reason, sizeof(part->reason));
		tmf_session_close(session, reason);
		return;
	}
	part->sent = GetCurrentTimestamp();
	status = tmf_control(session, TMF_WAIT_COMMIT, commit_sql,
						 tmf_now_ms() + session->options->commit_timeout_ms, true, NULL, 0);
	HOLD_INTERRUPTS();
	if (status == WIRE_OK)
		part->standing = STANDING_COMMITTED;
	else if (status == WIRE_FAILED)
		refused(part);
	else
		resolve(part);
	tmf_transaction_forget(session);
	RESUME_INTERRUPTS();
}

/* The servers of one standing, for DETAIL. */
static void
append_servers(StringInfo text, const Commit *commit, const char *title, Standing standing,
			   Standing or_standing)
{
	const char *separator = title;
	int			i;

	for (i = 0; i < commit->count; i++)
	{
		const Part *part = &commit->parts[i];

		if (part->standing != standing && part->standing != or_standing)
			continue;
		appendStringInfo(text, "%s\"%s\" at %s", separator, part->session->options->name,
						 part->session->address);
		separator = ", ";
	}
	if (separator != title)
		appendStringInfoString(text, ".\n");
}

static char *
describe(const Commit *commit, const Part *failed)
{
	StringInfoData text;

	initStringInfo(&text);
	if (commit->count > 1)
	{
		append_servers(&text, commit, "Committed: ", STANDING_COMMITTED, STANDING_COMMITTED);
		append_servers(&text, commit, "Not committed: ", STANDING_FAILED, STANDING_OPEN);
		append_servers(&text, commit, "Unknown: ", STANDING_UNKNOWN, STANDING_UNKNOWN);
	}
	if (failed->standing == STANDING_UNKNOWN)
	{
		appendStringInfo(&text, "COMMIT was sent to %s (session %d) at %s, and no answer came: %s.",
						 failed->session->address, failed->spid,
						 timestamptz_to_str(failed->sent), failed->reason);
		if (failed->credentials != NULL)
			appendStringInfo(&text, "\nIts id in the commit log is %s.",
							 DatumGetCString(DirectFunctionCall1(uuid_out,
																 UUIDPGetDatum(&failed->id))));
	}
	else
		appendStringInfo(&text, "Server \"%s\": %s.", failed->session->options->name,
						 failed->reason);
	return text.data;
}

pg_noreturn static void raise_failed(const Part *failed);

/* Nothing was committed anywhere. */
static void
raise_failed(const Part *failed)
{
	const TmfServerOptions *options = failed->session->options;

	if (failed->refusal.number != 0 && failed->refusal.number != NO_TRANSACTION)
		tmf_report_error(options->name, &failed->refusal, commit_sql);
	ereport(ERROR,
			(errcode(ERRCODE_CONNECTION_FAILURE),
			 errmsg("the remote transaction on server \"%s\" was lost and is rolled back", options->name),
			 errdetail_internal("At %s: %s.", failed->session->address, failed->reason),
			 errhint("Run the transaction again.")));
}

pg_noreturn static void raise_in_doubt(const Commit *commit, const Part *failed);

static void
raise_in_doubt(const Commit *commit, const Part *failed)
{
	const TmfServerOptions *options = failed->session->options;

	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 failed->standing == STANDING_UNKNOWN ?
			 errmsg("the outcome of COMMIT on server \"%s\" is not known", options->name) :
			 errmsg("the transaction was committed on some of its servers only"),
			 errdetail_internal("%s", describe(commit, failed)),
			 failed->standing != STANDING_UNKNOWN ?
			 errhint("Undo or repeat by hand what is missing on one side.") :
			 failed->credentials != NULL ?
			 errhint("When the principal answers again, look for that id in its table \"%s\": outcome \"committed\" means that it was committed.",
					 options->commit_log_table) :
			 errhint("Look on whichever partner is principal now whether the changes are there. With the server option commit_log_table the wrapper finds out by itself.")));
}

/* Between two servers a cancel is not yet too late to know where the work stands. */
static void
commit_parts(Commit *commit)
{
	int			i;

	for (i = 0; i < commit->count; i++)
	{
		Part	   *part = &commit->parts[i];

		if (commit->committed == 0)
			CHECK_FOR_INTERRUPTS();
		if (commit->committed > 0 && (QueryCancelPending || ProcDiePending))
			strlcpy(part->reason, "canceled before COMMIT was sent", sizeof(part->reason));
		else
			commit_part(part);
		if (part->standing == STANDING_COMMITTED)
		{
			commit->committed++;
			continue;
		}
		HOLD_INTERRUPTS();
		if (part->standing == STANDING_FAILED && commit->committed == 0)
			raise_failed(part);
		raise_in_doubt(commit, part);
	}
}

/* A procedure that commits goes on in its own memory context: ours ends here. */
void
tmf_commit_all(void)
{
	MemoryContext former = MemoryContextSwitchTo(TopTransactionContext);
	Commit		commit = {NIL};
	ListCell   *cell;

	tmf_session_each(collect, &commit);
	list_sort(commit.sessions, compare_sessions);
	commit.parts = palloc0(list_length(commit.sessions) * sizeof(Part));
	foreach(cell, commit.sessions)
	{
		TmfSession *session = lfirst(cell);

		tmf_session_abandon(session);
		if (session->transaction.wrote_level == 0)
			end_reading(session);
		else
			prepare_part(&commit, session);
	}
	commit_parts(&commit);
	MemoryContextSwitchTo(former);
}
