/*
 * test/standin/collation.c
 *		The collations by name, and comparison of text.
 *
 * Two strings compare as if the shorter one went on with blanks for ever.  The
 * first difference of letters decides; without one the first of accents, then
 * the first of case, as far as the collation looks at them.  Each is a function
 * of its string alone, so the order is total and equality transitive: it may
 * back a unique index.
 */
#include <string.h>
#include <strings.h>

#include "collate.h"
#include "convert.h"
#include "product.h"
#include "unicode.h"

/*
 * The five bytes: LCID (20 bits), flags (8: ignore case, accent, kana, width;
 * BIN, BIN2, UTF-8), version (4), and the sort id of the SQL_ collations.
 */
#define SQL_LATIN(name, flags, sort, ci, ai) \
	{name, {0x09, 0x04, flags, 0x00, sort}, ci, ai, false, false}
#define LATIN(name, flags, ci, ai) \
	{name, {0x09, 0x04, flags, 0x00, 0x00}, ci, ai, false, false}
#define LATIN_100(name, flags, ci, ai) \
	{name, {0x09, 0x04, flags, 0x20, 0x00}, ci, ai, false, false}
#define LATIN_100_UTF8(name, flags, ci, ai) \
	{name, {0x09, 0x04, flags, 0x24, 0x00}, ci, ai, false, true}
#define LATIN_BINARY(name, high, utf8) \
	{name, {0x09, 0x04, 0x00, high, 0x00}, false, false, true, utf8}

/* The default comes first; where bytes repeat, the first of the names stands for them. */
static const Collation collations[] = {
	SQL_LATIN("SQL_Latin1_General_CP1_CI_AS", 0xD0, 0x34, true, false),
	SQL_LATIN("SQL_Latin1_General_CP1_CS_AS", 0xC0, 0x33, false, false),
	SQL_LATIN("SQL_Latin1_General_CP1_CI_AI", 0xF0, 0x36, true, true),
	LATIN("Latin1_General_CI_AS", 0xD0, true, false),
	LATIN("Latin1_General_CS_AS", 0xC0, false, false),
	LATIN("Latin1_General_CI_AI", 0xF0, true, true),
	LATIN("Latin1_General_CS_AI", 0xE0, false, true),
	LATIN_BINARY("Latin1_General_BIN", 0x01, false),
	LATIN_BINARY("Latin1_General_BIN2", 0x02, false),
	LATIN_100("Latin1_General_100_CI_AS", 0xD0, true, false),
	LATIN_100("Latin1_General_100_CS_AS", 0xC0, false, false),
	LATIN_100("Latin1_General_100_CI_AI", 0xF0, true, true),
	LATIN_100("Latin1_General_100_CS_AI", 0xE0, false, true),
	LATIN_100("Latin1_General_100_CI_AS_SC", 0xD0, true, false),
	LATIN_100("Latin1_General_100_CS_AS_SC", 0xC0, false, false),
	LATIN_100("Latin1_General_100_CI_AI_SC", 0xF0, true, true),
	LATIN_100("Latin1_General_100_CS_AI_SC", 0xE0, false, true),
	LATIN_100_UTF8("Latin1_General_100_CI_AS_SC_UTF8", 0xD0, true, false),
	LATIN_100_UTF8("Latin1_General_100_CS_AS_SC_UTF8", 0xC0, false, false),
	LATIN_100_UTF8("Latin1_General_100_CI_AI_SC_UTF8", 0xF0, true, true),
	LATIN_100_UTF8("Latin1_General_100_CS_AI_SC_UTF8", 0xE0, false, true),
	LATIN_BINARY("Latin1_General_100_BIN", 0x21, false),
	LATIN_BINARY("Latin1_General_100_BIN2", 0x22, false),
	LATIN_BINARY("Latin1_General_100_BIN2_UTF8", 0x26, true)
};

#define COLLATIONS	(sizeof(collations) / sizeof(collations[0]))

const Collation *
collation_default(void)
{
	return &collations[0];
}

const Collation *
collation_find(const char *name)
{
	if (strcasecmp(name, "database_default") == 0 || strcasecmp(name, "catalog_default") == 0)
		return collation_default();
	for (size_t i = 0; i < COLLATIONS; i++)
	{
		if (strcasecmp(name, collations[i].name) == 0)
			return product_has(name) ? &collations[i] : NULL;
	}
	return NULL;
}

const Collation *
collation_by_tds(const uint8_t tds[5])
{
	for (size_t i = 0; i < COLLATIONS; i++)
	{
		if (memcmp(tds, collations[i].tds, sizeof(collations[i].tds)) == 0)
			return &collations[i];
	}
	return collation_default();
}

bool
collation_has_pairs(const Collation *collation)
{
	return collation->utf8 || strstr(collation->name, "_SC") != NULL;
}

/*
 * The place of a code point among UTF-16 code units: a pair begins with a unit
 * from D800 on and so sorts before E000, right after that unit alone.
 */
static uint32_t
unit_order(uint32_t code)
{
	if (code < 0x10000)
		return code * 0x800;
	code -= 0x10000;
	return (0xD800 + (code >> 10)) * 0x800 + 1 + (code & 0x3FF);
}

static int
compare_binary(const Collation *collation, const char *a, const char *a_end,
			   const char *b, const char *b_end)
{
	while (a < a_end || b < b_end)
	{
		uint32_t	unit_a = a < a_end ? utf8_next(&a, a_end) : ' ';
		uint32_t	unit_b = b < b_end ? utf8_next(&b, b_end) : ' ';

		if (unit_a == unit_b)
			continue;
		if (!collation->utf8)
		{
			unit_a = unit_order(unit_a);
			unit_b = unit_order(unit_b);
		}
		if (unit_a != unit_b)
			return unit_a < unit_b ? -1 : 1;
	}
	return 0;
}

/* An ASCII character that no mark follows: it weighs what its byte says. */
static bool
is_plain(const char *at, const char *end)
{
	return at < end && (unsigned char) *at < 0x80 &&
		(at + 1 == end || (unsigned char) at[1] < 0x80);
}

/* Collations before version 100 give supplementary characters no weight: they are not there. */
static bool
is_weightless(const Collation *collation, const char *at, const char *end)
{
	return at < end && (unsigned char) *at >= 0xF0 && collation->tds[3] < 0x20 &&
		utf8_next(&at, end) > 0xFFFF;
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static int
compare_weights(const Collation *collation, const char *a, const char *a_end,
				const char *b, const char *b_end)
{
	const Weight pad = weight_of(' ');
	uint32_t	a_more = 0;
	uint32_t	b_more = 0;
	int			accent = 0;
	int			shape = 0;

	while (a < a_end || b < b_end || a_more != 0 || b_more != 0)
	{
		Weight		x;
		Weight		y;

		while (a_more == 0 && is_weightless(collation, a, a_end))
			utf8_next(&a, a_end);
		while (b_more == 0 && is_weightless(collation, b, b_end))
			utf8_next(&b, b_end);
		/* The short way for the common case, a letter against itself in any case. */
		if (a_more == 0 && b_more == 0 && is_plain(a, a_end) && is_plain(b, b_end) &&
			(*a == *b || ((*a ^ *b) == 0x20 && is_lower(*a | 0x20))))
		{
			if (shape == 0 && *a != *b)
				shape = is_lower(*a) ? -1 : 1;
			a++;
			b++;
			continue;
		}
		x = a < a_end || a_more != 0 ? weight_next(&a, a_end, &a_more) : pad;
		y = b < b_end || b_more != 0 ? weight_next(&b, b_end, &b_more) : pad;

		if (x.primary != y.primary)
			return x.primary < y.primary ? -1 : 1;
		if (accent == 0 && x.secondary != y.secondary)
			accent = x.secondary < y.secondary ? -1 : 1;
		if (shape == 0 && x.tertiary != y.tertiary)
			shape = x.tertiary < y.tertiary ? -1 : 1;
	}
	if (accent != 0 && !collation->ignore_accent)
		return accent;
	return collation->ignore_case ? 0 : shape;
}

/* How many leading bytes are the same; never ends inside a character or before its marks. */
static size_t
common_prefix(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t		least = a_size < b_size ? a_size : b_size;
	size_t		n = 0;

	while (n < least && a[n] == b[n] && (unsigned char) a[n] < 0x80)
		n++;
	if (n > 0 && ((n < a_size && (unsigned char) a[n] >= 0x80) ||
				  (n < b_size && (unsigned char) b[n] >= 0x80)))
		n--;
	return n;
}

int
collation_compare(const Collation *collation, const char *a, size_t a_size,
				  const char *b, size_t b_size)
{
	size_t		same;

	while (a_size > 0 && a[a_size - 1] == ' ')
		a_size--;
	while (b_size > 0 && b[b_size - 1] == ' ')
		b_size--;
	same = common_prefix(a, a_size, b, b_size);
	if (same == a_size && same == b_size)
		return 0;
	return (collation->binary ? compare_binary : compare_weights)
		(collation, a + same, a + a_size, b + same, b + b_size);
}
