/*
 * catalog_views.c
 *		Finding system views by name, and their columns.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "catalog_views.h"
#include "parser.h"

static bool
matches(const SystemView *view, const char *database, const char *schema, const char *name)
{
	if (!name_equal(view->name, name) || (view->database != NULL && !name_equal(view->database, database)))
		return false;
	return schema != NULL ? name_equal(view->schema, schema) : name_equal(view->schema, "dbo");
}

const SystemView *
system_view_find(const char *database, const char *schema, const char *name)
{
	static const SystemView *const all[] = {database_views, schema_views, instance_views};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
	{
		for (const SystemView *view = all[i]; view->name != NULL; view++)
		{
			if (matches(view, database, schema, name))
				return view;
		}
	}
	return NULL;
}

SqlColumn *
system_view_columns(const SystemView *view, const Session *session, Arena *arena, int *count)
{
	SqlColumn  *columns;
	int			n = 0;

	while (view->columns[n].name != NULL)
		n++;
	columns = arena_alloc(arena, sizeof(SqlColumn) * (size_t) n);
	memset(columns, 0, sizeof(SqlColumn) * (size_t) n);
	for (int i = 0; i < n; i++)
	{
		const char *text = view->columns[i].type;
		size_t		size = strlen(text);
		DataType	type;
		SqlMessage	error;

		snprintf(columns[i].name, sizeof(columns[i].name), "%s", view->columns[i].name);
		columns[i].nullable = text[size - 1] == '?';
		if (parse_type_text(text, size - columns[i].nullable, arena, &type, &error))
			columns[i].type = type.spec;
		if (type_is_text(columns[i].type.type))
			columns[i].type.collation = session->collation;
	}
	*count = n;
	return columns;
}
