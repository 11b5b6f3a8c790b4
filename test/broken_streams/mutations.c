/*
 * test/broken_streams/mutations.c
 *		Every single thing that can be wrong with a reply, one at a time.
 *
 * What a byte is decides how often it is changed: a token or a type becomes
 * every other one, known or not; a length becomes each of its edges, as a whole
 * and byte by byte; everything else has a few values.  Inside long values only
 * the ends and some bytes between are touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutations.h"

#define LONG_HEAD	12			/* of a run of data, what is touched at its beginning */
#define LONG_TAIL	4			/* and at its end */
#define LONG_STEP	499

/*
 * FEATUREEXTACK, on which FreeTDS 1.3 spins for ever: each costs the whole of
 * the watchdog's patience, so it is asked for where the caller says.
 */
#define TOKEN_SPINS 0xAE

static void
add(Mutations *list, Mutation mutation)
{
	if (list->count == list->size)
	{
		list->size = list->size > 0 ? 2 * list->size : 1024;
		list->mutation = realloc(list->mutation, list->size * sizeof(Mutation));
		if (list->mutation == NULL)
			abort();
	}
	list->mutation[list->count++] = mutation;
}

static void
add_number(Mutations *list, const Bytes *payload, size_t at, size_t size, uint64_t number)
{
	uint64_t	old = tokens_number(payload->data + at, size);

	if (size < 8)
		number &= (UINT64_C(1) << 8 * size) - 1;
	if (number != old)
		add(list, (Mutation) {.kind = MUTATE_REPLACE, .at = at, .size = size, .new_size = size,
							  .number = number});
}

static void
add_replacement(Mutations *list, size_t at, size_t size, const uint8_t *new, size_t new_size)
{
	add(list, (Mutation) {.kind = MUTATE_REPLACE, .at = at, .size = size, .new = new,
						  .new_size = new_size});
}

/* Is the byte one of those in the middle of a long value that are left alone? */
static bool
untouched(const Bytes *payload, const Tokens *tokens, size_t at)
{
	size_t		i;

	if (tokens->kind[at] != BYTE_DATA || at % LONG_STEP == 0 || at < LONG_HEAD)
		return false;
	for (i = 1; i <= LONG_HEAD; i++)
	{
		if (tokens->kind[at - i] != BYTE_DATA)
			return false;
	}
	for (i = 1; i <= LONG_TAIL; i++)
	{
		if (at + i >= payload->used || tokens->kind[at + i] != BYTE_DATA)
			return false;
	}
	return true;
}

static void
list_ends(Mutations *list, const Bytes *payload, const Tokens *tokens, size_t packet)
{
	Bytes		raw = {0};
	size_t		at;

	packets_make(&raw, payload->data, payload->used, packet, true);
	for (at = 0; at < payload->used; at++)
	{
		if (untouched(payload, tokens, at))
			continue;
		add(list, (Mutation) {.kind = MUTATE_SHORT, .at = at});
		add(list, (Mutation) {.kind = MUTATE_OPEN, .at = at});
	}
	add(list, (Mutation) {.kind = MUTATE_OPEN, .at = payload->used});
	for (at = 0; at < raw.used; at++)
	{
		size_t		inside = at % packet;

		if (inside < PACKET_HEADER ||
			!untouched(payload, tokens, at - PACKET_HEADER * (1 + at / packet)))
			add(list, (Mutation) {.kind = MUTATE_CUT, .at = at});
	}
	bytes_free(&raw);
}

static void
list_headers(Mutations *list, const Bytes *payload, size_t packet)
{
	static const uint8_t values[] = {0, 1, 2, 3, 7, 8, 9, 0x10, 0x7F, 0x80, 0xFE, 0xFF};
	Bytes		raw = {0};
	size_t		at;
	int			value;

	packets_make(&raw, payload->data, payload->used, packet, true);
	for (at = 0; at < raw.used; at++)
	{
		size_t		inside = at % packet;
		bool		all = inside <= 1 && (at < packet || raw.used - at < packet);

		if (inside >= PACKET_HEADER)
			continue;
		for (value = 0; value < 256; value++)
		{
			if ((all || memchr(values, value, sizeof(values)) != NULL ||
				 value == (uint8_t) (raw.data[at] + 1) || value == (uint8_t) (raw.data[at] - 1)) &&
				value != raw.data[at])
				add(list, (Mutation) {.kind = MUTATE_HEADER, .at = at, .number = (uint64_t) value});
		}
	}
	bytes_free(&raw);
}

static void
list_bytes(Mutations *list, const Bytes *payload, const Tokens *tokens, bool spins)
{
	static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF};
	size_t		at;
	size_t		i;

	for (at = 0; at < payload->used; at++)
	{
		uint8_t		old = payload->data[at];
		bool		all = tokens->kind[at] == BYTE_TOKEN || tokens->kind[at] == BYTE_TYPE;

		if (untouched(payload, tokens, at))
			continue;
		for (i = 0; all && i < 256; i++)
		{
			if (i != TOKEN_SPINS || tokens->kind[at] != BYTE_TOKEN || spins)
				add_number(list, payload, at, 1, i);
		}
		for (i = 0; !all && i < sizeof(edges); i++)
			add_number(list, payload, at, 1, edges[i]);
		if (!all && memchr(edges, (uint8_t) (old + 1), sizeof(edges)) == NULL)
			add_number(list, payload, at, 1, (uint64_t) old + 1);
		if (!all && memchr(edges, (uint8_t) (old - 1), sizeof(edges)) == NULL)
			add_number(list, payload, at, 1, (uint64_t) old - 1);
		add_replacement(list, at, 1, NULL, 0);
		add_replacement(list, at, 0, payload->data + at, 1);
	}
}

static void
list_fields(Mutations *list, const Bytes *payload, const Tokens *tokens)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < tokens->fields; i++)
	{
		const Field *field = &tokens->field[i];
		uint64_t	old = tokens_number(payload->data + field->at, field->size);
		uint64_t	top = UINT64_C(1) << (8 * field->size - 1);
		uint64_t	values[] = {
			0, 1, old + 1, old - 1, 2 * old, old / 2, 7, 8, 9, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x1000,
			0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000,
			0xFFFFFFFE, 0xFFFFFFFF, UINT64_C(0x100000000), old + UINT64_C(0x100000000), top - 1, top,
			2 * top - 2, 2 * top - 1, old ^ 1, old ^ 2, old ^ 0x10, old ^ 0x20, old ^ 0x100
		};

		if (field->size == 1)
			continue;
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++)
		{
			if (field->size == 8 || values[j] < 2 * top)
				add_number(list, payload, field->at, field->size, values[j]);
		}
	}
}

/* Tokens that are missing, come twice, or come elsewhere; ends in the middle. */
static void
list_tokens(Mutations *list, const Bytes *payload, const Tokens *tokens)
{
	const Token *last = tokens->count > 0 ? &tokens->token[tokens->count - 1] : NULL;
	size_t		i;

	for (i = 0; i < tokens->count; i++)
	{
		const Token *token = &tokens->token[i];

		add_replacement(list, token->at, token->size, NULL, 0);
		add_replacement(list, token->at, 0, payload->data + token->at, token->size);
		add_replacement(list, token->at, 0, payload->data + last->at, last->size);
		if (i > 0)
			add_replacement(list, tokens->token[i - 1].at, 0, payload->data + token->at, token->size);
		add_replacement(list, payload->used, 0, payload->data + token->at, token->size);
		add_replacement(list, token->at, payload->used - token->at, payload->data + last->at,
						last->size);
	}
	/* and the whole answer, twice */
	add_replacement(list, payload->used, 0, payload->data, payload->used);
}

void
mutations_list(Mutations *list, const Bytes *payload, const Tokens *tokens, size_t packet,
			   bool spins)
{
	list->count = 0;
	list_ends(list, payload, tokens, packet);
	list_headers(list, payload, packet);
	list_bytes(list, payload, tokens, spins);
	list_fields(list, payload, tokens);
	list_tokens(list, payload, tokens);
}

void
mutation_apply(const Mutation *mutation, const Bytes *payload, size_t packet, Bytes *raw)
{
	Bytes		changed = {0};
	uint64_t	number = mutation->number;
	const uint8_t *new = mutation->new != NULL ? mutation->new : (const uint8_t *) &number;

	raw->used = 0;
	switch (mutation->kind)
	{
		case MUTATE_SHORT:
		case MUTATE_OPEN:
			packets_make(raw, payload->data, mutation->at, packet, mutation->kind == MUTATE_SHORT);
			break;
		case MUTATE_CUT:
		case MUTATE_HEADER:
			packets_make(raw, payload->data, payload->used, packet, true);
			if (mutation->kind == MUTATE_CUT)
				raw->used = mutation->at;
			else
				raw->data[mutation->at] = (uint8_t) mutation->number;
			break;
		case MUTATE_REPLACE:
			bytes_add(&changed, payload->data, mutation->at);
			bytes_add(&changed, new, mutation->new_size);
			bytes_add(&changed, payload->data + mutation->at + mutation->size,
					  payload->used - mutation->at - mutation->size);
			packets_make(raw, changed.data, changed.used, packet, true);
			bytes_free(&changed);
			break;
	}
}

void
mutation_name(const Mutation *mutation, char *text, size_t size)
{
	static const char *const names[] = {
		[MUTATE_CUT] = "cut on the wire at", [MUTATE_SHORT] = "message ends at",
		[MUTATE_OPEN] = "packets end at", [MUTATE_HEADER] = "header byte at"
	};

	if (mutation->kind != MUTATE_REPLACE)
		snprintf(text, size, "%s %zu, 0x%llX", names[mutation->kind], mutation->at,
				 (unsigned long long) mutation->number);
	else if (mutation->new != NULL || mutation->new_size == 0)
		snprintf(text, size, "%zu bytes at %zu give way to %zu others", mutation->size,
				 mutation->at, mutation->new_size);
	else
		snprintf(text, size, "%zu bytes at %zu become 0x%llX", mutation->size, mutation->at,
				 (unsigned long long) mutation->number);
}
