/*
 * src/value/code_page.c
 *		What a character takes in the code page of a remote column, if it has it.
 *
 * PostgreSQL's own conversions know the code pages.  They know no control
 * characters where Windows has no other: there the byte 81 of 1252, say, is
 * U+0081 in both directions.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"

#include "encoder_int.h"

#define CODE_PAGE_UTF8	65001

/* Bytes that are converted at once. */
#define PIECE			1024

static const struct
{
	int			code_page;
	pg_enc		encoding;
}			encodings[] =
{
	{1252, PG_WIN1252},
	{CODE_PAGE_UTF8, PG_UTF8},
	{1250, PG_WIN1250},
	{1251, PG_WIN1251},
	{1253, PG_WIN1253},
	{1254, PG_WIN1254},
	{1255, PG_WIN1255},
	{1256, PG_WIN1256},
	{1257, PG_WIN1257},
	{1258, PG_WIN1258},
	{874, PG_WIN874},
	{932, PG_SJIS},
	{936, PG_GBK},
	{949, PG_UHC},
	{950, PG_BIG5},
};

static int
encoding_of(int code_page)
{
	size_t		i;

	for (i = 0; i < lengthof(encodings); i++)
	{
		if (encodings[i].code_page == code_page)
			return encodings[i].encoding;
	}
	return -1;
}

bool
tmf_code_page_known(int code_page)
{
	return encoding_of(code_page) >= 0;
}

/* Bytes that PostgreSQL's conversion makes of it; *done: up to what it does not know, or a piece. */
static int
convert(int from, int to, const char *text, int length, int *done)
{
	Oid			procedure = FindDefaultConversionProc(from, to);
	char		converted[PIECE * MAX_CONVERSION_GROWTH + 1];

	*done = 0;
	if (!OidIsValid(procedure))
		return 0;
	if (length > PIECE)
		length = pg_encoding_mbcliplen(from, text, length, PIECE);
	*done = pg_do_encoding_conversion_buf(procedure, from, to, (unsigned char *) text, length,
										  (unsigned char *) converted, sizeof(converted), true);
	return strlen(converted);
}

/* at: U+0080 to U+009F, of which the byte has the same number */
static bool
is_control(int encoding, const char *at, int length)
{
	const unsigned char *utf8 = (const unsigned char *) at;
	char		byte[2] = {0};
	int			done;

	if (length < 2 || utf8[0] != 0xc2 || utf8[1] > 0x9f || pg_encoding_max_length(encoding) > 1)
		return false;
	byte[0] = (char) utf8[1];
	convert(encoding, PG_UTF8, byte, 1, &done);
	return done == 0;
}

static int
count_ascii(const char *text, int length)
{
	int			count = 0;

	while (count < length && !IS_HIGHBIT_SET(text[count]))
		count++;
	return count;
}

int
tmf_code_page_bytes(int code_page, const char *utf8, int length, int *done)
{
	int			encoding = encoding_of(code_page);
	int			bytes = 0;

	*done = encoding == PG_UTF8 ? length : 0;
	if (encoding == PG_UTF8)
		return length;
	while (*done < length)
	{
		const char *at = utf8 + *done;
		int			count = count_ascii(at, length - *done);

		bytes += count;
		if (count == 0 && encoding >= 0)
			bytes += convert(PG_UTF8, encoding, at, length - *done, &count);
		if (count == 0 && encoding >= 0 && is_control(encoding, at, length - *done))
		{
			bytes++;
			count = 2;
		}
		if (count == 0)
			break;
		*done += count;
	}
	return bytes;
}
