/*
 * test/unit/calendar_test.c
 *		SQL Server's dates and times against PostgreSQL's, and back.
 *
 * The days are counted here by walking the calendar, year by year and month by
 * month, so that the arithmetic under test has nothing in common with what it
 * is compared to.
 */
/* sources: src/pure/calendar.c */
#include <stdint.h>

#include "pure/calendar.h"
#include "tap.h"

#define DAY			CALENDAR_USECS_PER_DAY
#define SECOND		INT64_C(1000000)
#define LAST_100NS	UINT64_C(863999999999)

static bool
leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return lengths[month - 1] + (month == 2 && leap(year) ? 1 : 0);
}

/* Days from 0001-01-01, the slow way. */
static int32_t
count_days(int year, int month, int day)
{
	int32_t		days = day - 1;
	int			i;

	for (i = 1; i < year; i++)
		days += leap(i) ? 366 : 365;
	for (i = 1; i < month; i++)
		days += month_length(year, i);
	return days;
}

static int32_t
from_1900(int year, int month, int day)
{
	return count_days(year, month, day) - count_days(1900, 1, 1);
}

static int32_t
from_2000(int year, int month, int day)
{
	return count_days(year, month, day) - count_days(2000, 1, 1);
}

static void
test_known_days(void)
{
	static const struct
	{
		int			year,
					month,
					day;
		bool		datetime;	/* does datetime know the day? */
	}			days[] = {
		{1, 1, 1, false}, {4, 2, 29, false}, {1582, 10, 15, false}, {1700, 3, 1, false},
		{1752, 12, 31, false}, {1753, 1, 1, true}, {1800, 2, 28, true}, {1899, 12, 31, true},
		{1900, 1, 1, true}, {1900, 2, 28, true}, {1900, 3, 1, true}, {1969, 12, 31, true},
		{1999, 12, 31, true}, {2000, 1, 1, true}, {2000, 2, 29, true}, {2004, 2, 29, true},
		{2038, 1, 19, true}, {2079, 6, 6, true}, {2100, 2, 28, true}, {9999, 12, 31, true}
	};
	size_t		i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++)
	{
		int32_t		server = from_1900(days[i].year, days[i].month, days[i].day);
		int32_t		local = from_2000(days[i].year, days[i].month, days[i].day);
		int32_t		date = INT32_MIN;
		int32_t		back = INT32_MIN;
		int32_t		ticks = -1;
		int64_t		usecs = INT64_MIN;

		ok(calendar_from_date(server, &date) && date == local &&
		   calendar_to_date(date, &back) && back == server,
		   "date %04d-%02d-%02d is day %d", days[i].year, days[i].month, days[i].day, local);
		ok(calendar_from_datetime2(server, 0, &usecs) && usecs == local * DAY,
		   "so is its midnight as datetime2");
		ok(calendar_from_datetime(server, 0, &usecs) == days[i].datetime &&
		   calendar_to_datetime(local * DAY, &back, &ticks) == days[i].datetime,
		   "datetime %s that day", days[i].datetime ? "knows" : "does not know");
	}
}

/* Every day of every type, both ways. */
static void
test_all_days(void)
{
	int32_t		first = from_1900(1, 1, 1);
	int32_t		last = from_1900(9999, 12, 31);
	int32_t		first_datetime = from_1900(1753, 1, 1);
	int32_t		offset = from_2000(1, 1, 1) - first;
	int			wrong_date = 0;
	int			wrong_datetime = 0;
	int			wrong_datetime2 = 0;
	int32_t		day;

	for (day = first; day <= last; day++)
	{
		/* a moment that differs from day to day */
		int32_t		ticks = (int32_t) ((uint32_t) day * UINT32_C(2654435761) % 25920000);
		uint64_t	hundreds = (uint32_t) day * UINT64_C(11400714819323198485) % (LAST_100NS + 1);
		int32_t		date = 0;
		int32_t		back = 0;
		int32_t		back_ticks = 0;
		uint64_t	back_hundreds = 0;
		int64_t		usecs = 0;

		if (!calendar_from_date(day, &date) || date != day + offset ||
			!calendar_to_date(date, &back) || back != day)
			wrong_date++;
		if (day >= first_datetime &&
			(!calendar_from_datetime(day, ticks, &usecs) ||
			 usecs / SECOND != (day + offset) * INT64_C(86400) + ticks / 300 +
			 (usecs < 0 && usecs % SECOND != 0 ? 1 : 0) ||
			 !calendar_to_datetime(usecs, &back, &back_ticks) ||
			 back != day || back_ticks != ticks))
			wrong_datetime++;
		if (!calendar_from_datetime2(day, hundreds, &usecs) ||
			usecs != (day + offset) * DAY + (int64_t) (hundreds / 10) ||
			!calendar_to_datetime2(usecs, &back, &back_hundreds) ||
			back != day || back_hundreds != hundreds / 10 * 10)
			wrong_datetime2++;
	}
	ok(last - first + 1 == 3652059, "9999 years have 3,652,059 days");
	ok(wrong_date == 0, "every date survives the way there and back (%d do not)", wrong_date);
	ok(wrong_datetime == 0, "so does a tick of every day of datetime (%d do not)", wrong_datetime);
	ok(wrong_datetime2 == 0, "and 100 ns of every day, cut to the microsecond (%d do not)",
	   wrong_datetime2);
}

static void
test_ticks(void)
{
	static const int shown[] = {0, 3, 7, 10, 13, 17, 20, 23, 27, 30};
	static const int seconds[] = {0, 1, 59, 3599, 43200, 86398, 86399};
	int			wrong = 0;
	int			not_back = 0;
	int			not_ordered = 0;
	size_t		s;
	int			tick;

	for (s = 0; s < sizeof(seconds) / sizeof(seconds[0]); s++)
	{
		int64_t		before = -1;

		for (tick = 0; tick < 300; tick++)
		{
			/* tick / 300 s in milliseconds, rounded to the nearest */
			int64_t		expected = (int64_t) (tick * 1000.0 / 300.0 + 0.5);
			int64_t		usecs = -1;
			int32_t		days = -1;
			int32_t		back = -1;

			calendar_from_datetime(36524, seconds[s] * 300 + tick, &usecs);
			if (usecs != seconds[s] * SECOND + expected * 1000)
				wrong++;
			if (usecs <= before)
				not_ordered++;
			before = usecs;
			if (!calendar_to_datetime(usecs, &days, &back) || days != 36524 ||
				back != seconds[s] * 300 + tick)
				not_back++;
		}
	}
	ok(wrong == 0, "all ticks of a second become their milliseconds (%d do not)", wrong);
	ok(not_ordered == 0, "and keep their order (%d do not)", not_ordered);
	ok(not_back == 0, "and find back (%d do not)", not_back);
	for (tick = 0; tick < 10; tick++)
	{
		int64_t		usecs = -1;

		calendar_from_datetime(36524, tick, &usecs);
		ok(usecs == shown[tick] * 1000, "tick %d is shown as .%03d", tick, shown[tick]);
	}
}

/* What SQL Server makes of milliseconds between its ticks. */
static void
test_rounding_to_ticks(void)
{
	static const struct
	{
		int			usecs;
		int			ticks;
	}			cases[] = {
		{0, 0}, {1000, 0}, {1666, 0}, {1667, 1}, {2000, 1}, {3000, 1}, {4000, 1}, {4999, 1},
		{5000, 2}, {6000, 2}, {7000, 2}, {8000, 2}, {8333, 2}, {8334, 3}, {9000, 3}, {10000, 3}
	};
	int32_t		days = -1;
	int32_t		ticks = -1;
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		calendar_to_datetime(cases[i].usecs, &days, &ticks);
		ok(days == 36524 && ticks == cases[i].ticks, "%d us become tick %d, %d", cases[i].usecs,
		   cases[i].ticks, ticks);
	}
	ok(calendar_to_datetime(-1, &days, &ticks) && days == 36524 && ticks == 0,
	   "the last microsecond of a year rounds into the next one");
	ok(calendar_to_datetime(-2000, &days, &ticks) && days == 36523 && ticks == 25919999,
	   ".998 stays in its day as .997");
	ok(calendar_to_datetime(-1000, &days, &ticks) && days == 36524 && ticks == 0,
	   ".999 is the next day's .000");
}

static void
test_times(void)
{
	int64_t		usecs = -1;

	ok(calendar_from_time(0, &usecs) && usecs == 0, "midnight");
	ok(calendar_from_time(9, &usecs) && usecs == 0, "900 ns are cut");
	ok(calendar_from_time(10, &usecs) && usecs == 1, "1 us is kept");
	ok(calendar_from_time(LAST_100NS, &usecs) && usecs == DAY - 1,
	   "23:59:59.9999999 stays in its day");
	usecs = 42;
	ok(!calendar_from_time(LAST_100NS + 1, &usecs) && usecs == 42, "24:00 is no time");
	ok(!calendar_from_time(UINT64_MAX, &usecs), "nor is any 64-bit number");

	ok(calendar_from_smalldatetime(0, 0, &usecs) && usecs == from_2000(1900, 1, 1) * DAY,
	   "smalldatetime begins in 1900");
	ok(calendar_from_smalldatetime(65535, 1439, &usecs) &&
	   usecs == from_2000(2079, 6, 6) * DAY + 1439 * 60 * SECOND,
	   "and ends on 2079-06-06 at 23:59");
	ok(!calendar_from_smalldatetime(1, 1440, &usecs), "a day has 1440 minutes");
	ok(!calendar_from_smalldatetime(1, UINT16_MAX, &usecs), "and no 65535");
}

static void
test_ranges(void)
{
	int64_t		usecs = 42;
	int32_t		days = 42;
	int32_t		ticks = 42;
	uint64_t	hundreds = 42;
	int32_t		date = 42;

	ok(!calendar_from_datetime(from_1900(1752, 12, 31), 0, &usecs) &&
	   !calendar_from_datetime(from_1900(9999, 12, 31) + 1, 0, &usecs) &&
	   !calendar_from_datetime(INT32_MIN, 0, &usecs) &&
	   !calendar_from_datetime(INT32_MAX, 0, &usecs), "datetime is 1753 .. 9999");
	ok(!calendar_from_datetime(0, -1, &usecs) && !calendar_from_datetime(0, 25920000, &usecs) &&
	   !calendar_from_datetime(0, INT32_MIN, &usecs) &&
	   !calendar_from_datetime(0, INT32_MAX, &usecs), "a day has 25,920,000 ticks");
	ok(calendar_from_datetime(0, 25919999, &usecs) &&
	   usecs == from_2000(1900, 1, 2) * DAY - 3000, "the last one is shown as .997");
	usecs = 42;
	ok(!calendar_from_date(from_1900(1, 1, 1) - 1, &date) &&
	   !calendar_from_date(from_1900(9999, 12, 31) + 1, &date) &&
	   !calendar_from_date(INT32_MIN, &date) && !calendar_from_date(INT32_MAX, &date),
	   "date is 0001 .. 9999");
	ok(!calendar_from_datetime2(from_1900(1, 1, 1) - 1, 0, &usecs) &&
	   !calendar_from_datetime2(from_1900(9999, 12, 31) + 1, 0, &usecs) &&
	   !calendar_from_datetime2(0, LAST_100NS + 1, &usecs), "so is datetime2");
	ok(usecs == 42 && date == 42, "what is out of range leaves the result alone");

	ok(!calendar_to_datetime(INT64_MIN, &days, &ticks) &&
	   !calendar_to_datetime(INT64_MAX, &days, &ticks) &&
	   !calendar_to_datetime2(INT64_MIN, &days, &hundreds) &&
	   !calendar_to_datetime2(INT64_MAX, &days, &hundreds), "no timestamp is infinite over there");
	ok(!calendar_to_date(INT32_MIN, &days) && !calendar_to_date(INT32_MAX, &days),
	   "nor is a date");
	ok(!calendar_to_date(from_2000(1, 1, 1) - 1, &days) &&
	   !calendar_to_date(from_2000(9999, 12, 31) + 1, &days), "no date before Christ, none after 9999");
	ok(!calendar_to_datetime2(from_2000(1, 1, 1) * DAY - 1, &days, &hundreds) &&
	   !calendar_to_datetime2((from_2000(9999, 12, 31) + 1) * DAY, &days, &hundreds),
	   "nor a timestamp");
	ok(calendar_to_datetime2(from_2000(1, 1, 1) * DAY, &days, &hundreds) &&
	   days == from_1900(1, 1, 1) && hundreds == 0 &&
	   calendar_to_datetime2((from_2000(9999, 12, 31) + 1) * DAY - 1, &days, &hundreds) &&
	   days == from_1900(9999, 12, 31) && hundreds == LAST_100NS - 9,
	   "the first and the last microsecond are in");
	days = 42;
	ok(calendar_to_datetime(from_2000(1753, 1, 1) * DAY, &days, &ticks) &&
	   days == from_1900(1753, 1, 1), "datetime begins with 1753");
	ok(calendar_to_datetime((from_2000(9999, 12, 31) + 1) * DAY - 2000, &days, &ticks) &&
	   days == from_1900(9999, 12, 31) && ticks == 25919999, "and ends at .997 of 9999");
	days = 42;
	ticks = 42;
	ok(!calendar_to_datetime((from_2000(9999, 12, 31) + 1) * DAY - 1, &days, &ticks) &&
	   days == 42 && ticks == 42, "beyond it rounding leaves the range");
}

int
main(void)
{
	test_known_days();
	test_all_days();
	test_ticks();
	test_rounding_to_ticks();
	test_times();
	test_ranges();
	return done_testing();
}
