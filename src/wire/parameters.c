/*
 * src/wire/parameters.c
 *		A statement with typed parameters: sp_executesql as a remote call.
 *
 * The statement and the declarations go as ntext, which FreeTDS sends as
 * nvarchar(max): shorter types lose characters beyond 4,000 bytes.  The values
 * follow by position.  Of a uniqueidentifier DB-Library can send nothing but a
 * NULL, so it goes as text, which the server converts to the declared type.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

#define GUID_BYTES	16
#define GUID_TEXT	36
#define DECLARATION_MAX 32		/* "@P2098 uniqueidentifier, " */

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

/* False with a note: a type that cannot be sent. */
static bool
prepare(WireConn *conn, int count, const WireParameter *parameters, char *declarations,
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
		declarations += snprintf(declarations, DECLARATION_MAX, "%s@P%d %s", i > 0 ? ", " : "",
								 i + 1, kind->declared);
	}
	return true;
}

static RETCODE
add_text(DBPROCESS *dbproc, const char *text)
{
	return dbrpcparam(dbproc, NULL, 0, SYBNTEXT, -1, (DBINT) strlen(text), (BYTE *) text);
}

/* A call that failed before stays in the list until it is reset. */
static bool
send_call(DBPROCESS *dbproc, const char *sql, const char *declarations, int count,
		  const Argument *arguments)
{
	int			i;

	if (dbrpcinit(dbproc, "", DBRPCRESET) == FAIL ||
		dbrpcinit(dbproc, "sp_executesql", 0) == FAIL ||
		add_text(dbproc, sql) == FAIL || add_text(dbproc, declarations) == FAIL)
		return false;
	for (i = 0; i < count; i++)
	{
		if (dbrpcparam(dbproc, NULL, 0, arguments[i].server_type, -1, arguments[i].length,
					   (BYTE *) arguments[i].value) == FAIL)
			return false;
	}
	return dbrpcsend(dbproc) == SUCCEED;
}

WireStatus
wire_send_parameters(WireConn *conn, const char *sql, int count, const WireParameter *parameters)
{
	char	   *declarations = malloc((size_t) count * DECLARATION_MAX + 1);
	Argument   *arguments = malloc((size_t) count * sizeof(Argument) + 1);
	WireStatus	status;

	wire_begin(conn);
	if (declarations == NULL || arguments == NULL)
		wire_note(conn, "out of memory for the parameters");
	else if (!conn->dead && prepare(conn, count, parameters, declarations, arguments))
	{
		wire_enter(conn, WIRE_MODE_STATEMENT);
		if (!send_call(conn->dbproc, sql, declarations, count, arguments))
		{
			wire_note(conn, "the statement could not be sent");
			(void) dbrpcinit(conn->dbproc, "", DBRPCRESET);
		}
		wire_leave();
	}
	status = wire_outcome(conn);
	free(declarations);
	free(arguments);
	return status;
}
