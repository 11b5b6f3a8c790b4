/*
 * src/session/silence.c
 *		Waiting for the first answer of a statement, and asking the other partner.
 *
 * A frozen principal keeps its connections, and so does one that the network has
 * cut off from its partner: nothing on the wire of the session that waits will
 * ever tell.  pure/silence.c knows when to ask; the question is a login beside
 * the wait, which ends as soon as the answer begins to arrive.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pure/silence.h"
#include "session/wait.h"
#include "session_int.h"

/* A question may take as long as the silence before the first one, but this long in any case. */
#define QUESTION_MS	1000

/*
 * Is there another partner, a way to recognize that it has taken over, and no
 * refused login in this statement?
 */
static bool
may_ask(const TmfSession *session)
{
	return session->partners->has_failover && session->login.guid[0] != '\0' &&
		!session->invalidated && !tmf_session_was_refused(session);
}

/* Does role, of whom the attempt reached, say that the session leads to nobody any more? */
static bool
has_taken_over(const TmfSession *session, PairSide side, const TmfRole *role)
{
	return role->in_database && role->mirrored &&
		strcmp(role->guid, session->login.guid) == 0 &&
		role->role_sequence > session->login.role_sequence &&
		tmf_partners_judge(session->partners, session->options, side, role) == TMF_IDENTITY_PRINCIPAL;
}

static SilenceOutcome
question(TmfSession *session, int64 until_ms)
{
	TmfPartners *partners = session->partners;
	PairSide	side = partners->principal == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	UserMapping *mapping = GetUserMapping(session->userid, session->options->serverid);
	Endpoint	endpoint = partners->side[side].endpoint;
	SilenceOutcome outcome = SILENCE_NO_NEWS;
	TmfAttempt	attempt;
	TmfRole		role;

	if (mapping->umid != session->umid)
		return SILENCE_REFUSED;
	partners->side[side].attempts++;
	tmf_attempt(session->options, tmf_user_options(mapping), &endpoint, NULL, until_ms, &attempt);
	if (!attempt.open && attempt.verdict == VERDICT_GIVE_UP)
	{
		tmf_session_note_refused(session);
		return SILENCE_REFUSED;
	}
	if (!attempt.open)
		return SILENCE_NO_NEWS;
	if (tmf_attempt_role(session->options, &attempt, until_ms, &role) &&
		has_taken_over(session, side, &role))
	{
		(void) tmf_partners_learn(partners, session->options, side, &role,
								  session->sent_ms);
		outcome = SILENCE_MOVED;
	}
	tmf_attempt_close(&attempt);
	return outcome;
}

/* Asks the other partner, unless the answer that session waits for comes before. */
static SilenceOutcome
ask(TmfSession *session)
{
	int64		patience = Max(session->options->silence_check_ms, QUESTION_MS);
	int64		until = tmf_now_ms() + Min(patience, session->options->login_timeout_ms);
	MemoryContext context;
	MemoryContext former;
	volatile SilenceOutcome outcome = SILENCE_NO_NEWS;

	if (!may_ask(session))
		return SILENCE_REFUSED;
	if (session->deadline_ms >= 0)
		until = Min(until, session->deadline_ms);
	context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw silence",
									ALLOCSET_SMALL_SIZES);
	former = MemoryContextSwitchTo(context);
	tmf_wait_cut(wire_socket(session->conn));
	PG_TRY();
	{
		outcome = question(session, until);
	}
	PG_FINALLY();
	{
		tmf_wait_uncut();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(former);
	MemoryContextDelete(context);
	ereport(DEBUG1, (errmsg_internal("server \"%s\": no answer from %s, and the other partner %s",
									 session->options->name, session->address,
									 outcome == SILENCE_MOVED ? "is principal" : "is not")));
	return outcome;
}

void
tmf_silence_begin(TmfSession *session)
{
	int64		now = tmf_now_ms();

	session->sent_ms = now;
	session->silence = silence_begin(now, may_ask(session) ? session->options->silence_check_ms : 0);
	session->relief_ms = now + TMF_RELIEF_MS;
}

/* When something must be done although no answer is there; INT64_MAX: never. */
static int64
due_ms(const TmfSession *session)
{
	int64		due = Min(session->silence.next_ms, session->relief_ms);

	if (session->silence.moved || session->epoch != session->partners->epoch)
		return 0;
	return session->deadline_ms < 0 ? due : Min(session->deadline_ms, due);
}

/* Has the answer begun to arrive?  So has the end of the connection. */
static bool
begun(const TmfSession *session)
{
	return !wire_idle_alive(session->conn);
}

/*
 * Does what is due, and that may take some time.  False: no more waiting.  An
 * answer that is here is never too late: it may have lain there since, and nobody
 * looked.
 *
 * Readers beside us who stand still meanwhile may hold locks that somebody waits
 * for whom the server has us wait for: after a while they are relieved of that.
 */
static bool
go_on(TmfSession *session)
{
	int64		now = tmf_now_ms();

	if (due_ms(session) > now || begun(session))
		return true;
	if (tmf_wait_expired(&session->deadline_ms))
		return false;
	if (session->relief_ms <= now)
	{
		session->relief_ms = INT64_MAX;
		tmf_session_relieve(session);
		return true;
	}
	if (session->epoch == session->partners->epoch)
	{
		SilenceOutcome outcome = ask(session);

		silence_asked(&session->silence, tmf_now_ms(), outcome);
	}
	if (due_ms(session) > 0)
		return true;
	tmf_session_lose_because(session, "the principal has changed");
	return false;
}

static bool
wait_readable(TmfSession *session, int64 until_ms)
{
	int			fd = wire_socket(session->conn);

	if (fd < 0)
		return true;
	if (session->wait == NULL)
		session->wait = tmf_wait_keep(fd);
	return tmf_wait_kept(TMF_WAIT_ANSWER, session->wait, until_ms);
}

bool
tmf_silence_wait(TmfSession *session)
{
	while (go_on(session))
	{
		int64		due = due_ms(session);

		if (wait_readable(session, due == INT64_MAX ? -1 : due))
			return true;
	}
	return false;
}

bool
tmf_session_ready(TmfSession *session)
{
	return !go_on(session) || session->state != TMF_SESSION_BUSY || begun(session);
}

int
tmf_session_awaits(const TmfSession *session, int64 *until_ms)
{
	*until_ms = due_ms(session);
	return wire_socket(session->conn);
}
