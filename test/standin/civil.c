/*
 * test/standin/civil.c
 *		Days since 0001-01-01 to and from year, month and day.
 *
 * The Gregorian calendar without a break, as SQL Server counts it.  Years begin
 * in March inside, so that the leap day comes last.
 */
#include "convert_internal.h"

#define DAYS_BEFORE_0001	306		/* from 0000-03-01 */
#define DAYS_PER_ERA		146097	/* 400 years */

int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int32_t
date_from_civil(int year, int month, int day)
{
	int64_t		shifted = (int64_t) year - (month <= 2);
	int64_t		era = floor_divide(shifted, 400);
	int64_t		year_of_era = shifted - era * 400;
	int64_t		day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t		day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int32_t) (era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_0001);
}

void
date_to_civil(int32_t day, int *year, int *month, int *day_of_month)
{
	int64_t		days = (int64_t) day + DAYS_BEFORE_0001;
	int64_t		era = floor_divide(days, DAYS_PER_ERA);
	int64_t		day_of_era = days - era * DAYS_PER_ERA;
	int64_t		year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
							   day_of_era / 146096) / 365;
	int64_t		day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t		shifted_month = (5 * day_of_year + 2) / 153;

	*day_of_month = (int) (day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int) (shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = (int) (year_of_era + era * 400 + (*month <= 2));
}
