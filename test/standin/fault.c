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

static const char *const points[] = {
	"accept", "prelogin", "login", "loginack", "batch", "row", "commit_before_log",
	"commit_after_ship", "commit_after_local", "commit_before_reply", "link",
};

#define POINTS ((int) (sizeof(points) / sizeof(points[0])))

static const struct
{
	const char *name;
	FaultAction action;
}			actions[] = {
	{"close", FAULT_CLOSE},
	{"reset", FAULT_RESET},
	{"hang", FAULT_HANG},
	{"kill", FAULT_KILL},
	{"error", FAULT_ERROR},
	{"delay", FAULT_DELAY},
	{"drop", FAULT_CLOSE},
};

#define ACTIONS ((int) (sizeof(actions) / sizeof(actions[0])))

typedef struct Fault
{
	int			point;
	FaultAction action;
	int64_t		argument;
	int64_t		skip;
	int64_t		count;			/* 0 = the slot is free */
	char		scope[NAME_MAX_BYTES];
} Fault;

static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fault_cleared;
static pthread_once_t fault_once = PTHREAD_ONCE_INIT;
static Fault faults[FAULTS];
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
		if (strcasecmp(points[i], name) == 0)
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
	if (index < 0)
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
		fault->count--;
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
	Fault	   *fault;

	application = application_of_thread(application);
	pthread_mutex_lock(&fault_lock);
	fault = fault_find(point_index("row"), application);
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
		if (point == NULL || faults[i].point == index)
			faults[i].count = 0;
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

/* The words after "fault": POINT ACTION [ARG] [skip N] [count N] [scope APP...] */
const char *
fault_set(char *words)
{
	Fault		fault = {0};
	char	   *rest = NULL;
	char	   *word = strtok_r(words, " \t", &rest);
	int			i;

	if (word == NULL || (fault.point = point_index(word)) < 0)
		return "error: unknown point";
	word = strtok_r(NULL, " \t", &rest);
	for (i = 0; word != NULL && i < ACTIONS; i++)
	{
		if (strcasecmp(actions[i].name, word) == 0)
			fault.action = actions[i].action;
	}
	if (fault.action == FAULT_NONE)
		return "error: unknown action";
	fault.count = 1;
	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
	{
		if (strcasecmp(word, "skip") == 0)
		{
			if (!parse_number(strtok_r(NULL, " \t", &rest), &fault.skip))
				return "error: skip needs a number";
		}
		else if (strcasecmp(word, "count") == 0)
		{
			if (!parse_number(strtok_r(NULL, " \t", &rest), &fault.count) || fault.count == 0)
				return "error: count needs a positive number";
		}
		else if (strcasecmp(word, "scope") == 0)
		{
			/* the rest of the line: application names contain blanks */
			while (*rest == ' ' || *rest == '\t')
				rest++;
			snprintf(fault.scope, sizeof(fault.scope), "%s", rest);
			break;
		}
		else if (!parse_number(word, &fault.argument))
			return "error: the argument is no number";
	}

	pthread_mutex_lock(&fault_lock);
	for (i = 0; i < FAULTS && faults[i].count > 0; i++)
		;
	if (i < FAULTS)
		faults[i] = fault;
	pthread_mutex_unlock(&fault_lock);
	return i < FAULTS ? "ok" : "error: too many faults";
}
