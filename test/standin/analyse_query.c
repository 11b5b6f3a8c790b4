/*
 * analyse_query.c
 *		Binds queries: FROM, WITH, the select list, set operations.
 *
 * Each query has a scope, hung on its binding; scopes are linked outwards for
 * correlated subqueries.  A derived table does not see its neighbours.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "catalog_views.h"
#include "parser.h"
#include "rowset.h"
#include "table_function.h"

#define DEPTH_LIMIT	64

void
analysis_start(Analysis *analysis, Session *session)
{
	memset(analysis, 0, sizeof(*analysis));
	analysis->session = session;
	analysis->arena = session->arena;
}

static void *
zeroed(Analysis *analysis, size_t size)
{
	void	   *memory = arena_alloc(analysis->arena, size + 1);

	memset(memory, 0, size + 1);
	return memory;
}

Scope *
scope_new(Analysis *analysis, Scope *outer)
{
	Scope	   *scope = zeroed(analysis, sizeof(*scope));

	scope->outer = outer;
	return scope;
}

Relation *
relation_new(Analysis *analysis, Scope *scope, RelationKind kind, const char *alias)
{
	Relation   *relation = zeroed(analysis, sizeof(*relation));

	if (scope->count == scope->capacity)
	{
		Relation  **larger;

		scope->capacity = scope->capacity * 2 + 8;
		larger = zeroed(analysis, sizeof(*larger) * (size_t) scope->capacity);
		if (scope->count > 0)
			memcpy(larger, scope->relations, sizeof(*larger) * (size_t) scope->count);
		scope->relations = larger;
	}
	scope->relations[scope->count++] = relation;
	relation->kind = kind;
	relation->alias = alias;
	relation->number = ++analysis->numbers;
	return relation;
}

void
relation_of_table(Analysis *analysis, Relation *relation, const TableInfo *table)
{
	relation->table = table;
	relation->column_count = table->column_count;
	relation->columns = zeroed(analysis, sizeof(SqlColumn) * (size_t) table->column_count);
	for (int i = 0; i < table->column_count; i++)
	{
		SqlColumn  *column = &relation->columns[i];

		snprintf(column->name, sizeof(column->name), "%s", table->columns[i].name);
		column->type = table->columns[i].type;
		column->nullable = table->columns[i].nullable;
		column->identity = table->columns[i].identity;
		column->computed = table->columns[i].computed_text != NULL;
		column->rowversion = table->columns[i].rowversion;
	}
}

/* Renames the columns of a derived table: AS t (a, b). */
static bool
rename_columns(Analysis *analysis, SqlColumn **columns, int count, const NameList *names, const char *of)
{
	SqlColumn  *copy = zeroed(analysis, sizeof(SqlColumn) * (size_t) count);

	memcpy(copy, *columns, sizeof(SqlColumn) * (size_t) count);
	*columns = copy;
	if (names->count > 0 && names->count != count)
		return session_error(analysis->session, names->count < count ? 8158 : 8159, of);
	for (int i = 0; i < count; i++)
	{
		copy[i].identity = false;
		copy[i].computed = false;
		copy[i].rowversion = false;
		if (names->count > 0)
			snprintf(copy[i].name, sizeof(copy[i].name), "%s", names->items[i]);
		if (copy[i].name[0] == '\0')
			return session_error(analysis->session, 8155, i + 1, of);
		for (int j = 0; j < i; j++)
		{
			if (same_name(copy[i].name, copy[j].name))
				return session_error(analysis->session, 8156, copy[i].name, of);
		}
	}
	return true;
}

static bool
check_derived_order(Analysis *analysis, const Query *query)
{
	if (query->order_by.count > 0 && query->top == NULL && query->offset == NULL)
		return session_error(analysis->session, 1033);
	return true;
}

static CteBinding *
find_cte(Scope *scope, const char *name)
{
	for (; scope != NULL; scope = scope->outer)
	{
		for (int i = scope->cte_count - 1; i >= 0; i--)
		{
			if (same_name(scope->ctes[i]->name, name))
				return scope->ctes[i];
		}
	}
	return NULL;
}

static bool
bind_view(Analysis *analysis, Relation *relation, const TableInfo *view)
{
	SqlMessage	error;
	Query	   *query;
	SqlColumn  *columns;

	if (!parse_query_text(view->definition, strlen(view->definition), analysis->arena, &query, &error))
		return session_message(analysis->session, &error);
	if (!analyse_query(analysis, query, NULL))
		return false;
	columns = query->columns;
	if (query->column_count != view->column_count)
		return session_error(analysis->session, 4413, view->name);
	relation->kind = RELATION_QUERY;
	relation->query = query;
	relation_of_table(analysis, relation, view);
	relation->table = NULL;
	relation->view = view;
	for (int i = 0; i < query->column_count; i++)
	{
		relation->columns[i].type = columns[i].type;
		relation->columns[i].nullable = columns[i].nullable;
	}
	return true;
}

static bool
read_hints(Analysis *analysis, const NameList *hints)
{
	static const char *const locking[] = {
		"UPDLOCK", "XLOCK", "HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD", "TABLOCKX"
	};

	bool		locks = false;
	bool		unlocked = false;

	for (int i = 0; i < hints->count; i++)
	{
		if (strcmp(hints->items[i], "NOWAIT") == 0)
			analysis->no_wait = true;
		for (size_t j = 0; j < sizeof(locking) / sizeof(locking[0]); j++)
		{
			if (strcmp(hints->items[i], locking[j]) == 0)
				locks = true;
		}
		if (strcmp(hints->items[i], "NOLOCK") == 0 || strcmp(hints->items[i], "READUNCOMMITTED") == 0)
			unlocked = true;
	}
	if (locks)
		analysis->locks = true;
	return !(unlocked && locks) || session_error(analysis->session, 1047);
}

/* Another database is not read here, but one that nobody may open says so itself. */
static bool
invalid_object(Analysis *analysis, const ObjectName *name)
{
	Database   *database = name->database != NULL ? database_find(name->database) : NULL;
	SqlMessage	error;
	char		text[1600];

	if (database != NULL && !database_open(database, &error))
		return session_message(analysis->session, &error);
	snprintf(text, sizeof(text), "%s%s%s%s%s", name->database != NULL ? name->database : "",
			 name->database != NULL ? "." : "", name->schema != NULL ? name->schema : "",
			 name->schema != NULL || name->database != NULL ? "." : "", name->object);
	return session_error(analysis->session, 208, text);
}

static bool
bind_table(Analysis *analysis, Scope *scope, Source *source, Relation *relation)
{
	Session    *session = analysis->session;
	const ObjectName *name = &source->name;
	const char *current = database_name(session->database);
	CteBinding *cte = name->schema == NULL && name->database == NULL ? find_cte(scope, name->object) : NULL;
	const TableInfo *table;
	const RowSet *set;
	ObjectName	base;

	if (cte != NULL)
	{
		relation->kind = RELATION_CTE;
		relation->cte = cte;
		relation->columns = cte->columns;
		relation->column_count = cte->column_count;
		return cte->columns != NULL || session_error(session, 252, cte->name);
	}
	set = rowset_find(session, name);
	if (set != NULL)
	{
		relation->kind = RELATION_SET;
		relation_of_table(analysis, relation, &set->info);
		return true;
	}
	if (is_table_variable(name))
		return session_error(session, 1087, name->object);
	relation->system = system_view_find(name->database != NULL ? name->database : current,
										name->schema, name->object);
	if (relation->system != NULL)
	{
		if (name->database != NULL && relation->system->body != NULL &&
			!name_equal(name->database, current))
			return invalid_object(analysis, name);
		if (relation->system->server_state && !session->sysadmin)
			return session_error(session, 300, "VIEW SERVER STATE", "server", "master");
		relation->kind = RELATION_SYSTEM;
		analysis->uses_data = true;
		relation->columns = system_view_columns(relation->system, session, analysis->arena,
												&relation->column_count);
		return true;
	}
	if (name->server != NULL || (name->database != NULL && !name_equal(name->database, current)))
		return invalid_object(analysis, name);
	analysis->uses_data = true;
	table = catalog_table(session, name->schema, name->object);
	if (table == NULL && synonym_base(session, name, &base))
		table = catalog_table(session, base.schema, base.object);
	if (table == NULL)
		return invalid_object(analysis, name);
	if (source->alias == NULL)
		relation->schema = table->schema;
	if (table->view)
		return bind_view(analysis, relation, table);
	relation_of_table(analysis, relation, table);
	return true;
}

static bool
bind_values(Analysis *analysis, Scope *scope, Source *source, Relation *relation)
{
	int			count = source->row_count > 0 ? source->rows[0].count : 0;
	TypeSpec   *types = zeroed(analysis, sizeof(TypeSpec) * (size_t) count);

	if (!analyse_values(analysis, scope->outer, source->rows, source->row_count, count, types))
		return false;
	relation->kind = RELATION_VALUES;
	relation->columns = zeroed(analysis, sizeof(SqlColumn) * (size_t) count);
	relation->column_count = count;
	for (int i = 0; i < count; i++)
	{
		relation->columns[i].type = types[i].type == SQL_UNTYPED ? type_make(SQL_INT) : types[i];
		relation->columns[i].nullable = true;
	}
	return rename_columns(analysis, &relation->columns, count, &source->columns,
						  source->alias != NULL ? source->alias : "");
}

static bool
bind_function(Analysis *analysis, Scope *scope, Source *source, Relation *relation)
{
	Expr	   *call = source->function;
	const TableFunction *function = table_function_find(call->text);
	const TypeSpec *given;

	if (name_equal(call->text, "dm_exec_describe_first_result_set"))
		return analyse_describe(analysis, scope->outer, &call->arguments, relation);
	if (function == NULL)
		return session_error(analysis->session, 208, call->text);
	if (call->arguments.count != 1)
		return session_error(analysis->session, 174, call->text, 1);
	if (!analyse_expr(analysis, scope->outer, call->arguments.items[0]))
		return false;
	given = &call->arguments.items[0]->type;
	if (type_is_text(function->argument.type) && given->type != SQL_UNTYPED && !type_is_text(given->type))
		return session_error(analysis->session, 8116, type_name(given->type), 1, call->text);
	if (!type_check_implicit(analysis->session, given, &function->argument))
		return false;
	relation->kind = RELATION_FUNCTION;
	relation->function = function;
	relation->columns = system_view_columns(function->view, analysis->session, analysis->arena,
											&relation->column_count);
	if (type_is_text(given->type) && function->value_column > 0)
		relation->columns[function->value_column].type.collation = given->collation;
	if (source->columns.count == 0)
		return true;
	return rename_columns(analysis, &relation->columns, relation->column_count, &source->columns,
						  relation->alias);
}

/* Every row alike, every column of one type: as UNION ALL would make it. */
bool
analyse_values(Analysis *analysis, Scope *scope, ExprList *rows, int row_count, int column_count,
			   TypeSpec *types)
{
	for (int i = 0; i < row_count; i++)
	{
		if (rows[i].count != column_count)
			return session_error(analysis->session, 10709);
		for (int j = 0; j < column_count; j++)
		{
			Expr	   *expr = rows[i].items[j];

			if (expr->kind == EXPR_DEFAULT)
				continue;
			if (!analyse_expr(analysis, scope, expr) ||
				!type_unify_specs(analysis->session, &types[j], &expr->type, &types[j]))
				return false;
		}
	}
	return true;
}

static bool
check_exposed_name(Analysis *analysis, Scope *scope, const Relation *relation)
{
	for (int i = 0; i < scope->count; i++)
	{
		const Relation *other = scope->relations[i];

		if (other == relation || !same_name(other->alias, relation->alias))
			continue;
		if (other->schema == NULL && relation->schema == NULL)
			return session_error(analysis->session, 1011, relation->alias);
		if (other->schema != NULL && relation->schema != NULL && same_name(other->schema, relation->schema))
			return session_error(analysis->session, 1013, relation->alias, relation->alias);
	}
	return true;
}

static bool
analyse_on(Analysis *analysis, Scope *scope, Expr *on, int first)
{
	int			saved = scope->first;
	bool		done;

	scope->first = first;
	done = analyse_condition(analysis, scope, on);
	scope->first = saved;
	return done;
}

bool
analyse_source(Analysis *analysis, Scope *scope, Source *source, bool outer)
{
	Relation   *relation;
	bool		left_outer = outer || source->join == JOIN_RIGHT || source->join == JOIN_FULL;
	bool		right_outer = outer || source->join == JOIN_LEFT || source->join == JOIN_FULL;

	if (source->kind == SOURCE_JOIN)
	{
		int			before = scope->count;

		return analyse_source(analysis, scope, source->left, left_outer) &&
			analyse_source(analysis, scope, source->right, right_outer) &&
			(source->on == NULL || analyse_on(analysis, scope, source->on, before));
	}
	if (!read_hints(analysis, &source->hints))
		return false;
	relation = relation_new(analysis, scope, RELATION_TABLE,
							source->alias != NULL ? source->alias :
							source->kind == SOURCE_FUNCTION ? source->function->text :
							source->name.object != NULL ? source->name.object : "");
	source->binding = relation;
	source->index = scope->count - 1;
	relation->outer = outer;
	relation->source = source;
	if (source->kind == SOURCE_TABLE)
	{
		if (!bind_table(analysis, scope, source, relation))
			return false;
	}
	else if (source->kind == SOURCE_FUNCTION)
	{
		if (!bind_function(analysis, scope, source, relation))
			return false;
	}
	else if (source->kind == SOURCE_VALUES)
	{
		if (!bind_values(analysis, scope, source, relation))
			return false;
	}
	else
	{
		relation->kind = RELATION_QUERY;
		relation->query = source->query;
		if (!check_derived_order(analysis, source->query) ||
			!analyse_query(analysis, source->query, scope->outer))
			return false;
		relation->columns = source->query->columns;
		relation->column_count = source->query->column_count;
		if (!rename_columns(analysis, &relation->columns, relation->column_count, &source->columns,
							relation->alias))
			return false;
	}
	if (source->sample != NULL && relation->kind != RELATION_TABLE)
		return session_error(analysis->session, 494);
	return check_exposed_name(analysis, scope, relation);
}

static bool
publish_columns(Analysis *analysis, CteBinding *binding, const Query *query, const Cte *cte)
{
	binding->columns = query->columns;
	binding->column_count = query->column_count;
	return rename_columns(analysis, &binding->columns, query->column_count, &cte->columns, cte->name);
}

/* WITH c AS (anchor UNION ALL part that uses c): the anchor gives the types. */
static bool
analyse_cte(Analysis *analysis, Scope *scope, Cte *cte, CteBinding *binding)
{
	Query	   *query = cte->query;

	if (!check_derived_order(analysis, query))
		return false;
	if (query->kind == QUERY_UNION_ALL)
	{
		Scope	   *inner = scope_new(analysis, scope);

		inner->ctes = zeroed(analysis, sizeof(CteBinding *));
		if (!analyse_query(analysis, query->left, scope) ||
			!publish_columns(analysis, binding, query->left, cte))
			return false;
		for (int i = 0; i < binding->column_count; i++)
			binding->columns[i].nullable = true;
		inner->ctes[inner->cte_count++] = binding;
		binding->recursive = true;
		return analyse_query(analysis, query, inner);
	}
	return analyse_query(analysis, query, scope) && publish_columns(analysis, binding, query, cte);
}

bool
analyse_with(Analysis *analysis, CteList *with, Scope *scope)
{
	scope->ctes = zeroed(analysis, sizeof(CteBinding *) * (size_t) with->count);
	for (int i = 0; i < with->count; i++)
	{
		CteBinding *binding = zeroed(analysis, sizeof(*binding));

		for (int j = 0; j < i; j++)
		{
			if (same_name(with->items[j].name, with->items[i].name))
				return session_error(analysis->session, 239, with->items[i].name);
		}
		binding->name = with->items[i].name;
		binding->query = with->items[i].query;
		binding->number = ++analysis->numbers;
		with->items[i].binding = binding;
		if (!analyse_cte(analysis, scope, &with->items[i], binding))
			return false;
		scope->ctes[scope->cte_count++] = binding;
	}
	return true;
}

static bool
set_columns(Analysis *analysis, Query *query, Scope *scope)
{
	query->column_count = scope->output_count;
	query->columns = zeroed(analysis, sizeof(SqlColumn) * (size_t) scope->output_count);
	for (int i = 0; i < scope->output_count; i++)
	{
		SqlColumn  *column = &query->columns[i];
		Expr	   *expr = scope->outputs[i].expr;

		snprintf(column->name, sizeof(column->name), "%s", scope->outputs[i].name);
		column->type = expr->type;
		column->nullable = expr->nullable;
		if (column->type.type == SQL_UNTYPED)
			column->type = type_make(SQL_INT);
		if (column->type.type == SQL_INT)
			column->type.precision = 0;
		if (expr->kind == EXPR_COLUMN)
		{
			const Relation *relation = expr->binding;

			column->identity = relation->columns[expr->column_index].identity;
			column->computed = relation->columns[expr->column_index].computed;
			column->rowversion = relation->columns[expr->column_index].rowversion;
		}
	}
	return true;
}

static bool
analyse_count(Analysis *analysis, Scope *scope, Expr *expr)
{
	if (expr == NULL)
		return true;
	if (!analyse_expr(analysis, scope->outer, expr))
		return false;
	if (!type_is_integer(expr->type.type) && expr->type.type != SQL_UNTYPED &&
		!(expr->kind == EXPR_LITERAL && expr->type.type == SQL_DECIMAL && expr->type.scale == 0))
		return session_error(analysis->session, 1060);
	return true;
}

static bool
analyse_select(Analysis *analysis, Query *query, Scope *scope)
{
	if (query->from != NULL && !analyse_source(analysis, scope, query->from, false))
		return false;
	if (query->top != NULL && !analyse_count(analysis, scope, query->top->count))
		return false;
	if (query->top != NULL && (query->top->percent || query->top->with_ties))
		return session_error(analysis->session, 102, query->top->percent ? "PERCENT" : "TIES");
	if (query->where != NULL && !analyse_condition(analysis, scope, query->where))
		return false;
	return analyse_grouping(analysis, scope, query) && set_columns(analysis, query, scope);
}

static bool
analyse_compound(Analysis *analysis, Query *query, Scope *scope)
{
	Session    *session = analysis->session;
	int			count;

	if (!analyse_query(analysis, query->left, scope) || !analyse_query(analysis, query->right, scope))
		return false;
	count = query->left->column_count;
	if (count != query->right->column_count)
		return session_error(session, 205);
	query->column_count = count;
	query->columns = zeroed(analysis, sizeof(SqlColumn) * (size_t) count);
	for (int i = 0; i < count; i++)
	{
		const SqlColumn *left = &query->left->columns[i];
		const SqlColumn *right = &query->right->columns[i];

		query->columns[i] = *left;
		query->columns[i].identity = false;
		query->columns[i].computed = false;
		query->columns[i].rowversion = false;
		query->columns[i].nullable = left->nullable || right->nullable;
		if (!type_unify_specs(session, &left->type, &right->type, &query->columns[i].type))
			return false;
		if (query->kind != QUERY_UNION_ALL && type_is_large(&query->columns[i].type))
			return session_error(session, 306);
	}
	return true;
}

bool
analyse_query(Analysis *analysis, Query *query, Scope *outer)
{
	Scope	   *scope = scope_new(analysis, outer);
	bool		done;

	query->binding = scope;
	scope->query = query;
	if (++analysis->depth > DEPTH_LIMIT)
		return session_error(analysis->session, 217);
	if (query->top != NULL && query->offset != NULL)
		return session_error(analysis->session, 10741);
	done = analyse_with(analysis, &query->with, scope) &&
		(query->kind == QUERY_SELECT ? analyse_select(analysis, query, scope) :
		 analyse_compound(analysis, query, scope)) &&
		analyse_order(analysis, scope, query) &&
		analyse_count(analysis, scope, query->offset) && analyse_count(analysis, scope, query->fetch);
	analysis->depth--;
	return done;
}
