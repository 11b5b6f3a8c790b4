/*
 * src/exec/modify.c
 *		INSERT, UPDATE and DELETE of one row after the other.
 *
 * Each row is one statement, sent once.  A change by key must have hit one row:
 * the scan has locked it, so nobody else can have changed or removed it since.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "exec/batch.h"
#include "option/compat.h"
#include "option/option.h"
#include "session/change.h"
#include "value/encode.h"

/*
 * 334: OUTPUT needs INTO, for the table has got a trigger since the server was asked
 * for them; nothing has been done.  2627, 2601: a duplicate key.
 */
#define ERROR_TRIGGERS	334

static const int tolerated[2][2][4] = {
	/* [ON CONFLICT DO NOTHING] [OUTPUT without INTO] */
	{{0}, {ERROR_TRIGGERS}},
	{{2627, 2601}, {2627, 2601, ERROR_TRIGGERS}}
};

static void
find_junk(TmfModify *modify, const Plan *subplan)
{
	List	   *keys = list_nth(modify->private, TMF_MODIFY_KEYS);
	ListCell   *lc;

	modify->key = MemoryContextAllocZero(modify->context,
										 sizeof(TmfModifyKey) * Max(1, list_length(keys)));
	foreach(lc, keys)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(modify->rel),
													lfirst_int(lc) - 1);
		TmfModifyKey *key = &modify->key[foreach_current_index(lc)];

		key->junk = ExecFindJunkAttributeInTlist(subplan->targetlist,
												 tmf_modify_junk_name(attribute));
		if (!AttributeNumberIsValid(key->junk))
			elog(ERROR, "the old value of key column \"%s\" is missing",
				 NameStr(attribute->attname));
	}
}

void
tmfBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo, List *fdw_private,
					  int subplan_index, int eflags)
{
	TmfModify  *modify;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	modify = tmf_modify_make(mtstate->ps.state, rinfo, mtstate->operation, fdw_private);
	if (mtstate->operation != CMD_INSERT)
		find_junk(modify, outerPlanState(mtstate)->plan);
	rinfo->ri_FdwState = modify;
}

/* Whoever looks at the row afterwards may look at any column. */
static Bitmapset *
returned_columns(const ResultRelInfo *rinfo)
{
	const TriggerDesc *triggers = rinfo->ri_TrigDesc;

	if (rinfo->ri_returningList == NIL && rinfo->ri_WithCheckOptions == NIL &&
		(triggers == NULL || !triggers->trig_insert_after_row))
		return NULL;
	return bms_make_singleton(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);
}

/*
 * Rows of a partitioned table, or of COPY.  All columns of a row that comes from
 * another partition are offered, and a NULL among them is no column left out.
 */
void
tmfBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	const ModifyTable *plan = (const ModifyTable *) mtstate->ps.plan;
	Relation	rel = rinfo->ri_RelationDesc;
	Bitmapset  *named = NULL;
	List	   *written = NIL;
	List	   *offered = NIL;
	TmfModify  *modify;
	int			i;

	if (plan != NULL && plan->operation == CMD_UPDATE &&
		(rinfo->ri_usesFdwDirectModify || rinfo->ri_FdwState != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot route tuples into foreign table to be updated \"%s\"",
						RelationGetRelationName(rel))));
	if (plan != NULL && plan->onConflictAction == ONCONFLICT_UPDATE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT DO UPDATE is not supported on foreign table \"%s\"",
						RelationGetRelationName(rel))));
	if (plan == NULL || plan->operation == CMD_INSERT)
		named = ExecGetInsertedCols(rinfo, mtstate->ps.state);
	for (i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		if (TMF_IS_LOCAL(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			continue;
		if (bms_is_member(i - FirstLowInvalidHeapAttributeNumber, named))
			written = lappend_int(written, i);
		else
			offered = lappend_int(offered, i);
	}
	modify = tmf_modify_make(mtstate->ps.state, rinfo, CMD_INSERT,
							 tmf_modify_private(rel, written, offered, NIL, returned_columns(rinfo),
												plan != NULL && plan->onConflictAction == ONCONFLICT_NOTHING,
												false));
	modify->moves = plan != NULL && plan->operation != CMD_INSERT;
	modify->gathers = plan == NULL && tmf_batch_possible(rinfo);
	rinfo->ri_FdwState = modify;
}

static TmfRequest
request_of(const TmfModify *modify, int parameters)
{
	TmfRequest	request = {.sql = modify->sql};

	request.parameters = parameters;
	request.parameter = modify->parameters;
	request.returns = modify->row != NULL;
	request.tolerated = tolerated[modify->nothing][modify->row != NULL && modify->text.into == NIL];
	return request;
}

/* The first row that comes back; there are no more of a change by key, or of one row. */
static void
take_returned(TmfModify *modify, TmfSession *session, const TmfRequest *request)
{
	MemoryContext former;
	uint64		rows = 0;

	if (wire_column_count(tmf_session_conn(session)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("the server has returned no rows of foreign table \"%s\"",
						RelationGetRelationName(modify->rel)),
				 errcontext("remote SQL command: %s", request->sql)));
	tmf_row_bind(modify->row, tmf_session_conn(session), modify->bind_context);
	MemoryContextReset(modify->returned_context);
	while (tmf_change_fetch(session, request))
	{
		if (rows++ > 0)
			continue;
		former = MemoryContextSwitchTo(modify->returned_context);
		tmf_row_read(modify->row, tmf_session_conn(session), 1, false, modify->returned);
		MemoryContextSwitchTo(former);
	}
	if (tmf_change_refused(session) == 0 &&
		tmf_change_count(session, request->sql) != (int64) rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("the server has changed " INT64_FORMAT " rows of foreign table \"%s\" and returned " UINT64_FORMAT,
						tmf_change_count(session, request->sql),
						RelationGetRelationName(modify->rel), rows),
				 errcontext("remote SQL command: %s", request->sql)));
}

pg_noreturn static void raise_count(const TmfModify *modify, int64 count, const char *sql);

static void
raise_count(const TmfModify *modify, int64 count, const char *sql)
{
	ereport(ERROR,
			(errcode(count > 1 ? ERRCODE_CARDINALITY_VIOLATION : ERRCODE_NO_DATA_FOUND),
			 errmsg("one row of foreign table \"%s\" was to be changed, and the server has changed " INT64_FORMAT,
					RelationGetRelationName(modify->rel), count),
			 modify->operation == CMD_INSERT ?
			 errhint("Look for an index WITH (IGNORE_DUP_KEY = ON), or for a trigger that does something else instead.") :
			 errhint("The columns with the option key must tell each remote row from all others. A trigger or a cascade may have changed the row, too."),
			 errcontext("remote SQL command: %s", sql)));
}

static int64
send(TmfModify *modify, TmfSession *session, int parameters)
{
	TmfRequest	request = request_of(modify, parameters);

	if (modify->row == NULL)
		return tmf_change_run(session, &request);
	if (tmf_change_open(session, &request, NULL))
		take_returned(modify, session, &request);
	return tmf_change_count(session, request.sql);
}

/* Sends the statement that is prepared.  False: a duplicate key that is no error. */
static bool
run(TmfModify *modify, TmfSession *session, int parameters)
{
	int64		count = send(modify, session, parameters);

	if (count < 0 && tmf_change_refused(session) == ERROR_TRIGGERS)
	{
		tmf_modify_learn_triggers(modify);
		count = send(modify, session, parameters);
	}
	MemoryContextReset(modify->values_context);
	if (count < 0)
		return false;
	if (count != 1)
		raise_count(modify, count, modify->sql);
	return true;
}

static TupleTableSlot *
result_of(const TmfModify *modify, TupleTableSlot *slot)
{
	return modify->row != NULL ? modify->returned : slot;
}

TupleTableSlot *
tmfExecForeignInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
					 TupleTableSlot *planSlot)
{
	TmfModify  *modify = rinfo->ri_FdwState;
	TmfSession *session;
	Bitmapset  *columns;

	if (modify->gathers)
	{
		tmf_batch_add(modify, slot);
		return slot;
	}
	session = tmf_modify_begin(modify);
	columns = tmf_modify_columns_of(modify, slot, NULL);
	tmf_modify_prepare(modify, columns, 1);
	bms_free(columns);
	tmf_modify_encode(modify, slot, modify->parameters);
	return run(modify, session, modify->text.columns) ? result_of(modify, slot) : NULL;
}

/* Appends the values of the key, and says how many parameters these are. */
static int
encode_keys(TmfModify *modify, TupleTableSlot *old, WireParameter *parameters)
{
	MemoryContext former = MemoryContextSwitchTo(modify->values_context);
	int			count = 0;
	int			i;

	for (i = 0; i < modify->keys; i++)
	{
		const TmfModifyKey *key = &modify->key[i];
		bool		isnull;
		Datum		value = ExecGetJunkAttribute(old, key->junk, &isnull);

		if (key->text.interval)
		{
			tmf_encode(value, isnull, key->local, &key->as,
					   TMF_BOUND_LOW(BTEqualStrategyNumber), &parameters[count++]);
			tmf_encode(value, isnull, key->local, &key->as,
					   TMF_BOUND_HIGH(BTEqualStrategyNumber), &parameters[count++]);
		}
		else
			tmf_encode(value, isnull, key->local, &key->as, TMF_BOUND_VALUE, &parameters[count++]);
	}
	MemoryContextSwitchTo(former);
	return count;
}

/* False: this statement has changed the row before. */
static bool
change_by_key(TmfModify *modify, TmfSession *session, TupleTableSlot *old)
{
	WireParameter *keys = modify->parameters + modify->text.columns;
	int			count = encode_keys(modify, old, keys);

	if (modify->modified != NULL && !tmf_modified_keys_add(modify->modified, keys, count))
	{
		MemoryContextReset(modify->values_context);
		return false;
	}
	return run(modify, session, modify->text.columns + count);
}

TupleTableSlot *
tmfExecForeignUpdate(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
					 TupleTableSlot *planSlot)
{
	TmfModify  *modify = rinfo->ri_FdwState;
	TmfSession *session = tmf_modify_begin(modify);
	TupleTableSlot *old = rinfo->ri_oldTupleSlot;
	Bitmapset  *columns;

	columns = tmf_modify_columns_of(modify, slot, old != NULL && !TTS_EMPTY(old) ? old : NULL);
	tmf_modify_prepare(modify, columns, 1);
	bms_free(columns);
	tmf_modify_encode(modify, slot, modify->parameters);
	return change_by_key(modify, session, planSlot) ? result_of(modify, slot) : NULL;
}

TupleTableSlot *
tmfExecForeignDelete(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
					 TupleTableSlot *planSlot)
{
	TmfModify  *modify = rinfo->ri_FdwState;
	TmfSession *session = tmf_modify_begin(modify);

	tmf_modify_prepare(modify, NULL, 1);
	return change_by_key(modify, session, planSlot) ? result_of(modify, slot) : NULL;
}

void
tmfEndForeignModify(EState *estate, ResultRelInfo *rinfo)
{
	TmfModify  *modify = rinfo->ri_FdwState;

	if (modify != NULL)
	{
		tmf_batch_send(modify);
		MemoryContextDelete(modify->context);
	}
	rinfo->ri_FdwState = NULL;
}
