/*
 * test/standin/parser.c
 *		The parser's ground: entry points, tokens, names, lists and errors.
 *
 * Recursive descent over tokens with a lookahead of four.  Words are compared
 * as texts, so that the grammar can be read in the code; what may be a name is
 * decided by the lexer's list of reserved words alone.
 */
#include "parser_internal.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Deep enough for people, and far from the end of a thread's stack. */
#define DEPTH_MAX		200

static void
start(Parser *p, const char *sql, size_t length, bool quoted_identifier, Arena *arena,
	  SqlMessage *error)
{
	memset(p, 0, sizeof(*p));
	p->lexer.sql = sql;
	p->lexer.length = length;
	p->lexer.line = 1;
	p->lexer.quoted_identifier = quoted_identifier;
	p->lexer.arena = arena;
	p->arena = arena;
	p->error = error;
	p->last.text = "";
	memset(error, 0, sizeof(*error));
}

static void
expect_end(Parser *p)
{
	if (peek(p)->kind != TOKEN_END)
		syntax_error_here(p);
}

bool
parse_batch(const char *sql, size_t length, bool quoted_identifier, Arena *arena,
			StatementList *statements, SqlMessage *error)
{
	Parser		p;

	start(&p, sql, length, quoted_identifier, arena, error);
	memset(statements, 0, sizeof(*statements));
	if (setjmp(p.escape) != 0)
		return false;
	parse_statements(&p, statements);
	expect_end(&p);
	return true;
}

bool
parse_declarations(const char *sql, size_t length, Arena *arena, DeclarationList *declarations,
				   SqlMessage *error)
{
	Parser		p;

	start(&p, sql, length, true, arena, error);
	memset(declarations, 0, sizeof(*declarations));
	if (setjmp(p.escape) != 0)
		return false;
	if (peek(&p)->kind != TOKEN_END)
		*declarations = parse_declaration_list(&p, true);
	expect_end(&p);
	return true;
}

bool
parse_value_text(const char *sql, size_t length, Arena *arena, Expr **value, SqlMessage *error)
{
	Parser		p;

	start(&p, sql, length, true, arena, error);
	if (setjmp(p.escape) != 0)
		return false;
	*value = parse_value(&p);
	expect_end(&p);
	return true;
}

bool
parse_condition_text(const char *sql, size_t length, Arena *arena, Expr **condition,
					 SqlMessage *error)
{
	Parser		p;

	start(&p, sql, length, true, arena, error);
	if (setjmp(p.escape) != 0)
		return false;
	*condition = parse_condition(&p);
	expect_end(&p);
	return true;
}

bool
parse_query_text(const char *sql, size_t length, Arena *arena, Query **query, SqlMessage *error)
{
	Parser		p;
	CteList		with;

	start(&p, sql, length, true, arena, error);
	if (setjmp(p.escape) != 0)
		return false;
	with = parse_ctes(&p);
	*query = parse_query(&p, false);
	(*query)->with = with;
	expect_end(&p);
	return true;
}

bool
parse_type_text(const char *sql, size_t length, Arena *arena, DataType *type, SqlMessage *error)
{
	Parser		p;

	start(&p, sql, length, true, arena, error);
	if (setjmp(p.escape) != 0)
		return false;
	*type = parse_data_type(&p, false);
	expect_end(&p);
	return true;
}

void
parse_error(Parser *p, int number, int line, const char *format, ...)
{
	va_list		arguments;
	char		text[sizeof(p->error->text)];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	syntax_error(p->error, number, line, "%s", text);
	longjmp(p->escape, 1);
}

/* At the end of the text the token before it is to blame. */
void
syntax_error_here(Parser *p)
{
	const Token *token = peek(p);
	const char *text;
	size_t		size;

	if (token->kind == TOKEN_END)
		token = &p->last;
	text = token->text;
	size = token->size;
	if (token->kind == TOKEN_BINARY || token->kind == TOKEN_MONEY)
	{
		text = p->lexer.sql + token->span.start;
		size = token->span.end - token->span.start;
	}
	if (token->reserved && token != &p->last)
		parse_error(p, 156, token->span.line, "Incorrect syntax near the keyword '%s'.", text);
	parse_error(p, 102, token->span.line, "Incorrect syntax near '%.*s'.",
				shown_length(text, size), text);
}

const Token *
peek_at(Parser *p, int distance)
{
	while (p->ahead_count <= distance)
	{
		Token	   *token = &p->ahead[(p->first + p->ahead_count) % TOKENS_AHEAD];

		if (!lexer_next(&p->lexer, token, p->error))
			longjmp(p->escape, 1);
		p->ahead_count++;
	}
	return &p->ahead[(p->first + distance) % TOKENS_AHEAD];
}

const Token *
peek(Parser *p)
{
	return peek_at(p, 0);
}

Token
take(Parser *p)
{
	p->last = *peek(p);
	p->first = (p->first + 1) % TOKENS_AHEAD;
	p->ahead_count--;
	return p->last;
}

bool
at_word_after(Parser *p, int distance, const char *word)
{
	const Token *token = peek_at(p, distance);

	return token->kind == TOKEN_WORD && name_equal(token->text, word);
}

bool
at_word(Parser *p, const char *word)
{
	return at_word_after(p, 0, word);
}

bool
at_symbol_after(Parser *p, int distance, int symbol)
{
	const Token *token = peek_at(p, distance);

	return token->kind == TOKEN_SYMBOL && token->symbol == symbol;
}

bool
at_symbol(Parser *p, int symbol)
{
	return at_symbol_after(p, 0, symbol);
}

bool
at_name(Parser *p)
{
	const Token *token = peek(p);

	return token->kind == TOKEN_NAME || (token->kind == TOKEN_WORD && !token->reserved);
}

bool
accept_word(Parser *p, const char *word)
{
	if (!at_word(p, word))
		return false;
	take(p);
	return true;
}

bool
accept_symbol(Parser *p, int symbol)
{
	if (!at_symbol(p, symbol))
		return false;
	take(p);
	return true;
}

void
expect_word(Parser *p, const char *word)
{
	if (!accept_word(p, word))
		syntax_error_here(p);
}

void
expect_symbol(Parser *p, int symbol)
{
	if (!accept_symbol(p, symbol))
		syntax_error_here(p);
}

const char *
expect_name(Parser *p)
{
	if (!at_name(p))
		syntax_error_here(p);
	return take(p).text;
}

const char *
expect_variable(Parser *p)
{
	if (peek(p)->kind != TOKEN_VARIABLE)
		syntax_error_here(p);
	return take(p).text;
}

const char *
expect_string(Parser *p)
{
	const Token *token = peek(p);

	if ((token->kind != TOKEN_STRING && token->kind != TOKEN_NATIONAL_STRING) ||
		memchr(token->text, '\0', token->size) != NULL)
		syntax_error_here(p);
	return take(p).text;
}

int64_t
expect_integer(Parser *p, int64_t low, int64_t high)
{
	bool		negative = false;
	int64_t		value = 0;
	const char *digit;

	if (low < 0 && !accept_symbol(p, '+'))
		negative = accept_symbol(p, '-');
	if (peek(p)->kind != TOKEN_INTEGER)
		syntax_error_here(p);
	for (digit = peek(p)->text; *digit != '\0'; digit++)
	{
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, *digit - '0', &value))
			syntax_error_here(p);
	}
	if ((!negative && value == INT64_MIN) ||
		(negative ? value : -value) < low || (negative ? value : -value) > high)
		syntax_error_here(p);
	take(p);
	return negative ? value : -value;
}

const char *
upper_text(Parser *p, const char *text)
{
	size_t		size = strlen(text);
	char	   *copy = arena_copy(p->arena, text, size);
	size_t		i;

	for (i = 0; i < size; i++)
	{
		if (copy[i] >= 'a' && copy[i] <= 'z')
			copy[i] += 'A' - 'a';
	}
	return copy;
}

void *
parse_alloc(Parser *p, size_t size)
{
	return memset(arena_alloc(p->arena, size), 0, size);
}

/* Room is 4, 8, 16 ...: it is used up when count is one of these. */
void *
parse_append(Parser *p, void *items, int count, size_t size)
{
	char	   *result = items;

	if (count == 0 || (count >= 4 && (count & (count - 1)) == 0))
	{
		if (count > INT_MAX / 2)
			parse_error(p, 701, p->last.span.line,
						"There is insufficient system memory to run this query.");
		result = arena_alloc(p->arena, (count == 0 ? 4 : (size_t) count * 2) * size);
		if (count > 0)
			memcpy(result, items, (size_t) count * size);
	}
	memset(result + (size_t) count * size, 0, size);
	return result;
}

void
add_name(Parser *p, NameList *list, const char *name)
{
	list->items = parse_append(p, list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = name;
}

void
add_expr(Parser *p, ExprList *list, Expr *expr)
{
	list->items = parse_append(p, list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = expr;
}

Span
span_start(Parser *p)
{
	return peek(p)->span;
}

void
span_end(Parser *p, Span *span)
{
	span->end = p->last.span.end;
}

void
nested_too_deeply(Parser *p)
{
	parse_error(p, 191, peek(p)->span.line,
				"Some part of your SQL statement is nested too deeply. "
				"Rewrite the query or break it up into smaller queries.");
}

void
descend(Parser *p)
{
	if (++p->depth > DEPTH_MAX)
		nested_too_deeply(p);
}

void
ascend(Parser *p)
{
	p->depth--;
}

ObjectName
parse_column_name(Parser *p, bool *star)
{
	ObjectName	name = {.span = span_start(p)};

	name.object = expect_name(p);
	while (accept_symbol(p, '.'))
	{
		if (star != NULL && accept_symbol(p, '*'))
		{
			*star = true;
			break;
		}
		if (name.server != NULL)
			parse_error(p, 117, name.span.line,
						"The object name '%s.%s.%s.%s' contains more than the maximum number of "
						"prefixes. The maximum is 3.", name.server,
						name.database ? name.database : "", name.schema ? name.schema : "",
						name.object ? name.object : "");
		name.server = name.database;
		name.database = name.schema;
		name.schema = name.object;
		name.object = NULL;
		if (at_symbol(p, '.') && (star == NULL || !at_symbol_after(p, 1, '*')))
			continue;
		name.object = expect_name(p);
	}
	span_end(p, &name.span);
	return name;
}

ObjectName
parse_object_name(Parser *p)
{
	return parse_column_name(p, NULL);
}

NameList
parse_name_list(Parser *p)
{
	NameList	list = {0};

	expect_symbol(p, '(');
	do
	{
		add_name(p, &list, expect_name(p));
	} while (accept_symbol(p, ','));
	expect_symbol(p, ')');
	return list;
}

bool
accept_switch(Parser *p, bool *on)
{
	*on = at_word(p, "ON");
	if (!*on && !at_word(p, "OFF"))
		return false;
	take(p);
	return true;
}
