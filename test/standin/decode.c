/*
 * test/standin/decode.c
 *		TYPE_INFO and the framing of values that clients send.
 *
 * One table says how each token's type is described and its value framed.  The
 * framing is read first and yields bytes or NULL; what the bytes mean is
 * decode_value.c's.  Parameters and rows of a bulk load differ in one thing:
 * text, ntext and image have a text pointer before them in a row.
 */
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

struct DecodeRule
{
	uint8_t		token;
	InfoKind	info;
	uint8_t		size;			/* of a fixed value, or of this member of a family */
	SqlType		type;
};

/* Members of a family follow each other. */
static const DecodeRule rules[] = {
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

#define SHORT_BYTES_MAX		8000
#define TIMESTAMP_SIZE		8	/* after a text pointer */

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

static const DecodeRule *
find_rule(uint8_t token, int size)
{
	size_t		i;

	for (i = 0; i < RULES; i++)
		if (rules[i].token == token && (size < 0 || rules[i].size == size))
			return &rules[i];
	return NULL;
}

bool
decode_type(Reader *reader, DecodeType *decode)
{
	TypeSpec   *type = &decode->type;
	uint8_t		token = reader_u8(reader);
	uint32_t	length;
	const char *collation;

	memset(type, 0, sizeof(*type));
	decode->rule = find_rule(token, -1);
	if (decode->rule != NULL && decode->rule->info == INFO_SIZE)
		decode->rule = find_rule(token, reader_u8(reader));
	if (decode->rule == NULL)
		return false;
	type->type = decode->rule->type;
	switch (decode->rule->info)
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
static bool
read_chunks(Reader *reader, Arena *arena, Reader *value)
{
	uint64_t	total = reader_u64(reader);
	Reader		measure;
	size_t		size = 0;
	uint32_t	chunk;
	char	   *all;

	if (total == UINT64_MAX || reader->bad)
		return false;
	measure = *reader;
	while ((chunk = reader_u32(&measure)) > 0 && !measure.bad)
	{
		reader_bytes(&measure, chunk);
		size += chunk;
	}
	if (measure.bad)
	{
		reader->bad = true;
		return false;
	}
	all = arena_alloc(arena, size + 1);
	reader_init(value, all, size);
	while ((chunk = reader_u32(reader)) > 0)
	{
		memcpy(all, reader_bytes(reader, chunk), chunk);
		all += chunk;
	}
	return true;
}

/* The size of a value that is not in chunks; false: NULL. */
static bool
read_size(Reader *reader, const DecodeType *type, bool in_row, size_t *size)
{
	switch (type->rule->info)
	{
		case INFO_FIXED:
			*size = type->rule->size;
			return *size > 0;
		case INFO_SHORT:
			*size = reader_u16(reader);
			return *size != 0xFFFF;
		case INFO_LOB:
			if (in_row)
			{
				size_t		pointer = reader_u8(reader);

				if (pointer == 0)
					return false;
				reader_bytes(reader, pointer + TIMESTAMP_SIZE);
			}
			*size = reader_u32(reader);
			return *size != 0xFFFFFFFF;
		case INFO_VARIANT:
			*size = reader_u32(reader);
			return *size > 0;
		default:
			*size = reader_u8(reader);
			return *size > 0;
	}
}

bool
decode_frame(Reader *reader, Arena *arena, const DecodeType *type, bool in_row, Reader *value)
{
	const char *bytes;
	size_t		size;

	reader_init(value, "", 0);
	if (type->rule->info == INFO_XML ||
		(type->rule->info == INFO_SHORT && type->type.length == LENGTH_MAX))
		return read_chunks(reader, arena, value);
	if (!read_size(reader, type, in_row, &size))
		return false;
	bytes = reader_bytes(reader, size);
	if (bytes != NULL)
		reader_init(value, bytes, size);
	return bytes != NULL;
}

bool
decode_fits(const DecodeType *type, size_t size)
{
	const DecodeRule *rule = type->rule;

	switch (rule->info)
	{
		case INFO_FIXED:
		case INFO_SIZE:
		case INFO_TOKEN:
			return size == rule->size;
		case INFO_SCALE:
			return size >= 3 && size <= 10;
		case INFO_DECIMAL:
			return size >= 2 && size <= 17;
		case INFO_SHORT:
			return type->type.length == LENGTH_MAX ||
				size <= (size_t) type->type.length * (is_wide(type->type.type) ? 2 : 1);
		default:
			return true;
	}
}

/* The errors that SQL Server has for this. */
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
	DecodeType	type;
	Reader		value;
	uint8_t		units;
	uint8_t		status;
	bool		given;

	memset(parameter, 0, sizeof(*parameter));
	units = reader_u8(reader);
	if (!decode_name(reader, arena, units, parameter->name, sizeof(parameter->name)))
		return fail(error, 8007, ordinal, parameter, "The name is not valid.");
	status = reader_u8(reader);
	parameter->output = (status & 1) != 0;
	parameter->is_default = (status & 2) != 0;
	if (!decode_type(reader, &type))
		return fail(error, 8009, ordinal, parameter, "The data type is unknown.");
	parameter->type = type.type;
	given = decode_frame(reader, arena, &type, false, &value);
	if (reader->bad)
		return fail(error, 8016, ordinal, parameter, "The stream ended unexpectedly.");
	parameter->value.null = !given || parameter->is_default;
	if (given && !decode_fits(&type, reader_left(&value)))
		return fail(error, 8016, ordinal, parameter,
					"The data type has an invalid data length or metadata length.");
	if (given && !decode_value(&type.type, &value, arena, &parameter->value))
		return fail(error, 8023, ordinal, parameter,
					"The supplied value is not a valid instance of its data type. "
					"Check the source data for invalid values.");
	return true;
}
