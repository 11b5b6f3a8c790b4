/*
 * test/standin/parser_method.c
 *		Methods of CLR types: geometry::Parse('...'), value.STAsText(), value.STSrid.
 *
 * Each becomes a function call whose first argument is the value.  A dotted name
 * is taken for a column and its method only when it ends in a name that is one:
 * the tree does not know what the columns are.
 */
#include "parser_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	"STAsText", "AsTextZM", "ToString", "STAsBinary", "AsBinaryZM", "STSrid", "GetLevel"
};

static const char *
text_of(Parser *p, const char *before, const char *between, const char *method)
{
	size_t		size = strlen(before) + strlen(between) + strlen(method) + 1;
	char	   *text = parse_alloc(p, size);

	snprintf(text, size, "%s%s%s", before, between, method);
	return text;
}

static Expr *
make_method(Parser *p, const char *text, Span span)
{
	Expr	   *expr = make_expr(p, EXPR_FUNCTION, span);

	expr->method = true;
	expr->text = text;
	return expr;
}

Expr *
parse_static_method(Parser *p, const char *class)
{
	Span		span = span_start(p);
	SqlType		type;
	Expr	   *expr;

	if (!type_from_name(class, &type))
		parse_error(p, 243, span.line, "Type %s is not a defined system type.", class);
	take(p);
	expr = make_method(p, text_of(p, type_name(type), "::", expect_name(p)), span);
	parse_arguments(p, expr);
	return finish_expr(p, expr);
}

/* Called on object; a property has no parentheses. */
static Expr *
parse_method(Parser *p, Expr *object, const char *name)
{
	Expr	   *expr = make_method(p, text_of(p, "", ".", name), object->span);

	add_expr(p, &expr->arguments, object);
	if (at_symbol(p, '('))
		parse_arguments(p, expr);
	return finish_expr(p, expr);
}

Expr *
parse_methods(Parser *p, Expr *expr)
{
	while (!EXPR_IS_CONDITION(expr) && expr->kind != EXPR_LITERAL && accept_symbol(p, '.'))
		expr = parse_method(p, expr, expect_name(p));
	return expr;
}

static bool
is_method(const char *name)
{
	size_t		i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], name) != 0)
		i++;
	return i < sizeof(names) / sizeof(names[0]);
}

Expr *
parse_column_method(Parser *p, ObjectName name)
{
	Expr	   *column;

	if (name.schema == NULL || !is_method(name.object))
		return NULL;
	column = make_expr(p, EXPR_COLUMN, name.span);
	column->name = name;
	column->name.object = name.schema;
	column->name.schema = name.database;
	column->name.database = name.server;
	column->name.server = NULL;
	return parse_method(p, finish_expr(p, column), name.object);
}
