/*
 * gather.h
 *		Rows that wait here to be sent together.
 *
 * Whoever uses a session of their user mapping next must find them in the table:
 * handing out a session sends them first, in the nest level in which they were
 * gathered, whatever the level is by then.
 */
#ifndef SESSION_GATHER_H
#define SESSION_GATHER_H

#include "foreign/foreign.h"
#include "lib/ilist.h"

typedef struct TmfGather
{
	/* Sends them, by tmf_change_begin() and so on; what it raises ends the work of the level. */
	void		(*send) (struct TmfGather *gather);

	/* of gather.c */
	dlist_node	node;
	bool		waiting;		/* it is in the list */
	Oid			umid;
	int			level;
} TmfGather;

/*
 * There are rows from now on, until tmf_gather_send(), an error, or the end of
 * context, in which gather lives.
 */
extern void tmf_gather_wait(TmfGather *gather, Oid umid);

/* To be called once, before the first tmf_gather_wait(). */
extern void tmf_gather_init(TmfGather *gather, MemoryContext context);

/* Sends them now. */
extern void tmf_gather_send(TmfGather *gather);

#endif
