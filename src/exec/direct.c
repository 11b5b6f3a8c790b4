/*
 * src/exec/direct.c
 *		An UPDATE or DELETE that the server does by itself.
 *
 * One statement, sent once, in the remote transaction.  It has no result in which
 * the types of columns could be seen: what it takes for granted is compared with
 * what the server says of the table.  Rows that it returns are all taken before
 * the first one is handed over, for only then is it certain that it was done.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "exec/direct.h"
#include "exec/explain.h"
#include "exec/modify.h"
#include "exec/parameters.h"
#include "exec/row.h"
#include "exec/scan.h"
#include "exec/written.h"
#include "option/compat.h"
#include "plan/direct.h"
#include "plan/paths.h"
#include "session/change.h"
#include "value/typemap.h"

/* OUTPUT needs INTO, for the table has triggers. */
static const int needs_into[] = {334, 0};

typedef struct Change
{
	Relation	rel;
	EState	   *estate;
	CmdType		operation;
	List	   *private;		/* see TmfDirectPrivate */
	MemoryContext context;		/* of all of it */
	UserMapping *user;
	TmfParameters *parameters;	/* NULL: the statement has none */

	/* rows that come back; row is NULL: their columns do not matter */
	TmfRow	   *row;
	Tuplestorestate *store;
	TupleTableSlot *slot;

	/* once it is done */
	bool		done;
	TmfChanging changing;
	int64		changed;		/* rows */
	int64		handed;			/* of them, for RETURNING */

	/* for EXPLAIN ANALYZE */
	int64		bytes_received; /* -1: not known */
	char		partner[ENDPOINT_TEXT_MAX]; /* "": nobody was asked */
} Change;

static void *
private_of(const Change *change, TmfDirectPrivate what)
{
	return list_nth(change->private, what);
}

static void
make_row(Change *change)
{
	List	   *returned = private_of(change, TMF_DIRECT_RETURNED);
	TmfSelect	select = {.sql = "", .columns = returned, .handed = list_length(returned)};
	char	   *names = psprintf("\"%s\"", RelationGetRelationName(change->rel));

	change->row = tmf_row_make(RelationGetDescr(change->rel),
							   tmf_scan_private(&select, NIL, makeString(names), ""));
}

void
tmfBeginDirectModify(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	EState	   *estate = node->ss.ps.state;
	MemoryContext context;
	MemoryContext former;
	Change	   *change;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	context = AllocSetContextCreate(estate->es_query_cxt, "tds_mirror_fdw direct modify",
									ALLOCSET_SMALL_SIZES);
	former = MemoryContextSwitchTo(context);
	change = palloc0(sizeof(Change));
	change->rel = node->ss.ss_currentRelation;
	change->estate = estate;
	change->operation = plan->operation;
	change->private = plan->fdw_private;
	change->context = context;
	change->user = GetUserMapping(TMF_SCAN_USER(plan, estate), plan->fs_server);
	change->parameters = tmf_parameters_make(&node->ss.ps, plan->fdw_exprs,
											 private_of(change, TMF_DIRECT_PARAMETERS));
	if (private_of(change, TMF_DIRECT_RETURNED) != NIL)
		make_row(change);
	MemoryContextSwitchTo(former);
	/* the executor looks at its slots once more when change->context is gone */
	if (change->row != NULL)
		change->slot = ExecInitExtraTupleSlot(estate, RelationGetDescr(change->rel),
											  &TTSOpsMinimalTuple);
	node->fdw_state = change;
}

pg_noreturn static void raise_type(const Change *change, AttrNumber attnum, const TmfWrittenColumn *column);

static void
raise_type(const Change *change, AttrNumber attnum, const TmfWrittenColumn *column)
{
	Form_pg_attribute local = TupleDescAttr(RelationGetDescr(change->rel), attnum - 1);
	char		actual[SQLTYPE_TEXT_MAX];

	sqltype_format(&column->type, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" is not of a type of which the server may evaluate expressions of type %s",
					NameStr(local->attname), RelationGetRelationName(change->rel),
					format_type_be(local->atttypid)),
			 errdetail("The type of the remote column is %s.",
					   column->type.name == SQLTYPE_UNKNOWN ? column->type_name : actual),
			 column->type.name == SQLTYPE_UNKNOWN ? 0 :
			 errhint("%s", tmf_row_alter_column(RelationGetRelid(change->rel),
												NameStr(local->attname), "ADD",
												quote_literal_cstr(actual)))));
}

static int
decimals_of(const SqlType *type)
{
	return type->name == SQLTYPE_MONEY || type->name == SQLTYPE_SMALLMONEY ? 4 : type->scale;
}

/* What the statement takes columns for, which nobody has declared. */
static void
check_types(const Change *change, const TmfWritten *written)
{
	ListCell   *lc;

	foreach(lc, (List *) private_of(change, TMF_DIRECT_TYPES))
	{
		const List *column = lfirst(lc);
		AttrNumber	attnum = intVal(list_nth(column, TMF_COLUMN_ATTNUM));
		int			assumed = intVal(list_nth(column, TMF_COLUMN_ASSUMED));
		const SqlType *type = &written->column[attnum - 1].type;

		if ((assumed & TMF_REMOTE(tmf_typemap_wire(type->name))) == 0 ||
			decimals_of(type) > intVal(list_nth(column, TMF_COLUMN_MAX_SCALE)) ||
			type->precision - type->scale > intVal(list_nth(column, TMF_COLUMN_MAX_WHOLE)))
			raise_type(change, attnum, &written->column[attnum - 1]);
	}
}

/* Each value that is assigned is made one of its column's type. */
static void
make_encoders(const Change *change, const TmfWritten *written)
{
	int			i;

	for (i = 0; i < tmf_parameters_count(change->parameters); i++)
	{
		AttrNumber	attnum = tmf_parameters_assigned(change->parameters, i);

		if (attnum != InvalidAttrNumber)
			tmf_written_encoder(change->rel, written, attnum,
								tmf_parameters_encoder(change->parameters, i), change->context);
	}
}

/* into: the types of what comes back, for a table with triggers; NIL: it has none. */
static char *
make_text(const List *private, CmdType operation, List *into)
{
	TmfChangeText text = {NULL};
	StringInfoData sql;

	text.output = list_nth(private, TMF_DIRECT_OUTPUT);
	text.into = into;
	initStringInfo(&sql);
	tmf_deparse_change(&sql, &text, strVal(list_nth(private, TMF_DIRECT_VERB)),
					   operation == CMD_UPDATE ? "INSERTED" : "DELETED",
					   strVal(list_nth(private, TMF_DIRECT_WHERE)));
	return sql.data;
}

/* Takes all rows that come back. */
static void
take_rows(Change *change, TmfSession *session, const TmfRequest *request)
{
	MemoryContext bind_context = AllocSetContextCreate(change->context, "tds_mirror_fdw decoders",
													   ALLOCSET_SMALL_SIZES);
	MemoryContext row_context = AllocSetContextCreate(change->context, "tds_mirror_fdw row",
													  ALLOCSET_DEFAULT_SIZES);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(change->rel), &TTSOpsVirtual);
	uint64		rows = 0;

	if (wire_column_count(tmf_session_conn(session)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("the server has returned no rows of foreign table \"%s\"",
						RelationGetRelationName(change->rel)),
				 errcontext("remote SQL command: %s", request->sql)));
	memset(slot->tts_isnull, true, RelationGetNumberOfAttributes(change->rel) * sizeof(bool));
	tmf_row_bind(change->row, tmf_session_conn(session), bind_context);
	change->store = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(row_context);
	while (tmf_change_fetch(session, request))
	{
		tmf_row_read(change->row, tmf_session_conn(session), ++rows, false, slot);
		tuplestore_puttupleslot(change->store, slot);
		ExecClearTuple(slot);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(change->context);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(row_context);
	MemoryContextDelete(bind_context);
	if (tmf_change_count(session, request->sql) != (int64) rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("the server has changed " INT64_FORMAT " rows of foreign table \"%s\" and returned " UINT64_FORMAT,
						tmf_change_count(session, request->sql),
						RelationGetRelationName(change->rel), rows),
				 errcontext("remote SQL command: %s", request->sql)));
}

static TmfRequest
request_of(const Change *change, List *into)
{
	TmfRequest	request = {0};

	request.sql = make_text(change->private, change->operation, into);
	request.parameters = tmf_parameters_count(change->parameters);
	request.parameter = tmf_parameters_values(change->parameters);
	request.returns = change->row != NULL;
	return request;
}

/* A trigger that has come since the server was asked has the statement refused, before it runs. */
static void
send_returning(Change *change, TmfSession *session, const TmfWritten *written)
{
	List	   *types = tmf_modify_output_types(change->rel, written,
												private_of(change, TMF_DIRECT_RETURNED));
	bool		triggers = tmf_written_triggers(written, change->operation);
	TmfRequest	request = request_of(change, triggers ? types : NIL);

	request.tolerated = triggers ? NULL : needs_into;
	if (!tmf_change_open(session, &request, NULL))
	{
		tmf_written_forget(RelationGetRelid(change->rel));
		request = request_of(change, types);
		(void) tmf_change_open(session, &request, NULL);
	}
	take_rows(change, session, &request);
	change->changed = tmf_change_count(session, request.sql);
}

static void
send_change(Change *change, TmfSession *session, const TmfWritten *written)
{
	int64		before = wire_bytes_received(tmf_session_conn(session));
	TmfRequest	request;

	if (change->row != NULL)
		send_returning(change, session, written);
	else
	{
		request = request_of(change, NIL);
		change->changed = tmf_change_run(session, &request);
	}
	change->bytes_received = before < 0 ? -1 :
		wire_bytes_received(tmf_session_conn(session)) - before;
	strlcpy(change->partner, tmf_session_address(session), sizeof(change->partner));
}

/* Which rows it changes must not depend on what the same statement has changed before. */
static void
require_unchanged(const Change *change, const char *name)
{
	if (tmf_running_is_changed(change->estate, change->user->serverid, name))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("remote table %s, of foreign table \"%s\", cannot be changed twice in one statement",
						name, RelationGetRelationName(change->rel)),
				 errdetail("The server would show the first change to the second, which must not see it."),
				 errhint("Use a statement for each.")));
}

/*
 * The values come from subqueries, perhaps, which may read from the same server:
 * they run in the same remote transaction.
 */
static void
execute(Change *change)
{
	MemoryContext former = MemoryContextSwitchTo(change->context);
	TmfSession *session;
	const TmfWritten *written;

	session = tmf_change_begin(change->user);
	written = tmf_written(change->rel, change->user);
	check_types(change, written);
	make_encoders(change, written);
	if (tmf_parameters_bind(change->parameters))
	{
		require_unchanged(change, written->name);
		tmf_running_change(&change->changing, change->estate, change->user->serverid,
						   written->name, change->context);
		send_change(change, session, written);
	}
	change->done = true;
	MemoryContextSwitchTo(former);
}

/* A row that comes back from the store's file lives as long as the slot. */
static TupleTableSlot *
next_row(Change *change, TupleTableSlot *empty)
{
	MemoryContext former;

	if (change->handed == change->changed)
		return ExecClearTuple(empty);
	change->handed++;
	if (change->row == NULL)
		return ExecStoreAllNullTuple(empty);
	former = MemoryContextSwitchTo(GetMemoryChunkContext(change->slot));
	if (!tuplestore_gettupleslot(change->store, true, false, change->slot))
		elog(ERROR, "a row that was returned is missing");
	MemoryContextSwitchTo(former);
	return change->slot;
}

TupleTableSlot *
tmfIterateDirectModify(ForeignScanState *node)
{
	Change	   *change = node->fdw_state;
	EState	   *estate = node->ss.ps.state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ProjectionInfo *returning = node->resultRelInfo->ri_projectReturning;
	bool		counted = boolVal(private_of(change, TMF_DIRECT_COUNTED));

	if (!change->done)
		execute(change);
	if (returning == NULL)
	{
		if (counted)
			estate->es_processed += change->changed;
		if (node->ss.ps.instrument != NULL)
			node->ss.ps.instrument->tuplecount += change->changed;
		return ExecClearTuple(slot);
	}
	slot = next_row(change, slot);
	slot->tts_tableOid = RelationGetRelid(change->rel);
	/* whoever has asked for so many rows expects them to be counted like that */
	if (counted && !TupIsNull(slot))
		estate->es_processed++;
	returning->pi_exprContext->ecxt_scantuple = slot;
	return slot;
}

void
tmfEndDirectModify(ForeignScanState *node)
{
	Change	   *change = node->fdw_state;

	if (change == NULL)
		return;
	if (change->store != NULL)
		tuplestore_end(change->store);
	node->fdw_state = NULL;
	MemoryContextDelete(change->context);
}

void
tmfExplainDirectModify(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Change	   *change = node->fdw_state;

	if (es->verbose)
	{
		ExplainPropertyText("Remote SQL", make_text(plan->fdw_private, plan->operation, NIL), es);
		tmf_explain_parameters(plan, list_nth(plan->fdw_private, TMF_DIRECT_PARAMETERS), es);
	}
	if (!es->analyze || change == NULL || change->partner[0] == '\0')
		return;
	ExplainPropertyText("Remote Partner", change->partner, es);
	ExplainPropertyInteger("Remote Rows", NULL, change->changed, es);
	if (change->bytes_received >= 0)
		ExplainPropertyInteger("Remote Bytes", NULL, change->bytes_received, es);
}
