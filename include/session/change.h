/*
 * change.h
 *		The one way in which a statement that changes data is sent.
 *
 * It runs in the remote transaction of the main session, whose instance has been
 * proven principal by its login, and is sent once: when the connection is lost
 * then, so is the transaction, and nobody can do better than to say so (08006).
 *
 * How many rows it has changed is the last count in its answer: triggers of the
 * table report what they change before it.
 */
#ifndef SESSION_CHANGE_H
#define SESSION_CHANGE_H

#include "session/session.h"
#include "wire/bulk.h"

/*
 * The main session, with its remote transaction open, and savepoints for the
 * nest level.  To be called before each statement.  Raises what
 * tmf_session_acquire() and tmf_transaction_open() raise, and 55000 when the login
 * may not see that the instance is principal.
 */
extern TmfSession *tmf_change_begin(UserMapping *user);

/*
 * Sends the statement and reads its answer, which has no rows: how many it has
 * changed, or -1 when it was refused by an error that the request tolerates.
 */
extern int64 tmf_change_run(TmfSession *session, const TmfRequest *request);

/*
 * The same for a statement that returns rows: they follow by tmf_change_fetch(),
 * and belong to stream (may be NULL) until the last one.  False: refused by an
 * error that the request tolerates.
 */
extern bool tmf_change_open(TmfSession *session, const TmfRequest *request, TmfStream *stream);

/* A row is there.  False: all have come, and tmf_change_count() is known. */
extern bool tmf_change_fetch(TmfSession *session, const TmfRequest *request);

/* The tolerated error that was the answer; 0: none. */
extern int	tmf_change_refused(const TmfSession *session);

/* Raises unless the session's instance has shown that it is principal, or not mirrored. */
extern void tmf_change_require_proven(const TmfSession *session);

/* Rows changed by the statement that was sent last, once its answer has been read. */
extern int64 tmf_change_count(const TmfSession *session, const char *sql);

/*
 * Loads rows in bulk, all of them or (ERROR) none.  False: rows like these cannot
 * be loaded so, and nothing has happened.
 */
extern bool tmf_change_load(TmfSession *session, const WireLoad *load, int rows,
							const WireParameter *values);

#endif
