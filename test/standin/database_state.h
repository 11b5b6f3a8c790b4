/*
 * database_state.h
 *		A database as database.c and the mirroring files see it.
 *
 * Everything here is under "lock".  "record" is what instance.meta holds: it is
 * changed and stored (database_persist) under the lock, so that nobody acts on
 * a role or sequence that a crash could take back.
 */
#ifndef STANDIN_DATABASE_STATE_H
#define STANDIN_DATABASE_STATE_H

#include <pthread.h>

#include "link.h"
#include "meta.h"

/* May a principal's database be used? */
typedef enum Serving
{
	SERVING_OPEN,
	SERVING_UNDECIDED,			/* just started: partner and witness have not been asked yet */
	SERVING_NO_QUORUM,			/* neither partner nor witness */
	SERVING_TRANSITION			/* handing over */
} Serving;

struct MirrorRequest;

typedef struct Mirror
{
	Serving		serving;
	MirrorState state;
	Link	   *link;			/* to the partner, while it lasts */
	Link	   *presence;		/* to the witness, while it lasts */
	int64_t		last_lsn;		/* principal: end of the log */
	uint64_t	chain;			/* ... and its digest there, see log_chain() */
	int64_t		acked_lsn;		/* principal: the mirror has hardened up to here */
	bool		committing;		/* a commit is between its LSN and its end */
	bool		barrier;		/* no commit may begin */
	bool		eligible;		/* mirror: every acknowledged commit is here */
	bool		running;		/* the manager's thread exists */
	int			wake_fd;		/* eventfd that wakes the manager */
	struct MirrorRequest *requests;
	bool		presence_running;	/* the thread that keeps the link to the witness exists */
	bool		partner_ready;	/* principal: the mirror said that it sees the witness, too */
	uint64_t	report_wanted;	/* principal: how often there was something to tell the witness */
	uint64_t	report_told;	/* ... and what of that it knows */
	int64_t		report_at;		/* not before */

	/* the manager's own */
	struct sqlite3 *reader;		/* principal: reads the log that the mirror lacks */
	int64_t		sent_lsn;		/* ... up to here it was sent */
	int64_t		retry_at;		/* when to dial the partner again */
	int64_t		grace_until;	/* after a planned failover, until contact is made */
} Mirror;

struct Database
{
	pthread_mutex_t lock;
	pthread_cond_t changed;		/* of anything below */
	DatabaseRecord record;
	char		path[1100];
	bool		dropped;
	int			uses;			/* statements at work */
	uint64_t	generation;		/* changes when handles have to be made anew */
	Mirror		mirror;
};

/* Reads instance.meta, opens what it lists, resumes mirroring. */
extern bool database_start(void);

/* Creates the database of a mirror-to-be: registered, without data. */
extern Database *database_create_restoring(const char *name, SqlMessage *error);

/* Under the lock: stores the record, wakes whoever waits for a change. */
extern void database_persist(Database *database);

/*
 * Disconnects the sessions and waits for the last use to end; the caller has
 * made sure that no new use can begin, and does not hold the lock.
 */
extern void database_evacuate(Database *database);

/* A SQLite file with what belongs to it. */
extern void database_remove_files(const char *path);

/* An error by its number; its severity and text are in database_error.c.  Always false. */
extern bool database_error(SqlMessage *error, int number, ...);

#endif
