/*
 * test/unit/pair_futures_test.c
 *		Every future of a search for the principal.
 *
 * A walk copies the Pair at each attempt and each pause and goes on with every
 * outcome, duration and jitter, and with every way in which the other side can
 * start beside an attempt and end.  An observer beside it counts rounds and
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
	bool		asked[PAIR_SIDES];	/* whom they were at */
	bool		answered;
	bool		refused_alone;	/* the only side has said no */
} Observer;

#define AT_ONCE			1
#define WITH_SLOT		2
#define A_LITTLE_LATE	4
#define BESIDE			8

typedef struct Walk
{
	int64_t		start;
	int64_t		timeout;
	int			sides;
	PairSide	first;
	const uint32_t *jitters;
	int			jitter_count;
	int			endings;		/* when attempts end, and whether two are made at once */
	int			broken[16];		/* violations by rule */
	long		states;
} Walk;

enum
{
	RULE_DEADLINE, RULE_IDEMPOTENT, RULE_FIRST, RULE_ALTERNATES, RULE_ALONE, RULE_SLOT,
	RULE_NO_WAIT, RULE_PAUSE, RULE_FATAL, RULE_DONE, RULE_GIVE_UP, RULE_MEMORY, RULE_STRAY,
	RULE_BESIDE, RULE_TURN, RULES
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
	"reports out of turn change nothing",
	"the other side may start beside after 200 ms, if it was not asked in this round",
	"whoever is ready first has a slot of its own, and the other one is asked next"
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
		a->sides == b->sides && a->first == b->first &&
		a->round == b->round && a->tried[0] == b->tried[0] && a->tried[1] == b->tried[1] &&
		a->stepping == b->stepping &&
		(!a->stepping || (a->side == b->side && a->until_ms == b->until_ms &&
						  a->beside_ms == b->beside_ms)) && a->answered == b->answered &&
		a->pausing == b->pausing && a->exhausted == b->exhausted &&
		a->done == b->done && a->fatal == b->fatal;
}

static bool
same_observer(const Observer *a, const Observer *b)
{
	return a->now == b->now && a->round == b->round && a->tried == b->tried &&
		a->asked[0] == b->asked[0] && a->asked[1] == b->asked[1] && a->answered == b->answered &&
		a->refused_alone == b->refused_alone;
}

static Seen *
look_up(const Observer *observer)
{
	uint64_t	hash = (uint64_t) observer->now * 2654435761u +
		(uint64_t) observer->round * 40503u + (uint64_t) observer->tried * 97u +
		(observer->asked[0] ? 14u : 7u) +
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
	return a.action == b.action && a.side == b.side && a.until_ms == b.until_ms &&
		a.beside_ms == b.beside_ms;
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

/* Is the end of a slot that began at now as it should be? */
static bool
right_slot(const Walk *walk, const Observer *observer, int64_t now, int64_t until_ms)
{
	int64_t		end = walk->start + walk->timeout;
	double		slot = 0.08 * (double) walk->timeout * (observer->round + 1);
	double		length = (double) (until_ms - now);

	if (walk->sides == 1)
		return until_ms == end;
	return length <= (slot < 1 ? 1 : slot) && (until_ms == end || length > slot - 1);
}

static void
check_attempt(Walk *walk, const Observer *observer, PairStep step)
{
	bool		other_due = walk->sides == 2 && !observer->asked[1 - step.side];

	if (observer->tried == 0)
		hold(walk, RULE_FIRST, step.side == walk->first);
	else
		hold(walk, RULE_ALTERNATES, !observer->asked[step.side] &&
			 observer->tried < walk->sides);
	if (walk->sides == 1)
		hold(walk, RULE_ALONE, step.side == walk->first);
	hold(walk, RULE_SLOT, right_slot(walk, observer, observer->now, step.until_ms));
	hold(walk, RULE_BESIDE,
		 step.beside_ms == (other_due ? observer->now + PAIR_BESIDE_MS : INT64_MAX));
}

/* Takes in that an attempt at side has ended; false when the search has, too. */
static bool
take_in(Walk *walk, Pair *pair, Observer *observer, PairSide side, PairOutcome outcome,
		int64_t ended)
{
	PairStep	next;
	Pair		copy;

	pair_report(pair, side, outcome);
	copy = *pair;
	pair_report(&copy, side, PAIR_OUTCOME_FATAL);
	pair_waited(&copy);
	hold(walk, RULE_STRAY, same_pair(&copy, pair));

	observer->now = ended;
	observer->tried++;
	observer->asked[side] = true;
	if (outcome == PAIR_OUTCOME_PRINCIPAL || outcome == PAIR_OUTCOME_FATAL)
	{
		next = pair_next(pair, ended, 0);
		if (outcome == PAIR_OUTCOME_FATAL)
			hold(walk, RULE_FATAL, next.action == PAIR_GIVE_UP);
		else
			hold(walk, RULE_DONE, next.action == PAIR_DONE && next.side == side);
		return false;
	}
	if (outcome != PAIR_OUTCOME_UNREACHABLE)
		observer->answered = true;
	observer->refused_alone = walk->sides == 1 && outcome != PAIR_OUTCOME_LATER;
	return true;
}

/*
 * Goes on from an attempt at side, which began at observer->now and may take
 * until until_ms, with every outcome and duration.
 */
static int
live_outcomes(Walk *walk, const Pair *pair, const Observer *observer, PairSide side,
			  int64_t until_ms)
{
	int			longest = 0;
	int			outcome;
	int			ending;

	for (outcome = PAIR_OUTCOME_PRINCIPAL; outcome <= PAIR_OUTCOME_FATAL; outcome++)
	{
		for (ending = AT_ONCE; ending <= A_LITTLE_LATE; ending <<= 1)
		{
			int64_t		ended = ending == AT_ONCE ? observer->now : until_ms +
				(ending == A_LITTLE_LATE ? 3 : 0);
			Pair		after = *pair;
			Observer	next = *observer;
			int			more = 0;

			if ((walk->endings & ending) == 0)
				continue;
			if (take_in(walk, &after, &next, side, (PairOutcome) outcome, ended))
				more = live(walk, &after, &next);
			if (more + 1 > longest)
				longest = more + 1;
		}
	}
	return longest;
}

/* The other side, started beside step, is ready first. */
static int
live_turn(Walk *walk, const Pair *pair, const Observer *observer, PairStep step, int64_t now)
{
	Pair		after = *pair;
	Pair		again;
	Observer	next = *observer;
	PairSide	other = (PairSide) (1 - step.side);
	PairStep	turned;

	pair_turn(&after, now);
	turned = pair_next(&after, now, 0);
	hold(walk, RULE_TURN, turned.action == PAIR_ATTEMPT && turned.side == other &&
		 turned.beside_ms == INT64_MAX && right_slot(walk, observer, now, turned.until_ms));
	hold(walk, RULE_DEADLINE, turned.until_ms <= walk->start + walk->timeout);
	again = after;
	hold(walk, RULE_IDEMPOTENT, same_step(pair_next(&again, now + 7, 1), turned));
	next.now = now;
	return live_outcomes(walk, &after, &next, other, turned.until_ms);
}

/* What may happen when the other side is started beside step, at the earliest. */
static int
live_beside(Walk *walk, const Pair *pair, const Observer *observer, PairStep step)
{
	PairSide	other = (PairSide) (1 - step.side);
	Pair		after = *pair;
	Observer	next = *observer;
	PairStep	goes_on;
	int			longest = live_turn(walk, pair, observer, step, step.beside_ms);
	int			more;

	/* the last moment */
	more = live_turn(walk, pair, observer, step, step.until_ms - 1);
	longest = more > longest ? more : longest;

	/* it fails: the step goes on */
	(void) take_in(walk, &after, &next, other, PAIR_OUTCOME_UNREACHABLE, step.beside_ms);
	goes_on = pair_next(&after, next.now, 0);
	hold(walk, RULE_TURN, goes_on.action == PAIR_ATTEMPT && goes_on.side == step.side &&
		 goes_on.until_ms == step.until_ms && goes_on.beside_ms == INT64_MAX);
	more = 1 + live_outcomes(walk, &after, &next, step.side, step.until_ms);
	longest = more > longest ? more : longest;

	/* both are silent */
	next.now = step.until_ms;
	(void) take_in(walk, &after, &next, step.side, PAIR_OUTCOME_UNREACHABLE, step.until_ms);
	more = 2 + live(walk, &after, &next);
	return more > longest ? more : longest;
}

static int
live_attempt(Walk *walk, const Pair *pair, const Observer *observer, PairStep step)
{
	int			longest = live_outcomes(walk, pair, observer, step.side, step.until_ms);
	int			more = 0;

	check_attempt(walk, observer, step);
	if ((walk->endings & BESIDE) != 0 && step.beside_ms < step.until_ms)
		more = live_beside(walk, pair, observer, step);
	return more > longest ? more : longest;
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
	hold(walk, RULE_NO_WAIT, observer->tried == walk->sides);
	pair_report(&after, PAIR_INITIAL, PAIR_OUTCOME_PRINCIPAL);
	pair_turn(&after, observer->now);
	hold(walk, RULE_STRAY, same_pair(&after, pair));
	pair_waited(&after);
	next.now = step.until_ms;
	next.round++;
	next.tried = 0;
	next.asked[0] = next.asked[1] = false;
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
		bool		round_over = observer->tried == walk->sides;
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

		if (step.action != PAIR_PAUSE)
		{
			again = here;
			pair_waited(&again);
			hold(walk, RULE_STRAY, same_pair(&again, &here));
		}

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
walk_all(int64_t start, int64_t timeout, int sides, PairSide first, int endings,
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
	walk.jitters = all_jitters;
	walk.jitter_count = jitters;
	walk.endings = endings;
	observer.now = start;

	pair = pair_begin(start, timeout, sides, first);
	longest = live(&walk, &pair, &observer);
	for (rule = 0; rule < RULES; rule++)
		ok(walk.broken[rule] == 0, "%lld ms, %d side%s, %s first: %s (%ld states, %d broken)",
		   (long long) timeout, sides, sides > 1 ? "s" : "",
		   first == PAIR_INITIAL ? "initial" : "failover",
		   rule_names[rule], walk.states, walk.broken[rule]);
	ok(longest <= attempts_allowed(timeout, sides) && longest >= sides,
	   "%lld ms, %d side%s: at most %d attempts in any future (of %d allowed)",
	   (long long) timeout, sides, sides > 1 ? "s" : "", longest,
	   attempts_allowed(timeout, sides));
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
		{15000, WITH_SLOT | A_LITTLE_LATE, 4},
		{3000, AT_ONCE | BESIDE, 1},
		{15000, WITH_SLOT | BESIDE, 1}
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

		walk_all(0, timeout, 2, PAIR_INITIAL, endings, jitters);
		walk_all(1000000, timeout, 2, PAIR_FAILOVER, endings, jitters);
		walk_all(-500, timeout, 1, PAIR_INITIAL, endings, jitters);
		walk_all(7, timeout, 1, PAIR_FAILOVER, endings, jitters);
	}
	free(seen);
	return done_testing();
}
