/*
 * analyse_describe.c
 *		sys.dm_exec_describe_first_result_set(): the columns that a query would have.
 *
 * A result is described without being run, so this is no more than the analysis
 * of a text within that of another: what it finds becomes a query of constants,
 * which stands where the function does.  An error of that text is a row, too.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "parser.h"
#include "sink.h"

#define ROW_MAX		(4 * NAME_MAX_BYTES + 4096)

/* What the text's errors go to. */
typedef struct Listener
{
	Sink		sink;
	SqlMessage	error;			/* number 0: none */
} Listener;

static void
listen(Sink *sink, const SqlMessage *message)
{
	Listener   *listener = (Listener *) sink;

	if (message->severity > 10 && listener->error.number == 0)
		listener->error = *message;
}

/* NULL: the text has no result, or an error, which listener has. */
static const Query *
analyse_text(Analysis *analysis, const char *text, size_t length, Listener *listener)
{
	Session    *session = analysis->session;
	StatementList statements;
	Analysis	inner = *analysis;
	Sink	   *sink = session->sink;
	int			try_depth = session->try_depth;
	int			error = session->error;
	const Query *query = NULL;

	if (!parse_batch(text, length, true, analysis->arena, &statements, &listener->error))
		return NULL;
	session->sink = &listener->sink;
	session->try_depth = 0;
	for (int i = 0; i < statements.count && query == NULL; i++)
	{
		Statement  *statement = statements.items[i];

		if (statement->kind != STATEMENT_SELECT)
			continue;
		if (!analyse_query(&inner, statement->u.query, NULL))
			break;
		query = statement->u.query;
	}
	session->sink = sink;
	session->try_depth = try_depth;
	session->error = error;
	session->failed = false;
	return query;
}

/* N'text' or NULL, as a column of that name. */
static void
append_text(char *row, const char *name, const char *text)
{
	size_t		used = strlen(row);

	used += (size_t) snprintf(row + used, ROW_MAX - used, ", CAST(%s", text != NULL ? "N'" : "NULL");
	for (; text != NULL && *text != '\0' && used + 8 < ROW_MAX; text++)
	{
		row[used++] = *text;
		if (*text == '\'')
			row[used++] = *text;
	}
	snprintf(row + used, ROW_MAX - used, "%s AS nvarchar(4000)) AS %s", text != NULL ? "'" : "", name);
}

/* One of column and error is NULL; both: what the columns are called. */
static void
make_row(char *row, int ordinal, const SqlColumn *column, const SqlMessage *error)
{
	const TypeSpec *type = column != NULL ? &column->type : NULL;
	bool		clr = type != NULL && (type->type == SQL_GEOMETRY || type->type == SQL_GEOGRAPHY ||
									   type->type == SQL_HIERARCHYID);
	char		name[128] = "";
	char		number[64];

	if (type != NULL)
		type_describe(type, name, sizeof(name));
	if (column != NULL && column->rowversion)
		strcpy(name, "timestamp");
	snprintf(row, ROW_MAX, "SELECT CAST(0 AS bit) AS is_hidden, CAST(%d AS int) AS column_ordinal, "
			 "CAST(%d AS bit) AS is_nullable, CAST(%d AS bit) AS is_identity_column, "
			 "CAST(%d AS bit) AS is_computed_column",
			 ordinal, column == NULL || column->nullable, column != NULL && column->identity,
			 column != NULL && column->computed);
	append_text(row, "name", column != NULL && column->name[0] != '\0' ? column->name : NULL);
	append_text(row, "system_type_name", type != NULL && !clr ? name : NULL);
	append_text(row, "collation_name", type != NULL && type->collation != NULL && type_is_text(type->type) ?
				type->collation->name : NULL);
	append_text(row, "user_type_schema", clr ? "sys" : NULL);
	append_text(row, "user_type_name", clr ? name : NULL);
	snprintf(number, sizeof(number), "%d", error != NULL ? error->number : 0);
	snprintf(row + strlen(row), ROW_MAX - strlen(row), ", CAST(%s AS int) AS error_number",
			 error != NULL ? number : "NULL");
	append_text(row, "error_message", error != NULL ? error->text : NULL);
}

/* The first argument is a constant, and the others, @params and @browse_information_mode, say nothing. */
static bool
check_arguments(Analysis *analysis, Scope *scope, const ExprList *arguments)
{
	for (int i = 0; i < arguments->count; i++)
	{
		if (!analyse_expr(analysis, scope, arguments->items[i]))
			return false;
	}
	if (arguments->count != 3 || arguments->items[0]->kind != EXPR_LITERAL ||
		!type_is_text(arguments->items[0]->type.type))
		return session_error(analysis->session, 40518, "dm_exec_describe_first_result_set");
	return true;
}

bool
analyse_describe(Analysis *analysis, Scope *scope, const ExprList *arguments, Relation *relation)
{
	Listener	listener;
	const Query *described;
	const SqlValue *text;
	Query	   *query;
	SqlMessage	error;
	char	   *sql;
	size_t		used = 0;
	int			rows;

	if (!check_arguments(analysis, scope, arguments))
		return false;
	memset(&listener, 0, sizeof(listener));
	listener.sink.message = listen;
	text = &arguments->items[0]->literal;
	described = analyse_text(analysis, text->p, text->n, &listener);
	rows = described != NULL ? described->column_count : listener.error.number != 0;
	sql = arena_alloc(analysis->arena, (size_t) (rows + 1) * (ROW_MAX + 16));
	for (int i = 0; i < (rows > 0 ? rows : 1); i++)
	{
		used += (size_t) sprintf(sql + used, "%s", i > 0 ? " UNION ALL " : "");
		make_row(sql + used, i + 1, described != NULL && rows > 0 ? &described->columns[i] : NULL,
				 described == NULL && rows > 0 ? &listener.error : NULL);
		used += strlen(sql + used);
	}
	if (rows == 0)
		strcpy(sql + used, " WHERE 1 = 0");
	if (!parse_query_text(sql, strlen(sql), analysis->arena, &query, &error))
		return session_message(analysis->session, &error);
	if (!analyse_query(analysis, query, NULL))
		return false;
	relation->kind = RELATION_QUERY;
	relation->query = query;
	relation->columns = query->columns;
	relation->column_count = query->column_count;
	return true;
}
