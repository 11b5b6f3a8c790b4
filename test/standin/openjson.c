/*
 * openjson.c
 *		OPENJSON(text): a row for each element of an array or object.
 *
 * A SQLite virtual table with OPENJSON's default columns: key, value and type.
 * Elements are read from the text as the scan goes on, in their order; that the
 * whole of it is JSON is checked before the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "functions.h"
#include "json.h"
#include "openjson.h"

enum
{
	COLUMN_KEY,
	COLUMN_VALUE,
	COLUMN_TYPE,
	COLUMN_TEXT					/* the argument */
};

static const SystemColumn columns[] = {
	{"key", "nvarchar(4000)"},
	{"value", "nvarchar(max)?"},
	{"type", "int"},
	{NULL, NULL}
};

const SystemView openjson_view = {NULL, "OPENJSON", NULL, columns, NULL, NULL, false};

typedef struct JsonCursor
{
	sqlite3_vtab_cursor base;
	char	   *text;
	char	   *plain;			/* room for what escapes stand for */
	JsonWalk	walk;
	JsonMember	member;
	bool		ended;
	int64_t		row;
} JsonCursor;

static int
json_connect(sqlite3 *handle, void *unused, int count, const char *const *arguments,
			 sqlite3_vtab **out, char **error)
{
	int			code = sqlite3_declare_vtab(handle, "CREATE TABLE x (c1 TEXT, c2 TEXT, c3 INTEGER,"
											" text HIDDEN)");

	(void) unused;
	(void) count;
	(void) arguments;
	(void) error;
	if (code != SQLITE_OK)
		return code;
	*out = sqlite3_malloc(sizeof(sqlite3_vtab));
	if (*out == NULL)
		return SQLITE_NOMEM;
	memset(*out, 0, sizeof(sqlite3_vtab));
	return SQLITE_OK;
}

static int
json_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
json_plan(sqlite3_vtab *table, sqlite3_index_info *plan)
{
	(void) table;
	for (int i = 0; i < plan->nConstraint; i++)
	{
		if (plan->aConstraint[i].usable && plan->aConstraint[i].iColumn == COLUMN_TEXT &&
			plan->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ)
		{
			plan->aConstraintUsage[i].argvIndex = 1;
			plan->aConstraintUsage[i].omit = 1;
			plan->estimatedRows = 50;
			plan->estimatedCost = 50;
			return SQLITE_OK;
		}
	}
	return SQLITE_CONSTRAINT;
}

static int
json_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	JsonCursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void) table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
json_close(sqlite3_vtab_cursor *base)
{
	JsonCursor *cursor = (JsonCursor *) base;

	sqlite3_free(cursor->text);
	sqlite3_free(cursor->plain);
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
json_next(sqlite3_vtab_cursor *base)
{
	JsonCursor *cursor = (JsonCursor *) base;

	cursor->ended = !json_walk_next(&cursor->walk, &cursor->member);
	cursor->row++;
	return SQLITE_OK;
}

/* The error of a text that is no JSON goes the way of all errors of functions. */
static int
not_json(sqlite3_vtab *table, const char *text, size_t size, size_t bad)
{
	EngineThread *thread = engine_thread();
	char		shown[2] = {bad < size ? text[bad] : '.', '\0'};

	message_set(&thread->error, 13609, -1, shown, (int) bad);
	thread->error.line = 0;
	sqlite3_free(table->zErrMsg);
	table->zErrMsg = sqlite3_mprintf("%s", thread->error.text);
	return SQLITE_ERROR;
}

static int
json_filter(sqlite3_vtab_cursor *base, int number, const char *name, int count, sqlite3_value **values)
{
	JsonCursor *cursor = (JsonCursor *) base;
	size_t		size;
	size_t		bad;

	(void) number;
	(void) name;
	cursor->row = 0;
	cursor->ended = true;
	if (count < 1 || sqlite3_value_type(values[0]) == SQLITE_NULL)
		return SQLITE_OK;
	size = (size_t) sqlite3_value_bytes(values[0]);
	sqlite3_free(cursor->text);
	sqlite3_free(cursor->plain);
	cursor->text = sqlite3_malloc64(size + 1);
	cursor->plain = sqlite3_malloc64(size + 1);
	if (cursor->text == NULL || cursor->plain == NULL)
		return SQLITE_NOMEM;
	memcpy(cursor->text, sqlite3_value_text(values[0]), size);
	if (!json_check(cursor->text, size, &bad) || !json_walk_start(&cursor->walk, cursor->text, size, &bad))
		return not_json(base->pVtab, cursor->text, size, bad);
	return json_next(base);
}

static int
json_eof(sqlite3_vtab_cursor *base)
{
	return ((JsonCursor *) base)->ended;
}

static int
json_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	JsonCursor *cursor = (JsonCursor *) base;
	const JsonMember *member = &cursor->member;
	const char *text = column == COLUMN_KEY ? member->key : member->value;
	size_t		size = column == COLUMN_KEY ? member->key_size : member->value_size;
	char		number[24];

	if (column == COLUMN_TYPE)
		sqlite3_result_int(context, (int) member->kind);
	else if (column == COLUMN_KEY && text == NULL)
	{
		snprintf(number, sizeof(number), "%lld", (long long) cursor->row - 1);
		sqlite3_result_text(context, number, -1, SQLITE_TRANSIENT);
	}
	else if (column == COLUMN_KEY || member->kind == JSON_STRING)
	{
		size = json_unescape(text, size, cursor->plain);
		sqlite3_result_text64(context, cursor->plain, size, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	else if (column == COLUMN_VALUE && member->kind != JSON_NULL)
		sqlite3_result_text64(context, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
	return SQLITE_OK;
}

static int
json_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = ((JsonCursor *) base)->row;
	return SQLITE_OK;
}

static const sqlite3_module json_module = {
	.iVersion = 1,
	.xConnect = json_connect,
	.xBestIndex = json_plan,
	.xDisconnect = json_disconnect,
	.xOpen = json_open,
	.xClose = json_close,
	.xFilter = json_filter,
	.xNext = json_next,
	.xEof = json_eof,
	.xColumn = json_column,
	.xRowid = json_rowid
};

bool
openjson_register(sqlite3 *handle)
{
	return sqlite3_create_module(handle, openjson_view.name, &json_module, NULL) == SQLITE_OK;
}
