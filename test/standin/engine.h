/*
 * engine.h
 *		T-SQL sessions: what the TDS side asks of the engine.
 *
 * One thread serves one session.  Nothing here returns an error: whatever went
 * wrong was put to the sink as a message, as SQL Server would.
 */
#ifndef STANDIN_ENGINE_H
#define STANDIN_ENGINE_H

#include "sink.h"

struct sqlite3;

typedef struct Session Session;

#define LOGIN_ERRORS_MAX	8	/* room for session_open()'s errors */

typedef struct LoginInfo
{
	char		user[NAME_MAX_BYTES];
	char		host[NAME_MAX_BYTES];
	char		application[NAME_MAX_BYTES];
	char		library[NAME_MAX_BYTES];
	char		database[NAME_MAX_BYTES];	/* "" = the login's default, master */
	int			spid;
	int			client_pid;
	int			packet_size;
	bool		encrypted;
	uint32_t	tds_version;	/* 0x74000004 */
} LoginInfo;

/*
 * A session in info->database.  NULL when that cannot be opened: errors and
 * their number then hold what the login answers (4060, then 18456).
 */
extern Session *session_open(const LoginInfo *info, SqlMessage *errors, int *error_count);

/* Rolls back and frees.  Safe at any time, on the session's own thread. */
extern void session_close(Session *session);

/*
 * Runs a batch (UTF-8).  False: the connection must be closed after what the
 * sink has got (severity >= 20, or the session was killed).
 */
extern bool session_batch(Session *session, const char *sql, size_t length, Sink *sink);

typedef struct SqlParameter
{
	char		name[NAME_MAX_BYTES];	/* "@x", or "" = by position */
	bool		output;
	bool		is_default;
	TypeSpec	type;
	SqlValue	value;
} SqlParameter;

/*
 * A remote procedure call, sp_executesql and its family.  Unknown names:
 * error 2812.  parameters live until the call returns.
 */
extern bool session_call(Session *session, const char *procedure,
						 const SqlParameter *parameters, int count, Sink *sink);

typedef enum TransactionRequest
{
	TRANSACTION_BEGIN,
	TRANSACTION_COMMIT,
	TRANSACTION_ROLLBACK,
	TRANSACTION_SAVE
} TransactionRequest;

/*
 * A transaction-manager request.  isolation: 0 keep, 1 RU, 2 RC, 3 RR, 4 SER,
 * 5 SNAPSHOT.  begin_again: COMMIT or ROLLBACK opens a new one.
 */
extern bool session_transaction(Session *session, TransactionRequest request, const char *name,
								int isolation, bool begin_again, int next_isolation, Sink *sink);

/*
 * A bulk load.  INSERT BULK has named table and columns; the next message brings
 * as many columns, in that order, and the rows.  False from start and row: an
 * error was put and what was loaded is undone; no further row is wanted.  end is
 * called in any case and ends the request; complete: the client sent all.
 */
extern bool session_bulk_start(Session *session, const TypeSpec *types, int count, Sink *sink);
extern bool session_bulk_row(Session *session, const SqlValue *values);
extern bool session_bulk_end(Session *session, bool complete, Sink *sink);

/* The current database, and the one the session is bound to for being killed. */
extern const char *session_database(const Session *session);

/* Ends the session's waits and running statement; any thread may call it. */
extern void session_interrupt(Session *session);

/*
 * Rolls back what is open because attention came (only XACT_ABORT ON does); the
 * sink takes the change of environment.
 */
extern void session_attention(Session *session, Sink *sink);

/*
 * A row of sys.dm_exec_sessions, and what a kill needs.
 */
extern const LoginInfo *session_login(const Session *session);

/*
 * Replays a record of the log on a mirror's handle, inside a transaction that
 * the caller has opened.  NULL, or what SQLite said (static until the next call
 * on this thread).
 */
extern const char *engine_replay(struct sqlite3 *handle, const void *record, size_t size);

/* Registers the engine's functions and collations on a new SQLite handle. */
extern bool engine_prepare_handle(struct sqlite3 *handle);

/* The tables that describe a new, empty database; runs in a transaction of its own. */
extern const char *engine_create_catalog(struct sqlite3 *handle);

#endif
