/*
 * test/unit/standin_binary_test.c
 *		The stand-in's binary types, uniqueidentifier, sql_variant, and the matrix of
 *		what converts to what.
 */
/* sources: test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include "standin_cast.h"

#define GUID	"6F9619FF-8B86-D011-B42D-00C04FC964FF"

static const CastCase binary[] = {
	{"1", "int", "varbinary(10)", "0x00000001"},
	{"-1", "int", "varbinary(10)", "0xFFFFFFFF"},
	{"1", "int", "binary(6)", "0x000000000001"},
	{"258", "int", "binary(1)", "0x02"},
	{"258", "int", "varbinary(2)", "0x0102"},
	{"255", "tinyint", "varbinary(10)", "0xFF"},
	{"-2", "smallint", "varbinary(10)", "0xFFFE"},
	{"-2", "bigint", "varbinary(10)", "0xFFFFFFFFFFFFFFFE"},
	{"1", "bit", "varbinary(10)", "0x01"},
	{"1", "money", "varbinary(10)", "0x0000000000002710"},
	{"-1", "smallmoney", "varbinary(10)", "0xFFFFD8F0"},
	{"1", "float", "varbinary(10)", "0x3FF0000000000000"},
	{"1", "real", "varbinary(10)", "0x3F800000"},
	{"1.5", "decimal(2,1)", "varbinary(10)", "0x020100010F000000"},
	{"-1.5", "decimal(2,1)", "varbinary(10)", "0x020100000F000000"},
	{"4294967296", "decimal(10,0)", "varbinary(20)", "0x0A0000010000000001000000"},
	{"1900-01-02 00:00:00.500", "datetime", "varbinary(10)", "0x0000000100000096"},
	{"1899-12-31", "datetime", "varbinary(10)", "0xFFFFFFFF00000000"},
	{"1900-01-02 01:00", "smalldatetime", "varbinary(10)", "0x0001003C"},
	{"0001-01-02", "date", "varbinary(10)", "0x010000"},
	{"00:00:01", "time(3)", "varbinary(10)", "0x03E8030000"},
	{"0001-01-02 00:00:01", "datetime2(0)", "varbinary(10)", "0x00010000010000"},
	{"0001-01-02 02:00 +01:00", "datetimeoffset(0)", "varbinary(12)", "0x00100E000100003C00"},
	{"abc", "varchar(10)", "varbinary(10)", "0x616263"},
	{"abc", "varchar(10)", "varbinary(2)", "0x6162"},
	{"abc", "varchar(10)", "binary(5)", "0x6162630000"},
	{"\xE2\x82\xAC", "varchar(10)", "varbinary(10)", "0x80"},
	{"\xE2\x82\xAC", "nvarchar(10)", "varbinary(10)", "0xAC20"},
	{"0x010203", "varbinary(10)", "binary(2)", "0x0102"},
	{"0x01", "varbinary(10)", "binary(3)", "0x010000"},
	{"0x010203", "varbinary(10)", "varbinary(max)", "0x010203"},
	{GUID, "uniqueidentifier", "varbinary(20)", "0xFF19966F868B11D0B42D00C04FC964FF"},
	{"0xFF19966F868B11D0B42D00C04FC964FF", "varbinary(20)", "uniqueidentifier", GUID},
	{"0x01", "varbinary(20)", "uniqueidentifier", "00000001-0000-0000-0000-000000000000"},
	{"6f9619ff-8b86-d011-b42d-00c04fc964ff", "varchar(40)", "uniqueidentifier", GUID},
	{"{" GUID "}", "varchar(40)", "uniqueidentifier", GUID},
	{GUID "wrong", "varchar(60)", "uniqueidentifier", GUID},
	{"{" GUID, "varchar(40)", "uniqueidentifier", "error 8169"},
	{"6F9619FF8B86D011B42D00C04FC964FF", "varchar(40)", "uniqueidentifier", "error 8169"},
	{"6F9619FF-8B86-D011-B42D-00C04FC964F", "varchar(40)", "uniqueidentifier", "error 8169"},
	{"6F9619FF-8B86-D011-B42D-00C04FC964FG", "varchar(40)", "uniqueidentifier", "error 8169"},
	{"", "varchar(40)", "uniqueidentifier", "error 8169"}
};

static void
test_hex_styles(void)
{
	static const struct
	{
		const char *text;
		int			style;
		const char *result;
	}			cases[] = {
		{"0xDEADbeef", 1, "0xDEADBEEF"}, {"DEADBEEF", 2, "0xDEADBEEF"}, {"0x", 1, "0x"}, {"", 2, "0x"},
		{"DEADBEEF", 1, "error 8114"}, {"0xDEADBEEF", 2, "error 8114"}, {"0xABC", 1, "error 8114"},
		{"0xGG", 1, "error 8114"}, {"", 1, "error 8114"}, {"0xDEAD", 0, "0x307844454144"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *result = convert(cases[i].text, "varchar(20)", "varbinary(20)", cases[i].style, true);

		ok(strcmp(result, cases[i].result) == 0, "CONVERT(varbinary, '%s', %d) is %s",
		   cases[i].text, cases[i].style, result);
	}
	ok(strcmp(convert("0x010203", "varbinary(10)", "varbinary(2)", 0, false), "error 2628") == 0,
	   "INSERT does not cut bytes");
}

static void
test_guid_order(void)
{
	/* Ascending: the last group counts first, then the others backwards. */
	static const char *const order[] = {
		"FFFFFFFF-FFFF-FFFF-FFFF-000000000000",
		"00000000-0000-0000-0000-000000000001",
		"01000000-0000-0000-0000-000000000001",
		"00010000-0000-0000-0000-000000000001",
		"00000001-0000-0000-0000-000000000001",
		"00000000-0100-0000-0000-000000000001",
		"00000000-0001-0000-0000-000000000001",
		"00000000-0000-0100-0000-000000000001",
		"00000000-0000-0001-0000-000000000001",
		"00000000-0000-0000-0001-000000000001",
		"00000000-0000-0000-0100-000000000001",
		"00000000-0000-0000-0000-000000000002",
		"00000000-0000-0000-0000-010000000000"
	};
	uint8_t		a[16];
	uint8_t		b[16];
	char		text[37];

	for (size_t i = 0; i + 1 < sizeof(order) / sizeof(order[0]); i++)
		ok(guid_parse(order[i], 36, a) && guid_parse(order[i + 1], 36, b) &&
		   guid_compare(a, b) == -1 && guid_compare(b, a) == 1, "%s before %s", order[i], order[i + 1]);
	ok(guid_parse(GUID, 36, a) && guid_compare(a, a) == 0, "equal to itself");
	guid_format(a, text);
	ok(strcmp(text, GUID) == 0 && a[0] == 0xFF && a[3] == 0x6F && a[8] == 0xB4, "text and bytes");
}

static void
test_variant(void)
{
	static const char *const values[][2] = {
		{"1", "bit"}, {"255", "tinyint"}, {"-5", "smallint"}, {"-2147483648", "int"},
		{"9223372036854775807", "bigint"}, {"-1.5000", "smallmoney"}, {"-922337203685477.5808", "money"},
		{"-12.345", "decimal(5,3)"}, {"99999999999999999999999999999999999999", "decimal(38,0)"},
		{"1.5", "real"}, {"-2.5", "float"}, {"2020-02-03 04:05:00.000", "smalldatetime"},
		{"1753-01-01 23:59:59.997", "datetime"}, {"9999-12-31", "date"}, {"12:34:56.1234567", "time(7)"},
		{"2020-02-03 04:05:06.12", "datetime2(2)"}, {"2020-02-03 04:05:06 -05:30", "datetimeoffset(0)"},
		{"caf\xC3\xA9", "varchar(10)"}, {"ab   ", "char(5)"}, {"\xE2\x82\xAC uro", "nvarchar(10)"},
		{"x ", "nchar(2)"}, {"0x0102", "varbinary(10)"}, {"0x0100", "binary(2)"}, {GUID, "uniqueidentifier"},
		{"", "varchar(10)"}
	};
	TypeSpec	variant = type_of("sql_variant");
	SqlValue	broken = {.p = "\x38", .n = 1};
	SqlValue	out;
	TypeSpec	number = type_of("int");

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
	{
		TypeSpec	type = type_of(values[i][1]);
		SqlValue	in;
		SqlValue	packed;
		const char *result = value_of(values[i][0], &type, &in) &&
			convert_value(&in, &type, &variant, 0, false, cast_arena, &packed, &cast_error) &&
			convert_value(&packed, &variant, &type, 0, true, cast_arena, &out, &cast_error) ?
			text_of(&out, &type) : cast_failed();

		ok(strcmp(result, values[i][0]) == 0, "%s '%s' through sql_variant is '%s'",
		   values[i][1], values[i][0], result);
	}
	for (size_t size = 0; size < 6; size++)
	{
		broken.p = "\x38\0\1\2\3\4\5";
		broken.n = size;
		ok(!convert_value(&broken, &variant, &number, 0, true, cast_arena, &out, &cast_error),
		   "%zu bytes are no int", size);
	}
	broken.p = "\xEE\0\1\2\3\4";
	broken.n = 6;
	ok(!convert_value(&broken, &variant, &number, 0, true, cast_arena, &out, &cast_error),
	   "an unknown base type");
	ok(strcmp(convert("x", "varchar(max)", "sql_variant", 0, true), "error 206") == 0,
	   "varchar(max) does not fit sql_variant");
	ok(!convert_allowed(SQL_VARIANT, SQL_INT, true) && convert_allowed(SQL_VARIANT, SQL_INT, false),
	   "sql_variant converts by CAST only");
}

/* The documented matrix in words; 'I' implicit, 'E' explicit, '-' none. */
static char
rule(SqlType from, SqlType to)
{
	bool		money = from == SQL_MONEY || from == SQL_SMALLMONEY;
	bool		number_from = from >= SQL_BIT && from <= SQL_FLOAT;
	bool		number_to = to >= SQL_BIT && to <= SQL_FLOAT;
	bool		old_from = from == SQL_DATETIME || from == SQL_SMALLDATETIME;
	bool		old_to = to == SQL_DATETIME || to == SQL_SMALLDATETIME;
	bool		new_from = from >= SQL_DATE && from <= SQL_DATETIMEOFFSET;
	bool		new_to = to >= SQL_DATE && to <= SQL_DATETIMEOFFSET;
	bool		text_from = from >= SQL_CHAR && from <= SQL_NVARCHAR;
	bool		text_to = to >= SQL_CHAR && to <= SQL_NVARCHAR;
	bool		binary_from = from == SQL_BINARY || from == SQL_VARBINARY;
	bool		binary_to = to == SQL_BINARY || to == SQL_VARBINARY;

	bool		object_from = from >= SQL_GEOMETRY && from <= SQL_HIERARCHYID;
	bool		object_to = to >= SQL_GEOMETRY && to <= SQL_HIERARCHYID;

	if (object_from || from == SQL_JSON)
		return from == to ? 'I' : text_to || (binary_to && object_from) ? 'E' : '-';
	if (object_to)
		return text_from || binary_from ? 'I' : '-';
	if (to == SQL_JSON)
		return text_from ? 'I' : '-';
	if (to == SQL_VARIANT)
		return from == SQL_XML || from == SQL_TEXT || from == SQL_NTEXT || from == SQL_IMAGE ? '-' : 'I';
	if (number_from)
		return number_to || old_to || binary_to ? 'I' : text_to ? (money ? 'E' : 'I') : '-';
	if (old_from)
		return old_to || new_to || text_to ? 'I' : number_to || binary_to ? 'E' : '-';
	if (new_from)
		return (from == SQL_DATE && to == SQL_TIME) || (from == SQL_TIME && to == SQL_DATE) ? '-' :
			old_to || new_to || text_to ? 'I' : binary_to ? 'E' : '-';
	if (text_from)
		return binary_to ? 'E' : to == SQL_IMAGE && from >= SQL_NCHAR ? '-' : 'I';
	if (binary_from)
		return to == SQL_REAL || to == SQL_FLOAT || to == SQL_TEXT || to == SQL_NTEXT ? '-' :
			new_to || to == SQL_XML ? 'E' : 'I';
	if (from == SQL_UNIQUEIDENTIFIER)
		return text_to || binary_to || to == SQL_UNIQUEIDENTIFIER ? 'I' : '-';
	if (from == SQL_IMAGE)
		return binary_to || to == SQL_IMAGE ? 'I' : '-';
	if (from == SQL_TEXT || from == SQL_NTEXT)
		return text_to || to == SQL_TEXT || to == SQL_NTEXT || to == SQL_XML ? 'I' : '-';
	if (from == SQL_XML)
		return to == SQL_XML ? 'I' : text_to || binary_to ? 'E' : '-';
	return number_to || old_to || new_to || text_to || binary_to || to == SQL_UNIQUEIDENTIFIER ? 'E' : '-';
}

static void
test_matrix(void)
{
	for (SqlType from = SQL_BIT; from <= SQL_JSON; from++)
	{
		int			wrong = 0;

		for (SqlType to = SQL_BIT; to <= SQL_JSON; to++)
		{
			char		expected = rule(from, to);

			wrong += convert_allowed(from, to, true) != (expected == 'I') ||
				convert_allowed(from, to, false) != (expected != '-');
		}
		ok(wrong == 0, "conversions from %s (%d wrong)", type_name(from), wrong);
	}
}

static void
test_names(void)
{
	SqlType		type;
	int			wrong = 0;

	for (SqlType i = SQL_BIT; i <= SQL_JSON; i++)
	{
		wrong += !type_from_name(type_name(i), &type) || type != i;
		for (SqlType j = SQL_BIT; j < i; j++)
			wrong += type_precedence(i) == type_precedence(j);
	}
	ok(wrong == 0, "every type has a name and a precedence of its own");
	ok(type_from_name("NUMERIC", &type) && type == SQL_DECIMAL, "numeric is decimal");
	ok(type_from_name("Integer", &type) && type == SQL_INT, "integer is int");
	ok(!type_from_name("vector", &type), "vector is unknown");
	ok(type_precedence(SQL_VARIANT) > type_precedence(SQL_XML) &&
	   type_precedence(SQL_DATETIMEOFFSET) > type_precedence(SQL_DATETIME2) &&
	   type_precedence(SQL_DATETIME) > type_precedence(SQL_DATE) &&
	   type_precedence(SQL_TIME) > type_precedence(SQL_FLOAT) &&
	   type_precedence(SQL_DECIMAL) > type_precedence(SQL_MONEY) &&
	   type_precedence(SQL_BIT) > type_precedence(SQL_NTEXT) &&
	   type_precedence(SQL_UNIQUEIDENTIFIER) > type_precedence(SQL_NVARCHAR) &&
	   type_precedence(SQL_NVARCHAR) > type_precedence(SQL_VARCHAR) &&
	   type_precedence(SQL_CHAR) > type_precedence(SQL_VARBINARY), "the documented precedence");
}

int
main(void)
{
	cast_arena = arena_new();
	TEST_CASTS(binary);
	test_hex_styles();
	test_guid_order();
	test_variant();
	test_matrix();
	test_names();
	arena_free(cast_arena);
	return done_testing();
}
