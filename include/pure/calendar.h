/*
 * calendar.h
 *		SQL Server's dates and times <-> PostgreSQL's integers.
 *
 * PostgreSQL counts days and microseconds from 2000-01-01.  SQL Server's
 * datetime counts 1/300 s from 1900-01-01, datetime2 100 ns.  Going to
 * PostgreSQL, 100 ns are truncated towards the past (order is preserved and
 * 9999-12-31 23:59:59.9999999 stays in its year); 1/300 s ticks become the
 * milliseconds that SQL Server shows (.000, .003, .007).
 */
#ifndef PURE_CALENDAR_H
#define PURE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_USECS_PER_DAY	INT64_C(86400000000)

/*
 * Days from 1900-01-01 and 1/300 s of that day (datetime); false when ticks is
 * not within a day or the day not within 1753-01-01 .. 9999-12-31.  The result
 * has milliseconds, rounded as SQL Server displays them.
 */
extern bool calendar_from_datetime(int32_t days, int32_t ticks, int64_t *usecs);

/* Days and minutes of the day (smalldatetime, 1900-01-01 .. 2079-06-06). */
extern bool calendar_from_smalldatetime(uint16_t days, uint16_t minutes, int64_t *usecs);

/* Days from 1900-01-01, within 0001-01-01 .. 9999-12-31 (date). */
extern bool calendar_from_date(int32_t days, int32_t *date);

/* 100 ns of a day (time). */
extern bool calendar_from_time(uint64_t ticks, int64_t *usecs);

/* Days from 1900-01-01 and 100 ns of that day (datetime2, datetimeoffset in UTC). */
extern bool calendar_from_datetime2(int32_t days, uint64_t ticks, int64_t *usecs);

/*
 * The way back; false when the value is out of the type's range (infinity
 * included).  To datetime rounds to the nearest tick, as SQL Server does.
 */
extern bool calendar_to_datetime(int64_t usecs, int32_t *days, int32_t *ticks);
extern bool calendar_to_date(int32_t date, int32_t *days);
extern bool calendar_to_datetime2(int64_t usecs, int32_t *days, uint64_t *ticks);

/*
 * The values of a type in their order are its steps, numbered from 0: days,
 * minutes, 1/300 s, or units of the last decimal that it has.  A day of
 * datetimeoffset is one of UTC.
 */
typedef enum CalendarType
{
	CALENDAR_DATE,
	CALENDAR_TIME,
	CALENDAR_SMALLDATETIME,
	CALENDAR_DATETIME,
	CALENDAR_DATETIME2			/* and datetimeoffset */
} CalendarType;

/* scale: decimals of time and datetime2, otherwise of no account. */
extern int64_t calendar_last_step(CalendarType type, int scale);

/*
 * The first step that calendar_from_...() makes usecs of, or more; one more than
 * the last: there is none.  Of time they are microseconds of a day, up to its end.
 */
extern int64_t calendar_step_from(CalendarType type, int scale, int64_t usecs);

/*
 * A step as days from 1900-01-01 and what is left of it: 1/300 s (datetime),
 * minutes (smalldatetime), 100 ns (time, datetime2).
 */
extern void calendar_split_step(CalendarType type, int scale, int64_t step, int32_t *days,
								int64_t *rest);

#endif
