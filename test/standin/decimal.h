/*
 * decimal.h
 *		Exact decimal arithmetic with SQL Server's rules of precision and scale.
 *
 * Magnitudes are below 10^38; products and quotients go through 256 bits.
 */
#ifndef STANDIN_DECIMAL_H
#define STANDIN_DECIMAL_H

#include "types.h"

typedef enum DecimalStatus
{
	DECIMAL_OK,
	DECIMAL_OVERFLOW,			/* error 8115 */
	DECIMAL_DIVISION_BY_ZERO,	/* error 8134 */
	DECIMAL_SYNTAX				/* error 8114 */
} DecimalStatus;

/* Text "[+-]digits[.digits]" (blanks around); *scale is what the text has. */
extern DecimalStatus decimal_parse(const char *text, size_t length, Decimal *out, int *scale);

/* At least 45 bytes; "-0.50".  Returns the length. */
extern size_t decimal_format(const Decimal *value, int scale, char *buffer);

/* Rounds half away from zero to the new scale; overflow beyond precision. */
extern DecimalStatus decimal_rescale(const Decimal *value, int scale, int precision, int new_scale,
									 Decimal *out);

/* -1, 0, 1 whatever the scales. */
extern int	decimal_compare(const Decimal *a, int a_scale, const Decimal *b, int b_scale);

/* The result's type for +, -, *, /, % by the documented table (cap 38, scale >= 6 for * and /). */
extern void decimal_result_type(char operation, const TypeSpec *a, const TypeSpec *b, TypeSpec *out);

/* a op b, rounded or cut to out's scale as SQL Server does. */
extern DecimalStatus decimal_operate(char operation, const Decimal *a, int a_scale,
									 const Decimal *b, int b_scale, const TypeSpec *out_type, Decimal *out);

extern double decimal_to_double(const Decimal *value, int scale);
extern DecimalStatus decimal_from_double(double value, int precision, int scale, Decimal *out);
extern DecimalStatus decimal_to_int64(const Decimal *value, int scale, int64_t *out); /* truncates */
extern void decimal_from_int64(int64_t value, Decimal *out);	/* scale 0 */

#endif
