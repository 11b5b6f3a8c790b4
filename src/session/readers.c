/*
 * src/session/readers.c
 *		Which session of a user mapping a reader gets.
 *
 * The main session, while nobody streams on it: then there is one, as ever.  When
 * somebody does, and both only read what is committed, the second reader may have
 * a further session, so that neither waits for the other, and the first one's
 * rest need not be stored.  Further sessions belong to the main one's login: they
 * are opened at the same place, by a single attempt, and replaced when the main
 * one has logged in anew.  They are a convenience, so that failing to open one
 * fails no statement; then a stream is spooled, as if there were no more.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "session/event.h"
#include "session/wait.h"
#include "session_int.h"

/* How long opening a further session may take; its like has just been opened. */
#define BESIDE_MS		3000

/* After a failure, how long before it is tried again. */
#define ALONE_MS		60000

/* A further session that was not used for so long is closed when a transaction ends. */
#define SUPERFLUOUS_MS	60000

/* A statement of the user's can be many on the wire, of several sessions. */
bool
tmf_session_was_refused(const TmfSession *session)
{
	return tmf_session_of(session->umid, 0)->refused_in == GetCurrentStatementStartTimestamp();
}

void
tmf_session_note_refused(const TmfSession *session)
{
	tmf_session_of(session->umid, 0)->refused_in = GetCurrentStatementStartTimestamp();
}

/* Must everything of the mapping go to its main session, or is it free anyway? */
static bool
belongs_to_main(const TmfSession *main)
{
	return main->state != TMF_SESSION_BUSY || main->transaction.open ||
		IsolationUsesXactSnapshot() || main->invalidated || tmf_session_unfit(main) != NULL;
}

bool
tmf_session_outlived(const TmfSession *session)
{
	const TmfSession *main = tmf_session_find(session->umid, 0);

	return main == NULL || main->login.generation != session->login.beside;
}

static bool
is_movable(const TmfSession *session)
{
	return session->state == TMF_SESSION_BUSY && session->answered && session->stream != NULL &&
		session->stream->movable(session->stream);
}

/* Can it be used as it is?  Closes one that cannot. */
static bool
is_ready(TmfSession *session)
{
	const char *reason;

	if (session->state != TMF_SESSION_IDLE)
		return false;
	reason = tmf_session_outlived(session) ? "it was opened beside a former connection" :
		tmf_session_unfit(session);
	if (reason != NULL)
		tmf_session_close(session, reason);
	return reason == NULL;
}

/*
 * Wrong credentials stay wrong until a login with them succeeds: no account is
 * locked for a convenience.
 */
static bool
open_beside(TmfSession *session, TmfSession *main, UserMapping *user)
{
	const TmfUserOptions *credentials;
	TmfOpened	opened;
	TmfAttempt	attempt;

	if (main->alone_until > GetCurrentTimestamp() || tmf_session_was_refused(main))
		return false;
	credentials = tmf_session_before_login(session, user);
	if (tmf_failover_open_beside(session->options, credentials,
								 tmf_now_ms() + Min(BESIDE_MS, session->options->login_timeout_ms),
								 &opened, &attempt))
	{
		tmf_session_after_login(session, &opened, main->login.generation);
		return true;
	}
	main->alone_until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ALONE_MS);
	if (strncmp(attempt.sqlstate, "28", 2) == 0)
	{
		main->alone_until = DT_NOEND;
		tmf_session_note_refused(main);
	}
	tmf_event(session->options->name, NULL, NULL,
			  "no further session could be opened, so that readers wait for each other: %s",
			  attempt.summary);
	return false;
}

/* A further session that nobody uses; NULL when none can be had. */
static TmfSession *
find_free(TmfSession *main, UserMapping *user)
{
	int			count = main->options->max_sessions;
	int			slot;

	for (slot = 1; slot < count; slot++)
	{
		TmfSession *session = tmf_session_find(main->umid, slot);

		if (session != NULL && is_ready(session))
			return session;
	}
	for (slot = 1; slot < count; slot++)
	{
		TmfSession *session = tmf_session_of(main->umid, slot);

		if (session->state == TMF_SESSION_CLOSED)
			return open_beside(session, main, user) ? session : NULL;
	}
	return NULL;
}

/* One whose stream costs nothing to move: all of the answer is here. */
static TmfSession *
find_all_here(TmfSession *main)
{
	int			count = main->options->max_sessions;
	int			slot;

	for (slot = 0; slot < count; slot++)
	{
		TmfSession *session = tmf_session_find(main->umid, slot);

		if (session != NULL && is_movable(session) && wire_all_here(session->conn))
			return session;
	}
	return NULL;
}

/*
 * Of streams the latest: it belongs to whatever is nested deepest, which has the
 * least to give, and the outermost one, which may be very long, goes on handing
 * over rows as they arrive.
 */
static TmfSession *
find_latest(TmfSession *main)
{
	int			count = main->options->max_sessions;
	TmfSession *latest = main;
	int			slot;

	for (slot = 1; slot < count; slot++)
	{
		TmfSession *session = tmf_session_find(main->umid, slot);

		if (session != NULL && is_movable(session) &&
			(session->turn > latest->turn || !is_movable(latest)))
			latest = session;
	}
	return latest;
}

static TmfSession *
hand_out(TmfSession *session, UserMapping *user)
{
	tmf_session_used_by(session, user);
	session->used_at = GetCurrentTimestamp();
	return session;
}

/*
 * Each turn spools a stream, until one leaves a session behind that can be used,
 * or the main one is free.
 */
TmfSession *
tmf_session_acquire_to_read(UserMapping *user)
{
	TmfSession *main = tmf_session_of(user->umid, 0);

	tmf_gather_send_all(user->umid);
	while (!belongs_to_main(main))
	{
		TmfSession *session = find_all_here(main);

		if (session == NULL && (session = find_free(main, user)) != NULL)
			return hand_out(session, user);
		if (session == NULL)
			session = find_latest(main);
		if (session == main)
			break;
		tmf_session_make_room(session);
		if (is_ready(session))
			return hand_out(session, user);
	}
	return tmf_session_acquire(user);
}

TmfSession *
tmf_session_acquire_own(UserMapping *user)
{
	TmfSession *main = tmf_session_of(user->umid, 0);
	TmfSession *session;

	tmf_gather_send_all(user->umid);
	if (main->state != TMF_SESSION_BUSY)
		return tmf_session_acquire(user);
	session = belongs_to_main(main) ? NULL : find_free(main, user);
	return session != NULL ? hand_out(session, user) : NULL;
}

bool
tmf_session_superfluous(const TmfSession *session)
{
	return session->slot > 0 &&
		(tmf_session_outlived(session) ||
		 TimestampDifferenceExceeds(session->used_at, GetCurrentTimestamp(), SUPERFLUOUS_MS));
}

/* Sessions of one server that stream, less one of them. */
typedef struct Others
{
	const TmfSession *except;
	bool		same_mapping;
	List	   *sessions;
} Others;

static void
collect_busy(TmfSession *session, void *argument)
{
	Others	   *others = argument;

	if (session == others->except || session->state != TMF_SESSION_BUSY ||
		session->options->serverid != others->except->options->serverid ||
		(others->same_mapping && session->umid != others->except->umid))
		return;
	others->sessions = lappend(others->sessions, session);
}

/*
 * A reader that stands still may hold locks, and must hold none when a
 * transaction of ours wants to write what it reads.
 */
void
tmf_session_make_room_beside(const TmfSession *main)
{
	Others		others = {main, true};
	ListCell   *cell;

	if (!tmf_session_any_busy())
		return;
	tmf_session_each(collect_busy, &others);
	foreach(cell, others.sessions)
	{
		TmfSession *session = lfirst(cell);

		if (session->state == TMF_SESSION_BUSY)
			tmf_session_make_room(session);
	}
	list_free(others.sessions);
}

/* Who cannot be moved now is left alone. */
void
tmf_session_relieve(const TmfSession *waiting)
{
	Others		others = {waiting, false};
	ListCell   *cell;

	tmf_session_each(collect_busy, &others);
	foreach(cell, others.sessions)
	{
		TmfSession *session = lfirst(cell);

		if (is_movable(session))
			session->stream->spool(session->stream);
	}
	list_free(others.sessions);
}
