/*
 * silence.h
 *		When to ask the other partner, while a statement waits for its first answer.
 *
 * A principal that is frozen, or cut off from its partner, keeps its connections:
 * only the other partner can tell that it has taken over.  It is asked after
 * first_ms of waiting (the option silence_check), and then after 2, 4, 8, 12, 12
 * ... times as much more.  A plain value, time passed in, like Pair:
 *
 *		silence = silence_begin(now, first_ms);
 *		wait until an answer is there, or silence.next_ms: then ask, and
 *		silence_asked(&silence, now, outcome)
 */
#ifndef PURE_SILENCE_H
#define PURE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum SilenceOutcome
{
	SILENCE_NO_NEWS,			/* it is no principal, or cannot be reached */
	SILENCE_REFUSED,			/* it does not want our credentials: never again, for their sake */
	SILENCE_MOVED				/* it is principal now: the session that waits is dead */
} SilenceOutcome;

typedef struct Silence
{
	int64_t		first_ms;
	int64_t		next_ms;		/* when to ask; INT64_MAX: not any more */
	int			waits;			/* after how many questions the wait has grown */
	bool		moved;
} Silence;

/* first_ms <= 0: never ask. */
extern Silence silence_begin(int64_t now_ms, int64_t first_ms);

/* The other partner was asked; the answer, or the end of waiting for it, came now. */
extern void silence_asked(Silence *silence, int64_t now_ms, SilenceOutcome outcome);

#endif
