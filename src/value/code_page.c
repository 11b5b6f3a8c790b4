/*
 * src/value/code_page.c
 *		What a character takes in the code page of a remote column, if it has it.
 *
 * PostgreSQL's own conversions know the code pages: a character is in one when
 * its bytes there stand for it alone.  Each is asked for once in the life of a
 * backend.  Where PostgreSQL and Windows differ, Windows is right here: it has
 * control characters where it has no others (the byte 81 of 1252 is U+0081), and
 * 950 is not all of Big5.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "encoder_int.h"
#include "value/code_page.h"

#define CODE_PAGE_UTF8	65001
#define CODES			0x10000 /* no code page has more */
#define NOT_THERE		0xff	/* otherwise bytes; 0: nobody has asked */

static struct
{
	int			code_page;
	pg_enc		encoding;
	uint8	   *bytes;			/* by code; NULL: nobody has asked at all */
}			pages[] =
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

/* Characters of which PostgreSQL thinks otherwise. */
static const struct
{
	int			code_page;
	uint16		first;
	uint16		last;
	uint8		bytes;
}			exceptions[] =
{
	{936, 0x20ac, 0x20ac, 1},
	{949, 0x327e, 0x327e, NOT_THERE},
	{950, 0x00a2, 0x00a3, NOT_THERE},
	{950, 0x00a5, 0x00a5, NOT_THERE},
	{950, 0x00af, 0x00af, 2},
	{950, 0x02cd, 0x02cd, 2},
	{950, 0x0401, 0x0451, NOT_THERE},
	{950, 0x2022, 0x2022, NOT_THERE},
	{950, 0x2027, 0x2027, 2},
	{950, 0x203e, 0x203e, NOT_THERE},
	{950, 0x20ac, 0x20ac, 2},
	{950, 0x2215, 0x2215, 2},
	{950, 0x223c, 0x223c, NOT_THERE},
	{950, 0x2295, 0x2295, 2},
	{950, 0x2299, 0x2299, 2},
	{950, 0x2460, 0x247d, NOT_THERE},
	{950, 0x2551, 0x255d, 2},
	{950, 0x255f, 0x2560, 2},
	{950, 0x2562, 0x2569, 2},
	{950, 0x256b, 0x256c, 2},
	{950, 0x2574, 0x2574, 2},
	{950, 0x2593, 0x2593, 2},
	{950, 0x2609, 0x2609, NOT_THERE},
	{950, 0x2641, 0x2641, NOT_THERE},
	{950, 0x3005, 0x3005, NOT_THERE},
	{950, 0x3041, 0x30fe, NOT_THERE},
	{950, 0xfe51, 0xfe51, 2},
	{950, 0xfe68, 0xfe68, 2},
	{950, 0xff5e, 0xff5e, 2},
	{950, 0xff64, 0xff64, NOT_THERE},
	{950, 0xffe0, 0xffe1, 2},
	{950, 0xffe3, 0xffe3, 2},
	{950, 0xffe5, 0xffe5, 2},
	{950, 0xfffd, 0xfffd, NOT_THERE},
};

/* -1: a code page of which only ASCII is known */
static int
find_page(int code_page)
{
	size_t		i;

	for (i = 0; i < lengthof(pages); i++)
	{
		if (pages[i].code_page == code_page)
			return i;
	}
	return -1;
}

bool
tmf_code_page_known(int code_page)
{
	return find_page(code_page) >= 0;
}

/* The bytes of one character in another encoding; 0: it has none. */
static int
convert(int from, int to, const unsigned char *bytes, int length, unsigned char *converted, int size)
{
	Oid			procedure = FindDefaultConversionProc(from, to);

	if (!OidIsValid(procedure) ||
		pg_do_encoding_conversion_buf(procedure, from, to, (unsigned char *) bytes, length,
									  converted, size, true) < length)
		return 0;
	return strlen((char *) converted);
}

static bool
is_control(pg_enc encoding, pg_wchar code)
{
	unsigned char byte = (unsigned char) code;
	unsigned char utf8[MAX_CONVERSION_GROWTH * 2 + 1];

	return code >= 0x80 && code <= 0x9f && pg_encoding_max_length(encoding) == 1 &&
		convert(encoding, PG_UTF8, &byte, 1, utf8, sizeof(utf8)) == 0;
}

static int
ask(int page, pg_wchar code, const unsigned char *utf8, int length)
{
	pg_enc		encoding = pages[page].encoding;
	unsigned char there[MAX_CONVERSION_GROWTH * 4 + 1];
	unsigned char back[MAX_CONVERSION_GROWTH * sizeof(there) + 1];
	int			bytes;
	size_t		i;

	for (i = 0; i < lengthof(exceptions); i++)
	{
		if (exceptions[i].code_page == pages[page].code_page && exceptions[i].first <= code &&
			code <= exceptions[i].last)
			return exceptions[i].bytes;
	}
	bytes = convert(PG_UTF8, encoding, utf8, length, there, sizeof(there));
	if (bytes > 0 && convert(encoding, PG_UTF8, there, bytes, back, sizeof(back)) == length &&
		memcmp(back, utf8, length) == 0)
		return bytes;
	return is_control(encoding, code) ? 1 : NOT_THERE;
}

static int
bytes_of(int page, const unsigned char *utf8, int length)
{
	pg_wchar	code = utf8_to_unicode(utf8);

	if (code >= CODES)
		return NOT_THERE;
	if (pages[page].bytes == NULL)
		pages[page].bytes = MemoryContextAllocZero(CacheMemoryContext, CODES);
	if (pages[page].bytes[code] == 0)
		pages[page].bytes[code] = ask(page, code, utf8, length);
	return pages[page].bytes[code];
}

int
tmf_code_page_bytes(int code_page, const char *utf8, int length, int *done)
{
	int			page = find_page(code_page);
	int			bytes = 0;

	*done = length;
	if (code_page == CODE_PAGE_UTF8)
		return length;
	for (*done = 0; *done < length;)
	{
		const unsigned char *at = (const unsigned char *) utf8 + *done;
		int			size = pg_utf_mblen(at);
		int			there = size == 1 ? 1 : page >= 0 ? bytes_of(page, at, size) : NOT_THERE;

		if (there == NOT_THERE)
			break;
		bytes += there;
		*done += size;
	}
	return bytes;
}

static bool
is_ascii(const char *text, int length)
{
	int			i;

	for (i = 0; i < length; i++)
	{
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	}
	return true;
}

/* Only where each character is a byte is there nothing but control characters to be of two minds about. */
const char *
tmf_code_page_convert(int code_page, const char *utf8, int *length)
{
	int			page = find_page(code_page);
	char	   *converted;
	int			size;

	if (is_ascii(utf8, *length))
		return utf8;
	if (page < 0 || pg_encoding_max_length(pages[page].encoding) > 1)
		return NULL;
	size = (*length + 2) * MAX_CONVERSION_GROWTH;
	converted = palloc(size);
	if (convert(PG_UTF8, pages[page].encoding, (const unsigned char *) utf8, *length,
				(unsigned char *) converted, size) == 0)
		return NULL;
	*length = strlen(converted);
	return converted;
}
