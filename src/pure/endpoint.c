/*
 * src/pure/endpoint.c
 *		Names of SQL Server instances: parse, compare, format.
 *
 * The text is cut into spans (host, instance, port) first and each span is
 * judged alone, so that the order of the checks decides nothing but which of
 * two complaints is made.  Only ASCII is a server name here: nothing else would
 * survive the resolver.
 */
#include "pure/endpoint.h"

#include <stdio.h>
#include <string.h>

#define NETBIOS_MAX			15
#define DEFAULT_INSTANCE	"MSSQLSERVER"

/* Not terminated: a part of the caller's text. */
typedef struct Span
{
	const char *start;
	size_t		length;
} Span;

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alphanumeric(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static Span
trim(Span span)
{
	while (span.length > 0 && is_blank(span.start[0]))
	{
		span.start++;
		span.length--;
	}
	while (span.length > 0 && is_blank(span.start[span.length - 1]))
		span.length--;
	return span;
}

static Span
whole(const char *text)
{
	Span		span;

	span.start = text;
	span.length = text == NULL ? 0 : strlen(text);
	return trim(span);
}

/* Drops the first length bytes, and blanks. */
static void
skip(Span *span, size_t length)
{
	span->start += length;
	span->length -= length;
	*span = trim(*span);
}

static bool
has_prefix(Span span, const char *prefix)
{
	size_t		i;

	for (i = 0; prefix[i] != '\0'; i++)
	{
		if (i >= span.length || lower(span.start[i]) != prefix[i])
			return false;
	}
	return true;
}

/* Takes what stands before any of stops; *span then begins with the stop. */
static Span
take(Span *span, const char *stops)
{
	Span		part = *span;
	size_t		i;

	for (i = 0; i < span->length; i++)
	{
		if (strchr(stops, span->start[i]) != NULL)
			break;
	}
	part.length = i;
	skip(span, i);
	return trim(part);
}

static bool
same_name(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t		i;

	if (a_length != b_length)
		return false;
	for (i = 0; i < a_length; i++)
	{
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

/* Copies a name of letters, digits and the punctuation given. */
static EndpointStatus
copy_name(Span name, const char *punctuation, char *buffer, size_t size)
{
	size_t		i;

	if (name.length == 0)
		return ENDPOINT_EMPTY;
	for (i = 0; i < name.length; i++)
	{
		char		c = name.start[i];

		if (!is_alphanumeric(c) && strchr(punctuation, c) == NULL)
			return ENDPOINT_BAD_CHARACTER;
	}
	if (name.length >= size)
		return ENDPOINT_TOO_LONG;
	memcpy(buffer, name.start, name.length);
	buffer[name.length] = '\0';
	return ENDPOINT_OK;
}

static EndpointStatus
copy_host(Span host, char *buffer)
{
	if (host.length > 0 && !is_alphanumeric(host.start[0]) && host.start[0] != '_')
		return ENDPOINT_BAD_CHARACTER;
	return copy_name(host, "-_.", buffer, ENDPOINT_HOST_MAX);
}

/* What stands between the brackets: an IPv6 address, perhaps with its zone. */
static EndpointStatus
copy_address(Span address, char *buffer)
{
	int			colons = 0;
	size_t		i;

	if (address.length == 0)
		return ENDPOINT_EMPTY;
	for (i = 0; i < address.length && address.start[i] != '%'; i++)
	{
		char		c = lower(address.start[i]);

		if (c == ':')
			colons++;
		else if (!is_digit(c) && c != '.' && !(c >= 'a' && c <= 'f'))
			return ENDPOINT_BAD_CHARACTER;
	}
	if (colons < 2)
		return ENDPOINT_BAD_CHARACTER;
	return copy_name(address, ":.%-_", buffer, ENDPOINT_HOST_MAX);
}

static EndpointStatus
parse_port(Span text, uint16_t *port)
{
	unsigned long value = 0;
	size_t		i;

	for (i = 0; i < text.length; i++)
	{
		if (!is_digit(text.start[i]))
			return ENDPOINT_BAD_PORT;
		value = value * 10 + (unsigned long) (text.start[i] - '0');
		if (value > UINT16_MAX)
			return ENDPOINT_BAD_PORT;
	}
	if (value == 0)
		return ENDPOINT_BAD_PORT;
	*port = (uint16_t) value;
	return ENDPOINT_OK;
}

/* A comma is followed by a port; what cannot be meant as one makes a list. */
static bool
is_list(Span span)
{
	bool		after_comma = false;
	size_t		i;

	for (i = 0; i < span.length; i++)
	{
		char		c = span.start[i];

		if (after_comma && !is_digit(c) && !is_blank(c) && c != '-' && c != '+')
			return true;
		if (c == ',')
			after_comma = true;
	}
	return false;
}

/* Takes a host or a bracketed address off the front of *span. */
static EndpointStatus
take_host(Span *span, char *host)
{
	EndpointStatus status;

	if (span->length == 0 || span->start[0] != '[')
		return copy_host(take(span, ",:\\"), host);

	skip(span, 1);
	status = copy_address(take(span, "]"), host);
	if (span->length == 0)
		return ENDPOINT_BAD_CHARACTER;	/* the bracket was never closed */
	skip(span, 1);
	return status;
}

EndpointStatus
endpoint_parse(const char *text, Endpoint *out)
{
	Endpoint	endpoint;
	EndpointStatus status;
	Span		span = whole(text);

	memset(&endpoint, 0, sizeof(endpoint));
	if (has_prefix(span, "tcp:"))
		skip(&span, 4);
	if (is_list(span))
		return ENDPOINT_LIST;
	status = take_host(&span, endpoint.host);

	if (status == ENDPOINT_OK && span.length > 0 && span.start[0] == '\\')
	{
		skip(&span, 1);
		status = copy_name(take(&span, ",:"), "_$#&-", endpoint.instance,
						   sizeof(endpoint.instance));
	}
	if (status == ENDPOINT_OK && span.length > 0)
	{
		if (span.start[0] != ',' && span.start[0] != ':')
			return ENDPOINT_BAD_CHARACTER;	/* something behind a bracket */
		skip(&span, 1);
		status = parse_port(span, &endpoint.port);
	}
	if (status == ENDPOINT_OK)
		*out = endpoint;
	return status;
}

EndpointStatus
endpoint_from_url(const char *url, Endpoint *out)
{
	Endpoint	endpoint;
	EndpointStatus status;
	Span		span = whole(url);

	memset(&endpoint, 0, sizeof(endpoint));
	if (span.length == 0)
		return ENDPOINT_EMPTY;
	if (!has_prefix(span, "tcp://"))
		return ENDPOINT_BAD_CHARACTER;
	skip(&span, 6);
	status = take_host(&span, endpoint.host);
	if (status == ENDPOINT_OK && span.length > 0)
	{
		uint16_t	mirroring_port;

		if (span.start[0] != ':')
			return ENDPOINT_BAD_CHARACTER;
		skip(&span, 1);
		status = parse_port(span, &mirroring_port);
	}
	if (status == ENDPOINT_OK)
		*out = endpoint;
	return status;
}

const char *
endpoint_status_text(EndpointStatus status)
{
	switch (status)
	{
		case ENDPOINT_OK:
			break;
		case ENDPOINT_EMPTY:
			return "The name of a host or an instance is missing.";
		case ENDPOINT_LIST:
			return "A list of servers is not accepted; name the other partner in failover_partner.";
		case ENDPOINT_BAD_PORT:
			return "The port must be a number from 1 to 65535; an IPv6 address stands in brackets.";
		case ENDPOINT_TOO_LONG:
			return "The name is too long.";
		case ENDPOINT_BAD_CHARACTER:
			return "Valid forms are host, host,port, host:port, host\\instance and [IPv6 address],port.";
	}
	return "The name is valid.";
}

/* Is host an address, of which the first label says nothing? */
static bool
is_address(const char *host)
{
	return strchr(host, ':') != NULL || strspn(host, "0123456789.") == strlen(host);
}

static bool
same_host(const char *a, const char *b)
{
	size_t		a_length = strlen(a);
	size_t		b_length = strlen(b);
	size_t		a_label = strcspn(a, ".");
	size_t		b_label = strcspn(b, ".");

	if (same_name(a, a_length, b, b_length))
		return true;
	if (is_address(a) || is_address(b))
		return false;
	if (a_label < a_length && b_label < b_length)
		return false;			/* both are full names, and differ */

	/* A NetBIOS name is the first label, cut. */
	if (a_label == a_length && a_length == NETBIOS_MAX && b_label > NETBIOS_MAX)
		b_label = NETBIOS_MAX;
	if (b_label == b_length && b_length == NETBIOS_MAX && a_label > NETBIOS_MAX)
		a_label = NETBIOS_MAX;
	return same_name(a, a_label, b, b_label);
}

bool
endpoint_denotes(const Endpoint *configured, const Endpoint *learned)
{
	const char *a = configured->instance[0] != '\0' ? configured->instance : DEFAULT_INSTANCE;
	const char *b = learned->instance[0] != '\0' ? learned->instance : DEFAULT_INSTANCE;

	if (!same_host(configured->host, learned->host))
		return false;
	return configured->port != 0 || same_name(a, strlen(a), b, strlen(b));
}

void
endpoint_format(const Endpoint *endpoint, char *buffer, size_t size)
{
	bool		brackets = strchr(endpoint->host, ':') != NULL;
	char		port[8] = "";

	if (endpoint->port != 0)
		snprintf(port, sizeof(port), ",%u", (unsigned int) endpoint->port);
	snprintf(buffer, size, "%s%s%s%s%s%s", brackets ? "[" : "", endpoint->host,
			 brackets ? "]" : "", endpoint->instance[0] != '\0' ? "\\" : "",
			 endpoint->instance, port);
}
