/*
 * test/unit/standin_cast.h
 *		For tests of the stand-in's conversions: CAST with types and values as text.
 *
 * cast() takes its value as text, makes it a value of the source type, converts
 * it, and gives the result as text again ("NULL", or "error 245" with the message
 * kept in cast_error).  What text a value has is tested on its own.
 */
#ifndef STANDIN_CAST_H
#define STANDIN_CAST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "tap.h"

static Arena *cast_arena;
static SqlMessage cast_error;

/* "decimal(10,2)", "varchar(max)", "datetime2(3)", "int" */
static TypeSpec
type_of(const char *text)
{
	TypeSpec	type = {.type = SQL_UNTYPED};
	char		name[32];
	size_t		size = strcspn(text, "(");
	const char *open = strchr(text, '(');
	int			first = 0;
	int			second = 0;

	snprintf(name, sizeof(name), "%.*s", (int) size, text);
	if (!type_from_name(name, &type.type))
		ok(false, "%s is a type", name);
	if (open != NULL && strcmp(open, "(max)") != 0)
		(void) sscanf(open, "(%d,%d)", &first, &second);
	else
		first = open != NULL ? LENGTH_MAX : 30;
	type.length = first;
	if (type.type == SQL_DECIMAL)
	{
		type.precision = open != NULL ? (uint8_t) first : 18;
		type.scale = (uint8_t) second;
	}
	else
		type.scale = open != NULL ? (uint8_t) first : 7;
	type.collation = collation_default();
	return type;
}

static const char *
cast_failed(void)
{
	char		text[32];

	snprintf(text, sizeof(text), "error %d", cast_error.number);
	return arena_copy(cast_arena, text, strlen(text));
}

/* A value of the type from its text. */
static bool
value_of(const char *text, const TypeSpec *type, SqlValue *value)
{
	TypeSpec	source = type_of("nvarchar(max)");
	SqlValue	in = {.p = text, .n = strlen(text)};
	int			style = type->type == SQL_BINARY || type->type == SQL_VARBINARY ? 1 : 0;

	if (strcmp(text, "NULL") == 0)
	{
		memset(value, 0, sizeof(*value));
		value->null = true;
		return true;
	}
	return convert_value(&in, &source, type, style, true, cast_arena, value, &cast_error);
}

static const char *
text_of(const SqlValue *value, const TypeSpec *type)
{
	TypeSpec	target = type_of("nvarchar(max)");
	SqlValue	out;
	int			style = 0;

	if (value->null)
		return "NULL";
	if (type->type == SQL_BINARY || type->type == SQL_VARBINARY)
		style = 1;
	else if (type->type == SQL_DATETIME || type->type == SQL_SMALLDATETIME)
		style = 121;
	else if (type->type == SQL_MONEY || type->type == SQL_SMALLMONEY)
		style = 2;
	if (!convert_value(value, type, &target, style, true, cast_arena, &out, &cast_error))
		return cast_failed();
	return arena_copy(cast_arena, out.p, out.n);
}

__attribute__((unused)) static const char *
convert(const char *text, const char *from, const char *to, int style, bool explicit_cast)
{
	TypeSpec	source = type_of(from);
	TypeSpec	target = type_of(to);
	SqlValue	in;
	SqlValue	out;

	if (!value_of(text, &source, &in))
		return "bad test";
	if (!convert_value(&in, &source, &target, style, explicit_cast, cast_arena, &out, &cast_error))
		return cast_failed();
	return text_of(&out, &target);
}

typedef struct CastCase
{
	const char *text;
	const char *from;
	const char *to;
	const char *result;
} CastCase;

__attribute__((unused)) static void
test_casts(const CastCase *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		const char *result = convert(cases[i].text, cases[i].from, cases[i].to, 0, true);

		ok(strcmp(result, cases[i].result) == 0, "CAST('%s' %s AS %s) is '%s'%s%s",
		   cases[i].text, cases[i].from, cases[i].to, result,
		   strcmp(result, cases[i].result) == 0 ? "" : ", expected ",
		   strcmp(result, cases[i].result) == 0 ? "" : cases[i].result);
	}
}

#define TEST_CASTS(cases)	test_casts(cases, sizeof(cases) / sizeof(cases[0]))

#endif
