/*
 * test/fuzz/mutate.h
 *		Replies with several things wrong at once.
 *
 * A case is a seed and a number; with the same corpus they make the same bytes.
 * Each case breaks one reply of one recorded conversation in one to some ten
 * steps, of which those in without (a bit each) are left out, and then cuts it
 * into packets.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "chance.h"
#include "corpus.h"
#include "tokens.h"

#define MUTANT_STEPS	12
#define MUTANT_FRAME	MUTANT_STEPS	/* the bit of the last step, the packets */

typedef struct Mutant
{
	const Recording *recording;
	int			stage;			/* of its replies, the one that is broken */
	bool		close;			/* close behind it, even if the client asks on */
	bool		open_plan;		/* the statement may have any columns */
	int			steps;
	Bytes		payload;
	Bytes		raw;			/* the bytes of the wire */
	char		what[1024];		/* the steps, for people */
} Mutant;

/* To be called again and again for one Mutant, which begins as zeros. */
extern void mutant_make(Mutant *mutant, const Corpus *corpus, uint64_t seed, uint64_t number,
						uint32_t without);

/* The same with a reply that is not from the corpus: steps and packets only. */
extern void mutant_break(Mutant *mutant, const Corpus *corpus, const Bytes *payload,
						 size_t packet, uint64_t seed, uint64_t number, uint32_t without);

/* For the steps. */

#define MUTATE_LARGE	(64 * 1024) /* a payload that grows no more */

/* size bytes at at give way to new_size others. */
extern void bytes_replace(Bytes *bytes, size_t at, size_t size, const void *new, size_t new_size);
extern void bytes_add_number(Bytes *bytes, uint64_t number, size_t size);

/* A number that somebody could have forgotten; old is the one that stands there. */
extern uint64_t edge_number(Chance *chance, uint64_t old, size_t size);

/* One token, as it should be or not quite; some are followed by others. */
extern void make_token(Bytes *token, Chance *chance);
extern void make_done(Bytes *token, Chance *chance);

/* A result of random columns with rows and DONE, all in order but for some values. */
extern void make_result(Bytes *tokens, Chance *chance);

/* TYPE_INFO of a random type, and a value of it. */
extern void make_type(Bytes *type, Chance *chance);
extern void make_value(Bytes *value, const uint8_t *type, size_t type_size, Chance *chance);

/* UTF-16 of some characters; returns how many units. */
extern size_t make_text(Bytes *text, Chance *chance, size_t limit);

#endif
