/*
 * src/exec/import_default.c
 *		DEFAULTs: T-SQL as the catalog prints it -> an expression of PostgreSQL.
 *
 * Literals, and functions of the table below.  What is not known to mean the
 * same is left out: a default that is missing shows, a wrong one does not.  The
 * expression must be one that CREATE FOREIGN TABLE takes for a column of the
 * natural type, or one default would undo the whole import.
 */
#include "postgres.h"

#include <ctype.h>

#include "utils/builtins.h"
#include "utils/datetime.h"

#include "exec/import.h"

/* What a default is for. */
typedef enum Family
{
	FAMILY_OTHER,
	FAMILY_BOOLEAN,
	FAMILY_NUMBER,
	FAMILY_TEXT,
	FAMILY_BYTES,
	FAMILY_UUID,
	FAMILY_DATE,				/* a moment whose texts are read whatever the language */
	FAMILY_DATETIME,			/* ... and one for which that holds of few texts */
	FAMILY_TIME,
	FAMILY_OFFSET
} Family;

static const struct
{
	SqlTypeName type;
	Family		family;
}			families[] =
{
	{SQLTYPE_BIT, FAMILY_BOOLEAN},
	{SQLTYPE_TINYINT, FAMILY_NUMBER},
	{SQLTYPE_SMALLINT, FAMILY_NUMBER},
	{SQLTYPE_INT, FAMILY_NUMBER},
	{SQLTYPE_BIGINT, FAMILY_NUMBER},
	{SQLTYPE_REAL, FAMILY_NUMBER},
	{SQLTYPE_FLOAT, FAMILY_NUMBER},
	{SQLTYPE_SMALLMONEY, FAMILY_NUMBER},
	{SQLTYPE_MONEY, FAMILY_NUMBER},
	{SQLTYPE_DECIMAL, FAMILY_NUMBER},
	{SQLTYPE_CHAR, FAMILY_TEXT},
	{SQLTYPE_VARCHAR, FAMILY_TEXT},
	{SQLTYPE_NCHAR, FAMILY_TEXT},
	{SQLTYPE_NVARCHAR, FAMILY_TEXT},
	{SQLTYPE_TEXT, FAMILY_TEXT},
	{SQLTYPE_NTEXT, FAMILY_TEXT},
	{SQLTYPE_BINARY, FAMILY_BYTES},
	{SQLTYPE_VARBINARY, FAMILY_BYTES},
	{SQLTYPE_IMAGE, FAMILY_BYTES},
	{SQLTYPE_UNIQUEIDENTIFIER, FAMILY_UUID},
	{SQLTYPE_DATE, FAMILY_DATE},
	{SQLTYPE_DATETIME2, FAMILY_DATE},
	{SQLTYPE_DATETIME, FAMILY_DATETIME},
	{SQLTYPE_SMALLDATETIME, FAMILY_DATETIME},
	{SQLTYPE_TIME, FAMILY_TIME},
	{SQLTYPE_DATETIMEOFFSET, FAMILY_OFFSET},
};

/*
 * Functions, without blanks and brackets, in lower case.  The server's local time has no
 * zone: as an instant it cannot be told.
 */
static const struct
{
	const char *function;
	bool		offset;			/* for a column with an offset, or one without */
	const char *expression;
}			moments[] =
{
	{"getdate()", false, "statement_timestamp()"},
	{"sysdatetime()", false, "statement_timestamp()"},
	{"sysdatetimeoffset()", false, "statement_timestamp()"},
	{"sysdatetimeoffset()", true, "statement_timestamp()"},
	{"getutcdate()", false, "(statement_timestamp() AT TIME ZONE 'UTC')"},
	{"getutcdate()", true, "statement_timestamp()"},
	{"sysutcdatetime()", false, "(statement_timestamp() AT TIME ZONE 'UTC')"},
	{"sysutcdatetime()", true, "statement_timestamp()"},
};

static Family
family_of(const SqlType *type)
{
	size_t		i;

	for (i = 0; i < lengthof(families); i++)
	{
		if (families[i].type == type->name)
			return families[i].family;
	}
	return FAMILY_OTHER;
}

/* Where the parenthesis, bracket or quote that begins here ends; NULL: nowhere. */
static const char *
closing(const char *text)
{
	char		close = *text == '[' ? ']' : *text == '\'' ? '\'' : ')';

	for (text++; *text != '\0'; text++)
	{
		if (*text == close)
		{
			if (close == ')' || text[1] != close)
				return text;
			text++;
		}
		else if (close == ')' && strchr("(['", *text) != NULL && (text = closing(text)) == NULL)
			return NULL;
	}
	return NULL;
}

/* Without blanks around it, and without the parentheses that enclose all of it. */
static char *
strip(const char *text)
{
	int			length = strlen(text);

	for (;;)
	{
		const char *end;

		while (length > 0 && isspace((unsigned char) *text))
			text++, length--;
		while (length > 0 && isspace((unsigned char) text[length - 1]))
			length--;
		if (length < 2 || *text != '(' || (end = closing(text)) == NULL || end != text + length - 1)
			return pnstrdup(text, length);
		text++;
		length -= 2;
	}
}

/* The text of a literal, 'it''s' or N'it''s'; NULL when that is not all. */
static char *
literal_of(const char *text)
{
	StringInfoData value;

	if (*text == 'N' || *text == 'n')
		text++;
	if (*text != '\'' || closing(text) == NULL || closing(text)[1] != '\0')
		return NULL;
	initStringInfo(&value);
	for (text++; text[1] != '\0'; text++)
	{
		if (*text == '\'')
			text++;
		appendStringInfoChar(&value, *text);
	}
	return value.data;
}

/* [sign] digits [. digits] [e [sign] digits], money's $ left out; NULL: no number. */
static char *
number_of(const char *text)
{
	StringInfoData number;
	int			digits = 0;

	initStringInfo(&number);
	if (*text == '-' || *text == '+')
	{
		appendStringInfoChar(&number, *text++);
		text = strip(text);
	}
	if (*text == '$')
		text++;
	for (; isdigit((unsigned char) *text) || *text == '.'; text++)
	{
		if (*text == '.' && strchr(number.data, '.') != NULL)
			return NULL;
		digits += *text != '.';
		appendStringInfoChar(&number, *text);
	}
	if (digits > 0 && (*text == 'e' || *text == 'E'))
	{
		appendStringInfoChar(&number, *text++);
		if (*text == '-' || *text == '+')
			appendStringInfoChar(&number, *text++);
		if (!isdigit((unsigned char) *text))
			return NULL;
		while (isdigit((unsigned char) *text))
			appendStringInfoChar(&number, *text++);
	}
	return digits > 0 && *text == '\0' ? number.data : NULL;
}

static bool
is_zero(const char *number)
{
	return strcspn(number, "123456789eE") == strlen(number) ||
		strpbrk(number, "123456789eE")[0] == 'e' || strpbrk(number, "123456789eE")[0] == 'E';
}

/* Does text have the shape: 0 for a digit, everything else for itself? */
static bool
has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; text++, shape++)
	{
		if (*shape == '0' ? !isdigit((unsigned char) *text) : *text != *shape)
			return false;
	}
	return *text == '\0';
}

static int
digits_at(const char *text, int count)
{
	int			value = 0;

	while (count-- > 0)
		value = value * 10 + (*text++ - '0');
	return value;
}

static bool
is_day(int year, int month, int day)
{
	int			y;
	int			m;
	int			d;

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	j2date(date2j(year, month, day), &y, &m, &d);
	return y == year && m == month && d == day;
}

/* hh:mm, hh:mm:ss, hh:mm:ss.fffffff */
static bool
is_time(const char *text)
{
	const char *shapes[] = {"00:00", "00:00:00", "00:00:00.0", "00:00:00.00", "00:00:00.000",
	"00:00:00.0000", "00:00:00.00000", "00:00:00.000000", "00:00:00.0000000"};
	size_t		i;

	for (i = 0; i < lengthof(shapes); i++)
	{
		if (has_shape(text, shapes[i]))
			return digits_at(text, 2) < 24 && digits_at(text + 3, 2) < 60 &&
				(i == 0 || digits_at(text + 6, 2) < 60);
	}
	return false;
}

/*
 * A literal of a date and perhaps a time that SQL Server reads the same way in
 * every language; NULL: it is not one.
 */
static char *
moment_of(const char *text, Family family)
{
	char	   *date = pnstrdup(text, strcspn(text, " T"));
	const char *rest = text + strlen(date);

	if (family == FAMILY_TIME)
		return is_time(text) ? pstrdup(text) : NULL;
	if (has_shape(date, "00000000"))
		date = psprintf("%.4s-%.2s-%.2s", date, date + 4, date + 6);
	else if (!has_shape(date, "0000-00-00") || (family == FAMILY_DATETIME && *rest != 'T'))
		return NULL;
	if (!is_day(digits_at(date, 4), digits_at(date + 5, 2), digits_at(date + 8, 2)) ||
		(*rest != '\0' && !is_time(rest + 1)))
		return NULL;
	return psprintf("%s%s%s%s", date, *rest != '\0' ? " " : "", *rest != '\0' ? rest + 1 : "",
					family == FAMILY_OFFSET ? "+00" : "");
}

static char *
from_literal(const char *value, Family family)
{
	char	   *text = NULL;

	switch (family)
	{
		case FAMILY_TEXT:
			return quote_literal_cstr(value);
		case FAMILY_NUMBER:
			return number_of(value);
		case FAMILY_BOOLEAN:
			if (pg_strcasecmp(value, "true") == 0 || pg_strcasecmp(value, "false") == 0)
				return pg_strcasecmp(value, "true") == 0 ? pstrdup("true") : pstrdup("false");
			text = number_of(value);
			return text == NULL ? NULL : is_zero(text) ? pstrdup("false") : pstrdup("true");
		case FAMILY_UUID:
			for (text = pstrdup(value); *text != '\0'; text++)
				*text = isxdigit((unsigned char) *text) ? '0' : *text;
			text -= strlen(value);
			return has_shape(text, "00000000-0000-0000-0000-000000000000") ?
				quote_literal_cstr(value) : NULL;
		case FAMILY_DATE:
		case FAMILY_DATETIME:
		case FAMILY_TIME:
		case FAMILY_OFFSET:
			text = moment_of(value, family);
			return text != NULL ? quote_literal_cstr(text) : NULL;
		case FAMILY_BYTES:
		case FAMILY_OTHER:
			return NULL;
	}
	return NULL;
}

/* As characters a whole number is its digits. */
static char *
from_number(const char *number, Family family)
{
	switch (family)
	{
		case FAMILY_NUMBER:
			return pstrdup(number);
		case FAMILY_BOOLEAN:
			return is_zero(number) ? pstrdup("false") : pstrdup("true");
		case FAMILY_TEXT:
			if (strspn(number, "0123456789") != strlen(number) ||
				(number[0] == '0' && number[1] != '\0'))
				return NULL;
			return quote_literal_cstr(number);
		default:
			return NULL;
	}
}

static char *
from_bytes(const char *text)
{
	int			length = strlen(text);

	if (length % 2 != 0 || pg_strncasecmp(text, "0x", 2) != 0 ||
		strspn(text + 2, "0123456789abcdefABCDEF") != length - 2)
		return NULL;
	return psprintf("'\\x%s'::bytea", text + 2);
}

/* text: likewise */
static const char *
find_moment(const char *text, bool offset)
{
	size_t		i;

	for (i = 0; i < lengthof(moments); i++)
	{
		if (moments[i].offset == offset && strcmp(moments[i].function, text) == 0)
			return moments[i].expression;
	}
	return NULL;
}

/* CONVERT([date],getdate()) is what CAST(... AS date) is printed as, too. */
static char *
from_moment(const char *text, Family family)
{
	static const char date_of[] = "convert(date,";
	const char *expression = find_moment(text, family == FAMILY_OFFSET);
	int			length = strlen(text);

	if (expression != NULL)
		return pstrdup(expression);
	if (family == FAMILY_OFFSET || length < sizeof(date_of) ||
		strncmp(text, date_of, strlen(date_of)) != 0 || text[length - 1] != ')')
		return NULL;
	expression = find_moment(pnstrdup(text + strlen(date_of), length - sizeof(date_of)), false);
	return expression != NULL ? psprintf("%s::date", expression) : NULL;
}

static char *
from_function(const char *text, Family family)
{
	StringInfoData plain;

	initStringInfo(&plain);
	for (; *text != '\0'; text++)
	{
		if (!isspace((unsigned char) *text) && *text != '[' && *text != ']')
			appendStringInfoChar(&plain, pg_tolower((unsigned char) *text));
	}
	switch (family)
	{
		case FAMILY_UUID:
			return strcmp(plain.data, "newid()") == 0 || strcmp(plain.data, "newsequentialid()") == 0 ?
				pstrdup("gen_random_uuid()") : NULL;
		case FAMILY_DATE:
		case FAMILY_DATETIME:
		case FAMILY_TIME:
		case FAMILY_OFFSET:
			return family == FAMILY_TIME && strncmp(plain.data, "convert", 7) == 0 ? NULL :
				from_moment(plain.data, family);
		default:
			return NULL;
	}
}

bool
tmf_import_default(const char *tsql, const SqlType *type, char **sql)
{
	char	   *text = strip(tsql);
	Family		family = family_of(type);
	char	   *value;

	*sql = NULL;
	if (pg_strcasecmp(text, "NULL") == 0)
		return true;
	if ((value = literal_of(text)) != NULL)
		*sql = from_literal(value, family);
	else if ((value = number_of(text)) != NULL)
		*sql = from_number(value, family);
	else if (family == FAMILY_BYTES)
		*sql = from_bytes(text);
	else
		*sql = from_function(text, family);
	return *sql != NULL;
}
