/*
 * transaction.h
 *		Remote transactions: at most one a session, ended with the local one.
 *
 * A read in READ COMMITTED needs none.  The first pass-through statement or
 * modification opens one, and so does any use of a session under REPEATABLE READ
 * (remote SNAPSHOT) or SERIALIZABLE: tmf_session_acquire() sees to that.  Local
 * subtransactions become savepoints.  A remote transaction whose session or work
 * is lost is doomed, with everything from the nest level at which it was opened:
 * each further use raises 08006 (or 25000), and so does PRE_COMMIT, also after a
 * handler has swallowed the first error.
 */
#ifndef SESSION_TRANSACTION_H
#define SESSION_TRANSACTION_H

#include "session/session.h"

/*
 * Opens the session's remote transaction unless it is open, and the savepoints
 * that the current nest level needs.  The session must have been acquired in
 * this transaction; scans that stream on it are spooled first.  Raises 08006
 * when the connection is lost meanwhile: nothing was modified then.
 */
extern void tmf_transaction_open(TmfSession *session);

extern bool tmf_transaction_is_open(const TmfSession *session);

/*
 * The work of the open remote transaction is lost, or not to be trusted any
 * more, for a reason that DETAIL will give; it will be rolled back.
 */
extern void tmf_transaction_doom(TmfSession *session, const char *reason);

/* What was sent may have changed data: without this COMMIT needs no mark in the log. */
extern void tmf_transaction_wrote(TmfSession *session);

/*
 * The user's own statements have run on the session: whatever they have left
 * behind in it, it is closed when the transaction ends.
 */
extern void tmf_transaction_close_at_end(TmfSession *session);

/*
 * The isolation level that the session is in, as T-SQL names it: whoever sends the
 * session's settings again must not leave it at another one.
 */
extern const char *tmf_transaction_isolation(const TmfSession *session);

/* Has this local transaction remote work on the server, by any user mapping? */
extern bool tmf_transaction_on_server(Oid serverid);

#endif
