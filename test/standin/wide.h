/*
 * wide.h
 *		Unsigned integers of 256 bits: what decimal.c computes with.
 */
#ifndef STANDIN_WIDE_H
#define STANDIN_WIDE_H

#include <stdbool.h>
#include <stdint.h>

typedef unsigned __int128 uint128;

#define LIMBS	4				/* of 64 bits, least significant first */

typedef struct Wide
{
	uint64_t	limb[LIMBS];
} Wide;

extern Wide wide_from(uint128 value);

/* False when the value needs more than 128 bits. */
extern bool wide_to(const Wide *wide, uint128 *out);

extern int	wide_compare(const Wide *a, const Wide *b);
extern Wide wide_add(const Wide *a, const Wide *b);
extern Wide wide_subtract(const Wide *a, const Wide *b);	/* a >= b */
extern Wide wide_product(uint128 a, uint128 b);
extern void wide_divide(Wide *wide, uint128 divisor);	/* cuts */
extern Wide wide_modulo(const Wide *number, const Wide *divisor);

/* Times 10^digits (none when digits <= 0); false when the product needs more than 256 bits. */
extern bool wide_scale_up(Wide *wide, int digits);

/* By 10^digits (none when digits <= 0), cut or rounded half away from zero. */
extern void wide_scale_down(Wide *wide, int digits);
extern void wide_scale_down_rounded(Wide *wide, int digits);

#endif
