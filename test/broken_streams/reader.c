/*
 * test/broken_streams/reader.c
 *		A client of src/wire and src/value, without PostgreSQL.
 *
 * It takes a result for whole exactly when session/stream.c and exec/row.c do:
 * the columns are those that were planned, every value can be decoded, the rows
 * end without an error, no second result follows, and their number is what the
 * server says it is.  Each Datum goes into the answer by value.  A timer cuts
 * a case after two seconds, as statement_timeout does in a backend.
 */
#include "postgres.h"

#include <signal.h>

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "value/decode.h"
#include "wire/wire.h"

#include "client.h"
#include "shim.h"

#define PACKET_SIZE 4096
#define TIMEOUT_TICKS 8			/* of WIRE_WATCH_MS: the statement_timeout of a case */
#define ROOM_SIZE	96			/* for the values of a row, of which more have none */

typedef struct Local
{
	Oid			type;
	int			size;			/* of a Datum by value; 0: by reference, see put_datum() */
} Local;

/* What a column is read into, by its type on the wire. */
static const Local locals[] = {
	[WIRE_TYPE_BIT] = {BOOLOID, 1},
	[WIRE_TYPE_TINYINT] = {INT2OID, 2},
	[WIRE_TYPE_SMALLINT] = {INT2OID, 2},
	[WIRE_TYPE_INT] = {INT4OID, 4},
	[WIRE_TYPE_BIGINT] = {INT8OID, 8},
	[WIRE_TYPE_REAL] = {FLOAT4OID, 4},
	[WIRE_TYPE_FLOAT] = {FLOAT8OID, 8},
	[WIRE_TYPE_SMALLMONEY] = {NUMERICOID, 0},
	[WIRE_TYPE_MONEY] = {NUMERICOID, 0},
	[WIRE_TYPE_DECIMAL] = {NUMERICOID, 0},
	[WIRE_TYPE_DATETIME] = {TIMESTAMPOID, 8},
	[WIRE_TYPE_SMALLDATETIME] = {TIMESTAMPOID, 8},
	[WIRE_TYPE_DATE] = {DATEOID, 4},
	[WIRE_TYPE_TIME] = {TIMEOID, 8},
	[WIRE_TYPE_DATETIME2] = {TIMESTAMPOID, 8},
	[WIRE_TYPE_DATETIMEOFFSET] = {TIMESTAMPTZOID, 8},
	[WIRE_TYPE_GUID] = {UUIDOID, 0},
	[WIRE_TYPE_TEXT] = {TEXTOID, 0},
	[WIRE_TYPE_BINARY] = {BYTEAOID, 0},
	[WIRE_TYPE_UTF16] = {TEXTOID, 0},
};

typedef struct Reading
{
	const CaseStatement *statement;
	WireConn   *conn;
	TmfDecoder	decoders[CASE_COLUMNS];
	Local		local[CASE_COLUMNS];
	WireValue	values[CASE_COLUMNS];
	TmfRoom		room;
	int			columns;
	int64		rows;
} Reading;

static volatile sig_atomic_t ticks_left;

/* For the wire's interrupt hook: a statement_timeout. */
static bool
time_is_up(void *argument)
{
	(void) argument;
	return ticks_left <= 0;
}

/* As session/wait.c does it. */
static void
tick(int signal)
{
	(void) signal;
	ticks_left--;
	if (wire_watch())
		client_loops();
}

static void
watch(void)
{
	ticks_left = TIMEOUT_TICKS * client_slowness();
	client_timer(WIRE_WATCH_MS, tick);
}

/* As bind_column() in exec/row.c: false, something else than the bytes that were asked for. */
static bool
take_utf16(const CaseStatement *statement, int column, WireColumn *remote)
{
	bool		asked = statement->expected == CASE_ANY_COLUMNS ?
		statement->form == CASE_UTF16 && remote->type == WIRE_TYPE_BINARY :
		statement->kinds[column] == WIRE_TYPE_UTF16;

	if (asked && remote->type != WIRE_TYPE_BINARY)
		return false;
	if (asked)
		remote->type = WIRE_TYPE_UTF16;
	return true;
}

/* As exec/row.c binds a row: what was planned, or an error. */
static const char *
bind(Reading *reading)
{
	const CaseStatement *statement = reading->statement;
	int			i;

	reading->columns = wire_column_count(reading->conn);
	if (statement->expected != CASE_ANY_COLUMNS && reading->columns != statement->expected)
		return "another number of columns";
	if (reading->columns > CASE_COLUMNS)
		return "too many columns";
	for (i = 0; i < reading->columns; i++)
	{
		WireColumn	remote;
		WireType	planned;

		wire_column(reading->conn, i, &remote);
		if (!take_utf16(statement, i, &remote))
			return "no bytes";
		planned = statement->expected == CASE_ANY_COLUMNS ? remote.type :
			(WireType) statement->kinds[i];
		reading->local[i] = locals[planned];
		if (reading->local[i].type == InvalidOid ||
			!tmf_decoder_init(&reading->decoders[i], &remote, "c", reading->local[i].type, -1,
							  &reading->room, NULL))
			return "a column of another type";
		client_put_u8((uint8_t) planned);
	}
	return NULL;
}

static void
put_bytes(const void *bytes, int size)
{
	client_put_u32((uint32_t) size);
	client_put(bytes, size);
}

static void
put_datum(const Local *local, Datum datum)
{
	if (local->size > 0)
		put_bytes(&datum, local->size);
	else if (local->type == UUIDOID)
		put_bytes(DatumGetPointer(datum), UUID_LEN);
	else
	{
		if (local->type == NUMERICOID)
			shim_check_numeric(DatumGetPointer(datum));
		put_bytes(VARDATA(DatumGetPointer(datum)), VARSIZE(DatumGetPointer(datum)) - VARHDRSZ);
	}
}

static const char *
read_row(Reading *reading)
{
	int			i;

	if (wire_unmappable(reading->conn))
		return "a character without an equivalent";
	reading->room.next = palloc(ROOM_SIZE);
	reading->room.end = reading->room.next + ROOM_SIZE;
	wire_values(reading->conn, reading->columns, reading->values);
	for (i = 0; i < reading->columns; i++)
	{
		bool		isnull;
		Datum		datum = tmf_decode(&reading->decoders[i], reading->values[i].data,
									   reading->values[i].length, &isnull);

		if (isnull)
			client_put_u32((uint32_t) -1);
		else
			put_datum(&reading->local[i], datum);
	}
	return NULL;
}

/* The rows have ended; is that all?  See finish() and check_count() in session/stream.c. */
static const char *
finish(Reading *reading, int64 *count)
{
	WireStatus	status;

	*count = wire_row_count(reading->conn);
	do
		status = wire_next_result(reading->conn);
	while (status == WIRE_OK && wire_column_count(reading->conn) == 0);
	if (status == WIRE_OK)
		return "a second result";
	if (status != WIRE_END)
		return "an error behind the rows";
	if (reading->columns > 0 && *count < 0)
		return "no count";
	if (reading->columns > 0 && (uint32) *count != (uint32) reading->rows)
		return "another count";
	return NULL;
}

static const char *
read_result(Reading *reading)
{
	const char *problem;
	WireStatus	status;
	int64		count;

	status = wire_first_result(reading->conn);
	if (status != WIRE_OK && status != WIRE_END)
		return "no result";
	client_put_u32((uint32_t) wire_column_count(reading->conn));
	if ((problem = bind(reading)) != NULL)
		return problem;
	while ((status = wire_next_row(reading->conn)) == WIRE_ROW)
	{
		reading->rows++;
		client_put_u8(1);
		if ((problem = read_row(reading)) != NULL)
			return problem;
		shim_reset();
	}
	if (status != WIRE_END)
		return "an error between rows";
	if ((problem = finish(reading, &count)) != NULL)
		return problem;
	client_put_u8(0);
	client_put_i64(reading->columns > 0 ? reading->rows : count);
	return NULL;
}

static WireStatus
send_statement(WireConn *conn, const CaseStatement *statement)
{
	int32		number = 42;
	WireParameter parameter = {.type = WIRE_TYPE_INT, .declared = {.name = SQLTYPE_INT},
	.value = &number, .length = sizeof(number)};

	switch ((CaseForm) statement->form)
	{
		case CASE_CALL:
			return wire_send_parameters(conn, statement->sql, 1, &parameter);
		case CASE_PREPARE:
			return wire_send_prepare(conn, statement->sql, 0, 1, &parameter);
		case CASE_BATCH:
		case CASE_UTF16:
			break;
	}
	return wire_send(conn, statement->sql);
}

/* One statement; what src/value raises comes back here. */
static const char *
run(WireConn *conn, const CaseStatement *statement)
{
	static Reading reading;
	static sigjmp_buf raised;
	const char *problem;

	memset(&reading, 0, sizeof(reading));
	reading.statement = statement;
	reading.conn = conn;
	if (sigsetjmp(raised, 0) != 0)
		return shim_error();
	shim_catch(&raised);
	if (send_statement(conn, statement) != WIRE_OK)
		return "the statement could not be sent";
	problem = read_result(&reading);
	if (problem == NULL && statement->form == CASE_PREPARE)
		client_put_u32((uint32_t) wire_handle(conn));
	return problem;
}

AnswerOutcome
client_run(const Case *question)
{
	WireLogin	login = {
		.address = "127.0.0.1", .port = question->port, .server_name = "broken",
		.certificate_host = "127.0.0.1", .database = "erp", .user = client_user(),
		.password = client_password(), .application = "broken streams", .client_host = "here",
		.tds_version = 74, .packet_size = PACKET_SIZE, .encryption = WIRE_ENCRYPTION_OFF,
		.interrupt = time_is_up
	};
	const char *problem = NULL;
	WireConn   *conn;
	WireError	error;
	AnswerOutcome outcome = ANSWER_WHOLE;
	int			i;

	watch();
	if (wire_open(&login, &conn, &error) != WIRE_OK)
		return client_error("no login");
	for (i = 0; i < question->statements && problem == NULL; i++)
		problem = run(conn, &question->statement[i]);
	if (problem != NULL)
		outcome = client_error(problem);
	shim_reset();
	wire_close(conn);
	return outcome;
}
