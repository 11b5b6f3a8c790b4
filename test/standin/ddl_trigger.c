/*
 * ddl_trigger.c
 *		CREATE, ALTER, DROP, ENABLE and DISABLE TRIGGER.
 *
 * A trigger is an object whose parent is its table.  Its body is kept apart from
 * the text of the statement, behind as many line feeds as stood before it, so
 * that errors name its lines as SQL Server does.
 */
#include <string.h>

#include "changelog.h"
#include "ddl.h"
#include "execute.h"

static bool
forget_trigger(Session *session, int id)
{
	return change_format(session, "DELETE FROM standin_trigger WHERE object_id = %d", id) &&
		change_format(session, "DELETE FROM standin_object WHERE object_id = %d", id);
}

static int
find_trigger(Session *session, const ObjectName *name)
{
	char		type[3] = "";
	int			id = catalog_object(session, name->schema, name->object, type);

	return strcmp(type, "TR") == 0 ? id : 0;
}

static const char *
body_text(Session *session, Span span)
{
	const char *text = ddl_text(session, span);
	size_t		size = strlen(text) + 1;
	size_t		lines = span.line > 1 ? (size_t) span.line - 1 : 0;
	char	   *body = arena_alloc(session->arena, lines + size);

	memset(body, '\n', lines);
	memcpy(body + lines, text, size);
	return body;
}

static bool
check_target(Session *session, const CreateTriggerStatement *statement, const TableInfo *table)
{
	if (table == NULL || (table->view && !statement->instead_of))
		return session_error(session, 8197, statement->table.object);
	for (int i = 0; statement->instead_of && i < table->trigger_count; i++)
	{
		const TriggerInfo *other = &table->triggers[i];

		if (other->instead_of && (other->events & statement->events) != 0 &&
			!name_equal(other->name, statement->name.object))
			return session_error(session, 2111, statement->name.object, table->name, other->name);
	}
	return true;
}

bool
ddl_create_trigger(Session *session, const CreateTriggerStatement *statement, Span span)
{
	const TableInfo *table = catalog_table(session, statement->table.schema, statement->table.object);
	int			old = find_trigger(session, &statement->name);
	const char *schema;
	int			table_id;
	int			schema_id;
	int			id;

	if (!check_target(session, statement, table))
		return false;
	table_id = table->id;
	if (statement->change == TRIGGER_ALTER && old == 0)
		return session_error(session, 208, statement->name.object);
	if (statement->change != TRIGGER_CREATE && old != 0 && !forget_trigger(session, old))
		return false;
	schema_id = ddl_new_name(session, &statement->name, &schema);
	if (schema_id == 0)
		return false;
	id = old != 0 ? old : ddl_next_id(session);
	return ddl_object(session, id, schema_id, statement->name.object, "TR", table_id, ddl_text(session, span)) &&
		change_format(session, "INSERT INTO standin_trigger (object_id, events, instead_of, body) "
					  "VALUES (%d, %d, %d, %Q)", id, (int) statement->events, statement->instead_of,
					  body_text(session, statement->body)) &&
		ddl_changed(session);
}

bool
ddl_drop_trigger(Session *session, const ObjectName *name, bool if_exists)
{
	int			id = find_trigger(session, name);

	if (id == 0)
		return if_exists || session_error(session, 3701, "trigger", name->object);
	return forget_trigger(session, id) && ddl_changed(session);
}

bool
ddl_enable_trigger(Session *session, const EnableTriggerStatement *statement)
{
	const TableInfo *table = catalog_table(session, statement->table.schema, statement->table.object);

	if (table == NULL)
		return session_error(session, 1088, statement->table.object);
	if (statement->count == 0 &&
		!change_format(session, "UPDATE standin_object SET disabled = %d WHERE parent_id = %d AND type = 'TR'",
					   statement->disable, table->id))
		return false;
	for (int i = 0; i < statement->count; i++)
	{
		int			id = find_trigger(session, &statement->names[i]);

		if (id == 0)
			return session_error(session, 4902, statement->names[i].object);
		if (!change_format(session, "UPDATE standin_object SET disabled = %d WHERE object_id = %d",
						   statement->disable, id))
			return false;
	}
	return ddl_changed(session);
}
