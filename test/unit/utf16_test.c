/*
 * test/unit/utf16_test.c
 *		UTF-16 to UTF-8 and back: every character, every length and alignment, and what is no
 *		character at all.
 *
 * Compared with a conversion that goes one character after the other.
 */
/* sources: src/pure/utf16.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pure/utf16.h"
#include "tap.h"

#define LONGEST		71

static size_t
put_utf16(unsigned char *to, uint32_t character)
{
	if (character >= 0x10000)
	{
		size_t		written = put_utf16(to, 0xd800 + ((character - 0x10000) >> 10));

		return written + put_utf16(to + written, 0xdc00 + ((character - 0x10000) & 0x3ff));
	}
	to[0] = character & 0xff;
	to[1] = character >> 8;
	return 2;
}

static size_t
put_utf8(unsigned char *to, uint32_t character)
{
	int			more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0x00, 0xc0, 0xe0, 0xf0};
	int			i;

	for (i = more; i > 0; i--)
	{
		to[i] = 0x80 | (character & 0x3f);
		character >>= 6;
	}
	to[0] = lead[more] | character;
	return more + 1;
}

/* The other way, and not a byte less than all of it. */
static bool
converts_back(const unsigned char *utf8, size_t length, const unsigned char *utf16,
			  size_t utf16_bytes, size_t remainder)
{
	unsigned char *block = malloc(length + remainder + 1);
	unsigned char *source = block + remainder;
	unsigned char *target = malloc(2 * UTF16_UNITS_MAX(length) + 1);
	size_t		units;
	bool		same;

	memcpy(source, utf8, length);
	same = utf16_from_utf8(source, length, target, &units) && 2 * units == utf16_bytes &&
		memcmp(target, utf16, utf16_bytes) == 0;
	if (length > 0 && utf8[length - 1] >= 0x80)
		same = same && !utf16_from_utf8(source, length - 1, target, &units);
	free(target);
	free(block);
	return same;
}

/*
 * Characters at both ends of blocks of their own size, which the sanitizer
 * watches; the source begins at an address of the given remainder.
 */
static bool
converts(const uint32_t *characters, size_t count, size_t remainder)
{
	unsigned char expected[LONGEST * 4];
	unsigned char plain[LONGEST * 4];
	size_t		source_bytes = 0;
	size_t		expected_bytes = 0;
	size_t		leading = 0;
	size_t		length;
	unsigned char *block;
	unsigned char *target;
	bool		same;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		source_bytes += put_utf16(plain + source_bytes, characters[i]);
		expected_bytes += put_utf8(expected + expected_bytes, characters[i]);
	}
	while (leading < count && characters[leading] < 0x80)
		leading++;
	block = malloc(source_bytes + remainder + 1);
	memcpy(block + remainder, plain, source_bytes);

	target = malloc(UTF16_BYTES_MAX(source_bytes / 2) + 1);
	same = utf16_to_utf8(block + remainder, source_bytes / 2, target, &length) == UTF16_OK &&
		length == expected_bytes && memcmp(target, expected, length) == 0;
	free(target);

	target = malloc(source_bytes / 2 + 1);
	same = same && utf16_ascii(block + remainder, source_bytes / 2, target) == leading &&
		memcmp(target, expected, leading) == 0;
	free(target);
	free(block);
	return same && converts_back(expected, expected_bytes, plain, source_bytes, remainder);
}

/* Overlong, beyond Unicode, halves of a pair, alone, broken off. */
static void
test_wrong_utf8(void)
{
	static const char *const wrong[] = {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\x80", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xe2\x28\xa1", "\xc3\x61"};
	size_t		k;

	for (k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
	{
		unsigned char source[64];
		unsigned char target[2 * sizeof(source)];
		size_t		units;
		size_t		before;
		bool		right = true;

		for (before = 0; before < 40; before++)
		{
			memset(source, 'x', before);
			memcpy(source + before, wrong[k], strlen(wrong[k]));
			right = right && !utf16_from_utf8(source, before + strlen(wrong[k]), target, &units) &&
				units == before;
		}
		ok(right, "wrong UTF-8, number %zu", k);
	}
}

static void
test_every_character(void)
{
	uint32_t	first_wrong = 0;
	uint32_t	c;

	for (c = 1; c <= 0x10ffff && first_wrong == 0; c++)
	{
		uint32_t	among[5] = {'a', c, 'b', c, c};

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		if (!converts(&c, 1, 0) || !converts(among, 5, 1))
			first_wrong = c;
	}
	ok(first_wrong == 0, "every character of every plane (U+%04X)", first_wrong);
}

static void
test_lengths(void)
{
	static const uint32_t others[] = {0, 0x80, 0xe9, 0xff, 0x100, 0x7ff, 0x800, 0x4e2d, 0x7fff, 0x8000, 0x8041, 0xff41,
		0xffff, 0x10000, 0x1f600, 0x10ffff};
	uint32_t	characters[LONGEST];
	size_t		length;
	size_t		remainder;
	size_t		at;
	size_t		k;

	for (length = 0; length < LONGEST; length++)
	{
		bool		right = true;

		for (k = 0; k < sizeof(others) / sizeof(others[0]); k++)
		{
			for (at = 0; at < (length > 0 ? length : 1); at++)
			{
				size_t		i;

				for (i = 0; i < length; i++)
					characters[i] = 1 + (i * 37 + length) % 0x7f;
				if (others[k] != 0 && length > 0)
					characters[at] = others[k];
				for (remainder = 0; remainder < 16 && (remainder < 2 || k < 3); remainder++)
					right = right && converts(characters, length, remainder);
			}
		}
		ok(right, "%zu characters, one of them another at each place", length);
	}
}

static void
test_mixtures(void)
{
	uint32_t	characters[LONGEST];
	uint32_t	state = 1;
	bool		right = true;
	int			round;

	for (round = 0; round < 20000; round++)
	{
		size_t		length = round % LONGEST;
		size_t		i;

		for (i = 0; i < length; i++)
		{
			state = state * 1664525 + 1013904223;
			characters[i] = (state >> 28) < 9 ? 1 + (state >> 8) % 0x7f :
				(state >> 28) < 12 ? 0x400 + (state >> 8) % 0x100 :
				(state >> 28) < 14 ? 0x4e00 + (state >> 8) % 0x1000 : 0x10000 + (state >> 8) % 0x100000;
		}
		right = right && converts(characters, length, round % 3);
	}
	ok(right, "mixtures of short and long ones");
}

/* A wrong unit at each place of every length, among ASCII and among others. */
static void
test_wrong(void)
{
	static const struct
	{
		unsigned	units[2];
		int			count;
		Utf16Status status;
		const char *name;
	}			rows[] = {
		{{0, 0}, 1, UTF16_ZERO, "U+0000"},
		{{0xd800, 0}, 1, UTF16_UNPAIRED, "a high half"},
		{{0xdbff, 0x0041}, 2, UTF16_UNPAIRED, "a high half before a letter"},
		{{0xd83d, 0xd83d}, 2, UTF16_UNPAIRED, "two high halves"},
		{{0xdbff, 0xe000}, 2, UTF16_UNPAIRED, "a high half before U+E000"},
		{{0xdc00, 0}, 1, UTF16_UNPAIRED, "a low half"},
		{{0xdfff, 0xd800}, 2, UTF16_UNPAIRED, "halves in the wrong order"},
	};
	static const unsigned around[] = {'x', 0xe9, 0x4e2d};
	size_t		k;

	for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
	{
		bool		right = true;
		size_t		length;
		size_t		at;
		size_t		a;

		for (length = rows[k].count; length < 40; length++)
		{
			for (at = 0; at + rows[k].count <= length; at++)
			{
				for (a = 0; a < 3; a++)
				{
					unsigned char *source = malloc(2 * length);
					unsigned char *target = malloc(UTF16_BYTES_MAX(length));
					size_t		written;
					size_t		i;

					for (i = 0; i < length; i++)
						put_utf16(source + 2 * i, i >= at && i < at + rows[k].count ?
								  rows[k].units[i - at] : around[a]);
					right = right && utf16_to_utf8(source, length, target, &written) == rows[k].status &&
						written == at * (a + 1) &&
						utf16_ascii(source, length, target) == (a == 0 ? at : 0);
					free(source);
					free(target);
				}
			}
		}
		ok(right, "%s is found at each place", rows[k].name);
	}
}

int
main(void)
{
	test_every_character();
	test_lengths();
	test_mixtures();
	test_wrong();
	test_wrong_utf8();
	return done_testing();
}
