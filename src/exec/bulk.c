/*
 * src/exec/bulk.c
 *		May the rows that wait go by bulk load, and do they?
 *
 * Bulk load skips triggers, CHECK and FOREIGN KEY, and puts a column's DEFAULT in
 * place of a NULL unless it is told to keep NULLs, which then also holds for the
 * columns that are not written.  So the catalog is asked, once a statement of ours
 * holds the table's lock, and where anything could come out otherwise than by
 * INSERT, INSERT it is.  Characters are brought into the form in which the column
 * keeps them, because FreeTDS sends them as they are.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/rel.h"

#include "exec/batch.h"
#include "option/option.h"
#include "pure/utf16.h"
#include "session/change.h"
#include "value/code_page.h"

void
tmf_bulk_forget(TmfBatch *batch)
{
	batch->bulk = TMF_BULK_LATER;
	if (batch->load_column != NULL)
		pfree(batch->load_column);
	batch->load_column = NULL;
}

static bool
same_type(const SqlType *one, const SqlType *other)
{
	return one->name == other->name && one->length == other->length &&
		one->precision == other->precision && one->scale == other->scale;
}

/* Is the table, as it is now, one into which rows with the batch's columns may be loaded? */
static bool
is_suited(const TmfBatch *batch, const TmfWritten *written)
{
	const TmfModify *modify = batch->modify;
	int			i = -1;

	if (written->view || written->checks || !written->readable ||
		tmf_written_triggers(written, CMD_INSERT))
		return false;
	while ((i = bms_next_member(batch->columns, i)) >= 0)
	{
		AttrNumber	attnum = modify->column[i].attnum;
		const TmfWrittenColumn *column = &written->column[attnum - 1];

		if (column->identity || column->computed || !wire_load_takes(&column->type) ||
			!same_type(&column->type, &modify->written->column[attnum - 1].type))
			return false;
	}
	return true;
}

/* Has a column that gets no value a DEFAULT? */
static bool
has_other_default(const TmfBatch *batch, const TmfWritten *written)
{
	int			defaults = 0;
	int			i;

	for (i = 0; i < written->columns; i++)
		defaults += written->column[i].has_default;
	i = -1;
	while ((i = bms_next_member(batch->columns, i)) >= 0)
		defaults -= written->column[batch->modify->column[i].attnum - 1].has_default;
	return defaults > 0 || written->other_default;
}

static void
describe_columns(TmfBatch *batch, const TmfWritten *written)
{
	TmfModify  *modify = batch->modify;
	MemoryContext former = MemoryContextSwitchTo(modify->context);
	WireLoadColumn *column = palloc0_array(WireLoadColumn, batch->width);
	int			i = -1;

	batch->load_column = column;
	while ((i = bms_next_member(batch->columns, i)) >= 0)
	{
		AttrNumber	attnum = modify->column[i].attnum;
		const char *name = tmf_column_name(RelationGetRelid(modify->rel), attnum);

		column->name = pg_server_to_any(name, strlen(name), PG_UTF8);
		column->declared = written->column[attnum - 1].type;
		column++;
	}
	MemoryContextSwitchTo(former);
}

static void
look(TmfBatch *batch)
{
	TmfModify  *modify = batch->modify;
	const TmfWritten *written;

	batch->bulk = TMF_BULK_NO;
	if (batch->width == 0 || !wire_load_known())
		return;
	written = tmf_written_afresh(modify->rel, modify->user);
	if (!is_suited(batch, written))
		return;
	batch->keep_nulls = !has_other_default(batch, written);
	describe_columns(batch, written);
	batch->bulk = TMF_BULK_YES;
}

/*
 * FreeTDS tells the server that the bytes of every column are of the database's
 * code page, whatever the column's own is.  Where these differ only ASCII goes.
 */
static int
page_of(const TmfWritten *written, const TmfWrittenColumn *remote)
{
	return remote->code_page == written->database_page ? remote->code_page : 0;
}

static bool
encode_page(WireParameter *value, int page)
{
	const char *bytes = tmf_code_page_convert(page, value->value, &value->length);

	if (bytes != NULL)
		value->value = bytes;
	return bytes != NULL;
}

static bool
encode_utf16(WireParameter *value)
{
	unsigned char *target = palloc(2 * UTF16_UNITS_MAX(value->length) + 1);
	size_t		units;

	if (!utf16_from_utf8(value->value, value->length, target, &units))
		return false;
	value->type = WIRE_TYPE_UTF16;
	value->value = target;
	value->length = 2 * units;
	return true;
}

/* Brings a value into the form in which it is loaded.  False: there is none. */
static bool
take_value(const TmfBatch *batch, const TmfWrittenColumn *remote, int page, WireLoadColumn *column,
		   WireParameter *value)
{
	bool		wide = column->declared.name == SQLTYPE_NCHAR ||
	column->declared.name == SQLTYPE_NVARCHAR;

	if (value->value == NULL)
	{
		column->nulls = true;
		if (wide && value->type == WIRE_TYPE_TEXT)
			value->type = WIRE_TYPE_UTF16;
		return remote->nullable && (batch->keep_nulls || !remote->has_default) &&
			wire_load_admits(&column->declared, value);
	}
	if (value->type == WIRE_TYPE_TEXT &&
		!(wide ? encode_utf16(value) : encode_page(value, page)))
		return false;
	column->longest = Max(column->longest, value->length);
	return wire_load_admits(&column->declared, value);
}

static bool
take_values(TmfBatch *batch, int rows, WireParameter *values)
{
	const TmfModify *modify = batch->modify;
	const TmfWritten *written = modify->written;
	int			place = 0;
	int			i = -1;
	int			row;

	while ((i = bms_next_member(batch->columns, i)) >= 0)
	{
		const TmfWrittenColumn *remote = &written->column[modify->column[i].attnum - 1];
		WireLoadColumn *column = &batch->load_column[place];
		int			page = page_of(written, remote);

		column->nulls = false;
		column->longest = 0;
		for (row = 0; row < rows; row++)
		{
			if (!take_value(batch, remote, page, column, &values[(Size) row * batch->width + place]))
				return false;
		}
		place++;
	}
	return true;
}

bool
tmf_bulk_load(TmfBatch *batch, int first)
{
	TmfModify  *modify = batch->modify;
	int			rows = batch->rows - first;
	Size		size = sizeof(WireParameter) * rows * batch->width;
	WireParameter *values;
	WireLoad	load;

	if (batch->bulk == TMF_BULK_LATER)
		look(batch);
	if (batch->bulk == TMF_BULK_NO)
		return false;
	values = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, size),
					batch->values + (Size) first * batch->width, size);
	if (!take_values(batch, rows, values))
		return false;
	load.table = pg_server_to_any(modify->text.target, strlen(modify->text.target), PG_UTF8);
	load.keep_nulls = batch->keep_nulls;
	load.columns = batch->width;
	load.column = batch->load_column;
	if (tmf_change_load(tmf_modify_begin(modify), &load, rows, values))
		return true;
	batch->bulk = TMF_BULK_NO;
	return false;
}
