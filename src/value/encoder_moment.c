/*
 * src/value/encoder_moment.c
 *		Dates and times for a remote column.
 *
 * Fractions of a second are rounded as timestamp(n) rounds them, which counts
 * from 2000-01-01 in both directions: of two that are as near, the one further
 * from that day.  Ticks and minutes, which no local type has, are rounded as
 * SQL Server rounds them: of two that are as near, the later one.
 */
#include "postgres.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "encoder_int.h"
#include "pure/calendar.h"

#define MINUTES_PER_DAY		1440
#define DAYS_1900_TO_2000	36524
#define DAYS_MAX_SMALL		65535	/* of smalldatetime */
#define MAX_LOCAL_SCALE		6

/* unit: microseconds of the last decimal that the remote type has */
void
tmf_encoder_moment_init(TmfEncoder *encoder)
{
	int			scale = encoder->as.scale;

	encoder->unit = 1;
	if (encoder->as.name == SQLTYPE_TIME || encoder->as.name == SQLTYPE_DATETIME2 ||
		encoder->as.name == SQLTYPE_DATETIMEOFFSET)
	{
		for (; scale < MAX_LOCAL_SCALE; scale++)
			encoder->unit *= 10;
	}
}

static int64
round_to_unit(const TmfEncoder *encoder, int64 usecs)
{
	int64		unit = encoder->unit;

	if (unit == 1)
		return usecs;
	return usecs >= 0 ? (usecs + unit / 2) / unit * unit : -((unit / 2 - usecs) / unit * unit);
}

static void
set_moment(WireParameter *parameter, int32 days, uint64 ticks)
{
	WireDateTime *moment = palloc0(sizeof(WireDateTime));

	moment->date = days;
	moment->time = ticks;
	parameter->value = moment;
	parameter->length = sizeof(WireDateTime);
}

static bool
write_minutes(int64 usecs, WireParameter *parameter)
{
	int64		minutes;
	uint16	   *parts;

	usecs += USECS_PER_MINUTE / 2;
	if (usecs < -DAYS_1900_TO_2000 * CALENDAR_USECS_PER_DAY ||
		usecs >= (DAYS_MAX_SMALL + 1 - DAYS_1900_TO_2000) * CALENDAR_USECS_PER_DAY)
		return false;
	minutes = (usecs + DAYS_1900_TO_2000 * CALENDAR_USECS_PER_DAY) / USECS_PER_MINUTE;
	parts = palloc(2 * sizeof(uint16));
	parts[0] = minutes / MINUTES_PER_DAY;
	parts[1] = minutes % MINUTES_PER_DAY;
	parameter->value = parts;
	parameter->length = 2 * sizeof(uint16);
	return true;
}

static bool
write_ticks(int64 usecs, WireParameter *parameter)
{
	int32	   *parts = palloc(2 * sizeof(int32));

	parameter->value = parts;
	parameter->length = 2 * sizeof(int32);
	return calendar_to_datetime(usecs, &parts[0], &parts[1]);
}

/* False: the remote type does not reach so far. */
static bool
write_usecs(const TmfEncoder *encoder, int64 usecs, WireParameter *parameter)
{
	int32		days;
	uint64		ticks;

	if (TIMESTAMP_NOT_FINITE(usecs))
		return false;
	switch (encoder->as.name)
	{
		case SQLTYPE_SMALLDATETIME:
			return write_minutes(usecs, parameter);
		case SQLTYPE_DATETIME:
			return write_ticks(usecs, parameter);
		default:
			if (!calendar_to_datetime2(round_to_unit(encoder, usecs), &days, &ticks))
				return false;
			set_moment(parameter, days, ticks);
			return true;
	}
}

void
tmf_write_timestamp(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	if (!write_usecs(encoder, DatumGetTimestamp(value), parameter))
		tmf_encoder_raise(encoder, value, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE);
}

void
tmf_write_date(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	DateADT		date = DatumGetDateADT(value);
	int32		days;

	/* every remote type ends in the year 9999, and infinity is beyond it */
	if (!calendar_to_date(date, &days) ||
		(encoder->as.name != SQLTYPE_DATE &&
		 !write_usecs(encoder, date * CALENDAR_USECS_PER_DAY, parameter)))
		tmf_encoder_raise(encoder, value, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE);
	if (encoder->as.name == SQLTYPE_DATE)
		set_moment(parameter, days, 0);
}

void
tmf_write_time(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	int64		usecs = round_to_unit(encoder, DatumGetTimeADT(value));

	if (usecs >= CALENDAR_USECS_PER_DAY)
		tmf_encoder_raise(encoder, value, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE);
	set_moment(parameter, 0, (uint64) usecs * 10);
}
