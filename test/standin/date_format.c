/*
 * test/standin/date_format.c
 *		Dates and times as text, by the styles of CONVERT.
 *
 * A style is a pair of templates, one for the date and one for the time; a type
 * uses those that it has.  In templates: Y y year of four and two digits, m
 * month, b its name, d e day with zero and with blank, H hour, h hour to 12 with
 * blank, i minute, s second, f fraction, p AM or PM; other characters stand for
 * themselves.
 */
#include <stdio.h>
#include <string.h>

#include "convert_internal.h"

typedef struct Style
{
	int			number;
	int			also;			/* a second number, or the same again */
	const char *date;
	const char *time;
	char		joint;			/* between them */
	char		before_fraction;	/* of datetime; the new types always have a point */
} Style;

static const Style styles[] = {
	{0, 100, "b e Y", "h:ip", ' ', '.'},
	{1, 1, "m/d/y", "", ' ', '.'},
	{101, 101, "m/d/Y", "", ' ', '.'},
	{2, 2, "y.m.d", "", ' ', '.'},
	{102, 102, "Y.m.d", "", ' ', '.'},
	{3, 3, "d/m/y", "", ' ', '.'},
	{103, 103, "d/m/Y", "", ' ', '.'},
	{4, 4, "d.m.y", "", ' ', '.'},
	{104, 104, "d.m.Y", "", ' ', '.'},
	{5, 5, "d-m-y", "", ' ', '.'},
	{105, 105, "d-m-Y", "", ' ', '.'},
	{6, 6, "d b y", "", ' ', '.'},
	{106, 106, "d b Y", "", ' ', '.'},
	{7, 7, "b d, y", "", ' ', '.'},
	{107, 107, "b d, Y", "", ' ', '.'},
	{8, 108, "", "H:i:s", ' ', '.'},
	{24, 24, "", "H:i:s", ' ', '.'},
	{9, 109, "b e Y", "h:i:sfp", ' ', ':'},
	{10, 10, "m-d-y", "", ' ', '.'},
	{110, 110, "m-d-Y", "", ' ', '.'},
	{11, 11, "y/m/d", "", ' ', '.'},
	{111, 111, "Y/m/d", "", ' ', '.'},
	{12, 12, "ymd", "", ' ', '.'},
	{112, 112, "Ymd", "", ' ', '.'},
	{13, 113, "d b Y", "H:i:sf", ' ', ':'},
	{14, 114, "", "H:i:sf", ' ', ':'},
	{20, 120, "Y-m-d", "H:i:s", ' ', '.'},
	{21, 121, "Y-m-d", "H:i:sf", ' ', '.'},
	{25, 25, "Y-m-d", "H:i:sf", ' ', '.'},
	{22, 22, "m/d/y", "h:i:s p", ' ', '.'},
	{23, 23, "Y-m-d", "", ' ', '.'},
	{126, 126, "Y-m-d", "H:i:sf", 'T', '.'},
	{127, 127, "Y-m-d", "H:i:sf", 'T', '.'}
};

typedef struct Fields
{
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	char		fraction[12];	/* with what stands before it, or empty */
} Fields;

static const Style *
style_find(int number)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
	{
		if (styles[i].number == number || styles[i].also == number)
			return &styles[i];
	}
	return NULL;
}

static void
split(const Moment *moment, Fields *fields)
{
	int64_t		day = floor_divide(moment->ticks, TICKS_PER_DAY);
	int			in_day = (int) ((moment->ticks - day * TICKS_PER_DAY) / TICKS_PER_SECOND);

	date_to_civil((int32_t) day, &fields->year, &fields->month, &fields->day);
	fields->hour = in_day / 3600;
	fields->minute = in_day / 60 % 60;
	fields->second = in_day % 60;
}

/*
 * datetime shows milliseconds, .003 or .007 for thirds; the ISO styles leave a
 * fraction of zero out there.  The new types show the digits of their scale.
 */
static void
format_fraction(const Moment *moment, const TypeSpec *type, const Style *style, char *out)
{
	int64_t		whole = floor_divide(moment->ticks, TICKS_PER_SECOND) * TICKS_PER_SECOND;
	int			ticks = (int) (moment->ticks - whole);
	char		digits[12];

	out[0] = '\0';
	if (type->type == SQL_DATETIME || type->type == SQL_SMALLDATETIME)
	{
		int			milliseconds = (ticks + 5000) / 10000;

		if (milliseconds != 0 || style->joint != 'T')
			(void) snprintf(out, sizeof(digits), "%c%03d", style->before_fraction, milliseconds % 1000);
	}
	else if (type->scale > 0)
	{
		(void) snprintf(digits, sizeof(digits), ".%07d", ticks);
		memcpy(out, digits, type->scale + 1u);
		out[type->scale + 1] = '\0';
	}
}

static size_t
put_field(const Fields *fields, char letter, char *out)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	const size_t room = 16;

	switch (letter)
	{
		case 'Y':
			return (size_t) snprintf(out, room, "%04d", fields->year);
		case 'y':
			return (size_t) snprintf(out, room, "%02d", fields->year % 100);
		case 'm':
			return (size_t) snprintf(out, room, "%02d", fields->month);
		case 'b':
			return (size_t) snprintf(out, room, "%s", months[fields->month - 1]);
		case 'd':
			return (size_t) snprintf(out, room, "%02d", fields->day);
		case 'e':
			return (size_t) snprintf(out, room, "%2d", fields->day);
		case 'H':
			return (size_t) snprintf(out, room, "%02d", fields->hour);
		case 'h':
			return (size_t) snprintf(out, room, "%2d", (fields->hour + 11) % 12 + 1);
		case 'i':
			return (size_t) snprintf(out, room, "%02d", fields->minute);
		case 's':
			return (size_t) snprintf(out, room, "%02d", fields->second);
		case 'f':
			return (size_t) snprintf(out, room, "%s", fields->fraction);
		case 'p':
			return (size_t) snprintf(out, room, "%s", fields->hour < 12 ? "AM" : "PM");
		default:
			*out = letter;
			return 1;
	}
}

static size_t
put_template(const Fields *fields, const char *template, char *out)
{
	size_t		size = 0;

	for (; *template != '\0'; template++)
		size += put_field(fields, *template, out + size);
	return size;
}

bool
date_text_format(const SqlValue *value, const TypeSpec *type, int number, char *buffer, size_t *size)
{
	bool		old = type->type == SQL_DATETIME || type->type == SQL_SMALLDATETIME;
	const Style *style = style_find(number == 0 && !old ? 121 : number);
	const char *date;
	const char *time;
	Moment		moment;
	Fields		fields;
	size_t		n = 0;

	if (style == NULL)
		return false;
	date = type->type == SQL_TIME ? "" : style->date;
	time = type->type == SQL_DATE ? "" : style->time;
	if (*date == '\0' && *time == '\0')
		return false;
	moment_from_value(value, type, &moment);
	if (number == 127)
		moment.ticks -= moment.offset * TICKS_PER_MINUTE;
	split(&moment, &fields);
	format_fraction(&moment, type, style, fields.fraction);
	n += put_template(&fields, date, buffer);
	if (*date != '\0' && *time != '\0')
		buffer[n++] = style->joint;
	n += put_template(&fields, time, buffer + n);
	if (type->type == SQL_DATETIMEOFFSET && *time != '\0')
	{
		int			offset = moment.offset < 0 ? -moment.offset : moment.offset;

		if (number == 127)
			buffer[n++] = 'Z';
		else
			n += (size_t) snprintf(buffer + n, 16, "%s%c%02d:%02d", style->joint == 'T' ? "" : " ",
								   moment.offset < 0 ? '-' : '+', offset / 60, offset % 60);
	}
	*size = n;
	return true;
}
