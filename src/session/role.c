/*
 * src/session/role.c
 *		The first batch of a connection: settings, and who the instance says it is.
 *
 * DB-Library drops the token in which a principal names its partner, so the
 * catalog is asked, in the same round trip that the session's settings need.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "session/quote.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/*
 * Everything that changes what a statement means, whoever configured the
 * server.  SET LANGUAGE moves DATEFORMAT and DATEFIRST, so it comes before them.
 */
static const char *const session_settings =
"SET NOEXEC OFF; SET PARSEONLY OFF; SET FMTONLY OFF; SET ROWCOUNT 0; SET NOCOUNT OFF; "
"SET XACT_ABORT OFF; SET IMPLICIT_TRANSACTIONS OFF; SET TEXTSIZE 2147483647; "
"SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS ON; SET ANSI_NULL_DFLT_ON ON; SET ANSI_PADDING ON; "
"SET ANSI_WARNINGS ON; SET CONCAT_NULL_YIELDS_NULL ON; SET ARITHABORT ON; "
"SET NUMERIC_ROUNDABORT OFF; SET LANGUAGE us_english; SET DATEFORMAT ymd; SET DATEFIRST 7; ";

void
tmf_role_settings(StringInfo sql, const TmfServerOptions *options, const char *isolation)
{
	appendStringInfo(sql, "%sSET TRANSACTION ISOLATION LEVEL %s; SET LOCK_TIMEOUT %d; ",
					 session_settings, isolation, options->lock_timeout_ms);
}

static const char *const role_columns =
"mirroring_guid, mirroring_role, mirroring_state, mirroring_safety_level, "
"mirroring_role_sequence, mirroring_witness_state, mirroring_partner_name, "
"mirroring_partner_instance, mirroring_witness_name";

/* Sends sql and waits for its first result.  *deadline must outlive the batch. */
static WireStatus
first_result(TmfAttempt *attempt, const char *sql, int64 *deadline)
{
	char	   *text = pg_server_to_any(sql, strlen(sql), PG_UTF8);
	WireStatus	status;

	tmf_wait_watch(WIRE_WATCH_MS);
	wire_set_interrupt(attempt->conn, tmf_wait_interrupt, deadline);
	status = wire_send(attempt->conn, text);
	if (status == WIRE_OK && !tmf_wait_readable(TMF_WAIT_ROLE, wire_socket(attempt->conn), *deadline))
		status = WIRE_INTERRUPTED;
	if (status == WIRE_OK)
		status = wire_first_result(attempt->conn);
	return status;
}

/* A batch on an attempt's connection has failed: why, and close. */
static void
batch_failed(TmfAttempt *attempt, WireStatus status)
{
	CHECK_FOR_INTERRUPTS();
	if (status == WIRE_INTERRUPTED)
		tmf_attempt_fail_unreachable(attempt, "the first statement was not answered in time", 0);
	else
	{
		attempt->error = *wire_error(attempt->conn);
		tmf_attempt_fail_judged(attempt);
	}
}

static int
int_value(const WireConn *conn, int column, int missing)
{
	WireColumn	info;
	int			length;
	const void *value = wire_value(conn, column, &length);

	wire_column(conn, column, &info);
	if (value == NULL)
		return missing;
	if (info.type == WIRE_TYPE_TINYINT)
		return *(const uint8 *) value;
	if (info.type == WIRE_TYPE_SMALLINT)
		return *(const int16 *) value;
	return info.type == WIRE_TYPE_INT ? *(const int32 *) value : missing;
}

static void
text_value(const WireConn *conn, int column, char *target, size_t size)
{
	int			length;
	const char *value = wire_value(conn, column, &length);
	char	   *text = tmf_report_words(value ? pnstrdup(value, length) : "");

	strlcpy(target, text, size);
	target[pg_mbcliplen(text, strlen(text), size - 1)] = '\0';
}

/* The first three fields come with their least significant byte first. */
static bool
guid_value(const WireConn *conn, int column, char target[37])
{
	static const int order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	int			length;
	const uint8 *value = wire_value(conn, column, &length);
	int			i;

	target[0] = '\0';
	if (value == NULL || length != 16)
		return false;
	for (i = 0; i < 16; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			strcat(target, "-");
		sprintf(target + strlen(target), "%02x", value[order[i]]);
	}
	return true;
}

/* Goes to the next row of a result of at least columns columns. */
static WireStatus
role_row(WireConn *conn, int columns)
{
	if (wire_column_count(conn) < columns)
		return WIRE_END;
	return wire_next_row(conn);
}

static WireStatus
read_role(TmfAttempt *attempt, TmfRole *role)
{
	WireConn   *conn = attempt->conn;
	WireStatus	status = role_row(conn, 2);

	if (status == WIRE_ROW)
	{
		text_value(conn, 0, role->server_name, sizeof(role->server_name));
		role->in_database = int_value(conn, 1, 0) == 1;
		while ((status = wire_next_row(conn)) == WIRE_ROW)
			;
	}
	if (status == WIRE_END)
		status = wire_next_result(conn);
	if (status == WIRE_OK)
		status = role_row(conn, 9);
	if (status == WIRE_ROW)
	{
		role->visible = true;
		role->mirrored = guid_value(conn, 0, role->guid);
		role->role = int_value(conn, 1, 0);
		role->state = int_value(conn, 2, -1);
		role->safety = int_value(conn, 3, 0);
		role->role_sequence = int_value(conn, 4, -1);
		role->witness_state = int_value(conn, 5, -1);
		text_value(conn, 6, role->partner_name, sizeof(role->partner_name));
		text_value(conn, 7, role->partner_instance, sizeof(role->partner_instance));
		text_value(conn, 8, role->witness_name, sizeof(role->witness_name));
		while ((status = wire_next_row(conn)) == WIRE_ROW)
			;
	}
	while (status == WIRE_END || status == WIRE_OK)
	{
		status = wire_next_result(conn);
		if (status == WIRE_END)
			return WIRE_OK;
	}
	return status;
}

bool
tmf_attempt_role(const TmfServerOptions *options, TmfAttempt *attempt, int64 until_ms,
				 TmfRole *role)
{
	StringInfoData sql;
	StringInfoData name;
	WireStatus	status;
	int64		deadline = until_ms;

	memset(role, 0, sizeof(*role));
	role->state = -1;
	role->role_sequence = -1;
	role->witness_state = -1;
	initStringInfo(&sql);
	initStringInfo(&name);
	tmf_quote_literal(&name, options->database);
	tmf_role_settings(&sql, options, "READ COMMITTED");
	appendStringInfo(&sql, "SELECT @@SERVERNAME, CASE WHEN DB_ID() = DB_ID(%s) THEN 1 ELSE 0 END; "
					 "SELECT %s FROM sys.database_mirroring WHERE database_id = DB_ID(%s)",
					 name.data, role_columns, name.data);

	status = first_result(attempt, sql.data, &deadline);
	if (status == WIRE_OK)
		status = read_role(attempt, role);
	pfree(sql.data);
	pfree(name.data);
	if (status != WIRE_OK)
	{
		batch_failed(attempt, status);
		return false;
	}
	wire_set_interrupt(attempt->conn, NULL, NULL);
	return true;
}

/* Takes the result at hand, a row at a time, and goes to the next one. */
static WireStatus
take_result(WireConn *conn, TmfAttemptRow row, void *argument)
{
	WireStatus	status = WIRE_END;

	if (wire_column_count(conn) > 0)
	{
		while ((status = wire_next_row(conn)) == WIRE_ROW)
		{
			if (row)
				row(conn, argument);
		}
	}
	return status == WIRE_END ? wire_next_result(conn) : status;
}

WireStatus
tmf_attempt_rows(TmfAttempt *attempt, const char *sql, int64 until_ms, TmfAttemptRow row,
				 void *argument)
{
	int64		deadline = until_ms;
	WireStatus	status = first_result(attempt, sql, &deadline);

	while (status == WIRE_OK)
		status = take_result(attempt->conn, row, argument);
	if (status == WIRE_FAILED)
	{
		attempt->error = *wire_error(attempt->conn);
		status = wire_drain(attempt->conn);
		if (status == WIRE_OK)
			status = WIRE_FAILED;
		tmf_report_summary(&attempt->error, attempt->summary, sizeof(attempt->summary));
	}
	if (status == WIRE_END || status == WIRE_FAILED)
	{
		wire_set_interrupt(attempt->conn, NULL, NULL);
		return status == WIRE_END ? WIRE_OK : WIRE_FAILED;
	}
	batch_failed(attempt, status);
	return WIRE_LOST;
}

WireStatus
tmf_attempt_command(TmfAttempt *attempt, const char *sql, int64 until_ms)
{
	return tmf_attempt_rows(attempt, sql, until_ms, NULL, NULL);
}

static void
take_int(const WireConn *conn, void *argument)
{
	int		   *answer = argument;

	*answer = int_value(conn, 0, *answer);
}

WireStatus
tmf_attempt_ask(TmfAttempt *attempt, const char *sql, int64 until_ms, int missing, int *answer)
{
	*answer = missing;
	return tmf_attempt_rows(attempt, sql, until_ms, take_int, answer);
}
