/*
 * src/admin/failover.c
 *		tds_mirror_failover(): handing over on purpose.
 *
 * ALTER DATABASE ... SET PARTNER FAILOVER is sent once, on a connection of its
 * own to master, in autocommit, to an instance that has said on this very
 * connection that it is principal.  The statement's return does not mean that
 * the other partner serves, and its loss does not mean that it failed: in both
 * cases the other partner is asked until it is principal with a higher role
 * sequence; when time is up, the old one has the last word.  It is never sent
 * twice, for a second one would switch back.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/failover.h"
#include "session/quote.h"
#include "session/report.h"
#include "session/wait.h"

PGDLLEXPORT Datum tds_mirror_failover(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_failover);

/* Between two looks at the other partner. */
#define FAILOVER_POLL_MS	50
/* One look takes no longer than this, so that a silent partner does not eat the time. */
#define FAILOVER_LOOK_MS	2000

typedef struct Handover
{
	TmfTarget  *target;
	TmfPartners *partners;
	PairSide	from;
	PairSide	to;
	TmfRole		before;			/* what the old principal said */
	int64		until_ms;
} Handover;

enum HandoverColumn
{
	HANDOVER_DATABASE,
	HANDOVER_OLD,
	HANDOVER_NEW,
	HANDOVER_ELAPSED,
	HANDOVER_COLUMNS
};

/* What the server would refuse anyway, said with the remedy, before anything is sent. */
static void
check_preconditions(const Handover *h)
{
	const char *database = h->target->server->database;

	if (!h->before.visible)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the mirroring state of database \"%s\" is not visible to this login", database),
				 errhint("Grant VIEW ANY DATABASE to the login.")));
	if (!h->before.mirrored)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("database \"%s\" is not mirrored", database),
				 errhint("Set up mirroring with ALTER DATABASE ... SET PARTNER on both partners.")));
	if (h->before.safety != 2)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("database \"%s\" cannot fail over: its safety level is not FULL", database),
				 errhint("Run ALTER DATABASE ... SET PARTNER SAFETY FULL on the principal and wait until it is SYNCHRONIZED.")));
	if (h->before.state != 4)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("database \"%s\" cannot fail over: its mirroring state is not SYNCHRONIZED", database),
				 errdetail("The principal says state %d.", h->before.state),
				 errhint("Look at tds_mirror_status() and wait until the mirror has caught up.")));
	if (!h->partners->has_failover)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the failover partner of server \"%s\" is not known", h->target->server->name),
				 errhint("Set the server option failover_partner.")));
}

/* Finds the principal with the patience of an ordinary session. */
static void
find_principal(Handover *h)
{
	TmfServerOptions options = *h->target->server;
	TmfOpened	opened;

	options.login_timeout_ms = Min(options.login_timeout_ms, Max(h->until_ms - tmf_now_ms(), 1));

	tmf_failover_open(&options, h->target->user, &opened);
	wire_close(opened.conn);
	h->partners = tmf_partners_get(h->target->server);
	h->from = opened.side;
	h->to = opened.side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	h->before = opened.role;
}

/*
 * Logs in to master there, and has the instance say once more that it is the
 * principal that was found: the roles may have changed since.
 */
static void
open_master(const Handover *h, TmfAttempt *attempt)
{
	const TmfServerOptions *server = h->target->server;
	TmfRole		now;

	tmf_attempt(server, h->target->user, &h->partners->side[h->from].endpoint, "master",
				h->until_ms, attempt);
	if (!attempt->open || !tmf_attempt_role(server, attempt, h->until_ms, &now))
		ereport(ERROR,
				(errcode(tmf_report_sqlstate(attempt->sqlstate)),
				 errmsg("could not log in to master on the principal of server \"%s\"", server->name),
				 errdetail_internal("%s", attempt->summary)));
	if (now.role != 1 || strcmp(now.guid, h->before.guid) != 0 ||
		now.role_sequence != h->before.role_sequence)
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
	const Handover *h = argument;

	errcontext("failover of database \"%s\", which had been requested from \"%s\" and may take place",
			   h->target->server->database, h->before.server_name);
}

/* Sends the statement once.  False: no answer came, the outcome is unknown. */
static bool
send_failover(const Handover *h, TmfAttempt *attempt)
{
	WireStatus	status;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "ALTER DATABASE ");
	tmf_quote_identifier(&sql, h->target->server->database);
	appendStringInfoString(&sql, " SET PARTNER FAILOVER");

	status = tmf_attempt_command(attempt, sql.data, h->until_ms);
	if (status == WIRE_FAILED)
	{
		error_context_stack = error_context_stack->previous;
		tmf_report_error(h->target->server->name, &attempt->error, sql.data);
	}
	tmf_attempt_close(attempt);
	return status == WIRE_OK;
}

/* Does side serve the database as principal of the same pair? */
static bool
says_principal(Handover *h, PairSide side, int64 until_ms, TmfRole *role)
{
	TmfAttempt	attempt;
	bool		yes = false;

	tmf_attempt(h->target->server, h->target->user, &h->partners->side[side].endpoint,
				NULL, until_ms, &attempt);
	if (attempt.open && tmf_attempt_role(h->target->server, &attempt, until_ms, role))
		yes = role->in_database && role->mirrored && role->role == 1 &&
			strcmp(role->guid, h->before.guid) == 0;
	tmf_attempt_close(&attempt);

	/* Interrupts were served meanwhile: an ALTER SERVER may have dropped the entry. */
	h->partners = tmf_partners_get(h->target->server);
	return yes;
}

/* Is the other partner principal now, by a switch that came after ours began? */
static bool
has_taken_over(Handover *h, TmfRole *role)
{
	int64		until = Min(tmf_now_ms() + FAILOVER_LOOK_MS, h->until_ms);

	return says_principal(h, h->to, until, role) && role->role_sequence > h->before.role_sequence;
}

/* Time is up: what is known about the switch, the old principal's word included. */
static void
raise_not_switched(Handover *h, bool answered)
{
	const char *server = h->target->server->name;
	TmfRole		old;
	bool		still = says_principal(h, h->from, tmf_now_ms() + FAILOVER_LOOK_MS, &old) &&
		old.role_sequence == h->before.role_sequence;

	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 errmsg("server \"%s\": the other partner has not become principal in time", server),
			 errdetail("%s %s",
					   answered ? "The principal accepted the failover." :
					   "The principal did not answer to the failover; it may or may not take place.",
					   still ? psprintf("\"%s\" still says that it is principal.", h->before.server_name) :
					   psprintf("\"%s\" does not say any more that it is principal.", h->before.server_name)),
			 errhint("Look at tds_mirror_status('%s'); do not repeat the failover before both partners have answered.",
					 server)));
}

static void
wait_for_switch(Handover *h, bool answered, TmfRole *role)
{
	while (!has_taken_over(h, role))
	{
		if (tmf_now_ms() + FAILOVER_POLL_MS >= h->until_ms)
			raise_not_switched(h, answered);
		tmf_wait_until(tmf_now_ms() + FAILOVER_POLL_MS);
	}
	tmf_partners_learn(h->partners, h->target->server, h->to, role);
}

static void
hand_over(Handover *h, TmfAttempt *attempt, TmfRole *after)
{
	ErrorContextCallback callback;

	callback.callback = add_context;
	callback.arg = h;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	wait_for_switch(h, send_failover(h, attempt), after);
	error_context_stack = callback.previous;
}

Datum
tds_mirror_failover(PG_FUNCTION_ARGS)
{
	Interval   *timeout = PG_GETARG_INTERVAL_P(1);
	int64		timeout_ms = timeout->time / 1000 +
		(timeout->day + (int64) timeout->month * DAYS_PER_MONTH) * SECS_PER_DAY * 1000;
	TimestampTz begun = GetCurrentTimestamp();
	Interval   *elapsed = palloc0(sizeof(Interval));
	Datum		values[HANDOVER_COLUMNS];
	bool		nulls[HANDOVER_COLUMNS] = {0};
	Handover	h = {0};
	TmfAttempt	attempt;
	TmfRole		after;
	TupleDesc	description;

	PreventCommandIfReadOnly("tds_mirror_failover()");
	if (timeout_ms <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("timeout must be greater than zero")));
	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	h.target = tmf_target(NameStr(*PG_GETARG_NAME(0)));
	h.until_ms = tmf_now_ms() + timeout_ms;
	find_principal(&h);
	check_preconditions(&h);
	open_master(&h, &attempt);
	hand_over(&h, &attempt, &after);

	elapsed->time = GetCurrentTimestamp() - begun;
	values[HANDOVER_DATABASE] = CStringGetTextDatum(h.target->server->database);
	values[HANDOVER_OLD] = CStringGetTextDatum(h.before.server_name);
	values[HANDOVER_NEW] = CStringGetTextDatum(after.server_name);
	values[HANDOVER_ELAPSED] = IntervalPGetDatum(elapsed);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
