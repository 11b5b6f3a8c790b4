/*
 * src/session/wait.c
 *		The only place that waits: for a socket, for time, interruptibly.
 *
 * Waiting inside FreeTDS cannot be avoided while rows arrive; there its
 * interrupt hook asks tmf_wait_interrupt(), which only reads flags, and the
 * caller runs CHECK_FOR_INTERRUPTS() once FreeTDS has returned.  The hook is not
 * asked while bytes keep coming, nor during a login; for these there is a timer,
 * one of PostgreSQL's own.
 */
#include "postgres.h"

#include <poll.h>
#include <time.h>

#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "option/compat.h"
#include "session/wait.h"
#include "wire/wire.h"

/* WaitLatch() takes an int of milliseconds; longer waits go in pieces. */
#define PIECE_MS	3600000

#define SOCKETS_MAX	32

/* Registered at the first use: a backend forgets what the postmaster registered. */
static TimeoutId watch = MAX_TIMEOUTS;
static int	watch_every_ms = 0;

static volatile uint32 held_by_tick = 0;

/* See tmf_wait_cut(); -1 = nothing. */
static int	cut_fd = -1;

int64
tmf_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct TmfWaitKept
{
	WaitEventSet *set;
	TmfWaitSocket socket;
};

/* What every set has beside sockets; a stand-alone backend has no postmaster. */
static void
add_always(WaitEventSet *set)
{
	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	if (IsUnderPostmaster)
		AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
}

static void
add_socket(WaitEventSet *set, TmfWaitSocket *socket)
{
	AddWaitEventToSet(set, socket->write ? WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE,
					  socket->fd, NULL, socket);
}

/* The set outlives no interrupt. */
static WaitEventSet *
make_set(TmfWaitSocket *sockets, int count)
{
	WaitEventSet *set = CreateWaitEventSet(TMF_WAIT_SET_OWNER, count + 3);
	int			i;

	add_always(set);
	if (cut_fd >= 0)
		AddWaitEventToSet(set, WL_SOCKET_READABLE, cut_fd, NULL, NULL);
	for (i = 0; i < count; i++)
		add_socket(set, &sockets[i]);
	return set;
}

/* Looks at the sockets and the latch for at most left_ms; kept: a set of just these, or NULL. */
static bool
look(TmfWaitEvent event, WaitEventSet *kept, TmfWaitSocket *sockets, int count,
	 long left_ms)
{
	WaitEventSet *set = kept != NULL && cut_fd < 0 ? kept : make_set(sockets, count);
	WaitEvent	events[SOCKETS_MAX + 3];
	bool		ready = false;
	int			happened;
	int			i;

	for (i = 0; i < count; i++)
		sockets[i].ready = false;
	happened = WaitEventSetWait(set, left_ms, events, lengthof(events), tmf_wait_event(event));
	if (set != kept)
		FreeWaitEventSet(set);

	for (i = 0; i < happened; i++)
	{
		if (events[i].events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
		else if (events[i].user_data)
			ready = ((TmfWaitSocket *) events[i].user_data)->ready = true;
	}
	return ready;
}

bool
tmf_wait_is_cut(void)
{
	struct pollfd cut = {cut_fd, POLLIN, 0};

	return cut_fd >= 0 && poll(&cut, 1, 0) > 0;
}

static bool
wait_for(TmfWaitEvent event, WaitEventSet *kept, TmfWaitSocket *sockets, int count, int64 until_ms)
{
	for (;;)
	{
		int64		left = until_ms < 0 ? PIECE_MS : until_ms - tmf_now_ms();

		if (look(event, kept, sockets, count, (long) Max(Min(left, PIECE_MS), 0)))
			return true;
		if ((until_ms >= 0 && tmf_now_ms() >= until_ms) || tmf_wait_is_cut())
			return false;
	}
}

bool
tmf_wait_sockets(TmfWaitEvent event, TmfWaitSocket *sockets, int count, int64 until_ms)
{
	Assert(count <= SOCKETS_MAX);
	return wait_for(event, NULL, sockets, count, until_ms);
}

TmfWaitKept *
tmf_wait_keep(int fd)
{
	TmfWaitKept *kept = MemoryContextAllocZero(CacheMemoryContext, sizeof(TmfWaitKept));

	kept->socket.fd = fd;
	PG_TRY();
	{
		kept->set = CreateWaitEventSet(TMF_WAIT_SET_KEPT, 3);
		add_always(kept->set);
		add_socket(kept->set, &kept->socket);
	}
	PG_CATCH();
	{
		tmf_wait_free(kept);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return kept;
}

bool
tmf_wait_kept(TmfWaitEvent event, TmfWaitKept *kept, int64 until_ms)
{
	return wait_for(event, kept->set, &kept->socket, 1, until_ms);
}

void
tmf_wait_free(TmfWaitKept *kept)
{
	if (kept == NULL)
		return;
	if (kept->set != NULL)
		FreeWaitEventSet(kept->set);
	pfree(kept);
}

/* A dead socket is ready: the next call on it says so. */
bool
tmf_wait_readable(TmfWaitEvent event, int fd, int64 until_ms)
{
	TmfWaitSocket socket = {fd, false, false};

	return fd < 0 || tmf_wait_sockets(event, &socket, 1, until_ms);
}

void
tmf_wait_until(TmfWaitEvent event, int64 until_ms)
{
	(void) tmf_wait_sockets(event, NULL, 0, until_ms);
}

void
tmf_wait_cut(int fd)
{
	cut_fd = fd;
}

void
tmf_wait_uncut(void)
{
	cut_fd = -1;
}

/*
 * PostgreSQL calls its timers' handlers with interrupts held, once more than whom
 * they interrupt.  A call that loops for ever has interrupted nothing of ours and
 * nothing of PostgreSQL's, so that the session can be ended from here; it must
 * not go on, for nobody else would end it.
 */
static void
tick(void)
{
	bool		loops;

	held_by_tick = 1;
	loops = wire_watch();
	held_by_tick = 0;
	if (loops)
		ereport(FATAL,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("terminating connection because the TDS library does not return from an answer that it cannot read")));
}

/* An error takes all timers down, so the timer itself knows best whether it runs. */
void
tmf_wait_watch(int every_ms)
{
	if (watch == MAX_TIMEOUTS)
		watch = RegisterTimeout(USER_TIMEOUT, tick);
	if (get_timeout_active(watch) && watch_every_ms == every_ms)
		return;
	watch_every_ms = every_ms;
	enable_timeout_every(watch, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), every_ms), every_ms);
}

void
tmf_wait_unwatch(void)
{
	if (watch != MAX_TIMEOUTS && get_timeout_active(watch))
		disable_timeout(watch, false);
}

bool
tmf_wait_expired(void *argument)
{
	int64		until_ms = *(int64 *) argument;

	return until_ms >= 0 && tmf_now_ms() >= until_ms;
}

bool
tmf_wait_interrupt(void *argument)
{
	if (InterruptHoldoffCount == held_by_tick && CritSectionCount == 0 &&
		(ProcDiePending || (QueryCancelPending && QueryCancelHoldoffCount == 0)))
		return true;
	return tmf_wait_expired(argument) || tmf_wait_is_cut();
}

bool
tmf_wait_quietly(TmfWaitEvent event, int fd, int64 until_ms, bool until_cancel)
{
	while (fd >= 0 && !(until_cancel ? tmf_wait_interrupt(&until_ms) : tmf_wait_expired(&until_ms)))
	{
		int64		left = until_ms < 0 ? PIECE_MS : until_ms - tmf_now_ms();
		int			happened;

		left = Max(Min(left, PIECE_MS), 0);
		happened = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH |
									 WL_SOCKET_READABLE, fd, (long) left,
									 tmf_wait_event(event));
		if (happened & WL_LATCH_SET)
			ResetLatch(MyLatch);
		if (happened & WL_SOCKET_READABLE)
			return true;
	}
	return fd < 0;
}
