/*
 * src/option/library.c
 *		Options that the FreeTDS at hand may be too old for.
 *
 * The validator refuses them, and so does each login: a server can be written under
 * one library and used under another.
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"
#include "commands/defrem.h"

#include "option/table.h"

/* What value asks of the library. */
static WireAbility
needs_of(const TmfOption *option, const TmfOptionValue *value)
{
	const TmfOptionWord *word;

	if (option->kind != TMF_OPTION_WORD)
		return option->needs;
	for (word = option->words; word->word != NULL; word++)
	{
		if (word->value == value->integer)
			return word->needs;
	}
	return WIRE_ALWAYS;
}

void
tmf_option_check_library(const TmfOption *option, const TmfOptionValue *value)
{
	WireAbility needs = needs_of(option, value);

	if (wire_can(needs))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 option->needs == needs ?
			 errmsg("the TDS library cannot obey the option \"%s\"", option->name) :
			 errmsg("the TDS library cannot obey this value of the option \"%s\"", option->name),
			 errdetail("The library at hand is \"%s\".", wire_library_version()),
			 errhint("This needs FreeTDS %s or later.", wire_needs(needs))));
}

/* The first option of the server that the library cannot obey, and its value; or NULL. */
static const TmfOption *
first_beyond_library(Oid serverid, TmfOptionValue *value)
{
	/* somebody may have dropped it while a COMMIT that must be asked about was under way */
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);
	ListCell   *lc;

	if (server == NULL)
		return NULL;
	foreach(lc, server->options)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const TmfOption *option = tmf_option_find(def->defname, ForeignServerRelationId);

		if (option == NULL)
			continue;
		tmf_option_parse(option, defGetString(def), value);
		if (!wire_can(needs_of(option, value)))
			return option;
	}
	return NULL;
}

void
tmf_server_check_library(Oid serverid)
{
	TmfOptionValue value;
	const TmfOption *option = first_beyond_library(serverid, &value);

	if (option != NULL)
		tmf_option_check_library(option, &value);
}

char *
tmf_server_library_problem(Oid serverid)
{
	TmfOptionValue value;
	const TmfOption *option = first_beyond_library(serverid, &value);

	if (option == NULL)
		return NULL;
	return psprintf("The option \"%s\" needs FreeTDS %s or later, and the library at hand is \"%s\".",
					option->name, wire_needs(needs_of(option, &value)), wire_library_version());
}
