/*
 * test/standin/convert_number.c
 *		Conversions to bit, integers, money, decimal and float.
 *
 * Every source first becomes a Number: an integer, a decimal or a double.  How
 * it is then cut or rounded depends on both sides: decimal and float are cut to
 * integers, money and datetime are rounded.
 */
#include <math.h>
#include <string.h>

#include "convert_internal.h"
#include "decimal.h"
#include "number_text.h"

#define MONEY_SCALE		4
#define MAX_PRECISION	38

typedef enum NumberKind
{
	NUMBER_INTEGER,
	NUMBER_DECIMAL,
	NUMBER_DOUBLE
} NumberKind;

typedef struct Number
{
	NumberKind	kind;
	bool		rounds;			/* when it becomes an integer */
	int64_t		i;
	Decimal		d;
	int			scale;
	double		f;
} Number;

typedef struct Limits
{
	SqlType		type;
	int64_t		least;
	int64_t		most;
	int			text_overflow;	/* error for text that is too large */
	const char *column;			/* what that error calls the type */
} Limits;

static const Limits limits[] = {
	{SQL_TINYINT, 0, UINT8_MAX, 244, "INT1"},
	{SQL_SMALLINT, INT16_MIN, INT16_MAX, 244, "INT2"},
	{SQL_INT, INT32_MIN, INT32_MAX, 248, "int"},
	{SQL_BIGINT, INT64_MIN, INT64_MAX, 8115, "bigint"},
	{SQL_SMALLMONEY, INT32_MIN, INT32_MAX, 294, "smallmoney"},
	{SQL_MONEY, INT64_MIN, INT64_MAX, 236, "money"}
};

static const Limits *
limits_of(SqlType type)
{
	const Limits *row = limits;

	while (row->type != type)
		row++;
	return row;
}

/* Overflow of a number on its way to an integer type. */
static bool
integer_overflow(Conversion *conversion, const Number *number)
{
	SqlType		to = conversion->to->type;

	if (number->kind == NUMBER_DOUBLE)
		return convert_fail(conversion, 232, 3, "Arithmetic overflow error for type %s, value = %f.",
							type_name(to), number->f);
	if (to != SQL_TINYINT && to != SQL_SMALLINT)
		return convert_overflow(conversion, "expression");
	if (number->kind == NUMBER_INTEGER)
		return convert_fail(conversion, 220, to == SQL_TINYINT ? 2 : 1,
							"Arithmetic overflow error for data type %s, value = %lld.",
							type_name(to), (long long) number->i);
	return convert_overflow(conversion, convert_name(conversion->from->type));
}

static bool
store_integer(Conversion *conversion, const Number *number)
{
	const Limits *row = limits_of(conversion->to->type);
	int64_t		result = number->i;
	Decimal		whole = number->d;
	int			scale = number->scale;

	switch (number->kind)
	{
		case NUMBER_INTEGER:
			break;
		case NUMBER_DECIMAL:
			if (number->rounds)
			{
				if (decimal_rescale(&number->d, scale, MAX_PRECISION, 0, &whole) != DECIMAL_OK)
					return integer_overflow(conversion, number);
				scale = 0;
			}
			if (decimal_to_int64(&whole, scale, &result) != DECIMAL_OK)
				return integer_overflow(conversion, number);
			break;
		case NUMBER_DOUBLE:
			if (!(number->f >= -9223372036854775808.0 && number->f < 9223372036854775808.0))
				return integer_overflow(conversion, number);
			result = (int64_t) number->f;
			break;
	}
	if (result < row->least || result > row->most)
		return integer_overflow(conversion, number);
	conversion->out->i = result;
	return true;
}

static bool
is_zero(const Number *number)
{
	switch (number->kind)
	{
		case NUMBER_INTEGER:
			return number->i == 0;
		case NUMBER_DECIMAL:
			return number->d.magnitude == 0;
		default:
			return number->f == 0;
	}
}

/* Rounds to precision and scale. */
static DecimalStatus
to_decimal(const Number *number, int precision, int scale, Decimal *out)
{
	Decimal		whole;

	switch (number->kind)
	{
		case NUMBER_INTEGER:
			decimal_from_int64(number->i, &whole);
			return decimal_rescale(&whole, 0, precision, scale, out);
		case NUMBER_DECIMAL:
			return decimal_rescale(&number->d, number->scale, precision, scale, out);
		default:
			return decimal_from_double(number->f, precision, scale, out);
	}
}

/* What text that is no number, or too large a one, is told. */
static bool
text_error(Conversion *conversion, NumberTextStatus status)
{
	const SqlValue *in = conversion->in;
	SqlType		to = conversion->to->type;
	const char *from = type_name(conversion->from->type);
	int			shown = in->n < 1000 ? (int) in->n : 1000;
	bool		overflow = status == NUMBER_TEXT_OVERFLOW;
	const Limits *row;

	if (to == SQL_DECIMAL || to == SQL_REAL || to == SQL_FLOAT)
		return overflow ? convert_overflow(conversion, from) : convert_type_error(conversion);
	row = limits_of(to == SQL_BIT ? SQL_INT : to);
	if (to == SQL_MONEY || to == SQL_SMALLMONEY)
		return overflow ?
			convert_fail(conversion, row->text_overflow, 0,
						 "The conversion from char data type to %s resulted in a %s overflow error.",
						 row->column, row->column) :
			convert_fail(conversion, 235, 0, "Cannot convert a char value to money. "
						 "The char value has incorrect syntax.");
	if (to == SQL_BIGINT)
		return overflow ? convert_overflow(conversion, "expression") : convert_type_error(conversion);
	if (overflow)
		return convert_fail(conversion, row->text_overflow, 1,
							"The conversion of the %s value '%.*s' overflowed an %s column.%s",
							from, shown, in->p, row->column,
							row->type == SQL_INT ? "" : " Use a larger integer column.");
	return convert_fail(conversion, 245, 1,
						"Conversion failed when converting the %s value '%.*s' to data type %s.",
						from, shown, in->p, type_name(to));
}

static bool
store_money(Conversion *conversion, const Number *number)
{
	const Limits *row = limits_of(conversion->to->type);
	Decimal		units;
	int64_t		result;

	if (to_decimal(number, MAX_PRECISION, MONEY_SCALE, &units) != DECIMAL_OK ||
		decimal_to_int64(&units, 0, &result) != DECIMAL_OK ||
		result < row->least || result > row->most)
	{
		if (type_is_text(conversion->from->type))
			return text_error(conversion, NUMBER_TEXT_OVERFLOW);
		return convert_overflow(conversion, number->kind == NUMBER_DECIMAL && !number->rounds ?
								"numeric" : "expression");
	}
	conversion->out->i = result;
	return true;
}

static bool
store_decimal(Conversion *conversion, const Number *number)
{
	if (to_decimal(number, conversion->to->precision, conversion->to->scale,
				   &conversion->out->d) == DECIMAL_OK)
		return true;
	(void) convert_overflow(conversion, convert_name(conversion->from->type));
	conversion->error->state = 8;
	return false;
}

static bool
store_float(Conversion *conversion, const Number *number)
{
	double		result = number->f;

	if (number->kind == NUMBER_INTEGER)
		result = (double) number->i;
	else if (number->kind == NUMBER_DECIMAL)
		result = decimal_to_double(&number->d, number->scale);
	if (conversion->to->type == SQL_REAL)
	{
		if (fabs(result) > 3.4028235677973366e38)
			return convert_fail(conversion, 232, 2,
								"Arithmetic overflow error for type real, value = %f.", result);
		result = (double) (float) result;
	}
	conversion->out->f = result;
	return true;
}

static bool
store(Conversion *conversion, const Number *number)
{
	switch (conversion->to->type)
	{
		case SQL_BIT:
			conversion->out->i = !is_zero(number);
			return true;
		case SQL_SMALLMONEY:
		case SQL_MONEY:
			return store_money(conversion, number);
		case SQL_DECIMAL:
			return store_decimal(conversion, number);
		case SQL_REAL:
		case SQL_FLOAT:
			return store_float(conversion, number);
		default:
			return store_integer(conversion, number);
	}
}

static void
number_from_value(const SqlValue *value, const TypeSpec *type, Number *number)
{
	memset(number, 0, sizeof(*number));
	switch (type->type)
	{
		case SQL_SMALLMONEY:
		case SQL_MONEY:
			number->kind = NUMBER_DECIMAL;
			number->rounds = true;
			number->scale = MONEY_SCALE;
			decimal_from_int64(value->i, &number->d);
			break;
		case SQL_DECIMAL:
			number->kind = NUMBER_DECIMAL;
			number->scale = type->scale;
			number->d = value->d;
			break;
		case SQL_REAL:
		case SQL_FLOAT:
			number->kind = NUMBER_DOUBLE;
			number->f = value->f;
			break;
		default:
			number->i = value->i;
			break;
	}
}

/* Days since 1900-01-01; an integer gets the nearest day. */
static void
number_from_date(const Conversion *conversion, Number *number)
{
	int64_t		per_day = conversion->from->type == SQL_DATETIME ? 86400 * 300 : 1440;
	int64_t		i = conversion->in->i;

	memset(number, 0, sizeof(*number));
	if (conversion->to->type >= SQL_TINYINT && conversion->to->type <= SQL_BIGINT)
		number->i = floor_divide(i + per_day / 2, per_day);
	else
	{
		number->kind = NUMBER_DOUBLE;
		number->f = (double) i / (double) per_day;
	}
}

static bool
convert_text(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	SqlType		to = conversion->to->type;
	Number		number = {.kind = NUMBER_INTEGER};
	NumberTextStatus status;

	if (to == SQL_SMALLMONEY || to == SQL_MONEY)
	{
		number.kind = NUMBER_DECIMAL;
		status = number_text_money(conversion->arena, in->p, in->n, &number.d, &number.scale);
	}
	else if (to == SQL_DECIMAL)
	{
		DecimalStatus parsed = decimal_parse(in->p, in->n, &number.d, &number.scale);

		number.kind = NUMBER_DECIMAL;
		status = parsed == DECIMAL_OK ? NUMBER_TEXT_OK :
			parsed == DECIMAL_OVERFLOW ? NUMBER_TEXT_OVERFLOW : NUMBER_TEXT_BAD;
	}
	else if (to == SQL_REAL || to == SQL_FLOAT)
	{
		number.kind = NUMBER_DOUBLE;
		status = number_text_double(conversion->arena, in->p, in->n, &number.f);
	}
	else if (to == SQL_BIT && number_text_boolean(in->p, in->n, &number.i))
		status = NUMBER_TEXT_OK;
	else
	{
		status = number_text_integer(in->p, in->n, &number.i);
		if (status == NUMBER_TEXT_OK && to != SQL_BIT &&
			(number.i < limits_of(to)->least || number.i > limits_of(to)->most))
			status = NUMBER_TEXT_OVERFLOW;
	}
	return status == NUMBER_TEXT_OK ? store(conversion, &number) : text_error(conversion, status);
}

/* Precision, scale, a zero, sign, then the magnitude from its least byte on. */
static bool
decimal_from_binary(Conversion *conversion, Number *number)
{
	const uint8_t *bytes = (const uint8_t *) conversion->in->p;
	size_t		size = conversion->in->n;

	if (size < 5 || size > 20 || bytes[0] > MAX_PRECISION || bytes[1] > bytes[0])
		return false;
	number->kind = NUMBER_DECIMAL;
	number->scale = bytes[1];
	number->d.negative = bytes[3] == 0;
	for (size_t i = size; i > 4; i--)
		number->d.magnitude = number->d.magnitude << 8 | bytes[i - 1];
	return decimal_rescale(&number->d, number->scale, MAX_PRECISION, number->scale,
						   &number->d) == DECIMAL_OK;
}

/* The last bytes, most significant first, as many as the type has. */
static bool
convert_binary(Conversion *conversion)
{
	static const uint8_t sizes[] = {
		[SQL_BIT] = 8, [SQL_TINYINT] = 1, [SQL_SMALLINT] = 2, [SQL_INT] = 4, [SQL_BIGINT] = 8,
		[SQL_SMALLMONEY] = 4, [SQL_MONEY] = 8
	};
	const SqlValue *in = conversion->in;
	SqlType		to = conversion->to->type;
	Number		number = {.kind = NUMBER_INTEGER};
	size_t		size;
	uint64_t	bits = 0;

	if (to == SQL_DECIMAL)
	{
		if (!decimal_from_binary(conversion, &number))
			return convert_type_error(conversion);
		return store(conversion, &number);
	}
	size = in->n < sizes[to] ? in->n : sizes[to];
	for (size_t i = in->n - size; i < in->n; i++)
		bits = bits << 8 | (uint8_t) in->p[i];
	if (to == SQL_SMALLINT)
		conversion->out->i = (int16_t) bits;
	else if (to == SQL_INT || to == SQL_SMALLMONEY)
		conversion->out->i = (int32_t) bits;
	else if (to == SQL_BIT)
		conversion->out->i = bits != 0;
	else
		conversion->out->i = (int64_t) bits;
	return true;
}

bool
convert_to_number(Conversion *conversion)
{
	SqlType		from = conversion->from->type;
	Number		number;

	if (type_is_text(from))
		return convert_text(conversion);
	if (type_is_binary(from))
		return convert_binary(conversion);
	if (type_is_time(from))
		number_from_date(conversion, &number);
	else
		number_from_value(conversion->in, conversion->from, &number);
	return store(conversion, &number);
}
