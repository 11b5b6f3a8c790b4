/*
 * utf16.h
 *		UTF-16LE, as SQL Server keeps characters, and UTF-8.
 *
 * A source needs no alignment; lengths are in units of two bytes.
 */
#ifndef PURE_UTF16_H
#define PURE_UTF16_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of UTF-8 that so many units can make. */
#define UTF16_BYTES_MAX(units)	((units) * 3)

typedef enum Utf16Status
{
	UTF16_OK,
	UTF16_ZERO,					/* U+0000 */
	UTF16_UNPAIRED				/* one half of a surrogate pair without the other */
} Utf16Status;

/*
 * Copies the leading characters U+0001 .. U+007F and says how many there are.
 * target has room for units bytes; what it holds behind the answer is undefined.
 */
extern size_t utf16_ascii(const unsigned char *source, size_t units, unsigned char *target);

/*
 * Converts all of source.  target has room for UTF16_BYTES_MAX(units); *length
 * is what was written, also before the character that could not be converted.
 */
extern Utf16Status utf16_to_utf8(const unsigned char *source, size_t units,
								 unsigned char *target, size_t *length);

/* Units that so many bytes of UTF-8 can make. */
#define UTF16_UNITS_MAX(bytes)	(bytes)

/*
 * The other way: target has room for UTF16_UNITS_MAX(length) units.  *units is what
 * was written.  False: source is not UTF-8.
 */
extern bool utf16_from_utf8(const unsigned char *source, size_t length,
							unsigned char *target, size_t *units);

#endif
