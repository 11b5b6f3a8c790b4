/*
 * test/standin/convert_binary.c
 *		Conversions to the binary types.
 *
 * Numbers and the old date types go in with their most significant byte first
 * and keep their end when cut; everything else keeps its beginning.
 */
#include <string.h>

#include "convert_internal.h"
#include "unicode.h"

/* Largest: a decimal, four bytes before 16 of magnitude. */
typedef struct Bytes
{
	uint8_t		byte[20];
	size_t		size;
} Bytes;

static void
put_big(Bytes *bytes, uint64_t value, int size)
{
	while (size-- > 0)
		bytes->byte[bytes->size++] = (uint8_t) (value >> (8 * size));
}

static void
put_little(Bytes *bytes, uint64_t value, int size)
{
	for (int i = 0; i < size; i++)
		bytes->byte[bytes->size++] = (uint8_t) (value >> (8 * i));
}

static void
put_decimal(Bytes *bytes, const SqlValue *value, const TypeSpec *type)
{
	unsigned __int128 magnitude = value->d.magnitude;

	put_little(bytes, type->precision, 1);
	put_little(bytes, type->scale, 1);
	put_little(bytes, 0, 1);
	put_little(bytes, !value->d.negative, 1);
	do
	{
		put_little(bytes, (uint64_t) magnitude & UINT32_MAX, 4);
		magnitude >>= 32;
	} while (magnitude != 0);
}

static void
put_double(Bytes *bytes, const SqlValue *value, bool real)
{
	uint64_t	bits;
	uint32_t	short_bits;
	float		single = (float) value->f;

	memcpy(&bits, &value->f, sizeof(bits));
	memcpy(&short_bits, &single, sizeof(short_bits));
	put_big(bytes, real ? short_bits : bits, real ? 4 : 8);
}

static int
time_bytes(int scale)
{
	return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

/* The new date types: scale, time in units of the scale, days, offset; as far as they have them. */
static void
put_clock(Bytes *bytes, const SqlValue *value, const TypeSpec *type)
{
	int64_t		unit = 1;

	for (int i = type->scale; i < 7; i++)
		unit *= 10;
	if (type->type != SQL_DATE)
	{
		put_little(bytes, type->scale, 1);
		put_little(bytes, (uint64_t) (value->i % TICKS_PER_DAY / unit), time_bytes(type->scale));
	}
	if (type->type == SQL_DATE)
		put_little(bytes, (uint64_t) value->i, 3);
	else if (type->type != SQL_TIME)
		put_little(bytes, (uint64_t) (value->i / TICKS_PER_DAY), 3);
	if (type->type == SQL_DATETIMEOFFSET)
		put_little(bytes, (uint16_t) value->offset, 2);
}

/* False for a type whose bytes keep their beginning when cut. */
static bool
put_value(Bytes *bytes, const SqlValue *value, const TypeSpec *type)
{
	int64_t		day;

	bytes->size = 0;
	switch (type->type)
	{
		case SQL_BIT:
		case SQL_TINYINT:
			put_big(bytes, (uint64_t) value->i, 1);
			return true;
		case SQL_SMALLINT:
			put_big(bytes, (uint64_t) value->i, 2);
			return true;
		case SQL_INT:
		case SQL_SMALLMONEY:
			put_big(bytes, (uint64_t) value->i, 4);
			return true;
		case SQL_REAL:
		case SQL_FLOAT:
			put_double(bytes, value, type->type == SQL_REAL);
			return true;
		case SQL_SMALLDATETIME:
			put_big(bytes, (uint64_t) (value->i / 1440), 2);
			put_big(bytes, (uint64_t) (value->i % 1440), 2);
			return true;
		case SQL_DATETIME:
			day = floor_divide(value->i, 86400 * 300);
			put_big(bytes, (uint64_t) day, 4);
			put_big(bytes, (uint64_t) (value->i - day * 86400 * 300), 4);
			return true;
		case SQL_DECIMAL:
			put_decimal(bytes, value, type);
			return false;
		case SQL_DATE:
		case SQL_TIME:
		case SQL_DATETIME2:
		case SQL_DATETIMEOFFSET:
			put_clock(bytes, value, type);
			return false;
		default:
			put_big(bytes, (uint64_t) value->i, 8);
			return true;
	}
}

static bool
finish(Conversion *conversion, const char *bytes, size_t size, bool from_end)
{
	const TypeSpec *to = conversion->to;
	SqlValue   *out = conversion->out;
	size_t		room = to->length > 0 ? (size_t) to->length : 0;
	char	   *padded;

	out->p = bytes;
	out->n = size;
	if (to->length == LENGTH_MAX || to->type == SQL_IMAGE)
		return true;
	if (size > room)
	{
		if (!conversion->explicit_cast && !from_end)
			return convert_fail(conversion, 2628, 1, "String or binary data would be truncated.");
		if (from_end)
			out->p += size - room;
		out->n = room;
	}
	else if (to->type == SQL_BINARY && size < room)
	{
		padded = arena_alloc(conversion->arena, room);
		memset(padded, 0, room);
		if (size > 0)
			memcpy(from_end ? padded + room - size : padded, bytes, size);
		out->p = padded;
		out->n = room;
	}
	return true;
}

/* Styles 1 (with 0x) and 2 (without). */
static bool
hex_as_binary(Conversion *conversion)
{
	const char *text = conversion->in->p;
	size_t		size = conversion->in->n;
	char	   *bytes = arena_alloc(conversion->arena, size / 2 + 1);

	if (conversion->style == 1)
	{
		if (size < 2 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
			return convert_type_error(conversion);
		text += 2;
		size -= 2;
	}
	if (size % 2 != 0)
		return convert_type_error(conversion);
	for (size_t i = 0; i < size; i += 2)
	{
		int			high = hex_digit(text[i]);
		int			low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return convert_type_error(conversion);
		bytes[i / 2] = (char) (high << 4 | low);
	}
	return finish(conversion, bytes, size / 2, false);
}

static bool
text_as_binary(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	const TypeSpec *from = conversion->from;
	const char *bytes = in->p;
	size_t		size = in->n;

	if (conversion->style == 1 || conversion->style == 2)
		return hex_as_binary(conversion);
	if (type_is_unicode(from->type))
		bytes = text_to_utf16(conversion->arena, in->p, in->n, &size);
	else if (from->collation == NULL || !from->collation->utf8)
		bytes = text_to_cp1252(conversion->arena, in->p, in->n, &size);
	return finish(conversion, bytes, size, false);
}

bool
convert_to_binary(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	SqlType		from = conversion->from->type;
	Bytes		bytes;
	bool		from_end;

	if (type_is_text(from))
		return text_as_binary(conversion);
	if (type_is_binary(from) || from == SQL_UNIQUEIDENTIFIER || type_is_object(from))
		return finish(conversion, in->p, in->n, false);
	from_end = put_value(&bytes, in, conversion->from);
	return finish(conversion, arena_copy(conversion->arena, (const char *) bytes.byte, bytes.size),
				  bytes.size, from_end);
}
