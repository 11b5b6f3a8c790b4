/*
 * analyse_group.c
 *		Select lists, GROUP BY and ORDER BY of a query.
 *
 * SQLite lets a column stand beside aggregates without being grouped, and picks
 * any row's value; SQL Server refuses it, and so do we.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"

static OutputColumn *
add_output(Analysis *analysis, Scope *scope, Expr *expr, const char *name, SelectItem *item)
{
	OutputColumn *output;

	if ((scope->output_count & (scope->output_count - 1)) == 0)
	{
		int			capacity = scope->output_count == 0 ? 1 : scope->output_count * 2;
		OutputColumn *larger = arena_alloc(analysis->arena, sizeof(*larger) * (size_t) capacity);

		if (scope->output_count > 0)
			memcpy(larger, scope->outputs, sizeof(*larger) * (size_t) scope->output_count);
		scope->outputs = larger;
	}
	output = &scope->outputs[scope->output_count++];
	output->expr = expr;
	output->name = name;
	output->item = item;
	return output;
}

static Expr *
star_column(Analysis *analysis, const SelectItem *item, Relation *relation, int column)
{
	Expr	   *expr = arena_alloc(analysis->arena, sizeof(*expr));

	memset(expr, 0, sizeof(*expr));
	expr->kind = EXPR_COLUMN;
	expr->span = item->span;
	expr->name.object = relation->columns[column].name;
	expr->name.schema = relation->alias;
	expr->binding = relation;
	expr->column_index = column;
	expr->type = relation->columns[column].type;
	expr->nullable = relation->columns[column].nullable || relation->outer;
	expr->typed = true;
	return expr;
}

static bool
expand_star(Analysis *analysis, Scope *scope, SelectItem *item)
{
	bool		found = false;

	for (int i = 0; i < scope->count; i++)
	{
		Relation   *relation = scope->relations[i];

		if (item->kind == ITEM_TABLE_STAR &&
			(!same_name(relation->alias, item->qualifier.object) ||
			 (item->qualifier.schema != NULL &&
			  (relation->schema == NULL || !same_name(relation->schema, item->qualifier.schema)))))
			continue;
		found = true;
		for (int j = 0; j < relation->column_count; j++)
			add_output(analysis, scope, star_column(analysis, item, relation, j),
					   relation->columns[j].name, item);
	}
	if (found)
		return true;
	if (item->kind == ITEM_STAR)
		return session_error(analysis->session, 263);
	return session_error(analysis->session, 107, item->qualifier.object);
}

bool
analyse_outputs(Analysis *analysis, Scope *scope, SelectList *items)
{
	for (int i = 0; i < items->count; i++)
	{
		SelectItem *item = &items->items[i];
		const char *name = item->alias;

		if (item->kind == ITEM_STAR || item->kind == ITEM_TABLE_STAR)
		{
			if (!expand_star(analysis, scope, item))
				return false;
			continue;
		}
		if (!analyse_expr(analysis, scope, item->expr))
			return false;
		if (name == NULL && item->expr->kind == EXPR_COLUMN && item->kind == ITEM_EXPR)
			name = item->expr->name.object;
		add_output(analysis, scope, item->expr, name != NULL ? name : "", item);
	}
	return true;
}

typedef struct GroupCheck
{
	Analysis   *analysis;
	const Query *query;
	const Scope *scope;
	int			number;			/* of the error: 8120, 8121, 8127 */
} GroupCheck;

static bool
relation_belongs(const Scope *scope, const void *relation)
{
	for (int i = 0; i < scope->count; i++)
	{
		if (scope->relations[i] == relation)
			return true;
	}
	return false;
}

static bool
check_grouped(Expr *expr, void *argument)
{
	GroupCheck *check = argument;
	const ExprList *keys = &check->query->group_by;

	for (int i = 0; i < keys->count; i++)
	{
		if (expr_equal(expr, keys->items[i]))
			return true;
	}
	if (expr->kind == EXPR_FUNCTION && expr->aggregate && expr->over == NULL &&
		(expr->star || expr->arguments.count == 1) && expr->arguments.count <= 1)
	{
		Expr	   *inner = expr->star ? NULL : expr->arguments.items[0];

		if (inner == NULL || !inner->aggregate)
			return true;
	}
	if (expr->query != NULL && !query_each_expr(expr->query, check_grouped, argument))
		return false;
	if (expr->kind == EXPR_COLUMN && relation_belongs(check->scope, expr->binding))
	{
		const Relation *relation = expr->binding;
		char		text[1000];

		snprintf(text, sizeof(text), "%s%s%s.%s", relation->schema != NULL ? relation->schema : "",
				 relation->schema != NULL ? "." : "", relation->alias,
				 relation->columns[expr->column_index].name);
		return session_error(check->analysis->session, check->number, text);
	}
	return expr_each_child(expr, check_grouped, check);
}

/* What of a key decides whether it may be one. */
typedef struct KeyContent
{
	const Scope *scope;
	bool		column;			/* of the query itself */
	bool		query;
} KeyContent;

static bool
visit_key(Expr *expr, void *argument)
{
	KeyContent *content = argument;

	if (expr->query != NULL)
		content->query = true;
	if (expr->kind == EXPR_COLUMN && relation_belongs(content->scope, expr->binding))
		content->column = true;
	return expr_each_child(expr, visit_key, argument);
}

static bool
analyse_group_keys(Analysis *analysis, Scope *scope, Query *query)
{
	for (int i = 0; i < query->group_by.count; i++)
	{
		Expr	   *key = query->group_by.items[i];
		KeyContent	content = {scope, false, false};

		scope->aggregates = true;
		if (!analyse_expr(analysis, scope, key))
			return false;
		scope->aggregates = false;
		visit_key(key, &content);
		if (content.query || key->aggregate)
			return session_error(analysis->session, 144);
		if (!content.column)
			return session_error(analysis->session, 164);
		if (type_is_large(&key->type))
			return session_error(analysis->session, 306);
	}
	return true;
}

bool
analyse_grouping(Analysis *analysis, Scope *scope, Query *query)
{
	GroupCheck	check = {analysis, query, scope, 8120};

	if (!analyse_group_keys(analysis, scope, query))
		return false;
	scope->aggregates = true;
	scope->windows = true;
	if (!analyse_outputs(analysis, scope, &query->items))
		return false;
	scope->windows = false;
	if (query->having != NULL && !analyse_condition(analysis, scope, query->having))
		return false;
	if (query->group_by.count > 0 || query->having != NULL)
		scope->grouped = true;
	for (int i = 0; query->distinct && i < scope->output_count; i++)
	{
		if (type_is_large(&scope->outputs[i].expr->type))
			return session_error(analysis->session, 306);
	}
	if (!scope->grouped)
		return true;
	for (int i = 0; i < scope->output_count; i++)
	{
		if (!check_grouped(scope->outputs[i].expr, &check))
			return false;
	}
	check.number = 8121;
	return query->having == NULL || check_grouped(query->having, &check);
}

/* ORDER BY 2, or ORDER BY name-of-an-output: its position from 1; -1: an error was put. */
static int
ordinal_of(Analysis *analysis, const Query *query, Expr *expr)
{
	if (expr->kind == EXPR_LITERAL && expr->type.type == SQL_INT && !expr->literal.null)
	{
		if (expr->literal.i >= 1 && expr->literal.i <= query->column_count)
			return (int) expr->literal.i;
		session_error(analysis->session, 108, (int) expr->literal.i);
		return -1;
	}
	if (expr->kind != EXPR_COLUMN || expr->name.schema != NULL)
		return 0;
	for (int i = 0; i < query->column_count; i++)
	{
		if (query->columns[i].name[0] != '\0' && same_name(query->columns[i].name, expr->name.object))
			return i + 1;
	}
	return 0;
}

static int
ordinal_of_equal(const Scope *scope, const Expr *expr)
{
	for (int i = 0; i < scope->output_count; i++)
	{
		if (expr_equal(scope->outputs[i].expr, expr))
			return i + 1;
	}
	return 0;
}

/* Made of literals by operators alone. */
static bool
is_constant(Expr *expr, void *argument)
{
	return expr->kind == EXPR_LITERAL ||
		((expr->kind == EXPR_UNARY || expr->kind == EXPR_BINARY || expr->kind == EXPR_COLLATE) &&
		 expr_each_child(expr, is_constant, argument));
}

static bool
analyse_order_expr(Analysis *analysis, Scope *scope, Query *query, Expr *expr, int *ordinal)
{
	GroupCheck	check = {analysis, query, scope, 8127};

	if (query->kind != QUERY_SELECT)
		return session_error(analysis->session, 104);
	scope->aggregates = scope->grouped;
	scope->windows = true;
	if (!analyse_expr(analysis, scope, expr))
		return false;
	scope->windows = false;
	if (expr->kind == EXPR_VARIABLE)
		return session_error(analysis->session, 1008, 1);
	if (scope->grouped && !check_grouped(expr, &check))
		return false;
	*ordinal = ordinal_of_equal(scope, expr);
	if (query->distinct && *ordinal == 0)
		return session_error(analysis->session, 145);
	if (is_constant(expr, NULL))
		return session_error(analysis->session, 408);
	return !type_is_large(&expr->type) || session_error(analysis->session, 306);
}

bool
analyse_order(Analysis *analysis, Scope *scope, Query *query)
{
	scope->ordinals = arena_alloc(analysis->arena, sizeof(int) * (size_t) (query->order_by.count + 1));
	for (int i = 0; i < query->order_by.count; i++)
	{
		Expr	   *expr = query->order_by.items[i].expr;
		int			ordinal = ordinal_of(analysis, query, expr);

		if (ordinal < 0)
			return false;
		if (ordinal == 0 && !analyse_order_expr(analysis, scope, query, expr, &ordinal))
			return false;
		if (ordinal > 0 && type_is_large(&query->columns[ordinal - 1].type))
			return session_error(analysis->session, 306);
		for (int j = 0; j < i; j++)
		{
			if (ordinal > 0 ? scope->ordinals[j] == ordinal :
				scope->ordinals[j] == 0 && expr_equal(query->order_by.items[j].expr, expr))
				return session_error(analysis->session, 169);
		}
		scope->ordinals[i] = ordinal;
	}
	return true;
}
