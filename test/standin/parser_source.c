/*
 * test/standin/parser_source.c
 *		FROM: tables, derived tables, joins, hints; and rows of values.
 */
#include "parser_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As in SQL Server, tables in one statement. */
#define SOURCES_MAX		256

static const char *const table_hints[] = {
	"FORCESCAN", "FORCESEEK", "HOLDLOCK", "INDEX", "KEEPDEFAULTS", "KEEPIDENTITY", "NOEXPAND",
	"NOLOCK", "NOWAIT", "PAGLOCK", "READCOMMITTED", "READCOMMITTEDLOCK", "READPAST",
	"READUNCOMMITTED", "REPEATABLEREAD", "ROWLOCK", "SERIALIZABLE", "SNAPSHOT", "TABLOCK",
	"TABLOCKX", "UPDLOCK", "XLOCK"
};

static Source *parse_joined(Parser *p);

static Source *
make_source(Parser *p, SourceKind kind, Span span)
{
	Source	   *source = parse_alloc(p, sizeof(*source));

	if (kind != SOURCE_JOIN && ++p->sources > SOURCES_MAX)
		parse_error(p, 106, span.line,
					"Too many table names in the query. The maximum allowable is %d.", SOURCES_MAX);
	source->kind = kind;
	source->span = span;
	return source;
}

static bool
is_hint(const Token *token)
{
	size_t		i;

	if (token->kind != TOKEN_WORD)
		return false;
	for (i = 0; i < sizeof(table_hints) / sizeof(table_hints[0]); i++)
	{
		if (name_equal(token->text, table_hints[i]))
			return true;
	}
	return false;
}

/* INDEX(1), INDEX = name, INDEX(a, b): which index is no matter of results. */
static void
parse_hint_argument(Parser *p)
{
	bool		list;

	accept_symbol(p, '=');
	list = accept_symbol(p, '(');
	do
	{
		if (peek(p)->kind == TOKEN_INTEGER)
			take(p);
		else
			expect_name(p);
	} while (list && accept_symbol(p, ','));
	if (list)
		expect_symbol(p, ')');
}

/* ( hint [,] hint ... ) */
static NameList
parse_hint_list(Parser *p)
{
	NameList	hints = {0};

	expect_symbol(p, '(');
	do
	{
		Token		hint = *peek(p);

		if (hint.kind != TOKEN_WORD)
			syntax_error_here(p);
		if (!is_hint(&hint))
			parse_error(p, 321, hint.span.line,
						"\"%s\" is not a recognized table hints option. If it is intended as a "
						"parameter to a table-valued function or to the CHANGETABLE function, "
						"ensure that your database compatibility mode is set to 90.", hint.text);
		take(p);
		add_name(p, &hints, upper_text(p, hint.text));
		if (name_equal(hint.text, "INDEX"))
			parse_hint_argument(p);
		accept_symbol(p, ',');
	} while (!at_symbol(p, ')'));
	take(p);
	return hints;
}

NameList
parse_table_hints(Parser *p)
{
	NameList	none = {0};

	if (!at_word(p, "WITH") || !at_symbol_after(p, 1, '('))
		return none;
	take(p);
	return parse_hint_list(p);
}

ExprList *
parse_rows(Parser *p, bool defaults, int *count)
{
	ExprList   *rows = NULL;

	*count = 0;
	do
	{
		ExprList	row = {0};
		int			line = peek(p)->span.line;

		expect_symbol(p, '(');
		do
		{
			if (defaults && at_word(p, "DEFAULT"))
			{
				add_expr(p, &row, make_expr(p, EXPR_DEFAULT, span_start(p)));
				take(p);
			}
			else
				add_expr(p, &row, parse_value(p));
		} while (accept_symbol(p, ','));
		expect_symbol(p, ')');
		if (*count > 0 && row.count != rows[0].count)
			parse_error(p, 10709, line, "The number of columns for each row in a table value "
						"constructor must be the same.");
		rows = parse_append(p, rows, *count, sizeof(*rows));
		rows[(*count)++] = row;
	} while (accept_symbol(p, ','));
	return rows;
}

/* The alias that a derived table must have. */
static void
parse_derived_alias(Parser *p, Source *source)
{
	source->alias = accept_alias(p, false);
	if (source->alias == NULL)
		syntax_error_here(p);
	if (at_symbol(p, '('))
		source->columns = parse_name_list(p);
}

static bool
is_bare_query(const Source *source)
{
	return source->kind == SOURCE_QUERY && source->alias == NULL;
}

/*
 * What a parenthesis holds shows only inside: (SELECT ...), (VALUES ...), a join,
 * or ((SELECT ...) UNION ...).  Returns a query without its alias, to which the
 * caller may add: it can be the left side of a set operation one level up.
 */
static Source *
parse_parenthesised_source(Parser *p)
{
	Span		span = span_start(p);
	Source	   *source;

	descend(p);
	expect_symbol(p, '(');
	if (at_word(p, "SELECT"))
	{
		source = make_source(p, SOURCE_QUERY, span);
		source->query = parse_query(p, false);
	}
	else if (accept_word(p, "VALUES"))
	{
		source = make_source(p, SOURCE_VALUES, span);
		source->rows = parse_rows(p, false, &source->row_count);
		expect_symbol(p, ')');
		parse_derived_alias(p, source);
		ascend(p);
		return source;
	}
	else
	{
		source = parse_joined(p);
		if (is_bare_query(source) && (at_set_operator(p) || at_word(p, "ORDER")))
			source->query = continue_query(p, source->query);

		/* Around one table SQL Server takes no parentheses. */
		if (source->kind != SOURCE_JOIN && !is_bare_query(source))
			syntax_error_here(p);
	}
	expect_symbol(p, ')');
	span_end(p, &source->span);
	ascend(p);
	return source;
}

static double
expect_number(Parser *p)
{
	Token		number = *peek(p);

	if (number.kind == TOKEN_VARIABLE)
		parse_error(p, 497, number.span.line, "Variables are not allowed in the TABLESAMPLE or REPEATABLE clauses.");
	if (number.kind != TOKEN_INTEGER && number.kind != TOKEN_DECIMAL && number.kind != TOKEN_FLOAT)
		syntax_error_here(p);
	take(p);
	return strtod(number.text, NULL);
}

/* TABLESAMPLE [SYSTEM] (n [PERCENT | ROWS]) [REPEATABLE (seed)] */
static Sample *
parse_sample(Parser *p, const char *table)
{
	Sample	   *sample = parse_alloc(p, sizeof(*sample));
	double		seed = 0;

	sample->line = peek(p)->span.line;
	expect_word(p, "TABLESAMPLE");
	accept_word(p, "SYSTEM");
	expect_symbol(p, '(');
	sample->size = expect_number(p);
	sample->rows = accept_word(p, "ROWS");
	if (!sample->rows)
		accept_word(p, "PERCENT");
	if (!sample->rows && sample->size > 100)
		parse_error(p, 476, sample->line, "Invalid PERCENT tablesample size \"%f\" for table \"%s\". The PERCENT "
					"tablesample size must be between 0 and 100.", sample->size, table);
	expect_symbol(p, ')');
	sample->repeatable = accept_word(p, "REPEATABLE");
	if (sample->repeatable)
	{
		expect_symbol(p, '(');
		seed = expect_number(p);
		sample->seed = (int64_t) seed;
		expect_symbol(p, ')');
	}
	if ((sample->rows && sample->size != floor(sample->size)) ||
		(sample->repeatable && (double) sample->seed != seed))
		parse_error(p, 477, sample->line, "Invalid ROWS value or REPEATABLE seed in the TABLESAMPLE clause for table "
					"\"%s\". The value or seed must be an integer.", table);
	return sample;
}

static Source *
parse_named_source(Parser *p)
{
	Source	   *source = make_source(p, SOURCE_TABLE, span_start(p));
	Token		variable = *peek(p);

	if (variable.kind == TOKEN_VARIABLE)
	{
		take(p);
		source->name.object = variable.text;
		source->name.span = variable.span;
	}
	else
		source->name = parse_object_name(p);

	if (at_symbol(p, '(') && is_hint(peek_at(p, 1)))
		source->hints = parse_hint_list(p);
	else if (at_symbol(p, '('))
	{
		source->kind = SOURCE_FUNCTION;
		source->function = parse_call(p, source->name);
	}
	source->alias = accept_alias(p, false);
	if (at_word(p, "TABLESAMPLE"))
		source->sample = parse_sample(p, source->name.object != NULL ? source->name.object : "");
	if (source->kind == SOURCE_FUNCTION && source->alias != NULL && at_symbol(p, '('))
		source->columns = parse_name_list(p);
	else if (source->kind == SOURCE_TABLE && source->hints.count == 0)
		source->hints = at_symbol(p, '(') ? parse_hint_list(p) : parse_table_hints(p);
	span_end(p, &source->span);
	return source;
}

/* A table, or something in parentheses; a query still without its alias. */
static Source *
parse_source(Parser *p)
{
	Source	   *source;

	if (!at_symbol(p, '('))
		return parse_named_source(p);
	source = parse_parenthesised_source(p);
	if (is_bare_query(source) && (at_name(p) || at_word(p, "AS")))
	{
		parse_derived_alias(p, source);
		span_end(p, &source->span);
	}
	return source;
}

static bool
accept_join(Parser *p, JoinKind *kind)
{
	static const struct
	{
		const char *word;
		JoinKind	kind;
		bool		outer;
	}			words[] = {
		{"INNER", JOIN_INNER, false},
		{"LEFT", JOIN_LEFT, true},
		{"RIGHT", JOIN_RIGHT, true},
		{"FULL", JOIN_FULL, true},
		{"CROSS", JOIN_CROSS, false},
	};
	size_t		i;

	*kind = JOIN_INNER;
	if (accept_word(p, "JOIN"))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (accept_word(p, words[i].word))
		{
			*kind = words[i].kind;
			if (words[i].outer)
				accept_word(p, "OUTER");
			expect_word(p, "JOIN");
			return true;
		}
	}
	return false;
}

static void
require_alias(Parser *p, const Source *source)
{
	if (is_bare_query(source))
		syntax_error_here(p);
}

/* The right side takes joins of its own until its ON comes: a JOIN b JOIN c ON .. ON .. */
static Source *
parse_joins(Parser *p, Source *left)
{
	JoinKind	kind;

	descend(p);
	while (accept_join(p, &kind))
	{
		Source	   *source = make_source(p, SOURCE_JOIN, left->span);

		source->join = kind;
		source->left = left;
		source->right = parse_source(p);
		require_alias(p, source->right);
		if (kind != JOIN_CROSS)
		{
			if (!at_word(p, "ON"))
				source->right = parse_joins(p, source->right);
			expect_word(p, "ON");
			source->on = parse_condition(p);
		}
		span_end(p, &source->span);
		left = source;
	}
	ascend(p);
	return left;
}

static Source *
parse_joined(Parser *p)
{
	Source	   *source = parse_source(p);

	if (is_bare_query(source))
		return source;
	return parse_joins(p, source);
}

Source *
parse_from(Parser *p)
{
	Source	   *left = parse_joined(p);

	require_alias(p, left);
	while (accept_symbol(p, ','))
	{
		Source	   *source = make_source(p, SOURCE_JOIN, left->span);

		source->join = JOIN_CROSS;
		source->left = left;
		source->right = parse_joined(p);
		require_alias(p, source->right);
		span_end(p, &source->span);
		left = source;
	}
	return left;
}
