/*
 * src/option/option.c
 *		Catalog -> structures with every default filled in.
 *
 * Read each time it is needed: the catalog caches are the cache, so that an
 * ALTER is obeyed by the next statement.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "option/table.h"

static bool
server_option(ForeignServer *server, const char *name, TmfOptionValue *value)
{
	return tmf_option_get(server->options, name, ForeignServerRelationId, value);
}

static int
server_integer(ForeignServer *server, const char *name)
{
	TmfOptionValue value;

	server_option(server, name, &value);
	return value.integer;
}

static char *
server_text(ForeignServer *server, const char *name)
{
	TmfOptionValue value;

	server_option(server, name, &value);
	return value.text;
}

static double
server_cost(ForeignServer *server, const char *name)
{
	TmfOptionValue value;

	server_option(server, name, &value);
	return value.cost;
}

Endpoint
tmf_endpoint_with_port(const TmfServerOptions *options, Endpoint endpoint)
{
	if (endpoint.port == 0 && endpoint.instance[0] != '\0')
		endpoint.default_port = options->port_given ? options->port : 0;
	else if (endpoint.port == 0)
		endpoint.port = options->port;
	return endpoint;
}

/*
 * The validator has seen to this, but a wrapper may be created without it.
 */
static void
require_option(ForeignServer *server, const char *name)
{
	if (tmf_option_text(server->options, name, ForeignServerRelationId) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("server \"%s\" lacks the option \"%s\"", server->servername, name),
				 errhint("Use ALTER SERVER ... OPTIONS (ADD %s '...').", name)));
}

TmfServerOptions *
tmf_server_options(Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);
	TmfServerOptions *options = palloc0(sizeof(TmfServerOptions));
	TmfOptionValue value;

	require_option(server, "servername");
	require_option(server, "database");

	options->serverid = serverid;
	options->name = server->servername;
	options->port = server_integer(server, "port");
	options->port_given = tmf_option_text(server->options, "port", ForeignServerRelationId) != NULL;
	server_option(server, "servername", &value);
	options->initial = tmf_endpoint_with_port(options, value.endpoint);
	options->has_failover = server_option(server, "failover_partner", &value);
	if (options->has_failover)
		options->failover = tmf_endpoint_with_port(options, value.endpoint);
	options->database = server_text(server, "database");
	options->partner_policy = server_integer(server, "partner_policy");
	options->require_mirroring = server_option(server, "require_mirroring", &value) ?
		value.integer != 0 : options->has_failover;
	options->mirroring_guid = server_text(server, "mirroring_guid");

	options->login_timeout_ms = server_integer(server, "login_timeout");
	options->query_timeout_ms = server_integer(server, "query_timeout");
	options->lock_timeout_ms = server_integer(server, "lock_timeout");
	options->commit_timeout_ms = server_integer(server, "commit_timeout");
	options->silence_check_ms = server_integer(server, "silence_check");
	if (server_option(server, "commit_log_table", &value))
	{
		options->commit_log_schema = value.schema;
		options->commit_log_table = value.text;
	}

	options->encryption = server_integer(server, "encryption");
	options->ca_file = server_text(server, "ca_file");
	options->certificate_hostname[PAIR_INITIAL] = server_text(server, "certificate_hostname");
	options->certificate_hostname[PAIR_FAILOVER] = server_text(server, "failover_certificate_hostname");
	options->tds_version = server_integer(server, "tds_version");
	options->packet_size = server_integer(server, "packet_size");
	options->application_name = server_text(server, "application_name");
	options->keep_connections = server_integer(server, "keep_connections") != 0;
	options->max_sessions = server_integer(server, "max_sessions");
	options->async_capable = server_integer(server, "async_capable") != 0;

	options->fdw_startup_cost = server_cost(server, "fdw_startup_cost");
	options->fdw_tuple_cost = server_cost(server, "fdw_tuple_cost");
	options->remote_version = server_integer(server, "remote_version");
	return options;
}

/*
 * Without a password the session would rest on something that belongs to the
 * operating system's user of the server, not to the user of the session: only
 * a superuser may allow that, for himself or, with password_required=false,
 * for others.
 */
TmfUserOptions *
tmf_user_options(const UserMapping *user)
{
	TmfUserOptions *options = palloc0(sizeof(TmfUserOptions));
	TmfOptionValue value;

	tmf_option_get(user->options, "username", UserMappingRelationId, &value);
	options->username = value.text;
	tmf_option_get(user->options, "password", UserMappingRelationId, &value);
	options->password = value.text;
	tmf_option_get(user->options, "password_required", UserMappingRelationId, &value);
	options->password_required = value.integer != 0;

	if (options->username == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("the user mapping for server \"%s\" has no username",
						GetForeignServer(user->serverid)->servername),
				 errhint("Set the user mapping option username.")));
	if (options->password_required && (options->password == NULL || options->password[0] == '\0') &&
		!superuser_arg(user->userid))
		ereport(ERROR,
				(errcode(ERRCODE_S_R_E_PROHIBITED_SQL_STATEMENT_ATTEMPTED),
				 errmsg("password is required"),
				 errdetail("Non-superusers must provide a password in the user mapping.")));
	return options;
}

void
tmf_option_table_name(List *options, char **schema, char **table)
{
	Oid			catalog = ForeignTableRelationId;
	TmfOption	name = *tmf_option_find("table_name", catalog);
	const char *text = tmf_option_text(options, "table_name", catalog);
	TmfOptionValue value;

	tmf_option_get(options, "schema_name", catalog, &value);
	*schema = value.text;
	*table = NULL;
	if (text == NULL)
		return;
	if (*schema != NULL)
		name.kind = TMF_OPTION_TEXT;
	tmf_option_parse(&name, text, &value);
	*table = value.text;
	if (*schema == NULL)
		*schema = value.schema;
}

/* The table's own, or the server's. */
static int
table_or_server_integer(ForeignTable *table, const char *name)
{
	TmfOptionValue value;

	if (tmf_option_get(table->options, name, ForeignTableRelationId, &value))
		return value.integer;
	return server_integer(GetForeignServer(table->serverid), name);
}

TmfTableOptions *
tmf_table_options(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);
	TmfTableOptions *options = palloc0(sizeof(TmfTableOptions));
	TmfOptionValue value;

	options->async_capable = table_or_server_integer(table, "async_capable") != 0;
	options->truncatable = table_or_server_integer(table, "truncatable") != 0;
	options->batch_size = table_or_server_integer(table, "batch_size");
	options->analyze_sampling = table_or_server_integer(table, "analyze_sampling");
	tmf_option_get(table->options, "query", ForeignTableRelationId, &value);
	options->query = value.text;
	if (options->query != NULL)
		return options;
	tmf_option_table_name(table->options, &options->schema_name, &options->table_name);
	if (options->table_name == NULL)
		options->table_name = get_rel_name(relid);
	return options;
}

bool
tmf_table_updatable(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);

	return tmf_option_text(table->options, "query", ForeignTableRelationId) == NULL &&
		table_or_server_integer(table, "updatable") != 0;
}

char *
tmf_column_name(Oid relid, AttrNumber attnum)
{
	List	   *options = GetForeignColumnOptions(relid, attnum);
	const char *name = tmf_option_text(options, "column_name", AttributeRelationId);

	return name != NULL ? pstrdup(name) : get_attname(relid, attnum, false);
}

bool
tmf_column_remote_type(Oid relid, AttrNumber attnum, SqlType *type)
{
	TmfOptionValue value;
	bool		declared = tmf_option_get(GetForeignColumnOptions(relid, attnum), "remote_type",
										  AttributeRelationId, &value);

	*type = value.sqltype;
	return declared;
}

char *
tmf_column_remote_collation(Oid relid, AttrNumber attnum)
{
	TmfOptionValue value;

	tmf_option_get(GetForeignColumnOptions(relid, attnum), "remote_collation",
				   AttributeRelationId, &value);
	return value.text;
}

bool
tmf_column_is_key(Oid relid, AttrNumber attnum)
{
	TmfOptionValue value;

	tmf_option_get(GetForeignColumnOptions(relid, attnum), "key", AttributeRelationId, &value);
	return value.integer != 0;
}
