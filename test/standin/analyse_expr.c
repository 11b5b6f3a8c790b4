/*
 * analyse_expr.c
 *		Binds and types one expression.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "execute.h"
#include "functions.h"

typedef bool (*Analyser) (Analysis *analysis, Scope *scope, Expr *expr);

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

/* Names are compared often, and nearly all are of ASCII: those differ where their letters do. */
bool
same_name(const char *a, const char *b)
{
	size_t		i = 0;

	while (a[i] != '\0' && (unsigned char) a[i] < 0x80 && lower_ascii(a[i]) == lower_ascii(b[i]))
		i++;
	if (a[i] == '\0' && b[i] == '\0')
		return true;
	if ((unsigned char) a[i] < 0x80 && (unsigned char) b[i] < 0x80 && a[i] > ' ' && b[i] > ' ')
		return false;
	return collation_compare(collation_default(), a, strlen(a), b, strlen(b)) == 0;
}

static bool
analyse_literal(Analysis *analysis, Scope *scope, Expr *expr)
{
	(void) scope;
	expr->nullable = expr->literal.null;
	if (type_is_text(expr->type.type))
		expr->type.collation = analysis->session->collation;
	return true;
}

static bool
analyse_variable(Analysis *analysis, Scope *scope, Expr *expr)
{
	const Variable *variable = variable_find(analysis->session, expr->text);

	(void) scope;
	if (variable == NULL)
		return session_error(analysis->session, 137, expr->text);
	expr->type = variable->type;
	expr->nullable = true;
	return true;
}

static bool
analyse_global(Analysis *analysis, Scope *scope, Expr *expr)
{
	(void) scope;
	expr->nullable = true;
	if (!global_type(analysis->session, expr->text, &expr->type))
		return session_error(analysis->session, 137, expr->text);
	return true;
}

static bool
qualifier_matches(const Expr *expr, const Relation *relation)
{
	const ObjectName *name = &expr->name;

	if (name->schema == NULL)
		return true;
	if (!same_name(relation->alias, name->schema))
		return false;
	if (name->database == NULL)
		return true;
	return relation->schema != NULL && same_name(relation->schema, name->database);
}

static int
column_of(const Relation *relation, const char *name)
{
	for (int i = 0; i < relation->column_count; i++)
	{
		if (same_name(relation->columns[i].name, name))
			return i;
	}
	return -1;
}

static void
column_text(const Expr *expr, char *buffer, size_t size)
{
	const ObjectName *name = &expr->name;

	snprintf(buffer, size, "%s%s%s%s%s", name->database != NULL ? name->database : "",
			 name->database != NULL ? "." : "", name->schema != NULL ? name->schema : "",
			 name->schema != NULL ? "." : "", name->object);
}

static bool
analyse_column(Analysis *analysis, Scope *scope, Expr *expr)
{
	char		text[1200];
	int			level = 0;
	bool		table_seen = false;

	if (scope == NULL)
		return session_error(analysis->session, 128, expr->name.object);
	for (; scope != NULL; scope = scope->outer, level++)
	{
		const Relation *found = NULL;
		int			column = -1;

		for (int i = scope->first; i < scope->count; i++)
		{
			int			candidate;

			if (!qualifier_matches(expr, scope->relations[i]))
				continue;
			table_seen = true;
			candidate = column_of(scope->relations[i], expr->name.object);
			if (candidate < 0)
				continue;
			if (found != NULL)
				return session_error(analysis->session, 209, expr->name.object);
			found = scope->relations[i];
			column = candidate;
		}
		if (found != NULL)
		{
			expr->binding = found;
			expr->column_index = column;
			expr->query_level = level;
			expr->type = found->columns[column].type;
			expr->nullable = found->columns[column].nullable || found->outer;
			return true;
		}
	}
	if (expr->name.schema != NULL && !table_seen)
	{
		column_text(expr, text, sizeof(text));
		return session_error(analysis->session, 4104, text);
	}
	return session_error(analysis->session, 207, expr->name.object);
}

static bool
analyse_default(Analysis *analysis, Scope *scope, Expr *expr)
{
	(void) scope;
	(void) expr;
	return session_error(analysis->session, 102, "DEFAULT");
}

static bool
analyse_unary(Analysis *analysis, Scope *scope, Expr *expr)
{
	Expr	   *operand = expr->left;

	if (!analyse_expr(analysis, scope, operand))
		return false;
	expr->type = operand->type;
	expr->nullable = operand->nullable;
	if (expr->type.type == SQL_UNTYPED)
		expr->type = operand->type = type_make(SQL_INT);
	if (expr->op == OP_ADD)
		return true;
	if (expr->op == OP_BIT_NOT)
	{
		if (!type_is_integer(expr->type.type))
			return session_error(analysis->session, 8117, type_name(expr->type.type), "'~'");
		expr->type.precision = 0;
		return true;
	}
	if (!type_is_number(expr->type.type) || expr->type.type == SQL_BIT)
		return session_error(analysis->session, 8117, type_name(expr->type.type), "minus");
	return true;
}

static bool
analyse_binary(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (!analyse_expr(analysis, scope, expr->left) || !analyse_expr(analysis, scope, expr->right))
		return false;
	return analyse_arithmetic(analysis, expr);
}

static bool
analyse_collate(Analysis *analysis, Scope *scope, Expr *expr)
{
	const Collation *collation = name_equal(expr->text, "database_default") ?
		analysis->session->collation : collation_find(expr->text);

	if (!analyse_expr(analysis, scope, expr->left))
		return false;
	if (collation == NULL)
		return session_error(analysis->session, 448, expr->text);
	if (expr->left->type.type == SQL_UNTYPED)
		expr->left->type = type_text(SQL_VARCHAR, 1, collation);
	if (!type_is_text(expr->left->type.type))
		return session_error(analysis->session, 8116, type_name(expr->left->type.type), 1, "collate");
	expr->type = expr->left->type;
	expr->type.collation = collation;
	expr->nullable = expr->left->nullable;
	return true;
}

static bool
merge_result(Analysis *analysis, Expr *expr, Expr *result, bool first)
{
	Expr		so_far = *expr;

	if (first)
	{
		expr->type = result->type;
		expr->nullable = result->nullable;
		return true;
	}
	expr->nullable = expr->nullable || result->nullable;
	return type_unify(analysis->session, &so_far, result, "CASE", &expr->type);
}

static bool
analyse_case(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (expr->left != NULL && !analyse_expr(analysis, scope, expr->left))
		return false;
	for (int i = 0; i < expr->when_count; i++)
	{
		When	   *when = &expr->whens[i];

		if (!(expr->left != NULL ? analyse_expr(analysis, scope, when->test) :
			  analyse_condition(analysis, scope, when->test)) ||
			!analyse_expr(analysis, scope, when->result))
			return false;
		if (expr->left != NULL && !analyse_comparison(analysis, OP_EQUAL, expr->left, when->test))
			return false;
		if (!merge_result(analysis, expr, when->result, i == 0))
			return false;
	}
	if (expr->other == NULL)
		expr->nullable = true;
	else if (!analyse_expr(analysis, scope, expr->other) ||
			 !merge_result(analysis, expr, expr->other, false))
		return false;
	if (expr->type.type == SQL_UNTYPED)
		return session_error(analysis->session, 8133);
	if (expr->type.type == SQL_INT)
		expr->type.precision = 0;
	return true;
}

static bool
analyse_cast(Analysis *analysis, Scope *scope, Expr *expr)
{
	Session    *session = analysis->session;

	if (!expr->data_type.known)
		return session_error(session, 243, expr->data_type.name);
	if (!analyse_expr(analysis, scope, expr->left) ||
		(expr->right != NULL && !analyse_expr(analysis, scope, expr->right)))
		return false;
	expr->type = expr->data_type.spec;
	expr->nullable = expr->left->nullable || expr->conversion == CONVERSION_TRY_CAST ||
		expr->conversion == CONVERSION_TRY_CONVERT;
	if (type_is_text(expr->type.type))
		expr->type.collation = type_is_text(expr->left->type.type) && expr->left->type.collation != NULL ?
			expr->left->type.collation : session->collation;
	if (expr->left->type.type == SQL_UNTYPED || expr->left->type.type == expr->type.type ||
		convert_allowed(expr->left->type.type, expr->type.type, false))
		return true;
	return session_error(session, 529, type_name(expr->left->type.type), type_name(expr->type.type));
}

static bool
analyse_subquery(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (!analyse_query(analysis, expr->query, scope))
		return false;
	if (expr->query->column_count != 1)
		return session_error(analysis->session, 116);
	expr->type = expr->query->columns[0].type;
	expr->nullable = true;
	return true;
}

static bool
analyse_compare(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_expr(analysis, scope, expr->left) && analyse_expr(analysis, scope, expr->right) &&
		analyse_comparison(analysis, expr->op, expr->left, expr->right);
}

static bool
analyse_distinct(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_expr(analysis, scope, expr->left) && analyse_expr(analysis, scope, expr->right) &&
		analyse_comparison(analysis, OP_EQUAL, expr->left, expr->right);
}

static Expr *
column_of_query(Analysis *analysis, Query *query)
{
	Expr	   *expr = arena_alloc(analysis->arena, sizeof(*expr));

	memset(expr, 0, sizeof(*expr));
	expr->kind = EXPR_SUBQUERY;
	expr->type = query->columns[0].type;
	return expr;
}

static bool
analyse_in_query(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (!analyse_expr(analysis, scope, expr->left) || !analyse_query(analysis, expr->query, scope))
		return false;
	if (expr->query->column_count != 1)
		return session_error(analysis->session, 116);
	return analyse_comparison(analysis, expr->kind == EXPR_QUANTIFIED ? expr->op : OP_EQUAL,
							  expr->left, column_of_query(analysis, expr->query));
}

static bool
analyse_logic(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_condition(analysis, scope, expr->left) &&
		(expr->right == NULL || analyse_condition(analysis, scope, expr->right));
}

static bool
analyse_between(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_expr(analysis, scope, expr->left) && analyse_expr(analysis, scope, expr->right) &&
		analyse_expr(analysis, scope, expr->other) &&
		analyse_comparison(analysis, OP_GREATER_EQUAL, expr->left, expr->right) &&
		analyse_comparison(analysis, OP_LESS_EQUAL, expr->left, expr->other);
}

static bool
analyse_in_list(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (!analyse_expr(analysis, scope, expr->left))
		return false;
	for (int i = 0; i < expr->arguments.count; i++)
	{
		if (!analyse_expr(analysis, scope, expr->arguments.items[i]) ||
			!analyse_comparison(analysis, OP_EQUAL, expr->left, expr->arguments.items[i]))
			return false;
	}
	return true;
}

static bool
analyse_like(Analysis *analysis, Scope *scope, Expr *expr)
{
	Session    *session = analysis->session;

	if (!analyse_expr(analysis, scope, expr->left) || !analyse_expr(analysis, scope, expr->right) ||
		(expr->other != NULL && !analyse_expr(analysis, scope, expr->other)))
		return false;
	if (type_is_binary(expr->left->type.type) || expr->left->type.type == SQL_XML ||
		expr->left->type.type == SQL_JSON || expr->left->type.type == SQL_VARIANT ||
		type_is_object(expr->left->type.type))
		return session_error(session, 8116, type_name(expr->left->type.type), 1, "like");
	expr->type.collation = collation_combine(session, expr->left, expr->right, "like");
	return expr->type.collation != NULL;
}

static bool
analyse_is_null(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_expr(analysis, scope, expr->left);
}

static bool
analyse_exists(Analysis *analysis, Scope *scope, Expr *expr)
{
	return analyse_query(analysis, expr->query, scope);
}

static const Analyser analysers[] = {
	[EXPR_LITERAL] = analyse_literal,
	[EXPR_VARIABLE] = analyse_variable,
	[EXPR_GLOBAL] = analyse_global,
	[EXPR_COLUMN] = analyse_column,
	[EXPR_DEFAULT] = analyse_default,
	[EXPR_UNARY] = analyse_unary,
	[EXPR_BINARY] = analyse_binary,
	[EXPR_COLLATE] = analyse_collate,
	[EXPR_CASE] = analyse_case,
	[EXPR_CAST] = analyse_cast,
	[EXPR_FUNCTION] = analyse_function,
	[EXPR_SUBQUERY] = analyse_subquery,
	[EXPR_COMPARE] = analyse_compare,
	[EXPR_QUANTIFIED] = analyse_in_query,
	[EXPR_AND] = analyse_logic,
	[EXPR_OR] = analyse_logic,
	[EXPR_NOT] = analyse_logic,
	[EXPR_BETWEEN] = analyse_between,
	[EXPR_IN_LIST] = analyse_in_list,
	[EXPR_IN_QUERY] = analyse_in_query,
	[EXPR_LIKE] = analyse_like,
	[EXPR_IS_NULL] = analyse_is_null,
	[EXPR_EXISTS] = analyse_exists,
	[EXPR_DISTINCT] = analyse_distinct
};

static bool
visit_aggregate(Expr *child, void *argument)
{
	if (child->aggregate)
		*(bool *) argument = true;
	return true;
}

bool
analyse_expr(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (expr->kind != EXPR_LITERAL)
	{
		memset(&expr->type, 0, sizeof(expr->type));
		expr->aggregate = false;
	}
	if (!analysers[expr->kind] (analysis, scope, expr))
		return false;
	if (!expr->aggregate)
		expr_each_child(expr, visit_aggregate, &expr->aggregate);
	expr->typed = true;
	return true;
}

bool
analyse_condition(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (!EXPR_IS_CONDITION(expr))
		return session_error(analysis->session, 4145, "");
	return analyse_expr(analysis, scope, expr);
}

static bool
list_equal(const ExprList *a, const ExprList *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
	{
		if (!expr_equal(a->items[i], b->items[i]))
			return false;
	}
	return true;
}

static bool
literal_equal(const Expr *a, const Expr *b)
{
	const SqlValue *x = &a->literal;
	const SqlValue *y = &b->literal;

	return a->type.type == b->type.type && a->type.scale == b->type.scale && x->null == y->null &&
		x->i == y->i && x->f == y->f && x->d.magnitude == y->d.magnitude &&
		x->d.negative == y->d.negative && x->n == y->n &&
		(x->n == 0 || memcmp(x->p, y->p, x->n) == 0);
}

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && name_equal(a, b));
}

/* The same expression, written twice?  Both are analysed. */
bool
expr_equal(const Expr *a, const Expr *b)
{
	if (a == b)
		return true;
	if (a == NULL || b == NULL || a->kind != b->kind || a->op != b->op || a->negated != b->negated ||
		a->query != NULL || b->query != NULL || a->over != NULL || b->over != NULL)
		return false;
	if (a->kind == EXPR_LITERAL)
		return literal_equal(a, b);
	if (a->kind == EXPR_COLUMN)
		return a->binding == b->binding && a->column_index == b->column_index;
	if (a->kind == EXPR_CAST && (memcmp(&a->data_type.spec, &b->data_type.spec, sizeof(TypeSpec)) != 0 ||
								 a->conversion != b->conversion))
		return false;
	if (a->distinct != b->distinct || a->star != b->star || a->when_count != b->when_count ||
		!text_equal(a->text, b->text) || !text_equal(a->text2, b->text2) ||
		!expr_equal(a->left, b->left) || !expr_equal(a->right, b->right) ||
		!expr_equal(a->other, b->other) || !list_equal(&a->arguments, &b->arguments))
		return false;
	for (int i = 0; i < a->when_count; i++)
	{
		if (!expr_equal(a->whens[i].test, b->whens[i].test) ||
			!expr_equal(a->whens[i].result, b->whens[i].result))
			return false;
	}
	return true;
}
