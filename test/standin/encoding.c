/*
 * test/standin/encoding.c
 *		UTF-8 to and from UTF-16LE and code page 1252; letter case of text.
 *
 * Code page 1252 is what varchar holds here.  What it lacks becomes the letter
 * that Windows puts in its place (its "best fit"), and '?' where there is none.
 */
#include <string.h>

#include "convert.h"
#include "unicode.h"

/* Bytes 0x80 to 0x9F; the five without a character map to themselves. */
static const uint16_t cp1252_high[32] = {
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
	0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178
};

typedef struct BestFit
{
	uint16_t	first;
	uint16_t	last;
	uint8_t		byte;			/* of first */
	uint8_t		step;			/* from one character's byte to the next one's */
} BestFit;

static const BestFit best_fits[] = {
	{0x01C0, 0x01C0, '|', 1}, {0x01C3, 0x01C3, '!', 1}, {0x0261, 0x0261, 'g', 1},
	{0x02B9, 0x02B9, '\'', 1}, {0x02BA, 0x02BA, '"', 1}, {0x02BC, 0x02BC, '\'', 1},
	{0x02C4, 0x02C4, '^', 1}, {0x02C8, 0x02C8, '\'', 1}, {0x02C9, 0x02C9, 0xAF, 1},
	{0x02CA, 0x02CA, 0xB4, 1}, {0x02CB, 0x02CB, '`', 1}, {0x02CD, 0x02CD, '_', 1},
	{0x02DA, 0x02DA, 0xB0, 1}, {0x0300, 0x0300, '`', 1}, {0x0301, 0x0301, 0xB4, 1},
	{0x0302, 0x0302, '^', 1}, {0x0303, 0x0303, '~', 1}, {0x0304, 0x0304, 0xAF, 1},
	{0x0308, 0x0308, 0xA8, 1}, {0x030A, 0x030A, 0xB0, 1}, {0x030E, 0x030E, '"', 1},
	{0x0327, 0x0327, 0xB8, 1}, {0x0331, 0x0332, '_', 0}, {0x0393, 0x0393, 'G', 1},
	{0x0398, 0x0398, 'T', 1}, {0x03A3, 0x03A3, 'S', 1}, {0x03A6, 0x03A6, 'F', 1},
	{0x03A9, 0x03A9, 'O', 1}, {0x03B1, 0x03B1, 'a', 1}, {0x03B2, 0x03B2, 0xDF, 1},
	{0x03B4, 0x03B5, 'd', 1}, {0x03BC, 0x03BC, 0xB5, 1}, {0x03C0, 0x03C0, 'p', 1},
	{0x03C3, 0x03C4, 's', 1}, {0x03C6, 0x03C6, 'f', 1}, {0x04BB, 0x04BB, 'h', 1},
	{0x0589, 0x0589, ':', 1}, {0x066A, 0x066A, '%', 1}, {0x2000, 0x2006, ' ', 0},
	{0x2010, 0x2011, '-', 0}, {0x2017, 0x2017, '=', 1}, {0x2032, 0x2032, '\'', 1},
	{0x2035, 0x2035, '`', 1}, {0x2044, 0x2044, '/', 1}, {0x2070, 0x2070, 0xB0, 1},
	{0x2074, 0x2079, '4', 1}, {0x207F, 0x207F, 'n', 1}, {0x2080, 0x2089, '0', 1},
	{0x20A1, 0x20A1, 0xA2, 1}, {0x20A4, 0x20A4, 0xA3, 1}, {0x20A7, 0x20A7, 'P', 1},
	{0x2212, 0x2212, '-', 1}, {0x2215, 0x2215, '/', 1}, {0x2216, 0x2216, '\\', 1},
	{0x2217, 0x2217, '*', 1}, {0x2218, 0x2218, 0xB0, 1}, {0x2219, 0x2219, 0xB7, 1},
	{0x221A, 0x221A, 'v', 1}, {0x221E, 0x221E, '8', 1}, {0x2223, 0x2223, '|', 1},
	{0x2229, 0x2229, 'n', 1}, {0x2236, 0x2236, ':', 1}, {0x223C, 0x223C, '~', 1},
	{0x2248, 0x2248, 0x98, 1}, {0x2261, 0x2261, '=', 1}, {0x2264, 0x2265, '=', 0},
	{0x226A, 0x226A, 0xAB, 1}, {0x226B, 0x226B, 0xBB, 1}, {0x2500, 0x2500, '-', 1},
	{0x3000, 0x3000, ' ', 1}, {0xFF01, 0xFF5E, '!', 1}
};

static uint8_t
best_fit(uint32_t code)
{
	uint32_t	mark;

	for (size_t i = 0; i < sizeof(best_fits) / sizeof(best_fits[0]); i++)
	{
		const BestFit *fit = &best_fits[i];

		if (code >= fit->first && code <= fit->last)
			return (uint8_t) (fit->byte + fit->step * (code - fit->first));
	}
	if (code >= 0x0100 && code < 0x0250)
	{
		while (unicode_decompose(code, &code, &mark))
			;
		if (code < 0x80)
			return (uint8_t) code;
	}
	return '?';
}

static uint8_t
cp1252_byte(uint32_t code)
{
	if (code < 0x80 || (code >= 0xA0 && code <= 0xFF))
		return (uint8_t) code;
	for (int i = 0; i < 32; i++)
	{
		if (cp1252_high[i] == code)
			return (uint8_t) (0x80 + i);
	}
	return best_fit(code);
}

char *
text_to_utf16(Arena *arena, const char *utf8, size_t size, size_t *out_size)
{
	const char *end = utf8 + size;
	char	   *out = arena_alloc(arena, 2 * size + 2);
	size_t		n = 0;

	while (utf8 < end)
	{
		uint32_t	code = utf8_next(&utf8, end);

		if (code >= 0x10000)
		{
			uint32_t	high = 0xD800 + ((code - 0x10000) >> 10);

			out[n++] = (char) high;
			out[n++] = (char) (high >> 8);
			code = 0xDC00 + (code & 0x3FF);
		}
		out[n++] = (char) code;
		out[n++] = (char) (code >> 8);
	}
	*out_size = n;
	return out;
}

static uint32_t
utf16_unit(const char *at)
{
	return (uint32_t) (unsigned char) at[0] | (uint32_t) (unsigned char) at[1] << 8;
}

char *
text_from_utf16(Arena *arena, const char *utf16, size_t size, size_t *out_size)
{
	const char *end = utf16 + size / 2 * 2;
	char	   *out = arena_alloc(arena, size / 2 * 3 + 1);
	size_t		n = 0;

	while (utf16 < end)
	{
		uint32_t	code = utf16_unit(utf16);

		utf16 += 2;
		if (code >= 0xD800 && code < 0xDC00 && utf16 < end)
		{
			uint32_t	low = utf16_unit(utf16);

			if (low >= 0xDC00 && low < 0xE000)
			{
				code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
				utf16 += 2;
			}
		}
		n += utf8_put(code, out + n);
	}
	out[n] = '\0';
	*out_size = n;
	return out;
}

/* A character beyond the basic plane is two to SQL Server, and becomes "??". */
char *
text_to_cp1252(Arena *arena, const char *utf8, size_t size, size_t *out_size)
{
	const char *end = utf8 + size;
	char	   *out = arena_alloc(arena, size + 1);
	size_t		n = 0;

	while (utf8 < end)
	{
		uint32_t	code = utf8_next(&utf8, end);

		if (code >= 0x10000)
			out[n++] = '?';
		out[n++] = (char) cp1252_byte(code);
	}
	out[n] = '\0';
	*out_size = n;
	return out;
}

char *
text_from_cp1252(Arena *arena, const char *bytes, size_t size, size_t *out_size)
{
	char	   *out = arena_alloc(arena, 3 * size + 1);
	size_t		n = 0;

	for (size_t i = 0; i < size; i++)
	{
		uint8_t		byte = (uint8_t) bytes[i];
		uint32_t	code = byte >= 0x80 && byte < 0xA0 ? cp1252_high[byte - 0x80] : byte;

		n += utf8_put(code, out + n);
	}
	out[n] = '\0';
	*out_size = n;
	return out;
}

size_t
text_utf16_units(const char *utf8, size_t size)
{
	const char *end = utf8 + size;
	size_t		units = 0;

	if (utf8_is_ascii(utf8, size))
		return size;
	while (utf8 < end)
		units += utf8_next(&utf8, end) >= 0x10000 ? 2 : 1;
	return units;
}

char *
text_change_case(Arena *arena, bool upper, const char *utf8, size_t size, size_t *out_size)
{
	const char *end = utf8 + size;
	char	   *out = arena_alloc(arena, 3 * size + 1);
	size_t		n = 0;

	while (utf8 < end)
	{
		uint32_t	code = utf8_next(&utf8, end);

		n += utf8_put(upper ? unicode_upper(code) : unicode_lower(code), out + n);
	}
	out[n] = '\0';
	*out_size = n;
	return out;
}
