/*
 * test/standin/fault.c
 *		Faults on command: which point, which action, and when.
 *
 * A fault strikes by count, never by chance or by time, so that a test that
 * failed once fails again.  The application name that a thread last gave to
 * fault_check() scopes the points below, which do not know whose they are:
 * one thread serves one session.
 */
#include "fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "server.h"

#define FAULTS			64
#define HANG_STEP		50		/* milliseconds between two looks at stop() */

#define BIT(action)		(1u << (action))
#define ANYWHERE		(BIT(FAULT_CLOSE) | BIT(FAULT_RESET) | BIT(FAULT_HANG) | BIT(FAULT_KILL) | \
						 BIT(FAULT_DELAY))
#define MALFORMED		(BIT(FAULT_GARBAGE) | BIT(FAULT_OVERRUN) | BIT(FAULT_ENVCHANGE) | \
						 BIT(FAULT_PLP_CUT) | BIT(FAULT_PLP_SHORT) | BIT(FAULT_PACKET))

/* What can happen where; nobody has a name before LOGIN7, so no scope holds there. */
static const struct
{
	const char *name;
	unsigned	actions;
	bool		nameless;
}			points[] = {
	{"accept", ANYWHERE, true},
	{"handshake", ANYWHERE, true},
	{"prelogin", ANYWHERE, true},
	{"login", ANYWHERE | MALFORMED | BIT(FAULT_ERROR), false},
	{"loginack", ANYWHERE, false},
	{"batch", ANYWHERE | MALFORMED | BIT(FAULT_ERROR) | BIT(FAULT_FATAL), false},
	{"row", ANYWHERE | MALFORMED | BIT(FAULT_ERROR) | BIT(FAULT_FATAL), false},
	{"send", ANYWHERE | BIT(FAULT_THROTTLE), false},
	{"attention", BIT(FAULT_IGNORE) | BIT(FAULT_KILL), false},
	{"commit_before_log", ANYWHERE | BIT(FAULT_ERROR), false},
	{"commit_after_ship", ANYWHERE | BIT(FAULT_ERROR), false},
	{"commit_after_local", ANYWHERE | BIT(FAULT_ERROR), false},
	{"commit_before_reply", ANYWHERE | BIT(FAULT_ERROR), false},
	{"link", ANYWHERE | BIT(FAULT_CORRUPT), false},
};

#define POINTS ((int) (sizeof(points) / sizeof(points[0])))

typedef enum Need
{
	NEED_NOTHING,
	NEED_NUMBER,
	NEED_POSITIVE
} Need;

static const struct
{
	const char *name;
	FaultAction action;
	Need		need;			/* but at "row", where the argument counts rows */
}			actions[] = {
	{"close", FAULT_CLOSE, NEED_NOTHING},
	{"reset", FAULT_RESET, NEED_NOTHING},
	{"hang", FAULT_HANG, NEED_NOTHING},
	{"kill", FAULT_KILL, NEED_NOTHING},
	{"error", FAULT_ERROR, NEED_POSITIVE},
	{"fatal", FAULT_FATAL, NEED_POSITIVE},
	{"delay", FAULT_DELAY, NEED_NUMBER},
	{"throttle", FAULT_THROTTLE, NEED_POSITIVE},
	{"corrupt", FAULT_CORRUPT, NEED_NOTHING},
	{"ignore", FAULT_IGNORE, NEED_NOTHING},
	{"garbage", FAULT_GARBAGE, NEED_NOTHING},
	{"overrun", FAULT_OVERRUN, NEED_NOTHING},
	{"envchange", FAULT_ENVCHANGE, NEED_NOTHING},
	{"plp_cut", FAULT_PLP_CUT, NEED_NOTHING},
	{"plp_short", FAULT_PLP_SHORT, NEED_NOTHING},
	{"packet", FAULT_PACKET, NEED_NOTHING},
	{"drop", FAULT_CLOSE, NEED_NOTHING},
};

#define ACTIONS ((int) (sizeof(actions) / sizeof(actions[0])))

typedef struct Fault
{
	int			point;
	FaultAction action;
	int64_t		argument;
	int64_t		skip;
	int64_t		count;			/* times left to strike; 0 = struck out, or the slot is free */
	uint64_t	hits;			/* > 0 with count = 0: kept to be listed */
	char		scope[NAME_MAX_BYTES];
} Fault;

static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fault_cleared;
static pthread_once_t fault_once = PTHREAD_ONCE_INIT;
static Fault faults[FAULTS];
static atomic_int armed[POINTS];	/* faults with times left: most points have none */
static uint64_t clears[POINTS];	/* how often a point was cleared: ends its hangs */
static bool refusing;

static _Thread_local char thread_application[NAME_MAX_BYTES];
static _Thread_local int struck_point;
static _Thread_local uint64_t struck_clears;

static void
fault_initialize(void)
{
	clock_condition(&fault_cleared);
}

static int
point_index(const char *name)
{
	int			i;

	for (i = 0; i < POINTS; i++)
	{
		if (strcasecmp(points[i].name, name) == 0)
			return i;
	}
	return -1;
}

static const char *
action_name(FaultAction action)
{
	int			i;

	for (i = 0; i < ACTIONS; i++)
	{
		if (actions[i].action == action)
			return actions[i].name;
	}
	return "none";
}

/* Under fault_lock: the first fault that is set for this point and application. */
static Fault *
fault_find(int point, const char *application)
{
	int			i;

	for (i = 0; i < FAULTS; i++)
	{
		if (faults[i].count > 0 && faults[i].point == point &&
			(faults[i].scope[0] == '\0' || strcmp(faults[i].scope, application) == 0))
			return &faults[i];
	}
	return NULL;
}

static const char *
application_of_thread(const char *application)
{
	if (application != NULL)
		snprintf(thread_application, sizeof(thread_application), "%s", application);
	return thread_application;
}

FaultHit
fault_check(const char *point, const char *application)
{
	FaultHit	hit = {FAULT_NONE, 0};
	int			index = point_index(point);
	Fault	   *fault;

	application = application_of_thread(application);
	if (index < 0 || atomic_load_explicit(&armed[index], memory_order_relaxed) == 0)
		return hit;
	pthread_once(&fault_once, fault_initialize);
	pthread_mutex_lock(&fault_lock);
	fault = fault_find(index, application);
	if (fault != NULL && fault->skip > 0)
		fault->skip--;
	else if (fault != NULL)
	{
		hit.action = fault->action;
		hit.argument = fault->argument;
		fault->hits++;
		if (--fault->count == 0)
			atomic_fetch_sub(&armed[index], 1);
		struck_point = index;
		struck_clears = clears[index];
	}
	pthread_mutex_unlock(&fault_lock);

	if (hit.action != FAULT_NONE)
	{
		log_line("fault %s %s %lld strikes %s", point, action_name(hit.action),
				 (long long) hit.argument, application);
		event_record("fault", "%s %s %lld %.100s", point, action_name(hit.action),
					 (long long) hit.argument, application);
	}
	if (hit.action == FAULT_KILL)
		kill(getpid(), SIGKILL);
	return hit;
}

int64_t
fault_row(const char *application, FaultHit *hit)
{
	int64_t		row = -1;
	int			index = point_index("row");
	Fault	   *fault;

	application = application_of_thread(application);
	if (atomic_load_explicit(&armed[index], memory_order_relaxed) == 0)
		return row;
	pthread_mutex_lock(&fault_lock);
	fault = fault_find(index, application);
	if (fault != NULL)
	{
		hit->action = fault->action;
		hit->argument = fault->argument;
		row = fault->argument;
	}
	pthread_mutex_unlock(&fault_lock);
	return row;
}

void
fault_hang(bool (*stop) (void *), void *argument)
{
	struct timespec deadline;

	pthread_once(&fault_once, fault_initialize);
	pthread_mutex_lock(&fault_lock);
	while (clears[struck_point] == struck_clears)
	{
		clock_deadline(HANG_STEP, &deadline);
		pthread_cond_timedwait(&fault_cleared, &fault_lock, &deadline);
		pthread_mutex_unlock(&fault_lock);
		if (stop != NULL && stop(argument))
			return;
		pthread_mutex_lock(&fault_lock);
	}
	pthread_mutex_unlock(&fault_lock);
}

bool
fault_refusing(void)
{
	bool		answer;

	pthread_mutex_lock(&fault_lock);
	answer = refusing;
	pthread_mutex_unlock(&fault_lock);
	return answer;
}

void
fault_refuse(bool refuse)
{
	pthread_mutex_lock(&fault_lock);
	refusing = refuse;
	pthread_mutex_unlock(&fault_lock);
	server_refuse(refuse);
	event_record("refuse", "%s", refuse ? "on" : "off");
}

const char *
fault_clear(const char *point)
{
	int			index = point == NULL ? -1 : point_index(point);
	int			i;

	if (point != NULL && index < 0)
		return "error: unknown point";
	pthread_once(&fault_once, fault_initialize);
	pthread_mutex_lock(&fault_lock);
	for (i = 0; i < FAULTS; i++)
	{
		if (point != NULL && faults[i].point != index)
			continue;
		if (faults[i].count > 0)
			atomic_fetch_sub(&armed[faults[i].point], 1);
		faults[i].count = 0;
		faults[i].hits = 0;
	}
	for (i = 0; i < POINTS; i++)
	{
		if (point == NULL || i == index)
			clears[i]++;
	}
	pthread_cond_broadcast(&fault_cleared);
	pthread_mutex_unlock(&fault_lock);
	return "ok";
}

static bool
parse_number(const char *word, int64_t *number)
{
	char	   *end;

	if (word == NULL || *word == '\0')
		return false;
	*number = strtoll(word, &end, 10);
	return *end == '\0' && *number >= 0;
}

void
fault_list(FILE *out)
{
	const Fault *fault;

	pthread_mutex_lock(&fault_lock);
	for (fault = faults; fault < faults + FAULTS; fault++)
	{
		if (fault->count > 0 || fault->hits > 0)
			fprintf(out, "%s %s %lld skip %lld count %lld hits %llu scope %s\n",
					points[fault->point].name, action_name(fault->action),
					(long long) fault->argument, (long long) fault->skip,
					(long long) fault->count, (unsigned long long) fault->hits, fault->scope);
	}
	pthread_mutex_unlock(&fault_lock);
}

/* "ok" when such a fault makes sense. */
static const char *
check_fault(const Fault *fault, bool given, Need need)
{
	if ((points[fault->point].actions & BIT(fault->action)) == 0)
		return "error: the action has no meaning at this point";
	if (points[fault->point].nameless && fault->scope[0] != '\0')
		return "error: no application has a name at this point";
	if (strcmp(points[fault->point].name, "row") == 0)
		return given ? "ok" : "error: after how many rows?";
	if (need != NEED_NOTHING && !given)
		return "error: the action needs a number";
	if (need == NEED_POSITIVE && fault->argument == 0)
		return "error: the action needs a positive number";
	return "ok";
}

/* What follows the action: [ARG] [skip N] [count N] [scope APP...] */
static const char *
parse_options(char *rest, Fault *fault, bool *given)
{
	char	   *word;

	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
	{
		if (strcasecmp(word, "skip") == 0)
		{
			if (!parse_number(strtok_r(NULL, " \t", &rest), &fault->skip))
				return "error: skip needs a number";
		}
		else if (strcasecmp(word, "count") == 0)
		{
			if (!parse_number(strtok_r(NULL, " \t", &rest), &fault->count) || fault->count == 0)
				return "error: count needs a positive number";
		}
		else if (strcasecmp(word, "scope") == 0)
		{
			/* the rest of the line: application names contain blanks */
			while (*rest == ' ' || *rest == '\t')
				rest++;
			if (strlen(rest) >= sizeof(fault->scope))
				return "error: the scope is too long";
			strcpy(fault->scope, rest);
			break;
		}
		else if (*given || !parse_number(word, &fault->argument))
			return "error: the argument is no number";
		else
			*given = true;
	}
	return "ok";
}

/* A free slot, or one whose fault has struck out; under fault_lock. */
static Fault *
free_slot(void)
{
	Fault	   *spent = NULL;
	int			i;

	for (i = 0; i < FAULTS; i++)
	{
		if (faults[i].count > 0)
			continue;
		if (faults[i].hits == 0)
			return &faults[i];
		if (spent == NULL)
			spent = &faults[i];
	}
	return spent;
}

const char *
fault_set(char *words)
{
	Fault		fault = {.count = 1};
	Fault	   *slot;
	char	   *rest = NULL;
	char	   *word = strtok_r(words, " \t", &rest);
	const char *answer;
	bool		given = false;
	Need		need = NEED_NOTHING;
	int			i;

	if (word == NULL || (fault.point = point_index(word)) < 0)
		return "error: unknown point";
	word = strtok_r(NULL, " \t", &rest);
	for (i = 0; word != NULL && i < ACTIONS; i++)
	{
		if (strcasecmp(actions[i].name, word) == 0)
		{
			fault.action = actions[i].action;
			need = actions[i].need;
		}
	}
	if (fault.action == FAULT_NONE)
		return "error: unknown action";
	answer = parse_options(rest, &fault, &given);
	if (strcmp(answer, "ok") == 0)
		answer = check_fault(&fault, given, need);
	if (strcmp(answer, "ok") != 0)
		return answer;

	pthread_mutex_lock(&fault_lock);
	slot = free_slot();
	if (slot != NULL)
	{
		*slot = fault;
		atomic_fetch_add(&armed[fault.point], 1);
	}
	pthread_mutex_unlock(&fault_lock);
	return slot != NULL ? "ok" : "error: too many faults";
}
