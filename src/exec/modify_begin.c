/*
 * src/exec/modify_begin.c
 *		What a statement is about to do to one table: its columns, keys and text.
 *
 * Nobody is contacted before the first row.  Then the remote transaction is
 * opened, and the server tells what its columns are: values are encoded as that.
 * The text follows from the columns that a row has values for, and is made anew
 * when these change.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "exec/modify.h"
#include "option/compat.h"
#include "plan/deparse.h"
#include "plan/paths.h"
#include "session/change.h"
#include "value/encode.h"

/* What comes back is read like a row of a scan. */
static TmfRow *
make_row(TmfModify *modify)
{
	List	   *returned = list_nth(modify->private, TMF_MODIFY_RETURNED);
	TmfSelect	select = {.sql = "", .columns = returned, .handed = list_length(returned)};
	char	   *names = psprintf("\"%s\"", RelationGetRelationName(modify->rel));

	return tmf_row_make(RelationGetDescr(modify->rel),
						tmf_scan_private(&select, NIL, makeString(names), ""));
}

TmfModify *
tmf_modify_make(EState *estate, ResultRelInfo *rinfo, CmdType operation, List *private)
{
	MemoryContext context = AllocSetContextCreate(estate->es_query_cxt, "tds_mirror_fdw modify",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext former = MemoryContextSwitchTo(context);
	TmfModify  *modify = palloc0(sizeof(TmfModify));
	Relation	rel = rinfo->ri_RelationDesc;

	modify->rel = rel;
	modify->operation = operation;
	modify->estate = estate;
	modify->private = private;
	modify->context = context;
	modify->values_context = AllocSetContextCreate(context, "tds_mirror_fdw values",
												   ALLOCSET_DEFAULT_SIZES);
	modify->returned_context = AllocSetContextCreate(context, "tds_mirror_fdw row",
													 ALLOCSET_DEFAULT_SIZES);
	modify->bind_context = AllocSetContextCreate(context, "tds_mirror_fdw decoders",
												 ALLOCSET_SMALL_SIZES);
	modify->user = GetUserMapping(TMF_RESULT_USER(rinfo, estate),
								  GetForeignTable(RelationGetRelid(rel))->serverid);
	modify->nothing = boolVal(list_nth(private, TMF_MODIFY_NOTHING));
	if (boolVal(list_nth(private, TMF_MODIFY_REPEATS)))
		modify->modified = tmf_modified_keys_make();
	if (list_nth(private, TMF_MODIFY_RETURNED) != NIL)
		modify->row = make_row(modify);
	MemoryContextSwitchTo(former);
	if (modify->row != NULL)
	{
		modify->returned = ExecInitExtraTupleSlot(estate, RelationGetDescr(rel), &TTSOpsVirtual);
		memset(modify->returned->tts_isnull, true,
			   RelationGetNumberOfAttributes(rel) * sizeof(bool));
	}
	return modify;
}

static const char *
column_name(const TmfModify *modify, AttrNumber attnum)
{
	return strVal(list_nth(list_nth(modify->private, TMF_MODIFY_COLUMNS), attnum - 1));
}

/* Of a column that is offered when it is written: not every type can be. */
static void
make_encoder(TmfModify *modify, TmfModifyColumn *column)
{
	tmf_written_encoder(modify->rel, modify->written, column->attnum, &column->encoder,
						modify->context);
	column->encodes = true;
}

static void
init_column(TmfModify *modify, TmfModifyColumn *column, AttrNumber attnum, bool offered)
{
	const TmfWrittenColumn *remote = &modify->written->column[attnum - 1];

	column->attnum = attnum;
	column->offered = offered;
	column->identity = remote->identity;
	column->takes = !remote->computed && remote->type.name != SQLTYPE_ROWVERSION &&
		!(remote->identity && modify->operation == CMD_UPDATE);
	column->text.name = column_name(modify, attnum);
	column->text.type = remote->type;
	column->encodes = false;
	if (!offered)
		make_encoder(modify, column);
}

static void
init_columns(TmfModify *modify)
{
	List	   *written = list_nth(modify->private, TMF_MODIFY_WRITTEN);
	List	   *offered = list_nth(modify->private, TMF_MODIFY_OFFERED);
	ListCell   *lc;

	modify->columns = 0;
	modify->column = palloc0_array(TmfModifyColumn, list_length(written) + list_length(offered));
	foreach(lc, written)
		init_column(modify, &modify->column[modify->columns++], lfirst_int(lc), false);
	foreach(lc, offered)
		init_column(modify, &modify->column[modify->columns++], lfirst_int(lc), true);
}

/* A local value may stand for several remote ones: the row is the one among them. */
static void
init_keys(TmfModify *modify)
{
	TupleDesc	descriptor = RelationGetDescr(modify->rel);
	List	   *keys = list_nth(modify->private, TMF_MODIFY_KEYS);
	ListCell   *lc;

	foreach(lc, keys)
	{
		TmfModifyKey *key = &modify->key[foreach_current_index(lc)];
		AttrNumber	attnum = lfirst_int(lc);

		key->local = getBaseType(TupleDescAttr(descriptor, attnum - 1)->atttypid);
		key->as = modify->written->column[attnum - 1].type;
		key->text.name = column_name(modify, attnum);
		key->text.interval = tmf_encode_orders(key->local, &key->as) &&
			!tmf_encode_single(key->local, &key->as);
		if (!key->text.interval && !tmf_encode_travels(key->local, &key->as))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("rows of foreign table \"%s\" cannot be found by column \"%s\"",
							RelationGetRelationName(modify->rel),
							NameStr(TupleDescAttr(descriptor, attnum - 1)->attname)),
					 errdetail("A value of type %s cannot be sent as the remote type %s.",
							   format_type_be(key->local),
							   modify->written->column[attnum - 1].type_name)));
	}
	modify->keys = list_length(keys);
}

List *
tmf_modify_output_types(Relation rel, const TmfWritten *written, List *returned)
{
	List	   *types = NIL;
	ListCell   *lc;

	foreach(lc, returned)
	{
		AttrNumber	attnum = intVal(list_nth(lfirst(lc), TMF_COLUMN_ATTNUM));
		Form_pg_attribute local = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
		TmfColumnForm form;

		tmf_column_form(RelationGetRelid(rel), attnum, local->atttypid, &form);
		types = lappend(types, tmf_deparse_output_type(&form, &written->column[attnum - 1].type));
	}
	return types;
}

/* The server has told anew what the table is. */
static void
take_written(TmfModify *modify, const TmfWritten *written)
{
	MemoryContext former = MemoryContextSwitchTo(modify->context);

	modify->written = written;
	init_columns(modify);
	if (modify->key == NULL)
		modify->key = palloc0_array(TmfModifyKey,
									Max(1, list_length(list_nth(modify->private, TMF_MODIFY_KEYS))));
	init_keys(modify);
	modify->text.target = strVal(list_nth(modify->private, TMF_MODIFY_TARGET));
	modify->text.output = list_nth(modify->private, TMF_MODIFY_OUTPUT);
	modify->text.into = modify->row != NULL && tmf_written_triggers(written, modify->operation) ?
		tmf_modify_output_types(modify->rel, written,
								list_nth(modify->private, TMF_MODIFY_RETURNED)) : NIL;
	modify->sql = NULL;
	MemoryContextSwitchTo(former);
}

TmfSession *
tmf_modify_begin(TmfModify *modify)
{
	const TmfWritten *written;
	TmfSession *session;

	if (modify->written == NULL)
		tmf_running_change(&modify->change, modify->estate, modify->user->serverid,
						   strVal(list_nth(modify->private, TMF_MODIFY_TARGET)), modify->context);
	session = tmf_change_begin(modify->user);
	if (modify->written == NULL)
	{
		written = tmf_written(modify->rel, modify->user);
		take_written(modify, written);
		session = tmf_change_begin(modify->user);
	}
	return session;
}

/*
 * An identity is never NULL: in a VALUES list of several rows PostgreSQL has made
 * that of a DEFAULT.
 */
static bool
is_written(const TmfModify *modify, const TmfModifyColumn *column, bool isnull)
{
	if (modify->operation == CMD_UPDATE)
		return !column->offered || column->takes;
	if (isnull && column->identity)
		return false;
	return !column->offered || (column->takes && (modify->moves || !isnull));
}

/* A value that nobody has changed is not written back: not every one is the whole remote value. */
static bool
is_changed(TupleTableSlot *slot, TupleTableSlot *old, AttrNumber attnum)
{
	Form_pg_attribute attribute = TupleDescAttr(slot->tts_tupleDescriptor, attnum - 1);
	bool		isnull;
	Datum		before = slot_getattr(old, attnum, &isnull);

	if (isnull || slot->tts_isnull[attnum - 1])
		return isnull != slot->tts_isnull[attnum - 1];
	return !datum_image_eq(before, slot->tts_values[attnum - 1], attribute->attbyval,
						   attribute->attlen);
}

Bitmapset *
tmf_modify_columns_of(TmfModify *modify, TupleTableSlot *slot, TupleTableSlot *old)
{
	Bitmapset  *columns = NULL;
	int			i;

	slot_getallattrs(slot);
	for (i = 0; i < modify->columns; i++)
	{
		TmfModifyColumn *column = &modify->column[i];

		if (!is_written(modify, column, slot->tts_isnull[column->attnum - 1]) ||
			(column->offered && old != NULL && !is_changed(slot, old, column->attnum)))
			continue;
		columns = bms_add_member(columns, i);
		if (!column->encodes)
			make_encoder(modify, column);
	}
	return columns;
}

static int
key_parameters(const TmfModify *modify)
{
	int			count = 0;
	int			i;

	for (i = 0; i < modify->keys; i++)
		count += modify->key[i].text.interval ? 2 : 1;
	return count;
}

static void
make_text(TmfModify *modify, int rows)
{
	TmfChangeText *text = &modify->text;
	TmfChangeColumn *columns = palloc0_array(TmfChangeColumn, modify->columns);
	TmfChangeColumn *keys = palloc0_array(TmfChangeColumn, Max(1, modify->keys));
	StringInfoData sql;
	int			i = -1;

	if (text->column != NULL)
	{
		pfree(unconstify(TmfChangeColumn *, text->column));
		pfree(unconstify(TmfChangeColumn *, text->key));
	}
	text->columns = 0;
	text->identity = false;
	while ((i = bms_next_member(modify->in_text, i)) >= 0)
	{
		columns[text->columns++] = modify->column[i].text;
		if (modify->operation == CMD_INSERT && modify->column[i].identity)
			text->identity = true;
	}
	text->column = columns;
	for (i = 0; i < modify->keys; i++)
		keys[i] = modify->key[i].text;
	text->keys = modify->keys;
	text->key = keys;

	initStringInfo(&sql);
	if (modify->operation == CMD_INSERT)
		tmf_deparse_insert(&sql, text, rows);
	else if (modify->operation == CMD_UPDATE)
		tmf_deparse_update(&sql, text);
	else
		tmf_deparse_delete(&sql, text);
	modify->sql = sql.data;
}

void
tmf_modify_prepare(TmfModify *modify, const Bitmapset *columns, int rows)
{
	MemoryContext former;
	int			parameters;

	if (modify->sql != NULL && rows == modify->rows_in_text && bms_equal(columns, modify->in_text))
		return;
	former = MemoryContextSwitchTo(modify->context);
	if (modify->sql != NULL)
		pfree(modify->sql);
	bms_free(modify->in_text);
	modify->in_text = bms_copy(columns);
	modify->rows_in_text = rows;
	make_text(modify, rows);
	parameters = modify->text.columns * rows + key_parameters(modify);
	if (parameters > modify->parameters_max)
	{
		if (modify->parameters != NULL)
			pfree(modify->parameters);
		modify->parameters = palloc_array(WireParameter, parameters);
		modify->parameters_max = parameters;
	}
	MemoryContextSwitchTo(former);
}

void
tmf_modify_learn_triggers(TmfModify *modify)
{
	MemoryContext former = MemoryContextSwitchTo(modify->context);

	tmf_written_forget(RelationGetRelid(modify->rel));
	if (modify->row != NULL && modify->text.into == NIL)
		modify->text.into = tmf_modify_output_types(modify->rel, modify->written,
													list_nth(modify->private, TMF_MODIFY_RETURNED));
	pfree(modify->sql);
	make_text(modify, modify->rows_in_text);
	MemoryContextSwitchTo(former);
}

void
tmf_modify_encode(TmfModify *modify, TupleTableSlot *slot, WireParameter *parameters)
{
	MemoryContext former = MemoryContextSwitchTo(modify->values_context);
	int			i = -1;

	slot_getallattrs(slot);
	while ((i = bms_next_member(modify->in_text, i)) >= 0)
	{
		TmfModifyColumn *column = &modify->column[i];

		tmf_encoder_write(&column->encoder, slot->tts_values[column->attnum - 1],
						  slot->tts_isnull[column->attnum - 1], parameters++);
	}
	MemoryContextSwitchTo(former);
}
