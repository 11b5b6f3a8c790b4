/*
 * test/standin/convert_date.c
 *		Conversions to the date and time types.
 *
 * All of them pass through a Moment, 100 ns on the local clock.  datetime counts
 * 1/300 s and rounds to it (.000 .003 .007), smalldatetime rounds to the minute
 * through datetime (29.999 s goes up), the others round to their scale.
 */
#include <math.h>
#include <string.h>

#include "convert_internal.h"
#include "decimal.h"

#define THIRDS_PER_DAY		(INT64_C(86400) * 300)	/* datetime's unit, 1/300 s */
#define DATETIME_LEAST		(INT64_C(-53690) * THIRDS_PER_DAY)	/* 1753-01-01 */
#define DATETIME_END		(INT64_C(2958464) * THIRDS_PER_DAY) /* 10000-01-01 */
#define SMALLDATETIME_END	(INT64_C(65536) * 1440) /* 2079-06-07 */

void
moment_from_value(const SqlValue *value, const TypeSpec *type, Moment *moment)
{
	moment->offset = 0;
	switch (type->type)
	{
		case SQL_SMALLDATETIME:
			moment->ticks = DAY_1900 * TICKS_PER_DAY + value->i * TICKS_PER_MINUTE;
			break;
		case SQL_DATETIME:
			/* To the nearest 100 ns: .003 s is .0033333, as from compatibility level 130 on. */
			moment->ticks = DAY_1900 * TICKS_PER_DAY + floor_divide(value->i * 100000 + 1, 3);
			break;
		case SQL_DATE:
			moment->ticks = value->i * TICKS_PER_DAY;
			break;
		case SQL_TIME:
			moment->ticks = DAY_1900 * TICKS_PER_DAY + value->i;
			break;
		case SQL_DATETIMEOFFSET:
			moment->offset = value->offset;
			moment->ticks = value->i + value->offset * TICKS_PER_MINUTE;
			break;
		default:
			moment->ticks = value->i;
			break;
	}
}

/* Half up; at the end of time it cuts, because there is no next second. */
static int64_t
round_ticks(int64_t ticks, int scale)
{
	int64_t		unit = 1;
	int64_t		rounded;

	for (int i = scale; i < 7; i++)
		unit *= 10;
	rounded = (ticks + unit / 2) / unit * unit;
	return rounded >= DAY_END * TICKS_PER_DAY ? ticks / unit * unit : rounded;
}

bool
moment_to_value(const Moment *moment, const TypeSpec *type, SqlValue *value)
{
	int64_t		thirds;
	int64_t		ticks = moment->ticks;

	if (ticks < 0 || ticks >= DAY_END * TICKS_PER_DAY)
		return false;
	switch (type->type)
	{
		case SQL_SMALLDATETIME:
		case SQL_DATETIME:
			thirds = floor_divide((ticks - DAY_1900 * TICKS_PER_DAY) * 3 + 50000, 100000);
			if (type->type == SQL_DATETIME)
			{
				value->i = thirds;
				return thirds >= DATETIME_LEAST && thirds < DATETIME_END;
			}
			value->i = floor_divide(thirds + 30 * 300, 60 * 300);
			return value->i >= 0 && value->i < SMALLDATETIME_END;
		case SQL_DATE:
			value->i = ticks / TICKS_PER_DAY;
			return true;
		case SQL_TIME:
			value->i = round_ticks(ticks % TICKS_PER_DAY, type->scale) % TICKS_PER_DAY;
			return true;
		case SQL_DATETIMEOFFSET:
			value->offset = moment->offset;
			value->i = round_ticks(ticks, type->scale) - moment->offset * TICKS_PER_MINUTE;
			return value->i >= 0 && value->i < DAY_END * TICKS_PER_DAY;
		default:
			value->i = round_ticks(ticks, type->scale);
			return true;
	}
}

static bool
is_old(SqlType type)
{
	return type == SQL_SMALLDATETIME || type == SQL_DATETIME;
}

static bool
out_of_range(Conversion *conversion)
{
	SqlType		to = conversion->to->type;
	const char *from = type_name(conversion->from->type);

	if (type_is_number(conversion->from->type))
		return convert_overflow(conversion, "expression");
	return convert_fail(conversion, 242, 3, "The conversion of a %s data type to a %s data type "
						"resulted in an out-of-range value.", from, type_name(to));
}

static bool
bad_text(Conversion *conversion)
{
	if (conversion->to->type == SQL_SMALLDATETIME)
		return convert_fail(conversion, 295, 3, "Conversion failed when converting character string "
							"to smalldatetime data type.");
	return convert_fail(conversion, 241, 1, "Conversion failed when converting date and/or time "
						"from character string.");
}

static bool
date_from_text(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	const TypeSpec *to = conversion->to;
	Moment		moment;
	DateTextStatus status;

	status = date_text_parse(in->p, in->n, conversion->style, is_old(to->type) ? 3 : 7, &moment);
	if (status == DATE_TEXT_BAD || (status == DATE_TEXT_RANGE && !is_old(to->type)))
		return bad_text(conversion);
	if (status == DATE_TEXT_OK && moment_to_value(&moment, to, conversion->out))
		return true;
	return is_old(to->type) ? out_of_range(conversion) : bad_text(conversion);
}

/* Days since 1900-01-01, with a fraction. */
static bool
date_from_number(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	const TypeSpec *from = conversion->from;
	bool		datetime = conversion->to->type == SQL_DATETIME;
	double		days;
	double		units;

	if (from->type == SQL_REAL || from->type == SQL_FLOAT)
		days = in->f;
	else if (from->type == SQL_DECIMAL)
		days = decimal_to_double(&in->d, from->scale);
	else if (from->type == SQL_MONEY || from->type == SQL_SMALLMONEY)
		days = (double) in->i / 10000;
	else
		days = (double) in->i;
	units = floor(days * (double) (datetime ? THIRDS_PER_DAY : 1440) + 0.5);
	if (!(units >= (datetime ? (double) DATETIME_LEAST : 0) &&
		  units < (double) (datetime ? DATETIME_END : SMALLDATETIME_END)))
		return out_of_range(conversion);
	conversion->out->i = (int64_t) units;
	return true;
}

static uint64_t
read_big(const char *bytes, size_t size)
{
	uint64_t	result = 0;

	for (size_t i = 0; i < size; i++)
		result = result << 8 | (uint8_t) bytes[i];
	return result;
}

static uint64_t
read_little(const char *bytes, size_t size)
{
	uint64_t	result = 0;

	while (size-- > 0)
		result = result << 8 | (uint8_t) bytes[size];
	return result;
}

/* The last eight (four) bytes: days and 1/300 s (minutes), most significant byte first. */
static bool
old_date_from_binary(Conversion *conversion)
{
	bool		datetime = conversion->to->type == SQL_DATETIME;
	size_t		half = datetime ? 4 : 2;
	char		bytes[8] = {0};
	size_t		size = conversion->in->n < 2 * half ? conversion->in->n : 2 * half;
	int64_t		day;
	int64_t		rest;

	if (size > 0)
		memcpy(bytes + 2 * half - size, conversion->in->p + conversion->in->n - size, size);
	day = datetime ? (int32_t) read_big(bytes, half) : (int64_t) read_big(bytes, half);
	rest = (int64_t) read_big(bytes + half, half);
	if (rest >= (datetime ? THIRDS_PER_DAY : 1440))
		return out_of_range(conversion);
	conversion->out->i = day * (datetime ? THIRDS_PER_DAY : 1440) + rest;
	if (datetime && (conversion->out->i < DATETIME_LEAST || conversion->out->i >= DATETIME_END))
		return out_of_range(conversion);
	return true;
}

/* What put_clock() of convert_binary.c writes for them: scale, time, days, offset. */
static bool
new_date_from_binary(Conversion *conversion)
{
	const char *at = conversion->in->p;
	size_t		left = conversion->in->n;
	TypeSpec	written = *conversion->to;
	SqlValue	value = {.null = false};
	Moment		moment;
	size_t		time_size = 0;

	if (written.type != SQL_DATE)
	{
		if (left == 0 || (uint8_t) *at > 7)
			return convert_type_error(conversion);
		written.scale = (uint8_t) *at++;
		left--;
		time_size = written.scale <= 2 ? 3 : written.scale <= 4 ? 4 : 5;
	}
	if (left != time_size + (written.type == SQL_TIME ? 0 : 3) +
		(written.type == SQL_DATETIMEOFFSET ? 2 : 0))
		return convert_type_error(conversion);
	value.i = (int64_t) read_little(at, time_size);
	for (int i = written.scale; i < 7 && time_size > 0; i++)
		value.i *= 10;
	if (value.i >= TICKS_PER_DAY)
		return convert_type_error(conversion);
	if (written.type != SQL_TIME)
	{
		int64_t		day = (int64_t) read_little(at + time_size, 3);

		if (day >= DAY_END)
			return convert_type_error(conversion);
		value.i += written.type == SQL_DATE ? day : day * TICKS_PER_DAY;
	}
	if (written.type == SQL_DATETIMEOFFSET)
		value.offset = (int16_t) read_little(at + time_size + 3, 2);
	if (value.offset < -14 * 60 || value.offset > 14 * 60)
		return convert_type_error(conversion);
	moment_from_value(&value, &written, &moment);
	return moment_to_value(&moment, conversion->to, conversion->out) || convert_type_error(conversion);
}

bool
convert_to_date(Conversion *conversion)
{
	const TypeSpec *from = conversion->from;
	Moment		moment;

	if (type_is_text(from->type))
		return date_from_text(conversion);
	if (type_is_number(from->type))
		return date_from_number(conversion);
	if (type_is_binary(from->type))
		return is_old(conversion->to->type) ?
			old_date_from_binary(conversion) : new_date_from_binary(conversion);
	if (from->type == conversion->to->type && is_old(from->type))
	{
		conversion->out->i = conversion->in->i;
		return true;
	}
	moment_from_value(conversion->in, from, &moment);
	return moment_to_value(&moment, conversion->to, conversion->out) || out_of_range(conversion);
}
