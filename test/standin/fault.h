/*
 * fault.h
 *		Faults on command, counters and the record of what was hit.
 *
 * A fault has a point (where it strikes), an action, an argument, a number of
 * hits to let pass (skip), a number of times to strike (count, default 1) and a
 * scope (application name, "" = any).  They are set by EXEC standin_fault and by
 * the control socket, and all strikes are kept in an event log.
 */
#ifndef STANDIN_FAULT_H
#define STANDIN_FAULT_H

#include "types.h"

typedef enum FaultAction
{
	FAULT_NONE,
	FAULT_CLOSE,				/* FIN */
	FAULT_RESET,				/* RST: SO_LINGER 0 */
	FAULT_HANG,					/* say nothing more, keep the socket open, until the fault is cleared */
	FAULT_KILL,					/* the process kills itself with SIGKILL */
	FAULT_ERROR,				/* server error; argument is its number */
	FAULT_DELAY,				/* go on after argument milliseconds */
	FAULT_FATAL,				/* server error of severity 21, then FIN */
	FAULT_THROTTLE,				/* send argument bytes a second */
	FAULT_CORRUPT,				/* damage the record on its way to the mirror */
	FAULT_IGNORE,				/* do as if nothing had come */

	/* malformed replies, then FIN */
	FAULT_GARBAGE,				/* a token that is none */
	FAULT_OVERRUN,				/* a token longer than the message */
	FAULT_ENVCHANGE,			/* ENVCHANGE shorter than what it holds */
	FAULT_PLP_CUT,				/* the message ends inside a chunk */
	FAULT_PLP_SHORT,			/* chunks are less than the length announced */
	FAULT_PACKET				/* a packet of 7 bytes, header and all */
} FaultAction;

typedef struct FaultHit
{
	FaultAction action;
	int64_t		argument;
} FaultHit;

/*
 * Points: "accept", "handshake" (before each answer of ours in TLS's), "prelogin", "login", "loginack", "batch" (any request), "row"
 * (argument N = after N rows of a result, at a flush; error is 1222 then, fatal
 * 596, and delay 1 s), "send" (each flush of a reply), "attention",
 * "commit_before_log", "commit_after_ship" (the mirror has hardened it),
 * "commit_after_local", "commit_before_reply", "link" (a transaction on its way to
 * the mirror).
 *
 * Called where the point is passed.  application: NULL = the one that this
 * thread named last.
 */
extern FaultHit fault_check(const char *point, const char *application);

/* For "row": the row number at which a pending fault strikes; -1 = none. */
extern int64_t fault_row(const char *application, FaultHit *hit);

/* Sleeps in small steps while the hang lasts; returns when it was cleared or stop says so. */
extern void fault_hang(bool (*stop) (void *), void *argument);

/* Refuse: the listener is closed ("refuse on") and opened again ("refuse off"). */
extern bool fault_refusing(void);

/* One line of the control language (control.h).  The answer, to be freed. */
extern char *control_command(const char *line);

typedef enum Counter
{
	COUNTER_CONNECTIONS,		/* TCP accepted */
	COUNTER_PRELOGINS,
	COUNTER_LOGINS,				/* LOGIN7 received */
	COUNTER_LOGINS_OK,
	COUNTER_BATCHES,			/* SQLBatch received */
	COUNTER_CALLS,				/* RPC received */
	COUNTER_BULK_LOADS,			/* bulk loads received */
	COUNTER_PREPARES,			/* handles made by sp_prepare and sp_prepexec */
	COUNTER_EXECUTIONS,			/* by sp_execute and sp_prepexec */
	COUNTER_UNPREPARES,
	COUNTER_ATTENTIONS,
	COUNTER_COMMITS,			/* transactions with changes, committed */
	COUNTERS
} Counter;

extern void counter_add(Counter counter);
extern uint64_t counter_value(Counter counter);
extern const char *counter_name(Counter counter);

/* An event with a name and a few words, for "wait" and "events". */
extern void event_record(const char *name, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* One line to the instance's log (stderr), with time and instance name. */
extern void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
