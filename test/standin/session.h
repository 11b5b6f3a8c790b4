/*
 * session.h
 *		What the engine's files know of a session.
 *
 * A session belongs to one thread.  Memory: arena holds the statement at hand
 * and is emptied when it ends; the tree of a batch lives in its frame's arena;
 * variables own their values.
 */
#ifndef STANDIN_SESSION_H
#define STANDIN_SESSION_H

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sqlite3.h>

#include "ast.h"
#include "database.h"
#include "engine.h"

/* Bits of @@OPTIONS. */
#define OPTION_IMPLICIT_TRANSACTIONS	2
#define OPTION_CURSOR_CLOSE_ON_COMMIT	4
#define OPTION_ANSI_WARNINGS			8
#define OPTION_ANSI_PADDING				16
#define OPTION_ANSI_NULLS				32
#define OPTION_ARITHABORT				64
#define OPTION_ARITHIGNORE				128
#define OPTION_QUOTED_IDENTIFIER		256
#define OPTION_NOCOUNT					512
#define OPTION_ANSI_NULL_DFLT_ON		1024
#define OPTION_ANSI_NULL_DFLT_OFF		2048
#define OPTION_CONCAT_NULL_YIELDS_NULL	4096
#define OPTION_NUMERIC_ROUNDABORT		8192
#define OPTION_XACT_ABORT				16384

typedef struct Settings
{
	unsigned	options;
	bool		format_only;
	bool		no_exec;
	bool		parse_only;
	int			isolation;		/* 1 RU, 2 RC, 3 RR, 4 SER, 5 SNAPSHOT */
	int64_t		row_count;		/* SET ROWCOUNT; 0 = all */
	int64_t		text_size;		/* bytes; -1 or 2147483647 = all */
	int64_t		lock_timeout;	/* ms; -1 = for ever */
	int			date_first;
	char		date_format[4];
	char		language[64];
} Settings;

typedef struct Variable
{
	struct Variable *next;
	struct Variable *next_alike;	/* in the same bucket */
	char	   *name;
	TypeSpec	type;
	SqlValue	value;
	char	   *memory;			/* what value.p points to */
	bool		output;
	bool		given;			/* a parameter with a value */
	const void *declaration;	/* which DECLARE made it */
} Variable;

typedef struct RowSet RowSet;
typedef struct Firing Firing;

#define VARIABLE_BUCKETS	512

/* A batch, or the text of an EXEC, being run. */
typedef struct Frame
{
	struct Frame *outer;
	Arena	   *arena;
	Variable   *variables;
	Variable   *buckets[VARIABLE_BUCKETS];	/* those with names of ASCII, by their hash */
	bool		wide_names;		/* there are others */
	RowSet	   *sets;			/* table variables */
	int			trigger;		/* this is the body of that trigger, 0 = of none; its rows: */
	const Firing *firing;
} Frame;

/* Why statements are being left. */
typedef enum Unwind
{
	UNWIND_NONE,
	UNWIND_BREAK,
	UNWIND_CONTINUE,
	UNWIND_RETURN,
	UNWIND_CATCH,				/* to the next CATCH block */
	UNWIND_BATCH,				/* the batch has ended */
	UNWIND_DEAD					/* the connection has */
} Unwind;

/* What of SQLite's transaction is open. */
typedef enum PhysicalState
{
	PHYSICAL_NONE,
	PHYSICAL_READ,
	PHYSICAL_WRITE
} PhysicalState;

typedef struct Savepoint Savepoint;
typedef struct ChangeLog ChangeLog;
typedef struct Catalog Catalog;
typedef struct StatementCache StatementCache;
typedef struct PreparedText PreparedText;
typedef struct BulkLoad BulkLoad;

typedef struct Transaction
{
	int			count;			/* @@TRANCOUNT */
	bool		doomed;			/* XACT_STATE() = -1 */
	uint64_t	descriptor;
	char		name[NAME_MAX_BYTES];
	PhysicalState physical;
	bool		statement_open; /* the statement's own savepoint */
	bool		statement_read; /* the statement's own read transaction */
	uint64_t	ended;			/* how often SQLite's transaction has ended */
	int			mark_records;	/* of the log, where the statement began */
	size_t		mark_size;
	Savepoint  *savepoints;
	ChangeLog  *log;
} Transaction;

struct Session
{
	LoginInfo	login;
	bool		sysadmin;
	Database   *database;
	char		database_label[NAME_MAX_BYTES];
	sqlite3    *handle;
	uint64_t	generation;		/* of the database, when the handle was made */
	const Collation *collation; /* of the database */
	pthread_mutex_t lock;		/* handle, against session_interrupt() */
	atomic_bool interrupted;
	Sink	   *sink;			/* while a request runs */
	Settings	settings;
	Transaction transaction;
	Catalog    *catalog;
	StatementCache *cache;
	PreparedText *prepared;		/* sp_prepare */
	int			next_prepared;
	BulkLoad   *bulk;			/* what INSERT BULK has announced */

	Frame	   *frame;
	Arena	   *arena;
	int			depth;			/* of EXEC within EXEC */
	int			statement_line;
	int64_t		clock;			/* 100 ns since 0001-01-01 UTC, of the statement */
	Unwind		unwind;
	bool		failed;			/* an error was put for this statement */
	int			error;			/* @@ERROR */
	int64_t		rows;			/* @@ROWCOUNT */
	bool		identity_known;
	bool		identity_last;	/* the last INSERT gave one: else @@IDENTITY is NULL */
	int64_t		identity;		/* @@IDENTITY */
	bool		scope_known;
	int64_t		scope_identity; /* SCOPE_IDENTITY() */
	int64_t		return_value;
	int			identity_insert;	/* object of SET IDENTITY_INSERT, 0 = none */
	int			try_depth;
	int			try_level;		/* depth at which the innermost TRY stands */
	int			quiet;			/* > 0: errors are only remembered, in caught */
	SqlMessage	caught;			/* the error that CATCH sees */
	bool		in_catch;
	bool		raised;			/* by RAISERROR: SET XACT_ABORT does not count */
	bool		thrown;			/* by THROW: ends the batch */
	const char *frame_text;		/* of the batch being run */
	const char *procedure;		/* the trigger that runs, or NULL */
	const ExecStatement *exec;	/* EXEC proc being run; where its OUTPUT values go: */
	int			exec_first;		/* argument of the first declared parameter */
	void		(*output_target) (struct Session *session, int index, const Variable *variable);
	bool		writing;		/* a statement of SQLite that must not be interrupted */
	int			using;			/* depth of session_begin_use() */
};

/*
 * The session that runs on this thread, and what its SQL functions left behind:
 * the error of the last failed function, and memory for one call.
 */
typedef struct EngineThread
{
	Session    *session;
	SqlMessage	error;
	Arena	   *scratch;
} EngineThread;

extern EngineThread *engine_thread(void);

/*
 * Puts an error by number; its severity and text are in message.c.  Always
 * false.  session_message() does so with a message made elsewhere;
 * session_sqlite_error() with what SQLite or a function of ours said.
 */
extern bool session_error(Session *session, int number, ...);
extern bool session_error_state(Session *session, int number, int state, ...);
extern bool session_message(Session *session, const SqlMessage *message);
extern bool session_conversion_error(Session *session, SqlMessage *message); /* at the statement's line */
extern bool session_sqlite_error(Session *session, int code);
extern void session_info(Session *session, int number, int state, int severity,
						 const char *format,...) __attribute__((format(printf, 5, 6)));

/* Has attention come, or was the session interrupted? */
extern bool session_stopped(Session *session);

/* The style of a conversion without one: SET DATEFORMAT decides how dates are read. */
extern int	session_style(const Session *session, const TypeSpec *from, const TypeSpec *to);

/* Connects the session to a database; the old one is left. */
extern bool session_switch(Session *session, Database *database, SqlMessage *error);

/*
 * Brackets what touches the session's database: while in use, it keeps its role.
 * False: the error was put and the session is dead.
 */
extern bool session_begin_use(Session *session);
extern void session_end_use(Session *session);

/* The message of a number; false: unknown, then a general text. */
extern void message_make(SqlMessage *message, int number, int state, va_list arguments);
extern void message_set(SqlMessage *message, int number, int state, ...);
extern bool message_ends_batch(int number);
extern bool message_is_of_compilation(int number);

/* Does a TRY block take this error?  Not those of compiling its own batch. */
extern bool session_catches(const Session *session, int number);

#endif
