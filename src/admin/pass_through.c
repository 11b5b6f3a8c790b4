/*
 * src/admin/pass_through.c
 *		tds_mirror_query() and tds_mirror_exec(): statements as they are.
 *
 * They run in the remote transaction, so that what they change commits with the
 * local one, and are sent once: nobody can tell what sending them twice would
 * do.  What they return is taken whole before anything else is done.
 */
#include "postgres.h"

#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/raw.h"
#include "session/report.h"
#include "value/decode.h"
#include "value/typemap.h"

PGDLLEXPORT Datum tds_mirror_query(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_query);

PGDLLEXPORT Datum tds_mirror_exec(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_exec);

/* The result on its way into the store. */
typedef struct Reading
{
	WireConn   *conn;
	TupleDesc	descriptor;
	TmfDecoder *decoders;
	Datum	   *values;
	bool	   *nulls;
	int			column;			/* being decoded, -1 none */
	uint64		row;			/* from 1 */
} Reading;

static TmfSession *
session_of(const char *server)
{
	TmfTarget  *target = tmf_target(server);

	return tmf_session_acquire(GetUserMapping(GetUserId(), target->server->serverid));
}

static void
send_statement(TmfSession *session, const char *sql)
{
	if (!tmf_raw_query(session, sql))
		tmf_session_raise_lost(session, sql, 0);
}

static bool
next_row(TmfSession *session, const char *sql, uint64 rows)
{
	TmfFetch	fetch = tmf_raw_row(session, sql);

	if (fetch == TMF_FETCH_LOST)
		tmf_session_raise_lost(session, sql, rows);
	return fetch == TMF_FETCH_ROW;
}

static bool
next_result(TmfSession *session, const char *sql, uint64 rows)
{
	TmfFetch	fetch = tmf_raw_result(session, sql);

	if (fetch == TMF_FETCH_LOST)
		tmf_session_raise_lost(session, sql, rows);
	return fetch == TMF_FETCH_ROW;
}

static void
add_context(void *argument)
{
	const Reading *reading = argument;

	if (reading->column >= 0)
		errcontext("column \"%s\" of the remote result, row " UINT64_FORMAT,
				   NameStr(TupleDescAttr(reading->descriptor, reading->column)->attname),
				   reading->row);
}

/* Chooses the decoders for the columns that the caller has declared. */
static void
bind_columns(Reading *reading)
{
	TupleDesc	descriptor = reading->descriptor;
	int			found = wire_column_count(reading->conn);
	int			i;

	if (found != descriptor->natts)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the column definition list does not match the remote result"),
				 errdetail("The remote result has %d columns, the list has %d.",
						   found, descriptor->natts)));
	for (i = 0; i < found; i++)
	{
		Form_pg_attribute local = TupleDescAttr(descriptor, i);
		WireColumn	remote;

		wire_column(reading->conn, i, &remote);
		if (!tmf_decoder_init(&reading->decoders[i], &remote, NameStr(local->attname),
							  local->atttypid, local->atttypmod, NULL,
							  CurrentMemoryContext))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					 errmsg("column \"%s\" of the remote result cannot be read as %s",
							NameStr(local->attname), format_type_be(local->atttypid)),
					 errdetail_internal("%s", tmf_decode_refusal(&remote, local->atttypid)),
					 errhint("%s", tmf_typemap_remedy(remote.type))));
	}
}

static void
store_row(Reading *reading, Tuplestorestate *store)
{
	int			i;

	if (wire_unmappable(reading->conn))
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("row " UINT64_FORMAT " of the remote result has a character without an equivalent in Unicode",
						reading->row),
				 errhint("Replace it in the statement, or convert the column to varbinary and read it as bytea.")));
	for (i = 0; i < reading->descriptor->natts; i++)
	{
		int			length;
		const void *value = wire_value(reading->conn, i, &length);

		reading->column = i;
		reading->values[i] = tmf_decode(&reading->decoders[i], value, length, &reading->nulls[i]);
	}
	reading->column = -1;
	tuplestore_putvalues(store, reading->descriptor, reading->values, reading->nulls);
}

/* Takes all rows of the result at hand. */
static void
store_result(TmfSession *session, const char *sql, Reading *reading, Tuplestorestate *store)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw row",
												  ALLOCSET_DEFAULT_SIZES);
	ErrorContextCallback callback;

	bind_columns(reading);
	callback.callback = add_context;
	callback.arg = reading;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	while (next_row(session, sql, reading->row))
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		reading->row++;
		store_row(reading, store);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	error_context_stack = callback.previous;
	MemoryContextDelete(context);
}

Datum
tds_mirror_query(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const char *sql = text_to_cstring(PG_GETARG_TEXT_PP(1));
	TmfSession *session;
	Reading		reading = {NULL};
	int			results = 0;
	bool		more;

	PreventCommandIfReadOnly("tds_mirror_query()");
	if (get_call_result_type(fcinfo, NULL, NULL) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the columns of the result are not known"),
				 errhint("Call it in FROM, with a column definition list: AS t(id integer, name text).")));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	reading.descriptor = result->setDesc;
	reading.decoders = palloc0_array(TmfDecoder, reading.descriptor->natts);
	reading.values = palloc0_array(Datum, reading.descriptor->natts);
	reading.nulls = palloc0_array(bool, reading.descriptor->natts);
	reading.column = -1;

	session = session_of(NameStr(*PG_GETARG_NAME(0)));
	send_statement(session, sql);
	for (more = tmf_raw_has_result(session); more; more = next_result(session, sql, reading.row))
	{
		reading.conn = tmf_session_conn(session);
		if (wire_column_count(reading.conn) == 0)
			continue;
		if (++results > 1)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("the statement has returned more than one result with columns"),
					 errhint("Send one query at a time; use tds_mirror_exec() for statements whose rows are not wanted."),
					 errcontext("remote SQL command: %s", sql)));
		store_result(session, sql, &reading, result->setResult);
	}
	tmf_raw_settle(session, sql);
	if (results == 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("the statement has returned no result with columns"),
				 errhint("Use tds_mirror_exec() for statements that return no rows."),
				 errcontext("remote SQL command: %s", sql)));
	return (Datum) 0;
}

/*
 * Counts of statements without rows are added up.  A batch that reports none
 * (NOCOUNT ON, or nothing but queries) has no count: that is not 0.
 */
Datum
tds_mirror_exec(PG_FUNCTION_ARGS)
{
	const char *sql = text_to_cstring(PG_GETARG_TEXT_PP(1));
	TmfSession *session;
	bool		counted = false;
	bool		more;
	int64		total = 0;

	PreventCommandIfReadOnly("tds_mirror_exec()");
	session = session_of(NameStr(*PG_GETARG_NAME(0)));
	send_statement(session, sql);
	for (more = tmf_raw_has_result(session); more; more = next_result(session, sql, 0))
	{
		WireConn   *conn = tmf_session_conn(session);

		if (wire_column_count(conn) > 0)
		{
			while (next_row(session, sql, 0))
				;
		}
		else if (wire_row_count(conn) >= 0)
		{
			counted = true;
			total += wire_row_count(conn);
		}
	}
	tmf_raw_settle(session, sql);
	if (!counted)
		PG_RETURN_NULL();
	PG_RETURN_INT64(total);
}
