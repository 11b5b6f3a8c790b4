/*
 * test/fuzz/replay.c
 *		The server of a case, inside the client's own process.
 *
 * FreeTDS's calls of the system come here, because the program's own symbols are
 * found before those of the C library.  The connection is a real one, so that
 * whatever the client asks the kernel about it is true.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "replay.h"

static int	listener = -1;
static uint16_t port;

static Script *script;			/* NULL: nobody is expected */
static int	client = -1;		/* the client's socket */
static int	peer = -1;			/* its other end */
static Bytes request;
static const Bytes *sending;
static size_t sent;
static bool closed;				/* our side */

static int	(*real_connect) (int, const struct sockaddr *, socklen_t);
static ssize_t (*real_send) (int, const void *, size_t, int);
static ssize_t (*real_recv) (int, void *, size_t, int);
static int	(*real_poll) (struct pollfd *, nfds_t, int);
static int	(*real_clock_gettime) (clockid_t, struct timespec *);

static void
die(const char *what)
{
	perror(what);
	_exit(2);
}

static void
find_real(void)
{
	if (real_poll != NULL)
		return;
	*(void **) &real_connect = dlsym(RTLD_NEXT, "connect");
	*(void **) &real_send = dlsym(RTLD_NEXT, "send");
	*(void **) &real_recv = dlsym(RTLD_NEXT, "recv");
	*(void **) &real_poll = dlsym(RTLD_NEXT, "poll");
	*(void **) &real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	if (real_connect == NULL || real_send == NULL || real_recv == NULL || real_poll == NULL ||
		real_clock_gettime == NULL)
		die("dlsym");
}

uint16_t
replay_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	size = sizeof(address);

	if (listener >= 0)
		return port;
	find_real();
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *) &address, sizeof(address)) != 0 ||
		listen(listener, 4) != 0 ||
		getsockname(listener, (struct sockaddr *) &address, &size) != 0)
		die("listen");
	port = ntohs(address.sin_port);
	return port;
}

/* With RST, so that a million cases leave no connection that waits for its end. */
static void
hang_up(void)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (peer >= 0)
	{
		setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(peer);
	}
	peer = -1;
	client = -1;
}

void
replay_begin(Script *next)
{
	(void) replay_port();
	hang_up();
	script = next;
	script->asked = 0;
}

void
replay_end(void)
{
	hang_up();
	script = NULL;
}

static void
close_side(void)
{
	if (!closed && peer >= 0)
		shutdown(peer, SHUT_WR);
	closed = true;
}

/* What the client's buffer takes now; the rest goes out when it has read. */
static void
push(void)
{
	while (sending != NULL && sent < sending->used)
	{
		ssize_t		put = real_send(peer, sending->data + sent, sending->used - sent, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return;
		if (put < 0)
			break;				/* the client has left */
		sent += (size_t) put;
	}
	sending = NULL;
	if (script->asked >= script->close_after)
		close_side();
}

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int			one = 1;
	int			result;
	int			result_errno;

	find_real();
	result = real_connect(fd, address, size);
	result_errno = errno;
	if (script == NULL || address->sa_family != AF_INET || (result != 0 && errno != EINPROGRESS))
		return result;
	hang_up();
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (peer < 0)
		die("accept");
	setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	client = fd;
	request.used = 0;
	sending = NULL;
	sent = 0;
	closed = false;
	errno = result_errno;
	return result;
}

ssize_t
send(int fd, const void *bytes, size_t size, int flags)
{
	find_real();
	if (fd != client || script == NULL)
		return real_send(fd, bytes, size, flags);
	bytes_add(&request, bytes, size);
	if (packets_complete(request.data, request.used))
	{
		request.used = 0;
		if (script->asked < script->replies)
		{
			sending = script->reply[script->asked];
			sent = 0;
		}
		script->asked++;
		push();
	}
	return (ssize_t) size;
}

ssize_t
recv(int fd, void *bytes, size_t size, int flags)
{
	find_real();
	if (fd == client && script != NULL && sending != NULL)
		push();
	return real_recv(fd, bytes, size, flags);
}

int
poll(struct pollfd *wait, nfds_t count, int timeout)
{
	nfds_t		i;

	find_real();
	for (i = 0; script != NULL && i < count; i++)
	{
		struct pollfd now = {.fd = client, .events = POLLIN};

		if (wait[i].fd != client || (wait[i].events & (POLLIN | POLLOUT)) != POLLIN)
			continue;
		if (sending != NULL)
			push();
		if (sending == NULL && timeout != 0 && real_poll(&now, 1, 0) == 0)
			close_side();
	}
	return real_poll(wait, count, timeout);
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int			result;

	find_real();
	result = real_clock_gettime(clock, now);
	if (clock == CLOCK_MONOTONIC)
	{
		int64_t		ns = (now->tv_sec * INT64_C(1000000000) + now->tv_nsec) * REPLAY_HASTE;

		now->tv_sec = ns / 1000000000;
		now->tv_nsec = ns % 1000000000;
	}
	return result;
}
