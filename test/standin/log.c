/*
 * test/standin/log.c
 *		The instance's log, its counters and its record of events.
 *
 * Events exist so that a test can wait for something to have happened instead
 * of sleeping: each name counts how often it was recorded and how many of
 * those a "wait" has already seen.
 */
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "database.h"

#define EVENT_NAMES		128
#define EVENTS_KEPT		2048
#define EVENT_TEXT		240

typedef struct EventName
{
	char		name[64];
	uint64_t	recorded;
	uint64_t	waited;
} EventName;

typedef struct Event
{
	int64_t		at;				/* monotonic milliseconds */
	int			name;
	char		text[EVENT_TEXT];
} Event;

static atomic_uint_fast64_t counters[COUNTERS];

static pthread_mutex_t event_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t event_recorded;
static pthread_once_t event_once = PTHREAD_ONCE_INIT;
static EventName event_names[EVENT_NAMES];
static int	event_name_count;
static Event events[EVENTS_KEPT];
static uint64_t event_count;

static const char *const counter_names[COUNTERS] = {
	[COUNTER_CONNECTIONS] = "connections",
	[COUNTER_PRELOGINS] = "prelogins",
	[COUNTER_LOGINS] = "logins",
	[COUNTER_LOGINS_OK] = "logins_ok",
	[COUNTER_BATCHES] = "batches",
	[COUNTER_CALLS] = "calls",
	[COUNTER_BULK_LOADS] = "bulk_loads",
	[COUNTER_PREPARES] = "prepares",
	[COUNTER_EXECUTIONS] = "executions",
	[COUNTER_UNPREPARES] = "unprepares",
	[COUNTER_ATTENTIONS] = "attentions",
	[COUNTER_COMMITS] = "commits",
};

int64_t
clock_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
clock_deadline(int64_t milliseconds, struct timespec *deadline)
{
	clock_gettime(CLOCK_MONOTONIC, deadline);
	deadline->tv_sec += milliseconds / 1000;
	deadline->tv_nsec += (milliseconds % 1000) * 1000000;
	if (deadline->tv_nsec >= 1000000000)
	{
		deadline->tv_sec++;
		deadline->tv_nsec -= 1000000000;
	}
}

void
clock_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
clock_sleep(int64_t milliseconds)
{
	struct timespec span = {milliseconds / 1000, (milliseconds % 1000) * 1000000};

	while (nanosleep(&span, &span) != 0 && errno == EINTR)
		;
}

void
log_line(const char *format, ...)
{
	char		line[2048];
	struct timespec now;
	struct tm	local;
	size_t		n;
	va_list		arguments;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	n = strftime(line, sizeof(line), "%F %T", &local);
	n += (size_t) snprintf(line + n, sizeof(line) - n, ".%03ld [%.100s] ",
						   now.tv_nsec / 1000000, instance.name);
	va_start(arguments, format);
	vsnprintf(line + n, sizeof(line) - n, format, arguments);
	va_end(arguments);

	/* one write a line, so that threads and processes do not mix theirs */
	fprintf(stderr, "%s\n", line);
}

void
counter_add(Counter counter)
{
	atomic_fetch_add_explicit(&counters[counter], 1, memory_order_relaxed);
}

uint64_t
counter_value(Counter counter)
{
	return atomic_load_explicit(&counters[counter], memory_order_relaxed);
}

const char *
counter_name(Counter counter)
{
	return counter_names[counter];
}

static void
event_initialize(void)
{
	clock_condition(&event_recorded);
}

/* Under event_lock; -1 when the table is full. */
static int
event_name_index(const char *name)
{
	int			i;

	for (i = 0; i < event_name_count; i++)
	{
		if (strcmp(event_names[i].name, name) == 0)
			return i;
	}
	if (event_name_count == EVENT_NAMES)
		return -1;
	snprintf(event_names[i].name, sizeof(event_names[i].name), "%s", name);
	event_name_count++;
	return i;
}

void
event_record(const char *name, const char *format, ...)
{
	Event	   *event;
	int			index;
	va_list		arguments;

	pthread_once(&event_once, event_initialize);
	pthread_mutex_lock(&event_lock);
	index = event_name_index(name);
	if (index >= 0)
	{
		event = &events[event_count++ % EVENTS_KEPT];
		event->at = clock_milliseconds();
		event->name = index;
		va_start(arguments, format);
		vsnprintf(event->text, sizeof(event->text), format, arguments);
		va_end(arguments);
		event_names[index].recorded++;
		pthread_cond_broadcast(&event_recorded);
	}
	pthread_mutex_unlock(&event_lock);
}

bool
event_wait(const char *name, int64_t milliseconds)
{
	struct timespec deadline;
	bool		seen = false;
	int			index;

	pthread_once(&event_once, event_initialize);
	clock_deadline(milliseconds, &deadline);
	pthread_mutex_lock(&event_lock);
	index = event_name_index(name);
	while (index >= 0)
	{
		seen = event_names[index].recorded > event_names[index].waited;
		if (seen)
			event_names[index].waited = event_names[index].recorded;
		if (seen || pthread_cond_timedwait(&event_recorded, &event_lock, &deadline) == ETIMEDOUT)
			break;
	}
	pthread_mutex_unlock(&event_lock);
	return seen;
}

void
event_list(FILE *out)
{
	uint64_t	i;

	pthread_mutex_lock(&event_lock);
	i = event_count > EVENTS_KEPT ? event_count - EVENTS_KEPT : 0;
	for (; i < event_count; i++)
	{
		const Event *event = &events[i % EVENTS_KEPT];

		fprintf(out, "%llu %lld %s %s\n", (unsigned long long) i + 1, (long long) event->at,
				event_names[event->name].name, event->text);
	}
	pthread_mutex_unlock(&event_lock);
}
