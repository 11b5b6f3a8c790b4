/*
 * system_rows.c
 *		A SQLite virtual table for each system view whose rows a function makes.
 *
 * The tables are eponymous: SELECT finds standin_<view> without CREATE.  All
 * rows are made when a scan begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"
#include "system_rows.h"

typedef struct SystemTable
{
	sqlite3_vtab base;
	const SystemView *view;
} SystemTable;

typedef struct SystemCursor
{
	sqlite3_vtab_cursor base;
	SystemRows	rows;
	int			at;
} SystemCursor;

static RawValue *
next_value(SystemRows *rows)
{
	RawValue   *value;

	if (rows->count == rows->capacity)
	{
		RawValue   *larger;

		rows->capacity = rows->capacity * 2 + 64;
		larger = arena_alloc(rows->arena, sizeof(*larger) * (size_t) rows->capacity);
		if (rows->count > 0)
			memcpy(larger, rows->values, sizeof(*larger) * (size_t) rows->count);
		rows->values = larger;
	}
	value = &rows->values[rows->count++];
	memset(value, 0, sizeof(*value));
	value->type = SQLITE_NULL;
	return value;
}

void
row_null(SystemRows *rows)
{
	next_value(rows);
}

void
row_number(SystemRows *rows, int64_t number)
{
	int			column = rows->count % rows->columns;
	RawValue   *value = next_value(rows);
	bool		decimal = strncmp(rows->view->columns[column].type, "decimal", 7) == 0;
	char		text[24];

	if (!decimal)
	{
		value->type = SQLITE_INTEGER;
		value->i = number;
		return;
	}
	value->type = SQLITE_TEXT;
	value->n = (size_t) snprintf(text, sizeof(text), "%lld", (long long) number);
	value->p = arena_copy(rows->arena, text, value->n);
}

void
row_text(SystemRows *rows, const char *text)
{
	RawValue   *value = next_value(rows);

	if (text == NULL)
		return;
	value->type = SQLITE_TEXT;
	value->n = strlen(text);
	value->p = arena_copy(rows->arena, text, value->n);
}

void
row_guid(SystemRows *rows, const uint8_t guid[16])
{
	RawValue   *raw = next_value(rows);
	TypeSpec	type = type_make(SQL_UNIQUEIDENTIFIER);
	SqlValue	value;

	memset(&value, 0, sizeof(value));
	value.p = (const char *) guid;
	value.n = 16;
	storage_encode(&type, &value, raw, arena_alloc(rows->arena, STORAGE_SCRATCH));
}

static int
system_connect(sqlite3 *handle, void *view, int count, const char *const *arguments,
			   sqlite3_vtab **out, char **error)
{
	const SystemView *definition = view;
	SystemTable *table;
	sqlite3_str *text = sqlite3_str_new(handle);
	char	   *sql;
	int			code;

	(void) count;
	(void) arguments;
	(void) error;
	sqlite3_str_appendall(text, "CREATE TABLE x (");
	for (int i = 0; definition->columns[i].name != NULL; i++)
		sqlite3_str_appendf(text, "%s\"%w\"", i > 0 ? ", " : "", definition->columns[i].name);
	sqlite3_str_appendall(text, ")");
	sql = sqlite3_str_finish(text);
	if (sql == NULL)
		return SQLITE_NOMEM;
	code = sqlite3_declare_vtab(handle, sql);
	sqlite3_free(sql);
	if (code != SQLITE_OK)
		return code;
	table = sqlite3_malloc(sizeof(*table));
	if (table == NULL)
		return SQLITE_NOMEM;
	memset(table, 0, sizeof(*table));
	table->view = definition;
	*out = &table->base;
	return SQLITE_OK;
}

static int
system_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
system_plan(sqlite3_vtab *table, sqlite3_index_info *plan)
{
	(void) table;
	plan->estimatedCost = 100;
	plan->estimatedRows = 10;
	return SQLITE_OK;
}

static int
system_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	SystemCursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void) table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	cursor->rows.arena = arena_new();
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
system_close(sqlite3_vtab_cursor *base)
{
	SystemCursor *cursor = (SystemCursor *) base;

	arena_free(cursor->rows.arena);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
system_filter(sqlite3_vtab_cursor *base, int number, const char *text, int count, sqlite3_value **values)
{
	SystemCursor *cursor = (SystemCursor *) base;
	const SystemView *view = ((SystemTable *) base->pVtab)->view;
	SystemRows *rows = &cursor->rows;

	(void) number;
	(void) text;
	(void) count;
	(void) values;
	rows->view = view;
	rows->session = engine_thread()->session;
	rows->count = 0;
	rows->columns = 0;
	while (view->columns[rows->columns].name != NULL)
		rows->columns++;
	cursor->at = 0;
	if (rows->session != NULL)
		view->fill(rows);
	return SQLITE_OK;
}

static int
system_next(sqlite3_vtab_cursor *base)
{
	((SystemCursor *) base)->at++;
	return SQLITE_OK;
}

static int
system_eof(sqlite3_vtab_cursor *base)
{
	const SystemCursor *cursor = (SystemCursor *) base;

	return (cursor->at + 1) * cursor->rows.columns > cursor->rows.count;
}

static int
system_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const SystemCursor *cursor = (SystemCursor *) base;

	raw_result(context, &cursor->rows.values[cursor->at * cursor->rows.columns + column]);
	return SQLITE_OK;
}

static int
system_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = ((SystemCursor *) base)->at;
	return SQLITE_OK;
}

static const sqlite3_module system_module = {
	.iVersion = 1,
	.xConnect = system_connect,
	.xBestIndex = system_plan,
	.xDisconnect = system_disconnect,
	.xOpen = system_open,
	.xClose = system_close,
	.xFilter = system_filter,
	.xNext = system_next,
	.xEof = system_eof,
	.xColumn = system_column,
	.xRowid = system_rowid
};

bool
system_rows_register(sqlite3 *handle)
{
	char		name[100];

	for (const SystemView *view = instance_views; view->name != NULL; view++)
	{
		snprintf(name, sizeof(name), "standin_%s", view->name);
		if (sqlite3_create_module(handle, name, &system_module, (void *) view) != SQLITE_OK)
			return false;
	}
	return true;
}
