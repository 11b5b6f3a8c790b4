/*
 * analyse_function.c
 *		Binds a call to its function: arguments, aggregates, windows.
 */
#include <string.h>

#include "functions.h"

static bool
check_count(Session *session, const Expr *expr, const Function *function)
{
	int			given = expr->arguments.count;

	if (expr->star && function->kind == FUNCTION_AGGREGATE && function->least == 0)
		return true;
	if (function->kind == FUNCTION_AGGREGATE && given == 1)
		return true;
	if (function->kind != FUNCTION_AGGREGATE && given >= function->least && given <= function->most)
		return true;
	if (function->least == function->most)
		return session_error(session, 174, expr->text, function->least);
	return session_error(session, 189, expr->text, function->least, function->most);
}

static bool
check_argument(Session *session, const Expr *expr, const Function *function, int index)
{
	const TypeSpec *given = &expr->arguments.items[index]->type;
	TypeSpec	wanted = function_argument_type(function, index, given);

	if (given->type == SQL_UNTYPED || given->type == wanted.type ||
		convert_allowed(given->type, wanted.type, true))
		return true;
	return session_error(session, 8116, type_name(given->type), index + 1, expr->text);
}

static bool
analyse_over(Analysis *analysis, Scope *scope, Expr *expr, const Function *function)
{
	Over	   *over = expr->over;

	if (scope == NULL || !scope->windows)
		return session_error(analysis->session, 4108);
	if (function->kind == FUNCTION_WINDOW && over->order.count == 0)
		return session_error(analysis->session, 4112, expr->text);
	for (int i = 0; i < over->partition.count; i++)
	{
		if (!analyse_expr(analysis, scope, over->partition.items[i]))
			return false;
	}
	for (int i = 0; i < over->order.count; i++)
	{
		if (!analyse_expr(analysis, scope, over->order.items[i].expr))
			return false;
	}
	return true;
}

static bool
holds_no_query(Expr *expr, void *argument)
{
	return expr->query == NULL && expr_each_child(expr, holds_no_query, argument);
}

static bool
analyse_aggregate(Analysis *analysis, Scope *scope, Expr *expr)
{
	bool		saved;
	bool		done;

	if (expr->over != NULL)
		return expr->star || analyse_expr(analysis, scope, expr->arguments.items[0]);
	if (scope == NULL || !scope->aggregates)
		return session_error(analysis->session,
							 scope != NULL && scope->query != NULL ? 147 : 157);
	expr->aggregate = true;
	scope->grouped = true;
	if (expr->star)
		return true;
	saved = scope->windows;
	scope->windows = false;
	done = analyse_expr(analysis, scope, expr->arguments.items[0]);
	scope->windows = saved;
	if (done && (expr->arguments.items[0]->aggregate || !holds_no_query(expr->arguments.items[0], NULL)))
		return session_error(analysis->session, 130);
	if (done && expr->arguments.items[0]->type.type == SQL_UNTYPED)
		return session_error(analysis->session, 8117, "NULL", expr->text);
	return done;
}

bool
analyse_function(Analysis *analysis, Scope *scope, Expr *expr)
{
	Session    *session = analysis->session;
	const Function *function = expr->method ? method_find(expr->text) : function_find(expr->text);

	if (function == NULL && expr->method)
		return session_error(session, 6506, expr->text, "object");
	if (function == NULL)
	{
		if (expr->function_schema != NULL)
			return session_error(session, 4121, expr->function_schema, expr->function_schema, expr->text);
		return session_error(session, 195, expr->text);
	}
	expr->binding = function;
	if (!check_count(session, expr, function))
		return false;
	if (function->kind == FUNCTION_AGGREGATE)
	{
		if (!analyse_aggregate(analysis, scope, expr))
			return false;
	}
	else
	{
		for (int i = 0; i < expr->arguments.count; i++)
		{
			Expr	   *argument = expr->arguments.items[i];

			if (function->kind == FUNCTION_IIF && i == 0)
			{
				if (!analyse_condition(analysis, scope, argument))
					return false;
			}
			else if (!analyse_expr(analysis, scope, argument))
				return false;
		}
	}
	if (function->kind == FUNCTION_SCALAR)
	{
		for (int i = 0; i < expr->arguments.count; i++)
		{
			if (!check_argument(session, expr, function, i))
				return false;
		}
	}
	if (function->kind == FUNCTION_WINDOW && expr->over == NULL)
		return session_error(session, 10753, expr->text);
	if (expr->over != NULL && !analyse_over(analysis, scope, expr, function))
		return false;
	if ((function->flags & FUNCTION_COLLATES) &&
		collation_combine(session, expr->arguments.items[0], expr->arguments.items[1], expr->text) == NULL)
		return false;
	expr->nullable = !(function->flags & FUNCTION_NOT_NULL);
	if (!function->type(session, expr))
		return false;
	if (expr->type.type == SQL_INT)
		expr->type.precision = 0;
	return true;
}
