/*
 * test/unit/violation_test.c
 *		Names from the server's messages: the right ones, and else none.
 */
/* sources: src/pure/violation.c */
#include <stdlib.h>
#include <string.h>

#include "pure/violation.h"
#include "tap.h"

typedef struct Expected
{
	int			number;
	const char *text;
	bool		said;
	const char *schema;
	const char *table;
	const char *column;
	const char *constraint;
	const char *sqlstate;
} Expected;

static const Expected texts[] = {
	{2627, "Violation of PRIMARY KEY constraint 'PK_t'. Cannot insert duplicate key in object 'dbo.t'. "
	"The duplicate key value is (1).", true, "dbo", "t", "", "PK_t", NULL},
	{2627, "Violation of UNIQUE KEY constraint 'it's'. Cannot insert duplicate key in object 'd bo.t'x'. "
	"The duplicate key value is (<NULL>, a).", true, "d bo", "t'x", "", "it's", NULL},
	{2627, "Violation of PRIMARY KEY constraint 'PK_t'. Cannot insert duplicate key in object 'dbo.t'.",
	true, "dbo", "t", "", "PK_t", NULL},
	{2601, "Cannot insert duplicate key row in object 'dbo.t' with unique index 'i]x'. "
	"The duplicate key value is (\xc3\xa4).", true, "dbo", "t", "", "i]x", NULL},
	{2601, "Cannot insert duplicate key row in object 'dbo.t' with unique index '\xc3\xa4'.",
	true, "dbo", "t", "", "\xc3\xa4", NULL},
	{1505, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name 'dbo.t' "
	"and the index name 'i'.  The duplicate key value is (1).", true, "dbo", "t", "", "i", NULL},
	{547, "The INSERT statement conflicted with the CHECK constraint \"CK_\"a\"\". The conflict occurred in database "
	"\"a.b\", table \"dbo.t\", column 'c'.", true, "dbo", "t", "", "CK_\"a\"", "23514"},
	{547, "The UPDATE statement conflicted with the CHECK constraint \"CK\". The conflict occurred in database \"d\", "
	"table \"dbo.t\".", true, "dbo", "t", "", "CK", "23514"},
	{547, "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK\". The conflict occurred in database "
	"\"d\", table \"dbo.parent\", column 'id'.", true, "", "", "", "FK", "23503"},
	{547, "The MERGE statement conflicted with the FOREIGN KEY constraint \"FK\". The conflict occurred in database "
	"\"d\", table \"dbo.parent\".", true, "", "", "", "FK", "23503"},
	{547, "The INSERT statement conflicted with the FOREIGN KEY SAME TABLE constraint \"FK\". The conflict occurred in "
	"database \"d\", table \"dbo.t\", column 'id'.", true, "dbo", "t", "", "FK", "23503"},
	{547, "The DELETE statement conflicted with the REFERENCE constraint \"FK\". The conflict occurred in database "
	"\"d\", table \"dbo.child\", column 'parent'.", true, "dbo", "child", "", "FK", "23503"},
	{547, "The DELETE statement conflicted with the SAME TABLE REFERENCE constraint \"FK\". The conflict occurred in "
	"database \"d\", table \"dbo.t\".", true, "dbo", "t", "", "FK", "23503"},
	{515, "Cannot insert the value NULL into column 'c', table 'd.dbo.t'; column does not allow nulls. INSERT fails.",
	true, "dbo", "t", "c", "", NULL},
	{515, "Cannot insert the value NULL into column 'c'; x', table 'd.dbo.t'; column does not allow nulls. UPDATE fails.",
	true, "dbo", "t", "c'; x", "", NULL},
	{233, "The column 'c' in table 't' cannot be null.", true, "", "", "c", "", NULL},
	{513, "A column insert or update conflicts with a rule imposed by a previous CREATE RULE statement. The statement was "
	"terminated. The conflict occurred in database 'd', table 'dbo.t', column 'c'.", true, "dbo", "t", "c", "", NULL},
	{2628, "String or binary data would be truncated in table 'd.dbo.t', column 'c'. Truncated value: 'x', column 'y'.'.",
	true, "dbo", "t", "c", "", NULL},
	{8102, "Cannot update identity column 'id'.", true, "", "", "id", "", NULL},

	/* which dot parts schema and table is not to be told */
	{2627, "Violation of PRIMARY KEY constraint 'PK'. Cannot insert duplicate key in object 'dbo.a.b'. "
	"The duplicate key value is (1).", true, "", "", "", "PK", NULL},
	{515, "Cannot insert the value NULL into column 'c', table 'd.e.dbo.t'; column does not allow nulls. INSERT fails.",
	true, "", "", "c", "", NULL},
	{2601, "Cannot insert duplicate key row in object 't' with unique index 'i'.", true, "", "", "", "i", NULL},
	{2601, "Cannot insert duplicate key row in object '.t' with unique index 'i'.", true, "", "", "", "i", NULL},
	{2601, "Cannot insert duplicate key row in object 'dbo.' with unique index 'i'.", true, "", "", "", "i", NULL},

	/* a value that looks like names */
	{2627, "Violation of PRIMARY KEY constraint 'PK'. Cannot insert duplicate key in object 'dbo.t'. The duplicate key "
	"value is (x). Violation of PRIMARY KEY constraint 'no'. Cannot insert duplicate key in object 'a.b'. The duplicate "
	"key value is ()).", true, "dbo", "t", "", "PK", NULL},
	{2628, "String or binary data would be truncated in table 'd.dbo.t', column 'c'. Truncated value: '', column 'no'. "
	"Truncated value: ''.", true, "dbo", "t", "c", "", NULL},

	/* another language, another number, cut off, or not its text at all */
	{547, "Die INSERT-Anweisung steht in Konflikt mit der CHECK-Einschr\xc3\xa4nkung \"CK\". Der Konflikt trat in der "
	"\"d\"-Datenbank, Tabelle \"dbo.t\", column 'c' auf.", false, "", "", "", "", NULL},
	{50000, "Violation of PRIMARY KEY constraint 'PK'. Cannot insert duplicate key in object 'dbo.t'.",
	false, "", "", "", "", NULL},
	{2627, "Violation of PRIMARY KEY constraint 'PK'. Cannot insert duplicate key in object 'dbo.t",
	false, "", "", "", "", NULL},
	{2627, "Violation of PRIMARY KEY constraint 'PK", false, "", "", "", "", NULL},
	{2627, "Violation of PRIMARY KEY constraint ''. Cannot insert duplicate key in object 'dbo.t'.",
	false, "", "", "", "", NULL},
	{2627, "", false, "", "", "", "", NULL},
	{547, "The INSERT statement conflicted with the CHECK constraint \"CK\". The conflict occurred in database \"d\", "
	"table \"dbo.t\", column 'c", false, "", "", "", "", NULL},
	{547, "The INSERT statement conflicted with the  constraint \"CK\". The conflict occurred in database \"d\", "
	"table \"dbo.t\".", false, "", "", "", "", NULL},
	{0, "Violation of PRIMARY KEY constraint 'PK'. Cannot insert duplicate key in object 'dbo.t'.",
	false, "", "", "", "", NULL},
	{-2627, "%c%c%c$", false, "", "", "", "", NULL},
	{2601, "Cannot insert duplicate key row in object '%t' with unique index '%c$%'.$", false, "", "", "", "", NULL}
};

static bool
same(ViolationName name, const char *expected)
{
	return name.length == strlen(expected) && (name.length == 0 || memcmp(name.text, expected, name.length) == 0);
}

static bool
as_expected(const Expected *expected)
{
	Violation	violation;
	bool		said = violation_of(expected->number, expected->text, &violation);

	return said == expected->said && same(violation.schema, expected->schema) && same(violation.table, expected->table) &&
		same(violation.column, expected->column) && same(violation.constraint, expected->constraint) &&
		((violation.sqlstate == NULL && expected->sqlstate == NULL) ||
		 (violation.sqlstate != NULL && expected->sqlstate != NULL &&
		  strcmp(violation.sqlstate, expected->sqlstate) == 0));
}

/* Every text cut off at every byte, in memory of just its size: read no further, and no name reaches beyond it. */
static bool
cut_off(const char *text, int number)
{
	size_t		whole = strlen(text);

	for (size_t length = 0; length <= whole; length++)
	{
		char	   *part = malloc(length + 1);
		Violation	v;
		bool		inside = true;

		memcpy(part, text, length);
		part[length] = '\0';
		if (violation_of(number, part, &v))
		{
			const ViolationName *names[] = {&v.schema, &v.table, &v.column, &v.constraint};

			for (int i = 0; i < 4; i++)
				inside = inside && (names[i]->length == 0 ||
									(names[i]->text >= part && names[i]->text + names[i]->length <= part + length));
		}
		free(part);
		if (!inside)
			return false;
	}
	return true;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		ok(as_expected(&texts[i]), "%d: %.120s", texts[i].number, texts[i].text);
		ok(cut_off(texts[i].text, texts[i].number), "%d, cut off anywhere", texts[i].number);
	}
	return done_testing();
}
