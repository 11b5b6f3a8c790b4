/*
 * number_text.h
 *		Numbers as text: what CAST reads, and what it writes.
 */
#ifndef STANDIN_NUMBER_TEXT_H
#define STANDIN_NUMBER_TEXT_H

#include "convert.h"

typedef enum NumberTextStatus
{
	NUMBER_TEXT_OK,
	NUMBER_TEXT_BAD,
	NUMBER_TEXT_OVERFLOW
} NumberTextStatus;

/* Blanks around are allowed; nothing but blanks is 0. */
extern NumberTextStatus number_text_integer(const char *text, size_t size, int64_t *out);
extern NumberTextStatus number_text_double(Arena *arena, const char *text, size_t size, double *out);
extern NumberTextStatus number_text_money(Arena *arena, const char *text, size_t size,
										  Decimal *out, int *scale);

/* "true" and "false", in any case. */
extern bool number_text_boolean(const char *text, size_t size, int64_t *out);

#define NUMBER_TEXT_SIZE	64

/* The text of a number by CONVERT's style; false: no such style. */
extern bool number_text_format(const SqlValue *value, const TypeSpec *type, int style,
							   char *buffer, size_t *size);

#endif
