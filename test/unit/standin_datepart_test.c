/*
 * test/unit/standin_datepart_test.c
 *		The stand-in's DATEPART, DATEADD and DATEDIFF.
 */
/* sources: test/standin/datepart.c test/standin/convert*.c test/standin/date_*.c test/standin/number_text.c test/standin/variant.c test/standin/spatial*.c test/standin/hierarchy.c test/standin/json.c test/standin/typename.c test/standin/guid.c test/standin/civil.c test/standin/encoding.c test/standin/unicode*.c test/standin/collation.c test/standin/weight.c test/standin/arena.c test/standin/decimal.c test/standin/wide.c test/standin/product.c */
#include "standin_cast.h"

/* What of a result is shown: a number, a date as text, or the error's number. */
static const char *
shown(bool good, int64_t number)
{
	char		text[32];

	if (!good)
		return cast_failed();
	snprintf(text, sizeof(text), "%lld", (long long) number);
	return arena_copy(cast_arena, text, strlen(text));
}

static void
test_part(void)
{
	static const struct
	{
		const char *part;
		const char *value;
		const char *type;
		const char *result;
	}			cases[] = {
		{"year", "2020-02-03", "date", "2020"},
		{"YY", "2020-02-03", "date", "2020"},
		{"yyyy", "2020-02-03", "datetime", "2020"},
		{"quarter", "2020-03-31", "date", "1"},
		{"qq", "2020-04-01", "date", "2"},
		{"q", "2020-12-31", "date", "4"},
		{"month", "2020-02-03", "date", "2"},
		{"m", "2020-02-03", "date", "2"},
		{"dayofyear", "2020-12-31", "date", "366"},
		{"dy", "2019-12-31", "date", "365"},
		{"y", "2020-01-01", "date", "1"},
		{"day", "2020-02-03", "date", "3"},
		{"week", "2020-01-04", "date", "1"},	/* a Saturday */
		{"week", "2020-01-05", "date", "2"},	/* a Sunday */
		{"wk", "2017-01-01", "date", "1"},	/* a Sunday */
		{"ww", "2017-01-08", "date", "2"},
		{"week", "2020-12-31", "date", "53"},
		{"weekday", "2020-02-02", "date", "1"}, /* a Sunday */
		{"dw", "2020-02-03", "date", "2"},
		{"w", "2020-02-08", "date", "7"},
		{"weekday", "0001-01-01", "date", "2"}, /* a Monday */
		{"iso_week", "2020-12-31", "date", "53"},
		{"isowk", "2021-01-03", "date", "53"},
		{"isoww", "2021-01-04", "date", "1"},
		{"iso_week", "2018-12-31", "date", "1"},
		{"iso_week", "2016-01-01", "date", "53"},
		{"iso_week", "0001-01-01", "date", "1"},
		{"hour", "2020-02-03 16:05:06", "datetime", "16"},
		{"hh", "16:05:06", "time(0)", "16"},
		{"minute", "16:05:06", "time(0)", "5"},
		{"mi", "16:05:06", "time(0)", "5"},
		{"n", "16:05:06", "time(0)", "5"},
		{"second", "16:05:06", "time(0)", "6"},
		{"ss", "1753-01-01 00:00:59.997", "datetime", "59"},
		{"millisecond", "2020-02-03 16:05:06.007", "datetime", "7"},
		{"ms", "16:05:06.1239", "time(7)", "123"},
		{"microsecond", "16:05:06.1234567", "time(7)", "123456"},
		{"mcs", "2020-02-03 16:05:06.003", "datetime", "3333"},
		{"nanosecond", "16:05:06.1234567", "time(7)", "123456700"},
		{"ns", "16:05:06", "time(0)", "0"},
		{"tzoffset", "2020-02-03 16:05:06 -05:30", "datetimeoffset(0)", "-330"},
		{"hour", "2020-02-03 16:05:06 -05:30", "datetimeoffset(0)", "16"},
		{"day", "2020-02-03 23:05:06 -05:30", "datetimeoffset(0)", "3"},
		{"hour", "2020-02-03", "date", "error 9810"},
		{"year", "16:05:06", "time(0)", "error 9810"},
		{"tz", "2020-02-03", "datetime2(0)", "error 9810"},
		{"fortnight", "2020-02-03", "date", "error 155"},
		{"", "2020-02-03", "date", "error 155"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		TypeSpec	type = type_of(cases[i].type);
		SqlValue	value;
		int64_t		number = 0;
		bool		good = value_of(cases[i].value, &type, &value) &&
			date_part(cases[i].part, &value, &type, &number, &cast_error);
		const char *result = shown(good, number);

		ok(strcmp(result, cases[i].result) == 0, "DATEPART(%s, '%s' %s) is %s",
		   cases[i].part, cases[i].value, cases[i].type, result);
	}
}

static void
test_add(void)
{
	static const struct
	{
		const char *part;
		int64_t		number;
		const char *value;
		const char *type;
		const char *result;
	}			cases[] = {
		{"year", 1, "2020-02-29", "date", "2021-02-28"},
		{"year", -1, "2020-02-29", "date", "2019-02-28"},
		{"year", 4, "2020-02-29", "date", "2024-02-29"},
		{"quarter", 1, "2020-11-30", "date", "2021-02-28"},
		{"month", 1, "2020-01-31", "date", "2020-02-29"},
		{"month", -1, "2020-03-31", "date", "2020-02-29"},
		{"month", 12, "2020-01-31", "date", "2021-01-31"},
		{"month", -25, "2020-01-31", "date", "2017-12-31"},
		{"day", 1, "2020-02-28", "date", "2020-02-29"},
		{"dayofyear", -1, "2020-03-01", "date", "2020-02-29"},
		{"weekday", 1, "2020-12-31", "date", "2021-01-01"},
		{"week", 2, "2020-02-20", "date", "2020-03-05"},
		{"hour", 25, "2020-02-03 23:00", "datetime", "2020-02-05 00:00:00.000"},
		{"minute", -1, "2020-02-03", "datetime", "2020-02-02 23:59:00.000"},
		{"second", 86400, "2020-02-03 00:00:00.5", "datetime2(1)", "2020-02-04 00:00:00.5"},
		{"millisecond", 1, "2020-02-03", "datetime", "2020-02-03 00:00:00.000"},
		{"millisecond", 2, "2020-02-03", "datetime", "2020-02-03 00:00:00.003"},
		{"millisecond", -1, "2020-02-03", "datetime2(3)", "2020-02-02 23:59:59.999"},
		{"microsecond", 1, "2020-02-03", "datetime2(7)", "2020-02-03 00:00:00.0000010"},
		{"nanosecond", 149, "2020-02-03", "datetime2(7)", "2020-02-03 00:00:00.0000001"},
		{"nanosecond", 150, "2020-02-03", "datetime2(7)", "2020-02-03 00:00:00.0000002"},
		{"hour", 2, "23:00", "time(0)", "01:00:00"},
		{"hour", -50, "01:00", "time(0)", "23:00:00"},
		{"second", 30, "2020-02-03 12:00", "smalldatetime", "2020-02-03 12:01:00.000"},
		{"second", 29, "2020-02-03 12:00", "smalldatetime", "2020-02-03 12:00:00.000"},
		{"hour", 1, "2020-02-03 23:30 +05:30", "datetimeoffset(0)", "2020-02-04 00:30:00 +05:30"},
		{"month", 1, "2020-01-31 23:30 +05:30", "datetimeoffset(0)", "2020-02-29 23:30:00 +05:30"},
		{"day", 1, "9999-12-31", "date", "error 517"},
		{"day", -1, "0001-01-01", "date", "error 517"},
		{"month", 1, "9999-12-31", "date", "error 517"},
		{"month", -1, "0001-01-01", "date", "error 517"},
		{"year", 2147483647, "2020-01-01", "date", "error 517"},
		{"year", INT64_MIN, "2020-01-01", "date", "error 517"},
		{"day", INT64_MAX, "2020-01-01", "date", "error 517"},
		{"day", -1, "1753-01-01", "datetime", "error 517"},
		{"day", 1, "2079-06-06", "smalldatetime", "error 517"},
		{"year", 9000, "2020-01-01", "datetime", "error 517"},
		{"hour", 1, "2020-01-01", "date", "error 9810"},
		{"day", 1, "12:00", "time(0)", "error 9810"},
		{"microsecond", 1, "2020-01-01", "datetime", "error 9810"},
		{"iso_week", 1, "2020-01-01", "date", "error 9810"},
		{"tzoffset", 1, "2020-01-01", "datetimeoffset(0)", "error 9810"},
		{"eon", 1, "2020-01-01", "date", "error 155"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		TypeSpec	type = type_of(cases[i].type);
		SqlValue	value;
		SqlValue	out;
		const char *result = value_of(cases[i].value, &type, &value) &&
			date_add(cases[i].part, cases[i].number, &value, &type, &out, &cast_error) ?
			text_of(&out, &type) : cast_failed();

		ok(strcmp(result, cases[i].result) == 0, "DATEADD(%s, %lld, '%s' %s) is %s", cases[i].part,
		   (long long) cases[i].number, cases[i].value, cases[i].type, result);
	}
}

static void
test_diff(void)
{
	static const struct
	{
		const char *part;
		const char *from;
		const char *to;
		const char *type;
		const char *result;
	}			cases[] = {
		{"year", "2019-12-31", "2020-01-01", "date", "1"},
		{"year", "2020-01-01", "2020-12-31", "date", "0"},
		{"quarter", "2019-12-31", "2020-01-01", "date", "1"},
		{"month", "2020-01-31", "2020-02-01", "date", "1"},
		{"month", "2020-02-01", "2019-02-28", "date", "-12"},
		{"day", "2020-02-28", "2020-03-01", "date", "2"},
		{"dayofyear", "2020-02-28", "2020-03-01", "date", "2"},
		{"day", "2020-02-03 23:59:59", "2020-02-04 00:00:00", "datetime", "1"},
		{"week", "2020-02-01", "2020-02-02", "date", "1"},	/* Saturday to Sunday */
		{"week", "2020-02-02", "2020-02-08", "date", "0"},
		{"week", "2020-02-08", "2020-02-01", "date", "-1"},
		{"hour", "12:59:59", "13:00:00", "time(0)", "1"},
		{"hour", "2020-02-03", "2020-02-04", "date", "24"},
		{"minute", "12:00:59", "12:01:00", "time(0)", "1"},
		{"second", "1753-01-01 00:00:00.997", "1753-01-01 00:00:01", "datetime", "1"},
		{"millisecond", "2020-02-03", "2020-02-03 00:00:00.007", "datetime", "7"},
		{"microsecond", "2020-02-03", "2020-02-03 00:00:00.1234567", "datetime2(7)", "123456"},
		{"nanosecond", "2020-02-03", "2020-02-03 00:00:00.1234567", "datetime2(7)", "123456700"},
		{"nanosecond", "0001-01-01", "9999-12-31", "datetime2(7)", "error 535"},
		{"microsecond", "0001-01-01", "9999-12-31", "datetime2(7)", "315537811200000000"},
		{"hour", "2020-02-03 12:00 +02:00", "2020-02-03 12:00 +00:00", "datetimeoffset(0)", "2"},
		{"day", "2020-02-03 23:30 -01:00", "2020-02-04 00:30 +00:00", "datetimeoffset(0)", "0"},
		{"day", "12:00", "13:00", "time(0)", "error 9810"},
		{"iso_week", "2020-02-03", "2020-02-04", "date", "error 9806"},
		{"tzoffset", "2020-02-03", "2020-02-04", "datetimeoffset(0)", "error 9806"},
		{"eon", "2020-02-03", "2020-02-04", "date", "error 155"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		TypeSpec	type = type_of(cases[i].type);
		SqlValue	from;
		SqlValue	to;
		int64_t		number = 0;
		bool		good = value_of(cases[i].from, &type, &from) &&
			value_of(cases[i].to, &type, &to) &&
			date_diff(cases[i].part, &from, &type, &to, &type, &number, &cast_error);
		const char *result = shown(good, number);

		ok(strcmp(result, cases[i].result) == 0, "DATEDIFF(%s, '%s', '%s') is %s",
		   cases[i].part, cases[i].from, cases[i].to, result);
	}
}

/* DATEDIFF undoes DATEADD, and the week parts follow the days. */
static void
test_laws(void)
{
	TypeSpec	date = type_of("date");
	int			wrong = 0;
	int64_t		last_week = 0;

	for (int32_t day = 693595; day < 693595 + 146097; day++)
	{
		SqlValue	from = {.i = day};
		SqlValue	to;
		int64_t		number;
		int64_t		week;
		int64_t		weekday;
		int64_t		yearday;

		if (!date_add("week", 3, &from, &date, &to, &cast_error) ||
			!date_diff("week", &from, &date, &to, &date, &number, &cast_error) || number != 3)
			wrong++;
		if (!date_part("week", &from, &date, &week, &cast_error) ||
			!date_part("weekday", &from, &date, &weekday, &cast_error) ||
			!date_part("dayofyear", &from, &date, &yearday, &cast_error) ||
			week != (yearday == 1 ? 1 : last_week + (weekday == 1)))
			wrong++;
		last_week = week;
	}
	ok(wrong == 0, "400 years of weeks (%d wrong)", wrong);
}

int
main(void)
{
	SqlMessage	error;
	int64_t		number;
	SqlValue	value = {.i = 0};
	TypeSpec	type;

	cast_arena = arena_new();
	test_part();
	test_add();
	test_diff();
	test_laws();
	type = type_of("date");
	ok(!date_part("hour", &value, &type, &number, &error) &&
	   strcmp(error.text, "The datepart hour is not supported by date function datepart for "
			  "data type date.") == 0, "%s", error.text);
	ok(!date_part("eon", &value, &type, &number, &error) && error.severity == 15 &&
	   strcmp(error.text, "'eon' is not a recognized datepart option.") == 0, "%s", error.text);
	arena_free(cast_arena);
	return done_testing();
}
