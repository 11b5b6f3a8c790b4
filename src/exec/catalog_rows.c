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

static TmfDecoder *
make_decoders(const WireConn *conn, int columns)
{
	TmfDecoder *decoders = palloc0(sizeof(TmfDecoder) * Max(columns, 1));
	int			i;

	for (i = 0; i < columns; i++)
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
read_row(const WireConn *conn, TmfDecoder *decoders, int columns)
{
	char	  **row = palloc0(sizeof(char *) * Max(columns, 1));
	int			i;

	for (i = 0; i < columns; i++)
	{
		int			length;
		const void *value = wire_value(conn, i, &length);
		bool		isnull;
		Datum		datum = tmf_decode(&decoders[i], value, length, &isnull);

		if (!isnull)
			row[i] = TextDatumGetCString(datum);
	}
	return row;
}

/* False: the connection was lost, and *rows is not all. */
static bool
read_rows(TmfSession *session, const char *sql, List **rows, uint64 *count)
{
	TmfRequest	request = {sql};
	TmfDecoder *decoders;
	ErrorContextCallback context = {error_context_stack, add_context, (void *) sql};
	TmfFetch	fetch;
	int			columns;

	if (!tmf_session_query(session, &request, NULL))
		return false;
	columns = wire_column_count(tmf_session_conn(session));
	decoders = make_decoders(tmf_session_conn(session), columns);
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
tmf_catalog_ask(UserMapping *user, const char *sql)
{
	int			retries;

	for (retries = 0;; retries++)
	{
		TmfSession *session = tmf_session_acquire_to_read(user);
		List	   *rows = NIL;
		uint64		count = 0;

		if (read_rows(session, sql, &rows, &count))
			return rows;
		if (retries >= MAX_RETRIES)
			tmf_session_raise_lost(session, sql, count);
		CHECK_FOR_INTERRUPTS();
	}
}
