/*
 * system_instance.c
 *		System views of the instance: databases, mirroring, sessions.
 *
 * What an ordinary login may not see is NULL, or the row is not there, as
 * documented: a mirror shows its side of mirroring to sysadmin alone.
 */
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "mirror.h"
#include "server.h"
#include "system_rows.h"

#define COMPATIBILITY	150

static const char *const role_words[] = {NULL, "PRINCIPAL", "MIRROR"};
static const char *const state_words[] = {"SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER",
	"SYNCHRONIZED"};
static const char *const safety_words[] = {"UNKNOWN", "OFF", "FULL"};
static const char *const witness_words[] = {"UNKNOWN", "CONNECTED", "DISCONNECTED"};
static const char *const isolation_words[] = {"OFF", "ON"};

static const SystemColumn mirroring_columns[] = {
	{"database_id", "int"},
	{"mirroring_guid", "uniqueidentifier?"},
	{"mirroring_state", "tinyint?"},
	{"mirroring_state_desc", "nvarchar(60)?"},
	{"mirroring_role", "tinyint?"},
	{"mirroring_role_desc", "nvarchar(60)?"},
	{"mirroring_role_sequence", "int?"},
	{"mirroring_safety_level", "tinyint?"},
	{"mirroring_safety_level_desc", "nvarchar(60)?"},
	{"mirroring_safety_sequence", "int?"},
	{"mirroring_partner_name", "nvarchar(128)?"},
	{"mirroring_partner_instance", "nvarchar(128)?"},
	{"mirroring_witness_name", "nvarchar(128)?"},
	{"mirroring_witness_state", "tinyint?"},
	{"mirroring_witness_state_desc", "nvarchar(60)?"},
	{"mirroring_failover_lsn", "decimal(25,0)?"},
	{"mirroring_connection_timeout", "int?"},
	{"mirroring_redo_queue", "int?"},
	{"mirroring_redo_queue_type", "nvarchar(60)?"},
	{"mirroring_end_of_log_lsn", "decimal(25,0)?"},
	{"mirroring_replication_lsn", "decimal(25,0)?"},
	{NULL, NULL}
};

static void
put_guid(SystemRows *rows, const uint8_t guid[16])
{
	TypeSpec	type = {.type = SQL_UNIQUEIDENTIFIER};
	SqlValue	value = {.p = (const char *) guid, .n = 16};

	rows_value(rows, &type, &value);
}

static void
put_lsn(SystemRows *rows, int64_t lsn)
{
	TypeSpec	type = {.type = SQL_DECIMAL, .precision = 25};
	SqlValue	value = {.d = {.magnitude = (unsigned __int128) (lsn > 0 ? lsn : 0)}};

	rows_value(rows, &type, &value);
}

static void
put_mirroring(SystemRows *rows, const MirrorView *view)
{
	bool		witness = view->witness_name[0] != '\0';

	put_guid(rows, view->guid);
	rows_int(rows, view->state);
	rows_text(rows, state_words[view->state]);
	rows_int(rows, view->role);
	rows_text(rows, role_words[view->role]);
	rows_int(rows, view->role_sequence);
	rows_int(rows, view->safety);
	rows_text(rows, safety_words[view->safety]);
	rows_int(rows, view->safety_sequence);
	rows_text(rows, view->partner_name);
	rows_text(rows, view->partner_instance);
	rows_text(rows, witness ? view->witness_name : NULL);
	if (witness)
		rows_int(rows, view->witness_state);
	else
		rows_null(rows);
	rows_text(rows, witness ? witness_words[view->witness_state] : NULL);
	put_lsn(rows, view->failover_lsn);
	rows_int(rows, view->timeout);
	rows_null(rows);
	rows_text(rows, "UNLIMITED");
	put_lsn(rows, view->end_of_log_lsn);
	rows_null(rows);
}

static void
fill_mirroring(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		MirrorView	view;

		mirror_view(database, &view);
		rows_int(rows, database_id(database));
		if (view.role == MIRROR_ROLE_PRINCIPAL || (view.role == MIRROR_ROLE_MIRROR && rows->session->sysadmin))
			put_mirroring(rows, &view);
		else
		{
			while (rows->column != 0)
				rows_null(rows);
		}
	}
}

static const SystemColumn witness_columns[] = {
	{"database_name", "sysname"},
	{"principal_server_name", "sysname"},
	{"mirror_server_name", "sysname"},
	{"safety_level", "tinyint"},
	{"safety_level_desc", "nvarchar(60)"},
	{"role_sequence_number", "int"},
	{"mirroring_guid", "uniqueidentifier"},
	{"partner_sync_state", "tinyint"},
	{"partner_sync_state_desc", "nvarchar(60)"},
	{NULL, NULL}
};

static void
fill_witnesses(SystemRows *rows)
{
	WitnessView view;

	for (int i = 0; witness_view(i, &view); i++)
	{
		rows_text(rows, view.database);
		rows_text(rows, view.principal);
		rows_text(rows, view.mirror);
		rows_int(rows, view.safety);
		rows_text(rows, safety_words[view.safety]);
		rows_int(rows, view.role_sequence);
		put_guid(rows, view.guid);
		rows_int(rows, view.partner_sync_state);
		rows_text(rows, view.partner_sync_state == 5 ? "SYNCHRONIZED" : "UNSYNCHRONIZED");
	}
}

static const SystemColumn databases_columns[] = {
	{"name", "sysname"},
	{"database_id", "int"},
	{"state", "tinyint"},
	{"state_desc", "nvarchar(60)"},
	{"collation_name", "sysname?"},
	{"compatibility_level", "tinyint"},
	{"recovery_model", "tinyint"},
	{"recovery_model_desc", "nvarchar(60)"},
	{"snapshot_isolation_state", "tinyint"},
	{"snapshot_isolation_state_desc", "nvarchar(60)"},
	{"is_read_committed_snapshot_on", "bit"},
	{"is_read_only", "bit"},
	{"user_access", "tinyint"},
	{"user_access_desc", "nvarchar(60)"},
	{NULL, NULL}
};

/* A setting of a database that the session is not in is read through a handle of its own. */
static bool
snapshot_allowed(const SystemRows *rows, Database *database)
{
	SqlMessage	error;
	sqlite3    *handle;
	bool		allowed;

	if (database == rows->session->database)
		return catalog_setting(rows->session->handle, "snapshot_isolation") != 0;
	if (!database_begin_use(database, &error))
		return false;
	handle = database_connect(database);
	allowed = handle != NULL && catalog_setting(handle, "snapshot_isolation") != 0;
	sqlite3_close(handle);
	database_end_use(database);
	return allowed;
}

static void
fill_databases(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		const char *words;
		int			state = database_state(database, &words);
		bool		snapshot = state == 0 && snapshot_allowed(rows, database);

		rows_text(rows, database_name(database));
		rows_int(rows, database_id(database));
		rows_int(rows, state);
		rows_text(rows, words);
		rows_text(rows, state == 0 ? collation_default()->name : NULL);
		rows_int(rows, COMPATIBILITY);
		rows_int(rows, 1);
		rows_text(rows, "FULL");
		rows_int(rows, snapshot);
		rows_text(rows, isolation_words[snapshot]);
		rows_int(rows, 1);
		rows_int(rows, 0);
		rows_int(rows, 0);
		rows_text(rows, "MULTI_USER");
	}
}

static const SystemColumn sysdatabases_columns[] = {
	{"name", "sysname"},
	{"dbid", "smallint"},
	{NULL, NULL}
};

static void
fill_sysdatabases(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		rows_text(rows, database_name(database));
		rows_int(rows, database_id(database));
	}
}

static const SystemColumn sessions_columns[] = {
	{"session_id", "smallint"},
	{"login_name", "nvarchar(128)"},
	{"host_name", "nvarchar(128)?"},
	{"program_name", "nvarchar(128)?"},
	{"host_process_id", "int?"},
	{"client_interface_name", "nvarchar(32)?"},
	{"database_id", "smallint"},
	{"open_transaction_count", "int"},
	{"is_user_process", "bit"},
	{NULL, NULL}
};

static void
put_session(struct Session *session, void *argument)
{
	SystemRows *rows = argument;
	const LoginInfo *login = session_login(session);
	Database   *database = database_find(session_database(session));

	if (!rows->session->sysadmin && session != rows->session)
		return;
	rows_int(rows, login->spid);
	rows_text(rows, login->user);
	rows_text(rows, login->host);
	rows_text(rows, login->application);
	rows_int(rows, login->client_pid);
	rows_text(rows, login->library);
	rows_int(rows, database != NULL ? database_id(database) : 0);
	rows_int(rows, session->transaction.count);
	rows_int(rows, 1);
}

static void
fill_sessions(SystemRows *rows)
{
	server_each_session(put_session, rows);
}

const SystemView instance_views[] = {
	{"sys", "database_mirroring", NULL, mirroring_columns, NULL, fill_mirroring},
	{"sys", "database_mirroring_witnesses", NULL, witness_columns, NULL, fill_witnesses},
	{"sys", "databases", NULL, databases_columns, NULL, fill_databases},
	{"dbo", "sysdatabases", "master", sysdatabases_columns, NULL, fill_sysdatabases},
	{"sys", "sysdatabases", NULL, sysdatabases_columns, NULL, fill_sysdatabases},
	{"sys", "dm_exec_sessions", NULL, sessions_columns, NULL, fill_sessions},
	{NULL, NULL, NULL, NULL, NULL, NULL}
};
