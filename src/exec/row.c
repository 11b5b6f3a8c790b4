/*
 * src/exec/row.c
 *		A row on the wire -> a virtual tuple.
 *
 * Whatever goes wrong with a value is reported with its column, table and row.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/row.h"
#include "plan/shippable.h"
#include "session/report.h"
#include "value/typemap.h"

TmfRow *
tmf_row_make(Relation rel, List *columns, int handed, List *assumed)
{
	TmfRow	   *row = palloc0(sizeof(TmfRow));
	int			count = list_length(columns);
	int			i;

	row->rel = rel;
	row->column = -1;
	row->columns = count;
	row->handed = handed;
	row->attributes = palloc(sizeof(AttrNumber) * (count + 1));
	row->assumed = palloc(sizeof(int) * (count + 1));
	row->decoders = palloc0(sizeof(TmfDecoder) * (handed + 1));
	row->values = palloc(sizeof(WireValue) * (handed + 1));
	row->block = palloc(TMF_ROW_BLOCK);
	row->bound = palloc(sizeof(WireColumn) * Max(count, 1));
	for (i = 0; i < count; i++)
	{
		row->attributes[i] = list_nth_int(columns, i);
		row->assumed[i] = list_nth_int(assumed, i);
	}
	return row;
}

static Form_pg_attribute
local_column(const TmfRow *row, int column)
{
	return TupleDescAttr(RelationGetDescr(row->rel), row->attributes[column] - 1);
}

static void
bind_column(TmfRow *row, int column, const WireColumn *remote, MemoryContext context)
{
	Form_pg_attribute local = local_column(row, column);

	if (!tmf_decoder_init(&row->decoders[column], remote, NameStr(local->attname),
						  local->atttypid, local->atttypmod, &row->room, context))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot be read as %s",
						NameStr(local->attname), RelationGetRelationName(row->rel),
						format_type_be(local->atttypid)),
				 errdetail_internal("%s", tmf_decode_refusal(remote, local->atttypid)),
				 errhint("%s", tmf_typemap_remedy(remote->type, row->decoders[column].base))));
}

/* The server has evaluated a condition that was meant for other types. */
static void
check_assumed(const TmfRow *row, int column, const WireColumn *remote)
{
	Form_pg_attribute local = local_column(row, column);

	if (row->assumed[column] == 0 || (row->assumed[column] & TMF_REMOTE(remote->type)) != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" is not of a type for which a condition on %s may be evaluated by the server",
					NameStr(local->attname), RelationGetRelationName(row->rel),
					format_type_be(local->atttypid)),
			 errdetail("The type of the remote column \"%s\" is %s.",
					   tmf_report_words(remote->name), tmf_typemap_remote_name(remote->type)),
			 errhint("%s", tmf_typemap_remedy(remote->type, getBaseType(local->atttypid)))));
}

/* Do the decoders fit the result of conn, which has count columns? */
static bool
is_described_as_bound(const TmfRow *row, const WireConn *conn, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (!wire_column_is(conn, i, &row->bound[i]))
			return false;
	}
	return true;
}

void
tmf_row_bind(TmfRow *row, const WireConn *conn, MemoryContext context)
{
	int			expected = Max(row->columns, 1);
	int			found = wire_column_count(conn);
	int			i;

	if (found != expected)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("remote result for foreign table \"%s\" has %d columns instead of %d",
						RelationGetRelationName(row->rel), found, expected)));
	if (row->is_bound && is_described_as_bound(row, conn, found))
		return;
	row->is_bound = false;
	MemoryContextReset(context);
	for (i = 0; i < found; i++)
		wire_column(conn, i, &row->bound[i]);
	if (row->columns == 0 && row->bound[0].type != WIRE_TYPE_INT)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("remote result for foreign table \"%s\" is another one than asked for",
						RelationGetRelationName(row->rel))));
	for (i = 0; i < row->columns; i++)
	{
		if (i < row->handed)
			bind_column(row, i, &row->bound[i], context);
		check_assumed(row, i, &row->bound[i]);
	}
	row->is_bound = true;
}

static void
add_context(void *argument)
{
	TmfRow	   *row = argument;

	if (row->column >= 0)
		errcontext("column \"%s\" of foreign table \"%s\", row " UINT64_FORMAT,
				   NameStr(local_column(row, row->column)->attname),
				   RelationGetRelationName(row->rel), row->number);
	else
		errcontext("foreign table \"%s\", row " UINT64_FORMAT,
				   RelationGetRelationName(row->rel), row->number);
}

/*
 * The TDS library has put a question mark where a character could not be
 * converted, and does not say in which column of the row.
 */
static void
raise_unmappable(TmfRow *row, const WireConn *conn)
{
	StringInfoData columns;
	int			i;

	initStringInfo(&columns);
	for (i = 0; i < row->handed; i++)
	{
		int			length;
		const char *value = wire_value(conn, i, &length);

		if (row->decoders[i].remote == WIRE_TYPE_TEXT && value != NULL &&
			memchr(value, '?', length) != NULL)
			appendStringInfo(&columns, "%s\"%s\"", columns.len > 0 ? " or " : "",
							 NameStr(local_column(row, i)->attname));
	}
	row->column = -1;
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("value of column %s has a character without an equivalent in Unicode",
					columns.len > 0 ? columns.data : "unknown"),
			 errhint("Replace it in the option \"query\", or read the column as varbinary into bytea.")));
}

void
tmf_row_read(TmfRow *row, const WireConn *conn, uint64 number, bool brief, TupleTableSlot *slot)
{
	ErrorContextCallback callback;
	int			i;

	ExecClearTuple(slot);
	row->number = number;
	row->room.next = row->block;
	row->room.end = brief ? row->block + TMF_ROW_BLOCK : row->block;
	callback.callback = add_context;
	callback.arg = row;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	if (wire_unmappable(conn))
		raise_unmappable(row, conn);
	wire_values(conn, row->handed, row->values);
	for (i = 0; i < row->handed; i++)
	{
		int			attribute = row->attributes[i] - 1;

		row->column = i;
		slot->tts_values[attribute] = tmf_decode(&row->decoders[i], row->values[i].data,
												 row->values[i].length,
												 &slot->tts_isnull[attribute]);
	}
	row->column = -1;
	error_context_stack = callback.previous;
	ExecStoreVirtualTuple(slot);
}
