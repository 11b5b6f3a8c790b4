/*
 * src/value/string.c
 *		Characters, bytes and uuids.
 *
 * Characters arrive as UTF-8 that FreeTDS has made, or as UTF-16 where the
 * statement asks for their bytes; neither has a NUL at the end.  PostgreSQL
 * cannot store U+0000, and nothing may be cut off in silence: such a value is an
 * error.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "option/compat.h"
#include "pure/utf16.h"
#include "value/functions.h"

pg_noreturn static void raise_zero(const TmfDecoder *decoder);

static void
raise_zero(const TmfDecoder *decoder)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("value of column \"%s\" contains the character U+0000", decoder->column),
			 errhint("Replace it in the option \"query\", or read the column as varbinary into bytea.")));
}

/*
 * The value in the database's encoding.  *length changes with it; the result
 * may be value itself.  A character that the encoding lacks raises 22P05.
 */
static const char *
server_text(TmfDecoder *decoder, const void *value, int *length)
{
	const char *text = value;
	char	   *converted;

	if (!pg_verify_mbstr(PG_UTF8, text, *length, true))
	{
		if (memchr(text, '\0', *length) != NULL)
			raise_zero(decoder);
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("value of column \"%s\" is not valid UTF-8", decoder->column)));
	}
	if (GetDatabaseEncoding() == PG_UTF8)
		return text;
	converted = pg_any_to_server(text, *length, PG_UTF8);
	if (converted != text)
		*length = strlen(converted);
	return converted;
}

/*
 * Is text of 7-bit characters other than U+0000 alone?  Then it stands as it is
 * in every encoding of a database.  Most is, and most is short: eight bytes at a
 * time, the last ones once more.
 */
static bool
is_plain_ascii(const char *text, int length)
{
	const uint64 high = UINT64CONST(0x8080808080808080);
	uint64		any = 0;		/* a high bit where a byte has one */
	uint64		every = high;	/* no high bit where a 7-bit byte is zero */
	uint64		word;
	int			i;

	if (length < (int) sizeof(word))
	{
		for (i = 0; i < length; i++)
		{
			if (text[i] == '\0' || IS_HIGHBIT_SET(text[i]))
				return false;
		}
		return true;
	}
	for (i = 0; i <= length - (int) sizeof(word); i += sizeof(word))
	{
		memcpy(&word, text + i, sizeof(word));
		any |= word;
		every &= word + ~high;
	}
	memcpy(&word, text + length - sizeof(word), sizeof(word));
	any |= word;
	every &= word + ~high;
	return (any & high) == 0 && (every & high) == high;
}

static Datum
make_varlena(TmfDecoder *decoder, const void *bytes, int length)
{
	struct varlena *made = tmf_decode_room(decoder, (size_t) length + VARHDRSZ);

	SET_VARSIZE(made, length + VARHDRSZ);
	memcpy(VARDATA(made), bytes, length);
	return PointerGetDatum(made);
}

Datum
tmf_decode_text_text(TmfDecoder *decoder, const void *value, int length)
{
	const char *text = value;

	if (!is_plain_ascii(text, length))
		text = server_text(decoder, text, &length);
	return make_varlena(decoder, text, length);
}

Datum
tmf_decode_text_input(TmfDecoder *decoder, const void *value, int length)
{
	const char *text = server_text(decoder, value, &length);

	return InputFunctionCall(&decoder->input, pnstrdup(text, length),
							 decoder->input_argument, decoder->typmod);
}

/*
 * The rest of a value behind its ascii first characters, which are in head.
 * The worst case is three bytes for each unit.
 */
static text *
utf16_rest(TmfDecoder *decoder, const unsigned char *value, size_t units, text *head, size_t ascii)
{
	text	   *result = tmf_decode_room(decoder, VARHDRSZ + ascii +
										 UTF16_BYTES_MAX(units - ascii) + 1);
	char	   *converted;
	size_t		length;

	memcpy(VARDATA(result), VARDATA(head), ascii);
	switch (utf16_to_utf8(value + 2 * ascii, units - ascii,
						  (unsigned char *) VARDATA(result) + ascii, &length))
	{
		case UTF16_OK:
			break;
		case UTF16_ZERO:
			raise_zero(decoder);
		case UTF16_UNPAIRED:
			ereport(ERROR,
					(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
					 errmsg("value of column \"%s\" contains half of a surrogate pair, which has no equivalent in Unicode",
							decoder->column),
					 errhint("Replace it in the option \"query\", or read the column as varbinary into bytea.")));
	}
	length += ascii;
	SET_VARSIZE(result, VARHDRSZ + length);
	if (GetDatabaseEncoding() == PG_UTF8)
		return result;
	converted = pg_any_to_server(VARDATA(result), length, PG_UTF8);
	if (converted == VARDATA(result))
		return result;
	length = strlen(converted);
	result = cstring_to_text_with_len(converted, length + 1);
	SET_VARSIZE(result, VARHDRSZ + length);
	return result;
}

/*
 * A value of UTF-16LE as text, with room for a NUL behind it.  ASCII is the same
 * in every encoding that a database can have.
 */
static text *
utf16_text(TmfDecoder *decoder, const void *value, int length)
{
	size_t		units = length / 2;
	text	   *result;
	size_t		ascii;

	if (length % 2 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("value of column \"%s\" has %d bytes, which is no UTF-16",
						decoder->column, length)));
	result = tmf_decode_room(decoder, VARHDRSZ + units + 1);
	ascii = utf16_ascii(value, units, (unsigned char *) VARDATA(result));
	if (ascii < units)
		return utf16_rest(decoder, value, units, result, ascii);
	SET_VARSIZE(result, VARHDRSZ + units);
	return result;
}

Datum
tmf_decode_utf16_text(TmfDecoder *decoder, const void *value, int length)
{
	return PointerGetDatum(utf16_text(decoder, value, length));
}

Datum
tmf_decode_utf16_input(TmfDecoder *decoder, const void *value, int length)
{
	text	   *characters = utf16_text(decoder, value, length);
	char	   *terminated = VARDATA(characters);

	terminated[VARSIZE(characters) - VARHDRSZ] = '\0';
	return InputFunctionCall(&decoder->input, terminated, decoder->input_argument,
							 decoder->typmod);
}

Datum
tmf_decode_binary_bytea(TmfDecoder *decoder, const void *value, int length)
{
	return make_varlena(decoder, value, length);
}

/* SQL Server keeps the first three fields of a guid little-endian. */
Datum
tmf_decode_guid_uuid(TmfDecoder *decoder, const void *value, int length)
{
	const uint8 *guid = value;
	pg_uuid_t  *uuid;
	uint32		first;
	uint16		second;
	uint16		third;

	tmf_decode_check_size(decoder, length, UUID_LEN);
	memcpy(&first, guid, sizeof(first));
	memcpy(&second, guid + 4, sizeof(second));
	memcpy(&third, guid + 6, sizeof(third));
	first = pg_bswap32(first);
	second = pg_bswap16(second);
	third = pg_bswap16(third);
	uuid = tmf_decode_room(decoder, sizeof(pg_uuid_t));
	memcpy(uuid->data, &first, sizeof(first));
	memcpy(uuid->data + 4, &second, sizeof(second));
	memcpy(uuid->data + 6, &third, sizeof(third));
	memcpy(uuid->data + 8, guid + 8, UUID_LEN - 8);
	return UUIDPGetDatum(uuid);
}
