/*
 * test/standin/ast.c
 *		What everybody does with the syntax tree.
 */
#include "ast.h"

#include <strings.h>

static const char *const operators[] = {
	[OP_NONE] = "",
	[OP_ADD] = "+",
	[OP_SUBTRACT] = "-",
	[OP_MULTIPLY] = "*",
	[OP_DIVIDE] = "/",
	[OP_MODULO] = "%",
	[OP_BIT_AND] = "&",
	[OP_BIT_OR] = "|",
	[OP_BIT_XOR] = "^",
	[OP_BIT_NOT] = "~",
	[OP_EQUAL] = "=",
	[OP_NOT_EQUAL] = "<>",
	[OP_LESS] = "<",
	[OP_LESS_EQUAL] = "<=",
	[OP_GREATER] = ">",
	[OP_GREATER_EQUAL] = ">="
};

const char *
operator_text(Operator op)
{
	return operators[op];
}

bool
name_equal(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static bool
visit_list(const ExprList *list, bool (*visit) (Expr *child, void *argument), void *argument)
{
	int			i;

	for (i = 0; i < list->count; i++)
	{
		if (!visit(list->items[i], argument))
			return false;
	}
	return true;
}

bool
expr_each_child(Expr *expr, bool (*visit) (Expr *child, void *argument), void *argument)
{
	int			i;

	if ((expr->left != NULL && !visit(expr->left, argument)) ||
		(expr->right != NULL && !visit(expr->right, argument)) ||
		(expr->other != NULL && !visit(expr->other, argument)) ||
		!visit_list(&expr->arguments, visit, argument))
		return false;
	for (i = 0; i < expr->when_count; i++)
	{
		if (!visit(expr->whens[i].test, argument) || !visit(expr->whens[i].result, argument))
			return false;
	}
	if (expr->over != NULL)
	{
		if (!visit_list(&expr->over->partition, visit, argument))
			return false;
		for (i = 0; i < expr->over->order.count; i++)
		{
			if (!visit(expr->over->order.items[i].expr, argument))
				return false;
		}
	}
	return true;
}

static bool
source_each_expr(Source *source, bool (*visit) (Expr *child, void *argument), void *argument)
{
	if (source->function != NULL && !visit(source->function, argument))
		return false;
	if (source->query != NULL && !query_each_expr(source->query, visit, argument))
		return false;
	for (int i = 0; i < source->row_count; i++)
	{
		if (!visit_list(&source->rows[i], visit, argument))
			return false;
	}
	return source->kind != SOURCE_JOIN ||
		(source_each_expr(source->left, visit, argument) &&
		 source_each_expr(source->right, visit, argument) &&
		 (source->on == NULL || visit(source->on, argument)));
}

bool
query_each_expr(Query *query, bool (*visit) (Expr *child, void *argument), void *argument)
{
	Expr	   *const single[] = {
		query->top != NULL ? query->top->count : NULL, query->where, query->having, query->offset,
		query->fetch
	};

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
	{
		if (single[i] != NULL && !visit(single[i], argument))
			return false;
	}
	for (int i = 0; i < query->items.count; i++)
	{
		if (query->items.items[i].expr != NULL && !visit(query->items.items[i].expr, argument))
			return false;
	}
	for (int i = 0; i < query->order_by.count; i++)
	{
		if (!visit(query->order_by.items[i].expr, argument))
			return false;
	}
	for (int i = 0; i < query->with.count; i++)
	{
		if (!query_each_expr(query->with.items[i].query, visit, argument))
			return false;
	}
	return visit_list(&query->group_by, visit, argument) &&
		(query->from == NULL || source_each_expr(query->from, visit, argument)) &&
		(query->left == NULL || query_each_expr(query->left, visit, argument)) &&
		(query->right == NULL || query_each_expr(query->right, visit, argument));
}
