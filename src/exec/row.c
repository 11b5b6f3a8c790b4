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
#include "plan/paths.h"

TmfRow *
tmf_row_make(Relation rel, List *private)
{
	List	   *columns = list_nth(private, TMF_SCAN_COLUMNS);
	List	   *assumed = list_nth(private, TMF_SCAN_ASSUMED);
	List	   *declared = list_nth(private, TMF_SCAN_DECLARED);
	List	   *utf16 = list_nth(private, TMF_SCAN_UTF16);
	TmfRow	   *row = palloc0(sizeof(TmfRow));
	int			count = list_length(columns);
	char		allowed[SQLTYPE_ALLOWED_MAX];
	int			i;

	row->rel = rel;
	row->column = -1;
	row->columns = count;
	row->handed = intVal(list_nth(private, TMF_SCAN_HANDED));
	row->attributes = palloc(sizeof(AttrNumber) * (count + 1));
	row->assumed = palloc(sizeof(int) * (count + 1));
	row->declared = palloc0(sizeof(SqlType) * (count + 1));
	row->utf16 = palloc(sizeof(bool) * (count + 1));
	row->decoders = palloc0(sizeof(TmfDecoder) * (row->handed + 1));
	row->values = palloc(sizeof(WireValue) * (row->handed + 1));
	row->block = palloc(TMF_ROW_BLOCK);
	row->bound = palloc(sizeof(WireColumn) * Max(count, 1));
	for (i = 0; i < count; i++)
	{
		row->attributes[i] = list_nth_int(columns, i);
		row->assumed[i] = list_nth_int(assumed, i);
		row->utf16[i] = list_nth_int(utf16, i);
		if (strVal(list_nth(declared, i))[0] != '\0')
			(void) sqltype_parse(strVal(list_nth(declared, i)), &row->declared[i], allowed);
	}
	return row;
}

static Form_pg_attribute
local_column(const TmfRow *row, int column)
{
	return TupleDescAttr(RelationGetDescr(row->rel), row->attributes[column] - 1);
}

static void
bind_column(TmfRow *row, int column, MemoryContext context)
{
	Form_pg_attribute local = local_column(row, column);
	WireColumn	remote = row->bound[column];

	if (row->utf16[column] && remote.type == WIRE_TYPE_BINARY)
		remote.type = WIRE_TYPE_UTF16;
	else if (row->utf16[column])
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("column \"%s\" of foreign table \"%s\" did not come as the bytes that were asked for",
						NameStr(local->attname), RelationGetRelationName(row->rel))));
	if (!tmf_decoder_init(&row->decoders[column], &remote, NameStr(local->attname),
						  local->atttypid, local->atttypmod, &row->room, context))
		tmf_row_raise_unreadable(row, column);
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
	/* a column that is not what it was taken for explains why another cannot be read */
	for (i = 0; i < row->columns; i++)
		tmf_row_check_type(row, i, conn);
	for (i = 0; i < row->handed; i++)
		bind_column(row, i, context);
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
	Datum	   *datums = slot->tts_values;
	bool	   *nulls = slot->tts_isnull;
	int			handed = row->handed;
	int			i;

	ExecClearTuple(slot);
	row->number = number;
	row->room.next = row->block;
	row->room.end = brief ? row->block + TMF_ROW_BLOCK : row->block;
	callback.callback = add_context;
	callback.arg = row;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	if (unlikely(wire_unmappable(conn)))
		raise_unmappable(row, conn);
	wire_values(conn, handed, row->values);
	for (i = 0; i < handed; i++)
	{
		const WireValue *value = &row->values[i];
		int			attribute = row->attributes[i] - 1;

		row->column = i;
		datums[attribute] = tmf_decode(&row->decoders[i], value->data, value->length,
									   &nulls[attribute]);
	}
	row->column = -1;
	error_context_stack = callback.previous;
	ExecStoreVirtualTuple(slot);
}
