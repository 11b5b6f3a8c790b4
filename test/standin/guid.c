/*
 * test/standin/guid.c
 *		uniqueidentifier: its text, the bytes that travel, and its odd order.
 *
 * The first three groups of the text travel with their bytes reversed.  In
 * comparisons the last group counts first, and within the first three groups
 * the bytes count in the order in which they travel.
 */
#include <string.h>

#include "convert.h"
#include "unicode.h"

#define GUID_TEXT	36

/* Where the n-th pair of digits in the text travels. */
static const uint8_t travels_at[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static const uint8_t weighs[16] = {10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3};

static bool
hyphen_at(size_t position)
{
	return position == 8 || position == 13 || position == 18 || position == 23;
}

/* As SQL Server: braces are allowed, and whatever follows the 36 characters is cut. */
bool
guid_parse(const char *text, size_t size, uint8_t out[16])
{
	int			pair = 0;

	if (size > 0 && *text == '{')
	{
		if (size < GUID_TEXT + 2 || text[GUID_TEXT + 1] != '}')
			return false;
		text++;
		size--;
	}
	if (size < GUID_TEXT)
		return false;
	for (size_t i = 0; i < GUID_TEXT;)
	{
		int			high;
		int			low;

		if (hyphen_at(i))
		{
			if (text[i++] != '-')
				return false;
			continue;
		}
		high = hex_digit(text[i]);
		low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[travels_at[pair++]] = (uint8_t) (high << 4 | low);
		i += 2;
	}
	return true;
}

void
guid_format(const uint8_t bytes[16], char out[37])
{
	static const char digits[] = "0123456789ABCDEF";
	int			n = 0;

	for (int pair = 0; pair < 16; pair++)
	{
		uint8_t		byte = bytes[travels_at[pair]];

		if (hyphen_at((size_t) n))
			out[n++] = '-';
		out[n++] = digits[byte >> 4];
		out[n++] = digits[byte & 15];
	}
	out[n] = '\0';
}

int
guid_compare(const uint8_t a[16], const uint8_t b[16])
{
	for (int i = 0; i < 16; i++)
	{
		if (a[weighs[i]] != b[weighs[i]])
			return a[weighs[i]] < b[weighs[i]] ? -1 : 1;
	}
	return 0;
}
