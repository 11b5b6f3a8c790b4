/*
 * ddl_table.c
 *		CREATE TABLE, CREATE VIEW, CREATE SCHEMA: rows of the catalog, and
 *		SQLite's own tables.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "changelog.h"
#include "ddl.h"
#include "parser.h"
#include "storage.h"

#define COLUMNS_MAX	1024

int
ddl_next_id(Session *session)
{
	int			id = (int) catalog_setting(session->handle, "next_id");

	if (!change_format(session, "UPDATE standin_meta SET value = value + 1 WHERE name = 'next_id'"))
		return 0;
	return id;
}

bool
ddl_changed(Session *session)
{
	if (!change_format(session, "UPDATE standin_meta SET value = value + 1 WHERE name = 'version'"))
		return false;
	catalog_invalidate(session);
	return catalog_refresh(session);
}

bool
ddl_object(Session *session, int id, int schema_id, const char *name, const char *type, int parent,
		   const char *definition)
{
	if (strlen(name) >= NAME_MAX_BYTES || text_utf16_units(name, strlen(name)) > 128)
		return session_error(session, 103, "identifier", name);
	return change_format(session, "INSERT INTO standin_object (object_id, schema_id, name, type, parent_id, created, "
						 "modified, definition, disabled, untrusted, column_id) "
						 "VALUES (%d, %d, %Q, %Q, %d, %lld, %lld, %Q, 0, 0, 0)",
						 id, schema_id, name, type, parent, (long long) session->clock,
						 (long long) session->clock, definition);
}

/* The text of a part of the batch. */
const char *
ddl_text(Session *session, Span span)
{
	size_t		size = span.end - span.start;
	char	   *copy = arena_alloc(session->arena, size + 1);

	memcpy(copy, session->frame_text + span.start, size);
	copy[size] = '\0';
	return copy;
}

void
ddl_build(TableBuild *build, Session *session, const TableInfo *table, int schema_id)
{
	memset(build, 0, sizeof(*build));
	build->session = session;
	build->table = table->id;
	build->schema_id = schema_id;
	/* Copies: the catalog's own vanish with each change to it. */
	build->schema = arena_copy(session->arena, table->schema, strlen(table->schema) + 1);
	build->name = arena_copy(session->arena, table->name, strlen(table->name) + 1);
	snprintf(build->full_name, sizeof(build->full_name), "%s.%s.%s", database_name(session->database),
			 table->schema, table->name);
}

int
ddl_new_name(Session *session, const ObjectName *name, const char **schema)
{
	int			schema_id;

	*schema = name->schema != NULL ? name->schema : "dbo";
	if (name->server != NULL ||
		(name->database != NULL && !name_equal(name->database, database_name(session->database))))
		return session_error(session, 2702, name->database != NULL ? name->database : name->server);
	schema_id = catalog_schema(session, *schema);
	if (schema_id == 0 || schema_id == 3 || schema_id == 4)
		return session_error(session, 2760, *schema);
	if (catalog_object(session, *schema, name->object, NULL) != 0)
		return session_error(session, 2714, name->object);
	return schema_id;
}

bool
ddl_column_type(Session *session, const ColumnDefinition *column, int number, TypeSpec *type)
{
	if (!column->type.known)
		return session_error(session, 2715, number, column->type.name);
	*type = column->type.spec;
	if (column->collation != NULL)
	{
		type->collation = collation_find(column->collation);
		if (type->collation == NULL)
			return session_error(session, 448, column->collation);
	}
	else if (type_is_text(type->type))
		type->collation = session->collation;
	return true;
}

static bool
is_key_column(const TableDefinition *definition, const ColumnDefinition *column)
{
	for (int i = 0; i < column->constraint_count; i++)
	{
		if (column->constraints[i].kind == CONSTRAINT_PRIMARY_KEY)
			return true;
	}
	for (int i = 0; i < definition->constraint_count; i++)
	{
		const Constraint *constraint = &definition->constraints[i];

		for (int j = 0; constraint->kind == CONSTRAINT_PRIMARY_KEY && j < constraint->column_count; j++)
		{
			if (same_name(constraint->columns[j].name, column->name))
				return true;
		}
	}
	return false;
}

static bool
is_nullable(Session *session, const TableDefinition *definition, const ColumnDefinition *column)
{
	if (column->nullability != NULLABILITY_UNSAID)
		return column->nullability == NULLABILITY_NULL;
	return !column->identity && !column->type.rowversion && !is_key_column(definition, column) &&
		!(session->settings.options & OPTION_ANSI_NULL_DFLT_OFF);
}

static bool
check_identity(Session *session, const ColumnDefinition *column, const TypeSpec *type, bool nullable)
{
	if (!column->identity)
		return true;
	if (nullable || (type->type != SQL_TINYINT && type->type != SQL_SMALLINT && type->type != SQL_INT &&
					 type->type != SQL_BIGINT && !(type->type == SQL_DECIMAL && type->scale == 0)))
		return session_error(session, 2749, column->name);
	return true;
}

/* decimal and numeric are one type; the catalog keeps which name was used.  rowversion is called by its older name. */
const char *
ddl_type_name(const ColumnDefinition *column, const TypeSpec *type)
{
	if (column->type.rowversion)
		return "timestamp";
	if (type->type == SQL_DECIMAL && column->type.name != NULL && name_equal(column->type.name, "numeric"))
		return "numeric";
	return type_name(type->type);
}

static bool
insert_column(TableBuild *build, const ColumnDefinition *column, int id, const TypeSpec *type,
			  bool nullable, const char *computed)
{
	Session    *session = build->session;

	if (strlen(column->name) >= NAME_MAX_BYTES)
		return session_error(session, 103, "identifier", column->name);
	if (!change_format(session, "INSERT INTO standin_column (object_id, column_id, position, name, type, precision, "
					   "scale, length, collation, nullable, identity, seed, increment, default_id, default_text, "
					   "computed_text) VALUES (%d, %d, %d, %Q, %Q, %d, %d, %d, %Q, %d, %d, %lld, %lld, 0, NULL, %Q)",
					   build->table, id, id, column->name, ddl_type_name(column, type), type->precision, type->scale,
					   type->length, type->collation != NULL ? type->collation->name : NULL, nullable,
					   column->identity, (long long) column->identity_seed,
					   (long long) column->identity_increment, computed))
		return false;
	return !column->identity ||
		change_format(session, "INSERT INTO standin_identity (object_id, last_value) VALUES (%d, NULL)", build->table);
}

static bool
check_new_column(TableBuild *build, const TableDefinition *definition, int index)
{
	Session    *session = build->session;
	const ColumnDefinition *column = &definition->columns[index];
	const TableInfo *table = catalog_table_by_id(session, build->table);

	for (int i = 0; i < index; i++)
	{
		if (same_name(definition->columns[i].name, column->name))
			return session_error(session, 2705, column->name, build->name);
		if (definition->columns[i].identity && column->identity)
			return session_error(session, 2744, build->name);
		if (definition->columns[i].type.rowversion && column->type.rowversion)
			return session_error(session, 2738, build->name, column->name);
	}
	if (table != NULL && catalog_column(table, column->name) >= 0)
		return session_error(session, 2705, column->name, build->name);
	if (table != NULL && table->identity >= 0 && column->identity)
		return session_error(session, 2744, build->name);
	if (table != NULL && table->rowversion >= 0 && column->type.rowversion)
		return session_error(session, 2738, build->name, column->name);
	return true;
}

static bool
add_physical_column(TableBuild *build, int id, const TypeSpec *type)
{
	char		declaration[200];

	storage_declaration(type, declaration, sizeof(declaration));
	return change_format(build->session, "ALTER TABLE t%d ADD COLUMN c%d %s", build->table, id, declaration);
}

static bool
add_computed(TableBuild *build, const ColumnDefinition *column, int id)
{
	Session    *session = build->session;
	const TableInfo *table;
	const char *text = ddl_text(session, column->computed_span);
	Analysis	analysis;
	Scope	   *scope;

	if (!ddl_changed(session) || (table = catalog_table_by_id(session, build->table)) == NULL)
		return false;
	analysis_start(&analysis, session);
	scope = scope_new(&analysis, NULL);
	relation_of_table(&analysis, relation_new(&analysis, scope, RELATION_TABLE, table->name), table);
	if (!analyse_expr(&analysis, scope, column->computed))
		return false;
	return insert_column(build, column, id, &column->computed->type, true, text) &&
		add_physical_column(build, id, &column->computed->type);
}

static int
highest_column(TableBuild *build)
{
	const TableInfo *table = catalog_table_by_id(build->session, build->table);
	int			highest = 0;

	for (int i = 0; table != NULL && i < table->column_count; i++)
		highest = table->columns[i].id > highest ? table->columns[i].id : highest;
	return highest;
}

/* ALTER TABLE ADD: what the rows at hand get. */
static bool
check_filled(TableBuild *build, const ColumnDefinition *column, bool nullable)
{
	char		sql[64];
	sqlite3_stmt *statement;
	bool		empty;

	if (nullable || column->identity || column->type.rowversion)
		return true;
	for (int i = 0; i < column->constraint_count; i++)
	{
		if (column->constraints[i].kind == CONSTRAINT_DEFAULT)
			return true;
	}
	snprintf(sql, sizeof(sql), "SELECT 1 FROM t%d LIMIT 1", build->table);
	statement = statement_cache_get(build->session->cache, build->session->handle, sql);
	empty = statement == NULL || sqlite3_step(statement) != SQLITE_ROW;
	if (statement != NULL)
		sqlite3_reset(statement);
	return empty || session_error(build->session, 4901, column->name, build->name);
}

bool
ddl_add_columns(TableBuild *build, const TableDefinition *definition, bool creating)
{
	Session    *session = build->session;
	int			first = highest_column(build);
	char		declaration[200];
	TypeSpec	type;

	if (first + definition->column_count > COLUMNS_MAX)
		return session_error(session, 1702, build->name, COLUMNS_MAX);
	if (creating && !change_format(session, "CREATE TABLE t%d (r INTEGER PRIMARY KEY) STRICT", build->table))
		return false;
	for (int i = 0; i < definition->column_count; i++)
	{
		const ColumnDefinition *column = &definition->columns[i];
		bool		nullable = is_nullable(session, definition, column);

		if (!check_new_column(build, definition, i))
			return false;
		if (column->computed != NULL)
		{
			if (!add_computed(build, column, first + i + 1))
				return false;
			continue;
		}
		if (!ddl_column_type(session, column, i + 1, &type) ||
			!check_identity(session, column, &type, nullable) ||
			(!creating && !check_filled(build, column, nullable)))
			return false;
		storage_declaration(&type, declaration, sizeof(declaration));
		if (!insert_column(build, column, first + i + 1, &type, nullable, NULL) ||
			!add_physical_column(build, first + i + 1, &type))
			return false;
	}
	return ddl_changed(session);
}

bool
ddl_create_table(Session *session, TableDefinition *definition)
{
	TableInfo	table;
	TableBuild	build;
	int			schema_id;

	if (definition->name.object[0] == '#')
		return session_error(session, 40518, "A temporary table");
	memset(&table, 0, sizeof(table));
	schema_id = ddl_new_name(session, &definition->name, &table.schema);
	if (schema_id == 0)
		return false;
	table.id = ddl_next_id(session);
	table.name = definition->name.object;
	ddl_build(&build, session, &table, schema_id);
	return ddl_object(session, table.id, schema_id, table.name, "U", 0, NULL) &&
		ddl_add_columns(&build, definition, true) && ddl_constraints(&build, definition, false);
}

bool
ddl_create_schema(Session *session, const char *name)
{
	if (catalog_schema(session, name) != 0)
	{
		session_error(session, 2714, name);
		return session_error(session, 2759);
	}
	return change_format(session, "INSERT INTO standin_schema (schema_id, name) VALUES "
						 "((SELECT max(max(schema_id), 4) + 1 FROM standin_schema), %Q)", name) &&
		ddl_changed(session);
}

bool
ddl_create_view(Session *session, CreateViewStatement *statement)
{
	Analysis	analysis;
	Query	   *query = statement->query;
	TableBuild	build;
	TableInfo	view;
	ColumnDefinition column;
	int			schema_id;
	int			old = 0;
	char		type[3] = "";

	memset(&view, 0, sizeof(view));
	if (statement->or_alter)
		old = catalog_object(session, statement->name.schema, statement->name.object, type);
	if (old != 0 && strcmp(type, "V") == 0 &&
		(!change_format(session, "DELETE FROM standin_column WHERE object_id = %d", old) ||
		 !change_format(session, "DELETE FROM standin_object WHERE object_id = %d", old)))
		return false;
	schema_id = ddl_new_name(session, &statement->name, &view.schema);
	if (schema_id == 0)
		return false;
	if (query->order_by.count > 0 && query->top == NULL && query->offset == NULL)
		return session_error(session, 1033);
	analysis_start(&analysis, session);
	if (!analyse_query(&analysis, query, NULL))
		return false;
	if (statement->columns.count > 0 && statement->columns.count != query->column_count)
		return session_error(session, statement->columns.count < query->column_count ? 8158 : 8159,
							 statement->name.object);
	view.id = ddl_next_id(session);
	view.name = statement->name.object;
	ddl_build(&build, session, &view, schema_id);
	if (!ddl_object(session, view.id, schema_id, view.name, "V", 0, ddl_text(session, statement->query_span)))
		return false;
	for (int i = 0; i < query->column_count; i++)
	{
		memset(&column, 0, sizeof(column));
		column.name = statement->columns.count > 0 ? statement->columns.items[i] : query->columns[i].name;
		if (column.name[0] == '\0')
			return session_error(session, 4511, i + 1);
		if (!insert_column(&build, &column, i + 1, &query->columns[i].type, query->columns[i].nullable, NULL))
			return false;
	}
	return ddl_changed(session);
}
