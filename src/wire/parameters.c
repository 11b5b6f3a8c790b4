/*
 * src/wire/parameters.c
 *		A statement with typed parameters, as a remote call: sp_executesql,
 *		sp_prepexec, sp_execute.
 *
 * The statement and the declarations go as ntext, which FreeTDS sends as
 * nvarchar(max): shorter types lose characters beyond 4,000 bytes.  The values
 * follow by position.  Of a uniqueidentifier DB-Library can send nothing but a
 * NULL, so it goes as text, which the server converts to the declared type.
 *
 * The handle of a prepared statement is an output parameter: it stands at the
 * end of the answer, and what cuts that answer off cuts off the handle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

#define GUID_BYTES	16
#define GUID_TEXT	36
#define DECLARATION_MAX 32		/* "@P2098 uniqueidentifier, " */

/* What is declared follows from the type alone: statements are prepared for types. */
typedef struct ParameterKind
{
	WireType	type;
	const char *declared;
	int			server_type;	/* in which the value goes */
} ParameterKind;

static const ParameterKind kinds[] = {
	{WIRE_TYPE_INT, "int", SYBINT4},
	{WIRE_TYPE_BIGINT, "bigint", SYBINT8},
	{WIRE_TYPE_GUID, "uniqueidentifier", SYBVARCHAR}
};

typedef struct Argument
{
	BYTE		status;			/* DBRPCRETURN: the server sends a value back */
	int			server_type;
	const void *value;			/* NULL: SQL NULL */
	int			length;			/* 0 means NULL; -1: that of a fixed type */
	char		text[GUID_TEXT + 1];
} Argument;

static const ParameterKind *
kind_of(WireType type)
{
	size_t		i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

/* The first three fields stand little-endian. */
static void
format_guid(const unsigned char *bytes, char *text)
{
	snprintf(text, GUID_TEXT + 1,
			 "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X",
			 bytes[3], bytes[2], bytes[1], bytes[0], bytes[5], bytes[4], bytes[7], bytes[6],
			 bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

static bool
make_argument(const WireParameter *parameter, const ParameterKind *kind, Argument *argument)
{
	argument->status = 0;
	argument->server_type = kind->server_type;
	argument->value = parameter->value;
	argument->length = parameter->value != NULL ? -1 : 0;
	if (parameter->type != WIRE_TYPE_GUID || parameter->value == NULL)
		return true;
	if (parameter->length != GUID_BYTES)
		return false;
	format_guid(parameter->value, argument->text);
	argument->value = argument->text;
	argument->length = GUID_TEXT;
	return true;
}

/*
 * declarations: NULL where the server knows them.  False with a note: a type
 * that cannot be sent.
 */
static bool
make_arguments(WireConn *conn, int count, const WireParameter *parameters, char *declarations,
			   Argument *arguments)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		const ParameterKind *kind = kind_of(parameters[i].type);

		if (kind == NULL || !make_argument(&parameters[i], kind, &arguments[i]))
		{
			wire_note(conn, "a parameter has a type that cannot be sent");
			return false;
		}
		if (declarations != NULL)
			declarations += snprintf(declarations, DECLARATION_MAX, "%s@P%d %s",
									 i > 0 ? ", " : "", i + 1, kind->declared);
	}
	return true;
}

static Argument
text_argument(const char *text)
{
	return (Argument) {.server_type = SYBNTEXT, .value = text, .length = (int) strlen(text)};
}

static Argument
handle_argument(BYTE status, const int32_t *handle)
{
	return (Argument) {.status = status, .server_type = SYBINT4, .value = handle, .length = -1};
}

static bool
add_arguments(DBPROCESS *dbproc, int count, const Argument *arguments)
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
send_call(WireConn *conn, const char *procedure, int heads, const Argument *head,
		  int count, const Argument *arguments)
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
	char	   *declarations = malloc((size_t) count * DECLARATION_MAX + 1);
	Argument   *arguments = malloc((size_t) count * sizeof(Argument) + 1);
	WireStatus	status;

	wire_begin(conn);
	if (declarations == NULL || arguments == NULL)
		wire_note(conn, "out of memory for the parameters");
	else if (!conn->dead && make_arguments(conn, count, parameters, declarations, arguments))
	{
		if (handle == NULL)
		{
			Argument	head[] = {text_argument(sql), text_argument(declarations)};

			send_call(conn, "sp_executesql", 2, head, count, arguments);
		}
		else
		{
			Argument	head[] = {handle_argument(DBRPCRETURN, handle),
			text_argument(declarations), text_argument(sql)};

			conn->preparing = true;
			send_call(conn, "sp_prepexec", 3, head, count, arguments);
		}
	}
	status = wire_outcome(conn);
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
	Argument   *arguments = malloc((size_t) count * sizeof(Argument) + 1);
	Argument	head = handle_argument(0, &handle);
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
