/*
 * execute_modify.c
 *		UPDATE, DELETE and TRUNCATE.
 *
 * A query gives each row's number, its old values and the new ones; when it has
 * given all, the rows are changed.  A row that FROM finds twice is changed once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changelog.h"
#include "execute.h"
#include "execute_output.h"
#include "functions.h"
#include "identity.h"
#include "parser.h"
#include "transaction.h"
#include "trigger.h"

typedef struct ModifiedRow
{
	struct ModifiedRow *next;
	int64_t		row;
	RawValue   *old;			/* all columns of the table */
	RawValue	values[];		/* of the assignments */
} ModifiedRow;

typedef struct Modifier
{
	Session    *session;
	Analysis	analysis;
	ModifyStatement *statement;
	bool		is_delete;
	Scope	   *scope;
	Relation   *target;
	const TableInfo *table;
	int		   *targets;		/* position of each assignment */
	bool	   *changed;		/* by position */
	RowWriter	writer;
	OutputWriter output;
	Firing		firing;
	ModifiedRow *rows;
	int64_t		count;
} Modifier;

static Relation *
find_relation(const Scope *scope, const ObjectName *name)
{
	for (int i = 0; i < scope->count; i++)
	{
		Relation   *relation = scope->relations[i];

		if (same_name(relation->alias, name->object) &&
			(name->schema == NULL || (relation->schema != NULL && same_name(relation->schema, name->schema))))
			return relation;
	}
	/* UPDATE t ... FROM t AS x: the table itself, when FROM has it once. */
	for (int i = 0; i < scope->count; i++)
	{
		Relation   *relation = scope->relations[i];

		if (relation->table != NULL && same_name(relation->table->name, name->object))
			return relation;
	}
	return NULL;
}

static bool
find_target(Modifier *modifier)
{
	Session    *session = modifier->session;
	ModifyStatement *statement = modifier->statement;
	unsigned	event = modifier->is_delete ? TRIGGER_DELETE : TRIGGER_UPDATE;

	modifier->scope = scope_new(&modifier->analysis, NULL);
	if (!analyse_with(&modifier->analysis, &statement->with, modifier->scope))
		return false;
	if (statement->from != NULL &&
		!analyse_source(&modifier->analysis, modifier->scope, statement->from, false))
		return false;
	modifier->target = find_relation(modifier->scope, &statement->target);
	if (modifier->target == NULL)
	{
		modifier->table = find_base_table(session, &statement->target);
		if (modifier->table == NULL)
			return false;
	}
	if (modifier->target == NULL && modifier->table->view)
	{
		Source	   *source = memset(arena_alloc(session->arena, sizeof(*source)), 0, sizeof(*source));

		source->kind = SOURCE_TABLE;
		source->name = statement->target;
		if (!analyse_source(&modifier->analysis, modifier->scope, source, false))
			return false;
		modifier->target = source->binding;
	}
	else if (modifier->target == NULL)
	{
		modifier->target = relation_new(&modifier->analysis, modifier->scope, RELATION_TABLE, modifier->table->name);
		modifier->target->schema = modifier->table->schema;
		relation_of_table(&modifier->analysis, modifier->target, modifier->table);
	}
	modifier->table = modifier->target->table != NULL ? modifier->target->table : modifier->target->view;
	if (modifier->table != NULL && modifier->table->set != NULL)
		return session_error(session, 40518, "UPDATE or DELETE of a table variable");
	if (modifier->table == NULL || (modifier->table->view && !has_instead_of(modifier->table, event)))
		return session_error(session, 4405, statement->target.object);
	return true;
}

/* c += x is c = c + x. */
static void
expand_operator(Modifier *modifier, Assignment *assignment)
{
	Expr	   *parts;

	if (assignment->op == OP_NONE)
		return;
	parts = arena_alloc(modifier->session->frame->arena, sizeof(Expr) * 2);
	memset(parts, 0, sizeof(Expr) * 2);
	parts[0].kind = EXPR_COLUMN;
	parts[0].name = assignment->column;
	parts[1].kind = EXPR_BINARY;
	parts[1].op = assignment->op;
	parts[1].left = &parts[0];
	parts[1].right = assignment->value;
	assignment->value = &parts[1];
	assignment->op = OP_NONE;
}

/* @v += x is @v = @v + x. */
static void
expand_variable(Modifier *modifier, Assignment *assignment)
{
	Expr	   *parts;

	if (assignment->op == OP_NONE)
		return;
	parts = arena_alloc(modifier->session->frame->arena, sizeof(Expr) * 2);
	memset(parts, 0, sizeof(Expr) * 2);
	parts[0].kind = EXPR_VARIABLE;
	parts[0].text = assignment->variable;
	parts[1].kind = EXPR_BINARY;
	parts[1].op = assignment->op;
	parts[1].left = &parts[0];
	parts[1].right = assignment->value;
	assignment->value = &parts[1];
	assignment->op = OP_NONE;
}

/* SET c = DEFAULT: the expression that the catalog has, or NULL. */
static bool
read_default(Modifier *modifier, Assignment *assignment, const TableColumn *column)
{
	const char *text = column->default_text != NULL ? column->default_text : "NULL";
	SqlMessage	error;

	return parse_value_text(text, strlen(text), modifier->session->frame->arena, &assignment->value, &error) ||
		session_message(modifier->session, &error);
}

static bool
find_assignment(Modifier *modifier, int index)
{
	Session    *session = modifier->session;
	Assignment *assignment = &modifier->statement->assignments[index];
	int			position;
	const TableColumn *column;

	if (assignment->variable != NULL && variable_find(session, assignment->variable) == NULL)
		return session_error(session, 137, assignment->variable);
	modifier->targets[index] = -1;
	if (assignment->column.object == NULL)
	{
		expand_variable(modifier, assignment);
		return analyse_expr(&modifier->analysis, modifier->scope, assignment->value);
	}
	position = catalog_column(modifier->table, assignment->column.object);
	if (position < 0)
		return session_error(session, 207, assignment->column.object);
	column = &modifier->table->columns[position];
	if (column->computed_text != NULL)
		return session_error(session, 271, column->name);
	if (column->rowversion)
		return session_error(session, 272);
	if (column->identity)
		return session_error(session, 8102, column->name);
	if (modifier->changed[position])
		return session_error(session, 264, column->name);
	modifier->changed[position] = true;
	modifier->targets[index] = position;
	if (assignment->value->kind == EXPR_DEFAULT && !read_default(modifier, assignment, column))
		return false;
	expand_operator(modifier, assignment);
	return analyse_expr(&modifier->analysis, modifier->scope, assignment->value) &&
		type_check_implicit(session, &assignment->value->type, &column->type);
}

static bool
analyse_modification(Modifier *modifier)
{
	Session    *session = modifier->session;
	ModifyStatement *statement = modifier->statement;
	size_t		columns;

	if (!find_target(modifier))
		return false;
	columns = (size_t) modifier->table->column_count + 1;
	modifier->changed = memset(arena_alloc(session->arena, columns), 0, columns);
	modifier->targets = arena_alloc(session->arena, sizeof(int) * (size_t) (statement->assignment_count + 1));
	for (int i = 0; i < statement->assignment_count; i++)
	{
		if (!find_assignment(modifier, i))
			return false;
	}
	if (statement->top != NULL && !analyse_expr(&modifier->analysis, NULL, statement->top->count))
		return false;
	return statement->where == NULL ||
		analyse_condition(&modifier->analysis, modifier->scope, statement->where);
}

static bool
has_target_in_from(const Modifier *modifier, const Source *source)
{
	if (source == NULL)
		return false;
	if (source->kind == SOURCE_JOIN)
		return has_target_in_from(modifier, source->left) || has_target_in_from(modifier, source->right);
	return source->binding == modifier->target;
}

static sqlite3_stmt *
prepare_modification(Modifier *modifier)
{
	ModifyStatement *statement = modifier->statement;
	Emission	emission;

	emission_start(&emission, modifier->session);
	for (int i = 0; i < statement->assignment_count; i++)
		emission.live_variables = emission.live_variables || statement->assignments[i].variable != NULL;
	emit_with(&emission, &statement->with, modifier->scope);
	if (modifier->table->view)
		emit_text(&emission, "SELECT 0");
	else
		emit_format(&emission, "SELECT s%d.r", modifier->target->number);
	for (int i = 0; i < modifier->table->column_count; i++)
	{
		emit_text(&emission, ", ");
		emit_column_name(&emission, modifier->target, i);
	}
	for (int i = 0; i < statement->assignment_count; i++)
	{
		emit_text(&emission, ", ");
		emit_expr(&emission, statement->assignments[i].value);
	}
	emit_text(&emission, " FROM ");
	if (statement->from != NULL)
		emit_source(&emission, statement->from);
	if (!has_target_in_from(modifier, statement->from))
	{
		emit_text(&emission, statement->from != NULL ? " JOIN " : "");
		emit_relation(&emission, modifier->target);
	}
	if (statement->where != NULL)
	{
		emit_text(&emission, " WHERE ");
		emit_condition(&emission, statement->where);
	}
	emit_limit(&emission, statement->top, NULL, NULL);
	return emission_prepare(&emission);
}

static ModifiedRow *
read_row(Modifier *modifier, sqlite3_stmt *statement)
{
	Arena	   *arena = modifier->session->arena;
	int			columns = modifier->table->column_count;
	int			assignments = modifier->statement->assignment_count;
	ModifiedRow *row = arena_alloc(arena, sizeof(*row) + sizeof(RawValue) * (size_t) (assignments + columns));

	row->next = NULL;
	row->row = sqlite3_column_int64(statement, 0);
	row->old = row->values + assignments;
	for (int i = 0; i < columns; i++)
	{
		raw_from_column(statement, i + 1, &row->old[i]);
		raw_copy(arena, &row->old[i]);
	}
	for (int i = 0; i < assignments; i++)
	{
		raw_from_column(statement, columns + 1 + i, &row->values[i]);
		raw_copy(arena, &row->values[i]);
	}
	return row;
}

/* SET @v = value, SET @v = column = value: row by row, the last one's stays. */
static bool
set_variables(Modifier *modifier, const ModifiedRow *row)
{
	const ModifyStatement *statement = modifier->statement;
	char		scratch[STORAGE_SCRATCH];

	for (int i = 0; i < statement->assignment_count; i++)
	{
		const TypeSpec *type = &statement->assignments[i].value->type;
		const char *name = statement->assignments[i].variable;
		SqlValue	value;

		if (name == NULL)
			continue;
		memset(&value, 0, sizeof(value));
		storage_decode(type, &row->values[i], &value, scratch);
		if (!variable_set(modifier->session, variable_find(modifier->session, name), type, &value))
			return false;
	}
	return true;
}

static int
compare_rows(const void *a, const void *b)
{
	int64_t		x = (*(ModifiedRow *const *) a)->row;
	int64_t		y = (*(ModifiedRow *const *) b)->row;

	return x < y ? -1 : x > y;
}

/* FROM with joins may name a row more than once; its first occurrence counts. */
static void
drop_repeated(Modifier *modifier, int64_t count)
{
	ModifiedRow **all = malloc(sizeof(*all) * (size_t) (count + 1));
	int64_t		n = 0;

	if (all == NULL)
		abort();
	for (ModifiedRow *row = modifier->rows; row != NULL; row = row->next)
		all[n++] = row;
	qsort(all, (size_t) n, sizeof(*all), compare_rows);
	modifier->count = 0;
	modifier->rows = NULL;
	for (int64_t i = n - 1; i >= 0; i--)
	{
		if (i > 0 && all[i - 1]->row == all[i]->row)
			continue;
		all[i]->next = modifier->rows;
		modifier->rows = all[i];
		modifier->count++;
	}
	free(all);
}

static bool
read_rows(Modifier *modifier)
{
	Session    *session = modifier->session;
	sqlite3_stmt *statement = prepare_modification(modifier);
	int64_t		limit = session->settings.row_count > 0 ? session->settings.row_count : -1;
	ModifiedRow **end = &modifier->rows;
	int			code = SQLITE_DONE;

	if (statement == NULL)
		return false;
	while (modifier->count != limit && (code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		code = SQLITE_DONE;
		if (sqlite3_column_type(statement, 0) == SQLITE_NULL)
			continue;			/* an outer join found no row */
		*end = read_row(modifier, statement);
		if (!set_variables(modifier, *end))
		{
			sqlite3_finalize(statement);
			return false;
		}
		end = &(*end)->next;
		modifier->count++;
	}
	if (code != SQLITE_DONE)
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	if (code == SQLITE_DONE && modifier->statement->from != NULL && !modifier->table->view)
		drop_repeated(modifier, modifier->count);
	return code == SQLITE_DONE;
}

static bool
delete_rows(Modifier *modifier)
{
	for (ModifiedRow *row = modifier->rows; row != NULL; row = row->next)
	{
		if ((!modifier->firing.instead && !rowwriter_delete(&modifier->writer, row->row, row->old)) ||
			!output_row(&modifier->output, NULL, row->old))
			return false;
		firing_note(&modifier->firing, NULL, row->old);
	}
	return true;
}

static bool
update_row(Modifier *modifier, ModifiedRow *row, RawValue *values, bool replace)
{
	const ModifyStatement *statement = modifier->statement;
	char		scratch[STORAGE_SCRATCH];

	arena_reset(modifier->writer.row_arena);
	memcpy(values, row->old, sizeof(RawValue) * (size_t) modifier->table->column_count);
	for (int i = 0; i < statement->assignment_count; i++)
	{
		const TypeSpec *type = &statement->assignments[i].value->type;
		SqlValue	value;

		memset(&value, 0, sizeof(value));
		storage_decode(type, &row->values[i], &value, scratch);
		if (modifier->targets[i] < 0)
			continue;
		if (!rowwriter_convert(&modifier->writer, modifier->targets[i], type, &value,
							   &values[modifier->targets[i]]))
			return false;
		raw_copy(modifier->writer.row_arena, &values[modifier->targets[i]]);
	}
	if (!modifier->firing.instead &&
		!rowwriter_update(&modifier->writer, row->row, row->old, values, modifier->changed, replace))
		return false;
	firing_note(&modifier->firing, values, row->old);
	return output_row(&modifier->output, values, row->old);
}

/* Where unique keys change, all rows leave before the first comes back. */
static bool
update_rows(Modifier *modifier)
{
	bool		replace = !modifier->firing.instead && rowwriter_touches_key(&modifier->writer, modifier->changed);
	RawValue   *values = arena_alloc(modifier->session->arena,
									 sizeof(RawValue) * (size_t) (modifier->table->column_count + 1));

	for (ModifiedRow *row = modifier->rows; replace && row != NULL; row = row->next)
	{
		if (!rowwriter_delete(&modifier->writer, row->row, NULL))
			return false;
	}
	for (ModifiedRow *row = modifier->rows; row != NULL; row = row->next)
	{
		if (!update_row(modifier, row, values, replace))
			return false;
	}
	return true;
}

static bool
modify_entered(Modifier *modifier)
{
	Session    *session = modifier->session;
	bool		done;

	analysis_start(&modifier->analysis, session);
	if (!catalog_refresh(session) || !analyse_modification(modifier) ||
		!rowwriter_start(&modifier->writer, session, modifier->table, modifier->is_delete ? "DELETE" : "UPDATE"))
		return false;
	done = firing_start(&modifier->firing, session, modifier->table,
						modifier->is_delete ? TRIGGER_DELETE : TRIGGER_UPDATE, modifier->statement->output) &&
		output_start(&modifier->output, session, modifier->table, modifier->statement->output,
						!modifier->is_delete, true) &&
		read_rows(modifier) && (modifier->is_delete ? delete_rows(modifier) : update_rows(modifier));
	done = rowwriter_finish(&modifier->writer, done);
	done = output_finish(&modifier->output, done) && firing_run(&modifier->firing, modifier->count);
	firing_end(&modifier->firing);
	return done;
}

static bool
modify(Session *session, ModifyStatement *statement, bool is_delete)
{
	Modifier	modifier;
	bool		done;

	memset(&modifier, 0, sizeof(modifier));
	modifier.session = session;
	modifier.statement = statement;
	modifier.is_delete = is_delete;
	done = transaction_implicit(session) && transaction_enter(session, true) && modify_entered(&modifier);
	done = transaction_leave(session, done);
	execute_changed(session, is_delete ? DONE_DELETE : DONE_UPDATE, done, modifier.count);
	return done;
}

bool
execute_update(Session *session, ModifyStatement *statement)
{
	return modify(session, statement, false);
}

bool
execute_delete(Session *session, ModifyStatement *statement)
{
	return modify(session, statement, true);
}

/* The DONE of a statement that changes rows, and 3621 when it was undone. */
void
execute_changed(Session *session, DoneCommand command, bool done, int64_t rows)
{
	if (!done && session->failed && session->unwind == UNWIND_NONE && session->try_depth == 0 &&
		!message_ends_batch(session->error))
		session_info(session, 3621, 0, 0, "The statement has been terminated.");
	execute_done(session, command, done, done ? rows : 0);
}

static bool
truncate_entered(Session *session, ObjectName *name)
{
	const TableInfo *table;

	if (!catalog_refresh(session) || (table = find_table(session, name)) == NULL)
		return false;
	if (table->view)
		return session_error(session, 4405, table->name);
	for (int i = 0; i < table->reference_count; i++)
	{
		if (table->references[i].parent != table->id)
			return session_error(session, 4712, table->name);
	}
	identity_forget(session->database, session->generation, table->id);
	return change_format(session, "DELETE FROM t%d", table->id) &&
		change_format(session, "UPDATE standin_identity SET last_value = NULL WHERE object_id = %d", table->id);
}

bool
execute_truncate(Session *session, ObjectName *name)
{
	bool		done = transaction_implicit(session) && transaction_enter(session, true) &&
		truncate_entered(session, name);

	done = transaction_leave(session, done);
	execute_done(session, DONE_OTHER, false, 0);
	return done;
}
