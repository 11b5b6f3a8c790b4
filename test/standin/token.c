/*
 * test/standin/token.c
 *		The tokens of a reply, one function each.
 *
 * Tokens that carry their own length are measured before they are written, as
 * the output may leave at any byte.  Clients older than TDS 7.2 only ever see
 * ERROR and DONE, when their login is refused; those two know the old layout.
 */
#include "database.h"
#include "product.h"
#include "token.h"

#define TDS_72	0x72000000u

#define USER_TYPE_ROWVERSION	80

#define COLUMN_NULLABLE		0x0001
#define COLUMN_CASE			0x0002
#define COLUMN_UPDATABLE	0x0008	/* "unknown", what SQL Server says of a base table's column */
#define COLUMN_IDENTITY		0x0010
#define COLUMN_COMPUTED		0x0020

typedef struct WideText
{
	const char *bytes;
	size_t		units;
} WideText;

/* UTF-16 of the text, cut to what its length field can say. */
static WideText
widen(Stream *stream, const char *text, size_t limit)
{
	WideText	wide;
	size_t		size;

	stream->scratch_used = true;
	wide.bytes = text_to_utf16(stream->scratch, text, strlen(text), &size);
	wide.units = size / 2 < limit ? size / 2 : limit;
	return wide;
}

static void
put_short_text(Stream *stream, WideText text)
{
	stream_put_u8(stream, (uint8_t) text.units);
	stream_put(stream, text.bytes, 2 * text.units);
}

static uint16_t
column_flags(const SqlColumn *column)
{
	uint16_t	flags = 0;

	if (column->nullable)
		flags |= COLUMN_NULLABLE;
	if (column->type.collation != NULL && !column->type.collation->ignore_case)
		flags |= COLUMN_CASE;
	if (column->identity)
		flags |= COLUMN_IDENTITY;
	if (column->computed)
		flags |= COLUMN_COMPUTED;
	if (!column->identity && !column->computed)
		flags |= COLUMN_UPDATABLE;
	return flags;
}

void
token_columns(Stream *stream, const SqlColumn *columns, const EncodeColumn *encoders, int count)
{
	int			i;

	stream_put_u8(stream, 0x81);
	stream_put_u16(stream, (uint16_t) count);
	for (i = 0; i < count; i++)
	{
		stream_put_u32(stream, columns[i].rowversion ? USER_TYPE_ROWVERSION : 0);
		stream_put_u16(stream, column_flags(&columns[i]));
		encode_type_info(stream, &encoders[i]);
		if (encode_names_table(&encoders[i]))
			stream_put_u8(stream, 0);
		put_short_text(stream, widen(stream, columns[i].name, 128));
	}
}

void
token_done(Stream *stream, DoneKind kind, uint16_t status, uint16_t command, uint64_t count)
{
	stream_put_u8(stream, (uint8_t) kind);
	stream_put_u16(stream, status);
	stream_put_u16(stream, command);
	if (stream->tds_version >= TDS_72)
		stream_put_u64(stream, count);
	else
		stream_put_u32(stream, (uint32_t) count);
}

void
token_message(Stream *stream, const SqlMessage *message)
{
	WideText	text = widen(stream, message->text, sizeof(message->text));
	WideText	server = widen(stream, instance.name, 255);
	WideText	procedure = widen(stream, message->procedure, 255);
	size_t		line_size = stream->tds_version >= TDS_72 ? 4 : 2;

	stream_put_u8(stream, message->severity > 10 ? 0xAA : 0xAB);
	stream_put_u16(stream, (uint16_t) (4 + 1 + 1 + 2 + 2 * text.units + 1 + 2 * server.units +
									   1 + 2 * procedure.units + line_size));
	stream_put_u32(stream, (uint32_t) message->number);
	stream_put_u8(stream, (uint8_t) message->state);
	stream_put_u8(stream, (uint8_t) message->severity);
	stream_put_u16(stream, (uint16_t) text.units);
	stream_put(stream, text.bytes, 2 * text.units);
	put_short_text(stream, server);
	put_short_text(stream, procedure);
	if (line_size == 4)
		stream_put_u32(stream, (uint32_t) message->line);
	else
		stream_put_u16(stream, (uint16_t) message->line);
}

void
token_text_change(Stream *stream, EnvironmentChange kind, const char *new_text,
				  const char *old_text)
{
	WideText	new_wide = widen(stream, new_text, 255);
	WideText	old_wide = widen(stream, old_text, 255);

	stream_put_u8(stream, 0xE3);
	stream_put_u16(stream, (uint16_t) (3 + 2 * new_wide.units + 2 * old_wide.units));
	stream_put_u8(stream, (uint8_t) kind);
	put_short_text(stream, new_wide);
	put_short_text(stream, old_wide);
}

void
token_bytes_change(Stream *stream, EnvironmentChange kind, const void *new_bytes, uint8_t new_size,
				   const void *old_bytes, uint8_t old_size)
{
	stream_put_u8(stream, 0xE3);
	stream_put_u16(stream, (uint16_t) (3 + new_size + old_size));
	stream_put_u8(stream, (uint8_t) kind);
	stream_put_u8(stream, new_size);
	stream_put(stream, new_bytes, new_size);
	stream_put_u8(stream, old_size);
	stream_put(stream, old_bytes, old_size);
}

void
token_login_ack(Stream *stream)
{
	const uint8_t version[4] = {(uint8_t) product->major, 0, (uint8_t) (product->build >> 8), (uint8_t) product->build};
	WideText	product = widen(stream, "Microsoft SQL Server", 255);
	uint32_t	tds_version = htobe32(stream->tds_version);

	stream_put_u8(stream, 0xAD);
	stream_put_u16(stream, (uint16_t) (1 + 4 + 1 + 2 * product.units + 4));
	stream_put_u8(stream, 1);
	stream_put(stream, &tds_version, 4);
	put_short_text(stream, product);
	stream_put(stream, version, 4);
}

void
token_return_status(Stream *stream, int32_t value)
{
	stream_put_u8(stream, 0x79);
	stream_put_u32(stream, (uint32_t) value);
}

void
token_return_value(Stream *stream, uint16_t ordinal, const char *name, const TypeSpec *type,
				   const SqlValue *value)
{
	EncodeColumn encoder;

	encode_prepare(&encoder, type, true);
	stream_put_u8(stream, 0xAC);
	stream_put_u16(stream, ordinal);
	put_short_text(stream, widen(stream, name, 128));
	stream_put_u8(stream, 1);
	stream_put_u32(stream, 0);
	stream_put_u16(stream, COLUMN_NULLABLE);
	encode_type_info(stream, &encoder);
	encode_value(stream, &encoder, value);
}
