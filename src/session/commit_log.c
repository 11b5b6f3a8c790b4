/*
 * src/session/commit_log.c
 *		Finding out what became of a COMMIT whose answer never came.
 *
 * To look whether the mark is there would not do: the transaction may still be
 * under way, or its session may not have noticed yet that its client is gone.
 * So the same id is inserted again, as a tombstone.  That waits for whoever
 * holds the key, and from then on the question is decided: one of the two rows
 * is there, and the other can never come.  The row is read in any case, also
 * after an insert that has succeeded, so that only what the table holds counts;
 * and since a tombstone of ours is as good as a new one, everything here may be
 * repeated after a lost connection, on whichever partner is principal then.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "session/commit_log.h"
#include "session/failover.h"
#include "session/quote.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* How long the first insert may wait for a lock; the next ones double it. */
#define FIRST_PATIENCE_MS	1000
/* How much longer than the lock the answer may take, before the server counts as frozen. */
#define ANSWER_MS	1000
/* With less time than this left nobody is asked any more. */
#define LAST_MS 100
/* Between two searches; the first pause, and the longest. */
#define FIRST_PAUSE_MS	50
#define LONGEST_PAUSE_MS	1000

#define ROLE_PRINCIPAL	1

/* Errors of SQL Server. */
#define DUPLICATE_KEY	2627
#define DUPLICATE_INDEX_KEY	2601
#define LOCK_TIMEOUT	1222

/* What the row says, as the statement that reads it puts it. */
#define ROW_MISSING		0
#define ROW_COMMITTED	1
#define ROW_ABORTED		2
#define ROW_STRANGE		3

#define REASON_MAX	512

typedef struct Inquiry
{
	const TmfServerOptions *options;
	const TmfUserOptions *user;
	const char *guid;
	char		id[37];
	int64		until_ms;
	int64		pause_ms;		/* before the next search; 0 before the first */
	int64		patience_ms;	/* of the next insert */
	bool		hopeless;		/* nothing would change if it was asked again */
	TmfAttempt	attempt;
	char		reason[REASON_MAX];
} Inquiry;

void
tmf_commit_log_name(StringInfo buffer, const TmfServerOptions *options)
{
	if (options->commit_log_schema)
	{
		tmf_quote_identifier(buffer, options->commit_log_schema);
		appendStringInfoChar(buffer, '.');
	}
	tmf_quote_identifier(buffer, options->commit_log_table);
}

/* INSERT of the id with an outcome. */
static void
append_insert(StringInfo sql, const TmfServerOptions *options, const char *id,
			  const char *outcome)
{
	appendStringInfoString(sql, "INSERT INTO ");
	tmf_commit_log_name(sql, options);
	appendStringInfo(sql, " ([id], [outcome]) VALUES ('%s', '%s')", id, outcome);
}

static void
id_text(const pg_uuid_t *id, char text[37])
{
	strlcpy(text, DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id))), 37);
}

/* An id of version 4. */
static void
make_id(pg_uuid_t *id)
{
	if (!pg_strong_random(id->data, UUID_LEN))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	id->data[6] = (id->data[6] & 0x0f) | 0x40;
	id->data[8] = (id->data[8] & 0x3f) | 0x80;
}

/* What the server says of the mark is said with what the mark is for. */
static void
explain_mark(void *argument)
{
	const TmfServerOptions *options = argument;

	if (geterrcode() == ERRCODE_UNDEFINED_TABLE || geterrcode() == ERRCODE_UNDEFINED_COLUMN)
		errhint("Create the table with SELECT tds_mirror_create_commit_log('%s'), or drop the server option commit_log_table.",
				options->name);
	errcontext("recording the transaction in the commit log of server \"%s\"", options->name);
}

void
tmf_commit_log_mark(TmfSession *session, pg_uuid_t *id)
{
	ErrorContextCallback context;
	TmfRequest	request = {0};
	TmfFetch	fetch = TMF_FETCH_LOST;
	StringInfoData sql;
	char		text[37];

	make_id(id);
	id_text(id, text);
	initStringInfo(&sql);
	append_insert(&sql, session->options, text, "committed");
	request.sql = sql.data;

	context.callback = explain_mark;
	context.arg = session->options;
	context.previous = error_context_stack;
	error_context_stack = &context;
	if (tmf_session_query(session, &request, NULL))
	{
		while ((fetch = tmf_session_fetch(session, sql.data)) == TMF_FETCH_ROW)
			;
	}
	if (fetch == TMF_FETCH_LOST)
		tmf_session_raise_lost(session, sql.data, 0);
	error_context_stack = context.previous;
	pfree(sql.data);
}

static void
set_reason(Inquiry *inquiry, const char *text)
{
	strlcpy(inquiry->reason, text, sizeof(inquiry->reason));
	inquiry->reason[pg_mbcliplen(text, strlen(text), sizeof(inquiry->reason) - 1)] = '\0';
}

static bool
is_time_left(const Inquiry *inquiry)
{
	return inquiry->until_ms - tmf_now_ms() > LAST_MS;
}

/* Will the same request get the same answer from whoever is asked? */
static bool
is_lasting(const char *sqlstate)
{
	static const char *const beginnings[] = {"22", "23", "28", "42", "55000"};
	int			i;

	for (i = 0; i < lengthof(beginnings); i++)
	{
		if (strncmp(sqlstate, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

/* The server has refused a statement. */
static void
refused(Inquiry *inquiry)
{
	const WireError *error = &inquiry->attempt.error;
	VerdictAnswer answer = verdict_of(VERDICT_SERVER, error->number, error->severity,
									  VERDICT_STATEMENT);

	if (error->number == LOCK_TIMEOUT)
		set_reason(inquiry, "the transaction still holds its locks on the server");
	else
	{
		set_reason(inquiry, inquiry->attempt.summary);
		inquiry->hopeless = is_lasting(answer.sqlstate);
	}
}

/*
 * Logs in to the principal.  False: it is none of the pair that the transaction
 * ran on, or will not say so.
 */
static bool
find_principal(Inquiry *inquiry)
{
	TmfServerOptions options = *inquiry->options;
	int64		left = Max(inquiry->until_ms - tmf_now_ms(), 1);
	TmfOpened	opened;
	const TmfRole *role = &opened.role;

	if (options.login_timeout_ms <= 0 || options.login_timeout_ms > left)
		options.login_timeout_ms = (int) left;
	tmf_failover_open(&options, inquiry->user, &opened);
	tmf_attempt_adopt(&inquiry->attempt, opened.conn);

	inquiry->hopeless = true;
	if (!role->visible)
		set_reason(inquiry, "the mirroring state of the database is not visible; grant VIEW ANY DATABASE to the login");
	else if (!role->mirrored || role->role != ROLE_PRINCIPAL)
		set_reason(inquiry, psprintf("%s serves the database, but not as the principal of a pair",
									 opened.address));
	else if (inquiry->guid[0] == '\0')
		set_reason(inquiry, "it is not known on which mirrored pair the transaction ran");
	else if (pg_strcasecmp(inquiry->guid, role->guid) != 0)
		set_reason(inquiry, psprintf("%s is the principal of another pair, with mirroring guid %s",
									 opened.address, role->guid));
	else
		inquiry->hopeless = false;
	return !inquiry->hopeless;
}

/* The statement, and the time that the server may take for it. */
static void
begin_statement(const Inquiry *inquiry, StringInfo sql, int64 *until_ms)
{
	int64		now = tmf_now_ms();
	int64		left = Max(inquiry->until_ms - now, 1);
	int64		lock = Min(inquiry->patience_ms, left - Min(left / 4, ANSWER_MS));

	*until_ms = Min(now + lock + ANSWER_MS, now + left);
	initStringInfo(sql);
	appendStringInfo(sql, "SET LOCK_TIMEOUT %d; ", (int) Max(lock, 1));
}

static WireStatus
put_tombstone(Inquiry *inquiry)
{
	StringInfoData sql;
	WireStatus	status;
	int64		until_ms;

	begin_statement(inquiry, &sql, &until_ms);
	append_insert(&sql, inquiry->options, inquiry->id, "aborted");
	status = tmf_attempt_command(&inquiry->attempt, sql.data, until_ms);
	if (status == WIRE_FAILED &&
		(inquiry->attempt.error.number == DUPLICATE_KEY ||
		 inquiry->attempt.error.number == DUPLICATE_INDEX_KEY))
		status = WIRE_OK;
	return status;
}

/* With locks: a row version of before the commit would say nothing. */
static WireStatus
read_row(Inquiry *inquiry, int *row)
{
	StringInfoData sql;
	int64		until_ms;

	begin_statement(inquiry, &sql, &until_ms);
	appendStringInfo(&sql, "SELECT CASE [outcome] WHEN 'committed' THEN %d WHEN 'aborted' THEN %d ELSE %d END FROM ",
					 ROW_COMMITTED, ROW_ABORTED, ROW_STRANGE);
	tmf_commit_log_name(&sql, inquiry->options);
	appendStringInfo(&sql, " WITH (READCOMMITTEDLOCK) WHERE [id] = '%s'", inquiry->id);
	return tmf_attempt_ask(&inquiry->attempt, sql.data, until_ms, ROW_MISSING, row);
}

static TmfOutcome
outcome_of(Inquiry *inquiry, int row)
{
	switch (row)
	{
		case ROW_COMMITTED:
			return TMF_OUTCOME_COMMITTED;
		case ROW_ABORTED:
			return TMF_OUTCOME_ABORTED;
		case ROW_MISSING:
			set_reason(inquiry, "the commit log has lost the transaction's row");
			break;
		default:
			set_reason(inquiry, "the commit log holds another outcome than \"committed\" and \"aborted\"");
			inquiry->hopeless = true;
			break;
	}
	return TMF_OUTCOME_UNKNOWN;
}

/* On one connection, as long as all it says is that the key is locked. */
static TmfOutcome
inquire(Inquiry *inquiry)
{
	WireStatus	status;
	int			row;

	if (inquiry->pause_ms > 0)
		tmf_wait_until(TMF_WAIT_COMMIT_LOG, Min(tmf_now_ms() + inquiry->pause_ms, inquiry->until_ms));
	if (!find_principal(inquiry))
		return TMF_OUTCOME_UNKNOWN;
	do
	{
		status = put_tombstone(inquiry);
		if (status == WIRE_OK)
			status = read_row(inquiry, &row);
		if (status == WIRE_OK)
			return outcome_of(inquiry, row);
		if (status == WIRE_LOST)
		{
			set_reason(inquiry, inquiry->attempt.summary);
			break;
		}
		refused(inquiry);
		inquiry->patience_ms *= 2;
	} while (inquiry->attempt.error.number == LOCK_TIMEOUT && is_time_left(inquiry));
	return TMF_OUTCOME_UNKNOWN;
}

/* The search for the principal, or a cancel, has raised an error: it ends here. */
static void
swallow_error(Inquiry *inquiry)
{
	ErrorData  *error = CopyErrorData();

	FlushErrorState();
	inquiry->hopeless = error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
		is_lasting(unpack_sql_state(error->sqlerrcode));
	set_reason(inquiry, psprintf("%s%s%s", error->message, error->detail ? ": " : "",
								 error->detail ? error->detail : ""));
}

/* One search, with a memory context of its own: its end closes the connection. */
static TmfOutcome
search_once(Inquiry *inquiry)
{
	MemoryContext former = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(former, "tds_mirror_fdw commit log",
												  ALLOCSET_SMALL_SIZES);
	uint32		holdoff = InterruptHoldoffCount;
	volatile TmfOutcome outcome = TMF_OUTCOME_UNKNOWN;

	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		outcome = inquire(inquiry);
	}
	PG_CATCH();
	{
		/* an error lets interrupts in again that a caller may have held off */
		InterruptHoldoffCount = holdoff;
		MemoryContextSwitchTo(context);
		swallow_error(inquiry);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(former);
	MemoryContextDelete(context);
	return outcome;
}

TmfOutcome
tmf_commit_log_resolve(const TmfServerOptions *options, const TmfUserOptions *user,
					   const char *guid, const pg_uuid_t *id, int64 until_ms,
					   char *reason, size_t size)
{
	Inquiry		inquiry = {0};
	TmfOutcome	outcome;

	inquiry.options = options;
	inquiry.user = user;
	inquiry.guid = guid;
	inquiry.until_ms = until_ms;
	inquiry.patience_ms = FIRST_PATIENCE_MS;
	id_text(id, inquiry.id);
	do
	{
		outcome = search_once(&inquiry);
		inquiry.pause_ms = inquiry.pause_ms == 0 ? FIRST_PAUSE_MS :
			Min(2 * inquiry.pause_ms, LONGEST_PAUSE_MS);
	} while (outcome == TMF_OUTCOME_UNKNOWN && !inquiry.hopeless && is_time_left(&inquiry));

	strlcpy(reason, outcome == TMF_OUTCOME_UNKNOWN ? inquiry.reason : "", size);
	reason[pg_mbcliplen(reason, strlen(reason), size - 1)] = '\0';
	return outcome;
}
