/*
 * test/standin/decimal.c
 *		Exact decimal arithmetic with SQL Server's rules of precision and scale.
 *
 * A magnitude is below 10^38 and fits 128 bits.  Whatever may grow beyond
 * (products, quotients' numerators, numbers brought to a common scale) is a
 * Wide of 256 bits; where even that is too small, the result would not have
 * fitted 38 digits either.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "wide.h"

#define MAX_PRECISION	38

static uint128
power10(int exponent)
{
	uint128		result = 1;

	while (exponent-- > 0)
		result *= 10;
	return result;
}

static DecimalStatus
wide_finish(const Wide *wide, bool negative, int precision, Decimal *out)
{
	uint128		magnitude;

	if (!wide_to(wide, &magnitude) ||
		magnitude >= power10(precision > MAX_PRECISION ? MAX_PRECISION : precision))
		return DECIMAL_OVERFLOW;
	out->magnitude = magnitude;
	out->negative = negative && magnitude != 0;
	return DECIMAL_OK;
}

static DecimalStatus
wide_finish_rescaled(Wide *wide, bool negative, int scale, const TypeSpec *type, Decimal *out)
{
	if (type->scale < scale)
		wide_scale_down_rounded(wide, scale - type->scale);
	else if (!wide_scale_up(wide, type->scale - scale))
		return DECIMAL_OVERFLOW;
	return wide_finish(wide, negative, type->precision, out);
}

/* Plain digits that fit in 64 bits, as nearly all do; false: look closer. */
static bool
parse_short(const char *text, size_t length, Decimal *out, int *scale)
{
	const char *end = text + length;
	const char *point = NULL;
	uint64_t	magnitude = 0;

	if (length == 0 || length > 19)
		return false;
	out->negative = *text == '-';
	if (out->negative)
		text++;
	if (text == end || end[-1] == '.')
		return false;
	for (; text < end; text++)
	{
		unsigned	digit = (unsigned char) *text - '0';

		if (digit <= 9)
			magnitude = magnitude * 10 + digit;
		else if (*text == '.' && point == NULL)
			point = text;
		else
			return false;
	}
	out->magnitude = magnitude;
	out->negative = out->negative && magnitude != 0;
	*scale = point == NULL ? 0 : (int) (end - point) - 1;
	return true;
}

DecimalStatus
decimal_parse(const char *text, size_t length, Decimal *out, int *scale)
{
	const char *end = text + length;
	bool		any = false;
	bool		point = false;
	bool		round_up = false;
	bool		full = false;	/* a digit after the point had no room */
	int			digits = 0;

	if (parse_short(text, length, out, scale))
		return DECIMAL_OK;
	out->negative = false;
	out->magnitude = 0;
	*scale = 0;
	while (text < end && *text == ' ')
		text++;
	while (text < end && end[-1] == ' ')
		end--;
	if (text < end && (*text == '-' || *text == '+'))
		out->negative = *text++ == '-';
	for (; text < end; text++)
	{
		if (*text == '.' && !point)
		{
			point = true;
			continue;
		}
		if (*text < '0' || *text > '9')
			return DECIMAL_SYNTAX;
		any = true;
		if (full)
			continue;
		if (digits == MAX_PRECISION || (point && *scale == MAX_PRECISION))
		{
			if (!point)
				digits++;		/* an error, unless what follows is no number at all */
			else
			{
				full = true;
				round_up = *text >= '5';
			}
			continue;
		}
		if (digits > MAX_PRECISION)
			continue;
		out->magnitude = out->magnitude * 10 + (unsigned) (*text - '0');
		if (out->magnitude != 0)
			digits++;
		if (point)
			(*scale)++;
	}
	if (!any)
		return DECIMAL_SYNTAX;
	if (digits > MAX_PRECISION)
		return DECIMAL_OVERFLOW;
	if (round_up && ++out->magnitude == power10(MAX_PRECISION))
	{
		if (*scale == 0)
			return DECIMAL_OVERFLOW;
		out->magnitude /= 10;
		(*scale)--;
	}
	if (out->magnitude == 0)
		out->negative = false;
	return DECIMAL_OK;
}

size_t
decimal_format(const Decimal *value, int scale, char *buffer)
{
	char		digits[48];
	int			count = 0;
	uint128		rest = value->magnitude;
	char	   *to = buffer;

	while ((rest != 0 || count <= scale) && count < (int) sizeof(digits))
	{
		digits[count++] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	}
	if (value->negative && value->magnitude != 0)
		*to++ = '-';
	while (count > 0)
	{
		*to++ = digits[--count];
		if (count == scale && scale > 0)
			*to++ = '.';
	}
	*to = '\0';
	return (size_t) (to - buffer);
}

DecimalStatus
decimal_rescale(const Decimal *value, int scale, int precision, int new_scale, Decimal *out)
{
	Wide		wide = wide_from(value->magnitude);
	TypeSpec	type = {.type = SQL_DECIMAL};

	type.precision = (uint8_t) precision;
	type.scale = (uint8_t) new_scale;
	return wide_finish_rescaled(&wide, value->negative, scale, &type, out);
}

int
decimal_compare(const Decimal *a, int a_scale, const Decimal *b, int b_scale)
{
	Wide		wide_a;
	Wide		wide_b;
	int			result;

	if (a->magnitude == 0 && b->magnitude == 0)
		return 0;
	if (a->magnitude == 0)
		return b->negative ? 1 : -1;
	if (b->magnitude == 0 || a->negative != b->negative)
		return a->negative ? -1 : 1;
	if (a_scale == b_scale)
		result = a->magnitude < b->magnitude ? -1 : a->magnitude > b->magnitude;
	else
	{
		/* 10^38 * 10^38 fits 256 bits. */
		wide_a = wide_from(a->magnitude);
		wide_b = wide_from(b->magnitude);
		(void) wide_scale_up(&wide_a, b_scale - a_scale);
		(void) wide_scale_up(&wide_b, a_scale - b_scale);
		result = wide_compare(&wide_a, &wide_b);
	}
	return a->negative ? -result : result;
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

void
decimal_result_type(char operation, const TypeSpec *a, const TypeSpec *b, TypeSpec *out)
{
	int			integral = larger(a->precision - a->scale, b->precision - b->scale);
	int			scale;
	int			precision;

	switch (operation)
	{
		case '*':
			scale = a->scale + b->scale;
			precision = a->precision + b->precision + 1;
			break;
		case '/':
			scale = larger(6, a->scale + b->precision + 1);
			precision = a->precision - a->scale + b->scale + scale;
			break;
		case '%':
			scale = larger(a->scale, b->scale);
			precision = smaller(a->precision - a->scale, b->precision - b->scale) + scale;
			break;
		default:
			scale = larger(a->scale, b->scale);
			precision = integral + scale + 1;
			break;
	}
	if (precision > MAX_PRECISION)
	{
		/* The integral part keeps its place; * and / guard six digits after the point. */
		if (operation == '*' || operation == '/')
			scale = larger(smaller(scale, 6), smaller(scale, MAX_PRECISION - (precision - scale)));
		else
			scale = smaller(scale, MAX_PRECISION - integral);
		precision = MAX_PRECISION;
	}
	memset(out, 0, sizeof(*out));
	out->type = SQL_DECIMAL;
	out->precision = (uint8_t) larger(precision, 1);
	out->scale = (uint8_t) scale;
}

static DecimalStatus
add_signed(const Decimal *a, int a_scale, const Decimal *b, bool b_negative, int b_scale,
		   const TypeSpec *type, Decimal *out)
{
	Wide		wide_a = wide_from(a->magnitude);
	Wide		wide_b = wide_from(b->magnitude);
	Wide		sum;
	bool		negative = a->negative;

	(void) wide_scale_up(&wide_a, b_scale - a_scale);
	(void) wide_scale_up(&wide_b, a_scale - b_scale);
	if (a->negative == b_negative)
		sum = wide_add(&wide_a, &wide_b);
	else if (wide_compare(&wide_a, &wide_b) >= 0)
		sum = wide_subtract(&wide_a, &wide_b);
	else
	{
		sum = wide_subtract(&wide_b, &wide_a);
		negative = b_negative;
	}
	return wide_finish_rescaled(&sum, negative, larger(a_scale, b_scale), type, out);
}

/* SQL Server cuts a quotient: 2.0 / 3 is 0.666666. */
static DecimalStatus
divide(const Decimal *a, int a_scale, const Decimal *b, int b_scale,
	   const TypeSpec *type, Decimal *out)
{
	int			shift = type->scale + b_scale - a_scale;
	Wide		wide = wide_from(a->magnitude);

	if (!wide_scale_up(&wide, shift))
		return DECIMAL_OVERFLOW;
	wide_divide(&wide, b->magnitude);
	wide_scale_down(&wide, -shift);
	return wide_finish(&wide, a->negative != b->negative, type->precision, out);
}

static DecimalStatus
modulo(const Decimal *a, int a_scale, const Decimal *b, int b_scale,
	   const TypeSpec *type, Decimal *out)
{
	Wide		wide_a = wide_from(a->magnitude);
	Wide		wide_b = wide_from(b->magnitude);
	int			scale = larger(a_scale, b_scale);
	Wide		rest;

	(void) wide_scale_up(&wide_a, scale - a_scale);
	(void) wide_scale_up(&wide_b, scale - b_scale);
	rest = wide_modulo(&wide_a, &wide_b);
	return wide_finish_rescaled(&rest, a->negative, scale, type, out);
}

DecimalStatus
decimal_operate(char operation, const Decimal *a, int a_scale,
				const Decimal *b, int b_scale, const TypeSpec *out_type, Decimal *out)
{
	Wide		product;

	switch (operation)
	{
		case '+':
			return add_signed(a, a_scale, b, b->negative, b_scale, out_type, out);
		case '-':
			return add_signed(a, a_scale, b, !b->negative, b_scale, out_type, out);
		case '*':
			product = wide_product(a->magnitude, b->magnitude);
			return wide_finish_rescaled(&product, a->negative != b->negative,
										a_scale + b_scale, out_type, out);
		case '/':
		case '%':
			if (b->magnitude == 0)
				return DECIMAL_DIVISION_BY_ZERO;
			return (operation == '/' ? divide : modulo) (a, a_scale, b, b_scale, out_type, out);
		default:
			return DECIMAL_SYNTAX;
	}
}

double
decimal_to_double(const Decimal *value, int scale)
{
	char		text[48];

	/* Both operands exact: one correctly rounded division. */
	if (value->magnitude < (uint128) 1 << 53 && scale <= 19)
	{
		double		result = (double) (uint64_t) value->magnitude;

		if (scale > 0)
			result /= (double) (uint64_t) power10(scale);
		return value->negative ? -result : result;
	}
	(void) decimal_format(value, scale, text);
	return strtod(text, NULL);
}

/* SQL Server takes 17 significant digits of a float, and zeros after them. */
DecimalStatus
decimal_from_double(double value, int precision, int scale, Decimal *out)
{
	char		text[32];
	uint128		magnitude = 0;
	int			exponent;
	int			shift;
	Wide		wide;

	if (!isfinite(value) || fabs(value) >= 1e39)
		return DECIMAL_OVERFLOW;
	(void) snprintf(text, sizeof(text), "%.16e", fabs(value));
	exponent = (int) strtol(strchr(text, 'e') + 1, NULL, 10);
	for (const char *at = text; *at != 'e'; at++)
	{
		if (*at != '.')
			magnitude = magnitude * 10 + (unsigned) (*at - '0');
	}
	wide = wide_from(magnitude);
	shift = scale + exponent - 16;
	if (shift < -18)
		wide = wide_from(0);
	else if (shift < 0)
		wide_scale_down_rounded(&wide, -shift);
	else if (!wide_scale_up(&wide, shift))
		return DECIMAL_OVERFLOW;
	return wide_finish(&wide, value < 0, precision, out);
}

DecimalStatus
decimal_to_int64(const Decimal *value, int scale, int64_t *out)
{
	uint128		magnitude = value->magnitude / power10(scale);

	if (magnitude > (uint128) INT64_MAX + (value->negative ? 1 : 0))
		return DECIMAL_OVERFLOW;
	*out = value->negative ? (int64_t) (0 - (uint64_t) magnitude) : (int64_t) magnitude;
	return DECIMAL_OK;
}

void
decimal_from_int64(int64_t value, Decimal *out)
{
	out->negative = value < 0;
	out->magnitude = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
}
