/*
 * control.h
 *		The control socket, and what its commands set in fault.c.
 */
#ifndef STANDIN_CONTROL_H
#define STANDIN_CONTROL_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Listens on instance.control_path, when there is one.  Commands:
 *
 *		fault POINT ACTION [ARG] [skip N] [count N] [scope APPLICATION...]
 *		faults					those set, struck out or not: "point action argument skip N
 *								count N hits N scope APPLICATION" a line, with what is left
 *		clear [POINT]			forgets them and ends their hangs
 *		refuse on|off			the TDS listener
 *		partition on|off		every link to other instances
 *		cut						RST for every client that is connected now
 *		failover DATABASE		SET PARTNER FAILOVER, whoever may log in
 *		counters				"name value" a line
 *		events					"number milliseconds name text" a line
 *		state					"name role state sequence safety witness guid" a line; without
 *								a mirror: "name NONE state 0 - - -"
 *		wait EVENT MS			"ok" when one was recorded since the last wait, or "timeout"
 *		kill					SIGKILL to itself; no answer
 *
 * Events of mirroring: principal, mirror, removed; synchronized, synchronizing,
 * disconnected, suspended, pending_failover; serving, no_quorum, undecided,
 * transition; witness_connected, witness_disconnected, vote, timeout, copied,
 * redo_failed, partition; refuse; and fault, for each that struck.
 */
extern bool control_start(void);
extern void control_stop(void);

/* Both answer with a static text: "ok", or "error: ..." */
extern const char *fault_set(char *words);
extern const char *fault_clear(const char *point);	/* NULL = all */

extern void fault_list(FILE *out);

extern void fault_refuse(bool refuse);

#endif
