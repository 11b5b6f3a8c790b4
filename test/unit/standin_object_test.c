/*
 * test/unit/standin_object_test.c
 *		The stand-in's geometry, geography, hierarchyid and json.
 *
 * The bytes are those that SQL Server's documentation and its users show.
 */
/* sources: test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include "standin_cast.h"

#include "json.h"
#include "object.h"
#include "reader.h"

#define ONE		"000000000000F03F"
#define TWO		"0000000000000040"
#define THREE	"0000000000000840"
#define FOUR	"0000000000001040"
#define ZERO	"0000000000000000"

typedef struct ObjectCase
{
	SqlType		class;
	const char *text;
	int			srid;
	const char *hex;			/* or "error N" */
	const char *back;			/* NULL = text */
} ObjectCase;

static const ObjectCase objects[] = {
	{SQL_HIERARCHYID, "/", 0, "", NULL},
	{SQL_HIERARCHYID, "/1/", 0, "58", NULL},
	{SQL_HIERARCHYID, "/2/", 0, "68", NULL},
	{SQL_HIERARCHYID, "/3/", 0, "78", NULL},
	{SQL_HIERARCHYID, "/4/", 0, "84", NULL},
	{SQL_HIERARCHYID, "/1/1/", 0, "5AC0", NULL},
	{SQL_HIERARCHYID, "/1/2/3/4/", 0, "5B5F08", NULL},
	{SQL_HIERARCHYID, "/0/", 0, "48", NULL},
	{SQL_HIERARCHYID, "/-8/-1/", 0, "389FC0", NULL},
	{SQL_HIERARCHYID, "/7/8/15/16/", 0, NULL, NULL},
	{SQL_HIERARCHYID, "/79/80/1103/1104/5199/", 0, NULL, NULL},
	{SQL_HIERARCHYID, "/5200/", 0, "error 6522", NULL},
	{SQL_HIERARCHYID, "/-9/", 0, "error 6522", NULL},
	{SQL_HIERARCHYID, "1/", 0, "error 6522", NULL},
	{SQL_HIERARCHYID, "/1", 0, "error 6522", NULL},
	{SQL_HIERARCHYID, "//", 0, "error 6522", NULL},
	{SQL_HIERARCHYID, "", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POINT (1 2)", 0, "00000000010C" ONE TWO, NULL},
	{SQL_GEOMETRY, " point(1 2 3) ", 4, "04000000010D" ONE TWO THREE, "POINT (1 2 3)"},
	{SQL_GEOMETRY, "POINT (1 2 3 4)", 0, "00000000010F" ONE TWO THREE FOUR, NULL},
	{SQL_GEOMETRY, "POINT (1 2 NULL 4)", 0, "00000000010E" ONE TWO FOUR, NULL},
	{SQL_GEOMETRY, "POINT EMPTY", 0, "000000000104" "00000000" "00000000" "01000000" "FFFFFFFF" "FFFFFFFF" "01", NULL},
	{SQL_GEOMETRY, "LINESTRING (0 0, 1 2)", 0, "000000000114" ZERO ZERO ONE TWO, NULL},
	{SQL_GEOMETRY, "LINESTRING (0 0, 1 2, 3 4)", 0, "000000000104" "03000000" ZERO ZERO ONE TWO THREE FOUR
	"01000000" "01" "00000000" "01000000" "FFFFFFFF" "00000000" "02", NULL},
	{SQL_GEOMETRY, "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))", 0, NULL, NULL},
	{SQL_GEOMETRY, "POINT (0.1 1E+20)", 0, NULL, NULL},
	{SQL_GEOMETRY, "POINT (-1.7976931348623157E+308 5E-324)", 0, NULL, "POINT (-1.7976931348623157E+308 4.94065645841247E-324)"},
	{SQL_GEOGRAPHY, "POINT (1 2)", 4326, "E6100000010C" TWO ONE, NULL},
	{SQL_GEOGRAPHY, "POINT (1 2)", 0, "error 6522", NULL},
	{SQL_GEOGRAPHY, "POINT (1 91)", 4326, "error 6522", NULL},
	{SQL_GEOMETRY, "POINT", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POINT (1)", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POINT (1 2", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POINT (1 2) x", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "LINESTRING (0 0)", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POLYGON ((0 0, 1 1, 0 0))", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "POLYGON ((0 0, 1 0, 1 1, 0 1))", 0, "error 6522", NULL},
	{SQL_GEOMETRY, "CIRCLE (1)", 0, "error 6522", NULL}
};

static const CastCase casts[] = {
	{"POINT (1 2)", "nvarchar(max)", "geometry", "POINT (1 2)"},
	{"0x58", "varbinary(10)", "hierarchyid", "/1/"},
	{"/1/", "hierarchyid", "varbinary(10)", "0x58"},
	{"0x00", "varbinary(10)", "geometry", "error 6522"},
	{"POINT (1 2)", "geometry", "geography", "error 529"},
	{"[1]", "varchar(10)", "json", "[1]"},
	{"[1", "varchar(10)", "json", "error 13609"}
};

static void
test_object(const ObjectCase *row)
{
	SqlValue	text = {.p = row->text, .n = strlen(row->text)};
	SqlValue	object = {0};
	SqlValue	back = {0};
	const char *wanted = row->back != NULL ? row->back : row->text;
	char		hex[512] = "";

	if (!object_parse(cast_arena, row->class, &text, row->srid, &object, &cast_error))
	{
		ok(row->hex != NULL && strcmp(cast_failed(), row->hex) == 0, "%s '%s' gives %s", type_name(row->class),
		   row->text, cast_failed());
		return;
	}
	for (size_t i = 0; i < object.n && i < 200; i++)
		sprintf(hex + 2 * i, "%02X", (uint8_t) object.p[i]);
	ok(row->hex == NULL || strcmp(hex, row->hex) == 0, "%s '%s' is 0x%s", type_name(row->class), row->text, hex);
	ok(object_text(cast_arena, row->class, &object, true, &back) && back.n == strlen(wanted) &&
	   memcmp(back.p, wanted, back.n) == 0, "and back: '%.*s'", (int) back.n, back.p);
}

/* Every label, and the order of their bytes. */
static void
test_labels(void)
{
	char		before[8] = "";
	size_t		before_size = 0;
	int			wrong = 0;

	for (int label = -8; label <= 5199; label++)
	{
		char		text[16];
		SqlValue	in = {.p = text, .n = (size_t) sprintf(text, "/%d/", label)};
		SqlValue	object = {0};
		SqlValue	back = {0};
		size_t		shorter;

		wrong += !object_parse(cast_arena, SQL_HIERARCHYID, &in, 0, &object, &cast_error) ||
			!object_text(cast_arena, SQL_HIERARCHYID, &object, true, &back) ||
			back.n != in.n || memcmp(back.p, text, in.n) != 0;
		shorter = object.n < before_size ? object.n : before_size;
		wrong += memcmp(before, object.p, shorter) > 0;
		before_size = object.n < sizeof(before) ? object.n : sizeof(before);
		memcpy(before, object.p, before_size);
	}
	ok(wrong == 0, "labels -8 to 5199 come back, and sort as numbers (%d wrong)", wrong);
}

/* No bytes make a crash, or an object out of nothing. */
static void
test_rubbish(void)
{
	static const SqlType classes[] = {SQL_GEOMETRY, SQL_GEOGRAPHY, SQL_HIERARCHYID};
	SqlValue	text = {.p = "POLYGON ((0 0, 4 0, 4 4, 0 0))", .n = 30};
	SqlValue	object = {0};
	int			read = 0;

	(void) object_parse(cast_arena, SQL_GEOMETRY, &text, 0, &object, &cast_error);
	for (size_t i = 0; i < object.n; i++)
	{
		for (int bit = 0; bit < 8; bit++)
		{
			for (int class = 0; class < 3; class++)
			{
				char	   *bytes = arena_copy(cast_arena, object.p, object.n);
				SqlValue	in = {.p = bytes, .n = object.n};
				SqlValue	back;

				bytes[i] ^= (char) (1 << bit);
				read += object_text(cast_arena, classes[class], &in, true, &back);
				in.n = i;
				read += object_text(cast_arena, classes[class], &in, true, &back);
			}
		}
	}
	ok(read > 0, "altered and cut bytes are read (%d) or refused", read);
}

static void
test_json(void)
{
	static const struct
	{
		const char *text;
		int			bad;		/* -1 = good */
	}			cases[] = {
		{"{}", -1}, {"[]", -1}, {" [1, -2.5e+3, \"\\u00e9\\n\", true, false, null, {\"a\": [{}]}] ", -1},
		{"1", -1}, {"\"x\"", -1}, {"", 0}, {"{a:1}", 1}, {"[1,]", 3}, {"{\"a\":1", 6}, {"[1] 2", 4},
		{"[01]", 2}, {"[1.]", 3}, {"[\"\n\"]", 2}, {"[\"\\x\"]", 3}, {"nul", 0}, {"[\"", 2}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		size_t		bad = 0;
		bool		good = json_check(cases[i].text, strlen(cases[i].text), &bad);

		ok(good == (cases[i].bad < 0) && (good || bad == (size_t) cases[i].bad), "json %s: %s at %d",
		   cases[i].text, good ? "good" : "bad", (int) bad);
	}
}

int
main(void)
{
	cast_arena = arena_new();
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		test_object(&objects[i]);
	test_labels();
	test_rubbish();
	test_json();
	TEST_CASTS(casts);
	arena_free(cast_arena);
	return done_testing();
}
