/*
 * src/option/validator.c
 *		Options as they are written: CREATE and ALTER of servers, user mappings,
 *		tables and columns.
 *
 * The validator is called with the complete list that would result, so rules
 * between options of one catalog entry are checked here.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "option/compat.h"
#include "option/table.h"

pg_noreturn static void reject_unknown(const char *name, Oid catalog);

/* What an option of that name is written at, NULL if there is none. */
static const char *
place_of(const char *name)
{
	static const struct
	{
		Oid			catalog;
		const char *place;
	}			places[] = {
		{ForeignServerRelationId, "a server"},
		{UserMappingRelationId, "a user mapping"},
		{ForeignTableRelationId, "a foreign table"},
		{AttributeRelationId, "a column of a foreign table"},
	};
	size_t		i;

	for (i = 0; i < lengthof(places); i++)
	{
		if (tmf_option_find(name, places[i].catalog) != NULL)
			return places[i].place;
	}
	return NULL;
}

static void
reject_unknown(const char *name, Oid catalog)
{
	const char *place = place_of(name);
	const char *closest = tmf_option_closest(name, catalog);
	StringInfoData valid;
	const TmfOption *option;

	initStringInfo(&valid);
	for (option = tmf_options; option->name != NULL; option++)
	{
		if (option->catalog == catalog)
			appendStringInfo(&valid, "%s%s", valid.len > 0 ? ", " : "", option->name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\"", name),
			 place != NULL ? errhint("It is an option of %s.", place) :
			 closest != NULL ? errhint("Perhaps you meant the option \"%s\".", closest) :
			 valid.len > 0 ? errhint("Valid options in this context are: %s.", valid.data) :
			 errhint("There are no valid options in this context.")));
}

static void
check_rights(const TmfOption *option, const TmfOptionValue *value)
{
	bool		harmless = option->kind == TMF_OPTION_PATH &&
		strcmp(value->text, TMF_PATH_SYSTEM) == 0;
	bool		unlocks = (option->superuser && !harmless) ||
		(strcmp(option->name, "password_required") == 0 && value->integer == 0);

	if (unlocks && !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 strcmp(option->name, "password_required") == 0 ?
				 errmsg("password_required=false is superuser-only") :
				 errmsg("option \"%s\" is superuser-only", option->name)));
}

static void
check_required(List *options, Oid catalog)
{
	const TmfOption *option;

	for (option = tmf_options; option->name != NULL; option++)
	{
		if (option->required && option->catalog == catalog &&
			tmf_option_text(options, option->name, catalog) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
					 errmsg("option \"%s\" is required", option->name),
					 strcmp(option->name, "database") == 0 ?
					 errhint("Mirroring protects one database: nobody can fail over without its name.") : 0));
	}
}

/* A pair has two ends. */
static void
check_pair(List *options)
{
	Oid			catalog = ForeignServerRelationId;
	TmfOptionValue initial;
	TmfOptionValue failover;
	TmfOptionValue port;

	if (!tmf_option_get(options, "failover_partner", catalog, &failover))
		return;
	tmf_option_get(options, "servername", catalog, &initial);
	tmf_option_get(options, "port", catalog, &port);
	if (initial.endpoint.port == 0)
		initial.endpoint.port = port.integer;
	if (failover.endpoint.port == 0)
		failover.endpoint.port = port.integer;
	if (pg_strcasecmp(initial.endpoint.host, failover.endpoint.host) == 0 &&
		pg_strcasecmp(initial.endpoint.instance, failover.endpoint.instance) == 0 &&
		initial.endpoint.port == failover.endpoint.port)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options \"servername\" and \"failover_partner\" name the same instance")));
}

/* The only options whose reading depends on one another. */
static void
check_table(List *options)
{
	char	   *schema;
	char	   *table;

	tmf_option_table_name(options, &schema, &table);
	if (tmf_option_text(options, "query", ForeignTableRelationId) != NULL &&
		(schema != NULL || table != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"query\" excludes \"%s\"",
						table != NULL ? "table_name" : "schema_name")));
}

static void
check_same(const TmfOption *option, List *options)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (option->same_as != NULL && strcmp(def->defname, option->same_as) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("options \"%s\" and \"%s\" are the same",
							option->name, def->defname)));
	}
}

void
tmf_validate_options(List *options, Oid catalog)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const TmfOption *option = tmf_option_find(def->defname, catalog);
		TmfOptionValue value = {0};

		if (option == NULL)
			reject_unknown(def->defname, catalog);
		if (option->kind != TMF_OPTION_NAME)
			tmf_option_parse(option, defGetString(def), &value);
		check_rights(option, &value);
		tmf_option_check_library(option, &value);
		check_same(option, options);
	}
	check_required(options, catalog);
	if (catalog == ForeignServerRelationId)
		check_pair(options);
	if (catalog == ForeignTableRelationId)
		check_table(options);
}
