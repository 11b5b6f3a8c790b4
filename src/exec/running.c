/*
 * src/exec/running.c
 *		This backend's running scans.
 *
 * A scan that is sent again after a failover must not be combined with rows
 * that its portal has from the old principal, unless both have the same data.
 */
#include "postgres.h"

#include "exec/scan.h"

static dlist_head running = DLIST_STATIC_INIT(running);

static void
forget(void *argument)
{
	TmfScan    *scan = argument;

	dlist_delete(&scan->node);
}

void
tmf_running_add(TmfScan *scan)
{
	dlist_push_tail(&running, &scan->node);
	scan->callback.func = forget;
	scan->callback.arg = scan;
	MemoryContextRegisterResetCallback(scan->context, &scan->callback);
}

uint64
tmf_running_other_rows(const TmfScan *scan, const TmfSession *session)
{
	uint64		rows = 0;
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		TmfScan    *other = dlist_container(TmfScan, node, iter.cur);

		if (other->estate == scan->estate && other->consumed > 0 &&
			other->user->serverid == scan->user->serverid &&
			!tmf_session_same_data(session, &other->consumed_login))
			rows += other->consumed;
	}
	return rows;
}
