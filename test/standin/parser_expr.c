/*
 * test/standin/parser_expr.c
 *		Values: operators by precedence, names, parentheses, subqueries.
 *
 * The sign binds weaker than * / %, as SQL Server documents: -100/-100*10 is
 * -(100 / -(100*10)), which is 0.  In a place where a condition may stand, a
 * parenthesis may hold one; only its content tells.
 */
#include "parser_internal.h"

static const struct
{
	char		symbol;
	bool		product;
	Operator	op;
}			binary_operators[] = {
	{'*', true, OP_MULTIPLY},
	{'/', true, OP_DIVIDE},
	{'%', true, OP_MODULO},
	{'+', false, OP_ADD},
	{'-', false, OP_SUBTRACT},
	{'&', false, OP_BIT_AND},
	{'|', false, OP_BIT_OR},
	{'^', false, OP_BIT_XOR},
};

static Expr *parse_product(Parser *p);

static Operator
binary_operator(Parser *p, bool product)
{
	const Token *token = peek(p);
	size_t		i;

	if (token->kind != TOKEN_SYMBOL)
		return OP_NONE;
	for (i = 0; i < sizeof(binary_operators) / sizeof(binary_operators[0]); i++)
	{
		if (binary_operators[i].symbol == token->symbol && binary_operators[i].product == product)
			return binary_operators[i].op;
	}
	return OP_NONE;
}

/* Inside the parentheses of a value or, where that is allowed, of a condition. */
static Expr *
parse_parenthesised(Parser *p)
{
	Span		span = span_start(p);
	Expr	   *expr;

	expect_symbol(p, '(');
	if (at_word(p, "SELECT"))
	{
		expr = make_expr(p, EXPR_SUBQUERY, span);
		expr->query = parse_query(p, false);
		expr->height = expr->query->height + 1;
	}
	else
	{
		expr = p->condition_allowed ? parse_value_or_condition(p) : parse_sum(p);
		if (expr->kind == EXPR_SUBQUERY && at_set_operator(p))
		{
			expr->query = continue_query(p, expr->query);
			expr->height = expr->query->height + 1;
		}
	}
	expect_symbol(p, ')');
	expr->parenthesised = true;
	expr->span = span;
	return finish_expr(p, expr);
}

/* t.* comes as a column with star set, which nothing but a comma may follow. */
static Expr *
parse_name_or_call(Parser *p, bool star_allowed)
{
	bool		star = false;
	ObjectName	name = parse_column_name(p, star_allowed ? &star : NULL);
	Expr	   *expr;

	if (star && (binary_operator(p, true) != OP_NONE || binary_operator(p, false) != OP_NONE ||
				 at_word(p, "COLLATE")))
		syntax_error_here(p);
	if (!star && at_symbol(p, SYMBOL2(':', ':')) && name.schema == NULL)
		return parse_static_method(p, name.object);
	if (!star && (expr = parse_column_method(p, name)) != NULL)
		return expr;
	if (!star && at_symbol(p, '('))
		return parse_call(p, name);
	expr = make_expr(p, EXPR_COLUMN, name.span);
	expr->name = name;
	expr->star = star;
	return expr;
}

static Expr *
parse_variable(Parser *p)
{
	Token		token = take(p);
	Expr	   *expr;

	expr = make_expr(p, token.kind == TOKEN_VARIABLE ? EXPR_VARIABLE : EXPR_GLOBAL, token.span);
	expr->text = token.text;
	return expr;
}

static Expr *
parse_primary(Parser *p)
{
	TokenKind	kind = peek(p)->kind;
	bool		star_allowed = p->star_allowed;

	p->star_allowed = false;
	if (at_literal(p))
		return parse_literal(p);
	if (kind == TOKEN_VARIABLE || kind == TOKEN_GLOBAL)
		return parse_variable(p);
	if (at_symbol(p, '('))
		return parse_parenthesised(p);
	if (at_special_function(p))
		return parse_special_function(p);
	return parse_name_or_call(p, star_allowed);
}

static Expr *
parse_sign(Parser *p, Operator op, Expr *(*parse_operand) (Parser *))
{
	Span		span = span_start(p);
	bool		condition_allowed = p->condition_allowed;
	Expr	   *expr;

	take(p);
	p->condition_allowed = false;
	expr = make_expr(p, EXPR_UNARY, span);
	expr->op = op;
	expr->left = parse_operand(p);
	p->condition_allowed = condition_allowed;
	return finish_expr(p, expr);
}

/* A primary with its signs before it and its collations behind. */
static Expr *
parse_factor(Parser *p)
{
	Expr	   *expr;

	descend(p);
	if (at_symbol(p, '-'))
		expr = parse_sign(p, OP_SUBTRACT, parse_product);
	else if (at_symbol(p, '+'))
		expr = parse_sign(p, OP_ADD, parse_product);
	else if (at_symbol(p, '~'))
		expr = parse_sign(p, OP_BIT_NOT, parse_factor);
	else
		expr = parse_methods(p, parse_primary(p));
	if (at_word(p, "COLLATE") && !EXPR_IS_CONDITION(expr))
	{
		Expr	   *collate = make_expr(p, EXPR_COLLATE, expr->span);

		take(p);
		collate->left = expr;
		collate->text = expect_name(p);
		expr = finish_expr(p, collate);
	}
	ascend(p);
	return expr;
}

/* Operators of one level between operands of the next. */
static Expr *
parse_chain(Parser *p, bool product, Expr *(*parse_operand) (Parser *))
{
	bool		condition_allowed = p->condition_allowed;
	Expr	   *left = parse_operand(p);
	Operator	op;

	p->condition_allowed = false;
	while (!EXPR_IS_CONDITION(left) && (op = binary_operator(p, product)) != OP_NONE)
	{
		Expr	   *expr = make_expr(p, EXPR_BINARY, left->span);

		take(p);
		expr->op = op;
		expr->left = left;
		expr->right = parse_operand(p);
		left = finish_expr(p, expr);
	}
	p->condition_allowed = condition_allowed;
	return left;
}

static Expr *
parse_product(Parser *p)
{
	return parse_chain(p, true, parse_factor);
}

Expr *
parse_sum(Parser *p)
{
	return parse_chain(p, false, parse_product);
}

Expr *
parse_value(Parser *p)
{
	bool		condition_allowed = p->condition_allowed;
	Expr	   *expr;

	p->condition_allowed = false;
	expr = parse_sum(p);
	p->condition_allowed = condition_allowed;
	return expr;
}

Expr *
parse_constant(Parser *p)
{
	TokenKind	kind = peek(p)->kind;

	if (kind == TOKEN_VARIABLE || kind == TOKEN_GLOBAL)
		return parse_variable(p);
	if (at_symbol(p, '-') || at_symbol(p, '+'))
	{
		Expr	   *expr = make_expr(p, EXPR_UNARY, span_start(p));

		expr->op = at_symbol(p, '-') ? OP_SUBTRACT : OP_ADD;
		take(p);
		kind = peek(p)->kind;
		if (kind != TOKEN_INTEGER && kind != TOKEN_DECIMAL && kind != TOKEN_FLOAT &&
			kind != TOKEN_MONEY)
			syntax_error_here(p);
		expr->left = parse_literal(p);
		return finish_expr(p, expr);
	}
	if (!at_literal(p))
		syntax_error_here(p);
	return parse_literal(p);
}
