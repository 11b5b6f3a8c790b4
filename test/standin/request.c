/*
 * test/standin/request.c
 *		One request of a logged-in client and its reply.
 *
 * Batches, procedure calls and transaction-manager requests become calls of
 * the engine; attention that found nothing running is answered alone.  The
 * transaction that a request names must be the session's: a client that lost
 * track is told so, instead of working outside of what it believes.
 */
#include <stdio.h>

#include "bulk.h"
#include "decode.h"
#include "fault.h"
#include "request.h"
#include "sinkwriter.h"
#include "strike.h"

#define REQUEST_SIZE_MAX	(64 * 1024 * 1024)
#define PARAMETERS_MAX		2100

#define HEADER_TRANSACTION	2
#define NAME_IS_NUMBER		0xFFFF
#define CALL_SEPARATOR		0xFF

#define ERROR_DEADLOCK			1205
#define ERROR_SNAPSHOT			3960
#define ERROR_BAD_TRANSACTION	3989
#define ERROR_BAD_STREAM		4002
#define ERROR_MANY_PARAMETERS	8003

static const char *const procedures[] = {
	NULL, "sp_cursor", "sp_cursoropen", "sp_cursorprepare", "sp_cursorexecute",
	"sp_cursorprepexec", "sp_cursorunprepare", "sp_cursorfetch", "sp_cursoroption",
	"sp_cursorclose", "sp_executesql", "sp_prepare", "sp_execute", "sp_prepexec",
	"sp_prepexecrpc", "sp_unprepare"
};

#define PROCEDURES	(sizeof(procedures) / sizeof(procedures[0]))

/* ALL_HEADERS: 0, or the number of the error that they deserve. */
static int
read_headers(Connection *connection, Reader *reader)
{
	Reader		all = *reader;
	uint32_t	total = reader_u32(&all);

	if (all.bad || total < 4 || reader_bytes(reader, total) == NULL)
		return ERROR_BAD_STREAM;
	all.end = reader->at;
	while (reader_left(&all) > 0)
	{
		Reader		header = all;
		uint32_t	size = reader_u32(&header);
		uint16_t	type = reader_u16(&header);

		if (header.bad || size < 6 || reader_bytes(&all, size) == NULL)
			return ERROR_BAD_STREAM;
		if (type == HEADER_TRANSACTION && reader_u64(&header) != connection->transaction &&
			!header.bad)
			return ERROR_BAD_TRANSACTION;
	}
	return 0;
}

static bool
serve_batch(Connection *connection, Reader *reader, SinkWriter *writer)
{
	size_t		size = reader_left(reader);
	size_t		length;
	const char *sql;

	if (size % 2 != 0)
	{
		sinkwriter_error(writer, ERROR_BAD_STREAM);
		return sinkwriter_finish(writer, false);
	}
	sql = text_from_utf16(connection->arena, reader->at, size, &length);
	if (!session_batch(connection->session, sql, length, &writer->sink))
		writer->fatal = true;
	return sinkwriter_finish(writer, false);
}

/* The procedure's name, in lower case; its flags are of no interest here. */
static bool
read_procedure(Connection *connection, Reader *reader, char *name, size_t size)
{
	uint16_t	units = reader_u16(reader);
	char	   *at;

	name[0] = '\0';
	if (units == NAME_IS_NUMBER)
	{
		uint16_t	number = reader_u16(reader);

		if (number > 0 && number < PROCEDURES)
			snprintf(name, size, "%s", procedures[number]);
	}
	else
		decode_name(reader, connection->arena, units, name, size);
	for (at = name; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at += 'a' - 'A';
	reader_u16(reader);
	return !reader->bad && name[0] != '\0';
}

/* Parameters up to the separator or the end; -1: an error was put. */
static int
read_parameters(Connection *connection, Reader *reader, SinkWriter *writer,
				SqlParameter **parameters)
{
	SqlMessage	error;
	int			capacity = 0;
	int			count = 0;

	*parameters = NULL;
	while (reader_left(reader) > 0 && (uint8_t) *reader->at != CALL_SEPARATOR)
	{
		if (count == PARAMETERS_MAX)
		{
			sinkwriter_error(writer, ERROR_MANY_PARAMETERS);
			return -1;
		}
		if (count == capacity)
		{
			SqlParameter *larger;

			capacity = capacity == 0 ? 8 : 2 * capacity;
			larger = arena_alloc(connection->arena, capacity * sizeof(SqlParameter));
			if (count > 0)
				memcpy(larger, *parameters, count * sizeof(SqlParameter));
			*parameters = larger;
		}
		if (!decode_parameter(reader, connection->arena, count + 1, &(*parameters)[count], &error))
		{
			writer->sink.message(&writer->sink, &error);
			return -1;
		}
		count++;
	}
	return count;
}

static bool
serve_calls(Connection *connection, Reader *reader)
{
	bool		more = true;
	bool		alive = true;

	while (more && alive)
	{
		char		name[NAME_MAX_BYTES];
		SqlParameter *parameters;
		SinkWriter	writer;
		int			count = -1;

		sinkwriter_init(&writer, connection, true);
		if (!read_procedure(connection, reader, name, sizeof(name)))
			sinkwriter_error(&writer, ERROR_BAD_STREAM);
		else
			count = read_parameters(connection, reader, &writer, &parameters);
		if (count >= 0 &&
			!session_call(connection->session, name, parameters, count, &writer.sink))
			writer.fatal = true;
		more = count >= 0 && reader_left(reader) > 1 && !writer.stopped;
		if (more)
			reader_u8(reader);
		alive = sinkwriter_finish(&writer, more);
	}
	return alive;
}

static void
read_transaction_name(Connection *connection, Reader *reader, char *name, size_t size)
{
	uint8_t		bytes = reader_u8(reader);

	if (bytes % 2 != 0 || !decode_name(reader, connection->arena, bytes / 2, name, size))
		reader->bad = true;
}

static bool
serve_transaction(Connection *connection, Reader *reader, SinkWriter *writer)
{
	static const struct
	{
		uint16_t	code;
		TransactionRequest request;
	}			requests[] = {
		{5, TRANSACTION_BEGIN}, {7, TRANSACTION_COMMIT},
		{8, TRANSACTION_ROLLBACK}, {9, TRANSACTION_SAVE}
	};
	uint16_t	code = reader_u16(reader);
	char		name[NAME_MAX_BYTES] = "";
	char		next_name[NAME_MAX_BYTES] = "";
	int			isolation = 0;
	int			next_isolation = 0;
	bool		again = false;
	size_t		i = 0;

	while (i < 4 && requests[i].code != code)
		i++;
	if (code == 5)
		isolation = reader_u8(reader);
	if (i < 4)
		read_transaction_name(connection, reader, name, sizeof(name));
	if (code == 7 || code == 8)
		again = (reader_u8(reader) & 1) != 0;
	if (again)
	{
		next_isolation = reader_u8(reader);
		read_transaction_name(connection, reader, next_name, sizeof(next_name));
	}
	if (i == 4 || reader->bad || isolation > 5 || next_isolation > 5)
		sinkwriter_error(writer, ERROR_BAD_STREAM);
	else if (!session_transaction(connection->session, requests[i].request, name, isolation,
								  again, next_isolation, &writer->sink))
		writer->fatal = true;
	return sinkwriter_finish(writer, false);
}

/* A message that holds nothing but one DONE. */
static bool
answer_done(Connection *connection, uint16_t status)
{
	if (connection->transaction != 0)
		status |= DONE_STATUS_IN_TRANSACTION;
	token_done(&connection->stream, TOKEN_DONE, status, 0, 0);
	stream_end(&connection->stream);
	return !connection->stream.broken;
}

/* Attention with nothing to end; the answer may follow a rollback. */
static bool
answer_attention(Connection *connection)
{
	SinkWriter	writer;

	sinkwriter_init(&writer, connection, false);
	session_attention(connection->session, &writer.sink);
	return answer_done(connection, DONE_STATUS_ATTENTION);
}

/* A fault's error; some of them roll back, as they do on a server. */
static void
strike_request(Connection *connection, SinkWriter *writer, const SqlMessage *message)
{
	writer->sink.message(&writer->sink, message);
	if (connection->transaction == 0 ||
		(message->number != ERROR_DEADLOCK && message->number != ERROR_SNAPSHOT))
		return;
	if (!session_transaction(connection->session, TRANSACTION_ROLLBACK, "", 0, false, 0,
							 &writer->sink))
		writer->fatal = true;
}

static bool
serve_message(Connection *connection, uint8_t type)
{
	Reader		reader;
	SinkWriter	writer;
	SqlMessage	message;
	int			number;

	sinkwriter_init(&writer, connection, false);
	reader_init(&reader, connection->stream.message, connection->stream.message_size);
	switch (strike_at(connection, "batch", &message))
	{
		case STRIKE_NONE:
			break;
		case STRIKE_ERROR:
			strike_request(connection, &writer, &message);
			return sinkwriter_finish(&writer, false);
		case STRIKE_OVER:
			return false;
	}
	if (connection_killed(connection))
		return sinkwriter_finish(&writer, false);
	number = read_headers(connection, &reader);
	if (number != 0)
	{
		sinkwriter_error(&writer, number);
		return sinkwriter_finish(&writer, false);
	}
	switch (type)
	{
		case PACKET_BATCH:
			return serve_batch(connection, &reader, &writer);
		case PACKET_CALL:
			return serve_calls(connection, &reader);
		default:
			return serve_transaction(connection, &reader, &writer);
	}
}

/* Connection reset is not served: better no session than a wrong one. */
static bool
refuse_message(Connection *connection, const char *what)
{
	SinkWriter	writer;
	SqlMessage	message;

	strike_message(ERROR_BAD_STREAM, connection, &message);
	message.severity = 20;
	snprintf(message.text, sizeof(message.text), "%s is not supported.", what);
	sinkwriter_init(&writer, connection, false);
	writer.sink.message(&writer.sink, &message);
	return sinkwriter_finish(&writer, false);
}

bool
request_serve(Connection *connection)
{
	MessageHead head;

	if (!stream_read(&connection->stream, REQUEST_SIZE_MAX, -1, &head))
		return false;
	arena_reset(connection->arena);
	if (head.type == PACKET_ATTENTION)
		return fault_check("attention", NULL).action == FAULT_IGNORE ||
			answer_attention(connection);
	if ((head.status & STATUS_IGNORE) != 0 && head.type != PACKET_BULK)
		return answer_done(connection, DONE_STATUS_ERROR);
	if ((head.status & STATUS_RESET) != 0)
		return refuse_message(connection, "Connection reset");
	switch (head.type)
	{
		case PACKET_BATCH:
			counter_add(COUNTER_BATCHES);
			return serve_message(connection, head.type);
		case PACKET_CALL:
			counter_add(COUNTER_CALLS);
			return serve_message(connection, head.type);
		case PACKET_TRANSACTION:
			return serve_message(connection, head.type);
		case PACKET_BULK:
			return bulk_serve(connection, &head);
		default:
			return false;
	}
}
