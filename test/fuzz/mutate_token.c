/*
 * test/fuzz/mutate_token.c
 *		Tokens out of nothing: what a server may say, with odd contents.
 */
#include <string.h>

#include "mutate.h"

void
bytes_add_number(Bytes *bytes, uint64_t number, size_t size)
{
	uint8_t		little[8];
	size_t		i;

	for (i = 0; i < size; i++)
		little[i] = (uint8_t) (number >> 8 * i);
	bytes_add(bytes, little, size);
}

static void
add_random(Bytes *bytes, Chance *chance, size_t size)
{
	while (size-- > 0)
		bytes_add_number(bytes, chance_next(chance), 1);
}

size_t
make_text(Bytes *text, Chance *chance, size_t limit)
{
	static const uint16_t odd[] = {
		0, 1, '\n', '%', 's', 'n', '\'', ']', '"', '\\', 0x7F, 0xE9, 0x300, 0x202E, 0xD800,
		0xDBFF, 0xDC00, 0xDFFF, 0xFEFF, 0xFFFD, 0xFFFF
	};
	size_t		units = chance_percent(chance, 80) ? chance_below(chance, 20) :
		chance_below(chance, limit);
	size_t		i;

	if (units > limit)
		units = limit;
	for (i = 0; i < units; i++)
		bytes_add_number(text, chance_percent(chance, 70) ? 'a' + chance_below(chance, 26) :
						 chance_of_array(chance, odd), 2);
	return units;
}

/* Text with its number of characters in size bytes, now and then another number. */
static void
add_text(Bytes *bytes, Chance *chance, size_t size, size_t limit)
{
	Bytes		text = {0};
	size_t		units = make_text(&text, chance, size == 1 && limit > 255 ? 255 : limit);

	bytes_add_number(bytes, chance_percent(chance, 97) ? units : chance_next(chance), size);
	bytes_add(bytes, text.data, text.used);
	bytes_free(&text);
}

static void
add_ascii(Bytes *bytes, const char *word)
{
	bytes_add_number(bytes, strlen(word), 1);
	for (; *word != '\0'; word++)
		bytes_add_number(bytes, (uint8_t) *word, 2);
}

static void
add_values(Bytes *bytes, Chance *chance, size_t size)
{
	size_t		i;

	for (i = 0; i < 2; i++)
	{
		bytes_add_number(bytes, size, 1);
		add_random(bytes, chance, size);
	}
}

static void
add_routing(Bytes *bytes, Chance *chance)
{
	Bytes		route = {0};

	bytes_add_number(&route, chance_percent(chance, 80) ? 0 : chance_next(chance), 1);
	bytes_add_number(&route, chance_next(chance), 2);
	add_text(&route, chance, 2, 300);
	bytes_add_number(bytes, chance_percent(chance, 90) ? route.used : chance_next(chance), 2);
	bytes_add(bytes, route.data, route.used);
	bytes_add_number(bytes, 0, 2);
	bytes_free(&route);
}

/* The body of ENVCHANGE. */
static void
add_change(Bytes *bytes, Chance *chance)
{
	static const char *const sizes[] = {
		"0", "1", "7", "8", "9", "512", "4096", "32767", "32768", "65536", "99999999",
		"4294967295", "-1", "", "abc", "4096x"
	};
	uint8_t		kind = (uint8_t) (chance_percent(chance, 90) ? 1 + chance_below(chance, 20) :
								  chance_next(chance));

	bytes_add_number(bytes, kind, 1);
	switch (kind)
	{
		case 4:
			add_ascii(bytes, chance_of_array(chance, sizes));
			add_ascii(bytes, "4096");
			break;
		case 7:
			add_values(bytes, chance, chance_percent(chance, 70) ? 5 : chance_below(chance, 9));
			break;
		case 8:
		case 9:
		case 10:
		case 11:
		case 12:
			add_values(bytes, chance, chance_percent(chance, 70) ? 8 : chance_below(chance, 12));
			break;
		case 20:
			add_routing(bytes, chance);
			break;
		default:
			add_text(bytes, chance, 1, 255);
			add_text(bytes, chance, 1, 255);
	}
}

/* The body of ERROR and INFO. */
static void
add_message(Bytes *bytes, Chance *chance)
{
	static const uint32_t numbers[] = {
		0, 1, 208, 547, 954, 1205, 1222, 2403, 2601, 2627, 2812, 3902, 4060, 5701, 5703, 18456,
		40613, 50000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF
	};

	bytes_add_number(bytes, chance_of_array(chance, numbers), 4);
	bytes_add_number(bytes, chance_next(chance), 1);
	bytes_add_number(bytes, chance_percent(chance, 80) ? chance_below(chance, 26) :
					 chance_next(chance), 1);
	add_text(bytes, chance, 2, chance_percent(chance, 10) ? 16000 : 200);
	add_text(bytes, chance, 1, 255);
	add_text(bytes, chance, 1, 255);
	bytes_add_number(bytes, chance_next(chance), 4);
}

static void
add_login_answer(Bytes *bytes, Chance *chance)
{
	static const uint32_t versions[] = {
		0x04000074, 0x03000B73, 0x02000972, 0x01000071, 0x00000070, 0x00000005, 0, 0xFFFFFFFF, 8
	};

	bytes_add_number(bytes, chance_below(chance, 3), 1);
	bytes_add_number(bytes, chance_of_array(chance, versions), 4);
	add_text(bytes, chance, 1, 255);
	bytes_add_number(bytes, chance_next(chance), 4);
}

static void
add_feature_answers(Bytes *token, Chance *chance)
{
	size_t		count = chance_below(chance, 4);

	while (count-- > 0)
	{
		size_t		size = chance_below(chance, 20);

		bytes_add_number(token, chance_below(chance, 16), 1);
		bytes_add_number(token, chance_percent(chance, 95) ? size : chance_next(chance), 4);
		add_random(token, chance, size);
	}
	if (chance_percent(chance, 97))
		bytes_add_number(token, 0xFF, 1);
}

void
make_done(Bytes *token, Chance *chance)
{
	static const uint16_t bits[] = {0, 1, 2, 4, 0x10, 0x20, 0x80, 0x100};
	static const uint64_t counts[] = {
		0, 1, 2, 3, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, UINT64_C(0x100000000),
		UINT64_C(0x100000002), UINT64_C(0x7FFFFFFFFFFFFFFF), UINT64_MAX
	};
	uint16_t	status = chance_percent(chance, 60) ? 0x10 : 0;

	if (chance_percent(chance, 60))
		status |= chance_of_array(chance, bits);
	if (chance_percent(chance, 20))
		status |= chance_of_array(chance, bits);
	bytes_add_number(token, TOKEN_DONE + chance_below(chance, 3), 1);
	bytes_add_number(token, status, 2);
	bytes_add_number(token, chance_percent(chance, 80) ? 0xC1 : chance_next(chance), 2);
	bytes_add_number(token, chance_of_array(chance, counts), 8);
}

static void
make_return_value(Bytes *token, Chance *chance)
{
	Bytes		type = {0};

	bytes_add_number(token, 0xAC, 1);
	bytes_add_number(token, chance_below(chance, 3), 2);
	add_text(token, chance, 1, 40);
	bytes_add_number(token, 1 + chance_below(chance, 2), 1);
	bytes_add_number(token, 0, 4);
	bytes_add_number(token, 0, 2);
	if (chance_percent(chance, 50))
		bytes_add(&type, "\x26\x04", 2);
	else
		make_type(&type, chance);
	bytes_add(token, type.data, type.used);
	make_value(token, type.data, type.used, chance);
	bytes_free(&type);
}

/* A token that says in size bytes how long it is. */
static void
make_measured(Bytes *token, Chance *chance, uint8_t kind, size_t size,
			  void (*add_body) (Bytes *body, Chance *chance))
{
	Bytes		body = {0};

	if (add_body != NULL)
		add_body(&body, chance);
	else
		add_random(&body, chance, chance_below(chance, 40));
	bytes_add_number(token, kind, 1);
	bytes_add_number(token, chance_percent(chance, 93) ? body.used :
					 edge_number(chance, body.used, size), size);
	bytes_add(token, body.data, body.used);
	bytes_free(&body);
}

typedef struct Measured
{
	uint8_t		kind;
	uint8_t		size;			/* of its length */
	uint8_t		weight;
	void		(*add_body) (Bytes *body, Chance *chance);
} Measured;

static const Measured measured[] = {
	{0xE3, 2, 20, add_change},
	{0xAB, 2, 12, add_message},
	{0xAA, 2, 6, add_message},
	{0xAD, 2, 4, add_login_answer},
	{0xA9, 2, 4, NULL},			/* ORDER */
	{0xA5, 2, 3, NULL},			/* COLINFO */
	{0xA4, 2, 3, NULL},			/* TABNAME */
	{0xED, 2, 2, NULL},			/* SSPI */
	{0xE4, 4, 2, NULL},			/* SESSIONSTATE */
	{0xEE, 4, 1, NULL},			/* FEDAUTHINFO */
	{0x88, 2, 1, NULL},			/* ALTMETADATA */
	{0xD3, 2, 1, NULL},			/* ALTROW */
	{0x78, 0, 1, NULL},			/* OFFSET */
	{0x61, 4, 1, NULL},			/* from here: TDS 4 and 5 */
	{0x62, 4, 1, NULL},
	{0x65, 1, 1, NULL},
	{0x20, 4, 1, NULL},
	{0x83, 2, 1, NULL},
	{0xA0, 2, 1, NULL},
	{0xA1, 2, 1, NULL},
	{0xA7, 2, 1, NULL},
	{0xA8, 2, 1, NULL},
	{0xD7, 0, 1, NULL},
	{0xE2, 2, 1, NULL},
	{0xE5, 2, 1, NULL},
	{0xE7, 2, 1, NULL},
	{0xEC, 2, 1, NULL},
	{0x71, 0, 1, NULL}
};

static void
make_any_measured(Bytes *token, Chance *chance)
{
	size_t		total = 0;
	size_t		pick;
	size_t		i;

	for (i = 0; i < sizeof(measured) / sizeof(measured[0]); i++)
		total += measured[i].weight;
	pick = chance_below(chance, total);
	for (i = 0; pick >= measured[i].weight; i++)
		pick -= measured[i].weight;
	make_measured(token, chance, measured[i].kind, measured[i].size, measured[i].add_body);
}

void
make_token(Bytes *token, Chance *chance)
{
	switch (chance_below(chance, 10))
	{
		case 0:
		case 1:
			make_done(token, chance);
			break;
		case 2:
			bytes_add_number(token, 0x79, 1);	/* RETURNSTATUS */
			bytes_add_number(token, chance_next(chance), 4);
			break;
		case 3:
			make_return_value(token, chance);
			break;
		case 4:
			if (chance_percent(chance, 90))
				make_result(token, chance);
			else
			{
				bytes_add_number(token, 0xAE, 1);	/* FEATUREEXTACK */
				add_feature_answers(token, chance);
			}
			break;
		default:
			make_any_measured(token, chance);
	}
}
