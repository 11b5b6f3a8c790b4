/*
 * ddl_alter.c
 *		ALTER TABLE, CREATE INDEX, DROP.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "changelog.h"
#include "ddl.h"
#include "execute.h"
#include "rowwriter.h"

static bool
forget_constraint(Session *session, int id)
{
	return change_format(session, "DELETE FROM standin_foreign_key_column WHERE object_id = %d", id) &&
		change_format(session, "DELETE FROM standin_foreign_key WHERE object_id = %d", id) &&
		change_format(session, "UPDATE standin_column SET default_id = 0, default_text = NULL "
					  "WHERE default_id = %d", id) &&
		change_format(session, "DELETE FROM standin_object WHERE object_id = %d", id);
}

static bool
forget_index(Session *session, const TableInfo *table, const IndexInfo *index)
{
	return change_format(session, "DROP INDEX i%d_%d", table->id, index->id) &&
		change_format(session, "DELETE FROM standin_index_column WHERE object_id = %d AND index_id = %d",
					  table->id, index->id) &&
		change_format(session, "DELETE FROM standin_index WHERE object_id = %d AND index_id = %d",
					  table->id, index->id);
}

/* Does a foreign key rest on this key? */
static const ForeignKey *
key_in_use(const TableInfo *table, const IndexInfo *index)
{
	for (int i = 0; i < table->reference_count; i++)
	{
		const ForeignKey *key = &table->references[i];
		int			matched = 0;

		for (int j = 0; j < key->count; j++)
		{
			for (int k = 0; k < index->count; k++)
				matched += key->referenced_columns[j] == table->columns[index->columns[k]].id;
		}
		if (matched == key->count && matched == index->count)
			return key;
	}
	return NULL;
}

static bool
drop_constraint(Session *session, const TableInfo *table, const char *name, bool if_exists)
{
	int			id = 0;

	for (int i = 0; i < table->index_count; i++)
	{
		const IndexInfo *index = &table->indexes[i];

		if (!index->constraint || !same_name(index->name, name))
			continue;
		if (key_in_use(table, index) != NULL)
		{
			session_error(session, 3725, name, key_in_use(table, index)->name);
			return session_error(session, 3727);
		}
		return forget_index(session, table, index) && forget_constraint(session, index->constraint_id);
	}
	for (int i = 0; i < table->foreign_key_count; i++)
		id = same_name(table->foreign_keys[i].name, name) ? table->foreign_keys[i].id : id;
	for (int i = 0; i < table->check_count; i++)
		id = same_name(table->checks[i].name, name) ? table->checks[i].id : id;
	for (int i = 0; i < table->column_count; i++)
	{
		if (table->columns[i].default_name != NULL && same_name(table->columns[i].default_name, name))
			id = table->columns[i].default_id;
	}
	if (id != 0)
		return forget_constraint(session, id);
	if (if_exists)
		return true;
	session_error(session, 3728, name);
	return session_error(session, 3727);
}

/* What hangs on a column must go before it. */
static bool
check_dependents(Session *session, const TableInfo *table, int position)
{
	const TableColumn *column = &table->columns[position];
	const char *kind = NULL;
	const char *name = NULL;

	for (int i = 0; i < table->index_count; i++)
	{
		for (int j = 0; j < table->indexes[i].count; j++)
		{
			if (table->indexes[i].columns[j] == position)
			{
				kind = table->indexes[i].constraint ? "object" : "index";
				name = table->indexes[i].name;
			}
		}
	}
	for (int i = 0; i < table->foreign_key_count; i++)
	{
		for (int j = 0; j < table->foreign_keys[i].count; j++)
		{
			if (table->foreign_keys[i].parent_columns[j] == column->id)
			{
				kind = "object";
				name = table->foreign_keys[i].name;
			}
		}
	}
	for (int i = 0; i < table->check_count; i++)
	{
		if (strstr(table->checks[i].text, column->name) != NULL)
		{
			kind = "object";
			name = table->checks[i].name;
		}
	}
	if (column->default_id != 0)
	{
		kind = "object";
		name = column->default_name;
	}
	if (kind == NULL)
		return true;
	session_error(session, 5074, kind, name, column->name);
	return session_error(session, 4922, "DROP COLUMN", column->name);
}

static bool
drop_column(Session *session, int table_id, const char *name, bool if_exists)
{
	const TableInfo *table = catalog_table_by_id(session, table_id);
	int			position = catalog_column(table, name);
	int			id;

	if (position < 0)
		return if_exists || session_error(session, 4924, "DROP COLUMN", name, table->name);
	if (table->column_count == 1)
		return session_error(session, 4923, table->name);
	if (!check_dependents(session, table, position))
		return false;
	id = table->columns[position].id;
	return change_format(session, "ALTER TABLE t%d DROP COLUMN c%d", table_id, id) &&
		change_format(session, "DELETE FROM standin_column WHERE object_id = %d AND column_id = %d", table_id, id) &&
		ddl_changed(session);
}

/* A new column of type rowversion: a number for each row at hand. */
static bool
fill_versions(Session *session, const TableInfo *table, const TableColumn *column)
{
	RowWriter	writer;
	RawValue   *values = arena_alloc(session->arena, sizeof(RawValue) * (size_t) table->column_count);
	RawValue	parameters[2];
	char		sql[80];
	sqlite3_stmt *statement = NULL;
	int			code = SQLITE_DONE;

	if (!rowwriter_start(&writer, session, table, "ALTER TABLE"))
		return false;
	snprintf(sql, sizeof(sql), "SELECT r FROM t%d ORDER BY r", table->id);
	if (sqlite3_prepare_v2(session->handle, sql, -1, &statement, NULL) == SQLITE_OK)
	{
		snprintf(sql, sizeof(sql), "UPDATE t%d SET c%d = ? WHERE r = ?", table->id, column->id);
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		{
			rowwriter_begin(&writer);
			rowwriter_version(&writer, values);
			parameters[0] = values[table->rowversion];
			raw_from_column(statement, 0, &parameters[1]);
			code = change_run(session, sql, parameters, 2);
			if (code != SQLITE_DONE)
				break;
		}
	}
	sqlite3_finalize(statement);
	return rowwriter_finish(&writer, code == SQLITE_DONE) ||
		(code != SQLITE_DONE && session_sqlite_error(session, code));
}

/* New columns get their defaults in the rows at hand; identity ones count up. */
static bool
fill_new_columns(Session *session, int table_id, const TableDefinition *definition)
{
	const TableInfo *table = catalog_table_by_id(session, table_id);

	for (int i = 0; i < definition->column_count; i++)
	{
		const ColumnDefinition *column = &definition->columns[i];
		int			position = catalog_column(table, column->name);
		const TableColumn *info = &table->columns[position];
		TypeSpec	type;
		SqlValue	value;
		RawValue	raw;
		RowWriter	writer;
		char		sql[200];
		int			code;
		Expr	   *expr = NULL;

		for (int j = 0; j < column->constraint_count; j++)
		{
			if (column->constraints[j].kind == CONSTRAINT_DEFAULT)
				expr = column->constraints[j].expr;
		}
		if (info->identity)
		{
			if (!change_format(session, "UPDATE t%d SET c%d = %lld + (r - (SELECT min(r) FROM t%d)) * %lld", table_id,
							   info->id, (long long) info->seed, table_id, (long long) info->increment) ||
				!change_format(session, "UPDATE standin_identity SET last_value = (SELECT max(c%d) FROM t%d) "
							   "WHERE object_id = %d", info->id, table_id, table_id))
				return false;
			continue;
		}
		if (info->rowversion && !fill_versions(session, table, info))
			return false;
		if (expr == NULL || info->nullable)
			continue;
		if (!evaluate(session, expr, &type, &value) || !rowwriter_start(&writer, session, table, "ALTER TABLE"))
			return false;
		if (!rowwriter_convert(&writer, position, &type, &value, &raw))
			return rowwriter_finish(&writer, false);
		snprintf(sql, sizeof(sql), "UPDATE t%d SET c%d = ?", table_id, info->id);
		code = change_run(session, sql, &raw, 1);
		rowwriter_finish(&writer, true);
		if (code != SQLITE_DONE)
			return session_sqlite_error(session, code);
	}
	return true;
}

/* One that is disabled for a while may miss rows: it is not trusted until it has seen them all. */
static bool
set_constraint(Session *session, int table_id, int id, const AlterTableStatement *statement)
{
	bool		disabled = statement->kind == ALTER_TABLE_DISABLE;

	if (!change_format(session, "UPDATE standin_object SET disabled = %d, untrusted = %s WHERE object_id = %d",
					   disabled, disabled ? "1" : statement->with_check ? "0" : "untrusted", id) ||
		!ddl_changed(session))
		return false;
	return !statement->with_check || disabled || constraint_check_rows(session, table_id, id);
}

static bool
is_named(const AlterTableStatement *statement, const char *name)
{
	for (int i = 0; i < statement->names.count; i++)
	{
		if (same_name(statement->names.items[i], name))
			return true;
	}
	return statement->names.count == 0;
}

/* CHECK CONSTRAINT and NOCHECK CONSTRAINT */
static bool
set_constraints(Session *session, const TableInfo *table, const AlterTableStatement *statement)
{
	int			table_id = table->id;
	int			count = 0;
	int		   *ids = arena_alloc(session->arena, sizeof(int) * (size_t) (table->check_count + table->foreign_key_count + 1));

	for (int i = 0; i < table->check_count; i++)
	{
		if (is_named(statement, table->checks[i].name))
			ids[count++] = table->checks[i].id;
	}
	for (int i = 0; i < table->foreign_key_count; i++)
	{
		if (is_named(statement, table->foreign_keys[i].name))
			ids[count++] = table->foreign_keys[i].id;
	}
	if (count < statement->names.count)
		return session_error(session, 4917, statement->names.items[0]);
	for (int i = 0; i < count; i++)
	{
		if (!set_constraint(session, table_id, ids[i], statement))
			return false;
	}
	return true;
}

/* Every value at hand, converted to the new type, into the physical column id. */
static bool
convert_values(Session *session, const TableInfo *table, int position, const TypeSpec *type,
			   bool nullable, int id)
{
	TypeSpec	old = table->columns[position].type;
	TableInfo	changed = *table;
	RowWriter	writer;
	char		sql[200];
	sqlite3_stmt *statement = NULL;
	bool		done;

	changed.columns = (TableColumn *) arena_copy(session->arena, (const char *) table->columns,
												  sizeof(TableColumn) * (size_t) table->column_count);
	changed.columns[position].type = *type;
	if (!rowwriter_start(&writer, session, &changed, "UPDATE"))
		return false;
	snprintf(sql, sizeof(sql), "SELECT r, c%d FROM t%d", table->columns[position].id, table->id);
	done = sqlite3_prepare_v2(session->handle, sql, -1, &statement, NULL) == SQLITE_OK;
	snprintf(sql, sizeof(sql), "UPDATE t%d SET c%d = ? WHERE r = ?", table->id, id);
	while (done && sqlite3_step(statement) == SQLITE_ROW)
	{
		char		scratch[STORAGE_SCRATCH];
		SqlValue	value;
		RawValue	raw[2];
		int			code;

		arena_reset(writer.row_arena);
		memset(&value, 0, sizeof(value));
		raw_from_column(statement, 1, &raw[0]);
		storage_decode(&old, &raw[0], &value, scratch);
		raw_from_column(statement, 0, &raw[1]);
		if (value.null && !nullable)
			done = session_error(session, 515, table->columns[position].name, table->name, "UPDATE");
		else if (rowwriter_convert(&writer, position, &old, &value, &raw[0]))
		{
			code = change_run(session, sql, raw, 2);
			done = code == SQLITE_DONE || session_sqlite_error(session, code);
		}
		else
			done = false;
	}
	sqlite3_finalize(statement);
	return rowwriter_finish(&writer, done);
}

/* A type stored in another way needs a new physical column in the same place. */
static bool
alter_column(Session *session, const TableInfo *table, const ColumnDefinition *definition)
{
	int			position = catalog_column(table, definition->name);
	bool		nullable = definition->nullability != NULLABILITY_NOT_NULL;
	const TableColumn *column;
	char		declaration[200];
	TypeSpec	type;
	int			id;
	int			old_id;
	bool		move;

	if (position < 0)
		return session_error(session, 4924, "ALTER COLUMN", definition->name, table->name);
	column = &table->columns[position];
	if (column->rowversion || definition->type.rowversion)
		return session_error(session, 4928, column->name, "timestamp");
	id = old_id = column->id;
	if (!ddl_column_type(session, definition, position + 1, &type))
		return false;
	if (!type_check_implicit(session, &column->type, &type))
		return false;
	move = !storage_same(&type, &column->type) || type.collation != column->type.collation;
	if (move)
	{
		if (column->identity || column->computed_text != NULL || !check_dependents(session, table, position))
			return session->failed ? false : session_error(session, 4928, column->name, "COMPUTED");
		for (int i = 0; i < table->column_count; i++)
			id = table->columns[i].id >= id ? table->columns[i].id + 1 : id;
		storage_declaration(&type, declaration, sizeof(declaration));
		if (!change_format(session, "ALTER TABLE t%d ADD COLUMN c%d %s", table->id, id, declaration))
			return false;
	}
	return convert_values(session, table, position, &type, nullable, id) &&
		(!move || change_format(session, "ALTER TABLE t%d DROP COLUMN c%d", table->id, old_id)) &&
		change_format(session, "UPDATE standin_column SET column_id = %d, type = %Q, precision = %d, scale = %d, "
					  "length = %d, collation = %Q, nullable = %d WHERE object_id = %d AND column_id = %d", id,
					  ddl_type_name(definition, &type), type.precision, type.scale, type.length,
					  type.collation != NULL ? type.collation->name : NULL, nullable, table->id, old_id) &&
		ddl_changed(session);
}

bool
ddl_alter_table(Session *session, AlterTableStatement *statement)
{
	const TableInfo *table = find_table(session, &statement->name);
	TableBuild	build;
	int			id;

	if (table == NULL)
		return false;
	if (table->view)
		return session_error(session, 4902, table->name);
	id = table->id;
	ddl_build(&build, session, table, catalog_schema(session, table->schema));
	switch (statement->kind)
	{
		case ALTER_TABLE_ADD:
			return (statement->definition.column_count == 0 ||
					ddl_add_columns(&build, &statement->definition, false)) &&
				ddl_constraints(&build, &statement->definition, statement->no_check) &&
				fill_new_columns(session, id, &statement->definition);
		case ALTER_TABLE_DROP:
			for (int i = 0; i < statement->drop_constraints.count; i++)
			{
				if (!drop_constraint(session, catalog_table_by_id(session, id),
									 statement->drop_constraints.items[i], statement->if_exists) ||
					!ddl_changed(session))
					return false;
			}
			for (int i = 0; i < statement->drop_columns.count; i++)
			{
				if (!drop_column(session, id, statement->drop_columns.items[i], statement->if_exists))
					return false;
			}
			return true;
		case ALTER_TABLE_ALTER_COLUMN:
			return alter_column(session, table, &statement->definition.columns[0]);
		default:
			return set_constraints(session, table, statement);
	}
}

bool
ddl_create_index(Session *session, CreateIndexStatement *statement)
{
	const TableInfo *table = find_table(session, &statement->table);
	TableBuild	build;

	if (table == NULL)
		return false;
	if (table->view)
		return session_error(session, 4902, table->name);
	if (statement->where != NULL)
		return session_error(session, 40518, "A filtered index");
	ddl_build(&build, session, table, catalog_schema(session, table->schema));
	return ddl_index(&build, statement->name, statement->columns, statement->column_count, statement->unique,
					 0, false, statement->clustering == CLUSTERING_CLUSTERED);
}

static bool
drop_table(Session *session, const TableInfo *table)
{
	static const char *const owned[] = {
		"standin_column", "standin_identity", "standin_index", "standin_index_column"
	};
	int			id = table->id;

	for (int i = 0; i < table->reference_count; i++)
	{
		if (table->references[i].parent != id)
			return session_error(session, 3726, table->name);
	}
	if (!table->view && !change_format(session, "DROP TABLE t%d", id))
		return false;
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
	{
		if (!change_format(session, "DELETE FROM %s WHERE object_id = %d", owned[i], id))
			return false;
	}
	return change_format(session, "DELETE FROM standin_trigger WHERE object_id IN "
						 "(SELECT object_id FROM standin_object WHERE parent_id = %d)", id) &&
		change_format(session, "DELETE FROM standin_foreign_key_column WHERE object_id IN "
						 "(SELECT object_id FROM standin_foreign_key WHERE parent_id = %d)", id) &&
		change_format(session, "DELETE FROM standin_foreign_key WHERE parent_id = %d", id) &&
		change_format(session, "DELETE FROM standin_property WHERE class IN (1, 7) AND (major_id = %d OR major_id IN "
					  "(SELECT object_id FROM standin_object WHERE parent_id = %d))", id, id) &&
		change_format(session, "DELETE FROM standin_object WHERE object_id = %d OR parent_id = %d", id, id) &&
		ddl_changed(session);
}

static bool
drop_object(Session *session, DropStatement *statement, int index)
{
	const ObjectName *name = &statement->names[index];
	bool		view = statement->kind == DROP_VIEW;
	const TableInfo *table = NULL;

	if (name->database == NULL || name_equal(name->database, database_name(session->database)))
		table = catalog_table(session, name->schema, name->object);
	if (table != NULL && table->view == view)
		return drop_table(session, table);
	return statement->if_exists || session_error(session, 3701, view ? "view" : "table", name->object);
}

static bool
drop_index(Session *session, DropStatement *statement, int index)
{
	const TableInfo *table = find_table(session, &statement->tables[index]);

	if (table == NULL)
		return false;
	for (int i = 0; i < table->index_count; i++)
	{
		if (!same_name(table->indexes[i].name, statement->names[index].object))
			continue;
		if (table->indexes[i].constraint)
			return session_error(session, 3723, table->indexes[i].name,
								 table->indexes[i].primary ? "PRIMARY KEY" : "UNIQUE KEY");
		return forget_index(session, table, &table->indexes[i]) && ddl_changed(session);
	}
	return statement->if_exists || session_error(session, 3701, "index", statement->names[index].object);
}

static bool
drop_schema(Session *session, const char *name, bool if_exists)
{
	char		object[NAME_MAX_BYTES] = "";
	int			id = catalog_schema(session, name);
	sqlite3_stmt *statement = NULL;

	if (id == 0)
		return if_exists || session_error(session, 15151, "drop", "schema", name);
	if (id <= 4)
		return session_error(session, 15151, "drop", "schema", name);
	if (sqlite3_prepare_v2(session->handle, "SELECT name FROM standin_object WHERE schema_id = ?", -1,
						   &statement, NULL) == SQLITE_OK)
	{
		sqlite3_bind_int(statement, 1, id);
		if (sqlite3_step(statement) == SQLITE_ROW)
			snprintf(object, sizeof(object), "%s", sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	if (object[0] != '\0')
		return session_error(session, 3729, name, object);
	return change_format(session, "DELETE FROM standin_schema WHERE schema_id = %d", id) && ddl_changed(session);
}

bool
ddl_drop(Session *session, DropStatement *statement)
{
	for (int i = 0; i < statement->count; i++)
	{
		bool		done;

		if (statement->kind == DROP_INDEX)
			done = drop_index(session, statement, i);
		else if (statement->kind == DROP_TRIGGER)
			done = ddl_drop_trigger(session, &statement->names[i], statement->if_exists);
		else if (statement->kind == DROP_SYNONYM)
			done = ddl_drop_synonym(session, &statement->names[i], statement->if_exists);
		else if (statement->kind == DROP_SCHEMA)
			done = drop_schema(session, statement->names[i].object, statement->if_exists);
		else
			done = drop_object(session, statement, i);
		if (!done)
			return false;
	}
	return true;
}
