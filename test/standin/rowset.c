/*
 * rowset.c
 *		Rows in memory that a query reads as a table: table variables, inserted and deleted.
 *
 * SQLite reads a set through a virtual table whose hidden column takes the
 * pointer to it.  A scan sees the rows that were there when it began, so that
 * INSERT @t SELECT ... FROM @t ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddl.h"
#include "functions.h"
#include "trigger.h"

#define COLUMNS_MAX		1024

static const char *
copy_text(Arena *arena, const char *text)
{
	return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

RowSet *
rowset_new(Frame *frame, const char *name, const TableInfo *like)
{
	RowSet	   *set = calloc(1, sizeof(*set));
	size_t		size = sizeof(TableColumn) * (size_t) like->column_count;

	if (set == NULL)
		abort();
	set->arena = arena_new();
	set->info.set = set;
	set->info.schema = "";
	set->info.name = copy_text(set->arena, name);
	set->info.identity = -1;
	set->info.rowversion = -1;
	set->info.column_count = like->column_count;
	set->info.columns = arena_alloc(set->arena, size + 1);
	memcpy(set->info.columns, like->columns, size);
	for (int i = 0; i < like->column_count; i++)
	{
		TableColumn *column = &set->info.columns[i];

		column->name = copy_text(set->arena, column->name);
		column->default_text = copy_text(set->arena, column->default_text);
		column->default_name = NULL;
		column->computed_text = NULL;
		column->identity = false;
		column->rowversion = false;
	}
	set->next = frame->sets;
	frame->sets = set;
	return set;
}

void
rowset_add(RowSet *set, const RawValue *values)
{
	size_t		columns = (size_t) set->info.column_count;
	RawValue   *row;

	if (set->count == set->capacity)
	{
		set->capacity = set->capacity * 2 + 16;
		set->rows = realloc(set->rows, sizeof(RawValue) * columns * (size_t) set->capacity + 1);
		if (set->rows == NULL)
			abort();
	}
	row = set->rows + columns * (size_t) set->count++;
	memcpy(row, values, sizeof(RawValue) * columns);
	for (size_t i = 0; i < columns; i++)
		raw_copy(set->arena, &row[i]);
}

const RawValue *
rowset_row(const RowSet *set, int64_t row)
{
	return set->rows + (size_t) set->info.column_count * (size_t) row;
}

void
rowset_truncate(RowSet *set, int64_t count)
{
	set->count = count;
}

void
rowsets_free(Frame *frame)
{
	while (frame->sets != NULL)
	{
		RowSet	   *next = frame->sets->next;

		free(frame->sets->rows);
		arena_free(frame->sets->arena);
		free(frame->sets);
		frame->sets = next;
	}
}

RowSet *
rowset_find(const Session *session, const ObjectName *name)
{
	if (session->frame == NULL || name->schema != NULL || name->database != NULL)
		return NULL;
	for (RowSet *set = session->frame->sets; set != NULL; set = set->next)
	{
		if (name_equal(set->info.name, name->object))
			return set;
	}
	if (session->frame->firing != NULL && name_equal(name->object, "inserted"))
		return session->frame->firing->inserted;
	if (session->frame->firing != NULL && name_equal(name->object, "deleted"))
		return session->frame->firing->deleted;
	return NULL;
}

static bool
set_column(Session *session, const ColumnDefinition *definition, int number, TableColumn *column)
{
	if (definition->computed != NULL || definition->identity)
		return session_error(session, 40518, "A computed or identity column of a table variable");
	column->id = number;
	column->name = definition->name;
	column->nullable = definition->nullability != NULLABILITY_NOT_NULL;
	for (int i = 0; i < definition->constraint_count; i++)
	{
		if (definition->constraints[i].kind != CONSTRAINT_DEFAULT)
			return session_error(session, 40518, "A constraint of a table variable");
		column->default_text = ddl_text(session, definition->constraints[i].expr_span);
	}
	return ddl_column_type(session, definition, number, &column->type);
}

bool
execute_declare_table(Session *session, const TableDefinition *definition)
{
	size_t		size = sizeof(TableColumn) * (size_t) (definition->column_count + 1);
	RowSet	   *old = rowset_find(session, &definition->name);
	TableInfo	info;

	if (old != NULL)
		return old->declaration == definition || session_error(session, 134, definition->name.object);
	if (definition->constraint_count > 0)
		return session_error(session, 40518, "A constraint of a table variable");
	if (definition->column_count > COLUMNS_MAX)
		return session_error(session, 1702, definition->name.object, COLUMNS_MAX);
	memset(&info, 0, sizeof(info));
	info.columns = memset(arena_alloc(session->arena, size), 0, size);
	info.column_count = definition->column_count;
	for (int i = 0; i < definition->column_count; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (name_equal(definition->columns[j].name, definition->columns[i].name))
				return session_error(session, 2705, definition->columns[i].name, definition->name.object);
		}
		if (!set_column(session, &definition->columns[i], i + 1, &info.columns[i]))
			return false;
	}
	rowset_new(session->frame, definition->name.object, &info)->declaration = definition;
	return true;
}

/* The virtual table. */
typedef struct SetCursor
{
	sqlite3_vtab_cursor base;
	const RowSet *set;
	int64_t		row;
	int64_t		end;
} SetCursor;

static int
set_connect(sqlite3 *handle, void *unused, int count, const char *const *arguments,
			sqlite3_vtab **out, char **error)
{
	char		sql[COLUMNS_MAX * 7 + 64];
	size_t		used = (size_t) sprintf(sql, "CREATE TABLE x (source HIDDEN");
	int			code;

	(void) unused;
	(void) count;
	(void) arguments;
	(void) error;
	for (int i = 1; i <= COLUMNS_MAX; i++)
		used += (size_t) sprintf(sql + used, ", c%d", i);
	sprintf(sql + used, ")");
	code = sqlite3_declare_vtab(handle, sql);
	if (code != SQLITE_OK)
		return code;
	*out = sqlite3_malloc(sizeof(sqlite3_vtab));
	if (*out == NULL)
		return SQLITE_NOMEM;
	memset(*out, 0, sizeof(sqlite3_vtab));
	return SQLITE_OK;
}

static int
set_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
set_plan(sqlite3_vtab *table, sqlite3_index_info *plan)
{
	(void) table;
	for (int i = 0; i < plan->nConstraint; i++)
	{
		if (plan->aConstraint[i].usable && plan->aConstraint[i].iColumn == 0 &&
			plan->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ)
		{
			plan->aConstraintUsage[i].argvIndex = 1;
			plan->aConstraintUsage[i].omit = 1;
			plan->estimatedRows = 100;
			plan->estimatedCost = 100;
			return SQLITE_OK;
		}
	}
	return SQLITE_CONSTRAINT;
}

static int
set_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	SetCursor  *cursor = sqlite3_malloc(sizeof(*cursor));

	(void) table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
set_close(sqlite3_vtab_cursor *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

static int
set_filter(sqlite3_vtab_cursor *base, int number, const char *name, int count, sqlite3_value **values)
{
	SetCursor  *cursor = (SetCursor *) base;
	RowSet	  *const *set = count > 0 ? sqlite3_value_pointer(values[0], PLAN_POINTER) : NULL;

	(void) number;
	(void) name;
	cursor->set = set != NULL ? *set : NULL;
	cursor->row = 0;
	cursor->end = cursor->set != NULL ? cursor->set->count : 0;
	return SQLITE_OK;
}

static int
set_next(sqlite3_vtab_cursor *base)
{
	((SetCursor *) base)->row++;
	return SQLITE_OK;
}

static int
set_eof(sqlite3_vtab_cursor *base)
{
	const SetCursor *cursor = (SetCursor *) base;

	return cursor->row >= cursor->end;
}

static int
set_value(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const SetCursor *cursor = (SetCursor *) base;

	if (column >= 1 && column <= cursor->set->info.column_count)
		raw_result(context, &rowset_row(cursor->set, cursor->row)[column - 1]);
	return SQLITE_OK;
}

static int
set_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = ((SetCursor *) base)->row + 1;
	return SQLITE_OK;
}

static const sqlite3_module set_module = {
	.iVersion = 1,
	.xConnect = set_connect,
	.xBestIndex = set_plan,
	.xDisconnect = set_disconnect,
	.xOpen = set_open,
	.xClose = set_close,
	.xFilter = set_filter,
	.xNext = set_next,
	.xEof = set_eof,
	.xColumn = set_value,
	.xRowid = set_rowid
};

bool
rowsets_register(sqlite3 *handle)
{
	return sqlite3_create_module(handle, ROWSET_SOURCE, &set_module, NULL) == SQLITE_OK;
}
