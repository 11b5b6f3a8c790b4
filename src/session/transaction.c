/*
 * src/session/transaction.c
 *		The remote transaction of a session: begun, saved, rolled back, doomed.
 *
 * It belongs to a nest level: first to that of the statement that opened it,
 * then, as subtransactions commit, to lower ones.  Each deeper level that changes
 * something gets a savepoint of its own.  T-SQL can neither release a savepoint
 * nor tell one from an older one of the same name, so names are never used
 * twice, and those of committed subtransactions are forgotten.
 *
 * What happens to it on the server is not always said: an error, or attention,
 * may have rolled it back.  So the server is asked after each.  A transaction
 * that is lost stays on record as doomed until the local nest level to which it
 * belongs has been rolled back, too; until then nothing may be done on the
 * session, for it would stand alone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#include "option/compat.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* How long a question of ours, or a rollback, may take before the session is closed. */
#define CLEANUP_MS	2000

/* A BEGIN that is lost may be sent again as often: nothing is lost with it. */
#define BEGIN_TRIES 3

/* Why a transaction is doomed, as SQLSTATE of each further use. */
#define DOOM_LOST		"08006"
#define DOOM_CHANGED	"25000"

static const char *const isolation_names[] = {
	[XACT_READ_UNCOMMITTED] = "READ COMMITTED",
	[XACT_READ_COMMITTED] = "READ COMMITTED",
	[XACT_REPEATABLE_READ] = "SNAPSHOT",
	[XACT_SERIALIZABLE] = "SERIALIZABLE"
};

static int	acting_level = 0;	/* 0: the current one */

static int
nest_level(void)
{
	return acting_level > 0 ? acting_level : GetCurrentTransactionNestLevel();
}

int
tmf_transaction_act_at(int level)
{
	int			former = acting_level;

	acting_level = level;
	return former;
}

void
tmf_transaction_forget(TmfSession *session)
{
	memset(&session->transaction, 0, sizeof(session->transaction));
}

/* The first reason counts. */
static void
doom(TmfSession *session, const char *sqlstate, const char *reason)
{
	TmfTransaction *transaction = &session->transaction;

	if (!transaction->open || transaction->doomed != NULL)
		return;
	transaction->doomed = sqlstate;
	strlcpy(transaction->reason, reason, sizeof(transaction->reason));
}

void
tmf_transaction_lost(TmfSession *session, const char *reason)
{
	doom(session, DOOM_LOST, reason);
}

void
tmf_transaction_doom(TmfSession *session, const char *reason)
{
	doom(session, DOOM_CHANGED, reason);
}

pg_noreturn static void raise_doomed(const TmfSession *session);

static void
raise_doomed(const TmfSession *session)
{
	const TmfTransaction *transaction = &session->transaction;
	bool		lost = strcmp(transaction->doomed, DOOM_LOST) == 0;
	int			length = strlen(transaction->reason);

	/* The server's own words may be a sentence. */
	if (length > 0 && transaction->reason[length - 1] == '.')
		length--;

	ereport(ERROR,
			(errcode(tmf_report_sqlstate(transaction->doomed)),
			 errmsg("the remote transaction on server \"%s\" cannot be continued",
					session->options->name),
			 lost ?
			 errdetail("Its work at %s is lost: %.*s.", session->address, length, transaction->reason) :
			 errdetail_internal("%s", transaction->reason),
			 errhint("Roll back the transaction, or to a savepoint set before its first statement on that server, and run it again.")));
}

void
tmf_transaction_require(TmfSession *session)
{
	TmfTransaction *transaction = &session->transaction;
	const char *reason;

	if (!transaction->open)
		return;
	if (transaction->doomed == NULL && (reason = tmf_session_unfit(session)) != NULL)
		tmf_session_close(session, reason);
	tmf_raw_restore(session);
	if (transaction->begun && transaction->doomed != NULL)
		raise_doomed(session);
}

void
tmf_transaction_examine(TmfSession *session)
{
	int32		said[2] = {0, 0};	/* XACT_STATE(), @@TRANCOUNT */
	char		reason[256];
	WireStatus	status;

	if (!session->transaction.open || session->transaction.doomed != NULL ||
		session->state != TMF_SESSION_IDLE)
		return;
	tmf_report_summary(wire_error(session->conn), reason, sizeof(reason));
	status = tmf_control(session, TMF_WAIT_CONTROL, "SELECT CAST(XACT_STATE() AS int), @@TRANCOUNT",
						 tmf_now_ms() + CLEANUP_MS, false, said, lengthof(said));
	if (status == WIRE_OK && said[0] == 1 && said[1] == 1)
		return;
	tmf_transaction_lost(session, reason[0] != '\0' ? reason : "the server has ended the transaction");
}

/* Runs a statement without rows.  False: the connection was lost. */
static bool
run(TmfSession *session, const char *sql)
{
	TmfRequest	request = {sql};

	return tmf_session_query(session, &request, NULL) &&
		tmf_session_fetch(session, sql) == TMF_FETCH_END;
}

static void
append_isolation(StringInfo sql, const TmfSession *session)
{
	const char *wanted = isolation_names[XactIsoLevel];

	if (strcmp(wanted, isolation_names[session->isolation]) != 0)
		appendStringInfo(sql, "SET TRANSACTION ISOLATION LEVEL %s; ", wanted);
}

/* Savepoints for the nest levels that have none yet. */
static void
append_savepoints(StringInfo sql, const TmfSession *session)
{
	const TmfTransaction *transaction = &session->transaction;
	int			missing = nest_level() - 1 - list_length(transaction->savepoints);
	int			i;

	for (i = 1; i <= missing; i++)
		appendStringInfo(sql, "SAVE TRANSACTION tmf_%d; ", transaction->serial + i);
}

static void
note_savepoints(TmfSession *session)
{
	TmfTransaction *transaction = &session->transaction;
	MemoryContext context = MemoryContextSwitchTo(TopTransactionContext);

	while (list_length(transaction->savepoints) < nest_level() - 1)
		transaction->savepoints = lappend_int(transaction->savepoints, ++transaction->serial);
	MemoryContextSwitchTo(context);
}

/*
 * It counts as open from before it is sent: if we are interrupted, the server is
 * asked.  False: the connection was lost, with nothing in it.
 */
static bool
begin(TmfSession *session, bool savepoints)
{
	StringInfoData sql;
	bool		done;

	initStringInfo(&sql);
	append_isolation(&sql, session);
	appendStringInfoString(&sql, "BEGIN TRANSACTION; ");
	if (savepoints)
		append_savepoints(&sql, session);
	session->transaction.open = true;
	session->transaction.level = nest_level();
	done = run(session, sql.data);
	pfree(sql.data);
	if (!done)
	{
		tmf_transaction_forget(session);
		return false;
	}
	session->transaction.begun = true;
	session->isolation = XactIsoLevel;
	if (savepoints)
		note_savepoints(session);
	return true;
}

bool
tmf_transaction_prepare(TmfSession *session)
{
	StringInfoData sql;
	bool		done;

	if (session->transaction.open)
		return true;
	if (IsolationUsesXactSnapshot())
	{
		tmf_session_make_room_beside(session);
		return session->transaction.open || begin(session, false);
	}

	initStringInfo(&sql);
	append_isolation(&sql, session);
	done = sql.len == 0 || run(session, sql.data);
	pfree(sql.data);
	if (done)
		session->isolation = XactIsoLevel;
	return done;
}

/* The connection was lost when a transaction was to begin: another one. */
static void
reopen(TmfSession *session)
{
	UserMapping *user = GetUserMapping(session->userid, session->options->serverid);

	if (user->umid != session->umid)
		tmf_session_raise_lost(session, "BEGIN TRANSACTION", 0);
	(void) tmf_session_acquire(user);
}

void
tmf_transaction_open(TmfSession *session)
{
	StringInfoData sql;
	int			tries = 0;

	Assert(session->slot == 0);
	if (session->state == TMF_SESSION_BUSY)
		tmf_session_make_room(session);
	if (!session->transaction.open)
		tmf_session_make_room_beside(session);
	while (!session->transaction.open)
	{
		if (session->state == TMF_SESSION_CLOSED)
			reopen(session);
		if (session->transaction.open || begin(session, true))
			break;
		if (++tries == BEGIN_TRIES)
			tmf_session_raise_lost(session, "BEGIN TRANSACTION", 0);
	}
	tmf_transaction_require(session);
	tmf_transaction_settle(session);

	initStringInfo(&sql);
	append_savepoints(&sql, session);
	if (sql.len > 0)
	{
		if (!run(session, sql.data))
			tmf_session_raise_lost(session, sql.data, 0);
		note_savepoints(session);
	}
	pfree(sql.data);
}

bool
tmf_transaction_is_open(const TmfSession *session)
{
	return session->transaction.open;
}

const char *
tmf_transaction_isolation(const TmfSession *session)
{
	return isolation_names[session->isolation];
}

void
tmf_transaction_wrote(TmfSession *session)
{
	TmfTransaction *transaction = &session->transaction;

	if (transaction->open && transaction->wrote_level == 0)
		transaction->wrote_level = nest_level();
}

void
tmf_transaction_close_at_end(TmfSession *session)
{
	session->close_at_end = true;
}

typedef struct OnServer
{
	Oid			serverid;
	bool		found;
} OnServer;

static void
find_on_server(TmfSession *session, void *argument)
{
	OnServer   *search = argument;

	if (session->transaction.open && session->options->serverid == search->serverid)
		search->found = true;
}

bool
tmf_transaction_on_server(Oid serverid)
{
	OnServer	search = {serverid, false};

	tmf_session_each(find_on_server, &search);
	return search.found;
}

/* Rolls back, to the savepoint of that serial or (0) everything; false: closed, or doomed. */
static bool
roll_back(TmfSession *session, int savepoint, int64 until_ms, bool until_cancel)
{
	char		sql[64] = "ROLLBACK TRANSACTION";
	char		reason[256];

	if (savepoint > 0)
		snprintf(sql, sizeof(sql), "ROLLBACK TRANSACTION tmf_%d", savepoint);
	switch (tmf_control(session, TMF_WAIT_CONTROL, sql, until_ms, until_cancel, NULL, 0))
	{
		case WIRE_OK:
			return true;
		case WIRE_FAILED:
			tmf_report_summary(wire_error(session->conn), reason, sizeof(reason));
			tmf_transaction_lost(session, reason);
			return false;
		default:
			return false;
	}
}

void
tmf_transaction_settle(TmfSession *session)
{
	TmfTransaction *transaction = &session->transaction;
	int			savepoint = transaction->undo;

	if (!transaction->open || savepoint == 0)
		return;
	transaction->undo = 0;
	if (!roll_back(session, savepoint, tmf_now_ms() + session->options->commit_timeout_ms, true))
	{
		CHECK_FOR_INTERRUPTS();
		raise_doomed(session);
	}
}

void
tmf_transaction_subcommit(TmfSession *session, int level)
{
	TmfTransaction *transaction = &session->transaction;

	transaction->level = Min(transaction->level, level - 1);
	transaction->wrote_level = Min(transaction->wrote_level, level - 1);
	transaction->savepoints = list_truncate(transaction->savepoints, Max(level - 2, 0));
}

/*
 * Changes of the level go back to its savepoint; without a savepoint there are
 * none.  One that began in this level is over, except that the snapshot, or the
 * locks, of the higher isolation levels hold for the whole local transaction.
 *
 * A statement that is still on the wire belongs to a portal that goes on: the
 * session's next statement will have its rows taken off, and do the rollback.
 */
void
tmf_transaction_subabort(TmfSession *session, int level)
{
	TmfTransaction *transaction = &session->transaction;
	bool		begun_here = transaction->open && level <= transaction->level;
	int			savepoint = 0;

	if (!transaction->open)
		return;
	tmf_raw_restore(session);
	if (begun_here && (!transaction->begun || transaction->doomed != NULL ||
					   (!IsolationUsesXactSnapshot() && session->state == TMF_SESSION_IDLE)))
	{
		tmf_transaction_abort(session);
		return;
	}
	if (list_length(transaction->savepoints) >= level - 1)
		savepoint = list_nth_int(transaction->savepoints, level - 2);
	transaction->savepoints = list_truncate(transaction->savepoints, Max(level - 2, 0));
	transaction->level = Min(transaction->level, level - 1);
	if (transaction->wrote_level >= level)
		transaction->wrote_level = 0;
	if (savepoint == 0 || transaction->doomed != NULL)
		return;
	if (session->state == TMF_SESSION_IDLE)
	{
		/* what was left of a deeper level goes with it */
		transaction->undo = 0;
		(void) roll_back(session, savepoint, tmf_now_ms() + CLEANUP_MS, false);
	}
	else if (transaction->undo == 0 || savepoint < transaction->undo)
		transaction->undo = savepoint;
}

void
tmf_transaction_abort(TmfSession *session)
{
	int64		until_ms = tmf_now_ms() + CLEANUP_MS;

	tmf_session_stop(session);
	if (session->transaction.doomed != NULL || !session->transaction.begun)
		tmf_session_close(session, "its transaction was lost");
	if (proc_exit_inprogress)
		tmf_session_close(session, "the backend ends");
	if (session->transaction.open && session->state == TMF_SESSION_IDLE &&
		!roll_back(session, 0, until_ms, false))
		tmf_session_close(session, "its transaction could not be rolled back");
	tmf_transaction_forget(session);
}
