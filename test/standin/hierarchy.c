/*
 * test/standin/hierarchy.c
 *		hierarchyid: '/1/2/' and the bits that it is kept as.
 *
 * Every label is a prefix that tells its range, the bits of its distance from
 * the range's begin, in groups, and a 1; so the bytes sort as the tree does.
 * Labels of several numbers ('/1.2/') and those beyond the table are refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hierarchy.h"

typedef struct LabelRange
{
	int			first;
	int			last;
	const char *pattern;		/* x: a bit of the distance */
} LabelRange;

static const LabelRange ranges[] = {
	{-8, -1, "00111xxx"},
	{0, 3, "01xx"},
	{4, 7, "100xx"},
	{8, 15, "101xxx"},
	{16, 79, "110xx0x1xxx"},
	{80, 1103, "1110xxx0xxx0x1xxx"},
	{1104, 5199, "11110xxxxx0xxx0x1xxx"}
};

#define RANGES	(sizeof(ranges) / sizeof(ranges[0]))

typedef struct Bits
{
	uint8_t    *bytes;
	size_t		count;
} Bits;

static void
put_bit(Bits *bits, bool bit)
{
	if (bits->count % 8 == 0)
		bits->bytes[bits->count / 8] = 0;
	if (bit)
		bits->bytes[bits->count / 8] |= (uint8_t) (0x80 >> bits->count % 8);
	bits->count++;
}

static bool
get_bit(const char *bytes, size_t at)
{
	return ((uint8_t) bytes[at / 8] >> (7 - at % 8)) & 1;
}

static bool
put_label(Bits *bits, long label)
{
	for (size_t i = 0; i < RANGES; i++)
	{
		const char *pattern = ranges[i].pattern;
		long		distance = label - ranges[i].first;
		int			left = 0;

		if (label < ranges[i].first || label > ranges[i].last)
			continue;
		for (const char *at = pattern; *at != '\0'; at++)
			left += *at == 'x';
		for (const char *at = pattern; *at != '\0'; at++)
			put_bit(bits, *at == 'x' ? (distance >> --left) & 1 : *at == '1');
		put_bit(bits, true);
		return true;
	}
	return false;
}

char *
hierarchy_parse(Arena *arena, const char *text, size_t size, size_t *out_size)
{
	char	   *copy = arena_alloc(arena, size + 1);
	char	   *at = copy;
	Bits		bits = {arena_alloc(arena, 3 * size + 1), 0};

	memcpy(copy, text, size);
	copy[size] = '\0';
	if (strlen(copy) != size || *at++ != '/')
		return NULL;
	while (*at != '\0')
	{
		char	   *end;
		long		label;

		if (strchr("-0123456789", *at) == NULL)
			return NULL;
		label = strtol(at, &end, 10);
		if (end == at || *end != '/' || !put_label(&bits, label))
			return NULL;
		at = end + 1;
	}
	*out_size = (bits.count + 7) / 8;
	return (char *) bits.bytes;
}

/* The label at bit *at, which then is behind it. */
static bool
get_label(const char *bytes, size_t size, size_t *at, int *label)
{
	for (size_t i = 0; i < RANGES; i++)
	{
		const char *pattern = ranges[i].pattern;
		size_t		length = strlen(pattern);
		int			distance = 0;
		size_t		bit = 0;

		if (*at + length + 1 > 8 * size)
			continue;
		for (; bit < length; bit++)
		{
			bool		set = get_bit(bytes, *at + bit);

			if (pattern[bit] == 'x')
				distance = distance << 1 | set;
			else if ((pattern[bit] == '1') != set)
				break;
		}
		if (bit < length || !get_bit(bytes, *at + length))
			continue;
		*at += length + 1;
		*label = ranges[i].first + distance;
		return true;
	}
	return false;
}

static bool
only_padding(const char *bytes, size_t size, size_t at)
{
	if (8 * size - at >= 8)
		return false;
	for (; at < 8 * size; at++)
	{
		if (get_bit(bytes, at))
			return false;
	}
	return true;
}

char *
hierarchy_format(Arena *arena, const char *bytes, size_t size, size_t *out_size, int *levels)
{
	size_t		capacity = size * 16 + 16;	/* a label takes 5 bits at least, and 6 characters at most */
	char	   *text = arena_alloc(arena, capacity);
	size_t		used = 1;
	size_t		at = 0;
	int			label;

	text[0] = '/';
	*levels = 0;
	while (at < 8 * size && !only_padding(bytes, size, at))
	{
		if (!get_label(bytes, size, &at, &label))
			return NULL;
		used += (size_t) snprintf(text + used, capacity - used, "%d/", label);
		(*levels)++;
	}
	*out_size = used;
	return text;
}
