/*
 * test/standin/login.c
 *		From the first byte of a connection to its session.
 *
 * A connection that begins with TLS speaks TDS 8: all of it is inside.  Otherwise
 * PRELOGIN is optional, as it is to SQL Server, unless TLS is required.  Where
 * it agrees on encryption, the handshake follows, inside of PRELOGIN packets;
 * then all is TLS, or only LOGIN7 is.  The order of the tokens in the reply is
 * the one that every client takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "database.h"
#include "decode.h"
#include "fault.h"
#include "login.h"
#include "mirror.h"
#include "product.h"
#include "reader.h"
#include "strike.h"
#include "token.h"

#define LOGIN_SIZE_MAX		(128 * 1024)
#define LOGIN_TIMEOUT		60000	/* ms for each message */
#define LOGIN_FIXED_SIZE	94
#define NAME_UNITS_MAX		128

#define TLS_HANDSHAKE		0x16	/* a record's first byte; a packet's is its type */

#define TDS_73A		0x730A0003u
#define TDS_74		0x74000004u

#define ERROR_MALFORMED		17832
#define ERROR_NO_DATABASE	4060
#define ERROR_LOGIN_FAILED	18456

typedef enum Encryption
{
	ENCRYPTION_LOGIN_ONLY = 0,
	ENCRYPTION_ON = 1,
	ENCRYPTION_NOT_SUPPORTED = 2,
	ENCRYPTION_REQUIRED = 3
} Encryption;

typedef enum PreloginOption
{
	OPTION_VERSION,
	OPTION_ENCRYPTION,
	OPTION_INSTANCE,
	OPTION_THREAD,
	OPTION_MARS,
	OPTION_END = 0xFF
} PreloginOption;

/* What we answer, by what we offer and what the client asked for. */
static const Encryption encryption_answer[][4] = {
	[TLS_OFF] = {
		[ENCRYPTION_LOGIN_ONLY] = ENCRYPTION_NOT_SUPPORTED,
		[ENCRYPTION_ON] = ENCRYPTION_NOT_SUPPORTED,
		[ENCRYPTION_NOT_SUPPORTED] = ENCRYPTION_NOT_SUPPORTED,
		[ENCRYPTION_REQUIRED] = ENCRYPTION_NOT_SUPPORTED
	},
	[TLS_OPTIONAL] = {
		[ENCRYPTION_LOGIN_ONLY] = ENCRYPTION_LOGIN_ONLY,
		[ENCRYPTION_ON] = ENCRYPTION_ON,
		[ENCRYPTION_NOT_SUPPORTED] = ENCRYPTION_NOT_SUPPORTED,
		[ENCRYPTION_REQUIRED] = ENCRYPTION_ON
	},
	[TLS_REQUIRED] = {
		[ENCRYPTION_LOGIN_ONLY] = ENCRYPTION_REQUIRED,
		[ENCRYPTION_ON] = ENCRYPTION_ON,
		[ENCRYPTION_NOT_SUPPORTED] = ENCRYPTION_REQUIRED,
		[ENCRYPTION_REQUIRED] = ENCRYPTION_ON
	}
};

static uint16_t
big_endian_16(const uint8_t *bytes)
{
	return (uint16_t) (bytes[0] << 8 | bytes[1]);
}

/* Which encryption the client asks for.  False: this is no PRELOGIN. */
static bool
read_prelogin(const Stream *stream, Encryption *asked)
{
	const uint8_t *bytes = (const uint8_t *) stream->message;
	size_t		size = stream->message_size;
	size_t		at;

	*asked = ENCRYPTION_NOT_SUPPORTED;
	for (at = 0; at < size && bytes[at] != OPTION_END; at += 5)
	{
		size_t		offset;
		size_t		length;

		if (size - at < 5)
			return false;
		offset = big_endian_16(bytes + at + 1);
		length = big_endian_16(bytes + at + 3);
		if (offset + length > size)
			return false;
		if (bytes[at] == OPTION_ENCRYPTION && length > 0)
		{
			if (bytes[offset] > ENCRYPTION_REQUIRED)
				return false;
			*asked = bytes[offset];
		}
	}
	return at < size;
}

static void
answer_prelogin(Stream *stream, Encryption answer)
{
	uint8_t		encryption = (uint8_t) answer;
	const uint8_t version[6] = {(uint8_t) product->major, 0, (uint8_t) (product->build >> 8), (uint8_t) product->build, 0, 0};
	static const uint8_t zero = 0;
	const struct
	{
		PreloginOption option;
		const uint8_t *data;
		uint8_t		length;
	}			options[] = {
		{OPTION_VERSION, version, sizeof(version)},
		{OPTION_ENCRYPTION, &encryption, 1},
		{OPTION_INSTANCE, &zero, 1},
		{OPTION_THREAD, NULL, 0},
		{OPTION_MARS, &zero, 1}
	};
	size_t		count = sizeof(options) / sizeof(options[0]);
	size_t		offset = 5 * count + 1;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		stream_put_u8(stream, (uint8_t) options[i].option);
		stream_put_u16(stream, htobe16((uint16_t) offset));
		stream_put_u16(stream, htobe16(options[i].length));
		offset += options[i].length;
	}
	stream_put_u8(stream, OPTION_END);
	for (i = 0; i < count; i++)
		stream_put(stream, options[i].data, options[i].length);
	stream_end(stream);
}

/* The field whose place and length stand at "at"; the bytes are UTF-16. */
static bool
login_field(const Connection *connection, size_t at, Reader *field, size_t *units)
{
	const Stream *stream = &connection->stream;
	Reader		place;
	size_t		offset;

	reader_init(&place, stream->message + at, 4);
	offset = reader_u16(&place);
	*units = reader_u16(&place);
	if (offset > stream->message_size || 2 * *units > stream->message_size - offset ||
		*units > NAME_UNITS_MAX)
		return false;
	reader_init(field, stream->message + offset, 2 * *units);
	return true;
}

static bool
login_name(Connection *connection, size_t at, char *name)
{
	Reader		field;
	size_t		units;

	return login_field(connection, at, &field, &units) &&
		decode_name(&field, connection->arena, units, name, NAME_MAX_BYTES);
}

static bool
login_password(Connection *connection, size_t at, char *password)
{
	Reader		field;
	Reader		clear;
	size_t		units;
	size_t		i;
	char	   *bytes;

	if (!login_field(connection, at, &field, &units))
		return false;
	bytes = arena_alloc(connection->arena, 2 * units + 1);
	for (i = 0; i < 2 * units; i++)
	{
		uint8_t		mixed = (uint8_t) field.at[i] ^ 0xA5;

		bytes[i] = (char) (mixed << 4 | mixed >> 4);
	}
	reader_init(&clear, bytes, 2 * units);
	return decode_name(&clear, connection->arena, units, password, NAME_MAX_BYTES);
}

/* False: structurally invalid. */
static bool
read_login(Connection *connection, char *password)
{
	const struct
	{
		size_t		at;
		char	   *name;
	}			names[] = {
		{36, connection->login.host},
		{40, connection->login.user},
		{48, connection->login.application},
		{60, connection->login.library},
		{68, connection->login.database}
	};
	Reader		head;
	uint32_t	packet_size;
	size_t		i;

	if (connection->stream.message_size < LOGIN_FIXED_SIZE)
		return false;
	reader_init(&head, connection->stream.message, LOGIN_FIXED_SIZE);
	if (reader_u32(&head) > connection->stream.message_size)
		return false;
	connection->login.tds_version = reader_u32(&head);
	packet_size = reader_u32(&head);
	reader_u32(&head);
	connection->login.client_pid = (int) reader_u32(&head);
	if (packet_size == 0)
		packet_size = PACKET_SIZE_DEFAULT;
	if (packet_size < PACKET_SIZE_MIN)
		packet_size = PACKET_SIZE_MIN;
	if (packet_size > PACKET_SIZE_MAX)
		packet_size = PACKET_SIZE_MAX;
	connection->login.packet_size = (int) packet_size;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!login_name(connection, names[i].at, names[i].name))
			return false;
	return login_password(connection, 44, password);
}

/* Ends the login with these errors.  Always false. */
static bool
refuse(Connection *connection, const SqlMessage *errors, int count)
{
	Stream	   *stream = &connection->stream;
	int			i;

	for (i = 0; i < count; i++)
		token_message(stream, &errors[i]);
	token_done(stream, TOKEN_DONE, DONE_STATUS_ERROR, 0, 0);
	stream_end(stream);
	return false;
}

static bool
refuse_number(Connection *connection, int number)
{
	SqlMessage	errors[2];
	int			count = 1;

	strike_message(number, connection, &errors[0]);
	if (number == ERROR_NO_DATABASE)
		strike_message(ERROR_LOGIN_FAILED, connection, &errors[count++]);
	return refuse(connection, errors, count);
}

static bool
password_matches(const LoginInfo *login, const char *password)
{
	const struct
	{
		const char *user;
		const char *password;
	}			accounts[] = {
		{instance.login, instance.password},
		{instance.plain_login, instance.plain_password}
	};
	size_t		i;

	for (i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
		if (accounts[i].user[0] != '\0' && strcasecmp(accounts[i].user, login->user) == 0)
			return strcmp(accounts[i].password, password) == 0;
	return false;
}

static void
put_change_message(Connection *connection, int number, int state, const char *what,
				   const char *value)
{
	SqlMessage	message;

	memset(&message, 0, sizeof(message));
	message.number = number;
	message.state = state;
	message.line = 1;
	snprintf(message.text, sizeof(message.text), "Changed %s to %s.", what, value);
	token_message(&connection->stream, &message);
}

static void
answer_login(Connection *connection)
{
	Stream	   *stream = &connection->stream;
	const char *database = connection->database;
	Database   *found = database_find(database);
	char		quoted[NAME_MAX_BYTES + 2];
	char		size[12];
	char		partner[NAME_MAX_BYTES];

	snprintf(quoted, sizeof(quoted), "'%s'", database);
	token_text_change(stream, CHANGE_DATABASE, database, "master");
	put_change_message(connection, 5701, 2, "database context", quoted);
	token_bytes_change(stream, CHANGE_COLLATION, collation_default()->tds, 5, NULL, 0);
	token_text_change(stream, CHANGE_LANGUAGE, "us_english", "");
	put_change_message(connection, 5703, 1, "language setting", "us_english");
	token_login_ack(stream);
	snprintf(size, sizeof(size), "%d", connection->login.packet_size);
	token_text_change(stream, CHANGE_PACKET_SIZE, size, "4096");
	partner[0] = '\0';
	if (found != NULL)
		mirror_partner_of(found, partner, sizeof(partner));
	if (partner[0] != '\0')
		token_text_change(stream, CHANGE_PARTNER, partner, "");
	token_done(stream, TOKEN_DONE, 0, 0, 0);
	stream_end(stream);
	stream->packet_size = (uint32_t) connection->login.packet_size;
}

/* LOGIN7 lies in the stream's message. */
static bool
run_login7(Connection *connection)
{
	LoginInfo  *login = &connection->login;
	char		password[NAME_MAX_BYTES];
	SqlMessage	errors[LOGIN_ERRORS_MAX];
	int			error_count = 0;
	bool		valid;
	Session    *session;

	counter_add(COUNTER_LOGINS);
	valid = read_login(connection, password);

	/* in TDS 8 this field says nothing */
	if (connection->stream.tls_first)
		login->tds_version = TDS_74;
	connection->stream.tds_version = login->tds_version < TDS_74 ? login->tds_version : TDS_74;
	if (!valid)
		return refuse_number(connection, ERROR_MALFORMED);
	switch (strike_at(connection, "login", &errors[0]))
	{
		case STRIKE_NONE:
			break;
		case STRIKE_ERROR:
			return refuse_number(connection, errors[0].number);
		case STRIKE_OVER:
			return false;
	}
	if (login->tds_version < TDS_73A)
	{
		strike_message(ERROR_MALFORMED, connection, &errors[0]);
		snprintf(errors[0].text, sizeof(errors[0].text),
				 "The login packet asks for TDS version 0x%08X; only 7.3 and 7.4 are supported.",
				 login->tds_version);
		return refuse(connection, errors, 1);
	}
	login->tds_version = connection->stream.tds_version;
	login->encrypted = connection->stream.tls != NULL;
	if (!password_matches(login, password))
		return refuse_number(connection, ERROR_LOGIN_FAILED);
	session = session_open(login, errors, &error_count);
	if (session == NULL)
		return refuse(connection, errors, error_count);
	connection_bind(connection, session);
	answer_login(connection);
	counter_add(COUNTER_LOGINS_OK);
	return strike_at(connection, "loginack", &errors[0]) == STRIKE_NONE;
}

static bool
run_prelogin(Connection *connection, Encryption *answer)
{
	Stream	   *stream = &connection->stream;
	Encryption	asked;
	SqlMessage	error;

	counter_add(COUNTER_PRELOGINS);
	if (!read_prelogin(stream, &asked))
		return false;
	if (strike_at(connection, "prelogin", &error) != STRIKE_NONE)
		return false;
	*answer = stream->tls_first ? ENCRYPTION_NOT_SUPPORTED : encryption_answer[tls_mode][asked];
	answer_prelogin(stream, *answer);
	return true;
}

/* What the client says next in the handshake; its size, 0: nothing. */
static size_t
hear_handshake(Stream *stream, bool first, const char **bytes)
{
	MessageHead head;

	if (first)
		return stream_take(stream, LOGIN_TIMEOUT, bytes);
	if (!stream_read(stream, LOGIN_SIZE_MAX, LOGIN_TIMEOUT, &head) ||
		head.type != PACKET_PRELOGIN)
		return 0;
	*bytes = stream->message;
	return stream->message_size;
}

static void
say_handshake(Stream *stream, bool first, Tls *tls)
{
	const char *bytes;
	size_t		size = tls_output(tls, &bytes);

	if (first && size > 0)
		stream_send_raw(stream, bytes, size);
	else if (size > 0)
	{
		stream->reply_type = PACKET_PRELOGIN;
		stream_put(stream, bytes, size);
		stream_end(stream);
		stream->reply_type = PACKET_REPLY;
	}
	tls_output_sent(tls);
}

/* Until both sides are done.  first: in bare records, not in PRELOGIN packets. */
static bool
run_handshake(Connection *connection, bool first)
{
	Stream	   *stream = &connection->stream;
	Tls		   *tls = tls_open(first);
	TlsStep		step = TLS_STEP_MORE;
	SqlMessage	error;
	const char *bytes;
	size_t		size;

	while (tls != NULL && step == TLS_STEP_MORE)
	{
		size = hear_handshake(stream, first, &bytes);
		if (size == 0 || strike_at(connection, "handshake", &error) != STRIKE_NONE ||
			!tls_feed(tls, bytes, size))
			break;
		step = tls_handshake(tls);
		say_handshake(stream, first, tls);
	}
	if (step == TLS_STEP_DONE)
		return stream_secure(stream, tls);
	tls_close(tls);
	return false;
}

/* Everything before LOGIN7, which then lies in the stream's message. */
static bool
reach_login7(Connection *connection)
{
	Stream	   *stream = &connection->stream;
	Encryption	answer = ENCRYPTION_NOT_SUPPORTED;
	MessageHead head;

	if (tls_mode != TLS_OFF && stream_peek(stream, LOGIN_TIMEOUT) == TLS_HANDSHAKE)
	{
		stream->tls_first = true;
		if (!run_handshake(connection, true))
			return false;
	}
	else if (tls_mode == TLS_STRICT)
	{
		log_line("spid %d: a connection that does not begin with TLS", stream->spid);
		return false;
	}
	if (!stream_read(stream, LOGIN_SIZE_MAX, LOGIN_TIMEOUT, &head))
		return false;
	if (head.type == PACKET_PRELOGIN &&
		(!run_prelogin(connection, &answer) ||
		 (answer != ENCRYPTION_NOT_SUPPORTED && !run_handshake(connection, false)) ||
		 !stream_read(stream, LOGIN_SIZE_MAX, LOGIN_TIMEOUT, &head)))
		return false;
	if (answer == ENCRYPTION_LOGIN_ONLY)
		stream_unsecure(stream);
	if (tls_mode == TLS_REQUIRED && stream->tls == NULL)
	{
		log_line("spid %d: a login without encryption, which is required", stream->spid);
		return false;
	}
	return head.type == PACKET_LOGIN;
}

bool
login_run(Connection *connection)
{
	SqlMessage	error;

	return strike_at(connection, "accept", &error) == STRIKE_NONE && reach_login7(connection) &&
		run_login7(connection);
}
