/*
 * src/value/encode_moment.c
 *		Dates and times as steps of a remote type: the counting is pure/calendar.c's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "encode_int.h"
#include "pure/calendar.h"

#define DAYS_1900_TO_2000	36524
#define HUNDRED_NS			10000000	/* of a second */

static CalendarType
calendar_of(const SqlType *as)
{
	switch (as->name)
	{
		case SQLTYPE_DATE:
			return CALENDAR_DATE;
		case SQLTYPE_TIME:
			return CALENDAR_TIME;
		case SQLTYPE_SMALLDATETIME:
			return CALENDAR_SMALLDATETIME;
		case SQLTYPE_DATETIME:
			return CALENDAR_DATETIME;
		default:
			return CALENDAR_DATETIME2;
	}
}

/* A date is the moment in which it begins; one that no timestamp reaches is as good as infinite. */
static int64
usecs_of(Datum value, Oid local)
{
	DateADT		date;

	switch (local)
	{
		case DATEOID:
			date = DatumGetDateADT(value);
			if (DATE_IS_NOBEGIN(date) || date < DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE)
				return PG_INT64_MIN;
			if (DATE_IS_NOEND(date) || date >= TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE)
				return PG_INT64_MAX;
			return date * CALENDAR_USECS_PER_DAY;
		case TIMEOID:
			return DatumGetTimeADT(value);
		default:
			return DatumGetTimestamp(value);
	}
}

void
tmf_moment_steps(Datum value, Oid local, const SqlType *as, TmfSteps *steps)
{
	CalendarType type = calendar_of(as);
	int64		usecs = usecs_of(value, local);

	steps->first = 0;
	steps->last = calendar_last_step(type, as->scale);
	steps->from = calendar_step_from(type, as->scale, usecs);
	steps->above = steps->last + 1;
	if (usecs < PG_INT64_MAX)
		steps->above = calendar_step_from(type, as->scale, usecs + 1);
}

static void *
keep(const void *bytes, size_t length)
{
	return memcpy(palloc(length), bytes, length);
}

void
tmf_moment_write(TmfStep step, const SqlType *as, WireParameter *parameter)
{
	static const WireType types[] = {
		[SQLTYPE_DATE] = WIRE_TYPE_DATE,
		[SQLTYPE_TIME] = WIRE_TYPE_TIME,
		[SQLTYPE_SMALLDATETIME] = WIRE_TYPE_SMALLDATETIME,
		[SQLTYPE_DATETIME] = WIRE_TYPE_DATETIME,
		[SQLTYPE_DATETIME2] = WIRE_TYPE_DATETIME2,
		[SQLTYPE_DATETIMEOFFSET] = WIRE_TYPE_DATETIMEOFFSET
	};
	int32		days;
	int64		rest;

	calendar_split_step(calendar_of(as), as->scale, (int64) step, &days, &rest);
	parameter->type = types[as->name];
	if (as->name == SQLTYPE_DATETIME)
	{
		int32		parts[2] = {days, (int32) rest};

		parameter->value = keep(parts, sizeof(parts));
		parameter->length = sizeof(parts);
	}
	else if (as->name == SQLTYPE_SMALLDATETIME)
	{
		uint16		parts[2] = {(uint16) days, (uint16) rest};

		parameter->value = keep(parts, sizeof(parts));
		parameter->length = sizeof(parts);
	}
	else
	{
		WireDateTime moment = {.time = (uint64) rest, .date = days};

		parameter->value = keep(&moment, sizeof(moment));
		parameter->length = sizeof(moment);
	}
}

/* ISO 8601, which SQL Server reads alike in every language; with as many decimals as the type has. */
void
tmf_moment_text(TmfStep step, const SqlType *as, StringInfo text)
{
	CalendarType type = calendar_of(as);
	int32		days;
	int64		rest;
	int			year;
	int			month;
	int			day;
	int			seconds;
	int			i;

	calendar_split_step(type, as->scale, (int64) step, &days, &rest);
	if (type != CALENDAR_TIME)
	{
		j2date(days + POSTGRES_EPOCH_JDATE - DAYS_1900_TO_2000, &year, &month, &day);
		appendStringInfo(text, "%04d-%02d-%02d", year, month, day);
	}
	if (type == CALENDAR_DATE)
		return;
	if (type == CALENDAR_DATETIME)
		rest = (rest * 10 + 1) / 3 * 10000;
	if (type == CALENDAR_SMALLDATETIME)
		rest *= INT64CONST(60) * HUNDRED_NS;
	seconds = rest / HUNDRED_NS;
	appendStringInfo(text, "%s%02d:%02d:%02d", type == CALENDAR_TIME ? "" : "T", seconds / 3600,
					 seconds / 60 % 60, seconds % 60);
	if (type == CALENDAR_DATETIME)
		appendStringInfo(text, ".%03d", (int) (rest % HUNDRED_NS / 10000));
	else if (as->scale > 0)
	{
		int			fraction = rest % HUNDRED_NS;

		for (i = as->scale; i < 7; i++)
			fraction /= 10;
		appendStringInfo(text, ".%0*d", as->scale, fraction);
	}
	if (as->name == SQLTYPE_DATETIMEOFFSET)
		appendStringInfoString(text, "+00:00");
}
