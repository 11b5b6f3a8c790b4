/*
 * catalog_instance.c
 *		System views of the instance: databases, mirroring, sessions.
 */
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "mirror.h"
#include "product.h"
#include "server.h"
#include "system_rows.h"

static const SystemColumn sysdatabases_columns[] = {
	{"name", "sysname"}, {"dbid", "smallint?"}, {"status", "int?"}, {"crdate", "datetime"},
	{"cmptlevel", "tinyint"}, {NULL, NULL}
};

static const SystemColumn databases_columns[] = {
	{"name", "sysname"}, {"database_id", "int"}, {"source_database_id", "int?"},
	{"create_date", "datetime"}, {"compatibility_level", "tinyint"}, {"collation_name", "sysname?"},
	{"user_access", "tinyint?"}, {"user_access_desc", "nvarchar(60)?"}, {"is_read_only", "bit?"},
	{"is_auto_close_on", "bit"}, {"state", "tinyint?"}, {"state_desc", "nvarchar(60)?"},
	{"is_in_standby", "bit?"}, {"snapshot_isolation_state", "tinyint?"},
	{"snapshot_isolation_state_desc", "nvarchar(60)?"}, {"is_read_committed_snapshot_on", "bit?"},
	{"recovery_model", "tinyint?"}, {"recovery_model_desc", "nvarchar(60)?"},
	{"is_fulltext_enabled", "bit?"}, {"is_trustworthy_on", "bit?"}, {"is_broker_enabled", "bit"},
	{NULL, NULL}
};

static const SystemColumn mirroring_columns[] = {
	{"database_id", "int"}, {"mirroring_guid", "uniqueidentifier?"}, {"mirroring_state", "tinyint?"},
	{"mirroring_state_desc", "nvarchar(60)?"}, {"mirroring_role", "tinyint?"},
	{"mirroring_role_desc", "nvarchar(60)?"}, {"mirroring_role_sequence", "int?"},
	{"mirroring_safety_level", "tinyint?"}, {"mirroring_safety_level_desc", "nvarchar(60)?"},
	{"mirroring_safety_sequence", "int?"}, {"mirroring_partner_name", "nvarchar(128)?"},
	{"mirroring_partner_instance", "nvarchar(128)?"}, {"mirroring_witness_name", "nvarchar(128)?"},
	{"mirroring_witness_state", "tinyint?"}, {"mirroring_witness_state_desc", "nvarchar(60)?"},
	{"mirroring_failover_lsn", "decimal(25,0)?"}, {"mirroring_connection_timeout", "int?"},
	{"mirroring_redo_queue", "int?"}, {"mirroring_redo_queue_type", "nvarchar(60)?"},
	{"mirroring_end_of_log_lsn", "decimal(25,0)?"}, {"mirroring_replication_lsn", "decimal(25,0)?"},
	{NULL, NULL}
};

static const SystemColumn witnesses_columns[] = {
	{"database_name", "sysname"}, {"principal_server_name", "sysname?"}, {"mirror_server_name", "sysname?"},
	{"safety_level", "tinyint"}, {"safety_level_desc", "nvarchar(60)?"}, {"safety_sequence_number", "int"},
	{"role_sequence_number", "int"}, {"mirroring_guid", "uniqueidentifier"},
	{"family_guid", "uniqueidentifier"}, {"is_suspended", "bit"}, {"is_suspended_sequence_number", "int"},
	{"partner_sync_state", "tinyint?"}, {"partner_sync_state_desc", "nvarchar(60)?"}, {NULL, NULL}
};

static const SystemColumn sessions_columns[] = {
	{"session_id", "smallint"}, {"host_name", "nvarchar(128)?"}, {"program_name", "nvarchar(128)?"},
	{"host_process_id", "int?"}, {"client_interface_name", "nvarchar(32)?"}, {"login_name", "nvarchar(128)"},
	{"status", "nvarchar(30)"}, {"database_id", "smallint"}, {"is_user_process", "bit"},
	{"text_size", "int"}, {"language", "nvarchar(128)?"}, {"date_format", "nvarchar(3)?"},
	{"date_first", "smallint"}, {"quoted_identifier", "bit"}, {"arithabort", "bit"},
	{"ansi_null_dflt_on", "bit"}, {"ansi_defaults", "bit"}, {"ansi_warnings", "bit"},
	{"ansi_padding", "bit"}, {"ansi_nulls", "bit"}, {"concat_null_yields_null", "bit"},
	{"transaction_isolation_level", "smallint"}, {"lock_timeout", "int"}, {"row_count", "bigint"},
	{"prev_error", "int"}, {"open_transaction_count", "int"}, {NULL, NULL}
};

static const SystemColumn connections_columns[] = {
	{"session_id", "int?"}, {"net_transport", "nvarchar(40)"}, {"protocol_type", "nvarchar(40)?"},
	{"encrypt_option", "nvarchar(40)"}, {"auth_scheme", "nvarchar(40)"}, {"net_packet_size", "int?"},
	{NULL, NULL}
};

static const SystemColumn transactions_columns[] = {
	{"session_id", "int"}, {"transaction_id", "bigint"}, {"transaction_descriptor", "bigint"},
	{"enlist_count", "int"}, {"is_user_transaction", "bit"}, {"is_local", "bit"}, {"is_enlisted", "bit"},
	{"is_bound", "bit"}, {"open_transaction_count", "int"}, {NULL, NULL}
};

static int64_t
epoch(void)
{
	return (int64_t) (date_from_civil(2020, 1, 1) - date_from_civil(1900, 1, 1)) * 86400 * 300;
}

static void
fill_sysdatabases(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		row_text(rows, database_name(database));
		row_number(rows, database_id(database));
		row_number(rows, 0);
		row_number(rows, epoch());
		row_number(rows, PRODUCT_LEVEL);
	}
}

/*
 * A handle to read another database, or the session's own; NULL when it is not
 * served.  To be given back with leave_database().
 */
static sqlite3 *
visit_database(SystemRows *rows, Database *database)
{
	SqlMessage	error;
	sqlite3    *handle;

	if (database == rows->session->database)
		return rows->session->handle;
	if (!database_begin_use(database, &error))
		return NULL;
	handle = database_connect(database);
	if (handle == NULL)
		database_end_use(database);
	return handle;
}

static void
leave_database(SystemRows *rows, Database *database, sqlite3 *handle)
{
	if (handle == NULL || database == rows->session->database)
		return;
	sqlite3_close_v2(handle);
	database_end_use(database);
}

static void
fill_database_settings(SystemRows *rows, Database *database, bool online)
{
	sqlite3    *handle = online ? visit_database(rows, database) : NULL;
	bool		snapshot = handle != NULL && catalog_setting(handle, "snapshot_isolation") != 0;
	bool		versions = handle != NULL && catalog_setting(handle, "read_committed_snapshot") != 0;

	row_number(rows, snapshot);
	row_text(rows, snapshot ? "ON" : "OFF");
	row_number(rows, versions);
	leave_database(rows, database, handle);
}

static const char *
database_collation(SystemRows *rows, Database *database, bool online, char *buffer, size_t size)
{
	sqlite3    *handle;

	if (!online)
		return NULL;
	if (database == rows->session->database)
		return rows->session->collation->name;
	handle = visit_database(rows, database);
	if (handle == NULL || !catalog_text_setting(handle, "collation", buffer, size))
		snprintf(buffer, size, "%s", collation_default()->name);
	leave_database(rows, database, handle);
	return buffer;
}

static void
fill_databases(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		const char *words = NULL;
		int			state = database_state(database, &words);
		char		collation[128];

		row_text(rows, database_name(database));
		row_number(rows, database_id(database));
		row_null(rows);
		row_number(rows, epoch());
		row_number(rows, PRODUCT_LEVEL);
		row_text(rows, database_collation(rows, database, state == 0, collation, sizeof(collation)));
		row_number(rows, 0);
		row_text(rows, "MULTI_USER");
		row_number(rows, 0);
		row_number(rows, 0);
		row_number(rows, state);
		row_text(rows, words);
		row_number(rows, 0);
		fill_database_settings(rows, database, state == 0);
		row_number(rows, database_id(database) == 1 ? 3 : 1);
		row_text(rows, database_id(database) == 1 ? "SIMPLE" : "FULL");
		row_number(rows, 0);
		row_number(rows, 0);
		row_number(rows, 0);
	}
}

static const char *
word_of(const char *const *words, int count, int number)
{
	return number >= 0 && number < count ? words[number] : NULL;
}

static const char *const safety_words[] = {"UNKNOWN", "OFF", "FULL"};

static void
fill_mirroring_row(SystemRows *rows, const MirrorView *view)
{
	static const char *const states[] = {
		"SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"
	};
	static const char *const roles[] = {NULL, "PRINCIPAL", "MIRROR"};
	static const char *const witness_states[] = {"UNKNOWN", "CONNECTED", "DISCONNECTED"};
	bool		witness = view->witness_name[0] != '\0';

	row_guid(rows, view->guid);
	row_number(rows, view->state);
	row_text(rows, word_of(states, 5, view->state));
	row_number(rows, view->role);
	row_text(rows, word_of(roles, 3, view->role));
	row_number(rows, view->role_sequence);
	row_number(rows, view->safety);
	row_text(rows, word_of(safety_words, 3, view->safety));
	row_number(rows, view->safety_sequence);
	row_text(rows, view->partner_name);
	row_text(rows, view->partner_instance);
	row_text(rows, witness ? view->witness_name : NULL);
	if (witness)
		row_number(rows, view->witness_state);
	else
		row_null(rows);
	row_text(rows, witness ? word_of(witness_states, 3, view->witness_state) : NULL);
	row_number(rows, view->failover_lsn);
	row_number(rows, view->timeout);
	row_null(rows);
	row_text(rows, "UNLIMITED");
	row_number(rows, view->end_of_log_lsn);
	row_null(rows);
}

static void
fill_mirroring(SystemRows *rows)
{
	Database   *database;

	for (int i = 0; (database = database_at(i)) != NULL; i++)
	{
		MirrorView	view;

		if (!rows->session->sysadmin && !instance.view_any_database)
			continue;
		mirror_view(database, &view);
		row_number(rows, database_id(database));
		/* On a mirror only members of sysadmin see more than NULL. */
		if (view.role == MIRROR_ROLE_NONE || (view.role == MIRROR_ROLE_MIRROR && !rows->session->sysadmin))
		{
			while (rows->count % rows->columns != 0)
				row_null(rows);
		}
		else
			fill_mirroring_row(rows, &view);
	}
}

static void
fill_witnesses(SystemRows *rows)
{
	WitnessView view;

	for (int i = 0; witness_view(i, &view); i++)
	{
		row_text(rows, view.database);
		row_text(rows, view.principal);
		row_text(rows, view.mirror);
		row_number(rows, view.safety);
		row_text(rows, word_of(safety_words, 3, view.safety));
		row_number(rows, 1);
		row_number(rows, view.role_sequence);
		row_guid(rows, view.guid);
		row_guid(rows, view.guid);
		row_number(rows, 0);
		row_number(rows, 0);
		row_number(rows, view.partner_sync_state);
		row_text(rows, view.partner_sync_state == 5 ? "SYNCHRONIZED" :
				 view.partner_sync_state == 6 ? "UNSYNCHRONIZED" : NULL);
	}
}

static void
visit_session(Session *session, void *argument)
{
	static const unsigned bits[] = {
		OPTION_QUOTED_IDENTIFIER, OPTION_ARITHABORT, OPTION_ANSI_NULL_DFLT_ON, OPTION_CURSOR_CLOSE_ON_COMMIT,
		OPTION_ANSI_WARNINGS, OPTION_ANSI_PADDING, OPTION_ANSI_NULLS, OPTION_CONCAT_NULL_YIELDS_NULL
	};
	SystemRows *rows = argument;
	const LoginInfo *login = &session->login;
	Database   *database = database_find(session->database_label);

	row_number(rows, login->spid);
	row_text(rows, login->host);
	row_text(rows, login->application);
	row_number(rows, login->client_pid);
	row_text(rows, login->library);
	row_text(rows, login->user);
	row_text(rows, session->sink != NULL ? "running" : "sleeping");
	row_number(rows, database != NULL ? database_id(database) : 0);
	row_number(rows, 1);
	row_number(rows, session->settings.text_size);
	row_text(rows, "us_english");
	row_text(rows, session->settings.date_format);
	row_number(rows, session->settings.date_first);
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		row_number(rows, (session->settings.options & bits[i]) != 0);
	row_number(rows, session->settings.isolation);
	row_number(rows, session->settings.lock_timeout);
	row_number(rows, session->rows);
	row_number(rows, session->error);
	row_number(rows, session->transaction.count);
}

static void
fill_sessions(SystemRows *rows)
{
	server_each_session(visit_session, rows);
}

static void
visit_connection(Session *session, void *argument)
{
	SystemRows *rows = argument;

	row_number(rows, session->login.spid);
	row_text(rows, "TCP");
	row_text(rows, "TSQL");
	row_text(rows, session->login.encrypted ? "TRUE" : "FALSE");
	row_text(rows, "SQL");
	row_number(rows, session->login.packet_size);
}

static void
fill_connections(SystemRows *rows)
{
	server_each_session(visit_connection, rows);
}

static void
visit_transaction(Session *session, void *argument)
{
	SystemRows *rows = argument;

	if (session->transaction.count == 0)
		return;
	row_number(rows, session->login.spid);
	row_number(rows, (int64_t) session->transaction.descriptor);
	row_number(rows, (int64_t) session->transaction.descriptor);
	row_number(rows, 1);
	row_number(rows, 1);
	row_number(rows, 1);
	row_number(rows, 0);
	row_number(rows, 0);
	row_number(rows, session->transaction.count);
}

static void
fill_transactions(SystemRows *rows)
{
	server_each_session(visit_transaction, rows);
}

const SystemView instance_views[] = {
	{"dbo", "sysdatabases", "master", sysdatabases_columns, NULL, fill_sysdatabases, false},
	{"sys", "databases", NULL, databases_columns, NULL, fill_databases, false},
	{"sys", "database_mirroring", NULL, mirroring_columns, NULL, fill_mirroring, false},
	{"sys", "database_mirroring_witnesses", NULL, witnesses_columns, NULL, fill_witnesses, false},
	{"sys", "dm_exec_sessions", NULL, sessions_columns, NULL, fill_sessions, false},
	{"sys", "dm_tran_session_transactions", NULL, transactions_columns, NULL, fill_transactions, true},
	{"sys", "dm_exec_connections", NULL, connections_columns, NULL, fill_connections, true},
	{NULL, NULL, NULL, NULL, NULL, NULL, false}
};
