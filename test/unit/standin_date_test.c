/*
 * test/unit/standin_date_test.c
 *		The stand-in's dates: reading, writing, rounding, limits.
 */
/* sources: test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include "standin_cast.h"

#define ANY		"varchar(max)"
#define LAST	"9999-12-31 23:59:59.9999999"

static const CastCase read_old[] = {
	{"2020-02-03", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"20200203", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"20200203 04:05", ANY, "datetime", "2020-02-03 04:05:00.000"},
	{"200203", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"2020", ANY, "datetime", "2020-01-01 00:00:00.000"},
	{"02/03/2020", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"2/3/2020 4:05:06 PM", ANY, "datetime", "2020-02-03 16:05:06.000"},
	{"2-3-20", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"2.3.49", ANY, "datetime", "2049-02-03 00:00:00.000"},
	{"2.3.50", ANY, "datetime", "1950-02-03 00:00:00.000"},
	{"2020/02/03", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"Feb 3 2020", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"Feb  3 2020  4:05PM", ANY, "datetime", "2020-02-03 16:05:00.000"},
	{"February 3, 2020", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"3 feb 2020", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"3-Feb-2020", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"2020 FEB 3", ANY, "datetime", "2020-02-03 00:00:00.000"},
	{"Feb 2020", ANY, "datetime", "2020-02-01 00:00:00.000"},
	{"2020-02-03T04:05:06", ANY, "datetime", "2020-02-03 04:05:06.000"},
	{"2020-02-03T04:05:06.007", ANY, "datetime", "2020-02-03 04:05:06.007"},
	{"04:05:06.5", ANY, "datetime", "1900-01-01 04:05:06.500"},
	{"04:05:06:5", ANY, "datetime", "1900-01-01 04:05:06.007"},
	{"4pm", ANY, "datetime", "1900-01-01 16:00:00.000"},
	{"12am", ANY, "datetime", "1900-01-01 00:00:00.000"},
	{"12:30 PM", ANY, "datetime", "1900-01-01 12:30:00.000"},
	{"4:05 2020-02-03", ANY, "datetime", "2020-02-03 04:05:00.000"},
	{"", ANY, "datetime", "1900-01-01 00:00:00.000"},
	{"2020-02-03 04:05:06.000", ANY, "datetime", "2020-02-03 04:05:06.000"},
	{"2020-02-03 04:05:06.001", ANY, "datetime", "2020-02-03 04:05:06.000"},
	{"2020-02-03 04:05:06.002", ANY, "datetime", "2020-02-03 04:05:06.003"},
	{"2020-02-03 04:05:06.004", ANY, "datetime", "2020-02-03 04:05:06.003"},
	{"2020-02-03 04:05:06.005", ANY, "datetime", "2020-02-03 04:05:06.007"},
	{"2020-02-03 04:05:06.008", ANY, "datetime", "2020-02-03 04:05:06.007"},
	{"2020-02-03 04:05:06.009", ANY, "datetime", "2020-02-03 04:05:06.010"},
	{"2019-12-31 23:59:59.999", ANY, "datetime", "2020-01-01 00:00:00.000"},
	{"1753-01-01", ANY, "datetime", "1753-01-01 00:00:00.000"},
	{"1752-12-31", ANY, "datetime", "error 242"},
	{"9999-12-31 23:59:59.997", ANY, "datetime", "9999-12-31 23:59:59.997"},
	{"9999-12-31 23:59:59.999", ANY, "datetime", "error 242"},
	{"2020-02-30", ANY, "datetime", "error 242"},
	{"2020-13-01", ANY, "datetime", "error 242"},
	{"2020-01-01 24:00", ANY, "datetime", "error 242"},
	{"2020-01-01 23:60", ANY, "datetime", "error 242"},
	{"2020-01-01 00:00:00.1234", ANY, "datetime", "error 241"},
	{"2020-02", ANY, "datetime", "error 241"},
	{"12", ANY, "datetime", "error 241"},
	{"12345", ANY, "datetime", "error 241"},
	{"hello", ANY, "datetime", "error 241"},
	{"Feb", ANY, "datetime", "error 241"},
	{"2020-02-03 04:05 06:07", ANY, "datetime", "error 241"},
	{"2020-02-03T", ANY, "datetime", "error 241"},
	{"2020-02/03", ANY, "datetime", "error 241"},
	{"2020-02-03 Mar", ANY, "datetime", "error 241"},
	{"2020-02-03 04:05:06.", ANY, "datetime", "error 241"},
	{"2020-02-03 12:34:29.998", ANY, "smalldatetime", "2020-02-03 12:34:00.000"},
	{"2020-02-03 12:34:29.999", ANY, "smalldatetime", "2020-02-03 12:35:00.000"},
	{"2020-12-31 23:59:30", ANY, "smalldatetime", "2021-01-01 00:00:00.000"},
	{"1900-01-01", ANY, "smalldatetime", "1900-01-01 00:00:00.000"},
	{"1899-12-31", ANY, "smalldatetime", "error 242"},
	{"2079-06-06 23:59", ANY, "smalldatetime", "2079-06-06 23:59:00.000"},
	{"2079-06-06 23:59:30", ANY, "smalldatetime", "error 242"},
	{"hello", ANY, "smalldatetime", "error 295"}
};

static const CastCase read_new[] = {
	{"2020-02-03", ANY, "date", "2020-02-03"},
	{"0001-01-01", ANY, "date", "0001-01-01"},
	{"9999-12-31", ANY, "date", "9999-12-31"},
	{"0000-01-01", ANY, "date", "error 241"},
	{"2019-02-29", ANY, "date", "error 241"},
	{"2020-02-29", ANY, "date", "2020-02-29"},
	{"1900-02-29", ANY, "date", "error 241"},
	{"2000-02-29", ANY, "date", "2000-02-29"},
	{"2020-02-03 23:59:59.9999999", ANY, "date", "2020-02-03"},
	{"12:00", ANY, "date", "1900-01-01"},
	{"hello", ANY, "date", "error 241"},
	{"12:34:56.1234567", ANY, "time(7)", "12:34:56.1234567"},
	{"12:34:56.1234567", ANY, "time(3)", "12:34:56.123"},
	{"12:34:56.1235", ANY, "time(3)", "12:34:56.124"},
	{"12:34:56.5", ANY, "time(0)", "12:34:57"},
	{"23:59:59.9999999", ANY, "time(0)", "00:00:00"},
	{"2020-02-03", ANY, "time(0)", "00:00:00"},
	{"2020-02-03 12:34:56", ANY, "time(0)", "12:34:56"},
	{"12:34:56.12345678", ANY, "time(7)", "error 241"},
	{"24:00", ANY, "time(0)", "error 241"},
	{"2020-02-03 12:34:56.1234567", ANY, "datetime2(7)", "2020-02-03 12:34:56.1234567"},
	{"2020-02-03 12:34:56.1234567", ANY, "datetime2(0)", "2020-02-03 12:34:56"},
	{"2020-02-03 12:34:56.9", ANY, "datetime2(0)", "2020-02-03 12:34:57"},
	{"2020-02-03T12:34:56Z", ANY, "datetime2(0)", "2020-02-03 12:34:56"},
	{"2019-12-31 23:59:59.95", ANY, "datetime2(1)", "2020-01-01 00:00:00.0"},
	{LAST, ANY, "datetime2(7)", LAST},
	{LAST, ANY, "datetime2(3)", "9999-12-31 23:59:59.999"},
	{"0001-01-01", ANY, "datetime2(0)", "0001-01-01 00:00:00"},
	{"2020-02-03 12:34:56.5 +02:30", ANY, "datetimeoffset(1)", "2020-02-03 12:34:56.5 +02:30"},
	{"2020-02-03T12:34:56-05:00", ANY, "datetimeoffset(0)", "2020-02-03 12:34:56 -05:00"},
	{"2020-02-03T12:34:56Z", ANY, "datetimeoffset(0)", "2020-02-03 12:34:56 +00:00"},
	{"2020-02-03 12:34", ANY, "datetimeoffset(0)", "2020-02-03 12:34:00 +00:00"},
	{"2020-02-03 12:34 +14:00", ANY, "datetimeoffset(0)", "2020-02-03 12:34:00 +14:00"},
	{"2020-02-03 12:34 +14:01", ANY, "datetimeoffset(0)", "error 241"},
	{"2020-02-03 +01:00", ANY, "datetimeoffset(0)", "error 241"},
	{"0001-01-01 00:30 +01:00", ANY, "datetimeoffset(0)", "error 241"},
	{"9999-12-31 23:30 -01:00", ANY, "datetimeoffset(0)", "error 241"}
};

static const CastCase between[] = {
	{"2020-02-03 04:05:06.003", "datetime", "datetime2(7)", "2020-02-03 04:05:06.0033333"},
	{"2020-02-03 04:05:06.007", "datetime", "datetime2(7)", "2020-02-03 04:05:06.0066667"},
	{"2020-02-03 04:05:06.007", "datetime", "datetime2(3)", "2020-02-03 04:05:06.007"},
	{"2020-02-03 04:05:06.997", "datetime", "datetime2(0)", "2020-02-03 04:05:07"},
	{"1753-01-01 00:00:00.003", "datetime", "datetime2(7)", "1753-01-01 00:00:00.0033333"},
	{"2020-02-03 04:05:06.007", "datetime", "time(7)", "04:05:06.0066667"},
	{"2020-02-03 23:59:59.997", "datetime", "date", "2020-02-03"},
	{"1753-01-01 23:59:59.997", "datetime", "date", "1753-01-01"},
	{"2020-02-03 04:05:06.007", "datetime", "datetimeoffset(3)", "2020-02-03 04:05:06.007 +00:00"},
	{"2020-02-03 04:05:29.997", "datetime", "smalldatetime", "2020-02-03 04:05:00.000"},
	{"2020-02-03 04:05:30.000", "datetime", "smalldatetime", "2020-02-03 04:06:00.000"},
	{"2020-02-03 04:05", "smalldatetime", "datetime", "2020-02-03 04:05:00.000"},
	{"2020-02-03 04:05:06.1234567", "datetime2(7)", "datetime", "2020-02-03 04:05:06.123"},
	{"2020-02-03 04:05:06.0016666", "datetime2(7)", "datetime", "2020-02-03 04:05:06.000"},
	{"2020-02-03 04:05:06.0016667", "datetime2(7)", "datetime", "2020-02-03 04:05:06.003"},
	{"1752-12-31", "datetime2(7)", "datetime", "error 242"},
	{"1752-12-31", "date", "datetime", "error 242"},
	{LAST, "datetime2(7)", "datetime", "error 242"},
	{"1899-12-31", "date", "smalldatetime", "error 242"},
	{"2020-02-03", "date", "datetime2(3)", "2020-02-03 00:00:00.000"},
	{"2020-02-03", "date", "time", "error 529"},
	{"04:05:06.5", "time(1)", "date", "error 529"},
	{"04:05:06.5", "time(1)", "datetime", "1900-01-01 04:05:06.500"},
	{"04:05:06.5", "time(1)", "datetime2(1)", "1900-01-01 04:05:06.5"},
	{"2020-02-03 04:05:06.55", "datetime2(2)", "datetime2(1)", "2020-02-03 04:05:06.6"},
	{"2020-02-03 23:30:00 +05:30", "datetimeoffset(0)", "datetime2(0)", "2020-02-03 23:30:00"},
	{"2020-02-03 23:30:00 +05:30", "datetimeoffset(0)", "date", "2020-02-03"},
	{"2020-02-03 23:30:00 -05:30", "datetimeoffset(0)", "time(0)", "23:30:00"},
	{"2020-02-03 23:30:00.55 -05:30", "datetimeoffset(2)", "datetimeoffset(1)",
	"2020-02-03 23:30:00.6 -05:30"},
	{"1", "int", "datetime", "1900-01-02 00:00:00.000"},
	{"-53690", "int", "datetime", "1753-01-01 00:00:00.000"},
	{"-53691", "int", "datetime", "error 8115"},
	{"2958463", "int", "datetime", "9999-12-31 00:00:00.000"},
	{"2958464", "int", "datetime", "error 8115"},
	{"1.5", "float", "datetime", "1900-01-02 12:00:00.000"},
	{"-0.25", "decimal(5,2)", "datetime", "1899-12-31 18:00:00.000"},
	{"65535", "int", "smalldatetime", "2079-06-06 00:00:00.000"},
	{"65536", "int", "smalldatetime", "error 8115"},
	{"-1", "int", "smalldatetime", "error 8115"},
	{"1.5", "money", "smalldatetime", "1900-01-02 12:00:00.000"},
	{"1", "int", "date", "error 529"},
	{"0x0000000100000096", "varbinary(max)", "datetime", "1900-01-02 00:00:00.500"},
	{"0xFFFFFFFF00000000", "varbinary(max)", "datetime", "1899-12-31 00:00:00.000"},
	{"0x00000000FFFFFFFF", "varbinary(max)", "datetime", "error 242"},
	{"0x0001003C", "varbinary(max)", "smalldatetime", "1900-01-02 01:00:00.000"},
	{"0x010000", "varbinary(max)", "date", "0001-01-02"},
	{"0xFFFFFF", "varbinary(max)", "date", "error 8114"},
	{"0x03E8030000010000", "varbinary(max)", "datetime2(3)", "0001-01-02 00:00:01.000"},
	{"NULL", "datetime", "date", "NULL"}
};

typedef struct StyleCase
{
	const char *from;
	int			style;
	const char *result;
} StyleCase;

/* Of 2020-02-03 16:05:06.0066667 +02:30. */
static const StyleCase written[] = {
	{"datetime", 0, "Feb  3 2020  4:05PM"},
	{"datetime", 100, "Feb  3 2020  4:05PM"},
	{"datetime", 1, "02/03/20"},
	{"datetime", 101, "02/03/2020"},
	{"datetime", 2, "20.02.03"},
	{"datetime", 102, "2020.02.03"},
	{"datetime", 3, "03/02/20"},
	{"datetime", 103, "03/02/2020"},
	{"datetime", 4, "03.02.20"},
	{"datetime", 104, "03.02.2020"},
	{"datetime", 5, "03-02-20"},
	{"datetime", 105, "03-02-2020"},
	{"datetime", 6, "03 Feb 20"},
	{"datetime", 106, "03 Feb 2020"},
	{"datetime", 7, "Feb 03, 20"},
	{"datetime", 107, "Feb 03, 2020"},
	{"datetime", 8, "16:05:06"},
	{"datetime", 24, "16:05:06"},
	{"datetime", 108, "16:05:06"},
	{"datetime", 9, "Feb  3 2020  4:05:06:007PM"},
	{"datetime", 109, "Feb  3 2020  4:05:06:007PM"},
	{"datetime", 10, "02-03-20"},
	{"datetime", 110, "02-03-2020"},
	{"datetime", 11, "20/02/03"},
	{"datetime", 111, "2020/02/03"},
	{"datetime", 12, "200203"},
	{"datetime", 112, "20200203"},
	{"datetime", 13, "03 Feb 2020 16:05:06:007"},
	{"datetime", 113, "03 Feb 2020 16:05:06:007"},
	{"datetime", 14, "16:05:06:007"},
	{"datetime", 114, "16:05:06:007"},
	{"datetime", 20, "2020-02-03 16:05:06"},
	{"datetime", 120, "2020-02-03 16:05:06"},
	{"datetime", 21, "2020-02-03 16:05:06.007"},
	{"datetime", 25, "2020-02-03 16:05:06.007"},
	{"datetime", 121, "2020-02-03 16:05:06.007"},
	{"datetime", 22, "02/03/20  4:05:06 PM"},
	{"datetime", 23, "2020-02-03"},
	{"datetime", 126, "2020-02-03T16:05:06.007"},
	{"datetime", 127, "2020-02-03T16:05:06.007"},
	{"datetime", 99, "error 281"},
	{"smalldatetime", 0, "Feb  3 2020  4:05PM"},
	{"smalldatetime", 126, "2020-02-03T16:05:00"},
	{"smalldatetime", 121, "2020-02-03 16:05:00.000"},
	{"date", 0, "2020-02-03"},
	{"date", 101, "02/03/2020"},
	{"date", 100, "Feb  3 2020"},
	{"date", 126, "2020-02-03"},
	{"date", 108, "error 281"},
	{"time(7)", 0, "16:05:06.0066667"},
	{"time(3)", 0, "16:05:06.007"},
	{"time(0)", 0, "16:05:06"},
	{"time(3)", 100, " 4:05PM"},
	{"time(3)", 108, "16:05:06"},
	{"time(3)", 101, "error 281"},
	{"datetime2(7)", 0, "2020-02-03 16:05:06.0066667"},
	{"datetime2(0)", 0, "2020-02-03 16:05:06"},
	{"datetime2(7)", 100, "Feb  3 2020  4:05PM"},
	{"datetime2(4)", 109, "Feb  3 2020  4:05:06.0067PM"},
	{"datetime2(7)", 120, "2020-02-03 16:05:06"},
	{"datetime2(7)", 126, "2020-02-03T16:05:06.0066667"},
	{"datetimeoffset(0)", 0, "2020-02-03 16:05:06 +02:30"},
	{"datetimeoffset(7)", 126, "2020-02-03T16:05:06.0066667+02:30"},
	{"datetimeoffset(0)", 127, "2020-02-03T13:35:06Z"},
	{"datetimeoffset(0)", 112, "20200203"},
	{"datetimeoffset(0)", 100, "Feb  3 2020  4:05PM +02:30"}
};

static void
test_written(void)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
	{
		bool		offset = strncmp(written[i].from, "datetimeoffset", 14) == 0;
		bool		old = strstr(written[i].from, "datetime") != NULL &&
			strchr(written[i].from, '(') == NULL;
		const char *text = old ? "2020-02-03 16:05:06.007" :
			offset ? "2020-02-03 16:05:06.0066667 +02:30" : "2020-02-03 16:05:06.0066667";
		const char *result = convert(text, written[i].from, "varchar(60)", written[i].style, true);

		ok(strcmp(result, written[i].result) == 0, "CONVERT(varchar, %s, %d) is %s",
		   written[i].from, written[i].style, result);
	}
}

/* The style says which number is the day. */
static void
test_read_styles(void)
{
	static const struct
	{
		const char *text;
		int			style;
		const char *result;
	}			cases[] = {
		{"02/03/2020", 101, "2020-02-03"}, {"02/03/2020", 103, "2020-03-02"},
		{"02.03.2020", 104, "2020-03-02"}, {"02-03-2020", 105, "2020-03-02"},
		{"02-03-2020", 110, "2020-02-03"}, {"20/02/03", 11, "2020-02-03"},
		{"02/03/04", 1, "2004-02-03"}, {"02/03/04", 3, "2004-03-02"},
		{"02.03.04", 2, "2002-03-04"}, {"13/02/2020", 103, "2020-02-13"},
		{"13/02/2020", 101, "error 241"}, {"2020-02-03", 103, "2020-02-03"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *result = convert(cases[i].text, "varchar(30)", "date", cases[i].style, true);

		ok(strcmp(result, cases[i].result) == 0, "CONVERT(date, '%s', %d) is %s",
		   cases[i].text, cases[i].style, result);
	}
}

static void
test_messages(void)
{
	(void) convert("x", ANY, "datetime2(7)", 0, true);
	ok(strcmp(cast_error.text,
			  "Conversion failed when converting date and/or time from character string.") == 0,
	   "%s", cast_error.text);
	(void) convert("2020-02-30", ANY, "datetime", 0, true);
	ok(strcmp(cast_error.text, "The conversion of a varchar data type to a datetime data type "
			  "resulted in an out-of-range value.") == 0, "%s", cast_error.text);
	(void) convert("x", ANY, "smalldatetime", 0, true);
	ok(strcmp(cast_error.text, "Conversion failed when converting character string to "
			  "smalldatetime data type.") == 0, "%s", cast_error.text);
	(void) convert("0001-01-01", "datetime2(7)", "datetime", 0, true);
	ok(strcmp(cast_error.text, "The conversion of a datetime2 data type to a datetime data type "
			  "resulted in an out-of-range value.") == 0, "%s", cast_error.text);
}

static int
month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return lengths[month - 1] + (month == 2 && leap);
}

/* Every day of SQL Server's calendar, counted one by one. */
static void
test_calendar(void)
{
	int32_t		day = 0;
	int			wrong = 0;

	for (int year = 1; year <= 9999; year++)
	{
		for (int month = 1; month <= 12; month++)
		{
			for (int i = 1; i <= month_length(year, month); i++, day++)
			{
				int			y;
				int			m;
				int			d;

				date_to_civil(day, &y, &m, &d);
				if (date_from_civil(year, month, i) != day || y != year || m != month || d != i)
					wrong++;
			}
		}
	}
	ok(wrong == 0 && day == 3652059, "%d days there and back, %d wrong", (int) day, wrong);
	ok(date_from_civil(1900, 1, 1) == 693595, "1900-01-01 is day 693595");
}

/* Every 1/300 s of a minute keeps its place on the way through datetime2(7) and text. */
static void
test_thirds(void)
{
	TypeSpec	datetime = type_of("datetime");
	TypeSpec	exact = type_of("datetime2(7)");
	int			wrong = 0;

	for (int64_t i = -9000; i < 9000; i++)
	{
		SqlValue	in = {.i = i};
		SqlValue	middle;
		SqlValue	out;
		const char *text = text_of(&in, &datetime);

		if (!value_of(text, &datetime, &out) || out.i != i)
			wrong++;
		if (!convert_value(&in, &datetime, &exact, 0, true, cast_arena, &middle, &cast_error) ||
			!convert_value(&middle, &exact, &datetime, 0, true, cast_arena, &out, &cast_error) ||
			out.i != i)
			wrong++;
		arena_reset(cast_arena);
	}
	ok(wrong == 0, "datetime survives datetime2(7) and text (%d wrong)", wrong);
}

int
main(void)
{
	cast_arena = arena_new();
	TEST_CASTS(read_old);
	TEST_CASTS(read_new);
	TEST_CASTS(between);
	test_written();
	test_read_styles();
	test_messages();
	test_calendar();
	test_thirds();
	arena_free(cast_arena);
	return done_testing();
}
