/*
 * emit_query.c
 *		SELECT, FROM, set operations, ORDER BY and TOP in SQLite's words.
 *
 * Outputs are named c1, c2, ... and relations s<number>, so that no name of a
 * user's ever meets SQLite's parser.
 */
#include <stdio.h>
#include <sys/random.h>

#include "catalog_views.h"
#include "functions.h"
#include "emit.h"
#include "rowset.h"
#include "table_function.h"

void
emit_column_name(Emission *emission, const Relation *relation, int column)
{
	if (relation->kind == RELATION_TABLE)
		emit_format(emission, "s%d.c%d", relation->number, relation->table->columns[column].id);
	else if (relation->kind == RELATION_SYSTEM)
		emit_format(emission, "s%d.\"%s\"", relation->number, relation->columns[column].name);
	else if (relation->kind == RELATION_ROW)
		emit_format(emission, "?%d", relation->first_slot + column);
	else
		emit_format(emission, "s%d.c%d", relation->number, column + 1);
}

static void
emit_values(Emission *emission, const Relation *relation)
{
	const Source *source = relation->source;

	emit_text(emission, "(SELECT ");
	for (int i = 0; i < relation->column_count; i++)
		emit_format(emission, "%scolumn%d AS c%d", i > 0 ? ", " : "", i + 1, i + 1);
	emit_text(emission, " FROM (VALUES ");
	for (int i = 0; i < source->row_count; i++)
	{
		emit_text(emission, i > 0 ? ", (" : "(");
		for (int j = 0; j < relation->column_count; j++)
		{
			emit_text(emission, j > 0 ? ", " : "");
			emit_expr_as(emission, source->rows[i].items[j], &relation->columns[j].type);
		}
		emit_text(emission, ")");
	}
	emit_text(emission, "))");
}

#define ROWS_OF_A_PAGE	64

/* Whole pages, each taken or not by chance. */
static void
emit_sample(Emission *emission, int table, const Sample *sample)
{
	int64_t		seed = sample->seed;

	if (!sample->repeatable && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = emission->session->clock;
	emit_format(emission, "(SELECT * FROM main.t%d WHERE t_sample(r / %d, %lld, ", table, ROWS_OF_A_PAGE,
				(long long) seed);
	if (sample->rows)
		emit_format(emission, "%.17g * 100.0 / max(1, t_rows(%d))", sample->size, table);
	else
		emit_format(emission, "%.17g", sample->size);
	emit_text(emission, "))");
}

void
emit_relation(Emission *emission, const Relation *relation)
{
	switch (relation->kind)
	{
		case RELATION_TABLE:
			if (relation->source != NULL && relation->source->sample != NULL)
				emit_sample(emission, relation->table->id, relation->source->sample);
			else
				emit_format(emission, "main.t%d", relation->table->id);
			break;
		case RELATION_SYSTEM:
			if (relation->system->body != NULL)
			{
				emit_text(emission, "(");
				emit_text(emission, relation->system->body);
				emit_text(emission, ")");
			}
			else
				emit_format(emission, "standin_%s", relation->system->name);
			break;
		case RELATION_FUNCTION:
			emit_format(emission, "%s(", relation->function->view->name);
			emit_expr_as(emission, relation->source->function->arguments.items[0], &relation->function->argument);
			emit_text(emission, ")");
			break;
		case RELATION_QUERY:
			emit_text(emission, "(");
			emit_query(emission, relation->query);
			emit_text(emission, ")");
			break;
		case RELATION_CTE:
			emit_format(emission, "w%d", relation->cte->number);
			break;
		case RELATION_VALUES:
			emit_values(emission, relation);
			break;
		case RELATION_SET:
			emit_format(emission, ROWSET_SOURCE "(?%d)",
						emit_plan_slot(emission, &relation->table->set, sizeof(relation->table->set)));
			break;
		case RELATION_ROW:
			emit_text(emission, "(SELECT 1)");
			break;
	}
	emit_format(emission, " AS s%d", relation->number);
}

static bool
names_no_column(Expr *expr, void *argument)
{
	return (expr->kind != EXPR_COLUMN || expr->query_level > 0) && expr_each_child(expr, names_no_column, argument);
}

/*
 * SQLite takes what names no column in the ON of an inner join for a WHERE of the
 * whole query, even below a RIGHT or FULL JOIN; t_here() keeps it in its place.
 */
static void
emit_on(Emission *emission, Expr *on)
{
	if (on->kind == EXPR_AND)
	{
		emit_text(emission, "(");
		emit_on(emission, on->left);
		emit_text(emission, " AND ");
		emit_on(emission, on->right);
		emit_text(emission, ")");
		return;
	}
	emit_text(emission, names_no_column(on, NULL) ? "t_here(" : "(");
	emit_condition(emission, on);
	emit_text(emission, ")");
}

void
emit_source(Emission *emission, Source *source)
{
	static const char *const joins[] = {
		[JOIN_INNER] = " JOIN ", [JOIN_LEFT] = " LEFT JOIN ", [JOIN_RIGHT] = " RIGHT JOIN ",
		[JOIN_FULL] = " FULL JOIN ", [JOIN_CROSS] = " JOIN "
	};

	if (source->kind != SOURCE_JOIN)
	{
		emit_relation(emission, source->binding);
		return;
	}
	emit_source(emission, source->left);
	emit_text(emission, joins[source->join]);
	emit_text(emission, source->right->kind == SOURCE_JOIN ? "(" : "");
	emit_source(emission, source->right);
	emit_text(emission, source->right->kind == SOURCE_JOIN ? ")" : "");
	if (source->on != NULL)
	{
		emit_text(emission, " ON ");
		emit_on(emission, source->on);
	}
}

static void
emit_list(Emission *emission, const ExprList *list, const char *before)
{
	for (int i = 0; i < list->count; i++)
	{
		emit_text(emission, i == 0 ? before : ", ");
		emit_key(emission, list->items[i]);
	}
}

static bool
no_window(Expr *expr, void *argument)
{
	return expr->over == NULL && expr_each_child(expr, no_window, argument);
}

/* Binaries are distinct by their keys, so DISTINCT is a GROUP BY of them. */
static bool
distinct_by_keys(const Query *query)
{
	const Scope *scope = QUERY_SCOPE(query);
	bool		binary = false;

	for (int i = 0; i < scope->output_count; i++)
	{
		Expr	   *expr = scope->outputs[i].expr;

		binary = binary || type_is_binary(expr->type.type);
		if (expr->kind == EXPR_LITERAL || !no_window(expr, NULL))
			return false;
	}
	return query->distinct && binary && !scope->grouped && query->from != NULL;
}

/* as: the columns whose types the outputs are to have; NULL = their own. */
static void
emit_outputs(Emission *emission, const Query *query, const SqlColumn *as)
{
	const Scope *scope = QUERY_SCOPE(query);

	emit_text(emission, query->distinct && !distinct_by_keys(query) ? "SELECT DISTINCT " : "SELECT ");
	for (int i = 0; i < scope->output_count; i++)
	{
		emit_text(emission, i > 0 ? ", " : "");
		if (as != NULL)
			emit_expr_as(emission, scope->outputs[i].expr, &as[i].type);
		else
			emit_expr(emission, scope->outputs[i].expr);
		if (query->distinct || as != NULL)
			emit_collate(emission, as != NULL ? &as[i].type : &query->columns[i].type);
		emit_format(emission, " AS c%d", i + 1);
	}
}

static void
emit_rest(Emission *emission, Query *query)
{
	if (query->from != NULL)
	{
		emit_text(emission, " FROM ");
		emit_source(emission, query->from);
	}
	if (query->where != NULL)
	{
		emit_text(emission, " WHERE ");
		emit_condition(emission, query->where);
	}
	emit_list(emission, &query->group_by, " GROUP BY ");
	if (distinct_by_keys(query))
	{
		const Scope *scope = QUERY_SCOPE(query);

		for (int i = 0; i < scope->output_count; i++)
		{
			emit_text(emission, i == 0 ? " GROUP BY " : ", ");
			emit_key(emission, scope->outputs[i].expr);
		}
	}
	if (query->having != NULL)
	{
		emit_text(emission, " HAVING ");
		emit_condition(emission, query->having);
	}
}

/* One side of a set operation, its columns in the common type; keys: what makes them equal. */
static void
emit_side(Emission *emission, const SqlColumn *columns, int count, Query *side, bool keys)
{
	for (int i = 0; i < count; i++)
	{
		const TypeSpec *to = &columns[i].type;
		const TypeSpec *from = &side->columns[i].type;

		emit_text(emission, i == 0 ? "SELECT " : ", ");
		if (keys && type_is_binary(to->type))
			emit_format(emission, "t_binary_key(c%d)", i + 1);
		else if (storage_same(from, to))
			emit_format(emission, "c%d", i + 1);
		else
		{
			ConversionPlan plan = {*from, *to, 0, false, false};

			emit_format(emission, "t_convert(?%d, c%d)", emit_plan_slot(emission, &plan, sizeof(plan)), i + 1);
		}
		emit_collate(emission, to);
		emit_format(emission, " AS c%d", i + 1);
	}
	emit_text(emission, " FROM (");
	emit_query(emission, side);
	emit_text(emission, ")");
}

/* In the part that recurs SQLite wants the name in FROM itself; depth is checked against 100. */
static void
emit_recursion(Emission *emission, const CteBinding *binding)
{
	Query	   *query = binding->query;
	const Scope *scope = QUERY_SCOPE(query->right);
	int			number = 0;

	for (int i = 0; i < scope->count; i++)
	{
		if (scope->relations[i]->cte == binding)
			number = scope->relations[i]->number;
	}
	emit_text(emission, "SELECT *, 0 FROM (");
	emit_side(emission, binding->columns, binding->column_count, query->left, false);
	emit_text(emission, ") UNION ALL ");
	if (number == 0 || query->right->kind != QUERY_SELECT)
	{
		emit_text(emission, "SELECT *, 0 FROM (");
		emit_side(emission, binding->columns, binding->column_count, query->right, false);
		emit_text(emission, ")");
		return;
	}
	emit_outputs(emission, query->right, binding->columns);
	emit_format(emission, ", t_depth(s%d.depth + 1)", number);
	emit_rest(emission, query->right);
}

void
emit_with(Emission *emission, CteList *with, Scope *scope)
{
	for (int i = 0; i < with->count; i++)
	{
		const CteBinding *binding = scope->ctes[i];

		emit_format(emission, "%s w%d(", i == 0 ? "WITH RECURSIVE" : ",", binding->number);
		for (int j = 0; j < binding->column_count; j++)
			emit_format(emission, "%sc%d", j > 0 ? ", " : "", j + 1);
		emit_text(emission, binding->recursive ? ", depth) AS (" : ") AS (");
		if (binding->recursive)
			emit_recursion(emission, binding);
		else
			emit_query(emission, binding->query);
		emit_text(emission, ")");
	}
	if (with->count > 0)
		emit_text(emission, " ");
}

void
emit_order(Emission *emission, Query *query)
{
	const Scope *scope = QUERY_SCOPE(query);

	for (int i = 0; i < query->order_by.count; i++)
	{
		const OrderItem *item = &query->order_by.items[i];

		emit_text(emission, i == 0 ? " ORDER BY " : ", ");
		if (scope->ordinals[i] == 0)
			emit_key(emission, item->expr);
		else if (query->kind == QUERY_SELECT && !query->distinct &&
				 type_is_binary(query->columns[scope->ordinals[i] - 1].type.type))
			emit_key(emission, scope->outputs[scope->ordinals[i] - 1].expr);
		else
		{
			emit_format(emission, "%d", scope->ordinals[i]);
			emit_collate(emission, &query->columns[scope->ordinals[i] - 1].type);
		}
		emit_text(emission, item->descending ? " DESC" : "");
	}
}

/* TOP (n): SQLite takes a negative LIMIT for none, so t_limit() refuses it. */
void
emit_limit(Emission *emission, Top *top, Expr *offset, Expr *fetch)
{
	TypeSpec	bigint = type_make(SQL_BIGINT);
	Expr	   *count = top != NULL ? top->count : fetch;

	if (count == NULL && offset == NULL)
		return;
	emit_text(emission, " LIMIT ");
	if (count != NULL)
	{
		emit_text(emission, "t_limit(");
		emit_expr_as(emission, count, &bigint);
		emit_format(emission, ", %d)", top != NULL ? LIMIT_TOP : LIMIT_FETCH);
	}
	else
		emit_text(emission, "-1");
	if (offset != NULL)
	{
		emit_text(emission, " OFFSET t_limit(");
		emit_expr_as(emission, offset, &bigint);
		emit_format(emission, ", %d)", LIMIT_OFFSET);
	}
}

void
emit_query(Emission *emission, Query *query)
{
	static const char *const operators[] = {
		[QUERY_UNION] = " UNION ", [QUERY_UNION_ALL] = " UNION ALL ",
		[QUERY_EXCEPT] = " EXCEPT ", [QUERY_INTERSECT] = " INTERSECT "
	};
	bool		keys = emission->rows_alone;

	emission->rows_alone = false;
	emit_with(emission, &query->with, QUERY_SCOPE(query));
	if (query->kind == QUERY_SELECT)
	{
		emit_outputs(emission, query, NULL);
		emit_rest(emission, query);
	}
	else
	{
		emit_side(emission, query->columns, query->column_count, query->left, keys);
		emit_text(emission, operators[query->kind]);
		emit_side(emission, query->columns, query->column_count, query->right, keys);
	}
	emit_order(emission, query);
	emit_limit(emission, query->top, query->offset, query->fetch);
}
