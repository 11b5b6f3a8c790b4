/*
 * test/fuzz/mutate_type.c
 *		Types, values and whole results out of nothing.
 *
 * The frame of each is right, so that a reader comes to the value; the value may
 * be one that the type does not have.
 */
#include <string.h>

#include "mutate.h"

typedef enum Shape
{
	SHAPE_FIXED,				/* no length */
	SHAPE_BYTE,					/* a byte in TYPE_INFO and before each value */
	SHAPE_DECIMAL,				/* the same with precision and scale */
	SHAPE_DATE,					/* the byte before the value alone */
	SHAPE_SCALED,				/* scale in TYPE_INFO, length before the value */
	SHAPE_BYTES,				/* two bytes, or chunks */
	SHAPE_TEXT,					/* the same with a collation */
	SHAPE_LARGE,				/* text, ntext, image */
	SHAPE_XML,
	SHAPE_UDT,
	SHAPE_VARIANT
} Shape;

typedef struct Kind
{
	uint8_t		number;
	uint8_t		shape;
	uint8_t		sizes[4];		/* of values; SHAPE_SCALED: per scale */
} Kind;

static const Kind kinds[] = {
	{0x30, SHAPE_FIXED, {1}}, {0x32, SHAPE_FIXED, {1}}, {0x34, SHAPE_FIXED, {2}},
	{0x38, SHAPE_FIXED, {4}}, {0x3A, SHAPE_FIXED, {4}}, {0x3B, SHAPE_FIXED, {4}},
	{0x3C, SHAPE_FIXED, {8}}, {0x3D, SHAPE_FIXED, {8}}, {0x3E, SHAPE_FIXED, {8}},
	{0x7A, SHAPE_FIXED, {4}}, {0x7F, SHAPE_FIXED, {8}}, {0x1F, SHAPE_FIXED, {0}},
	{0x26, SHAPE_BYTE, {1, 2, 4, 8}}, {0x68, SHAPE_BYTE, {1}}, {0x6D, SHAPE_BYTE, {4, 8}},
	{0x6E, SHAPE_BYTE, {4, 8}}, {0x6F, SHAPE_BYTE, {4, 8}}, {0x24, SHAPE_BYTE, {16}},
	{0x6A, SHAPE_DECIMAL, {5, 9, 13, 17}}, {0x6C, SHAPE_DECIMAL, {5, 9, 13, 17}},
	{0x28, SHAPE_DATE, {3}}, {0x29, SHAPE_SCALED, {3, 4, 5}}, {0x2A, SHAPE_SCALED, {6, 7, 8}},
	{0x2B, SHAPE_SCALED, {8, 9, 10}}, {0xA5, SHAPE_BYTES, {0}}, {0xAD, SHAPE_BYTES, {0}},
	{0xA7, SHAPE_TEXT, {0}}, {0xAF, SHAPE_TEXT, {0}}, {0xE7, SHAPE_TEXT, {0}},
	{0xEF, SHAPE_TEXT, {0}}, {0x22, SHAPE_LARGE, {0}}, {0x23, SHAPE_LARGE, {0}},
	{0x63, SHAPE_LARGE, {0}}, {0xF1, SHAPE_XML, {0}}, {0xF0, SHAPE_UDT, {0}},
	{0x62, SHAPE_VARIANT, {0}}
};

static const Kind *
kind_of(uint8_t number)
{
	size_t		i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) - 1; i++)
	{
		if (kinds[i].number == number)
			break;
	}
	return &kinds[i];
}

/* One of the sizes that a kind has. */
static uint8_t
size_of(const Kind *kind, Chance *chance)
{
	size_t		count = 1;

	while (count < sizeof(kind->sizes) && kind->sizes[count] > 0)
		count++;
	return kind->sizes[chance_below(chance, count)];
}

static void
add_collation(Bytes *type, Chance *chance)
{
	static const uint8_t collations[][5] = {
		{0x09, 0x04, 0xD0, 0x00, 0x34}, {0x05, 0x04, 0xD0, 0x00, 0x00},
		{0x11, 0x04, 0xD0, 0x00, 0x00}, {0x09, 0x04, 0xD0, 0x04, 0x00}
	};

	if (chance_percent(chance, 90))
		bytes_add(type, chance_of_array(chance, collations), 5);
	else
	{
		bytes_add_number(type, chance_next(chance), 4);
		bytes_add_number(type, chance_next(chance), 1);
	}
}

void
make_type(Bytes *type, Chance *chance)
{
	const Kind *kind = &chance_of_array(chance, kinds);
	static const uint16_t lengths[] = {0, 1, 2, 3, 20, 255, 256, 4000, 8000, 0xFFFF, 0xFFFF};

	bytes_add_number(type, kind->number, 1);
	switch ((Shape) kind->shape)
	{
		case SHAPE_FIXED:
		case SHAPE_DATE:
			break;
		case SHAPE_BYTE:
			bytes_add_number(type, chance_percent(chance, 97) ? size_of(kind, chance) :
							 chance_next(chance), 1);
			break;
		case SHAPE_DECIMAL:
			bytes_add_number(type, size_of(kind, chance), 1);
			bytes_add_number(type, chance_percent(chance, 95) ? 1 + chance_below(chance, 38) :
							 chance_next(chance), 1);
			bytes_add_number(type, chance_percent(chance, 95) ? chance_below(chance, 39) :
							 chance_next(chance), 1);
			break;
		case SHAPE_SCALED:
			bytes_add_number(type, chance_percent(chance, 95) ? chance_below(chance, 8) :
							 chance_next(chance), 1);
			break;
		case SHAPE_BYTES:
		case SHAPE_TEXT:
			bytes_add_number(type, chance_of_array(chance, lengths), 2);
			if (kind->shape == SHAPE_TEXT)
				add_collation(type, chance);
			break;
		case SHAPE_LARGE:
			bytes_add_number(type, chance_percent(chance, 80) ? 0x7FFFFFFF : chance_next(chance), 4);
			if (kind->number != 0x22)
				add_collation(type, chance);
			break;
		case SHAPE_XML:
			bytes_add_number(type, 0, 1);
			break;
		case SHAPE_UDT:
			bytes_add_number(type, 0xFFFF, 2);
			break;
		case SHAPE_VARIANT:
			bytes_add_number(type, 8009, 4);
			break;
	}
}

static void
add_contents(Bytes *value, Chance *chance, size_t size)
{
	static const uint8_t fills[] = {0, 1, 0x7F, 0x80, 0xFF, 'a', 0xD8, 0xDC};
	bool		random = chance_percent(chance, 40);
	uint8_t		fill = chance_of_array(chance, fills);
	size_t		i;

	for (i = 0; i < size; i++)
		bytes_add_number(value, random || chance_percent(chance, 15) ? chance_next(chance) : fill, 1);
}

/* Characters or bytes, of a size up to limit. */
static void
make_contents(Bytes *value, Chance *chance, size_t limit)
{
	size_t		size = chance_below(chance, 41);

	if (chance_percent(chance, 5))
		size = chance_below(chance, 9000);
	if (size > limit)
		size = limit;
	if (chance_percent(chance, 50))
		(void) make_text(value, chance, size / 2);
	else
		add_contents(value, chance, size);
}

static void
add_chunks(Bytes *value, Chance *chance)
{
	Bytes		contents = {0};
	size_t		at = 0;

	make_contents(&contents, chance, 9000);
	if (chance_percent(chance, 10))
	{
		bytes_add_number(value, UINT64_MAX, 8);
		bytes_free(&contents);
		return;
	}
	bytes_add_number(value, chance_percent(chance, 60) ? contents.used :
					 chance_percent(chance, 90) ? UINT64_MAX - 1 : chance_next(chance), 8);
	while (at < contents.used)
	{
		size_t		part = 1 + chance_below(chance, contents.used - at);

		bytes_add_number(value, part, 4);
		bytes_add(value, contents.data + at, part);
		at += part;
	}
	bytes_add_number(value, 0, 4);
	bytes_free(&contents);
}

/* Contents with their length before them. */
static void
add_measured(Bytes *value, Chance *chance, size_t length_size, size_t limit)
{
	Bytes		contents = {0};

	make_contents(&contents, chance, limit);
	bytes_add_number(value, contents.used, length_size);
	bytes_add(value, contents.data, contents.used);
	bytes_free(&contents);
}

static void
add_sized(Bytes *value, Chance *chance, size_t size)
{
	if (chance_percent(chance, 10))
		size = 0;
	else if (chance_percent(chance, 3))
		size = chance_below(chance, 30);
	bytes_add_number(value, size, 1);
	add_contents(value, chance, size);
}

static size_t
scaled_size(const Kind *kind, uint8_t scale)
{
	return kind->sizes[scale < 3 ? 0 : scale < 5 ? 1 : 2];
}

static void
add_large(Bytes *value, Chance *chance)
{
	if (chance_percent(chance, 10))
	{
		bytes_add_number(value, 0, 1);
		return;
	}
	bytes_add_number(value, 16, 1);
	add_contents(value, chance, 24);
	add_measured(value, chance, 4, 9000);
}

static void
add_variant(Bytes *value, Chance *chance)
{
	static const uint8_t bases[] = {0x38, 0x3E, 0x24, 0x6A, 0xE7, 0xA7, 0xA5, 0x2A, 0x29, 0x28, 0x30};
	Bytes		inner = {0};
	size_t		properties = chance_below(chance, 8);

	if (chance_percent(chance, 10))
	{
		bytes_add_number(value, 0, 4);
		return;
	}
	bytes_add_number(&inner, chance_of_array(chance, bases), 1);
	bytes_add_number(&inner, properties, 1);
	add_contents(&inner, chance, properties);
	make_contents(&inner, chance, 40);
	bytes_add_number(value, inner.used, 4);
	bytes_add(value, inner.data, inner.used);
	bytes_free(&inner);
}

void
make_value(Bytes *value, const uint8_t *type, size_t type_size, Chance *chance)
{
	const Kind *kind = kind_of(type[0]);
	size_t		length = type_size > 1 ? type[1] : 0;

	switch ((Shape) kind->shape)
	{
		case SHAPE_FIXED:
			add_contents(value, chance, kind->sizes[0]);
			break;
		case SHAPE_BYTE:
		case SHAPE_DECIMAL:
			add_sized(value, chance, length);
			break;
		case SHAPE_DATE:
			add_sized(value, chance, 3);
			break;
		case SHAPE_SCALED:
			add_sized(value, chance, scaled_size(kind, (uint8_t) length));
			break;
		case SHAPE_BYTES:
		case SHAPE_TEXT:
			length |= type_size > 2 ? (size_t) type[2] << 8 : 0;
			if (length == 0xFFFF)
				add_chunks(value, chance);
			else if (chance_percent(chance, 10))
				bytes_add_number(value, 0xFFFF, 2);
			else
				add_measured(value, chance, 2, chance_percent(chance, 97) ? length : 9000);
			break;
		case SHAPE_LARGE:
			add_large(value, chance);
			break;
		case SHAPE_XML:
		case SHAPE_UDT:
			add_chunks(value, chance);
			break;
		case SHAPE_VARIANT:
			add_variant(value, chance);
			break;
	}
}

typedef struct MadeColumn
{
	Bytes		type;
} MadeColumn;

#define MADE_COLUMNS	8

static void
add_column(Bytes *tokens, MadeColumn *column, Chance *chance)
{
	static const char zeros[4];

	column->type.used = 0;
	make_type(&column->type, chance);
	bytes_add(tokens, zeros, 4);	/* of which type the user's is */
	bytes_add_number(tokens, 1, 2);
	bytes_add(tokens, column->type.data, column->type.used);
	if (column->type.data[0] == 0xF0)
		bytes_add(tokens, "\0\0\0\0", 5);
	if (kind_of(column->type.data[0])->shape == SHAPE_LARGE)
		bytes_add_number(tokens, 0, 1);
	bytes_add_number(tokens, 1, 1);
	bytes_add_number(tokens, 'c', 2);
}

static void
add_row(Bytes *tokens, const MadeColumn *column, size_t columns, Chance *chance)
{
	bool		bitmap = chance_percent(chance, 40);
	uint8_t		nulls[(MADE_COLUMNS + 7) / 8] = {0};
	size_t		i;

	for (i = 0; bitmap && i < columns; i++)
		nulls[i / 8] |= (uint8_t) (chance_percent(chance, 30) << i % 8);
	bytes_add_number(tokens, bitmap ? TOKEN_NBCROW : TOKEN_ROW, 1);
	if (bitmap)
		bytes_add(tokens, nulls, (columns + 7) / 8);
	for (i = 0; i < columns; i++)
	{
		if ((nulls[i / 8] >> i % 8 & 1) == 0)
			make_value(tokens, column[i].type.data, column[i].type.used, chance);
	}
}

void
make_result(Bytes *tokens, Chance *chance)
{
	MadeColumn	column[MADE_COLUMNS] = {0};
	size_t		columns = 1 + chance_below(chance, MADE_COLUMNS);
	size_t		rows = chance_below(chance, 4);
	size_t		i;

	bytes_add_number(tokens, TOKEN_COLMETADATA, 1);
	bytes_add_number(tokens, columns, 2);
	for (i = 0; i < columns; i++)
		add_column(tokens, &column[i], chance);
	for (i = 0; i < rows; i++)
		add_row(tokens, column, columns, chance);
	bytes_add_number(tokens, TOKEN_DONE, 1);
	bytes_add_number(tokens, chance_percent(chance, 80) ? 0x10 : 0x11, 2);
	bytes_add_number(tokens, 0xC1, 2);
	bytes_add_number(tokens, chance_percent(chance, 90) ? rows : chance_below(chance, 5), 8);
	for (i = 0; i < columns; i++)
		bytes_free(&column[i].type);
}
