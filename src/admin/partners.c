/*
 * src/admin/partners.c
 *		tds_mirror_partners: what is believed about pairs, by this backend or
 *		in the partner file; tds_mirror_forget(): believing nothing any more.
 *
 * Nothing is asked of anybody; see status.c for that.
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

#include "admin/target.h"
#include "option/compat.h"
#include "option/table.h"
#include "session/partner.h"

PGDLLEXPORT Datum tds_mirror_partners(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_partners);

PGDLLEXPORT Datum tds_mirror_forget(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_forget);

enum PartnersColumn
{
	PARTNERS_SERVER,
	PARTNERS_INITIAL,
	PARTNERS_INITIAL_NAME,
	PARTNERS_INITIAL_SOURCE,
	PARTNERS_FAILOVER,
	PARTNERS_FAILOVER_NAME,
	PARTNERS_FAILOVER_SOURCE,
	PARTNERS_PRINCIPAL,
	PARTNERS_MIRRORED,
	PARTNERS_GUID,
	PARTNERS_SEQUENCE,
	PARTNERS_SWITCHES,
	PARTNERS_LAST_SWITCH,
	PARTNERS_LAST_LOGIN,
	PARTNERS_FROM_FILE,
	PARTNERS_INITIAL_ATTEMPTS,
	PARTNERS_FAILOVER_ATTEMPTS,
	PARTNERS_INITIAL_ERROR,
	PARTNERS_FAILOVER_ERROR,
	PARTNERS_COLUMNS
};

static const char *const source_names[] = {
	[TMF_PARTNER_NONE] = NULL,
	[TMF_PARTNER_BY_OPTION] = "configured",
	[TMF_PARTNER_BY_SERVER] = "learned",
};

static const char *const side_names[] = {
	[PAIR_INITIAL] = "initial",
	[PAIR_FAILOVER] = "failover",
};

static void
set_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL || text[0] == '\0';
	if (!nulls[column])
		values[column] = CStringGetTextDatum(text);
}

static void
set_moment(Datum *values, bool *nulls, int column, TimestampTz moment)
{
	nulls[column] = moment == 0;
	values[column] = TimestampTzGetDatum(moment);
}

static void
set_side(Datum *values, bool *nulls, const TmfPartnerSide *side, int address, int name,
		 int source, int attempts, int error)
{
	char		text[ENDPOINT_TEXT_MAX];

	endpoint_format(&side->endpoint, text, sizeof(text));
	set_text(values, nulls, address, text);
	set_text(values, nulls, name, side->learned_name);
	set_text(values, nulls, source, source_names[side->source]);
	set_text(values, nulls, error, side->last_error);
	values[attempts] = Int64GetDatum(side->attempts);
}

static void
put_entry(ReturnSetInfo *result, const TmfPartners *entry)
{
	Datum		values[PARTNERS_COLUMNS] = {0};
	bool		nulls[PARTNERS_COLUMNS] = {0};
	ForeignServer *server = GetForeignServer(entry->serverid);

	set_text(values, nulls, PARTNERS_SERVER, server->servername);
	set_side(values, nulls, &entry->side[PAIR_INITIAL], PARTNERS_INITIAL,
			 PARTNERS_INITIAL_NAME, PARTNERS_INITIAL_SOURCE, PARTNERS_INITIAL_ATTEMPTS,
			 PARTNERS_INITIAL_ERROR);
	set_side(values, nulls, &entry->side[PAIR_FAILOVER], PARTNERS_FAILOVER,
			 PARTNERS_FAILOVER_NAME, PARTNERS_FAILOVER_SOURCE, PARTNERS_FAILOVER_ATTEMPTS,
			 PARTNERS_FAILOVER_ERROR);
	if (!entry->has_failover)
		nulls[PARTNERS_FAILOVER] = true;
	set_text(values, nulls, PARTNERS_PRINCIPAL,
			 entry->principal_known ? side_names[entry->principal] : NULL);

	nulls[PARTNERS_MIRRORED] = !entry->principal_known;
	values[PARTNERS_MIRRORED] = BoolGetDatum(entry->mirrored);
	nulls[PARTNERS_GUID] = entry->guid[0] == '\0';
	if (!nulls[PARTNERS_GUID])
		values[PARTNERS_GUID] = DirectFunctionCall1(uuid_in, CStringGetDatum(entry->guid));
	nulls[PARTNERS_SEQUENCE] = entry->role_sequence < 0;
	values[PARTNERS_SEQUENCE] = Int32GetDatum(entry->role_sequence);
	values[PARTNERS_SWITCHES] = Int64GetDatum(entry->switches);
	set_moment(values, nulls, PARTNERS_LAST_SWITCH, entry->last_switch);
	set_moment(values, nulls, PARTNERS_LAST_LOGIN, entry->known_at);
	values[PARTNERS_FROM_FILE] = BoolGetDatum(entry->from_file);

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Has every server that the user may use take in what other backends have recorded. */
static void
read_files(void)
{
	ListCell   *cell;

	foreach(cell, tmf_target_names())
	{
		const ForeignServer *server = GetForeignServerByName(lfirst(cell), false);

		/* one whose options were dropped would raise an error that nobody asked for */
		if (tmf_option_text(server->options, "servername", ForeignServerRelationId) != NULL &&
			tmf_option_text(server->options, "database", ForeignServerRelationId) != NULL)
			(void) tmf_partners_get(tmf_server_options(server->serverid));
	}
}

static bool
has_something(const TmfPartners *entry)
{
	return entry->known_at != 0 || entry->side[PAIR_INITIAL].attempts > 0 ||
		entry->side[PAIR_FAILOVER].attempts > 0;
}

Datum
tds_mirror_partners(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	read_files();
	foreach(cell, tmf_partners_list())
	{
		const TmfPartners *entry = lfirst(cell);

		if (has_something(entry) && tmf_target_visible(entry->serverid))
			put_entry(result, entry);
	}
	return (Datum) 0;
}

Datum
tds_mirror_forget(PG_FUNCTION_ARGS)
{
	TmfTarget  *target;

	PreventCommandIfReadOnly("tds_mirror_forget()");
	target = tmf_target(NameStr(*PG_GETARG_NAME(0)));
	tmf_partners_forget(target->server);
	PG_RETURN_VOID();
}
