/*
 * src/option/table.c
 *		The table of all options.
 *
 * The document of what a user may write; doc/options.md has the same in more words.
 * An option stands here only when something obeys it.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "utils/varlena.h"

#include "option/compat.h"
#include "option/table.h"

#define SERVER	ForeignServerRelationId
#define USER	UserMappingRelationId
#define TABLE	ForeignTableRelationId
#define COLUMN	AttributeRelationId

/* A LOGIN7 field holds 128 characters, and DB-Library takes as many bytes. */
#define LOGIN_TEXT_MAX	128

/* Names of SQL Server have 128 UTF-16 units: at most three bytes each. */
#define NAME_TEXT_MAX	(128 * 3)

#define HOURS(n)		((n) * 60 * 60 * 1000)

static const TmfOptionWord partner_policies[] = {
	{"auto", TMF_PARTNER_AUTO},
	{"server", TMF_PARTNER_SERVER},
	{"configured", TMF_PARTNER_CONFIGURED},
	{NULL, 0}
};

static const TmfOptionWord encryptions[] = {
	{"off", WIRE_ENCRYPTION_OFF},
	{"request", WIRE_ENCRYPTION_REQUEST},
	{"require", WIRE_ENCRYPTION_REQUIRE},
	{"strict", WIRE_ENCRYPTION_STRICT, WIRE_STRICT},
	{NULL, 0}
};

static const TmfOptionWord samplings[] = {
	{"off", TMF_SAMPLING_OFF},
	{"auto", TMF_SAMPLING_AUTO},
	{"random", TMF_SAMPLING_RANDOM},
	{"system", TMF_SAMPLING_SYSTEM},
#if TMF_IMPORTS_STATISTICS
	{"statistics", TMF_SAMPLING_STATISTICS},
#endif
	{NULL, 0}
};

static const TmfOptionWord tds_versions[] = {
	{"7.3", 73},
	{"7.4", 74},
	{NULL, 0}
};

const TmfOption tmf_options[] = {
	/* the pair */
	{"servername", SERVER, TMF_OPTION_ENDPOINT, .required = true},
	{"port", SERVER, TMF_OPTION_INTEGER, 1, 65535, "1433"},
	{"database", SERVER, TMF_OPTION_TEXT, 1, LOGIN_TEXT_MAX, .required = true},
	{"failover_partner", SERVER, TMF_OPTION_ENDPOINT},
	{"partner_policy", SERVER, TMF_OPTION_WORD, .fallback = "auto", .words = partner_policies},
	{"require_mirroring", SERVER, TMF_OPTION_BOOLEAN},
	{"mirroring_guid", SERVER, TMF_OPTION_GUID},

	/* how long */
	{"login_timeout", SERVER, TMF_OPTION_DURATION, 100, HOURS(1), "15"},
	{"query_timeout", SERVER, TMF_OPTION_DURATION, 0, HOURS(24), "0"},
	{"lock_timeout", SERVER, TMF_OPTION_DURATION, -1, HOURS(24), "-1"},
	{"commit_timeout", SERVER, TMF_OPTION_DURATION, 100, HOURS(1), "30"},
	{"silence_check", SERVER, TMF_OPTION_DURATION, 0, HOURS(1), "5"},

	/* the commit log */
	{"commit_log_table", SERVER, TMF_OPTION_NAME, 1, 2 * NAME_TEXT_MAX},

	/* the connection */
	{"encryption", SERVER, TMF_OPTION_WORD, .fallback = "request", .words = encryptions},
	{"ca_file", SERVER, TMF_OPTION_PATH, 2, 200, .superuser = true},
	{"certificate_hostname", SERVER, TMF_OPTION_HOST, 1, 200, .needs = WIRE_CERTIFICATE_HOSTNAME},
	{"failover_certificate_hostname", SERVER, TMF_OPTION_HOST, 1, 200, .needs = WIRE_CERTIFICATE_HOSTNAME},
	{"tds_version", SERVER, TMF_OPTION_WORD, .fallback = "7.4", .words = tds_versions},
	{"packet_size", SERVER, TMF_OPTION_INTEGER, 4096, 32767, "32767"},
	{"application_name", SERVER, TMF_OPTION_TEXT, 1, LOGIN_TEXT_MAX, "tds_mirror_fdw"},
	{"keep_connections", SERVER, TMF_OPTION_BOOLEAN, .fallback = "true"},
	{"max_sessions", SERVER, TMF_OPTION_INTEGER, 1, 64, "2"},

	/* the executor */
	{"async_capable", SERVER, TMF_OPTION_BOOLEAN, .fallback = "false"},
	{"updatable", SERVER, TMF_OPTION_BOOLEAN, .fallback = "true"},
	{"truncatable", SERVER, TMF_OPTION_BOOLEAN, .fallback = "true"},
	{"batch_size", SERVER, TMF_OPTION_INTEGER, 1, 1000000, "1000"},

	/* the planner */
	{"fdw_startup_cost", SERVER, TMF_OPTION_COST, .fallback = "100"},
	{"fdw_tuple_cost", SERVER, TMF_OPTION_COST, .fallback = "0.2"},
	{"analyze_sampling", SERVER, TMF_OPTION_WORD, .fallback = "auto", .words = samplings},
	{"remote_version", SERVER, TMF_OPTION_VERSION, 11, 99},

	{"username", USER, TMF_OPTION_TEXT, 1, LOGIN_TEXT_MAX},
	{"password", USER, TMF_OPTION_SECRET, 0, LOGIN_TEXT_MAX},
	{"password_required", USER, TMF_OPTION_BOOLEAN, .fallback = "true"},

	{"schema_name", TABLE, TMF_OPTION_TEXT, 1, NAME_TEXT_MAX},
	{"table_name", TABLE, TMF_OPTION_NAME, 1, 2 * NAME_TEXT_MAX},
	{"table", TABLE, TMF_OPTION_NAME, 1, 2 * NAME_TEXT_MAX, .same_as = "table_name"},
	{"query", TABLE, TMF_OPTION_SQL},
	{"async_capable", TABLE, TMF_OPTION_BOOLEAN},
	{"updatable", TABLE, TMF_OPTION_BOOLEAN},
	{"truncatable", TABLE, TMF_OPTION_BOOLEAN},
	{"batch_size", TABLE, TMF_OPTION_INTEGER, 1, 1000000},
	{"analyze_sampling", TABLE, TMF_OPTION_WORD, .words = samplings},

	{"column_name", COLUMN, TMF_OPTION_TEXT, 1, NAME_TEXT_MAX},
	{"remote_type", COLUMN, TMF_OPTION_SQLTYPE},
	{"remote_collation", COLUMN, TMF_OPTION_COLLATION, 1, 128},
	{"key", COLUMN, TMF_OPTION_BOOLEAN, .fallback = "false"},

	{NULL}
};

const TmfOption *
tmf_option_find(const char *name, Oid catalog)
{
	const TmfOption *option;

	for (option = tmf_options; option->name != NULL; option++)
	{
		if (option->catalog == catalog && strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

/*
 * PostgreSQL has a helper for this from version 16 on.  As there, a name is
 * close when at most half of its letters and at most four of them differ.
 */
const char *
tmf_option_closest(const char *name, Oid catalog)
{
	int			length = strlen(name);
	int			best = Min(4, length / 2) + 1;
	const char *closest = NULL;
	const TmfOption *option;

	if (length == 0 || length > NAMEDATALEN)
		return NULL;
	for (option = tmf_options; option->name != NULL; option++)
	{
		int			distance;

		if (option->catalog != catalog)
			continue;
		distance = varstr_levenshtein_less_equal(name, length,
												 option->name, strlen(option->name),
												 1, 1, 1, best, true);
		if (distance < best)
		{
			best = distance;
			closest = option->name;
		}
	}
	return closest;
}

const char *
tmf_option_text(List *options, const char *name, Oid catalog)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const TmfOption *option = tmf_option_find(def->defname, catalog);

		if (option != NULL &&
			(strcmp(option->name, name) == 0 ||
			 (option->same_as != NULL && strcmp(option->same_as, name) == 0)))
			return defGetString(def);
	}
	return NULL;
}

bool
tmf_option_get(List *options, const char *name, Oid catalog, TmfOptionValue *value)
{
	const TmfOption *option = tmf_option_find(name, catalog);
	const char *text = tmf_option_text(options, name, catalog);

	Assert(option != NULL);
	memset(value, 0, sizeof(*value));
	if (text == NULL)
		text = option->fallback;
	if (text == NULL)
		return false;
	tmf_option_parse(option, text, value);
	return true;
}
