/*
 * ddl_constraint.c
 *		PRIMARY KEY, UNIQUE, FOREIGN KEY, CHECK, DEFAULT and indexes.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "changelog.h"
#include "ddl.h"
#include "rowwriter.h"

/* PK__Album__97B4BE37: what SQL Server calls a constraint without a name. */
static const char *
constraint_name(TableBuild *build, const Constraint *constraint, int id, const char *prefix)
{
	char	   *name;
	const char *column = constraint->column_count > 0 ? constraint->columns[0].name : "";

	if (constraint->name != NULL)
		return constraint->name;
	name = arena_alloc(build->session->arena, NAME_MAX_BYTES);
	if (constraint->kind == CONSTRAINT_PRIMARY_KEY || constraint->kind == CONSTRAINT_UNIQUE)
		snprintf(name, NAME_MAX_BYTES, "%s__%.9s__%08X", prefix, build->name, (unsigned) id * 2654435761u);
	else
		snprintf(name, NAME_MAX_BYTES, "%s__%.9s__%.5s__%08X", prefix, build->name, column,
				 (unsigned) id * 2654435761u);
	return name;
}

static bool
duplicate_exists(TableBuild *build, const TableInfo *table, const int *columns, int count, const char *name)
{
	Session    *session = build->session;
	char		list[4000] = "";
	char		sql[9000];
	char		values[1500];
	size_t		used = 0;
	sqlite3_stmt *statement = NULL;
	RawValue   *row = arena_alloc(session->arena, sizeof(RawValue) * (size_t) table->column_count);
	bool		found;

	for (int i = 0; i < count && used < sizeof(list) - 40; i++)
		used += (size_t) snprintf(list + used, sizeof(list) - used, "%sc%d", i > 0 ? ", " : "",
								  table->columns[columns[i]].id);
	snprintf(sql, sizeof(sql), "SELECT %s FROM t%d GROUP BY %s HAVING count(*) > 1 LIMIT 1", list, table->id, list);
	if (sqlite3_prepare_v2(session->handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return !session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	found = sqlite3_step(statement) == SQLITE_ROW;
	if (found)
	{
		for (int i = 0; i < count; i++)
			raw_from_column(statement, i, &row[columns[i]]);
		key_text(session, table, columns, count, row, values, sizeof(values));
		snprintf(list, sizeof(list), "%s.%s", table->schema, table->name);
		session_error(session, 1505, list, name, values);
	}
	sqlite3_finalize(statement);
	return found;
}

static bool
resolve_columns(TableBuild *build, const TableInfo *table, const IndexColumn *columns, int count, int *positions)
{
	Session    *session = build->session;

	for (int i = 0; i < count; i++)
	{
		positions[i] = catalog_column(table, columns[i].name);
		if (positions[i] < 0)
			return session_error(session, 1911, columns[i].name);
		for (int j = 0; j < i; j++)
		{
			if (positions[j] == positions[i])
				return session_error(session, 1909, columns[i].name);
		}
		if (type_is_large(&table->columns[positions[i]].type) ||
			table->columns[positions[i]].type.length == LENGTH_MAX)
			return session_error(session, 1919, columns[i].name, table->name);
	}
	return true;
}

static int
next_index(const TableInfo *table, bool clustered)
{
	int			next = clustered ? 1 : 2;

	for (int i = 0; i < table->index_count; i++)
	{
		if (table->indexes[i].id >= next)
			next = table->indexes[i].id + 1;
	}
	return next;
}

static bool
physical_index(Session *session, const TableInfo *table, int id, const IndexColumn *columns,
			   const int *positions, int count, bool unique)
{
	char		list[8000] = "";
	size_t		used = 0;

	for (int i = 0; i < count && used < sizeof(list) - 60; i++)
	{
		const TableColumn *column = &table->columns[positions[i]];
		bool		binary = unique && type_is_binary(column->type.type);

		used += (size_t) snprintf(list + used, sizeof(list) - used, "%s%sc%d%s%s", i > 0 ? ", " : "",
								  binary ? "t_binary_key(" : "", column->id, binary ? ")" : "",
								  columns[i].descending ? " DESC" : "");
	}
	return change_format(session, "CREATE %s INDEX i%d_%d ON t%d (%s)", unique ? "UNIQUE" : "",
						 table->id, id, table->id, list);
}

bool
ddl_index(TableBuild *build, const char *name, const IndexColumn *columns, int count, bool unique,
		  int constraint_id, bool primary, bool clustered)
{
	Session    *session = build->session;
	const TableInfo *table = catalog_table_by_id(session, build->table);
	int		   *positions = arena_alloc(session->arena, sizeof(int) * (size_t) (count + 1));
	int			id;

	if (table == NULL || !resolve_columns(build, table, columns, count, positions))
		return false;
	for (int i = 0; i < table->index_count; i++)
	{
		if (same_name(table->indexes[i].name, name))
			return session_error(session, 1913, name, build->full_name);
		if (clustered && table->indexes[i].clustered)
			return session_error(session, 1902, build->name, table->indexes[i].name);
	}
	if (unique && duplicate_exists(build, table, positions, count, name))
		return false;
	id = next_index(table, clustered);
	if (!change_format(session, "INSERT INTO standin_index (object_id, index_id, name, is_unique, is_primary, "
					   "constraint_id, clustered) VALUES (%d, %d, %Q, %d, %d, %d, %d)", build->table, id, name,
					   unique, primary, constraint_id, clustered))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (!change_format(session, "INSERT INTO standin_index_column (object_id, index_id, ordinal, column_id, "
						   "descending) VALUES (%d, %d, %d, %d, %d)", build->table, id, i + 1,
						   table->columns[positions[i]].id, columns[i].descending))
			return false;
	}
	return physical_index(session, table, id, columns, positions, count, unique) && ddl_changed(session);
}

static bool
add_key(TableBuild *build, const Constraint *constraint)
{
	Session    *session = build->session;
	const TableInfo *table = catalog_table_by_id(session, build->table);
	bool		primary = constraint->kind == CONSTRAINT_PRIMARY_KEY;
	int			id = ddl_next_id(session);
	const char *name = constraint_name(build, constraint, id, primary ? "PK" : "UQ");
	bool		clustered = constraint->clustering == CLUSTERING_CLUSTERED ||
		(primary && constraint->clustering == CLUSTERING_UNSAID);

	for (int i = 0; table != NULL && i < table->index_count; i++)
	{
		if (primary && table->indexes[i].primary)
			return session_error(session, 1779, build->name);
		if (table->indexes[i].clustered && constraint->clustering == CLUSTERING_UNSAID)
			clustered = false;
	}
	for (int i = 0; table != NULL && primary && i < constraint->column_count; i++)
	{
		int			column = catalog_column(table, constraint->columns[i].name);

		if (column >= 0 && table->columns[column].nullable)
			return session_error(session, 8111, build->name);
	}
	return ddl_object(session, id, build->schema_id, name, primary ? "PK" : "UQ", build->table, NULL) &&
		ddl_index(build, name, constraint->columns, constraint->column_count, true, id, primary, clustered);
}

static bool
is_candidate_key(const TableInfo *table, const int *positions, int count)
{
	for (int i = 0; i < table->index_count; i++)
	{
		const IndexInfo *index = &table->indexes[i];
		int			matched = 0;

		if (!index->unique || index->count != count)
			continue;
		for (int j = 0; j < count; j++)
		{
			for (int k = 0; k < count; k++)
				matched += index->columns[j] == positions[k];
		}
		if (matched == count)
			return true;
	}
	return false;
}

/* Positions of the referenced columns; the primary key's when none are named. */
static int
referenced_columns(Session *session, const Constraint *constraint, const TableInfo *table,
				   const char *name, int *positions)
{
	int			count = 0;

	for (int i = 0; constraint->reference_columns.count == 0 && i < table->index_count; i++)
	{
		if (!table->indexes[i].primary || table->indexes[i].count > 16)
			continue;
		for (; count < table->indexes[i].count; count++)
			positions[count] = table->indexes[i].columns[count];
	}
	for (; count < constraint->reference_columns.count && count < 16; count++)
	{
		positions[count] = catalog_column(table, constraint->reference_columns.items[count]);
		if (positions[count] < 0)
		{
			session_error(session, 1770, name, constraint->reference_columns.items[count], table->name);
			return -1;
		}
	}
	if (count == 0 || !is_candidate_key(table, positions, count))
	{
		session_error(session, 1776, table->name, name);
		return -1;
	}
	return count;
}

static bool
same_key_type(const TypeSpec *a, const TypeSpec *b)
{
	return a->type == b->type && a->precision == b->precision && a->scale == b->scale &&
		a->collation == b->collation;
}

static bool
mark_constraint(Session *session, int id, bool untrusted, int column)
{
	return change_format(session, "UPDATE standin_object SET untrusted = %d, column_id = %d WHERE object_id = %d",
						 untrusted, column, id);
}

static bool
add_foreign_key(TableBuild *build, const Constraint *constraint, bool no_check)
{
	Session    *session = build->session;
	const TableInfo *table = catalog_table_by_id(session, build->table);
	const TableInfo *target;
	int			positions[16];
	int			id = ddl_next_id(session);
	const char *name = constraint_name(build, constraint, id, "FK");

	if (constraint->on_delete != ACTION_NONE || constraint->on_update != ACTION_NONE)
		return session_error(session, 40518, "A cascading referential action");
	target = catalog_table(session, constraint->references.schema, constraint->references.object);
	if (target == NULL || target->view)
		return session_error(session, 1767, name, constraint->references.object);
	if (constraint->column_count > 16)
		return session_error(session, 1776, target->name, name);
	if (referenced_columns(session, constraint, target, name, positions) != constraint->column_count)
		return session->failed ? false : session_error(session, 8139, build->name);
	if (!ddl_object(session, id, build->schema_id, name, "F", build->table, NULL) ||
		!change_format(session, "INSERT INTO standin_foreign_key (object_id, parent_id, referenced_id) "
					   "VALUES (%d, %d, %d)", id, build->table, target->id))
		return false;
	for (int i = 0; i < constraint->column_count; i++)
	{
		int			column = catalog_column(table, constraint->columns[i].name);

		if (column < 0)
			return session_error(session, 1769, name, constraint->columns[i].name, build->name);
		if (!same_key_type(&table->columns[column].type, &target->columns[positions[i]].type))
			return session_error(session, 1778, target->name, target->columns[positions[i]].name,
								 build->name, constraint->columns[i].name, name);
		if (!change_format(session, "INSERT INTO standin_foreign_key_column (object_id, ordinal, parent_column, "
						   "referenced_column) VALUES (%d, %d, %d, %d)", id, i + 1, table->columns[column].id,
						   target->columns[positions[i]].id))
			return false;
	}
	return mark_constraint(session, id, no_check, 0) && ddl_changed(session) &&
		(no_check || constraint_check_rows(session, build->table, id));
}

typedef struct Named
{
	int			column;			/* position, -1 = none so far */
	bool		several;
} Named;

static bool
name_column(Expr *expr, void *argument)
{
	Named	   *named = argument;

	if (expr->kind == EXPR_COLUMN)
	{
		named->several = named->several || (named->column >= 0 && named->column != expr->column_index);
		named->column = expr->column_index;
	}
	return expr_each_child(expr, name_column, argument);
}

/* SQL Server takes a CHECK that names one column for that column's. */
static int
checked_column(const TableInfo *table, Expr *condition)
{
	Named		named = {-1, false};

	name_column(condition, &named);
	return named.column >= 0 && !named.several ? table->columns[named.column].id : 0;
}

static bool
add_check(TableBuild *build, const Constraint *constraint, bool no_check)
{
	Session    *session = build->session;
	const TableInfo *table = catalog_table_by_id(session, build->table);
	int			id = ddl_next_id(session);
	Analysis	analysis;
	Scope	   *scope;

	analysis_start(&analysis, session);
	scope = scope_new(&analysis, NULL);
	relation_of_table(&analysis, relation_new(&analysis, scope, RELATION_TABLE, table->name), table);
	return analyse_condition(&analysis, scope, constraint->expr) &&
		ddl_object(session, id, build->schema_id, constraint_name(build, constraint, id, "CK"), "C",
				   build->table, ddl_text(session, constraint->expr_span)) &&
		mark_constraint(session, id, no_check, checked_column(table, constraint->expr)) && ddl_changed(session) &&
		(no_check || constraint_check_rows(session, build->table, id));
}

/* Where the parenthesis that text begins with is closed; 0 = nowhere. */
static size_t
closes_at(const char *text)
{
	int			depth = 0;
	bool		quoted = false;

	for (size_t i = 0; text[i] != '\0'; i++)
	{
		if (text[i] == '\'')
			quoted = !quoted;
		else if (!quoted && text[i] == '(')
			depth++;
		else if (!quoted && text[i] == ')' && --depth == 0)
			return i;
	}
	return 0;
}

/*
 * A default's text as the catalogs have it: in parentheses, numbers in two pairs.
 * Those around the whole as it was written are not among them.
 */
static const char *
default_text(Session *session, const Constraint *constraint)
{
	const Expr *expr = constraint->expr;
	const char *text = ddl_text(session, constraint->expr_span);
	const char *format = "(%.*s)";
	size_t		size = strlen(text);
	char	   *copy;

	while (size > 1 && text[0] == '(' && closes_at(text) == size - 1)
	{
		text++;
		size -= 2;
		while (size > 0 && (*text == ' ' || *text == '\t'))
		{
			text++;
			size--;
		}
		while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
			size--;
	}
	if (size > 0 && (isdigit((unsigned char) text[0]) || text[0] == '-') && !type_is_text(expr->type.type) &&
		strspn(text + 1, "0123456789.eE") == size - 1)
		format = "((%.*s))";
	copy = arena_alloc(session->arena, size + 5);
	snprintf(copy, size + 5, format, (int) size, text);
	return copy;
}

static bool
add_default(TableBuild *build, const Constraint *constraint)
{
	Session    *session = build->session;
	const TableInfo *table = catalog_table_by_id(session, build->table);
	const char *text = default_text(session, constraint);
	int			column = catalog_column(table, constraint->columns[0].name);
	int			id = ddl_next_id(session);
	Analysis	analysis;

	if (column < 0)
		return session_error(session, 1752, constraint->columns[0].name, build->name);
	if (table->columns[column].default_id != 0)
		return session_error(session, 1781);
	analysis_start(&analysis, session);
	return analyse_expr(&analysis, NULL, constraint->expr) &&
		type_check_implicit(session, &constraint->expr->type, &table->columns[column].type) &&
		ddl_object(session, id, build->schema_id, constraint_name(build, constraint, id, "DF"), "D",
				   build->table, text) &&
		change_format(session, "UPDATE standin_column SET default_id = %d, default_text = %Q "
					  "WHERE object_id = %d AND column_id = %d", id, text, build->table,
					  table->columns[column].id) &&
		ddl_changed(session);
}

bool
ddl_constraint(TableBuild *build, const Constraint *constraint, bool no_check)
{
	Session    *session = build->session;

	if (constraint->name != NULL &&
		catalog_object(session, build->schema, constraint->name, NULL) != 0)
	{
		session_error(session, 2714, constraint->name);
		return session_error(session, 1750);
	}
	switch (constraint->kind)
	{
		case CONSTRAINT_PRIMARY_KEY:
		case CONSTRAINT_UNIQUE:
			return add_key(build, constraint);
		case CONSTRAINT_FOREIGN_KEY:
			return add_foreign_key(build, constraint, no_check);
		case CONSTRAINT_CHECK:
			return add_check(build, constraint, no_check);
		default:
			return add_default(build, constraint);
	}
}

bool
ddl_constraints(TableBuild *build, const TableDefinition *definition, bool no_check)
{
	for (int i = 0; i < definition->column_count; i++)
	{
		const ColumnDefinition *column = &definition->columns[i];

		for (int j = 0; j < column->constraint_count; j++)
		{
			if (!ddl_constraint(build, &column->constraints[j], no_check))
				return false;
		}
	}
	for (int i = 0; i < definition->constraint_count; i++)
	{
		if (!ddl_constraint(build, &definition->constraints[i], no_check))
			return false;
	}
	return true;
}
