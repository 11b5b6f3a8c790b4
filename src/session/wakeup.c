/*
 * src/session/wakeup.c
 *		One descriptor for a socket and a time: for somebody else's wait.
 *
 * An epoll set that holds the socket and a timer can itself be waited for.  The
 * kernel takes a socket that is closed out of the set, so that one with the same
 * number, opened later, is a new one to it.
 */
#include "postgres.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "storage/fd.h"

#include "option/compat.h"
#include "session/wakeup.h"

static void
release(int fd)
{
	if (fd >= 0)
		close(fd);
	ReleaseExternalFD();
}

void
tmf_wakeup_close(TmfWakeup *wakeup)
{
	if (wakeup->set < 0)
		return;
	release(wakeup->timer);
	release(wakeup->set);
	*wakeup = TMF_WAKEUP_NONE;
}

static bool
watch(const TmfWakeup *wakeup, int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};

	return epoll_ctl(wakeup->set, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST;
}

pg_noreturn static void raise_failure(void);

static void
raise_failure(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("could not open a descriptor to wait for several servers: %m")));
}

/* Both descriptors, or an error. */
static void
open_wakeup(TmfWakeup *wakeup)
{
	int			saved_errno;

	if (!AcquireExternalFD())
		raise_failure();
	if (!AcquireExternalFD())
	{
		ReleaseExternalFD();
		raise_failure();
	}
	wakeup->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	wakeup->set = epoll_create1(EPOLL_CLOEXEC);
	if (wakeup->timer >= 0 && wakeup->set >= 0 && watch(wakeup, wakeup->timer))
		return;

	saved_errno = errno;
	release(wakeup->timer);
	release(wakeup->set);
	*wakeup = TMF_WAKEUP_NONE;
	errno = saved_errno;
	raise_failure();
}

int
tmf_wakeup_arm(TmfWakeup *wakeup, int socket, int64 until_ms)
{
	struct itimerspec time = {{0}};

	if (wakeup->set < 0)
		open_wakeup(wakeup);
	if (wakeup->socket >= 0 && wakeup->socket != socket)
		(void) epoll_ctl(wakeup->set, EPOLL_CTL_DEL, wakeup->socket, NULL);
	wakeup->socket = socket;

	/* A time of zero would stop the timer. */
	until_ms = Max(until_ms, 1);
	time.it_value.tv_sec = until_ms / 1000;
	time.it_value.tv_nsec = (until_ms % 1000) * 1000000;
	if ((socket >= 0 && !watch(wakeup, socket)) ||
		timerfd_settime(wakeup->timer, TFD_TIMER_ABSTIME, &time, NULL) != 0)
		raise_failure();
	return wakeup->set;
}
