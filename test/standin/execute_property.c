/*
 * execute_property.c
 *		sp_addextendedproperty, sp_updateextendedproperty, sp_dropextendedproperty.
 *
 * A property belongs to the database, a schema, a table, view or synonym, or to
 * a column, constraint or index of one; sys.extended_properties numbers them by
 * class, major and minor id.
 */
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "changelog.h"
#include "execute.h"
#include "transaction.h"

#define LEVELS	3

enum
{
	CLASS_DATABASE = 0,
	CLASS_OBJECT = 1,			/* and columns */
	CLASS_SCHEMA = 3,
	CLASS_INDEX = 7
};

typedef struct Owner
{
	int			class;
	int			major;
	int			minor;
} Owner;

typedef enum Change
{
	CHANGE_ADD,
	CHANGE_UPDATE,
	CHANGE_DROP
} Change;

/* What a call says; NULL = not said. */
typedef struct PropertyCall
{
	const char *name;
	const SqlParameter *value;
	const char *types[LEVELS];
	const char *names[LEVELS];
	char		label[3 * NAME_MAX_BYTES];	/* of the owner, for messages */
} PropertyCall;

/* By name, or by its place among the procedure's parameters. */
static const SqlParameter *
parameter_of(const SqlParameter *parameters, int count, const char *name, int place)
{
	for (int i = 0; i < count; i++)
	{
		if (parameters[i].name[0] != '\0' ? name_equal(parameters[i].name, name) : i == place)
			return &parameters[i];
	}
	return NULL;
}

static const char *
text_of(Session *session, const SqlParameter *parameter)
{
	if (parameter == NULL || parameter->value.null || !type_is_text(parameter->type.type))
		return NULL;
	return memcpy(memset(arena_alloc(session->frame->arena, parameter->value.n + 1), 0, parameter->value.n + 1),
				  parameter->value.p, parameter->value.n);
}

static void
read_call(Session *session, const SqlParameter *parameters, int count, Change change, PropertyCall *call)
{
	int			place = change == CHANGE_DROP ? 1 : 2;

	memset(call, 0, sizeof(*call));
	call->name = text_of(session, parameter_of(parameters, count, "@name", 0));
	if (change != CHANGE_DROP)
		call->value = parameter_of(parameters, count, "@value", 1);
	for (int i = 0; i < LEVELS; i++)
	{
		char		name[16];
		size_t		used = strlen(call->label);

		snprintf(name, sizeof(name), "@level%dtype", i);
		call->types[i] = text_of(session, parameter_of(parameters, count, name, place++));
		snprintf(name, sizeof(name), "@level%dname", i);
		call->names[i] = text_of(session, parameter_of(parameters, count, name, place++));
		if (call->names[i] != NULL)
			snprintf(call->label + used, sizeof(call->label) - used, "%s%s", used > 0 ? "." : "", call->names[i]);
	}
}

static bool
find_object(Session *session, const PropertyCall *call, Owner *owner)
{
	static const struct
	{
		const char *level;
		const char *type;
	}			levels[] = {{"TABLE", "U"}, {"VIEW", "V"}, {"SYNONYM", "SN"}};
	char		type[3] = "";

	owner->class = CLASS_OBJECT;
	owner->major = catalog_object(session, call->names[0], call->names[1], type);
	for (size_t i = 0; owner->major != 0 && i < sizeof(levels) / sizeof(levels[0]); i++)
	{
		if (name_equal(call->types[1], levels[i].level))
			return strcmp(type, levels[i].type) == 0;
	}
	return false;
}

/* A column, constraint or index of owner. */
static bool
find_part(Session *session, const PropertyCall *call, Owner *owner)
{
	const TableInfo *table = catalog_table_by_id(session, owner->major);
	int			column;

	if (table == NULL || call->names[2] == NULL)
		return false;
	if (name_equal(call->types[2], "COLUMN"))
	{
		column = catalog_column(table, call->names[2]);
		owner->minor = column >= 0 ? table->columns[column].id : 0;
		return column >= 0;
	}
	if (name_equal(call->types[2], "CONSTRAINT"))
	{
		owner->major = catalog_object(session, call->names[0], call->names[2], NULL);
		return owner->major != 0;
	}
	owner->class = CLASS_INDEX;
	for (int i = 0; name_equal(call->types[2], "INDEX") && i < table->index_count; i++)
	{
		if (!name_equal(table->indexes[i].name, call->names[2]))
			continue;
		owner->minor = table->indexes[i].id;
		return true;
	}
	return false;
}

static bool
find_owner(Session *session, const PropertyCall *call, Owner *owner)
{
	memset(owner, 0, sizeof(*owner));
	if (call->types[0] == NULL)
		return true;
	if (!name_equal(call->types[0], "SCHEMA") || call->names[0] == NULL)
		return false;
	if (call->types[1] == NULL)
	{
		owner->class = CLASS_SCHEMA;
		owner->major = catalog_schema(session, call->names[0]);
		return owner->major != 0;
	}
	return call->names[1] != NULL && find_object(session, call, owner) &&
		(call->types[2] == NULL || find_part(session, call, owner));
}

static bool
is_there(Session *session, const Owner *owner, const char *name)
{
	sqlite3_stmt *statement = statement_cache_get(session->cache, session->handle,
												  "SELECT 1 FROM standin_property WHERE class = ?1 AND major_id = ?2 "
												  "AND minor_id = ?3 AND name = ?4");
	bool		there;

	if (statement == NULL)
		return false;
	sqlite3_bind_int(statement, 1, owner->class);
	sqlite3_bind_int(statement, 2, owner->major);
	sqlite3_bind_int(statement, 3, owner->minor);
	sqlite3_bind_text(statement, 4, name, -1, SQLITE_TRANSIENT);
	there = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_reset(statement);
	return there;
}

static bool
put_property(Session *session, const Owner *owner, const PropertyCall *call)
{
	static const TypeSpec variant = {.type = SQL_VARIANT};
	RawValue	values[5] = {
		{.type = SQLITE_INTEGER, .i = owner->class}, {.type = SQLITE_INTEGER, .i = owner->major},
		{.type = SQLITE_INTEGER, .i = owner->minor},
		{.type = SQLITE_TEXT, .p = call->name, .n = strlen(call->name)}, {.type = SQLITE_NULL}
	};
	char		scratch[STORAGE_SCRATCH];
	SqlValue	value;
	SqlMessage	error;

	if (call->value != NULL && !call->value->value.null)
	{
		if (!convert_value(&call->value->value, &call->value->type, &variant, 0, true,
						   session->frame->arena, &value, &error))
		{
			session_message(session, &error);
			return false;
		}
		storage_encode(&variant, &value, &values[4], scratch);
	}
	return change_run(session, "INSERT OR REPLACE INTO standin_property (class, major_id, minor_id, name, value) "
					  "VALUES (?1, ?2, ?3, ?4, ?5)", values, 5) == SQLITE_DONE;
}

static bool
change_entered(Session *session, const PropertyCall *call, Change change)
{
	Owner		owner;
	const char *label = call->label[0] != '\0' ? call->label : "object specified";
	bool		there;

	if (!catalog_refresh(session))
		return false;
	if (!find_owner(session, call, &owner))
		return session_error(session, 15135, label);
	there = is_there(session, &owner, call->name);
	if (change == CHANGE_ADD && there)
		return session_error(session, 15233, call->name, label);
	if (change != CHANGE_ADD && !there)
		return session_error(session, 15217, call->name, label);
	if (change != CHANGE_DROP)
		return put_property(session, &owner, call);
	return change_format(session, "DELETE FROM standin_property WHERE class = %d AND major_id = %d AND "
						 "minor_id = %d AND name = %Q", owner.class, owner.major, owner.minor, call->name);
}

static bool
change_property(Session *session, const SqlParameter *parameters, int count, Change change, const char *procedure)
{
	PropertyCall call;
	bool		done;

	read_call(session, parameters, count, change, &call);
	if (call.name == NULL)
		return session_error(session, 15600, procedure);
	if (!session_begin_use(session))
		return false;
	done = transaction_implicit(session) && transaction_enter(session, true) &&
		change_entered(session, &call, change);
	done = transaction_leave(session, done);
	session_end_use(session);
	return done;
}

bool
property_add(Session *session, const SqlParameter *parameters, int count)
{
	return change_property(session, parameters, count, CHANGE_ADD, "sp_addextendedproperty");
}

bool
property_update(Session *session, const SqlParameter *parameters, int count)
{
	return change_property(session, parameters, count, CHANGE_UPDATE, "sp_updateextendedproperty");
}

bool
property_drop(Session *session, const SqlParameter *parameters, int count)
{
	return change_property(session, parameters, count, CHANGE_DROP, "sp_dropextendedproperty");
}
