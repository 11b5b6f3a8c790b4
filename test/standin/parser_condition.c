/*
 * test/standin/parser_condition.c
 *		Conditions: NOT, AND, OR and the predicates.
 *
 * T-SQL keeps conditions and values apart: a value where a condition must stand
 * is error 4145.  Long chains of AND or OR become balanced trees, so that a list
 * of thousands of keys stays within what recursion can bear.
 */
#include "parser_internal.h"
#include "product.h"

static const struct
{
	int			symbol;
	Operator	op;
}			comparisons[] = {
	{'=', OP_EQUAL},
	{'<', OP_LESS},
	{'>', OP_GREATER},
	{SYMBOL2('<', '>'), OP_NOT_EQUAL},
	{SYMBOL2('!', '='), OP_NOT_EQUAL},
	{SYMBOL2('<', '='), OP_LESS_EQUAL},
	{SYMBOL2('!', '>'), OP_LESS_EQUAL},
	{SYMBOL2('>', '='), OP_GREATER_EQUAL},
	{SYMBOL2('!', '<'), OP_GREATER_EQUAL},
};

static void
require_condition(Parser *p, const Expr *expr)
{
	const Token *token = peek(p);

	if (EXPR_IS_CONDITION(expr))
		return;
	if (token->kind == TOKEN_END)
		token = &p->last;
	parse_error(p, 4145, token->span.line,
				"An expression of non-boolean type specified in a context where a condition is "
				"expected, near '%.*s'.", shown_length(token->text, token->size), token->text);
}

static Operator
accept_comparison(Parser *p)
{
	size_t		i;

	for (i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
	{
		if (accept_symbol(p, comparisons[i].symbol))
			return comparisons[i].op;
	}
	return OP_NONE;
}

static void
set_query(Parser *p, Expr *expr)
{
	expr->query = parse_subquery(p);
	expr->height = expr->query->height + 1;
}

static Expr *
parse_comparison(Parser *p, Expr *left, Operator op)
{
	Expr	   *expr = make_expr(p, EXPR_COMPARE, left->span);

	expr->op = op;
	expr->left = left;
	if (at_word(p, "ALL") || at_word(p, "ANY") || at_word(p, "SOME"))
	{
		expr->kind = EXPR_QUANTIFIED;
		expr->all = at_word(p, "ALL");
		take(p);
		set_query(p, expr);
	}
	else
		expr->right = parse_value(p);
	return finish_expr(p, expr);
}

/* IN (query) or IN (value, ...); a list may begin with a subquery in parentheses. */
static void
parse_in(Parser *p, Expr *expr)
{
	if (at_symbol_after(p, 0, '(') && at_word_after(p, 1, "SELECT"))
	{
		expr->kind = EXPR_IN_QUERY;
		set_query(p, expr);
		return;
	}
	expr->kind = EXPR_IN_LIST;
	expect_symbol(p, '(');
	do
	{
		add_expr(p, &expr->arguments, parse_value(p));
	} while (accept_symbol(p, ','));
	if (expr->arguments.count == 1 && expr->arguments.items[0]->kind == EXPR_SUBQUERY &&
		at_set_operator(p))
	{
		expr->kind = EXPR_IN_QUERY;
		expr->query = continue_query(p, expr->arguments.items[0]->query);
		expr->height = expr->query->height + 1;
		expr->arguments.count = 0;
	}
	expect_symbol(p, ')');
}

/* [NOT] BETWEEN, IN, LIKE and IS [NOT] NULL after their left side; NULL if none is here. */
static Expr *
parse_word_predicate(Parser *p, Expr *left)
{
	Expr	   *expr;
	int			negation = at_word(p, "NOT") ? 1 : 0;
	bool		between = at_word_after(p, negation, "BETWEEN");
	bool		in = at_word_after(p, negation, "IN");
	bool		like = at_word_after(p, negation, "LIKE");
	bool		is = negation == 0 && at_word(p, "IS");

	if (!between && !in && !like && !is)
		return NULL;
	expr = make_expr(p, EXPR_IS_NULL, left->span);
	expr->left = left;
	expr->negated = accept_word(p, "NOT");
	take(p);
	if (is)
	{
		expr->negated = accept_word(p, "NOT");
		if (product->major >= PRODUCT_2022 && accept_word(p, "DISTINCT"))
		{
			expect_word(p, "FROM");
			expr->kind = EXPR_DISTINCT;
			expr->right = parse_value(p);
		}
		else
			expect_word(p, "NULL");
	}
	else if (in)
		parse_in(p, expr);
	else
	{
		expr->kind = between ? EXPR_BETWEEN : EXPR_LIKE;
		expr->right = parse_value(p);
		if (between)
			expect_word(p, "AND");
		if (between || accept_word(p, "ESCAPE"))
			expr->other = parse_value(p);
	}
	return finish_expr(p, expr);
}

static Expr *
parse_predicate(Parser *p)
{
	bool		condition_allowed = p->condition_allowed;
	Expr	   *left;
	Expr	   *expr;
	Operator	op;

	if (at_word(p, "EXISTS"))
	{
		expr = make_expr(p, EXPR_EXISTS, span_start(p));
		take(p);
		set_query(p, expr);
		return finish_expr(p, expr);
	}
	p->condition_allowed = true;
	left = parse_sum(p);
	p->condition_allowed = condition_allowed;
	if (EXPR_IS_CONDITION(left))
		return left;
	op = accept_comparison(p);
	if (op != OP_NONE)
		return parse_comparison(p, left, op);
	expr = parse_word_predicate(p, left);
	return expr != NULL ? expr : left;
}

static Expr *
parse_not(Parser *p)
{
	Expr	   *expr;

	if (!at_word(p, "NOT"))
		return parse_predicate(p);
	descend(p);
	expr = make_expr(p, EXPR_NOT, span_start(p));
	take(p);
	expr->left = parse_not(p);
	require_condition(p, expr->left);
	ascend(p);
	return finish_expr(p, expr);
}

static Expr *
balance(Parser *p, ExprKind kind, Expr **items, int count)
{
	Expr	   *expr;

	if (count == 1)
		return items[0];
	expr = make_expr(p, kind, items[0]->span);
	expr->left = balance(p, kind, items, count / 2);
	expr->right = balance(p, kind, items + count / 2, count - count / 2);
	finish_expr(p, expr);
	expr->span.end = items[count - 1]->span.end;
	return expr;
}

static Expr *
parse_connected(Parser *p, ExprKind kind, const char *word, Expr *(*parse_operand) (Parser *))
{
	Expr	   *first = parse_operand(p);
	ExprList	list = {0};

	if (!at_word(p, word))
		return first;
	require_condition(p, first);
	add_expr(p, &list, first);
	while (accept_word(p, word))
	{
		Expr	   *next = parse_operand(p);

		require_condition(p, next);
		add_expr(p, &list, next);
	}
	return balance(p, kind, list.items, list.count);
}

static Expr *
parse_and(Parser *p)
{
	return parse_connected(p, EXPR_AND, "AND", parse_not);
}

Expr *
parse_value_or_condition(Parser *p)
{
	return parse_connected(p, EXPR_OR, "OR", parse_and);
}

Expr *
parse_condition(Parser *p)
{
	Expr	   *expr = parse_value_or_condition(p);

	require_condition(p, expr);
	return expr;
}
