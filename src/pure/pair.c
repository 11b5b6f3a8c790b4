/*
 * src/pure/pair.c
 *		Which partner of a mirrored pair to try next, for how long, when to stop.
 *
 * The search goes in rounds: one attempt at each side, then a pause.  How long
 * an attempt may take depends on the round alone; how long a pause takes, on
 * what the round has taught.  A partner that answers "not the principal" at
 * once is a sign that the roles are changing, which takes a second or two: ask
 * again soon, but not all backends in step.  Silence from both is a sign of an
 * outage, and then Microsoft's patience is the right one.
 *
 * No clock, no sleep, no memory but the value itself: a test can copy a Pair
 * and live each of its futures.
 */
#include "pure/pair.h"

#include <limits.h>
#include <stddef.h>

#define SLOT_PERCENT			8
#define UNLIMITED_TIMEOUT_MS	15000	/* base of the slots when there is no limit */
#define TIMEOUT_MAX_MS			(INT64_MAX / 100)

static const int answered_pause_ms[] = {50, 100, 200};
static const int silent_pause_ms[] = {100, 200, 400, 800, 1000};

#define LAST_OF(array)	((int) (sizeof(array) / sizeof((array)[0])) - 1)

static PairSide
other_side(PairSide side)
{
	return side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
}

/* The sum, or INT64_MAX where it would not fit; more is not negative. */
static int64_t
time_after(int64_t now_ms, int64_t more_ms)
{
	return now_ms > INT64_MAX - more_ms ? INT64_MAX : now_ms + more_ms;
}

static int64_t
deadline(const Pair *pair)
{
	return pair->timeout_ms > 0 ? time_after(pair->start_ms, pair->timeout_ms) : INT64_MAX;
}

/* How long an attempt of this round may take. */
static int64_t
slot_ms(const Pair *pair)
{
	int64_t		timeout = pair->timeout_ms > 0 ? pair->timeout_ms : UNLIMITED_TIMEOUT_MS;
	int64_t		slot;

	if (pair->sides == 1)
		return INT64_MAX;
	if (pair->round >= 100 / SLOT_PERCENT)
		return timeout;
	slot = timeout * SLOT_PERCENT * (pair->round + 1) / 100;
	return slot > 0 ? slot : 1;
}

static int64_t
pause_ms(const Pair *pair, uint32_t jitter)
{
	int			last = pair->answered ? LAST_OF(answered_pause_ms) : LAST_OF(silent_pause_ms);
	int			index = pair->round < last ? pair->round : last;
	int			base;

	if (!pair->answered)
		return silent_pause_ms[index];
	base = answered_pause_ms[index];
	return base - base / 4 + (int64_t) (jitter % (uint32_t) (base / 4 * 2 + 1));
}

Pair
pair_begin(int64_t now_ms, int64_t timeout_ms, int sides, PairSide first)
{
	Pair		pair;

	pair.start_ms = now_ms;
	pair.timeout_ms = timeout_ms > TIMEOUT_MAX_MS ? TIMEOUT_MAX_MS : timeout_ms;
	pair.sides = sides >= PAIR_SIDES ? PAIR_SIDES : 1;
	pair.first = first;
	pair.side = first;
	pair.round = 0;
	pair.tried[PAIR_INITIAL] = false;
	pair.tried[PAIR_FAILOVER] = false;
	pair.until_ms = now_ms;
	pair.beside_ms = INT64_MAX;
	pair.stepping = false;
	pair.answered = false;
	pair.pausing = false;
	pair.exhausted = false;
	pair.done = false;
	pair.fatal = false;
	return pair;
}

/* May side still be tried in this round? */
static bool
untried(const Pair *pair, PairSide side)
{
	return !pair->tried[side] && (pair->sides > 1 || side == pair->first);
}

/*
 * Begins a step of length_ms; false when the deadline forbids it.  An attempt
 * is cut at the deadline, a pause is not worth beginning unless it fits.
 */
static bool
begin_step(Pair *pair, int64_t now_ms, int64_t length_ms)
{
	int64_t		limit = deadline(pair);
	int64_t		until = time_after(now_ms, length_ms);

	if (pair->pausing ? until > limit : now_ms >= limit)
		return false;
	pair->until_ms = until < limit ? until : limit;
	pair->beside_ms = time_after(now_ms, PAIR_BESIDE_MS);
	pair->stepping = true;
	return true;
}

static bool
begin_attempt(Pair *pair, int64_t now_ms)
{
	pair->side = untried(pair, pair->first) ? pair->first : other_side(pair->first);
	return begin_step(pair, now_ms, slot_ms(pair));
}

PairStep
pair_next(Pair *pair, int64_t now_ms, uint32_t jitter)
{
	PairStep	step;

	step.until_ms = now_ms;
	step.beside_ms = INT64_MAX;
	if (pair->done)
		step.action = PAIR_DONE;
	else if (pair->fatal || pair->exhausted)
		step.action = PAIR_GIVE_UP;
	else if (pair->stepping ||
			 (pair->pausing ? begin_step(pair, now_ms, pause_ms(pair, jitter)) :
			  begin_attempt(pair, now_ms)))
	{
		step.action = pair->pausing ? PAIR_PAUSE : PAIR_ATTEMPT;
		step.until_ms = pair->until_ms;
		if (!pair->pausing && untried(pair, other_side(pair->side)))
			step.beside_ms = pair->beside_ms;
	}
	else
		step.action = PAIR_GIVE_UP;
	step.side = pair->side;
	return step;
}

void
pair_turn(Pair *pair, int64_t now_ms)
{
	PairSide	other = other_side(pair->side);

	if (!pair->stepping || pair->pausing || !untried(pair, other))
		return;
	pair->side = other;
	pair->stepping = begin_step(pair, now_ms, slot_ms(pair));
	pair->beside_ms = INT64_MAX;	/* the one that it was beside of is under way already */
}

void
pair_report(Pair *pair, PairSide side, PairOutcome outcome)
{
	if (!pair->stepping || pair->pausing || !untried(pair, side))
		return;
	pair->tried[side] = true;
	if (side == pair->side)
		pair->stepping = false;

	switch (outcome)
	{
		case PAIR_OUTCOME_PRINCIPAL:
			pair->done = true;
			pair->side = side;
			return;
		case PAIR_OUTCOME_FATAL:
			pair->fatal = true;
			return;
		case PAIR_OUTCOME_NOT_PRINCIPAL:
			pair->answered = true;
			pair->exhausted = pair->sides == 1;
			break;
		case PAIR_OUTCOME_UNREACHABLE:
			pair->exhausted = pair->sides == 1;
			break;
		case PAIR_OUTCOME_LATER:
			pair->answered = true;
			break;
	}
	if (!pair->exhausted && !untried(pair, PAIR_INITIAL) && !untried(pair, PAIR_FAILOVER))
		pair->pausing = true;
}

void
pair_waited(Pair *pair)
{
	if (!pair->stepping || !pair->pausing)
		return;
	pair->pausing = false;
	pair->stepping = false;
	pair->answered = false;
	pair->tried[PAIR_INITIAL] = false;
	pair->tried[PAIR_FAILOVER] = false;
	if (pair->round < INT_MAX)
		pair->round++;
}
