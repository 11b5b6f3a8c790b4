/*
 * transaction.h
 *		T-SQL's transactions on SQLite's.
 *
 * READ COMMITTED: a statement that reads has a snapshot of its own; the first
 * one that writes opens SQLite's write transaction, which lasts until COMMIT or
 * ROLLBACK.  A statement that fails is undone alone.
 */
#ifndef STANDIN_TRANSACTION_H
#define STANDIN_TRANSACTION_H

#include "session.h"

/* SET IMPLICIT_TRANSACTIONS ON: a statement that touches a table opens one. */
extern bool transaction_implicit(Session *session);

/* Brackets a statement that uses the database's file; ok: keep what it did. */
extern bool transaction_enter(Session *session, bool writes);
extern bool transaction_leave(Session *session, bool ok);

extern bool transaction_begin(Session *session, const char *name);
extern bool transaction_commit(Session *session);
extern bool transaction_rollback(Session *session, const char *name);
extern bool transaction_save(Session *session, const char *name);

/*
 * Brackets statements that run inside another one: a trigger.  Without a
 * transaction of the user's they have one for as long.  unnest is false when it
 * has ended meanwhile, and says so of a session that is left in none.
 */
typedef struct Nesting
{
	bool		borrowed;
	bool		statement_open;
	bool		statement_read;
	int			mark_records;
	size_t		mark_size;
	Savepoint  *savepoints;
	uint64_t	ended;
} Nesting;

extern void transaction_nest(Session *session, Nesting *nesting);
extern bool transaction_unnest(Session *session, const Nesting *nesting);

/* Undoes everything, silently but for the ENVCHANGE; safe at any time. */
extern void transaction_abandon(Session *session);

/* An error came: what SET XACT_ABORT and the error's number ask for. */
extern void transaction_after_error(Session *session);

/* SQLite's busy handler: waits within SET LOCK_TIMEOUT. */
extern int	transaction_busy(void *session, int calls);

#endif
