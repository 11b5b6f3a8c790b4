/*
 * src/exec/barrier.c
 *		A node that reads all rows of the plan below before it hands over the first.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "plan/barrier.h"

typedef struct Barrier
{
	CustomScanState css;
	Tuplestorestate *store;		/* NULL: nothing has been read */
	TupleTableSlot *stored;		/* a row as the store has it */
} Barrier;

static Node *create(CustomScan *plan);

const CustomScanMethods tmf_barrier_methods = {TMF_BARRIER_NAME, create};

static void
begin(CustomScanState *node, EState *estate, int eflags)
{
	CustomScan *plan = (CustomScan *) node->ss.ps.plan;

	node->custom_ps = list_make1(ExecInitNode(linitial(plan->custom_plans), estate, eflags));
	((Barrier *) node)->stored =
		ExecInitExtraTupleSlot(estate, node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
							   &TTSOpsMinimalTuple);
}

static void
read_all(Barrier *barrier)
{
	PlanState  *rows = linitial(barrier->css.custom_ps);
	TupleTableSlot *slot;

	barrier->store = tuplestore_begin_heap(false, false, work_mem);
	while (slot = ExecProcNode(rows), !TupIsNull(slot))
		tuplestore_puttupleslot(barrier->store, slot);
}

/*
 * Columns are those of the plan below, so there is nothing to project.  The plan
 * above has been promised a virtual tuple.
 */
static TupleTableSlot *
next(CustomScanState *node)
{
	Barrier    *barrier = (Barrier *) node;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (barrier->store == NULL)
		read_all(barrier);
	ExecClearTuple(slot);
	if (!tuplestore_gettupleslot(barrier->store, true, false, barrier->stored))
		return slot;
	slot_getallattrs(barrier->stored);
	memcpy(slot->tts_values, barrier->stored->tts_values,
		   slot->tts_tupleDescriptor->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, barrier->stored->tts_isnull,
		   slot->tts_tupleDescriptor->natts * sizeof(bool));
	return ExecStoreVirtualTuple(slot);
}

static void
drop(Barrier *barrier)
{
	if (barrier->store != NULL)
		tuplestore_end(barrier->store);
	barrier->store = NULL;
}

static void
end(CustomScanState *node)
{
	drop((Barrier *) node);
	ExecEndNode(linitial(node->custom_ps));
}

static void
rescan(CustomScanState *node)
{
	drop((Barrier *) node);
	ExecReScan(linitial(node->custom_ps));
}

static const CustomExecMethods exec_methods = {
	.CustomName = TMF_BARRIER_NAME,
	.BeginCustomScan = begin,
	.ExecCustomScan = next,
	.EndCustomScan = end,
	.ReScanCustomScan = rescan
};

static Node *
create(CustomScan *plan)
{
	Barrier    *barrier = (Barrier *) newNode(sizeof(Barrier), T_CustomScanState);

	barrier->css.methods = &exec_methods;
	return (Node *) barrier;
}
