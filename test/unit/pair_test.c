/*
 * test/unit/pair_test.c
 *		Single searches for the principal, with the times that Microsoft publishes.
 */
/* sources: src/pure/pair.c */
#include <stdint.h>
#include <string.h>

#include "pure/pair.h"
#include "tap.h"

/* A jitter in the middle of all three ranges: 25, 51 and 101 values. */
#define MIDDLE		((25 * 51 * 101 - 1) / 2)

/* Runs attempts that all end alike, and answers when each of them began. */
static int
begin_times(int64_t timeout, int sides, PairOutcome outcome, bool whole_slot,
			int64_t *begun, int64_t *length, int size)
{
	Pair		pair = pair_begin(1000, timeout, sides, PAIR_INITIAL);
	int64_t		now = 1000;
	int			count = 0;
	PairStep	step;

	while ((step = pair_next(&pair, now, MIDDLE)).action == PAIR_ATTEMPT ||
		   step.action == PAIR_PAUSE)
	{
		if (step.action == PAIR_PAUSE)
		{
			now = step.until_ms;
			pair_waited(&pair);
			continue;
		}
		if (count < size)
		{
			begun[count] = now - 1000;
			length[count] = step.until_ms - now;
		}
		count++;
		if (whole_slot)
			now = step.until_ms;
		pair_report(&pair, step.side, outcome);
	}
	return count;
}

static void
test_published_schedule(void)
{
	static const int64_t refused[] = {0, 0, 100, 100, 300, 300, 700, 700, 1500, 1500, 2500, 2500};
	static const int64_t answered[] = {0, 0, 50, 50, 150, 150, 350, 350, 550, 550};
	static const int64_t slow[] = {0, 1200, 2500, 4900, 7500, 11100};
	static const int64_t slots[] = {1200, 1200, 2400, 2400, 3600, 3600};
	int64_t		begun[64];
	int64_t		length[64];
	int			count;

	count = begin_times(15000, 2, PAIR_OUTCOME_UNREACHABLE, false, begun, length, 64);
	ok(memcmp(begun, refused, sizeof(refused)) == 0,
	   "refused at once, rounds begin at 0, .1, .3, .7, 1.5, 2.5 s");
	ok(count == 36, "refused at once, 15 s are 18 rounds of two attempts: %d attempts", count);

	count = begin_times(15000, 2, PAIR_OUTCOME_NOT_PRINCIPAL, false, begun, length, 64);
	ok(memcmp(begun, answered, sizeof(answered)) == 0,
	   "answered at once, rounds begin at 0, 50, 150, 350, 550 ms");
	count = begin_times(15000, 2, PAIR_OUTCOME_LATER, false, begun, length, 64);
	ok(memcmp(begun, answered, sizeof(answered)) == 0,
	   "in transition is an answer, too: the same rounds");

	count = begin_times(15000, 2, PAIR_OUTCOME_UNREACHABLE, true, begun, length, 64);
	ok(memcmp(begun, slow, sizeof(slow)) == 0 && memcmp(length, slots, sizeof(slots)) == 0,
	   "black holes take slots of 1.2, 2.4 and 3.6 s");
	ok(count == 6, "two black holes: six attempts in 15 s, %d", count);

	count = begin_times(15000, 1, PAIR_OUTCOME_UNREACHABLE, true, begun, length, 64);
	ok(count == 1 && length[0] == 15000, "one black hole alone: one attempt of 15 s");
	count = begin_times(15000, 1, PAIR_OUTCOME_NOT_PRINCIPAL, false, begun, length, 64);
	ok(count == 1, "one server alone that does not serve the database is asked once");
	count = begin_times(1000, 1, PAIR_OUTCOME_LATER, false, begun, length, 64);
	ok(count == 7 && begun[6] == 950, "one server alone that is recovering is asked again: %d",
	   count);
}

static void
test_jitter(void)
{
	uint32_t	jitter;
	int64_t		least = INT64_MAX;
	int64_t		most = 0;

	for (jitter = 0; jitter < 1000; jitter++)
	{
		Pair		pair = pair_begin(0, 15000, 1, PAIR_INITIAL);
		PairStep	step;

		pair_next(&pair, 0, jitter);
		pair_report(&pair, PAIR_INITIAL, PAIR_OUTCOME_LATER);
		step = pair_next(&pair, 0, jitter);
		if (step.until_ms < least)
			least = step.until_ms;
		if (step.until_ms > most)
			most = step.until_ms;
	}
	ok(least == 38 && most == 62, "jitter spreads 50 ms over 38 .. 62: %lld .. %lld",
	   (long long) least, (long long) most);
}

/* Without a limit the search goes on, at the pace of the last round. */
static void
test_without_limit(void)
{
	Pair		pair = pair_begin(5, 0, 2, PAIR_FAILOVER);
	int64_t		now = 5;
	int64_t		slot = 0;
	int64_t		widest = 0;
	int64_t		pause = 0;
	bool		goes_on = true;
	int			i;

	for (i = 0; i < 30000 && goes_on; i++)
	{
		PairStep	step = pair_next(&pair, now, 0);

		if (step.action == PAIR_ATTEMPT)
		{
			slot = step.until_ms - now;
			if (i == 0)
				ok(slot == 1200, "without a limit the first slot is that of 15 s");
			if (slot > widest)
				widest = slot;
			pair_report(&pair, step.side, PAIR_OUTCOME_UNREACHABLE);
		}
		else if (step.action == PAIR_PAUSE)
		{
			pause = step.until_ms - now;
			pair_waited(&pair);
		}
		else
			goes_on = false;
		now = step.until_ms;
	}
	ok(goes_on, "without a limit the search goes on for 10,000 rounds");
	ok(slot == 15000 && widest == 15000 && pause == 1000,
	   "slots stop growing at 15 s, pauses at 1 s: %lld %lld", (long long) widest,
	   (long long) pause);

	pair = pair_begin(5, -1, 1, PAIR_INITIAL);
	ok(pair_next(&pair, 5, 0).until_ms == INT64_MAX, "one side without a limit has no end");
}

static void
test_edges(void)
{
	static const int64_t starts[] = {INT64_MIN, -1, 0, INT64_MAX - 1000, INT64_MAX};
	static const int64_t timeouts[] = {INT64_MIN, 0, 1, INT64_MAX / 100, INT64_MAX};
	bool		orderly = true;
	Pair		pair;
	PairStep	step;
	size_t		s;
	size_t		t;
	int			i;

	for (s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
	{
		for (t = 0; t < sizeof(timeouts) / sizeof(timeouts[0]); t++)
		{
			int64_t		now = starts[s];

			pair = pair_begin(now, timeouts[t], 2, PAIR_INITIAL);
			for (i = 0; i < 50; i++)
			{
				step = pair_next(&pair, now, (uint32_t) i);
				if (step.action == PAIR_GIVE_UP)
					break;
				orderly = orderly && step.until_ms >= now;
				now = step.until_ms;
				if (step.action == PAIR_PAUSE)
					pair_waited(&pair);
				else
					pair_report(&pair, step.side, PAIR_OUTCOME_UNREACHABLE);
			}
		}
	}
	ok(orderly, "the ends of 64 bits are no trouble");

	pair = pair_begin(0, 100, 2, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_INITIAL, PAIR_OUTCOME_UNREACHABLE);
	ok(pair_next(&pair, 100, 0).action == PAIR_GIVE_UP, "no attempt begins at the deadline");
	pair = pair_begin(0, 100, 2, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_INITIAL, PAIR_OUTCOME_UNREACHABLE);
	ok(pair_next(&pair, 99, 0).action == PAIR_ATTEMPT, "one begins just before it");

	pair = pair_begin(0, 15000, 7, PAIR_INITIAL);
	ok(pair.sides == 2, "a pair has at most two sides");
	pair = pair_begin(0, 15000, 0, PAIR_FAILOVER);
	step = pair_next(&pair, 0, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER, "and at least one");
}

/* Nobody else can be asked: what ends the search, and what is waited for. */
static void
test_alone(void)
{
	Pair		pair = pair_begin(0, 15000, 1, PAIR_FAILOVER);
	PairStep	step;

	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_NOT_PRINCIPAL);
	ok(pair_next(&pair, 10, 0).action == PAIR_GIVE_UP, "alone, \"not the principal\" is the end");

	pair = pair_begin(0, 15000, 1, PAIR_FAILOVER);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_LATER);
	step = pair_next(&pair, 10, 0);
	ok(step.action == PAIR_PAUSE && step.until_ms == 48, "alone, \"in transition\" is waited for");
	pair_waited(&pair);
	pair_waited(&pair);
	step = pair_next(&pair, 48, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER && pair.round == 1,
	   "and asked again; a second end of the pause changes nothing");

	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_FATAL);
	ok(pair_next(&pair, 48, 0).action == PAIR_GIVE_UP && pair.fatal,
	   "after a fatal answer nothing is waited for");
}

/* A silent side costs what it takes to start the other one beside it. */
static void
test_beside(void)
{
	Pair		pair = pair_begin(1000, 15000, 2, PAIR_FAILOVER);
	Pair		silent;
	PairStep	step = pair_next(&pair, 1000, 0);

	ok(step.side == PAIR_FAILOVER && step.until_ms == 2200 && step.beside_ms == 1200,
	   "the other side may start 200 ms after the one that was principal last");
	silent = pair;
	pair_turn(&pair, 1210);
	step = pair_next(&pair, 1300, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_INITIAL && step.until_ms == 2410 &&
	   step.beside_ms == INT64_MAX, "ready first, it has a whole slot");
	pair_report(&pair, PAIR_INITIAL, PAIR_OUTCOME_NOT_PRINCIPAL);
	step = pair_next(&pair, 1310, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER && step.until_ms == 2510 &&
	   step.beside_ms == INT64_MAX, "if it does not serve, the silent one is due, and has one too");
	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_PRINCIPAL);
	step = pair_next(&pair, 1320, 0);
	ok(step.action == PAIR_DONE && step.side == PAIR_FAILOVER, "it may be the principal after all");

	pair = silent;
	pair_report(&pair, PAIR_INITIAL, PAIR_OUTCOME_UNREACHABLE);
	step = pair_next(&pair, 1400, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER && step.until_ms == 2200 &&
	   step.beside_ms == INT64_MAX, "refused beside, it changes nothing for the silent one");
	pair_turn(&pair, 1400);
	ok(pair_next(&pair, 1400, 0).side == PAIR_FAILOVER, "and has had its turn in this round");
	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_UNREACHABLE);
	step = pair_next(&pair, 2200, 0);
	ok(step.action == PAIR_PAUSE && step.until_ms == 2300, "two silent sides take one slot");

	pair = pair_begin(0, 15000, 1, PAIR_INITIAL);
	ok(pair_next(&pair, 0, 0).beside_ms == INT64_MAX, "beside a server alone there is nobody");
	pair_turn(&pair, 300);
	pair_report(&pair, PAIR_FAILOVER, PAIR_OUTCOME_FATAL);
	step = pair_next(&pair, 300, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_INITIAL, "whatever may be said of it");

	pair = pair_begin(0, 100, 2, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_turn(&pair, 100);
	ok(pair_next(&pair, 100, 0).action == PAIR_GIVE_UP, "no turn begins at the deadline");
}

int
main(void)
{
	test_published_schedule();
	test_jitter();
	test_without_limit();
	test_edges();
	test_alone();
	test_beside();
	return done_testing();
}
