/*
 * test/standin/wide.c
 *		Unsigned integers of 256 bits, as far as decimals need them.
 *
 * Limbs of 64 bits; scaling goes by powers of ten that fit one limb.  Only a
 * divisor beyond 64 bits pays for the slow division, bit by bit.
 */
#include <stddef.h>

#include "wide.h"

static uint64_t
power10_small(int exponent)
{
	static const uint64_t table[] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
		10000000000ull, 100000000000ull, 1000000000000ull, 10000000000000ull,
		100000000000000ull, 1000000000000000ull, 10000000000000000ull,
		100000000000000000ull, 1000000000000000000ull, 10000000000000000000ull
	};

	return table[exponent];
}

Wide
wide_from(uint128 value)
{
	Wide		wide = {{(uint64_t) value, (uint64_t) (value >> 64), 0, 0}};

	return wide;
}

bool
wide_to(const Wide *wide, uint128 *out)
{
	*out = (uint128) wide->limb[1] << 64 | wide->limb[0];
	return wide->limb[2] == 0 && wide->limb[3] == 0;
}

int
wide_compare(const Wide *a, const Wide *b)
{
	for (int i = LIMBS - 1; i >= 0; i--)
	{
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	}
	return 0;
}

Wide
wide_add(const Wide *a, const Wide *b)
{
	Wide		sum;
	uint128		carry = 0;

	for (int i = 0; i < LIMBS; i++)
	{
		carry += (uint128) a->limb[i] + b->limb[i];
		sum.limb[i] = (uint64_t) carry;
		carry >>= 64;
	}
	return sum;
}

Wide
wide_subtract(const Wide *a, const Wide *b)
{
	Wide		difference;
	uint64_t	borrow = 0;

	for (int i = 0; i < LIMBS; i++)
	{
		uint128		minuend = a->limb[i];
		uint128		subtrahend = (uint128) b->limb[i] + borrow;

		borrow = minuend < subtrahend;
		difference.limb[i] = (uint64_t) (minuend - subtrahend);
	}
	return difference;
}

/* False when the product needs more than 256 bits. */
static bool
wide_multiply_small(Wide *wide, uint64_t factor)
{
	uint128		carry = 0;

	for (int i = 0; i < LIMBS; i++)
	{
		carry += (uint128) wide->limb[i] * factor;
		wide->limb[i] = (uint64_t) carry;
		carry >>= 64;
	}
	return carry == 0;
}

bool
wide_scale_up(Wide *wide, int digits)
{
	bool		fits = true;

	while (digits > 0)
	{
		int			step = digits < 19 ? digits : 19;

		fits = wide_multiply_small(wide, power10_small(step)) && fits;
		digits -= step;
	}
	return fits;
}

Wide
wide_product(uint128 a, uint128 b)
{
	Wide		low = wide_from(a);
	Wide		high = low;

	/* Neither can overflow: both factors have at most 128 bits. */
	(void) wide_multiply_small(&low, (uint64_t) b);
	(void) wide_multiply_small(&high, (uint64_t) (b >> 64));
	for (int i = LIMBS - 1; i > 0; i--)
		high.limb[i] = high.limb[i - 1];
	high.limb[0] = 0;
	return wide_add(&low, &high);
}

/* Divides in place, returns the remainder. */
static uint64_t
wide_divide_small(Wide *wide, uint64_t divisor)
{
	uint128		rest = 0;

	for (int i = LIMBS - 1; i >= 0; i--)
	{
		rest = rest << 64 | wide->limb[i];
		wide->limb[i] = (uint64_t) (rest / divisor);
		rest %= divisor;
	}
	return (uint64_t) rest;
}

/* Bit by bit; *quotient may be NULL. */
static Wide
divide_slowly(const Wide *number, const Wide *divisor, Wide *quotient)
{
	Wide		rest = wide_from(0);

	for (int bit = LIMBS * 64 - 1; bit >= 0; bit--)
	{
		for (int i = LIMBS - 1; i > 0; i--)
			rest.limb[i] = rest.limb[i] << 1 | rest.limb[i - 1] >> 63;
		rest.limb[0] = rest.limb[0] << 1 | (number->limb[bit / 64] >> (bit % 64) & 1);
		if (wide_compare(&rest, divisor) >= 0)
		{
			rest = wide_subtract(&rest, divisor);
			if (quotient != NULL)
				quotient->limb[bit / 64] |= (uint64_t) 1 << (bit % 64);
		}
	}
	return rest;
}

void
wide_divide(Wide *wide, uint128 divisor)
{
	Wide		quotient = wide_from(0);
	Wide		by = wide_from(divisor);

	if (divisor >> 64 == 0)
	{
		(void) wide_divide_small(wide, (uint64_t) divisor);
		return;
	}
	(void) divide_slowly(wide, &by, &quotient);
	*wide = quotient;
}

Wide
wide_modulo(const Wide *number, const Wide *divisor)
{
	return divide_slowly(number, divisor, NULL);
}

void
wide_scale_down(Wide *wide, int digits)
{
	while (digits > 0)
	{
		int			step = digits < 19 ? digits : 19;

		(void) wide_divide_small(wide, power10_small(step));
		digits -= step;
	}
}

/* Half away from zero: the first digit that falls decides. */
void
wide_scale_down_rounded(Wide *wide, int digits)
{
	if (digits <= 0)
		return;
	wide_scale_down(wide, digits - 1);
	if (wide_divide_small(wide, 10) >= 5)
	{
		Wide		one = wide_from(1);

		*wide = wide_add(wide, &one);
	}
}

