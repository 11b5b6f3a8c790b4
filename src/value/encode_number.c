/*
 * src/value/encode_number.c
 *		Bits, integers, money, decimals and floating point as steps of a remote type.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "encode_int.h"

#define MAX_PRECISION	38
#define MONEY_SCALE		4

/* Infinity, and whatever else no type reaches: more than 10^38. */
#define BEYOND			((TmfStep) 3 << 125)

static TmfStep
power_of_ten(int exponent)
{
	TmfStep		power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

static int
scale_of(const SqlType *as)
{
	switch (as->name)
	{
		case SQLTYPE_DECIMAL:
			return as->scale;
		case SQLTYPE_MONEY:
		case SQLTYPE_SMALLMONEY:
			return MONEY_SCALE;
		default:
			return 0;
	}
}

/*
 * Doubles and floats in their order: the bits of a positive one grow with it, and
 * both zeroes are 0.
 */
static int64
double_order(double number)
{
	int64		bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits >= 0 ? bits : -(bits & PG_INT64_MAX);
}

static double
double_at(int64 order)
{
	int64		bits = order >= 0 ? order : -order;
	double		number;

	memcpy(&number, &bits, sizeof(number));
	return order >= 0 ? number : -number;
}

static int32
float_order(float number)
{
	int32		bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits >= 0 ? bits : -(bits & PG_INT32_MAX);
}

static float
float_at(int32 order)
{
	int32		bits = order >= 0 ? order : -order;
	float		number;

	memcpy(&number, &bits, sizeof(number));
	return order >= 0 ? number : -number;
}

static void
set_extent(const SqlType *as, TmfSteps *steps)
{
	steps->first = 0;
	switch (as->name)
	{
		case SQLTYPE_BIT:
			steps->last = 1;
			return;
		case SQLTYPE_TINYINT:
			steps->last = PG_UINT8_MAX;
			return;
		case SQLTYPE_SMALLINT:
			steps->last = PG_INT16_MAX;
			break;
		case SQLTYPE_INT:
		case SQLTYPE_SMALLMONEY:
			steps->last = PG_INT32_MAX;
			break;
		case SQLTYPE_BIGINT:
		case SQLTYPE_MONEY:
			steps->last = PG_INT64_MAX;
			break;
		case SQLTYPE_REAL:
			steps->last = float_order(HUGE_VALF) - 1;
			steps->first = -steps->last;
			return;
		case SQLTYPE_FLOAT:
			steps->last = double_order(HUGE_VAL) - 1;
			steps->first = -steps->last;
			return;
		default:
			steps->last = power_of_ten(as->precision) - 1;
			steps->first = -steps->last;
			return;
	}
	steps->first = -steps->last - 1;
}

static void
set_steps(TmfSteps *steps, TmfStep floor, bool exact)
{
	steps->from = exact ? floor : floor + 1;
	steps->above = floor + 1;
}

static void
integer_steps(int64 value, int scale, TmfSteps *steps)
{
	TmfStep		step;

	if (__builtin_mul_overflow((TmfStep) value, power_of_ten(scale), &step))
		step = value > 0 ? BEYOND : -BEYOND;
	set_steps(steps, step, true);
}

/* The digits of a numeric as it prints itself: what is meant is the same in every setting. */
static void
numeric_steps(Datum value, int scale, TmfSteps *steps)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	bool		negative = *text == '-';
	const char *digit = text + negative;
	TmfStep		step = 0;
	bool		exact = true;
	bool		point = false;

	if (*digit == 'N' || *digit == 'I')
	{
		set_steps(steps, negative ? -BEYOND : BEYOND, true);
		pfree(text);
		return;
	}
	for (; *digit != '\0' || scale > 0; digit += *digit != '\0')
	{
		if (*digit == '.')
			point = true;
		else if (point && scale == 0)
			exact &= *digit == '0';
		else
		{
			if (point || *digit == '\0')
				scale--;
			step = step < BEYOND / 10 ? step * 10 + (*digit != '\0' ? *digit - '0' : 0) : BEYOND;
		}
	}
	if (negative)
		set_steps(steps, exact ? -step : -step - 1, exact);
	else
		set_steps(steps, step, exact);
	pfree(text);
}

/* PostgreSQL's NaN is greater than all others. */
static void
double_steps(double value, const SqlType *as, TmfSteps *steps)
{
	float		nearest = (float) value;

	if (isnan(value) || isinf(value))
		set_steps(steps, isnan(value) || value > 0 ? BEYOND : -BEYOND, true);
	else if (as->name == SQLTYPE_FLOAT)
		set_steps(steps, double_order(value), true);
	else
		set_steps(steps, (TmfStep) float_order(nearest) - ((double) nearest > value),
				  (double) nearest == value);
}

void
tmf_number_steps(Datum value, Oid local, const SqlType *as, TmfSteps *steps)
{
	set_extent(as, steps);
	switch (local)
	{
		case BOOLOID:
			integer_steps(DatumGetBool(value), 0, steps);
			break;
		case INT2OID:
			integer_steps(DatumGetInt16(value), scale_of(as), steps);
			break;
		case INT4OID:
			integer_steps(DatumGetInt32(value), scale_of(as), steps);
			break;
		case INT8OID:
			integer_steps(DatumGetInt64(value), scale_of(as), steps);
			break;
		case FLOAT4OID:
			double_steps(DatumGetFloat4(value), as, steps);
			break;
		case FLOAT8OID:
			double_steps(DatumGetFloat8(value), as, steps);
			break;
		default:
			numeric_steps(value, scale_of(as), steps);
			break;
	}
}

bool
tmf_number_scale(Datum value, int *scale)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	char	   *point = strchr(text, '.');
	int			length = strlen(text);
	int			whole = point != NULL ? point - text : length;
	bool		digits = text[*text == '-'] != 'N' && text[*text == '-'] != 'I';

	while (point != NULL && text[length - 1] == '0')
		length--;
	*scale = point != NULL ? length - whole - 1 : 0;
	whole -= *text == '-';
	if (text[*text == '-'] == '0')
		whole = 0;
	pfree(text);
	return digits && whole + *scale <= MAX_PRECISION;
}

static void
write_decimal(TmfStep step, const SqlType *as, WireDecimal *decimal)
{
	int			bytes = wire_decimal_bytes(as->precision);
	unsigned __int128 magnitude = step < 0 ? -step : step;

	memset(decimal, 0, sizeof(*decimal));
	decimal->precision = as->precision;
	decimal->scale = as->scale;
	decimal->array[0] = step < 0;
	while (--bytes > 0)
	{
		decimal->array[bytes] = (uint8) magnitude;
		magnitude >>= 8;
	}
}

static void
set_value(WireParameter *parameter, WireType type, const void *bytes, int length)
{
	void	   *value = palloc(length);

	memcpy(value, bytes, length);
	parameter->type = type;
	parameter->value = value;
	parameter->length = length;
}

void
tmf_number_write(TmfStep step, const SqlType *as, WireParameter *parameter)
{
	uint8		one = (uint8) step;
	int16		two = (int16) step;
	int32		four = (int32) step;
	int64		eight = (int64) step;
	int32		halves[2] = {(int32) (eight >> 32), (int32) eight};
	float		single;
	double		number;
	WireDecimal decimal;

	switch (as->name)
	{
		case SQLTYPE_BIT:
			set_value(parameter, WIRE_TYPE_BIT, &one, sizeof(one));
			break;
		case SQLTYPE_TINYINT:
			set_value(parameter, WIRE_TYPE_TINYINT, &one, sizeof(one));
			break;
		case SQLTYPE_SMALLINT:
			set_value(parameter, WIRE_TYPE_SMALLINT, &two, sizeof(two));
			break;
		case SQLTYPE_INT:
			set_value(parameter, WIRE_TYPE_INT, &four, sizeof(four));
			break;
		case SQLTYPE_BIGINT:
			set_value(parameter, WIRE_TYPE_BIGINT, &eight, sizeof(eight));
			break;
		case SQLTYPE_SMALLMONEY:
			set_value(parameter, WIRE_TYPE_SMALLMONEY, &four, sizeof(four));
			break;
		case SQLTYPE_MONEY:
			set_value(parameter, WIRE_TYPE_MONEY, halves, sizeof(halves));
			break;
		case SQLTYPE_REAL:
			single = float_at(four);
			set_value(parameter, WIRE_TYPE_REAL, &single, sizeof(single));
			break;
		case SQLTYPE_FLOAT:
			number = double_at(eight);
			set_value(parameter, WIRE_TYPE_FLOAT, &number, sizeof(number));
			break;
		default:
			write_decimal(step, as, &decimal);
			set_value(parameter, WIRE_TYPE_DECIMAL, &decimal, sizeof(decimal));
			break;
	}
}

/* Digits, with a point before the last scale of them. */
static void
append_digits(StringInfo text, TmfStep step, int scale)
{
	char		digits[MAX_PRECISION + 4];
	char	   *first = digits + sizeof(digits);
	unsigned __int128 magnitude = step < 0 ? -step : step;
	int			count;

	*--first = '\0';
	for (count = 0; magnitude > 0 || count <= scale; count++)
	{
		if (count == scale && scale > 0)
			*--first = '.';
		*--first = '0' + (char) (magnitude % 10);
		magnitude /= 10;
	}
	if (step < 0)
		*--first = '-';
	appendStringInfoString(text, first);
}

void
tmf_number_text(TmfStep step, const SqlType *as, StringInfo text)
{
	if (as->name == SQLTYPE_REAL)
		appendStringInfo(text, "%.9g", float_at((int32) step));
	else if (as->name == SQLTYPE_FLOAT)
		appendStringInfo(text, "%.17g", double_at((int64) step));
	else
		append_digits(text, step, scale_of(as));
}
