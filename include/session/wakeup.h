/*
 * wakeup.h
 *		One descriptor for a socket and a time: for somebody else's wait.
 *
 * Whoever waits with a set of his own, as Append does for its subplans, takes one
 * descriptor and no time from each.  This one becomes readable when a socket is,
 * or when a time has come.
 */
#ifndef SESSION_WAKEUP_H
#define SESSION_WAKEUP_H

typedef struct TmfWakeup
{
	int			set;			/* the descriptor; -1: not open */
	int			timer;
	int			socket;			/* in the set; -1 none */
} TmfWakeup;

#define TMF_WAKEUP_NONE ((TmfWakeup) {-1, -1, -1})

/*
 * Opened if need be, it will be readable as soon as socket is (-1: none), or at
 * until_ms, which may have passed; until it is armed again.  Raises when no
 * descriptors are left.
 */
extern int	tmf_wakeup_arm(TmfWakeup *wakeup, int socket, int64 until_ms);

/* No effect on one that is not open. */
extern void tmf_wakeup_close(TmfWakeup *wakeup);

#endif
