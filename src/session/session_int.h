/*
 * session_int.h
 *		The inside of a session, for src/session alone.
 */
#ifndef SESSION_INT_H
#define SESSION_INT_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/resowner.h"

#include "pure/silence.h"
#include "session/failover.h"
#include "session/partner.h"
#include "session/probe.h"
#include "session/session.h"
#include "session/transaction.h"
#include "session/wait_event.h"

typedef enum TmfSessionState
{
	TMF_SESSION_CLOSED,			/* conn is NULL */
	TMF_SESSION_IDLE,			/* nothing is on the wire */
	TMF_SESSION_BUSY			/* a statement is, and owner answers for it */
} TmfSessionState;

/* The remote transaction of a session; all zero when there is none.  See transaction.c */
typedef struct TmfTransaction
{
	bool		open;			/* BEGIN TRANSACTION was sent ... */
	bool		begun;			/* ... and acknowledged */
	int			level;			/* nest level that it belongs to */
	int			wrote_level;	/* lowest nest level whose changes stand; 0 = it only read */
	List	   *savepoints;		/* of nest levels 2, 3 ..., by serial; in TopTransactionContext */
	int			serial;			/* of the savepoint set last */
	int			undo;			/* to be rolled back to before anything else; 0 = none */
	const char *doomed;			/* SQLSTATE of each further use; NULL: it is sound */
	char		reason[256];	/* why it is doomed */
} TmfTransaction;

typedef struct TmfPrepared TmfPrepared;

struct TmfSession
{
	Oid			umid;			/* hash key: the user mapping ... */
	int			slot;			/* ... and 0 for its main session, 1 ... for the further ones */
	Oid			userid;			/* who acquired it last */
	Oid			owner_id;		/* whose mapping it is, InvalidOid: everybody's */
	TmfSessionState state;		/* changed by tmf_session_set_state() alone */
	WireConn   *conn;
	struct TmfWaitKept *wait;	/* for conn's socket; NULL until it is waited for */
	MemoryContext context;		/* holds options */
	TmfServerOptions *options;	/* as of the last login; kept while closed */
	uint32		server_hash;	/* syscache entries that the login depends on */
	uint32		mapping_hash;
	bool		invalidated;	/* they have changed: close after use */
	bool		close_at_end;	/* the user has run statements of his own on it */
	bool		unsettled;		/* and nobody has looked yet what they have left behind */
	int			isolation;		/* XACT_...: the level that the server was told */
	TmfTransaction transaction;

	TmfPartners *partners;
	uint64		epoch;			/* partners' at login: another one, and we are stale */
	char		address[ENDPOINT_TEXT_MAX];
	TmfSessionLogin login;
	TimestampTz opened_at;
	int64		statements;		/* sent since then */
	int64		resolved;		/* lost COMMITs of which the commit log told the outcome */
	WireError	lost;			/* why the last connection died ... */
	char		lost_address[ENDPOINT_TEXT_MAX];	/* ... and where to it led */
	TimestampTz refused_in;		/* of a main session: start of the user's statement in which a
								 * login of the mapping was refused; 0 = none */
	TimestampTz alone_until;	/* of a main session: until then none is opened beside it */
	TimestampTz used_at;		/* of a further session: when it was handed out last */

	TmfPrepared *prepared;		/* statements with parameters, since the login; NULL: none */

	/* of the statement on the wire */
	TmfStream  *stream;			/* who takes its rows; NULL: whoever sent it */
	ResourceOwner owner;		/* its end ends the statement */
	uint64		turn;			/* rises with each statement of this backend */
	int64		deadline_ms;	/* for the interrupt hook */
	int64		sent_ms;
	Silence		silence;		/* of the wait for its first answer */
	int64		relief_ms;		/* when other readers are relieved for it; INT64_MAX: they have been */
	uint64		rows;			/* received */
	bool		answered;		/* its first result has been read */
	bool		has_rows;		/* the result has columns */
	bool		returns;		/* as in TmfRequest */
	const int  *tolerated;
	int			refused;		/* the tolerated error that was its answer; 0: none */
	int64		counted;		/* the last count in the answer; -1: none yet */
};

extern void tmf_session_set_state(TmfSession *session, TmfSessionState state);

/* The session in a slot of a user mapping, made (closed) when there is none; or NULL then. */
extern TmfSession *tmf_session_of(Oid umid, int slot);
extern TmfSession *tmf_session_find(Oid umid, int slot);

/* Whoever acquires session is judged, and remembered. */
extern void tmf_session_used_by(TmfSession *session, UserMapping *user);

/*
 * Before a login of session for user: reads its options again (the old ones stay
 * when that raises), and finds the credentials as they are now.
 */
extern const TmfUserOptions *tmf_session_before_login(TmfSession *session, UserMapping *user);

/* The connection is session's from now on; it was opened beside that login (0: its own). */
extern void tmf_session_after_login(TmfSession *session, const TmfOpened *opened, uint64 beside);

/* A connection has ended that nobody wanted to end: says so in the log. */
extern void tmf_session_tell_lost(const TmfSession *session, const char *reason);

/* Closes the connection, whatever it is doing; that dooms its transaction. */
extern void tmf_session_close(TmfSession *session, const char *reason);

/*
 * Closes the connection and removes the session, whose mapping may be gone.
 * Only at the end of a transaction: no scan holds a pointer to it then.
 */
extern void tmf_session_forget(TmfSession *session);

/*
 * Ends the statement on the wire within a hard bound: idle afterwards, or
 * closed.  Never raises.
 */
extern void tmf_session_stop(TmfSession *session);

/*
 * The same for a statement whose owner wants no more of it: a remote transaction
 * is spared the attention when what is left of the rows comes soon.
 */
extern void tmf_session_abandon(TmfSession *session);

/* The connection is lost, for the reason given: closes it. */
extern void tmf_session_lose(TmfSession *session, const WireError *error);

/* The same in words of our own. */
extern void tmf_session_lose_because(TmfSession *session, const char *text);

/* silence.c: a statement was sent, and is to be answered. */
extern void tmf_silence_begin(TmfSession *session);

/*
 * silence.c: waits for the first answer to the statement on the wire, and asks
 * the other partner now and then.  False: the time for the statement is over,
 * or the session is lost, for the other one is principal now.
 */
extern bool tmf_silence_wait(TmfSession *session);

/*
 * prepared.c: sends a request with parameters, the way that is best for one that
 * was or was not sent before.  text: request->sql in UTF-8.
 */
extern WireStatus tmf_prepared_send(TmfSession *session, const TmfRequest *request,
									const char *text);

/* prepared.c: the statement on the wire has ended, or (forget) the connection.  Never raise. */
extern void tmf_prepared_settle(TmfSession *session);
extern void tmf_prepared_forget(TmfSession *session);

/*
 * stream.c: begins a statement, which is to be sent now.  False: there is no
 * connection any more.
 */
extern bool tmf_session_occupy(TmfSession *session, TmfStream *stream);

/*
 * stream.c: a call of the wire for the statement has not succeeded.  Returns when
 * the connection is lost, with the reason in session->lost, and after a tolerated
 * error; raises everything else.
 */
extern void tmf_session_not_ok(TmfSession *session, WireStatus status, const char *sql);

/* gather.c: sends the rows that wait for the user mapping; forgets those of a level. */
extern void tmf_gather_send_all(Oid umid);
extern void tmf_gather_abort(int level);

/*
 * transaction.c: what is changed from now on belongs to this nest level, which is
 * not deeper than the current one; 0: to the current one.  Says what it was before.
 */
extern int	tmf_transaction_act_at(int level);

/* Does an error mean that its connection leads to no principal any more? */
extern bool tmf_session_means_lost(const WireError *error);

/* Why an open session cannot be used any more; NULL when it can. */
extern const char *tmf_session_unfit(const TmfSession *session);

/* Has the owner of the statement on the wire take its rows off it. */
extern void tmf_session_make_room(TmfSession *session);

/* readers.c: the same for the further sessions of main's user mapping. */
extern void tmf_session_make_room_beside(const TmfSession *main);

/*
 * readers.c: has this statement of the user's seen a login of the mapping refused?
 * One is no reason to lock an account.
 */
extern bool tmf_session_was_refused(const TmfSession *session);
extern void tmf_session_note_refused(const TmfSession *session);

/*
 * readers.c: how long a statement waits for its first answer before
 * tmf_session_relieve() has other readers on its server, who stand still
 * meanwhile, take their rows: they may hold locks that somebody waits for whom
 * the statement waits for.
 */
#define TMF_RELIEF_MS	500

extern void tmf_session_relieve(const TmfSession *waiting);

/* readers.c: has the main session logged in anew since this one did? */
extern bool tmf_session_outlived(const TmfSession *session);

/* readers.c: nor was it needed for so long that it should go. */
extern bool tmf_session_superfluous(const TmfSession *session);

/* Runs visit for each session. */
extern void tmf_session_each(void (*visit) (TmfSession *session, void *argument), void *argument);

/* Is a statement on the wire of any session? */
extern bool tmf_session_any_busy(void);

/*
 * attempt.c: the rest of an attempt whose probe has ended, or was not answered
 * until now: a login, or the reason why there is none.  Ends the probe.
 */
extern void tmf_attempt_probed(const TmfServerOptions *options, const TmfUserOptions *user,
							   const Endpoint *endpoint, const char *database,
							   TmfProbe *probe, int64 until_ms, TmfAttempt *attempt);

/*
 * attempt.c: an attempt has failed, by attempt->error and the verdict table, or
 * because nobody answered.  Closes its connection.
 */
extern void tmf_attempt_fail_judged(TmfAttempt *attempt);
extern void tmf_attempt_fail_unreachable(TmfAttempt *attempt, const char *text, int os_error);

/* attempt.c: wire_open() with all that belongs to it; close what it opens by wire_close(). */
extern WireStatus tmf_attempt_wire(const WireLogin *login, WireConn **conn, WireError *error);

/*
 * encryption.c: a login to address has failed with error.  True: because it could
 * not be encrypted as it was asked to be, and error says why.
 */
extern bool tmf_encryption_explain(const TmfAddress *address, const WireLogin *login,
								   int64 until_ms, WireError *error);

/*
 * control.c: runs a statement of our own on an idle session, within a bound, for
 * those who must not raise.  until_cancel: a cancel or termination ends it, too.
 * values gets the only row of the result, of count ints.  WIRE_OK, WIRE_FAILED
 * (the server refused: wire_error()), or the session is closed, and what became
 * of the statement is not known.
 */
extern WireStatus tmf_control(TmfSession *session, TmfWaitEvent event, const char *sql,
							  int64 until_ms, bool until_cancel, int32 *values, int count);

/*
 * transaction.c: may the session be used now?  Raises when its transaction is, or
 * is found to be, lost.
 */
extern void tmf_transaction_require(TmfSession *session);

/*
 * Brings an open session to the isolation level of the local transaction, with a
 * remote transaction where that asks for one.  False: the connection was lost,
 * and nothing with it.
 */
extern bool tmf_transaction_prepare(TmfSession *session);

/* Rolls back what a subtransaction has left to be rolled back.  Raises when that fails. */
extern void tmf_transaction_settle(TmfSession *session);

/* After an error or attention: dooms the transaction unless the server says that it stands. */
extern void tmf_transaction_examine(TmfSession *session);

/* The work of the open transaction is lost. */
extern void tmf_transaction_lost(TmfSession *session, const char *reason);

/* A local subtransaction of this nest level has ended.  Never raise. */
extern void tmf_transaction_subcommit(TmfSession *session, int level);
extern void tmf_transaction_subabort(TmfSession *session, int level);

/* Rolls back within a hard bound, or closes the session.  Never raises. */
extern void tmf_transaction_abort(TmfSession *session);

/* There is no remote transaction any more. */
extern void tmf_transaction_forget(TmfSession *session);

/*
 * raw.c: if the user's statements have left the session unsettled, brings its
 * settings back, and dooms the transaction when they have changed that.  Never
 * raises.
 */
extern void tmf_raw_restore(TmfSession *session);

/* role.c: appends every setting that a session of ours relies on. */
extern void tmf_role_settings(StringInfo sql, const TmfServerOptions *options,
							  const char *isolation);

/* commit.c: commits all remote transactions.  Raises unless all are committed. */
extern void tmf_commit_all(void);

/* commit_log.c: the quoted name of the table of the commit log, which is set. */
extern void tmf_commit_log_name(StringInfo buffer, const TmfServerOptions *options);

/* xact.c: registers its callbacks; has the end of this transaction look at the sessions. */
extern void tmf_xact_init(void);
extern void tmf_xact_touch(void);

#endif
