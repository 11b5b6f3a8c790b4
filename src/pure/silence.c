/*
 * src/pure/silence.c
 *		When to ask the other partner, while a statement waits for its first answer.
 *
 * A long statement is silent, too, and there are many of them: the questions
 * become rare, so that a night's report costs the mirror a login a minute.
 */
#include "pure/silence.h"

/* The waits after each question, in units of the first one. */
static const int units[] = {2, 4, 8, 12};

#define LAST_UNITS	((int) (sizeof(units) / sizeof(units[0])) - 1)

static int64_t
time_after(int64_t now_ms, int64_t first_ms, int times)
{
	if (first_ms > (INT64_MAX - (now_ms > 0 ? now_ms : 0)) / times)
		return INT64_MAX;
	return now_ms + first_ms * times;
}

Silence
silence_begin(int64_t now_ms, int64_t first_ms)
{
	Silence		silence;

	silence.first_ms = first_ms;
	silence.next_ms = first_ms > 0 ? time_after(now_ms, first_ms, 1) : INT64_MAX;
	silence.waits = 0;
	silence.moved = false;
	return silence;
}

void
silence_asked(Silence *silence, int64_t now_ms, SilenceOutcome outcome)
{
	int			wait = units[silence->waits < LAST_UNITS ? silence->waits : LAST_UNITS];

	if (silence->next_ms == INT64_MAX)
		return;
	if (silence->waits < LAST_UNITS)
		silence->waits++;
	silence->moved = outcome == SILENCE_MOVED;
	silence->next_ms = outcome == SILENCE_NO_NEWS ? time_after(now_ms, silence->first_ms, wait) :
		INT64_MAX;
}
