/*
 * src/session/gather.c
 *		Rows that wait to be sent together, and those who must not overtake them.
 *
 * Nothing is gathered for long: by COPY, between one row and the next.  What runs
 * meanwhile (a function in its WHERE, a default) may read the table, or set a
 * savepoint of its own that is rolled back: so the rows go before it, and before
 * its savepoint.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "session/gather.h"
#include "session_int.h"

static dlist_head gathers = DLIST_STATIC_INIT(gathers);

static void
leave(TmfGather *gather)
{
	if (gather->waiting)
		dlist_delete(&gather->node);
	gather->waiting = false;
}

static void
context_ends(void *gather)
{
	leave(gather);
}

void
tmf_gather_init(TmfGather *gather, MemoryContext context)
{
	MemoryContextCallback *callback = MemoryContextAllocZero(context,
															 sizeof(MemoryContextCallback));

	callback->func = context_ends;
	callback->arg = gather;
	MemoryContextRegisterResetCallback(context, callback);
}

void
tmf_gather_wait(TmfGather *gather, Oid umid)
{
	if (gather->waiting)
		return;
	gather->waiting = true;
	gather->umid = umid;
	gather->level = GetCurrentTransactionNestLevel();
	dlist_push_tail(&gathers, &gather->node);
}

void
tmf_gather_send(TmfGather *gather)
{
	int			former;

	if (!gather->waiting)
		return;
	leave(gather);
	former = tmf_transaction_act_at(gather->level);
	PG_TRY();
	{
		gather->send(gather);
	}
	PG_CATCH();
	{
		(void) tmf_transaction_act_at(former);
		PG_RE_THROW();
	}
	PG_END_TRY();
	(void) tmf_transaction_act_at(former);
}

/* The first of them is the oldest; sending may end any of them. */
void
tmf_gather_send_all(Oid umid)
{
	dlist_iter	iter;
	bool		found;

	do
	{
		found = false;
		dlist_foreach(iter, &gathers)
		{
			TmfGather  *gather = dlist_container(TmfGather, node, iter.cur);

			if (gather->umid != umid)
				continue;
			found = true;
			tmf_gather_send(gather);
			break;
		}
	} while (found);
}

void
tmf_gather_abort(int level)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &gathers)
	{
		TmfGather  *gather = dlist_container(TmfGather, node, iter.cur);

		if (gather->level >= level)
			leave(gather);
	}
}
