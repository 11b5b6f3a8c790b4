/*
 * test/standin/parser_function.c
 *		Function calls, and the functions with a syntax of their own.
 */
#include "parser_internal.h"

typedef struct SpecialFunction
{
	const char *name;
	bool		call;			/* only before a parenthesis; else a name like any other */
	void		(*parse) (Parser *p, Expr *expr);	/* NULL: takes no parentheses */
} SpecialFunction;

static void
parse_case(Parser *p, Expr *expr)
{
	expr->kind = EXPR_CASE;
	if (!at_word(p, "WHEN"))
		expr->left = parse_value(p);
	do
	{
		When	   *when;

		expect_word(p, "WHEN");
		expr->whens = parse_append(p, expr->whens, expr->when_count, sizeof(*expr->whens));
		when = &expr->whens[expr->when_count];
		when->test = expr->left != NULL ? parse_value(p) : parse_condition(p);
		expect_word(p, "THEN");
		when->result = parse_value(p);
		expr->when_count++;
	} while (at_word(p, "WHEN"));
	if (accept_word(p, "ELSE"))
		expr->other = parse_value(p);
	expect_word(p, "END");
}

static void
parse_cast(Parser *p, Expr *expr)
{
	expr->kind = EXPR_CAST;
	expr->conversion = name_equal(expr->text, "CAST") ? CONVERSION_CAST : CONVERSION_TRY_CAST;
	expect_symbol(p, '(');
	expr->left = parse_value(p);
	expect_word(p, "AS");
	expr->data_type = parse_data_type(p, true);
	expect_symbol(p, ')');
}

static void
parse_convert(Parser *p, Expr *expr)
{
	expr->kind = EXPR_CAST;
	expr->conversion = name_equal(expr->text, "CONVERT") ?
		CONVERSION_CONVERT : CONVERSION_TRY_CONVERT;
	expect_symbol(p, '(');
	expr->data_type = parse_data_type(p, true);
	expect_symbol(p, ',');
	expr->left = parse_value(p);
	if (accept_symbol(p, ','))
		expr->right = parse_value(p);
	expect_symbol(p, ')');
}

static void
parse_iif(Parser *p, Expr *expr)
{
	expect_symbol(p, '(');
	add_expr(p, &expr->arguments, parse_condition(p));
	expect_symbol(p, ',');
	add_expr(p, &expr->arguments, parse_value(p));
	expect_symbol(p, ',');
	add_expr(p, &expr->arguments, parse_value(p));
	expect_symbol(p, ')');
}

/* DATEADD(day, ...): the first argument is a word, not a value. */
static void
parse_date_function(Parser *p, Expr *expr)
{
	expect_symbol(p, '(');
	if (peek(p)->kind != TOKEN_WORD)
		parse_error(p, 1023, peek(p)->span.line, "Invalid parameter 1 specified for %s.",
					expr->text);
	expr->text2 = take(p).text;
	while (accept_symbol(p, ','))
		add_expr(p, &expr->arguments, parse_value(p));
	expect_symbol(p, ')');
}

static const SpecialFunction special_functions[] = {
	{"CASE", false, parse_case},
	{"CAST", true, parse_cast},
	{"COALESCE", true, parse_arguments},
	{"CONVERT", true, parse_convert},
	{"CURRENT_TIMESTAMP", false, NULL},
	{"CURRENT_USER", false, NULL},
	{"DATEADD", true, parse_date_function},
	{"DATEDIFF", true, parse_date_function},
	{"DATEDIFF_BIG", true, parse_date_function},
	{"DATENAME", true, parse_date_function},
	{"DATEPART", true, parse_date_function},
	{"DATETRUNC", true, parse_date_function},
	{"IIF", true, parse_iif},
	{"LEFT", true, parse_arguments},
	{"NULLIF", true, parse_arguments},
	{"RIGHT", true, parse_arguments},
	{"SESSION_USER", false, NULL},
	{"SYSTEM_USER", false, NULL},
	{"TRY_CAST", true, parse_cast},
	{"TRY_CONVERT", true, parse_convert},
	{"USER", false, NULL},
};

static const SpecialFunction *
find_special(Parser *p)
{
	const Token *token = peek(p);
	size_t		i;

	if (token->kind != TOKEN_WORD)
		return NULL;
	for (i = 0; i < sizeof(special_functions) / sizeof(special_functions[0]); i++)
	{
		if (name_equal(token->text, special_functions[i].name))
			return !special_functions[i].call || at_symbol_after(p, 1, '(') ?
				&special_functions[i] : NULL;
	}
	return NULL;
}

bool
at_special_function(Parser *p)
{
	return find_special(p) != NULL;
}

Expr *
parse_special_function(Parser *p)
{
	const SpecialFunction *function = find_special(p);
	Expr	   *expr = make_expr(p, EXPR_FUNCTION, span_start(p));

	expr->text = take(p).text;
	if (function->parse != NULL)
		function->parse(p, expr);
	return finish_expr(p, expr);
}

static Over *
parse_over(Parser *p)
{
	Over	   *over = parse_alloc(p, sizeof(*over));

	expect_symbol(p, '(');
	if (accept_word(p, "PARTITION"))
	{
		expect_word(p, "BY");
		do
		{
			add_expr(p, &over->partition, parse_value(p));
		} while (accept_symbol(p, ','));
	}
	if (accept_word(p, "ORDER"))
	{
		expect_word(p, "BY");
		over->order = parse_order_list(p);
	}
	expect_symbol(p, ')');
	return over;
}

/* ([DISTINCT | ALL] value, ...), () or, for COUNT, (*); then OVER (...). */
void
parse_arguments(Parser *p, Expr *expr)
{
	expect_symbol(p, '(');
	if ((name_equal(expr->text, "COUNT") || name_equal(expr->text, "COUNT_BIG")) &&
		accept_symbol(p, '*'))
		expr->star = true;
	else if (!at_symbol(p, ')'))
	{
		expr->distinct = accept_word(p, "DISTINCT");
		if (!expr->distinct)
			accept_word(p, "ALL");
		do
		{
			add_expr(p, &expr->arguments, parse_value(p));
		} while (accept_symbol(p, ','));
	}
	expect_symbol(p, ')');
	if (accept_word(p, "OVER"))
		expr->over = parse_over(p);
}

Expr *
parse_call(Parser *p, ObjectName name)
{
	Expr	   *expr = make_expr(p, EXPR_FUNCTION, name.span);

	if (name.database != NULL)
		syntax_error_here(p);
	expr->name = name;
	expr->text = name.object;
	expr->function_schema = name.schema;
	parse_arguments(p, expr);
	return finish_expr(p, expr);
}
