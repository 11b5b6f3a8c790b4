/*
 * src/wire/handlers.c
 *		DB-Library's callbacks: they record what happened, and nothing else.
 *
 * The handlers are global to the process and shared with any other user of
 * DB-Library in it, so they are ours only while one of our calls is on the
 * stack.  That also tells them whom they work for: there is one connection at
 * a time, whether or not FreeTDS has a DBPROCESS for it yet.
 *
 * The error handler may answer nothing but INT_CANCEL, except to a timeout:
 * FreeTDS would end the process otherwise.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire_int.h"

/* How long a server may take to acknowledge attention sent inside a call; with a watch, 2 s. */
#define WIRE_ATTENTION_MS	1500

/* Calls of wire_watch() that a call of FreeTDS may outlive its socket. */
#define WIRE_LOOP_TICKS		20

#define WIRE_SEVERITY_ERROR 11	/* below: information */

static WireConn *volatile current = NULL;
static EHANDLEFUNC former_error_handler;
static MHANDLEFUNC former_message_handler;

int64_t
wire_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Copies text, cut at the beginning of a UTF-8 character, without blanks at its end. */
static void
copy_text(char *target, size_t size, const char *text)
{
	size_t		length = text ? strlen(text) : 0;

	if (length >= size)
	{
		length = size - 1;
		while (length > 0 && ((unsigned char) text[length] & 0xC0) == 0x80)
			length--;
	}
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		length--;
	if (length > 0)
		memcpy(target, text, length);
	target[length] = '\0';
}

static bool
must_stop(WireConn *conn)
{
	return conn->interrupted ||
		(conn->interrupt && conn->interrupt(conn->interrupt_argument));
}

/*
 * FreeTDS does not tell which socket it logs in by.  It is one that was not open
 * when the login began, and nobody else in this process opens any meanwhile.
 */
static void
end_login(WireConn *conn)
{
	int			i;

	for (i = 0; i < conn->free_fds; i++)
	{
		int			type = 0;
		int			domain = 0;
		socklen_t	length = sizeof(int);

		if (getsockopt(conn->free_fd[i], SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
			getsockopt(conn->free_fd[i], SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 &&
			type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6))
			(void) shutdown(conn->free_fd[i], SHUT_RDWR);
	}
}

/*
 * Runs in a signal handler: the only thing done to a connection in the hands of
 * FreeTDS is to end its socket, which FreeTDS then finds by itself.  It does not
 * where it loops without reading; the ticks since then are counted, because a
 * process that was stopped for a while must not look as if it looped.
 */
bool
wire_watch(void)
{
	WireConn   *conn = current;
	int			saved_errno = errno;

	if (conn == NULL)
		return false;
	if (!must_stop(conn))
	{
		conn->overdue_ms = 0;
		conn->ended_ticks = 0;
	}
	else if (conn->mode == WIRE_MODE_LOGIN)
	{
		conn->interrupted = true;
		conn->ended_ticks++;
		end_login(conn);
	}
	else if (conn->overdue_ms == 0 && conn->mode == WIRE_MODE_STATEMENT)
		conn->overdue_ms = wire_now_ms();	/* attention comes first */
	else if (conn->overdue_ms == 0 || wire_now_ms() - conn->overdue_ms >= WIRE_ATTENTION_MS)
	{
		conn->interrupted = true;
		conn->ended_ticks++;
		if (conn->socket >= 0)
			(void) shutdown(conn->socket, SHUT_RDWR);
	}
	errno = saved_errno;
	return conn->ended_ticks > WIRE_LOOP_TICKS;
}

/*
 * A second (the tick that connect.c asks for) has passed without a byte, or
 * wire_handle_interrupt() has cut the wait.
 */
static int
answer_timeout(WireConn *conn)
{
	if (!must_stop(conn))
		return INT_CONTINUE;
	if (conn->mode == WIRE_MODE_STATEMENT)
	{
		if (!conn->interrupted)
		{
			conn->interrupted = true;
			conn->attention_ms = wire_now_ms();
			return INT_TIMEOUT;
		}
		if (wire_now_ms() < conn->attention_ms + WIRE_ATTENTION_MS)
			return INT_CONTINUE;
	}
	conn->interrupted = true;
	conn->dead = true;
	return INT_CANCEL;
}

/*
 * Of a character of the result.  FreeTDS calls a sequence that breaks off at the
 * end of a value a conversion that is not available.
 */
static bool
is_unmappable(const WireConn *conn, int dberr)
{
	return dberr == SYBEICONVI || dberr == SYBEICONVIU ||
		(dberr == SYBEICONVAVAIL && conn->mode == WIRE_MODE_STATEMENT);
}

static int
handle_error(DBPROCESS *dbproc, int severity, int dberr, int oserr,
			 char *dberrstr, char *oserrstr)
{
	WireConn   *conn = current;

	(void) dbproc;
	(void) severity;
	(void) oserrstr;
	if (conn == NULL)
		return INT_CANCEL;
	if (dberr == SYBETIME)
		return answer_timeout(conn);
	if (is_unmappable(conn, dberr))
		conn->unmappable = true;
	else if (dberr != SYBESMSG && conn->error.client_number == 0)
	{
		conn->error.client_number = dberr;
		conn->error.os_error = oserr > 0 ? oserr : 0;
		copy_text(conn->error.client_text, sizeof(conn->error.client_text), dberrstr);
	}
	return INT_CANCEL;
}

/* The first error counts: the 18456 after a 4060 is no wrong password. */
static int
handle_message(DBPROCESS *dbproc, DBINT msgno, int msgstate, int severity,
			   char *msgtext, char *srvname, char *proc, int line)
{
	WireError  *error;

	(void) dbproc;
	if (current == NULL)
		return 0;
	if (severity < WIRE_SEVERITY_ERROR || current->error.number != 0)
		return 0;
	/* our sign of an error is its number */
	if (msgno == 0)
	{
		wire_note(current, "the server has reported an error without a number");
		return 0;
	}
	error = &current->error;
	error->number = msgno;
	error->state = msgstate;
	error->severity = severity;
	error->line = line;
	copy_text(error->text, sizeof(error->text), msgtext);
	copy_text(error->server, sizeof(error->server), srvname);
	copy_text(error->procedure, sizeof(error->procedure), proc);
	return 0;
}

int
wire_check_interrupt(void *dbproc)
{
	(void) dbproc;
	return current != NULL && must_stop(current);
}

/* Cuts the wait; FreeTDS then asks handle_error() what to do about it. */
int
wire_handle_interrupt(void *dbproc)
{
	(void) dbproc;
	return INT_CANCEL;
}

void
wire_enter(WireConn *conn, WireMode mode)
{
	conn->mode = mode;
	conn->interrupted = false;
	conn->overdue_ms = 0;
	conn->ended_ticks = 0;
	current = conn;
	former_error_handler = dberrhandle(handle_error);
	former_message_handler = dbmsghandle(handle_message);
}

void
wire_leave(void)
{
	dberrhandle(former_error_handler);
	dbmsghandle(former_message_handler);
	current = NULL;
}

/* dbinit() takes away others' error handler. */
bool
wire_library_ready(void)
{
	static bool ready = false;

	if (!ready)
	{
		EHANDLEFUNC others = dberrhandle(NULL);

		ready = dbinit() == SUCCEED;
		dberrhandle(others);
	}
	return ready;
}

bool
wire_in_call(void)
{
	return current != NULL;
}

WireStatus
wire_outcome(WireConn *conn)
{
	if (conn->dbproc == NULL || DBDEAD(conn->dbproc))
		conn->dead = true;
	if (conn->interrupted)
		return WIRE_INTERRUPTED;
	if (conn->dead)
		return WIRE_LOST;
	if (conn->error.number != 0 || conn->error.client_number != 0)
		return WIRE_FAILED;
	return WIRE_OK;
}

void
wire_note(WireConn *conn, const char *text)
{
	if (conn->error.number == 0 && conn->error.client_number == 0)
	{
		conn->error.client_number = SYBEBTOK;
		copy_text(conn->error.client_text, sizeof(conn->error.client_text), text);
	}
}
