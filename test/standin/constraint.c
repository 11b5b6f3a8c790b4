/*
 * constraint.c
 *		Unique keys and foreign keys, row by row and at the statement's end.
 *
 * SQLite's own foreign keys are off: SQL Server checks when the statement has
 * done all its rows, so a row may refer to a later one of the same INSERT.
 */
#include <stdio.h>
#include <string.h>

#include "changelog.h"
#include "parser.h"
#include "rowwriter.h"

static int
position_of(const TableInfo *table, int column_id)
{
	for (int i = 0; i < table->column_count; i++)
	{
		if (table->columns[i].id == column_id)
			return i;
	}
	return 0;
}

/* "1, abc, <NULL>" */
void
key_text(Session *session, const TableInfo *table, const int *columns, int count, const RawValue *row,
		 char *buffer, size_t size)
{
	TypeSpec	text = type_text(SQL_NVARCHAR, LENGTH_MAX, session->collation);
	size_t		used = 0;

	buffer[0] = '\0';
	for (int i = 0; i < count && used < size; i++)
	{
		const TypeSpec *type = &table->columns[columns[i]].type;
		char		scratch[STORAGE_SCRATCH];
		SqlValue	value;
		SqlValue	out;
		SqlMessage	error;

		memset(&value, 0, sizeof(value));
		memset(&out, 0, sizeof(out));
		storage_decode(type, &row[columns[i]], &value, scratch);
		if (value.null || !convert_value(&value, type, &text, 0, true, session->arena, &out, &error))
		{
			out.p = "<NULL>";
			out.n = 6;
		}
		used += (size_t) snprintf(buffer + used, size - used, "%s%.*s", i > 0 ? ", " : "",
								  (int) (out.n < 900 ? out.n : 900), out.p);
	}
}

/* Is there a row with these values in these columns?  except: not this row. */
static bool
row_exists(Session *session, int table, const int *column_ids, const RawValue *const *values, int count,
		   int64_t except)
{
	char		sql[2000];
	size_t		used = (size_t) snprintf(sql, sizeof(sql), "SELECT 1 FROM t%d WHERE r <> ?", table);
	sqlite3_stmt *statement;
	bool		found;

	for (int i = 0; i < count && used < sizeof(sql) - 40; i++)
		used += (size_t) snprintf(sql + used, sizeof(sql) - used, " AND c%d IS ?", column_ids[i]);
	snprintf(sql + used, sizeof(sql) - used, " LIMIT 1");
	statement = statement_cache_get(session->cache, session->handle, sql);
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, except);
	for (int i = 0; i < count; i++)
		raw_bind(statement, i + 2, values[i]);
	found = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_reset(statement);
	return found;
}

static bool
index_row_exists(RowWriter *writer, const IndexInfo *index, const RawValue *values, int64_t row)
{
	const RawValue *key[32];
	int			ids[32];
	int			count = index->count < 32 ? index->count : 32;

	for (int i = 0; i < count; i++)
	{
		key[i] = &values[index->columns[i]];
		ids[i] = writer->table->columns[index->columns[i]].id;
	}
	return row_exists(writer->session, writer->table->id, ids, key, count, row);
}

static bool
duplicate_error(RowWriter *writer, const IndexInfo *index, const RawValue *values)
{
	const TableInfo *table = writer->table;
	char		key[1500];
	char		name[NAME_MAX_BYTES * 2];

	key_text(writer->session, table, index->columns, index->count, values, key, sizeof(key));
	snprintf(name, sizeof(name), "%s.%s", table->schema, table->name);
	if (index->constraint)
		return session_error(writer->session, 2627, index->primary ? "PRIMARY KEY" : "UNIQUE KEY",
							 index->name, name, key);
	return session_error(writer->session, 2601, name, index->name, key);
}

/* SQLite refused the row: which key was it?  Always false. */
bool
constraint_duplicate(RowWriter *writer, const RawValue *values, int64_t row)
{
	const IndexInfo *last = NULL;

	for (int i = 0; i < writer->table->index_count; i++)
	{
		const IndexInfo *index = &writer->table->indexes[i];

		if (!index->unique)
			continue;
		last = index;
		if (index_row_exists(writer, index, values, row))
			return duplicate_error(writer, index, values);
	}
	if (last != NULL)
		return duplicate_error(writer, last, values);
	return session_sqlite_error(writer->session, SQLITE_CONSTRAINT_UNIQUE);
}

/* In SQL Server, NULLs of a unique key equal each other; in SQLite they do not. */
bool
constraint_null_keys(RowWriter *writer, const RawValue *values, int64_t row)
{
	for (int i = 0; i < writer->table->index_count; i++)
	{
		const IndexInfo *index = &writer->table->indexes[i];
		bool		has_null = false;

		for (int j = 0; index->unique && j < index->count; j++)
			has_null = has_null || values[index->columns[j]].type == SQLITE_NULL;
		if (has_null && index_row_exists(writer, index, values, row))
			return duplicate_error(writer, index, values);
	}
	return true;
}

static bool
foreign_key_error(RowWriter *writer, const ForeignKey *key, bool as_parent)
{
	Session    *session = writer->session;
	const TableInfo *other = catalog_table_by_id(session, as_parent ? key->parent : key->referenced);
	bool		same = key->parent == key->referenced;
	const char *kind = as_parent ? (same ? "SAME TABLE REFERENCE" : "REFERENCE") :
		(same ? "FOREIGN KEY SAME TABLE" : "FOREIGN KEY");
	char		table[NAME_MAX_BYTES * 2];
	const char *column = "";

	if (other == NULL)
		return session_error(session, 208, key->name);
	snprintf(table, sizeof(table), "%s.%s", other->schema, other->name);
	if (key->count == 1)
		column = other->columns[position_of(other, as_parent ? key->parent_columns[0] :
											key->referenced_columns[0])].name;
	return session_error(session, 547, writer->verb, kind, key->name, database_name(session->database), table,
						 key->count == 1 ? ", column '" : "", column, key->count == 1 ? "'" : "");
}

/* The values of the key's columns in a row of this table; false: one is NULL. */
static bool
key_values(const RowWriter *writer, const ForeignKey *key, bool as_parent, const RawValue *row,
		   const RawValue **values)
{
	for (int i = 0; i < key->count; i++)
	{
		int			id = as_parent ? key->referenced_columns[i] : key->parent_columns[i];

		values[i] = &row[position_of(writer->table, id)];
		if (values[i]->type == SQLITE_NULL)
			return false;
	}
	return true;
}

static bool
touches(const RowWriter *writer, const ForeignKey *key, bool as_parent, const bool *changed)
{
	for (int i = 0; changed != NULL && i < key->count; i++)
	{
		if (changed[position_of(writer->table, as_parent ? key->referenced_columns[i] : key->parent_columns[i])])
			return true;
	}
	return changed == NULL;
}

static void
check_later(RowWriter *writer, const ForeignKey *key, bool as_parent, const RawValue *const *values)
{
	Arena	   *arena = writer->session->arena;
	KeyCheck   *check = arena_alloc(arena, sizeof(*check));

	check->next = writer->later;
	check->key = key;
	check->as_parent = as_parent;
	check->values = arena_alloc(arena, sizeof(RawValue) * (size_t) key->count);
	for (int i = 0; i < key->count; i++)
	{
		check->values[i] = *values[i];
		raw_copy(arena, &check->values[i]);
	}
	writer->later = check;
}

/* The rows that this one refers to must be there. */
bool
constraint_child(RowWriter *writer, const RawValue *values, const bool *changed)
{
	const RawValue *key_of[16];

	for (int i = 0; i < writer->table->foreign_key_count; i++)
	{
		const ForeignKey *key = &writer->table->foreign_keys[i];

		if (key->disabled || !touches(writer, key, false, changed) ||
			!key_values(writer, key, false, values, key_of) ||
			row_exists(writer->session, key->referenced, key->referenced_columns, key_of, key->count, 0))
			continue;
		if (key->referenced != writer->table->id)
			return foreign_key_error(writer, key, false);
		check_later(writer, key, false, key_of);
	}
	return true;
}

/* Nobody may refer to a key that is gone. */
bool
constraint_parent(RowWriter *writer, const RawValue *old, const bool *changed)
{
	const RawValue *key_of[16];

	for (int i = 0; i < writer->table->reference_count; i++)
	{
		const ForeignKey *key = &writer->table->references[i];

		if (key->disabled || !touches(writer, key, true, changed) || !key_values(writer, key, true, old, key_of) ||
			!row_exists(writer->session, key->parent, key->parent_columns, key_of, key->count, 0))
			continue;
		if (changed == NULL && key->parent != writer->table->id)
			return foreign_key_error(writer, key, true);
		check_later(writer, key, true, key_of);
	}
	return true;
}

bool
constraint_finish(RowWriter *writer)
{
	for (KeyCheck *check = writer->later; check != NULL; check = check->next)
	{
		const ForeignKey *key = check->key;
		const RawValue *values[16];
		bool		parent;
		bool		child;

		for (int i = 0; i < key->count; i++)
			values[i] = &check->values[i];
		parent = row_exists(writer->session, key->referenced, key->referenced_columns, values, key->count, 0);
		child = !check->as_parent ||
			row_exists(writer->session, key->parent, key->parent_columns, values, key->count, 0);
		if (child && !parent)
			return foreign_key_error(writer, key, check->as_parent);
	}
	return true;
}

bool
constraint_check_failed(Session *session, const TableInfo *table, const char *verb, const CheckInfo *check)
{
	char		name[NAME_MAX_BYTES * 2];

	const char *column = check->column != 0 ? table->columns[position_of(table, check->column)].name : NULL;

	snprintf(name, sizeof(name), "%s.%s", table->schema, table->name);
	return session_error(session, 547, verb, "CHECK", check->name, database_name(session->database), name,
						 column != NULL ? ", column '" : "", column != NULL ? column : "", column != NULL ? "'" : "");
}

static bool
check_row(RowWriter *writer, const RawValue *values, int constraint_id)
{
	const TableInfo *table = writer->table;
	bool		done = true;

	for (int i = 0; i < writer->checks.count && done; i++)
	{
		const CheckInfo *check = &table->checks[writer->checks.targets[i]];

		if (check->id != constraint_id)
			continue;
		done = probe_run(writer->session, &writer->checks, values) == SQLITE_ROW &&
			(sqlite3_column_int(writer->checks.statement, i) == 0 ||
			 constraint_check_failed(writer->session, table, writer->verb, check));
		sqlite3_reset(writer->checks.statement);
	}
	for (int i = 0; i < table->foreign_key_count && done; i++)
	{
		const RawValue *key_of[16];
		const ForeignKey *key = &table->foreign_keys[i];

		if (key->id == constraint_id && key_values(writer, key, false, values, key_of) &&
			!row_exists(writer->session, key->referenced, key->referenced_columns, key_of, key->count, 0))
			done = foreign_key_error(writer, key, false);
	}
	return done;
}

bool
constraint_check_rows(Session *session, int table_id, int constraint_id)
{
	const TableInfo *table = catalog_table_by_id(session, table_id);
	RawValue   *values;
	RowWriter	writer;
	char	   *sql;
	size_t		used;
	sqlite3_stmt *statement = NULL;
	int			code = SQLITE_DONE;
	bool		done;

	if (table == NULL || !rowwriter_start(&writer, session, table, "ALTER TABLE"))
		return false;
	values = arena_alloc(session->arena, sizeof(RawValue) * (size_t) (table->column_count + 1));
	sql = arena_alloc(session->arena, 64 + (size_t) table->column_count * 16);
	used = (size_t) sprintf(sql, "SELECT r");
	for (int i = 0; i < table->column_count; i++)
		used += (size_t) sprintf(sql + used, ", c%d", table->columns[i].id);
	sprintf(sql + used, " FROM t%d", table->id);
	done = sqlite3_prepare_v2(session->handle, sql, -1, &statement, NULL) == SQLITE_OK;
	while (done && (code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		for (int i = 0; i < table->column_count; i++)
			raw_from_column(statement, i + 1, &values[i]);
		done = check_row(&writer, values, constraint_id);
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		done = session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	sqlite3_finalize(statement);
	return rowwriter_finish(&writer, done);
}
