/*
 * test/standin/datepart.c
 *		DATEPART, DATEADD and DATEDIFF.
 *
 * Weeks begin on Sunday (SET DATEFIRST 7, us_english).  DATEDIFF counts the
 * boundaries that lie between, not the time.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "convert_internal.h"

typedef enum DatePart
{
	PART_YEAR,
	PART_QUARTER,
	PART_MONTH,
	PART_DAYOFYEAR,
	PART_DAY,
	PART_WEEK,
	PART_WEEKDAY,
	PART_ISO_WEEK,
	PART_HOUR,					/* from here on: of the time */
	PART_MINUTE,
	PART_SECOND,
	PART_MILLISECOND,
	PART_MICROSECOND,
	PART_NANOSECOND,
	PART_TZOFFSET
} DatePart;

typedef struct PartName
{
	DatePart	part;
	const char *names[3];
	int64_t		ticks;			/* length in 100 ns, where it has one; 0 for less than one */
} PartName;

static const PartName part_names[] = {
	{PART_YEAR, {"year", "yy", "yyyy"}, 0},
	{PART_QUARTER, {"quarter", "qq", "q"}, 0},
	{PART_MONTH, {"month", "mm", "m"}, 0},
	{PART_DAYOFYEAR, {"dayofyear", "dy", "y"}, TICKS_PER_DAY},
	{PART_DAY, {"day", "dd", "d"}, TICKS_PER_DAY},
	{PART_WEEK, {"week", "wk", "ww"}, 7 * TICKS_PER_DAY},
	{PART_WEEKDAY, {"weekday", "dw", "w"}, TICKS_PER_DAY},
	{PART_ISO_WEEK, {"iso_week", "isowk", "isoww"}, 0},
	{PART_HOUR, {"hour", "hh", "hh"}, 60 * TICKS_PER_MINUTE},
	{PART_MINUTE, {"minute", "mi", "n"}, TICKS_PER_MINUTE},
	{PART_SECOND, {"second", "ss", "s"}, TICKS_PER_SECOND},
	{PART_MILLISECOND, {"millisecond", "ms", "ms"}, TICKS_PER_SECOND / 1000},
	{PART_MICROSECOND, {"microsecond", "mcs", "mcs"}, TICKS_PER_SECOND / 1000000},
	{PART_NANOSECOND, {"nanosecond", "ns", "ns"}, 0},
	{PART_TZOFFSET, {"tzoffset", "tz", "tz"}, 0}
};

static bool
fail(SqlMessage *error, int number, const char *format,...)
{
	va_list		arguments;

	memset(error, 0, sizeof(*error));
	error->number = number;
	error->state = 1;
	error->severity = number == 155 ? 15 : 16;
	error->line = 1;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return false;
}

static const PartName *
part_find(const char *name, const char *function, SqlMessage *error)
{
	for (size_t i = 0; i < sizeof(part_names) / sizeof(part_names[0]); i++)
	{
		for (int j = 0; j < 3; j++)
		{
			if (strcasecmp(name, part_names[i].names[j]) == 0)
				return &part_names[i];
		}
	}
	(void) fail(error, 155, "'%s' is not a recognized %s option.", name, function);
	return NULL;
}

static bool
unsupported(const PartName *part, const char *function, const TypeSpec *type, SqlMessage *error)
{
	return fail(error, 9810, "The datepart %s is not supported by date function %s for data type %s.",
				part->names[0], function, type_name(type->type));
}

/* date has no time, time has no date. */
static bool
has_part(const TypeSpec *type, DatePart part)
{
	if (type->type == SQL_DATE)
		return part < PART_HOUR;
	if (type->type == SQL_TIME)
		return part >= PART_HOUR && part != PART_TZOFFSET;
	return part != PART_TZOFFSET || type->type == SQL_DATETIMEOFFSET;
}

static bool
is_old(const TypeSpec *type)
{
	return type->type == SQL_DATETIME || type->type == SQL_SMALLDATETIME;
}

/* Day 0 was a Monday. */
static int
iso_week(int32_t day)
{
	int32_t		thursday = day - day % 7 + 3;
	int			year;
	int			month;
	int			day_of_month;

	date_to_civil(thursday, &year, &month, &day_of_month);
	return (thursday - date_from_civil(year, 1, 1)) / 7 + 1;
}

static int
part_of_day(DatePart part, int32_t day)
{
	int			year;
	int			month;
	int			day_of_month;
	int32_t		first;

	date_to_civil(day, &year, &month, &day_of_month);
	first = date_from_civil(year, 1, 1);
	switch (part)
	{
		case PART_YEAR:
			return year;
		case PART_QUARTER:
			return (month + 2) / 3;
		case PART_MONTH:
			return month;
		case PART_DAYOFYEAR:
			return day - first + 1;
		case PART_DAY:
			return day_of_month;
		case PART_WEEK:
			return (day - first + (first + 1) % 7) / 7 + 1;
		case PART_ISO_WEEK:
			return iso_week(day);
		default:
			return (day + 1) % 7 + 1;
	}
}

bool
date_part(const char *name, const SqlValue *value, const TypeSpec *type, int64_t *out,
		  SqlMessage *error)
{
	const PartName *part = part_find(name, "datepart", error);
	Moment		moment;
	int64_t		in_day;
	int64_t		fraction;

	if (part == NULL)
		return false;
	if (!has_part(type, part->part))
		return unsupported(part, "datepart", type, error);
	moment_from_value(value, type, &moment);
	in_day = moment.ticks - floor_divide(moment.ticks, TICKS_PER_DAY) * TICKS_PER_DAY;
	fraction = in_day % TICKS_PER_SECOND;
	switch (part->part)
	{
		case PART_HOUR:
			*out = in_day / (60 * TICKS_PER_MINUTE);
			break;
		case PART_MINUTE:
			*out = in_day / TICKS_PER_MINUTE % 60;
			break;
		case PART_SECOND:
			*out = in_day / TICKS_PER_SECOND % 60;
			break;
		case PART_MILLISECOND:
			*out = (fraction + (is_old(type) ? 5000 : 0)) / 10000;
			break;
		case PART_MICROSECOND:
			*out = fraction / 10;
			break;
		case PART_NANOSECOND:
			*out = fraction * 100;
			break;
		case PART_TZOFFSET:
			*out = moment.offset;
			break;
		default:
			*out = part_of_day(part->part, (int32_t) floor_divide(moment.ticks, TICKS_PER_DAY));
			break;
	}
	return true;
}

/* The last day of the month where the day does not exist there; false: no such year. */
static bool
add_months(Moment *moment, __int128 months)
{
	int64_t		days = floor_divide(moment->ticks, TICKS_PER_DAY);
	int64_t		rest = moment->ticks - days * TICKS_PER_DAY;
	int			year;
	int			month;
	int			day;
	int			length;

	date_to_civil((int32_t) days, &year, &month, &day);
	months += (__int128) year * 12 + month - 1;
	if (months < 12 || months >= 10000 * 12)
		return false;
	year = (int) (months / 12);
	month = (int) (months % 12) + 1;
	length = (month == 12 ? date_from_civil(year + 1, 1, 1) : date_from_civil(year, month + 1, 1)) -
		date_from_civil(year, month, 1);
	moment->ticks = date_from_civil(year, month, day < length ? day : length) * TICKS_PER_DAY + rest;
	return true;
}

bool
date_add(const char *name, int64_t number, const SqlValue *value, const TypeSpec *type,
		 SqlValue *out, SqlMessage *error)
{
	const PartName *part = part_find(name, "dateadd", error);
	Moment		moment;
	__int128	ticks;
	bool		fits = true;

	if (part == NULL)
		return false;
	if (!has_part(type, part->part) || part->part == PART_ISO_WEEK || part->part == PART_TZOFFSET ||
		(is_old(type) && part->part >= PART_MICROSECOND))
		return unsupported(part, "dateadd", type, error);
	moment_from_value(value, type, &moment);
	switch (part->part)
	{
		case PART_YEAR:
			fits = add_months(&moment, (__int128) number * 12);
			break;
		case PART_QUARTER:
			fits = add_months(&moment, (__int128) number * 3);
			break;
		case PART_MONTH:
			fits = add_months(&moment, number);
			break;
		default:
			if (part->part == PART_NANOSECOND)
				ticks = floor_divide(number, 100) + (number - floor_divide(number, 100) * 100 >= 50);
			else
				ticks = (__int128) number * part->ticks;
			if (type->type == SQL_TIME)
				ticks %= TICKS_PER_DAY;
			ticks += moment.ticks;
			fits = ticks >= 0 && ticks < DAY_END * TICKS_PER_DAY;
			moment.ticks = fits ? (int64_t) ticks : 0;
			break;
	}
	memset(out, 0, sizeof(*out));
	if (!fits || !moment_to_value(&moment, type, out))
		return fail(error, 517, "Adding a value to a '%s' column caused an overflow.",
					type_name(type->type));
	return true;
}

/* Which one since year 0 (year 1 for what has a length): the difference counts boundaries. */
static __int128
part_index(const PartName *part, const SqlValue *value, const TypeSpec *type)
{
	Moment		moment;
	int			year;
	int			month;
	int			day;

	moment_from_value(value, type, &moment);
	moment.ticks -= moment.offset * TICKS_PER_MINUTE;
	date_to_civil((int32_t) floor_divide(moment.ticks, TICKS_PER_DAY), &year, &month, &day);
	switch (part->part)
	{
		case PART_YEAR:
			return year;
		case PART_QUARTER:
			return year * 4 + (month - 1) / 3;
		case PART_MONTH:
			return year * 12 + month - 1;
		case PART_WEEK:
			return floor_divide(moment.ticks + TICKS_PER_DAY, part->ticks);
		case PART_NANOSECOND:
			return (__int128) moment.ticks * 100;
		case PART_MILLISECOND:
			return floor_divide(moment.ticks + (is_old(type) ? 5000 : 0), part->ticks);
		default:
			return floor_divide(moment.ticks, part->ticks);
	}
}

bool
date_diff(const char *name, const SqlValue *from, const TypeSpec *from_type,
		  const SqlValue *to, const TypeSpec *to_type, int64_t *out, SqlMessage *error)
{
	const PartName *part = part_find(name, "datediff", error);
	__int128	difference;

	if (part == NULL)
		return false;
	if (part->part == PART_ISO_WEEK || part->part == PART_TZOFFSET)
		return fail(error, 9806, "The datepart %s is not supported by date function datediff.",
					part->names[0]);
	if (!has_part(from_type, part->part) && from_type->type == SQL_TIME)
		return unsupported(part, "datediff", from_type, error);
	if (!has_part(to_type, part->part) && to_type->type == SQL_TIME)
		return unsupported(part, "datediff", to_type, error);
	difference = part_index(part, to, to_type) - part_index(part, from, from_type);
	if (difference < INT64_MIN || difference > INT64_MAX)
		return fail(error, 535, "The datediff function resulted in an overflow. The number of "
					"dateparts separating two date/time instances is too large. Try to use "
					"datediff with a less precise datepart.");
	*out = (int64_t) difference;
	return true;
}
