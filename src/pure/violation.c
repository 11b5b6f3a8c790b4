/*
 * src/pure/violation.c
 *		The names in the messages about constraints.
 *
 * TDS has no fields for them, so they are taken from the text.  A pattern is
 * the text of SQL Server with letters for what varies; it has to match from the
 * start, and a variable part ends where the words behind it are found first.
 * Values that users have written stand behind the names, so no value can pass for
 * a name.  Names are not quoted by the server: where it cannot be told which
 * dot separates schema and table, neither is given.
 */
#include "pure/violation.h"

#include <string.h>

/*
 * %c constraint, %n column, %t schema.table, %d database.schema.table, %f a table
 * that is not the constraint's, %- anything.  A pattern that ends in $ is the whole
 * message; the others leave the rest alone.
 */
typedef struct Pattern
{
	int			number;
	const char *words;
	const char *sqlstate;
} Pattern;

static const Pattern patterns[] = {
	{233, "The column '%n' in table '%-' cannot be null.$", NULL},
	{513, "A column insert or update conflicts with a rule imposed by a previous CREATE RULE statement. "
	"The statement was terminated. The conflict occurred in database '%-', table '%t', column '%n'.$", NULL},
	{515, "Cannot insert the value NULL into column '%n', table '%d'; column does not allow nulls. %- fails.$", NULL},
	{547, "The %- statement conflicted with the CHECK constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\", column '%-'.$", "23514"},
	{547, "The %- statement conflicted with the CHECK constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\".$", "23514"},
	{547, "The %- statement conflicted with the FOREIGN KEY constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%f\"", "23503"},
	{547, "The %- statement conflicted with the FOREIGN KEY SAME TABLE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\", column '%-'.$", "23503"},
	{547, "The %- statement conflicted with the FOREIGN KEY SAME TABLE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\".$", "23503"},
	{547, "The %- statement conflicted with the REFERENCE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\", column '%-'.$", "23503"},
	{547, "The %- statement conflicted with the REFERENCE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\".$", "23503"},
	{547, "The %- statement conflicted with the SAME TABLE REFERENCE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\", column '%-'.$", "23503"},
	{547, "The %- statement conflicted with the SAME TABLE REFERENCE constraint \"%c\". "
	"The conflict occurred in database \"%-\", table \"%t\".$", "23503"},
	{1505, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '%t' "
	"and the index name '%c'. ", NULL},
	{2601, "Cannot insert duplicate key row in object '%t' with unique index '%c'. The duplicate key value is (", NULL},
	{2601, "Cannot insert duplicate key row in object '%t' with unique index '%c'.$", NULL},
	{2627, "Violation of %- constraint '%c'. Cannot insert duplicate key in object '%t'. "
	"The duplicate key value is (", NULL},
	{2627, "Violation of %- constraint '%c'. Cannot insert duplicate key in object '%t'.$", NULL},
	{2628, "String or binary data would be truncated in table '%d', column '%n'. Truncated value: '", NULL},
	{8102, "Cannot update identity column '%n'.$", NULL}
};

/* [schema].[table] below so many dots; a name with a dot of its own makes it unsayable. */
static void
split_table(ViolationName name, int dots, Violation *violation)
{
	const char *end = name.text + name.length;
	const char *schema = name.text;
	const char *table = NULL;
	const char *dot = name.text;
	int			found = 0;

	while ((dot = memchr(dot, '.', (size_t) (end - dot))) != NULL)
	{
		dot++;
		found++;
		if (found < dots)
			schema = dot;
		else if (found == dots)
			table = dot;
	}
	if (found != dots || table == end || table - schema <= 1)
		return;
	violation->schema.text = schema;
	violation->schema.length = (size_t) (table - schema) - 1;
	violation->table.text = table;
	violation->table.length = (size_t) (end - table);
}

static void
keep(char kind, ViolationName name, Violation *violation)
{
	switch (kind)
	{
		case 'c':
			violation->constraint = name;
			break;
		case 'n':
			violation->column = name;
			break;
		case 't':
			split_table(name, 1, violation);
			break;
		case 'd':
			split_table(name, 2, violation);
			break;
		default:
			break;
	}
}

/* Where the length bytes of words are found first in text; at_end: where they end it. */
static const char *
find_words(const char *text, const char *words, size_t length, bool at_end)
{
	size_t		rest = strlen(text);

	if (rest < length)
		return NULL;
	if (at_end)
		return memcmp(text + rest - length, words, length) == 0 ? text + rest - length : NULL;
	for (; rest >= length; text++, rest--)
	{
		if (memcmp(text, words, length) == 0)
			return text;
	}
	return NULL;
}

static bool
match(const Pattern *pattern, const char *text, Violation *violation)
{
	const char *words = pattern->words;
	size_t		length = strcspn(words, "%$");

	if (strncmp(text, words, length) != 0)
		return false;
	text += length;
	words += length;
	while (*words == '%')
	{
		char		kind = words[1];
		bool		whole;
		ViolationName name;
		const char *end;

		words += 2;
		length = strcspn(words, "%$");
		whole = words[length] == '$';
		end = find_words(text, words, length, whole);
		if (end == NULL || end == text)
			return false;
		name.text = text;
		name.length = (size_t) (end - text);
		keep(kind, name, violation);
		text = end + length;
		words += length;
	}
	violation->sqlstate = pattern->sqlstate;
	return true;
}

bool
violation_of(int number, const char *text, Violation *violation)
{
	static const Violation nothing;
	size_t		i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
	{
		*violation = nothing;
		if (patterns[i].number == number && match(&patterns[i], text, violation))
			return true;
	}
	*violation = nothing;
	return false;
}
