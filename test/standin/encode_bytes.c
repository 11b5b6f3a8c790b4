/*
 * test/standin/encode_bytes.c
 *		Values of variable length as they travel in results: text, bytes, objects.
 *
 * Text that is plain ASCII, nearly all there is, is copied or widened in place;
 * the rest takes the way through the stream's scratch arena.  Long values go in
 * slices, so that none is ever transcoded as a whole.
 */
#include "encode_internal.h"

#define LONG_SLICE			8192	/* twice as much on the wire is RESERVE_MAX */

bool
encode_wide(SqlType type)
{
	return type == SQL_NCHAR || type == SQL_NVARCHAR || type == SQL_NTEXT || type == SQL_XML ||
		type == SQL_JSON;
}

bool
encode_narrow(SqlType type)
{
	return type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_TEXT;
}

/* Bytes as they travel; "widen": plain ASCII, each byte to become a UTF-16 unit. */
typedef struct WireBytes
{
	const char *bytes;
	size_t		size;			/* on the wire */
	bool		widen;
} WireBytes;

static bool
is_ascii(const char *bytes, size_t size)
{
	size_t		i = 0;

	for (; i + 8 <= size; i += 8)
	{
		uint64_t	eight;

		memcpy(&eight, bytes + i, 8);
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			return false;
	}
	for (; i < size; i++)
		if ((bytes[i] & 0x80) != 0)
			return false;
	return true;
}

static WireBytes
wire_bytes(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	bool		wide = encode_wide(column->type.type);
	bool		narrow = encode_narrow(column->type.type);
	WireBytes	out;

	out.bytes = value->p;
	out.size = value->n;
	out.widen = false;
	if (!wide && (!narrow || column->type.collation->utf8))
		return out;
	if (is_ascii(value->p, value->n))
	{
		out.widen = wide;
		out.size = wide ? 2 * value->n : value->n;
		return out;
	}
	stream->scratch_used = true;
	if (wide)
		out.bytes = text_to_utf16(stream->scratch, value->p, value->n, &out.size);
	else
		out.bytes = text_to_cp1252(stream->scratch, value->p, value->n, &out.size);
	return out;
}

/* Each byte becomes a UTF-16 unit; four at a time. */
static void
widen_ascii(char *to, const char *from, size_t count)
{
	for (; count >= 4; count -= 4, from += 4, to += 8)
	{
		uint32_t	four;
		uint64_t	units;

		memcpy(&four, from, sizeof(four));
		units = le32toh(four);
		units = (units | units << 16) & UINT64_C(0x0000FFFF0000FFFF);
		units = htole64((units | units << 8) & UINT64_C(0x00FF00FF00FF00FF));
		memcpy(to, &units, sizeof(units));
	}
	for (; count > 0; count--)
	{
		*to++ = *from++;
		*to++ = 0;
	}
}

/* The first size bytes (even, where text is widened). */
static void
put_wire_bytes(Stream *stream, WireBytes value, size_t size)
{
	size_t		at = 0;

	if (!value.widen)
	{
		stream_put(stream, value.bytes, size);
		return;
	}
	while (at < size)
	{
		size_t		part = size - at < RESERVE_MAX ? size - at : RESERVE_MAX;
		char	   *to = stream_reserve(stream, part);

		widen_ascii(to, value.bytes + at / 2, part / 2);
		stream->used += part;
		at += part;
	}
}

static void
put_padding(Stream *stream, SqlType type, size_t size)
{
	char	   *to = stream_reserve(stream, size);
	size_t		i;

	memset(to, type == SQL_CHAR ? ' ' : 0, size);
	if (type == SQL_NCHAR)
		for (i = 0; i < size; i += 2)
			to[i] = ' ';
	stream->used += size;
}

void
encode_short(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	SqlType		type = column->type.type;
	size_t		limit = encode_wide(type) ? 2 * column->type.length : column->type.length;
	bool		padded = type == SQL_CHAR || type == SQL_NCHAR || type == SQL_BINARY;
	WireBytes	bytes;
	size_t		size;

	if (value->null)
	{
		stream_put_u16(stream, 0xFFFF);
		return;
	}
	bytes = wire_bytes(stream, column, value);
	size = bytes.size < limit ? bytes.size : limit;
	stream_put_u16(stream, (uint16_t) (padded ? limit : size));
	put_wire_bytes(stream, bytes, size);
	if (padded && size < limit)
		put_padding(stream, type, limit - size);
}

/* Bytes of the next slice of a long value: whole characters, if it is text. */
static size_t
slice_size(const char *bytes, size_t left)
{
	size_t		size = LONG_SLICE;

	if (left <= LONG_SLICE)
		return left;
	while (size > LONG_SLICE - 3 && (bytes[size] & 0xC0) == 0x80)
		size--;
	return size;
}

/*
 * A long value, slice by slice, so that it is never transcoded as a whole.
 * Returns its size on the wire; unless "write", that is all it does.
 */
static uint64_t
put_slices(Stream *stream, const EncodeColumn *column, const SqlValue *value, bool write,
		   bool chunked)
{
	SqlValue	slice = *value;
	size_t		at = 0;
	uint64_t	total = 0;

	for (; at < value->n; at += slice.n)
	{
		WireBytes	bytes;

		slice.p = value->p + at;
		slice.n = slice_size(slice.p, value->n - at);
		bytes = wire_bytes(stream, column, &slice);
		total += bytes.size;
		if (write && chunked)
			stream_put_u32(stream, (uint32_t) bytes.size);
		if (write)
			put_wire_bytes(stream, bytes, bytes.size);
		if (bytes.bytes != slice.p)
			arena_reset(stream->scratch);
	}
	return total;
}

/* (max) types, xml, json, and objects. */
void
encode_chunked(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	if (value->null)
	{
		stream_put_u64(stream, UINT64_MAX);
		return;
	}
	stream_put_u64(stream, put_slices(stream, column, value, false, true));
	put_slices(stream, column, value, true, true);
	stream_put_u32(stream, 0);
}

/* text, ntext, image: a text pointer and a timestamp, which nobody uses, go before. */
void
encode_lob(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	static const char pointer[16 + 8] = "standin text pointer";

	if (value->null)
	{
		stream_put_u8(stream, 0);
		return;
	}
	stream_put_u8(stream, 16);
	stream_put(stream, pointer, sizeof(pointer));
	stream_put_u32(stream, (uint32_t) put_slices(stream, column, value, false, false));
	put_slices(stream, column, value, true, false);
}

/* p,n hold base type, its properties and the value, as they travel. */
void
encode_variant(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	size_t		size = value->null || value->n > VARIANT_BYTES_MAX ? 0 : value->n;

	(void) column;
	stream_put_u32(stream, (uint32_t) size);
	stream_put(stream, value->p, size);
}
