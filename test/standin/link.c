/*
 * test/standin/link.c
 *		Framed connections between instances.
 *
 * That the other side is gone is seen from the end of the stream at once; that
 * it is frozen, from its silence: one thread sends a ping on every link a few
 * times a second, whatever the link's owner is doing meanwhile, so only a
 * process that stands still is silent.  A ping carries the sender's clock and
 * sends the other's back: what comes back proves that the other side lived after
 * it was sent, which bytes that waited in a buffer do not.  Links are not authenticated: instances
 * listen on loopback addresses and hold nothing but test data.
 */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "database.h"
#include "log.h"

#define PING_INTERVAL	250		/* milliseconds; a fraction of the shortest timeout */
#define SEND_TIMEOUT	10		/* seconds that a send may be stuck */
#define HEADER_SIZE		5
#define READ_SIZE		65536
#define PORT_FIRST		20000
#define PORT_LAST		32767

struct Link
{
	int			fd;
	atomic_int	references;
	atomic_bool shut;
	atomic_llong heard;			/* when anything came */
	atomic_llong echoed;		/* our clock, as the other side last sent it back */
	atomic_llong other;			/* its clock, to be sent back */
	atomic_bool ping_due;		/* whoever sends, sends a ping as well */
	pthread_mutex_t write_lock;
	char	   *buffer;			/* received, from start to end */
	size_t		size;
	size_t		start;
	size_t		end;
	Link	   *next;			/* of all links */
	Link	   *previous;
};

static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static Link links = {.next = &links, .previous = &links};
static bool partitioned;
static int	listener = -1;
static void (*serve_link) (Link *link);

static Link *
link_new(int fd)
{
	Link	   *link;
	int			on = 1;
	struct timeval bound = {SEND_TIMEOUT, 0};
	bool		refused;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
	link = calloc(1, sizeof(Link));
	if (link == NULL)
	{
		close(fd);
		return NULL;
	}
	link->fd = fd;
	atomic_init(&link->references, 1);
	atomic_init(&link->heard, clock_milliseconds());
	atomic_init(&link->echoed, clock_milliseconds());
	pthread_mutex_init(&link->write_lock, NULL);

	pthread_mutex_lock(&links_lock);
	link->next = links.next;
	link->previous = &links;
	links.next->previous = link;
	links.next = link;
	refused = partitioned;
	pthread_mutex_unlock(&links_lock);
	if (refused)
	{
		link_release(link);
		return NULL;
	}
	return link;
}

Link *
link_retain(Link *link)
{
	if (link != NULL)
		atomic_fetch_add(&link->references, 1);
	return link;
}

void
link_release(Link *link)
{
	bool		last;

	if (link == NULL)
		return;
	pthread_mutex_lock(&links_lock);
	last = atomic_fetch_sub(&link->references, 1) == 1;
	if (last)
	{
		link->next->previous = link->previous;
		link->previous->next = link->next;
	}
	pthread_mutex_unlock(&links_lock);
	if (!last)
		return;
	close(link->fd);
	pthread_mutex_destroy(&link->write_lock);
	free(link->buffer);
	free(link);
}

void
link_shut(Link *link)
{
	if (link != NULL && !atomic_exchange(&link->shut, true))
		shutdown(link->fd, SHUT_RDWR);
}

bool
link_is_shut(const Link *link)
{
	return atomic_load(&link->shut);
}

int64_t
link_silence(const Link *link)
{
	return clock_milliseconds() - atomic_load(&link->heard);
}

int64_t
link_age(const Link *link)
{
	return clock_milliseconds() - atomic_load(&link->echoed);
}

bool
link_parse_url(const char *url, char *host, size_t host_size, int *port)
{
	const char *colon;
	char	   *end;
	long		number;

	if (strncasecmp(url, "TCP://", 6) != 0)
		return false;
	url += 6;
	colon = strrchr(url, ':');
	if (colon == NULL || colon == url || (size_t) (colon - url) >= host_size)
		return false;
	number = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || number < 1 || number > 65535)
		return false;
	memcpy(host, url, colon - url);
	host[colon - url] = '\0';
	*port = (int) number;
	return true;
}

/* Connects within the deadline; -1 when that fails. */
static int
connect_within(const struct addrinfo *address, int64_t deadline)
{
	int			fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd waiting = {.fd = fd, .events = POLLOUT};
	int64_t		left = deadline - clock_milliseconds();
	int			problem = 0;
	socklen_t	size = sizeof(problem);

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0 &&
		(errno != EINPROGRESS || left <= 0 || poll(&waiting, 1, (int) left) != 1 ||
		 getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0 || problem != 0))
	{
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

Link *
link_dial(const char *url, int64_t milliseconds)
{
	int64_t		deadline = clock_milliseconds() + milliseconds;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	struct addrinfo *address;
	char		host[NAME_MAX_BYTES];
	char		service[16];
	int			port;
	int			fd = -1;
	bool		refused;

	pthread_mutex_lock(&links_lock);
	refused = partitioned;
	pthread_mutex_unlock(&links_lock);
	if (refused || !link_parse_url(url, host, sizeof(host), &port))
		return NULL;
	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return NULL;
	for (address = found; address != NULL && fd < 0; address = address->ai_next)
		fd = connect_within(address, deadline);
	freeaddrinfo(found);
	return fd < 0 ? NULL : link_new(fd);
}

/* Under write_lock. */
static bool
send_all(Link *link, struct iovec *parts, int count)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
	ssize_t		sent;

	while (message.msg_iovlen > 0)
	{
		sent = sendmsg(link->fd, &message, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		while (message.msg_iovlen > 0 && (size_t) sent >= message.msg_iov->iov_len)
		{
			sent -= message.msg_iov->iov_len;
			message.msg_iov++;
			message.msg_iovlen--;
		}
		if (message.msg_iovlen > 0)
		{
			message.msg_iov->iov_base = (char *) message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= sent;
		}
	}
	return true;
}

/* Under write_lock. */
static bool
send_ping(Link *link, int flags)
{
	char		ping[HEADER_SIZE + 16] = {17, 0, 0, 0, FRAME_PING};
	uint64_t	clocks[2] = {
		htole64((uint64_t) clock_milliseconds()), htole64((uint64_t) atomic_load(&link->other))
	};
	ssize_t		sent;

	memcpy(ping + HEADER_SIZE, clocks, sizeof(clocks));
	sent = send(link->fd, ping, sizeof(ping), MSG_NOSIGNAL | flags);

	/* nothing at all is no harm: the other side is slow to read, or gone */
	return sent <= 0 || sent == (ssize_t) sizeof(ping);
}

bool
link_send_parts(Link *link, FrameType type, const void *head, size_t head_size,
				const void *body, size_t size)
{
	char		header[HEADER_SIZE];
	uint32_t	length = htole32((uint32_t) (1 + head_size + size));
	struct iovec parts[3] = {
		{header, sizeof(header)}, {(void *) head, head_size}, {(void *) body, size}
	};
	bool		sent;

	if (head_size + size >= FRAME_SIZE_MAX)
		return false;
	memcpy(header, &length, sizeof(length));
	header[4] = (char) type;
	pthread_mutex_lock(&link->write_lock);
	sent = !link_is_shut(link) && send_all(link, parts, 3) &&
		(!atomic_exchange(&link->ping_due, false) || send_ping(link, 0));
	pthread_mutex_unlock(&link->write_lock);
	if (!sent)
		link_shut(link);
	return sent;
}

bool
link_send(Link *link, FrameType type, const void *body, size_t size)
{
	return link_send_parts(link, type, body, size, NULL, 0);
}

static void
take_ping(Link *link, Reader *body)
{
	int64_t		other = (int64_t) reader_u64(body);
	int64_t		echoed = (int64_t) reader_u64(body);

	atomic_store(&link->other, other);
	if (echoed > atomic_load(&link->echoed))
		atomic_store(&link->echoed, echoed);
}

/* A whole frame in the buffer?  -1: the stream is damaged. */
static int
take_frame(Link *link, Frame *frame)
{
	uint32_t	length;

	if (link->end - link->start < HEADER_SIZE)
		return 0;
	memcpy(&length, link->buffer + link->start, sizeof(length));
	length = le32toh(length);
	if (length < 1 || length > FRAME_SIZE_MAX)
		return -1;
	if (link->end - link->start < length + sizeof(length))
		return 0;
	frame->type = (uint8_t) link->buffer[link->start + sizeof(length)];
	reader_init(&frame->body, link->buffer + link->start + HEADER_SIZE, length - 1);
	link->start += sizeof(length) + length;
	return 1;
}

/* Reads what is there; the buffer grows with what came, not with what was announced. */
static bool
read_more(Link *link)
{
	ssize_t		got;

	if (link->start > 0)
	{
		memmove(link->buffer, link->buffer + link->start, link->end - link->start);
		link->end -= link->start;
		link->start = 0;
	}
	if (link->size - link->end < READ_SIZE)
	{
		size_t		size = link->size * 2 + READ_SIZE;
		char	   *buffer = realloc(link->buffer, size);

		if (buffer == NULL)
			return false;
		link->buffer = buffer;
		link->size = size;
	}
	do
		got = recv(link->fd, link->buffer + link->end, link->size - link->end, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	link->end += got;
	atomic_store(&link->heard, clock_milliseconds());
	return true;
}

LinkEvent
link_receive(Link *link, int wake_fd, int64_t milliseconds, Frame *frame)
{
	int64_t		deadline = clock_milliseconds() + milliseconds;
	struct pollfd waiting[2] = {
		{.fd = link->fd, .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}
	};
	int64_t		left;
	int			found;

	for (;;)
	{
		while ((found = take_frame(link, frame)) > 0)
		{
			if (frame->type != FRAME_PING)
				return LINK_FRAME;
			take_ping(link, &frame->body);
		}
		if (found < 0 || link_is_shut(link))
			break;
		left = deadline - clock_milliseconds();
		if (poll(waiting, 2, left < 0 ? 0 : (int) left) < 0 && errno != EINTR)
			break;
		if (waiting[0].revents != 0 && !read_more(link))
			break;
		if (waiting[0].revents == 0 && (waiting[1].revents != 0 || left <= 0))
			return LINK_IDLE;
	}
	link_shut(link);
	return LINK_LOST;
}

static void *
send_pings(void *argument)
{
	Link	   *link;

	(void) argument;
	for (;;)
	{
		pthread_mutex_lock(&links_lock);
		for (link = links.next; link != &links; link = link->next)
		{
			if (pthread_mutex_trylock(&link->write_lock) != 0)
			{
				atomic_store(&link->ping_due, true);
				continue;
			}
			if (!send_ping(link, MSG_DONTWAIT))
				link_shut(link);
			pthread_mutex_unlock(&link->write_lock);
		}
		pthread_mutex_unlock(&links_lock);
		clock_sleep(PING_INTERVAL);
	}
	return NULL;
}

static void *
serve_thread(void *argument)
{
	serve_link(argument);
	return NULL;
}

static void *
accept_links(void *argument)
{
	pthread_t	thread;
	Link	   *link;
	int			fd;

	(void) argument;
	for (;;)
	{
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
		{
			clock_sleep(10);
			continue;
		}
		link = link_new(fd);
		if (link == NULL)
			continue;
		if (pthread_create(&thread, NULL, serve_thread, link) == 0)
			pthread_detach(thread);
		else
			link_release(link);
	}
	return NULL;
}

int
link_bind(const char *address, int *port)
{
	struct sockaddr_in where = {.sin_family = AF_INET};
	bool		any = *port == 0;
	int			span = PORT_LAST - PORT_FIRST + 1;
	unsigned int seed = (unsigned int) getpid() ^ (unsigned int) clock_milliseconds();
	int			tries = any ? span : 1;
	int			first = any ? (int) (rand_r(&seed) % span) : 0;
	int			on = 1;
	int			fd;
	int			i;

	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		return -1;
	for (i = 0; i < tries; i++)
	{
		int			candidate = any ? PORT_FIRST + (first + i) % span : *port;

		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return -1;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		where.sin_port = htons(candidate);
		if (bind(fd, (struct sockaddr *) &where, sizeof(where)) == 0 && listen(fd, 512) == 0)
		{
			*port = candidate;
			return fd;
		}
		close(fd);
	}
	return -1;
}

bool
link_listen(void)
{
	listener = link_bind(instance.address, &instance.endpoint_port);
	if (listener < 0)
		log_line("endpoint %s:%d: %s", instance.address, instance.endpoint_port, strerror(errno));
	return listener >= 0;
}

bool
link_start(void (*serve) (Link *link))
{
	pthread_t	thread;

	serve_link = serve;
	if (pthread_create(&thread, NULL, accept_links, NULL) != 0)
		return false;
	pthread_detach(thread);
	if (pthread_create(&thread, NULL, send_pings, NULL) != 0)
		return false;
	pthread_detach(thread);
	return true;
}

void
link_partition(bool on)
{
	Link	   *link;

	pthread_mutex_lock(&links_lock);
	partitioned = on;
	for (link = links.next; on && link != &links; link = link->next)
		link_shut(link);
	pthread_mutex_unlock(&links_lock);
	event_record("partition", "%s", on ? "on" : "off");
}

void
pack_bytes(Packer *packer, const void *bytes, size_t size)
{
	if (size <= sizeof(packer->bytes) - packer->used)
	{
		memcpy(packer->bytes + packer->used, bytes, size);
		packer->used += size;
	}
}

void
pack_number(Packer *packer, uint64_t number, size_t size)
{
	number = htole64(number);
	pack_bytes(packer, &number, size);
}

void
pack_text(Packer *packer, const char *text)
{
	size_t		size = strlen(text);

	pack_number(packer, size, 2);
	pack_bytes(packer, text, size);
}

void
unpack_bytes(Reader *reader, void *out, size_t size)
{
	const char *bytes = reader_bytes(reader, size);

	if (bytes != NULL)
		memcpy(out, bytes, size);
	else
		memset(out, 0, size);
}

void
unpack_text(Reader *reader, char *out, size_t size)
{
	size_t		length = reader_u16(reader);
	const char *bytes = reader_bytes(reader, length);

	if (bytes == NULL || length >= size)
	{
		reader->bad = true;
		length = 0;
	}
	else
		memcpy(out, bytes, length);
	out[length] = '\0';
}
