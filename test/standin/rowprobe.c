/*
 * rowprobe.c
 *		Expressions over one row: CHECK constraints and computed columns.
 *
 * The row's values are parameters 1 .. n of a SELECT without FROM, so that an
 * expression can be asked before the row is anywhere.
 */
#include <string.h>

#include "changelog.h"
#include "parser.h"
#include "rowwriter.h"

typedef struct ProbeBuilder
{
	Analysis	analysis;
	Scope	   *scope;
	Emission	emission;
} ProbeBuilder;

static void
builder_start(ProbeBuilder *builder, Session *session, const TableInfo *table, RowProbe *probe, int capacity)
{
	Relation   *row;

	memset(probe, 0, sizeof(*probe));
	analysis_start(&builder->analysis, session);
	builder->scope = scope_new(&builder->analysis, NULL);
	row = relation_new(&builder->analysis, builder->scope, RELATION_ROW, table->name);
	relation_of_table(&builder->analysis, row, table);
	row->first_slot = 1;
	emission_start(&builder->emission, session);
	emission_reserve(&builder->emission, table->column_count);
	emit_text(&builder->emission, "SELECT ");
	probe->parameters = table->column_count;
	probe->types = arena_alloc(session->arena, sizeof(TypeSpec) * (size_t) (capacity + 1));
	probe->targets = arena_alloc(session->arena, sizeof(int) * (size_t) (capacity + 1));
}

bool
probe_checks(Session *session, const TableInfo *table, RowProbe *probe)
{
	ProbeBuilder builder;
	SqlMessage	error;
	Expr	   *condition;

	builder_start(&builder, session, table, probe, table->check_count);
	for (int i = 0; i < table->check_count; i++)
	{
		const CheckInfo *check = &table->checks[i];

		if (check->disabled)
			continue;
		if (!parse_condition_text(check->text, strlen(check->text), session->arena, &condition, &error))
			return session_message(session, &error);
		if (!analyse_condition(&builder.analysis, builder.scope, condition))
			return false;
		emit_text(&builder.emission, probe->count > 0 ? ", NOT " : "NOT ");
		emit_condition(&builder.emission, condition);
		probe->types[probe->count] = type_make(SQL_BIT);
		probe->targets[probe->count++] = i;
	}
	if (probe->count == 0)
		return true;
	probe->statement = emission_prepare(&builder.emission);
	return probe->statement != NULL;
}

bool
probe_computed(Session *session, const TableInfo *table, RowProbe *probe)
{
	ProbeBuilder builder;
	SqlMessage	error;
	Expr	   *expr;

	builder_start(&builder, session, table, probe, table->column_count);
	for (int i = 0; i < table->column_count; i++)
	{
		const TableColumn *column = &table->columns[i];

		if (column->computed_text == NULL)
			continue;
		if (!parse_value_text(column->computed_text, strlen(column->computed_text), session->arena, &expr, &error))
			return session_message(session, &error);
		if (!analyse_expr(&builder.analysis, builder.scope, expr))
			return false;
		emit_text(&builder.emission, probe->count > 0 ? ", " : "");
		emit_expr_as(&builder.emission, expr, &column->type);
		probe->types[probe->count] = column->type;
		probe->targets[probe->count++] = i;
	}
	if (probe->count == 0)
		return true;
	probe->statement = emission_prepare(&builder.emission);
	return probe->statement != NULL;
}

/* SQLITE_ROW with the results ready to be read; the caller resets. */
int
probe_run(Session *session, RowProbe *probe, const RawValue *values)
{
	int			code;

	sqlite3_reset(probe->statement);
	for (int i = 0; i < probe->parameters; i++)
		raw_bind(probe->statement, i + 1, &values[i]);
	code = sqlite3_step(probe->statement);
	if (code != SQLITE_ROW)
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	return code;
}

void
probe_free(RowProbe *probe)
{
	sqlite3_finalize(probe->statement);
	probe->statement = NULL;
}
