/*
 * test/unit/calendar_steps_test.c
 *		Steps of SQL Server's dates and times: each against the one before it.
 *
 * Which value a step has is read by the functions that read values off the wire,
 * which calendar_test.c compares with a calendar of its own.
 */
/* sources: src/pure/calendar.c */
#include <stdint.h>
#include <stdio.h>

#include "pure/calendar.h"
#include "tap.h"

#define DAY		CALENDAR_USECS_PER_DAY

typedef struct Kind
{
	const char *name;
	CalendarType type;
	int			scale;
	int64_t		last;
} Kind;

static const Kind kinds[] = {
	{"date", CALENDAR_DATE, 0, 3652058},
	{"smalldatetime", CALENDAR_SMALLDATETIME, 0, INT64_C(65536) * 1440 - 1},
	{"datetime", CALENDAR_DATETIME, 0, INT64_C(3012154) * 25920000 - 1},
	{"time(0)", CALENDAR_TIME, 0, 86399},
	{"time(3)", CALENDAR_TIME, 3, 86399999},
	{"time(6)", CALENDAR_TIME, 6, INT64_C(86399999999)},
	{"time(7)", CALENDAR_TIME, 7, INT64_C(863999999999)},
	{"datetime2(0)", CALENDAR_DATETIME2, 0, INT64_C(3652059) * 86400 - 1},
	{"datetime2(1)", CALENDAR_DATETIME2, 1, INT64_C(3652059) * 864000 - 1},
	{"datetime2(3)", CALENDAR_DATETIME2, 3, INT64_C(3652059) * 86400000 - 1},
	{"datetime2(6)", CALENDAR_DATETIME2, 6, INT64_C(3652059) * INT64_C(86400000000) - 1},
	{"datetime2(7)", CALENDAR_DATETIME2, 7, INT64_C(3652059) * INT64_C(864000000000) - 1}
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static uint64_t state = 42;

static uint64_t
chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* What the step is here; INT64_MIN: it is none that the reader knows. */
static int64_t
read_step(const Kind *kind, int64_t step)
{
	int32_t		days;
	int32_t		date = 0;
	int64_t		rest;
	int64_t		usecs = INT64_MIN;

	calendar_split_step(kind->type, kind->scale, step, &days, &rest);
	switch (kind->type)
	{
		case CALENDAR_DATE:
			return calendar_from_date(days, &date) && rest == 0 ? date * DAY : INT64_MIN;
		case CALENDAR_TIME:
			return calendar_from_time((uint64_t) rest, &usecs) && days == 0 ? usecs : INT64_MIN;
		case CALENDAR_SMALLDATETIME:
			return calendar_from_smalldatetime((uint16_t) days, (uint16_t) rest, &usecs) ? usecs : INT64_MIN;
		case CALENDAR_DATETIME:
			return calendar_from_datetime(days, (int32_t) rest, &usecs) ? usecs : INT64_MIN;
		case CALENDAR_DATETIME2:
			return calendar_from_datetime2(days, (uint64_t) rest, &usecs) ? usecs : INT64_MIN;
	}
	return usecs;
}

/* Is the answer for usecs the first step that is not before it? */
static bool
is_first(const Kind *kind, int64_t usecs)
{
	int64_t		step = calendar_step_from(kind->type, kind->scale, usecs);

	if (step < 0 || step > kind->last + 1)
		return false;
	if (step <= kind->last && read_step(kind, step) < usecs)
		return false;
	return step == 0 || read_step(kind, step - 1) < usecs;
}

static void
test_ends(const Kind *kind)
{
	int64_t		first = read_step(kind, 0);
	int64_t		last = read_step(kind, kind->last);

	ok(calendar_last_step(kind->type, kind->scale) == kind->last, "%s: so many values", kind->name);
	ok(first != INT64_MIN && last != INT64_MIN, "%s: the first and the last are values", kind->name);
	ok(calendar_step_from(kind->type, kind->scale, INT64_MIN) == 0 &&
	   calendar_step_from(kind->type, kind->scale, first - 1) == 0 &&
	   calendar_step_from(kind->type, kind->scale, first) == 0, "%s: nothing is below the first", kind->name);
	ok(calendar_step_from(kind->type, kind->scale, last + 1) == kind->last + 1 &&
	   calendar_step_from(kind->type, kind->scale, INT64_MAX) == kind->last + 1,
	   "%s: nothing is above the last", kind->name);
	ok(is_first(kind, last) && is_first(kind, last - 1) && is_first(kind, first + 1),
	   "%s: next to the ends", kind->name);
}

static void
test_inside(const Kind *kind)
{
	int			wrong = 0;
	int			i;

	for (i = 0; i < 200000; i++)
	{
		int64_t		step = (int64_t) (chance() % (uint64_t) (kind->last + 1));
		int64_t		usecs = read_step(kind, step) + (int64_t) (chance() % 9) - 4;

		if (i % 2 == 0)
			usecs += (int64_t) (chance() % 20000) - 10000;
		wrong += !is_first(kind, usecs);
	}
	ok(wrong == 0, "%s: 200,000 moments near its values", kind->name);
}

/* Every tick of some days, and every microsecond around it. */
static void
test_ticks(void)
{
	const Kind *kind = &kinds[2];
	int			wrong = 0;
	int64_t		step;
	int			i;

	for (step = 0; step < 3000; step++)
	{
		for (i = -3400; i <= 3400; i += 17)
			wrong += !is_first(kind, read_step(kind, step + 25920000 - 1500) + i);
	}
	ok(wrong == 0, "datetime: around midnight");
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < KINDS; i++)
	{
		test_ends(&kinds[i]);
		test_inside(&kinds[i]);
	}
	test_ticks();
	return done_testing();
}
