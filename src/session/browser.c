/*
 * src/session/browser.c
 *		The TCP port of a named instance, asked of its host's SQL Server Browser.
 *
 * FreeTDS would ask by itself, 16 times a second apart, deaf to interrupts and
 * timeouts; it never gets to, for it is always given a port.
 *
 * All addresses of the host are asked, each by a socket connected to it: the
 * kernel then drops datagrams from anywhere else, and reports a port without
 * listener.  The question is repeated, for datagrams are lost.  An old answer is
 * kept until there is a better one: where it is at hand, a Browser that is silent
 * costs a fraction of a second.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <unistd.h>

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "pure/browser.h"
#include "session/address.h"
#include "session/browser.h"
#include "session/wait.h"

/* How long an answer is believed without a login that proves it. */
#define ANSWER_AGE_MS	60000

/* When the question is sent, and when nobody will answer any more. */
static const int question_ms[] = {0, 100, 300, 600};

#define PATIENCE_MS			1000
#define PATIENCE_KNOWN_MS	250

/* A Browser that has said nothing is left alone that long. */
#define SILENCE_MS			2000

#define SOCKETS_MAX		8
#define KEY_MAX			(ENDPOINT_HOST_MAX + ENDPOINT_INSTANCE_MAX)

typedef struct Instance
{
	char		name[KEY_MAX];	/* hash key: host\instance, lower case */
	uint16		port;			/* 0: never heard of */
	bool		suspect;
	int64		asked_ms;		/* when the port was told; 0: known by hearsay */
	int64		silent_ms;		/* when it was asked for in vain; 0: never */
} Instance;

typedef struct Inquiry
{
	const Endpoint *endpoint;
	int			fds[SOCKETS_MAX];
	int			count;			/* of the sockets */
	int			open;			/* of them; the others' hosts have no listener */
	uint16		port;			/* 0: not answered */
	const char *problem;		/* the worst that was said so far */
} Inquiry;

static HTAB *instances = NULL;

static Instance *
instance_of(const Endpoint *endpoint, HASHACTION action)
{
	char		key[KEY_MAX];
	Instance   *instance;
	bool		found;
	int			i;

	if (instances == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = KEY_MAX;
		control.entrysize = sizeof(Instance);
		control.hcxt = CacheMemoryContext;
		instances = hash_create("tds_mirror_fdw instances", 8, &control,
								HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	}
	snprintf(key, sizeof(key), "%s\\%s", endpoint->host, endpoint->instance);
	for (i = 0; key[i]; i++)
		key[i] = pg_ascii_tolower((unsigned char) key[i]);
	instance = hash_search(instances, key, action, &found);
	if (instance && !found)
	{
		instance->port = 0;
		instance->suspect = false;
		instance->asked_ms = 0;
		instance->silent_ms = 0;
	}
	return instance;
}

/* One socket for each address; those that cannot be had are left out. */
static void
open_sockets(Inquiry *inquiry)
{
	int			count;
	const TmfAddress *address = tmf_address_lookup(inquiry->endpoint->host, &count);
	int			i;

	if (count == 0)
		inquiry->problem = "the host name could not be translated to an address";
	for (i = 0; i < count && inquiry->count < SOCKETS_MAX; i++)
	{
		struct sockaddr_storage target = address[i].socket;
		int			fd = socket(target.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0)
			continue;
		if (target.ss_family == AF_INET)
			((struct sockaddr_in *) &target)->sin_port = htons(BROWSER_PORT);
		else
			((struct sockaddr_in6 *) &target)->sin6_port = htons(BROWSER_PORT);
		if (connect(fd, (struct sockaddr *) &target, address[i].length) != 0)
		{
			close(fd);
			continue;
		}
		inquiry->fds[inquiry->count++] = fd;
	}
	inquiry->open = inquiry->count;
}

static void
close_socket(Inquiry *inquiry, int i)
{
	if (inquiry->fds[i] < 0)
		return;
	close(inquiry->fds[i]);
	inquiry->fds[i] = -1;
	inquiry->open--;
}

static void
close_sockets(Inquiry *inquiry)
{
	int			i;

	for (i = 0; i < inquiry->count; i++)
		close_socket(inquiry, i);
}

static void
ask(Inquiry *inquiry)
{
	uint8_t		question[BROWSER_QUESTION_MAX];
	size_t		length = browser_question(inquiry->endpoint->instance, question);
	int			i;

	for (i = 0; i < inquiry->count; i++)
	{
		/* a datagram that is not taken is as good as lost; refusals show when reading */
		if (inquiry->fds[i] >= 0 && send(inquiry->fds[i], question, length, 0) < 0 &&
			errno == ECONNREFUSED)
			close_socket(inquiry, i);
	}
}

/* Reads what has come; true when it is the answer. */
static bool
hear(Inquiry *inquiry)
{
	uint8_t		bytes[BROWSER_ANSWER_MAX];
	int			i;

	for (i = 0; i < inquiry->count; i++)
	{
		while (inquiry->fds[i] >= 0)
		{
			ssize_t		length = recv(inquiry->fds[i], bytes, sizeof(bytes), 0);

			if (length < 0)
			{
				if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
					close_socket(inquiry, i);
				break;
			}
			switch (browser_answer(bytes, length, inquiry->endpoint->instance, &inquiry->port))
			{
				case BROWSER_FOUND:
					return true;
				case BROWSER_NO_TCP:
					inquiry->problem = "the instance takes no TCP connections, says SQL Server Browser";
					break;
				case BROWSER_UNUSABLE:
					inquiry->problem = "SQL Server Browser gave no usable answer about the instance";
					break;
			}
		}
	}
	return false;
}

/* Waits for any of the sockets, or until_ms.  False: the wait was cut short. */
static bool
wait_for_answer(const Inquiry *inquiry, int64 until_ms)
{
	TmfWaitSocket sockets[SOCKETS_MAX];
	int			count = 0;
	int			i;

	for (i = 0; i < inquiry->count; i++)
	{
		if (inquiry->fds[i] < 0)
			continue;
		sockets[count].fd = inquiry->fds[i];
		sockets[count].write = false;
		count++;
	}
	return tmf_wait_sockets(TMF_WAIT_BROWSER, sockets, count, until_ms) || tmf_wait_expired(&until_ms);
}

static void
converse(Inquiry *inquiry, int64 patience_ms, int64 until_ms)
{
	int64		begun = tmf_now_ms();
	int64		end = begun + patience_ms;
	int			sent = 0;

	if (until_ms >= 0)
		end = Min(end, until_ms);
	while (inquiry->open > 0 && tmf_now_ms() < end)
	{
		int64		pause = end;

		if (sent < lengthof(question_ms) && tmf_now_ms() >= begun + question_ms[sent])
		{
			ask(inquiry);
			sent++;
		}
		if (sent < lengthof(question_ms))
			pause = Min(pause, begun + question_ms[sent]);
		if (!wait_for_answer(inquiry, pause) || hear(inquiry))
			return;
	}
	if (inquiry->count > 0 && inquiry->open == 0)
		inquiry->problem = "no SQL Server Browser listens there to tell the instance's port";
}

/* Asks the Browser, and remembers what it says. */
static void
inquire(Instance *instance, const Endpoint *endpoint, int64 until_ms, const char **problem)
{
	Inquiry		inquiry = {0};

	inquiry.endpoint = endpoint;
	inquiry.problem = "SQL Server Browser did not tell the instance's port";
	open_sockets(&inquiry);
	PG_TRY();
	{
		converse(&inquiry, instance->port != 0 ? PATIENCE_KNOWN_MS : PATIENCE_MS, until_ms);
	}
	PG_FINALLY();
	{
		close_sockets(&inquiry);
	}
	PG_END_TRY();
	*problem = inquiry.problem;
	if (inquiry.port == 0)
	{
		instance->silent_ms = tmf_now_ms();
		return;
	}
	instance->port = inquiry.port;
	instance->suspect = false;
	instance->asked_ms = tmf_now_ms();
}

static bool
recently_silent(const Instance *instance)
{
	return instance->silent_ms != 0 && tmf_now_ms() - instance->silent_ms < SILENCE_MS;
}

static bool
believed(const Instance *instance, const Endpoint *endpoint)
{
	if (instance->port == 0 || instance->suspect)
		return false;
	return tmf_address_proven(endpoint->host, instance->port) ||
		(instance->asked_ms != 0 && tmf_now_ms() - instance->asked_ms < ANSWER_AGE_MS);
}

bool
tmf_browser_port(const Endpoint *endpoint, int64 until_ms, uint16 *port, char *problem,
				 size_t size)
{
	const char *why = "SQL Server Browser has not told the instance's port a moment ago";

	*port = endpoint->port;
	if (*port == 0)
	{
		Instance   *instance = instance_of(endpoint, HASH_ENTER);

		if (!believed(instance, endpoint) && !recently_silent(instance))
			inquire(instance, endpoint, until_ms, &why);
		*port = instance->port != 0 ? instance->port : endpoint->default_port;
	}
	if (*port == 0)
		strlcpy(problem, why, size);
	return *port != 0;
}

void
tmf_browser_suspect(const Endpoint *endpoint)
{
	Instance   *instance;

	if (endpoint->port != 0)
		return;
	instance = instance_of(endpoint, HASH_FIND);
	if (instance)
		instance->suspect = true;
}

uint16
tmf_browser_known(const Endpoint *endpoint)
{
	Instance   *instance = NULL;

	if (endpoint->port == 0)
		instance = instance_of(endpoint, HASH_FIND);
	return instance ? instance->port : 0;
}

void
tmf_browser_remember(const Endpoint *endpoint, uint16 port)
{
	Instance   *instance;

	if (port == 0 || endpoint->port != 0)
		return;
	instance = instance_of(endpoint, HASH_ENTER);
	if (instance->port == 0)
		instance->port = port;
}
