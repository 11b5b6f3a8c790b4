/*
 * test/standin/like.c
 *		LIKE: %, _, [set], [^set] and the escape character.
 *
 * The pattern is compiled into elements once; matching then goes back to the
 * last % only, which is enough because a later % may start wherever an earlier
 * one leaves it.  Characters compare one by one under the collation; the limits
 * of a range are included in the collation's order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "collate.h"
#include "convert.h"
#include "unicode.h"

typedef enum ElementKind
{
	ELEMENT_MANY,				/* % */
	ELEMENT_ONE,				/* _ */
	ELEMENT_CHARACTER,
	ELEMENT_SET,
	ELEMENT_OTHER_THAN			/* [^set] */
} ElementKind;

typedef struct Range
{
	uint32_t	low;
	uint32_t	high;
} Range;

typedef struct Element
{
	ElementKind kind;
	uint32_t	code;			/* ELEMENT_CHARACTER */
	size_t		first;			/* sets: ranges[first] to ranges[last - 1] */
	size_t		last;
} Element;

typedef struct Pattern
{
	const Collation *collation;
	Element    *elements;
	size_t		count;
	Range	   *ranges;
	size_t		range_count;
} Pattern;

typedef struct Codes
{
	uint32_t	few[256];
	uint32_t   *code;
	size_t		count;
} Codes;

static void *
allocate(size_t count, size_t size)
{
	void	   *memory = calloc(count + 1, size);

	if (memory == NULL)
	{
		fputs("out of memory\n", stderr);
		abort();
	}
	return memory;
}

/* Takes text apart into what counts as one character: code points, or UTF-16 units. */
static void
codes_read(Codes *codes, const Collation *collation, const char *text, size_t size)
{
	const char *end = text + size;
	bool		pairs = collation_has_pairs(collation);

	codes->code = size <= sizeof(codes->few) / sizeof(codes->few[0]) ?
		codes->few : allocate(size, sizeof(uint32_t));
	codes->count = 0;
	while (text < end)
	{
		uint32_t	code = utf8_next(&text, end);

		if (code >= 0x10000 && !pairs)
		{
			codes->code[codes->count++] = 0xD800 + ((code - 0x10000) >> 10);
			code = 0xDC00 + (code & 0x3FF);
		}
		codes->code[codes->count++] = code;
	}
}

static void
codes_free(Codes *codes)
{
	if (codes->code != codes->few)
		free(codes->code);
}

static int
compare_codes(const Collation *collation, uint32_t a, uint32_t b)
{
	char		text_a[4];
	char		text_b[4];
	Weight		weight_a;
	Weight		weight_b;

	if (a == b)
		return 0;
	if (a < 0x80 && b < 0x80 && !collation->binary)
	{
		weight_a = weight_of(a);
		weight_b = weight_of(b);
		return weight_compare(collation, &weight_a, &weight_b);
	}
	return collation_compare(collation, text_a, utf8_put(a, text_a), text_b, utf8_put(b, text_b));
}

/* The set after '['; false when nothing closes it.  *at moves behind the ']'. */
static bool
compile_set(Pattern *pattern, const Codes *source, size_t *at, uint32_t escape, Element *element)
{
	const uint32_t *code = source->code;
	size_t		count = source->count;
	size_t		i = *at;

	element->kind = ELEMENT_SET;
	if (i < count && code[i] == '^')
	{
		element->kind = ELEMENT_OTHER_THAN;
		i++;
	}
	element->first = pattern->range_count;
	while (i < count && code[i] != ']')
	{
		Range	   *range = &pattern->ranges[pattern->range_count++];

		if (escape != 0 && code[i] == escape && ++i == count)
			return false;
		range->low = range->high = code[i++];
		if (i + 1 < count && code[i] == '-' && code[i + 1] != ']')
		{
			i++;
			if (escape != 0 && code[i] == escape && ++i == count)
				return false;
			range->high = code[i++];
		}
	}
	element->last = pattern->range_count;
	*at = i + 1;
	return i < count;
}

/* False for a pattern that is none: it matches nothing. */
static bool
compile(Pattern *pattern, const Codes *source, uint32_t escape)
{
	size_t		i = 0;

	while (i < source->count)
	{
		Element    *element = &pattern->elements[pattern->count++];
		uint32_t	code = source->code[i++];

		element->kind = ELEMENT_CHARACTER;
		if (escape != 0 && code == escape)
		{
			if (i == source->count)
				return false;
			code = source->code[i++];
		}
		else if (code == '%')
			element->kind = ELEMENT_MANY;
		else if (code == '_')
			element->kind = ELEMENT_ONE;
		else if (code == '[')
		{
			if (!compile_set(pattern, source, &i, escape, element))
				return false;
		}
		element->code = code;
	}
	return true;
}

static bool
element_matches(const Pattern *pattern, const Element *element, uint32_t code)
{
	bool		found = false;

	if (element->kind == ELEMENT_ONE)
		return true;
	if (element->kind == ELEMENT_CHARACTER)
		return compare_codes(pattern->collation, element->code, code) == 0;
	for (size_t i = element->first; i < element->last && !found; i++)
		found = compare_codes(pattern->collation, pattern->ranges[i].low, code) <= 0 &&
			compare_codes(pattern->collation, code, pattern->ranges[i].high) <= 0;
	return found == (element->kind == ELEMENT_SET);
}

/* content: the text's length without blanks that may be left over. */
static bool
match(const Pattern *pattern, const Codes *text, size_t content)
{
	size_t		t = 0;
	size_t		p = 0;
	bool		many = false;
	size_t		many_p = 0;
	size_t		many_t = 0;

	while (t < text->count)
	{
		if (p == pattern->count && t >= content)
			return true;
		if (p < pattern->count && pattern->elements[p].kind == ELEMENT_MANY)
		{
			many = true;
			many_p = ++p;
			many_t = t;
		}
		else if (p < pattern->count &&
				 element_matches(pattern, &pattern->elements[p], text->code[t]))
		{
			p++;
			t++;
		}
		else if (many)
		{
			p = many_p;
			t = ++many_t;
		}
		else
			return false;
	}
	while (p < pattern->count && pattern->elements[p].kind == ELEMENT_MANY)
		p++;
	return p == pattern->count;
}

static bool
like(const Collation *collation, const char *text, size_t text_size,
	 const char *pattern_text, size_t pattern_size, uint32_t escape, bool forgive_blanks)
{
	Codes		source;
	Codes		codes;
	Pattern		pattern = {.collation = collation};
	size_t		content;
	bool		result;

	codes_read(&source, collation, pattern_text, pattern_size);
	codes_read(&codes, collation, text, text_size);
	pattern.elements = allocate(source.count, sizeof(Element));
	pattern.ranges = allocate(source.count, sizeof(Range));
	content = codes.count;
	while (forgive_blanks && content > 0 && codes.code[content - 1] == ' ')
		content--;
	result = compile(&pattern, &source, escape) && match(&pattern, &codes, content);
	free(pattern.elements);
	free(pattern.ranges);
	codes_free(&source);
	codes_free(&codes);
	return result;
}

bool
collation_like(const Collation *collation, const char *text, size_t text_size,
			   const char *pattern, size_t pattern_size, uint32_t escape)
{
	return like(collation, text, text_size, pattern, pattern_size, escape, false);
}

bool
collation_like_char(const Collation *collation, const char *text, size_t text_size,
					const char *pattern, size_t pattern_size, uint32_t escape)
{
	return like(collation, text, text_size, pattern, pattern_size, escape, true);
}
