/*
 * src/session/wait.c
 *		The only place that waits: for a socket, for time, interruptibly.
 *
 * Waiting inside FreeTDS cannot be avoided while rows arrive; there its
 * interrupt hook asks tmf_wait_interrupt(), which only reads flags, and the
 * caller runs CHECK_FOR_INTERRUPTS() once FreeTDS has returned.  The hook is not
 * asked while bytes keep coming; against a server that never stops sending
 * there is a timer, one of PostgreSQL's own.
 */
#include "postgres.h"

#include <time.h>

#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "session/wait.h"
#include "wire/wire.h"

/* WaitLatch() takes an int of milliseconds; longer waits go in pieces. */
#define PIECE_MS	3600000

/* Registered at the first use: a backend forgets what the postmaster registered. */
static TimeoutId watch = MAX_TIMEOUTS;
static int	watch_every_ms = 0;

int64
tmf_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* True when one of events came; events 0 waits for time alone. */
static bool
wait_for(int fd, int events, int64 until_ms)
{
	for (;;)
	{
		int64		left = until_ms < 0 ? PIECE_MS : until_ms - tmf_now_ms();
		int			happened;

		left = Max(Min(left, PIECE_MS), 0);
		happened = WaitLatchOrSocket(MyLatch,
									 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | events,
									 events ? fd : PGINVALID_SOCKET, (long) left,
									 PG_WAIT_EXTENSION);
		if (happened & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
		if (happened & events)
			return true;
		if (until_ms >= 0 && tmf_now_ms() >= until_ms)
			return false;
	}
}

/* A dead socket is ready: the next call on it says so. */
bool
tmf_wait_readable(int fd, int64 until_ms)
{
	return fd < 0 || wait_for(fd, WL_SOCKET_READABLE, until_ms);
}

bool
tmf_wait_writable(int fd, int64 until_ms)
{
	return fd < 0 || wait_for(fd, WL_SOCKET_WRITEABLE, until_ms);
}

void
tmf_wait_until(int64 until_ms)
{
	(void) wait_for(PGINVALID_SOCKET, 0, until_ms);
}

/* An error takes all timers down, so the timer itself knows best whether it runs. */
void
tmf_wait_watch(int every_ms)
{
	if (watch == MAX_TIMEOUTS)
		watch = RegisterTimeout(USER_TIMEOUT, wire_watch);
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
	if (InterruptHoldoffCount == 0 && CritSectionCount == 0 &&
		(ProcDiePending || (QueryCancelPending && QueryCancelHoldoffCount == 0)))
		return true;
	return tmf_wait_expired(argument);
}

bool
tmf_wait_quietly(int fd, int64 until_ms, bool until_cancel)
{
	while (fd >= 0 && !(until_cancel ? tmf_wait_interrupt(&until_ms) : tmf_wait_expired(&until_ms)))
	{
		int64		left = until_ms < 0 ? PIECE_MS : until_ms - tmf_now_ms();
		int			happened;

		left = Max(Min(left, PIECE_MS), 0);
		happened = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH |
									 WL_SOCKET_READABLE, fd, (long) left, PG_WAIT_EXTENSION);
		if (happened & WL_LATCH_SET)
			ResetLatch(MyLatch);
		if (happened & WL_SOCKET_READABLE)
			return true;
	}
	return fd < 0;
}
