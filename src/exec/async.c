/*
 * src/exec/async.c
 *		Scans below an Append whose servers are asked together.
 *
 * Append asks each such scan for a row.  The scan sends its statement and says
 * that the row is pending; once the answer has begun it takes its rows as any
 * other scan does.  What is gained is the time that servers need for their first
 * rows, not the time to read them all.
 *
 * A statement that waits beside others needs a session that nobody reads from.
 * Without one the scan waits for its turn: until a statement that this Append
 * waits for has been answered and read.  When there is no such statement, the
 * sessions are held by somebody who stands still meanwhile; then it runs like a
 * scan that is not asynchronous, and has what is in its way spooled.
 *
 * AsyncRequest.callback_pending alone knows for whom an Append still waits: a
 * rescan, or pruning, forgets requests without a word to the scans.
 */
#include "postgres.h"

#include "executor/execAsync.h"
#include "executor/executor.h"
#include "storage/latch.h"

#include "exec/async.h"
#include "exec/scan.h"
#include "session/wait.h"

/*
 * How long Append's wait lasts at most: before its latest minor releases
 * PostgreSQL serves no cancel in it, only between two of them.
 */
#define TICK_MS		100

static ForeignScanState *
node_of(const AsyncRequest *areq)
{
	return castNode(ForeignScanState, areq->requestee);
}

static MemoryContext
short_context(const AsyncRequest *areq)
{
	return node_of(areq)->ss.ps.ps_ExprContext->ecxt_per_tuple_memory;
}

/* A row, or the end of them, as a scan that is not asynchronous gets it. */
static void
complete(AsyncRequest *areq)
{
	TupleTableSlot *slot = areq->requestee->ExecProcNodeReal(areq->requestee);
	MemoryContext former;

	ExecAsyncRequestDone(areq, slot);
	if (!TupIsNull(slot))
		return;
	former = MemoryContextSwitchTo(short_context(areq));
	tmf_running_next_turn(node_of(areq)->fdw_state);
	MemoryContextSwitchTo(former);
}

/* Goes on as far as that needs no waiting.  True: the next row takes no more of it. */
static bool
advance(TmfScan *scan, bool may_wait_for_turn)
{
	for (;;)
	{
		switch (scan->source)
		{
			case TMF_SOURCE_NONE:
				if (!tmf_execution_send(scan, true))
					return !may_wait_for_turn && !tmf_running_has_turn_before(scan);
				break;
			case TMF_SOURCE_LOST:
				tmf_execution_lost(scan);
				break;
			case TMF_SOURCE_SENT:
				if (!tmf_execution_answered(scan))
					return false;
				tmf_execution_answer(scan);
				if (scan->source != TMF_SOURCE_LOST)
					return true;
				break;
			default:
				return true;
		}
	}
}

static void
serve(AsyncRequest *areq, bool may_wait_for_turn)
{
	TmfScan    *scan = node_of(areq)->fdw_state;
	MemoryContext former = MemoryContextSwitchTo(short_context(areq));
	bool		ready;

	scan->request = areq;
	ready = advance(scan, may_wait_for_turn);
	MemoryContextSwitchTo(former);
	if (ready)
		complete(areq);
	else
		ExecAsyncRequestPending(areq);
}

void
tmfForeignAsyncRequest(AsyncRequest *areq)
{
	serve(areq, true);
}

void
tmfForeignAsyncNotify(AsyncRequest *areq)
{
	serve(areq, false);
}

/*
 * Nothing that may raise for a reason of the server's is done here: before its
 * latest minor releases PostgreSQL loses the descriptor of its set then.
 *
 * A scan that waits for its turn is told by nobody's socket: either another
 * request of the same Append is in the set, or its time has come.
 */
void
tmfForeignAsyncConfigureWait(AsyncRequest *areq)
{
	TmfScan    *scan = node_of(areq)->fdw_state;
	WaitEventSet *set = castNode(AppendState, areq->requestor)->as_eventset;
	int64		until_ms = 0;
	int			socket = -1;

	if (scan->source == TMF_SOURCE_NONE && tmf_running_has_turn_before(scan))
		return;
	if (scan->source == TMF_SOURCE_SENT)
	{
		socket = tmf_execution_awaits(scan, &until_ms);
		until_ms = Min(until_ms, tmf_now_ms() + TICK_MS);
	}
	AddWaitEventToSet(set, WL_SOCKET_READABLE, tmf_wakeup_arm(&scan->wakeup, socket, until_ms),
					  NULL, areq);
}
