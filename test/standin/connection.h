/*
 * connection.h
 *		One client: its socket, its login, its session.
 *
 * Owned by the connection's thread.  What other threads look at (session,
 * bound, database, and the stream's "killed") changes under the lock of the
 * list of connections only, through the functions below.
 */
#ifndef STANDIN_CONNECTION_H
#define STANDIN_CONNECTION_H

#include "encode.h"
#include "engine.h"

typedef struct Connection Connection;

struct Connection
{
	Connection *next;
	Stream		stream;
	LoginInfo	login;
	Session    *session;		/* NULL before login and while it closes */
	bool		bound;			/* counts as being in the database, until it has rolled back */
	char		database[NAME_MAX_BYTES];
	uint64_t	transaction;	/* descriptor; 0 = none */
	Arena	   *arena;			/* of the request */
	EncodeColumn *columns;		/* of the result being sent; kept for the next one */
	int			columns_capacity;
};

/* The login has succeeded. */
extern void connection_bind(Connection *connection, Session *session);

extern void connection_set_database(Connection *connection, const char *name);

/* Is a kill due? */
static inline bool
connection_killed(Connection *connection)
{
	return atomic_load(&connection->stream.killed) != 0;
}

#endif
