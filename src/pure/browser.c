/*
 * src/pure/browser.c
 *		What SQL Server Browser is asked, and what it answers.
 *
 * The answer is 0x05, a length, and text: names and values in turn, separated
 * by semicolons, an empty name at the end.  It comes by UDP, so anybody may
 * have sent it: an instance that is not the one asked for, or a port that is
 * none, makes the whole of it unusable.
 */
#include "pure/browser.h"

#include <stdbool.h>
#include <string.h>

#define QUESTION		0x04
#define ANSWER			0x05
#define HEADER_LENGTH	3

typedef struct Field
{
	const char *start;
	size_t		length;
} Field;

size_t
browser_question(const char *instance, uint8_t buffer[BROWSER_QUESTION_MAX])
{
	size_t		length = strlen(instance);

	if (length > BROWSER_QUESTION_MAX - 2)
		length = BROWSER_QUESTION_MAX - 2;
	buffer[0] = QUESTION;
	memcpy(buffer + 1, instance, length);
	buffer[1 + length] = '\0';
	return length + 2;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
says(Field field, const char *text)
{
	size_t		i;

	if (field.length != strlen(text))
		return false;
	for (i = 0; i < field.length; i++)
	{
		if (lower(field.start[i]) != lower(text[i]))
			return false;
	}
	return true;
}

/* Takes what stands before the next semicolon; false when there is none. */
static bool
take(Field *rest, Field *field)
{
	const char *end = rest->length > 0 ? memchr(rest->start, ';', rest->length) : NULL;

	if (end == NULL)
		return false;
	field->start = rest->start;
	field->length = (size_t) (end - rest->start);
	rest->start = end + 1;
	rest->length -= field->length + 1;
	return true;
}

static bool
port_of(Field field, uint16_t *port)
{
	unsigned long value = 0;
	size_t		i;

	if (field.length == 0 || field.length > 5)
		return false;
	for (i = 0; i < field.length; i++)
	{
		if (field.start[i] < '0' || field.start[i] > '9')
			return false;
		value = value * 10 + (unsigned long) (field.start[i] - '0');
	}
	if (value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t) value;
	return true;
}

BrowserStatus
browser_answer(const uint8_t *bytes, size_t length, const char *instance, uint16_t *port)
{
	Field		rest;
	Field		name;
	Field		value;
	bool		named = false;
	bool		tcp = false;
	uint16_t	found = 0;

	if (length < HEADER_LENGTH || bytes[0] != ANSWER ||
		(size_t) bytes[1] + ((size_t) bytes[2] << 8) != length - HEADER_LENGTH)
		return BROWSER_UNUSABLE;
	rest.start = (const char *) bytes + HEADER_LENGTH;
	rest.length = length - HEADER_LENGTH;

	while (take(&rest, &name) && name.length > 0)
	{
		if (!take(&rest, &value))
			return BROWSER_UNUSABLE;
		if (says(name, "InstanceName"))
		{
			if (named || !says(value, instance))
				return BROWSER_UNUSABLE;
			named = true;
		}
		else if (says(name, "tcp"))
		{
			if (tcp || !port_of(value, &found))
				return BROWSER_UNUSABLE;
			tcp = true;
		}
	}
	if (!named)
		return BROWSER_UNUSABLE;
	if (!tcp)
		return BROWSER_NO_TCP;
	*port = found;
	return BROWSER_FOUND;
}
