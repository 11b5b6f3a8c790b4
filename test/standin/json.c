/*
 * test/standin/json.c
 *		Is a text JSON?  By RFC 8259, and no deeper than SQL Server goes; and a walk
 *		over the elements of one that is.
 */
#include <stdint.h>
#include <string.h>

#include "json.h"
#include "unicode.h"

#define DEPTH_MAX	128

typedef struct JsonReader
{
	const char *at;
	const char *end;
	int			depth;
} JsonReader;

static bool read_value(JsonReader *reader);

static void
skip_blanks(JsonReader *reader)
{
	while (reader->at < reader->end && memchr(" \t\n\r", *reader->at, 4) != NULL)
		reader->at++;
}

/* The next character that is no blank, if it is this one. */
static bool
accept(JsonReader *reader, char wanted)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static bool
is_digit(const JsonReader *reader)
{
	return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool
read_digits(JsonReader *reader)
{
	if (!is_digit(reader))
		return false;
	while (is_digit(reader))
		reader->at++;
	return true;
}

static bool
read_escape(JsonReader *reader)
{
	if (reader->at == reader->end)
		return false;
	if (*reader->at != 'u')
	{
		if (memchr("\"\\/bfnrt", *reader->at, 8) == NULL)
			return false;
		reader->at++;
		return true;
	}
	reader->at++;
	for (int i = 0; i < 4; i++, reader->at++)
	{
		if (reader->at == reader->end || memchr("0123456789abcdefABCDEF", *reader->at, 22) == NULL)
			return false;
	}
	return true;
}

/* Behind the opening quote. */
static bool
read_string(JsonReader *reader)
{
	while (reader->at < reader->end && *reader->at != '"')
	{
		if ((uint8_t) *reader->at < ' ')
			return false;
		if (*reader->at++ == '\\' && !read_escape(reader))
			return false;
	}
	return accept(reader, '"');
}

static bool
read_number(JsonReader *reader)
{
	if (reader->at < reader->end && *reader->at == '-')
		reader->at++;
	if (reader->at < reader->end && *reader->at == '0')
		reader->at++;
	else if (!read_digits(reader))
		return false;
	if (reader->at < reader->end && *reader->at == '.')
	{
		reader->at++;
		if (!read_digits(reader))
			return false;
	}
	if (reader->at < reader->end && (*reader->at | 0x20) == 'e')
	{
		reader->at++;
		if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
			reader->at++;
		return read_digits(reader);
	}
	return true;
}

static bool
read_word(JsonReader *reader)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		size_t		size = strlen(words[i]);

		if ((size_t) (reader->end - reader->at) >= size && memcmp(reader->at, words[i], size) == 0)
		{
			reader->at += size;
			return true;
		}
	}
	return false;
}

static bool
read_members(JsonReader *reader, bool object)
{
	char		close = object ? '}' : ']';

	if (accept(reader, close))
		return true;
	do
	{
		if (object && (!accept(reader, '"') || !read_string(reader) || !accept(reader, ':')))
			return false;
		if (!read_value(reader))
			return false;
	} while (accept(reader, ','));
	return accept(reader, close);
}

static bool
read_value(JsonReader *reader)
{
	bool		read;

	if (accept(reader, '"'))
		return read_string(reader);
	if (!accept(reader, '{') && !accept(reader, '['))
		return read_word(reader) || read_number(reader);
	if (++reader->depth > DEPTH_MAX)
		return false;
	read = read_members(reader, reader->at[-1] == '{');
	reader->depth--;
	return read;
}

bool
json_check(const char *text, size_t size, size_t *bad)
{
	JsonReader	reader = {text, text + size, 0};
	bool		read = read_value(&reader);

	if (read)
		skip_blanks(&reader);
	*bad = (size_t) (reader.at - text);
	return read && reader.at == reader.end;
}

bool
json_walk_start(JsonWalk *walk, const char *text, size_t size, size_t *bad)
{
	JsonReader	reader = {text, text + size, 0};

	skip_blanks(&reader);
	*bad = (size_t) (reader.at - text);
	walk->object = reader.at < reader.end && *reader.at == '{';
	walk->first = true;
	walk->at = reader.at + 1;
	walk->end = reader.end;
	return reader.at < reader.end && (*reader.at == '{' || *reader.at == '[');
}

static JsonKind
kind_of(char first)
{
	switch (first)
	{
		case '"':
			return JSON_STRING;
		case '[':
			return JSON_ARRAY;
		case '{':
			return JSON_OBJECT;
		case 'n':
			return JSON_NULL;
		case 't':
		case 'f':
			return JSON_BOOLEAN;
		default:
			return JSON_NUMBER;
	}
}

bool
json_walk_next(JsonWalk *walk, JsonMember *member)
{
	JsonReader	reader = {walk->at, walk->end, 0};

	if (accept(&reader, walk->object ? '}' : ']') || (!walk->first && !accept(&reader, ',')))
		return false;
	walk->first = false;
	member->key = NULL;
	if (walk->object)
	{
		accept(&reader, '"');
		member->key = reader.at;
		read_string(&reader);
		member->key_size = (size_t) (reader.at - 1 - member->key);
		accept(&reader, ':');
	}
	skip_blanks(&reader);
	member->kind = kind_of(*reader.at);
	member->value = reader.at;
	read_value(&reader);
	member->value_size = (size_t) (reader.at - member->value);
	if (member->kind == JSON_STRING)
	{
		member->value++;
		member->value_size -= 2;
	}
	walk->at = reader.at;
	return true;
}

static uint32_t
read_unit(const char *hex)
{
	uint32_t	unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t) hex_digit(hex[i]);
	return unit;
}

size_t
json_unescape(const char *text, size_t size, char *out)
{
	static const char from[] = "bfnrt";
	static const char to[] = "\b\f\n\r\t";
	const char *end = text + size;
	size_t		used = 0;

	while (text < end)
	{
		const char *known;
		uint32_t	unit;

		if (*text != '\\')
		{
			out[used++] = *text++;
			continue;
		}
		text++;
		if (*text != 'u')
		{
			known = strchr(from, *text);
			out[used++] = known != NULL ? to[known - from] : *text;
			text++;
			continue;
		}
		unit = read_unit(text + 1);
		text += 5;
		if (unit >= 0xD800 && unit < 0xDC00 && end - text >= 6 && text[0] == '\\' && text[1] == 'u' &&
			(read_unit(text + 2) & 0xFC00) == 0xDC00)
		{
			unit = 0x10000 + ((unit - 0xD800) << 10) + (read_unit(text + 2) - 0xDC00);
			text += 6;
		}
		used += utf8_put(unit, out + used);
	}
	return used;
}
