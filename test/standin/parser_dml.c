/*
 * test/standin/parser_dml.c
 *		INSERT, UPDATE, DELETE, TRUNCATE TABLE and INSERT BULK.
 */
#include "parser_internal.h"

#include <string.h>

#define INSERT_ROWS_MAX	1000

static ObjectName
parse_target(Parser *p)
{
	ObjectName	name = {.span = span_start(p)};

	if (peek(p)->kind != TOKEN_VARIABLE)
		return parse_object_name(p);
	name.object = take(p).text;
	return name;
}

/* OUTPUT items [INTO target [(columns)]]; NULL when none is here. */
static Output *
parse_output(Parser *p)
{
	Output	   *output;

	if (!accept_word(p, "OUTPUT"))
		return NULL;
	output = parse_alloc(p, sizeof(*output));
	output->items = parse_select_list(p, false);
	if (accept_word(p, "INTO"))
	{
		output->into = parse_alloc(p, sizeof(*output->into));
		*output->into = parse_target(p);
		if (at_symbol(p, '('))
			output->into_columns = parse_name_list(p);
	}
	return output;
}

void
parse_insert(Parser *p, Statement *statement)
{
	InsertStatement *insert = &statement->u.insert;
	int			line = peek(p)->span.line;

	statement->kind = STATEMENT_INSERT;
	insert->top = parse_top(p);
	accept_word(p, "INTO");
	insert->target = parse_target(p);
	insert->hints = parse_table_hints(p);
	if (at_symbol(p, '(') && !at_word_after(p, 1, "SELECT") && !at_symbol_after(p, 1, '('))
		insert->columns = parse_name_list(p);
	insert->output = parse_output(p);
	if (accept_word(p, "VALUES"))
	{
		insert->kind = INSERT_VALUES;
		insert->rows = parse_rows(p, true, &insert->row_count);
		if (insert->row_count > INSERT_ROWS_MAX)
			parse_error(p, 10738, line, "The number of row value expressions in the INSERT "
						"statement exceeds the maximum allowed number of %d row values.", INSERT_ROWS_MAX);
	}
	else if (accept_word(p, "DEFAULT"))
	{
		insert->kind = INSERT_DEFAULT_VALUES;
		expect_word(p, "VALUES");
	}
	else if (at_word(p, "SELECT") || at_symbol(p, '('))
	{
		insert->kind = INSERT_QUERY;
		insert->query = parse_query(p, true);
		if (insert->query->into != NULL)
			parse_error(p, 156, insert->query->into->span.line,
						"Incorrect syntax near the keyword 'INTO'.");
	}
	else
		syntax_error_here(p);
}

/* c = e, c += e, @v = e, @v = c = e */
static Assignment
parse_update_item(Parser *p)
{
	Assignment	item = {.span = span_start(p)};

	if (peek(p)->kind == TOKEN_VARIABLE)
		item.variable = take(p).text;
	else
		item.column = parse_column_name(p, NULL);
	if (!accept_assignment(p, &item.op))
		syntax_error_here(p);
	if (item.variable == NULL && at_word(p, "DEFAULT"))
	{
		item.value = make_expr(p, EXPR_DEFAULT, span_start(p));
		take(p);
	}
	else
		item.value = parse_value(p);
	if (item.variable != NULL && item.op == OP_NONE && item.value->kind == EXPR_COLUMN &&
		at_symbol(p, '='))
	{
		take(p);
		item.column = item.value->name;
		item.value = parse_value(p);
	}
	span_end(p, &item.span);
	return item;
}

/* The end that UPDATE and DELETE share. */
static void
parse_modify_tail(Parser *p, ModifyStatement *modify)
{
	modify->output = parse_output(p);
	if (accept_word(p, "FROM"))
		modify->from = parse_from(p);
	if (accept_word(p, "WHERE"))
		modify->where = parse_condition(p);
	modify->options = parse_options(p);
}

/* UPDATE STATISTICS t [WITH ROWCOUNT = n, PAGECOUNT = n] */
static void
parse_update_statistics(Parser *p, Statement *statement)
{
	UpdateStatisticsStatement *update = &statement->u.update_statistics;

	statement->kind = STATEMENT_UPDATE_STATISTICS;
	update->table = parse_object_name(p);
	update->rows = update->pages = -1;
	if (!accept_word(p, "WITH"))
		return;
	do
	{
		bool		rows = accept_word(p, "ROWCOUNT");

		if (!rows)
			expect_word(p, "PAGECOUNT");
		expect_symbol(p, '=');
		*(rows ? &update->rows : &update->pages) = expect_integer(p, 0, INT64_MAX);
	} while (accept_symbol(p, ','));
}

void
parse_update(Parser *p, Statement *statement)
{
	ModifyStatement *modify = &statement->u.modify;

	if (accept_word(p, "STATISTICS"))
	{
		parse_update_statistics(p, statement);
		return;
	}
	statement->kind = STATEMENT_UPDATE;
	modify->top = parse_top(p);
	modify->target = parse_target(p);
	modify->hints = parse_table_hints(p);
	expect_word(p, "SET");
	do
	{
		Assignment	item = parse_update_item(p);

		modify->assignments = parse_append(p, modify->assignments, modify->assignment_count,
										   sizeof(*modify->assignments));
		modify->assignments[modify->assignment_count++] = item;
	} while (accept_symbol(p, ','));
	parse_modify_tail(p, modify);
}

void
parse_delete(Parser *p, Statement *statement)
{
	ModifyStatement *modify = &statement->u.modify;

	statement->kind = STATEMENT_DELETE;
	modify->top = parse_top(p);
	accept_word(p, "FROM");
	modify->target = parse_target(p);
	modify->hints = parse_table_hints(p);
	parse_modify_tail(p, modify);
}

void
parse_truncate(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_TRUNCATE;
	expect_word(p, "TABLE");
	statement->u.object = parse_object_name(p);
}

/* WITH (KEEP_NULLS, ROWS_PER_BATCH = 1000, ORDER (c)): only plain words and numbers. */
static NameList
parse_bulk_options(Parser *p)
{
	NameList	options = {0};

	if (!accept_word(p, "WITH"))
		return options;
	expect_symbol(p, '(');
	do
	{
		add_name(p, &options, upper_text(p, expect_name(p)));
		if (accept_symbol(p, '='))
			expect_integer(p, 0, INT32_MAX);
	} while (accept_symbol(p, ','));
	expect_symbol(p, ')');
	return options;
}

void
parse_insert_bulk(Parser *p, Statement *statement)
{
	InsertBulkStatement *bulk = &statement->u.insert_bulk;

	statement->kind = STATEMENT_INSERT_BULK;
	bulk->target = parse_object_name(p);
	expect_symbol(p, '(');
	do
	{
		BulkColumn	column = {0};

		column.name = expect_name(p);
		column.type = parse_data_type(p, false);
		if (accept_word(p, "COLLATE"))
			column.collation = expect_name(p);
		if (accept_word(p, "NOT"))
			expect_word(p, "NULL");
		else
			accept_word(p, "NULL");
		bulk->columns = parse_append(p, bulk->columns, bulk->column_count, sizeof(*bulk->columns));
		bulk->columns[bulk->column_count++] = column;
	} while (accept_symbol(p, ','));
	expect_symbol(p, ')');
	bulk->options = parse_bulk_options(p);
}
