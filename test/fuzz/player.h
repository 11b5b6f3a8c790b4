/*
 * test/fuzz/player.h
 *		What a player leaves in its state file, for who watches it.
 */
#ifndef FUZZ_PLAYER_H
#define FUZZ_PLAYER_H

#include <stdint.h>

typedef enum PlayerState
{
	PLAYER_RUNS,
	PLAYER_LOOPS,				/* the library does not return; the player has ended itself */
	PLAYER_DONE
} PlayerState;

/* All uint64_t, in the order in which Players.pm reads them. */
typedef struct Progress
{
	uint64_t	state;			/* PlayerState */
	uint64_t	number;			/* of the running case */
	uint64_t	cases;			/* ended */
	uint64_t	errors;			/* reported by the client */
	uint64_t	wholes;			/* taken for whole, rightly */
	uint64_t	lenient;		/* likewise, but for a value that the book does not know */
	uint64_t	unknown;		/* likewise, with a token that is read in more than one way */
	uint64_t	follows;		/* sessions that went on */
	uint64_t	wrong;			/* taken for whole, wrongly */
} Progress;

#endif
