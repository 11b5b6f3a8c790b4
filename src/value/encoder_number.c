/*
 * src/value/encoder_number.c
 *		Bits, integers, money, decimals and floating point for a remote column.
 *
 * An exact number is counted in units of the remote type's last decimal, and is
 * then an integer of up to 38 digits.  A numeric is read from its stored form,
 * as number.c makes it; see there.
 */
#include "postgres.h"

#include <math.h>

#include "port/pg_bswap.h"

#include "encoder_int.h"
#include "option/compat.h"

#define MONEY_SCALE			4
#define DIGIT_DECIMALS		4	/* of a base-10000 digit of a numeric ... */
#define DIGIT_VALUES		10000	/* ... which is this */
#define MAX_PRECISION		38

/* A numeric's header: the long form, the short form, and no number at all. */
#define FORM_MASK			0xc000
#define FORM_NEGATIVE		0x4000
#define FORM_SHORT			0x8000
#define SHORT_NEGATIVE		0x2000
#define SHORT_WEIGHT_SIGN	0x0040
#define SHORT_WEIGHT_MASK	0x003f

typedef unsigned __int128 Magnitude;

/* Filled in for the first encoder of a number. */
static Magnitude powers[MAX_PRECISION + 1];

void
tmf_encoder_number_init(TmfEncoder *encoder)
{
	static const struct
	{
		int64		least;
		int64		greatest;
	}			extents[] = {
		[SQLTYPE_BIT] = {0, 1},
		[SQLTYPE_TINYINT] = {0, PG_UINT8_MAX},
		[SQLTYPE_SMALLINT] = {PG_INT16_MIN, PG_INT16_MAX},
		[SQLTYPE_INT] = {PG_INT32_MIN, PG_INT32_MAX},
		[SQLTYPE_BIGINT] = {PG_INT64_MIN, PG_INT64_MAX},
		[SQLTYPE_SMALLMONEY] = {PG_INT32_MIN, PG_INT32_MAX},
		[SQLTYPE_MONEY] = {PG_INT64_MIN, PG_INT64_MAX}
	};
	bool		money = encoder->as.name == SQLTYPE_SMALLMONEY || encoder->as.name == SQLTYPE_MONEY;
	int			i;

	powers[0] = 1;
	for (i = 1; i <= MAX_PRECISION; i++)
		powers[i] = powers[i - 1] * 10;
	encoder->unit = money ? MONEY_SCALE : encoder->as.scale;
	if (encoder->as.name == SQLTYPE_DECIMAL)
		return;
	encoder->least = extents[encoder->as.name].least;
	encoder->greatest = extents[encoder->as.name].greatest;
}

static void *
set_value(WireParameter *parameter, const void *bytes, int length)
{
	void	   *value = palloc(length);

	parameter->value = value;
	parameter->length = length;
	return memcpy(value, bytes, length);
}

/* number: in units of the remote type, and within it */
static inline void
write_integer(const TmfEncoder *encoder, int64 number, WireParameter *parameter)
{
	uint8		one = (uint8) number;
	int16		two = (int16) number;
	int32		four = (int32) number;
	int32		halves[2] = {(int32) (number >> 32), (int32) number};

	switch (encoder->as.name)
	{
		case SQLTYPE_BIT:
		case SQLTYPE_TINYINT:
			set_value(parameter, &one, sizeof(one));
			break;
		case SQLTYPE_SMALLINT:
			set_value(parameter, &two, sizeof(two));
			break;
		case SQLTYPE_INT:
		case SQLTYPE_SMALLMONEY:
			set_value(parameter, &four, sizeof(four));
			break;
		case SQLTYPE_MONEY:
			set_value(parameter, halves, sizeof(halves));
			break;
		default:
			set_value(parameter, &number, sizeof(number));
			break;
	}
}

static void
write_decimal(const TmfEncoder *encoder, bool negative, Magnitude magnitude, WireParameter *parameter)
{
	int			bytes = wire_decimal_bytes(encoder->as.precision);
	uint64		low = (uint64) magnitude;
	uint64		high = (uint64) (magnitude >> 64);
	WireDecimal *decimal = palloc0(sizeof(WireDecimal));
	int			i;

	decimal->precision = encoder->as.precision;
	decimal->scale = encoder->as.scale;
	decimal->array[0] = negative && magnitude > 0;
	for (i = bytes - 1; i > 0 && i > bytes - 1 - (int) sizeof(low); i--, low >>= 8)
		decimal->array[i] = (uint8) low;
	for (; i > 0; i--, high >>= 8)
		decimal->array[i] = (uint8) high;
	parameter->value = decimal;
	parameter->length = sizeof(WireDecimal);
}

/* False: there is no such number in the remote type.  magnitude is in its units. */
static bool
write_exact(const TmfEncoder *encoder, bool negative, Magnitude magnitude, WireParameter *parameter)
{
	if (encoder->as.name == SQLTYPE_DECIMAL)
	{
		if (magnitude >= powers[encoder->as.precision])
			return false;
		write_decimal(encoder, negative, magnitude, parameter);
		return true;
	}
	if (magnitude > (Magnitude) PG_INT64_MAX + negative)
		return false;
	else
	{
		int64		number = (int64) (negative ? -(uint64) magnitude : (uint64) magnitude);

		if (number < encoder->least || number > encoder->greatest)
			return false;
		write_integer(encoder, number, parameter);
		return true;
	}
}

static inline void
write_int(const TmfEncoder *encoder, Datum value, int64 number, WireParameter *parameter)
{
	Magnitude	magnitude = number < 0 ? -(uint64) number : (uint64) number;

	if (likely(encoder->as.name <= SQLTYPE_BIGINT))
	{
		if (unlikely(number < encoder->least || number > encoder->greatest))
			tmf_encoder_raise(encoder, value, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
		write_integer(encoder, number, parameter);
		return;
	}
	/* 19 digits and 38: more than 10^38 in any case is too much */
	if (magnitude >= powers[MAX_PRECISION - encoder->unit] ||
		!write_exact(encoder, number < 0, magnitude * powers[encoder->unit], parameter))
		tmf_encoder_raise(encoder, value, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
}

void
tmf_write_bool(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_integer(encoder, DatumGetBool(value), parameter);
}

void
tmf_write_int2(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_int(encoder, value, DatumGetInt16(value), parameter);
}

void
tmf_write_int4(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_int(encoder, value, DatumGetInt32(value), parameter);
}

void
tmf_write_int8(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_int(encoder, value, DatumGetInt64(value), parameter);
}

static uint16
short_at(const char *bytes, int index)
{
	uint16		value;

	memcpy(&value, bytes + index * sizeof(value), sizeof(value));
	return value;
}

/*
 * count base-10000 digits, the first of which counts 10000^weight, over 10^-scale
 * and rounded, halves away from zero.  False: 10^38 or more.
 */
static bool
count_units(const char *digits, int count, int weight, int scale, Magnitude *units)
{
	int			shift = weight * DIGIT_DECIMALS + scale;	/* of the digit in hand */
	Magnitude	sum = 0;
	int			kept;
	int			i;

	for (i = 0; i < count && shift >= 0; i++, shift -= DIGIT_DECIMALS)
	{
		if (sum >= powers[MAX_PRECISION - DIGIT_DECIMALS])
			return false;
		sum = sum * DIGIT_VALUES + short_at(digits, i);
	}
	kept = DIGIT_DECIMALS + shift;
	if (sum > 0 && kept > 0 && (kept > MAX_PRECISION || sum >= powers[MAX_PRECISION - kept]))
		return false;
	if (i == count && sum > 0)
		sum *= powers[kept];
	else if (i < count && kept >= 0)
	{
		/* some decimals of this digit count, the next one decides */
		int			rest = (int) powers[-shift];
		int			digit = short_at(digits, i);

		sum = sum * powers[kept] + digit / rest;
		sum += digit % rest >= rest / 2;
	}
	*units = sum;
	return true;
}

void
tmf_write_numeric(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	struct varlena *numeric = PG_DETOAST_DATUM_PACKED(value);
	const char *stored = VARDATA_ANY(numeric);
	int			shorts = VARSIZE_ANY_EXHDR(numeric) / sizeof(uint16);
	uint16		header = short_at(stored, 0);
	int			weight;
	int			heads = 1;
	bool		negative;
	Magnitude	units;

	if ((header & FORM_SHORT) == 0)
	{
		negative = (header & FORM_MASK) == FORM_NEGATIVE;
		weight = (int16) short_at(stored, 1);
		heads = 2;
	}
	else
	{
		negative = (header & SHORT_NEGATIVE) != 0;
		weight = (header & SHORT_WEIGHT_SIGN) != 0 ?
			(header & SHORT_WEIGHT_MASK) - SHORT_WEIGHT_MASK - 1 : header & SHORT_WEIGHT_MASK;
	}
	if ((header & FORM_MASK) == FORM_MASK ||
		!count_units(stored + heads * sizeof(uint16), shorts - heads, weight, encoder->unit, &units) ||
		!write_exact(encoder, negative, units, parameter))
		tmf_encoder_raise(encoder, value, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
}

static void
write_float(const TmfEncoder *encoder, Datum value, double number, WireParameter *parameter)
{
	float		nearest = (float) number;

	if (isnan(number) || isinf(number) ||
		(encoder->as.name == SQLTYPE_REAL &&
		 (isinf(nearest) || (nearest == 0 && number != 0))))
		tmf_encoder_raise(encoder, value, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
	if (encoder->as.name == SQLTYPE_REAL)
		set_value(parameter, &nearest, sizeof(nearest));
	else
		set_value(parameter, &number, sizeof(number));
}

void
tmf_write_float4(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_float(encoder, value, DatumGetFloat4(value), parameter);
}

void
tmf_write_float8(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	write_float(encoder, value, DatumGetFloat8(value), parameter);
}
