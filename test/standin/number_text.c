/*
 * test/standin/number_text.c
 *		Numbers as text: what CAST reads, and what it writes.
 *
 * SQL Server's habits: an empty string is 0 (but no decimal), a lone sign too; money takes
 * a currency sign and commas; a float shows six digits by default, with an exponent
 * of at least three.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "decimal.h"
#include "number_text.h"
#include "unicode.h"

static void
trim(const char **text, const char **end)
{
	while (*text < *end && **text == ' ')
		(*text)++;
	while (*text < *end && (*end)[-1] == ' ')
		(*end)--;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

NumberTextStatus
number_text_integer(const char *text, size_t size, int64_t *out)
{
	const char *end = text + size;
	bool		negative = false;
	uint64_t	result = 0;
	uint64_t	most = INT64_MAX;
	bool		overflow = false;

	trim(&text, &end);
	if (text < end && (*text == '-' || *text == '+'))
	{
		negative = *text++ == '-';
		most += negative;
		while (text < end && *text == ' ')
			text++;
	}
	for (; text < end; text++)
	{
		unsigned	digit = (unsigned) (*text - '0');

		if (!is_digit(*text))
			return NUMBER_TEXT_BAD;
		if (overflow || result > (most - digit) / 10)
			overflow = true;
		else
			result = result * 10 + digit;
	}
	*out = (int64_t) (negative ? 0 - result : result);
	return overflow ? NUMBER_TEXT_OVERFLOW : NUMBER_TEXT_OK;
}

bool
number_text_boolean(const char *text, size_t size, int64_t *out)
{
	const char *end = text + size;

	trim(&text, &end);
	*out = end - text == 4 && strncasecmp(text, "true", 4) == 0;
	return *out == 1 || (end - text == 5 && strncasecmp(text, "false", 5) == 0);
}

NumberTextStatus
number_text_double(Arena *arena, const char *text, size_t size, double *out)
{
	const char *end = text + size;
	char	   *copy;
	char	   *at;
	int			digits = 0;

	*out = 0;
	trim(&text, &end);
	if (text == end)
		return NUMBER_TEXT_OK;
	at = copy = arena_copy(arena, text, (size_t) (end - text));
	if (*at == '-' || *at == '+')
		at++;
	for (; is_digit(*at); at++)
		digits++;
	if (*at == '.')
	{
		for (at++; is_digit(*at); at++)
			digits++;
	}
	if (digits > 0 && *at != '\0' && strchr("eEdD", *at) != NULL)
	{
		*at++ = 'e';
		if (*at == '-' || *at == '+')
			at++;
		if (!is_digit(*at))
			return NUMBER_TEXT_BAD;
		while (is_digit(*at))
			at++;
	}
	if (digits == 0 || at != copy + (end - text))
		return NUMBER_TEXT_BAD;
	*out = strtod(copy, NULL);
	return isfinite(*out) ? NUMBER_TEXT_OK : NUMBER_TEXT_OVERFLOW;
}

static bool
is_currency(uint32_t code)
{
	return code == '$' || (code >= 0xA2 && code <= 0xA5) || (code >= 0x20A0 && code <= 0x20BF);
}

NumberTextStatus
number_text_money(Arena *arena, const char *text, size_t size, Decimal *out, int *scale)
{
	const char *end = text + size;
	char	   *digits = arena_alloc(arena, size + 2);
	size_t		n = 0;
	bool		sign = false;
	bool		currency = false;
	bool		point = false;
	DecimalStatus status;

	memset(out, 0, sizeof(*out));
	*scale = 0;
	trim(&text, &end);
	if (text == end)
		return NUMBER_TEXT_OK;
	while (text < end && !is_digit(*text) && *text != '.')
	{
		uint32_t	code = utf8_next(&text, end);

		if ((code == '-' || code == '+') && !sign)
		{
			sign = true;
			digits[n++] = (char) code;
		}
		else if (is_currency(code) && !currency)
			currency = true;
		else if (code != ' ' && code != ',')
			return NUMBER_TEXT_BAD;
	}
	for (; text < end; text++)
	{
		if (*text == ',' && !point)
			continue;
		point = point || *text == '.';
		digits[n++] = *text;
	}
	if (n == 0 || (n == 1 && sign) || digits[n - 1] == '.')
		digits[n++] = '0';
	status = decimal_parse(digits, n, out, scale);
	if (status == DECIMAL_OK)
		return NUMBER_TEXT_OK;
	return status == DECIMAL_OVERFLOW ? NUMBER_TEXT_OVERFLOW : NUMBER_TEXT_BAD;
}

/* C writes e+06 where SQL Server writes e+006. */
static size_t
widen_exponent(char *buffer)
{
	char	   *exponent = strchr(buffer, 'e');
	size_t		size = strlen(buffer);

	if (exponent == NULL)
		return size;
	exponent += 2;
	if (strlen(exponent) < 3)
	{
		memmove(exponent + 1, exponent, strlen(exponent) + 1);
		*exponent = '0';
		size++;
	}
	return size;
}

static bool
format_float(double value, bool real, int style, char *buffer, size_t *size)
{
	const char *format;

	switch (style)
	{
		case 0:
			format = "%.6g";
			break;
		case 1:
			format = "%.7e";
			break;
		case 2:
			format = "%.15e";
			break;
		case 3:
			format = "%.16e";
			break;
		case 126:
		case 128:
		case 129:
			format = real ? "%.7e" : "%.15e";
			break;
		default:
			return false;
	}
	(void) snprintf(buffer, NUMBER_TEXT_SIZE, format, value);
	*size = widen_exponent(buffer);
	return true;
}

/* 0: two decimals; 1: with commas; 2 and 126: four decimals. */
static bool
format_money(int64_t units, int style, char *buffer, size_t *size)
{
	Decimal		money;
	Decimal		cents;
	char		plain[NUMBER_TEXT_SIZE];
	size_t		length;
	size_t		whole;
	size_t		n = 0;

	decimal_from_int64(units, &money);
	if (style == 2 || style == 126)
	{
		*size = decimal_format(&money, 4, buffer);
		return true;
	}
	if (style != 0 && style != 1)
		return false;
	(void) decimal_rescale(&money, 4, 38, 2, &cents);
	if (style == 0)
	{
		*size = decimal_format(&cents, 2, buffer);
		return true;
	}
	length = decimal_format(&cents, 2, plain);
	whole = length - 3;
	for (size_t i = 0; i < length; i++)
	{
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && is_digit(plain[i - 1]))
			buffer[n++] = ',';
		buffer[n++] = plain[i];
	}
	*size = n;
	return true;
}

bool
number_text_format(const SqlValue *value, const TypeSpec *type, int style,
				   char *buffer, size_t *size)
{
	switch (type->type)
	{
		case SQL_DECIMAL:
			*size = decimal_format(&value->d, type->scale, buffer);
			return true;
		case SQL_SMALLMONEY:
		case SQL_MONEY:
			return format_money(value->i, style, buffer, size);
		case SQL_REAL:
		case SQL_FLOAT:
			return format_float(value->f, type->type == SQL_REAL, style, buffer, size);
		default:
			*size = (size_t) snprintf(buffer, NUMBER_TEXT_SIZE, "%lld", (long long) value->i);
			return true;
	}
}
