/*
 * execute_output.c
 *		The OUTPUT clause of INSERT, UPDATE and DELETE.
 *
 * inserted and deleted are relations of one row whose values are parameters, as
 * for CHECK constraints.
 */
#include <stdio.h>
#include <string.h>

#include "execute_output.h"

static void
add_row_relation(Analysis *analysis, Scope *scope, const TableInfo *table, const char *name, int first_slot)
{
	Relation   *row = relation_new(analysis, scope, RELATION_ROW, name);

	relation_of_table(analysis, row, table);
	row->first_slot = first_slot;
	for (int i = 0; i < row->column_count; i++)
	{
		row->columns[i].identity = false;
		row->columns[i].computed = false;
	}
}

static void
describe(OutputWriter *writer, const Scope *scope)
{
	Arena	   *arena = writer->session->arena;
	size_t		count = (size_t) scope->output_count + 1;

	writer->count = scope->output_count;
	writer->columns = memset(arena_alloc(arena, sizeof(SqlColumn) * count), 0, sizeof(SqlColumn) * count);
	writer->values = memset(arena_alloc(arena, sizeof(SqlValue) * count), 0, sizeof(SqlValue) * count);
	writer->scratch = arena_alloc(arena, STORAGE_SCRATCH * count);
	for (int i = 0; i < writer->count; i++)
	{
		snprintf(writer->columns[i].name, sizeof(writer->columns[i].name), "%s", scope->outputs[i].name);
		writer->columns[i].type = scope->outputs[i].expr->type;
		writer->columns[i].nullable = scope->outputs[i].expr->nullable;
		if (writer->columns[i].type.type == SQL_UNTYPED)
			writer->columns[i].type = type_make(SQL_INT);
	}
}

bool
output_start(OutputWriter *writer, Session *session, const TableInfo *table, Output *output,
			 bool inserted, bool deleted)
{
	Analysis	analysis;
	Emission	emission;
	Scope	   *scope;
	int			slots = 0;

	memset(writer, 0, sizeof(*writer));
	writer->session = session;
	if (output == NULL)
		return true;
	if (output->into != NULL)
		return session_error(session, 40518, "OUTPUT INTO");
	analysis_start(&analysis, session);
	scope = scope_new(&analysis, NULL);
	writer->table_columns = table->column_count;
	writer->inserted = inserted;
	writer->deleted = deleted;
	if (inserted)
	{
		add_row_relation(&analysis, scope, table, "inserted", 1);
		slots += table->column_count;
	}
	if (deleted)
	{
		add_row_relation(&analysis, scope, table, "deleted", slots + 1);
		slots += table->column_count;
	}
	if (!analyse_outputs(&analysis, scope, &output->items))
		return false;
	emission_start(&emission, session);
	emission_reserve(&emission, slots);
	for (int i = 0; i < scope->output_count; i++)
	{
		emit_text(&emission, i == 0 ? "SELECT " : ", ");
		emit_expr(&emission, scope->outputs[i].expr);
	}
	describe(writer, scope);
	writer->statement = emission_prepare(&emission);
	if (writer->statement == NULL)
		return false;
	session->sink->columns(session->sink, writer->columns, writer->count);
	return true;
}

bool
output_row(OutputWriter *writer, const RawValue *inserted, const RawValue *deleted)
{
	Session    *session = writer->session;
	int			columns;
	int			slot = 1;
	RawValue	raw;
	bool		done;

	if (writer->statement == NULL)
		return true;
	columns = sqlite3_bind_parameter_count(writer->statement);
	for (int i = 0; inserted != NULL && writer->inserted && i < writer->table_columns && slot <= columns; i++)
		raw_bind(writer->statement, slot++, &inserted[i]);
	for (int i = 0; deleted != NULL && writer->deleted && i < writer->table_columns && slot <= columns; i++)
		raw_bind(writer->statement, slot++, &deleted[i]);
	if (sqlite3_step(writer->statement) != SQLITE_ROW)
		return session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	for (int i = 0; i < writer->count; i++)
	{
		raw_from_column(writer->statement, i, &raw);
		storage_decode(&writer->columns[i].type, &raw, &writer->values[i], writer->scratch[i]);
	}
	done = session->sink->row(session->sink, writer->values);
	sqlite3_reset(writer->statement);
	if (!done)
	{
		session->failed = true;
		session->unwind = UNWIND_BATCH;
	}
	return done;
}

void
output_finish(OutputWriter *writer)
{
	sqlite3_finalize(writer->statement);
	writer->statement = NULL;
}
