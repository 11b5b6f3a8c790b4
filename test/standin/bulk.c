/*
 * test/standin/bulk.c
 *		A bulk load's message: its rows go to the engine as they come.
 *
 * The message may be larger than any memory, so it is read packet by packet and
 * parsed from what is there: a part that is not complete yet is begun again when
 * more has come, twice as much, so that large values are not read over and over.
 * After an error the rest is read and dropped; a client answers nothing before
 * it has sent all.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bulk.h"
#include "fault.h"
#include "decode.h"
#include "sinkwriter.h"

#define ROW_SIZE_MAX	(512 * 1024 * 1024)
#define COLUMNS_MAX		1024

#define TOKEN_COLUMNS	0x81
#define TOKEN_ROW		0xD1
#define TOKEN_NULLS_ROW	0xD2	/* NBCROW */

#define ERROR_CUT		4804
#define ERROR_LENGTH	4815
#define ERROR_TYPE		4816
#define ERROR_VALUE		4864

typedef enum Part
{
	PART_DONE,
	PART_LAST,					/* the DONE token, or the end where it may be */
	PART_SHORT,					/* not all of it has come */
	PART_BAD					/* an error was put */
} Part;

typedef struct Load
{
	SinkWriter	writer;
	Connection *connection;
	MessageHead head;
	size_t		consumed;		/* of the stream's message */
	Arena	   *arena;			/* of the part being read */
	int			count;
	DecodeType *types;
	SqlValue   *values;
	int64_t		rows;			/* that the engine has taken */
} Load;

static Part put_error(Load *load, int number, const char *format, ...)
			__attribute__((format(printf, 3, 4)));

static Part
put_error(Load *load, int number, const char *format, ...)
{
	SqlMessage	message;
	va_list		arguments;

	memset(&message, 0, sizeof(message));
	message.number = number;
	message.severity = 16;
	message.state = 1;
	message.line = 1;
	va_start(arguments, format);
	vsnprintf(message.text, sizeof(message.text), format, arguments);
	va_end(arguments);
	load->writer.sink.message(&load->writer.sink, &message);
	return PART_BAD;
}

static bool
at_end(const Load *load)
{
	return (load->head.status & STATUS_END_OF_MESSAGE) != 0;
}

/* Twice as much of the message as there was, or all; false: there is no more. */
static bool
fill(Load *load)
{
	Stream	   *stream = &load->connection->stream;
	size_t		wanted = 2 * (stream->message_size - load->consumed);

	if (at_end(load))
		return false;
	do
	{
		if (!stream_read_more(stream, load->consumed, ROW_SIZE_MAX, &load->head))
			return false;
		load->consumed = 0;
	} while (stream->message_size < wanted && !at_end(load));
	return true;
}

/* Has the client gone, or asked to forget it? */
static bool
given_up(const Load *load)
{
	const Stream *stream = &load->connection->stream;

	return stream->attention || stream->broken || (load->head.status & STATUS_IGNORE) != 0;
}

/* Reads one part, waiting for as much of the message as it needs. */
static Part
read_part(Load *load, Part (*read) (Load *load, Reader *reader))
{
	Stream	   *stream = &load->connection->stream;

	for (;;)
	{
		Reader		reader;
		Part		part;

		arena_reset(load->arena);
		reader_init(&reader, stream->message + load->consumed,
					stream->message_size - load->consumed);
		part = read(load, &reader);
		if (part != PART_SHORT)
		{
			load->consumed = reader.at - stream->message;
			return part;
		}
		if (!fill(load))
			break;
	}
	if (given_up(load))
		return PART_BAD;
	return put_error(load, ERROR_CUT, "While reading current row from host, a premature "
					 "end-of-message was encountered--an incoming data stream was interrupted "
					 "when the server expected to see more data. The host program may have "
					 "terminated.");
}

/*
 * The table's name beside text, ntext and image.  Clients write one name with a
 * length of 16 bits; results have a count of names before it.  A count is
 * followed by the length of a name, a short length by its zero upper byte.
 */
static void
skip_table_name(Reader *reader)
{
	int			names = 1;

	if (reader_left(reader) >= 2 && reader->at[1] != 0)
		names = reader_u8(reader);
	while (names-- > 0)
		reader_bytes(reader, 2 * (size_t) reader_u16(reader));
}

static bool
names_table(SqlType type)
{
	return type == SQL_TEXT || type == SQL_NTEXT || type == SQL_IMAGE;
}

static Part
read_columns(Load *load, Reader *reader)
{
	int			i;

	if (reader_left(reader) > 0 && (uint8_t) *reader->at != TOKEN_COLUMNS)
		return put_error(load, ERROR_TYPE, "The bulk load does not begin with its columns.");
	reader_u8(reader);
	load->count = reader_u16(reader);
	if (load->count == 0 || load->count > COLUMNS_MAX)
		return reader->bad ? PART_SHORT :
			put_error(load, ERROR_TYPE, "The bulk load has %d columns.", load->count);
	for (i = 0; i < load->count && !reader->bad; i++)
	{
		reader_u32(reader);
		reader_u16(reader);
		if (!decode_type(reader, &load->types[i]))
			return reader->bad ? PART_SHORT :
				put_error(load, ERROR_TYPE, "Invalid column type from bcp client for colid %d.",
						  i + 1);
		if (names_table(load->types[i].type.type))
			skip_table_name(reader);
		reader_bytes(reader, 2 * (size_t) reader_u8(reader));
	}
	return reader->bad ? PART_SHORT : PART_DONE;
}

/* Which values are absent, a bit each; NULL: a row without them. */
static Part
read_values(Load *load, Reader *reader, const char *nulls)
{
	int			i;

	for (i = 0; i < load->count; i++)
	{
		const DecodeType *type = &load->types[i];
		SqlValue   *value = &load->values[i];
		Reader		bytes;

		memset(value, 0, sizeof(*value));
		value->null = (nulls != NULL && (nulls[i / 8] >> i % 8 & 1) != 0) ||
			!decode_frame(reader, load->arena, type, true, &bytes);
		if (reader->bad)
			return PART_SHORT;
		if (value->null)
			continue;
		if (!decode_fits(type, reader_left(&bytes)))
			return put_error(load, ERROR_LENGTH, "Received an invalid column length from the bcp "
							 "client for colid %d.", i + 1);
		if (!decode_value(&type->type, &bytes, load->arena, value))
			return put_error(load, ERROR_VALUE, "Bulk load data conversion error (type mismatch or "
							 "invalid character for the specified codepage) for row %lld, column "
							 "%d.", (long long) load->rows + 1, i + 1);
	}
	return PART_DONE;
}

static Part
read_row(Load *load, Reader *reader)
{
	uint8_t		token;
	const char *nulls;

	/* FreeTDS ends the message behind the last row */
	if (reader_left(reader) == 0)
		return at_end(load) ? PART_LAST : PART_SHORT;
	token = reader_u8(reader);
	switch (token)
	{
		case TOKEN_ROW:
			return read_values(load, reader, NULL);
		case TOKEN_NULLS_ROW:
			nulls = reader_bytes(reader, (load->count + 7) / 8);
			return nulls == NULL ? PART_SHORT : read_values(load, reader, nulls);
		case TOKEN_DONE:
			return PART_LAST;
		default:
			return put_error(load, ERROR_TYPE, "Invalid token 0x%02X in the bulk load.", token);
	}
}

static bool
start(Load *load)
{
	TypeSpec   *types;
	int			i;

	load->types = arena_alloc(load->connection->arena, COLUMNS_MAX * sizeof(DecodeType));
	if (read_part(load, read_columns) != PART_DONE)
		return false;
	load->values = arena_alloc(load->connection->arena, load->count * sizeof(SqlValue));
	types = arena_alloc(load->connection->arena, load->count * sizeof(TypeSpec));
	for (i = 0; i < load->count; i++)
		types[i] = load->types[i].type;
	return session_bulk_start(load->connection->session, types, load->count, &load->writer.sink);
}

/* True: all rows are in. */
static bool
run(Load *load)
{
	if (!start(load))
		return false;
	for (;;)
	{
		Part		part = read_part(load, read_row);

		if (part != PART_DONE)
			return part == PART_LAST;
		if (!session_bulk_row(load->connection->session, load->values))
			return false;
		load->rows++;
	}
}

/* The rest of the message, which nobody wants. */
static void
drain(Load *load)
{
	Stream	   *stream = &load->connection->stream;

	while (!at_end(load) && stream_read_more(stream, stream->message_size, ROW_SIZE_MAX, &load->head))
		;
}

bool
bulk_serve(Connection *connection, const MessageHead *head)
{
	Load		load;
	bool		complete;

	counter_add(COUNTER_BULK_LOADS);
	memset(&load, 0, sizeof(load));
	sinkwriter_init(&load.writer, connection, false);
	load.connection = connection;
	load.head = *head;
	load.arena = arena_new();
	complete = run(&load);
	drain(&load);
	if (connection->stream.attention)
		load.writer.stopped = true;
	if (!session_bulk_end(connection->session, complete && !given_up(&load), &load.writer.sink))
		load.writer.fatal = true;
	arena_free(load.arena);
	return sinkwriter_finish(&load.writer, false);
}
