/*
 * src/session/attempt.c
 *		One try at one partner: address, TCP connection, login, first batch.
 *
 * The TCP connection is tried by ourselves before FreeTDS makes its own, for
 * FreeTDS's connect can be neither interrupted nor bounded by less than a
 * second: a host that swallows packets costs its slot and nothing more.
 *
 * A connection made here hangs on the memory context it was made in until
 * somebody takes it, so that an error on the way leaves no socket behind.
 */
#include "postgres.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"

#include "session/address.h"
#include "session/failover.h"
#include "session/report.h"
#include "session/wait.h"

/* Sockets that a connection of FreeTDS costs: the socket and an eventfd. */
#define CONNECTION_FDS	2

/*
 * Everything that changes what a statement means, whoever configured the
 * server.  SET LANGUAGE moves DATEFORMAT and DATEFIRST, so it comes before them.
 */
static const char *const session_settings =
"SET NOEXEC OFF; SET PARSEONLY OFF; SET FMTONLY OFF; SET ROWCOUNT 0; SET NOCOUNT OFF; "
"SET XACT_ABORT OFF; SET IMPLICIT_TRANSACTIONS OFF; SET TEXTSIZE 2147483647; "
"SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS ON; SET ANSI_NULL_DFLT_ON ON; SET ANSI_PADDING ON; "
"SET ANSI_WARNINGS ON; SET CONCAT_NULL_YIELDS_NULL ON; SET ARITHABORT ON; "
"SET NUMERIC_ROUNDABORT OFF; SET LANGUAGE us_english; SET DATEFORMAT ymd; SET DATEFIRST 7; "
"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; ";

static const char *const role_columns =
"mirroring_guid, mirroring_role, mirroring_state, mirroring_safety_level, "
"mirroring_role_sequence, mirroring_witness_state, mirroring_partner_name, "
"mirroring_partner_instance, mirroring_witness_name";

typedef struct TmfAttemptGuard
{
	MemoryContextCallback callback;
	WireConn   *conn;			/* NULL once it is closed or taken */
} TmfAttemptGuard;

static void
release_fds(void *unused pg_attribute_unused())
{
	int			i;

	for (i = 0; i < CONNECTION_FDS; i++)
		ReleaseExternalFD();
}

static void
guard_closed(void *argument)
{
	((TmfAttemptGuard *) argument)->conn = NULL;
	release_fds(NULL);
}

static void
guard_reset(void *argument)
{
	wire_close(((TmfAttemptGuard *) argument)->conn);
}

static void
reserve_fds(void)
{
	int			i;

	for (i = 0; i < CONNECTION_FDS; i++)
	{
		if (AcquireExternalFD())
			continue;
		while (i-- > 0)
			ReleaseExternalFD();
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("too many open files for another connection")));
	}
}

/* Notes why the attempt failed; answers for the caller to return. */
static void
fail(TmfAttempt *attempt, Verdict verdict, const char *sqlstate)
{
	attempt->verdict = verdict;
	attempt->sqlstate = sqlstate;
	tmf_report_summary(&attempt->error, attempt->summary, sizeof(attempt->summary));
	tmf_attempt_close(attempt);
}

/* The same with words of our own: nobody answered. */
static void
fail_unreachable(TmfAttempt *attempt, const char *text, int os_error)
{
	memset(&attempt->error, 0, sizeof(attempt->error));
	strlcpy(attempt->error.client_text, text, sizeof(attempt->error.client_text));
	attempt->error.os_error = os_error;
	fail(attempt, VERDICT_UNREACHABLE, "08001");
}

/* The same by the verdict table. */
static void
fail_judged(TmfAttempt *attempt)
{
	const WireError *error = &attempt->error;
	VerdictAnswer answer;

	if (error->number != 0)
		answer = verdict_of(VERDICT_SERVER, error->number, error->severity, VERDICT_LOGIN);
	else
		answer = verdict_of(VERDICT_CLIENT, error->client_number, error->severity, VERDICT_LOGIN);
	fail(attempt, answer.verdict, answer.sqlstate);
}

/* How a connect() under way on fd ends; fd is closed if an interrupt does not let us see. */
static int
connect_result(int fd, int64 until_ms)
{
	int			result = ETIMEDOUT;
	socklen_t	length = sizeof(result);

	PG_TRY();
	{
		if (tmf_wait_writable(fd, until_ms) &&
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &length) != 0)
			result = errno;
	}
	PG_CATCH();
	{
		close(fd);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return result;
}

/* Does anybody accept connections there?  0, or the errno that says why not. */
static int
probe(const TmfAddress *address, uint16 port, int64 until_ms)
{
	struct sockaddr_storage target = address->socket;
	int			result;
	int			fd;

	if (target.ss_family == AF_INET)
		((struct sockaddr_in *) &target)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *) &target)->sin6_port = htons(port);

	fd = socket(target.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *) &target, address->length) == 0)
		result = 0;
	else
		result = errno == EINPROGRESS ? connect_result(fd, until_ms) : errno;
	close(fd);
	return result;
}

/*
 * The first address of the endpoint that accepts a connection.  Each gets an
 * equal share of what is left of the time.
 */
static const TmfAddress *
choose_address(const Endpoint *endpoint, int64 until_ms, TmfAttempt *attempt)
{
	int			count;
	const TmfAddress *address = tmf_address_lookup(endpoint->host, &count);
	int			problem = 0;
	int			i;

	if (count == 0)
	{
		fail_unreachable(attempt, "the host name could not be translated to an address", 0);
		return NULL;
	}
	for (i = 0; i < count; i++)
	{
		int64		now = tmf_now_ms();
		int64		share = until_ms < 0 ? -1 : now + Max(until_ms - now, 0) / (count - i);

		problem = probe(&address[i], endpoint->port, share);
		if (problem == 0)
			return &address[i];
	}
	tmf_address_suspect(endpoint->host);
	fail_unreachable(attempt, "could not connect", problem);
	return NULL;
}

static void
log_in(const TmfServerOptions *options, const TmfUserOptions *user, const Endpoint *endpoint,
	   const TmfAddress *address, const char *database, int64 until_ms, TmfAttempt *attempt)
{
	WireLogin	login = {0};
	char		name[ENDPOINT_TEXT_MAX];
	char		client[256] = "";
	int64		deadline = until_ms;
	WireStatus	status;
	TmfAttemptGuard *guard = palloc0(sizeof(TmfAttemptGuard));

	endpoint_format(endpoint, name, sizeof(name));
	if (gethostname(client, sizeof(client) - 1) != 0)
		client[0] = '\0';
	client[pg_mbcliplen(client, strlen(client), 64)] = '\0';
	login.address = address->text;
	login.port = endpoint->port;
	login.server_name = name;
	login.host = endpoint->host;
	login.database = database;
	login.user = user->username;
	login.password = user->password;
	login.application = options->application_name;
	login.client_host = client;
	login.tds_version = options->tds_version;
	login.packet_size = options->packet_size;
	login.encryption = options->encryption;
	login.ca_file = options->ca_file;
	login.interrupt = tmf_wait_interrupt;
	login.interrupt_argument = &deadline;

	reserve_fds();
	status = wire_open(&login, &attempt->conn, &attempt->error);
	if (status != WIRE_OK)
	{
		release_fds(NULL);
		CHECK_FOR_INTERRUPTS();
	}
	switch (status)
	{
		case WIRE_OK:
			wire_set_interrupt(attempt->conn, NULL, NULL);
			wire_on_close(attempt->conn, guard_closed, guard);
			guard->conn = attempt->conn;
			guard->callback.func = guard_reset;
			guard->callback.arg = guard;
			MemoryContextRegisterResetCallback(CurrentMemoryContext, &guard->callback);
			attempt->guard = guard;
			attempt->open = true;
			break;
		case WIRE_INTERRUPTED:
			fail_unreachable(attempt, "the login was not answered in time", 0);
			break;
		case WIRE_FAILED:
			if (attempt->error.number == 0)
				fail(attempt, VERDICT_GIVE_UP, "08001");
			else
				fail_judged(attempt);
			break;
		default:
			fail_judged(attempt);
			break;
	}
}

void
tmf_attempt(const TmfServerOptions *options, const TmfUserOptions *user,
			const Endpoint *endpoint, const char *database, int64 until_ms,
			TmfAttempt *attempt)
{
	const TmfAddress *address;

	memset(attempt, 0, sizeof(*attempt));
	address = choose_address(endpoint, until_ms, attempt);
	if (address)
		log_in(options, user, endpoint, address, database ? database : options->database,
			   until_ms, attempt);
	if (attempt->open)
		ereport(DEBUG1, (errmsg_internal("server \"%s\": logged in to %s port %d",
										 options->name, endpoint->host, endpoint->port)));
	else
		ereport(DEBUG1, (errmsg_internal("server \"%s\": attempt at %s port %d: %s (%s)",
										 options->name, endpoint->host, endpoint->port,
										 attempt->summary, verdict_name(attempt->verdict))));
}

void
tmf_attempt_close(TmfAttempt *attempt)
{
	wire_close(attempt->conn);
	attempt->conn = NULL;
	attempt->guard = NULL;
	attempt->open = false;
}

WireConn *
tmf_attempt_take(TmfAttempt *attempt)
{
	WireConn   *conn = attempt->conn;

	wire_on_close(conn, release_fds, NULL);
	attempt->guard->conn = NULL;
	attempt->guard = NULL;
	attempt->conn = NULL;
	attempt->open = false;
	return conn;
}

/* Sends sql and waits for its first result.  *deadline must outlive the batch. */
static WireStatus
first_result(TmfAttempt *attempt, const char *sql, int64 *deadline)
{
	char	   *text = pg_server_to_any(sql, strlen(sql), PG_UTF8);
	WireStatus	status;

	wire_set_interrupt(attempt->conn, tmf_wait_interrupt, deadline);
	status = wire_send(attempt->conn, text);
	if (status == WIRE_OK && !tmf_wait_readable(wire_socket(attempt->conn), *deadline))
		status = WIRE_INTERRUPTED;
	if (status == WIRE_OK)
		status = wire_first_result(attempt->conn);
	return status;
}

/* A batch on an attempt's connection has failed: why, and close. */
static void
batch_failed(TmfAttempt *attempt, WireStatus status)
{
	CHECK_FOR_INTERRUPTS();
	if (status == WIRE_INTERRUPTED)
		fail_unreachable(attempt, "the first statement was not answered in time", 0);
	else
	{
		attempt->error = *wire_error(attempt->conn);
		fail_judged(attempt);
	}
}

static int
int_value(const WireConn *conn, int column, int missing)
{
	WireColumn	info;
	int			length;
	const void *value = wire_value(conn, column, &length);

	wire_column(conn, column, &info);
	if (value == NULL)
		return missing;
	if (info.type == WIRE_TYPE_TINYINT)
		return *(const uint8 *) value;
	if (info.type == WIRE_TYPE_SMALLINT)
		return *(const int16 *) value;
	return info.type == WIRE_TYPE_INT ? *(const int32 *) value : missing;
}

static void
text_value(const WireConn *conn, int column, char *target, size_t size)
{
	int			length;
	const char *value = wire_value(conn, column, &length);
	char	   *text = value ? pnstrdup(value, length) : pstrdup("");

	text = pg_any_to_server(text, strlen(text), PG_UTF8);
	strlcpy(target, text, size);
	target[pg_mbcliplen(target, strlen(target), size - 1)] = '\0';
}

/* The first three fields come with their least significant byte first. */
static bool
guid_value(const WireConn *conn, int column, char target[37])
{
	static const int order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	int			length;
	const uint8 *value = wire_value(conn, column, &length);
	int			i;

	target[0] = '\0';
	if (value == NULL || length != 16)
		return false;
	for (i = 0; i < 16; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			strcat(target, "-");
		sprintf(target + strlen(target), "%02x", value[order[i]]);
	}
	return true;
}

/* Goes to the next row of a result of at least columns columns. */
static WireStatus
role_row(WireConn *conn, int columns)
{
	if (wire_column_count(conn) < columns)
		return WIRE_END;
	return wire_next_row(conn);
}

static WireStatus
read_role(TmfAttempt *attempt, TmfRole *role)
{
	WireConn   *conn = attempt->conn;
	WireStatus	status = role_row(conn, 2);

	if (status == WIRE_ROW)
	{
		text_value(conn, 0, role->database, sizeof(role->database));
		text_value(conn, 1, role->server_name, sizeof(role->server_name));
		while ((status = wire_next_row(conn)) == WIRE_ROW)
			;
	}
	if (status == WIRE_END)
		status = wire_next_result(conn);
	if (status == WIRE_OK)
		status = role_row(conn, 9);
	if (status == WIRE_ROW)
	{
		role->visible = true;
		role->mirrored = guid_value(conn, 0, role->guid);
		role->role = int_value(conn, 1, 0);
		role->state = int_value(conn, 2, -1);
		role->safety = int_value(conn, 3, 0);
		role->role_sequence = int_value(conn, 4, -1);
		role->witness_state = int_value(conn, 5, -1);
		text_value(conn, 6, role->partner_name, sizeof(role->partner_name));
		text_value(conn, 7, role->partner_instance, sizeof(role->partner_instance));
		text_value(conn, 8, role->witness_name, sizeof(role->witness_name));
		while ((status = wire_next_row(conn)) == WIRE_ROW)
			;
	}
	while (status == WIRE_END || status == WIRE_OK)
	{
		status = wire_next_result(conn);
		if (status == WIRE_END)
			return WIRE_OK;
	}
	return status;
}

static void
append_literal(StringInfo buffer, const char *text)
{
	appendStringInfoString(buffer, "N'");
	for (; *text; text++)
	{
		if (*text == '\'')
			appendStringInfoChar(buffer, '\'');
		appendStringInfoChar(buffer, *text);
	}
	appendStringInfoChar(buffer, '\'');
}

bool
tmf_attempt_role(const TmfServerOptions *options, TmfAttempt *attempt, const char *database,
				 int64 until_ms, TmfRole *role)
{
	StringInfoData sql;
	WireStatus	status;
	int64		deadline = until_ms;

	memset(role, 0, sizeof(*role));
	role->state = -1;
	role->role_sequence = -1;
	role->witness_state = -1;
	initStringInfo(&sql);
	appendStringInfo(&sql, "%sSET LOCK_TIMEOUT %d; SELECT DB_NAME(), @@SERVERNAME; "
					 "SELECT %s FROM sys.database_mirroring WHERE database_id = DB_ID(",
					 session_settings, options->lock_timeout_ms, role_columns);
	if (database)
		append_literal(&sql, database);
	appendStringInfoChar(&sql, ')');

	status = first_result(attempt, sql.data, &deadline);
	if (status == WIRE_OK)
		status = read_role(attempt, role);
	pfree(sql.data);
	if (status != WIRE_OK)
	{
		batch_failed(attempt, status);
		return false;
	}
	wire_set_interrupt(attempt->conn, NULL, NULL);
	return true;
}

WireStatus
tmf_attempt_command(TmfAttempt *attempt, const char *sql, int64 until_ms)
{
	int64		deadline = until_ms;
	WireStatus	status = first_result(attempt, sql, &deadline);

	while (status == WIRE_OK)
		status = wire_next_result(attempt->conn);
	if (status == WIRE_FAILED)
	{
		attempt->error = *wire_error(attempt->conn);
		status = wire_drain(attempt->conn);
		if (status == WIRE_OK)
			status = WIRE_FAILED;
		tmf_report_summary(&attempt->error, attempt->summary, sizeof(attempt->summary));
	}
	if (status == WIRE_END || status == WIRE_FAILED)
	{
		wire_set_interrupt(attempt->conn, NULL, NULL);
		return status == WIRE_END ? WIRE_OK : WIRE_FAILED;
	}
	batch_failed(attempt, status);
	return WIRE_LOST;
}
