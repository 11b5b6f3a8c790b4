/*
 * test/standin/parser_type.c
 *		Data types as they are written: names of one or more words, (n), (max), (p, s).
 */
#include "parser_internal.h"

#include <string.h>

typedef struct Synonym
{
	const char *name;
	const char *type;
	int			length;			/* 0 = as said or by default */
} Synonym;

/* Names that type_from_name() does not need to know. */
static const Synonym synonyms[] = {
	{"integer", "int", 0},
	{"dec", "decimal", 0},
	{"numeric", "decimal", 0},
	{"character", "char", 0},
	{"sysname", "nvarchar", 128},
	{"rowversion", "binary", 8},
	{"timestamp", "binary", 8},
};

/* Longer spellings first. */
static const struct
{
	const char *words[3];
	const char *type;
}			phrases[] = {
	{{"NATIONAL", "CHARACTER", "VARYING"}, "nvarchar"},
	{{"NATIONAL", "CHAR", "VARYING"}, "nvarchar"},
	{{"NATIONAL", "CHARACTER"}, "nchar"},
	{{"NATIONAL", "CHAR"}, "nchar"},
	{{"NATIONAL", "TEXT"}, "ntext"},
	{{"CHARACTER", "VARYING"}, "varchar"},
	{{"CHAR", "VARYING"}, "varchar"},
	{{"BINARY", "VARYING"}, "varbinary"},
	{{"DOUBLE", "PRECISION"}, "float"},
};

typedef enum Attributes
{
	ATTRIBUTES_NONE,
	ATTRIBUTES_LENGTH,
	ATTRIBUTES_DECIMAL,
	ATTRIBUTES_FLOAT,
	ATTRIBUTES_FRACTION			/* digits of seconds */
} Attributes;

static Attributes
attributes_of(SqlType type)
{
	switch (type)
	{
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_BINARY:
		case SQL_VARBINARY:
			return ATTRIBUTES_LENGTH;
		case SQL_DECIMAL:
			return ATTRIBUTES_DECIMAL;
		case SQL_FLOAT:
			return ATTRIBUTES_FLOAT;
		case SQL_TIME:
		case SQL_DATETIME2:
		case SQL_DATETIMEOFFSET:
			return ATTRIBUTES_FRACTION;
		default:
			return ATTRIBUTES_NONE;
	}
}

/* A type of several words; NULL when none is here. */
static const char *
accept_phrase(Parser *p)
{
	size_t		i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
	{
		int			count = 0;

		while (count < 3 && phrases[i].words[count] != NULL &&
			   at_word_after(p, count, phrases[i].words[count]))
			count++;
		if (count == 3 || phrases[i].words[count] == NULL)
		{
			while (count-- > 0)
				take(p);
			return phrases[i].type;
		}
	}
	return NULL;
}

static int32_t
parse_length(Parser *p, const DataType *type)
{
	bool		variable = type->spec.type == SQL_VARCHAR || type->spec.type == SQL_NVARCHAR ||
		type->spec.type == SQL_VARBINARY;
	bool		national = type->spec.type == SQL_NCHAR || type->spec.type == SQL_NVARCHAR;
	int			line = peek(p)->span.line;
	int64_t		length;

	if (variable && accept_word(p, "MAX"))
		return LENGTH_MAX;
	length = expect_integer(p, 0, INT32_MAX);
	if (length == 0)
		parse_error(p, 1001, line, "Line %d: Length or precision specification 0 is invalid.",
					line);
	if (length > 8000)
		parse_error(p, 131, line, "The size (%d) given to the type '%s' exceeds the maximum "
					"allowed for any data type (8000).", (int) length, type->name);
	if (national && length > 4000)
		parse_error(p, 2717, line, "The size (%d) given to the type '%s' exceeds the maximum "
					"allowed (4000).", (int) length, type->name);
	return (int32_t) length;
}

static int
parse_precision(Parser *p, int low, int high)
{
	int			line = peek(p)->span.line;
	int			precision = (int) expect_integer(p, 0, INT32_MAX);

	if (precision < low || precision > high)
		parse_error(p, 1001, line, "Line %d: Length or precision specification %d is invalid.",
					line, precision);
	return precision;
}

static int
parse_scale(Parser *p, int high)
{
	int			line = peek(p)->span.line;
	int			scale = (int) expect_integer(p, 0, INT32_MAX);

	if (scale > high)
		parse_error(p, 1002, line, "Line %d: Specified scale %d is invalid.", line, scale);
	return scale;
}

/* What stands in the parentheses, which are open. */
static void
parse_attributes(Parser *p, DataType *type, bool in_cast)
{
	TypeSpec   *spec = &type->spec;

	switch (attributes_of(spec->type))
	{
		case ATTRIBUTES_LENGTH:
			spec->length = parse_length(p, type);
			break;
		case ATTRIBUTES_DECIMAL:
			spec->precision = (uint8_t) parse_precision(p, 1, 38);
			if (accept_symbol(p, ','))
				spec->scale = (uint8_t) parse_scale(p, spec->precision);
			break;
		case ATTRIBUTES_FLOAT:
			if (parse_precision(p, 1, 53) <= 24)
				spec->type = SQL_REAL;
			break;
		case ATTRIBUTES_FRACTION:
			spec->scale = (uint8_t) parse_scale(p, 7);
			break;
		case ATTRIBUTES_NONE:
			if (in_cast)
				parse_error(p, 291, type->span.line,
							"CAST or CONVERT: invalid attributes specified for type '%s'",
							type->name);
			parse_error(p, 2716, type->span.line,
						"Column, parameter, or variable #1: Cannot specify a column width on data "
						"type %s.", type->name);
	}
}

static void
set_defaults(TypeSpec *spec, bool in_cast)
{
	switch (attributes_of(spec->type))
	{
		case ATTRIBUTES_LENGTH:
			spec->length = in_cast ? 30 : 1;
			break;
		case ATTRIBUTES_DECIMAL:
			spec->precision = 18;
			break;
		case ATTRIBUTES_FRACTION:
			spec->scale = 7;
			break;
		default:
			break;
	}
}

DataType
parse_data_type(Parser *p, bool in_cast)
{
	DataType	type = {.span = span_start(p)};
	const char *base = accept_phrase(p);
	int			length = 0;
	size_t		i;

	if (base != NULL)
		type.name = base;
	else
	{
		ObjectName	name = parse_object_name(p);

		base = type.name = name.object;
		if (name.database != NULL || (name.schema != NULL && !name_equal(name.schema, "sys")))
			base = "";
	}
	type.rowversion = name_equal(base, "rowversion") || name_equal(base, "timestamp");
	for (i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
	{
		if (name_equal(base, synonyms[i].name))
		{
			base = synonyms[i].type;
			length = synonyms[i].length;
			break;
		}
	}

	type.known = type_from_name(base, &type.spec.type);
	if (!type.known)
		type.spec.type = SQL_UNTYPED;
	set_defaults(&type.spec, in_cast);
	if (length > 0)
		type.spec.length = length;
	else if (type.known && accept_symbol(p, '('))
	{
		parse_attributes(p, &type, in_cast);
		expect_symbol(p, ')');
	}
	span_end(p, &type.span);
	return type;
}
