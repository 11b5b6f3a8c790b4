/*
 * test/standin/weight.c
 *		The weights of characters in the linguistic collations.
 *
 * Primary weights go: control characters, the blank, punctuation and symbols in
 * Windows' order, other symbols, digits, Latin letters, then every other letter
 * by its lower-case code point.  An accent is a secondary, a capital a tertiary
 * difference.  Letters that stand for two (sharp s, the ligatures) expand.
 */
#include <string.h>

#include "collate.h"
#include "unicode.h"

#define PRIMARY_BLANK	0x80u
#define PRIMARY_ASCII	0x100u	/* plus the place in ascii_order */
#define PRIMARY_SYMBOL	0x1000u /* plus the code point */
#define PRIMARY_DIGIT	0x20000u	/* plus the digit */
#define PRIMARY_LATIN	0x30000u	/* plus 16 times the place in the alphabet */
#define PRIMARY_OTHER	0x40000u	/* plus the lower-case code point */

#define TERTIARY_CAPITAL	1u
#define TERTIARY_SHAPE		2u

static const char ascii_order[] = "\t\n\v\f\r'-!\"#$%&()*,./:;?@[\\]^_`{|}~+<=>";

typedef struct Special
{
	uint32_t	code;
	uint32_t	base;			/* weighs as this one ... */
	uint32_t	next;			/* ... followed by this one (0: nothing) ... */
	uint32_t	tertiary;		/* ... but for this */
} Special;

static const Special specials[] = {
	{0x00AA, 'a', 0, TERTIARY_SHAPE},
	{0x00B2, '2', 0, TERTIARY_SHAPE},
	{0x00B3, '3', 0, TERTIARY_SHAPE},
	{0x00B9, '1', 0, TERTIARY_SHAPE},
	{0x00BA, 'o', 0, TERTIARY_SHAPE},
	{0x00B5, 0x03BC, 0, TERTIARY_SHAPE},
	{0x00C6, 'a', 'e', TERTIARY_CAPITAL},
	{0x00DE, 't', 'h', TERTIARY_CAPITAL},
	{0x00DF, 's', 's', 0},
	{0x00E6, 'a', 'e', 0},
	{0x00FE, 't', 'h', 0},
	{0x0132, 'i', 'j', TERTIARY_CAPITAL},
	{0x0133, 'i', 'j', 0},
	{0x0152, 'o', 'e', TERTIARY_CAPITAL},
	{0x0153, 'o', 'e', 0},
	{0x017F, 's', 0, TERTIARY_SHAPE},
	{0x03C2, 0x03C3, 0, TERTIARY_SHAPE},
	{0x1E9E, 's', 's', TERTIARY_CAPITAL},
	{0x3000, ' ', 0, TERTIARY_SHAPE},
	{0xFB01, 'f', 'i', TERTIARY_SHAPE},
	{0xFB02, 'f', 'l', TERTIARY_SHAPE}
};

static const Special *
special_find(uint32_t code)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
	{
		if (specials[i].code == code)
			return &specials[i];
	}
	return NULL;
}

static bool
is_mark(uint32_t code)
{
	return (code >= 0x0300 && code <= 0x036F) || (code >= 0x20D0 && code <= 0x20FF);
}

static bool
is_symbol(uint32_t code)
{
	return code < 0xC0 || code == 0xD7 || code == 0xF7 ||
		(code >= 0x2000 && code < 0x2C00 && !(code >= 0x2160 && code < 0x2180)) ||
		(code >= 0x3000 && code < 0x3040);
}

static uint32_t
primary_of(uint32_t lower)
{
	const char *place;

	if (lower >= 'a' && lower <= 'z')
		return PRIMARY_LATIN + (lower - 'a') * 16;
	if (lower >= '0' && lower <= '9')
		return PRIMARY_DIGIT + (lower - '0');
	if (lower == ' ')
		return PRIMARY_BLANK;
	if (lower < 0x80)
	{
		place = lower == 0 ? NULL : strchr(ascii_order, (int) lower);
		return place == NULL ? lower : PRIMARY_ASCII + (uint32_t) (place - ascii_order);
	}
	switch (lower)
	{
		case 0x00F0:			/* eth */
			return PRIMARY_LATIN + ('d' - 'a') * 16 + 8;
		case 0x014B:			/* eng */
			return PRIMARY_LATIN + ('n' - 'a') * 16 + 8;
		case 0x0259:			/* schwa */
			return PRIMARY_LATIN + ('e' - 'a') * 16 + 8;
		default:
			return (is_symbol(lower) ? PRIMARY_SYMBOL : PRIMARY_OTHER) + lower;
	}
}

static void
add_mark(Weight *weight, uint32_t mark)
{
	weight->secondary = weight->secondary << 12 | ((mark ^ (mark >> 12)) & 0xFFF);
}

Weight
weight_of(uint32_t code)
{
	Weight		weight = {0, 0, 0};
	uint32_t	marks[8];
	int			mark_count = 0;
	uint32_t	base;
	uint32_t	mark;
	const Special *special;

	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFF01 - '!';	/* full width: the same character */
	else if (code >= 0x30A1 && code <= 0x30F6)
		code -= 0x60;			/* katakana: as hiragana */
	if (code >= 0x80)
	{
		while (unicode_decompose(code, &base, &mark))
		{
			code = base;
			if (mark != 0 && mark_count < 8)
				marks[mark_count++] = mark;
		}
		special = special_find(code);
		if (special != NULL)
		{
			code = special->base;
			weight.tertiary = special->tertiary;
		}
	}
	base = unicode_lower(code);
	if (base != code)
		weight.tertiary |= TERTIARY_CAPITAL;
	weight.primary = primary_of(base);
	while (mark_count > 0)
		add_mark(&weight, marks[--mark_count]);
	return weight;
}

Weight
weight_next(const char **at, const char *end, uint32_t *expansion)
{
	Weight		weight;
	const Special *special;

	if (*expansion != 0)
	{
		weight = weight_of(*expansion);
		*expansion = 0;
	}
	else
	{
		uint32_t	code = utf8_next(at, end);
		uint32_t	base = code;
		uint32_t	mark;

		weight = weight_of(code);
		if (code >= 0x80)
		{
			while (unicode_decompose(base, &base, &mark))
				;
			special = special_find(base);
			if (special != NULL && special->next != 0)
			{
				/* Capitals expand to capitals: AE is 'A' and 'E'. */
				*expansion = special->tertiary & TERTIARY_CAPITAL ?
					unicode_upper(special->next) : special->next;
				return weight;
			}
		}
	}
	while (*at < end && (unsigned char) **at >= 0xCC)
	{
		const char *after = *at;
		uint32_t	code = utf8_next(&after, end);

		if (!is_mark(code))
			break;
		add_mark(&weight, code);
		*at = after;
	}
	return weight;
}

int
weight_compare(const Collation *collation, const Weight *a, const Weight *b)
{
	if (a->primary != b->primary)
		return a->primary < b->primary ? -1 : 1;
	if (!collation->ignore_accent && a->secondary != b->secondary)
		return a->secondary < b->secondary ? -1 : 1;
	if (!collation->ignore_case && a->tertiary != b->tertiary)
		return a->tertiary < b->tertiary ? -1 : 1;
	return 0;
}
