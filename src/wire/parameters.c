/*
 * src/wire/parameters.c
 *		A statement with typed parameters, as a remote call: sp_executesql,
 *		sp_prepexec, sp_execute.
 *
 * The statement and the declarations go as ntext, which FreeTDS sends as
 * nvarchar(max): shorter types lose characters beyond 4,000 bytes.  The values
 * follow by position, in the forms that argument.c knows.  What has no form, an
 * empty string, is sent as NULL and assigned by the statement: "SET @P1 = N'';"
 * before its text, where a parameter is a variable like any other.
 *
 * The handle of a prepared statement is an output parameter: it stands at the
 * end of the answer, and what cuts that answer off cuts off the handle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

#define DECLARATION_MAX (SQLTYPE_TEXT_MAX + 16) /* "@P2098 uniqueidentifier, " */
#define ASSIGNMENT_MAX	24		/* "SET @P2098 = N'';" */

/* declarations: NULL where the server knows them.  False with a note. */
static bool
make_arguments(WireConn *conn, int count, const WireParameter *parameters, char *declarations,
			   WireArgument *arguments)
{
	char		declared[SQLTYPE_TEXT_MAX];
	int			i;

	if (declarations != NULL)
		*declarations = '\0';	/* of no parameters, too */
	for (i = 0; i < count; i++)
	{
		if (!wire_argument(&parameters[i], &arguments[i]))
		{
			wire_note(conn, "a parameter has a type that cannot be sent");
			return false;
		}
		if (declarations == NULL)
			continue;
		sqltype_format(&parameters[i].declared, declared);
		declarations += snprintf(declarations, DECLARATION_MAX, "%s@P%d %s",
								 i > 0 ? ", " : "", i + 1, declared);
	}
	return true;
}

bool
wire_preparable(int count, const WireParameter *parameters)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (wire_argument_literal(&parameters[i]) != NULL)
			return false;
	}
	return true;
}

/* What must run before the statement, and the statement; NULL: no memory. */
static char *
make_text(const char *sql, int count, const WireParameter *parameters)
{
	char	   *text;
	char	   *end;
	size_t		assignments = 0;
	int			i;

	for (i = 0; i < count; i++)
		assignments += wire_argument_literal(&parameters[i]) != NULL;
	text = malloc(assignments * ASSIGNMENT_MAX + strlen(sql) + 1);
	if (text == NULL)
		return NULL;
	end = text;
	for (i = 0; i < count; i++)
	{
		const char *literal = wire_argument_literal(&parameters[i]);

		if (literal != NULL)
			end += snprintf(end, ASSIGNMENT_MAX, "SET @P%d = %s;", i + 1, literal);
	}
	strcpy(end, sql);
	return text;
}

static WireArgument
text_argument(const char *text)
{
	return (WireArgument) {.server_type = SYBNTEXT, .value = text, .length = (int) strlen(text)};
}

static WireArgument
handle_argument(BYTE status, const int32_t *handle)
{
	return (WireArgument) {.status = status, .server_type = SYBINT4, .value = handle, .length = -1};
}

static bool
add_arguments(DBPROCESS *dbproc, int count, const WireArgument *arguments)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (dbrpcparam(dbproc, NULL, arguments[i].status, arguments[i].server_type, -1,
					   arguments[i].length, (BYTE *) arguments[i].value) == FAIL)
			return false;
	}
	return true;
}

/* A call that failed before stays in the list until it is reset. */
static void
send_call(WireConn *conn, const char *procedure, int heads, const WireArgument *head,
		  int count, const WireArgument *arguments)
{
	DBPROCESS  *dbproc = conn->dbproc;

	wire_enter(conn, WIRE_MODE_STATEMENT);
	if (dbrpcinit(dbproc, "", DBRPCRESET) == FAIL ||
		dbrpcinit(dbproc, procedure, 0) == FAIL ||
		!add_arguments(dbproc, heads, head) || !add_arguments(dbproc, count, arguments) ||
		dbrpcsend(dbproc) == FAIL)
	{
		wire_note(conn, "the statement could not be sent");
		(void) dbrpcinit(dbproc, "", DBRPCRESET);
	}
	wire_leave();
}

/* With the statement's text: handle is NULL, or that of a statement to be released. */
static WireStatus
send_text(WireConn *conn, const char *sql, const int32_t *handle, int count,
		  const WireParameter *parameters)
{
	char	   *text = make_text(sql, count, parameters);
	char	   *declarations = malloc((size_t) count * DECLARATION_MAX + 1);
	WireArgument *arguments = malloc((size_t) count * sizeof(WireArgument) + 1);
	WireStatus	status;

	wire_begin(conn);
	if (text == NULL || declarations == NULL || arguments == NULL)
		wire_note(conn, "out of memory for the parameters");
	else if (!conn->dead && make_arguments(conn, count, parameters, declarations, arguments))
	{
		if (handle == NULL)
		{
			WireArgument head[] = {text_argument(text), text_argument(declarations)};

			send_call(conn, "sp_executesql", 2, head, count, arguments);
		}
		else
		{
			WireArgument head[] = {handle_argument(DBRPCRETURN, handle),
			text_argument(declarations), text_argument(text)};

			conn->preparing = true;
			send_call(conn, "sp_prepexec", 3, head, count, arguments);
		}
	}
	status = wire_outcome(conn);
	free(text);
	free(declarations);
	free(arguments);
	return status;
}

WireStatus
wire_send_parameters(WireConn *conn, const char *sql, int count, const WireParameter *parameters)
{
	return send_text(conn, sql, NULL, count, parameters);
}

WireStatus
wire_send_prepare(WireConn *conn, const char *sql, int32_t release, int count,
				  const WireParameter *parameters)
{
	return send_text(conn, sql, &release, count, parameters);
}

WireStatus
wire_send_prepared(WireConn *conn, int32_t handle, int count, const WireParameter *parameters)
{
	WireArgument *arguments = malloc((size_t) count * sizeof(WireArgument) + 1);
	WireArgument head = handle_argument(0, &handle);
	WireStatus	status;

	wire_begin(conn);
	if (arguments == NULL)
		wire_note(conn, "out of memory for the parameters");
	else if (!conn->dead && make_arguments(conn, count, parameters, NULL, arguments))
		send_call(conn, "sp_execute", 1, &head, count, arguments);
	status = wire_outcome(conn);
	free(arguments);
	return status;
}

void
wire_take_handle(WireConn *conn)
{
	const BYTE *value;

	if (!conn->preparing || dbnumrets(conn->dbproc) != 1 || dbrettype(conn->dbproc, 1) != SYBINT4)
		return;
	value = dbretdata(conn->dbproc, 1);
	if (value != NULL && dbretlen(conn->dbproc, 1) == sizeof(conn->handle))
		memcpy(&conn->handle, value, sizeof(conn->handle));
}

int32_t
wire_handle(const WireConn *conn)
{
	return conn->handle;
}
