/*
 * test/standin/parser_ddl.c
 *		CREATE, ALTER TABLE, DROP.
 */
#include "parser_internal.h"

static void
parse_create_table(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_CREATE_TABLE;
	statement->u.table.name = parse_object_name(p);
	parse_table_definition(p, &statement->u.table);
}

static void
parse_create_index(Parser *p, Statement *statement)
{
	CreateIndexStatement *index = &statement->u.create_index;

	statement->kind = STATEMENT_CREATE_INDEX;
	index->unique = accept_word(p, "UNIQUE");
	if (accept_word(p, "CLUSTERED"))
		index->clustering = CLUSTERING_CLUSTERED;
	else if (accept_word(p, "NONCLUSTERED"))
		index->clustering = CLUSTERING_NONCLUSTERED;
	expect_word(p, "INDEX");
	index->name = expect_name(p);
	expect_word(p, "ON");
	index->table = parse_object_name(p);
	index->columns = parse_index_columns(p, &index->column_count);
	if (accept_word(p, "INCLUDE"))
		index->include = parse_name_list(p);
	if (accept_word(p, "WHERE"))
	{
		index->where_span = span_start(p);
		index->where = parse_condition(p);
		span_end(p, &index->where_span);
	}
}

static void
require_first(Parser *p, const Statement *statement, const char *what)
{
	if (p->statements > 1)
		parse_error(p, 111, statement->span.line,
					"'%s' must be the first statement in a query batch.", what);
}

/* A view's text goes on to the end of the batch. */
static void
parse_create_view(Parser *p, Statement *statement, bool or_alter)
{
	CreateViewStatement *view = &statement->u.create_view;
	CteList		with;

	statement->kind = STATEMENT_CREATE_VIEW;
	require_first(p, statement, "CREATE VIEW");
	view->or_alter = or_alter;
	view->name = parse_object_name(p);
	if (at_symbol(p, '('))
		view->columns = parse_name_list(p);
	expect_word(p, "AS");
	view->query_span = span_start(p);
	with = parse_ctes(p);
	view->query = parse_query(p, false);
	view->query->with = with;
	span_end(p, &view->query_span);
	accept_symbol(p, ';');
	if (peek(p)->kind != TOKEN_END)
		syntax_error_here(p);
}

static void
parse_create_schema(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_CREATE_SCHEMA;
	require_first(p, statement, "CREATE SCHEMA");
	statement->u.object.span = span_start(p);
	statement->u.object.object = expect_name(p);
}

static void
parse_create_synonym(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_CREATE_SYNONYM;
	statement->u.create_synonym.name = parse_object_name(p);
	expect_word(p, "FOR");
	statement->u.create_synonym.base = parse_object_name(p);
}

static void
parse_create_database(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_CREATE_DATABASE;
	statement->u.create_database.name = expect_name(p);
	if (accept_word(p, "COLLATE"))
		statement->u.create_database.collation = expect_name(p);
}

void
parse_create(Parser *p, Statement *statement)
{
	if (accept_word(p, "TABLE"))
		parse_create_table(p, statement);
	else if (at_word(p, "UNIQUE") || at_word(p, "CLUSTERED") || at_word(p, "NONCLUSTERED") ||
			 at_word(p, "INDEX"))
		parse_create_index(p, statement);
	else if (accept_word(p, "VIEW"))
		parse_create_view(p, statement, false);
	else if (accept_word(p, "OR"))
	{
		expect_word(p, "ALTER");
		if (accept_word(p, "TRIGGER"))
		{
			parse_create_trigger(p, statement, TRIGGER_CREATE_OR_ALTER);
			return;
		}
		expect_word(p, "VIEW");
		parse_create_view(p, statement, true);
	}
	else if (accept_word(p, "TRIGGER"))
		parse_create_trigger(p, statement, TRIGGER_CREATE);
	else if (accept_word(p, "SCHEMA"))
		parse_create_schema(p, statement);
	else if (accept_word(p, "SYNONYM"))
		parse_create_synonym(p, statement);
	else if (accept_word(p, "DATABASE"))
		parse_create_database(p, statement);
	else
		syntax_error_here(p);
}

static bool
accept_if_exists(Parser *p)
{
	if (!accept_word(p, "IF"))
		return false;
	expect_word(p, "EXISTS");
	return true;
}

/* DROP [CONSTRAINT] a, b, COLUMN c: the word holds for the names that follow it. */
static void
parse_alter_table_drop(Parser *p, AlterTableStatement *alter)
{
	NameList   *list = &alter->drop_constraints;

	alter->kind = ALTER_TABLE_DROP;
	do
	{
		if (accept_word(p, "CONSTRAINT"))
		{
			list = &alter->drop_constraints;
			alter->if_exists |= accept_if_exists(p);
		}
		else if (accept_word(p, "COLUMN"))
		{
			list = &alter->drop_columns;
			alter->if_exists |= accept_if_exists(p);
		}
		add_name(p, list, expect_name(p));
	} while (accept_symbol(p, ','));
}

/* CHECK CONSTRAINT ALL | names, after CHECK or NOCHECK */
static void
parse_enable(Parser *p, AlterTableStatement *alter)
{
	expect_word(p, "CONSTRAINT");
	if (accept_word(p, "ALL"))
		return;
	do
	{
		add_name(p, &alter->names, expect_name(p));
	} while (accept_symbol(p, ','));
}

static void
parse_alter_column(Parser *p, AlterTableStatement *alter)
{
	ColumnDefinition column;

	alter->kind = ALTER_TABLE_ALTER_COLUMN;
	expect_word(p, "COLUMN");
	column = parse_column_definition(p);
	if (column.computed != NULL || column.identity || column.rowguidcol ||
		column.constraint_count > 0)
		parse_error(p, 102, column.span.line, "Incorrect syntax near '%s'.", column.name);
	alter->definition.columns = parse_append(p, NULL, 0, sizeof(column));
	alter->definition.columns[alter->definition.column_count++] = column;
}

static void
parse_alter_table(Parser *p, Statement *statement)
{
	AlterTableStatement *alter = &statement->u.alter_table;
	bool		with;

	statement->kind = STATEMENT_ALTER_TABLE;
	alter->name = parse_object_name(p);
	with = accept_word(p, "WITH");
	if (with)
	{
		alter->no_check = accept_word(p, "NOCHECK");
		alter->with_check = !alter->no_check;
		if (alter->with_check)
			expect_word(p, "CHECK");
	}
	if (accept_word(p, "ADD"))
	{
		alter->kind = ALTER_TABLE_ADD;
		do
		{
			parse_table_element(p, &alter->definition, true);
		} while (accept_symbol(p, ','));
	}
	else if (accept_word(p, "CHECK"))
	{
		alter->kind = ALTER_TABLE_ENABLE;
		parse_enable(p, alter);
	}
	else if (accept_word(p, "NOCHECK"))
	{
		alter->kind = ALTER_TABLE_DISABLE;
		parse_enable(p, alter);
	}
	else if (!with && accept_word(p, "DROP"))
		parse_alter_table_drop(p, alter);
	else if (!with && accept_word(p, "ALTER"))
		parse_alter_column(p, alter);
	else if (!with && (at_word(p, "ENABLE") || at_word(p, "DISABLE")))
		parse_table_triggers(p, statement, alter->name);
	else
		syntax_error_here(p);
}

void
parse_alter(Parser *p, Statement *statement)
{
	if (accept_word(p, "TABLE"))
		parse_alter_table(p, statement);
	else if (accept_word(p, "DATABASE"))
		parse_alter_database(p, statement);
	else if (accept_word(p, "TRIGGER"))
		parse_create_trigger(p, statement, TRIGGER_ALTER);
	else
		syntax_error_here(p);
}

/* DROP INDEX i ON t, and t.i as it was written before. */
static void
parse_drop_index(Parser *p, ObjectName *name, ObjectName *table)
{
	*name = parse_object_name(p);
	if (accept_word(p, "ON"))
	{
		*table = parse_object_name(p);
		return;
	}
	if (name->schema == NULL)
		syntax_error_here(p);
	*table = *name;
	table->object = name->schema;
	table->schema = name->database;
	table->database = name->server;
	table->server = NULL;
}

void
parse_drop(Parser *p, Statement *statement)
{
	static const struct
	{
		const char *word;
		DropKind	kind;
	}			kinds[] = {
		{"TABLE", DROP_TABLE},
		{"VIEW", DROP_VIEW},
		{"SCHEMA", DROP_SCHEMA},
		{"DATABASE", DROP_DATABASE},
		{"SYNONYM", DROP_SYNONYM},
		{"TRIGGER", DROP_TRIGGER},
		{"INDEX", DROP_INDEX},
	};
	DropStatement *drop = &statement->u.drop;
	size_t		i = 0;

	statement->kind = STATEMENT_DROP;
	while (i < sizeof(kinds) / sizeof(kinds[0]) && !accept_word(p, kinds[i].word))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		syntax_error_here(p);
	drop->kind = kinds[i].kind;
	drop->if_exists = accept_if_exists(p);
	do
	{
		ObjectName	name;
		ObjectName	table = {0};

		if (drop->kind == DROP_INDEX)
			parse_drop_index(p, &name, &table);
		else
			name = parse_object_name(p);
		drop->names = parse_append(p, drop->names, drop->count, sizeof(name));
		drop->tables = parse_append(p, drop->tables, drop->count, sizeof(table));
		drop->names[drop->count] = name;
		drop->tables[drop->count++] = table;
	} while (drop->kind != DROP_SCHEMA && accept_symbol(p, ','));
}
