/*
 * session.h
 *		The backend's sessions: one TDS connection of one user mapping each.
 *
 * A user mapping has one main session, which carries everything that changes
 * data or belongs to a remote transaction, and up to max_sessions - 1 further
 * ones, which carry nothing but reads outside of one.  A session handed out here
 * is open and its instance has been proven principal (or stand-alone) by its
 * login.  Only session/ opens, closes and waits; callers send statements and
 * take rows.
 *
 * At most one statement is on the wire of a session.  Whoever reads its rows
 * registers a TmfStream; when somebody else needs the session, that stream is
 * asked to take the rest of its rows off the wire first (spool).
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "datatype/timestamp.h"
#include "foreign/foreign.h"

#include "option/compat.h"
#include "option/option.h"
#include "pure/pair.h"
#include "wire/wire.h"

typedef struct TmfSession TmfSession;
typedef struct TmfStream TmfStream;

struct TmfStream
{
	/* Could it, now?  Not before the answer is there, nor in the middle of a row. */
	bool		(*movable) (const TmfStream *stream);

	/* Take every remaining row off the wire, keep them, and return. */
	void		(*spool) (TmfStream *stream);
};

/* What a login has shown of the pair: two logins may show the same data, or not. */
typedef struct TmfSessionLogin
{
	uint64		generation;		/* counts the logins of this backend */
	uint64		beside;			/* that of the main session when it was made */
	char		guid[37];		/* "" when the database is not seen to be mirrored */
	int			role_sequence;
	int			safety;
	int			state;
	bool		proven;			/* the instance has shown that it is principal, or not mirrored */
} TmfSessionLogin;

/* A statement and its typed parameters, @P1 and so on; all of it outlives the result. */
typedef struct TmfRequest
{
	const char *sql;			/* in the database's encoding */
	int			parameters;
	const WireParameter *parameter; /* as many; NULL when there are none */
	bool		raw;			/* the user's own: see raw.h */
	bool		repeated;		/* it will be sent again with other values */

	/* of statements that change data: see change.h */
	bool		returns;		/* the rows wanted come after results that only have a count */
	const int  *tolerated;		/* errors that are an answer, ended by 0; NULL: none */
} TmfRequest;

typedef enum TmfFetch
{
	TMF_FETCH_ROW,
	TMF_FETCH_END,				/* the whole result, counted and found complete */
	TMF_FETCH_LOST				/* the connection died; tmf_session_raise_lost() says how */
} TmfFetch;

/*
 * The main session of this user on this server, opened (failing over as needed)
 * or found idle and alive.  Under REPEATABLE READ and SERIALIZABLE its remote
 * transaction is open.  Raises: 08001 with both verdicts in DETAIL, 28P01, 57014
 * ..., and 08006 while a remote transaction of it is doomed.
 */
extern TmfSession *tmf_session_acquire(UserMapping *user);

/*
 * A session to read from: the main one when nobody streams on it, or where the
 * transaction demands it; else a further one, opened beside it where max_sessions
 * allows and the server lets us in; else one of which the stream was spooled.
 * Raises what tmf_session_acquire() raises.
 */
extern TmfSession *tmf_session_acquire_to_read(UserMapping *user);

/*
 * The same without spooling anybody: NULL when every session that may be had is
 * in use.
 */
extern TmfSession *tmf_session_acquire_own(UserMapping *user);

/*
 * Sends one request and waits for nothing.  False: the connection died
 * (TMF_FETCH_LOST).  stream (may be NULL) owns the result until TMF_FETCH_END,
 * tmf_session_end() or an error.
 */
extern bool tmf_session_send(TmfSession *session, const TmfRequest *request,
							 TmfStream *stream);

/*
 * Waits, interruptibly, for the first result of what was sent last.  False: the
 * connection died before anything of the answer was read.  Server errors are
 * raised here, with sql as context.
 */
extern bool tmf_session_answer(TmfSession *session, const char *sql);

/*
 * Of what was sent last: will tmf_session_answer() not have to wait?  When the
 * other partner is to be asked (silence_check), that is done here, within a bound.
 */
extern bool tmf_session_ready(TmfSession *session);

/*
 * For waiting elsewhere: the socket, and the time at which tmf_session_ready()
 * has something to do in any case (INT64_MAX: never).
 */
extern int	tmf_session_awaits(const TmfSession *session, int64 *until_ms);

/* Sends and waits. */
extern bool tmf_session_query(TmfSession *session, const TmfRequest *request,
							  TmfStream *stream);

/* The next row of the first result. */
extern TmfFetch tmf_session_fetch(TmfSession *session, const char *sql);

/* Of the running result: see wire.h.  Valid after tmf_session_query(). */
extern WireConn *tmf_session_conn(TmfSession *session);

/*
 * The owner of stream wants no more of its rows (no-op when it is not on the
 * wire): attention, or the session is closed when that is not acknowledged.
 */
extern void tmf_session_end(TmfSession *session, TmfStream *stream);

/*
 * Is stream still on session's wire?  session may have died and been freed
 * from under its user only at transaction end.
 */
extern bool tmf_session_streams(TmfSession *session, TmfStream *stream);

/*
 * Raises 08006 for a session found dead: rows is what this execution had
 * handed over, for DETAIL.
 */
pg_noreturn extern void tmf_session_raise_lost(TmfSession *session, const char *sql, uint64 rows);

/* Of the login of user's main session as it stands, alive or not; 0: it is closed. */
extern uint64 tmf_session_generation(const UserMapping *user);

/* The session's last login; to be copied by whoever compares it later. */
extern const TmfSessionLogin *tmf_session_login(const TmfSession *session);

/* "host,port", for EXPLAIN ANALYZE. */
extern const char *tmf_session_address(const TmfSession *session);

/*
 * May rows of two logins to session's server, by whichever sessions, be combined in
 * one portal?  (design 5.3)
 */
extern bool tmf_session_same_data(const TmfSession *session, const TmfSessionLogin *one,
								  const TmfSessionLogin *other);

/* A session as the view shows it. */
typedef struct TmfSessionInfo
{
	Oid			serverid;
	Oid			umid;			/* the user mapping */
	Oid			userid;			/* whose mapping that is, InvalidOid: everybody's */
	const char *address;		/* of the last login */
	const char *state;			/* closed, idle, streaming, in transaction, doomed */
	int			spid;			/* 0 while closed */
	bool		in_transaction; /* its remote transaction is open */
	bool		stale;			/* its next use replaces the connection */
	bool		closed;			/* the other side has ended it, as far as can be seen without asking */
	uint64		generation;
	TimestampTz opened_at;		/* the last login */
	int64		statements;		/* sent since then */
	int64		resolved;		/* lost COMMITs of which the commit log told the outcome */
} TmfSessionInfo;

/* All sessions of this backend, palloc'd TmfSessionInfo. */
extern List *tmf_session_list(void);

/*
 * Closes the sessions of a server, or of all (InvalidOid), and says how many
 * were open.  One that is in use is refused with 55006; of all, it is left out
 * with a warning.
 */
extern int	tmf_session_disconnect(Oid serverid);

/* Registers syscache and transaction callbacks; called by _PG_init. */
extern void tmf_session_init(void);

#endif
