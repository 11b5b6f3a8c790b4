/*
 * rowdefault.c
 *		Values of columns that a row does not give: defaults and identity.
 *
 * One SELECT has the defaults of all columns, so that each row asks it once,
 * whichever of them it needs.
 */
#include <string.h>

#include "parser.h"
#include "rowwriter.h"

bool
rowwriter_prepare_defaults(RowWriter *writer)
{
	Session    *session = writer->session;
	const TableInfo *table = writer->table;
	size_t		size = sizeof(TypeSpec) * (size_t) (table->column_count + 1);
	Analysis	analysis;
	Emission	emission;
	SqlMessage	error;
	Expr	   *expr;
	bool		any = false;

	writer->default_types = memset(arena_alloc(session->arena, size), 0, size);
	analysis_start(&analysis, session);
	emission_start(&emission, session);
	for (int i = 0; i < table->column_count; i++)
	{
		const char *text = table->columns[i].default_text;

		emit_text(&emission, i == 0 ? "SELECT " : ", ");
		if (text == NULL)
		{
			emit_text(&emission, "NULL");
			continue;
		}
		any = true;
		if (!parse_value_text(text, strlen(text), session->arena, &expr, &error))
			return session_message(session, &error);
		if (!analyse_expr(&analysis, NULL, expr))
			return false;
		writer->default_types[i] = expr->type;
		emit_expr(&emission, expr);
	}
	if (!any)
		return true;
	writer->defaults = emission_prepare(&emission);
	return writer->defaults != NULL;
}

bool
rowwriter_default(RowWriter *writer, int column, RawValue *raw)
{
	Session    *session = writer->session;
	const TypeSpec *type = &writer->default_types[column];
	char		scratch[STORAGE_SCRATCH];
	RawValue	stored;
	SqlValue	value;

	memset(raw, 0, sizeof(*raw));
	raw->type = SQLITE_NULL;
	if (writer->table->columns[column].identity && session->identity_insert != writer->table->id)
		return rowwriter_identity(writer, raw);
	if (writer->table->columns[column].default_text == NULL)
		return true;
	if (!writer->defaults_ready)
	{
		sqlite3_reset(writer->defaults);
		if (sqlite3_step(writer->defaults) != SQLITE_ROW)
			return session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
		writer->defaults_ready = true;
	}
	memset(&value, 0, sizeof(value));
	raw_from_column(writer->defaults, column, &stored);
	storage_decode(type, &stored, &value, scratch);
	return rowwriter_convert(writer, column, type, &value, raw);
}

bool
rowwriter_note_identity(RowWriter *writer, int column, const TypeSpec *type, const SqlValue *value)
{
	Session    *session = writer->session;
	TypeSpec	bigint = type_make(SQL_BIGINT);
	SqlMessage	error;
	SqlValue	number;
	RawValue	ignored;
	const TableColumn *info = &writer->table->columns[column];

	memset(&number, 0, sizeof(number));
	if (!info->identity || value->null ||
		!convert_value(value, type, &bigint, 0, true, writer->row_arena, &number, &error))
		return true;
	if (!writer->identity_used)
	{
		int64_t		identity = session->identity;
		int64_t		scope_identity = session->scope_identity;
		bool		known = session->identity_known;
		bool		scope_known = session->scope_known;
		bool		done = rowwriter_identity(writer, &ignored);

		session->identity = identity;
		session->identity_known = known;
		session->scope_identity = scope_identity;
		session->scope_known = scope_known;
		if (!done)
			return false;
		writer->identity -= info->increment;
	}
	if ((info->increment > 0) == (number.i > writer->identity))
		writer->identity = number.i;
	rowwriter_set_identity(session, number.i);
	return true;
}
