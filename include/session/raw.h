/*
 * raw.h
 *		The user's own statements on a session: sent as they are, never twice.
 *
 * They run in the remote transaction, return any number of results, and may
 * leave anything behind.  So the session's settings are sent again afterwards,
 * and a transaction that they have changed is doomed; if an error comes between,
 * the next use of the session sees to that, and so do savepoints and COMMIT.
 */
#ifndef SESSION_RAW_H
#define SESSION_RAW_H

#include "session/session.h"

/*
 * Opens the remote transaction and sends sql.  The first result is there when
 * tmf_raw_has_result() says so.  False: the connection was lost.
 */
extern bool tmf_raw_query(TmfSession *session, const char *sql);
extern bool tmf_raw_has_result(TmfSession *session);

/* The next row of this result; TMF_FETCH_END: it has no more, and all came. */
extern TmfFetch tmf_raw_row(TmfSession *session, const char *sql);

/* TMF_FETCH_ROW: another result is there; TMF_FETCH_END: that was the last. */
extern TmfFetch tmf_raw_result(TmfSession *session, const char *sql);

/* After the last result: 25000 when the statements have changed the transaction. */
extern void tmf_raw_settle(TmfSession *session, const char *sql);

#endif
