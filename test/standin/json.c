/*
 * test/standin/json.c
 *		Is a text JSON?  By RFC 8259, and no deeper than SQL Server goes.
 */
#include <stdint.h>
#include <string.h>

#include "json.h"

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
