/*
 * wire_int.h
 *		The inside of a connection, for src/wire alone.
 *
 * This header and the files that include it are the only ones that know
 * FreeTDS.  They never meet PostgreSQL: nothing here may raise an error, for a
 * jump through FreeTDS leaves its state half-way.
 */
#ifndef WIRE_INT_H
#define WIRE_INT_H

#ifdef POSTGRES_H
#error "src/wire must not include PostgreSQL headers"
#endif

#include <sybfront.h>
#include <sybdb.h>

#include "wire/wire.h"

/* How a call on the stack answers FreeTDS's timeouts when the hook says stop. */
typedef enum WireMode
{
	WIRE_MODE_LOGIN,			/* give up: there is nothing to cancel yet */
	WIRE_MODE_STATEMENT,		/* send attention, and give up when it is not acknowledged */
	WIRE_MODE_CANCEL			/* give up: attention is out already */
} WireMode;

/* More descriptors than FreeTDS ever opens for one login, addresses of a name included. */
#define WIRE_FREE_FDS	16

#define WIRE_GUID_TEXT	36

struct WireConn
{
	DBPROCESS  *dbproc;			/* NULL only during the login */
	WireError	error;
	WireInterrupt interrupt;
	void	   *interrupt_argument;
	void		(*closed) (void *argument);
	void	   *closed_argument;

	/* of the call on the stack */
	WireMode	mode;
	bool		interrupted;	/* the hook has said stop */
	int64_t		attention_ms;	/* when attention was sent for it */
	int64_t		overdue_ms;		/* when wire_watch() first heard the hook say so, 0 = not yet */
	int			ended_ticks;	/* how often it has been called since it ended the socket */
	int			free_fd[WIRE_FREE_FDS]; /* closed when the login began: its socket is one of them */
	int			free_fds;

	/* of the connection */
	bool		dead;
	int			socket;			/* -1 during the login; for wire_watch() */
	int			tds_version;	/* 73, 74, 80 */

	/* of the batch on the wire */
	bool		rows_left;		/* dbnextrow() has not said that the rows ended */
	bool		batch_done;		/* dbresults() has said that the batch ended */
	bool		one_packet;		/* FreeTDS has read all of the answer with its beginning */
	bool		unmappable;
	bool		preparing;		/* its answer ends with a handle ... */
	int32_t		handle;			/* ... this one; 0 = it has not come */
	int			columns;

	/* of a bulk load: see bulk.c */
	int		   *load_place;		/* number of each of its columns in the table; malloc'd */
	int64_t		load_count;
};

/*
 * Every use of FreeTDS stands between these two: they install our handlers and
 * put back those of whoever shares the library with us in this process.
 */
extern void wire_enter(WireConn *conn, WireMode mode);
extern void wire_leave(void);

/* dbinit(), once for the life of the process. */
extern bool wire_library_ready(void);

/* After a call: what became of the connection, and was an error recorded? */
extern WireStatus wire_outcome(WireConn *conn);

/* For dbsetinterrupt(). */
extern int	wire_check_interrupt(void *dbproc);
extern int	wire_handle_interrupt(void *dbproc);

/*
 * Forgets the last statement, for the next one.  A connection on which more has
 * come than its answer is dead.
 */
extern void wire_begin(WireConn *conn);

/* At the end of a batch: keeps the handle that came with it.  The caller has entered. */
extern void wire_take_handle(WireConn *conn);

/* A parameter as dbrpcparam() takes it. */
typedef struct WireArgument
{
	BYTE		status;			/* DBRPCRETURN: the server sends a value back */
	int			server_type;
	const void *value;			/* NULL: SQL NULL */
	int			length;			/* 0 means NULL; -1: that of a fixed type */
	char		text[WIRE_GUID_TEXT + 1];
} WireArgument;

/* False: its type cannot be sent.  Both must outlive the call. */
extern bool wire_argument(const WireParameter *parameter, WireArgument *argument);

/*
 * What the statement must assign to parameter, which FreeTDS would send as NULL:
 * NULL when it is another value.
 */
extern const char *wire_argument_literal(const WireParameter *parameter);

/* Is the packet that FreeTDS will read next the last one of its message, as far as can be seen? */
extern bool wire_next_packet_is_last(const WireConn *conn);

/*
 * Bytes that FreeTDS has taken from the socket, -1: not known.  While more
 * arrive the figure cannot be exact: it is never too small when at_most, and
 * never too large otherwise.
 */
extern int64_t wire_bytes_taken(const WireConn *conn, bool at_most);

/* Have bytes arrived that FreeTDS has not taken? */
extern bool wire_unread(const WireConn *conn);

/* Notes an error of our own making, unless one is known already. */
extern void wire_note(WireConn *conn, const char *text);

extern int64_t wire_now_ms(void);

#endif
