/*
 * test/unit/silence_test.c
 *		When the other partner is asked: every future of a wait of some hours.
 */
/* sources: src/pure/silence.c */
#include <stdint.h>

#include "pure/silence.h"
#include "tap.h"

#define DEPTH	12

static int	broken_gap;
static int	broken_end;
static int	broken_copy;
static long futures;

/* The wait before question number n, in units: what the design says, not what the code does. */
static int64_t
units_before(int n)
{
	return n == 0 ? 1 : n == 1 ? 2 : n == 2 ? 4 : n == 3 ? 8 : 12;
}

static bool
same(const Silence *a, const Silence *b)
{
	return a->first_ms == b->first_ms && a->next_ms == b->next_ms && a->moved == b->moved;
}

/* now is when the last question ended, which was number asked. */
static void
live(Silence silence, int64_t now, int asked)
{
	static const int64_t durations[] = {0, 3, 5000};
	size_t		d;
	int			outcome;

	futures++;
	if (silence.next_ms != now + silence.first_ms * units_before(asked))
		broken_gap++;
	if (asked == DEPTH)
		return;
	for (d = 0; d < (asked < 6 ? sizeof(durations) / sizeof(durations[0]) : 1); d++)
	{
		for (outcome = SILENCE_NO_NEWS; outcome <= SILENCE_MOVED; outcome++)
		{
			Silence		after = silence;
			Silence		again;
			int64_t		ended = silence.next_ms + durations[d];

			silence_asked(&after, ended, (SilenceOutcome) outcome);
			if (outcome == SILENCE_NO_NEWS)
			{
				if (after.moved)
					broken_end++;
				live(after, ended, asked + 1);
				continue;
			}
			if (after.next_ms != INT64_MAX || after.moved != (outcome == SILENCE_MOVED))
				broken_end++;
			again = after;
			silence_asked(&again, ended + 1, SILENCE_NO_NEWS);
			if (!same(&again, &after))
				broken_copy++;
		}
	}
}

int
main(void)
{
	static const int64_t published[] = {5000, 10000, 20000, 40000, 60000, 60000, 60000};
	static const int64_t starts[] = {-1000, 0, 1000000};
	static const int64_t firsts[] = {1, 5000, 3600000};
	Silence		silence = silence_begin(0, 5000);
	int64_t		now = 0;
	bool		right = true;
	size_t		i;
	size_t		j;

	for (i = 0; i < sizeof(published) / sizeof(published[0]); i++)
	{
		right = right && silence.next_ms - now == published[i];
		now = silence.next_ms;
		silence_asked(&silence, now, SILENCE_NO_NEWS);
	}
	ok(right, "5 s: asked at 5 s, then after 10, 20, 40, 60, 60 ... s more");

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
	{
		for (j = 0; j < sizeof(firsts) / sizeof(firsts[0]); j++)
			live(silence_begin(starts[i], firsts[j]), starts[i], 0);
	}
	ok(broken_gap == 0, "the waits grow from the end of each question (%ld futures)", futures);
	ok(broken_end == 0, "a refusal and a new principal end the questions, nothing else does");
	ok(broken_copy == 0, "and nothing begins them again");

	ok(silence_begin(7, 0).next_ms == INT64_MAX && silence_begin(7, -1).next_ms == INT64_MAX,
	   "0 is never");
	silence = silence_begin(INT64_MAX - 10, 5000);
	ok(silence.next_ms == INT64_MAX, "beyond the end of time is never, too");
	silence = silence_begin(0, INT64_MAX / 2);
	silence_asked(&silence, INT64_MAX / 2, SILENCE_NO_NEWS);
	ok(silence.next_ms == INT64_MAX, "however far apart");
	return done_testing();
}
