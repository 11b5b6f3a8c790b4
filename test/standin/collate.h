/*
 * collate.h
 *		What comparison and LIKE share: the weights of a character.
 */
#ifndef STANDIN_COLLATE_H
#define STANDIN_COLLATE_H

#include "types.h"

/*
 * Equal primaries: the same letter.  Secondary: its accents, tertiary: its case
 * and shape; both 0 for the plain lower-case letter.
 */
typedef struct Weight
{
	uint32_t	primary;
	uint32_t	tertiary;
	uint64_t	secondary;
} Weight;

/* Reads a character and the marks that follow it; *expansion: 0, or the weight still to come. */
extern Weight weight_next(const char **at, const char *end, uint32_t *expansion);

/* Of one character alone, without what it expands to. */
extern Weight weight_of(uint32_t code);

/* -1, 0, 1 by what the collation distinguishes. */
extern int	weight_compare(const Collation *collation, const Weight *a, const Weight *b);

/* Surrogate pairs count as one character (an _SC or UTF-8 collation). */
extern bool collation_has_pairs(const Collation *collation);

#endif
