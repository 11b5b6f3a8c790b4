/*
 * test/fuzz/mutate.c
 *		Replies with several things wrong at once.
 *
 * Each step reads the payload anew, by the book and as far as the book goes, so
 * that it can hit a token, a length or a value where one stands.
 */
#include <stdio.h>
#include <string.h>

#include "mutate.h"

typedef struct Step
{
	Bytes	   *payload;
	const Tokens *tokens;		/* of the payload; those up to where the book ends */
	const Corpus *corpus;
	Chance	   *chance;
} Step;

void
bytes_replace(Bytes *bytes, size_t at, size_t size, const void *new, size_t new_size)
{
	Bytes		tail = {0};

	bytes_add(&tail, bytes->data + at + size, bytes->used - at - size);
	bytes->used = at;
	bytes_add(bytes, new, new_size);
	bytes_add(bytes, tail.data, tail.used);
	bytes_free(&tail);
}

uint64_t
edge_number(Chance *chance, uint64_t old, size_t size)
{
	uint64_t	top = size > 0 ? UINT64_C(1) << (8 * size - 1) : 0;
	uint64_t	edges[] = {
		0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000,
		0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, UINT64_C(0x100000000), top - 1, top,
		2 * top - 2, 2 * top - 1, old + 1, old - 1, old + 2, old - 2, 2 * old, old / 2,
		old ^ UINT64_C(1) << chance_below(chance, 8 * size), chance_next(chance)
	};

	return chance_of_array(chance, edges);
}

static void
put_number(Bytes *bytes, size_t at, uint64_t number, size_t size)
{
	size_t		i;

	for (i = 0; i < size; i++)
		bytes->data[at + i] = (uint8_t) (number >> 8 * i);
}

static const Token *
any_token(const Step *step)
{
	return step->tokens->count > 0 ?
		&step->tokens->token[chance_below(step->chance, step->tokens->count)] : NULL;
}

static void
flip_bit(Step *step)
{
	if (step->payload->used > 0)
		step->payload->data[chance_below(step->chance, step->payload->used)] ^=
			(uint8_t) (1 << chance_below(step->chance, 8));
}

static void
set_byte(Step *step)
{
	static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFE, 0xFF};

	if (step->payload->used > 0)
		step->payload->data[chance_below(step->chance, step->payload->used)] =
			(uint8_t) (chance_percent(step->chance, 50) ? chance_of_array(step->chance, edges) :
					   chance_next(step->chance));
}

static size_t
some_size(Step *step, size_t limit)
{
	size_t		size = 1 + chance_below(step->chance, chance_percent(step->chance, 80) ? 8 : 300);

	return size < limit ? size : limit;
}

static void
drop_bytes(Step *step)
{
	size_t		at = chance_below(step->chance, step->payload->used);

	bytes_replace(step->payload, at, some_size(step, step->payload->used - at), NULL, 0);
}

static void
double_bytes(Step *step)
{
	Bytes		copy = {0};
	size_t		at = chance_below(step->chance, step->payload->used);

	bytes_add(&copy, step->payload->data + at, some_size(step, step->payload->used - at));
	bytes_replace(step->payload, at, 0, copy.data, copy.used);
	bytes_free(&copy);
}

static void
insert_bytes(Step *step)
{
	uint8_t		bytes[300];
	size_t		size = some_size(step, sizeof(bytes));
	size_t		i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t) chance_next(step->chance);
	bytes_replace(step->payload, chance_below(step->chance, step->payload->used + 1), 0, bytes, size);
}

static void
set_field(Step *step)
{
	const Field *field;

	if (step->tokens->fields == 0)
		return;
	field = &step->tokens->field[chance_below(step->chance, step->tokens->fields)];
	put_number(step->payload, field->at,
			   edge_number(step->chance, tokens_number(step->payload->data + field->at, field->size),
						   field->size), field->size);
}

static void
set_token(Step *step)
{
	static const uint8_t known[] = {
		0x79, 0x81, 0xA4, 0xA5, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xD1, 0xD2, 0xE3, 0xE4, 0xED, 0xFD,
		0xFE, 0xFF
	};
	const Token *token = any_token(step);

	if (token != NULL)
		step->payload->data[token->at] = (uint8_t) (chance_percent(step->chance, 70) ?
													chance_of_array(step->chance, known) :
													chance_next(step->chance));
}

static void
drop_token(Step *step)
{
	const Token *token = any_token(step);

	if (token != NULL)
		bytes_replace(step->payload, token->at, token->size, NULL, 0);
}

static void
double_token(Step *step)
{
	Bytes		copies = {0};
	const Token *token = any_token(step);
	size_t		times = chance_percent(step->chance, 90) ? 1 : chance_below(step->chance, 40);

	if (token == NULL)
		return;
	while (times-- > 0 && copies.used < MUTATE_LARGE)
		bytes_add(&copies, step->payload->data + token->at, token->size);
	bytes_replace(step->payload, token->at, 0, copies.data, copies.used);
	bytes_free(&copies);
}

static void
move_token(Step *step)
{
	Bytes		copy = {0};
	const Token *from = any_token(step);
	const Token *to = any_token(step);

	if (from == NULL)
		return;
	bytes_add(&copy, step->payload->data + from->at, from->size);
	bytes_replace(step->payload, from->at, from->size, NULL, 0);
	bytes_replace(step->payload, to->at > from->at ? to->at - from->size : to->at, 0,
				  copy.data, copy.used);
	bytes_free(&copy);
}

static void
insert_token(Step *step)
{
	Bytes		made = {0};
	const Token *token = any_token(step);

	make_token(&made, step->chance);
	bytes_replace(step->payload, token == NULL || chance_percent(step->chance, 10) ?
				  step->payload->used : token->at, 0, made.data, made.used);
	bytes_free(&made);
}

static void
replace_token(Step *step)
{
	Bytes		made = {0};
	const Token *token = any_token(step);

	if (token == NULL)
		return;
	make_token(&made, step->chance);
	bytes_replace(step->payload, token->at, token->size, made.data, made.used);
	bytes_free(&made);
}

/* A run of tokens of another conversation. */
static void
splice(Step *step)
{
	const Recording *from = &step->corpus->recording[chance_below(step->chance,
																  (size_t) step->corpus->count)];
	const Bytes *payload = &from->payload[chance_percent(step->chance, 90) ? STAGES - 1 :
										  chance_below(step->chance, STAGES)];
	const Token *token = any_token(step);
	Tokens		tokens;

	tokens_read(&tokens, payload->data, payload->used);
	if (tokens.count > 0)
	{
		size_t		first = chance_below(step->chance, tokens.count);
		size_t		last = first + chance_below(step->chance, tokens.count - first);
		size_t		at = tokens.token[first].at;

		bytes_replace(step->payload, token != NULL ? token->at : step->payload->used,
					  token != NULL && chance_percent(step->chance, 30) ? token->size : 0,
					  payload->data + at, tokens.token[last].at + tokens.token[last].size - at);
	}
	tokens_free(&tokens);
}

/* Everything as it is, but the last DONE, and then a result of nobody's. */
static void
append_result(Step *step)
{
	size_t		last = step->tokens->count;
	Bytes		made = {0};

	if (last == 0 || step->tokens->token[last - 1].kind < TOKEN_DONE)
		return;
	if (chance_percent(step->chance, 80))
		step->payload->data[step->tokens->token[last - 1].at + 1] |= 1;
	make_result(&made, step->chance);
	bytes_add(step->payload, made.data, made.used);
	bytes_free(&made);
}

static void
only_result(Step *step)
{
	step->payload->used = 0;
	make_result(step->payload, step->chance);
}

static const Token *
last_done(const Step *step)
{
	size_t		i;

	for (i = step->tokens->count; i > 0; i--)
	{
		if (step->tokens->token[i - 1].kind >= TOKEN_DONE &&
			step->tokens->token[i - 1].size == 13)
			return &step->tokens->token[i - 1];
	}
	return NULL;
}

static void
set_done(Step *step)
{
	Bytes		made = {0};
	const Token *done = last_done(step);

	if (done == NULL)
		return;
	make_done(&made, step->chance);
	bytes_replace(step->payload, done->at, done->size, made.data, made.used);
	bytes_free(&made);
}

/* A row is gone or comes twice, and DONE says so. */
static void
count_along(Step *step)
{
	const Token *done = last_done(step);
	const Token *token = any_token(step);
	Bytes		copy = {0};

	if (done == NULL || token->at >= done->at ||
		(token->kind != TOKEN_ROW && token->kind != TOKEN_NBCROW))
		return;
	if (chance_percent(step->chance, 50))
	{
		put_number(step->payload, done->at + 5, step->tokens->rows - 1, 8);
		bytes_replace(step->payload, token->at, token->size, NULL, 0);
		return;
	}
	put_number(step->payload, done->at + 5, step->tokens->rows + 1, 8);
	bytes_add(&copy, step->payload->data + token->at, token->size);
	bytes_replace(step->payload, token->at, 0, copy.data, copy.used);
	bytes_free(&copy);
}

/* A value gives way to another of its type, length and all. */
static void
set_value(Step *step)
{
	size_t		cells = step->tokens->rows * (size_t) step->tokens->columns;
	const ColumnType *type;
	const Cell *cell;
	size_t		pick;
	Bytes		made = {0};

	if (cells == 0)
		return;
	pick = chance_below(step->chance, cells);
	cell = &step->tokens->cell[pick];
	type = &step->tokens->type[pick % (size_t) step->tokens->columns];
	if (cell->null && cell->size == 0)
		return;
	make_value(&made, type->bytes, type->size, step->chance);
	bytes_replace(step->payload, cell->at, cell->size, made.data, made.used);
	bytes_free(&made);
}

/* A column becomes one of another type, with values of that type in all rows. */
static void
set_column(Step *step)
{
	const Tokens *tokens = step->tokens;
	size_t		column;
	size_t		type_at = 0;
	size_t		row;
	size_t		i;
	Bytes		type = {0};
	Bytes		made = {0};

	if (tokens->columns == 0)
		return;
	column = chance_below(step->chance, (size_t) tokens->columns);
	/* the types stand where the bytes of that kind are, once per column */
	for (i = 0; i < step->payload->used; i++)
	{
		if (tokens->kind[i] == BYTE_TYPE && type_at++ == column)
			break;
	}
	if (i == step->payload->used)
		return;
	make_type(&type, step->chance);
	for (row = tokens->rows; row > 0; row--)
	{
		const Cell *cell = &tokens->cell[(row - 1) * (size_t) tokens->columns + column];

		if (cell->null && cell->size == 0)
			continue;
		made.used = 0;
		make_value(&made, type.data, type.used, step->chance);
		bytes_replace(step->payload, cell->at, cell->size, made.data, made.used);
	}
	bytes_replace(step->payload, i, tokens->type[column].size, type.data, type.used);
	bytes_free(&type);
	bytes_free(&made);
}

static void
set_type(Step *step)
{
	size_t		at = chance_below(step->chance, step->payload->used + 1);
	size_t		i;
	Bytes		type = {0};

	make_type(&type, step->chance);
	for (i = 0; i < step->payload->used; i++)
	{
		size_t		here = (at + i) % step->payload->used;

		if (step->tokens->kind[here] != BYTE_TYPE)
			continue;
		step->payload->data[here] = type.data[0];
		break;
	}
	bytes_free(&type);
}

static void
cut_off(Step *step)
{
	step->payload->used = chance_below(step->chance, step->payload->used + 1);
}

static void
say_twice(Step *step)
{
	Bytes		copy = {0};

	bytes_add(&copy, step->payload->data, step->payload->used);
	bytes_add(step->payload, copy.data, copy.used);
	bytes_free(&copy);
}

typedef struct Mutator
{
	const char *name;
	void		(*run) (Step *step);
	unsigned int weight;
	bool		grows;
} Mutator;

static const Mutator mutators[] = {
	{"bit", flip_bit, 10, false},
	{"byte", set_byte, 10, false},
	{"drop bytes", drop_bytes, 5, false},
	{"double bytes", double_bytes, 4, true},
	{"insert bytes", insert_bytes, 4, true},
	{"length", set_field, 12, false},
	{"token number", set_token, 6, false},
	{"drop token", drop_token, 6, false},
	{"double token", double_token, 5, true},
	{"move token", move_token, 6, false},
	{"insert token", insert_token, 12, true},
	{"replace token", replace_token, 5, true},
	{"splice", splice, 6, true},
	{"append result", append_result, 3, true},
	{"other result", only_result, 4, false},
	{"done", set_done, 6, false},
	{"count along", count_along, 3, true},
	{"value", set_value, 10, true},
	{"column", set_column, 6, true},
	{"type", set_type, 3, false},
	{"cut", cut_off, 3, false},
	{"twice", say_twice, 1, true}
};

#define MUTATORS (sizeof(mutators) / sizeof(mutators[0]))

static const Mutator *
pick_mutator(Chance *chance)
{
	size_t		total = 0;
	size_t		pick;
	size_t		i;

	for (i = 0; i < MUTATORS; i++)
		total += mutators[i].weight;
	pick = chance_below(chance, total);
	for (i = 0; pick >= mutators[i].weight; i++)
		pick -= mutators[i].weight;
	return &mutators[i];
}

static void
note(Mutant *mutant, const char *word)
{
	size_t		used = strlen(mutant->what);

	snprintf(mutant->what + used, sizeof(mutant->what) - used, "%s%s", used > 0 ? ", " : "", word);
}

/* Tokens are read where tokens may stand. */
static void
take_step(Mutant *mutant, const Corpus *corpus, Chance *chance)
{
	const Mutator *mutator = pick_mutator(chance);
	Tokens		tokens;
	Step		step = {&mutant->payload, &tokens, corpus, chance};

	if (mutator->grows && mutant->payload.used > MUTATE_LARGE)
		return;
	tokens_read(&tokens, mutant->payload.data, mutant->payload.used);
	mutator->run(&step);
	tokens_free(&tokens);
	note(mutant, mutator->name);
}

/* Most replies travel as replies do. */
static void
frame(Mutant *mutant, size_t packet, Chance *chance)
{
	static const size_t sizes[] = {9, 10, 13, 64, 511, 512, 4096, 8000, 32767};
	Bytes	   *raw = &mutant->raw;
	size_t		kind = chance_below(chance, 100);
	size_t		at;

	if (kind < 15)
		packet = chance_of_array(chance, sizes);
	packets_make(raw, mutant->payload.data, mutant->payload.used, packet, kind < 90 || kind > 94);
	if (kind < 85 || raw->used == 0)
		return;
	note(mutant, "packets");
	/* a header: of any of the packets */
	at = chance_below(chance, (raw->used + packet - 1) / packet) * packet;
	if (kind < 90 && at + PACKET_HEADER <= raw->used)
		raw->data[at + chance_below(chance, 4)] = (uint8_t) chance_next(chance);
	else if (kind > 94 && kind < 97)
		raw->used = chance_below(chance, raw->used);
	else if (kind == 97)
		raw->data[0] = (uint8_t) chance_next(chance);
	else if (kind == 98 && at + PACKET_HEADER <= raw->used)
		raw->data[at + 1] ^= PACKET_LAST;
	else if (kind == 99)
		packets_make(raw, mutant->payload.data, mutant->payload.used, packet, true);
}

void
mutant_break(Mutant *mutant, const Corpus *corpus, const Bytes *payload, size_t packet,
			 uint64_t seed, uint64_t number, uint32_t without)
{
	Chance		chance = chance_of(seed, number, MUTANT_STEPS + 1);
	int			i;

	mutant->payload.used = 0;
	mutant->raw.used = 0;
	mutant->what[0] = '\0';
	bytes_add(&mutant->payload, payload->data, payload->used);
	mutant->steps = 1;
	while (mutant->steps < MUTANT_STEPS && chance_percent(&chance, 60))
		mutant->steps++;
	for (i = 0; i < mutant->steps; i++)
	{
		Chance		own = chance_of(seed, number, (uint64_t) i);

		if ((without >> i & 1) == 0)
			take_step(mutant, corpus, &own);
	}
	chance = chance_of(seed, number, MUTANT_STEPS);
	if ((without >> MUTANT_FRAME & 1) == 0)
		frame(mutant, packet, &chance);
	else
		packets_make(&mutant->raw, mutant->payload.data, mutant->payload.used, packet, true);
}

void
mutant_make(Mutant *mutant, const Corpus *corpus, uint64_t seed, uint64_t number,
			uint32_t without)
{
	Chance		chance = chance_of(seed, number, MUTANT_STEPS + 2);
	size_t		stage = chance_below(&chance, 100);
	const Recording *recording = &corpus->recording[chance_below(&chance, (size_t) corpus->count)];

	mutant->recording = recording;
	mutant->stage = stage < 4 ? 0 : stage < 12 ? 1 : STAGES - 1;
	mutant->close = chance_percent(&chance, 50);
	mutant->open_plan = chance_percent(&chance, 50);
	mutant_break(mutant, corpus, &recording->payload[mutant->stage],
				 mutant->stage == STAGES - 1 ? recording->packet : 4096, seed, number, without);
}
