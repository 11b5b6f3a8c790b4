/*
 * test/standin/parser_literal.c
 *		Literals and their types.
 *
 * The types are what SQL Server documents for constants: whole numbers beyond
 * int are decimal, not bigint; zeros before a decimal's first digit do not count
 * for its precision; a varchar literal holds what the code page holds.
 */
#include "parser_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMAL_DIGITS	38

Expr *
make_expr(Parser *p, ExprKind kind, Span span)
{
	Expr	   *expr = parse_alloc(p, sizeof(*expr));

	expr->kind = kind;
	expr->span = span;
	return expr;
}

static bool
raise_height(Expr *child, void *argument)
{
	Expr	   *expr = argument;

	if (expr->height <= child->height)
		expr->height = child->height + 1;
	return true;
}

/* A subquery's height is that of the tallest expression in it. */
Expr *
finish_expr(Parser *p, Expr *expr)
{
	expr_each_child(expr, raise_height, expr);
	if (expr->height > EXPR_HEIGHT_MAX)
		nested_too_deeply(p);
	if (expr->height > p->tallest)
		p->tallest = expr->height;
	span_end(p, &expr->span);
	return expr;
}

static Expr *
make_literal(Parser *p, SqlType type, Span span)
{
	Expr	   *expr = make_expr(p, EXPR_LITERAL, span);

	expr->type.type = type;
	expr->typed = true;
	return expr;
}

static bool
is_ascii(const char *text, size_t size)
{
	size_t		i;

	for (i = 0; i < size; i++)
	{
		if ((unsigned char) text[i] >= 0x80)
			return false;
	}
	return true;
}

Expr *
make_text(Parser *p, const char *text, size_t size, bool national, Span span)
{
	Expr	   *expr = make_literal(p, national ? SQL_NVARCHAR : SQL_VARCHAR, span);
	size_t		units;

	if (!national && !is_ascii(text, size))
	{
		const char *bytes = text_to_cp1252(p->arena, text, size, &size);

		text = text_from_cp1252(p->arena, bytes, size, &size);
	}
	units = text_utf16_units(text, size);
	expr->literal.p = text;
	expr->literal.n = size;
	if (units > (national ? 4000 : 8000))
		expr->type.length = LENGTH_MAX;
	else
		expr->type.length = units == 0 ? 1 : (int32_t) units;
	return expr;
}

/* Digits with at most one point; also whole numbers, which are int if they fit. */
static Expr *
make_number(Parser *p, const Token *token)
{
	Expr	   *expr;
	Decimal		value = {0};
	int			digits = 0;
	int			scale = 0;
	bool		fraction = false;
	const char *at;

	for (at = token->text; *at != '\0'; at++)
	{
		if (*at == '.')
		{
			fraction = true;
			continue;
		}
		if (digits > 0 || *at != '0' || fraction)
			digits++;
		if (fraction)
			scale++;
		if (digits > DECIMAL_DIGITS)
			parse_error(p, 1007, token->span.line,
						"The number '%.*s' is out of the range for numeric representation "
						"(maximum precision 38).", shown_length(token->text, token->size),
						token->text);
		value.magnitude = value.magnitude * 10 + (unsigned) (*at - '0');
	}
	if (digits == 0)
		digits = 1;

	if (token->kind == TOKEN_INTEGER && value.magnitude <= INT32_MAX)
	{
		expr = make_literal(p, SQL_INT, token->span);
		expr->literal.i = (int64_t) value.magnitude;
	}
	else
	{
		expr = make_literal(p, SQL_DECIMAL, token->span);
		expr->literal.d = value;
		expr->type.scale = (uint8_t) scale;
	}
	expr->type.precision = (uint8_t) digits;
	return expr;
}

static Expr *
make_float(Parser *p, const Token *token)
{
	Expr	   *expr = make_literal(p, SQL_FLOAT, token->span);

	expr->literal.f = strtod(token->text, NULL);
	if (isinf(expr->literal.f))
		parse_error(p, 168, token->span.line,
					"The floating point value '%.*s' is out of the range of computer "
					"representation (8 bytes).", shown_length(token->text, token->size),
					token->text);
	return expr;
}

/* Ten-thousandths, rounded half up from the fifth digit. */
static Expr *
make_money(Parser *p, const Token *token)
{
	Expr	   *expr = make_literal(p, SQL_MONEY, token->span);
	const char *at = token->text;
	bool		negative = *at == '-';
	int64_t		value = 0;
	bool		fits = true;
	int			i;

	if (negative || *at == '+')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
			!__builtin_add_overflow(value, *at - '0', &value);
	if (*at == '.')
		at++;
	for (i = 0; i < 4; i++)
	{
		int			digit = *at >= '0' && *at <= '9' ? *at++ - '0' : 0;

		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
			!__builtin_add_overflow(value, digit, &value);
	}
	if (*at >= '5')
		fits = fits && !__builtin_add_overflow(value, 1, &value);
	if (!fits)
		parse_error(p, 1007, token->span.line,
					"The number '$%.*s' is out of the range for numeric representation "
					"(maximum precision 38).", shown_length(token->text, token->size), token->text);
	expr->literal.i = negative ? -value : value;
	return expr;
}

bool
at_literal(Parser *p)
{
	switch (peek(p)->kind)
	{
		case TOKEN_STRING:
		case TOKEN_NATIONAL_STRING:
		case TOKEN_INTEGER:
		case TOKEN_DECIMAL:
		case TOKEN_FLOAT:
		case TOKEN_MONEY:
		case TOKEN_BINARY:
			return true;
		default:
			return at_word(p, "NULL");
	}
}

Expr *
parse_literal(Parser *p)
{
	Token		token = take(p);
	Expr	   *expr;

	switch (token.kind)
	{
		case TOKEN_STRING:
		case TOKEN_NATIONAL_STRING:
			return make_text(p, token.text, token.size, token.kind == TOKEN_NATIONAL_STRING,
							 token.span);
		case TOKEN_INTEGER:
		case TOKEN_DECIMAL:
			return make_number(p, &token);
		case TOKEN_FLOAT:
			return make_float(p, &token);
		case TOKEN_MONEY:
			return make_money(p, &token);
		case TOKEN_BINARY:
			expr = make_literal(p, SQL_VARBINARY, token.span);
			expr->literal.p = token.text;
			expr->literal.n = token.size;
			expr->type.length = token.size > 8000 ? LENGTH_MAX :
				token.size == 0 ? 1 : (int32_t) token.size;
			return expr;
		default:
			expr = make_literal(p, SQL_UNTYPED, token.span);
			expr->literal.null = true;
			expr->nullable = true;
			return expr;
	}
}
