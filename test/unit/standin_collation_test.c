/*
 * test/unit/standin_collation_test.c
 *		The stand-in's collations: names, order, equality, and LIKE.
 *
 * A unique index stands on the order, so that it is total is proved on every
 * triple of a list of awkward strings.
 */
/* sources: test/standin/collation.c test/standin/weight.c test/standin/like.c test/standin/unicode*.c test/standin/product.c */
#include <string.h>

#include "convert.h"
#include "tap.h"

#define CI_AS	"SQL_Latin1_General_CP1_CI_AS"
#define CS_AS	"Latin1_General_CS_AS"
#define CI_AI	"Latin1_General_CI_AI"
#define BIN2	"Latin1_General_BIN2"
#define UTF8	"Latin1_General_100_BIN2_UTF8"
#define SC		"Latin1_General_100_CI_AS_SC"

#define E_ACUTE		"\xC3\xA9"
#define E_CAPITAL	"\xC3\x89"		/* E with acute */
#define E_COMBINED	"e\xCC\x81"
#define SHARP_S		"\xC3\x9F"
#define GRIN		"\xF0\x9F\x98\x80"
#define PRIVATE		"\xEE\x80\x80"	/* U+E000 */

static int
compare(const char *collation, const char *a, const char *b)
{
	return collation_compare(collation_find(collation), a, strlen(a), b, strlen(b));
}

static void
test_names(void)
{
	static const struct
	{
		const char *name;
		uint8_t		tds[5];
	}			cases[] = {
		{"SQL_Latin1_General_CP1_CI_AS", {0x09, 0x04, 0xD0, 0x00, 0x34}},
		{"sql_latin1_general_cp1_cs_as", {0x09, 0x04, 0xC0, 0x00, 0x33}},
		{"Latin1_General_CI_AS", {0x09, 0x04, 0xD0, 0x00, 0x00}},
		{"Latin1_General_CI_AI", {0x09, 0x04, 0xF0, 0x00, 0x00}},
		{"Latin1_General_BIN", {0x09, 0x04, 0x00, 0x01, 0x00}},
		{"Latin1_General_BIN2", {0x09, 0x04, 0x00, 0x02, 0x00}},
		{"Latin1_General_100_CI_AS", {0x09, 0x04, 0xD0, 0x20, 0x00}},
		{"Latin1_General_100_CS_AS_SC_UTF8", {0x09, 0x04, 0xC0, 0x24, 0x00}},
		{"Latin1_General_100_BIN2", {0x09, 0x04, 0x00, 0x22, 0x00}},
		{"Latin1_General_100_BIN2_UTF8", {0x09, 0x04, 0x00, 0x26, 0x00}}
	};
	static const uint8_t unknown[5] = {1, 2, 3, 4, 5};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const Collation *found = collation_find(cases[i].name);

		ok(found != NULL && memcmp(found->tds, cases[i].tds, 5) == 0 &&
		   collation_by_tds(cases[i].tds) == found, "%s travels and comes back", cases[i].name);
	}
	ok(collation_find("Klingon_CI_AS") == NULL, "an unknown name");
	ok(collation_by_tds(unknown) == collation_default(), "unknown bytes");
	ok(collation_find("DATABASE_DEFAULT") == collation_default(), "database_default");
}

static void
test_compare(void)
{
	static const struct
	{
		const char *collation;
		const char *a;
		const char *b;
		int			result;
	}			cases[] = {
		{CI_AS, "a", "A", 0}, {CI_AS, "abc", "ABD", -1}, {CI_AS, "a", "b", -1},
		{CI_AS, "abc", "abc   ", 0}, {CI_AS, "", "   ", 0}, {CI_AS, "", "a", -1},
		{CI_AS, "abc", " abc", 1}, {CI_AS, "abc", "abcd", -1},
		{CI_AS, "e", E_ACUTE, -1}, {CI_AS, E_ACUTE, E_CAPITAL, 0}, {CI_AS, E_ACUTE, "f", -1},
		{CI_AS, E_ACUTE "a", "eb", -1}, {CI_AS, "ea", E_ACUTE, 1}, {CI_AS, E_ACUTE, E_COMBINED, 0},
		{CI_AS, "strasse", "stra" SHARP_S "e", 0}, {CI_AS, SHARP_S, "s", 1},
		{CI_AS, "\xC3\xA6", "ae", 0}, {CI_AS, "\xC3\x86", "AE", 0}, {CI_AS, "\xC3\xB8", "o", 1},
		{CI_AS, "\xCE\xA9", "\xCF\x89", 0},	/* omega */
		{CI_AS, "\xD0\x96", "\xD0\xB6", 0},	/* zhe */
		{CI_AS, "\xD0\xB0", "\xD0\xB1", -1},	/* a, be */
		{CI_AS, "\xD0\x99", "\xD0\xB8\xCC\x86", 0},	/* short i, in one and in two */
		{CI_AS, "z", "\xCE\xB1", -1}, {CI_AS, "\xCE\xB1", "\xD0\xB0", -1},
		{CI_AS, "_", "a", -1}, {CI_AS, "_", "0", -1}, {CI_AS, "9", "a", -1}, {CI_AS, "-", "0", -1},
		{CI_AS, "~", "0", -1}, {CI_AS, " ", "!", -1}, {CI_AS, "\xE2\x82\xAC", "1", -1},
		{CI_AS, "a-b", "ab", -1}, {CI_AS, "a1", "a10", -1},
		{CI_AS, "\xEF\xBC\xA1", "a", 0},	/* full-width A */
		{CI_AS, GRIN, GRIN " ", 0}, {CI_AS, GRIN, "\xF0\x9F\x98\x81", 0}, {SC, GRIN, "\xF0\x9F\x98\x81", -1},
		{CS_AS, "a", "A", -1}, {CS_AS, "A", "b", -1}, {CS_AS, "abC", "abc", 1},
		{CS_AS, "aB", "Ab", -1}, {CS_AS, "A" E_ACUTE, "ae", 1}, {CS_AS, "abc", "abc ", 0},
		{CI_AI, E_ACUTE, "E", 0}, {CI_AI, "\xC3\xB8", "o", 0}, {CI_AI, "\xC5\x81", "l", 0},
		{CI_AI, "\xE1\xBA\xA4", "a", 0}, {CI_AI, E_ACUTE, "f", -1},
		{BIN2, "a", "A", 1}, {BIN2, "a", "a ", 0}, {BIN2, "a", "a\t", 1}, {BIN2, "Z", "a", -1},
		{BIN2, E_ACUTE, "z", 1}, {BIN2, GRIN, PRIVATE, -1}, {BIN2, E_ACUTE, E_COMBINED, 1},
		{UTF8, GRIN, PRIVATE, 1}, {UTF8, "a", "a ", 0}, {UTF8, "a", "b", -1}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(compare(cases[i].collation, cases[i].a, cases[i].b) == cases[i].result &&
		   compare(cases[i].collation, cases[i].b, cases[i].a) == -cases[i].result,
		   "%s: '%s' against '%s' is %d", cases[i].collation, cases[i].a, cases[i].b,
		   compare(cases[i].collation, cases[i].a, cases[i].b));
}

static const char *const awkward[] = {
	"", " ", "\t", "a", "A", "a ", "a\t", "a b", "aa", "aA", "ab", E_ACUTE, E_CAPITAL, E_COMBINED,
	"e", "E", "ea", "eb", E_ACUTE "a", "\xCC\x81", "a\xCC\x81", " \xCC\x81", SHARP_S, "ss", "SS", "s", "sT",
	"\xC3\xA6", "ae", "aE", "\xC7\xBD", "0", "9", "10", "_", "-", "a-", "a'", "\xE2\x82\xAC", "\xC2\xB2", "2",
	"\xCE\xA9", "\xCF\x89", "\xCF\x82", "\xCF\x83", "\xD0\x99", "\xD0\xB9", "\xD0\xB8", GRIN, PRIVATE,
	"\xED\xA0\xBD", ("\xED\xA0\xBD" "a"), "\xFF", "\xC3", "\xEF\xBF\xBD", "\xEF\xBC\xA1", "\xC2\xA0",
	"\xE3\x80\x80", "\x01", "a\x01", "\x7F", "\xC5\x81", "l", "\xC3\xBE", "th", "\xE1\xBA\xA5", "\xC3\xA2\xCC\x81"
};

#define AWKWARD	(int) (sizeof(awkward) / sizeof(awkward[0]))

static void
test_order(const char *collation)
{
	int			wrong = 0;

	for (int i = 0; i < AWKWARD; i++)
	{
		for (int j = 0; j < AWKWARD; j++)
		{
			int			ij = compare(collation, awkward[i], awkward[j]);

			wrong += ij != -compare(collation, awkward[j], awkward[i]) || (i == j && ij != 0);
			for (int k = 0; k < AWKWARD; k++)
				wrong += ij <= 0 && compare(collation, awkward[j], awkward[k]) <= 0 &&
					compare(collation, awkward[i], awkward[k]) > 0;
		}
	}
	ok(wrong == 0, "%s is a total order (%d wrong)", collation, wrong);
}

/* Equality may only become coarser from BIN2 to CS_AS to CI_AS to CI_AI. */
static void
test_nesting(void)
{
	static const char *const finer[] = {BIN2, CS_AS, "Latin1_General_CI_AS", CI_AI};
	int			wrong = 0;

	for (int i = 0; i < AWKWARD; i++)
	{
		for (int j = 0; j < AWKWARD; j++)
		{
			for (int k = 0; k < 3; k++)
				wrong += compare(finer[k], awkward[i], awkward[j]) == 0 &&
					compare(finer[k + 1], awkward[i], awkward[j]) != 0;
		}
	}
	ok(wrong == 0, "collations nest (%d wrong)", wrong);
}

static void
test_like(void)
{
	static const struct
	{
		const char *collation;
		const char *text;
		const char *pattern;
		char		escape;
		bool		result;
	}			cases[] = {
		{CI_AS, "abc", "ABC", 0, true}, {CI_AS, "abc", "a%", 0, true}, {CI_AS, "abc", "%c", 0, true},
		{CI_AS, "abc", "%b%", 0, true}, {CI_AS, "abc", "a_c", 0, true}, {CI_AS, "abc", "a_", 0, false},
		{CI_AS, "abc", "", 0, false}, {CI_AS, "", "", 0, true}, {CI_AS, "", "%", 0, true},
		{CI_AS, "", "_", 0, false}, {CI_AS, "abc", "%%%", 0, true}, {CI_AS, "abc", "_%_%_", 0, true},
		{CI_AS, "abc", "_%_%_%_", 0, false}, {CI_AS, "aXbXc", "a%b%c", 0, true},
		{CI_AS, "mississippi", "%iss%ip%i", 0, true}, {CI_AS, "mississippi", "%iss%ipp", 0, false},
		{CI_AS, "abc", "[a-c]bc", 0, true}, {CI_AS, "Bbc", "[a-c]bc", 0, true},
		{CI_AS, "dbc", "[a-c]bc", 0, false}, {CI_AS, "dbc", "[^a-c]bc", 0, true},
		{CI_AS, "abc", "[^a-c]bc", 0, false}, {CI_AS, "5", "[0-9]", 0, true}, {CI_AS, "a", "[0-9]", 0, false},
		{CI_AS, "-", "[a-]", 0, true}, {CI_AS, "-", "[-a]", 0, true}, {CI_AS, "b", "[a-]", 0, false},
		{CI_AS, "%", "[%]", 0, true}, {CI_AS, "x", "[%]", 0, false}, {CI_AS, "_", "[_]", 0, true},
		{CI_AS, "[", "[[]", 0, true}, {CI_AS, "]", "]", 0, true}, {CI_AS, "^", "[a^]", 0, true},
		{CI_AS, "a", "[]", 0, false}, {CI_AS, "a", "[a", 0, false}, {CI_AS, "a", "[", 0, false},
		{CI_AS, "b", "[c-a]", 0, false}, {CI_AS, "a%c", "a!%c", '!', true}, {CI_AS, "abc", "a!%c", '!', false},
		{CI_AS, "a!c", "a!!c", '!', true}, {CI_AS, "a[c", "a![c", '!', true}, {CI_AS, "]", "[!]]", '!', true},
		{CI_AS, "abc", "abc!", '!', false}, {CI_AS, "a", "[a!", '!', false}, {CI_AS, "abc", "!abc", '!', true},
		{CI_AS, "50%", "50\\%", '\\', true}, {CI_AS, "a\\b", "a\\b", 0, true},
		{CI_AS, "abc ", "abc", 0, false}, {CI_AS, "abc", "abc ", 0, false}, {CI_AS, "abc ", "abc ", 0, true},
		{CI_AS, E_ACUTE, "e", 0, false}, {CI_AI, E_ACUTE, "e", 0, true}, {CI_AS, E_ACUTE, E_CAPITAL, 0, true},
		{CI_AS, "x" E_ACUTE "y", "x_y", 0, true}, {CI_AS, E_ACUTE, "[a-f]", 0, true},
		{CI_AS, SHARP_S, "s", 0, false}, {CI_AS, SHARP_S, "_", 0, true},
		{CI_AS, GRIN, "_", 0, false}, {CI_AS, GRIN, "__", 0, true}, {SC, GRIN, "_", 0, true},
		{SC, GRIN, "[" GRIN "]", 0, true}, {CI_AS, GRIN "x", GRIN "_", 0, true},
		{CS_AS, "abc", "ABC", 0, false}, {CS_AS, "B", "[a-c]", 0, true}, {CS_AS, "A", "[a-c]", 0, true},
		{CS_AS, "C", "[a-c]", 0, false}, {BIN2, "B", "[a-c]", 0, false}, {BIN2, "b", "[a-c]", 0, true},
		{BIN2, "ABC", "abc", 0, false}, {BIN2, "abc", "a%", 0, true}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(collation_like(collation_find(cases[i].collation), cases[i].text, strlen(cases[i].text),
						  cases[i].pattern, strlen(cases[i].pattern),
						  (uint32_t) cases[i].escape) == cases[i].result,
		   "%s: '%s' LIKE '%s' is %s", cases[i].collation, cases[i].text, cases[i].pattern,
		   cases[i].result ? "true" : "false");
}

static void
test_like_char(void)
{
	static const struct
	{
		const char *text;
		const char *pattern;
		bool		result;
	}			cases[] = {
		{"abc  ", "abc", true}, {"abc  ", "abc ", true}, {"abc  ", "abc   ", false}, {"abc  ", "a%c", true},
		{"abc d", "abc", false}, {"abc ", "ab_", true}, {"abc ", "abc_", true}, {"abc  ", "abc[^ ]", false},
		{"   ", "", true}, {"abc", "abc ", false}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(collation_like_char(collation_default(), cases[i].text, strlen(cases[i].text),
							   cases[i].pattern, strlen(cases[i].pattern), 0) == cases[i].result,
		   "char '%s' LIKE '%s' is %s", cases[i].text, cases[i].pattern,
		   cases[i].result ? "true" : "false");
}

/* Patterns and texts that make a naive matcher exponential, or need much memory. */
static void
test_like_hard(void)
{
	char		text[4000];
	char		pattern[4000];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '%' : 'a';
	pattern[sizeof(pattern) - 1] = 'b';
	ok(!collation_like(collation_default(), text, sizeof(text), pattern, sizeof(pattern), 0),
	   "many %% and no match");
	pattern[sizeof(pattern) - 1] = '%';
	ok(collation_like(collation_default(), text, sizeof(text), pattern, sizeof(pattern), 0),
	   "many %% and a match");
	memset(pattern, '[', sizeof(pattern));
	ok(!collation_like(collation_default(), text, sizeof(text), pattern, sizeof(pattern), 0),
	   "a set that never ends");
}

int
main(void)
{
	test_names();
	test_compare();
	test_order(CI_AS);
	test_order(CS_AS);
	test_order(CI_AI);
	test_order(BIN2);
	test_order(UTF8);
	test_nesting();
	test_like();
	test_like_char();
	test_like_hard();
	return done_testing();
}
