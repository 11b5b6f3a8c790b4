/*
 * src/value/encode_string.c
 *		Characters, bytes and uuids for the server.
 *
 * Declared lengths are few, so that the same statement with other strings is the
 * same statement over there.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "encode_int.h"
#include "option/compat.h"

#define UNITS_MAX	4000		/* of nvarchar(n) */
#define BYTES_MAX	8000		/* of varchar(n), varbinary(n) */

const char *
tmf_string_utf8(const char *text, int *length)
{
	char	   *converted = pg_server_to_any(text, *length, PG_UTF8);

	if (converted != text)
		*length = strlen(converted);
	return converted;
}

/* Units of UTF-16: those beyond U+FFFF, of four bytes, take two. */
int
tmf_string_units(const char *text, int length)
{
	int			units = 0;
	int			i;

	for (i = 0; i < length; i++)
	{
		unsigned char byte = text[i];

		units += (byte & 0xc0) != 0x80;
		units += byte >= 0xf0;
	}
	return units;
}

/* Most is, and most is short: eight bytes at a time, the last ones once more. */
bool
tmf_string_is_ascii(const char *text, int length)
{
	const uint64 high = UINT64CONST(0x8080808080808080);
	uint64		any = 0;
	uint64		word;
	int			i;

	if (length < (int) sizeof(word))
	{
		for (i = 0; i < length; i++)
			any |= (unsigned char) text[i];
		return (any & high) == 0;
	}
	for (i = 0; i <= length - (int) sizeof(word); i += sizeof(word))
	{
		memcpy(&word, text + i, sizeof(word));
		any |= word;
	}
	memcpy(&word, text + length - sizeof(word), sizeof(word));
	any |= word;
	return (any & high) == 0;
}

void
tmf_string_characters(const char *text, int length, bool ascii, WireParameter *parameter)
{
	bool		narrow = ascii && tmf_string_is_ascii(text, length);

	parameter->type = WIRE_TYPE_TEXT;
	parameter->value = text;
	parameter->length = length;
	parameter->declared = (SqlType) {.name = narrow ? SQLTYPE_VARCHAR : SQLTYPE_NVARCHAR};
	if (narrow)
		parameter->declared.length = length <= BYTES_MAX ? BYTES_MAX : SQLTYPE_MAX;
	else
		parameter->declared.length = length <= UNITS_MAX || tmf_string_units(text, length) <= UNITS_MAX ?
			UNITS_MAX : SQLTYPE_MAX;
}

/* SQL Server keeps the first three fields of a guid little-endian. */
static void
write_uuid(Datum value, WireParameter *parameter)
{
	static const uint8 order[UUID_LEN] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const pg_uuid_t *uuid = DatumGetUUIDP(value);
	uint8	   *bytes = palloc(UUID_LEN);
	int			i;

	for (i = 0; i < UUID_LEN; i++)
		bytes[i] = uuid->data[order[i]];
	parameter->value = bytes;
	parameter->length = UUID_LEN;
}

static void
write_bytes(Datum value, WireParameter *parameter)
{
	const bytea *bytes = DatumGetByteaPP(value);

	parameter->length = VARSIZE_ANY_EXHDR(bytes);
	parameter->value = memcpy(palloc(parameter->length + 1), VARDATA_ANY(bytes), parameter->length);
	if (parameter->length > BYTES_MAX)
		parameter->declared.length = SQLTYPE_MAX;
}

static void
write_characters(Datum value, bool ascii, WireParameter *parameter)
{
	const text *characters = DatumGetTextPP(value);
	int			length = VARSIZE_ANY_EXHDR(characters);
	const char *local = pnstrdup(VARDATA_ANY(characters), length);
	const char *converted = tmf_string_utf8(local, &length);

	tmf_string_characters(converted, length, ascii, parameter);
}

static bool
is_varchar(const SqlType *as)
{
	return as->name == SQLTYPE_CHAR || as->name == SQLTYPE_VARCHAR || as->name == SQLTYPE_TEXT;
}

void
tmf_string_write(Datum value, bool isnull, Oid local, const SqlType *as, WireParameter *parameter)
{
	switch (local)
	{
		case UUIDOID:
			parameter->type = WIRE_TYPE_GUID;
			parameter->declared = *as;
			if (!isnull)
				write_uuid(value, parameter);
			break;
		case BYTEAOID:
			parameter->type = WIRE_TYPE_BINARY;
			parameter->declared = (SqlType) {.name = SQLTYPE_VARBINARY, .length = BYTES_MAX};
			if (!isnull)
				write_bytes(value, parameter);
			break;
		default:
			tmf_string_characters(NULL, 0, is_varchar(as), parameter);
			if (!isnull)
				write_characters(value, is_varchar(as), parameter);
			break;
	}
}

/* In the database's encoding. */
void
tmf_string_text(Datum value, Oid local, StringInfo text)
{
	if (local == UUIDOID)
		appendStringInfoString(text, DatumGetCString(DirectFunctionCall1(uuid_out, value)));
	else if (local == BYTEAOID)
	{
		const bytea *bytes = DatumGetByteaPP(value);
		int			length = VARSIZE_ANY_EXHDR(bytes);

		appendStringInfoString(text, "0x");
		enlargeStringInfo(text, length * 2);
		text->len += hex_encode(VARDATA_ANY(bytes), length, text->data + text->len);
		text->data[text->len] = '\0';
	}
	else
	{
		const bytea *characters = DatumGetByteaPP(value);

		appendBinaryStringInfo(text, VARDATA_ANY(characters), VARSIZE_ANY_EXHDR(characters));
	}
}
