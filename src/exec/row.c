/*
 * src/exec/row.c
 *		A row on the wire -> a virtual tuple.
 *
 * Whatever goes wrong with a value is reported with its column, table and row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/row.h"
#include "plan/deparse.h"
#include "plan/paths.h"

/* The local side of a column: where its values go, or what it is in its table. */
static void
find_local(TmfRowColumn *column, TupleDesc tuple)
{
	Oid			collation;

	if (column->relid != InvalidOid)
		column->name = get_attname(column->relid, column->attnum, false);
	if (column->target != 0)
	{
		Form_pg_attribute attribute = TupleDescAttr(tuple, column->target - 1);

		column->type = attribute->atttypid;
		column->typmod = attribute->atttypmod;
		if (column->name == NULL)
			column->name = pstrdup(NameStr(attribute->attname));
	}
	else
		get_atttypetypmodcoll(column->relid, column->attnum, &column->type, &column->typmod,
							  &collation);
}

static void
make_column(TmfRowColumn *column, List *private, TupleDesc tuple)
{
	const char *declared = strVal(list_nth(private, TMF_COLUMN_DECLARED));
	char		allowed[SQLTYPE_ALLOWED_MAX];

	column->target = intVal(list_nth(private, TMF_COLUMN_TARGET));
	column->relid = (Oid) intVal(list_nth(private, TMF_COLUMN_RELID));
	column->attnum = intVal(list_nth(private, TMF_COLUMN_ATTNUM));
	column->assumed = intVal(list_nth(private, TMF_COLUMN_ASSUMED));
	column->max_scale = intVal(list_nth(private, TMF_COLUMN_MAX_SCALE));
	column->max_whole = intVal(list_nth(private, TMF_COLUMN_MAX_WHOLE));
	column->utf16 = boolVal(list_nth(private, TMF_COLUMN_UTF16));
	if (declared[0] != '\0')
		(void) sqltype_parse(declared, &column->declared, allowed);
	find_local(column, tuple);
}

TmfRow *
tmf_row_make(TupleDesc tuple, List *private)
{
	List	   *columns = list_nth(private, TMF_SCAN_COLUMNS);
	TmfRow	   *row = palloc0(sizeof(TmfRow));
	int			count = list_length(columns);
	int			i;

	row->names = strVal(list_nth(private, TMF_SCAN_NAMES));
	row->reading = -1;
	row->columns = count;
	row->handed = intVal(list_nth(private, TMF_SCAN_HANDED));
	row->divisors = intVal(list_nth(private, TMF_SCAN_DIVISORS));
	row->column = palloc0(sizeof(TmfRowColumn) * (count + 1));
	row->decoders = palloc0(sizeof(TmfDecoder) * (row->handed + row->divisors + 1));
	row->values = palloc(sizeof(WireValue) * (row->handed + row->divisors + 1));
	row->block = palloc(TMF_ROW_BLOCK);
	row->bound = palloc(sizeof(WireColumn) * Max(count, 1));
	for (i = 0; i < count; i++)
		make_column(&row->column[i], list_nth(columns, i), tuple);
	for (i = row->handed; i < row->handed + row->divisors; i++)
		row->column[i].type = INT8OID;
	return row;
}

const char *
tmf_row_column_label(const TmfRow *row, int column)
{
	const TmfRowColumn *c = &row->column[column];

	if (c->relid != InvalidOid)
		return psprintf("column \"%s\" of foreign table \"%s\"", c->name, get_rel_name(c->relid));
	return psprintf("column %d of the remote result for %s", column + 1, row->names);
}

static void
bind_column(TmfRow *row, int column, MemoryContext context)
{
	const TmfRowColumn *local = &row->column[column];
	WireColumn	remote = row->bound[column];

	if (local->utf16 && remote.type == WIRE_TYPE_BINARY)
		remote.type = WIRE_TYPE_UTF16;
	else if (local->utf16)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("%s did not come as the bytes that were asked for",
						tmf_row_column_label(row, column))));
	if (!tmf_decoder_init(&row->decoders[column], &remote, local->name,
						  local->type, local->typmod, &row->room, context))
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
				 errmsg("remote result for foreign table %s has %d columns instead of %d",
						row->names, found, expected)));
	if (row->is_bound && is_described_as_bound(row, conn, found))
		return;
	row->is_bound = false;
	MemoryContextReset(context);
	for (i = 0; i < found; i++)
		wire_column(conn, i, &row->bound[i]);
	if (row->columns == 0 && row->bound[0].type != WIRE_TYPE_INT)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("remote result for foreign table %s is another one than asked for",
						row->names)));
	/* a column that is not what it was taken for explains why another cannot be read */
	for (i = 0; i < row->columns; i++)
		tmf_row_check_type(row, i, conn);
	for (i = 0; i < row->handed + row->divisors; i++)
		bind_column(row, i, context);
	row->is_bound = true;
}

static void
add_context(void *argument)
{
	TmfRow	   *row = argument;

	if (row->reading >= 0)
		errcontext("%s, row " UINT64_FORMAT, tmf_row_column_label(row, row->reading),
				   row->number);
	else
		errcontext("foreign table %s, row " UINT64_FORMAT, row->names, row->number);
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
							 row->column[i].name);
	}
	row->reading = -1;
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("value of column %s has a character without an equivalent in Unicode",
					columns.len > 0 ? columns.data : "unknown"),
			 errhint("Replace it in the option \"query\", or read the column as varbinary into bytea.")));
}

/* An average is its sum, divided by its count; the sum of no values is NULL. */
static void
divide(TmfRow *row, Datum *datums, const bool *nulls)
{
	int			i;

	for (i = row->handed; i < row->handed + row->divisors; i++)
	{
		const WireValue *value = &row->values[i];
		int			attribute = row->column[i].target - 1;
		bool		isnull;
		Datum		count;

		row->reading = i;
		count = tmf_decode(&row->decoders[i], value->data, value->length, &isnull);
		if (!nulls[attribute])
			datums[attribute] = DirectFunctionCall2(numeric_div, datums[attribute],
													DirectFunctionCall1(int8_numeric, count));
	}
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
	wire_values(conn, handed + row->divisors, row->values);
	for (i = 0; i < handed; i++)
	{
		const WireValue *value = &row->values[i];
		int			attribute = row->column[i].target - 1;

		row->reading = i;
		datums[attribute] = tmf_decode(&row->decoders[i], value->data, value->length,
									   &nulls[attribute]);
	}
	if (row->divisors > 0)
		divide(row, datums, nulls);
	row->reading = -1;
	if (row->wholes != NIL)
		tmf_row_form_wholes(row->wholes, datums, nulls);
	error_context_stack = callback.previous;
	ExecStoreVirtualTuple(slot);
}
