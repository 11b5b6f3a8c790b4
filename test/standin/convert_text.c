/*
 * test/standin/convert_text.c
 *		Conversions to the character types: text of values, length, code page.
 *
 * First comes the text, then it is fitted: brought into the code page of the
 * target, cut to its length or refused, and padded.  Lengths count bytes in
 * char and varchar, UTF-16 units in nchar and nvarchar.
 */
#include <string.h>

#include "collate.h"
#include "convert_internal.h"
#include "number_text.h"
#include "unicode.h"

typedef struct Text
{
	const char *p;
	size_t		n;
} Text;

static const Collation *
target_collation(const TypeSpec *type)
{
	return type->collation != NULL ? type->collation : collation_default();
}

static bool
is_limited(const TypeSpec *type)
{
	return type->length != LENGTH_MAX &&
		type->type != SQL_TEXT && type->type != SQL_NTEXT && type->type != SQL_XML;
}

static bool
has_code_page(const TypeSpec *type)
{
	return !type_is_unicode(type->type) && !target_collation(type)->utf8;
}

/* How much room the text needs, in the target's own count. */
static size_t
text_length(const TypeSpec *type, Text text)
{
	if (!type_is_unicode(type->type) && !has_code_page(type))
		return text.n;
	return text_utf16_units(text.p, text.n);
}

/* The text's first characters that need no more than room; *used is what they need. */
static Text
text_cut(const Conversion *conversion, Text text, size_t room, size_t *used)
{
	const TypeSpec *type = conversion->to;
	bool		bytes = !type_is_unicode(type->type) && !has_code_page(type);
	const char *at = text.p;
	const char *end = text.p + text.n;
	Text		result = {text.p, 0};

	*used = 0;
	while (at < end && *used < room)
	{
		const char *start = at;
		uint32_t	code = utf8_next(&at, end);
		size_t		needs = bytes ? (size_t) (at - start) : code >= 0x10000 ? 2 : 1;

		if (*used + needs > room)
		{
			char	   *half;

			if (bytes || collation_has_pairs(target_collation(type)))
				break;
			/* Half a surrogate pair stays, as in SQL Server. */
			half = arena_alloc(conversion->arena, result.n + 4);
			memcpy(half, text.p, result.n);
			result.n += utf8_put(0xD800 + ((code - 0x10000) >> 10), half + result.n);
			result.p = half;
			(*used)++;
			break;
		}
		*used += needs;
		result.n = (size_t) (at - text.p);
	}
	return result;
}

static bool
only_blanks(const char *text, size_t size)
{
	while (size > 0 && text[size - 1] == ' ')
		size--;
	return size == 0;
}

/* What happens to text too long for the target differs by where it came from. */
static bool
too_long(Conversion *conversion, Text *text)
{
	SqlType		from = conversion->from->type;
	SqlType		to = conversion->to->type;

	switch (from)
	{
		case SQL_BIT:
		case SQL_TINYINT:
		case SQL_SMALLINT:
		case SQL_INT:
			if (type_is_unicode(to))
				return convert_overflow(conversion, "expression");
			text->p = "*";
			text->n = 1;
			return true;
		case SQL_BIGINT:
		case SQL_REAL:
		case SQL_FLOAT:
			return convert_overflow(conversion, "expression");
		case SQL_DECIMAL:
			return convert_overflow(conversion, "numeric");
		case SQL_SMALLMONEY:
		case SQL_MONEY:
			return convert_fail(conversion, 234, 2, "There is insufficient result space to convert "
								"a money value to %s.", type_name(to));
		case SQL_UNIQUEIDENTIFIER:
			return convert_fail(conversion, 8170, 2, "Insufficient result space to convert "
								"uniqueidentifier value to char.");
		default:
			return convert_fail(conversion, 2628, 1, "String or binary data would be truncated.");
	}
}

/* May the text be cut without a word? */
static bool
may_cut(const Conversion *conversion)
{
	SqlType		from = conversion->from->type;

	return conversion->explicit_cast && !type_is_number(from) && from != SQL_UNIQUEIDENTIFIER;
}

static void
pad(Conversion *conversion, size_t used)
{
	size_t		blanks = (size_t) conversion->to->length - used;
	SqlValue   *out = conversion->out;
	char	   *padded;

	if (blanks == 0)
		return;
	padded = arena_alloc(conversion->arena, out->n + blanks);
	if (out->n > 0)
		memcpy(padded, out->p, out->n);
	memset(padded + out->n, ' ', blanks);
	out->p = padded;
	out->n += blanks;
}

/* The characters that the code page has, or their stand-ins. */
static Text
to_code_page(const Conversion *conversion, Text text)
{
	size_t		size;
	char	   *bytes;

	if (utf8_is_ascii(text.p, text.n))
		return text;
	bytes = text_to_cp1252(conversion->arena, text.p, text.n, &size);
	text.p = text_from_cp1252(conversion->arena, bytes, size, &text.n);
	return text;
}

static bool
fit(Conversion *conversion, Text text)
{
	const TypeSpec *to = conversion->to;
	size_t		used = 0;

	if (has_code_page(to))
		text = to_code_page(conversion, text);
	if (is_limited(to))
	{
		size_t		room = to->length > 0 ? (size_t) to->length : 0;

		used = text_length(to, text);
		if (used > room)
		{
			Text		head = text_cut(conversion, text, room, &used);

			if (may_cut(conversion) ||
				(type_is_text(conversion->from->type) && only_blanks(text.p + head.n, text.n - head.n)))
				text = head;
			else if (!too_long(conversion, &text))
				return false;
			else
				text = text_cut(conversion, text, room, &used);
		}
	}
	conversion->out->p = text.p;
	conversion->out->n = text.n;
	if ((to->type == SQL_CHAR || to->type == SQL_NCHAR) && is_limited(to))
		pad(conversion, used);
	return true;
}

const char *
binary_as_text(const Conversion *conversion, size_t *size)
{
	const SqlValue *in = conversion->in;
	Arena	   *arena = conversion->arena;
	char	   *even;

	if (has_code_page(conversion->to))
		return text_from_cp1252(arena, in->p, in->n, size);
	if (!type_is_unicode(conversion->to->type))
	{
		*size = in->n;
		return in->p;
	}
	if (in->n % 2 == 0)
		return text_from_utf16(arena, in->p, in->n, size);
	even = arena_copy(arena, in->p, in->n);	/* ends with the zero byte that is missing */
	return text_from_utf16(arena, even, in->n + 1, size);
}

/* Styles 1 (with 0x) and 2 (without). */
static Text
binary_as_hex(const Conversion *conversion)
{
	static const char digits[] = "0123456789ABCDEF";
	const SqlValue *in = conversion->in;
	char	   *hex = arena_alloc(conversion->arena, 2 * in->n + 3);
	Text		text = {hex, 0};

	if (conversion->style == 1)
	{
		hex[text.n++] = '0';
		hex[text.n++] = 'x';
	}
	for (size_t i = 0; i < in->n; i++)
	{
		hex[text.n++] = digits[(uint8_t) in->p[i] >> 4];
		hex[text.n++] = digits[in->p[i] & 15];
	}
	return text;
}

static bool
bad_style(Conversion *conversion)
{
	return convert_fail(conversion, 281, 1,
						"%d is not a valid style number when converting from %s to a character string.",
						conversion->style, convert_name(conversion->from->type));
}

bool
convert_to_text(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	SqlType		from = conversion->from->type;
	char		buffer[NUMBER_TEXT_SIZE > DATE_TEXT_SIZE ? NUMBER_TEXT_SIZE : DATE_TEXT_SIZE];
	Text		text = {in->p, in->n};

	if (type_is_text(from))
		return fit(conversion, text);
	if (type_is_binary(from))
	{
		if (conversion->style == 1 || conversion->style == 2)
			return fit(conversion, binary_as_hex(conversion));
		text.p = binary_as_text(conversion, &text.n);
		return fit(conversion, text);
	}
	if (type_is_object(from))
	{
		if (!object_text(conversion->arena, from, in, true, conversion->out))
			return convert_type_error(conversion);
		text.p = conversion->out->p;
		text.n = conversion->out->n;
		return fit(conversion, text);
	}
	if (from == SQL_UNIQUEIDENTIFIER)
	{
		guid_format((const uint8_t *) in->p, buffer);
		text.n = 36;
	}
	else if (type_is_time(from))
	{
		if (!date_text_format(in, conversion->from, conversion->style, buffer, &text.n))
			return bad_style(conversion);
	}
	else if (!number_text_format(in, conversion->from, conversion->style, buffer, &text.n))
		return bad_style(conversion);
	text.p = arena_copy(conversion->arena, buffer, text.n);
	return fit(conversion, text);
}
