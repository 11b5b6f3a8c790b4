/*
 * test/standin/date_text.c
 *		Reading dates and times as SQL Server reads them.
 *
 * One pass over the text: each piece tells by its look what it is.  Digits
 * before a colon or AM/PM begin a time, three numbers between equal separators
 * are a date, eight or six digits a date without separators, letters a month.
 * What is missing at the end is midnight, or 1900-01-01.
 */
#include <string.h>
#include <strings.h>

#include "convert_internal.h"

typedef enum DateOrder
{
	ORDER_MDY,
	ORDER_DMY,
	ORDER_YMD
} DateOrder;

/* -1 = not seen */
typedef struct Reader
{
	const char *at;
	const char *end;
	DateOrder	order;
	int			most_digits;
	int			year;
	int			month;
	int			day;
	bool		has_time;
	int			hour;
	int			minute;
	int			second;
	int64_t		fraction;		/* 100 ns */
	bool		has_zone;
	int			offset;			/* minutes */
	bool		bad_range;
} Reader;

typedef struct Digits
{
	int			value;
	int			count;
} Digits;

static DateOrder
order_of_style(int style)
{
	switch (style)
	{
		case 3:
		case 4:
		case 5:
		case 103:
		case 104:
		case 105:
			return ORDER_DMY;
		case 2:
		case 11:
		case 12:
		case 102:
		case 111:
		case 112:
			return ORDER_YMD;
		default:
			return ORDER_MDY;
	}
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
peek(const Reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool
skip(Reader *reader, char c)
{
	if (peek(reader) != c || reader->at == reader->end)
		return false;
	reader->at++;
	return true;
}

static void
skip_blanks(Reader *reader)
{
	while (peek(reader) == ' ')
		reader->at++;
}

/* At most nine digits; more make the count too large for any caller. */
static Digits
read_digits(Reader *reader)
{
	Digits		digits = {0, 0};

	while (is_digit(peek(reader)))
	{
		if (digits.count < 9)
			digits.value = digits.value * 10 + (*reader->at - '0');
		digits.count++;
		reader->at++;
	}
	return digits;
}

/* 1 to 12, by the first three letters or the whole name; 0 = no month. */
static int
month_of(const char *word, size_t size)
{
	static const char *const names[] = {
		"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"
	};

	for (int i = 0; i < 12; i++)
	{
		if ((size == 3 || size == strlen(names[i])) && strncasecmp(word, names[i], size) == 0)
			return i + 1;
	}
	return 0;
}

static size_t
word_size(const Reader *reader)
{
	const char *at = reader->at;

	while (at < reader->end && is_letter(*at))
		at++;
	return (size_t) (at - reader->at);
}

static bool
set_year(Reader *reader, Digits digits)
{
	if (reader->year >= 0 || (digits.count != 4 && digits.count > 2))
		return false;
	reader->year = digits.value;
	if (digits.count <= 2)
		reader->year += digits.value < 50 ? 2000 : 1900;
	return true;
}

static bool
set_part(int *part, Digits digits)
{
	if (*part >= 0 || digits.count > 2)
		return false;
	*part = digits.value;
	return true;
}

/* -1: before noon, 1: after, 0: not said. */
static int
read_half(Reader *reader)
{
	const char *back = reader->at;
	size_t		size;
	int			half = 0;

	skip_blanks(reader);
	size = word_size(reader);
	if (size == 2 && strncasecmp(reader->at, "AM", 2) == 0)
		half = -1;
	else if (size == 2 && strncasecmp(reader->at, "PM", 2) == 0)
		half = 1;
	reader->at = half == 0 ? back : reader->at + 2;
	return half;
}

/* After a point: a fraction.  After a colon: milliseconds. */
static bool
read_fraction(Reader *reader)
{
	bool		point = peek(reader) == '.';
	Digits		digits;

	if (!point && peek(reader) != ':')
		return true;
	reader->at++;
	digits = read_digits(reader);
	if (digits.count == 0 || digits.count > (point ? reader->most_digits : 3))
		return false;
	reader->fraction = digits.value;
	for (int i = point ? digits.count : 3; i < 7; i++)
		reader->fraction *= 10;
	return true;
}

static bool
read_time(Reader *reader, Digits hour)
{
	Digits		digits;
	int			half;

	if (reader->has_time || hour.count > 2)
		return false;
	reader->has_time = true;
	reader->hour = hour.value;
	if (skip(reader, ':'))
	{
		digits = read_digits(reader);
		if (digits.count == 0 || digits.count > 2)
			return false;
		reader->minute = digits.value;
		if (skip(reader, ':'))
		{
			digits = read_digits(reader);
			if (digits.count == 0 || digits.count > 2)
				return false;
			reader->second = digits.value;
			if (!read_fraction(reader))
				return false;
		}
	}
	half = read_half(reader);
	if (half != 0 && reader->hour > 12)
		reader->bad_range = reader->bad_range || half < 0;
	else if (half != 0)
		reader->hour = reader->hour % 12 + (half > 0 ? 12 : 0);
	return true;
}

/* "+hh:mm" after a time. */
static bool
read_zone(Reader *reader)
{
	bool		west = *reader->at++ == '-';
	Digits		hours = read_digits(reader);
	Digits		minutes;

	if (!reader->has_time || reader->has_zone || hours.count == 0 || hours.count > 2 ||
		!skip(reader, ':'))
		return false;
	minutes = read_digits(reader);
	if (minutes.count == 0 || minutes.count > 2)
		return false;
	reader->has_zone = true;
	reader->offset = (hours.value * 60 + minutes.value) * (west ? -1 : 1);
	if (minutes.value > 59 || hours.value * 60 + minutes.value > 14 * 60)
		reader->bad_range = true;
	return true;
}

/* The second and third part of a date with separators. */
static bool
read_separated(Reader *reader, Digits first)
{
	char		separator = *reader->at++;
	size_t		letters = word_size(reader);
	Digits		second = {0, 0};
	Digits		third;

	if (letters > 0)
	{
		if (reader->month >= 0)
			return false;
		reader->month = month_of(reader->at, letters);
		reader->at += letters;
		if (reader->month == 0)
			return false;
	}
	else
		second = read_digits(reader);
	if ((letters == 0 && second.count == 0) || !skip(reader, separator))
		return false;
	third = read_digits(reader);
	if (third.count == 0)
		return false;
	if (first.count == 4 || (reader->order == ORDER_YMD && third.count <= 2))
		return set_year(reader, first) && set_part(&reader->day, third) &&
			(letters > 0 || set_part(&reader->month, second));
	if (letters > 0)
		return set_part(&reader->day, first) && set_year(reader, third);
	if (reader->order == ORDER_DMY)
		return set_part(&reader->day, first) && set_part(&reader->month, second) &&
			set_year(reader, third);
	return set_part(&reader->month, first) && set_part(&reader->day, second) &&
		set_year(reader, third);
}

/* A number that stands alone. */
static bool
read_plain(Reader *reader, Digits digits)
{
	Digits		year = digits;

	switch (digits.count)
	{
		case 8:
		case 6:
			if (reader->month >= 0 || reader->day >= 0)
				return false;
			reader->month = digits.value / 100 % 100;
			reader->day = digits.value % 100;
			year.value = digits.value / 10000;
			year.count = digits.count - 4;
			return set_year(reader, year);
		case 4:
			return set_year(reader, digits);
		default:
			if (reader->day < 0)
				return set_part(&reader->day, digits);
			return set_year(reader, digits);
	}
}

static bool
read_number(Reader *reader)
{
	Digits		digits = read_digits(reader);
	const char *after = reader->at;
	char		next = peek(reader);

	if (next == ':')
		return read_time(reader, digits);
	if (read_half(reader) != 0)
	{
		reader->at = after;
		return read_time(reader, digits);
	}
	if (next == '-' || next == '/' || next == '.')
		return read_separated(reader, digits);
	return read_plain(reader, digits);
}

static bool
read_word(Reader *reader)
{
	size_t		size = word_size(reader);
	const char *word = reader->at;

	reader->at += size;
	if (size == 1 && *word == 'T')
		return reader->day >= 0 && !reader->has_time && is_digit(peek(reader));
	if (size == 1 && *word == 'Z')
	{
		if (!reader->has_time || reader->has_zone)
			return false;
		reader->has_zone = true;
		return true;
	}
	if (reader->month >= 0)
		return false;
	reader->month = month_of(word, size);
	return reader->month > 0;
}

static bool
read_all(Reader *reader)
{
	for (skip_blanks(reader); reader->at < reader->end; skip_blanks(reader))
	{
		char		c = peek(reader);
		bool		understood;

		if (is_digit(c))
			understood = read_number(reader);
		else if (is_letter(c))
			understood = read_word(reader);
		else if ((c == '+' || c == '-') && reader->has_time)
			understood = read_zone(reader);
		else
			understood = skip(reader, ',');
		if (!understood)
			return false;
	}
	/* A year alone is its first day; a month needs a year, a day a month. */
	if (reader->year >= 0 && reader->month < 0 && reader->day < 0)
		reader->month = 1;
	if (reader->year >= 0 && reader->month >= 0 && reader->day < 0)
		reader->day = 1;
	return (reader->year < 0 && reader->month < 0 && reader->day < 0) ||
		(reader->year >= 0 && reader->month >= 0);
}

static int
days_in_month(int year, int month)
{
	int			next_year = month == 12 ? year + 1 : year;
	int			next_month = month == 12 ? 1 : month + 1;

	return date_from_civil(next_year, next_month, 1) - date_from_civil(year, month, 1);
}

DateTextStatus
date_text_parse(const char *text, size_t size, int style, int most_digits, Moment *moment)
{
	Reader		reader = {.at = text, .end = text + size};
	int64_t		day = DAY_1900;

	reader.order = order_of_style(style);
	reader.most_digits = most_digits;
	reader.year = reader.month = reader.day = -1;
	if (!read_all(&reader))
		return DATE_TEXT_BAD;
	if (reader.bad_range || reader.hour > 23 || reader.minute > 59 || reader.second > 59)
		return DATE_TEXT_RANGE;
	if (reader.year >= 0)
	{
		if (reader.year < 1 || reader.month < 1 || reader.month > 12 || reader.day < 1 ||
			reader.day > days_in_month(reader.year, reader.month))
			return DATE_TEXT_RANGE;
		day = date_from_civil(reader.year, reader.month, reader.day);
	}
	moment->ticks = day * TICKS_PER_DAY + reader.fraction +
		((int64_t) reader.hour * 3600 + reader.minute * 60 + reader.second) * TICKS_PER_SECOND;
	moment->offset = (int16_t) reader.offset;
	return DATE_TEXT_OK;
}
