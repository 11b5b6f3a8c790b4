/*
 * test/fuzz/chance.h
 *		Numbers that look random and are always the same for the same seed.
 */
#ifndef FUZZ_CHANCE_H
#define FUZZ_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Chance
{
	uint64_t	state;
} Chance;

static inline uint64_t
chance_next(Chance *chance)
{
	uint64_t	mix = (chance->state += UINT64_C(0x9E3779B97F4A7C15));

	mix = (mix ^ mix >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	mix = (mix ^ mix >> 27) * UINT64_C(0x94D049BB133111EB);
	return mix ^ mix >> 31;
}

/* A stream of its own for each step of each case. */
static inline Chance
chance_of(uint64_t seed, uint64_t number, uint64_t step)
{
	Chance		chance = {seed};

	chance.state = chance_next(&chance) ^ number;
	chance.state = chance_next(&chance) ^ step;
	return chance;
}

/* 0 .. limit - 1; 0 for a limit of 0. */
static inline size_t
chance_below(Chance *chance, size_t limit)
{
	return limit > 0 ? (size_t) (chance_next(chance) % limit) : 0;
}

static inline bool
chance_percent(Chance *chance, unsigned int percent)
{
	return chance_next(chance) % 100 < percent;
}

/* One of an array. */
#define chance_of_array(chance, array) \
	((array)[chance_below((chance), sizeof(array) / sizeof((array)[0]))])

#endif
