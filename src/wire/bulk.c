/*
 * src/wire/bulk.c
 *		Bulk load by DB-Library's bcp_ functions.
 *
 * bcp_init() asks for the table's columns and keeps what it hears; everything
 * that FreeTDS does wrongly or not at all with them is found out here before the
 * first row, for in the middle of the message nothing can be taken back:
 *
 * - a NULL for a type that has none ends the process (an assertion);
 * - a value longer than its column is cut off without a word;
 * - a value of another type than the column is converted by rules of FreeTDS's own,
 *	 one of the same type is copied, and characters always are;
 * - length 0 means NULL: an empty value is one without a length whose first byte
 *	 is zero;
 * - from 1.5 on blanks at the end of a character value are cut off; it is not sent
 *	 unless the server pads it.
 *
 * The question is put under SET FMTONLY, in which nothing is executed: a session
 * that might still be in that state is not used again.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/bulk.h"
#include "wire_int.h"

#define TYPE_GUID			36
#define USERTYPE_TIMESTAMP	80

#define ERROR_PERMISSION		229
#define ERROR_COLUMN_PERMISSION	230

typedef enum Form
{
	FORM_NONE,					/* cannot be loaded */
	FORM_FIXED,					/* one size */
	FORM_SIZED,					/* one size, and DB-Library wants to be told */
	FORM_STRING
} Form;

/* How a value is bound, by the column's type; unit: bytes of one of its length. */
static const struct
{
	Form		form;
	WireType	type;			/* of the values */
	int			server_type;
	int			size;
	int			unit;
}			forms[] =
{
	[SQLTYPE_BIT] = {FORM_FIXED, WIRE_TYPE_BIT, SYBBIT, 1},
	[SQLTYPE_TINYINT] = {FORM_FIXED, WIRE_TYPE_TINYINT, SYBINT1, 1},
	[SQLTYPE_SMALLINT] = {FORM_FIXED, WIRE_TYPE_SMALLINT, SYBINT2, 2},
	[SQLTYPE_INT] = {FORM_FIXED, WIRE_TYPE_INT, SYBINT4, 4},
	[SQLTYPE_BIGINT] = {FORM_FIXED, WIRE_TYPE_BIGINT, SYBINT8, 8},
	[SQLTYPE_REAL] = {FORM_FIXED, WIRE_TYPE_REAL, SYBREAL, 4},
	[SQLTYPE_FLOAT] = {FORM_FIXED, WIRE_TYPE_FLOAT, SYBFLT8, 8},
	[SQLTYPE_SMALLMONEY] = {FORM_FIXED, WIRE_TYPE_SMALLMONEY, SYBMONEY4, 4},
	[SQLTYPE_MONEY] = {FORM_FIXED, WIRE_TYPE_MONEY, SYBMONEY, 8},
	[SQLTYPE_DECIMAL] = {FORM_SIZED, WIRE_TYPE_DECIMAL, SYBDECIMAL, sizeof(WireDecimal)},
	[SQLTYPE_DATE] = {FORM_FIXED, WIRE_TYPE_DATE, SYBMSDATE, sizeof(WireDateTime)},
	[SQLTYPE_TIME] = {FORM_FIXED, WIRE_TYPE_TIME, SYBMSTIME, sizeof(WireDateTime)},
	[SQLTYPE_SMALLDATETIME] = {FORM_FIXED, WIRE_TYPE_SMALLDATETIME, SYBDATETIME4, 4},
	[SQLTYPE_DATETIME] = {FORM_FIXED, WIRE_TYPE_DATETIME, SYBDATETIME, 8},
	[SQLTYPE_DATETIME2] = {FORM_FIXED, WIRE_TYPE_DATETIME2, SYBMSDATETIME2, sizeof(WireDateTime)},
	[SQLTYPE_DATETIMEOFFSET] = {FORM_FIXED, WIRE_TYPE_DATETIMEOFFSET, SYBMSDATETIMEOFFSET, sizeof(WireDateTime)},
	[SQLTYPE_UNIQUEIDENTIFIER] = {FORM_FIXED, WIRE_TYPE_GUID, TYPE_GUID, 16},
	[SQLTYPE_CHAR] = {FORM_STRING, WIRE_TYPE_TEXT, SYBCHAR, 0, 1},
	[SQLTYPE_VARCHAR] = {FORM_STRING, WIRE_TYPE_TEXT, SYBCHAR, 0, 1},
	[SQLTYPE_NCHAR] = {FORM_STRING, WIRE_TYPE_UTF16, SYBCHAR, 0, 2},
	[SQLTYPE_NVARCHAR] = {FORM_STRING, WIRE_TYPE_UTF16, SYBCHAR, 0, 2},
	[SQLTYPE_BINARY] = {FORM_STRING, WIRE_TYPE_BINARY, SYBBINARY, 0, 1},
	[SQLTYPE_VARBINARY] = {FORM_STRING, WIRE_TYPE_BINARY, SYBBINARY, 0, 1},
	[SQLTYPE_CLR] = {FORM_NONE}
};

/* Types of the wire that carry no length, so that there is no NULL. */
static const unsigned char without_null[] = {
	SYBBIT, SYBINT1, SYBINT2, SYBINT4, SYBINT8, SYBREAL, SYBFLT8, SYBMONEY4, SYBMONEY,
	SYBDATETIME, SYBDATETIME4
};

bool
wire_load_known(void)
{
	return wire_can(WIRE_BULK_LOAD) || wire_can(WIRE_BULK_LOAD_TRIMS);
}

/* Would FreeTDS cut blanks off that the server does not put back? */
static bool
would_be_trimmed(const SqlType *declared, const WireParameter *value)
{
	const char *bytes = value->value;
	int			last = value->length - 1;

	if (!wire_can(WIRE_BULK_LOAD_TRIMS))
		return false;
	if (declared->name == SQLTYPE_NVARCHAR)
		return last >= 1 && bytes[last] == 0 && bytes[last - 1] == ' ';
	return declared->name == SQLTYPE_VARCHAR && last >= 0 && bytes[last] == ' ';
}

bool
wire_load_takes(const SqlType *declared)
{
	return forms[declared->name].form != FORM_NONE;
}

bool
wire_load_admits(const SqlType *declared, const WireParameter *value)
{
	const WireDecimal *decimal = value->value;

	if (forms[declared->name].form == FORM_NONE || forms[declared->name].type != value->type)
		return false;
	if (value->value == NULL)
		return true;
	if (forms[declared->name].form == FORM_STRING)
		return !would_be_trimmed(declared, value);
	if (value->length != forms[declared->name].size)
		return false;
	return value->type != WIRE_TYPE_DECIMAL ||
		(decimal->precision == declared->precision && decimal->scale == declared->scale);
}

/* Runs a batch without results; the caller has entered.  False: it did not come to its end. */
static bool
run_plain(WireConn *conn, const char *sql)
{
	RETCODE		code;

	dbfreebuf(conn->dbproc);
	if (dbcmd(conn->dbproc, sql) == FAIL || dbsqlexec(conn->dbproc) == FAIL)
		return false;
	while ((code = dbresults(conn->dbproc)) == SUCCEED)
		;
	return code == NO_MORE_RESULTS && !DBDEAD(conn->dbproc);
}

/* After bcp_init() has failed: the error that it had stays. */
static WireStatus
refused(WireConn *conn)
{
	WireError	error = conn->error;

	if (conn->interrupted || DBDEAD(conn->dbproc) || !run_plain(conn, "SET FMTONLY OFF"))
		conn->dead = true;
	conn->error = error;
	if (conn->dead || (error.number != 0 && error.number != ERROR_PERMISSION &&
					   error.number != ERROR_COLUMN_PERMISSION))
		return wire_outcome(conn);
	return WIRE_END;
}

static bool
has_null(const DBCOL2 *info)
{
	return info->Null != 0 &&
		memchr(without_null, info->ServerType, sizeof(without_null)) == NULL;
}

static bool
same_type(const SqlType *one, const SqlType *other)
{
	return one->name == other->name && one->length == other->length &&
		one->precision == other->precision && one->scale == other->scale;
}

/* Does the server leave the column to itself, so that FreeTDS does not send it? */
static bool
is_left_out(const DBCOL2 *info)
{
	return info->Identity || info->UserType == USERTYPE_TIMESTAMP;
}

static bool
fits(const WireLoadColumn *column, const SqlType *type, const DBCOL2 *info)
{
	if (is_left_out(info) || !same_type(&column->declared, type) ||
		(column->nulls && !has_null(info)))
		return false;
	return forms[type->name].form != FORM_STRING || type->length == SQLTYPE_MAX ||
		column->longest <= type->length * forms[type->name].unit;
}

static const WireLoadColumn *
find_column(const WireLoad *load, const char *name)
{
	int			i;

	for (i = 0; i < load->columns; i++)
	{
		if (strcmp(load->column[i].name, name) == 0)
			return &load->column[i];
	}
	return NULL;
}

/*
 * Notes where each of load's columns stands in the table.  False: the table is
 * not as load says, or has a column that gets no value and must not be NULL.
 */
static bool
place_columns(WireConn *conn, const WireLoad *load)
{
	int			count = dbnumcols(conn->dbproc);
	int			found = 0;
	int			i;

	conn->columns = count;		/* they can be asked for like a result's */
	for (i = 0; i < count; i++)
	{
		const char *name = dbcolname(conn->dbproc, i + 1);
		const WireLoadColumn *column = find_column(load, name ? name : "");
		SqlType		type;
		DBCOL2		info;

		wire_column_declared(conn, i, &type);
		if (!wire_load_takes(&type))
			return false;
		memset(&info, 0, sizeof(info));
		info.SizeOfStruct = sizeof(info);
		(void) dbtablecolinfo(conn->dbproc, i + 1, (DBCOL *) &info);
		if (column == NULL)
		{
			if (!is_left_out(&info) && !has_null(&info))
				return false;
			continue;
		}
		if (conn->load_place[column - load->column] != 0 || !fits(column, &type, &info))
			return false;
		conn->load_place[column - load->column] = i + 1;
		found++;
	}
	return found == load->columns;
}

static bool
bind_columns(WireConn *conn, const WireLoad *load)
{
	int			i;

	for (i = 0; i < load->columns; i++)
	{
		SqlTypeName name = load->column[i].declared.name;
		Form		form = forms[name].form;

		/* of a string any length will do: each value has one of its own */
		if (bcp_bind(conn->dbproc, (BYTE *) "", 0, form == FORM_FIXED ? -1 : 1, NULL, 0,
					 forms[name].server_type, conn->load_place[i]) == FAIL)
			return false;
	}
	return !load->keep_nulls ||
		bcp_options(conn->dbproc, BCPHINTS, (BYTE *) "KEEP_NULLS", 10) == SUCCEED;
}

/* Tells FreeTDS where the row's values are.  False: one is not what was said of its column. */
static bool
point_at(WireConn *conn, const WireLoad *load, const WireParameter *values)
{
	int			i;

	for (i = 0; i < load->columns; i++)
	{
		const WireParameter *value = &values[i];
		const WireLoadColumn *column = &load->column[i];
		Form		form = forms[column->declared.name].form;
		bool		empty = value->value == NULL || value->length == 0;
		DBINT		length = value->length;

		if (!wire_load_admits(&column->declared, value) ||
			(value->value == NULL && !column->nulls) ||
			(form == FORM_STRING && value->length > column->longest))
			return false;
		if (value->value == NULL)
			length = 0;
		else if (empty || form == FORM_FIXED)
			length = -1;
		if (bcp_colptr(conn->dbproc, (BYTE *) (empty ? "" : value->value), conn->load_place[i]) == FAIL ||
			bcp_collen(conn->dbproc, length, conn->load_place[i]) == FAIL)
			return false;
	}
	return true;
}

WireStatus
wire_load_begin(WireConn *conn, const WireLoad *load)
{
	WireStatus	status = WIRE_END;

	wire_begin(conn);
	conn->batch_done = true;
	conn->load_count = -1;
	free(conn->load_place);
	conn->load_place = calloc(load->columns + 1, sizeof(int));
	if (conn->dead)
		return WIRE_LOST;
	if (conn->load_place == NULL)
		return WIRE_END;
	wire_enter(conn, WIRE_MODE_STATEMENT);
	if (bcp_init(conn->dbproc, load->table, NULL, NULL, DB_IN) == FAIL)
		status = refused(conn);
	else if (conn->interrupted || conn->error.number != 0)
	{
		/* whatever it was, FMTONLY may be on */
		conn->dead = true;
		status = wire_outcome(conn);
	}
	else if (place_columns(conn, load) && bind_columns(conn, load))
		status = wire_outcome(conn);
	conn->columns = 0;
	wire_leave();
	return status;
}

/*
 * The first row is preceded by the INSERT BULK statement: as long as the server
 * refuses that, nothing of the message has been sent.
 */
static bool
send_rows(WireConn *conn, const WireLoad *load, int rows, const WireParameter *values)
{
	int			i;

	for (i = 0; i < rows; i++)
	{
		if (point_at(conn, load, values + (size_t) i * load->columns) &&
			bcp_sendrow(conn->dbproc) == SUCCEED && !conn->interrupted)
			continue;
		wire_note(conn, "a row could not be sent");
		if (i > 0 || conn->error.number == 0 || conn->interrupted)
			conn->dead = true;
		return false;
	}
	return true;
}

WireStatus
wire_load_send(WireConn *conn, const WireLoad *load, int rows, const WireParameter *values)
{
	WireStatus	status;
	int64_t		taken;

	if (conn->dead)
		return WIRE_LOST;
	wire_enter(conn, WIRE_MODE_STATEMENT);
	if (send_rows(conn, load, rows, values))
	{
		taken = wire_bytes_taken(conn, false);
		conn->load_count = bcp_done(conn->dbproc);
		if (conn->load_count < 0)
			wire_note(conn, "the answer to a bulk load could not be read");
		else if (taken >= 0 && wire_bytes_taken(conn, true) == taken)
		{
			/* see check_taken() in query.c */
			wire_note(conn, "the server has answered a bulk load before it was sent");
			conn->dead = true;
		}
	}
	status = wire_outcome(conn);
	wire_leave();
	return status;
}

int64_t
wire_load_count(const WireConn *conn)
{
	return conn->load_count;
}
