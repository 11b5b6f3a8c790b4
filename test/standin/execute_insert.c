/*
 * execute_insert.c
 *		INSERT: its rows come from VALUES, a query, or defaults alone.
 */
#include <stdio.h>
#include <string.h>

#include "changelog.h"
#include "execute.h"
#include "execute_output.h"
#include "functions.h"
#include "parser.h"
#include "transaction.h"
#include "trigger.h"

typedef struct Inserter
{
	Session    *session;
	Analysis	analysis;
	InsertStatement *statement;
	const TableInfo *table;
	int		   *targets;		/* position in the table of each given column */
	int			count;
	bool	   *given;			/* by position in the table */
	RowWriter	writer;
	OutputWriter output;
	Firing		firing;
	RawValue   *values;			/* the row, by position */
	int64_t		first;			/* rows that a table variable had before */
	int64_t		rows;
	int64_t		limit;			/* TOP and SET ROWCOUNT; -1 = none */
} Inserter;

static bool
check_target(Inserter *inserter, int position)
{
	Session    *session = inserter->session;
	const TableColumn *column = &inserter->table->columns[position];

	if (column->computed_text != NULL)
		return session_error(session, 271, column->name);
	if (inserter->given[position])
		return session_error(session, 264, column->name);
	if (column->identity && session->identity_insert != inserter->table->id)
		return session_error(session, 544, inserter->table->name);
	inserter->given[position] = true;
	inserter->targets[inserter->count++] = position;
	return true;
}

/* Which columns are given, by name or by order. */
static bool
find_targets(Inserter *inserter)
{
	const TableInfo *table = inserter->table;
	const NameList *names = &inserter->statement->columns;
	Session    *session = inserter->session;

	for (int i = 0; i < names->count; i++)
	{
		int			position = catalog_column(table, names->items[i]);

		if (position < 0)
			return session_error(session, 207, names->items[i]);
		if (!check_target(inserter, position))
			return false;
	}
	if (names->count > 0)
	{
		if (table->identity >= 0 && session->identity_insert == table->id && !inserter->given[table->identity])
			return session_error(session, 545, table->name);
		return true;
	}
	if (inserter->statement->kind == INSERT_DEFAULT_VALUES)
		return true;
	if (table->identity >= 0 && session->identity_insert == table->id)
		return session_error(session, 8101, table->name);
	for (int i = 0; i < table->column_count; i++)
	{
		if (table->columns[i].computed_text == NULL && !table->columns[i].identity && !check_target(inserter, i))
			return false;
	}
	return true;
}

/* The given columns are in values; the others get their defaults. */
static bool
finish_row(Inserter *inserter)
{
	for (int i = 0; i < inserter->table->column_count; i++)
	{
		if (!inserter->given[i] && !rowwriter_default(&inserter->writer, i, &inserter->values[i]))
			return false;
	}
	if ((!inserter->firing.instead && !rowwriter_insert(&inserter->writer, inserter->values)) ||
		!output_row(&inserter->output, inserter->values, NULL))
		return false;
	firing_note(&inserter->firing, inserter->values, NULL);
	inserter->rows++;
	return true;
}

static bool
give_value(Inserter *inserter, int target, const TypeSpec *type, const SqlValue *value)
{
	int			position = inserter->targets[target];

	return rowwriter_note_identity(&inserter->writer, position, type, value) &&
		rowwriter_convert(&inserter->writer, position, type, value, &inserter->values[position]);
}

/* Not a literal: asked of SQLite, in the type that its column of VALUES has. */
static bool
give_expression(Inserter *inserter, int target, Expr *expr, const TypeSpec *type)
{
	Session    *session = inserter->session;
	Emission	emission;
	sqlite3_stmt *statement;
	char		scratch[STORAGE_SCRATCH];
	RawValue	raw;
	SqlValue	value;
	bool		done = false;

	emission_start(&emission, session);
	emit_text(&emission, "SELECT ");
	emit_expr_as(&emission, expr, type);
	statement = emission_prepare(&emission);
	if (statement == NULL)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
	{
		memset(&value, 0, sizeof(value));
		raw_from_column(statement, 0, &raw);
		storage_decode(type, &raw, &value, scratch);
		done = give_value(inserter, target, type, &value);
		if (done)
			raw_copy(inserter->writer.row_arena, &inserter->values[inserter->targets[target]]);
	}
	else
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return done;
}

static bool
give_item(Inserter *inserter, int target, Expr *expr, const TypeSpec *type)
{
	int			position = inserter->targets[target];
	const SqlValue *given;
	SqlMessage	error;
	SqlValue	value;

	if (inserter->table->columns[position].rowversion && expr->kind != EXPR_DEFAULT)
		return session_error(inserter->session, 273);
	if (expr->kind == EXPR_DEFAULT)
		return rowwriter_default(&inserter->writer, position, &inserter->values[position]);
	if (expr->kind == EXPR_VARIABLE)
		given = &variable_find(inserter->session, expr->text)->value;
	else if (expr->kind == EXPR_LITERAL)
		given = &expr->literal;
	else
		return give_expression(inserter, target, expr, type);
	if (storage_same(&expr->type, type) || given->null)
		return give_value(inserter, target, &expr->type, given);
	memset(&value, 0, sizeof(value));
	if (!convert_value(given, &expr->type, type, session_style(inserter->session, &expr->type, type), true, inserter->writer.row_arena, &value, &error))
		return session_conversion_error(inserter->session, &error);
	return give_value(inserter, target, type, &value);
}

/* Without a column list, a value too many may be meant for the identity column. */
static bool
count_error(Inserter *inserter, int given, int number)
{
	const TableInfo *table = inserter->table;

	if (inserter->statement->columns.count > 0)
		return session_error(inserter->session, number);
	if (table->identity >= 0 && given == inserter->count + 1)
		return session_error(inserter->session, 8101, table->name);
	return session_error(inserter->session, 213);
}

static bool
insert_values(Inserter *inserter)
{
	InsertStatement *statement = inserter->statement;
	Session    *session = inserter->session;
	TypeSpec   *types = arena_alloc(session->arena, sizeof(TypeSpec) * (size_t) (inserter->count + 1));

	memset(types, 0, sizeof(TypeSpec) * (size_t) (inserter->count + 1));
	for (int i = 0; i < statement->row_count; i++)
	{
		int			given = statement->rows[i].count;

		if (given == inserter->count)
			continue;
		if (i > 0 && given != statement->rows[0].count)
			return session_error(session, 10709);
		return count_error(inserter, given, given < inserter->count ? 109 : 110);
	}
	if (!analyse_values(&inserter->analysis, NULL, statement->rows, statement->row_count, inserter->count, types))
		return false;
	for (int j = 0; j < inserter->count; j++)
	{
		if (types[j].type != SQL_UNTYPED &&
			!type_check_implicit(session, &types[j], &inserter->table->columns[inserter->targets[j]].type))
			return false;
	}
	for (int i = 0; i < statement->row_count && inserter->rows != inserter->limit; i++)
	{
		rowwriter_begin(&inserter->writer);
		for (int j = 0; j < inserter->count; j++)
		{
			if (!give_item(inserter, j, statement->rows[i].items[j], &types[j]))
				return false;
		}
		if (!finish_row(inserter))
			return false;
	}
	return true;
}

static bool
insert_fetched(Inserter *inserter, const Query *query, const RawValue *row)
{
	char		scratch[STORAGE_SCRATCH];
	SqlValue	value;

	rowwriter_begin(&inserter->writer);
	for (int j = 0; j < inserter->count; j++)
	{
		memset(&value, 0, sizeof(value));
		storage_decode(&query->columns[j].type, &row[j], &value, scratch);
		if (!give_value(inserter, j, &query->columns[j].type, &value))
			return false;
		raw_copy(inserter->writer.row_arena, &inserter->values[inserter->targets[j]]);
	}
	return finish_row(inserter);
}

typedef struct SpooledRow
{
	struct SpooledRow *next;
	RawValue	values[];
} SpooledRow;

/* All rows of the query first, when it reads the table that it fills. */
static SpooledRow *
spool(Inserter *inserter, sqlite3_stmt *statement, int *code)
{
	Arena	   *arena = inserter->session->arena;
	SpooledRow *first = NULL;
	SpooledRow **end = &first;
	int64_t		rows = 0;

	*code = SQLITE_DONE;
	while (rows++ != inserter->limit && (*code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		SpooledRow *row = arena_alloc(arena, sizeof(*row) + sizeof(RawValue) * (size_t) inserter->count);

		row->next = NULL;
		for (int j = 0; j < inserter->count; j++)
		{
			raw_from_column(statement, j, &row->values[j]);
			raw_copy(arena, &row->values[j]);
		}
		*end = row;
		end = &row->next;
		*code = SQLITE_DONE;
	}
	return first;
}

static bool
reads_table(const Emission *emission, const TableInfo *table)
{
	char		name[40];

	snprintf(name, sizeof(name), "main.t%d ", table->id);
	return strstr(emission->text, name) != NULL;
}

static bool
insert_rows(Inserter *inserter, sqlite3_stmt *statement, bool spooling)
{
	Session    *session = inserter->session;
	const Query *query = inserter->statement->query;
	RawValue   *row = arena_alloc(session->arena, sizeof(RawValue) * (size_t) (inserter->count + 1));
	int			code = SQLITE_DONE;

	if (spooling)
	{
		SpooledRow *rows = spool(inserter, statement, &code);

		for (; code == SQLITE_DONE && rows != NULL; rows = rows->next)
		{
			if (!insert_fetched(inserter, query, rows->values))
				return false;
		}
	}
	else
	{
		while (inserter->rows != inserter->limit && (code = sqlite3_step(statement)) == SQLITE_ROW)
		{
			for (int j = 0; j < inserter->count; j++)
				raw_from_column(statement, j, &row[j]);
			if (!insert_fetched(inserter, query, row))
				return false;
		}
		if (code == SQLITE_ROW)
			code = SQLITE_DONE;
	}
	return code == SQLITE_DONE || session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
}

static bool
insert_query(Inserter *inserter)
{
	Session    *session = inserter->session;
	InsertStatement *insert = inserter->statement;
	Query	   *query = insert->query;
	Scope	   *scope = scope_new(&inserter->analysis, NULL);
	Emission	emission;
	sqlite3_stmt *statement;
	bool		done;

	if (!analyse_with(&inserter->analysis, &insert->with, scope) ||
		!analyse_query(&inserter->analysis, query, scope))
		return false;
	if (query->column_count != inserter->count)
		return count_error(inserter, query->column_count, query->column_count < inserter->count ? 120 : 121);
	for (int j = 0; j < inserter->count; j++)
	{
		if (inserter->table->columns[inserter->targets[j]].rowversion)
			return session_error(session, 273);
		if (!type_check_implicit(session, &query->columns[j].type,
								 &inserter->table->columns[inserter->targets[j]].type))
			return false;
	}
	emission_start(&emission, session);
	emit_with(&emission, &insert->with, scope);
	emit_text(&emission, "SELECT * FROM (");
	emit_query(&emission, query);
	emit_text(&emission, ")");
	statement = emission_prepare(&emission);
	if (statement == NULL)
		return false;
	done = insert_rows(inserter, statement, reads_table(&emission, inserter->table));
	sqlite3_finalize(statement);
	return done;
}

static bool
read_limit(Inserter *inserter)
{
	Session    *session = inserter->session;
	Top		   *top = inserter->statement->top;

	inserter->limit = session->settings.row_count > 0 ? session->settings.row_count : -1;
	if (top == NULL)
		return true;
	if (top->count->kind == EXPR_LITERAL && type_is_integer(top->count->type.type) && !top->percent)
		inserter->limit = top->count->literal.i;
	else if (top->count->kind == EXPR_VARIABLE && variable_find(session, top->count->text) != NULL)
		inserter->limit = variable_find(session, top->count->text)->value.i;
	else
		return session_error(session, 1060);
	return inserter->limit >= 0 || session_error(session, 127);
}

static bool
insert_entered(Inserter *inserter)
{
	Session    *session = inserter->session;
	InsertStatement *statement = inserter->statement;
	size_t		columns;
	bool		done;

	if (!catalog_refresh(session))
		return false;
	inserter->table = find_base_table(session, &statement->target);
	if (inserter->table == NULL)
		return false;
	if (inserter->table->view && !has_instead_of(inserter->table, TRIGGER_INSERT))
		return session_error(session, 4405, inserter->table->name);
	if (inserter->table->set != NULL)
		inserter->first = inserter->table->set->count;
	columns = (size_t) inserter->table->column_count + 1;
	inserter->targets = arena_alloc(session->arena, sizeof(int) * columns);
	inserter->given = memset(arena_alloc(session->arena, columns), 0, columns);
	inserter->values = memset(arena_alloc(session->arena, sizeof(RawValue) * columns), 0, sizeof(RawValue) * columns);
	for (size_t i = 0; i < columns; i++)
		inserter->values[i].type = SQLITE_NULL;
	analysis_start(&inserter->analysis, session);
	if (!find_targets(inserter) || !read_limit(inserter) ||
		!rowwriter_start(&inserter->writer, session, inserter->table, "INSERT"))
		return false;
	session->identity_last = session->identity_last && inserter->table->identity >= 0;
	done = firing_start(&inserter->firing, session, inserter->table, TRIGGER_INSERT, statement->output) &&
		rowwriter_prepare_defaults(&inserter->writer) &&
		output_start(&inserter->output, session, inserter->table, statement->output, true, false) &&
		(statement->kind == INSERT_VALUES ? insert_values(inserter) :
		 statement->kind == INSERT_QUERY ? insert_query(inserter) : finish_row(inserter));
	done = rowwriter_finish(&inserter->writer, done);
	done = output_finish(&inserter->output, done);
	if (!done && inserter->table->set != NULL)
		rowset_truncate(inserter->table->set, inserter->first);
	done = done && firing_run(&inserter->firing, inserter->rows);
	firing_end(&inserter->firing);
	return done;
}

bool
execute_insert(Session *session, InsertStatement *statement)
{
	Inserter	inserter;
	bool		done;

	memset(&inserter, 0, sizeof(inserter));
	inserter.session = session;
	inserter.statement = statement;
	done = transaction_implicit(session) && transaction_enter(session, !is_table_variable(&statement->target)) && insert_entered(&inserter);
	done = transaction_leave(session, done);
	execute_changed(session, DONE_INSERT, done, inserter.rows);
	return done;
}
