/*
 * src/admin/status.c
 *		tds_mirror_status(): both partners of a pair are asked about themselves.
 *
 * A mirror refuses logins to its database, so the question is put from master.
 * An ordinary login sees only NULLs there; then a login to the database itself
 * tells whether the instance serves it.  Each partner has the same time for all
 * of that, so that one that does not answer holds up the other no longer.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "admin/role_words.h"
#include "admin/target.h"
#include "option/compat.h"
#include "session/failover.h"
#include "session/wait.h"

PGDLLEXPORT Datum tds_mirror_status(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_status);

enum StatusColumn
{
	STATUS_SERVER,
	STATUS_PARTNER,
	STATUS_ADDRESS,
	STATUS_REACHABLE,
	STATUS_INSTANCE,
	STATUS_ROLE,
	STATUS_STATE,
	STATUS_SAFETY,
	STATUS_WITNESS,
	STATUS_SEQUENCE,
	STATUS_ROUND_TRIP,
	STATUS_PROBLEM,
	STATUS_COLUMN_COUNT
};

typedef struct StatusRow
{
	Datum		values[STATUS_COLUMN_COUNT];
	bool		nulls[STATUS_COLUMN_COUNT];
} StatusRow;

static void
set_text(StatusRow *row, int column, const char *text)
{
	row->nulls[column] = text == NULL || text[0] == '\0';
	if (!row->nulls[column])
		row->values[column] = CStringGetTextDatum(text);
}

static void
set_role(StatusRow *row, const TmfRole *role)
{
	set_text(row, STATUS_INSTANCE, role->server_name);
	if (!role->mirrored)
		return;
	set_text(row, STATUS_ROLE, tmf_role_word(role->role));
	set_text(row, STATUS_STATE, tmf_state_word(role->state));
	set_text(row, STATUS_SAFETY, tmf_safety_word(role->safety));
	set_text(row, STATUS_WITNESS, tmf_witness_word(role->witness_state));
	row->nulls[STATUS_SEQUENCE] = false;
	row->values[STATUS_SEQUENCE] = Int32GetDatum(role->role_sequence);
}

static void
set_round_trip(StatusRow *row, TimestampTz from)
{
	Interval   *elapsed = palloc0(sizeof(Interval));

	elapsed->time = GetCurrentTimestamp() - from;
	row->nulls[STATUS_ROUND_TRIP] = false;
	row->values[STATUS_ROUND_TRIP] = IntervalPGetDatum(elapsed);
}

/*
 * Logs in to database and asks for the role of the pair's database.  False: the
 * row says why not.
 */
static bool
ask(const TmfTarget *target, const Endpoint *endpoint, const char *database, int64 until,
	StatusRow *row, TmfRole *role)
{
	TmfAttempt	attempt;
	TimestampTz asked;
	bool		answered = false;

	tmf_attempt(target->server, target->user, endpoint, database, until, &attempt);
	if (attempt.open)
	{
		asked = GetCurrentTimestamp();
		answered = tmf_attempt_role(target->server, &attempt, until, role);
		if (answered)
			set_round_trip(row, asked);
	}
	if (!answered)
		set_text(row, STATUS_PROBLEM, attempt.summary);
	tmf_attempt_close(&attempt);
	return answered;
}

static void
put_partner(ReturnSetInfo *result, const TmfTarget *target, const char *partner,
			const TmfPartnerSide *side, int64 patience_ms)
{
	int64		until = tmf_now_ms() + patience_ms;
	StatusRow	row;
	TmfRole		role;
	char		address[ENDPOINT_TEXT_MAX];
	const char *problem;
	bool		reachable;

	memset(row.nulls, true, sizeof(row.nulls));
	endpoint_format(&side->endpoint, address, sizeof(address));
	set_text(&row, STATUS_SERVER, target->server->name);
	set_text(&row, STATUS_PARTNER, partner);
	set_text(&row, STATUS_ADDRESS, address);

	/* one server that this library cannot serve says so beside the others' rows */
	problem = tmf_server_library_problem(target->server->serverid);
	set_text(&row, STATUS_PROBLEM, problem);
	reachable = problem == NULL && ask(target, &side->endpoint, "master", until, &row, &role);
	if (reachable)
	{
		set_role(&row, &role);
		if (!role.mirrored && ask(target, &side->endpoint, NULL, until, &row, &role))
			set_role(&row, &role);
	}
	row.nulls[STATUS_REACHABLE] = false;
	row.values[STATUS_REACHABLE] = BoolGetDatum(reachable);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

static void
put_server(ReturnSetInfo *result, const char *name, int64 timeout_ms)
{
	TmfTarget  *target = tmf_target(name);
	TmfPartners *partners = tmf_partners_get(target->server);
	bool		has_failover = partners->has_failover;
	int64		patience_ms = timeout_ms;
	TmfPartnerSide sides[PAIR_SIDES];

	if (target->server->login_timeout_ms > 0)
		patience_ms = Min(patience_ms, target->server->login_timeout_ms);

	/* Asking serves interrupts, which may drop the entry: work on a copy. */
	memcpy(sides, partners->side, sizeof(sides));
	put_partner(result, target, "initial", &sides[PAIR_INITIAL], patience_ms);
	if (has_failover)
		put_partner(result, target, "failover", &sides[PAIR_FAILOVER], patience_ms);
}

Datum
tds_mirror_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		timeout_ms;
	List	   *names;
	ListCell   *cell;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("timeout must not be null")));
	timeout_ms = tmf_timeout_ms(PG_GETARG_INTERVAL_P(1));
	if (PG_ARGISNULL(0))
		names = tmf_target_names();
	else
		names = list_make1(NameStr(*PG_GETARG_NAME(0)));

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, names)
		put_server(result, lfirst(cell), timeout_ms);
	return (Datum) 0;
}
