/*
 * test/standin/mirror_commit.c
 *		Commit: log, ship, commit here, answer.
 *
 * SQLite has one writer a database, so one commit at a time gets here with
 * records, and the order of the log is the order of the transactions.  With
 * SAFETY FULL and SYNCHRONIZED the mirror has the transaction in its file
 * before it is committed here; a client is answered only after both.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define COMMIT_TRIES	2000	/* a millisecond apart */
#define LAG_MAX			1000	/* transactions that a mirror may be behind before it slows us */
#define LAG_PAUSE		5		/* milliseconds */

typedef struct Commit
{
	Database   *database;
	sqlite3    *handle;
	const LogRecord *records;
	int			count;
	char	   *joined;
	size_t		size;
	int64_t		lsn;
	uint64_t	chain;
	bool		mirrored;
	bool		synchronous;
	bool		shipped;
	bool		cut;			/* the session must end without an answer */
	Link	   *link;
} Commit;

/*
 * A statement of the session may be interrupted at any time, and so may this
 * one; but past the point where the mirror has it, there is no way back.
 */
static bool
commit_here(sqlite3 *handle)
{
	int			tries;
	int			code = SQLITE_OK;

	for (tries = 0; tries < COMMIT_TRIES && !sqlite3_get_autocommit(handle); tries++)
	{
		code = sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
		if (code == SQLITE_OK || (code != SQLITE_INTERRUPT && code != SQLITE_BUSY))
			break;
		clock_sleep(1);
	}
	return code == SQLITE_OK && sqlite3_get_autocommit(handle);
}

static bool
stop_hanging(void *argument)
{
	Database   *database = argument;
	bool		stop;

	pthread_mutex_lock(&database->lock);
	stop = database->dropped || database->record.state != DATABASE_ONLINE ||
		(database->record.mirror.role == MIRROR_ROLE_PRINCIPAL &&
		 mirror_serving(database) != SERVING_OPEN);
	pthread_mutex_unlock(&database->lock);
	return stop;
}

/* Passes a point; false with the error when the session must see one there. */
static bool
pass(Database *database, const char *point, SqlMessage *error)
{
	FaultHit	hit = fault_check(point, NULL);

	switch (hit.action)
	{
		case FAULT_NONE:
		case FAULT_KILL:
			return true;
		case FAULT_DELAY:
			clock_sleep(hit.argument);
			return true;
		case FAULT_HANG:
			fault_hang(stop_hanging, database);
			return true;
		case FAULT_ERROR:
			return database_error(error, (int) hit.argument, database_name(database));
		default:
			return database_error(error, 596);
	}
}

/* Under the lock, with no other commit between here and its end. */
static bool
take_place(Commit *commit)
{
	Mirror	   *mirror = &commit->database->mirror;

	commit->joined = log_join(commit->records, commit->count, &commit->size);
	if (commit->joined == NULL)
		return false;
	commit->lsn = mirror->last_lsn + 1;
	commit->chain = log_chain(mirror->chain, commit->joined, commit->size);
	commit->synchronous = commit->database->record.mirror.safety == 2 && mirror->link != NULL &&
		(mirror->state == MIRROR_SYNCHRONIZED || mirror->state == MIRROR_PENDING_FAILOVER);
	commit->link = commit->synchronous ? link_retain(mirror->link) : NULL;
	return true;
}

/* Gives the transaction its place in the log; false: the database is not served. */
static bool
begin(Commit *commit, SqlMessage *error)
{
	Database   *database = commit->database;
	Mirror	   *mirror = &database->mirror;
	struct timespec deadline;
	bool		served;

	pthread_mutex_lock(&database->lock);
	if (mirror->state == MIRROR_SYNCHRONIZING &&
		database->record.mirror.safety == 2 && mirror->last_lsn - mirror->acked_lsn > LAG_MAX)
	{
		clock_deadline(LAG_PAUSE, &deadline);
		pthread_cond_timedwait(&database->changed, &database->lock, &deadline);
	}

	/* SQLite lets the next writer in before the last one has reported its end */
	while (mirror->barrier || mirror->committing)
		pthread_cond_wait(&database->changed, &database->lock);
	commit->mirrored = database->record.mirror.role == MIRROR_ROLE_PRINCIPAL;

	/* while it hands over, what has begun may still end */
	served = database->record.mirror.role != MIRROR_ROLE_MIRROR && !database->dropped &&
		(!commit->mirrored || mirror_serving(database) == SERVING_OPEN ||
		 (mirror->serving == SERVING_TRANSITION && mirror->state == MIRROR_PENDING_FAILOVER));
	if (!served)
		database_error(error, 596);
	else if (commit->mirrored && !take_place(commit))
		served = database_error(error, 9002, database->record.name);
	else
		mirror->committing = true;
	pthread_mutex_unlock(&database->lock);
	return served;
}

static bool
append(Commit *commit)
{
	Database   *database = commit->database;
	int64_t		hold = commit->lsn;

	pthread_mutex_lock(&database->lock);
	if (database->mirror.link != NULL)
		hold = database->mirror.acked_lsn;
	pthread_mutex_unlock(&database->lock);
	return log_append(commit->handle, commit->lsn, commit->chain, commit->joined, commit->size,
					  hold);
}

bool
mirror_pass_link(Database *database, Link *link, uint64_t *chain)
{
	FaultHit	hit = fault_check("link", NULL);

	switch (hit.action)
	{
		case FAULT_NONE:
		case FAULT_KILL:
			return true;
		case FAULT_DELAY:
			clock_sleep(hit.argument);
			return true;
		case FAULT_HANG:
			fault_hang(stop_hanging, database);
			return true;
		case FAULT_CORRUPT:
			*chain = ~*chain;
			return true;
		default:
			link_shut(link);
			return false;
	}
}

/*
 * Sends it and waits until the mirror has hardened it, or until the manager has
 * decided what is to be without the mirror.  False: we may not commit.
 */
static bool
ship(Commit *commit)
{
	Database   *database = commit->database;
	Mirror	   *mirror = &database->mirror;
	Packer		head = {.used = 0};
	uint64_t	chain = commit->chain;
	bool		agreed;

	mirror_pass_link(database, commit->link, &chain);
	commit->shipped = true;
	pack_number(&head, (uint64_t) commit->lsn, 8);
	pack_number(&head, chain, 8);
	link_send_parts(commit->link, FRAME_SHIP, head.bytes, head.used, commit->joined, commit->size);

	pthread_mutex_lock(&database->lock);
	while (mirror->acked_lsn < commit->lsn && mirror->link == commit->link &&
		   (mirror->state == MIRROR_SYNCHRONIZED || mirror->state == MIRROR_PENDING_FAILOVER))
		pthread_cond_wait(&database->changed, &database->lock);
	agreed = mirror->acked_lsn >= commit->lsn || mirror_serving(database) == SERVING_OPEN;
	pthread_mutex_unlock(&database->lock);
	return agreed;
}

/* The transaction is over; the log ends with it, or where it ended before. */
static void
finish(Commit *commit, bool committed)
{
	Database   *database = commit->database;
	Mirror	   *mirror = &database->mirror;

	pthread_mutex_lock(&database->lock);
	if (committed && commit->mirrored)
	{
		mirror->last_lsn = commit->lsn;
		mirror->chain = commit->chain;
	}
	mirror->committing = false;
	pthread_cond_broadcast(&database->changed);
	if (commit->mirrored && mirror->state == MIRROR_SYNCHRONIZING)
		mirror_wake(database);
	pthread_mutex_unlock(&database->lock);

	/* the mirror may have what we have not: it finds out when it comes back */
	if (!committed && commit->shipped)
		link_shut(commit->link);
	link_release(commit->link);
	free(commit->joined);
}

static bool
run_commit(Commit *commit, SqlMessage *error)
{
	Database   *database = commit->database;

	if (commit->mirrored && !append(commit))
		return database_error(error, 9002, database_name(database));
	if (commit->synchronous && !ship(commit))
		return database_error(error, 596);

	/* whatever becomes of the session here, the transaction has happened */
	commit->cut = !pass(database, "commit_after_ship", error);
	return commit_here(commit->handle) || database_error(error, 9004, database_name(database));
}

bool
mirror_commit(Database *database, sqlite3 *handle, const LogRecord *records, int count,
			  SqlMessage *error)
{
	Commit		commit = {
		.database = database, .handle = handle, .records = records, .count = count
	};
	bool		committed = false;

	if (count == 0)
		committed = commit_here(handle) || database_error(error, 9004, database_name(database));
	else if (pass(database, "commit_before_log", error) && begin(&commit, error))
	{
		committed = run_commit(&commit, error);
		if (!committed && !sqlite3_get_autocommit(handle))
			sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
		finish(&commit, committed);
	}
	if (!committed && !sqlite3_get_autocommit(handle))
		sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	if (!committed || count == 0)
		return committed;

	counter_add(COUNTER_COMMITS);
	if (!commit.cut && pass(database, "commit_after_local", error) &&
		pass(database, "commit_before_reply", error))
		return true;

	/* it did commit; only the end of the connection does not lie about that */
	return database_error(error, 596);
}
