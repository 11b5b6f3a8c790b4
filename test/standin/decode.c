/*
 * test/standin/decode.c
 *		Parameters of remote procedure calls: TYPE_INFO and values that clients send.
 *
 * One table says how each token's type is described and its value framed.  The
 * framing is read first and yields bytes or NULL; then the type's own function
 * makes a value of the bytes, and rejects what no value of that type can be.
 */
#include <math.h>
#include <stdio.h>

#include "decode.h"

typedef enum InfoKind
{
	INFO_FIXED,					/* size known by the token, never NULL */
	INFO_SIZE,					/* u8 size tells the type of a family */
	INFO_TOKEN,
	INFO_SCALE,
	INFO_DECIMAL,
	INFO_SHORT,
	INFO_XML,
	INFO_LOB,
	INFO_VARIANT
} InfoKind;

typedef struct WireRule
{
	uint8_t		token;
	InfoKind	info;
	uint8_t		size;			/* of a fixed value, or of this member of a family */
	SqlType		type;
} WireRule;

/* Members of a family follow each other. */
static const WireRule rules[] = {
	{0x1F, INFO_FIXED, 0, SQL_UNTYPED},
	{0x30, INFO_FIXED, 1, SQL_TINYINT},
	{0x32, INFO_FIXED, 1, SQL_BIT},
	{0x34, INFO_FIXED, 2, SQL_SMALLINT},
	{0x38, INFO_FIXED, 4, SQL_INT},
	{0x3A, INFO_FIXED, 4, SQL_SMALLDATETIME},
	{0x3B, INFO_FIXED, 4, SQL_REAL},
	{0x3C, INFO_FIXED, 8, SQL_MONEY},
	{0x3D, INFO_FIXED, 8, SQL_DATETIME},
	{0x3E, INFO_FIXED, 8, SQL_FLOAT},
	{0x7A, INFO_FIXED, 4, SQL_SMALLMONEY},
	{0x7F, INFO_FIXED, 8, SQL_BIGINT},
	{0x26, INFO_SIZE, 1, SQL_TINYINT},
	{0x26, INFO_SIZE, 2, SQL_SMALLINT},
	{0x26, INFO_SIZE, 4, SQL_INT},
	{0x26, INFO_SIZE, 8, SQL_BIGINT},
	{0x68, INFO_SIZE, 1, SQL_BIT},
	{0x6D, INFO_SIZE, 4, SQL_REAL},
	{0x6D, INFO_SIZE, 8, SQL_FLOAT},
	{0x6E, INFO_SIZE, 4, SQL_SMALLMONEY},
	{0x6E, INFO_SIZE, 8, SQL_MONEY},
	{0x6F, INFO_SIZE, 4, SQL_SMALLDATETIME},
	{0x6F, INFO_SIZE, 8, SQL_DATETIME},
	{0x24, INFO_SIZE, 16, SQL_UNIQUEIDENTIFIER},
	{0x28, INFO_TOKEN, 3, SQL_DATE},
	{0x29, INFO_SCALE, 0, SQL_TIME},
	{0x2A, INFO_SCALE, 0, SQL_DATETIME2},
	{0x2B, INFO_SCALE, 0, SQL_DATETIMEOFFSET},
	{0x6A, INFO_DECIMAL, 0, SQL_DECIMAL},
	{0x6C, INFO_DECIMAL, 0, SQL_DECIMAL},
	{0xAF, INFO_SHORT, 0, SQL_CHAR},
	{0xA7, INFO_SHORT, 0, SQL_VARCHAR},
	{0xEF, INFO_SHORT, 0, SQL_NCHAR},
	{0xE7, INFO_SHORT, 0, SQL_NVARCHAR},
	{0xAD, INFO_SHORT, 0, SQL_BINARY},
	{0xA5, INFO_SHORT, 0, SQL_VARBINARY},
	{0xF1, INFO_XML, 0, SQL_XML},
	{0x23, INFO_LOB, 0, SQL_TEXT},
	{0x63, INFO_LOB, 0, SQL_NTEXT},
	{0x22, INFO_LOB, 0, SQL_IMAGE},
	{0x62, INFO_VARIANT, 0, SQL_VARIANT}
};

#define RULES	(sizeof(rules) / sizeof(rules[0]))

#define TICKS_PER_DAY		INT64_C(864000000000)
#define DATETIME_PER_DAY	(INT64_C(300) * 86400)
#define DATE_LIMIT			3652059 /* day after 9999-12-31 */
#define DATETIME_FIRST_DAY	(-53690)	/* 1753-01-01 */
#define DATETIME_LIMIT		2958464 /* day after 9999-12-31, from 1900 */
#define SHORT_BYTES_MAX		8000
#define OFFSET_MAX			(14 * 60)

/* What the framing yields; a parameter being read. */
typedef struct Incoming
{
	const WireRule *rule;
	Arena	   *arena;
	SqlParameter *parameter;
	Reader		value;			/* the bytes of the value */
	bool		null;
} Incoming;

static bool
is_wide(SqlType type)
{
	return type == SQL_NCHAR || type == SQL_NVARCHAR || type == SQL_NTEXT || type == SQL_XML;
}

static bool
is_text(SqlType type)
{
	return is_wide(type) || type == SQL_CHAR || type == SQL_VARCHAR || type == SQL_TEXT;
}

bool
decode_name(Reader *reader, Arena *arena, size_t units, char *name, size_t size)
{
	const char *bytes = reader_bytes(reader, 2 * units);
	const char *text;
	size_t		length;

	name[0] = '\0';
	if (bytes == NULL)
		return false;
	text = text_from_utf16(arena, bytes, 2 * units, &length);
	if (length >= size)
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return true;
}

static const WireRule *
find_rule(uint8_t token, int size)
{
	size_t		i;

	for (i = 0; i < RULES; i++)
		if (rules[i].token == token && (size < 0 || rules[i].size == size))
			return &rules[i];
	return NULL;
}

/* TYPE_INFO.  False: there is no such type. */
static bool
read_type(Reader *reader, Incoming *in)
{
	TypeSpec   *type = &in->parameter->type;
	uint8_t		token = reader_u8(reader);
	uint32_t	length;
	const char *collation;

	in->rule = find_rule(token, -1);
	if (in->rule != NULL && in->rule->info == INFO_SIZE)
		in->rule = find_rule(token, reader_u8(reader));
	if (in->rule == NULL)
		return false;
	type->type = in->rule->type;
	switch (in->rule->info)
	{
		case INFO_FIXED:
		case INFO_SIZE:
		case INFO_TOKEN:
			break;
		case INFO_SCALE:
			type->scale = reader_u8(reader);
			return type->scale <= 7;
		case INFO_DECIMAL:
			length = reader_u8(reader);
			type->precision = reader_u8(reader);
			type->scale = reader_u8(reader);
			return length <= 17 && type->precision >= 1 && type->precision <= 38 &&
				type->scale <= type->precision;
		case INFO_SHORT:
			length = reader_u16(reader);
			if (length != 0xFFFF && length > SHORT_BYTES_MAX)
				return false;
			if (length == 0xFFFF)
				type->length = LENGTH_MAX;
			else
				type->length = (int32_t) (is_wide(type->type) ? length / 2 : length);
			break;
		case INFO_XML:
			/* a schema: three names that do not matter here */
			if (reader_u8(reader) != 0)
			{
				reader_bytes(reader, 2 * (size_t) reader_u8(reader));
				reader_bytes(reader, 2 * (size_t) reader_u8(reader));
				reader_bytes(reader, 2 * (size_t) reader_u16(reader));
			}
			break;
		case INFO_LOB:
		case INFO_VARIANT:
			reader_u32(reader);
			break;
	}
	if (is_text(type->type) && type->type != SQL_XML)
	{
		collation = reader_bytes(reader, 5);
		if (collation != NULL)
			type->collation = collation_by_tds((const uint8_t *) collation);
	}
	return true;
}

/* Chunks until an empty one; the total that goes before may be unknown. */
static void
read_chunks(Reader *reader, Incoming *in)
{
	uint64_t	total = reader_u64(reader);
	Reader		measure;
	size_t		size = 0;
	uint32_t	chunk;
	char	   *all;

	in->null = total == UINT64_MAX;
	if (in->null || reader->bad)
		return;
	measure = *reader;
	while ((chunk = reader_u32(&measure)) > 0 && !measure.bad)
	{
		reader_bytes(&measure, chunk);
		size += chunk;
	}
	if (measure.bad)
	{
		reader->bad = true;
		return;
	}
	all = arena_alloc(in->arena, size + 1);
	reader_init(&in->value, all, size);
	while ((chunk = reader_u32(reader)) > 0)
	{
		memcpy(all, reader_bytes(reader, chunk), chunk);
		all += chunk;
	}
}

/* The value's frame: NULL, or where its bytes are. */
static void
read_frame(Reader *reader, Incoming *in)
{
	size_t		size = 0;
	const char *bytes;

	switch (in->rule->info)
	{
		case INFO_FIXED:
			size = in->rule->size;
			in->null = size == 0;
			break;
		case INFO_SIZE:
		case INFO_TOKEN:
		case INFO_SCALE:
		case INFO_DECIMAL:
			size = reader_u8(reader);
			in->null = size == 0;
			break;
		case INFO_SHORT:
			if (in->parameter->type.length == LENGTH_MAX)
			{
				read_chunks(reader, in);
				return;
			}
			size = reader_u16(reader);
			in->null = size == 0xFFFF;
			break;
		case INFO_XML:
			read_chunks(reader, in);
			return;
		case INFO_LOB:
			size = reader_u32(reader);
			in->null = size == 0xFFFFFFFF;
			break;
		case INFO_VARIANT:
			size = reader_u32(reader);
			in->null = size == 0;
			break;
	}
	if (in->null)
		return;
	bytes = reader_bytes(reader, size);
	if (bytes != NULL)
		reader_init(&in->value, bytes, size);
}

static bool
read_decimal(Incoming *in)
{
	SqlValue   *value = &in->parameter->value;
	size_t		size;
	unsigned __int128 limit = 1;
	unsigned __int128 magnitude;
	uint64_t	low;
	uint64_t	high = 0;
	int			i;

	value->d.negative = reader_u8(&in->value) == 0;
	size = reader_left(&in->value);
	if (size > 16)
		return false;
	low = reader_number(&in->value, size < 8 ? size : 8);
	if (size > 8)
		high = reader_number(&in->value, size - 8);
	magnitude = (unsigned __int128) high << 64 | low;
	for (i = 0; i < in->parameter->type.precision; i++)
		limit *= 10;
	value->d.magnitude = magnitude;
	if (magnitude == 0)
		value->d.negative = false;
	return magnitude < limit;
}

/* time, datetime2, datetimeoffset, date. */
static bool
read_clock(Incoming *in)
{
	static const int64_t unit[8] = {10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	SqlType		type = in->rule->type;
	SqlValue   *value = &in->parameter->value;
	size_t		tail = (type == SQL_TIME ? 0 : 3) + (type == SQL_DATETIMEOFFSET ? 2 : 0);
	size_t		size = reader_left(&in->value);
	int64_t		ticks = 0;
	int64_t		day = 0;

	if (size < tail || size - tail > 5 || (type == SQL_DATE) != (size == tail))
		return false;
	if (type != SQL_DATE)
	{
		ticks = (int64_t) reader_number(&in->value, size - tail);
		if (ticks >= TICKS_PER_DAY / unit[in->parameter->type.scale])
			return false;
		ticks *= unit[in->parameter->type.scale];
	}
	if (type != SQL_TIME)
		day = (int64_t) reader_number(&in->value, 3);
	if (day >= DATE_LIMIT)
		return false;
	if (type == SQL_DATETIMEOFFSET)
		value->offset = (int16_t) reader_u16(&in->value);
	value->i = type == SQL_DATE ? day : day * TICKS_PER_DAY + ticks;
	return value->offset >= -OFFSET_MAX && value->offset <= OFFSET_MAX;
}

static bool
read_datetime(Incoming *in)
{
	SqlValue   *value = &in->parameter->value;
	int64_t		day;
	int64_t		part;

	if (in->rule->type == SQL_SMALLDATETIME)
	{
		day = reader_u16(&in->value);
		part = reader_u16(&in->value);
		value->i = day * 1440 + part;
		return part < 1440;
	}
	day = (int32_t) reader_u32(&in->value);
	part = reader_u32(&in->value);
	value->i = day * DATETIME_PER_DAY + part;
	return day >= DATETIME_FIRST_DAY && day < DATETIME_LIMIT && part < DATETIME_PER_DAY;
}

static bool
read_text(Incoming *in)
{
	SqlParameter *parameter = in->parameter;
	size_t		size = reader_left(&in->value);
	const char *bytes = reader_bytes(&in->value, size);

	if (is_wide(parameter->type.type))
		parameter->value.p = text_from_utf16(in->arena, bytes, size, &parameter->value.n);
	else if (parameter->type.collation != NULL && parameter->type.collation->utf8)
	{
		parameter->value.p = bytes;
		parameter->value.n = size;
	}
	else
		parameter->value.p = text_from_cp1252(in->arena, bytes, size, &parameter->value.n);
	return !is_wide(parameter->type.type) || size % 2 == 0;
}

static bool
read_float(Incoming *in)
{
	uint32_t	single;
	uint64_t	bits;
	float		number;

	if (in->rule->type == SQL_REAL)
	{
		single = reader_u32(&in->value);
		memcpy(&number, &single, sizeof(number));
		in->parameter->value.f = number;
	}
	else
	{
		bits = reader_u64(&in->value);
		memcpy(&in->parameter->value.f, &bits, sizeof(bits));
	}
	return isfinite(in->parameter->value.f);
}

static bool
read_value(Incoming *in)
{
	SqlValue   *value = &in->parameter->value;
	uint64_t	high;

	if (in->rule->size > 0 && reader_left(&in->value) != in->rule->size)
		return false;
	switch (in->rule->type)
	{
		case SQL_UNTYPED:
			break;
		case SQL_BIT:
			value->i = reader_u8(&in->value) != 0;
			break;
		case SQL_TINYINT:
			value->i = reader_u8(&in->value);
			break;
		case SQL_SMALLINT:
			value->i = (int16_t) reader_u16(&in->value);
			break;
		case SQL_INT:
		case SQL_SMALLMONEY:
			value->i = (int32_t) reader_u32(&in->value);
			break;
		case SQL_BIGINT:
			value->i = (int64_t) reader_u64(&in->value);
			break;
		case SQL_MONEY:
			high = reader_u32(&in->value);
			value->i = (int64_t) (high << 32 | reader_u32(&in->value));
			break;
		case SQL_DECIMAL:
			return read_decimal(in);
		case SQL_REAL:
		case SQL_FLOAT:
			return read_float(in);
		case SQL_SMALLDATETIME:
		case SQL_DATETIME:
			return read_datetime(in);
		case SQL_DATE:
		case SQL_TIME:
		case SQL_DATETIME2:
		case SQL_DATETIMEOFFSET:
			return read_clock(in);
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_XML:
		case SQL_TEXT:
		case SQL_NTEXT:
			return read_text(in);
		case SQL_BINARY:
		case SQL_VARBINARY:
		case SQL_UNIQUEIDENTIFIER:
		case SQL_IMAGE:
		case SQL_VARIANT:
			value->n = reader_left(&in->value);
			value->p = reader_bytes(&in->value, value->n);
			break;
	}
	return true;
}

/* The two errors that SQL Server has for this. */
static bool
fail(SqlMessage *error, int number, int ordinal, const SqlParameter *parameter, const char *what)
{
	memset(error, 0, sizeof(*error));
	error->number = number;
	error->state = 1;
	error->severity = 16;
	error->line = 1;
	snprintf(error->text, sizeof(error->text),
			 "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream "
			 "is incorrect. Parameter %d (\"%s\"): %s", ordinal, parameter->name, what);
	return false;
}

bool
decode_parameter(Reader *reader, Arena *arena, int ordinal, SqlParameter *parameter,
				 SqlMessage *error)
{
	Incoming	in;
	uint8_t		units;
	uint8_t		status;

	memset(parameter, 0, sizeof(*parameter));
	memset(&in, 0, sizeof(in));
	in.arena = arena;
	in.parameter = parameter;
	reader_init(&in.value, "", 0);
	units = reader_u8(reader);
	if (!decode_name(reader, arena, units, parameter->name, sizeof(parameter->name)))
		return fail(error, 8007, ordinal, parameter, "The name is not valid.");
	status = reader_u8(reader);
	parameter->output = (status & 1) != 0;
	parameter->is_default = (status & 2) != 0;
	if (!read_type(reader, &in))
		return fail(error, 8009, ordinal, parameter, "The data type is unknown.");
	read_frame(reader, &in);
	if (reader->bad)
		return fail(error, 8016, ordinal, parameter, "The stream ended unexpectedly.");
	parameter->value.null = in.null || parameter->is_default;
	if (!in.null && (!read_value(&in) || in.value.bad))
		return fail(error, 8023, ordinal, parameter,
					"The supplied value is not a valid instance of its data type. "
					"Check the source data for invalid values.");
	return true;
}
