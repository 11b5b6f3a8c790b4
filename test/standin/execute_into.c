/*
 * execute_into.c
 *		SELECT ... INTO: a new table from a query's columns and rows.
 */
#include <string.h>

#include "ddl.h"
#include "execute.h"
#include "rowwriter.h"
#include "transaction.h"

/* decimal or numeric: literals are numeric, and what is made of them. */
static bool
is_called_numeric(Expr *expr, void *found)
{
	if (expr->kind == EXPR_LITERAL && expr->type.type == SQL_DECIMAL)
		*(bool *) found = true;
	if (expr->kind == EXPR_CAST)
	{
		if (expr->type.type == SQL_DECIMAL && name_equal(expr->data_type.name, "numeric"))
			*(bool *) found = true;
		return true;
	}
	return expr_each_child(expr, is_called_numeric, found);
}

/* The table that CREATE TABLE would make of the columns. */
static bool
define_table(Session *session, const Query *query, const ObjectName *name, TableDefinition *definition)
{
	size_t		size = sizeof(ColumnDefinition) * (size_t) (query->column_count + 1);

	memset(definition, 0, sizeof(*definition));
	definition->name = *name;
	definition->columns = memset(arena_alloc(session->arena, size), 0, size);
	definition->column_count = query->column_count;
	for (int i = 0; i < query->column_count; i++)
	{
		const SqlColumn *from = &query->columns[i];
		ColumnDefinition *column = &definition->columns[i];
		bool		numeric = false;

		if (from->name[0] == '\0')
			return session_error(session, 1038);
		column->name = from->name;
		if (query->kind == QUERY_SELECT)
			is_called_numeric(QUERY_SCOPE(query)->outputs[i].expr, &numeric);
		column->type.name = numeric && from->type.type == SQL_DECIMAL ? "numeric" : type_name(from->type.type);
		column->type.known = true;
		column->type.spec = from->type;
		if (column->type.spec.length == 0 && type_is_text(from->type.type))
			column->type.spec.length = 1;
		column->collation = type_is_text(from->type.type) && from->type.collation != NULL ?
			from->type.collation->name : NULL;
		column->nullability = from->nullable ? NULLABILITY_NULL : NULLABILITY_NOT_NULL;
		column->identity = from->identity;
		column->identity_seed = 1;
		column->identity_increment = 1;
	}
	return true;
}

static bool
fill_table(Session *session, const Query *query, Emission *emission, const TableInfo *table, int64_t *rows)
{
	sqlite3_stmt *statement = emission_prepare(emission);
	RawValue   *values = arena_alloc(session->arena, sizeof(RawValue) * (size_t) (query->column_count + 1));
	RowWriter	writer;
	int			code = SQLITE_DONE;
	bool		done;

	if (statement == NULL)
		return false;
	done = rowwriter_start(&writer, session, table, "INSERT");
	while (done && (code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		arena_reset(writer.row_arena);
		for (int i = 0; done && i < query->column_count; i++)
		{
			char		scratch[STORAGE_SCRATCH];
			SqlValue	value;

			memset(&value, 0, sizeof(value));
			raw_from_column(statement, i, &values[i]);
			storage_decode(&query->columns[i].type, &values[i], &value, scratch);
			done = rowwriter_convert(&writer, i, &query->columns[i].type, &value, &values[i]);
			if (done)
				raw_copy(writer.row_arena, &values[i]);
		}
		done = done && rowwriter_insert(&writer, values);
		(*rows)++;
	}
	if (done && code != SQLITE_DONE)
		done = session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return writer.row_arena == NULL ? done : rowwriter_finish(&writer, done);
}

static bool
into_entered(Session *session, Query *query, int64_t *rows)
{
	const ObjectName *name = query->into;
	Analysis	analysis;
	Emission	emission;
	TableDefinition definition;
	const TableInfo *table;

	analysis_start(&analysis, session);
	if (!catalog_refresh(session) || !analyse_query(&analysis, query, NULL) ||
		!define_table(session, query, name, &definition))
		return false;
	emission_start(&emission, session);
	emit_query(&emission, query);
	if (!ddl_create_table(session, &definition))
		return false;
	table = catalog_table(session, name->schema, name->object);
	return table != NULL && fill_table(session, query, &emission, table, rows);
}

bool
execute_select_into(Session *session, Query *query)
{
	int64_t		rows = 0;
	bool		done;

	done = transaction_implicit(session) && transaction_enter(session, true) &&
		into_entered(session, query, &rows);
	done = transaction_leave(session, done);
	execute_changed(session, DONE_SELECT, done, rows);
	return done;
}
