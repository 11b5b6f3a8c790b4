/*
 * test/broken_streams/token_types.c
 *		The types of values: those of TDS 7, and those that only FreeTDS still takes.
 */
#include <stddef.h>

#include "token_types.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const Type types[] = {
	{0x1F, LAYOUT_FIXED, 0, 0}, {0x30, LAYOUT_FIXED, 0, 1}, {0x32, LAYOUT_FIXED, 0, 1},
	{0x34, LAYOUT_FIXED, 0, 2}, {0x38, LAYOUT_FIXED, 0, 4}, {0x3A, LAYOUT_FIXED, 0, 4},
	{0x3B, LAYOUT_FIXED, 0, 4}, {0x3C, LAYOUT_FIXED, 0, 8}, {0x3D, LAYOUT_FIXED, 0, 8},
	{0x3E, LAYOUT_FIXED, 0, 8}, {0x7A, LAYOUT_FIXED, 0, 4}, {0x7F, LAYOUT_FIXED, 0, 8},
	{0x24, LAYOUT_BYTE, 1, 1}, {0x26, LAYOUT_BYTE, 1, 1}, {0x68, LAYOUT_BYTE, 1, 1},
	{0x6D, LAYOUT_BYTE, 1, 1}, {0x6E, LAYOUT_BYTE, 1, 1}, {0x6F, LAYOUT_BYTE, 1, 1},
	{0x37, LAYOUT_BYTE, 3, 1}, {0x3F, LAYOUT_BYTE, 3, 1}, {0x6A, LAYOUT_BYTE, 3, 1},
	{0x6C, LAYOUT_BYTE, 3, 1}, {0x28, LAYOUT_BYTE, 0, 0}, {0x29, LAYOUT_BYTE, 1, 0},
	{0x2A, LAYOUT_BYTE, 1, 0}, {0x2B, LAYOUT_BYTE, 1, 0}, {0x2F, LAYOUT_BYTE, 1, 1},
	{0x27, LAYOUT_BYTE, 1, 1}, {0x2D, LAYOUT_BYTE, 1, 1}, {0x25, LAYOUT_BYTE, 1, 1},
	{0xA5, LAYOUT_SHORT, 2, 2}, {0xAD, LAYOUT_SHORT, 2, 2}, {0xA7, LAYOUT_SHORT, 7, 2},
	{0xAF, LAYOUT_SHORT, 7, 2}, {0xE7, LAYOUT_SHORT, 7, 2}, {0xEF, LAYOUT_SHORT, 7, 2},
	{0xF1, LAYOUT_CHUNKS, 1, 0}, {0xF0, LAYOUT_CHUNKS, 2, 2}, {0x22, LAYOUT_LONG, 4, 4},
	{0x23, LAYOUT_LONG, 9, 4}, {0x63, LAYOUT_LONG, 9, 4}, {0x62, LAYOUT_VARIANT, 4, 4},
};

/* Of TDS 5; FreeTDS takes them in TDS 7, too, and all but one as if a byte said their length. */
static const Type old_types[] = {
	{0x2E, LAYOUT_BYTE, 1, 1}, {0x31, LAYOUT_BYTE, 1, 1}, {0x33, LAYOUT_BYTE, 1, 1},
	{0x40, LAYOUT_BYTE, 1, 1}, {0x41, LAYOUT_BYTE, 1, 1}, {0x42, LAYOUT_BYTE, 1, 1},
	{0x43, LAYOUT_BYTE, 1, 1}, {0x44, LAYOUT_BYTE, 1, 1}, {0x67, LAYOUT_BYTE, 1, 1},
	{0x7B, LAYOUT_BYTE, 1, 1}, {0x93, LAYOUT_BYTE, 1, 1}, {0xA3, LAYOUT_BYTE, 1, 1},
	{0xAE, LAYOUT_BYTE, 1, 1}, {0xB0, LAYOUT_BYTE, 1, 1}, {0xBF, LAYOUT_BYTE, 1, 1},
	{0xE1, LAYOUT_VARIANT, 4, 4}
};

static const Type *
find_type(const Type *table, size_t size, uint8_t number)
{
	size_t		i;

	for (i = 0; i < size; i++)
	{
		if (table[i].number == number)
			return &table[i];
	}
	return NULL;
}

const Type *
token_type(uint8_t number, bool leniently)
{
	const Type *type = find_type(types, LENGTH(types), number);

	return type == NULL && leniently ? find_type(old_types, LENGTH(old_types), number) : type;
}
