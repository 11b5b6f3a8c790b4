/*
 * src/value/string.c
 *		Characters, bytes and uuids.
 *
 * Characters arrive as UTF-8 without a NUL at the end.  PostgreSQL cannot store
 * U+0000, and nothing may be cut off in silence: such a value is an error.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "value/functions.h"

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
			ereport(ERROR,
					(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
					 errmsg("value of column \"%s\" contains the character U+0000",
							decoder->column),
					 errhint("Replace it in the option \"query\", or read the column as varbinary into bytea.")));
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

Datum
tmf_decode_text_text(TmfDecoder *decoder, const void *value, int length)
{
	const char *text = server_text(decoder, value, &length);

	return PointerGetDatum(cstring_to_text_with_len(text, length));
}

Datum
tmf_decode_text_input(TmfDecoder *decoder, const void *value, int length)
{
	const char *text = server_text(decoder, value, &length);

	return InputFunctionCall(&decoder->input, pnstrdup(text, length),
							 decoder->input_argument, decoder->typmod);
}

Datum
tmf_decode_binary_bytea(TmfDecoder *decoder, const void *value, int length)
{
	return PointerGetDatum(cstring_to_text_with_len(value, length));
}

/* SQL Server keeps the first three fields of a guid little-endian. */
Datum
tmf_decode_guid_uuid(TmfDecoder *decoder, const void *value, int length)
{
	static const uint8 order[UUID_LEN] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const uint8 *bytes = value;
	pg_uuid_t  *uuid;
	int			i;

	tmf_decode_check_size(decoder, length, UUID_LEN);
	uuid = palloc(sizeof(pg_uuid_t));
	for (i = 0; i < UUID_LEN; i++)
		uuid->data[i] = bytes[order[i]];
	return UUIDPGetDatum(uuid);
}
