/*
 * src/exec/scan.c
 *		Begin, Iterate, ReScan, End of a foreign scan.
 *
 * Begin contacts nobody; the first Iterate sends the statement.  From then on
 * the scan is a little machine: TmfScan.source says where the next row comes
 * from, execution.c moves it from one source to another, and here rows are
 * handed over.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "exec/scan.h"
#include "option/compat.h"
#include "plan/paths.h"

static TupleTableSlot *
make_slot(TmfScan *scan, TupleDesc descriptor, const TupleTableSlotOps *ops)
{
	TupleTableSlot *slot = ExecInitExtraTupleSlot(scan->estate, descriptor, ops);

	memset(slot->tts_isnull, true, descriptor->natts * sizeof(bool));
	return slot;
}

void
tmfBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	TupleDesc	descriptor = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	MemoryContext context;
	MemoryContext old;
	TmfScan    *scan;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	context = AllocSetContextCreate(node->ss.ps.state->es_query_cxt,
									"tds_mirror_fdw scan", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	scan = palloc0(sizeof(TmfScan));
	scan->stream.movable = tmf_execution_movable;
	scan->stream.spool = tmf_execution_spool;
	scan->estate = node->ss.ps.state;
	scan->context = context;
	scan->bind_context = AllocSetContextCreate(context, "tds_mirror_fdw decoders",
											   ALLOCSET_SMALL_SIZES);
	scan->spool_context = AllocSetContextCreate(context, "tds_mirror_fdw row",
												ALLOCSET_DEFAULT_SIZES);
	scan->owner = CurrentResourceOwner;
	scan->wakeup = TMF_WAKEUP_NONE;
	scan->keep = (eflags & EXEC_FLAG_REWIND) != 0;
	scan->user = GetUserMapping(TMF_SCAN_USER(plan, scan->estate), plan->fs_server);
	scan->measured = scan->estate->es_instrument != 0;
	scan->sql = strVal(list_nth(plan->fdw_private, TMF_SCAN_SQL));
	scan->locks = boolVal(list_nth(plan->fdw_private, TMF_SCAN_LOCKS));
	scan->parameters = tmf_parameters_make(&node->ss.ps, plan->fdw_exprs,
										   list_nth(plan->fdw_private, TMF_SCAN_PARAMETERS));
	scan->row = tmf_row_make(descriptor, plan->fdw_private);
	scan->row->wholes = tmf_row_wholes(plan->fdw_scan_tlist, scan->estate);
	MemoryContextSwitchTo(old);

	scan->wire_slot = make_slot(scan, descriptor, &TTSOpsVirtual);
	scan->spool_slot = make_slot(scan, descriptor, &TTSOpsVirtual);
	scan->store_slot = make_slot(scan, descriptor, &TTSOpsMinimalTuple);
	tmf_running_add(scan);
	node->fdw_state = scan;
}

/*
 * An answer may have come, or lie in the store, before another scan of the portal
 * went on at a new principal.  Nobody has seen a row of it: it is asked for again.
 */
static bool
is_outdated(const TmfScan *scan)
{
	return scan->handed == 0 && tmf_running_other_rows(scan, &scan->login) > 0;
}

static TupleTableSlot *
hand_over(TmfScan *scan, TupleTableSlot *slot)
{
	if (scan->handed++ == 0)
		scan->consumed_login = scan->login;
	scan->consumed++;
	return slot;
}

/*
 * A row that comes back from the store's file is the slot's to free, at the
 * next call or at the executor's end: it must live as long as the slot.
 */
static bool
next_stored(TmfScan *scan)
{
	MemoryContext context = MemoryContextSwitchTo(scan->estate->es_query_cxt);
	bool		found = tuplestore_gettupleslot(scan->store, true, false, scan->store_slot);

	MemoryContextSwitchTo(context);
	return found;
}

TupleTableSlot *
tmfIterateForeignScan(ForeignScanState *node)
{
	TmfScan    *scan = node->fdw_state;

	for (;;)
	{
		switch (scan->source)
		{
			case TMF_SOURCE_NONE:
				(void) tmf_execution_send(scan, false);
				break;
			case TMF_SOURCE_SENT:
				tmf_execution_answer(scan);
				break;
			case TMF_SOURCE_WIRE:
				if (is_outdated(scan))
					tmf_execution_stop(scan);
				else if (tmf_execution_fetch(scan))
					return hand_over(scan, scan->wire_slot);
				break;
			case TMF_SOURCE_STORE:
				if (is_outdated(scan))
				{
					tmf_execution_stop(scan);
					break;
				}
				if (next_stored(scan))
					return hand_over(scan, scan->store_slot);
				scan->source = TMF_SOURCE_DONE;
				break;
			case TMF_SOURCE_LOST:
				tmf_execution_lost(scan);
				break;
			case TMF_SOURCE_AWAITED:
			case TMF_SOURCE_BROKEN:
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("the rest of foreign table %s was cut off by an earlier error",
								scan->row->names),
						 errhint("Run the statement again.")));
				break;
			case TMF_SOURCE_DONE:
				return ExecClearTuple(scan->wire_slot);
		}
	}
}

/*
 * With the values that it had, a whole result in the store is still the answer.
 * Otherwise one rescan makes the next one likely: the result is kept from now
 * on.  With other values it is another statement, and nothing is known of what
 * follows.
 */
void
tmfReScanForeignScan(ForeignScanState *node)
{
	TmfScan    *scan = node->fdw_state;
	bool		other = tmf_parameters_depend(scan->parameters, node->ss.ps.chgParam);

	if (other)
		tmf_parameters_unbind(scan->parameters);
	if (scan->source == TMF_SOURCE_NONE)
		return;
	if (!other && scan->whole &&
		(scan->source == TMF_SOURCE_STORE || scan->source == TMF_SOURCE_DONE))
	{
		tuplestore_rescan(scan->store);
		scan->source = TMF_SOURCE_STORE;
		scan->handed = 0;
		return;
	}
	tmf_execution_stop(scan);
	if (!other)
		scan->keep = true;
}

void
tmfEndForeignScan(ForeignScanState *node)
{
	TmfScan    *scan = node->fdw_state;

	if (scan == NULL)
		return;
	tmf_execution_stop(scan);
	node->fdw_state = NULL;
	MemoryContextDelete(scan->context);
}

/*
 * A row of a join is put together anew, by the plan that joins here, from rows of
 * its tables that the executor already has.
 */
bool
tmfRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot)
{
	TupleTableSlot *row;

	if (((ForeignScan *) node->ss.ps.plan)->scan.scanrelid > 0)
		return true;
	row = ExecProcNode(outerPlanState(node));
	if (TupIsNull(row))
		return false;
	ExecCopySlot(slot, row);
	return true;
}
