/*
 * wait_event.h
 *		What a backend waits for, as pg_stat_activity names it.
 */
#ifndef SESSION_WAIT_EVENT_H
#define SESSION_WAIT_EVENT_H

typedef enum TmfWaitEvent
{
	TMF_WAIT_RESOLVE,
	TMF_WAIT_BROWSER,
	TMF_WAIT_CONNECT,
	TMF_WAIT_LOGIN,
	TMF_WAIT_ROLE,
	TMF_WAIT_PAUSE,
	TMF_WAIT_ANSWER,
	TMF_WAIT_TRANSFER,
	TMF_WAIT_COMMIT,
	TMF_WAIT_CONTROL,
	TMF_WAIT_COMMIT_LOG,
	TMF_WAIT_ROLE_CHANGE,
	TMF_WAIT_PARTNER_FILE
} TmfWaitEvent;

/* What the waiting functions of PostgreSQL take for it. */
extern uint32 tmf_wait_event(TmfWaitEvent event);

/*
 * Around what waits by itself, in a library.  Any other wait in between ends it;
 * so does the end of the statement.
 */
extern void tmf_wait_begin(TmfWaitEvent event);
extern void tmf_wait_end(void);

#endif
