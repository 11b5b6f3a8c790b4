/*
 * test/standin/decode_value.c
 *		Bytes of a value that a client sent: what they say, or that they say nothing.
 */
#include <math.h>

#include "decode.h"

#define TICKS_PER_DAY		INT64_C(864000000000)
#define DATETIME_PER_DAY	(INT64_C(300) * 86400)
#define DATE_LIMIT			3652059 /* day after 9999-12-31 */
#define DATETIME_FIRST_DAY	(-53690)	/* 1753-01-01 */
#define DATETIME_LIMIT		2958464 /* day after 9999-12-31, from 1900 */
#define OFFSET_MAX			(14 * 60)

static bool
read_decimal(const TypeSpec *type, Reader *in, SqlValue *value)
{
	size_t		size;
	unsigned __int128 limit = 1;
	unsigned __int128 magnitude;
	uint64_t	low;
	uint64_t	high = 0;
	int			i;

	value->d.negative = reader_u8(in) == 0;
	size = reader_left(in);
	if (size > 16)
		return false;
	low = reader_number(in, size < 8 ? size : 8);
	if (size > 8)
		high = reader_number(in, size - 8);
	magnitude = (unsigned __int128) high << 64 | low;
	for (i = 0; i < type->precision; i++)
		limit *= 10;
	value->d.magnitude = magnitude;
	if (magnitude == 0)
		value->d.negative = false;
	return magnitude < limit;
}

/* time, datetime2, datetimeoffset, date. */
static bool
read_clock(const TypeSpec *type, Reader *in, SqlValue *value)
{
	static const int64_t unit[8] = {10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	size_t		tail = (type->type == SQL_TIME ? 0 : 3) + (type->type == SQL_DATETIMEOFFSET ? 2 : 0);
	size_t		size = reader_left(in);
	int64_t		ticks = 0;
	int64_t		day = 0;

	if (size < tail || size - tail > 5 || (type->type == SQL_DATE) != (size == tail))
		return false;
	if (type->type != SQL_DATE)
	{
		ticks = (int64_t) reader_number(in, size - tail);
		if (ticks >= TICKS_PER_DAY / unit[type->scale])
			return false;
		ticks *= unit[type->scale];
	}
	if (type->type != SQL_TIME)
		day = (int64_t) reader_number(in, 3);
	if (day >= DATE_LIMIT)
		return false;
	if (type->type == SQL_DATETIMEOFFSET)
		value->offset = (int16_t) reader_u16(in);
	value->i = type->type == SQL_DATE ? day : day * TICKS_PER_DAY + ticks;
	return value->offset >= -OFFSET_MAX && value->offset <= OFFSET_MAX;
}

static bool
read_datetime(const TypeSpec *type, Reader *in, SqlValue *value)
{
	int64_t		day;
	int64_t		part;

	if (type->type == SQL_SMALLDATETIME)
	{
		day = reader_u16(in);
		part = reader_u16(in);
		value->i = day * 1440 + part;
		return part < 1440;
	}
	day = (int32_t) reader_u32(in);
	part = reader_u32(in);
	value->i = day * DATETIME_PER_DAY + part;
	return day >= DATETIME_FIRST_DAY && day < DATETIME_LIMIT && part < DATETIME_PER_DAY;
}

static bool
read_text(const TypeSpec *type, Reader *in, Arena *arena, SqlValue *value)
{
	size_t		size = reader_left(in);
	const char *bytes = reader_bytes(in, size);

	if (type_is_unicode(type->type))
	{
		value->p = text_from_utf16(arena, bytes, size, &value->n);
		return size % 2 == 0;
	}
	if (type->collation != NULL && type->collation->utf8)
	{
		value->p = bytes;
		value->n = size;
	}
	else
		value->p = text_from_cp1252(arena, bytes, size, &value->n);
	return true;
}

/* Base type, the size of its properties, and these. */
static bool
read_variant(Reader *in, SqlValue *value)
{
	Reader		parts = *in;

	value->n = reader_left(in);
	value->p = reader_bytes(in, value->n);
	reader_u8(&parts);
	reader_bytes(&parts, reader_u8(&parts));
	return !parts.bad;
}

static bool
read_float(const TypeSpec *type, Reader *in, SqlValue *value)
{
	uint32_t	single;
	uint64_t	bits;
	float		number;

	if (type->type == SQL_REAL)
	{
		single = reader_u32(in);
		memcpy(&number, &single, sizeof(number));
		value->f = number;
	}
	else
	{
		bits = reader_u64(in);
		memcpy(&value->f, &bits, sizeof(bits));
	}
	return isfinite(value->f);
}

static bool
read_value(const TypeSpec *type, Reader *in, Arena *arena, SqlValue *value)
{
	uint64_t	high;

	switch (type->type)
	{
		case SQL_UNTYPED:
			break;
		case SQL_BIT:
			value->i = reader_u8(in) != 0;
			break;
		case SQL_TINYINT:
			value->i = reader_u8(in);
			break;
		case SQL_SMALLINT:
			value->i = (int16_t) reader_u16(in);
			break;
		case SQL_INT:
		case SQL_SMALLMONEY:
			value->i = (int32_t) reader_u32(in);
			break;
		case SQL_BIGINT:
			value->i = (int64_t) reader_u64(in);
			break;
		case SQL_MONEY:
			high = reader_u32(in);
			value->i = (int64_t) (high << 32 | reader_u32(in));
			break;
		case SQL_DECIMAL:
			return read_decimal(type, in, value);
		case SQL_REAL:
		case SQL_FLOAT:
			return read_float(type, in, value);
		case SQL_SMALLDATETIME:
		case SQL_DATETIME:
			return read_datetime(type, in, value);
		case SQL_DATE:
		case SQL_TIME:
		case SQL_DATETIME2:
		case SQL_DATETIMEOFFSET:
			return read_clock(type, in, value);
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_XML:
		case SQL_TEXT:
		case SQL_NTEXT:
			return read_text(type, in, arena, value);
		case SQL_BINARY:
		case SQL_VARBINARY:
		case SQL_UNIQUEIDENTIFIER:
		case SQL_IMAGE:
			value->n = reader_left(in);
			value->p = reader_bytes(in, value->n);
			break;
		case SQL_GEOMETRY:		/* these are sent as binary and as text */
		case SQL_GEOGRAPHY:
		case SQL_HIERARCHYID:
		case SQL_JSON:
			return false;
		case SQL_VARIANT:
			return read_variant(in, value);
	}
	return true;
}

bool
decode_value(const TypeSpec *type, Reader *bytes, Arena *arena, SqlValue *value)
{
	return read_value(type, bytes, arena, value) && !bytes->bad && reader_left(bytes) == 0;
}
