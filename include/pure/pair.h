/*
 * pair.h
 *		Which partner of a mirrored pair to try next, for how long, when to stop.
 *
 * A Pair is a plain value: time is passed in, nothing is allocated, and a copy
 * is a second future.  The loop that obeys it is in session/failover.c:
 *
 *		pair = pair_begin(now, ...);
 *		while ((step = pair_next(&pair, now, random)).action is ATTEMPT or PAUSE)
 *			ATTEMPT: try step.side until step.until_ms, then pair_report(); from
 *					 step.beside_ms on, see beside it who else would answer
 *			PAUSE:	 wait until step.until_ms, then pair_waited()
 *
 * Schedule (Microsoft's, as the floor): slots of 8 % of the login timeout (of
 * 15 s when there is no limit) that grow by as much each round; within a round
 * an answer moves on at once.  After
 * a round in which some partner answered "not the principal" a short pause
 * (50, 100, 200, 200 ... ms, +-25 % jitter), for a failover is probably under
 * way; after a round of network failures only 100, 200, 400, 800, 1000 ... ms.
 *
 * Better than the floor: a side that is silent costs PAIR_BESIDE_MS, not its
 * slot.  Then the other side may be contacted beside it, and whoever is ready
 * first is logged in to: the other one by pair_turn().
 */
#ifndef PURE_PAIR_H
#define PURE_PAIR_H

#include <stdbool.h>
#include <stdint.h>

typedef enum PairSide
{
	PAIR_INITIAL,				/* the initial partner */
	PAIR_FAILOVER				/* the failover partner */
} PairSide;

#define PAIR_SIDES 2

/* How long a side may be silent before the other one is contacted beside it. */
#define PAIR_BESIDE_MS 200

typedef enum PairOutcome
{
	PAIR_OUTCOME_PRINCIPAL,		/* logged in, and it says role 1: done */
	PAIR_OUTCOME_NOT_PRINCIPAL, /* it answered, and does not serve the database */
	PAIR_OUTCOME_UNREACHABLE,	/* network failure or no answer in time */
	PAIR_OUTCOME_LATER,			/* it serves the database, but not yet */
	PAIR_OUTCOME_FATAL			/* no partner will answer otherwise */
} PairOutcome;

typedef enum PairAction
{
	PAIR_ATTEMPT,
	PAIR_PAUSE,
	PAIR_DONE,					/* a principal was found */
	PAIR_GIVE_UP				/* fatal, time is up, or nothing else to try */
} PairAction;

typedef struct PairStep
{
	PairAction	action;
	PairSide	side;			/* of the attempt, or where the principal is */
	int64_t		until_ms;		/* end of the slot or the pause */
	int64_t		beside_ms;		/* when the other side may start beside; INT64_MAX: not at all */
} PairStep;

typedef struct Pair
{
	int64_t		start_ms;
	int64_t		timeout_ms;		/* <= 0: no limit */
	int			sides;			/* 1 when no failover partner is known */
	PairSide	first;			/* each round begins there */
	PairSide	side;			/* of the running attempt, or where the principal is */
	int			round;			/* 0, 1, ... */
	bool		tried[PAIR_SIDES];	/* in this round */
	int64_t		until_ms;		/* end of the step that was handed out */
	int64_t		beside_ms;		/* of that step */
	bool		stepping;		/* a step was handed out and has not ended */
	bool		answered;		/* some partner answered in this round */
	bool		pausing;
	bool		exhausted;		/* the only side has said no */
	bool		done;
	bool		fatal;
} Pair;

/*
 * first is the last known principal.  With sides == 1 every attempt goes to
 * first and may take all the time that is left (until_ms is INT64_MAX when
 * there is no limit); a network failure or "not the principal" then ends the
 * search, since nobody else can be asked, and only PAIR_OUTCOME_LATER is
 * waited for.
 */
extern Pair pair_begin(int64_t now_ms, int64_t timeout_ms, int sides, PairSide first);

/*
 * What to do now.  Idempotent: the same step, with the same end, until
 * pair_report(), pair_turn() or pair_waited().  jitter is any random number; it
 * decides the pause's length.  An attempt that would begin at or after the
 * deadline, and a pause that would end after it, is PAIR_GIVE_UP.  No step ends
 * after the deadline.
 */
extern PairStep pair_next(Pair *pair, int64_t now_ms, uint32_t jitter);

/*
 * The side beside the running attempt was ready first: the attempt is its, with
 * a slot of its own from now on.  The former one remains to be tried in this
 * round.  No effect when the other side may not be tried any more.
 */
extern void pair_turn(Pair *pair, int64_t now_ms);

/*
 * The attempt at side, which is the running one or started beside it, has ended
 * with outcome; the running one goes on when it is not about it.  No effect
 * when no attempt is running, or side was tried in this round.
 */
extern void pair_report(Pair *pair, PairSide side, PairOutcome outcome);

/* The pause that pair_next() asked for is over.  No effect when there is none. */
extern void pair_waited(Pair *pair);

#endif
