/*
 * test/standin/variant.c
 *		sql_variant: any short value, with its type packed before it.
 *
 * The bytes are those that travel in a row: base type, size of its properties,
 * properties, value.  Inside the stand-in a variant is nothing but these bytes.
 */
#include <string.h>

#include "convert_internal.h"

/* What the properties hold. */
typedef enum VariantShape
{
	SHAPE_PLAIN,				/* nothing */
	SHAPE_SCALE,				/* 1: scale */
	SHAPE_DECIMAL,				/* 2: precision, scale */
	SHAPE_BINARY,				/* 2: greatest length */
	SHAPE_TEXT					/* 7: collation, greatest length */
} VariantShape;

typedef struct VariantType
{
	SqlType		type;
	uint8_t		code;
	VariantShape shape;
	uint8_t		size;			/* of plain values */
} VariantType;

static const VariantType variant_types[] = {
	{SQL_BIT, 0x32, SHAPE_PLAIN, 1},
	{SQL_TINYINT, 0x30, SHAPE_PLAIN, 1},
	{SQL_SMALLINT, 0x34, SHAPE_PLAIN, 2},
	{SQL_INT, 0x38, SHAPE_PLAIN, 4},
	{SQL_BIGINT, 0x7F, SHAPE_PLAIN, 8},
	{SQL_SMALLMONEY, 0x7A, SHAPE_PLAIN, 4},
	{SQL_MONEY, 0x3C, SHAPE_PLAIN, 8},
	{SQL_REAL, 0x3B, SHAPE_PLAIN, 4},
	{SQL_FLOAT, 0x3E, SHAPE_PLAIN, 8},
	{SQL_SMALLDATETIME, 0x3A, SHAPE_PLAIN, 4},
	{SQL_DATETIME, 0x3D, SHAPE_PLAIN, 8},
	{SQL_DATE, 0x28, SHAPE_PLAIN, 3},
	{SQL_UNIQUEIDENTIFIER, 0x24, SHAPE_PLAIN, 16},
	{SQL_TIME, 0x29, SHAPE_SCALE, 0},
	{SQL_DATETIME2, 0x2A, SHAPE_SCALE, 0},
	{SQL_DATETIMEOFFSET, 0x2B, SHAPE_SCALE, 0},
	{SQL_DECIMAL, 0x6C, SHAPE_DECIMAL, 0},
	{SQL_DECIMAL, 0x6A, SHAPE_DECIMAL, 0},
	{SQL_VARBINARY, 0xA5, SHAPE_BINARY, 0},
	{SQL_BINARY, 0xAD, SHAPE_BINARY, 0},
	{SQL_VARCHAR, 0xA7, SHAPE_TEXT, 0},
	{SQL_CHAR, 0xAF, SHAPE_TEXT, 0},
	{SQL_NVARCHAR, 0xE7, SHAPE_TEXT, 0},
	{SQL_NCHAR, 0xEF, SHAPE_TEXT, 0}
};

#define VARIANT_TYPES	(sizeof(variant_types) / sizeof(variant_types[0]))
#define VARIANT_LARGEST	8000	/* bytes of a value */

static const uint8_t property_sizes[] = {
	[SHAPE_PLAIN] = 0, [SHAPE_SCALE] = 1, [SHAPE_DECIMAL] = 2, [SHAPE_BINARY] = 2, [SHAPE_TEXT] = 7
};

static void
put(char *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (char) (value >> (8 * i));
}

static uint64_t
get(const char *in, size_t size)
{
	uint64_t	value = 0;

	while (size-- > 0)
		value = value << 8 | (uint8_t) in[size];
	return value;
}

static int64_t
get_signed(const char *in, size_t size)
{
	uint64_t	value = get(in, size);
	uint64_t	sign = (uint64_t) 1 << (8 * size - 1);

	return (int64_t) ((value ^ sign) - sign);
}

static size_t
clock_size(int scale)
{
	return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

static int64_t
clock_unit(int scale)
{
	int64_t		unit = 1;

	for (; scale < 7; scale++)
		unit *= 10;
	return unit;
}

/* Values of a fixed form: numbers, dates, uniqueidentifier.  Returns the size. */
static size_t
put_plain(char *out, const SqlValue *value, const VariantType *row)
{
	float		single = (float) value->f;

	switch (row->type)
	{
		case SQL_MONEY:
			put(out, (uint64_t) value->i >> 32, 4);
			put(out + 4, (uint64_t) value->i, 4);
			break;
		case SQL_REAL:
			memcpy(out, &single, sizeof(single));
			break;
		case SQL_FLOAT:
			memcpy(out, &value->f, sizeof(value->f));
			break;
		case SQL_SMALLDATETIME:
			put(out, (uint64_t) (value->i / 1440), 2);
			put(out + 2, (uint64_t) (value->i % 1440), 2);
			break;
		case SQL_DATETIME:
			put(out, (uint64_t) floor_divide(value->i, 86400 * 300), 4);
			put(out + 4, (uint64_t) (value->i - floor_divide(value->i, 86400 * 300) * 86400 * 300), 4);
			break;
		case SQL_UNIQUEIDENTIFIER:
			memcpy(out, value->p, row->size);
			break;
		default:
			put(out, (uint64_t) value->i, row->size);
			break;
	}
	return row->size;
}

static size_t
put_clock(char *out, const SqlValue *value, const TypeSpec *type)
{
	size_t		size = clock_size(type->scale);

	put(out, (uint64_t) (value->i % TICKS_PER_DAY / clock_unit(type->scale)), size);
	if (type->type != SQL_TIME)
	{
		put(out + size, (uint64_t) (value->i / TICKS_PER_DAY), 3);
		size += 3;
	}
	if (type->type == SQL_DATETIMEOFFSET)
	{
		put(out + size, (uint16_t) value->offset, 2);
		size += 2;
	}
	return size;
}

static size_t
put_decimal(char *out, const SqlValue *value, const TypeSpec *type)
{
	size_t		size = type->precision <= 9 ? 4 : type->precision <= 19 ? 8 :
		type->precision <= 28 ? 12 : 16;

	*out = !value->d.negative;
	for (size_t i = 0; i < size; i++)
		out[1 + i] = (char) (uint8_t) (value->d.magnitude >> (8 * i));
	return size + 1;
}

/* The greatest length of the type that the value had. */
static uint64_t
declared_bytes(const TypeSpec *type)
{
	int			bytes = type->length * (type_is_unicode(type->type) ? 2 : 1);

	return bytes > 0 && bytes <= VARIANT_LARGEST ? (uint64_t) bytes : VARIANT_LARGEST;
}

bool
convert_to_variant(Conversion *conversion)
{
	const TypeSpec *from = conversion->from;
	const SqlValue *in = conversion->in;
	const VariantType *row = variant_types;
	const Collation *collation = from->collation != NULL ? from->collation : collation_default();
	const char *bytes = in->p;
	size_t		size = in->n;
	size_t		properties;
	char	   *out;

	while (row < variant_types + VARIANT_TYPES && row->type != from->type)
		row++;
	if (row == variant_types + VARIANT_TYPES || from->length == LENGTH_MAX)
		return convert_fail(conversion, 206, 2,
							"Operand type clash: %s%s is incompatible with sql_variant",
							type_name(from->type), from->length == LENGTH_MAX ? "(max)" : "");
	if (row->shape == SHAPE_TEXT && type_is_unicode(from->type))
		bytes = text_to_utf16(conversion->arena, in->p, in->n, &size);
	else if (row->shape == SHAPE_TEXT && !collation->utf8)
		bytes = text_to_cp1252(conversion->arena, in->p, in->n, &size);
	if (row->shape < SHAPE_BINARY)
		size = 32;
	else if (size > VARIANT_LARGEST)
		return convert_fail(conversion, 2628, 1, "String or binary data would be truncated.");
	properties = property_sizes[row->shape];
	out = arena_alloc(conversion->arena, 2 + properties + size);
	out[0] = (char) row->code;
	out[1] = (char) properties;
	switch (row->shape)
	{
		case SHAPE_PLAIN:
			size = put_plain(out + 2, in, row);
			break;
		case SHAPE_SCALE:
			out[2] = (char) from->scale;
			size = put_clock(out + 3, in, from);
			break;
		case SHAPE_DECIMAL:
			out[2] = (char) from->precision;
			out[3] = (char) from->scale;
			size = put_decimal(out + 4, in, from);
			break;
		case SHAPE_TEXT:
			memcpy(out + 2, collation->tds, sizeof(collation->tds));
			put(out + 7, declared_bytes(from), 2);
			if (size > 0)
				memcpy(out + 9, bytes, size);
			break;
		case SHAPE_BINARY:
			put(out + 2, declared_bytes(from), 2);
			if (size > 0)
				memcpy(out + 4, bytes, size);
			break;
	}
	conversion->out->p = out;
	conversion->out->n = 2 + properties + size;
	return true;
}

static bool
get_plain(const char *in, size_t size, const VariantType *row, SqlValue *value)
{
	float		single;

	if (size != row->size)
		return false;
	switch (row->type)
	{
		case SQL_BIT:
		case SQL_TINYINT:
		case SQL_DATE:
			value->i = (int64_t) get(in, size);
			return row->type != SQL_DATE || value->i < DAY_END;
		case SQL_MONEY:
			value->i = (int64_t) (get(in, 4) << 32 | get(in + 4, 4));
			return true;
		case SQL_REAL:
			memcpy(&single, in, sizeof(single));
			value->f = single;
			return true;
		case SQL_FLOAT:
			memcpy(&value->f, in, sizeof(value->f));
			return true;
		case SQL_SMALLDATETIME:
			value->i = (int64_t) (get(in, 2) * 1440 + get(in + 2, 2));
			return true;
		case SQL_DATETIME:
			value->i = get_signed(in, 4) * 86400 * 300 + (int64_t) get(in + 4, 4);
			return true;
		case SQL_UNIQUEIDENTIFIER:
			value->p = in;
			value->n = size;
			return true;
		default:
			value->i = get_signed(in, size);
			return true;
	}
}

static bool
get_clock(const char *in, size_t size, TypeSpec *type, SqlValue *value)
{
	size_t		time_size = clock_size(type->scale);
	int64_t		day = 0;

	if (type->scale > 7 || size != time_size + (type->type == SQL_TIME ? 0 : 3) +
		(type->type == SQL_DATETIMEOFFSET ? 2 : 0))
		return false;
	value->i = (int64_t) get(in, time_size) * clock_unit(type->scale);
	if (type->type != SQL_TIME)
		day = (int64_t) get(in + time_size, 3);
	if (value->i >= TICKS_PER_DAY || day >= DAY_END)
		return false;
	value->i += day * TICKS_PER_DAY;
	if (type->type == SQL_DATETIMEOFFSET)
		value->offset = (int16_t) get(in + time_size + 3, 2);
	return true;
}

static bool
get_decimal(const char *in, size_t size, SqlValue *value)
{
	if (size < 5 || size > 17)
		return false;
	value->d.negative = *in == 0;
	while (--size > 0)
		value->d.magnitude = value->d.magnitude << 8 | (uint8_t) in[size];
	return true;
}

static bool
get_text(Arena *arena, const char *in, size_t size, TypeSpec *type, SqlValue *value)
{
	value->p = in;
	value->n = size;
	if (type_is_unicode(type->type))
		value->p = text_from_utf16(arena, in, size, &value->n);
	else if (!type->collation->utf8)
		value->p = text_from_cp1252(arena, in, size, &value->n);
	return true;
}

bool
variant_open(Arena *arena, const SqlValue *variant, TypeSpec *type, SqlValue *value)
{
	const VariantType *row = variant_types;
	const char *in = variant->p;
	size_t		properties;
	size_t		size;

	memset(type, 0, sizeof(*type));
	memset(value, 0, sizeof(*value));
	if (variant->n < 2)
		return false;
	while (row < variant_types + VARIANT_TYPES && row->code != (uint8_t) in[0])
		row++;
	if (row == variant_types + VARIANT_TYPES)
		return false;
	properties = property_sizes[row->shape];
	if ((uint8_t) in[1] != properties || variant->n < 2 + properties)
		return false;
	type->type = row->type;
	size = variant->n - 2 - properties;
	in += 2;
	switch (row->shape)
	{
		case SHAPE_PLAIN:
			return get_plain(in, size, row, value);
		case SHAPE_SCALE:
			type->scale = (uint8_t) in[0];
			return get_clock(in + 1, size, type, value);
		case SHAPE_DECIMAL:
			type->precision = (uint8_t) in[0];
			type->scale = (uint8_t) in[1];
			return type->precision <= 38 && type->scale <= type->precision &&
				get_decimal(in + 2, size, value);
		case SHAPE_TEXT:
			type->collation = collation_by_tds((const uint8_t *) in);
			type->length = (int32_t) get(in + 5, 2) / (type_is_unicode(row->type) ? 2 : 1);
			return get_text(arena, in + 7, size, type, value);
		default:
			type->length = (int32_t) get(in, 2);
			value->p = in + 2;
			value->n = size;
			return true;
	}
}
