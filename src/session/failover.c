/*
 * src/session/failover.c
 *		The loop that finds the principal, and what to say when nobody is.
 *
 * pair.c decides which partner is tried, for how long, and when the other one may
 * start beside it; probe.c finds out who answers, attempt.c logs in; this file
 * obeys the first, feeds it with the others' outcome, and waits.  Only a login
 * to the database, answered by an instance that says role 1 for it, makes a
 * principal.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "lib/stringinfo.h"

#include "pure/verdict.h"
#include "session/event.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* A login that has succeeded may ask for its role even when the slot is over. */
#define ROLE_MS	1000

typedef struct Search
{
	const TmfServerOptions *options;
	const TmfUserOptions *user;
	TmfPartners *partners;
	TmfOpened  *opened;
	Pair		pair;
	TmfProbe	probe[PAIR_SIDES];	/* of this round */
	bool		tried[PAIR_SIDES];
	bool		untrusted[PAIR_SIDES];	/* not as encryption was asked for: not tried again */
	bool		transient;		/* somebody answered that it does not serve, or not yet */
	bool		stale;			/* somebody serves, by a role sequence that has been passed */
	bool		refused;		/* the last attempt has met somebody who serves, but not for us */
	int64		begun_ms;
	TmfIdentity identity;		/* of whoever ended the search */
	TmfAttempt	last;
} Search;

/* What an attempt's verdict means to the search. */
static const PairOutcome outcomes[] = {
	[VERDICT_NOT_PRINCIPAL] = PAIR_OUTCOME_NOT_PRINCIPAL,
	[VERDICT_UNREACHABLE] = PAIR_OUTCOME_UNREACHABLE,
	[VERDICT_LATER] = PAIR_OUTCOME_LATER,
	[VERDICT_UNTRUSTED] = PAIR_OUTCOME_UNREACHABLE,
	[VERDICT_GIVE_UP] = PAIR_OUTCOME_FATAL,
	[VERDICT_STATEMENT_FAILED] = PAIR_OUTCOME_FATAL,
	[VERDICT_TRANSACTION_LOST] = PAIR_OUTCOME_FATAL,
	[VERDICT_SESSION_LOST] = PAIR_OUTCOME_UNREACHABLE
};

/* What an instance said about itself, when that makes it no principal for us. */
static const struct
{
	PairOutcome outcome;
	const char *sqlstate;
	const char *summary;
}			refusals[] =
{
	[TMF_IDENTITY_PRINCIPAL] = {PAIR_OUTCOME_PRINCIPAL, "00000", ""},
	[TMF_IDENTITY_MIRROR] = {PAIR_OUTCOME_NOT_PRINCIPAL, "08001", "it says that it is not the principal"},
	[TMF_IDENTITY_NOT_MIRRORED] = {PAIR_OUTCOME_FATAL, "55000", "the database is not mirrored there"},
	[TMF_IDENTITY_OTHER_PAIR] = {PAIR_OUTCOME_FATAL, "55000", "the mirroring guid is another one than expected"},
	[TMF_IDENTITY_STALE] = {PAIR_OUTCOME_NOT_PRINCIPAL, "08001", "it is a former principal: its role sequence is lower than one seen before"},
	[TMF_IDENTITY_SEPARATE] = {PAIR_OUTCOME_NOT_PRINCIPAL, "08001", "the database is not mirrored there any more"}
};

static PairOutcome
refuse(Search *search, TmfIdentity identity, const char *summary)
{
	TmfAttempt *attempt = &search->last;

	search->identity = identity;
	search->stale |= identity == TMF_IDENTITY_STALE;
	search->refused = identity != TMF_IDENTITY_MIRROR;
	attempt->sqlstate = refusals[identity].sqlstate;
	attempt->verdict = refusals[identity].outcome == PAIR_OUTCOME_FATAL ?
		VERDICT_GIVE_UP : VERDICT_NOT_PRINCIPAL;
	strlcpy(attempt->summary, summary, sizeof(attempt->summary));
	tmf_attempt_close(attempt);
	return refusals[identity].outcome;
}

static PairOutcome
try_side(Search *search, PairSide side, int64 until_ms)
{
	TmfPartners *partners = search->partners;
	TmfAttempt *attempt = &search->last;
	TmfRole    *role = &search->opened->role;
	Endpoint	endpoint = partners->side[side].endpoint;
	TmfIdentity identity;

	search->refused = false;
	tmf_attempt_probed(search->options, search->user, &endpoint, NULL, &search->probe[side],
					   until_ms, attempt);
	if (!attempt->open ||
		!tmf_attempt_role(search->options, attempt,
						  until_ms < 0 ? -1 : Max(until_ms, tmf_now_ms() + ROLE_MS), role))
		return outcomes[attempt->verdict];
	/* without a right to the database the server may have put the login elsewhere */
	if (!role->in_database)
		return refuse(search, TMF_IDENTITY_MIRROR, "it has put the login into another database");

	identity = tmf_partners_judge(partners, search->options, side, role);
	if (identity != TMF_IDENTITY_PRINCIPAL)
		return refuse(search, identity, refusals[identity].summary);

	if (!tmf_partners_learn(partners, search->options, side, role, search->begun_ms))
		return refuse(search, TMF_IDENTITY_STALE, refusals[TMF_IDENTITY_STALE].summary);
	search->opened->side = side;
	search->opened->partners = partners;
	search->opened->epoch = partners->epoch;
	endpoint_format(&endpoint, search->opened->address, sizeof(search->opened->address));
	search->opened->conn = tmf_attempt_take(attempt);
	return PAIR_OUTCOME_PRINCIPAL;
}

/* Whoever answers that it does not serve yet is neither silent nor well. */
static void
tell(Search *search, PairSide side, PairOutcome outcome)
{
	if (outcome == PAIR_OUTCOME_LATER)
		return;
	tmf_event_partner(search->partners, search->options, side,
					  search->refused || search->untrusted[side] ? TMF_NEWS_REFUSED :
					  outcome == PAIR_OUTCOME_UNREACHABLE ? TMF_NEWS_SILENT : TMF_NEWS_ANSWERS,
					  search->last.summary);
}

/* The attempt at side ends here: its probe has, or was not answered in time. */
static void
finish_attempt(Search *search, PairSide side, int64 until_ms)
{
	TmfPartnerSide *entry = &search->partners->side[side];
	PairOutcome outcome;

	if (search->untrusted[side])
	{
		pair_report(&search->pair, side, PAIR_OUTCOME_UNREACHABLE);
		return;
	}
	outcome = try_side(search, side, until_ms);
	search->tried[side] = true;
	search->untrusted[side] = outcome != PAIR_OUTCOME_PRINCIPAL &&
		search->last.verdict == VERDICT_UNTRUSTED;
	tell(search, side, outcome);
	if (outcome != PAIR_OUTCOME_PRINCIPAL)
		snprintf(entry->last_error, sizeof(entry->last_error), "%s: %s",
				 verdict_name(search->last.verdict), search->last.summary);
	if (outcome == PAIR_OUTCOME_NOT_PRINCIPAL || outcome == PAIR_OUTCOME_LATER)
		search->transient = true;
	pair_report(&search->pair, side, outcome);
}

static TmfProbeKind
probe_kind(const Search *search)
{
	if (search->pair.sides == 1)
		return TMF_PROBE_ALONE;
	return search->options->encryption == WIRE_ENCRYPTION_STRICT ?
		TMF_PROBE_SILENT : TMF_PROBE_ASKING;
}

/* Begins an attempt unless it is under way, or would end as it did before. */
static void
begin_attempt(Search *search, PairSide side, int64 until_ms)
{
	TmfPartnerSide *entry = &search->partners->side[side];
	TmfProbe   *probe = &search->probe[side];

	if (probe->state != TMF_PROBE_NONE)
		return;
	if (search->untrusted[side])
	{
		memset(probe, 0, sizeof(*probe));
		probe->state = TMF_PROBE_FAILED;
		return;
	}
	entry->attempts++;
	tmf_probe_begin(probe, &entry->endpoint, probe_kind(search), until_ms);
}

static bool
has_ended(const TmfProbe *probe)
{
	return probe->state == TMF_PROBE_OPEN || probe->state == TMF_PROBE_FAILED;
}

/*
 * Goes on with the attempt of a step up to the next thing that pair.c should
 * know of.  The side that was asked for is preferred when both are ready.
 */
static void
race(Search *search, PairStep step)
{
	PairSide	side = step.side;
	PairSide	beside = side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	TmfProbe   *probe = &search->probe[side];
	TmfProbe   *other = &search->probe[beside];
	int64		until_ms = step.until_ms == INT64_MAX ? -1 : step.until_ms;

	begin_attempt(search, side, until_ms);
	if (step.beside_ms < step.until_ms && other->state == TMF_PROBE_NONE)
	{
		tmf_probe_wait(search->probe, PAIR_SIDES, step.beside_ms);
		/* that we were not given the processor is no silence of theirs */
		tmf_probe_wait(search->probe, PAIR_SIDES, 0);
		if (!has_ended(probe))
			begin_attempt(search, beside, until_ms);
	}
	tmf_probe_wait(search->probe, PAIR_SIDES, until_ms);

	if (has_ended(probe))
		finish_attempt(search, side, until_ms);
	else if (other->state == TMF_PROBE_OPEN)
		pair_turn(&search->pair, tmf_now_ms());
	else
	{
		/* the other one has failed, or time is up for both */
		if (other->state != TMF_PROBE_NONE)
			finish_attempt(search, beside, until_ms);
		if (tmf_wait_expired(&until_ms))
			finish_attempt(search, side, until_ms);
	}
}

static void
end_round(Search *search)
{
	int			side;

	for (side = 0; side < PAIR_SIDES; side++)
		tmf_probe_end(&search->probe[side]);
}

static PairSide
first_side(const TmfPartners *partners)
{
	return partners->principal_known ? partners->principal : PAIR_INITIAL;
}

/* One line for each partner that was asked. */
static char *
describe_attempts(const Search *search)
{
	static const char *const names[PAIR_SIDES] = {"Initial partner", "Failover partner"};
	StringInfoData text;
	int			side;

	initStringInfo(&text);
	for (side = 0; side < PAIR_SIDES; side++)
	{
		const TmfPartnerSide *entry = &search->partners->side[side];
		char		address[ENDPOINT_TEXT_MAX];

		if (side == PAIR_FAILOVER && !search->partners->has_failover)
			continue;
		endpoint_format(&entry->endpoint, address, sizeof(address));
		appendStringInfo(&text, "%s%s %s: %s", text.len ? "\n" : "", names[side], address,
						 search->tried[side] ? entry->last_error : "not asked");
	}
	return text.data;
}

static void
raise_refused(const Search *search)
{
	const TmfAttempt *attempt = &search->last;
	const char *name = search->options->name;

	if (search->identity == TMF_IDENTITY_NOT_MIRRORED)
		ereport(ERROR,
				(errcode(tmf_report_sqlstate(attempt->sqlstate)),
				 errmsg("database \"%s\" of server \"%s\" is not mirrored",
						search->options->database, name),
				 errdetail_internal("%s", describe_attempts(search)),
				 errhint("Set up database mirroring, or set the server option require_mirroring to false.")));
	if (search->identity == TMF_IDENTITY_OTHER_PAIR)
		ereport(ERROR,
				(errcode(tmf_report_sqlstate(attempt->sqlstate)),
				 errmsg("database \"%s\" of server \"%s\" belongs to another mirrored pair",
						search->options->database, name),
				 errdetail_internal("%s", describe_attempts(search)),
				 errhint("If mirroring was set up anew, run SELECT tds_mirror_forget('%s') and check the option mirroring_guid.",
						 name)));
	ereport(ERROR,
			(errcode(tmf_report_sqlstate(attempt->sqlstate)),
			 errmsg("could not log in to server \"%s\": %s", name, attempt->summary),
			 errdetail_internal("%s", describe_attempts(search)),
			 strncmp(attempt->sqlstate, "28", 2) == 0 ?
			 errhint("Check username and password of the user mapping.") : 0));
}

/* Nobody is left to be asked as encryption was asked for. */
static bool
all_untrusted(const Search *search)
{
	return search->untrusted[search->pair.first] &&
		(search->pair.sides == 1 ||
		 (search->untrusted[PAIR_INITIAL] && search->untrusted[PAIR_FAILOVER]));
}

static void
raise_not_found(const Search *search)
{
	const char *name = search->options->name;

	ereport(ERROR,
			(errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION),
			 all_untrusted(search) ?
			 errmsg("could not open an encrypted connection to server \"%s\"", name) :
			 errmsg("could not find the principal of server \"%s\"", name),
			 errdetail_internal("%s", describe_attempts(search)),
			 search->untrusted[PAIR_INITIAL] || search->untrusted[PAIR_FAILOVER] ?
			 errhint("Check the certificates of SQL Server, and the server options encryption, ca_file and certificate_hostname.") :
			 search->stale ?
			 errhint("If service was restored from an older state on purpose, run SELECT tds_mirror_forget('%s'); otherwise find the partner with the higher role sequence.",
					 name) :
			 search->transient ?
			 errhint("A failover may be under way, or no partner is principal: SELECT * FROM tds_mirror_status('%s') asks both.",
					 name) :
			 errhint("Check that SQL Server is running and accepts TCP connections at these addresses.")));
}

/* True when the principal was found. */
static bool
find_principal(Search *search)
{
	while (!all_untrusted(search))
	{
		PairStep	step = pair_next(&search->pair, tmf_now_ms(),
									 pg_prng_uint32(&pg_global_prng_state));

		switch (step.action)
		{
			case PAIR_ATTEMPT:
				race(search, step);
				break;
			case PAIR_PAUSE:
				end_round(search);
				tmf_wait_until(TMF_WAIT_PAUSE, step.until_ms);
				pair_waited(&search->pair);
				break;
			case PAIR_DONE:
				return true;
			case PAIR_GIVE_UP:
				return false;
		}
	}
	return false;
}

static Search *
begin_search(const TmfServerOptions *options, const TmfUserOptions *user, TmfOpened *opened)
{
	Search	   *search = palloc0(sizeof(Search));

	tmf_server_check_library(options->serverid);
	memset(opened, 0, sizeof(*opened));
	search->options = options;
	search->user = user;
	search->partners = tmf_partners_get(options);
	search->opened = opened;
	search->begun_ms = tmf_now_ms();
	search->pair = pair_begin(search->begun_ms, options->login_timeout_ms,
							  search->partners->has_failover ? 2 : 1,
							  first_side(search->partners));
	return search;
}

/* The other partner is not asked: what is open already leads to this one. */
bool
tmf_failover_open_beside(const TmfServerOptions *options, const TmfUserOptions *user,
						 int64 until_ms, TmfOpened *opened, TmfAttempt *attempt)
{
	Search	   *search = begin_search(options, user, opened);
	PairSide	side = first_side(search->partners);

	PG_TRY();
	{
		begin_attempt(search, side, until_ms);
		tmf_probe_wait(search->probe, PAIR_SIDES, until_ms);
		finish_attempt(search, side, until_ms);
	}
	PG_FINALLY();
	{
		end_round(search);
	}
	PG_END_TRY();
	*attempt = search->last;
	pfree(search);
	return opened->conn != NULL;
}

void
tmf_failover_open(const TmfServerOptions *options, const TmfUserOptions *user,
				  TmfOpened *opened)
{
	Search	   *search = begin_search(options, user, opened);
	bool		found = false;

	PG_TRY();
	{
		found = find_principal(search);
	}
	PG_FINALLY();
	{
		end_round(search);
	}
	PG_END_TRY();
	if (!found && search->pair.fatal)
		raise_refused(search);
	if (!found)
		raise_not_found(search);
	pfree(search);
}
