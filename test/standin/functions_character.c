/*
 * functions_character.c
 *		Characters and their numbers, quoted names, numbers as text.
 */
#include <stdio.h>
#include <string.h>

#include "functions.h"

/* STR(number, length, decimals): right aligned, asterisks when it does not fit. */
static bool
fn_str(Call *call, const SqlValue *a, SqlValue *out)
{
	int			length = call->plan->count > 1 ? (int) (a[1].i < 0 ? 0 : a[1].i > 8000 ? 8000 : a[1].i) : 10;
	int			decimals = call->plan->count > 2 ? (int) (a[2].i < 0 ? 0 : a[2].i > 16 ? 16 : a[2].i) : 0;
	char		number[400];
	char	   *text = arena_alloc(call->arena, (size_t) length + 1);
	int			size = snprintf(number, sizeof(number), "%.*f", decimals, a[0].f);
	int			whole = (int) (strchr(number, '.') != NULL ? strchr(number, '.') - number : size);

	if (size > length && whole <= length)
	{
		decimals = length - whole - 1 > 0 ? length - whole - 1 : 0;
		size = snprintf(number, sizeof(number), "%.*f", decimals, a[0].f);
	}
	memset(text, size > length ? '*' : ' ', (size_t) length);
	if (size <= length)
		memcpy(text + length - size, number, (size_t) size);
	out->p = text;
	out->n = (size_t) length;
	return true;
}

static bool
fn_ascii(Call *call, const SqlValue *a, SqlValue *out)
{
	size_t		size;
	char	   *bytes = text_to_cp1252(call->arena, a[0].p, a[0].n, &size);

	out->null = size == 0;
	out->i = size > 0 ? (uint8_t) bytes[0] : 0;
	return true;
}

static bool
fn_unicode(Call *call, const SqlValue *a, SqlValue *out)
{
	size_t		size;
	char	   *units = text_to_utf16(call->arena, a[0].p, a[0].n, &size);

	out->null = size < 2;
	out->i = size < 2 ? 0 : (uint8_t) units[0] | (uint8_t) units[1] << 8;
	return true;
}

static bool
fn_char(Call *call, const SqlValue *a, SqlValue *out)
{
	char		byte = (char) a[0].i;

	out->null = a[0].i < 0 || a[0].i > 255;
	if (!out->null)
		out->p = text_from_cp1252(call->arena, &byte, 1, &out->n);
	return true;
}

static bool
fn_nchar(Call *call, const SqlValue *a, SqlValue *out)
{
	char		units[2] = {(char) (a[0].i & 0xFF), (char) (a[0].i >> 8 & 0xFF)};

	out->null = a[0].i < 0 || a[0].i > 65535;
	if (!out->null)
		out->p = text_from_utf16(call->arena, units, 2, &out->n);
	return true;
}

static bool
fn_quotename(Call *call, const SqlValue *a, SqlValue *out)
{
	char		open = call->plan->count > 1 && a[1].n > 0 ? a[1].p[0] : '[';
	char		close = open == '[' || open == ']' ? ']' : open == '(' ? ')' : open == '{' ? '}' : open == '<' ? '>' : open;
	char	   *text = arena_alloc(call->arena, a[0].n * 2 + 3);
	size_t		used = 0;

	out->null = text_utf16_units(a[0].p, a[0].n) > 128;
	text[used++] = open == ']' ? '[' : open;
	for (size_t i = 0; i < a[0].n; i++)
	{
		if (a[0].p[i] == close)
			text[used++] = close;
		text[used++] = a[0].p[i];
	}
	text[used++] = close;
	out->p = text;
	out->n = used;
	return true;
}

static bool
type_of_char(Session *session, Expr *expr)
{
	expr->type = type_text(name_equal(expr->text, "NCHAR") ? SQL_NCHAR : SQL_CHAR, 1, session->collation);
	return true;
}

static bool
type_of_quoted(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_NVARCHAR, 258, session->collation);
	return true;
}

const Function character_functions[] = {
	{"STR", FUNCTION_SCALAR, 1, 3, "fii", type_of_varchar, fn_str, 0, NULL},
	{"ASCII", FUNCTION_SCALAR, 1, 1, "s", type_of_int, fn_ascii, 0, NULL},
	{"UNICODE", FUNCTION_SCALAR, 1, 1, "s", type_of_int, fn_unicode, 0, NULL},
	{"CHAR", FUNCTION_SCALAR, 1, 1, "i", type_of_char, fn_char, 0, NULL},
	{"NCHAR", FUNCTION_SCALAR, 1, 1, "i", type_of_char, fn_nchar, 0, NULL},
	{"QUOTENAME", FUNCTION_SCALAR, 1, 2, "s", type_of_quoted, fn_quotename, 0, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
