/*
 * test/fuzz/relay.c
 *		Stands between a backend and the stand-in, and breaks one reply when told.
 *
 *		relay --corpus FILE --upstream PORT
 *
 * It prints its port.  Orders come on stdin, a line each, and are answered by a
 * line: "break SEED NUMBER SKIP": the reply behind SKIP others is broken as the
 * case of that number says, and both sides of its connection are closed behind
 * it; "tell": what has come of that; "keep FILE": the broken bytes go there.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mutate.h"

#define LINES_MAX	32

typedef struct Line
{
	int			client;			/* -1: the place is free */
	int			server;			/* -1: broken, the client is still there */
	int			replies;		/* that have gone to the client */
	Bytes		reply;			/* what has come of the next one */
} Line;

static Corpus corpus;
static Line lines[LINES_MAX];
static uint16_t upstream;

/* The order, and what came of it. */
static bool armed;
static uint64_t seed;
static uint64_t number;
static int	skip;
static Mutant mutant;
static Bytes good;				/* the payload before it was broken */
static int	reply_number;		/* of its connection; -1: not struck yet */
static int	later;				/* replies that others have got since */

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	size = sizeof(address);
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) != 0 ||
		listen(fd, 64) != 0 || getsockname(fd, (struct sockaddr *) &address, &size) != 0)
		die("listen");
	printf("port %u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static int
connect_upstream(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(upstream)};
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int			one = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		die("the server");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void
hang_up(Line *line)
{
	close(line->client);
	if (line->server >= 0)
		close(line->server);
	line->client = -1;
	line->server = -1;
	line->reply.used = 0;
}

static void
accept_client(int listener)
{
	int			client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	int			one = 1;
	int			i;

	for (i = 0; i < LINES_MAX && lines[i].client >= 0; i++)
		;
	if (client < 0 || i == LINES_MAX)
		die("accept");
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	lines[i].client = client;
	lines[i].server = connect_upstream();
	lines[i].replies = 0;
	lines[i].reply.used = 0;
}

static void
put(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0)
	{
		ssize_t		sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return;				/* it has left; its side will be closed */
		bytes += sent;
		size -= (size_t) sent;
	}
}

/* A whole reply is there: it goes on, or what has become of it. */
static void
pass_reply(Line *line)
{
	int			index = line->replies++;

	if (!armed || skip-- > 0)
	{
		later += reply_number >= 0;
		put(line->client, line->reply.data, line->reply.used);
		line->reply.used = 0;
		return;
	}
	armed = false;
	reply_number = index;
	later = 0;
	good.used = 0;
	if (!packets_open(&good, line->reply.data, line->reply.used))
		good.used = 0;
	mutant_break(&mutant, &corpus, &good, 4096, seed, number, 0);
	put(line->client, mutant.raw.data, mutant.raw.used);
	shutdown(line->client, SHUT_WR);
	close(line->server);
	line->server = -1;
	line->reply.used = 0;
}

static void
serve_client(Line *line)
{
	uint8_t		buffer[65536];
	ssize_t		got = recv(line->client, buffer, sizeof(buffer), 0);

	if (got <= 0)
		hang_up(line);
	else if (line->server >= 0)
		put(line->server, buffer, (size_t) got);
}

static void
serve_server(Line *line)
{
	uint8_t		buffer[65536];
	ssize_t		got = recv(line->server, buffer, sizeof(buffer), 0);

	if (got <= 0)
	{
		hang_up(line);
		return;
	}
	bytes_add(&line->reply, buffer, (size_t) got);
	if (packets_complete(line->reply.data, line->reply.used))
		pass_reply(line);
}

#define BROKEN	(-1)
#define REFUSED	(-2)			/* it holds an error, and is whole otherwise */

/* Rows that are said by somebody who reads so, whom 32 bits are enough; or: it is not whole. */
static long long
rows_said(const Bytes *payload, bool leniently)
{
	Tokens		tokens;
	long long	rows = BROKEN;

	if (leniently)
		tokens_read_leniently(&tokens, payload->data, payload->used);
	else
		tokens_read(&tokens, payload->data, payload->used);
	if (tokens.whole)
		rows = tokens.columns > 0 ? (long long) tokens.rows :
			tokens.counted ? (long long) (uint32_t) tokens.done_count : 0;
	else if (tokens.refused)
		rows = REFUSED;
	tokens_free(&tokens);
	return rows;
}

static void
tell(void)
{
	Bytes		payload = {0};

	if (reply_number < 0)
	{
		printf("waiting\n");
		return;
	}
	packets_open_leniently(&payload, mutant.raw.data, mutant.raw.used);
	printf("reply %d later %d good %lld book %lld lenient %lld: %s\n", reply_number, later,
		   rows_said(&good, false), rows_said(&payload, false), rows_said(&payload, true), mutant.what);
	bytes_free(&payload);
}

static void
keep(const char *path)
{
	FILE	   *file = fopen(path, "wb");

	if (file == NULL || fwrite(mutant.raw.data, 1, mutant.raw.used, file) != mutant.raw.used ||
		fclose(file) != 0)
		die(path);
	printf("kept\n");
}

/* False: nobody gives orders any more. */
static bool
obey(void)
{
	static char order[4096];
	static size_t used;
	ssize_t		got = read(STDIN_FILENO, order + used, sizeof(order) - used - 1);
	char	   *end;

	if (got <= 0)
		return false;
	used += (size_t) got;
	order[used] = '\0';
	while ((end = strchr(order, '\n')) != NULL)
	{
		unsigned long long words[2];

		*end = '\0';
		if (sscanf(order, "break %llu %llu %d", &words[0], &words[1], &skip) == 3)
		{
			seed = words[0];
			number = words[1];
			armed = true;
			reply_number = -1;
			printf("armed\n");
		}
		else if (strcmp(order, "tell") == 0)
			tell();
		else if (strncmp(order, "keep ", 5) == 0)
			keep(order + 5);
		else
			printf("no such order\n");
		fflush(stdout);
		used -= (size_t) (end + 1 - order);
		memmove(order, end + 1, used + 1);
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct pollfd wait[2 + 2 * LINES_MAX];
	int			listener;
	int			i;

	signal(SIGPIPE, SIG_IGN);
	if (argc != 5 || strcmp(argv[1], "--corpus") != 0 || strcmp(argv[3], "--upstream") != 0)
	{
		fprintf(stderr, "usage: relay --corpus FILE --upstream PORT\n");
		return 2;
	}
	corpus_read(argv[2], &corpus);
	upstream = (uint16_t) atoi(argv[4]);
	reply_number = -1;
	for (i = 0; i < LINES_MAX; i++)
		lines[i].client = lines[i].server = -1;
	listener = listen_somewhere();
	for (;;)
	{
		wait[0] = (struct pollfd) {.fd = STDIN_FILENO, .events = POLLIN};
		wait[1] = (struct pollfd) {.fd = listener, .events = POLLIN};
		for (i = 0; i < LINES_MAX; i++)
		{
			wait[2 + 2 * i] = (struct pollfd) {.fd = lines[i].client, .events = POLLIN};
			wait[3 + 2 * i] = (struct pollfd) {.fd = lines[i].server, .events = POLLIN};
		}
		if (poll(wait, 2 + 2 * LINES_MAX, -1) < 0)
			die("poll");
		for (i = 0; i < LINES_MAX; i++)
		{
			if (wait[3 + 2 * i].revents && lines[i].server >= 0)
				serve_server(&lines[i]);
			if (wait[2 + 2 * i].revents && lines[i].client >= 0)
				serve_client(&lines[i]);
		}
		if (wait[1].revents)
			accept_client(listener);
		if (wait[0].revents && !obey())
			return 0;
	}
}
