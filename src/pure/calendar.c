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

/* Of a type: the days it knows, from 1900-01-01, and the steps of one, with a scale of those of a second. */
typedef struct Extent
{
	int32_t		first_day;
	int32_t		last_day;
	int64_t		steps;
	bool		scaled;
} Extent;

static const Extent extents[] = {
	[CALENDAR_DATE] = {DAY_0001_01_01, DAY_9999_12_31, 1, false},
	[CALENDAR_TIME] = {0, 0, 86400, true},
	[CALENDAR_SMALLDATETIME] = {0, 65535, MINUTES_PER_DAY, false},
	[CALENDAR_DATETIME] = {DAY_1753_01_01, DAY_9999_12_31, TICKS_PER_DAY, false},
	[CALENDAR_DATETIME2] = {DAY_0001_01_01, DAY_9999_12_31, 86400, true}
};

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

static int64_t
usecs_of_ticks(int64_t ticks)
{
	return (ticks * 10 + 1) / 3 * 1000;
}

bool
calendar_from_datetime(int32_t days, int32_t ticks, int64_t *usecs)
{
	if (days < DAY_1753_01_01 || days > DAY_9999_12_31 || ticks < 0 || ticks >= TICKS_PER_DAY)
		return false;
	/* 0, 3 1/3, 6 2/3 ms are shown as .000, .003, .007. */
	*usecs = usecs_of_day(days) + usecs_of_ticks(ticks);
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

static int64_t
steps_of_day(CalendarType type, int scale)
{
	int64_t		steps = extents[type].steps;

	for (; extents[type].scaled && scale > 0; scale--)
		steps *= 10;
	return steps;
}

int64_t
calendar_last_step(CalendarType type, int scale)
{
	const Extent *extent = &extents[type];

	return (extent->last_day - extent->first_day + INT64_C(1)) * steps_of_day(type, scale) - 1;
}

/* The first step of a day that stands for rest microseconds of it, or more. */
static int64_t
step_of_day(CalendarType type, int64_t steps, int64_t rest)
{
	int64_t		step;

	if (type == CALENDAR_DATETIME)
	{
		/* the next millisecond may be shown as the same or as a later one */
		for (step = rest * 3 / 10000; usecs_of_ticks(step) < rest; step++)
			;
		for (; step > 0 && usecs_of_ticks(step - 1) >= rest; step--)
			;
		return step;
	}
	if (steps > CALENDAR_USECS_PER_DAY)
		return rest * (steps / CALENDAR_USECS_PER_DAY);
	step = CALENDAR_USECS_PER_DAY / steps;
	return (rest + step - 1) / step;
}

int64_t
calendar_step_from(CalendarType type, int scale, int64_t usecs)
{
	const Extent *extent = &extents[type];
	int64_t		steps = steps_of_day(type, scale);
	int64_t		rest = usecs;
	int64_t		day = 0;

	if (type != CALENDAR_TIME)
		day = split_usecs(usecs, &rest);
	if (day < extent->first_day || rest < 0)
		return 0;
	if (day > extent->last_day || rest >= CALENDAR_USECS_PER_DAY)
		return calendar_last_step(type, scale) + 1;
	return (day - extent->first_day) * steps + step_of_day(type, steps, rest);
}

void
calendar_split_step(CalendarType type, int scale, int64_t step, int32_t *days, int64_t *rest)
{
	int64_t		steps = steps_of_day(type, scale);

	*days = (int32_t) (extents[type].first_day + step / steps);
	*rest = step % steps;
	if (extents[type].scaled)
		*rest *= HUNDRED_NS_PER_DAY / steps;
}
