/*
 * src/session/encryption.c
 *		Why no encrypted login came about.
 *
 * FreeTDS keeps that to itself: a server without encryption, a certificate that is
 * not trusted and one with another name are the same failed connection.  So it is
 * found out afterwards, once, from what would not have failed: the server is asked
 * whether it offers encryption, and logins of nobody, the first with all demands on
 * the certificate and each next one with fewer, are tried until the server answers
 * one.  They send no secret, and the judge of the certificate is the one that refused
 * it.  Where time is short nothing is said rather than something else.
 */
#include "postgres.h"

#include <unistd.h>

#include "storage/fd.h"

#include "pure/prelogin.h"
#include "session/wait.h"
#include "session_int.h"

/* Who asks; the server's log will say that a login of this name has failed. */
#define NOBODY	"tds_mirror_fdw certificate check"

/* For a search without a limit. */
#define PATIENCE_MS	5000

typedef enum Reason
{
	REASON_UNKNOWN,				/* as good as any other of the network's */
	REASON_NO_ENCRYPTION,
	REASON_NOT_STRICT,
	REASON_TLS,
	REASON_NAME,
	REASON_AUTHORITY,
	REASON_SYSTEM,

	/* strict logins cannot do without authorities, so that TLS cannot be tried alone */
	REASON_AUTHORITY_STRICT,
	REASON_SYSTEM_STRICT
} Reason;

typedef enum Reply
{
	REPLY_NONE,					/* time is up, or nobody is there any more: nothing was found out */
	REPLY_REFUSED,				/* encryption did not come about */
	REPLY_ANSWERED
} Reply;

static const char *const reasons[] = {
	[REASON_NO_ENCRYPTION] = "the server does not offer encryption",
	[REASON_NOT_STRICT] = "the server closes connections that begin with TLS; it may not offer strict encryption",
	[REASON_TLS] = "TLS came to no agreement with the server",
	[REASON_NAME] = "the server's certificate does not carry the name",
	[REASON_AUTHORITY] = "the server's certificate is not accepted: no authority in ca_file has signed it, or it has expired or is not valid yet",
	[REASON_SYSTEM] = "the server's certificate is not accepted: no authority that the system trusts has signed it, or it has expired or is not valid yet",
	[REASON_AUTHORITY_STRICT] = "the server's certificate is not accepted: no authority in ca_file has signed it, or it has expired or is not valid yet, or TLS came to no agreement",
	[REASON_SYSTEM_STRICT] = "the server's certificate is not accepted: no authority that the system trusts has signed it, or it has expired or is not valid yet, or TLS came to no agreement"
};

/* On a connection that is being made.  False: no answer that could be understood. */
static bool
ask_on(int fd, int64 until_ms, PreloginEncryption *offer)
{
	TmfWaitSocket socket = {.fd = fd, .write = true};
	PreloginStatus status = PRELOGIN_INCOMPLETE;
	uint8		answer[PRELOGIN_ANSWER_MAX];
	uint8		request[PRELOGIN_SIZE];
	size_t		size = 0;

	prelogin_request(PRELOGIN_ON, request);
	if (!tmf_wait_sockets(TMF_WAIT_CONNECT, &socket, 1, until_ms) ||
		send(fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		return false;
	while (status == PRELOGIN_INCOMPLETE)
	{
		ssize_t		got;

		if (!tmf_wait_readable(TMF_WAIT_CONNECT, fd, until_ms))
			return false;
		got = recv(fd, answer + size, sizeof(answer) - size, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			return false;
		size += got;
		status = prelogin_answer(answer, size, offer);
	}
	return status == PRELOGIN_WHOLE;
}

/* What the server says to a client that wants encryption. */
static bool
ask_offer(const TmfAddress *address, uint16 port, int64 until_ms, PreloginEncryption *offer)
{
	int			fd = tmf_probe_connect(address, port);
	bool		answered = false;

	if (fd < 0)
		return false;
	PG_TRY();
	{
		answered = ask_on(fd, until_ms, offer);
	}
	PG_FINALLY();
	{
		close(fd);
		ReleaseExternalFD();
	}
	PG_END_TRY();
	return answered;
}

/*
 * Has FreeTDS given up as it does when encryption is what fails?  A server that was
 * going down looks the same.
 */
static bool
is_speechless(const WireLogin *login, const WireError *error)
{
	if (error->number != 0)
		return false;
	return error->client_number == WIRE_CLIENT_FAILED ||
		(login->encryption == WIRE_ENCRYPTION_STRICT &&
		 (error->client_number == WIRE_CLIENT_CLOSED || error->client_number == WIRE_CLIENT_READ));
}

/* What becomes of a login like that of somebody whom the server does not know. */
static Reply
try_login(WireLogin login, int64 until_ms)
{
	WireConn   *conn;
	WireError	error;
	WireStatus	status;

	login.user = NOBODY;
	login.password = "";
	login.database = NULL;
	login.interrupt_argument = &until_ms;
	status = tmf_attempt_wire(&login, &conn, &error);
	if (status == WIRE_OK)
		wire_close(conn);
	if (status == WIRE_OK || error.number != 0)
		return REPLY_ANSWERED;
	return status != WIRE_INTERRUPTED && is_speechless(&login, &error) ? REPLY_REFUSED : REPLY_NONE;
}

/* A server with encryption has been refused, and would be again: what about its certificate? */
static Reason
judge_certificate(const WireLogin *login, int64 until_ms)
{
	bool		strict = login->encryption == WIRE_ENCRYPTION_STRICT;
	WireLogin	lax = *login;
	Reply		reply;

	lax.any_host = true;
	reply = try_login(lax, until_ms);
	if (reply == REPLY_REFUSED && !strict)
	{
		lax.ca_file = NULL;
		reply = try_login(lax, until_ms);
		if (reply == REPLY_REFUSED)
			return REASON_TLS;
	}
	else if (reply == REPLY_ANSWERED)
		return REASON_NAME;
	if (reply == REPLY_NONE)
		return REASON_UNKNOWN;
	if (login->ca_file == NULL || login->ca_file[0] != '/')
		return strict ? REASON_SYSTEM_STRICT : REASON_SYSTEM;
	return strict ? REASON_AUTHORITY_STRICT : REASON_AUTHORITY;
}

static Reason
find_reason(const TmfAddress *address, const WireLogin *login, int client_number, int64 until_ms)
{
	bool		strict = login->encryption == WIRE_ENCRYPTION_STRICT;
	bool		offers = strict && client_number == WIRE_CLIENT_FAILED;
	PreloginEncryption offer;

	if (!offers)
	{
		if (!ask_offer(address, login->port, until_ms, &offer))
			return REASON_UNKNOWN;
		if (!strict && offer == PRELOGIN_NOT_SUPPORTED)
			return login->encryption == WIRE_ENCRYPTION_REQUIRE ?
				REASON_NO_ENCRYPTION : REASON_UNKNOWN;
	}
	/* what does not fail a second time is no fault of encryption */
	if (try_login(*login, until_ms) != REPLY_REFUSED)
		return REASON_UNKNOWN;
	if (strict && !offers)
		return REASON_NOT_STRICT;
	return strict || login->ca_file ? judge_certificate(login, until_ms) : REASON_TLS;
}

bool
tmf_encryption_explain(const TmfAddress *address, const WireLogin *login, int64 until_ms,
					   WireError *error)
{
	bool		demanding = login->encryption == WIRE_ENCRYPTION_REQUIRE ||
		login->encryption == WIRE_ENCRYPTION_STRICT || login->ca_file != NULL;
	Reason		reason;

	if (!demanding || !is_speechless(login, error))
		return false;
	reason = find_reason(address, login, error->client_number,
						 until_ms < 0 ? tmf_now_ms() + PATIENCE_MS : until_ms);
	if (reason == REASON_UNKNOWN)
		return false;
	memset(error, 0, sizeof(*error));
	snprintf(error->client_text, sizeof(error->client_text), "%s%s%s", reasons[reason],
			 reason == REASON_NAME ? " " : "",
			 reason == REASON_NAME ? login->certificate_host : "");
	return true;
}
