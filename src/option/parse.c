/*
 * src/option/parse.c
 *		Text of an option -> value, or an error that says what is allowed.
 *
 * The validator and the readers of the catalog use the same function: what was
 * accepted once is understood later.
 */
#include "postgres.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "option/compat.h"
#include "option/table.h"

pg_noreturn static void bad_value(const TmfOption *option, const char *text, const char *allowed);

/* A SECRET is named, not shown. */
static void
bad_value(const TmfOption *option, const char *text, const char *allowed)
{
	if (option->kind == TMF_OPTION_SECRET)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\"", option->name),
				 errdetail("Allowed: %s.", allowed)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
			 errdetail("Allowed: %s.", allowed)));
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static bool
has_control_character(const char *text)
{
	for (; *text != '\0'; text++)
	{
		if ((unsigned char) *text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

static void
check_text(const TmfOption *option, const char *text)
{
	int			length = strlen(text);

	if (length > option->max || length < option->min ||
		(option->min > 0 && is_blank(text)) || has_control_character(text))
		bad_value(option, text,
				  psprintf("%d to %d bytes without control characters%s",
						   option->min, option->max,
						   option->min > 0 ? ", not blank" : ""));
}

/* The name is also written into a configuration line of the TDS library. */
static void
check_path(const TmfOption *option, const char *text)
{
	check_text(option, text);
	if (strcmp(text, TMF_PATH_SYSTEM) != 0 &&
		(text[0] != '/' || strpbrk(text, "#;[]=\\\"") != NULL))
		bad_value(option, text, "\"" TMF_PATH_SYSTEM "\", or an absolute path without any of # ; [ ] = \\ \"");
}

/* So is this one. */
static void
check_host(const TmfOption *option, const char *text)
{
	int			length = strlen(text);

	if (length < option->min || length > option->max ||
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") != length)
		bad_value(option, text, "a host name or an address, such as sql1.example.com");
}

static void
parse_endpoint(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	EndpointStatus status = endpoint_parse(text, &value->endpoint);

	if (status == ENDPOINT_LIST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
				 errdetail("A list of servers is not accepted; \"host,1433\" is a host and its port."),
				 errhint("Name the second server in the option \"failover_partner\".")));
	if (status != ENDPOINT_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
				 errdetail("%s", endpoint_status_text(status)),
				 errhint("Write host, host,port, host:port or host\\instance.")));
}

/* "15" and "1.5" are seconds; "15 s", "500 ms", "2 min" say their unit. */
static bool
parse_duration(const char *text, int *milliseconds)
{
	char	   *end;
	double		seconds;

	errno = 0;
	seconds = strtod(text, &end);
	if (end != text && is_blank(end))
	{
		if (errno != 0 || isnan(seconds) || fabs(seconds) > INT_MAX / 1000)
			return false;
		*milliseconds = seconds == -1 ? -1 : (int) rint(seconds * 1000);
		return true;
	}
	return parse_int(text, milliseconds, GUC_UNIT_MS, NULL);
}

static char *
duration_text(int milliseconds)
{
	return milliseconds % 1000 == 0 ? psprintf("%d s", milliseconds / 1000) :
		psprintf("%d ms", milliseconds);
}

static void
parse_number(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	bool		duration = option->kind == TMF_OPTION_DURATION;
	bool		parsed;

	parsed = duration ? parse_duration(text, &value->integer) :
		parse_int(text, &value->integer, 0, NULL);
	if (parsed && value->integer >= option->min && value->integer <= option->max)
		return;
	if (!duration)
		bad_value(option, text,
				  psprintf("an integer from %d to %d", option->min, option->max));
	bad_value(option, text,
			  psprintf("%s%s to %s; a plain number is seconds, units are ms, s, min, h, d",
					   option->min < 0 ? "-1 (no limit), " : "",
					   duration_text(Max(option->min, 0)), duration_text(option->max)));
}

static void
parse_cost(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	if (!parse_real(text, &value->cost, 0, NULL) || !(value->cost >= 0) || isinf(value->cost))
		bad_value(option, text, "a floating-point number greater than or equal to zero");
}

static void
parse_boolean(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	bool		answer;

	if (!parse_bool(text, &answer))
		bad_value(option, text, "true or false");
	value->integer = answer;
}

static void
parse_word(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	StringInfoData allowed;
	const TmfOptionWord *word;

	for (word = option->words; word->word != NULL; word++)
	{
		if (pg_strcasecmp(word->word, text) == 0)
		{
			value->integer = word->value;
			return;
		}
	}
	initStringInfo(&allowed);
	for (word = option->words; word->word != NULL; word++)
		appendStringInfo(&allowed, "%s%s", allowed.len > 0 ? ", " : "", word->word);
	bad_value(option, text, allowed.data);
}

/* Lower case, without the braces that SQL Server's tools like to print. */
static void
parse_guid(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	int			length = strlen(text);
	int			i;

	if (length == 38 && text[0] == '{' && text[37] == '}')
	{
		text++;
		length = 36;
	}
	for (i = 0; i < 36 && i < length; i++)
	{
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char) text[i]))
			break;
	}
	if (length != 36 || i != 36)
		bad_value(option, text, psprintf("a uuid, %s", form));
	value->text = pnstrdup(text, 36);
	for (i = 0; i < 36; i++)
		value->text[i] = pg_tolower((unsigned char) value->text[i]);
}

static void
parse_sqltype(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	char		allowed[SQLTYPE_ALLOWED_MAX];

	if (!sqltype_parse(text, &value->sqltype, allowed))
		bad_value(option, text, allowed);
}

/* The names that SQL Server has, and nothing that could end one in a statement. */
static void
parse_collation(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	const char *at = text;

	while (isalnum((unsigned char) *at) || *at == '_')
		at++;
	if (*at != '\0' || at - text < option->min || at - text > option->max)
		bad_value(option, text, "a collation of SQL Server, such as Latin1_General_100_CI_AS");
	value->text = pstrdup(text);
}

/* One to four numbers with dots between them, of which the first counts. */
static void
parse_version(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	const char *at = text;
	int			numbers = 0;

	do
	{
		const char *digits = at;

		while (isdigit((unsigned char) *at))
			at++;
		if (at == digits || at - digits > 6)
			break;
		numbers++;
		if (*at == '\0' && numbers <= 4)
			value->integer = atoi(text);
	} while (*at++ == '.');
	if (value->integer < option->min || value->integer > option->max)
		bad_value(option, text, "a product version such as 15 or 15.0.2000 (SQL Server 2019)");
}

/*
 * Cuts one part off a name: [in brackets], "in quotes", or bare up to the next
 * dot.  NULL when it is malformed.
 */
static char *
next_part(const char **text)
{
	const char *at = *text;
	char		quote = *at == '[' ? ']' : *at == '"' ? '"' : '\0';
	StringInfoData part;

	initStringInfo(&part);
	if (quote != '\0')
		at++;
	for (; *at != '\0'; at++)
	{
		if (quote == '\0' && *at == '.')
			break;
		if (quote != '\0' && *at == quote)
		{
			at++;
			if (*at != quote)
			{
				quote = '\0';
				break;
			}
		}
		appendStringInfoChar(&part, *at);
	}
	if (quote != '\0' || part.len == 0 || (*at != '\0' && *at != '.'))
		return NULL;
	*text = at;
	return part.data;
}

/*
 * name or schema.name.  A third part would name another database, which does
 * not fail over with this one.
 */
static void
parse_name(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	const char *at = text;

	check_text(option, text);
	value->text = next_part(&at);
	if (value->text != NULL && *at == '.')
	{
		at++;
		value->schema = value->text;
		value->text = next_part(&at);
	}
	if (value->text == NULL || *at != '\0')
		bad_value(option, text,
				  "table, schema.table or [schema].[table] of the server's database");
}

void
tmf_option_parse(const TmfOption *option, const char *text, TmfOptionValue *value)
{
	memset(value, 0, sizeof(*value));
	switch (option->kind)
	{
		case TMF_OPTION_TEXT:
		case TMF_OPTION_SECRET:
			check_text(option, text);
			value->text = pstrdup(text);
			break;
		case TMF_OPTION_PATH:
			check_path(option, text);
			value->text = pstrdup(text);
			break;
		case TMF_OPTION_HOST:
			check_host(option, text);
			value->text = pstrdup(text);
			break;
		case TMF_OPTION_SQL:
			if (is_blank(text))
				bad_value(option, text, "a SELECT statement");
			value->text = pstrdup(text);
			break;
		case TMF_OPTION_NAME:
			parse_name(option, text, value);
			break;
		case TMF_OPTION_ENDPOINT:
			parse_endpoint(option, text, value);
			break;
		case TMF_OPTION_INTEGER:
		case TMF_OPTION_DURATION:
			parse_number(option, text, value);
			break;
		case TMF_OPTION_COST:
			parse_cost(option, text, value);
			break;
		case TMF_OPTION_BOOLEAN:
			parse_boolean(option, text, value);
			break;
		case TMF_OPTION_WORD:
			parse_word(option, text, value);
			break;
		case TMF_OPTION_GUID:
			parse_guid(option, text, value);
			break;
		case TMF_OPTION_SQLTYPE:
			parse_sqltype(option, text, value);
			break;
		case TMF_OPTION_COLLATION:
			parse_collation(option, text, value);
			break;
		case TMF_OPTION_VERSION:
			parse_version(option, text, value);
			break;
	}
}
