/*
 * src/pure/calendar.c
 *		SQL Server's dates and times <-> PostgreSQL's integers.
 *
 * Both sides count days of the proleptic Gregorian calendar, so a date needs no
 * more than another zero day; what needs care is the unit of the day's fraction
 * and which days each type knows.
 */
#include "pure/calendar.h"

#define DAYS_1900_TO_2000	36524
#define DAY_0001_01_01		(-693595)	/* these three from 1900-01-01 */
#define DAY_1753_01_01		(-53690)
#define DAY_9999_12_31		2958463

#define TICKS_PER_DAY		(300 * 86400)	/* datetime */
#define MINUTES_PER_DAY		1440
#define HUNDRED_NS_PER_DAY	(CALENDAR_USECS_PER_DAY * 10)

static int64_t
usecs_of_day(int64_t days)
{
	return (days - DAYS_1900_TO_2000) * CALENDAR_USECS_PER_DAY;
}

/* Splits into the day from 1900-01-01 and what is left of it, never negative. */
static int64_t
split_usecs(int64_t usecs, int64_t *rest)
{
	int64_t		days = usecs / CALENDAR_USECS_PER_DAY;

	*rest = usecs % CALENDAR_USECS_PER_DAY;
	if (*rest < 0)
	{
		*rest += CALENDAR_USECS_PER_DAY;
		days--;
	}
	return days + DAYS_1900_TO_2000;
}

bool
calendar_from_datetime(int32_t days, int32_t ticks, int64_t *usecs)
{
	if (days < DAY_1753_01_01 || days > DAY_9999_12_31 || ticks < 0 || ticks >= TICKS_PER_DAY)
		return false;
	/* 0, 3 1/3, 6 2/3 ms are shown as .000, .003, .007. */
	*usecs = usecs_of_day(days) + ((int64_t) ticks * 10 + 1) / 3 * 1000;
	return true;
}

bool
calendar_from_smalldatetime(uint16_t days, uint16_t minutes, int64_t *usecs)
{
	/* Every day is valid: the last one, 65535, is 2079-06-06. */
	if (minutes >= MINUTES_PER_DAY)
		return false;
	*usecs = usecs_of_day(days) + minutes * INT64_C(60000000);
	return true;
}

bool
calendar_from_date(int32_t days, int32_t *date)
{
	if (days < DAY_0001_01_01 || days > DAY_9999_12_31)
		return false;
	*date = days - DAYS_1900_TO_2000;
	return true;
}

bool
calendar_from_time(uint64_t ticks, int64_t *usecs)
{
	if (ticks >= (uint64_t) HUNDRED_NS_PER_DAY)
		return false;
	*usecs = (int64_t) (ticks / 10);
	return true;
}

bool
calendar_from_datetime2(int32_t days, uint64_t ticks, int64_t *usecs)
{
	int64_t		time;

	if (days < DAY_0001_01_01 || days > DAY_9999_12_31 || !calendar_from_time(ticks, &time))
		return false;
	*usecs = usecs_of_day(days) + time;
	return true;
}

bool
calendar_to_datetime(int64_t usecs, int32_t *days, int32_t *ticks)
{
	int64_t		rest;
	int64_t		day = split_usecs(usecs, &rest);
	int64_t		tick = (rest * 3 + 5000) / 10000;

	if (tick == TICKS_PER_DAY)
	{
		tick = 0;
		day++;
	}
	if (day < DAY_1753_01_01 || day > DAY_9999_12_31)
		return false;
	*days = (int32_t) day;
	*ticks = (int32_t) tick;
	return true;
}

bool
calendar_to_date(int32_t date, int32_t *days)
{
	int64_t		day = (int64_t) date + DAYS_1900_TO_2000;

	if (day < DAY_0001_01_01 || day > DAY_9999_12_31)
		return false;
	*days = (int32_t) day;
	return true;
}

bool
calendar_to_datetime2(int64_t usecs, int32_t *days, uint64_t *ticks)
{
	int64_t		rest;
	int64_t		day = split_usecs(usecs, &rest);

	if (day < DAY_0001_01_01 || day > DAY_9999_12_31)
		return false;
	*days = (int32_t) day;
	*ticks = (uint64_t) rest * 10;
	return true;
}
