/*
 * test/unit/standin_text_test.c
 *		The stand-in's conversions to text: styles, lengths, code pages.
 */
/* sources: test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include "standin_cast.h"

#define EURO	"\xE2\x82\xAC"
#define GRIN	"\xF0\x9F\x98\x80"	/* two UTF-16 units */
#define E_ACUTE	"\xC3\xA9"

static const CastCase plain[] = {
	{"12345", "int", "varchar(5)", "12345"},
	{"12345", "int", "varchar(4)", "*"},
	{"-1", "smallint", "char(1)", "*"},
	{"100", "tinyint", "char(5)", "100  "},
	{"12345", "int", "nvarchar(4)", "error 8115"},
	{"12345", "bigint", "varchar(4)", "error 8115"},
	{"12.50", "decimal(5,2)", "varchar(5)", "12.50"},
	{"12.50", "decimal(5,2)", "varchar(4)", "error 8115"},
	{"0.5", "decimal(5,2)", "varchar(10)", "0.50"},
	{"-0.5", "decimal(5,2)", "varchar(10)", "-0.50"},
	{"1", "money", "varchar(3)", "error 234"},
	{"1", "money", "varchar(4)", "1.00"},
	{"1.5", "float", "varchar(2)", "error 8115"},
	{"1", "bit", "varchar(1)", "1"},
	{"abc", "varchar(10)", "varchar(2)", "ab"},
	{"abc", "nvarchar(10)", "nvarchar(2)", "ab"},
	{"abc", "varchar(10)", "char(5)", "abc  "},
	{"abc", "varchar(10)", "nchar(5)", "abc  "},
	{"ab", "char(4)", "varchar(10)", "ab  "},
	{"ab", "char(4)", "char(2)", "ab"},
	{"", "varchar(10)", "varchar(10)", ""},
	{"", "varchar(10)", "char(2)", "  "},
	{"abc", "varchar(10)", "varchar(max)", "abc"},
	{"abc", "varchar(10)", "text", "abc"},
	{"abc", "nvarchar(10)", "ntext", "abc"},
	{"<a/>", "nvarchar(10)", "xml", "<a/>"},
	{E_ACUTE "t" E_ACUTE, "nvarchar(10)", "varchar(2)", E_ACUTE "t"},
	{EURO, "nvarchar(10)", "varchar(1)", EURO},
	{GRIN, "nvarchar(10)", "varchar(10)", "??"},
	{GRIN "a", "nvarchar(10)", "nvarchar(2)", GRIN},
	{"a" GRIN, "nvarchar(10)", "nvarchar(2)", "a\xED\xA0\xBD"},
	{GRIN, "nvarchar(10)", "nchar(3)", GRIN " "},
	{"\xE6\x97\xA5", "nvarchar(10)", "varchar(10)", "?"},
	{"\xC5\x82\xC4\x87\xCE\xA9\xE2\x88\x9E\xEF\xBC\xA1", "nvarchar(10)", "varchar(10)", "lcO8A"},
	{"\xCE\xB1\xCE\xB2\xCE\xB3", "nvarchar(10)", "varchar(10)", "a\xC3\x9F?"},
	{"NULL", "int", "varchar(10)", "NULL"},
	{"0x4142", "varbinary(10)", "varchar(10)", "AB"},
	{"0x80", "varbinary(10)", "varchar(10)", EURO},
	{"0x41004200", "varbinary(10)", "nvarchar(10)", "AB"},
	{"0x410042", "varbinary(10)", "nvarchar(10)", "AB"},
	{"0x", "varbinary(10)", "varchar(10)", ""},
	{"6f9619ff-8b86-d011-b42d-00c04fc964ff", "uniqueidentifier", "char(36)",
	"6F9619FF-8B86-D011-B42D-00C04FC964FF"},
	{"6f9619ff-8b86-d011-b42d-00c04fc964ff", "uniqueidentifier", "varchar(35)", "error 8170"},
	{"2020-02-03", "date", "varchar(7)", "2020-02"}
};

typedef struct StyleCase
{
	const char *text;
	const char *from;
	int			style;
	const char *result;
} StyleCase;

static const StyleCase styles[] = {
	{"0", "float", 0, "0"},
	{"0.1", "float", 0, "0.1"},
	{"123456", "float", 0, "123456"},
	{"1234567", "float", 0, "1.23457e+006"},
	{"0.0001", "float", 0, "0.0001"},
	{"0.00001", "float", 0, "1e-005"},
	{"-1e100", "float", 0, "-1e+100"},
	{"123.456", "float", 1, "1.2345600e+002"},
	{"123.456", "float", 2, "1.234560000000000e+002"},
	{"0.1", "float", 3, "1.0000000000000001e-001"},
	{"0.1", "float", 126, "1.000000000000000e-001"},
	{"0.1", "real", 126, "1.0000000e-001"},
	{"0.1", "float", 9, "error 281"},
	{"1234567.895", "money", 0, "1234567.90"},
	{"1234567.895", "money", 1, "1,234,567.90"},
	{"-1234567.895", "money", 1, "-1,234,567.90"},
	{"-123.4", "money", 1, "-123.40"},
	{"-123456", "smallmoney", 1, "-123,456.00"},
	{"1234567.895", "money", 2, "1234567.8950"},
	{"1234567.895", "money", 126, "1234567.8950"},
	{"0.005", "money", 0, "0.01"},
	{"-0.004", "money", 0, "0.00"},
	{"0", "money", 7, "error 281"},
	{"0xDEADBEEF", "varbinary(10)", 1, "0xDEADBEEF"},
	{"0xDEADBEEF", "varbinary(10)", 2, "DEADBEEF"},
	{"0x", "varbinary(10)", 1, "0x"}
};

static void
test_styles(void)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
	{
		const char *result = convert(styles[i].text, styles[i].from, "varchar(60)",
									 styles[i].style, true);

		ok(strcmp(result, styles[i].result) == 0, "CONVERT(varchar, %s %s, %d) is %s",
		   styles[i].from, styles[i].text, styles[i].style, result);
	}
}

/* INSERT refuses what CAST cuts, but for blanks. */
static void
test_implicit(void)
{
	static const struct
	{
		const char *text;
		const char *from;
		const char *to;
		const char *result;
	}			cases[] = {
		{"abc", "varchar(10)", "varchar(3)", "abc"},
		{"abcd", "varchar(10)", "varchar(3)", "error 2628"},
		{"abc   ", "varchar(10)", "varchar(3)", "abc"},
		{"abc  d", "varchar(10)", "varchar(3)", "error 2628"},
		{"ab   ", "nvarchar(10)", "nchar(3)", "ab "},
		{EURO EURO, "nvarchar(10)", "varchar(2)", EURO EURO},
		{"12345", "int", "varchar(3)", "*"},
		{"1.5", "money", "varchar(10)", "error 257"},
		{"1.5", "money", "nvarchar(10)", "error 257"},
		{"1.5", "decimal(5,1)", "varchar(10)", "1.5"},
		{"abc", "varchar(10)", "varbinary(10)", "error 257"},
		{"12:00", "time", "int", "error 206"},
		{"1", "int", "date", "error 206"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *result = convert(cases[i].text, cases[i].from, cases[i].to, 0, false);

		ok(strcmp(result, cases[i].result) == 0, "%s '%s' into %s: %s", cases[i].from,
		   cases[i].text, cases[i].to, result);
	}
}

static void
test_utf8_collation(void)
{
	TypeSpec	from = type_of("nvarchar(max)");
	TypeSpec	to = type_of("varchar(4)");
	SqlValue	in = {.p = "a" EURO GRIN, .n = 8};
	SqlValue	out;

	to.collation = collation_find("Latin1_General_100_CI_AS_SC_UTF8");
	ok(convert_value(&in, &from, &to, 0, true, cast_arena, &out, &cast_error) &&
	   out.n == 4 && memcmp(out.p, "a" EURO, 4) == 0, "UTF-8 varchar counts bytes");
	to.length = 7;
	ok(convert_value(&in, &from, &to, 0, true, cast_arena, &out, &cast_error) &&
	   out.n == 4, "no half character stays");
	to.type = SQL_CHAR;
	to.length = 5;
	ok(convert_value(&in, &from, &to, 0, true, cast_arena, &out, &cast_error) &&
	   out.n == 5 && memcmp(out.p, "a" EURO " ", 5) == 0, "char is padded to its bytes");
	to = type_of("nvarchar(3)");
	to.collation = collation_find("Latin1_General_100_CI_AS_SC");
	ok(convert_value(&in, &from, &to, 0, true, cast_arena, &out, &cast_error) &&
	   out.n == 4, "an _SC collation keeps pairs whole");
}

static void
test_encodings(void)
{
	size_t		size;
	size_t		back_size;
	char	   *units;
	char	   *back;
	char		all[256];

	units = text_to_utf16(cast_arena, "a" EURO GRIN, 8, &size);
	ok(size == 8 && memcmp(units, "a\0\xAC\x20\x3D\xD8\x00\xDE", 8) == 0, "UTF-8 to UTF-16LE");
	back = text_from_utf16(cast_arena, units, size, &back_size);
	ok(back_size == 8 && memcmp(back, "a" EURO GRIN, 8) == 0, "and back");
	back = text_from_utf16(cast_arena, "\x00\xD8" "a\0", 4, &back_size);
	units = text_to_utf16(cast_arena, back, back_size, &size);
	ok(size == 4 && memcmp(units, "\x00\xD8" "a\0", 4) == 0, "a lone surrogate survives");
	back = text_from_utf16(cast_arena, "a\0b", 3, &back_size);
	ok(back_size == 1 && back[0] == 'a', "half a unit at the end is dropped");
	units = text_to_utf16(cast_arena, "\xFF" "a\xC3", 3, &size);
	ok(size == 6 && memcmp(units, "\xFD\xFF" "a\0\xFD\xFF", 6) == 0, "broken UTF-8 becomes U+FFFD");
	units = text_to_utf16(cast_arena, "\xC0\x80\xE0\x80\x80", 5, &size);
	ok(size == 10, "overlong sequences are broken");
	for (int i = 0; i < 256; i++)
		all[i] = (char) i;
	back = text_from_cp1252(cast_arena, all, 256, &back_size);
	units = text_to_cp1252(cast_arena, back, back_size, &size);
	ok(size == 256 && memcmp(units, all, 256) == 0, "every byte of 1252 there and back");
	ok(text_utf16_units("a" EURO GRIN, 8) == 4, "UTF-16 units");
	back = text_change_case(cast_arena, true, "stra\xC3\x9F" "e " E_ACUTE "\xD1\x8F\xCF\x89", 14, &size);
	ok(size == 14 && memcmp(back, "STRA\xC3\x9F" "E \xC3\x89\xD0\xAF\xCE\xA9", 14) == 0, "UPPER: %s", back);
	back = text_change_case(cast_arena, false, "\xC3\x89\xD0\xAF\xCE\xA9" "Z", 7, &size);
	ok(size == 7 && memcmp(back, E_ACUTE "\xD1\x8F\xCF\x89" "z", 7) == 0, "LOWER: %s", back);
}

static void
test_message(void)
{
	(void) convert("12.5", "decimal(5,2)", "varchar(2)", 0, true);
	ok(strcmp(cast_error.text, "Arithmetic overflow error converting numeric to data type varchar.") == 0,
	   "%s", cast_error.text);
	(void) convert("1.5", "money", "varchar(10)", 0, false);
	ok(strcmp(cast_error.text, "Implicit conversion from data type money to varchar is not allowed. "
			  "Use the CONVERT function to run this query.") == 0, "%s", cast_error.text);
	(void) convert("1", "int", "date", 0, false);
	ok(strcmp(cast_error.text, "Operand type clash: int is incompatible with date") == 0,
	   "%s", cast_error.text);
	(void) convert("0.1", "float", "varchar(10)", 9, true);
	ok(strcmp(cast_error.text, "9 is not a valid style number when converting from float to a "
			  "character string.") == 0, "%s", cast_error.text);
}

static void
test_arena(void)
{
	Arena	   *arena = arena_new();
	char	   *small = arena_copy(arena, "abc", 3);
	bool		kept = true;

	for (int i = 0; i < 1000; i++)
	{
		size_t		size = (size_t) (i * 37 % 5000);
		char	   *block = arena_alloc(arena, size);

		memset(block, i, size);
		kept = kept && ((uintptr_t) block & 7) == 0;
	}
	ok(kept && strcmp(small, "abc") == 0, "blocks are aligned and do not overlap");
	ok(arena_alloc(arena, 5000000) != NULL, "a large block");
	arena_reset(arena);
	ok(strcmp(arena_copy(arena, "again", 5), "again") == 0, "an arena works after reset");
	arena_free(arena);
	arena_free(NULL);
}

int
main(void)
{
	cast_arena = arena_new();
	TEST_CASTS(plain);
	test_styles();
	test_implicit();
	test_utf8_collation();
	test_encodings();
	test_message();
	test_arena();
	arena_free(cast_arena);
	return done_testing();
}
