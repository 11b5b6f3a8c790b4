/*
 * src/wire/connect.c
 *		Logging in, and closing.
 *
 * FreeTDS takes encryption and certificates from a configuration file only, so
 * each login gets one of its own, in memory, which also keeps every other file
 * and the environment from having a say.  The TDS version is pinned: with
 * "auto" a server that accepts and stays silent would never let go of us.
 *
 * FreeTDS's login timeout is a tick of one second, at which the interrupt hook is
 * asked.  Where wire_watch() runs, it is what ends a login, within a tick of its
 * own: it finds the socket among the descriptors that were free before.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire_int.h"

/* A dead peer is noticed after 5 s + 2 * 2 s of silence on an idle connection. */
#define KEEPALIVE_IDLE_S	5
#define KEEPALIVE_INTERVAL_S 2
#define KEEPALIVE_PROBES	2
#define UNACKNOWLEDGED_MS	9000

#define CONF_VALUE_MAX		200 /* FreeTDS cuts lines at 255 bytes */
#define CONF_MAX			1024
#define CONF_DEFAULT_NAME	"server"

/* FreeTDS reads these; what they say is not for us. */
static const char *const env_names[] = {
	"TDSVER", "TDSPORT", "TDSHOST", "TDSQUERY", "TDSDUMP", "TDSDUMPCONFIG", "FREETDSCONF", "FREETDS"
};

#define ENV_NAMES (sizeof(env_names) / sizeof(env_names[0]))

typedef struct EnvSaved
{
	char	   *value[ENV_NAMES];
} EnvSaved;

static void
env_hide(EnvSaved *saved)
{
	size_t		i;

	for (i = 0; i < ENV_NAMES; i++)
	{
		const char *value = getenv(env_names[i]);

		saved->value[i] = value ? strdup(value) : NULL;
		if (value)
			unsetenv(env_names[i]);
	}
}

static void
env_restore(EnvSaved *saved)
{
	size_t		i;

	for (i = 0; i < ENV_NAMES; i++)
	{
		if (saved->value[i])
			setenv(env_names[i], saved->value[i], 1);
		free(saved->value[i]);
	}
}

/* May text stand in a configuration file as it is? */
static bool
conf_value_ok(const char *text)
{
	return text[0] != '\0' && strlen(text) <= CONF_VALUE_MAX &&
		strpbrk(text, "\r\n#;[]=") == NULL;
}

static const char *
encryption_word(WireEncryption encryption)
{
	switch (encryption)
	{
		case WIRE_ENCRYPTION_REQUEST:
			return "request";
		case WIRE_ENCRYPTION_REQUIRE:
			return "require";
		case WIRE_ENCRYPTION_STRICT:
			return "strict";
		case WIRE_ENCRYPTION_OFF:
			break;
	}
	return "off";
}

/*
 * Writes what is said of certificates: which host to connect to, for a FreeTDS
 * that knows no other name to compare, and the rest.  NULL, with a note: it cannot
 * be said.
 */
static const char *
conf_certificate(WireConn *conn, const WireLogin *login, char *text, size_t size)
{
	const char *ca_file = login->ca_file;
	const char *host = login->certificate_host;
	bool		named = wire_can(WIRE_CERTIFICATE_HOSTNAME);

	text[0] = '\0';
	if (login->encryption == WIRE_ENCRYPTION_STRICT && !wire_can(WIRE_STRICT))
	{
		wire_note(conn, "this version of FreeTDS knows no strict encryption");
		return NULL;
	}
	if (ca_file == NULL && login->encryption == WIRE_ENCRYPTION_STRICT)
		ca_file = "system";
	if (ca_file == NULL)
		return login->address;
	if (!conf_value_ok(ca_file) || (!login->any_host && !conf_value_ok(host)))
	{
		wire_note(conn, "host name or certificate file name cannot be given to FreeTDS");
		return NULL;
	}
	if (ca_file[0] == '/' && access(ca_file, R_OK) != 0)
	{
		wire_note(conn, "the file of certificate authorities cannot be read");
		conn->error.os_error = errno;
		return NULL;
	}
	snprintf(text, size, "ca file = %s\ncheck certificate hostname = %s\n%s%s%s",
			 ca_file, login->any_host ? "no" : "yes",
			 named && !login->any_host ? "certificate hostname = " : "",
			 named && !login->any_host ? host : "",
			 named && !login->any_host ? "\n" : "");
	return named || login->any_host ? login->address : host;
}

/*
 * Returns the descriptor of a file that says where section name is, -1 with a
 * note in conn->error.
 */
static int
conf_create(WireConn *conn, const WireLogin *login, const char *name)
{
	char		text[CONF_MAX];
	char		certificate[2 * CONF_VALUE_MAX + 100];
	const char *host = conf_certificate(conn, login, certificate, sizeof(certificate));
	int			length;
	int			fd;

	if (host == NULL)
		return -1;
	length = snprintf(text, sizeof(text),
					  "[%s]\nhost = %s\nport = %u\ntds version = %s\nencryption = %s\n"
					  "client charset = UTF-8\n%s",
					  name, host, (unsigned int) login->port,
					  login->tds_version == 73 ? "7.3" : "7.4",
					  encryption_word(login->encryption), certificate);
	if (length < 0 || (size_t) length >= sizeof(text))
	{
		wire_note(conn, "connection parameters are too long for FreeTDS");
		return -1;
	}
	fd = memfd_create("tds_mirror_fdw", MFD_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t) length) != length)
	{
		wire_note(conn, "out of memory or file descriptors for the login");
		conn->error.os_error = errno;
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static LOGINREC *
login_record(const WireLogin *login)
{
	LOGINREC   *record = dblogin();

	if (record == NULL)
		return NULL;
	if (DBSETLUSER(record, login->user ? login->user : "") == FAIL ||
		DBSETLPWD(record, login->password ? login->password : "") == FAIL ||
		DBSETLAPP(record, login->application ? login->application : "tds_mirror_fdw") == FAIL ||
		DBSETLHOST(record, login->client_host ? login->client_host : "") == FAIL ||
		DBSETLNATLANG(record, "us_english") == FAIL ||
		DBSETLCHARSET(record, "UTF-8") == FAIL ||
		DBSETLPACKET(record, login->packet_size) == FAIL ||
		BCP_SETL(record, TRUE) == FAIL ||
		dbsetlversion(record, login->tds_version == 73 ? DBVERSION_73 : DBVERSION_74) == FAIL ||
		(login->database && DBSETLDBNAME(record, login->database) == FAIL))
	{
		dbloginfree(record);
		return NULL;
	}
	return record;
}

static void
set_option(int fd, int level, int name, int value)
{
	(void) setsockopt(fd, level, name, &value, sizeof(value));
}

static void
prepare_socket(int fd)
{
	(void) fcntl(fd, F_SETFD, FD_CLOEXEC);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS);
}

/* New descriptors are always the lowest ones that are free. */
static void
note_free_fds(WireConn *conn)
{
	int			limit = (int) sysconf(_SC_OPEN_MAX);
	int			count = 0;
	int			fd;

	for (fd = 0; (limit < 0 || fd < limit) && count < WIRE_FREE_FDS; fd++)
	{
		if (fcntl(fd, F_GETFD) < 0)
			conn->free_fd[count++] = fd;
	}
	conn->free_fds = count;
}

/*
 * Runs dbopen() with our configuration file; conn->dbproc is NULL when it
 * failed.  False: the parameters were at fault, nobody was asked.
 */
static bool
open_dbproc(WireConn *conn, const WireLogin *login)
{
	LOGINREC   *record = login_record(login);
	const char *name = conf_value_ok(login->server_name) ? login->server_name : CONF_DEFAULT_NAME;
	EnvSaved	saved;
	char		path[64];
	int			conf;

	if (record == NULL)
	{
		wire_note(conn, "user name, password, database or application name is longer than 128 bytes");
		return false;
	}
	conf = conf_create(conn, login, name);
	if (conf >= 0)
	{
		snprintf(path, sizeof(path), "/proc/self/fd/%d", conf);
		env_hide(&saved);
		dbsetifile(path);
		dbsetlogintime(1);
		note_free_fds(conn);
		conn->dbproc = dbopen(record, name);
		conn->free_fds = 0;
		dbsetlogintime(-1);
		dbsetifile("");
		env_restore(&saved);
		close(conf);
	}
	dbloginfree(record);
	return conf >= 0;
}

/* What DB-Library calls a version of TDS, as we do; 0: we speak none that old. */
static int
version_of(int dbtds_number)
{
	if (dbtds_number > DBTDS_7_4)
		return 80;				/* a name that FreeTDS has from 1.5 on */
	return dbtds_number == DBTDS_7_4 ? 74 : dbtds_number == DBTDS_7_3 ? 73 : 0;
}

static void
settle_dbproc(WireConn *conn)
{

	conn->socket = dbiordesc(conn->dbproc);
	prepare_socket(conn->socket);
	dbsetopt(conn->dbproc, DBSETTIME, "1", 0);
	dbsetinterrupt(conn->dbproc, wire_check_interrupt, wire_handle_interrupt);
	conn->tds_version = version_of(dbtds(conn->dbproc));
	memset(&conn->error, 0, sizeof(conn->error));
	if (conn->tds_version == 0)
		wire_note(conn, "the server speaks a version of TDS older than 7.3");
}

WireStatus
wire_open(const WireLogin *login, WireConn **result, WireError *error)
{
	WireConn   *conn = calloc(1, sizeof(WireConn));
	WireStatus	status;
	bool		asked;

	*result = NULL;
	memset(error, 0, sizeof(*error));
	if (conn == NULL || !wire_library_ready())
	{
		free(conn);
		snprintf(error->client_text, sizeof(error->client_text), "out of memory");
		error->client_number = SYBEMEM;
		return WIRE_FAILED;
	}
	conn->socket = -1;
	conn->interrupt = login->interrupt;
	conn->interrupt_argument = login->interrupt_argument;

	wire_enter(conn, WIRE_MODE_LOGIN);
	asked = open_dbproc(conn, login);
	if (conn->dbproc && !conn->interrupted)
		settle_dbproc(conn);
	status = wire_outcome(conn);
	wire_leave();

	if (status == WIRE_OK)
	{
		*result = conn;
		return WIRE_OK;
	}
	*error = conn->error;
	if (!asked || error->number != 0)
		status = WIRE_FAILED;
	wire_close(conn);
	return status;
}

void
wire_close(WireConn *conn)
{
	if (conn == NULL)
		return;
	if (conn->dbproc)
	{
		/* FreeTDS says goodbye with what is left to send: do not wait for that */
		conn->socket = -1;
		wire_enter(conn, WIRE_MODE_CANCEL);
		conn->interrupted = true;
		dbclose(conn->dbproc);
		wire_leave();
	}
	if (conn->closed)
		conn->closed(conn->closed_argument);
	free(conn->load_place);
	free(conn);
}

void
wire_on_close(WireConn *conn, void (*closed) (void *argument), void *argument)
{
	conn->closed = closed;
	conn->closed_argument = argument;
}

void
wire_set_interrupt(WireConn *conn, WireInterrupt interrupt, void *argument)
{
	conn->interrupt = interrupt;
	conn->interrupt_argument = argument;
}

int
wire_socket(const WireConn *conn)
{
	return conn->dead ? -1 : dbiordesc(conn->dbproc);
}

bool
wire_dead(const WireConn *conn)
{
	return conn->dead;
}

bool
wire_idle_alive(const WireConn *conn)
{
	struct pollfd events;
	int			ready;

	events.fd = wire_socket(conn);
	events.events = POLLIN | POLLRDHUP;
	events.revents = 0;
	if (events.fd < 0)
		return false;
	/* a signal that is pending cuts even a poll that does not wait */
	do
		ready = poll(&events, 1, 0);
	while (ready < 0 && errno == EINTR);
	return ready == 0;
}

const WireError *
wire_error(const WireConn *conn)
{
	return &conn->error;
}

int
wire_spid(const WireConn *conn)
{
	return dbspid(conn->dbproc);
}

int
wire_tds_version(const WireConn *conn)
{
	return conn->tds_version;
}
