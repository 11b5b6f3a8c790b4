/*
 * src/wire/argument.c
 *		One parameter, in the form in which DB-Library can send it.
 *
 * Most types go as they are.  Of a uniqueidentifier and of a date DB-Library can
 * send nothing but a NULL, and of a decimal anything but that: they go as text, as
 * the first moment of the day, and as an integer's NULL.  Characters go as
 * nvarchar, which keeps them all, and bytes as varbinary.  Whatever it is, the
 * server converts it to the declared type.
 *
 * A length of 0 means NULL to DB-Library, whatever the type: see
 * wire_argument_literal().
 */
#include <stdio.h>

#include "wire_int.h"

#define GUID_BYTES		16
#define SHORT_TEXT		4000	/* bytes; more of them as SYBVARCHAR lose characters */
#define SHORT_BINARY	8000

/* The types whose values have one size. */
static const struct
{
	int			server_type;
	int			size;
	bool		sized;			/* DB-Library wants to be told */
}			fixed[] =
{
	[WIRE_TYPE_BIT] = {SYBBIT, 1, false},
	[WIRE_TYPE_TINYINT] = {SYBINT1, 1, false},
	[WIRE_TYPE_SMALLINT] = {SYBINT2, 2, false},
	[WIRE_TYPE_INT] = {SYBINT4, 4, false},
	[WIRE_TYPE_BIGINT] = {SYBINT8, 8, false},
	[WIRE_TYPE_REAL] = {SYBREAL, 4, false},
	[WIRE_TYPE_FLOAT] = {SYBFLT8, 8, false},
	[WIRE_TYPE_SMALLMONEY] = {SYBMONEY4, 4, false},
	[WIRE_TYPE_MONEY] = {SYBMONEY, 8, false},
	[WIRE_TYPE_DECIMAL] = {SYBDECIMAL, sizeof(WireDecimal), true},
	[WIRE_TYPE_DATETIME] = {SYBDATETIME, 8, false},
	[WIRE_TYPE_SMALLDATETIME] = {SYBDATETIME4, 4, false},
	[WIRE_TYPE_DATE] = {SYBMSDATETIME2, sizeof(WireDateTime), true},
	[WIRE_TYPE_TIME] = {SYBMSTIME, sizeof(WireDateTime), true},
	[WIRE_TYPE_DATETIME2] = {SYBMSDATETIME2, sizeof(WireDateTime), true},
	[WIRE_TYPE_DATETIMEOFFSET] = {SYBMSDATETIMEOFFSET, sizeof(WireDateTime), true}
};

/* The first three fields stand little-endian. */
static void
format_guid(const unsigned char *bytes, char *text)
{
	snprintf(text, WIRE_GUID_TEXT + 1,
			 "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X",
			 bytes[3], bytes[2], bytes[1], bytes[0], bytes[5], bytes[4], bytes[7], bytes[6],
			 bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

static bool
guid_argument(const WireParameter *parameter, WireArgument *argument)
{
	argument->server_type = SYBVARCHAR;
	if (parameter->value == NULL)
		return true;
	if (parameter->length != GUID_BYTES)
		return false;
	format_guid(parameter->value, argument->text);
	argument->value = argument->text;
	argument->length = WIRE_GUID_TEXT;
	return true;
}

bool
wire_argument(const WireParameter *parameter, WireArgument *argument)
{
	WireType	type = parameter->type;

	argument->status = 0;
	argument->value = parameter->length > 0 ? parameter->value : NULL;
	argument->length = argument->value != NULL ? parameter->length : 0;
	switch (type)
	{
		case WIRE_TYPE_GUID:
			return guid_argument(parameter, argument);
		case WIRE_TYPE_TEXT:
			argument->server_type = argument->length > SHORT_TEXT ? SYBNTEXT : SYBVARCHAR;
			return true;
		case WIRE_TYPE_BINARY:
			argument->server_type = argument->length > SHORT_BINARY ? SYBIMAGE : SYBVARBINARY;
			return true;
		default:
			if (type >= sizeof(fixed) / sizeof(fixed[0]) || fixed[type].server_type == 0 ||
				(parameter->value != NULL && parameter->length != fixed[type].size))
				return false;
			argument->server_type = type == WIRE_TYPE_DECIMAL && parameter->value == NULL ?
				SYBINT4 : fixed[type].server_type;
			if (parameter->value != NULL && !fixed[type].sized)
				argument->length = -1;
			return true;
	}
}

const char *
wire_argument_literal(const WireParameter *parameter)
{
	if (parameter->value == NULL || parameter->length > 0)
		return NULL;
	return parameter->type == WIRE_TYPE_TEXT ? "N''" :
		parameter->type == WIRE_TYPE_BINARY ? "0x" : NULL;
}
