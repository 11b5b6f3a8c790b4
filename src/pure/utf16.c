/*
 * src/pure/utf16.c
 *		UTF-16LE, as SQL Server keeps characters, and UTF-8.
 *
 * Most characters of most columns are ASCII, so runs of them are packed sixteen
 * at a time where the processor has SSE2, and four at a time elsewhere.
 * UTF16_PORTABLE leaves SSE2 out, for the test of what runs elsewhere.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "pure/utf16.h"

#if defined(__SSE2__) && !defined(UTF16_PORTABLE)
#include <emmintrin.h>
#define USE_SSE2
#endif

static inline unsigned
unit_at(const unsigned char *source, size_t i)
{
	return source[2 * i] | (unsigned) source[2 * i + 1] << 8;
}

#ifdef USE_SSE2

/*
 * Saturation makes a byte from 1 to 127 of exactly the units that are that;
 * any other unit becomes 0 or has the sign bit.
 */
static inline int
others_among(__m128i bytes)
{
	return ~_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_setzero_si128()));
}

static inline bool
pack16(const unsigned char *source, unsigned char *target, size_t *i)
{
	__m128i		low = _mm_loadu_si128((const __m128i *) (source + 2 * *i));
	__m128i		high = _mm_loadu_si128((const __m128i *) (source + 2 * *i + 16));
	__m128i		bytes = _mm_packus_epi16(low, high);
	int			others = others_among(bytes) & 0xffff;

	_mm_storeu_si128((__m128i *) (target + *i), bytes);
	*i += others == 0 ? 16 : __builtin_ctz(others);
	return others == 0;
}

static inline bool
pack8(const unsigned char *source, unsigned char *target, size_t *i)
{
	__m128i		units = _mm_loadu_si128((const __m128i *) (source + 2 * *i));
	__m128i		bytes = _mm_packus_epi16(units, units);
	int			others = others_among(bytes) & 0xff;

	_mm_storel_epi64((__m128i *) (target + *i), bytes);
	*i += others == 0 ? 8 : __builtin_ctz(others);
	return others == 0;
}

/* The last units are taken together with some that are done, if there are so many. */
static size_t
pack_runs(const unsigned char *source, size_t units, unsigned char *target)
{
	size_t		i = 0;

	while (units - i >= 16)
	{
		if (!pack16(source, target, &i))
			return i;
	}
	if (units - i >= 8 && !pack8(source, target, &i))
		return i;
	if (i < units && units >= 8)
	{
		i = units - 8;
		(void) pack8(source, target, &i);
	}
	return i;
}

#else

/* Four units in a word: none has a bit above the seventh, none is zero. */
static size_t
pack_runs(const unsigned char *source, size_t units, unsigned char *target)
{
	size_t		i = 0;

	for (; units - i >= 4; i += 4)
	{
		uint64_t	word;

		memcpy(&word, source + 2 * i, sizeof(word));
		if ((word & UINT64_C(0xff80ff80ff80ff80)) != 0 ||
			((word - UINT64_C(0x0001000100010001)) & UINT64_C(0x8000800080008000)) != 0)
			break;
		target[i] = word;
		target[i + 1] = word >> 16;
		target[i + 2] = word >> 32;
		target[i + 3] = word >> 48;
	}
	return i;
}

#endif

size_t
utf16_ascii(const unsigned char *source, size_t units, unsigned char *target)
{
	size_t		i = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	i = pack_runs(source, units, target);
#endif
	for (; i < units; i++)
	{
		unsigned	unit = unit_at(source, i);

		if (unit == 0 || unit > 0x7f)
			break;
		target[i] = unit;
	}
	return i;
}

/* One character from U+0080 on; the units that it takes, 0: it is none. */
static inline size_t
convert_one(const unsigned char *source, size_t units, unsigned char **target)
{
	unsigned	unit = unit_at(source, 0);
	unsigned	low;
	unsigned	character;
	unsigned char *to = *target;

	if (unit < 0x800)
	{
		to[0] = 0xc0 | unit >> 6;
		to[1] = 0x80 | (unit & 0x3f);
		*target = to + 2;
		return 1;
	}
	if (unit < 0xd800 || unit > 0xdfff)
	{
		to[0] = 0xe0 | unit >> 12;
		to[1] = 0x80 | (unit >> 6 & 0x3f);
		to[2] = 0x80 | (unit & 0x3f);
		*target = to + 3;
		return 1;
	}
	if (unit > 0xdbff || units < 2)
		return 0;
	low = unit_at(source, 1);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	character = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
	to[0] = 0xf0 | character >> 18;
	to[1] = 0x80 | (character >> 12 & 0x3f);
	to[2] = 0x80 | (character >> 6 & 0x3f);
	to[3] = 0x80 | (character & 0x3f);
	*target = to + 4;
	return 2;
}

Utf16Status
utf16_to_utf8(const unsigned char *source, size_t units, unsigned char *target, size_t *length)
{
	unsigned char *to = target;
	Utf16Status status = UTF16_OK;

	while (units > 0 && status == UTF16_OK)
	{
		size_t		taken;

		if (unit_at(source, 0) < 0x80)
		{
			taken = utf16_ascii(source, units, to);
			to += taken;
			if (taken == 0)
				status = UTF16_ZERO;
		}
		else
		{
			taken = convert_one(source, units, &to);
			if (taken == 0)
				status = UTF16_UNPAIRED;
		}
		source += 2 * taken;
		units -= taken;
	}
	*length = to - target;
	return status;
}

#ifdef USE_SSE2

/* Widens leading ASCII, sixteen bytes at a time. */
static inline size_t
widen_runs(const unsigned char *source, size_t length, unsigned char *target)
{
	size_t		i = 0;

	for (; length - i >= 16; i += 16)
	{
		__m128i		bytes = _mm_loadu_si128((const __m128i *) (source + i));

		if (_mm_movemask_epi8(bytes) != 0)
			break;
		_mm_storeu_si128((__m128i *) (target + 2 * i),
						 _mm_unpacklo_epi8(bytes, _mm_setzero_si128()));
		_mm_storeu_si128((__m128i *) (target + 2 * i + 16),
						 _mm_unpackhi_epi8(bytes, _mm_setzero_si128()));
	}
	return i;
}

#else

static inline size_t
widen_runs(const unsigned char *source, size_t length, unsigned char *target)
{
	(void) source;
	(void) length;
	(void) target;
	return 0;
}

#endif

static inline unsigned char *
put_unit(unsigned char *target, unsigned unit)
{
	target[0] = unit;
	target[1] = unit >> 8;
	return target + 2;
}

/* Bytes of the character that begins with first, and its bits in there; 0: none does. */
static inline size_t
sequence_of(unsigned first, unsigned *bits)
{
	if (first >= 0xc2 && first < 0xe0)
	{
		*bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0)
	{
		*bits = first & 0x0f;
		return 3;
	}
	*bits = first & 0x07;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* One character from U+0080 on; the bytes that it takes, 0: it is none. */
static size_t
parse_one(const unsigned char *source, size_t length, unsigned *character)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t		bytes = sequence_of(source[0], character);
	size_t		i;

	if (bytes == 0 || bytes > length)
		return 0;
	for (i = 1; i < bytes; i++)
	{
		if ((source[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (source[i] & 0x3f);
	}
	if (*character < least[bytes] || *character > 0x10ffff ||
		(*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return bytes;
}

bool
utf16_from_utf8(const unsigned char *source, size_t length, unsigned char *target, size_t *units)
{
	unsigned char *to = target;
	size_t		i = 0;

	while (i < length)
	{
		unsigned	character = source[i];
		size_t		bytes = 1;

		if (character < 0x80)
		{
			size_t		run = widen_runs(source + i, length - i, to);

			to += 2 * run;
			i += run;
			for (; i < length && source[i] < 0x80; i++)
				to = put_unit(to, source[i]);
			continue;
		}
		bytes = parse_one(source + i, length - i, &character);
		if (bytes == 0)
			break;
		if (character >= 0x10000)
		{
			to = put_unit(to, 0xd800 | (character - 0x10000) >> 10);
			character = 0xdc00 | ((character - 0x10000) & 0x3ff);
		}
		to = put_unit(to, character);
		i += bytes;
	}
	*units = (size_t) (to - target) / 2;
	return i == length;
}
