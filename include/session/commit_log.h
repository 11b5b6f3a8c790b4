/*
 * commit_log.h
 *		Finding out what became of a COMMIT whose answer never came.
 *
 * The server option commit_log_table names a table on the remote side that is
 * mirrored with the data: id uniqueidentifier primary key, outcome, and when.  A
 * transaction that wrote inserts its id with outcome "committed", as the last
 * statement before COMMIT.  Whoever has to know inserts the same id as a
 * tombstone, outcome "aborted", in autocommit on the principal of the same
 * mirroring guid: either the key is there already, and its row tells; or the
 * insert succeeds, and the transaction did not commit and now never can.
 */
#ifndef SESSION_COMMIT_LOG_H
#define SESSION_COMMIT_LOG_H

#include "utils/uuid.h"

#include "option/option.h"
#include "session/session.h"

typedef enum TmfOutcome
{
	TMF_OUTCOME_COMMITTED,
	TMF_OUTCOME_ABORTED,
	TMF_OUTCOME_UNKNOWN			/* nobody could be asked within the bound */
} TmfOutcome;

/*
 * Inserts the mark of the session's open remote transaction, under a new id.
 * Raises what the server says (a missing table with the remedy); on a lost
 * connection 08006, since nothing can have been committed.
 */
extern void tmf_commit_log_mark(TmfSession *session, pg_uuid_t *id);

/*
 * What became of the transaction with that id?  Tries, failing over, until
 * until_ms.  guid is that of the pair on which it ran, "" when not known.
 * Serves no interrupt but termination: a cancel ends the search with UNKNOWN.
 * Remote failures are no errors; reason says in a line why UNKNOWN.
 */
extern TmfOutcome tmf_commit_log_resolve(const TmfServerOptions *options,
										 const TmfUserOptions *user, const char *guid,
										 const pg_uuid_t *id, int64 until_ms,
										 char *reason, size_t size);

/* Creates the table there; false: it was there already. */
extern bool tmf_commit_log_create(const TmfServerOptions *options, const TmfUserOptions *user);

/* Removes rows older than age_s seconds (at least a day) and says how many. */
extern int64 tmf_commit_log_prune(const TmfServerOptions *options, const TmfUserOptions *user,
								  int64 age_s);

#endif
