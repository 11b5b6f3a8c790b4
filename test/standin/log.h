/*
 * log.h
 *		Clock, and the reading side of the events that fault.h lets anyone record.
 */
#ifndef STANDIN_LOG_H
#define STANDIN_LOG_H

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "fault.h"

/* Monotonic time; every condition variable with a deadline is made by clock_condition(). */
extern int64_t clock_milliseconds(void);
extern void clock_deadline(int64_t milliseconds, struct timespec *deadline);
extern void clock_condition(pthread_cond_t *condition);
extern void clock_sleep(int64_t milliseconds);

/* Has an event of that name been recorded since the last wait for it?  Waits until it has. */
extern bool event_wait(const char *name, int64_t milliseconds);

/* One line an event: number, milliseconds, name, text. */
extern void event_list(FILE *out);

#endif
