/*
 * test/broken_streams/conversation.c
 *		A client in a process of its own, and one case with it.
 *
 * One thread does everything that the client can wait for: it accepts, answers
 * each complete request with the next reply, and reads the client's verdict.  So
 * nothing but the client itself can make a case last.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conversation.h"

typedef struct Line
{
	int			fd;				/* to the client, -1: not connected */
	Bytes		request;
	const Bytes *sending;
	size_t		sent;
	bool		close_then;
} Line;

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
listen_somewhere(Client *client)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->listener < 0 ||
		bind(client->listener, (struct sockaddr *) &address, sizeof(address)) != 0 ||
		listen(client->listener, 16) != 0 ||
		getsockname(client->listener, (struct sockaddr *) &address, &size) != 0)
		die("listen");
	client->port = ntohs(address.sin_port);
}

void
client_prepare(Client *client, char *const *command, const char *log, int patience_ms)
{
	memset(client, 0, sizeof(*client));
	client->command = command;
	client->log = log;
	client->patience_ms = patience_ms;
	listen_somewhere(client);
}

static void
client_start(Client *client)
{
	int			in[2];
	int			out[2];

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		die("pipe");
	client->pid = fork();
	if (client->pid < 0)
		die("fork");
	if (client->pid == 0)
	{
		int			log = open(client->log, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		if (log >= 0)
			dup2(log, STDERR_FILENO);
		execv(client->command[0], client->command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	client->in = in[1];
	client->out = out[0];
}

static bool
client_gone(Client *client, int signal)
{
	int			status = 0;

	close(client->in);
	if (signal != 0)
		kill(client->pid, signal);
	waitpid(client->pid, &status, 0);
	close(client->out);
	client->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
client_end(Client *client)
{
	bool		good = client->pid == 0 || client_gone(client, 0);

	close(client->listener);
	return good;
}

static bool
client_ask(Client *client, const Case *question)
{
	return write(client->in, question, sizeof(*question)) == (ssize_t) sizeof(*question);
}

/* Reads what is there of the answer; -1: the client is gone, 1: the answer is complete. */
static int
read_answer(Client *client, Bytes *answer)
{
	uint8_t		buffer[65536];
	ssize_t		got = read(client->out, buffer, sizeof(buffer));
	Answer		header;

	if (got <= 0)
		return -1;
	bytes_add(answer, buffer, (size_t) got);
	if (answer->used < sizeof(header))
		return 0;
	memcpy(&header, answer->data, sizeof(header));
	return answer->used >= sizeof(header) + header.length;
}

static void
line_accept(Client *client, Line *line)
{
	int			size = 1 << 20;
	int			one = 1;

	line->fd = accept4(client->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (line->fd < 0)
		return;
	setsockopt(line->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void
line_send(Line *line)
{
	while (line->sending != NULL && line->sent < line->sending->used)
	{
		ssize_t		put = send(line->fd, line->sending->data + line->sent,
							   line->sending->used - line->sent, MSG_NOSIGNAL);

		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (put < 0)
			break;				/* the client has left; it will say why */
		line->sent += (size_t) put;
	}
	line->sending = NULL;
	if (line->close_then)
		shutdown(line->fd, SHUT_WR);
}

static void
line_answer(Line *line, Script *script)
{
	int			number = script->asked++;

	line->request.used = 0;
	if (number >= script->replies)
		return;
	line->sending = script->reply[number];
	line->sent = 0;
	line->close_then = script->asked == script->close_after;
	line_send(line);
}

/* False: the client has closed. */
static bool
line_read(Line *line, Script *script)
{
	uint8_t		buffer[65536];
	ssize_t		got = recv(line->fd, buffer, sizeof(buffer), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	bytes_add(&line->request, buffer, (size_t) got);
	if (packets_complete(line->request.data, line->request.used))
		line_answer(line, script);
	return true;
}

/* With RST, so that a hundred thousand cases leave no connection that waits for its end. */
static void
line_close(Line *line)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (line->fd >= 0)
	{
		setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(line->fd);
	}
	line->fd = -1;
}

/* Serves until the answer is complete; what line_read() does is up to serve. */
static CaseOutcome
play(Client *client, Script *script, Bytes *answer, bool (*serve) (Line *line, Script *script))
{
	Line		line = {.fd = -1};
	int64_t		deadline = now_ms() + client->patience_ms;
	int64_t		heard = now_ms();
	int			silence_ms = client->patience_ms / SILENCE_PART;
	bool		closed = false;
	int			complete = 0;
	Answer		header;

	while (complete == 0)
	{
		struct pollfd wait[2] = {
			{.fd = client->out, .events = POLLIN},
			{.fd = line.fd >= 0 ? line.fd : client->listener, .events = POLLIN}
		};
		int64_t		rest = deadline - now_ms();

		if (line.sending != NULL)
			wait[1].events |= POLLOUT;
		if (rest <= 0)
			break;
		if (line.fd >= 0 && script->asked > 0 && script->asked < script->close_after)
			rest = rest < silence_ms ? rest : silence_ms;
		if (poll(wait, closed ? 1 : 2, (int) rest) < 0 && errno != EINTR)
			die("poll");
		if (wait[0].revents || wait[1].revents)
			heard = now_ms();
		else if (line.fd >= 0 && now_ms() - heard >= silence_ms)
			shutdown(line.fd, SHUT_WR);
		if (wait[0].revents)
			complete = read_answer(client, answer);
		if (closed || complete != 0 || !wait[1].revents)
			continue;
		if (line.fd < 0)
			line_accept(client, &line);
		else if (wait[1].revents & POLLOUT)
			line_send(&line);
		else if (!serve(&line, script))
			closed = true;
	}
	line_close(&line);
	bytes_free(&line.request);
	if (complete <= 0)
	{
		client_gone(client, complete == 0 ? SIGKILL : 0);
		return complete == 0 ? CASE_HANG : CASE_CRASH;
	}
	memcpy(&header, answer->data, sizeof(header));
	if (header.outcome == ANSWER_LOOP)
		client_gone(client, 0);
	return header.outcome == ANSWER_LOOP ? CASE_LOOP :
		header.outcome == ANSWER_WHOLE ? CASE_WHOLE : CASE_ERROR;
}

static CaseOutcome
run(Client *client, const Case *question, Script *script, Bytes *body,
	bool (*serve) (Line *line, Script *script))
{
	Case		asked = *question;
	Bytes		answer = {0};
	CaseOutcome outcome = CASE_CRASH;

	if (client->pid == 0)
		client_start(client);
	asked.port = client->port;
	script->asked = 0;
	body->used = 0;
	if (client_ask(client, &asked))
		outcome = play(client, script, &answer, serve);
	else
		client_gone(client, 0);
	if (outcome == CASE_ERROR || outcome == CASE_WHOLE)
		bytes_add(body, answer.data + sizeof(Answer), answer.used - sizeof(Answer));
	bytes_free(&answer);
	return outcome;
}

CaseOutcome
converse(Client *client, const Case *question, Script *script, Bytes *body)
{
	return run(client, question, script, body, line_read);
}

/* The server whose replies are recorded. */
static int	server = -1;
static Bytes recorded[CASE_REPLIES];

static void
server_ask(const Bytes *request, Bytes *reply)
{
	uint8_t		buffer[65536];
	ssize_t		got;

	reply->used = 0;
	if (send(server, request->data, request->used, MSG_NOSIGNAL) != (ssize_t) request->used)
		die("the server to be recorded");
	while (!packets_complete(reply->data, reply->used))
	{
		if ((got = recv(server, buffer, sizeof(buffer), 0)) <= 0)
			die("the server to be recorded");
		bytes_add(reply, buffer, (size_t) got);
	}
}

static bool
line_relay(Line *line, Script *script)
{
	uint8_t		buffer[65536];
	ssize_t		got = recv(line->fd, buffer, sizeof(buffer), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	bytes_add(&line->request, buffer, (size_t) got);
	if (!packets_complete(line->request.data, line->request.used) || script->asked >= CASE_REPLIES)
		return true;
	server_ask(&line->request, &recorded[script->asked]);
	line_answer(line, script);
	return true;
}

CaseOutcome
converse_with_server(Client *client, const Case *question, uint16_t port, Bytes *payload,
					 Bytes *body)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	Script		script = {.replies = STAGES, .close_after = 0};
	CaseOutcome outcome;
	int			i;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || connect(server, (struct sockaddr *) &address, sizeof(address)) != 0)
		die("connect");
	for (i = 0; i < STAGES; i++)
		script.reply[i] = &recorded[i];
	outcome = run(client, question, &script, body, line_relay);
	close(server);
	for (i = 0; i < STAGES; i++)
	{
		payload[i].used = 0;
		if (i < script.asked && !packets_open(&payload[i], recorded[i].data, recorded[i].used))
			die("a reply that is none");
	}
	return outcome;
}
