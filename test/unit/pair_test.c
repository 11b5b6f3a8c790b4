/*
 * test/unit/pair_test.c
 *		Every future of a search for the principal.
 *
 * A walk copies the Pair at each attempt and each pause and goes on with every
 * outcome, duration and jitter.  An observer beside it counts rounds and
 * attempts from what it has fed in, never from the Pair, and holds each step
 * against the rules.  Two paths that the observer cannot tell apart must have
 * led to the same Pair; then one of them is walked, which makes a search of
 * 15 s with more futures than atoms in the world a matter of a second.
 */
/* sources: src/pure/pair.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pure/pair.h"
#include "tap.h"

/* Jitters at the ends and in the middle of all three ranges: 25, 51 and 101 values. */
#define SHORTEST	0
#define LONGEST		(25 * 51 * 101 - 1)
#define MIDDLE		(LONGEST / 2)

typedef struct Observer
{
	int64_t		now;
	int			round;
	int			tried;			/* attempts in this round */
	int			sides;
	int			last;			/* side of the last attempt, -1 before the first */
	bool		answered;
	bool		refused_alone;	/* the only side has said no */
} Observer;

#define AT_ONCE			1
#define WITH_SLOT		2
#define A_LITTLE_LATE	4

typedef struct Walk
{
	int64_t		start;
	int64_t		timeout;
	int			sides;
	PairSide	first;
	bool		learns;			/* a partner may become known at any attempt */
	const uint32_t *jitters;
	int			jitter_count;
	int			endings;		/* when attempts end: set of the flags below */
	int			broken[16];		/* violations by rule */
	long		states;
} Walk;

enum
{
	RULE_DEADLINE, RULE_IDEMPOTENT, RULE_FIRST, RULE_ALTERNATES, RULE_ALONE, RULE_SLOT,
	RULE_NO_WAIT, RULE_PAUSE, RULE_FATAL, RULE_DONE, RULE_GIVE_UP, RULE_MEMORY, RULE_STRAY,
	RULES
};

static const char *const rule_names[RULES] = {
	"no step ends after the deadline",
	"a step stays the same until it is reported",
	"each round begins at the last known principal",
	"a round asks both sides, once each",
	"a side without partner is asked for all the time left",
	"slots are 8 % of the timeout, growing by as much each round",
	"within a round nothing is waited for",
	"pauses are those of the schedule",
	"a fatal answer ends the search",
	"a principal ends the search, at its side",
	"the search ends when, and only when, nothing else can be tried",
	"what happens next depends on nothing else",
	"reports out of turn change nothing"
};

/* States already walked, by open addressing. */
typedef struct Seen
{
	bool		used;
	int			longest;		/* attempts that may follow */
	Observer	observer;
	Pair		pair;
} Seen;

#define SEEN_SIZE	(1 << 18)
static Seen *seen;

static bool
same_pair(const Pair *a, const Pair *b)
{
	return a->start_ms == b->start_ms && a->timeout_ms == b->timeout_ms &&
		a->sides == b->sides && a->first == b->first && a->side == b->side &&
		a->round == b->round && a->tried == b->tried && a->stepping == b->stepping &&
		(!a->stepping || a->until_ms == b->until_ms) && a->answered == b->answered &&
		a->pausing == b->pausing && a->exhausted == b->exhausted &&
		a->done == b->done && a->fatal == b->fatal;
}

static bool
same_observer(const Observer *a, const Observer *b)
{
	return a->now == b->now && a->round == b->round && a->tried == b->tried &&
		a->sides == b->sides && a->last == b->last && a->answered == b->answered &&
		a->refused_alone == b->refused_alone;
}

static Seen *
look_up(const Observer *observer)
{
	uint64_t	hash = (uint64_t) observer->now * 2654435761u +
		(uint64_t) observer->round * 40503u + (uint64_t) observer->tried * 97u +
		(uint64_t) observer->sides * 31u + (uint64_t) (observer->last + 1) * 7u +
		(observer->answered ? 3u : 0u) + (observer->refused_alone ? 1u : 0u);
	size_t		i = (size_t) (hash ^ (hash >> 17)) % SEEN_SIZE;

	while (seen[i].used && !same_observer(&seen[i].observer, observer))
		i = (i + 1) % SEEN_SIZE;
	return &seen[i];
}

static void
hold(Walk *walk, int rule, bool condition)
{
	if (!condition)
		walk->broken[rule]++;
}

static bool
same_step(PairStep a, PairStep b)
{
	return a.action == b.action && a.side == b.side && a.until_ms == b.until_ms;
}

/* The bounds of the pause after the observer's round. */
static void
pause_bounds(const Observer *observer, double *low, double *high)
{
	static const double answered[] = {50, 100, 200};
	static const double silent[] = {100, 200, 400, 800, 1000};
	int			round = observer->round;

	if (observer->answered)
	{
		*low = answered[round < 2 ? round : 2] * 0.75;
		*high = answered[round < 2 ? round : 2] * 1.25;
	}
	else
		*low = *high = silent[round < 4 ? round : 4];
}

static int	live(Walk *walk, const Pair *pair, const Observer *observer);

static void
check_attempt(Walk *walk, const Observer *observer, PairStep step)
{
	int64_t		end = walk->start + walk->timeout;
	double		slot = 0.08 * (double) walk->timeout * (observer->round + 1);
	double		length = (double) (step.until_ms - observer->now);

	if (observer->tried == 0)
		hold(walk, RULE_FIRST, step.side == walk->first);
	else
		hold(walk, RULE_ALTERNATES, (int) step.side == 1 - observer->last &&
			 observer->tried < observer->sides);
	if (observer->sides == 1)
		hold(walk, RULE_ALONE, step.side == walk->first && step.until_ms == end);
	else if (step.until_ms != end)
		hold(walk, RULE_SLOT, length <= (slot < 1 ? 1 : slot) && length > slot - 1);
	else
		hold(walk, RULE_SLOT, length <= (slot < 1 ? 1 : slot));
}

/* Goes on from an attempt with one outcome after one duration. */
static int
report(Walk *walk, const Pair *before, const Observer *before_seen, PairStep step,
	   PairOutcome outcome, int64_t ended, bool learn_before, bool learn_after)
{
	Pair		pair = *before;
	Pair		copy;
	Observer	observer = *before_seen;
	PairStep	next;

	if (learn_before)
		pair_add_partner(&pair);
	pair_report(&pair, outcome);
	if (learn_after)
		pair_add_partner(&pair);
	copy = pair;
	pair_report(&copy, PAIR_OUTCOME_FATAL);
	hold(walk, RULE_STRAY, same_pair(&copy, &pair));

	observer.now = ended;
	observer.last = step.side;
	observer.tried++;
	if (outcome == PAIR_OUTCOME_PRINCIPAL || outcome == PAIR_OUTCOME_FATAL)
	{
		next = pair_next(&pair, ended, 0);
		if (outcome == PAIR_OUTCOME_FATAL)
			hold(walk, RULE_FATAL, next.action == PAIR_GIVE_UP);
		else
			hold(walk, RULE_DONE, next.action == PAIR_DONE && next.side == step.side);
		return 0;
	}
	if (outcome != PAIR_OUTCOME_UNREACHABLE)
		observer.answered = true;
	if (learn_before || learn_after)
		observer.sides = 2;
	observer.refused_alone = observer.sides == 1 && outcome != PAIR_OUTCOME_LATER;
	return live(walk, &pair, &observer);
}

static int
live_attempt(Walk *walk, const Pair *pair, const Observer *observer, PairStep step)
{
	int64_t		length = step.until_ms - observer->now;
	int			longest = 0;
	int			outcome;
	int			ending;
	int			learn;

	check_attempt(walk, observer, step);
	for (outcome = PAIR_OUTCOME_PRINCIPAL; outcome <= PAIR_OUTCOME_FATAL; outcome++)
	{
		for (ending = AT_ONCE; ending <= A_LITTLE_LATE; ending <<= 1)
		{
			int64_t		ended = observer->now + (ending == AT_ONCE ? 0 : length) +
				(ending == A_LITTLE_LATE ? 3 : 0);

			if ((walk->endings & ending) == 0)
				continue;

			for (learn = 0; learn < (walk->learns && observer->sides == 1 ? 3 : 1); learn++)
			{
				int			more = report(walk, pair, observer, step, (PairOutcome) outcome,
										  ended, learn == 1, learn == 2);

				if (more + 1 > longest)
					longest = more + 1;
			}
		}
	}
	return longest;
}

static int
live_pause(Walk *walk, const Pair *pair, const Observer *observer, PairStep step)
{
	Pair		after = *pair;
	Observer	next = *observer;
	double		low;
	double		high;
	double		length = (double) (step.until_ms - observer->now);

	pause_bounds(observer, &low, &high);
	hold(walk, RULE_PAUSE, length >= low && length <= high);
	hold(walk, RULE_NO_WAIT, observer->tried == observer->sides);
	pair_report(&after, PAIR_OUTCOME_PRINCIPAL);
	hold(walk, RULE_STRAY, same_pair(&after, pair));
	pair_waited(&after);
	next.now = step.until_ms;
	next.round++;
	next.tried = 0;
	next.answered = false;
	return live(walk, &after, &next);
}

/* What may follow; answers the largest number of attempts in any future. */
static int
live(Walk *walk, const Pair *pair, const Observer *observer)
{
	Seen	   *entry = look_up(observer);
	int64_t		end = walk->start + walk->timeout;
	int			longest = 0;
	int			j;

	if (entry->used)
	{
		hold(walk, RULE_MEMORY, same_pair(&entry->pair, pair));
		return entry->longest;
	}
	if (++walk->states > SEEN_SIZE / 2)
		abort();				/* a search that does not end, or a larger table is due */
	entry->used = true;
	entry->observer = *observer;
	entry->pair = *pair;

	for (j = 0; j < walk->jitter_count; j++)
	{
		Pair		here = *pair;
		PairStep	step = pair_next(&here, observer->now, walk->jitters[j]);
		bool		round_over = observer->tried == observer->sides;
		int			more = 0;
		Pair		again = here;

		hold(walk, RULE_IDEMPOTENT,
			 same_step(pair_next(&again, observer->now, walk->jitters[j]), step));
		if (step.action == PAIR_ATTEMPT || step.action == PAIR_PAUSE)
		{
			hold(walk, RULE_IDEMPOTENT,
				 same_step(pair_next(&again, observer->now + 7, ~walk->jitters[j]), step) &&
				 same_pair(&again, &here));
			hold(walk, RULE_DEADLINE, step.until_ms <= end && step.until_ms > observer->now);
		}
		hold(walk, RULE_NO_WAIT, round_over || step.action != PAIR_PAUSE);
		hold(walk, RULE_DONE, step.action != PAIR_DONE);

		if (step.action == PAIR_ATTEMPT)
			more = live_attempt(walk, &here, observer, step);
		else if (step.action == PAIR_PAUSE)
			more = live_pause(walk, &here, observer, step);
		else
		{
			double		low;
			double		high;

			pause_bounds(observer, &low, &high);
			hold(walk, RULE_GIVE_UP, observer->refused_alone || observer->now >= end ||
				 (round_over && (double) observer->now + high > (double) end));
		}
		if (observer->refused_alone || observer->now >= end)
			hold(walk, RULE_GIVE_UP, step.action == PAIR_GIVE_UP);
		if (more > longest)
			longest = more;
	}
	look_up(observer)->longest = longest;
	return longest;
}

/* The most attempts that the schedule allows when each fails at once. */
static int
attempts_allowed(int64_t timeout, int sides)
{
	double		now = 0;
	int			round;

	for (round = 0;; round++)
	{
		double		pause = round == 0 ? 38 : round == 1 ? 75 : 150;

		if (now + pause > (double) timeout)
			break;
		now += pause;
	}
	/* a pause that ends at the deadline is followed by no attempt */
	return (now >= (double) timeout ? round : round + 1) * sides;
}

static void
walk_all(int64_t start, int64_t timeout, int sides, PairSide first, bool learns, int endings,
		 int jitters)
{
	static const uint32_t all_jitters[] = {SHORTEST, LONGEST, MIDDLE, UINT32_MAX};
	Walk		walk;
	Pair		pair;
	Observer	observer;
	int			longest;
	int			rule;

	memset(&walk, 0, sizeof(walk));
	memset(&observer, 0, sizeof(observer));
	memset(seen, 0, sizeof(Seen) * SEEN_SIZE);
	walk.start = start;
	walk.timeout = timeout;
	walk.sides = sides;
	walk.first = first;
	walk.learns = learns;
	walk.jitters = all_jitters;
	walk.jitter_count = jitters;
	walk.endings = endings;
	observer.now = start;
	observer.sides = sides;
	observer.last = -1;

	pair = pair_begin(start, timeout, sides, first);
	longest = live(&walk, &pair, &observer);
	for (rule = 0; rule < RULES; rule++)
		ok(walk.broken[rule] == 0, "%lld ms, %d side%s, %s first%s: %s (%ld states, %d broken)",
		   (long long) timeout, sides, sides > 1 ? "s" : "",
		   first == PAIR_INITIAL ? "initial" : "failover", learns ? ", learning" : "",
		   rule_names[rule], walk.states, walk.broken[rule]);
	ok(longest <= attempts_allowed(timeout, learns ? 2 : sides) && longest >= sides,
	   "%lld ms, %d side%s: at most %d attempts in any future (of %d allowed)",
	   (long long) timeout, sides, sides > 1 ? "s" : "", longest,
	   attempts_allowed(timeout, learns ? 2 : sides));
}

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
		pair_report(&pair, outcome);
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
		pair_report(&pair, PAIR_OUTCOME_LATER);
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
			pair_report(&pair, PAIR_OUTCOME_UNREACHABLE);
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
					pair_report(&pair, PAIR_OUTCOME_UNREACHABLE);
			}
		}
	}
	ok(orderly, "the ends of 64 bits are no trouble");

	pair = pair_begin(0, 100, 2, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_OUTCOME_UNREACHABLE);
	ok(pair_next(&pair, 100, 0).action == PAIR_GIVE_UP, "no attempt begins at the deadline");
	pair = pair_begin(0, 100, 2, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_OUTCOME_UNREACHABLE);
	ok(pair_next(&pair, 99, 0).action == PAIR_ATTEMPT, "one begins just before it");

	pair = pair_begin(0, 15000, 7, PAIR_INITIAL);
	ok(pair.sides == 2, "a pair has at most two sides");
	pair = pair_begin(0, 15000, 0, PAIR_FAILOVER);
	step = pair_next(&pair, 0, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER, "and at least one");
}

/* A partner learned while the only side is asked, answered or waited for. */
static void
test_learning(void)
{
	Pair		pair = pair_begin(0, 15000, 1, PAIR_FAILOVER);
	PairStep	step;

	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_OUTCOME_NOT_PRINCIPAL);
	ok(pair_next(&pair, 10, 0).action == PAIR_GIVE_UP, "alone, \"not the principal\" is the end");
	pair_add_partner(&pair);
	step = pair_next(&pair, 10, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_INITIAL && step.until_ms == 1210,
	   "the partner that has just become known is asked at once");

	pair = pair_begin(0, 15000, 1, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_OUTCOME_LATER);
	ok(pair_next(&pair, 10, 0).action == PAIR_PAUSE, "alone, \"in transition\" is waited for");
	pair_add_partner(&pair);
	ok(pair_next(&pair, 20, 0).action == PAIR_ATTEMPT, "a new partner ends the pause");
	pair_waited(&pair);
	step = pair_next(&pair, 20, 0);
	ok(step.action == PAIR_ATTEMPT && step.side == PAIR_FAILOVER && pair.round == 0,
	   "and the caller's end of it changes nothing");

	pair = pair_begin(0, 15000, 1, PAIR_INITIAL);
	pair_next(&pair, 0, 0);
	pair_report(&pair, PAIR_OUTCOME_FATAL);
	pair_add_partner(&pair);
	ok(pair_next(&pair, 0, 0).action == PAIR_GIVE_UP, "no partner helps against a fatal answer");
}

int
main(void)
{
	/* Jitters and endings multiply the states, so long searches take fewer at a time. */
	static const struct
	{
		int64_t		timeout;
		int			endings;
		int			jitters;
	}			walks[] = {
		{1, AT_ONCE | WITH_SLOT | A_LITTLE_LATE, 4},
		{12, AT_ONCE | WITH_SLOT | A_LITTLE_LATE, 4},
		{38, AT_ONCE | WITH_SLOT | A_LITTLE_LATE, 4},
		{150, AT_ONCE | WITH_SLOT | A_LITTLE_LATE, 4},
		{700, AT_ONCE | WITH_SLOT | A_LITTLE_LATE, 4},
		{2000, AT_ONCE | WITH_SLOT, 1},
		{15000, AT_ONCE, 1},
		{15000, WITH_SLOT | A_LITTLE_LATE, 4}
	};
	size_t		i;

	seen = calloc(SEEN_SIZE, sizeof(Seen));
	if (seen == NULL)
		return 2;
	for (i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
	{
		int64_t		timeout = walks[i].timeout;
		int			endings = walks[i].endings;
		int			jitters = walks[i].jitters;

		walk_all(0, timeout, 2, PAIR_INITIAL, false, endings, jitters);
		walk_all(1000000, timeout, 2, PAIR_FAILOVER, false, endings, jitters);
		walk_all(-500, timeout, 1, PAIR_INITIAL, false, endings, jitters);
		walk_all(7, timeout, 1, PAIR_FAILOVER, true, endings, jitters);
	}
	free(seen);
	test_published_schedule();
	test_jitter();
	test_without_limit();
	test_edges();
	test_learning();
	return done_testing();
}
