/*
 * wait.h
 *		The only place that waits: for a socket, for time, interruptibly.
 */
#ifndef SESSION_WAIT_H
#define SESSION_WAIT_H

#include "session/wait_event.h"

/* Milliseconds of a clock that never goes back. */
extern int64 tmf_now_ms(void);

/*
 * Waits until fd is readable, or until_ms; pg_stat_activity shows event.  Runs
 * CHECK_FOR_INTERRUPTS.  False: time is up.  until_ms < 0: no limit.
 */
extern bool tmf_wait_readable(TmfWaitEvent event, int fd, int64 until_ms);

typedef struct TmfWaitSocket
{
	int			fd;
	bool		write;			/* wait for it to become writable, else readable */
	bool		ready;			/* set by tmf_wait_sockets() */
} TmfWaitSocket;

/*
 * The same for several sockets at once: waits until one is ready, and marks all
 * that are.  A time in the past looks once.
 */
extern bool tmf_wait_sockets(TmfWaitEvent event, TmfWaitSocket *sockets, int count,
							 int64 until_ms);

/*
 * The same for a socket that is waited for often: the kernel is told once what to
 * look at.  To be freed before, or soon after, fd is closed; outlives transactions.
 */
typedef struct TmfWaitKept TmfWaitKept;

extern TmfWaitKept *tmf_wait_keep(int fd);
extern bool tmf_wait_kept(TmfWaitEvent event, TmfWaitKept *kept, int64 until_ms);
extern void tmf_wait_free(TmfWaitKept *kept);	/* NULL is allowed */

/*
 * Until tmf_wait_uncut(), every wait above and the interrupt hook
 * tmf_wait_interrupt() end as if time was up once fd is readable: what goes on
 * beside a statement that waits on fd has then lost its purpose.
 */
extern void tmf_wait_cut(int fd);
extern void tmf_wait_uncut(void);

/* Is it, now?  Then time may not be up at all. */
extern bool tmf_wait_is_cut(void);

/*
 * Waits the same way but serves no interrupt: a pending cancel or termination
 * ends it (false) when until_cancel, and is left pending.
 */
extern bool tmf_wait_quietly(TmfWaitEvent event, int fd, int64 until_ms, bool until_cancel);

/*
 * Has wire_watch() called every so many milliseconds (WIRE_WATCH_MS, or
 * WIRE_WATCH_LOGIN_MS around a login), from now to tmf_wait_unwatch().  To be
 * called before each use of a connection that talks to a server.
 */
extern void tmf_wait_watch(int every_ms);
extern void tmf_wait_unwatch(void);

/* Sleeps until until_ms. */
extern void tmf_wait_until(TmfWaitEvent event, int64 until_ms);

/*
 * For the wire's interrupt hook: argument points at an int64 deadline (< 0:
 * none).  True when it has passed, or a cancel or termination is pending.
 */
extern bool tmf_wait_interrupt(void *argument);

/* The same without regard to interrupts, for cleaning up within a bound. */
extern bool tmf_wait_expired(void *argument);

#endif
