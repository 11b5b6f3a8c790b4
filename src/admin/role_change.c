/*
 * src/admin/role_change.c
 *		What every role-management function does the same way.
 *
 * The statement is never sent twice: a second failover would switch back.  So
 * everything that can be known is asked before, and whatever happens after it
 * was sent, the partners' own words decide what became of it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "admin/role_change.h"
#include "admin/role_refusal.h"
#include "admin/role_words.h"
#include "pure/verdict.h"
#include "session/event.h"
#include "session/quote.h"
#include "session/report.h"
#include "session/transaction.h"
#include "session/wait.h"

/* Between two looks at the partners. */
#define ROLE_POLL_MS	50

/* The columns of tmf_role_row(). */
enum ChangeColumn
{
	CHANGE_DATABASE,
	CHANGE_OLD,
	CHANGE_NEW,
	CHANGE_ELAPSED,
	CHANGE_COLUMNS
};

void
tmf_role_refuse(const TmfRoleChange *change, int number, const char *detail)
{
	const TmfRefusal *refusal = tmf_refusal_find(number);
	VerdictAnswer answer = verdict_of(VERDICT_SERVER, number, 0, VERDICT_STATEMENT);

	Assert(refusal != NULL);
	ereport(ERROR,
			(errcode(tmf_report_sqlstate(answer.sqlstate)),
			 errmsg("%s of database \"%s\" is refused: %s", change->plan->action,
					change->target->server->database, refusal->problem),
			 errdetail_internal("%s", detail),
			 errhint("%s", refusal->hint)));
}

/* Where the partners are, by what is known now. */
static void
copy_partners(TmfRoleChange *change)
{
	const TmfPartners *partners = tmf_partners_get(change->target->server);
	int			side;

	change->has_failover = partners->has_failover;
	for (side = 0; side < PAIR_SIDES; side++)
		change->endpoint[side] = partners->side[side].endpoint;
}

void
tmf_role_begin(TmfRoleChange *change, const TmfRolePlan *plan, const char *server,
			   int64 timeout_ms)
{
	PreventCommandIfReadOnly(plan->function);
	memset(change, 0, sizeof(*change));
	change->plan = plan;
	change->begun = GetCurrentTimestamp();
	change->begun_ms = tmf_now_ms();
	change->until_ms = change->begun_ms + timeout_ms;
	change->target = tmf_target(server);
	if (plan->changes_roles && tmf_transaction_on_server(change->target->server->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run in a transaction that has remote work on server \"%s\"",
						plan->function, server),
				 errhint("Commit or roll back first.")));
	copy_partners(change);
}

void
tmf_role_find_principal(TmfRoleChange *change)
{
	const char *database = change->target->server->database;
	TmfServerOptions options = *change->target->server;
	TmfOpened	opened;

	options.login_timeout_ms = Min(options.login_timeout_ms,
								   Max(change->until_ms - tmf_now_ms(), 1));
	tmf_failover_open(&options, change->target->user, &opened);
	wire_close(opened.conn);
	copy_partners(change);
	change->side = opened.side;
	change->before = opened.role;

	if (!change->before.visible)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the mirroring state of database \"%s\" is not visible to this login", database),
				 errhint("Grant VIEW ANY DATABASE to the login.")));
	if (!change->before.mirrored)
		tmf_role_refuse(change, 1416, psprintf("\"%s\" says so.", change->before.server_name));
}

bool
tmf_role_look(TmfRoleChange *change, PairSide side, const char *database, TmfRole *role,
			  char problem[256])
{
	const TmfServerOptions *server = change->target->server;
	int64		until = tmf_now_ms() + TMF_ROLE_LOOK_MS;
	TmfAttempt	attempt;
	bool		answered;

	tmf_attempt(server, change->target->user, &change->endpoint[side], database, until, &attempt);
	answered = attempt.open && tmf_attempt_role(server, &attempt, until, role);
	if (!answered && problem != NULL)
		strlcpy(problem, attempt.summary, sizeof(attempt.summary));
	tmf_attempt_close(&attempt);
	return answered;
}

bool
tmf_role_serves(TmfRoleChange *change, PairSide side, TmfRole *role)
{
	return tmf_role_look(change, side, NULL, role, NULL) &&
		role->in_database && role->mirrored && role->role == TMF_ROLE_PRINCIPAL &&
		strcmp(role->guid, change->before.guid) == 0;
}

/* The roles may have changed since before was said. */
void
tmf_role_open_master(TmfRoleChange *change)
{
	const TmfServerOptions *server = change->target->server;
	TmfAttempt *attempt = &change->attempt;
	TmfRole		now;

	tmf_attempt(server, change->target->user, &change->endpoint[change->side], "master",
				change->until_ms, attempt);
	if (!attempt->open || !tmf_attempt_role(server, attempt, change->until_ms, &now))
		ereport(ERROR,
				(errcode(tmf_report_sqlstate(attempt->sqlstate)),
				 errmsg("could not log in to master on \"%s\" of server \"%s\"",
						change->before.server_name, server->name),
				 errdetail_internal("%s", attempt->summary)));
	if (now.role != change->before.role || strcmp(now.guid, change->before.guid) != 0 ||
		now.role_sequence != change->before.role_sequence)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the roles of server \"%s\" are changing already", server->name),
				 errhint("Look at tds_mirror_status('%s').", server->name)));
}

/*
 * An interrupt after the statement was sent leaves its outcome open, and so
 * does any other error: say so.
 */
static void
add_context(void *argument)
{
	const TmfRoleChange *change = argument;

	errcontext("%s of database \"%s\", which had been requested from \"%s\" and may take place",
			   change->plan->action, change->target->server->database, change->before.server_name);
}

/* What the server's refusal means; returns when it leaves the outcome open. */
static void
judge_refusal(TmfRoleChange *change, const char *sql)
{
	const WireError *error = &change->attempt.error;
	const TmfRefusal *refusal = tmf_refusal_find(error->number);
	VerdictAnswer answer = verdict_of(VERDICT_SERVER, error->number, error->severity,
									  VERDICT_STATEMENT);

	if (error->number == 0 || answer.verdict == VERDICT_SESSION_LOST ||
		(refusal != NULL && refusal->kind == TMF_REFUSAL_UNKNOWN))
		return;
	error_context_stack = error_context_stack->previous;
	if (refusal == NULL)
		tmf_report_error(change->target->server->name, error, sql);
	tmf_role_refuse(change, error->number,
					psprintf("SQL Server error %d on \"%s\": %s", error->number,
							 change->before.server_name, tmf_report_words(error->text)));
}

/* Sends the statement once.  False: no answer came, the outcome is unknown. */
static bool
send_statement(TmfRoleChange *change)
{
	WireStatus	status;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "ALTER DATABASE ");
	tmf_quote_identifier(&sql, change->target->server->database);
	appendStringInfo(&sql, " %s", change->plan->statement);

	status = tmf_attempt_command(&change->attempt, sql.data, change->until_ms);
	if (status == WIRE_FAILED)
		judge_refusal(change, sql.data);
	tmf_attempt_close(&change->attempt);
	return status == WIRE_OK;
}

static void
raise_unproven(TmfRoleChange *change, bool answered)
{
	const TmfRolePlan *plan = change->plan;
	const char *server = change->target->server->name;
	const char *word = plan->last_word(change);

	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 errmsg("server \"%s\": %s", server, plan->unproven),
			 answered ?
			 errdetail("\"%s\" accepted the %s. %s", change->before.server_name, plan->action, word) :
			 errdetail("\"%s\" did not answer to the %s; it may or may not take place. %s",
					   change->before.server_name, plan->action, word),
			 errhint("Look at tds_mirror_status('%s'); do not repeat the %s before both partners have answered.",
					 server, plan->action)));
}

void
tmf_role_carry_out(TmfRoleChange *change)
{
	const TmfServerOptions *server = change->target->server;
	ErrorContextCallback callback;
	bool		answered;

	callback.callback = add_context;
	callback.arg = change;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	tmf_event(server->name, NULL, NULL, "%s of database \"%s\" requested from \"%s\"",
			  change->plan->action, server->database, change->before.server_name);
	answered = send_statement(change);
	while (!change->plan->proof(change))
	{
		if (tmf_now_ms() + ROLE_POLL_MS >= change->until_ms)
			raise_unproven(change, answered);
		tmf_wait_until(TMF_WAIT_ROLE_CHANGE, tmf_now_ms() + ROLE_POLL_MS);
	}
	error_context_stack = callback.previous;

	/* Interrupts were served meanwhile: an ALTER SERVER may have dropped the entry. */
	(void) tmf_partners_learn(tmf_partners_get(server), server, change->after_side, &change->after,
							  change->begun_ms);
	tmf_event(server->name, NULL, NULL, "%s of database \"%s\" done: \"%s\" is principal, %s",
			  change->plan->action, server->database, change->after.server_name,
			  tmf_state_word(change->after.state));
}

Datum
tmf_role_row(FunctionCallInfo fcinfo, const TmfRoleChange *change, const char *old_principal,
			 const char *new_principal)
{
	Interval   *elapsed = palloc0(sizeof(Interval));
	Datum		values[CHANGE_COLUMNS];
	bool		nulls[CHANGE_COLUMNS] = {0};
	TupleDesc	descriptor;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	elapsed->time = GetCurrentTimestamp() - change->begun;
	values[CHANGE_DATABASE] = CStringGetTextDatum(change->target->server->database);
	values[CHANGE_OLD] = CStringGetTextDatum(old_principal);
	values[CHANGE_NEW] = CStringGetTextDatum(new_principal);
	values[CHANGE_ELAPSED] = IntervalPGetDatum(elapsed);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}
