/*
 * test/broken_streams/shim_numeric.c
 *		Could numeric.c have made it?
 *
 * The short form holds every number of SQL Server: digits from 0 to 9999, none
 * of them 0 at either end, and for zero no digit, sign or weight.
 */
#include "postgres.h"

#include "option/compat.h"

#include "shim.h"

#define NUMERIC_SHORT		0x8000
#define NUMERIC_KIND		0xC000
#define NUMERIC_SCALE		0x1F80
#define NUMERIC_SCALE_SHIFT 7

void
shim_check_numeric(const void *numeric)
{
	const char *bytes = numeric;
	int			size = VARSIZE(numeric) - VARHDRSZ;
	int			count = (size - (int) sizeof(uint16)) / (int) sizeof(int16);
	uint16		header;
	int16		digits[64];
	int			i;

	if (size < (int) sizeof(uint16) || size % 2 != 0 || count > (int) lengthof(digits))
		shim_impossible("a numeric of an impossible size");
	memcpy(&header, bytes + VARHDRSZ, sizeof(header));
	memcpy(digits, bytes + VARHDRSZ + sizeof(header), count * sizeof(int16));
	if ((header & NUMERIC_KIND) != NUMERIC_SHORT)
		shim_impossible("a numeric that is not of the short form");
	if ((header & NUMERIC_SCALE) >> NUMERIC_SCALE_SHIFT > 38)
		shim_impossible("a numeric with too many decimals");
	for (i = 0; i < count; i++)
	{
		if (digits[i] < 0 || digits[i] > 9999)
			shim_impossible("a numeric with a digit that is none");
	}
	if (count > 0 && (digits[0] == 0 || digits[count - 1] == 0))
		shim_impossible("a numeric with zeros at an end");
	if (count == 0 && (header & ~NUMERIC_SCALE) != NUMERIC_SHORT)
		shim_impossible("a zero with a sign or a weight");
}
