/*
 * rowwriter.c
 *		Rows into, in and out of a table, with its constraints.
 *
 * INSERT, UPDATE and DELETE first find out which rows and values they mean, by a
 * query; each row is then changed by one plain statement whose parameters are
 * final.  So the log for the mirror is exact, whatever the query was, and every
 * check knows the values that it has to name.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "changelog.h"
#include "identity.h"
#include "product.h"
#include "rowset.h"
#include "rowwriter.h"

bool
rowwriter_start(RowWriter *writer, Session *session, const TableInfo *table, const char *verb)
{
	char	   *sql = arena_alloc(session->arena, 64 + (size_t) table->column_count * 24);
	size_t		used;

	memset(writer, 0, sizeof(*writer));
	writer->session = session;
	writer->table = table;
	writer->verb = verb;
	used = (size_t) sprintf(sql, "INSERT INTO t%d (r", table->id);
	for (int i = 0; i < table->column_count; i++)
		used += (size_t) sprintf(sql + used, ", c%d", table->columns[i].id);
	used += (size_t) sprintf(sql + used, ") VALUES (?");
	for (int i = 0; i < table->column_count; i++)
		used += (size_t) sprintf(sql + used, ", ?");
	sprintf(sql + used, ")");
	writer->insert = sql;
	writer->parameters = arena_alloc(session->arena, sizeof(RawValue) * (size_t) (table->column_count + 1));
	writer->row_arena = arena_new();
	if (probe_checks(session, table, &writer->checks) && probe_computed(session, table, &writer->computed))
		return true;
	rowwriter_finish(writer, false);
	return false;
}

void
rowwriter_begin(RowWriter *writer)
{
	arena_reset(writer->row_arena);
	writer->defaults_ready = false;
}

static void
full_name(const RowWriter *writer, char *name, size_t size)
{
	const TableInfo *table = writer->table;

	if (table->set != NULL)
		snprintf(name, size, "%s", table->name);
	else
		snprintf(name, size, "%s.%s.%s", database_name(writer->session->database), table->schema, table->name);
}

/* From 2019 on SQL Server's own text names table, column and the part that would fit. */
static void
truncation_error(const RowWriter *writer, int column, const TypeSpec *type, const SqlValue *value, SqlMessage *error)
{
	const TableInfo *table = writer->table;
	char		name[NAME_MAX_BYTES * 3];
	TypeSpec	target = table->columns[column].type;
	SqlMessage	ignored;
	SqlValue	cut;

	if (product->major < PRODUCT_2019)
	{
		message_set(error, 8152, -1);
		return;
	}
	memset(&cut, 0, sizeof(cut));
	if (!convert_value(value, type, &target, 0, true, writer->session->arena, &cut, &ignored) ||
		!type_is_text(target.type))
		cut.n = 0;
	if (cut.n > 100)
		cut.n = 100;
	full_name(writer, name, sizeof(name));
	message_set(error, 2628, -1, name, table->columns[column].name, "");
	snprintf(error->text, sizeof(error->text),
			 "String or binary data would be truncated in table '%s', column '%s'. Truncated value: '%.*s'.",
			 name, table->columns[column].name, (int) cut.n, cut.n > 0 ? cut.p : "");
}

bool
rowwriter_convert(RowWriter *writer, int column, const TypeSpec *type, const SqlValue *value, RawValue *raw)
{
	Session    *session = writer->session;
	const TypeSpec *target = &writer->table->columns[column].type;
	bool		cut = (session->settings.options & OPTION_ANSI_WARNINGS) == 0;
	SqlMessage	error;
	SqlValue	out;
	char	   *scratch = NULL;

	memset(raw, 0, sizeof(*raw));
	raw->type = SQLITE_NULL;
	if (value->null || type->type == SQL_UNTYPED)
		return true;
	memset(&out, 0, sizeof(out));
	memset(&error, 0, sizeof(error));
	if (!convert_value(value, type, target, session_style(session, type, target), cut, writer->row_arena, &out, &error))
	{
		if (error.number == 2628)
			truncation_error(writer, column, type, value, &error);
		return session_conversion_error(session, &error);
	}
	if (target->type == SQL_DECIMAL || target->type == SQL_DATETIMEOFFSET || target->type == SQL_UNIQUEIDENTIFIER)
		scratch = arena_alloc(writer->row_arena, STORAGE_SCRATCH);
	storage_encode(target, &out, raw, scratch);
	return true;
}

void
rowwriter_version(RowWriter *writer, RawValue *values)
{
	RawValue   *value;
	uint8_t    *bytes;

	if (writer->table->rowversion < 0)
		return;
	if (!writer->versions)
		writer->version = catalog_setting(writer->session->handle, "rowversion");
	writer->versions = true;
	writer->version++;
	bytes = arena_alloc(writer->row_arena, 8);
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t) (writer->version >> (8 * (7 - i)));
	value = &values[writer->table->rowversion];
	memset(value, 0, sizeof(*value));
	value->type = SQLITE_BLOB;
	value->p = bytes;
	value->n = 8;
}

static bool
check_nulls(RowWriter *writer, const RawValue *values)
{
	const TableInfo *table = writer->table;
	char		name[NAME_MAX_BYTES * 3];

	for (int i = 0; i < table->column_count; i++)
	{
		if (values[i].type != SQLITE_NULL || table->columns[i].nullable)
			continue;
		full_name(writer, name, sizeof(name));
		return session_error(writer->session, 515, table->columns[i].name, name, writer->verb);
	}
	return true;
}

static bool
fill_computed(RowWriter *writer, RawValue *values)
{
	RowProbe   *probe = &writer->computed;
	bool		done;

	if (probe->statement == NULL)
		return true;
	done = probe_run(writer->session, probe, values) == SQLITE_ROW;
	for (int i = 0; done && i < probe->count; i++)
	{
		RawValue   *value = &values[probe->targets[i]];

		raw_from_column(probe->statement, i, value);
		raw_copy(writer->row_arena, value);
	}
	sqlite3_reset(probe->statement);
	return done;
}

static bool
run_checks(RowWriter *writer, const RawValue *values)
{
	RowProbe   *probe = &writer->checks;
	bool		done;

	if (probe->statement == NULL)
		return true;
	done = probe_run(writer->session, probe, values) == SQLITE_ROW;
	for (int i = 0; done && i < probe->count; i++)
	{
		if (sqlite3_column_int(probe->statement, i) != 0)
			done = constraint_check_failed(writer->session, writer->table, writer->verb,
										   &writer->table->checks[probe->targets[i]]);
	}
	sqlite3_reset(probe->statement);
	return done;
}

/* Attention is noticed between rows: SQLite's own statements are not to be interrupted. */
static bool
go_on(RowWriter *writer)
{
	Session    *session = writer->session;

	if (++writer->rows % 256 != 0 || !session_stopped(session))
		return true;
	session->failed = true;
	session->unwind = UNWIND_BATCH;
	return false;
}

/* Puts a row, new or again under its old number. */
static bool
put_row(RowWriter *writer, int64_t row, const RawValue *values)
{
	Session    *session = writer->session;
	int			count = writer->table->column_count;
	RawValue   *parameters = writer->parameters;
	int			code;

	if (!go_on(writer))
		return false;
	if (writer->table->set != NULL)
	{
		rowset_add(writer->table->set, values);
		return true;
	}
	memset(&parameters[0], 0, sizeof(RawValue));
	parameters[0].type = row != 0 ? SQLITE_INTEGER : SQLITE_NULL;
	parameters[0].i = row;
	memcpy(parameters + 1, values, sizeof(RawValue) * (size_t) count);
	code = change_run(session, writer->insert, parameters, count + 1);
	if (code == SQLITE_DONE)
		return true;
	if (code == SQLITE_CONSTRAINT_UNIQUE)
		return constraint_duplicate(writer, values, row);
	return session_sqlite_error(session, code);
}

bool
rowwriter_insert(RowWriter *writer, RawValue *values)
{
	rowwriter_version(writer, values);
	return fill_computed(writer, values) && check_nulls(writer, values) &&
		(writer->unchecked || run_checks(writer, values)) &&
		constraint_null_keys(writer, values, 0) && put_row(writer, 0, values) &&
		(writer->unchecked || constraint_child(writer, values, NULL));
}

bool
rowwriter_delete(RowWriter *writer, int64_t row, const RawValue *old)
{
	char		sql[64];
	RawValue	key;
	int			code;

	if (!go_on(writer))
		return false;
	memset(&key, 0, sizeof(key));
	key.type = SQLITE_INTEGER;
	key.i = row;
	snprintf(sql, sizeof(sql), "DELETE FROM t%d WHERE r = ?", writer->table->id);
	code = change_run(writer->session, sql, &key, 1);
	if (code != SQLITE_DONE)
		return session_sqlite_error(writer->session, code);
	return old == NULL || constraint_parent(writer, old, NULL);
}

bool
rowwriter_touches_key(const RowWriter *writer, const bool *changed)
{
	for (int i = 0; i < writer->table->index_count; i++)
	{
		const IndexInfo *index = &writer->table->indexes[i];

		for (int j = 0; index->unique && j < index->count; j++)
		{
			if (changed[index->columns[j]] || writer->table->columns[index->columns[j]].computed_text != NULL)
				return true;
		}
	}
	return false;
}

static bool
set_row(RowWriter *writer, int64_t row, const RawValue *values, const bool *changed)
{
	Session    *session = writer->session;
	const TableInfo *table = writer->table;
	char	   *sql = arena_alloc(writer->row_arena, 64 + (size_t) table->column_count * 20);
	RawValue   *parameters = writer->parameters;
	size_t		used = (size_t) sprintf(sql, "UPDATE t%d SET", table->id);
	int			count = 0;
	int			code;

	for (int i = 0; i < table->column_count; i++)
	{
		if (!changed[i] && table->columns[i].computed_text == NULL && !table->columns[i].rowversion)
			continue;
		used += (size_t) sprintf(sql + used, "%s c%d = ?", count > 0 ? "," : "", table->columns[i].id);
		parameters[count++] = values[i];
	}
	sprintf(sql + used, " WHERE r = ?");
	if (!go_on(writer))
		return false;
	memset(&parameters[count], 0, sizeof(RawValue));
	parameters[count].type = SQLITE_INTEGER;
	parameters[count++].i = row;
	code = change_run(session, sql, parameters, count);
	return code == SQLITE_DONE || session_sqlite_error(session, code);
}

/* replace: the row was deleted before, because its key may be another row's now. */
bool
rowwriter_update(RowWriter *writer, int64_t row, const RawValue *old, RawValue *values,
				 const bool *changed, bool replace)
{
	rowwriter_version(writer, values);
	return fill_computed(writer, values) && check_nulls(writer, values) && run_checks(writer, values) &&
		(!replace || constraint_null_keys(writer, values, row)) &&
		(replace ? put_row(writer, row, values) : set_row(writer, row, values, changed)) &&
		constraint_child(writer, values, changed) && constraint_parent(writer, old, changed);
}

/* Another transaction may have taken values and given them up. */
static void
recall_identity(RowWriter *writer, int64_t increment)
{
	const Session *session = writer->session;
	int64_t		given;

	if (!identity_recall(session->database, session->generation, writer->table->id, &given))
		return;
	if (!writer->identity_known || (increment > 0) == (given > writer->identity))
		writer->identity = given;
	writer->identity_known = true;
}

void
rowwriter_set_identity(Session *session, int64_t identity)
{
	session->identity = session->scope_identity = identity;
	session->identity_known = session->scope_known = true;
	session->identity_last = true;
}

/* The next identity value, in the storage of its column. */
bool
rowwriter_identity(RowWriter *writer, RawValue *value)
{
	Session    *session = writer->session;
	const TableColumn *column = &writer->table->columns[writer->table->identity];
	TypeSpec	bigint = type_make(SQL_BIGINT);
	SqlValue	next;
	SqlMessage	error;
	SqlValue	converted;

	if (!writer->identity_used)
	{
		char		sql[96];
		sqlite3_stmt *statement;

		snprintf(sql, sizeof(sql), "SELECT last_value FROM standin_identity WHERE object_id = %d", writer->table->id);
		statement = statement_cache_get(session->cache, session->handle, sql);
		if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW &&
			sqlite3_column_type(statement, 0) != SQLITE_NULL)
		{
			writer->identity_known = true;
			writer->identity = sqlite3_column_int64(statement, 0);
		}
		if (statement != NULL)
			sqlite3_reset(statement);
		recall_identity(writer, column->increment);
		writer->identity_used = true;
	}
	memset(&next, 0, sizeof(next));
	memset(&converted, 0, sizeof(converted));
	next.i = column->seed;
	if ((writer->identity_known && __builtin_add_overflow(writer->identity, column->increment, &next.i)) ||
		!convert_value(&next, &bigint, &column->type, 0, false, writer->row_arena, &converted, &error))
		return session_error(session, 8115, "IDENTITY", type_name(column->type.type));
	writer->identity_known = true;
	writer->identity = next.i;
	rowwriter_set_identity(session, next.i);
	storage_encode(&column->type, &converted, value, arena_alloc(writer->row_arena, STORAGE_SCRATCH));
	return true;
}

bool
rowwriter_finish(RowWriter *writer, bool ok)
{
	probe_free(&writer->checks);
	probe_free(&writer->computed);
	sqlite3_finalize(writer->defaults);
	arena_free(writer->row_arena);
	writer->row_arena = NULL;
	if (writer->identity_known)
		identity_note(writer->session->database, writer->session->generation, writer->table->id, writer->identity);
	if (ok && writer->identity_known)
		ok = change_format(writer->session, "UPDATE standin_identity SET last_value = %lld WHERE object_id = %d",
						   (long long) writer->identity, writer->table->id);
	if (ok && writer->versions)
		ok = change_format(writer->session, "UPDATE standin_meta SET value = %lld WHERE name = 'rowversion'",
						   (long long) writer->version);
	return ok && constraint_finish(writer);
}
