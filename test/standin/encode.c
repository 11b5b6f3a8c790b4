/*
 * test/standin/encode.c
 *		SQL Server's types and values as they travel in results.
 *
 * One table says how each type looks on the wire; a result picks its writers
 * from it once, so that a row is a loop of indirect calls.  Numbers and dates are
 * written here; what has a length is encode_bytes.c's.
 */
#include <stdio.h>

#include "encode_internal.h"

typedef enum InfoKind
{
	INFO_TOKEN,					/* nothing but the token */
	INFO_SIZE,					/* size of the value */
	INFO_SCALE,
	INFO_DECIMAL,
	INFO_SHORT,					/* u16 maximum, 0xFFFF for (max) */
	INFO_XML,
	INFO_LOB,
	INFO_VARIANT,
	INFO_OBJECT					/* type of the CLR */
} InfoKind;

typedef struct WireRule
{
	uint8_t		token;
	uint8_t		fixed_token;	/* of the form that cannot be NULL; 0 = none */
	uint8_t		size;			/* of a value, where the type fixes it */
	InfoKind	info;
	void		(*write) (Stream *stream, const EncodeColumn *column, const SqlValue *value);
} WireRule;

static void write_integer(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_money(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_decimal(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_real(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_float(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_smalldatetime(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_datetime(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_clock(Stream *stream, const EncodeColumn *column, const SqlValue *value);
static void write_guid(Stream *stream, const EncodeColumn *column, const SqlValue *value);

static const WireRule rules[] = {
	/* NULL without a type is an int, as in SQL Server */
	[SQL_UNTYPED] = {0x26, 0, 4, INFO_SIZE, write_integer},
	[SQL_BIT] = {0x68, 0x32, 1, INFO_SIZE, write_integer},
	[SQL_TINYINT] = {0x26, 0x30, 1, INFO_SIZE, write_integer},
	[SQL_SMALLINT] = {0x26, 0x34, 2, INFO_SIZE, write_integer},
	[SQL_INT] = {0x26, 0x38, 4, INFO_SIZE, write_integer},
	[SQL_BIGINT] = {0x26, 0x7F, 8, INFO_SIZE, write_integer},
	[SQL_SMALLMONEY] = {0x6E, 0x7A, 4, INFO_SIZE, write_integer},
	[SQL_MONEY] = {0x6E, 0x3C, 8, INFO_SIZE, write_money},
	[SQL_DECIMAL] = {0x6A, 0, 0, INFO_DECIMAL, write_decimal},
	[SQL_REAL] = {0x6D, 0x3B, 4, INFO_SIZE, write_real},
	[SQL_FLOAT] = {0x6D, 0x3E, 8, INFO_SIZE, write_float},
	[SQL_SMALLDATETIME] = {0x6F, 0x3A, 4, INFO_SIZE, write_smalldatetime},
	[SQL_DATETIME] = {0x6F, 0x3D, 8, INFO_SIZE, write_datetime},
	[SQL_DATE] = {0x28, 0, 3, INFO_TOKEN, write_clock},
	[SQL_TIME] = {0x29, 0, 0, INFO_SCALE, write_clock},
	[SQL_DATETIME2] = {0x2A, 0, 0, INFO_SCALE, write_clock},
	[SQL_DATETIMEOFFSET] = {0x2B, 0, 0, INFO_SCALE, write_clock},
	[SQL_CHAR] = {0xAF, 0, 0, INFO_SHORT, encode_short},
	[SQL_VARCHAR] = {0xA7, 0, 0, INFO_SHORT, encode_short},
	[SQL_NCHAR] = {0xEF, 0, 0, INFO_SHORT, encode_short},
	[SQL_NVARCHAR] = {0xE7, 0, 0, INFO_SHORT, encode_short},
	[SQL_BINARY] = {0xAD, 0, 0, INFO_SHORT, encode_short},
	[SQL_VARBINARY] = {0xA5, 0, 0, INFO_SHORT, encode_short},
	[SQL_UNIQUEIDENTIFIER] = {0x24, 0, 16, INFO_SIZE, write_guid},
	[SQL_XML] = {0xF1, 0, 0, INFO_XML, encode_chunked},
	[SQL_TEXT] = {0x23, 0, 0, INFO_LOB, encode_lob},
	[SQL_NTEXT] = {0x63, 0, 0, INFO_LOB, encode_lob},
	[SQL_IMAGE] = {0x22, 0, 0, INFO_LOB, encode_lob},
	[SQL_VARIANT] = {0x62, 0, 0, INFO_VARIANT, encode_variant},
	[SQL_GEOMETRY] = {0xF0, 0, 0, INFO_OBJECT, encode_chunked},
	[SQL_GEOGRAPHY] = {0xF0, 0, 0, INFO_OBJECT, encode_chunked},
	[SQL_HIERARCHYID] = {0xF0, 0, 0, INFO_OBJECT, encode_chunked},
	/* to clients that do not know json: nvarchar(max) */
	[SQL_JSON] = {0xE7, 0, 0, INFO_SHORT, encode_chunked}
};

#define SHORT_BYTES_MAX		8000
#define HIERARCHYID_BYTES_MAX	892
#define TICKS_PER_DAY		INT64_C(864000000000)
#define DATETIME_PER_DAY	(INT64_C(300) * 86400)

static bool
has_length(SqlType type)
{
	return rules[type].info == INFO_SHORT;
}

/* What a NULL takes in a row. */
static uint8_t
null_size(const TypeSpec *type)
{
	switch (rules[type->type].info)
	{
		case INFO_SHORT:
			return type->length == LENGTH_MAX ? 8 : 2;
		case INFO_XML:
		case INFO_OBJECT:
			return 8;
		case INFO_VARIANT:
			return 4;
		default:
			return 1;
	}
}

void
encode_prepare(EncodeColumn *column, const TypeSpec *type, bool nullable)
{
	TypeSpec   *own = &column->type;

	*own = *type;
	if (own->precision == 0 || own->precision > 38)
		own->precision = 38;
	if (own->type == SQL_DECIMAL ? own->scale > own->precision : own->scale > 7)
		own->scale = own->type == SQL_DECIMAL ? own->precision : 7;
	if (own->type == SQL_JSON)
		own->length = LENGTH_MAX;
	if (has_length(own->type) && own->length != LENGTH_MAX)
	{
		int32_t		limit = encode_wide(own->type) ? SHORT_BYTES_MAX / 2 : SHORT_BYTES_MAX;

		own->length = own->length < 1 ? 1 : own->length > limit ? limit : own->length;
	}
	if (own->collation == NULL && (encode_wide(own->type) || encode_narrow(own->type)))
		own->collation = collation_default();
	column->fixed = !nullable && rules[own->type].fixed_token != 0;
	column->null_size = null_size(own);
	column->write = rules[own->type].write;
	if (has_length(own->type) && own->length == LENGTH_MAX)
		column->write = encode_chunked;
}

static uint8_t
decimal_size(int precision)
{
	return precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
}

/* Bytes of a time of day. */
static int
clock_size(int scale)
{
	return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

static void
put_collation(Stream *stream, const EncodeColumn *column)
{
	if (column->type.type != SQL_XML && column->type.collation != NULL)
		stream_put(stream, column->type.collation->tds, 5);
}

/* ASCII as UTF-16, after its length in units: one byte, or two. */
static void
put_ascii(Stream *stream, const char *text, size_t length_size)
{
	size_t		length = strlen(text);

	if (length_size == 1)
		stream_put_u8(stream, (uint8_t) length);
	else
		stream_put_u16(stream, (uint16_t) length);
	for (size_t i = 0; i < length; i++)
		stream_put_u16(stream, (uint8_t) text[i]);
}

/* Greatest size, then database, schema, name, and the class that it is. */
static void
put_object_info(Stream *stream, SqlType type)
{
	char		class[160];

	snprintf(class, sizeof(class), "Microsoft.SqlServer.Types.%s, Microsoft.SqlServer.Types, "
			 "Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91",
			 type == SQL_GEOMETRY ? "SqlGeometry" : type == SQL_GEOGRAPHY ? "SqlGeography" : "SqlHierarchyId");
	stream_put_u16(stream, type == SQL_HIERARCHYID ? HIERARCHYID_BYTES_MAX : 0xFFFF);
	put_ascii(stream, "master", 1);
	put_ascii(stream, "sys", 1);
	put_ascii(stream, type_name(type), 1);
	put_ascii(stream, class, 2);
}

void
encode_type_info(Stream *stream, const EncodeColumn *column)
{
	const TypeSpec *type = &column->type;
	const WireRule *rule = &rules[type->type];

	stream_put_u8(stream, column->fixed ? rule->fixed_token : rule->token);
	if (column->fixed)
		return;
	switch (rule->info)
	{
		case INFO_TOKEN:
			break;
		case INFO_SIZE:
			stream_put_u8(stream, rule->size);
			break;
		case INFO_SCALE:
			stream_put_u8(stream, type->scale);
			break;
		case INFO_DECIMAL:
			stream_put_u8(stream, decimal_size(type->precision));
			stream_put_u8(stream, type->precision);
			stream_put_u8(stream, type->scale);
			break;
		case INFO_SHORT:
			stream_put_u16(stream, (uint16_t) (type->length == LENGTH_MAX ? 0xFFFF :
											   encode_wide(type->type) ? 2 * type->length : type->length));
			put_collation(stream, column);
			break;
		case INFO_XML:
			stream_put_u8(stream, 0);
			break;
		case INFO_LOB:
			stream_put_u32(stream, 0x7FFFFFFF);
			put_collation(stream, column);
			break;
		case INFO_VARIANT:
			stream_put_u32(stream, VARIANT_BYTES_MAX);
			break;
		case INFO_OBJECT:
			put_object_info(stream, type->type);
			break;
	}
}

bool
encode_names_table(const EncodeColumn *column)
{
	return rules[column->type.type].info == INFO_LOB;
}

/*
 * Starts a value of size bytes that a length byte precedes, unless the column
 * is of a fixed type.  NULL: the value is, and has been written.
 */
static char *
start_value(Stream *stream, const EncodeColumn *column, const SqlValue *value, size_t size)
{
	char	   *at = stream_reserve(stream, 1 + size);

	if (!column->fixed)
	{
		*at++ = (char) (value->null ? 0 : size);
		stream->used++;
		if (value->null)
			return NULL;
	}
	stream->used += size;
	return at;
}

static void
put_number(char *at, uint64_t number, size_t size)
{
	number = htole64(number);
	memcpy(at, &number, size);
}

static void
write_integer(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	size_t		size = rules[column->type.type].size;
	char	   *at = start_value(stream, column, value, size);

	if (at != NULL)
		put_number(at, (uint64_t) value->i, size);
}

static void
write_money(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 8);

	if (at != NULL)
	{
		put_number(at, (uint64_t) value->i >> 32, 4);
		put_number(at + 4, (uint64_t) value->i & 0xFFFFFFFF, 4);
	}
}

static void
write_decimal(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	size_t		size = decimal_size(column->type.precision);
	char	   *at = start_value(stream, column, value, size);

	if (at != NULL)
	{
		uint64_t	halves[2];

		halves[0] = htole64((uint64_t) value->d.magnitude);
		halves[1] = htole64((uint64_t) (value->d.magnitude >> 64));
		at[0] = value->d.negative ? 0 : 1;
		memcpy(at + 1, halves, size - 1);
	}
}

static void
write_real(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 4);

	if (at != NULL)
	{
		float		number = (float) value->f;
		uint32_t	bits;

		memcpy(&bits, &number, sizeof(bits));
		put_number(at, bits, 4);
	}
}

static void
write_float(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 8);

	if (at != NULL)
	{
		uint64_t	bits;

		memcpy(&bits, &value->f, sizeof(bits));
		put_number(at, bits, 8);
	}
}

static void
write_smalldatetime(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 4);

	if (at != NULL)
	{
		put_number(at, (uint64_t) (value->i / 1440), 2);
		put_number(at + 2, (uint64_t) (value->i % 1440), 2);
	}
}

static void
write_datetime(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 8);

	if (at != NULL)
	{
		int64_t		ticks = value->i % DATETIME_PER_DAY;
		int64_t		days = value->i / DATETIME_PER_DAY;

		if (ticks < 0)
		{
			ticks += DATETIME_PER_DAY;
			days--;
		}
		put_number(at, (uint64_t) days, 4);
		put_number(at + 4, (uint64_t) ticks, 4);
	}
}

/* date, time, datetime2, datetimeoffset: time of day, day, offset, as each has them. */
static void
write_clock(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	static const int64_t unit[8] = {10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	SqlType		type = column->type.type;
	size_t		time_size = type == SQL_DATE ? 0 : clock_size(column->type.scale);
	size_t		day_size = type == SQL_TIME ? 0 : 3;
	size_t		offset_size = type == SQL_DATETIMEOFFSET ? 2 : 0;
	char	   *at = start_value(stream, column, value, time_size + day_size + offset_size);
	int64_t		day = 0;
	int64_t		ticks = value->i;

	if (at == NULL)
		return;
	if (type == SQL_DATE)
		day = value->i;
	else if (type != SQL_TIME)
	{
		day = value->i / TICKS_PER_DAY;
		ticks = value->i % TICKS_PER_DAY;
	}
	if (time_size > 0)
		put_number(at, (uint64_t) (ticks / unit[column->type.scale]), time_size);
	if (day_size > 0)
		put_number(at + time_size, (uint64_t) day, day_size);
	if (offset_size > 0)
		put_number(at + time_size + day_size, (uint16_t) value->offset, offset_size);
}

static void
write_guid(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	char	   *at = start_value(stream, column, value, 16);

	if (at != NULL)
		memcpy(at, value->p, 16);
}
