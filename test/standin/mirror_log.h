/*
 * mirror_log.h
 *		The log of a database: the table standin_log in its own file.
 *
 * A row is a transaction: its number, its records joined, and the digest of
 * everything up to it.  Two copies whose digests agree at a number are the same
 * up to there; that is how partners find out whether one continues the other.
 */
#ifndef STANDIN_MIRROR_LOG_H
#define STANDIN_MIRROR_LOG_H

#include "mirror.h"

struct sqlite3;

/* NULL, or what went wrong. */
extern const char *log_create(struct sqlite3 *handle);

/* The end of the log; 0 and 0 when nothing was ever logged. */
extern bool log_position(struct sqlite3 *handle, int64_t *lsn, uint64_t *chain);

/* Does the log hold this position?  0 and 0 is held while nothing was pruned. */
extern bool log_holds(struct sqlite3 *handle, int64_t lsn, uint64_t chain);

/* The digest after one more transaction. */
extern uint64_t log_chain(uint64_t chain, const void *joined, size_t size);

/* One row more, and old ones gone: those that are neither recent nor after hold. */
extern bool log_append(struct sqlite3 *handle, int64_t lsn, uint64_t chain, const void *joined,
					   size_t size, int64_t hold);

/* Up to limit rows after lsn, in order, while visit() says so; -1: failed, else how many. */
typedef bool (*LogVisit) (void *argument, int64_t lsn, uint64_t chain, const void *joined,
						  size_t size);
extern int	log_read(struct sqlite3 *handle, int64_t lsn, int limit, LogVisit visit, void *argument);

/* A transaction's records as one block; to be freed. */
extern char *log_join(const LogRecord *records, int count, size_t *size);

/* Replays such a block; NULL, or what went wrong. */
extern const char *log_replay(struct sqlite3 *handle, const void *joined, size_t size);

#endif
