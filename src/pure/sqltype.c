/*
 * src/pure/sqltype.c
 *		The types of SQL Server, as a declaration of a column spells them.
 *
 * One table of words: the first word of a type is the one that is shown, the
 * others are its synonyms.
 */
#include <stdio.h>
#include <string.h>

#include "pure/sqltype.h"

typedef enum Arguments
{
	NONE,						/* limit: the length that the word implies */
	LENGTH,						/* (n), n from 1 to limit */
	LENGTH_OR_MAX,				/* the same, or (max) */
	PRECISION,					/* (p), (p,s) */
	SCALE,						/* (s) */
	MANTISSA					/* (n): up to 24 bits it is a real */
} Arguments;

typedef struct Word
{
	const char *word;
	SqlTypeName name;
	Arguments	arguments;
	int			limit;
} Word;

#define BYTES_MAX		8000
#define UNITS_MAX		4000
#define PRECISION_MAX	38
#define SCALE_MAX		7
#define MANTISSA_MAX	53
#define REAL_MANTISSA	24

static const Word words[] = {
	{"bit", SQLTYPE_BIT, NONE, 0},
	{"tinyint", SQLTYPE_TINYINT, NONE, 0},
	{"smallint", SQLTYPE_SMALLINT, NONE, 0},
	{"int", SQLTYPE_INT, NONE, 0},
	{"integer", SQLTYPE_INT, NONE, 0},
	{"bigint", SQLTYPE_BIGINT, NONE, 0},
	{"real", SQLTYPE_REAL, NONE, 0},
	{"float", SQLTYPE_FLOAT, MANTISSA, MANTISSA_MAX},
	{"double precision", SQLTYPE_FLOAT, NONE, 0},
	{"smallmoney", SQLTYPE_SMALLMONEY, NONE, 0},
	{"money", SQLTYPE_MONEY, NONE, 0},
	{"decimal", SQLTYPE_DECIMAL, PRECISION, PRECISION_MAX},
	{"numeric", SQLTYPE_DECIMAL, PRECISION, PRECISION_MAX},
	{"dec", SQLTYPE_DECIMAL, PRECISION, PRECISION_MAX},
	{"date", SQLTYPE_DATE, NONE, 0},
	{"time", SQLTYPE_TIME, SCALE, SCALE_MAX},
	{"smalldatetime", SQLTYPE_SMALLDATETIME, NONE, 0},
	{"datetime", SQLTYPE_DATETIME, NONE, 0},
	{"datetime2", SQLTYPE_DATETIME2, SCALE, SCALE_MAX},
	{"datetimeoffset", SQLTYPE_DATETIMEOFFSET, SCALE, SCALE_MAX},
	{"uniqueidentifier", SQLTYPE_UNIQUEIDENTIFIER, NONE, 0},
	{"char", SQLTYPE_CHAR, LENGTH, BYTES_MAX},
	{"character", SQLTYPE_CHAR, LENGTH, BYTES_MAX},
	{"varchar", SQLTYPE_VARCHAR, LENGTH_OR_MAX, BYTES_MAX},
	{"char varying", SQLTYPE_VARCHAR, LENGTH_OR_MAX, BYTES_MAX},
	{"character varying", SQLTYPE_VARCHAR, LENGTH_OR_MAX, BYTES_MAX},
	{"nchar", SQLTYPE_NCHAR, LENGTH, UNITS_MAX},
	{"national char", SQLTYPE_NCHAR, LENGTH, UNITS_MAX},
	{"national character", SQLTYPE_NCHAR, LENGTH, UNITS_MAX},
	{"nvarchar", SQLTYPE_NVARCHAR, LENGTH_OR_MAX, UNITS_MAX},
	{"national char varying", SQLTYPE_NVARCHAR, LENGTH_OR_MAX, UNITS_MAX},
	{"national character varying", SQLTYPE_NVARCHAR, LENGTH_OR_MAX, UNITS_MAX},
	{"sysname", SQLTYPE_NVARCHAR, NONE, 128},
	{"text", SQLTYPE_TEXT, NONE, 0},
	{"ntext", SQLTYPE_NTEXT, NONE, 0},
	{"national text", SQLTYPE_NTEXT, NONE, 0},
	{"xml", SQLTYPE_XML, NONE, 0},
	{"json", SQLTYPE_JSON, NONE, 0},
	{"binary", SQLTYPE_BINARY, LENGTH, BYTES_MAX},
	{"varbinary", SQLTYPE_VARBINARY, LENGTH_OR_MAX, BYTES_MAX},
	{"binary varying", SQLTYPE_VARBINARY, LENGTH_OR_MAX, BYTES_MAX},
	{"image", SQLTYPE_IMAGE, NONE, 0},
	{"rowversion", SQLTYPE_ROWVERSION, NONE, 0},
	{"timestamp", SQLTYPE_ROWVERSION, NONE, 0},
	{"sql_variant", SQLTYPE_SQL_VARIANT, NONE, 0},
	{"geometry", SQLTYPE_GEOMETRY, NONE, 0},
	{"geography", SQLTYPE_GEOGRAPHY, NONE, 0},
	{"hierarchyid", SQLTYPE_HIERARCHYID, NONE, 0},
};

#define WORDS	(sizeof(words) / sizeof(words[0]))

/* A result has it, nobody declares it. */
static const Word clr_type = {"a CLR type", SQLTYPE_CLR, NONE, 0};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blanks(const char **at)
{
	while (is_blank(**at))
		(*at)++;
}

/* Everything before the parenthesis: lower case, one blank between its parts. */
static bool
read_words(const char **at, char *name, size_t size)
{
	size_t		length = 0;

	skip_blanks(at);
	for (; **at != '\0' && **at != '('; (*at)++)
	{
		char		c = **at;

		if (is_blank(c))
		{
			if (length > 0 && name[length - 1] == ' ')
				continue;
			c = ' ';
		}
		else if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (length + 1 >= size)
			return false;
		name[length++] = c;
	}
	while (length > 0 && name[length - 1] == ' ')
		length--;
	name[length] = '\0';
	return length > 0;
}

/* A number of at most four digits with the blanks around it, or "max". */
static bool
read_argument(const char **at, int *value)
{
	int			digits = 0;

	skip_blanks(at);
	*value = 0;
	if (((*at)[0] | 0x20) == 'm' && ((*at)[1] | 0x20) == 'a' && ((*at)[2] | 0x20) == 'x')
	{
		*value = SQLTYPE_MAX;
		*at += 3;
		digits = 1;
	}
	else
	{
		for (; **at >= '0' && **at <= '9' && digits < 5; (*at)++, digits++)
			*value = *value * 10 + (**at - '0');
	}
	skip_blanks(at);
	return digits > 0;
}

/* "(1)", "(1,2)" or nothing up to the end; -1: malformed. */
static int
read_arguments(const char *at, int arguments[2])
{
	int			count = 0;

	if (*at == '\0')
		return 0;
	do
	{
		at++;
		if (count == 2 || !read_argument(&at, &arguments[count]))
			return -1;
		count++;
	} while (*at == ',');
	if (*at++ != ')')
		return -1;
	skip_blanks(&at);
	return *at == '\0' ? count : -1;
}

static bool
between(int value, int low, int high)
{
	return value >= low && value <= high;
}

static bool
apply_arguments(const Word *word, int count, const int *arguments, SqlType *type)
{
	switch (word->arguments)
	{
		case NONE:
			type->length = word->limit;
			return count == 0;
		case LENGTH:
		case LENGTH_OR_MAX:
			type->length = arguments[0];
			return count == 1 && (between(arguments[0], 1, word->limit) ||
								  (word->arguments == LENGTH_OR_MAX &&
								   arguments[0] == SQLTYPE_MAX));
		case PRECISION:
			type->precision = count > 0 ? arguments[0] : 18;
			type->scale = count > 1 ? arguments[1] : 0;
			return between(type->precision, 1, word->limit) &&
				between(type->scale, 0, type->precision);
		case SCALE:
			type->scale = count > 0 ? arguments[0] : word->limit;
			return count < 2 && between(type->scale, 0, word->limit);
		case MANTISSA:
			if (count == 1 && arguments[0] <= REAL_MANTISSA)
				type->name = SQLTYPE_REAL;
			return count == 0 || (count == 1 && between(arguments[0], 1, word->limit));
	}
	return false;
}

static void
say_arguments(const Word *word, char *allowed)
{
	size_t		size = SQLTYPE_ALLOWED_MAX;

	switch (word->arguments)
	{
		case NONE:
			snprintf(allowed, size, "%s, without anything in parentheses", word->word);
			break;
		case LENGTH:
			snprintf(allowed, size, "%s(n) with n from 1 to %d", word->word, word->limit);
			break;
		case LENGTH_OR_MAX:
			snprintf(allowed, size, "%s(n) with n from 1 to %d, %s(max)",
					 word->word, word->limit, word->word);
			break;
		case PRECISION:
			snprintf(allowed, size, "%s(p,s) with p from 1 to %d and s from 0 to p",
					 word->word, word->limit);
			break;
		case SCALE:
			snprintf(allowed, size, "%s(s) with s from 0 to %d", word->word, word->limit);
			break;
		case MANTISSA:
			snprintf(allowed, size, "%s, %s(n) with n from 1 to %d",
					 word->word, word->word, word->limit);
			break;
	}
}

/* The first word of each type. */
static void
say_types(char *allowed)
{
	size_t		length = 0;
	size_t		i;

	allowed[0] = '\0';
	for (i = 0; i < WORDS; i++)
	{
		if ((i == 0 || words[i].name != words[i - 1].name) && length < SQLTYPE_ALLOWED_MAX)
			length += snprintf(allowed + length, SQLTYPE_ALLOWED_MAX - length, "%s%s",
							   i > 0 ? ", " : "", words[i].word);
	}
}

bool
sqltype_parse(const char *text, SqlType *type, char allowed[SQLTYPE_ALLOWED_MAX])
{
	char		name[SQLTYPE_TEXT_MAX];
	const char *at = text;
	int			arguments[2] = {0, 0};
	size_t		i;

	memset(type, 0, sizeof(*type));
	if (read_words(&at, name, sizeof(name)))
	{
		for (i = 0; i < WORDS; i++)
		{
			int			count;

			if (strcmp(words[i].word, name) != 0)
				continue;
			type->name = words[i].name;
			count = read_arguments(at, arguments);
			if (count >= 0 && apply_arguments(&words[i], count, arguments, type))
				return true;
			say_arguments(&words[i], allowed);
			return false;
		}
	}
	say_types(allowed);
	return false;
}

static const Word *
word_of(SqlTypeName name)
{
	size_t		i;

	for (i = 0; i < WORDS; i++)
	{
		if (words[i].name == name)
			return &words[i];
	}
	return &clr_type;
}

void
sqltype_format(const SqlType *type, char text[SQLTYPE_TEXT_MAX])
{
	const Word *word = word_of(type->name);

	switch (word->arguments)
	{
		case LENGTH:
		case LENGTH_OR_MAX:
			if (type->length == SQLTYPE_MAX)
				snprintf(text, SQLTYPE_TEXT_MAX, "%s(max)", word->word);
			else
				snprintf(text, SQLTYPE_TEXT_MAX, "%s(%d)", word->word, type->length);
			break;
		case PRECISION:
			snprintf(text, SQLTYPE_TEXT_MAX, "%s(%d,%d)", word->word, type->precision,
					 type->scale);
			break;
		case SCALE:
			snprintf(text, SQLTYPE_TEXT_MAX, "%s(%d)", word->word, type->scale);
			break;
		case NONE:
		case MANTISSA:
			snprintf(text, SQLTYPE_TEXT_MAX, "%s", word->word);
			break;
	}
}

static bool
same_name(const SqlType *declared, const SqlType *actual)
{
	switch (declared->name)
	{
		case SQLTYPE_GEOMETRY:
		case SQLTYPE_GEOGRAPHY:
		case SQLTYPE_HIERARCHYID:
			return actual->name == SQLTYPE_CLR;
		case SQLTYPE_ROWVERSION:
			/* a result says binary(8), or varbinary(8) where it may be NULL */
			return (actual->name == SQLTYPE_BINARY || actual->name == SQLTYPE_VARBINARY) &&
				actual->length == 8;
		case SQLTYPE_JSON:
			/* to a client that knows no json it is sent as text */
			return (actual->name == SQLTYPE_VARCHAR || actual->name == SQLTYPE_NVARCHAR) &&
				actual->length == SQLTYPE_MAX;
		default:
			return actual->name == declared->name;
	}
}

static bool
same_extent(const SqlType *declared, const SqlType *actual)
{
	if (declared->precision != actual->precision || declared->scale != actual->scale)
		return false;
	if (declared->length == 0)
		return true;
	if (declared->length == SQLTYPE_MAX || actual->length == SQLTYPE_MAX)
		return declared->length == actual->length;
	return actual->length <= declared->length;
}

bool
sqltype_admits(const SqlType *declared, const SqlType *actual)
{
	return same_name(declared, actual) && same_extent(declared, actual);
}

bool
sqltype_covers(const SqlType *declared, const SqlType *actual)
{
	if (declared->name != actual->name)
		return sqltype_admits(actual, declared);
	return same_extent(declared, actual);
}
