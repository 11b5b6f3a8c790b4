/*
 * src/exec/batch.c
 *		Rows that are inserted together.
 *
 * They are encoded as they come, so that a value that cannot be written is an
 * error at its own row, and sent when there are batch_size of them.  The first go by
 * a multi-row INSERT, which also takes the table's intent lock for the
 * transaction: then nobody can give the table a trigger any more, and bulk.c can
 * find out whether the others may go by bulk load.
 *
 * DB-Library puts each parameter behind all others by walking along them, so
 * that many cost more than several statements: ROW_PARAMETERS is what was
 * measured to cost least, with some room for the round trips of a slow network.
 *
 * COPY hands over one row at a time, so rows are gathered here, and go before
 * whoever uses the session meanwhile (session/gather.h).
 */
#include "postgres.h"

#include "executor/executor.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "exec/batch.h"
#include "option/option.h"
#include "session/change.h"

#define ROW_PARAMETERS	400
#define ROWS_MAX		1000	/* of VALUES */
#define BYTES_MAX		(4 * 1024 * 1024)	/* that wait */

/* Fewer rows than these are not worth the three round trips of a bulk load. */
#define BULK_ROWS		100

bool
tmf_batch_possible(const ResultRelInfo *rinfo)
{
	const TriggerDesc *triggers = rinfo->ri_TrigDesc;

	return rinfo->ri_returningList == NIL && rinfo->ri_WithCheckOptions == NIL &&
		rinfo->ri_projectReturning == NULL &&
		(triggers == NULL ||
		 (!triggers->trig_insert_before_row && !triggers->trig_insert_after_row));
}

/* ON CONFLICT DO NOTHING is a question about one row. */
int
tmfGetForeignModifyBatchSize(ResultRelInfo *rinfo)
{
	const TmfModify *modify = rinfo->ri_FdwState;

	if (!tmf_batch_possible(rinfo) || (modify != NULL && modify->nothing))
		return 1;
	return tmf_table_options(RelationGetRelid(rinfo->ri_RelationDesc))->batch_size;
}

static void send(TmfGather *gather);

static TmfBatch *
batch_of(TmfModify *modify)
{
	MemoryContext former;
	TmfBatch   *batch = modify->batch;

	if (batch != NULL)
		return batch;
	former = MemoryContextSwitchTo(modify->context);
	batch = palloc0(sizeof(TmfBatch));
	batch->modify = modify;
	batch->gather.send = send;
	batch->bulk_context = AllocSetContextCreate(modify->context, "tds_mirror_fdw bulk load",
												ALLOCSET_DEFAULT_SIZES);
	batch->rows_max =
		tmf_table_options(RelationGetRelid(modify->rel))->batch_size;
	tmf_gather_init(&batch->gather, modify->context);
	MemoryContextSwitchTo(former);
	modify->batch = batch;
	return batch;
}

/* How many rows go by one INSERT. */
static int
statement_rows(const TmfBatch *batch)
{
	if (batch->width == 0)
		return 1;				/* DEFAULT VALUES */
	return Min(ROWS_MAX, Max(1, ROW_PARAMETERS / batch->width));
}

static void
require_sound(const TmfBatch *batch)
{
	if (batch->failed)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("rows of foreign table \"%s\" are not written",
						RelationGetRelationName(batch->modify->rel)),
				 errdetail("Sending them has failed, and the error was handled by what ran in the middle of the statement.")));
}

/* Rows that go together have the same columns. */
static void
take_columns(TmfBatch *batch, Bitmapset *columns)
{
	MemoryContext former;

	if (batch->columns != NULL && bms_equal(columns, batch->columns))
		return;
	former = MemoryContextSwitchTo(batch->modify->context);
	bms_free(batch->columns);
	batch->columns = bms_copy(columns);
	batch->width = bms_num_members(columns);
	tmf_bulk_forget(batch);
	MemoryContextSwitchTo(former);
}

static void
make_room(TmfBatch *batch)
{
	int			wanted = (batch->rows + 1) * Max(1, batch->width);
	MemoryContext former;

	if (wanted <= batch->values_max)
		return;
	former = MemoryContextSwitchTo(batch->modify->context);
	wanted = Max(wanted, 2 * batch->values_max);
	batch->values = batch->values == NULL ? palloc_array(WireParameter, wanted) :
		repalloc_huge(batch->values, sizeof(WireParameter) * (Size) wanted);
	batch->values_max = wanted;
	MemoryContextSwitchTo(former);
}

/* A parameter may point into the slot's own value, which is gone with the slot's row. */
static void
keep_values(const TmfModify *modify, TupleTableSlot *slot, WireParameter *parameter)
{
	int			i = -1;

	for (; (i = bms_next_member(modify->in_text, i)) >= 0; parameter++)
	{
		AttrNumber	attnum = modify->column[i].attnum;
		Form_pg_attribute attribute = TupleDescAttr(slot->tts_tupleDescriptor, attnum - 1);
		Datum		datum = slot->tts_values[attnum - 1];
		const char *value = parameter->value;
		const char *start;
		void	   *copy;

		if (value == NULL || attribute->attbyval)
			continue;
		start = (const char *) DatumGetPointer(datum);
		if (value < start || value > start + datumGetSize(datum, false, attribute->attlen))
			continue;
		copy = MemoryContextAlloc(modify->values_context, Max(parameter->length, 1));
		memcpy(copy, value, parameter->length);
		parameter->value = copy;
	}
}

/*
 * A cast may be a function that uses the session, so that those who wait are sent
 * in the middle: the row finds its place afterwards.
 */
static void
take_values(TmfBatch *batch, TupleTableSlot *slot)
{
	TmfModify  *modify = batch->modify;

	batch->encoding = true;
	tmf_modify_encode(modify, slot, modify->parameters);
	batch->encoding = false;
	require_sound(batch);
	keep_values(modify, slot, modify->parameters);
	make_room(batch);
	memcpy(batch->values + (Size) batch->rows * batch->width, modify->parameters,
		   sizeof(WireParameter) * batch->width);
	batch->rows++;
}

void
tmf_batch_add(TmfModify *modify, TupleTableSlot *slot)
{
	TmfBatch   *batch = batch_of(modify);
	Bitmapset  *columns;

	require_sound(batch);
	if (modify->written == NULL)
		(void) tmf_modify_begin(modify);
	columns = tmf_modify_columns_of(modify, slot, NULL);
	if (batch->rows > 0 && !bms_equal(columns, batch->columns))
		tmf_batch_send(modify);
	take_columns(batch, columns);
	bms_free(columns);
	if (batch->rows == 0)
		tmf_modify_prepare(modify, batch->columns, statement_rows(batch));
	take_values(batch, slot);
	tmf_gather_wait(&batch->gather, modify->user->umid);
	if (batch->rows >= batch->rows_max ||
		MemoryContextMemAllocated(modify->values_context, false) >= BYTES_MAX)
		tmf_batch_send(modify);
}

static void
insert_rows(TmfBatch *batch, int first, int rows)
{
	TmfModify  *modify = batch->modify;
	TmfSession *session = tmf_modify_begin(modify);
	TmfRequest	request = {NULL};
	int64		count;

	tmf_modify_prepare(modify, batch->columns, rows);
	request.sql = modify->sql;
	request.parameters = rows * batch->width;
	request.parameter = batch->values + (Size) first * batch->width;
	request.repeated = rows > 1 && rows == statement_rows(batch);
	count = tmf_change_run(session, &request);
	if (count != rows)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("%d rows were to be inserted into foreign table \"%s\", and the server has inserted " INT64_FORMAT,
						rows, RelationGetRelationName(modify->rel), count),
				 errhint("Look for an index WITH (IGNORE_DUP_KEY = ON), or for a trigger that does something else instead."),
				 errcontext("remote SQL command: %s", request.sql)));
	batch->locked = true;
}

/* Which rows of the statement the server's error is about. */
typedef struct Place
{
	const TmfBatch *batch;
	int			first;
	int			rows;
} Place;

static void
add_context(void *argument)
{
	const Place *place = argument;

	if (place->rows == 1 && place->batch->rows == 1 && place->batch->sent == 0)
		return;
	errcontext("rows " INT64_FORMAT " to " INT64_FORMAT " of foreign table \"%s\"",
			   place->batch->sent + place->first + 1,
			   place->batch->sent + place->first + place->rows,
			   RelationGetRelationName(place->batch->modify->rel));
}

static void
send(TmfGather *gather)
{
	TmfBatch   *batch = (TmfBatch *) gather;
	Place		place = {batch, 0, 0};
	ErrorContextCallback context = {error_context_stack, add_context, &place};
	MemoryContext former = MemoryContextSwitchTo(batch->bulk_context);

	batch->failed = true;
	error_context_stack = &context;
	while (place.first < batch->rows)
	{
		place.rows = batch->rows - place.first;
		if (!batch->locked || place.rows < BULK_ROWS || !tmf_bulk_load(batch, place.first))
		{
			place.rows = Min(place.rows, statement_rows(batch));
			insert_rows(batch, place.first, place.rows);
		}
		place.first += place.rows;
	}
	error_context_stack = context.previous;
	MemoryContextSwitchTo(former);
	batch->sent += batch->rows;
	batch->rows = 0;
	batch->failed = false;
	MemoryContextReset(batch->bulk_context);
	if (!batch->encoding)
		MemoryContextReset(batch->modify->values_context);
}

void
tmf_batch_send(TmfModify *modify)
{
	if (modify->batch == NULL)
		return;
	require_sound(modify->batch);
	tmf_gather_send(&modify->batch->gather);
}

TupleTableSlot **
tmfExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot **slots,
						  TupleTableSlot **planSlots, int *count)
{
	int			i;

	for (i = 0; i < *count; i++)
		tmf_batch_add(rinfo->ri_FdwState, slots[i]);
	tmf_batch_send(rinfo->ri_FdwState);
	return slots;
}
