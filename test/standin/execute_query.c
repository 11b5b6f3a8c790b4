/*
 * execute_query.c
 *		SELECT, and values of expressions.
 *
 * Rows go from SQLite to the sink without memory being taken: texts and blobs
 * are passed where SQLite has them, other types are decoded into one array.
 */
#include <stdlib.h>
#include <string.h>

#include "execute.h"
#include "functions.h"
#include "transaction.h"

typedef struct HintSearch
{
	bool		locks;
	bool		no_wait;
} HintSearch;

static void search_query(const Query *query, HintSearch *search);

static void
search_source(const Source *source, HintSearch *search)
{
	static const char *const locking[] = {
		"UPDLOCK", "XLOCK", "HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD", "TABLOCKX"
	};

	if (source == NULL)
		return;
	search_source(source->left, search);
	search_source(source->right, search);
	if (source->query != NULL)
		search_query(source->query, search);
	for (int i = 0; i < source->hints.count; i++)
	{
		if (strcmp(source->hints.items[i], "NOWAIT") == 0)
			search->no_wait = true;
		for (size_t j = 0; j < sizeof(locking) / sizeof(locking[0]); j++)
		{
			if (strcmp(source->hints.items[i], locking[j]) == 0)
				search->locks = true;
		}
	}
}

static void
search_query(const Query *query, HintSearch *search)
{
	if (query == NULL)
		return;
	search_source(query->from, search);
	search_query(query->left, search);
	search_query(query->right, search);
}

/* Opens what the query needs: a snapshot, or the write lock that a hint asks for. */
static bool
enter_query(Session *session, const Query *query)
{
	HintSearch	search = {false, false};
	int64_t		timeout = session->settings.lock_timeout;
	bool		entered;

	search_query(query, &search);
	if (query->kind != QUERY_SELECT || query->from != NULL)
	{
		if (!transaction_implicit(session))
			return false;
	}
	if (search.no_wait)
		session->settings.lock_timeout = 0;
	entered = transaction_enter(session, search.locks && session->transaction.count > 0);
	session->settings.lock_timeout = timeout;
	return entered && catalog_refresh(session);
}

void
execute_done(Session *session, DoneCommand command, bool has_count, int64_t count)
{
	bool		silent = (session->settings.options & OPTION_NOCOUNT) != 0;

	/* a statement whose session died without a message has an unknown outcome: no word of it */
	if (session->unwind == UNWIND_DEAD && !session->failed)
		return;
	session->rows = has_count ? count : 0;
	session->sink->done(session->sink, command, has_count && !silent, (uint64_t) count, session->failed);
}

typedef struct RowReader
{
	Session    *session;
	sqlite3_stmt *statement;
	const SqlColumn *columns;
	int			count;
	SqlValue   *values;
	char		(*scratch)[STORAGE_SCRATCH];
	int64_t		limit;			/* of rows, SET ROWCOUNT; -1 = none */
	size_t		text_limit;		/* SET TEXTSIZE; 0 = none */
} RowReader;

static void
cut_text(const RowReader *reader, const TypeSpec *type, SqlValue *value)
{
	size_t		limit = reader->text_limit;

	if (value->null || value->n <= limit / 2 ||
		(type->length != LENGTH_MAX && type->type != SQL_TEXT && type->type != SQL_NTEXT &&
		 type->type != SQL_IMAGE))
		return;
	if (type->type == SQL_NVARCHAR || type->type == SQL_NTEXT)
	{
		while (value->n > 0 && text_utf16_units(value->p, value->n) > limit / 2)
		{
			size_t		excess = text_utf16_units(value->p, value->n) - limit / 2;

			value->n -= excess < value->n ? excess : value->n;
			while (value->n > 0 && ((uint8_t) value->p[value->n] & 0xC0) == 0x80)
				value->n--;
		}
	}
	else if (value->n > limit)
		value->n = limit;
}

static void
reader_start(RowReader *reader, Session *session, sqlite3_stmt *statement, const SqlColumn *columns, int count)
{
	int64_t		text_size = session->settings.text_size;

	reader->session = session;
	reader->statement = statement;
	reader->columns = columns;
	reader->count = count;
	reader->values = arena_alloc(session->arena, sizeof(SqlValue) * (size_t) (count + 1));
	reader->scratch = arena_alloc(session->arena, STORAGE_SCRATCH * (size_t) (count + 1));
	memset(reader->values, 0, sizeof(SqlValue) * (size_t) (count + 1));
	reader->limit = session->settings.row_count > 0 ? session->settings.row_count : -1;
	reader->text_limit = text_size > 0 && text_size < INT32_MAX ? (size_t) text_size : 0;
}

static void
decode_row(RowReader *reader)
{
	RawValue	raw;

	for (int i = 0; i < reader->count; i++)
	{
		raw_from_column(reader->statement, i, &raw);
		storage_decode(&reader->columns[i].type, &raw, &reader->values[i], reader->scratch[i]);
		if (reader->text_limit > 0)
			cut_text(reader, &reader->columns[i].type, &reader->values[i]);
	}
}

/* Rows to the sink; SQLITE_DONE, SQLITE_ROW when the sink had enough, or an error. */
static int
send_rows(RowReader *reader, int64_t *sent)
{
	Sink	   *sink = reader->session->sink;
	int			code = SQLITE_DONE;

	while (*sent != reader->limit && (code = sqlite3_step(reader->statement)) == SQLITE_ROW)
	{
		decode_row(reader);
		if (!sink->row(sink, reader->values))
			return SQLITE_ROW;
		(*sent)++;
	}
	return *sent == reader->limit ? SQLITE_DONE : code;
}

static bool
run_select(Session *session, Query *query, int64_t *sent)
{
	Emission	emission;
	sqlite3_stmt *statement;
	RowReader	reader;
	int			code = SQLITE_DONE;

	if (session->settings.format_only)
	{
		session->sink->columns(session->sink, query->columns, query->column_count);
		return true;
	}
	emission_start(&emission, session);
	emit_query(&emission, query);
	statement = emission_prepare(&emission);
	if (statement == NULL)
		return false;
	session->sink->columns(session->sink, query->columns, query->column_count);
	reader_start(&reader, session, statement, query->columns, query->column_count);
	code = send_rows(&reader, sent);
	if (code == SQLITE_ROW)
	{
		session->failed = true;
		session->unwind = UNWIND_BATCH;
	}
	else if (code != SQLITE_DONE)
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

/* SELECT @a = x, @b = y: each row assigns, the last one stays. */
static bool
run_assignments(Session *session, Query *query, int64_t *rows)
{
	const Scope *scope = QUERY_SCOPE(query);
	Emission	emission;
	sqlite3_stmt *statement;
	RowReader	reader;
	int			code;
	bool		done = true;

	emission_start(&emission, session);
	emission.live_variables = true;
	emit_query(&emission, query);
	statement = emission_prepare(&emission);
	if (statement == NULL)
		return false;
	reader_start(&reader, session, statement, query->columns, query->column_count);
	reader.text_limit = 0;
	while (done && *rows != reader.limit && (code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		decode_row(&reader);
		for (int i = 0; done && i < reader.count; i++)
		{
			Variable   *variable = variable_find(session, scope->outputs[i].item->variable);

			done = variable_set(session, variable, &query->columns[i].type, &reader.values[i]);
		}
		(*rows)++;
	}
	if (done && *rows != reader.limit && code != SQLITE_DONE)
		done = session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return done;
}

/* All items assign, or none does; @v += x becomes @v = @v + x. */
static bool
prepare_assignments(Session *session, Query *query, bool *assigns)
{
	int			count = 0;

	*assigns = false;
	if (query->kind != QUERY_SELECT)
		return true;
	for (int i = 0; i < query->items.count; i++)
	{
		SelectItem *item = &query->items.items[i];

		if (item->kind != ITEM_ASSIGN)
			continue;
		count++;
		if (variable_find(session, item->variable) == NULL)
			return session_error(session, 137, item->variable);
		if (item->op != OP_NONE)
		{
			Expr	   *parts = arena_alloc(session->frame->arena, sizeof(Expr) * 2);

			memset(parts, 0, sizeof(Expr) * 2);
			parts[0].kind = EXPR_VARIABLE;
			parts[0].text = item->variable;
			parts[1].kind = EXPR_BINARY;
			parts[1].op = item->op;
			parts[1].left = &parts[0];
			parts[1].right = item->expr;
			item->expr = &parts[1];
			item->op = OP_NONE;
		}
	}
	if (count > 0 && count != query->items.count)
		return session_error(session, 141);
	*assigns = count > 0;
	return true;
}

bool
execute_select(Session *session, Query *query)
{
	Analysis	analysis;
	bool		assigns;
	bool		done;
	int64_t		rows = 0;

	if (query->kind == QUERY_SELECT && query->into != NULL)
		return execute_select_into(session, query);
	analysis_start(&analysis, session);
	done = prepare_assignments(session, query, &assigns) && enter_query(session, query) &&
		analyse_query(&analysis, query, NULL);
	if (done && !session->settings.no_exec)
		done = assigns ? run_assignments(session, query, &rows) : run_select(session, query, &rows);
	done = transaction_leave(session, done);
	if (session->unwind == UNWIND_NONE || session->failed)
		execute_done(session, DONE_SELECT, !session->settings.no_exec && done, rows);
	session->rows = rows;
	return done;
}

static bool
literal_value(Session *session, Expr *expr, TypeSpec *type, SqlValue *value)
{
	const Variable *variable;

	if (expr->kind == EXPR_LITERAL)
	{
		*type = expr->type;
		*value = expr->literal;
		return true;
	}
	if (expr->kind != EXPR_VARIABLE || (variable = variable_find(session, expr->text)) == NULL)
		return false;
	*type = variable->type;
	*value = variable->value;
	value_copy(session->arena, value);
	return true;
}

static bool
evaluate_entered(Session *session, Expr *expr, TypeSpec *type, SqlValue *value)
{
	Analysis	analysis;
	Emission	emission;
	sqlite3_stmt *statement;
	RawValue	raw;
	char	   *scratch = arena_alloc(session->arena, STORAGE_SCRATCH);
	bool		condition = EXPR_IS_CONDITION(expr);
	int			code;

	analysis_start(&analysis, session);
	if (!catalog_refresh(session) || !analyse_expr(&analysis, NULL, expr))
		return false;
	*type = condition ? type_make(SQL_BIT) : expr->type;
	emission_start(&emission, session);
	emit_text(&emission, condition ? "SELECT CASE WHEN " : "SELECT ");
	emit_expr(&emission, expr);
	emit_text(&emission, condition ? " THEN 1 ELSE 0 END" : "");
	statement = emission_prepare(&emission);
	if (statement == NULL)
		return false;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
	{
		raw_from_column(statement, 0, &raw);
		raw_copy(session->arena, &raw);
		memset(value, 0, sizeof(*value));
		storage_decode(type, &raw, value, scratch);
	}
	else
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return code == SQLITE_ROW;
}

bool
evaluate(Session *session, Expr *expr, TypeSpec *type, SqlValue *value)
{
	bool		done;

	if (literal_value(session, expr, type, value))
		return true;
	if (!session_begin_use(session))
		return false;
	done = transaction_enter(session, false) && evaluate_entered(session, expr, type, value);
	done = transaction_leave(session, done);
	session_end_use(session);
	return done;
}

bool
evaluate_condition(Session *session, Expr *condition, bool *holds)
{
	TypeSpec	type;
	SqlValue	value;

	*holds = false;
	if (!EXPR_IS_CONDITION(condition))
		return session_error(session, 4145, "");
	if (!evaluate(session, condition, &type, &value))
		return false;
	*holds = value.i != 0;
	return true;
}
