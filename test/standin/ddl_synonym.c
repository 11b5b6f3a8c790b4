/*
 * ddl_synonym.c
 *		CREATE SYNONYM, DROP SYNONYM, and what a synonym stands for.
 *
 * The catalog has the name of the base object as sys.synonyms shows it, each
 * part in brackets.  Whether there is such an object is asked at use.
 */
#include <stdio.h>
#include <string.h>

#include "changelog.h"
#include "ddl.h"

#define PARTS_MAX	4

/* Appends a part in brackets, with those inside doubled. */
static void
append_part(char *text, size_t size, const char *part)
{
	size_t		used = strlen(text);

	if (part == NULL || used + 2 * strlen(part) + 4 > size)
		return;
	if (used > 0)
		text[used++] = '.';
	text[used++] = '[';
	for (; *part != '\0'; part++)
	{
		text[used++] = *part;
		if (*part == ']')
			text[used++] = ']';
	}
	text[used++] = ']';
	text[used] = '\0';
}

bool
ddl_create_synonym(Session *session, CreateSynonymStatement *statement)
{
	char		base[PARTS_MAX * (2 * NAME_MAX_BYTES + 3)] = "";
	const char *schema;
	int			schema_id = ddl_new_name(session, &statement->name, &schema);
	int			id;

	if (schema_id == 0)
		return false;
	append_part(base, sizeof(base), statement->base.server);
	append_part(base, sizeof(base), statement->base.database);
	append_part(base, sizeof(base), statement->base.schema);
	append_part(base, sizeof(base), statement->base.object);
	id = ddl_next_id(session);
	return id != 0 && ddl_object(session, id, schema_id, statement->name.object, "SN", 0, base) &&
		ddl_changed(session);
}

bool
ddl_drop_synonym(Session *session, const ObjectName *name, bool if_exists)
{
	char		type[3] = "";
	int			id = catalog_object(session, name->schema, name->object, type);

	if (id == 0 || strcmp(type, "SN") != 0)
		return if_exists || session_error(session, 3701, "synonym", name->object);
	return change_format(session, "DELETE FROM standin_property WHERE class = 1 AND major_id = %d", id) &&
		change_format(session, "DELETE FROM standin_object WHERE object_id = %d", id) && ddl_changed(session);
}

/* The parts of a name in brackets, which text is overwritten with. */
static int
split_name(char *text, const char *parts[PARTS_MAX])
{
	int			count = 0;
	char	   *in = text;
	char	   *out = text;

	while (*in == '[' && count < PARTS_MAX)
	{
		parts[count++] = out;
		for (in++; *in != '\0' && (in[0] != ']' || in[1] == ']'); in++)
		{
			*out++ = *in;
			if (*in == ']')
				in++;
		}
		if (*in == ']')
			in++;
		if (*in == '.')
			in++;
		*out++ = '\0';
	}
	return count;
}

bool
synonym_base(Session *session, const ObjectName *name, ObjectName *base)
{
	const char *parts[PARTS_MAX];
	char		type[3] = "";
	int			id;
	int			count = 0;
	sqlite3_stmt *statement;

	if (name->server != NULL ||
		(name->database != NULL && !name_equal(name->database, database_name(session->database))))
		return false;
	id = catalog_object(session, name->schema, name->object, type);
	if (id == 0 || strcmp(type, "SN") != 0)
		return false;
	statement = statement_cache_get(session->cache, session->handle,
									"SELECT definition FROM standin_object WHERE object_id = ?1");
	if (statement == NULL)
		return false;
	sqlite3_bind_int(statement, 1, id);
	if (sqlite3_step(statement) == SQLITE_ROW)
		count = split_name(arena_copy(session->arena, (const char *) sqlite3_column_text(statement, 0),
									  (size_t) sqlite3_column_bytes(statement, 0) + 1), parts);
	sqlite3_reset(statement);
	if (count == 0)
		return false;
	*base = *name;
	base->object = parts[count - 1];
	base->schema = count > 1 ? parts[count - 2] : NULL;
	base->database = count > 2 ? parts[count - 3] : NULL;
	base->server = count > 3 ? parts[count - 4] : NULL;
	return base->server == NULL &&
		(base->database == NULL || name_equal(base->database, database_name(session->database)));
}
