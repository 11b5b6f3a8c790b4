/*
 * src/value/number.c
 *		Bits, integers, floating point, money and decimals.
 *
 * A numeric is built in its stored form, without text and without numeric's
 * arithmetic: the digits of a SQL Server decimal are one integer of at most 39
 * digits, and cutting that into base-10000 digits is all there is to do.  The
 * stored form is not in a header, but it is what every table on disk holds, so
 * it is as stable as pg_upgrade.  make_numeric() describes it, and
 * sql/types.sql compares the result with numeric's own, byte for byte.
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "option/compat.h"
#include "value/functions.h"

#define MAX_SCALE		38		/* the short header has room for 63 */
#define DIGIT_DECIMALS	4		/* of a base-10000 digit */
#define MAX_DIGITS		12		/* 39 decimal digits, the point anywhere */
#define FOUR_DIGITS		UINT64CONST(10000000000000000)

/* The short form of a numeric's header: always enough for 38 digits. */
#define HEADER_SHORT		0x8000
#define HEADER_NEGATIVE		0x2000
#define HEADER_SCALE_SHIFT	7
#define HEADER_WEIGHT_SIGN	0x0040
#define HEADER_WEIGHT_MASK	0x003f

typedef struct StoredNumeric
{
	int32		vl_len_;
	uint16		header;
	int16		digits[FLEXIBLE_ARRAY_MEMBER];	/* most significant first */
} StoredNumeric;

static const int16 powers_of_ten[] = {1, 10, 100, 1000, 10000};

/*
 * Cuts magnitude into base-10000 digits that end before end, aligned at a point
 * that stands scale decimals from the right; returns the first.  What has room
 * for three more zeroes in 64 bits, nearly everything, is aligned by them; of the
 * rest the division by 128 bits makes four digits at once.
 */
static int16 *
cut_digits(unsigned __int128 magnitude, int scale, int16 *end)
{
	int			odd = scale % DIGIT_DECIMALS;
	uint64		rest;

	if (magnitude <= PG_UINT64_MAX / 1000)
		rest = (uint64) magnitude * powers_of_ten[(DIGIT_DECIMALS - odd) % DIGIT_DECIMALS];
	else
	{
		if (odd > 0)
		{
			*--end = (int16) (magnitude % powers_of_ten[odd]) *
				powers_of_ten[DIGIT_DECIMALS - odd];
			magnitude /= powers_of_ten[odd];
		}
		while (magnitude > PG_UINT64_MAX)
		{
			uint64		four = (uint64) (magnitude % FOUR_DIGITS);
			int			i;

			magnitude /= FOUR_DIGITS;
			for (i = 0; i < 4; i++, four /= 10000)
				*--end = (int16) (four % 10000);
		}
		rest = (uint64) magnitude;
	}
	for (; rest > 0; rest /= 10000)
		*--end = (int16) (rest % 10000);
	return end;
}

/* negative ? -magnitude : magnitude, over 10 to the power of scale. */
static Datum
make_numeric(TmfDecoder *decoder, bool negative, unsigned __int128 magnitude, int scale)
{
	int16		digits[MAX_DIGITS];
	int16	   *end = digits + MAX_DIGITS;
	int16	   *first = cut_digits(magnitude, scale, end);
	int			display = decoder->display_scale >= 0 ? decoder->display_scale : scale;
	int			fraction = (scale + DIGIT_DECIMALS - 1) / DIGIT_DECIMALS;
	int			weight = end - first - fraction - 1;
	size_t		size;
	StoredNumeric *numeric;

	/* neither end is stored when it is zero; zero itself has no digits */
	while (first < end && end[-1] == 0)
		end--;
	while (first < end && *first == 0)
	{
		first++;
		weight--;
	}
	if (first == end)
	{
		negative = false;
		weight = 0;
	}

	size = offsetof(StoredNumeric, digits) + (end - first) * sizeof(int16);
	numeric = tmf_decode_room(decoder, size);
	SET_VARSIZE(numeric, size);
	numeric->header = HEADER_SHORT | (negative ? HEADER_NEGATIVE : 0) |
		(display << HEADER_SCALE_SHIFT) |
		(weight < 0 ? HEADER_WEIGHT_SIGN : 0) | (weight & HEADER_WEIGHT_MASK);
	memcpy(numeric->digits, first, (end - first) * sizeof(int16));
	return PointerGetDatum(numeric);
}

static Datum
make_numeric_int64(TmfDecoder *decoder, int64 value, int scale)
{
	uint64		magnitude = value < 0 ? (uint64) 0 - (uint64) value : (uint64) value;

	return make_numeric(decoder, value < 0, magnitude, scale);
}

static int64
read_integer(TmfDecoder *decoder, const void *value, int length)
{
	uint8		one;
	int16		two;
	int32		four;
	int64		eight;

	switch (decoder->remote)
	{
		case WIRE_TYPE_BIT:
		case WIRE_TYPE_TINYINT:
			tmf_decode_check_size(decoder, length, sizeof(one));
			memcpy(&one, value, sizeof(one));
			return one;
		case WIRE_TYPE_SMALLINT:
			tmf_decode_check_size(decoder, length, sizeof(two));
			memcpy(&two, value, sizeof(two));
			return two;
		case WIRE_TYPE_INT:
			tmf_decode_check_size(decoder, length, sizeof(four));
			memcpy(&four, value, sizeof(four));
			return four;
		default:
			tmf_decode_check_size(decoder, length, sizeof(eight));
			memcpy(&eight, value, sizeof(eight));
			return eight;
	}
}

/* The widths that the natural types have. */

Datum
tmf_decode_tinyint_int2(TmfDecoder *decoder, const void *value, int length)
{
	tmf_decode_check_size(decoder, length, sizeof(uint8));
	return Int16GetDatum(*(const uint8 *) value);
}

Datum
tmf_decode_smallint_int2(TmfDecoder *decoder, const void *value, int length)
{
	int16		integer;

	tmf_decode_check_size(decoder, length, sizeof(integer));
	memcpy(&integer, value, sizeof(integer));
	return Int16GetDatum(integer);
}

Datum
tmf_decode_int_int4(TmfDecoder *decoder, const void *value, int length)
{
	int32		integer;

	tmf_decode_check_size(decoder, length, sizeof(integer));
	memcpy(&integer, value, sizeof(integer));
	return Int32GetDatum(integer);
}

Datum
tmf_decode_bigint_int8(TmfDecoder *decoder, const void *value, int length)
{
	int64		integer;

	tmf_decode_check_size(decoder, length, sizeof(integer));
	memcpy(&integer, value, sizeof(integer));
	return Int64GetDatum(integer);
}

Datum
tmf_decode_bit_bool(TmfDecoder *decoder, const void *value, int length)
{
	tmf_decode_check_size(decoder, length, sizeof(uint8));
	return BoolGetDatum(*(const uint8 *) value != 0);
}

/* The others, each from any width. */

Datum
tmf_decode_integer_int2(TmfDecoder *decoder, const void *value, int length)
{
	int64		integer = read_integer(decoder, value, length);

	if (integer < PG_INT16_MIN || integer > PG_INT16_MAX)
		tmf_decode_out_of_range(decoder);
	return Int16GetDatum((int16) integer);
}

Datum
tmf_decode_integer_int4(TmfDecoder *decoder, const void *value, int length)
{
	int64		integer = read_integer(decoder, value, length);

	if (integer < PG_INT32_MIN || integer > PG_INT32_MAX)
		tmf_decode_out_of_range(decoder);
	return Int32GetDatum((int32) integer);
}

Datum
tmf_decode_integer_int8(TmfDecoder *decoder, const void *value, int length)
{
	return Int64GetDatum(read_integer(decoder, value, length));
}

Datum
tmf_decode_integer_numeric(TmfDecoder *decoder, const void *value, int length)
{
	return make_numeric_int64(decoder, read_integer(decoder, value, length), 0);
}

static float
read_real(TmfDecoder *decoder, const void *value, int length)
{
	float		real;

	tmf_decode_check_size(decoder, length, sizeof(real));
	memcpy(&real, value, sizeof(real));
	return real;
}

Datum
tmf_decode_real_float4(TmfDecoder *decoder, const void *value, int length)
{
	return Float4GetDatum(read_real(decoder, value, length));
}

Datum
tmf_decode_real_float8(TmfDecoder *decoder, const void *value, int length)
{
	return Float8GetDatum((double) read_real(decoder, value, length));
}

Datum
tmf_decode_float_float8(TmfDecoder *decoder, const void *value, int length)
{
	double		number;

	tmf_decode_check_size(decoder, length, sizeof(number));
	memcpy(&number, value, sizeof(number));
	return Float8GetDatum(number);
}

Datum
tmf_decode_money_numeric(TmfDecoder *decoder, const void *value, int length)
{
	struct
	{
		int32		high;
		uint32		low;
	}			money;
	int32		small;

	if (decoder->remote == WIRE_TYPE_SMALLMONEY)
	{
		tmf_decode_check_size(decoder, length, sizeof(small));
		memcpy(&small, value, sizeof(small));
		return make_numeric_int64(decoder, small, 4);
	}
	tmf_decode_check_size(decoder, length, sizeof(money));
	memcpy(&money, value, sizeof(money));
	return make_numeric_int64(decoder, (int64) (((uint64) (uint32) money.high << 32) | money.low),
							  4);
}

/* The count bytes at bytes, which begin a run of at least eight, as a number. */
static uint64
read_big_endian(const uint8 *bytes, int count)
{
	uint64		eight;

	memcpy(&eight, bytes, sizeof(eight));
	return pg_ntoh64(eight) >> (8 * (sizeof(eight) - count));
}

Datum
tmf_decode_decimal_numeric(TmfDecoder *decoder, const void *value, int length)
{
	const WireDecimal *decimal = value;
	const uint8 *digits = decimal->array + 1;
	unsigned __int128 magnitude;
	int			bytes;

	tmf_decode_check_size(decoder, length, sizeof(WireDecimal));
	bytes = wire_decimal_bytes(decimal->precision) - 1;
	if (bytes < 1 || bytes > 16 || decimal->scale > MAX_SCALE)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("value of column \"%s\" is no decimal: precision %d, scale %d",
						decoder->column, decimal->precision, decimal->scale)));
	if (bytes <= 8)
		magnitude = read_big_endian(digits, bytes);
	else
		magnitude = (unsigned __int128) read_big_endian(digits, 8) << (8 * (bytes - 8)) |
			read_big_endian(digits + 8, bytes - 8);
	return make_numeric(decoder, decimal->array[0] != 0, magnitude, decimal->scale);
}
