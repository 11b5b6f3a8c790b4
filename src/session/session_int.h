/*
 * session_int.h
 *		The inside of a session, for src/session alone.
 */
#ifndef SESSION_INT_H
#define SESSION_INT_H

#include "utils/resowner.h"

#include "session/failover.h"
#include "session/partner.h"
#include "session/session.h"

typedef enum TmfSessionState
{
	TMF_SESSION_CLOSED,			/* conn is NULL */
	TMF_SESSION_IDLE,			/* nothing is on the wire */
	TMF_SESSION_BUSY			/* a statement is, and owner answers for it */
} TmfSessionState;

/* What a login has shown of the pair, for tmf_session_same_data(). */
typedef struct TmfSessionLogin
{
	uint64		generation;
	char		guid[37];
	int			role_sequence;
	int			safety;
	int			state;
} TmfSessionLogin;

struct TmfSession
{
	Oid			umid;			/* hash key: the user mapping */
	TmfSessionState state;		/* changed by tmf_session_set_state() alone */
	WireConn   *conn;
	MemoryContext context;		/* holds options */
	TmfServerOptions *options;	/* as of the last login; kept while closed */
	uint32		server_hash;	/* syscache entries that the login depends on */
	uint32		mapping_hash;
	bool		invalidated;	/* they have changed: close after use */

	TmfPartners *partners;
	uint64		epoch;			/* partners' at login: another one, and we are stale */
	char		address[ENDPOINT_TEXT_MAX];
	TmfSessionLogin login;
	TmfSessionLogin former;
	WireError	lost;			/* why the last connection died ... */
	char		lost_address[ENDPOINT_TEXT_MAX];	/* ... and where to it led */

	/* of the statement on the wire */
	TmfStream  *stream;			/* who takes its rows; NULL: whoever sent it */
	ResourceOwner owner;		/* its end ends the statement */
	int64		deadline_ms;	/* for the interrupt hook */
	uint64		rows;			/* received */
	bool		has_rows;		/* the result has columns */
};

extern void tmf_session_set_state(TmfSession *session, TmfSessionState state);

/* Closes the connection, whatever it is doing. */
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

/* Has the owner of the statement on the wire take its rows off it. */
extern void tmf_session_make_room(TmfSession *session);

/* Runs visit for each session. */
extern void tmf_session_each(void (*visit) (TmfSession *session, void *argument), void *argument);

/* Is a statement on the wire of any session? */
extern bool tmf_session_any_busy(void);

/*
 * attempt.c: an attempt has failed, by attempt->error and the verdict table, or
 * because nobody answered.  Closes its connection.
 */
extern void tmf_attempt_fail_judged(TmfAttempt *attempt);
extern void tmf_attempt_fail_unreachable(TmfAttempt *attempt, const char *text, int os_error);

/* xact.c: registers its callbacks; has the end of this transaction look at the sessions. */
extern void tmf_xact_init(void);
extern void tmf_xact_touch(void);

#endif
