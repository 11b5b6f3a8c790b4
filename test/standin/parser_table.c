/*
 * test/standin/parser_table.c
 *		Tables as they are defined: columns and constraints.
 */
#include "parser_internal.h"

static Clustering
parse_clustering(Parser *p)
{
	if (accept_word(p, "CLUSTERED"))
		return CLUSTERING_CLUSTERED;
	if (accept_word(p, "NONCLUSTERED"))
		return CLUSTERING_NONCLUSTERED;
	return CLUSTERING_UNSAID;
}

IndexColumn *
parse_index_columns(Parser *p, int *count)
{
	IndexColumn *columns = NULL;

	*count = 0;
	expect_symbol(p, '(');
	do
	{
		const char *name = expect_name(p);

		columns = parse_append(p, columns, *count, sizeof(*columns));
		columns[*count].name = name;
		columns[*count].descending = accept_word(p, "DESC");
		if (!columns[*count].descending)
			accept_word(p, "ASC");
		(*count)++;
	} while (accept_symbol(p, ','));
	expect_symbol(p, ')');
	return columns;
}

static ReferentialAction
parse_action(Parser *p)
{
	if (accept_word(p, "CASCADE"))
		return ACTION_CASCADE;
	if (accept_word(p, "SET"))
	{
		if (accept_word(p, "NULL"))
			return ACTION_SET_NULL;
		expect_word(p, "DEFAULT");
		return ACTION_SET_DEFAULT;
	}
	expect_word(p, "NO");
	expect_word(p, "ACTION");
	return ACTION_NONE;
}

/* REFERENCES t [(columns)] [ON DELETE action] [ON UPDATE action] */
static void
parse_references(Parser *p, Constraint *constraint)
{
	constraint->kind = CONSTRAINT_FOREIGN_KEY;
	expect_word(p, "REFERENCES");
	constraint->references = parse_object_name(p);
	if (at_symbol(p, '('))
		constraint->reference_columns = parse_name_list(p);
	while (accept_word(p, "ON"))
	{
		if (accept_word(p, "DELETE"))
			constraint->on_delete = parse_action(p);
		else
		{
			expect_word(p, "UPDATE");
			constraint->on_update = parse_action(p);
		}
	}
}

static void
parse_check(Parser *p, Constraint *constraint)
{
	constraint->kind = CONSTRAINT_CHECK;
	constraint->expr_span = span_start(p);
	expect_symbol(p, '(');
	constraint->expr = parse_condition(p);
	expect_symbol(p, ')');
	span_end(p, &constraint->expr_span);
}

static void
parse_default(Parser *p, Constraint *constraint)
{
	constraint->kind = CONSTRAINT_DEFAULT;
	constraint->expr_span = span_start(p);
	constraint->expr = parse_value(p);
	span_end(p, &constraint->expr_span);
}

/* PRIMARY KEY or UNIQUE; the columns follow by themselves. */
static bool
accept_key(Parser *p, Constraint *constraint)
{
	if (accept_word(p, "PRIMARY"))
	{
		expect_word(p, "KEY");
		constraint->kind = CONSTRAINT_PRIMARY_KEY;
	}
	else if (accept_word(p, "UNIQUE"))
		constraint->kind = CONSTRAINT_UNIQUE;
	else
		return false;
	constraint->clustering = parse_clustering(p);
	return true;
}

/* The next constraint of a column; false when none is here. */
static bool
parse_column_constraint(Parser *p, const char *column, Constraint *constraint)
{
	bool		named;

	constraint->span = span_start(p);
	named = accept_word(p, "CONSTRAINT");
	if (named)
		constraint->name = expect_name(p);
	if (accept_key(p, constraint))
	{
		if (at_symbol(p, '('))
			constraint->columns = parse_index_columns(p, &constraint->column_count);
	}
	else if (accept_word(p, "CHECK"))
		parse_check(p, constraint);
	else if (accept_word(p, "DEFAULT"))
		parse_default(p, constraint);
	else if (accept_word(p, "FOREIGN"))
	{
		expect_word(p, "KEY");
		parse_references(p, constraint);
	}
	else if (at_word(p, "REFERENCES"))
		parse_references(p, constraint);
	else if (named)
		syntax_error_here(p);
	else
		return false;
	if (constraint->column_count == 0)
	{
		constraint->columns = parse_append(p, NULL, 0, sizeof(*constraint->columns));
		constraint->columns[constraint->column_count++].name = column;
	}
	span_end(p, &constraint->span);
	return true;
}

static void
parse_identity(Parser *p, ColumnDefinition *column)
{
	column->identity = true;
	column->identity_seed = 1;
	column->identity_increment = 1;
	if (!accept_symbol(p, '('))
		return;
	column->identity_seed = expect_integer(p, -INT64_MAX, INT64_MAX);
	expect_symbol(p, ',');
	column->identity_increment = expect_integer(p, -INT64_MAX, INT64_MAX);
	expect_symbol(p, ')');
}

/* One word of a column's definition; false when it is at its end. */
static bool
parse_column_option(Parser *p, ColumnDefinition *column)
{
	Constraint	constraint = {0};

	if (accept_word(p, "NULL"))
		column->nullability = NULLABILITY_NULL;
	else if (accept_word(p, "NOT"))
	{
		expect_word(p, "NULL");
		column->nullability = NULLABILITY_NOT_NULL;
	}
	else if (column->computed == NULL && accept_word(p, "COLLATE"))
		column->collation = expect_name(p);
	else if (column->computed == NULL && accept_word(p, "IDENTITY"))
		parse_identity(p, column);
	else if (column->computed == NULL && accept_word(p, "ROWGUIDCOL"))
		column->rowguidcol = true;
	else if (column->computed != NULL && accept_word(p, "PERSISTED"))
		column->persisted = true;
	else if (parse_column_constraint(p, column->name, &constraint))
	{
		column->constraints = parse_append(p, column->constraints, column->constraint_count,
										   sizeof(*column->constraints));
		column->constraints[column->constraint_count++] = constraint;
	}
	else
		return false;
	return true;
}

ColumnDefinition
parse_column_definition(Parser *p)
{
	ColumnDefinition column = {.span = span_start(p)};

	column.name = expect_name(p);
	if (accept_word(p, "AS"))
	{
		column.computed_span = span_start(p);
		column.computed = parse_value(p);
		span_end(p, &column.computed_span);
	}
	else if (name_equal(column.name, "timestamp") && (at_symbol(p, ',') || at_symbol(p, ')')))
	{
		/* "timestamp" alone is a column of that type and name */
		column.type = (DataType) {
			.name = "timestamp", .known = true, .rowversion = true,
			.spec = {.type = SQL_BINARY, .length = 8}, .span = column.span
		};
	}
	else
		column.type = parse_data_type(p, false);
	while (parse_column_option(p, &column))
		;
	span_end(p, &column.span);
	return column;
}

static bool
at_table_constraint(Parser *p)
{
	return at_word(p, "CONSTRAINT") || at_word(p, "PRIMARY") || at_word(p, "UNIQUE") ||
		at_word(p, "FOREIGN") || at_word(p, "CHECK") || at_word(p, "DEFAULT");
}

static Constraint
parse_table_constraint(Parser *p, bool defaults)
{
	Constraint	constraint = {.span = span_start(p)};

	if (accept_word(p, "CONSTRAINT"))
		constraint.name = expect_name(p);
	if (accept_key(p, &constraint))
		constraint.columns = parse_index_columns(p, &constraint.column_count);
	else if (accept_word(p, "FOREIGN"))
	{
		expect_word(p, "KEY");
		constraint.columns = parse_index_columns(p, &constraint.column_count);
		parse_references(p, &constraint);
	}
	else if (accept_word(p, "CHECK"))
		parse_check(p, &constraint);
	else if (defaults && accept_word(p, "DEFAULT"))
	{
		parse_default(p, &constraint);
		expect_word(p, "FOR");
		constraint.columns = parse_append(p, NULL, 0, sizeof(*constraint.columns));
		constraint.columns[constraint.column_count++].name = expect_name(p);
	}
	else
		syntax_error_here(p);
	span_end(p, &constraint.span);
	return constraint;
}

void
parse_table_element(Parser *p, TableDefinition *table, bool defaults)
{
	if (at_table_constraint(p))
	{
		Constraint	constraint = parse_table_constraint(p, defaults);

		table->constraints = parse_append(p, table->constraints, table->constraint_count,
										  sizeof(*table->constraints));
		table->constraints[table->constraint_count++] = constraint;
	}
	else
	{
		ColumnDefinition column = parse_column_definition(p);

		table->columns = parse_append(p, table->columns, table->column_count,
									  sizeof(*table->columns));
		table->columns[table->column_count++] = column;
	}
}

/* A comma may stand before the closing parenthesis, and none before CONSTRAINT. */
void
parse_table_definition(Parser *p, TableDefinition *table)
{
	expect_symbol(p, '(');
	do
	{
		if (table->column_count > 0 && at_symbol(p, ')'))
			break;
		parse_table_element(p, table, false);
	} while (accept_symbol(p, ',') || (at_table_constraint(p) && table->column_count > 0));
	expect_symbol(p, ')');
}
