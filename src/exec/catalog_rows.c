/*
 * src/exec/catalog_rows.c
 *		Asking the remote catalog: a statement, and its whole result as text.
 *
 * Nothing is handed over before the result is complete, so it may be asked for
 * again whenever the connection is lost.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "exec/catalog.h"
#include "session/report.h"
#include "session/session.h"
#include "value/decode.h"

/* Twice sent again and lost again: this is no failover any more. */
#define MAX_RETRIES		2

static void
raise_unexpected(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("the remote catalog cannot be read"),
			 errdetail_internal("%s", what)));
}

int
tmf_catalog_index(const char *text, int count)
{
	int			number = atoi(text);

	if (number < 0 || number >= count)
		raise_unexpected("The result refers to something that was not asked for.");
	return number;
}

static TmfDecoder *
make_decoders(const WireConn *conn, int count)
{
	TmfDecoder *decoders = palloc0(sizeof(TmfDecoder) * count);
	int			i;

	if (wire_column_count(conn) != count)
		raise_unexpected(psprintf("The result has %d columns instead of %d.",
								  wire_column_count(conn), count));
	for (i = 0; i < count; i++)
	{
		WireColumn	column;

		wire_column(conn, i, &column);
		if (!tmf_decoder_init(&decoders[i], &column, tmf_report_words(column.name),
							  TEXTOID, -1, NULL, CurrentMemoryContext))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					 errmsg("the remote catalog cannot be read"),
					 errdetail_internal("%s", tmf_decode_refusal(&column, TEXTOID))));
	}
	return decoders;
}

static void
add_context(void *sql)
{
	errcontext("remote SQL command: %s", (const char *) sql);
}

static char **
read_row(const WireConn *conn, TmfDecoder *decoders, const char *columns)
{
	char	  **row = palloc0(sizeof(char *) * strlen(columns));
	int			i;

	for (i = 0; columns[i] != '\0'; i++)
	{
		int			length;
		const void *value = wire_value(conn, i, &length);
		bool		isnull;
		Datum		datum = tmf_decode(&decoders[i], value, length, &isnull);

		if (!isnull)
			row[i] = TextDatumGetCString(datum);
		else if (columns[i] == 'v')
			raise_unexpected(psprintf("Column %d of the result is NULL.", i + 1));
	}
	return row;
}

/* False: the connection was lost, and *rows is not all. */
static bool
read_rows(TmfSession *session, const char *sql, const char *columns, List **rows, uint64 *count)
{
	TmfRequest	request = {sql};
	TmfDecoder *decoders;
	ErrorContextCallback context = {error_context_stack, add_context, (void *) sql};
	TmfFetch	fetch;

	if (!tmf_session_query(session, &request, NULL))
		return false;
	error_context_stack = &context;
	decoders = make_decoders(tmf_session_conn(session), strlen(columns));
	error_context_stack = context.previous;
	while ((fetch = tmf_session_fetch(session, sql)) == TMF_FETCH_ROW)
	{
		error_context_stack = &context;
		*rows = lappend(*rows, read_row(tmf_session_conn(session), decoders, columns));
		error_context_stack = context.previous;
		(*count)++;
	}
	return fetch == TMF_FETCH_END;
}

List *
tmf_catalog_ask(UserMapping *user, const char *sql, const char *columns)
{
	int			retries;

	for (retries = 0;; retries++)
	{
		TmfSession *session = tmf_session_acquire_to_read(user);
		List	   *rows = NIL;
		uint64		count = 0;

		if (read_rows(session, sql, columns, &rows, &count))
			return rows;
		if (retries >= MAX_RETRIES)
			tmf_session_raise_lost(session, sql, count);
		CHECK_FOR_INTERRUPTS();
	}
}
