/*
 * functions_text.c
 *		String functions.
 *
 * Positions and lengths count UTF-16 units, as SQL Server does; texts are UTF-8
 * here, so a position is first turned into an offset in bytes.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collate.h"
#include "decimal.h"
#include "functions.h"
#include "object.h"
#include "unicode.h"

/* Bytes of the first units UTF-16 units; all when there are fewer. */
static size_t
offset_of(const char *text, size_t size, int64_t units)
{
	size_t		at = 0;

	while (at < size && units > 0)
	{
		uint8_t		lead = (uint8_t) text[at];
		size_t		length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

		units -= length == 4 ? 2 : 1;
		at += length;
	}
	return at < size ? at : size;
}

/* Characters as the collation counts them: a pair is one under _SC and UTF-8, else two. */
static int64_t
characters_of(const TypeSpec *type, const char *text, size_t size)
{
	const char *end = text + size;
	int64_t		count = 0;

	if (utf8_is_ascii(text, size))
		return (int64_t) size;
	if (type->collation == NULL || !collation_has_pairs(type->collation))
		return (int64_t) text_utf16_units(text, size);
	for (; text < end; count++)
		utf8_next(&text, end);
	return count;
}

/* count characters of a text after the first skip; half a pair may be what is left of one. */
static void
take_characters(Call *call, const SqlValue *text, int64_t skip, int64_t count, SqlValue *out)
{
	const TypeSpec *type = &call->plan->types[0];
	bool		pairs = type->collation != NULL && collation_has_pairs(type->collation);
	const char *at = text->p;
	const char *end = at + text->n;
	char	   *taken = arena_alloc(call->arena, text->n + 8);
	size_t		used = 0;

	for (int64_t place = -skip; at < end && place < count; place++)
	{
		uint32_t	code = utf8_next(&at, end);

		if (code < 0x10000 || pairs)
		{
			if (place >= 0)
				used += utf8_put(code, taken + used);
			continue;
		}
		code -= 0x10000;
		if (place >= 0 && place + 1 < count)
			used += utf8_put(code + 0x10000, taken + used);
		else if (place >= 0)
			used += utf8_put(0xD800 + (code >> 10), taken + used);
		else if (place == -1)
			used += utf8_put(0xDC00 + (code & 0x3FF), taken + used);
		place++;
	}
	out->p = taken;
	out->n = used;
}

static size_t
trimmed(const char *text, size_t size)
{
	while (size > 0 && text[size - 1] == ' ')
		size--;
	return size;
}

static void
give(SqlValue *out, const char *text, size_t size)
{
	out->p = text;
	out->n = size;
}

static bool
fn_len(Call *call, const SqlValue *a, SqlValue *out)
{
	const TypeSpec *type = &call->plan->types[0];
	size_t		size = trimmed(a[0].p, a[0].n);

	if (type_is_binary(type->type))
		out->i = (int64_t) a[0].n;
	else
		out->i = characters_of(type, a[0].p, size);
	return true;
}

static int64_t
storage_size(Call *call, const TypeSpec *type, const SqlValue *value)
{
	size_t		size;
	TypeSpec	inner_type;
	SqlValue	inner;

	switch (type->type)
	{
		case SQL_BIT:
		case SQL_TINYINT:
			return 1;
		case SQL_SMALLINT:
			return 2;
		case SQL_INT:
		case SQL_REAL:
		case SQL_SMALLMONEY:
		case SQL_SMALLDATETIME:
			return 4;
		case SQL_BIGINT:
		case SQL_FLOAT:
		case SQL_MONEY:
		case SQL_DATETIME:
			return 8;
		case SQL_DATE:
			return 3;
		case SQL_TIME:
			return type->scale <= 2 ? 3 : type->scale <= 4 ? 4 : 5;
		case SQL_DATETIME2:
			return type->scale <= 2 ? 6 : type->scale <= 4 ? 7 : 8;
		case SQL_DATETIMEOFFSET:
			return type->scale <= 2 ? 8 : type->scale <= 4 ? 9 : 10;
		case SQL_DECIMAL:
			return type->precision <= 9 ? 5 : type->precision <= 19 ? 9 : type->precision <= 28 ? 13 : 17;
		case SQL_UNIQUEIDENTIFIER:
			return 16;
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_NTEXT:
		case SQL_XML:
			return (int64_t) text_utf16_units(value->p, value->n) * 2;
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_TEXT:
			if (type->collation != NULL && type->collation->utf8)
				return (int64_t) value->n;
			text_to_cp1252(call->arena, value->p, value->n, &size);
			return (int64_t) size;
		case SQL_VARIANT:
			return variant_open(call->arena, value, &inner_type, &inner) ?
				storage_size(call, &inner_type, &inner) : 0;
		default:
			return (int64_t) value->n;
	}
}

static bool
fn_datalength(Call *call, const SqlValue *a, SqlValue *out)
{
	out->i = storage_size(call, &call->plan->types[0], &a[0]);
	return true;
}

static bool
bad_length(Call *call, const char *function)
{
	message_set(call->error, strcmp(function, "right") == 0 ? 536 : 537, -1, function);
	return false;
}

static bool
fn_substring(Call *call, const SqlValue *a, SqlValue *out)
{
	int64_t		start = a[1].i;
	int64_t		length = a[2].i;
	size_t		from;
	size_t		to;

	if (length < 0)
		return bad_length(call, "substring");
	if (start < 1)
	{
		length = start > INT32_MIN && length + start - 1 > 0 ? length + start - 1 : 0;
		start = 1;
	}
	if (type_is_binary(call->plan->types[0].type))
	{
		from = (uint64_t) (start - 1) < a[0].n ? (size_t) (start - 1) : a[0].n;
		to = (uint64_t) length < a[0].n - from ? from + (size_t) length : a[0].n;
	}
	else
	{
		take_characters(call, &a[0], start - 1, length, out);
		return true;
	}
	give(out, a[0].p + from, to - from);
	return true;
}

static bool
fn_left(Call *call, const SqlValue *a, SqlValue *out)
{
	if (a[1].i < 0)
		return bad_length(call, "left");
	take_characters(call, &a[0], 0, a[1].i, out);
	return true;
}

static bool
fn_right(Call *call, const SqlValue *a, SqlValue *out)
{
	int64_t		count = characters_of(&call->plan->types[0], a[0].p, a[0].n);

	if (a[1].i < 0)
		return bad_length(call, "right");
	take_characters(call, &a[0], a[1].i >= count ? 0 : count - a[1].i, count, out);
	return true;
}

static bool
change_case(Call *call, const SqlValue *text, uint32_t (*change) (uint32_t code), SqlValue *out)
{
	const char *at = text->p;
	const char *end = text->p + text->n;
	char	   *changed = arena_alloc(call->arena, text->n * 4 + 4);
	size_t		used = 0;

	while (at < end)
		used += utf8_put(change(utf8_next(&at, end)), changed + used);
	give(out, changed, used);
	return true;
}

static bool
fn_upper(Call *call, const SqlValue *a, SqlValue *out)
{
	return change_case(call, &a[0], unicode_upper, out);
}

static bool
fn_lower(Call *call, const SqlValue *a, SqlValue *out)
{
	return change_case(call, &a[0], unicode_lower, out);
}

static bool
fn_ltrim(Call *call, const SqlValue *a, SqlValue *out)
{
	size_t		at = 0;

	(void) call;
	while (at < a[0].n && a[0].p[at] == ' ')
		at++;
	give(out, a[0].p + at, a[0].n - at);
	return true;
}

static bool
fn_rtrim(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) call;
	give(out, a[0].p, trimmed(a[0].p, a[0].n));
	return true;
}

static bool
fn_trim(Call *call, const SqlValue *a, SqlValue *out)
{
	SqlValue	left;

	fn_ltrim(call, a, &left);
	give(out, left.p, trimmed(left.p, left.n));
	return true;
}

static size_t
character_size(const char *text, size_t left)
{
	uint8_t		lead = (uint8_t) *text;
	size_t		length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	return length < left ? length : left;
}

/*
 * Where needle begins in text under the collation, from byte at on; the match
 * may be of other bytes, so its end is found, too.
 */
static bool
find_text(const Collation *collation, const char *text, size_t size, const char *needle, size_t needle_size,
		  size_t at, size_t *end)
{
	int64_t		units = (int64_t) text_utf16_units(needle, needle_size);
	size_t		stop = at + offset_of(text + at, size - at, units);

	if (needle_size == 0 || (int64_t) text_utf16_units(text + at, stop - at) != units)
		return false;
	if (stop > at && needle[needle_size - 1] != ' ' && text[stop - 1] == ' ')
		return false;
	if (stop > at && needle[needle_size - 1] == ' ' && text[stop - 1] != ' ')
		return false;
	*end = stop;
	return collation_compare(collation, text + at, stop - at, needle, needle_size) == 0;
}

static const Collation *
collation_of(const TypeSpec *type)
{
	return type->collation != NULL ? type->collation : collation_default();
}

static bool
fn_replace(Call *call, const SqlValue *a, SqlValue *out)
{
	const Collation *collation = collation_of(&call->plan->types[0]);
	size_t		capacity = a[0].n + (a[1].n > 0 ? a[0].n * a[2].n : 0) + 1;
	char	   *text;
	size_t		used = 0;
	size_t		at = 0;
	size_t		end;

	if (capacity > (size_t) 64 * 1024 * 1024)
		capacity = (size_t) 64 * 1024 * 1024;
	text = arena_alloc(call->arena, capacity);
	while (at < a[0].n)
	{
		const char *piece = a[0].p + at;
		size_t		size = character_size(piece, a[0].n - at);

		if (find_text(collation, a[0].p, a[0].n, a[1].p, a[1].n, at, &end))
		{
			piece = a[2].p;
			size = a[2].n;
			at = end;
		}
		else
			at += size;
		if (used + size > capacity)
			break;
		memcpy(text + used, piece, size);
		used += size;
	}
	give(out, text, used);
	return true;
}

static bool
fn_charindex(Call *call, const SqlValue *a, SqlValue *out)
{
	const Collation *collation = collation_of(&call->plan->types[1]);
	int64_t		start = call->plan->count > 2 && a[2].i > 1 ? a[2].i : 1;
	size_t		at = offset_of(a[1].p, a[1].n, start - 1);
	size_t		end;

	out->i = 0;
	while (at < a[1].n)
	{
		if (find_text(collation, a[1].p, a[1].n, a[0].p, a[0].n, at, &end))
		{
			out->i = (int64_t) text_utf16_units(a[1].p, at) + 1;
			return true;
		}
		at += character_size(a[1].p + at, a[1].n - at);
	}
	return true;
}

static bool
fn_stuff(Call *call, const SqlValue *a, SqlValue *out)
{
	int64_t		units;
	size_t		from;
	size_t		to;
	char	   *text;

	out->null = a[0].null || a[1].null || a[2].null;
	if (out->null)
		return true;
	units = (int64_t) text_utf16_units(a[0].p, a[0].n);
	if (a[1].i < 1 || a[1].i > units || a[2].i < 0)
	{
		out->null = true;
		return true;
	}
	from = offset_of(a[0].p, a[0].n, a[1].i - 1);
	to = from + offset_of(a[0].p + from, a[0].n - from, a[2].i);
	text = arena_alloc(call->arena, a[0].n + a[3].n + 1);
	memcpy(text, a[0].p, from);
	if (!a[3].null)
	{
		memcpy(text + from, a[3].p, a[3].n);
		from += a[3].n;
	}
	memcpy(text + from, a[0].p + to, a[0].n - to);
	give(out, text, from + a[0].n - to);
	return true;
}

/* Without (max) the result ends after 8,000 bytes as the server has them, wherever that is. */
static bool
repeat(Call *call, const char *text, size_t size, int64_t times, SqlValue *out)
{
	const TypeSpec *type = &call->plan->result;
	bool		wide = type_is_unicode(type->type);
	size_t		units = text_utf16_units(text, size);
	size_t		limit = type->length == LENGTH_MAX ? 32 * 1024 * 1024 : wide ? 4000 : 8000;
	char	   *bytes;

	out->null = times < 0;
	if (out->null)
		return true;
	if (units > 0 && (uint64_t) times > limit / units + 1)
		times = (int64_t) (limit / units + 1);
	bytes = arena_alloc(call->arena, size * (size_t) times + 1);
	for (int64_t i = 0; i < times; i++)
		memcpy(bytes + (size_t) i * size, text, size);
	size *= (size_t) times;
	if (units * (size_t) times > limit)
		size = offset_of(bytes, size, (int64_t) limit);
	give(out, bytes, size);
	return true;
}

static bool
fn_replicate(Call *call, const SqlValue *a, SqlValue *out)
{
	return repeat(call, a[0].p, a[0].n, a[1].i, out);
}

static bool
fn_space(Call *call, const SqlValue *a, SqlValue *out)
{
	return repeat(call, " ", 1, a[0].i, out);
}

static bool
fn_reverse(Call *call, const SqlValue *a, SqlValue *out)
{
	char	   *text = arena_alloc(call->arena, a[0].n + 1);
	size_t		at = 0;

	while (at < a[0].n)
	{
		size_t		size = character_size(a[0].p + at, a[0].n - at);

		memcpy(text + a[0].n - at - size, a[0].p + at, size);
		at += size;
	}
	give(out, text, a[0].n);
	return true;
}

static bool
fn_concat(Call *call, const SqlValue *a, SqlValue *out)
{
	size_t		size = 0;
	char	   *text;

	for (int i = 0; i < call->plan->count; i++)
		size += a[i].null ? 0 : a[i].n;
	text = arena_alloc(call->arena, size + 1);
	size = 0;
	for (int i = 0; i < call->plan->count; i++)
	{
		if (a[i].null)
			continue;
		memcpy(text + size, a[i].p, a[i].n);
		size += a[i].n;
	}
	give(out, text, size);
	return true;
}

static bool
type_of_text(Session *session, Expr *expr)
{
	expr->type = expr->arguments.items[0]->type;
	if (!type_is_text(expr->type.type) && !type_is_binary(expr->type.type))
		expr->type = type_text(SQL_VARCHAR, 8000, session->collation);
	if (expr->type.type == SQL_CHAR)
		expr->type.type = SQL_VARCHAR;
	if (expr->type.type == SQL_NCHAR)
		expr->type.type = SQL_NVARCHAR;
	if (expr->type.type == SQL_BINARY)
		expr->type.type = SQL_VARBINARY;
	return true;
}

/* As long as the text may become: 8000 bytes, unless it is (max). */
static bool
type_of_long_text(Session *session, Expr *expr)
{
	type_of_text(session, expr);
	if (expr->type.length != LENGTH_MAX)
		expr->type.length = expr->type.type == SQL_NVARCHAR ? 4000 : 8000;
	return true;
}

static bool
type_of_length(Session *session, Expr *expr)
{
	const TypeSpec *type = &expr->arguments.items[0]->type;

	(void) session;
	expr->type = type_make(type->length == LENGTH_MAX && (type_is_text(type->type) || type_is_binary(type->type)) ?
						   SQL_BIGINT : SQL_INT);
	return true;
}

static bool
type_of_concat(Session *session, Expr *expr)
{
	bool		wide = false;
	int64_t		length = 0;

	for (int i = 0; i < expr->arguments.count; i++)
	{
		const TypeSpec *type = &expr->arguments.items[i]->type;

		wide = wide || type->type == SQL_NCHAR || type->type == SQL_NVARCHAR;
		length += type_is_text(type->type) ? (type->length == LENGTH_MAX ? 1000000 : type->length) : 40;
	}
	expr->type = type_text(wide ? SQL_NVARCHAR : SQL_VARCHAR, length >= 1000000 ? LENGTH_MAX :
						   length > (wide ? 4000 : 8000) ? (wide ? 4000 : 8000) : length < 1 ? 1 : (int32_t) length,
						   session->collation);
	return true;
}

bool
type_of_varchar(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_VARCHAR, 8000, session->collation);
	return true;
}

#define NULLS	FUNCTION_SEES_NULL

const Function text_functions[] = {
	{"LEN", FUNCTION_SCALAR, 1, 1, "s", type_of_length, fn_len, 0, NULL},
	{"DATALENGTH", FUNCTION_SCALAR, 1, 1, "a", type_of_length, fn_datalength, 0, NULL},
	{"SUBSTRING", FUNCTION_SCALAR, 3, 3, "sii", type_of_text, fn_substring, 0, NULL},
	{"LEFT", FUNCTION_SCALAR, 2, 2, "si", type_of_text, fn_left, 0, NULL},
	{"RIGHT", FUNCTION_SCALAR, 2, 2, "si", type_of_text, fn_right, 0, NULL},
	{"UPPER", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_upper, 0, NULL},
	{"LOWER", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_lower, 0, NULL},
	{"LTRIM", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_ltrim, 0, NULL},
	{"RTRIM", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_rtrim, 0, NULL},
	{"TRIM", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_trim, 0, NULL},
	{"REPLACE", FUNCTION_SCALAR, 3, 3, "s", type_of_long_text, fn_replace, FUNCTION_COLLATES, NULL},
	{"CHARINDEX", FUNCTION_SCALAR, 2, 3, "ssi", type_of_int, fn_charindex, FUNCTION_COLLATES, NULL},
	{"STUFF", FUNCTION_SCALAR, 4, 4, "siis", type_of_long_text, fn_stuff, NULLS, NULL},
	{"REPLICATE", FUNCTION_SCALAR, 2, 2, "si", type_of_long_text, fn_replicate, 0, NULL},
	{"SPACE", FUNCTION_SCALAR, 1, 1, "i", type_of_varchar, fn_space, 0, NULL},
	{"REVERSE", FUNCTION_SCALAR, 1, 1, "s", type_of_text, fn_reverse, 0, NULL},
	{"CONCAT", FUNCTION_SCALAR, 2, ARGUMENTS_MAX, "s", type_of_concat, fn_concat, NULLS | FUNCTION_NOT_NULL, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
