/*
 * engine.c
 *		T-SQL sessions: opened, asked, interrupted, closed.
 *
 * A request runs on the session's own thread between request_start() and
 * request_end().  Errors are put to the request's sink the moment they happen;
 * what they do to batch and transaction is decided where the statement ends
 * (execute.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catalog.h"
#include "changelog.h"
#include "execute.h"
#include "functions.h"
#include "parser.h"
#include "rowset.h"
#include "server.h"
#include "table_function.h"
#include "transaction.h"

#define PROGRESS_STEPS	20000

/* sqliteInt.h: the filter before automatic indexes */
#define SQLITE_BLOOM_FILTER	0x00080000

/*
 * The filter hashes a text by its length, whatever its collation, and so loses rows
 * whose keys are equal: 1.50 and 1.5000, 'a' and 'a '.
 */
bool
engine_prepare_handle(sqlite3 *handle)
{
	return sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, handle, SQLITE_BLOOM_FILTER) == SQLITE_OK &&
		storage_register(handle) && functions_register(handle) && aggregates_register(handle) &&
		system_rows_register(handle) && table_functions_register(handle) && rowsets_register(handle);
}

static int
progress(void *argument)
{
	Session    *session = argument;

	/* SQLite would roll back more than the statement. */
	return !session->writing && session_stopped(session);
}

static bool
connect_handle(Session *session)
{
	uint64_t	generation = database_generation(session->database);
	sqlite3    *handle = database_connect(session->database);
	sqlite3    *old;
	char		collation[128];

	if (handle == NULL)
		return false;
	sqlite3_busy_handler(handle, transaction_busy, session);
	sqlite3_progress_handler(handle, PROGRESS_STEPS, progress, session);
	statement_cache_reset(session->cache);
	catalog_invalidate(session);
	pthread_mutex_lock(&session->lock);
	old = session->handle;
	session->handle = handle;
	pthread_mutex_unlock(&session->lock);
	sqlite3_close_v2(old);
	session->generation = generation;
	session->collation = NULL;
	if (catalog_text_setting(handle, "collation", collation, sizeof(collation)))
		session->collation = collation_find(collation);
	if (session->collation == NULL)
		session->collation = collation_default();
	return true;
}

bool
session_switch(Session *session, Database *database, SqlMessage *error)
{
	Database   *old = session->database;

	if (!database_open(database, error))
		return false;
	session->database = database;
	if (!connect_handle(session))
	{
		session->database = old;
		message_set(error, 911, -1, database_name(database));
		return false;
	}
	snprintf(session->database_label, sizeof(session->database_label), "%s", database_name(database));
	return true;
}

bool
session_begin_use(Session *session)
{
	SqlMessage	error;

	if (session->using++ > 0)
		return true;
	memset(&error, 0, sizeof(error));
	if (!database_begin_use(session->database, &error))
	{
		session->using = 0;
		session_message(session, &error);
		session->unwind = UNWIND_DEAD;
		return false;
	}
	if (database_generation(session->database) == session->generation)
		return true;
	if (session->transaction.count == 0 && connect_handle(session))
		return true;
	session_end_use(session);
	session_error(session, 596);
	session->unwind = UNWIND_DEAD;
	return false;
}

void
session_end_use(Session *session)
{
	if (--session->using == 0)
		database_end_use(session->database);
}

static Session *
session_new(const LoginInfo *info)
{
	Session    *session = calloc(1, sizeof(*session));

	if (session == NULL)
		abort();
	session->login = *info;
	session->sysadmin = name_equal(info->user, instance.login);
	pthread_mutex_init(&session->lock, NULL);
	session->catalog = catalog_new();
	session->cache = statement_cache_new();
	session->transaction.log = change_log_new();
	session->arena = arena_new();
	session->next_prepared = 1;
	settings_default(session);
	return session;
}

static void
session_free(Session *session)
{
	statement_cache_free(session->cache);
	sqlite3_close_v2(session->handle);
	catalog_free(session->catalog);
	change_log_free(session->transaction.log);
	arena_free(session->arena);
	prepared_forget_all(session);
	bulk_forget(session);
	pthread_mutex_destroy(&session->lock);
	free(session);
}

static void
login_error(SqlMessage *error, int number, int severity, const char *format, const char *name)
{
	memset(error, 0, sizeof(*error));
	error->number = number;
	error->severity = severity;
	error->state = 1;
	error->line = 1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(error->text, sizeof(error->text), format, name);
#pragma GCC diagnostic pop
}

Session *
session_open(const LoginInfo *info, SqlMessage *errors, int *error_count)
{
	Session    *session = session_new(info);
	const char *name = info->database[0] != '\0' ? info->database : "master";
	Database   *database = database_find(name);
	SqlMessage	error;

	*error_count = 0;
	if (database != NULL && session_switch(session, database, &error))
		return session;
	session_free(session);
	login_error(&errors[(*error_count)++], 4060, 11,
				"Cannot open database \"%s\" requested by the login. The login failed.", name);
	login_error(&errors[(*error_count)++], 18456, 14, "Login failed for user '%s'.", info->user);
	return NULL;
}

void
session_close(Session *session)
{
	EngineThread *thread = engine_thread();

	session->sink = NULL;
	transaction_abandon(session);
	session_free(session);
	thread->session = NULL;
	arena_free(thread->scratch);
	thread->scratch = NULL;
}

bool
session_stopped(Session *session)
{
	return atomic_load_explicit(&session->interrupted, memory_order_relaxed) ||
		(session->sink != NULL && session->sink->stopped(session->sink));
}

bool
session_catches(const Session *session, int number)
{
	return session->try_depth > 0 &&
		(session->depth > session->try_level || !message_is_of_compilation(number));
}

bool
session_message(Session *session, const SqlMessage *message)
{
	SqlMessage	copy = *message;

	if (copy.line == 0)
		copy.line = session->statement_line;
	if (copy.procedure[0] == '\0' && session->procedure != NULL)
		snprintf(copy.procedure, sizeof(copy.procedure), "%s", session->procedure);
	if (copy.severity > 10)
	{
		session->failed = true;
		session->error = copy.number;
		if (copy.severity >= 20)
			session->unwind = UNWIND_DEAD;
		else if (session_catches(session, copy.number))
		{
			session->caught = copy;
			return false;
		}
	}
	session->sink->message(session->sink, &copy);
	return false;
}

bool
session_conversion_error(Session *session, SqlMessage *message)
{
	message->line = 0;
	return session_message(session, message);
}

static bool
put_error(Session *session, int number, int state, va_list arguments)
{
	SqlMessage	message;

	message_make(&message, number, state, arguments);
	return session_message(session, &message);
}

bool
session_error(Session *session, int number, ...)
{
	va_list		arguments;

	va_start(arguments, number);
	put_error(session, number, -1, arguments);
	va_end(arguments);
	return false;
}

bool
session_error_state(Session *session, int number, int state, ...)
{
	va_list		arguments;

	va_start(arguments, state);
	put_error(session, number, state, arguments);
	va_end(arguments);
	return false;
}

void
session_info(Session *session, int number, int state, int severity, const char *format, ...)
{
	SqlMessage	message;
	va_list		arguments;

	memset(&message, 0, sizeof(message));
	message.number = number;
	message.state = state;
	message.severity = severity;
	va_start(arguments, format);
	vsnprintf(message.text, sizeof(message.text), format, arguments);
	va_end(arguments);
	session_message(session, &message);
}

bool
session_sqlite_error(Session *session, int code)
{
	EngineThread *thread = engine_thread();
	SqlMessage	message;

	if (thread->error.number != 0)
	{
		message = thread->error;
		thread->error.number = 0;
		return session_message(session, &message);
	}
	if (session_stopped(session))
	{
		session->failed = true;
		session->unwind = UNWIND_BATCH;
		return false;
	}
	switch (code & 0xFF)
	{
		case SQLITE_BUSY:
			if (code == SQLITE_BUSY_SNAPSHOT)
				return session_error(session, 3960, "", database_name(session->database));
			return session_error(session, 1222);
		case SQLITE_FULL:
		case SQLITE_IOERR:
		case SQLITE_CORRUPT:
			memset(&message, 0, sizeof(message));
			message.number = 823;
			message.severity = 24;
			message.state = 2;
			break;
		default:
			memset(&message, 0, sizeof(message));
			message.number = 8630;
			message.severity = 17;
			message.state = 1;
			break;
	}
	snprintf(message.text, sizeof(message.text), "Internal Query Processor Error: %s.",
			 sqlite3_errmsg(session->handle));
	return session_message(session, &message);
}

void
request_start(Session *session, Sink *sink)
{
	EngineThread *thread = engine_thread();

	bulk_forget(session);
	atomic_store(&session->interrupted, false);
	session->sink = sink;
	session->unwind = UNWIND_NONE;
	session->failed = false;
	session->depth = 0;
	session->procedure = NULL;
	session->try_depth = 0;
	session->using = 0;
	thread->session = session;
	thread->error.number = 0;
}

bool
request_end(Session *session)
{
	if (session->transaction.doomed && session->unwind != UNWIND_DEAD)
	{
		session->try_depth = 0;
		session_error(session, 3998);
		transaction_abandon(session);
		execute_done(session, DONE_OTHER, false, 0);
	}
	arena_reset(session->arena);
	session->sink = NULL;
	engine_thread()->session = NULL;
	return session->unwind != UNWIND_DEAD;
}

bool
session_batch(Session *session, const char *sql, size_t length, Sink *sink)
{
	Frame		frame;

	request_start(session, sink);
	frame_start(session, &frame);
	execute_text(session, sql, length, &frame);
	frame_end(session, &frame);
	return request_end(session);
}

bool
session_call(Session *session, const char *procedure, const SqlParameter *parameters, int count, Sink *sink)
{
	Frame		frame;
	int			before = session->transaction.count;

	request_start(session, sink);
	frame_start(session, &frame);
	session->statement_line = 1;
	execute_procedure(session, procedure, parameters, count);
	if (session->unwind != UNWIND_DEAD && session->transaction.count != before &&
		session->unwind != UNWIND_BATCH)
		session_error(session, 266, before, session->transaction.count);
	frame_end(session, &frame);
	return request_end(session);
}

bool
session_transaction(Session *session, TransactionRequest request, const char *name, int isolation,
					bool begin_again, int next_isolation, Sink *sink)
{
	const char *given = name != NULL && name[0] != '\0' ? name : NULL;
	bool		done = false;

	request_start(session, sink);
	session->statement_line = 1;
	if (session_begin_use(session))
	{
		if (request == TRANSACTION_BEGIN && isolation > 0)
			session->settings.isolation = isolation;
		if (request == TRANSACTION_BEGIN)
			done = transaction_begin(session, given);
		else if (request == TRANSACTION_COMMIT)
			done = transaction_commit(session);
		else if (request == TRANSACTION_ROLLBACK)
			done = transaction_rollback(session, given);
		else
			done = transaction_save(session, given != NULL ? given : "");
		if (begin_again && session->unwind == UNWIND_NONE && session->transaction.count == 0)
		{
			if (next_isolation > 0)
				session->settings.isolation = next_isolation;
			transaction_begin(session, NULL);
		}
		if (session->using > 0)
			session_end_use(session);
	}
	session->error = done ? 0 : session->error;
	if (session->unwind != UNWIND_DEAD)
		execute_done(session, request == TRANSACTION_BEGIN ? DONE_BEGIN :
					 request == TRANSACTION_COMMIT ? DONE_COMMIT :
					 request == TRANSACTION_ROLLBACK ? DONE_ROLLBACK : DONE_OTHER, false, 0);
	return request_end(session);
}

const char *
session_database(const Session *session)
{
	return session->database_label;
}

const LoginInfo *
session_login(const Session *session)
{
	return &session->login;
}

void
session_interrupt(Session *session)
{
	atomic_store(&session->interrupted, true);
	pthread_mutex_lock(&session->lock);
	if (session->handle != NULL)
		sqlite3_interrupt(session->handle);
	pthread_mutex_unlock(&session->lock);
}

void
session_attention(Session *session, Sink *sink)
{
	if (!(session->settings.options & OPTION_XACT_ABORT) || session->transaction.count == 0)
		return;
	session->sink = sink;
	transaction_abandon(session);
	session->sink = NULL;
}
