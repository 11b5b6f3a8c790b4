/*
 * test/standin/sinkwriter.c
 *		The sink of a request: the engine's results as tokens of one reply.
 *
 * A reply must say of each DONE whether more follows, which is known only when
 * it does: the last one waits.  Once the writer has "stopped", whatever the
 * engine still says of the statement it was told to leave is dropped, and
 * finishing the reply tells the client why: DONE with the error bit and then,
 * in a message of its own, the answer to attention; or error 596.
 */
#include <stdlib.h>

#include "fault.h"
#include "sinkwriter.h"
#include "strike.h"

#define TDS_73B			0x730B0003u
#define COLUMNS_MAX		4096
#define ERROR_KILLED	596
#define ERROR_NULL		8624
#define SEVERITY_FATAL	20

struct Output
{
	Output	   *next;
	char		name[NAME_MAX_BYTES];
	TypeSpec	type;
	SqlValue	value;
};

static uint16_t
transaction_bit(const SinkWriter *writer)
{
	return writer->connection->transaction != 0 ? DONE_STATUS_IN_TRANSACTION : 0;
}

static void
put_pending(SinkWriter *writer, uint16_t more)
{
	if (!writer->pending)
		return;
	token_done(&writer->connection->stream, writer->call || writer->pending_nested ? TOKEN_DONE_IN_CALL : TOKEN_DONE,
			   writer->pending_status | more, writer->pending_command, writer->pending_count);
	writer->pending = false;
}

static void
put_message(SinkWriter *writer, const SqlMessage *message)
{
	put_pending(writer, DONE_STATUS_MORE);
	token_message(&writer->connection->stream, message);
	if (message->severity <= 10)
		return;
	writer->failed = true;
	writer->error = message->number;
	if (message->severity >= SEVERITY_FATAL)
		writer->fatal = true;
	if (message->number == ERROR_KILLED)
		writer->told = true;
}

void
sinkwriter_error(SinkWriter *writer, int number)
{
	SqlMessage	message;

	strike_message(number, writer->connection, &message);
	put_message(writer, &message);
}

static bool
sink_stopped(Sink *sink)
{
	SinkWriter *writer = (SinkWriter *) sink;

	if (!writer->stopped && stream_stopped(&writer->connection->stream))
		writer->stopped = true;
	return writer->stopped;
}

/* The fault that waits in this result: all rows so far leave before it strikes. */
static void
strike(SinkWriter *writer)
{
	SqlMessage	error;

	writer->strike_row = -1;
	stream_flush(&writer->connection->stream);
	switch (strike_at(writer->connection, "row", &error))
	{
		case STRIKE_NONE:
			break;
		case STRIKE_ERROR:
			put_message(writer, &error);
			writer->stopped = true;
			break;
		case STRIKE_OVER:
			writer->stopped = true;
			break;
	}
}

static bool
reserve_columns(Connection *connection, int count)
{
	EncodeColumn *larger;

	if (count <= connection->columns_capacity)
		return true;
	larger = realloc(connection->columns, count * sizeof(EncodeColumn));
	if (larger == NULL)
		return false;
	connection->columns = larger;
	connection->columns_capacity = count;
	return true;
}

static void
sink_columns(Sink *sink, const SqlColumn *columns, int count)
{
	SinkWriter *writer = (SinkWriter *) sink;
	Connection *connection = writer->connection;
	FaultHit	hit;
	int			i;

	if (writer->stopped)
		return;
	put_pending(writer, DONE_STATUS_MORE);
	if (count > COLUMNS_MAX || !reserve_columns(connection, count))
	{
		sinkwriter_error(writer, 701);
		writer->stopped = true;
		return;
	}
	for (i = 0; i < count; i++)
		encode_prepare(&connection->columns[i], &columns[i].type, columns[i].nullable);
	token_columns(&connection->stream, columns, connection->columns, count);
	writer->columns = count;
	writer->bitmap = connection->stream.tds_version >= TDS_73B ? ((size_t) count + 7) / 8 : 0;
	writer->rows = 0;
	writer->strike_row = fault_row(connection->login.application, &hit);
}

/* NBCROW: a bit says of each value whether it is NULL and left out. */
static void
put_sparse_row(SinkWriter *writer, const SqlValue *values)
{
	Stream	   *stream = &writer->connection->stream;
	const EncodeColumn *columns = writer->connection->columns;
	char	   *bits;
	int			i;

	stream_put_u8(stream, 0xD2);
	bits = stream_reserve(stream, writer->bitmap);
	memset(bits, 0, writer->bitmap);
	for (i = 0; i < writer->columns; i++)
		if (values[i].null)
			bits[i / 8] |= (char) (1 << i % 8);
	stream->used += writer->bitmap;
	for (i = 0; i < writer->columns; i++)
		if (!values[i].null)
			encode_value(stream, &columns[i], &values[i]);
}

/* A row in the shorter of its two forms; false: it cannot be. */
static bool
put_row(SinkWriter *writer, const SqlValue *values)
{
	Stream	   *stream = &writer->connection->stream;
	const EncodeColumn *columns = writer->connection->columns;
	size_t		spared = 0;
	int			i;

	for (i = 0; i < writer->columns; i++)
	{
		if (!values[i].null)
			continue;
		if (columns[i].fixed)
			return false;
		spared += columns[i].null_size;
	}
	if (writer->bitmap > 0 && spared > writer->bitmap)
	{
		put_sparse_row(writer, values);
		return true;
	}
	stream_put_u8(stream, 0xD1);
	for (i = 0; i < writer->columns; i++)
		encode_value(stream, &columns[i], &values[i]);
	return true;
}

static bool
sink_row(Sink *sink, const SqlValue *values)
{
	SinkWriter *writer = (SinkWriter *) sink;
	Stream	   *stream = &writer->connection->stream;

	if ((int64_t) writer->rows == writer->strike_row && !writer->stopped)
		strike(writer);
	if (writer->stopped)
		return false;
	if (!put_row(writer, values))
	{
		sinkwriter_error(writer, ERROR_NULL);
		writer->stopped = true;
		return false;
	}
	writer->rows++;
	if (stream->scratch_used)
	{
		arena_reset(stream->scratch);
		stream->scratch_used = false;
	}
	if (stream->flushed)
	{
		stream->flushed = false;
		return !sink_stopped(sink);
	}
	return true;
}

static void
sink_done(Sink *sink, DoneCommand command, bool has_count, uint64_t count, bool failed)
{
	SinkWriter *writer = (SinkWriter *) sink;

	if (writer->columns > 0 && (int64_t) writer->rows == writer->strike_row && !writer->stopped)
		strike(writer);
	if (writer->stopped)
		return;
	put_pending(writer, DONE_STATUS_MORE);
	failed = failed || writer->failed;
	if (!failed)
		writer->error = 0;
	writer->pending = true;
	writer->pending_nested = sink->nested > 0;
	writer->pending_status = transaction_bit(writer);
	if (has_count)
		writer->pending_status |= DONE_STATUS_COUNT;
	if (failed)
		writer->pending_status |= DONE_STATUS_ERROR;
	writer->pending_command = (uint16_t) command;
	writer->pending_count = has_count ? count : 0;
	writer->failed = false;
	writer->ran = true;
	writer->columns = 0;
}

static void
sink_message(Sink *sink, const SqlMessage *message)
{
	SinkWriter *writer = (SinkWriter *) sink;

	/* a statement that was stopped may fail for want of what it was reading */
	if (message->severity > 10 ? !sink_stopped(sink) : !writer->stopped)
		put_message(writer, message);
}

/* Never dropped: the session is what it is, whatever became of the statement. */
static void
sink_environment(Sink *sink, EnvironmentKind kind, const char *new_text, const char *old_text,
				 uint64_t transaction)
{
	SinkWriter *writer = (SinkWriter *) sink;
	Connection *connection = writer->connection;
	Stream	   *stream = &connection->stream;
	uint64_t	descriptor = htole64(transaction);

	put_pending(writer, DONE_STATUS_MORE);
	switch (kind)
	{
		case ENVIRONMENT_DATABASE:
			connection_set_database(connection, new_text);
			token_text_change(stream, CHANGE_DATABASE, new_text, old_text);
			break;
		case ENVIRONMENT_LANGUAGE:
			token_text_change(stream, CHANGE_LANGUAGE, new_text, old_text);
			break;
		case ENVIRONMENT_BEGIN:
			connection->transaction = transaction;
			token_bytes_change(stream, CHANGE_BEGIN, &descriptor, 8, NULL, 0);
			break;
		case ENVIRONMENT_COMMIT:
			connection->transaction = 0;
			token_bytes_change(stream, CHANGE_COMMIT, NULL, 0, &descriptor, 8);
			break;
		case ENVIRONMENT_ROLLBACK:
			connection->transaction = 0;
			token_bytes_change(stream, CHANGE_ROLLBACK, NULL, 0, &descriptor, 8);
			break;
	}
}

static void
sink_output(Sink *sink, const char *name, const TypeSpec *type, const SqlValue *value)
{
	SinkWriter *writer = (SinkWriter *) sink;
	Output	   *output = arena_alloc(writer->connection->arena, sizeof(Output));

	output->next = NULL;
	output->type = *type;
	output->value = *value;
	if (!value->null && type->type >= SQL_CHAR)
		output->value.p = arena_copy(writer->connection->arena, value->p, value->n);
	strncpy(output->name, name, sizeof(output->name) - 1);
	output->name[sizeof(output->name) - 1] = '\0';
	*writer->outputs_end = output;
	writer->outputs_end = &output->next;
}

void
sinkwriter_init(SinkWriter *writer, Connection *connection, bool call)
{
	static const Sink functions = {
		0, sink_columns, sink_row, sink_done, sink_message, sink_environment, sink_output, sink_stopped
	};

	memset(writer, 0, sizeof(*writer));
	writer->sink = functions;
	writer->connection = connection;
	writer->call = call;
	writer->strike_row = -1;
	writer->outputs_end = &writer->outputs;
	connection->stream.flushed = false;
}

static void
finish_call(SinkWriter *writer, uint16_t more)
{
	Stream	   *stream = &writer->connection->stream;
	const Output *output;
	uint16_t	ordinal = 0;

	put_pending(writer, DONE_STATUS_MORE);
	/* a procedure that never ran has no status to return */
	if (writer->ran || writer->error == 0)
		token_return_status(stream, writer->error);
	for (output = writer->outputs; output != NULL; output = output->next)
		token_return_value(stream, ordinal++, output->name, &output->type, &output->value);
	token_done(stream, TOKEN_DONE_CALL,
			   more | transaction_bit(writer) | (writer->error != 0 ? DONE_STATUS_ERROR : 0), 0, 0);
}

static void
finish_batch(SinkWriter *writer)
{
	if (writer->pending && writer->pending_nested)
		put_pending(writer, DONE_STATUS_MORE);
	if (!writer->pending)
	{
		writer->pending = true;
		writer->pending_nested = false;
		writer->pending_status = transaction_bit(writer) | (writer->failed ? DONE_STATUS_ERROR : 0);
		writer->pending_command = DONE_OTHER;
		writer->pending_count = 0;
	}
	put_pending(writer, 0);
}

static void
answer_attention(SinkWriter *writer)
{
	Connection *connection = writer->connection;
	Stream	   *stream = &connection->stream;

	put_pending(writer, DONE_STATUS_MORE);
	token_done(stream, TOKEN_DONE, DONE_STATUS_ERROR | transaction_bit(writer), 0, 0);
	stream_end(stream);
	session_attention(connection->session, &writer->sink);
	token_done(stream, TOKEN_DONE, DONE_STATUS_ATTENTION | transaction_bit(writer), 0, 0);
	stream->attention = false;
}

/* Would the end of this reply read as success? */
static bool
tells_success(const SinkWriter *writer)
{
	if (writer->call)
		return writer->error == 0;
	return writer->pending ? (writer->pending_status & DONE_STATUS_ERROR) == 0 : !writer->failed;
}

bool
sinkwriter_finish(SinkWriter *writer, bool more)
{
	Connection *connection = writer->connection;
	Stream	   *stream = &connection->stream;

	if (connection_killed(connection) && !writer->told)
		sinkwriter_error(writer, ERROR_KILLED);

	/* a session that died without a message has an unknown outcome: the client sees the end */
	if (writer->fatal && tells_success(writer))
		return false;
	more = more && !writer->fatal && !stream->attention && !stream->broken;
	if (stream->attention && !writer->fatal)
		answer_attention(writer);
	else if (writer->call)
		finish_call(writer, more ? DONE_STATUS_MORE : 0);
	else
		finish_batch(writer);
	if (!more)
		stream_end(stream);
	return !writer->fatal && !stream->broken && !connection_killed(connection);
}
