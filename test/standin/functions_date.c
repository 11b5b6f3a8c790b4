/*
 * functions_date.c
 *		Dates and times; the clock is the statement's, the same in every row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "functions.h"

#define TICKS_PER_SECOND	10000000LL
#define TICKS_PER_DAY		(86400 * TICKS_PER_SECOND)

/* Minutes that local time is ahead of UTC. */
static int
zone_offset(int64_t clock)
{
	time_t		seconds = (time_t) ((clock - (int64_t) date_from_civil(1970, 1, 1) * TICKS_PER_DAY) / TICKS_PER_SECOND);
	struct tm	local;

	return localtime_r(&seconds, &local) != NULL ? (int) (local.tm_gmtoff / 60) : 0;
}

static int64_t
clock_of(const Call *call, bool utc)
{
	int64_t		clock = call->session != NULL ? call->session->clock : 0;

	return utc ? clock : clock + zone_offset(clock) * 60 * TICKS_PER_SECOND;
}

static bool
give_datetime(int64_t clock, SqlValue *out)
{
	int64_t		since = clock - (int64_t) date_from_civil(1900, 1, 1) * TICKS_PER_DAY;

	/* 3/100000 of a tick of 1/300 s, rounded */
	out->i = (since * 3 + 50000) / 100000;
	return true;
}

static bool
fn_getdate(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	return give_datetime(clock_of(call, false), out);
}

static bool
fn_getutcdate(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	return give_datetime(clock_of(call, true), out);
}

static bool
fn_sysdatetime(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->i = clock_of(call, false);
	return true;
}

static bool
fn_sysutcdatetime(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->i = clock_of(call, true);
	return true;
}

static bool
fn_sysdatetimeoffset(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->i = clock_of(call, true);
	out->offset = (int16_t) zone_offset(out->i);
	return true;
}

static bool
fn_dateadd(Call *call, const SqlValue *a, SqlValue *out)
{
	if (a[0].i > INT32_MAX || a[0].i < INT32_MIN)
	{
		message_set(call->error, 8115, -1, "expression", "int");
		return false;
	}
	return date_add(call->plan->part, a[0].i, &a[1], &call->plan->types[1], out, call->error);
}

static bool
fn_datediff(Call *call, const SqlValue *a, SqlValue *out)
{
	if (!date_diff(call->plan->part, &a[0], &call->plan->types[0], &a[1], &call->plan->types[1],
				   &out->i, call->error))
		return false;
	if (call->plan->result.type == SQL_INT && (out->i > INT32_MAX || out->i < INT32_MIN))
	{
		message_set(call->error, 535, -1, "datediff");
		return false;
	}
	return true;
}

static bool
is_part(const char *part, const char *name, const char *short_name, const char *shorter_name)
{
	return name_equal(part, name) || name_equal(part, short_name) || name_equal(part, shorter_name);
}

/* Weeks and weekdays are counted from SET DATEFIRST's day; date_part() takes Sunday. */
static bool
part_of(Call *call, const char *part, const SqlValue *a, SqlValue *out)
{
	const TypeSpec *type = &call->plan->types[0];
	int			first = call->session != NULL ? call->session->settings.date_first % 7 : 0;
	bool		week = is_part(part, "week", "wk", "ww");
	int64_t		day;
	int64_t		weekday;

	if (!date_part(part, &a[0], type, &out->i, call->error))
		return false;
	if (first == 0 || (!week && !is_part(part, "weekday", "dw", "w")))
		return true;
	if (!date_part("weekday", &a[0], type, &weekday, call->error) ||
		!date_part("dayofyear", &a[0], type, &day, call->error))
		return false;
	weekday = (weekday - 1 + 7 - first) % 7;
	out->i = week ? (day - 1 + ((weekday - day + 1) % 7 + 7) % 7) / 7 + 1 : weekday + 1;
	return true;
}

/* Back to the last boundary; weeks begin as SET DATEFIRST says, ISO weeks on Monday. */
static bool
truncate_moment(Call *call, const SqlValue *value, const TypeSpec *type, SqlValue *out)
{
	const TypeSpec date = {.type = SQL_DATE};
	const SqlValue day_1900 = {.i = date_from_civil(1900, 1, 1)};
	const char *part = call->plan->part;
	bool		iso = is_part(part, "iso_week", "isowk", "isoww");
	bool		week = is_part(part, "week", "wk", "ww");
	SqlValue	start;
	SqlValue	weekday;
	int64_t		count;

	memset(&start, 0, sizeof(start));
	memset(&weekday, 0, sizeof(weekday));
	if (type->type != SQL_TIME &&
		!convert_value(&day_1900, &date, type, 0, true, call->arena, &start, call->error))
		return false;
	if (!iso && !week)
		return date_diff(part, &start, type, value, type, &count, call->error) &&
			date_add(part, count, &start, type, out, call->error);
	if (!date_diff("day", &start, type, value, type, &count, call->error) ||
		!(iso ? date_part("weekday", value, type, &weekday.i, call->error) :
		  part_of(call, "weekday", value, &weekday)))
		return false;
	count -= iso ? (weekday.i + 5) % 7 : weekday.i - 1;
	return date_add("day", count, &start, type, out, call->error);
}

static bool
fn_datetrunc(Call *call, const SqlValue *a, SqlValue *out)
{
	const TypeSpec *type = &call->plan->types[0];
	const TypeSpec local_type = {.type = SQL_DATETIME2, .scale = 7};
	const int64_t ahead = a[0].offset * 60 * TICKS_PER_SECOND;
	SqlValue	local = a[0];

	if (type->type != SQL_DATETIMEOFFSET)
		return truncate_moment(call, &a[0], type, out);
	local.i += ahead;
	if (!truncate_moment(call, &local, &local_type, out))
		return false;
	out->i -= ahead;
	out->offset = a[0].offset;
	return true;
}

static bool
fn_datepart(Call *call, const SqlValue *a, SqlValue *out)
{
	return part_of(call, call->plan->part, a, out);
}

static bool
fn_datename(Call *call, const SqlValue *a, SqlValue *out)
{
	static const char *const months[] = {
		"January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December"
	};
	static const char *const days[] = {
		"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
	};
	const char *part = call->plan->part;
	SqlValue	number;
	char		text[32];

	memset(&number, 0, sizeof(number));
	if (!date_part(part, &a[0], &call->plan->types[0], &number.i, call->error))
		return false;
	snprintf(text, sizeof(text), "%lld", (long long) number.i);
	if (name_equal(part, "tzoffset") || name_equal(part, "tz"))
		snprintf(text, sizeof(text), "%c%02d:%02d", number.i < 0 ? '-' : '+', abs((int) number.i) / 60,
				 abs((int) number.i) % 60);
	else if (name_equal(part, "month") || name_equal(part, "mm") || name_equal(part, "m"))
		snprintf(text, sizeof(text), "%s", months[(number.i + 11) % 12]);
	else if (name_equal(part, "weekday") || name_equal(part, "dw") || name_equal(part, "w"))
		snprintf(text, sizeof(text), "%s", days[(number.i + 6) % 7]);
	value_text(call, out, text);
	return true;
}

static bool
fn_year(Call *call, const SqlValue *a, SqlValue *out)
{
	return part_of(call, "year", a, out);
}

static bool
fn_month(Call *call, const SqlValue *a, SqlValue *out)
{
	return part_of(call, "month", a, out);
}

static bool
fn_day(Call *call, const SqlValue *a, SqlValue *out)
{
	return part_of(call, "day", a, out);
}

static bool
valid_date(int64_t year, int64_t month, int64_t day)
{
	int			y;
	int			m;
	int			d;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	date_to_civil(date_from_civil((int) year, (int) month, (int) day), &y, &m, &d);
	return d == day;
}

static bool
fn_datefromparts(Call *call, const SqlValue *a, SqlValue *out)
{
	if (!valid_date(a[0].i, a[1].i, a[2].i))
	{
		message_set(call->error, 289, -1, call->plan->result.type == SQL_DATE ? "date" : "datetime");
		return false;
	}
	out->i = date_from_civil((int) a[0].i, (int) a[1].i, (int) a[2].i);
	return true;
}

/* DATETIMEFROMPARTS and DATETIME2FROMPARTS: year .. second, fraction [, precision] */
static bool
fn_datetimefromparts(Call *call, const SqlValue *a, SqlValue *out)
{
	bool		old = call->plan->result.type == SQL_DATETIME;
	int64_t		fraction = a[6].i;
	int64_t		ticks;

	for (int i = old ? 3 : call->plan->result.scale; i < 7; i++)
		fraction *= 10;
	if (!valid_date(a[0].i, a[1].i, a[2].i) || a[3].i < 0 || a[3].i > 23 || a[4].i < 0 || a[4].i > 59 ||
		a[5].i < 0 || a[5].i > 59 || a[6].i < 0 || fraction >= TICKS_PER_SECOND)
	{
		message_set(call->error, 289, -1, old ? "datetime" : "datetime2");
		return false;
	}
	ticks = (int64_t) date_from_civil((int) a[0].i, (int) a[1].i, (int) a[2].i) * TICKS_PER_DAY +
		(a[3].i * 3600 + a[4].i * 60 + a[5].i) * TICKS_PER_SECOND + fraction;
	out->i = ticks;
	return !old || give_datetime(ticks, out);
}

static bool
fn_eomonth(Call *call, const SqlValue *a, SqlValue *out)
{
	TypeSpec	date = type_make(SQL_DATE);
	SqlValue	day;
	int			year;
	int			month;
	int			d;
	int64_t		months;

	memset(&day, 0, sizeof(day));
	if (!convert_value(&a[0], &call->plan->types[0], &date, 0, true, call->arena, &day, call->error))
		return false;
	date_to_civil((int32_t) day.i, &year, &month, &d);
	months = (int64_t) year * 12 + month + (call->plan->count > 1 ? a[1].i : 0);
	if (months < 13 || months > 9999 * 12 + 12)
	{
		message_set(call->error, 517, -1, "date");
		return false;
	}
	if (months == 9999 * 12 + 12)
		out->i = date_from_civil(9999, 12, 31);
	else
		out->i = date_from_civil((int) (months / 12), (int) (months % 12) + 1, 1) - 1;
	return true;
}

static bool
fn_isdate(Call *call, const SqlValue *a, SqlValue *out)
{
	TypeSpec	datetime = type_make(SQL_DATETIME);
	SqlValue	value;

	memset(&value, 0, sizeof(value));
	out->i = !a[0].null && convert_value(&a[0], &call->plan->types[0], &datetime, 0, true, call->arena,
										 &value, call->error);
	return true;
}

static bool
type_of_datetime(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_DATETIME);
	return true;
}

static bool
type_of_datetime2(Session *session, Expr *expr)
{
	const Expr *precision = expr->arguments.count > 7 ? expr->arguments.items[7] : NULL;

	(void) session;
	expr->type = type_make(SQL_DATETIME2);
	if (precision != NULL && precision->kind == EXPR_LITERAL && precision->literal.i >= 0 && precision->literal.i <= 7)
		expr->type.scale = (uint8_t) precision->literal.i;
	return true;
}

static bool
type_of_datetimeoffset(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_DATETIMEOFFSET);
	return true;
}

static bool
type_of_date(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_DATE);
	return true;
}

/* The datepart must be one: error 155 before the first row. */
static bool
check_part(Session *session, Expr *expr)
{
	TypeSpec	type = type_make(SQL_DATETIMEOFFSET);
	SqlMessage	error;
	SqlValue	value;
	int64_t		number;

	memset(&value, 0, sizeof(value));
	memset(&error, 0, sizeof(error));
	if (!date_part(expr->text2, &value, &type, &number, &error) && error.number == 155)
	{
		char		function[32];

		snprintf(function, sizeof(function), "%s", expr->text);
		for (char *at = function; *at != '\0'; at++)
			*at = (char) (*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
		return session_error(session, 155, expr->text2, function);
	}
	return true;
}

static bool
type_of_dateadd(Session *session, Expr *expr)
{
	expr->type = function_argument_type(expr->binding, 1, &expr->arguments.items[1]->type);
	return check_part(session, expr);
}

static bool
type_of_datetrunc(Session *session, Expr *expr)
{
	expr->type = function_argument_type(expr->binding, 0, &expr->arguments.items[0]->type);
	return check_part(session, expr);
}

static bool
type_of_part(Session *session, Expr *expr)
{
	expr->type = type_make(name_equal(expr->text, "DATEDIFF_BIG") ? SQL_BIGINT : SQL_INT);
	return check_part(session, expr);
}

static bool
type_of_partname(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_NVARCHAR, 30, session->collation);
	return check_part(session, expr);
}

#define SURE	FUNCTION_NOT_NULL

const Function date_functions[] = {
	{"GETDATE", FUNCTION_SCALAR, 0, 0, "", type_of_datetime, fn_getdate, SURE, NULL},
	{"CURRENT_TIMESTAMP", FUNCTION_SCALAR, 0, 0, "", type_of_datetime, fn_getdate, SURE, NULL},
	{"GETUTCDATE", FUNCTION_SCALAR, 0, 0, "", type_of_datetime, fn_getutcdate, SURE, NULL},
	{"SYSDATETIME", FUNCTION_SCALAR, 0, 0, "", type_of_datetime2, fn_sysdatetime, SURE, NULL},
	{"SYSUTCDATETIME", FUNCTION_SCALAR, 0, 0, "", type_of_datetime2, fn_sysutcdatetime, SURE, NULL},
	{"SYSDATETIMEOFFSET", FUNCTION_SCALAR, 0, 0, "", type_of_datetimeoffset, fn_sysdatetimeoffset, SURE, NULL},
	{"DATEADD", FUNCTION_SCALAR, 2, 2, "it", type_of_dateadd, fn_dateadd, 0, NULL},
	{"DATEDIFF", FUNCTION_SCALAR, 2, 2, "t", type_of_part, fn_datediff, 0, NULL},
	{"DATEDIFF_BIG", FUNCTION_SCALAR, 2, 2, "t", type_of_part, fn_datediff, 0, NULL},
	{"DATEPART", FUNCTION_SCALAR, 1, 1, "t", type_of_part, fn_datepart, 0, NULL},
	{"DATETRUNC", FUNCTION_SCALAR, 1, 1, "d", type_of_datetrunc, fn_datetrunc, 0, NULL},
	{"DATENAME", FUNCTION_SCALAR, 1, 1, "t", type_of_partname, fn_datename, 0, NULL},
	{"YEAR", FUNCTION_SCALAR, 1, 1, "t", type_of_int, fn_year, 0, NULL},
	{"MONTH", FUNCTION_SCALAR, 1, 1, "t", type_of_int, fn_month, 0, NULL},
	{"DAY", FUNCTION_SCALAR, 1, 1, "t", type_of_int, fn_day, 0, NULL},
	{"DATEFROMPARTS", FUNCTION_SCALAR, 3, 3, "i", type_of_date, fn_datefromparts, 0, NULL},
	{"DATETIMEFROMPARTS", FUNCTION_SCALAR, 7, 7, "i", type_of_datetime, fn_datetimefromparts, 0, NULL},
	{"DATETIME2FROMPARTS", FUNCTION_SCALAR, 8, 8, "i", type_of_datetime2, fn_datetimefromparts, 0, NULL},
	{"EOMONTH", FUNCTION_SCALAR, 1, 2, "ti", type_of_date, fn_eomonth, 0, NULL},
	{"ISDATE", FUNCTION_SCALAR, 1, 1, "a", type_of_int, fn_isdate, FUNCTION_SEES_NULL | SURE, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
