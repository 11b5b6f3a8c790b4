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

/* What a call needs besides the caller's values until it is sent. */
typedef struct Call
{
	char	   *declarations;
	char	   *texts;			/* GUID_TEXT + 1 bytes for each parameter */
} Call;

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

/* False with a note: out of memory, or a type that cannot be sent. */
static bool
prepare(WireConn *conn, int count, const WireParameter *parameters, Call *call)
{
	size_t		used = 0;
	int			i;

	call->declarations = malloc((size_t) count * DECLARATION_MAX + 1);
	call->texts = malloc((size_t) count * (GUID_TEXT + 1) + 1);
	if (call->declarations == NULL || call->texts == NULL)
	{
		wire_note(conn, "out of memory for the parameters");
		return false;
	}
	for (i = 0; i < count; i++)
	{
		const ParameterKind *kind = kind_of(parameters[i].type);

		if (kind == NULL ||
			(parameters[i].type == WIRE_TYPE_GUID && parameters[i].value != NULL &&
			 parameters[i].length != GUID_BYTES))
		{
			wire_note(conn, "a parameter has a type that cannot be sent");
			return false;
		}
		used += (size_t) snprintf(call->declarations + used, DECLARATION_MAX, "%s@P%d %s",
								  i > 0 ? ", " : "", i + 1, kind->declared);
	}
	return true;
}

/* A length of 0 means NULL; fixed types have none of their own. */
static RETCODE
add_parameter(DBPROCESS *dbproc, const WireParameter *parameter, char *text)
{
	const ParameterKind *kind = kind_of(parameter->type);

	if (parameter->value == NULL)
		return dbrpcparam(dbproc, NULL, 0, kind->server_type, -1, 0, NULL);
	if (parameter->type != WIRE_TYPE_GUID)
		return dbrpcparam(dbproc, NULL, 0, kind->server_type, -1, -1, (BYTE *) parameter->value);
	format_guid(parameter->value, text);
	return dbrpcparam(dbproc, NULL, 0, kind->server_type, -1, GUID_TEXT, (BYTE *) text);
}

static RETCODE
add_text(DBPROCESS *dbproc, const char *text)
{
	return dbrpcparam(dbproc, NULL, 0, SYBNTEXT, -1, (DBINT) strlen(text), (BYTE *) text);
}

/* A call that failed before stays in the list until it is reset. */
static bool
send_call(DBPROCESS *dbproc, const char *sql, int count, const WireParameter *parameters,
		  const Call *call)
{
	int			i;

	if (dbrpcinit(dbproc, "", DBRPCRESET) == FAIL ||
		dbrpcinit(dbproc, "sp_executesql", 0) == FAIL ||
		add_text(dbproc, sql) == FAIL || add_text(dbproc, call->declarations) == FAIL)
		return false;
	for (i = 0; i < count; i++)
	{
		if (add_parameter(dbproc, &parameters[i], call->texts + i * (GUID_TEXT + 1)) == FAIL)
			return false;
	}
	return dbrpcsend(dbproc) == SUCCEED;
}

WireStatus
wire_send_parameters(WireConn *conn, const char *sql, int count, const WireParameter *parameters)
{
	Call		call = {NULL, NULL};
	WireStatus	status;

	wire_begin(conn);
	if (conn->dead)
		return WIRE_LOST;
	if (prepare(conn, count, parameters, &call))
	{
		wire_enter(conn, WIRE_MODE_STATEMENT);
		if (!send_call(conn->dbproc, sql, count, parameters, &call))
		{
			wire_note(conn, "the statement could not be sent");
			(void) dbrpcinit(conn->dbproc, "", DBRPCRESET);
		}
		wire_leave();
	}
	status = wire_outcome(conn);
	free(call.declarations);
	free(call.texts);
	return status;
}
