/*
 * src/value/moment.c
 *		Dates and times: the arithmetic is pure/calendar.c's.
 */
#include "postgres.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "pure/calendar.h"
#include "value/functions.h"

static WireDateTime
read_date_time(TmfDecoder *decoder, const void *value, int length)
{
	WireDateTime moment;

	tmf_decode_check_size(decoder, length, sizeof(moment));
	memcpy(&moment, value, sizeof(moment));
	return moment;
}

Datum
tmf_decode_datetime_timestamp(TmfDecoder *decoder, const void *value, int length)
{
	int32		parts[2];		/* days, 1/300 s */
	int64		usecs;

	tmf_decode_check_size(decoder, length, sizeof(parts));
	memcpy(parts, value, sizeof(parts));
	if (!calendar_from_datetime(parts[0], parts[1], &usecs))
		tmf_decode_out_of_range(decoder);
	return TimestampGetDatum(usecs);
}

Datum
tmf_decode_smalldatetime_timestamp(TmfDecoder *decoder, const void *value, int length)
{
	uint16		parts[2];		/* days, minutes */
	int64		usecs;

	tmf_decode_check_size(decoder, length, sizeof(parts));
	memcpy(parts, value, sizeof(parts));
	if (!calendar_from_smalldatetime(parts[0], parts[1], &usecs))
		tmf_decode_out_of_range(decoder);
	return TimestampGetDatum(usecs);
}

Datum
tmf_decode_datetime2_timestamp(TmfDecoder *decoder, const void *value, int length)
{
	WireDateTime moment = read_date_time(decoder, value, length);
	int64		usecs;

	if (!calendar_from_datetime2(moment.date, moment.time, &usecs))
		tmf_decode_out_of_range(decoder);
	return TimestampGetDatum(usecs);
}

static int32
read_date(TmfDecoder *decoder, const void *value, int length)
{
	WireDateTime moment = read_date_time(decoder, value, length);
	int32		date;

	if (!calendar_from_date(moment.date, &date))
		tmf_decode_out_of_range(decoder);
	return date;
}

Datum
tmf_decode_date_date(TmfDecoder *decoder, const void *value, int length)
{
	return DateADTGetDatum(read_date(decoder, value, length));
}

Datum
tmf_decode_date_timestamp(TmfDecoder *decoder, const void *value, int length)
{
	return TimestampGetDatum(read_date(decoder, value, length) * CALENDAR_USECS_PER_DAY);
}

Datum
tmf_decode_time_time(TmfDecoder *decoder, const void *value, int length)
{
	WireDateTime moment = read_date_time(decoder, value, length);
	int64		usecs;

	if (!calendar_from_time(moment.time, &usecs))
		tmf_decode_out_of_range(decoder);
	return TimeADTGetDatum(usecs);
}
