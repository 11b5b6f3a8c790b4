/*
 * transaction.c
 *		T-SQL's transactions on SQLite's.
 *
 * @@TRANCOUNT counts on its own; SQLite's transaction (Transaction.physical)
 * opens when a statement needs it.  SERIALIZABLE and REPEATABLE READ take the
 * write lock at once, so that nothing they have read can change; SNAPSHOT keeps
 * its first read's snapshot, and its first write fails with 3960 when somebody
 * else has written since.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catalog.h"
#include "changelog.h"
#include "transaction.h"

struct Savepoint
{
	Savepoint  *next;
	char		name[NAME_MAX_BYTES];
	int			number;
	PhysicalState physical;		/* when it was set */
	LogMark		mark;
};

static const LogMark empty_mark = {0, 0};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
transaction_busy(void *argument, int calls)
{
	Session    *session = argument;
	static _Thread_local int64_t start;
	struct timespec pause = {0, (calls < 10 ? calls + 1 : 10) * 1000000L};

	if (calls == 0)
		start = now_ms();
	if (session_stopped(session))
		return 0;
	if (session->settings.lock_timeout >= 0 && now_ms() - start >= session->settings.lock_timeout)
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

static int
run(Session *session, const char *sql)
{
	int			code = sqlite3_exec(session->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? SQLITE_OK : sqlite3_extended_errcode(session->handle);
}

static bool
run_or_error(Session *session, const char *sql)
{
	int			code = run(session, sql);

	return code == SQLITE_OK || session_sqlite_error(session, code);
}

static void
drop_savepoint(Transaction *transaction)
{
	Savepoint  *next = transaction->savepoints->next;

	free(transaction->savepoints);
	transaction->savepoints = next;
}

static void
forget_savepoints(Transaction *transaction)
{
	while (transaction->savepoints != NULL)
		drop_savepoint(transaction);
}

static void
undo_physical(Session *session)
{
	Transaction *transaction = &session->transaction;

	transaction->ended++;
	if (transaction->physical != PHYSICAL_NONE || !sqlite3_get_autocommit(session->handle))
	{
		statement_cache_reset(session->cache);
		run(session, "ROLLBACK");
	}
	if (transaction->physical == PHYSICAL_WRITE)
		catalog_invalidate(session);
	transaction->physical = PHYSICAL_NONE;
	transaction->statement_open = false;
	transaction->statement_read = false;
	change_log_truncate(transaction->log, empty_mark);
}

void
transaction_abandon(Session *session)
{
	Transaction *transaction = &session->transaction;

	if (session->handle != NULL)
		undo_physical(session);
	forget_savepoints(transaction);
	transaction->doomed = false;
	if (transaction->count > 0)
	{
		transaction->count = 0;
		if (session->sink != NULL && transaction->descriptor != 0)
			session->sink->environment(session->sink, ENVIRONMENT_ROLLBACK, NULL, NULL,
									   transaction->descriptor);
		transaction->descriptor = 0;
	}
}

/* False: rolled back, and the error was put. */
static bool
commit_physical(Session *session)
{
	Transaction *transaction = &session->transaction;
	const LogRecord *records;
	SqlMessage	error;
	int			count;
	bool		done = true;

	if (transaction->physical == PHYSICAL_NONE)
		return true;
	transaction->ended++;
	records = change_log_records(transaction->log, &count);
	if (transaction->physical == PHYSICAL_READ || count == 0)
		done = run_or_error(session, "COMMIT");
	else
	{
		memset(&error, 0, sizeof(error));
		if (!mirror_commit(session->database, session->handle, records, count, &error))
		{
			done = false;

			/* of an outcome that may be unknown the client hears nothing */
			if (error.severity >= 20)
				session->unwind = UNWIND_DEAD;
			else
				session_message(session, &error);
			catalog_invalidate(session);
		}
	}
	if (!done && !sqlite3_get_autocommit(session->handle))
		run(session, "ROLLBACK");
	transaction->physical = PHYSICAL_NONE;
	change_log_truncate(transaction->log, empty_mark);
	return done;
}

/*
 * SQLite does not wait for the writer's place on behalf of one who reads already,
 * so we do.  Whoever has it may commit meanwhile; then it is a conflict.
 */
static bool
become_writer(Session *session)
{
	int			calls = 0;
	int			code;

	while ((code = run(session, "UPDATE standin_meta SET value = value WHERE name IS NULL")) == SQLITE_BUSY &&
		   transaction_busy(session, calls))
		calls++;
	if (code != SQLITE_OK)
		return session_sqlite_error(session, code);
	session->transaction.physical = PHYSICAL_WRITE;
	return true;
}

static bool
open_physical(Session *session, bool writes)
{
	Transaction *transaction = &session->transaction;
	int			isolation = session->settings.isolation;
	bool		lock = writes || (transaction->count > 0 && (isolation == 3 || isolation == 4));

	if (transaction->physical == PHYSICAL_WRITE)
		return true;
	if (transaction->physical == PHYSICAL_READ)
	{
		if (!writes)
			return true;
		return become_writer(session);
	}
	if (!run_or_error(session, lock ? "BEGIN IMMEDIATE" : "BEGIN"))
		return false;
	transaction->physical = lock ? PHYSICAL_WRITE : PHYSICAL_READ;
	transaction->statement_read = !lock && !(transaction->count > 0 && isolation == 5);
	return true;
}

bool
transaction_implicit(Session *session)
{
	if (session->transaction.count > 0 || !(session->settings.options & OPTION_IMPLICIT_TRANSACTIONS))
		return true;
	return transaction_begin(session, NULL);
}

bool
transaction_enter(Session *session, bool writes)
{
	Transaction *transaction = &session->transaction;

	if (transaction->doomed && writes)
		return session_error(session, 3930);
	if (transaction->count > 0 && session->settings.isolation == 5 &&
		transaction->physical == PHYSICAL_NONE &&
		!catalog_setting(session->handle, "snapshot_isolation"))
		return session_error(session, 3952, database_name(session->database));
	transaction->statement_read = false;
	if (!open_physical(session, writes))
		return false;
	if (writes && transaction->count > 0)
	{
		LogMark		mark = change_log_mark(transaction->log);

		transaction->mark_records = mark.records;
		transaction->mark_size = mark.size;
		if (!run_or_error(session, "SAVEPOINT statement"))
			return false;
		transaction->statement_open = true;
	}
	return true;
}

bool
transaction_leave(Session *session, bool ok)
{
	Transaction *transaction = &session->transaction;
	bool		read = transaction->statement_read;

	transaction->statement_read = false;
	if (transaction->physical == PHYSICAL_NONE)
		return ok;
	if (sqlite3_get_autocommit(session->handle))
	{
		/* SQLite rolled everything back by itself: disk full, interrupted write. */
		transaction_abandon(session);
		return false;
	}
	if (transaction->count == 0)
	{
		if (ok)
			return commit_physical(session);
		undo_physical(session);
		return false;
	}
	if (transaction->statement_open)
	{
		transaction->statement_open = false;
		if (!ok)
		{
			LogMark		mark = {transaction->mark_records, transaction->mark_size};

			change_log_truncate(transaction->log, mark);
			run(session, "ROLLBACK TO statement");
			catalog_invalidate(session);
		}
		run(session, "RELEASE statement");
	}
	if (read)
	{
		run(session, "COMMIT");
		transaction->physical = PHYSICAL_NONE;
	}
	return ok;
}

void
transaction_nest(Session *session, Nesting *nesting)
{
	Transaction *transaction = &session->transaction;

	nesting->borrowed = transaction->count == 0;
	nesting->statement_open = transaction->statement_open;
	nesting->statement_read = transaction->statement_read;
	nesting->mark_records = transaction->mark_records;
	nesting->mark_size = transaction->mark_size;
	nesting->savepoints = transaction->savepoints;
	nesting->ended = transaction->ended;
	transaction->statement_open = false;
	if (nesting->borrowed)
		transaction->count = 1;
}

bool
transaction_unnest(Session *session, const Nesting *nesting)
{
	Transaction *transaction = &session->transaction;

	if (transaction->ended != nesting->ended)
	{
		if (nesting->borrowed)
			transaction_abandon(session);
		return false;
	}
	while (transaction->savepoints != nesting->savepoints)
		drop_savepoint(transaction);
	transaction->statement_open = nesting->statement_open;
	transaction->statement_read = nesting->statement_read;
	transaction->mark_records = nesting->mark_records;
	transaction->mark_size = nesting->mark_size;
	if (nesting->borrowed)
	{
		transaction->count = 0;
		transaction->doomed = false;
	}
	return true;
}

bool
transaction_begin(Session *session, const char *name)
{
	static atomic_uint_least64_t next_descriptor = 1;
	Transaction *transaction = &session->transaction;

	if (transaction->doomed)
		return session_error(session, 3930);
	if (transaction->count++ > 0)
		return true;
	transaction->descriptor = atomic_fetch_add(&next_descriptor, 1) | ((uint64_t) session->login.spid << 32);
	transaction->name[0] = '\0';
	if (name != NULL)
		strncpy(transaction->name, name, sizeof(transaction->name) - 1);
	session->sink->environment(session->sink, ENVIRONMENT_BEGIN, NULL, NULL, transaction->descriptor);
	return true;
}

bool
transaction_commit(Session *session)
{
	Transaction *transaction = &session->transaction;
	bool		done;

	if (transaction->count == 0)
		return session_error(session, 3902);
	if (transaction->doomed)
		return session_error(session, 3930);
	if (--transaction->count > 0)
		return true;
	done = commit_physical(session);
	forget_savepoints(transaction);
	if (session->unwind != UNWIND_DEAD && transaction->descriptor != 0)
		session->sink->environment(session->sink, done ? ENVIRONMENT_COMMIT : ENVIRONMENT_ROLLBACK,
								   NULL, NULL, transaction->descriptor);
	transaction->descriptor = 0;
	return done;
}

static bool
rollback_to(Session *session, Savepoint *savepoint)
{
	Transaction *transaction = &session->transaction;
	char		sql[64];

	if (transaction->doomed)
		return session_error(session, 3931);
	while (transaction->savepoints != savepoint)
		drop_savepoint(transaction);
	if (transaction->physical == PHYSICAL_NONE)
		return true;
	if (savepoint->physical == PHYSICAL_NONE)
	{
		/* Nothing had been read or written: the whole of SQLite's transaction goes. */
		undo_physical(session);
		return true;
	}
	snprintf(sql, sizeof(sql), "ROLLBACK TO s%d", savepoint->number);
	change_log_truncate(transaction->log, savepoint->mark);
	catalog_invalidate(session);
	return run_or_error(session, sql);
}

bool
transaction_rollback(Session *session, const char *name)
{
	Transaction *transaction = &session->transaction;

	if (transaction->count == 0)
		return session_error(session, 3903);
	if (name != NULL)
	{
		for (Savepoint *savepoint = transaction->savepoints; savepoint != NULL; savepoint = savepoint->next)
		{
			if (strcmp(savepoint->name, name) == 0)
				return rollback_to(session, savepoint);
		}
		if (strcmp(transaction->name, name) != 0)
			return session_error(session, 6401, name);
	}
	transaction_abandon(session);
	return true;
}

bool
transaction_save(Session *session, const char *name)
{
	Transaction *transaction = &session->transaction;
	Savepoint  *savepoint;
	char		sql[64];

	if (transaction->count == 0)
		return session_error(session, 628);
	if (transaction->doomed)
		return session_error(session, 3930);
	savepoint = calloc(1, sizeof(*savepoint));
	if (savepoint == NULL)
		abort();
	strncpy(savepoint->name, name, sizeof(savepoint->name) - 1);
	savepoint->number = transaction->savepoints != NULL ? transaction->savepoints->number + 1 : 1;
	savepoint->physical = transaction->physical;
	savepoint->mark = change_log_mark(transaction->log);
	savepoint->next = transaction->savepoints;
	transaction->savepoints = savepoint;
	if (transaction->physical == PHYSICAL_NONE)
		return true;
	snprintf(sql, sizeof(sql), "SAVEPOINT s%d", savepoint->number);
	return run_or_error(session, sql);
}

/* Conversion errors, deadlocks and update conflicts take the transaction with them. */
static bool
ends_transaction(int number)
{
	static const int numbers[] = {235, 241, 242, 244, 245, 248, 293, 295, 296, 1205, 3609, 3616, 3960, 8114, 8169};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		if (numbers[i] == number)
			return true;
	}
	return false;
}

void
transaction_after_error(Session *session)
{
	bool		abort_all = (session->settings.options & OPTION_XACT_ABORT) != 0 ||
		ends_transaction(session->error);

	if (session->unwind == UNWIND_DEAD)
		return;
	if (session_catches(session, session->error))
	{
		if (abort_all && session->transaction.count > 0)
			session->transaction.doomed = true;
		session->unwind = UNWIND_CATCH;
		return;
	}
	if (abort_all && session->transaction.count > 0)
		transaction_abandon(session);
	if (abort_all || message_ends_batch(session->error))
		session->unwind = UNWIND_BATCH;
}
