/*
 * wire.h
 *		The whole treaty with TDS: connections, results, columns, errors.
 *
 * Nothing here names a FreeTDS or a PostgreSQL type, nothing here raises an
 * error or jumps: every function returns a status, and what went wrong stands
 * in the connection's WireError.  Every call that may block asks the
 * connection's interrupt hook at least once a second and at every signal; see
 * wire_watch() for the login, and for reads that never have to wait.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pure/sqltype.h"

typedef struct WireConn WireConn;
typedef struct WireParameter WireParameter;

typedef enum WireStatus
{
	WIRE_OK,
	WIRE_ROW,					/* wire_next_row: a row is there */
	WIRE_END,					/* no more rows, or no more results */
	WIRE_FAILED,				/* the server refused the statement; the session lives */
	WIRE_LOST,					/* the connection is dead */
	WIRE_INTERRUPTED			/* the hook said stop; wire_dead() tells whether it cost the connection */
} WireStatus;

#define WIRE_TEXT_MAX	2048
#define WIRE_NAME_MAX	(4 * 128 + 1)

/*
 * The first server message of severity 11 or more, and the first DB-Library
 * error, since the last statement (or login) began.
 */
typedef struct WireError
{
	int			number;			/* of the server's message; 0 = the server said nothing */
	int			state;
	int			severity;
	int			line;
	int			client_number;	/* SYBE...; 0 = none.  20018 (see the server's message) is not kept */
	int			os_error;		/* errno that came with it, 0 = none */
	char		text[WIRE_TEXT_MAX];	/* UTF-8, cut at a character */
	char		client_text[256];
	char		server[WIRE_NAME_MAX];
	char		procedure[WIRE_NAME_MAX];
} WireError;

/*
 * Of a login's client_number: FreeTDS has given up and says no more (without a
 * server's message: encryption, as a rule), could not read, was hung up on.
 */
#define WIRE_CLIENT_FAILED	20002
#define WIRE_CLIENT_READ	20004
#define WIRE_CLIENT_CLOSED	20017

/*
 * Asked while a call blocks.  True: stop as soon as possible.  It may run in
 * the middle of FreeTDS: it must only read flags and the clock.
 */
typedef bool (*WireInterrupt) (void *argument);

typedef enum WireEncryption
{
	WIRE_ENCRYPTION_OFF,
	WIRE_ENCRYPTION_REQUEST,
	WIRE_ENCRYPTION_REQUIRE,
	WIRE_ENCRYPTION_STRICT		/* TLS comes first (TDS 8); needs WIRE_STRICT */
} WireEncryption;

/*
 * What the FreeTDS at hand can do, or of which it is known what it does: the
 * library as it was loaded.  wire_needs() says the first version that can.
 */
typedef enum WireAbility
{
	WIRE_ALWAYS,
	WIRE_STRICT,
	WIRE_CERTIFICATE_HOSTNAME,	/* to look for a name in a certificate that is not the host's */
	WIRE_BULK_LOAD,				/* bulk.h */
	WIRE_BULK_LOAD_TRIMS		/* the same, without the blanks at the end of a value */
} WireAbility;

extern bool wire_can(WireAbility ability);
extern const char *wire_needs(WireAbility ability);

typedef struct WireLogin
{
	const char *address;		/* IP literal: no name is resolved here */
	uint16_t	port;
	const char *server_name;	/* as the user wrote it; for LOGIN7 */
	const char *certificate_host;	/* the name that a certificate must carry; without
									 * WIRE_CERTIFICATE_HOSTNAME the login connects to that name */
	bool		any_host;		/* it may carry any */
	const char *database;
	const char *user;
	const char *password;
	const char *application;
	const char *client_host;
	int			tds_version;	/* 73 or 74 */
	int			packet_size;	/* 4096 .. 32767 */
	WireEncryption encryption;
	const char *ca_file;		/* NULL: certificates are checked by the system's authorities in
								 * a strict login, and not at all in another one */
	WireInterrupt interrupt;
	void	   *interrupt_argument;
} WireLogin;

/*
 * Logs in.  WIRE_OK sets *conn; otherwise *conn is NULL and *error says why
 * (WIRE_FAILED: the server answered with an error; WIRE_LOST: network;
 * WIRE_INTERRUPTED: the hook said stop, before the server said why it will not
 * have us).  The login is cut only by the hook: deadlines are the caller's.
 */
extern WireStatus wire_open(const WireLogin *login, WireConn **conn, WireError *error);

/* Closes without a word to the server.  NULL is allowed. */
extern void wire_close(WireConn *conn);

/*
 * closed(argument) runs once, at the end of wire_close(): whoever keeps a
 * pointer to conn forgets it there.  Replaces the former one.
 */
extern void wire_on_close(WireConn *conn, void (*closed) (void *argument), void *argument);

/* Replaces the interrupt hook. */
extern void wire_set_interrupt(WireConn *conn, WireInterrupt interrupt, void *argument);

/* The socket, for the caller's own waiting; -1 when dead. */
extern int	wire_socket(const WireConn *conn);

/* Has the connection been noticed dead? */
extern bool wire_dead(const WireConn *conn);

/*
 * An idle connection on which anything can be read has ended: the server never
 * speaks unasked.  One poll(), no waiting.
 */
extern bool wire_idle_alive(const WireConn *conn);

extern const WireError *wire_error(const WireConn *conn);
extern int	wire_spid(const WireConn *conn);
extern int	wire_tds_version(const WireConn *conn); /* 73, 74, 80 */
extern bool wire_in_call(void);	/* is FreeTDS on the stack of this process? */

/*
 * To be called every WIRE_WATCH_MS while a call may be on the stack, and every
 * WIRE_WATCH_LOGIN_MS during wire_open(); may run in a signal handler.  FreeTDS
 * asks the hook only when it has to wait, and during a login not even then: a
 * login that goes on although the hook says stop loses its connection here at
 * once, any other call some time after it should have sent attention.
 *
 * True: FreeTDS has not returned long after that.  It will not, for a broken
 * answer keeps it in a loop; nobody can end the call, only the process.
 */
#define WIRE_WATCH_MS		250
#define WIRE_WATCH_LOGIN_MS	50

extern bool wire_watch(void);

/*
 * Sends a batch (UTF-8).  The caller then waits for wire_socket() to become
 * readable and calls wire_first_result().
 */
extern WireStatus wire_send(WireConn *conn, const char *sql);

/*
 * The same for a statement with parameters @P1, @P2 ...  WIRE_FAILED with a
 * client's error: a type that cannot be sent, or no memory.
 */
extern WireStatus wire_send_parameters(WireConn *conn, const char *sql, int count,
									   const WireParameter *parameters);

/*
 * An empty string is not among the values that FreeTDS can send: the statement
 * sets it, and is another one for that.  May these values be those of a
 * statement that the server keeps?
 */
extern bool wire_preparable(int count, const WireParameter *parameters);

/*
 * The same, and the server keeps the statement.  release: the handle of another
 * one, which the server forgets in the same breath; 0 = none.
 */
extern WireStatus wire_send_prepare(WireConn *conn, const char *sql, int32_t release, int count,
									const WireParameter *parameters);

/* Runs a statement that the server keeps, with parameters declared as when it was prepared. */
extern WireStatus wire_send_prepared(WireConn *conn, int32_t handle, int count,
									 const WireParameter *parameters);

/*
 * After wire_send_prepare(), once the batch has been read to its end, also to
 * that of an error: the handle.  0: none came.
 */
extern int32_t wire_handle(const WireConn *conn);

/*
 * The next result that has columns or a count.  WIRE_OK: one is there (it may
 * have 0 columns); WIRE_END: the batch is done.  WIRE_FAILED is sticky until
 * the batch is drained by wire_drain().
 */
extern WireStatus wire_first_result(WireConn *conn);
extern WireStatus wire_next_result(WireConn *conn);

/* Has the batch ended: was WIRE_END the answer to the last question for a result? */
extern bool wire_batch_done(const WireConn *conn);

/* A server error between rows is WIRE_FAILED, never WIRE_END. */
extern WireStatus wire_next_row(WireConn *conn);

/*
 * After WIRE_END from wire_next_row(): the row count of the DONE token, -1
 * when it carried none.  Modulo 2^32.
 */
extern int64_t wire_row_count(const WireConn *conn);

/*
 * True when the answer to the last statement has arrived as a whole: reading it
 * to its end waits for nobody.  False: it has not, or nobody can tell.
 */
extern bool wire_all_here(const WireConn *conn);

/* Reads and drops what the server still sends for the batch. */
extern WireStatus wire_drain(WireConn *conn);

/*
 * Sends attention and reads up to its acknowledgement.  WIRE_OK: the session
 * is usable again.  The hook cuts it: then WIRE_LOST and the connection is
 * dead.
 */
extern WireStatus wire_cancel(WireConn *conn);

/*
 * What dbdata() points at, in host byte order unless said.
 */
typedef enum WireType
{
	WIRE_TYPE_UNKNOWN,
	WIRE_TYPE_BIT,				/* uint8 */
	WIRE_TYPE_TINYINT,			/* uint8 */
	WIRE_TYPE_SMALLINT,			/* int16 */
	WIRE_TYPE_INT,				/* int32 */
	WIRE_TYPE_BIGINT,			/* int64 */
	WIRE_TYPE_REAL,				/* float */
	WIRE_TYPE_FLOAT,			/* double */
	WIRE_TYPE_SMALLMONEY,		/* int32, 1/10000 */
	WIRE_TYPE_MONEY,			/* int32 high, uint32 low, 1/10000 */
	WIRE_TYPE_DECIMAL,			/* WireDecimal */
	WIRE_TYPE_DATETIME,			/* int32 days since 1900-01-01, int32 1/300 s */
	WIRE_TYPE_SMALLDATETIME,	/* uint16 days since 1900-01-01, uint16 minutes */
	WIRE_TYPE_DATE,				/* WireDateTime */
	WIRE_TYPE_TIME,
	WIRE_TYPE_DATETIME2,
	WIRE_TYPE_DATETIMEOFFSET,	/* time and date are UTC */
	WIRE_TYPE_GUID,				/* 16 bytes, the first three fields little-endian */
	WIRE_TYPE_TEXT,				/* any character type: UTF-8, no NUL at the end */
	WIRE_TYPE_BINARY,			/* any binary type */
	WIRE_TYPE_VARIANT,			/* sql_variant: FreeTDS's own structure, which nobody may look into */
	WIRE_TYPE_CLR,				/* geometry, geography, hierarchyid: the serialisation of a class */

	/* never from wire_column() */
	WIRE_TYPE_UTF16				/* WIRE_TYPE_BINARY that the statement has made of characters: UTF-16LE */
} WireType;

/* As FreeTDS lays out DBNUMERIC: see wire_decimal_bytes(). */
typedef struct WireDecimal
{
	uint8_t		precision;
	uint8_t		scale;
	uint8_t		array[33];		/* [0] 1 = negative, then big-endian magnitude */
} WireDecimal;

/* As FreeTDS lays out DBDATETIMEALL. */
typedef struct WireDateTime
{
	uint64_t	time;			/* 100 ns since midnight */
	int32_t		date;			/* days since 1900-01-01 */
	int16_t		offset;			/* minutes */
	uint16_t	bits;
} WireDateTime;

/*
 * A typed value for the server, laid out as wire_value() hands out one of its
 * type; characters are WIRE_TYPE_TEXT.  The server converts it to what it is
 * declared as, which must be able to hold it.
 */
struct WireParameter
{
	WireType	type;
	SqlType		declared;		/* as the statement's parameter is */
	const void *value;			/* NULL: SQL NULL */
	int			length;			/* bytes at value */
};

typedef struct WireColumn
{
	char		name[WIRE_NAME_MAX];	/* UTF-8 */
	WireType	type;
	int			server_type;	/* DB-Library's number, for messages */
	int			precision;
	int			scale;
	int			max_length;		/* bytes on the wire */
} WireColumn;

extern int	wire_column_count(const WireConn *conn);
extern void wire_column(const WireConn *conn, int column, WireColumn *out); /* column from 0 */

/* Would wire_column() say of column what known says? */
extern bool wire_column_is(const WireConn *conn, int column, const WireColumn *known);

/*
 * The whole type of a column; SQLTYPE_UNKNOWN where it cannot be told.  This is
 * more work than wire_column().
 */
extern void wire_column_declared(const WireConn *conn, int column, SqlType *type);

/*
 * The value of a column of the current row: NULL is SQL NULL, an empty value
 * is a pointer with *length == 0.  Valid until the next call on conn.
 */
extern const void *wire_value(const WireConn *conn, int column, int *length);

typedef struct WireValue
{
	const void *data;
	int			length;
} WireValue;

/* The same for the first count columns at once. */
extern void wire_values(const WireConn *conn, int count, WireValue *values);

/* Bytes of WireDecimal.array that count, sign included. */
extern int	wire_decimal_bytes(int precision);

/* Characters of the running result that did not map to UTF-8 (FreeTDS 2403). */
extern bool wire_unmappable(const WireConn *conn);

/*
 * Bytes that have arrived from the server since the connection was opened, as
 * they stand on the wire (with TLS: encrypted).  -1: not known.  conn may be
 * NULL.
 */
extern int64_t wire_bytes_received(const WireConn *conn);

/* "freetds v1.3.17" */
extern const char *wire_library_version(void);

#endif
