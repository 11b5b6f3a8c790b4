/*
 * execute_bulk.c
 *		INSERT BULK, and the rows that come after it.
 *
 * The statement only says what the next message brings; the load begins with
 * that message and is one statement with its own outcome.  CHECK and FOREIGN KEY
 * count only when asked for, as in SQL Server; an identity column that is among
 * the columns takes the values that come, else it is given its own.
 */
#include <stdlib.h>
#include <string.h>

#include "changelog.h"
#include "ddl.h"
#include "execute.h"
#include "rowwriter.h"
#include "transaction.h"
#include "trigger.h"

#define LOOK_ROWS	256			/* rows between two looks for attention and kills */

struct BulkLoad
{
	Arena	   *arena;			/* of what the statement said: */
	ObjectName	target;
	const char **names;
	TypeSpec   *declared;
	int			count;
	bool		keep_nulls;
	bool		checked;
	bool		fires;			/* triggers */

	bool		entered;		/* the transaction's statement is open */
	bool		writing;		/* and so is writer */
	const TableInfo *table;
	const TypeSpec *types;		/* of the values that come */
	int		   *targets;		/* position in the table of each column */
	bool	   *given;			/* by position in the table */
	RawValue   *values;			/* the row, by position */
	RowWriter	writer;
	Firing		firing;
	int64_t		rows;
};

void
bulk_forget(Session *session)
{
	if (session->bulk == NULL)
		return;
	arena_free(session->bulk->arena);
	free(session->bulk);
	session->bulk = NULL;
}

static const char *
keep_text(Arena *arena, const char *text)
{
	return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

static bool
has_option(const NameList *options, const char *name)
{
	for (int i = 0; i < options->count; i++)
	{
		if (name_equal(options->items[i], name))
			return true;
	}
	return false;
}

static BulkLoad *
bulk_new(const InsertBulkStatement *statement)
{
	BulkLoad   *bulk = calloc(1, sizeof(*bulk));
	Arena	   *arena = arena_new();

	if (bulk == NULL)
		abort();
	bulk->arena = arena;
	bulk->target.server = keep_text(arena, statement->target.server);
	bulk->target.database = keep_text(arena, statement->target.database);
	bulk->target.schema = keep_text(arena, statement->target.schema);
	bulk->target.object = keep_text(arena, statement->target.object);
	bulk->count = statement->column_count;
	bulk->names = arena_alloc(arena, sizeof(char *) * (size_t) bulk->count);
	bulk->declared = arena_alloc(arena, sizeof(TypeSpec) * (size_t) bulk->count);
	for (int i = 0; i < bulk->count; i++)
	{
		bulk->names[i] = keep_text(arena, statement->columns[i].name);
		bulk->declared[i] = statement->columns[i].type.spec;
	}
	bulk->keep_nulls = has_option(&statement->options, "KEEP_NULLS");
	bulk->checked = has_option(&statement->options, "CHECK_CONSTRAINTS");
	bulk->fires = has_option(&statement->options, "FIRE_TRIGGERS");
	return bulk;
}

/* Finds table and columns, for the statement at hand. */
static bool
find_targets(Session *session, BulkLoad *bulk)
{
	const TableInfo *table;

	if (!catalog_refresh(session))
		return false;
	table = find_table(session, &bulk->target);
	if (table == NULL)
		return false;
	if (table->view)
		return session_error(session, 4819);
	bulk->table = table;
	bulk->targets = arena_alloc(session->arena, sizeof(int) * (size_t) bulk->count);
	bulk->given = memset(arena_alloc(session->arena, (size_t) table->column_count), 0, (size_t) table->column_count);
	for (int i = 0; i < bulk->count; i++)
	{
		int			position = catalog_column(table, bulk->names[i]);

		if (position < 0)
			return session_error(session, 207, bulk->names[i]);
		if (table->columns[position].computed_text != NULL)
			return session_error(session, 271, table->columns[position].name);
		if (table->columns[position].rowversion)
			return session_error(session, 273);
		if (bulk->given[position])
			return session_error(session, 264, table->columns[position].name);
		bulk->given[position] = true;
		bulk->targets[i] = position;
	}
	return true;
}

bool
execute_insert_bulk(Session *session, InsertBulkStatement *statement)
{
	BulkLoad   *bulk;
	bool		done;

	for (int i = 0; i < statement->column_count; i++)
	{
		if (!statement->columns[i].type.known)
			return session_error(session, 2715, i + 1, statement->columns[i].type.name);
	}
	if (!session_begin_use(session))
		return false;
	bulk_forget(session);
	bulk = bulk_new(statement);
	session->bulk = bulk;
	done = transaction_enter(session, false) && find_targets(session, bulk);
	done = transaction_leave(session, done);
	session_end_use(session);
	if (!done)
		bulk_forget(session);
	return done;
}

static bool
open_load(Session *session, BulkLoad *bulk, int count)
{
	size_t		size;

	if (!transaction_implicit(session) || !transaction_enter(session, true))
		return false;
	bulk->entered = true;
	if (!find_targets(session, bulk))
		return false;
	if (count != bulk->count)
	{
		session_info(session, 4801, 1, 16, "Bulk load: the data has %d columns, and %d were announced.",
					 count, bulk->count);
		return false;
	}
	for (int i = 0; i < count; i++)
	{
		if (!type_check_implicit(session, &bulk->types[i], &bulk->table->columns[bulk->targets[i]].type))
			return false;
	}
	size = sizeof(RawValue) * (size_t) bulk->table->column_count;
	bulk->values = memset(arena_alloc(session->arena, size), 0, size);
	if (!rowwriter_start(&bulk->writer, session, bulk->table, "INSERT"))
		return false;
	bulk->writing = true;
	bulk->writer.unchecked = !bulk->checked;
	return (!bulk->fires || firing_start(&bulk->firing, session, bulk->table, TRIGGER_INSERT, NULL)) &&
		rowwriter_prepare_defaults(&bulk->writer);
}

/* What constraints the load has passed by are not trusted any more. */
static bool
distrust(Session *session, const BulkLoad *bulk)
{
	const TableInfo *table = bulk->table;
	bool		any = false;

	for (int i = 0; i < table->check_count; i++)
		any = any || (!table->checks[i].disabled && !table->checks[i].untrusted);
	for (int i = 0; i < table->foreign_key_count; i++)
		any = any || (!table->foreign_keys[i].disabled && !table->foreign_keys[i].untrusted);
	if (bulk->checked || !any)
		return true;
	return change_format(session, "UPDATE standin_object SET untrusted = 1 WHERE parent_id = %d "
						 "AND type IN ('C', 'F') AND NOT disabled", table->id) && ddl_changed(session);
}

/* Ends what has begun; ok: keep the rows. */
static bool
close_load(Session *session, BulkLoad *bulk, bool ok)
{
	if (bulk->writing)
		ok = rowwriter_finish(&bulk->writer, ok) && distrust(session, bulk) &&
			firing_run(&bulk->firing, bulk->rows);
	if (bulk->writing)
		firing_end(&bulk->firing);
	bulk->writing = false;
	if (bulk->entered)
		ok = transaction_leave(session, ok);
	bulk->entered = false;
	if (session->using > 0)
		session_end_use(session);
	return ok;
}

bool
session_bulk_start(Session *session, const TypeSpec *types, int count, Sink *sink)
{
	BulkLoad   *bulk = session->bulk;
	bool		done;

	session->bulk = NULL;
	request_start(session, sink);
	session->bulk = bulk;
	session->statement_line = 1;
	if (bulk == NULL)
	{
		session_info(session, 4002, 1, 16, "The incoming tabular data stream (TDS) protocol stream is incorrect. "
					 "No INSERT BULK announced this data.");
		return false;
	}
	bulk->types = types;
	if (!session_begin_use(session))
		return false;
	done = open_load(session, bulk, count);
	if (!done)
		close_load(session, bulk, false);
	return done;
}

/* Is the value longer than what INSERT BULK has announced? */
static bool
is_too_long(const TypeSpec *declared, const TypeSpec *type, const SqlValue *value)
{
	size_t		length = (size_t) declared->length;

	if (value->null || declared->length <= 0 || value->n <= length)
		return false;
	if (type_is_text(declared->type) && type_is_text(type->type))
		return text_utf16_units(value->p, value->n) > length;
	return type_is_binary(declared->type) && type_is_binary(type->type);
}

static bool
take_value(Session *session, BulkLoad *bulk, int i, const SqlValue *value)
{
	RowWriter  *writer = &bulk->writer;
	int			position = bulk->targets[i];
	const TableColumn *column = &bulk->table->columns[position];
	const TypeSpec *type = &bulk->types[i];

	if (is_too_long(&bulk->declared[i], type, value))
	{
		session_info(session, 4815, 1, 16, "Received an invalid column length from the bcp client for colid %d.", i + 1);
		return false;
	}
	if (value->null && !bulk->keep_nulls && column->default_text != NULL)
		return rowwriter_default(writer, position, &bulk->values[position]);
	return rowwriter_note_identity(writer, position, type, value) &&
		rowwriter_convert(writer, position, type, value, &bulk->values[position]);
}

static bool
take_row(Session *session, BulkLoad *bulk, const SqlValue *values)
{
	rowwriter_begin(&bulk->writer);
	for (int i = 0; i < bulk->count; i++)
	{
		if (!take_value(session, bulk, i, &values[i]))
			return false;
	}
	for (int i = 0; i < bulk->table->column_count; i++)
	{
		if (bulk->given[i])
			continue;
		if (i == bulk->table->identity ? !rowwriter_identity(&bulk->writer, &bulk->values[i]) :
			!rowwriter_default(&bulk->writer, i, &bulk->values[i]))
			return false;
	}
	firing_note(&bulk->firing, bulk->values, NULL);
	return bulk->firing.instead || rowwriter_insert(&bulk->writer, bulk->values);
}

bool
session_bulk_row(Session *session, const SqlValue *values)
{
	BulkLoad   *bulk = session->bulk;

	if (bulk->rows % LOOK_ROWS == 0 && session_stopped(session))
		session->unwind = UNWIND_BATCH;
	else if (take_row(session, bulk, values))
	{
		bulk->rows++;
		return true;
	}
	close_load(session, bulk, false);
	return false;
}

bool
session_bulk_end(Session *session, bool complete, Sink *sink)
{
	BulkLoad   *bulk = session->bulk;
	int64_t		rows = 0;
	bool		done = false;

	if (session->sink == NULL)
	{
		/* it ended before it began */
		request_start(session, sink);
	}
	else if (bulk != NULL)
	{
		rows = bulk->rows;
		done = close_load(session, bulk, complete && bulk->writing);
	}

	/* what did not come whole has failed, whoever put the error */
	if (!done && session->unwind == UNWIND_NONE && !session_stopped(session))
		session->failed = true;
	execute_changed(session, DONE_INSERT, done, rows);
	if (session->failed && session->unwind != UNWIND_DEAD)
		transaction_after_error(session);
	if (!session->failed)
		session->error = 0;
	bulk_forget(session);
	return request_end(session);
}
