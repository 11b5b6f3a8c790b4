/*
 * test/unit/standin_number_test.c
 *		The stand-in's conversions to bit, integers, money, decimal and float.
 *
 * Limits of every type, rounding against cutting, and SQL Server's errors with
 * their texts.
 */
/* sources: test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include <math.h>

#include "standin_cast.h"

static const CastCase from_text[] = {
	{"0", "varchar(max)", "int", "0"},
	{"  12  ", "varchar(max)", "int", "12"},
	{"+7", "varchar(max)", "int", "7"},
	{"-7", "nvarchar(max)", "int", "-7"},
	{"", "varchar(max)", "int", "0"},
	{"   ", "varchar(max)", "bigint", "0"},
	{"-", "varchar(max)", "int", "0"},
	{"00012", "varchar(max)", "smallint", "12"},
	{"2147483647", "varchar(max)", "int", "2147483647"},
	{"2147483648", "varchar(max)", "int", "error 248"},
	{"-2147483648", "varchar(max)", "int", "-2147483648"},
	{"-2147483649", "varchar(max)", "int", "error 248"},
	{"32767", "varchar(max)", "smallint", "32767"},
	{"32768", "varchar(max)", "smallint", "error 244"},
	{"-32769", "varchar(max)", "smallint", "error 244"},
	{"255", "varchar(max)", "tinyint", "255"},
	{"256", "varchar(max)", "tinyint", "error 244"},
	{"-1", "varchar(max)", "tinyint", "error 244"},
	{"9223372036854775807", "varchar(max)", "bigint", "9223372036854775807"},
	{"-9223372036854775808", "varchar(max)", "bigint", "-9223372036854775808"},
	{"9223372036854775808", "varchar(max)", "bigint", "error 8115"},
	{"99999999999999999999999", "varchar(max)", "bigint", "error 8115"},
	{"abc", "varchar(max)", "int", "error 245"},
	{"1.5", "varchar(max)", "int", "error 245"},
	{"1e3", "varchar(max)", "int", "error 245"},
	{"12a", "varchar(max)", "tinyint", "error 245"},
	{"abc", "varchar(max)", "bigint", "error 8114"},
	{"99999999999999999999x", "varchar(max)", "bigint", "error 8114"},
	{"1", "varchar(max)", "bit", "1"},
	{"0", "varchar(max)", "bit", "0"},
	{"-5", "varchar(max)", "bit", "1"},
	{"TRUE", "varchar(max)", "bit", "1"},
	{"False", "nvarchar(max)", "bit", "0"},
	{"yes", "varchar(max)", "bit", "error 245"},
	{"1.5", "varchar(max)", "decimal(10,2)", "1.50"},
	{"1.555", "varchar(max)", "decimal(10,2)", "1.56"},
	{"-1.555", "varchar(max)", "decimal(10,2)", "-1.56"},
	{"", "varchar(max)", "decimal(10,2)", "error 8114"},
	{"1e3", "varchar(max)", "decimal(10,2)", "error 8114"},
	{"abc", "varchar(max)", "decimal(10,2)", "error 8114"},
	{"100000000", "varchar(max)", "decimal(10,2)", "error 8115"},
	{"99999999.994", "varchar(max)", "decimal(10,2)", "99999999.99"},
	{"99999999.995", "varchar(max)", "decimal(10,2)", "error 8115"},
	{"1e3", "varchar(max)", "float", "1000"},
	{"1.5E-3", "varchar(max)", "float", "0.0015"},
	{" -2.5d2 ", "varchar(max)", "float", "-250"},
	{"", "varchar(max)", "float", "0"},
	{".5", "varchar(max)", "float", "0.5"},
	{"1e", "varchar(max)", "float", "error 8114"},
	{".", "varchar(max)", "float", "error 8114"},
	{"nan", "varchar(max)", "float", "error 8114"},
	{"inf", "varchar(max)", "float", "error 8114"},
	{"0x10", "varchar(max)", "float", "error 8114"},
	{"1e309", "varchar(max)", "float", "error 8115"},
	{"1e-400", "varchar(max)", "float", "0"},
	{"1e39", "varchar(max)", "real", "error 232"},
	{"12.34567", "varchar(max)", "money", "12.3457"},
	{"$1,234.5", "varchar(max)", "money", "1234.5000"},
	{"-$5", "varchar(max)", "money", "-5.0000"},
	{"$-5", "varchar(max)", "money", "-5.0000"},
	{"\xE2\x82\xAC" "7", "nvarchar(max)", "money", "7.0000"},
	{"", "varchar(max)", "money", "0.0000"},
	{"922337203685477.5807", "varchar(max)", "money", "922337203685477.5807"},
	{"922337203685477.5808", "varchar(max)", "money", "error 236"},
	{"-922337203685477.5808", "varchar(max)", "money", "-922337203685477.5808"},
	{"214748.3647", "varchar(max)", "smallmoney", "214748.3647"},
	{"214748.3648", "varchar(max)", "smallmoney", "error 294"},
	{"1e3", "varchar(max)", "money", "error 235"},
	{"abc", "varchar(max)", "money", "error 235"},
	{"--5", "varchar(max)", "money", "error 235"}
};

static const CastCase from_numbers[] = {
	{"255", "int", "tinyint", "255"},
	{"256", "int", "tinyint", "error 220"},
	{"-1", "int", "tinyint", "error 220"},
	{"32768", "int", "smallint", "error 220"},
	{"-32769", "bigint", "smallint", "error 220"},
	{"2147483648", "bigint", "int", "error 8115"},
	{"-2147483648", "bigint", "int", "-2147483648"},
	{"5", "int", "bit", "1"},
	{"0", "int", "bit", "0"},
	{"1", "bit", "int", "1"},
	{"1", "bit", "decimal(3,1)", "1.0"},
	{"0.4", "decimal(5,1)", "bit", "1"},
	{"0.0001", "float", "bit", "1"},
	{"0", "float", "bit", "0"},
	{"2.99", "decimal(5,2)", "int", "2"},
	{"-2.99", "decimal(5,2)", "int", "-2"},
	{"2.99", "float", "int", "2"},
	{"-2.99", "float", "int", "-2"},
	{"2.5", "money", "int", "3"},
	{"-2.5", "money", "int", "-3"},
	{"2.4999", "money", "int", "2"},
	{"255.6", "money", "tinyint", "error 8115"},
	{"3000000000", "decimal(10,0)", "int", "error 8115"},
	{"300", "decimal(10,0)", "tinyint", "error 8115"},
	{"9223372036854775808", "decimal(38,0)", "bigint", "error 8115"},
	{"9223372036854775807.9", "decimal(38,1)", "bigint", "9223372036854775807"},
	{"3e9", "float", "int", "error 232"},
	{"1e19", "float", "bigint", "error 232"},
	{"-9223372036854775808", "float", "bigint", "-9223372036854775808"},
	{"256", "real", "tinyint", "error 232"},
	{"255.9", "float", "tinyint", "255"},
	{"-0.9", "float", "tinyint", "0"},
	{"1.005", "decimal(5,3)", "decimal(5,2)", "1.01"},
	{"999.5", "decimal(5,1)", "decimal(3,0)", "error 8115"},
	{"1000", "int", "decimal(3,0)", "error 8115"},
	{"999", "int", "decimal(3,0)", "999"},
	{"1", "int", "decimal(38,37)", "1.0000000000000000000000000000000000000"},
	{"0.1", "float", "decimal(38,20)", "0.10000000000000001000"},
	{"1e10", "float", "decimal(5,2)", "error 8115"},
	{"2.5", "float", "decimal(5,0)", "3"},
	{"1.00005", "decimal(6,5)", "money", "1.0001"},
	{"-1.00005", "decimal(6,5)", "money", "-1.0001"},
	{"922337203685477.5807", "decimal(19,4)", "money", "922337203685477.5807"},
	{"922337203685477.5808", "decimal(19,4)", "money", "error 8115"},
	{"214749", "int", "smallmoney", "error 8115"},
	{"214748", "int", "smallmoney", "214748.0000"},
	{"9223372036854775807", "bigint", "money", "error 8115"},
	{"1.23456", "float", "money", "1.2346"},
	{"1e20", "float", "money", "error 8115"},
	{"1.2345", "money", "decimal(10,2)", "1.23"},
	{"1.235", "money", "decimal(10,2)", "1.24"},
	{"12.5", "money", "float", "12.5"},
	{"0.1", "decimal(2,1)", "float", "0.1"},
	{"1e39", "float", "real", "error 232"},
	{"3.4028234e38", "float", "real", "3.40282e+038"},
	{"0.1", "real", "float", "0.1"},
	{"9007199254740993", "bigint", "float", "9.0072e+015"},
	{"NULL", "int", "tinyint", "NULL"},
	{"NULL", "varchar(10)", "int", "NULL"}
};

static const CastCase from_others[] = {
	{"2000-01-01 00:00:00.000", "datetime", "int", "36524"},
	{"2000-01-01 11:59:59.997", "datetime", "int", "36524"},
	{"2000-01-01 12:00:00.000", "datetime", "int", "36525"},
	{"1899-12-31 12:00", "datetime", "int", "0"},
	{"1899-12-31 11:59", "datetime", "int", "-1"},
	{"1900-01-02 06:00", "datetime", "float", "1.25"},
	{"1900-01-02 06:00", "smalldatetime", "decimal(5,2)", "1.25"},
	{"1900-01-02 06:00", "smalldatetime", "money", "1.2500"},
	{"1900-09-13", "datetime", "tinyint", "255"},
	{"1900-09-14", "datetime", "tinyint", "error 220"},
	{"1900-01-01", "datetime", "bit", "0"},
	{"2000-01-01", "date", "int", "error 529"},
	{"12:00", "time", "int", "error 529"},
	{"0x01", "varbinary(max)", "int", "1"},
	{"0xFFFFFFFF", "varbinary(max)", "int", "-1"},
	{"0x0100000002", "varbinary(max)", "int", "2"},
	{"0xFFFF", "varbinary(max)", "int", "65535"},
	{"0xFFFF", "varbinary(max)", "smallint", "-1"},
	{"0xFFFF", "varbinary(max)", "tinyint", "255"},
	{"0x8000000000000000", "varbinary(max)", "bigint", "-9223372036854775808"},
	{"0x", "varbinary(max)", "int", "0"},
	{"0x00", "varbinary(max)", "bit", "0"},
	{"0x10", "varbinary(max)", "bit", "1"},
	{"0x0000000000002710", "varbinary(max)", "money", "1.0000"},
	{"0x0A0200017B000000", "varbinary(max)", "decimal(10,2)", "1.23"},
	{"0x0A0200007B000000", "varbinary(max)", "decimal(10,1)", "-1.2"},
	{"0x0A02", "varbinary(max)", "decimal(10,2)", "error 8114"},
	{"0x010203", "varbinary(max)", "float", "error 529"},
	{"00000000-0000-0000-0000-000000000000", "uniqueidentifier", "int", "error 529"}
};

static void
test_message(const char *text, const char *from, const char *to, const char *message)
{
	const char *result = convert(text, from, to, 0, true);

	ok(strncmp(result, "error ", 6) == 0 && strcmp(cast_error.text, message) == 0 &&
	   cast_error.severity == 16, "%s %s to %s: \"%s\"", from, text, to, cast_error.text);
}

static void
test_messages(void)
{
	test_message("abc", "varchar(10)", "int",
				 "Conversion failed when converting the varchar value 'abc' to data type int.");
	test_message("x", "nvarchar(10)", "bit",
				 "Conversion failed when converting the nvarchar value 'x' to data type bit.");
	test_message("a", "varchar(10)", "bigint", "Error converting data type varchar to bigint.");
	test_message("a", "nvarchar(10)", "decimal(5,2)", "Error converting data type nvarchar to numeric.");
	test_message("3000000000", "varchar(10)", "int",
				 "The conversion of the varchar value '3000000000' overflowed an int column.");
	test_message("256", "varchar(10)", "tinyint", "The conversion of the varchar value '256' "
				 "overflowed an INT1 column. Use a larger integer column.");
	test_message("256", "int", "tinyint",
				 "Arithmetic overflow error for data type tinyint, value = 256.");
	test_message("2147483648", "bigint", "int",
				 "Arithmetic overflow error converting expression to data type int.");
	test_message("1000", "int", "decimal(3,0)",
				 "Arithmetic overflow error converting int to data type numeric.");
	test_message("1000", "decimal(4,0)", "decimal(3,0)",
				 "Arithmetic overflow error converting numeric to data type numeric.");
	test_message("1000", "varchar(5)", "decimal(3,0)",
				 "Arithmetic overflow error converting varchar to data type numeric.");
	test_message("3e9", "float", "int",
				 "Arithmetic overflow error for type int, value = 3000000000.000000.");
	test_message("x", "varchar(5)", "money",
				 "Cannot convert a char value to money. The char value has incorrect syntax.");
	test_message("12:00", "time", "int",
				 "Explicit conversion from data type time to int is not allowed.");
}

/* Text through a member, without the way back through text. */
static void
test_members(void)
{
	TypeSpec	type = type_of("float");
	SqlValue	value;

	ok(value_of("0.1", &type, &value) && value.f == 0.1, "text to float is correctly rounded");
	type = type_of("real");
	ok(value_of("0.1", &type, &value) && value.f == (double) 0.1f, "real is single precision");
	type = type_of("money");
	ok(value_of("-1.5", &type, &value) && value.i == -15000, "money counts ten-thousandths");
	type = type_of("decimal(10,3)");
	ok(value_of("-1.5", &type, &value) && value.d.negative && value.d.magnitude == 1500,
	   "a decimal has its type's scale");
	type = type_of("decimal(10,1)");
	ok(value_of("-0.04", &type, &value) && !value.d.negative && value.d.magnitude == 0,
	   "what rounds to zero has no sign");
}

int
main(void)
{
	cast_arena = arena_new();
	TEST_CASTS(from_text);
	TEST_CASTS(from_numbers);
	TEST_CASTS(from_others);
	test_messages();
	test_members();
	arena_free(cast_arena);
	return done_testing();
}
