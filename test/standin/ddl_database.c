/*
 * ddl_database.c
 *		CREATE, ALTER and DROP DATABASE, and USE.
 *
 * None of it runs inside a transaction, and none of it holds the session's own
 * database in use: what changes may be that very database.
 */
#include <stdio.h>
#include <string.h>

#include "changelog.h"
#include "ddl.h"
#include "mirror.h"
#include "server.h"
#include "transaction.h"

static bool
refuse_in_transaction(Session *session, const char *statement)
{
	return session->transaction.count == 0 || session_error(session, 226, statement);
}

/* A setting of the database at hand, kept in its own catalog. */
static bool
store_setting(Session *session, const char *name, int64_t value, const char *text)
{
	bool		done;

	if (!session_begin_use(session))
		return false;
	done = transaction_enter(session, true) &&
		change_format(session, "INSERT INTO standin_meta (name, value, text) VALUES (%Q, %lld, %Q) "
					  "ON CONFLICT (name) DO UPDATE SET value = excluded.value, text = excluded.text",
					  name, (long long) value, text);
	done = transaction_leave(session, done);
	session_end_use(session);
	return done;
}

/* Stores it in another database: through a visit there. */
static bool
store_in(Session *session, Database *database, const char *name, int64_t value, const char *text)
{
	Database   *home = session->database;
	SqlMessage	error;
	bool		done;

	if (database == home)
		return store_setting(session, name, value, text);
	if (!session_switch(session, database, &error))
		return session_message(session, &error);
	done = store_setting(session, name, value, text);
	if (session->unwind != UNWIND_DEAD && !session_switch(session, home, &error))
		return session_message(session, &error);
	return done;
}

bool
ddl_create_database(Session *session, CreateDatabaseStatement *statement)
{
	SqlMessage	error;
	Database   *database;

	memset(&error, 0, sizeof(error));
	if (!refuse_in_transaction(session, "CREATE DATABASE"))
		return false;
	if (!session->sysadmin)
		return session_error(session, 262, "CREATE DATABASE", "master");
	if (database_find(statement->name) != NULL)
		return session_error(session, 1801, statement->name);
	if (statement->collation != NULL && collation_find(statement->collation) == NULL)
		return session_error(session, 448, statement->collation);
	if (!database_create(statement->name, &error))
		return session_message(session, &error);
	database = database_find(statement->name);
	if (statement->collation == NULL || database == NULL)
		return true;
	return store_in(session, database, "collation", 0, collation_find(statement->collation)->name);
}

bool
ddl_drop_databases(Session *session, DropStatement *statement)
{
	SqlMessage	error;

	memset(&error, 0, sizeof(error));
	if (!refuse_in_transaction(session, "DROP DATABASE"))
		return false;
	for (int i = 0; i < statement->count; i++)
	{
		const char *name = statement->names[i].object;

		if (database_find(name) == NULL)
		{
			if (statement->if_exists)
				continue;
			return session_error(session, 3701, "database", name);
		}
		if (!session->sysadmin)
			return session_error(session, 3701, "database", name);
		if (name_equal(name, database_name(session->database)))
			return session_error(session, 3702, name);
		if (!database_drop(name, &error))
			return session_message(session, &error);
	}
	return true;
}

bool
ddl_use(Session *session, const char *name)
{
	Database   *database = database_find(name);
	char		old[NAME_MAX_BYTES];
	SqlMessage	error;

	memset(&error, 0, sizeof(error));
	if (database == NULL)
		return session_error(session, 911, name);
	snprintf(old, sizeof(old), "%s", session->database_label);
	if (session->transaction.physical != PHYSICAL_NONE && database != session->database)
		return session_error(session, 226, "USE");
	if (database != session->database && !session_switch(session, database, &error))
		return session_message(session, &error);
	session->sink->environment(session->sink, ENVIRONMENT_DATABASE, session->database_label, old, 0);
	session_info(session, 5701, 1, 0, "Changed database context to '%s'.", session->database_label);
	return true;
}

/* 5069 follows whatever was wrong. */
static bool
alter_failed(Session *session)
{
	return session_error(session, 5069);
}

typedef struct MirrorWord
{
	AlterDatabaseKind kind;
	MirrorCommandKind command;
} MirrorWord;

static const MirrorWord mirror_words[] = {
	{ALTER_DATABASE_PARTNER, MIRROR_SET_PARTNER},
	{ALTER_DATABASE_PARTNER_FAILOVER, MIRROR_FAILOVER},
	{ALTER_DATABASE_PARTNER_FORCE_SERVICE, MIRROR_FORCE_SERVICE},
	{ALTER_DATABASE_PARTNER_OFF, MIRROR_OFF},
	{ALTER_DATABASE_PARTNER_SUSPEND, MIRROR_SUSPEND},
	{ALTER_DATABASE_PARTNER_RESUME, MIRROR_RESUME},
	{ALTER_DATABASE_PARTNER_TIMEOUT, MIRROR_TIMEOUT},
	{ALTER_DATABASE_WITNESS, MIRROR_SET_WITNESS},
	{ALTER_DATABASE_WITNESS_OFF, MIRROR_WITNESS_OFF},
};

static bool
alter_mirroring(Session *session, const AlterDatabaseStatement *statement, Database *database)
{
	SqlMessage	error;
	MirrorCommandKind command = statement->on ? MIRROR_SAFETY_FULL : MIRROR_SAFETY_OFF;

	memset(&error, 0, sizeof(error));
	for (size_t i = 0; i < sizeof(mirror_words) / sizeof(mirror_words[0]); i++)
	{
		if (mirror_words[i].kind == statement->kind)
			command = mirror_words[i].command;
	}
	if (command == MIRROR_FAILOVER && !name_equal(database_name(session->database), "master"))
		return session_error(session, 5001);
	if (!mirror_command(database, command, statement->text, statement->number, &error))
		return session_message(session, &error);
	return true;
}

typedef struct DatabaseOption
{
	const char *name;
	const char *setting;		/* NULL: accepted, without effect */
} DatabaseOption;

static const DatabaseOption database_options[] = {
	{"ALLOW_SNAPSHOT_ISOLATION", "snapshot_isolation"},
	{"READ_COMMITTED_SNAPSHOT", "read_committed_snapshot"},
	{"ANSI_NULLS", NULL}, {"ANSI_PADDING", NULL}, {"ANSI_WARNINGS", NULL}, {"ARITHABORT", NULL},
	{"ANSI_NULL_DEFAULT", NULL}, {"AUTO_CLOSE", NULL}, {"AUTO_SHRINK", NULL},
	{"AUTO_CREATE_STATISTICS", NULL}, {"AUTO_UPDATE_STATISTICS", NULL}, {"PAGE_VERIFY", NULL},
	{"QUOTED_IDENTIFIER", NULL}, {"RECURSIVE_TRIGGERS", NULL}, {"COMPATIBILITY_LEVEL", NULL},
	{"MULTI_USER", NULL}, {"SINGLE_USER", NULL}, {"READ_WRITE", NULL}, {"TRUSTWORTHY", NULL},
	{"CONCAT_NULL_YIELDS_NULL", NULL}, {"NUMERIC_ROUNDABORT", NULL}, {"CURSOR_CLOSE_ON_COMMIT", NULL},
	{"CURSOR_DEFAULT", NULL}, {"DB_CHAINING", NULL}, {"PARAMETERIZATION", NULL}, {"DELAYED_DURABILITY", NULL},
};

static bool
alter_option(Session *session, const AlterDatabaseStatement *statement, Database *database)
{
	for (size_t i = 0; i < sizeof(database_options) / sizeof(database_options[0]); i++)
	{
		if (!name_equal(database_options[i].name, statement->text))
			continue;
		return database_options[i].setting == NULL ||
			store_in(session, database, database_options[i].setting, statement->on, NULL);
	}
	session_error(session, 5058, statement->text, database_name(database));
	return alter_failed(session);
}

static bool
alter_state(Session *session, const AlterDatabaseStatement *statement, Database *database)
{
	SqlMessage	error;
	bool		done;

	memset(&error, 0, sizeof(error));
	if (statement->kind == ALTER_DATABASE_MODIFY_NAME)
		done = database_rename(database_name(database), statement->text, &error);
	else
	{
		bool		offline = statement->kind == ALTER_DATABASE_OFFLINE;

		if (offline && database == session->database)
			return session_error(session, 3702, database_name(database));
		if (offline && statement->rollback_immediate)
			server_kill_sessions(database, session->login.spid);
		done = database_set_offline(database_name(database), offline, &error);
	}
	if (done)
		return true;
	session_message(session, &error);
	return alter_failed(session);
}

bool
ddl_alter_database(Session *session, AlterDatabaseStatement *statement)
{
	const char *name = statement->name != NULL ? statement->name : session->database_label;
	Database   *database = database_find(name);
	SqlMessage	error;

	if (!refuse_in_transaction(session, "ALTER DATABASE"))
		return false;
	if (database == NULL && session->sysadmin && statement->kind == ALTER_DATABASE_PARTNER)
	{
		/* a mirror-to-be has no database yet, see mirror_prepare() */
		if (mirror_prepare(name, statement->text, &error))
			return true;
		session_message(session, &error);
		return alter_failed(session);
	}
	if (database == NULL || !session->sysadmin)
	{
		session_error(session, 5011, name);
		return alter_failed(session);
	}
	if (statement->kind <= ALTER_DATABASE_WITNESS_OFF)
		return alter_mirroring(session, statement, database);
	switch (statement->kind)
	{
		case ALTER_DATABASE_RECOVERY:
			return true;
		case ALTER_DATABASE_OPTION:
			return alter_option(session, statement, database);
		case ALTER_DATABASE_COLLATE:
			if (collation_find(statement->text) == NULL)
				return session_error(session, 448, statement->text);
			return store_in(session, database, "collation", 0, collation_find(statement->text)->name);
		default:
			return alter_state(session, statement, database);
	}
}
