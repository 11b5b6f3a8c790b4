/*
 * src/session/attempt.c
 *		One try at one partner: address, TCP connection, login.
 *
 * FreeTDS is given an address where a probe (probe.c) has found somebody who
 * answers, so that its own connect, which can be neither interrupted nor raced,
 * has nothing to wait for.
 *
 * A connection made here hangs on the memory context it was made in until
 * somebody takes it, so that an error on the way leaves no socket behind.
 */
#include "postgres.h"

#include <unistd.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"

#include "session/address.h"
#include "session/browser.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* Sockets that a connection of FreeTDS costs: the socket and an eventfd. */
#define CONNECTION_FDS	2

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

/* No timer runs on when nobody talks to a server any more, whatever the reason. */
static void
unwatch_unless_busy(void)
{
	if (!tmf_session_any_busy())
		tmf_wait_unwatch();
}

static void
guard_closed(void *argument)
{
	((TmfAttemptGuard *) argument)->conn = NULL;
	release_fds(NULL);
	unwatch_unless_busy();
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

/* Notes why the attempt failed, and ends it. */
static void
fail(TmfAttempt *attempt, Verdict verdict, const char *sqlstate)
{
	attempt->verdict = verdict;
	attempt->sqlstate = sqlstate;
	tmf_report_summary(&attempt->error, attempt->summary, sizeof(attempt->summary));
	tmf_attempt_close(attempt);
}

void
tmf_attempt_fail_unreachable(TmfAttempt *attempt, const char *text, int os_error)
{
	memset(&attempt->error, 0, sizeof(attempt->error));
	strlcpy(attempt->error.client_text, text, sizeof(attempt->error.client_text));
	attempt->error.os_error = os_error;
	fail(attempt, VERDICT_UNREACHABLE, "08001");
}

void
tmf_attempt_fail_judged(TmfAttempt *attempt)
{
	const WireError *error = &attempt->error;
	VerdictAnswer answer;

	if (error->number != 0)
		answer = verdict_of(VERDICT_SERVER, error->number, error->severity, VERDICT_LOGIN);
	else
		answer = verdict_of(VERDICT_CLIENT, error->client_number, error->severity, VERDICT_LOGIN);
	fail(attempt, answer.verdict, answer.sqlstate);
}

/* Nobody has answered at endpoint.  An attempt that was cut short says nothing about that. */
static void
suspect(const Endpoint *endpoint)
{
	if (!tmf_wait_is_cut())
		tmf_address_suspect(endpoint->host);
}

/* text, which is the user's, as the wire wants it. */
static const char *
utf8(const char *text)
{
	return text ? pg_server_to_any(text, strlen(text), PG_UTF8) : NULL;
}

/* attempt's connection is idle and open; it ends with the context of guard. */
static void
keep(TmfAttempt *attempt, TmfAttemptGuard *guard)
{
	wire_set_interrupt(attempt->conn, NULL, NULL);
	wire_on_close(attempt->conn, guard_closed, guard);
	guard->conn = attempt->conn;
	guard->callback.func = guard_reset;
	guard->callback.arg = guard;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &guard->callback);
	attempt->guard = guard;
	attempt->open = true;
}

WireStatus
tmf_attempt_wire(const WireLogin *login, WireConn **conn, WireError *error)
{
	WireStatus	status;

	reserve_fds();
	tmf_wait_watch(WIRE_WATCH_LOGIN_MS);
	tmf_wait_begin(TMF_WAIT_LOGIN);
	status = wire_open(login, conn, error);
	tmf_wait_end();
	tmf_wait_watch(WIRE_WATCH_MS);
	if (status == WIRE_OK)
		wire_on_close(*conn, release_fds, NULL);
	else
	{
		release_fds(NULL);
		unwatch_unless_busy();
		CHECK_FOR_INTERRUPTS();
	}
	return status;
}

/* The login has failed: why. */
static void
judge_login(TmfAttempt *attempt, WireStatus status, const Endpoint *endpoint,
			const TmfAddress *address, const WireLogin *login, int64 until_ms)
{
	if (status == WIRE_INTERRUPTED)
	{
		suspect(endpoint);
		tmf_attempt_fail_unreachable(attempt, "the login was not answered in time", 0);
	}
	else if (status == WIRE_FAILED && attempt->error.number == 0)
		fail(attempt, VERDICT_GIVE_UP, "08001");
	else if (tmf_encryption_explain(address, login, until_ms, &attempt->error))
		fail(attempt, VERDICT_UNTRUSTED, "08001");
	else
		tmf_attempt_fail_judged(attempt);
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
	login.certificate_host = tmf_partners_certificate_host(options, endpoint);
	login.database = utf8(database);
	login.user = utf8(user->username);
	login.password = utf8(user->password);
	login.application = utf8(options->application_name);
	login.client_host = client;
	login.tds_version = options->tds_version;
	login.packet_size = options->packet_size;
	login.encryption = options->encryption;
	login.ca_file = options->ca_file;
	login.interrupt = tmf_wait_interrupt;
	login.interrupt_argument = &deadline;

	status = tmf_attempt_wire(&login, &attempt->conn, &attempt->error);
	if (status != WIRE_OK)
		judge_login(attempt, status, endpoint, address, &login, until_ms);
	else
	{
		keep(attempt, guard);
		tmf_address_prove(endpoint->host, endpoint->port);
	}
}

static void
note_end(const TmfServerOptions *options, const Endpoint *target, const TmfAttempt *attempt)
{
	if (attempt->open)
		ereport(DEBUG1, (errmsg_internal("server \"%s\": logged in to %s port %d",
										 options->name, target->host, target->port)));
	else
		ereport(DEBUG1, (errmsg_internal("server \"%s\": attempt at %s port %d: %s (%s)",
										 options->name, target->host, target->port,
										 attempt->summary, verdict_name(attempt->verdict))));
}

void
tmf_attempt_probed(const TmfServerOptions *options, const TmfUserOptions *user,
				   const Endpoint *endpoint, const char *database, TmfProbe *probe,
				   int64 until_ms, TmfAttempt *attempt)
{
	Endpoint	target = *endpoint;

	memset(attempt, 0, sizeof(*attempt));
	target.port = probe->port;
	if (probe->state == TMF_PROBE_OPEN)
	{
		TmfAddress	address = *tmf_probe_address(probe);

		tmf_probe_end(probe);
		log_in(options, user, &target, &address, database ? database : options->database,
			   until_ms, attempt);
	}
	else
	{
		int			os_error;
		const char *problem = tmf_probe_problem(probe, &os_error);

		tmf_probe_end(probe);
		suspect(endpoint);
		tmf_attempt_fail_unreachable(attempt, problem, os_error);
	}
	if (!attempt->open && !tmf_wait_is_cut())
		tmf_browser_suspect(endpoint);
	note_end(options, &target, attempt);
}

void
tmf_attempt(const TmfServerOptions *options, const TmfUserOptions *user,
			const Endpoint *endpoint, const char *database, int64 until_ms,
			TmfAttempt *attempt)
{
	TmfProbe	probe;

	tmf_server_check_library(options->serverid);
	tmf_probe_begin(&probe, endpoint, TMF_PROBE_ALONE, until_ms);
	PG_TRY();
	{
		tmf_probe_wait(&probe, 1, until_ms);
	}
	PG_CATCH();
	{
		tmf_probe_end(&probe);
		PG_RE_THROW();
	}
	PG_END_TRY();
	tmf_attempt_probed(options, user, endpoint, database, &probe, until_ms, attempt);
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

void
tmf_attempt_adopt(TmfAttempt *attempt, WireConn *conn)
{
	TmfAttemptGuard *guard = palloc0(sizeof(TmfAttemptGuard));

	memset(attempt, 0, sizeof(*attempt));
	attempt->conn = conn;
	keep(attempt, guard);
}
