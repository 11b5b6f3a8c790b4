/*
 * src/session/quote.c
 *		Names and strings as T-SQL writes them.
 *
 * In UTF-8 and in every other encoding that PostgreSQL allows for a server, a
 * byte below 0x80 is always that ASCII character, so doubling bytes is safe.
 */
#include "postgres.h"

#include "session/quote.h"

static void
append_doubled(StringInfo buffer, const char *text, char special)
{
	for (; *text != '\0'; text++)
	{
		if (*text == special)
			appendStringInfoChar(buffer, special);
		appendStringInfoChar(buffer, *text);
	}
}

void
tmf_quote_identifier(StringInfo buffer, const char *name)
{
	appendStringInfoChar(buffer, '[');
	append_doubled(buffer, name, ']');
	appendStringInfoChar(buffer, ']');
}

void
tmf_quote_literal(StringInfo buffer, const char *text)
{
	appendStringInfoString(buffer, "N'");
	append_doubled(buffer, text, '\'');
	appendStringInfoChar(buffer, '\'');
}
