/*
 * src/session/probe.c
 *		Does anybody answer at an endpoint?  Asked without blocking, several at once.
 *
 * FreeTDS connects and logs in within one call that knows whole seconds and one
 * partner at a time.  What is slow about a dead host is learned here instead,
 * from sockets of our own: non-blocking, as many beside each other as there are
 * partners and addresses, and told apart in milliseconds.
 *
 * A knock is at most two steps: the TCP connection, then one PRELOGIN and the
 * first byte of its answer.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <unistd.h>

#include "storage/fd.h"

#include "pure/prelogin.h"
#include "session/browser.h"
#include "session/probe.h"
#include "session/wait.h"

/* How long one address may be silent before the next one is knocked at beside it. */
#define STAGGER_MS		150

#define ANSWER_TYPE		0x04	/* of a packet from a server */

static void
close_knock(TmfKnock *knock)
{
	if (knock->fd < 0)
		return;
	close(knock->fd);
	knock->fd = -1;
	ReleaseExternalFD();
}

/* One address has failed: the next one is due at once. */
static void
knock_failed(TmfProbe *probe, int index, const char *problem, int os_error)
{
	close_knock(&probe->knock[index]);
	strlcpy(probe->problem, problem, sizeof(probe->problem));
	probe->os_error = os_error;
	probe->next_ms = tmf_now_ms();
}

static void
knock_answered(TmfProbe *probe, int index)
{
	probe->state = TMF_PROBE_OPEN;
	probe->open = index;
}

int
tmf_probe_connect(const TmfAddress *address, uint16 port)
{
	struct sockaddr_storage target = address->socket;
	int			fd;
	int			saved;

	if (target.ss_family == AF_INET)
		((struct sockaddr_in *) &target)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *) &target)->sin6_port = htons(port);

	if (!AcquireExternalFD())
		return -1;
	fd = socket(target.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (connect(fd, (struct sockaddr *) &target, address->length) == 0 ||
					errno == EINPROGRESS))
		return fd;
	saved = errno;
	if (fd >= 0)
		close(fd);
	ReleaseExternalFD();
	errno = saved;
	return -1;
}

static void
begin_knock(TmfProbe *probe, int index)
{
	TmfKnock   *knock = &probe->knock[index];

	knock->asked = false;
	knock->fd = tmf_probe_connect(&probe->address[index], probe->port);
	if (knock->fd < 0)
		knock_failed(probe, index, "could not connect", errno);
}

/* The TCP connection is there, or will not be. */
static void
connection_ready(TmfProbe *probe, int index)
{
	TmfKnock   *knock = &probe->knock[index];
	uint8		request[PRELOGIN_SIZE];
	int			result = 0;
	socklen_t	length = sizeof(result);

	/* no encryption: the login's own PRELOGIN settles that */
	prelogin_request(PRELOGIN_NOT_SUPPORTED, request);

	if (getsockopt(knock->fd, SOL_SOCKET, SO_ERROR, &result, &length) != 0)
		result = errno;
	if (result != 0)
		knock_failed(probe, index, "could not connect", result);
	else if (!probe->ask)
		knock_answered(probe, index);
	else if (send(knock->fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		knock_failed(probe, index, "could not send", errno);
	else
		knock->asked = true;
}

static void
answer_ready(TmfProbe *probe, int index)
{
	uint8		type = 0;
	ssize_t		received = recv(probe->knock[index].fd, &type, 1, 0);

	if (received == 1 && type == ANSWER_TYPE)
		knock_answered(probe, index);
	else if (received == 1)
		knock_failed(probe, index, "what answers there is no SQL Server", 0);
	else if (received == 0)
		knock_failed(probe, index, "the server has closed the connection", 0);
	else if (errno != EAGAIN && errno != EINTR)
		knock_failed(probe, index, "could not receive", errno);
}

/* Begins what is due, and ends the probe when nothing is left to wait for. */
static void
settle(TmfProbe *probe)
{
	int			waiting = 0;
	int			i;

	while (probe->state == TMF_PROBE_RUNNING && probe->begun < probe->count &&
		   tmf_now_ms() >= probe->next_ms)
	{
		probe->next_ms = tmf_now_ms() + STAGGER_MS;
		begin_knock(probe, probe->begun++);
	}
	for (i = 0; i < probe->begun; i++)
		waiting += probe->knock[i].fd >= 0;
	if (probe->state == TMF_PROBE_RUNNING && waiting == 0 && probe->begun == probe->count)
		probe->state = TMF_PROBE_FAILED;
}

void
tmf_probe_begin(TmfProbe *probe, const Endpoint *endpoint, TmfProbeKind kind, int64 until_ms)
{
	int64		now = tmf_now_ms();
	int64		ask_ms = kind == TMF_PROBE_ALONE || until_ms < 0 ? until_ms : now + (until_ms - now) / 3;

	/* a silent Browser must leave time for the other partner */
	memset(probe, 0, sizeof(*probe));
	if (tmf_browser_port(endpoint, ask_ms, &probe->port, probe->problem, sizeof(probe->problem)))
	{
		const TmfAddress *address = tmf_address_lookup(endpoint->host, &probe->count);

		if (probe->count == 0)
			strlcpy(probe->problem, "the host name could not be translated to an address",
					sizeof(probe->problem));
		probe->count = Min(probe->count, TMF_PROBE_ADDRESSES);
		memcpy(probe->address, address, probe->count * sizeof(TmfAddress));
	}
	probe->ask = kind == TMF_PROBE_ASKING && !tmf_address_proven(endpoint->host, probe->port);
	probe->state = TMF_PROBE_RUNNING;
	probe->next_ms = tmf_now_ms();
	settle(probe);
}

/* Puts what a probe waits for behind the count sockets that are there; their number. */
static int
gather(const TmfProbe *probe, TmfWaitSocket *sockets, int count)
{
	int			i;

	for (i = 0; probe->state == TMF_PROBE_RUNNING && i < probe->begun; i++)
	{
		if (probe->knock[i].fd < 0)
			continue;
		sockets[count].fd = probe->knock[i].fd;
		sockets[count].write = !probe->knock[i].asked;
		count++;
	}
	return count;
}

/* Goes on with the knocks whose sockets, the next ones of the list, are ready. */
static const TmfWaitSocket *
advance(TmfProbe *probe, const TmfWaitSocket *sockets)
{
	int			begun = probe->state == TMF_PROBE_RUNNING ? probe->begun : 0;
	int			i;

	for (i = 0; i < begun; i++)
	{
		bool		ready;

		if (probe->knock[i].fd < 0)
			continue;
		ready = (sockets++)->ready;
		if (!ready || probe->state != TMF_PROBE_RUNNING)
			continue;
		if (probe->knock[i].asked)
			answer_ready(probe, i);
		else
			connection_ready(probe, i);
	}
	settle(probe);
	return sockets;
}

static bool
any_ended(const TmfProbe *probes, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (probes[i].state == TMF_PROBE_OPEN || probes[i].state == TMF_PROBE_FAILED)
			return true;
	}
	return false;
}

void
tmf_probe_wait(TmfProbe *probes, int count, int64 until_ms)
{
	TmfWaitSocket sockets[2 * TMF_PROBE_ADDRESSES];
	const TmfWaitSocket *next;
	int			i;

	Assert(count <= 2);
	while (!any_ended(probes, count))
	{
		int64		wake = until_ms;
		int			used = 0;
		bool		ready;

		for (i = 0; i < count; i++)
		{
			used = gather(&probes[i], sockets, used);
			if (probes[i].state == TMF_PROBE_RUNNING && probes[i].begun < probes[i].count &&
				(wake < 0 || probes[i].next_ms < wake))
				wake = probes[i].next_ms;
		}
		ready = tmf_wait_sockets(TMF_WAIT_CONNECT, sockets, used, wake);
		next = sockets;
		for (i = 0; i < count; i++)
			next = advance(&probes[i], next);
		/* nothing before the time that only begins the next address: the wait was cut */
		if (!ready && (wake == until_ms || tmf_now_ms() < wake))
			return;
	}
}

const TmfAddress *
tmf_probe_address(const TmfProbe *probe)
{
	return &probe->address[probe->open];
}

const char *
tmf_probe_problem(const TmfProbe *probe, int *os_error)
{
	int			i;

	if (probe->state != TMF_PROBE_RUNNING)
	{
		*os_error = probe->os_error;
		return probe->problem;
	}
	for (i = 0; i < probe->begun; i++)
	{
		if (probe->knock[i].fd >= 0 && probe->knock[i].asked)
		{
			*os_error = 0;
			return "connections are accepted, but nobody answers";
		}
	}
	*os_error = ETIMEDOUT;
	return "could not connect";
}

void
tmf_probe_end(TmfProbe *probe)
{
	int			i;

	if (probe->state == TMF_PROBE_NONE)
		return;
	for (i = 0; i < probe->begun; i++)
		close_knock(&probe->knock[i]);
	probe->state = TMF_PROBE_NONE;
}
