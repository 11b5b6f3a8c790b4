/*
 * failover.h
 *		Opening a connection to whichever partner is principal.
 */
#ifndef SESSION_FAILOVER_H
#define SESSION_FAILOVER_H

#include "pure/verdict.h"
#include "session/partner.h"

typedef struct TmfOpened
{
	WireConn   *conn;
	PairSide	side;
	TmfRole		role;
	TmfPartners *partners;
	uint64		epoch;			/* theirs, at this login */
	char		address[ENDPOINT_TEXT_MAX]; /* the endpoint as the user would write it */
} TmfOpened;

/*
 * Finds the principal within login_timeout and logs in to the database; the
 * session's SET options are in force.  Raises when nobody is.
 */
extern void tmf_failover_open(const TmfServerOptions *options, const TmfUserOptions *user,
							  TmfOpened *opened);

typedef struct TmfAttempt
{
	bool		open;			/* logged in: conn is set */
	WireConn   *conn;
	WireError	error;			/* otherwise: why not */
	Verdict		verdict;
	const char *sqlstate;
	char		summary[256];	/* one line for DETAIL and the views; no secrets */
	struct TmfAttemptGuard *guard;	/* closes conn when its memory context ends */
} TmfAttempt;

/*
 * One attempt at one endpoint, for the functions that ask a partner about
 * itself (status, planned failover).  database NULL: the server's own, that of
 * options.  Never raises for a remote failure; interrupts are served.
 */
extern void tmf_attempt(const TmfServerOptions *options, const TmfUserOptions *user,
						const Endpoint *endpoint, const char *database,
						int64 until_ms, TmfAttempt *attempt);

/*
 * One more connection beside one that is alive: a single attempt at the partner
 * known as principal, within the bound.  False: *attempt says why there is none.
 * Raises for no remote failure; interrupts are served.
 */
extern bool tmf_failover_open_beside(const TmfServerOptions *options, const TmfUserOptions *user,
									 int64 until_ms, TmfOpened *opened, TmfAttempt *attempt);

/*
 * Runs the session's SET batch and reads what the instance says of the pair's
 * database, wherever the connection is logged in (a mirror is asked from
 * master).  False: attempt->error says why, and the connection is closed.
 */
extern bool tmf_attempt_role(const TmfServerOptions *options, TmfAttempt *attempt,
							 int64 until_ms, TmfRole *role);

/*
 * Runs a batch without rows on an attempt's connection, for role management.
 * WIRE_OK, WIRE_FAILED (attempt->error: the server refused) or WIRE_LOST (the
 * outcome is unknown); interrupts are served.
 */
extern WireStatus tmf_attempt_command(TmfAttempt *attempt, const char *sql, int64 until_ms);

/* The same for a batch with rows: row (may be NULL) is called for each. */
typedef void (*TmfAttemptRow) (const WireConn *conn, void *argument);

extern WireStatus tmf_attempt_rows(TmfAttempt *attempt, const char *sql, int64 until_ms,
								   TmfAttemptRow row, void *argument);

/*
 * The same for a batch that answers with an integer: the first column of its
 * last row; missing when there is no row, or NULL in it.
 */
extern WireStatus tmf_attempt_ask(TmfAttempt *attempt, const char *sql, int64 until_ms,
								  int missing, int *answer);

/* Closes what an attempt has opened.  Also hangs on CurrentMemoryContext's reset. */
extern void tmf_attempt_close(TmfAttempt *attempt);

/* The connection, which is the caller's from now on: nothing closes it for him. */
extern WireConn *tmf_attempt_take(TmfAttempt *attempt);

/* The reverse: conn, opened and idle, hangs on attempt and CurrentMemoryContext. */
extern void tmf_attempt_adopt(TmfAttempt *attempt, WireConn *conn);

#endif
