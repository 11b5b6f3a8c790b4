/*
 * execute_output.c
 *		The OUTPUT clause of INSERT, UPDATE and DELETE.
 *
 * inserted and deleted are relations of one row whose values are parameters, as
 * for CHECK constraints.
 */
#include <stdio.h>
#include <string.h>

#include "execute.h"
#include "execute_output.h"
#include "rowset.h"

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

/* The columns of the target that take the outputs: named ones, or all that may be given. */
static bool
find_targets(OutputWriter *writer, const TableInfo *target, const NameList *names)
{
	Session    *session = writer->session;
	int			count = 0;

	writer->targets = arena_alloc(session->arena, sizeof(int) * (size_t) (names->count + target->column_count + 1));
	for (int i = 0; i < names->count; i++)
	{
		int			position = catalog_column(target, names->items[i]);

		if (position < 0)
			return session_error(session, 207, names->items[i]);
		if (target->columns[position].computed_text != NULL)
			return session_error(session, 271, names->items[i]);
		if (target->columns[position].identity)
			return session_error(session, 544, target->name);
		if (target->columns[position].rowversion)
			return session_error(session, 273);
		writer->targets[count++] = position;
	}
	for (int i = 0; names->count == 0 && i < target->column_count; i++)
	{
		if (target->columns[i].computed_text == NULL && !target->columns[i].identity && !target->columns[i].rowversion)
			writer->targets[count++] = i;
	}
	if (count != writer->count && names->count > 0)
		return session_error(session, count > writer->count ? 120 : 121);
	if (count != writer->count)
		return session_error(session, 213);
	for (int i = 0; i < count; i++)
	{
		if (!type_check_implicit(session, &writer->columns[i].type, &target->columns[writer->targets[i]].type))
			return false;
	}
	return true;
}

static bool
start_into(OutputWriter *writer, const Output *output)
{
	Session    *session = writer->session;
	const TableInfo *target = find_base_table(session, output->into);

	if (target == NULL || !find_targets(writer, target, &output->into_columns))
		return false;
	if (target->view)
		return session_error(session, 4405, target->name);
	for (int i = 0; i < target->trigger_count; i++)
	{
		if (!target->triggers[i].disabled)
			return session_error(session, 331, target->name);
	}
	if (target->reference_count > 0 || target->foreign_key_count > 0)
		return session_error(session, 332, target->name);
	if (target->check_count > 0)
		return session_error(session, 333, target->name);
	writer->first = target->set != NULL ? target->set->count : 0;
	writer->row = arena_alloc(session->arena, sizeof(RawValue) * (size_t) (target->column_count + 1));
	if (!rowwriter_start(&writer->rows, session, target, "INSERT"))
		return false;
	writer->into = true;
	return rowwriter_prepare_defaults(&writer->rows);
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
	if (output->into != NULL)
		return start_into(writer, output);
	session->sink->columns(session->sink, writer->columns, writer->count);
	return true;
}

/* The row's values, in the target's types; its other columns take their defaults. */
static bool
put_into(OutputWriter *writer)
{
	const TableInfo *target = writer->rows.table;

	rowwriter_begin(&writer->rows);
	for (int i = 0; i < target->column_count; i++)
	{
		int			output = 0;

		while (output < writer->count && writer->targets[output] != i)
			output++;
		if (output < writer->count ?
			!rowwriter_convert(&writer->rows, i, &writer->columns[output].type, &writer->values[output],
							   &writer->row[i]) :
			!rowwriter_default(&writer->rows, i, &writer->row[i]))
			return false;
	}
	return rowwriter_insert(&writer->rows, writer->row);
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
	done = writer->into ? put_into(writer) : session->sink->row(session->sink, writer->values);
	sqlite3_reset(writer->statement);
	if (!done && !writer->into)
	{
		session->failed = true;
		session->unwind = UNWIND_BATCH;
	}
	return done;
}

bool
output_finish(OutputWriter *writer, bool ok)
{
	sqlite3_finalize(writer->statement);
	writer->statement = NULL;
	if (!writer->into)
		return ok;
	ok = rowwriter_finish(&writer->rows, ok);
	if (!ok && writer->rows.table->set != NULL)
		rowset_truncate(writer->rows.table->set, writer->first);
	writer->into = false;
	return ok;
}
