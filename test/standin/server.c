/*
 * test/standin/server.c
 *		The TDS listener and its connections: a thread each.
 *
 * The list holds every connection from accept() until its session has rolled
 * back.  A kill sets the connection's flag, closes the reading half of its
 * socket, which wakes an idle thread, and interrupts what the engine does; it
 * does so again until the session has gone, as a statement may have begun
 * between two looks.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "log.h"
#include "login.h"
#include "request.h"
#include "server.h"

#define BACKLOG			512
#define PORT_FIRST		20000
#define PORT_LAST		32767
#define PORT_TRIES		1000
#define SPID_FIRST		51
#define SPID_LAST		32767
#define KILL_STEP		50		/* milliseconds between two interrupts */
#define KILL_LIMIT		30000
#define ACCEPT_PAUSE	100		/* after an error such as "too many files" */

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t list_changed;
static Connection *list;
static int	last_spid = SPID_FIRST - 1;

static pthread_mutex_t listen_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t listen_changed = PTHREAD_COND_INITIALIZER;
static int	listen_socket = -1;
static bool refusing;

void
connection_set_database(Connection *connection, const char *name)
{
	pthread_mutex_lock(&list_lock);
	snprintf(connection->database, sizeof(connection->database), "%s", name);
	pthread_mutex_unlock(&list_lock);
}

void
connection_bind(Connection *connection, Session *session)
{
	connection_set_database(connection, session_database(session));
	pthread_mutex_lock(&list_lock);
	connection->session = session;
	connection->bound = true;
	pthread_mutex_unlock(&list_lock);
}

/* Under list_lock. */
static bool
spid_used(int spid)
{
	const Connection *connection;

	for (connection = list; connection != NULL; connection = connection->next)
		if (connection->stream.spid == spid)
			return true;
	return false;
}

static void
enter_list(Connection *connection)
{
	pthread_mutex_lock(&list_lock);
	do
		last_spid = last_spid == SPID_LAST ? SPID_FIRST : last_spid + 1;
	while (spid_used(last_spid));
	connection->stream.spid = last_spid;
	connection->login.spid = last_spid;
	connection->next = list;
	list = connection;
	pthread_mutex_unlock(&list_lock);
}

/* Closes the session first, out of sight of other threads. */
static void
leave_list(Connection *connection)
{
	Connection **link;
	Session    *session;

	pthread_mutex_lock(&list_lock);
	session = connection->session;
	connection->session = NULL;
	pthread_mutex_unlock(&list_lock);
	if (session != NULL)
		session_close(session);
	pthread_mutex_lock(&list_lock);
	for (link = &list; *link != connection; link = &(*link)->next)
		;
	*link = connection->next;
	pthread_cond_broadcast(&list_changed);
	pthread_mutex_unlock(&list_lock);
}

static void *
serve(void *argument)
{
	Connection *connection = argument;

	if (login_run(connection))
	{
		while (request_serve(connection))
			;
	}
	leave_list(connection);
	stream_close(&connection->stream);
	arena_free(connection->arena);
	free(connection->columns);
	free(connection);
	return NULL;
}

static void
start_connection(int fd)
{
	static const int on = 1;
	Connection *connection = calloc(1, sizeof(Connection));
	pthread_attr_t attributes;
	pthread_t	thread;

	counter_add(COUNTER_CONNECTIONS);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connection == NULL)
	{
		close(fd);
		return;
	}
	if (!stream_open(&connection->stream, fd))
	{
		free(connection);
		return;
	}
	connection->arena = arena_new();
	enter_list(connection);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attributes, serve, connection) != 0)
	{
		log_line("no thread for spid %d", connection->stream.spid);
		connection->stream.broken = true;
		connection->stream.reset = true;
		serve(connection);
	}
	pthread_attr_destroy(&attributes);
}

static void *
accept_all(void *argument)
{
	(void) argument;
	for (;;)
	{
		int			fd = accept4(listen_socket, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
		{
			start_connection(fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		pthread_mutex_lock(&listen_lock);
		if (refusing)
		{
			while (refusing)
				pthread_cond_wait(&listen_changed, &listen_lock);
			pthread_mutex_unlock(&listen_lock);
			continue;
		}
		pthread_mutex_unlock(&listen_lock);
		clock_sleep(ACCEPT_PAUSE);
	}
	return NULL;
}

/*
 * shutdown() takes a listening socket out of LISTEN but leaves it bound, so that
 * the port answers RST and nobody else can get it; listen() brings it back.
 */
void
server_refuse(bool refuse)
{
	pthread_mutex_lock(&listen_lock);
	if (refuse != refusing && listen_socket >= 0)
	{
		if (refuse)
			shutdown(listen_socket, SHUT_RD);
		else if (listen(listen_socket, BACKLOG) != 0)
			log_line("cannot listen again: error %d", errno);
	}
	refusing = refuse;
	pthread_cond_broadcast(&listen_changed);
	pthread_mutex_unlock(&listen_lock);
}

static int
bind_port(int port)
{
	static const int on = 1;
	struct addrinfo hints;
	struct addrinfo *found;
	char		service[12];
	int			fd;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(instance.address, service, &hints, &found) != 0)
	{
		errno = EADDRNOTAVAIL;
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
	{
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
			(!fault_refusing() && listen(fd, BACKLOG) != 0))
		{
			int			saved = errno;

			close(fd);
			errno = saved;
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static int
random_port(void)
{
	uint32_t	number = 0;

	if (getrandom(&number, sizeof(number), 0) < 0)
		number = (uint32_t) clock_milliseconds();
	return PORT_FIRST + (int) (number % (PORT_LAST - PORT_FIRST + 1));
}

bool
server_start(void)
{
	bool		chosen = instance.tds_port != 0;
	int			tries = chosen ? 1 : PORT_TRIES;
	pthread_t	thread;

	clock_condition(&list_changed);
	refusing = fault_refusing();
	while (listen_socket < 0 && tries-- > 0)
	{
		int			port = chosen ? instance.tds_port : random_port();

		listen_socket = bind_port(port);
		if (listen_socket >= 0)
			instance.tds_port = port;
	}
	if (listen_socket < 0)
	{
		log_line("cannot listen on %s port %d: %s", instance.address, instance.tds_port,
				 strerrorname_np(errno));
		return false;
	}
	if (pthread_create(&thread, NULL, accept_all, NULL) != 0)
	{
		log_line("cannot start the accepting thread");
		return false;
	}
	pthread_detach(thread);
	return true;
}

void
server_cut(void)
{
	Connection *connection;

	pthread_mutex_lock(&list_lock);
	for (connection = list; connection != NULL; connection = connection->next)
	{
		connection->stream.reset = true;
		connection->stream.broken = true;
		shutdown(connection->stream.fd, SHUT_RD);
	}
	pthread_mutex_unlock(&list_lock);
	event_record("cut", "every client");
}

/* Under list_lock: tells each session to end; how many are left. */
static int
kill_round(const char *name, int except)
{
	Connection *connection;
	int			left = 0;

	for (connection = list; connection != NULL; connection = connection->next)
	{
		if (!connection->bound || connection->stream.spid == except ||
			strcasecmp(connection->database, name) != 0)
			continue;
		left++;
		if (!atomic_exchange(&connection->stream.killed, 1))
		{
			shutdown(connection->stream.fd, SHUT_RD);
			event_record("kill", "spid %d in %s", connection->stream.spid, name);
		}
		if (connection->session != NULL)
			session_interrupt(connection->session);
	}
	return left;
}

void
server_kill_sessions(const Database *database, int except)
{
	int64_t		until = clock_milliseconds() + KILL_LIMIT;
	struct timespec deadline;
	char		name[NAME_MAX_BYTES];
	int			left;

	snprintf(name, sizeof(name), "%s", database_name(database));
	pthread_mutex_lock(&list_lock);
	while ((left = kill_round(name, except)) > 0 && clock_milliseconds() < until)
	{
		clock_deadline(KILL_STEP, &deadline);
		pthread_cond_timedwait(&list_changed, &list_lock, &deadline);
	}
	pthread_mutex_unlock(&list_lock);
	if (left > 0)
		log_line("%d sessions in %s do not end", left, name);
}

void
server_each_session(void (*visit) (struct Session *session, void *argument), void *argument)
{
	Connection *connection;

	pthread_mutex_lock(&list_lock);
	for (connection = list; connection != NULL; connection = connection->next)
		if (connection->session != NULL)
			visit(connection->session, argument);
	pthread_mutex_unlock(&list_lock);
}
