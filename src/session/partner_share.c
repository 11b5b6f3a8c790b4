/*
 * src/session/partner_share.c
 *		What backends tell each other about a pair, by the partner file and in memory.
 *
 * A backend looks at the file whenever it is about to open a connection, and
 * offers what it has proven after each login.  Either way the two are joined
 * (pure/record.c), so that the order in which backends come by decides nothing.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "utils/inval.h"

#include "miscadmin.h"
#include "partner_int.h"
#include "session/address.h"
#include "session/browser.h"

StaticAssertDecl(sizeof(((RecordSide *) 0)->address[0]) == TMF_ADDRESS_TEXT_MAX,
				 "a record must hold the text of any address");

/* Bytes that nothing stands in are zero in a record. */
static void
copy_endpoint(Endpoint *to, const Endpoint *from)
{
	memset(to, 0, sizeof(*to));
	strlcpy(to->host, from->host, sizeof(to->host));
	strlcpy(to->instance, from->instance, sizeof(to->instance));
	to->port = from->port;
	to->default_port = from->default_port;
}

static void
write_side(RecordSide *record, const TmfPartnerSide *side)
{
	record->source = side->source;
	if (side->source == TMF_PARTNER_NONE)
		return;
	copy_endpoint(&record->endpoint, &side->endpoint);
	strlcpy(record->learned_name, side->learned_name, sizeof(record->learned_name));
	record->unresolved_us = side->unresolved_at;
	record->login_us = side->last_login;
	record->instance_port = tmf_browser_known(&side->endpoint);
	record->address_count = tmf_address_recall(side->endpoint.host, record->address,
											   RECORD_ADDRESSES, &record->resolved_us);
}

static void
write_record(Record *record, const TmfPartners *partners)
{
	int			i;

	memset(record, 0, sizeof(*record));
	record->database = MyDatabaseId;
	record->server = partners->serverid;
	record->options = partners->fingerprint;
	record->era = partners->era;
	record->known_us = partners->known_at;
	record->switches = partners->switches;
	record->last_switch_us = partners->last_switch;
	record->principal = partners->principal_known ? (int) partners->principal : -1;
	record->has_failover = partners->has_failover;
	record->mirrored = partners->mirrored;
	record->role_sequence = partners->role_sequence;
	record->safety = partners->safety;
	record->state = partners->state;
	strlcpy(record->guid, partners->guid, sizeof(record->guid));
	for (i = 0; i < PAIR_SIDES; i++)
		write_side(&record->side[i], &partners->side[i]);
}

/*
 * Addresses are taken over only of a mirrored pair, where whoever answers at one
 * that has moved to another machine gives itself away.
 */
static void
read_side(TmfPartnerSide *side, const RecordSide *record, bool mirrored)
{
	uint16		port = record->endpoint.port ? record->endpoint.port : record->instance_port;

	side->source = record->source;
	strlcpy(side->learned_name, record->learned_name, sizeof(side->learned_name));
	side->unresolved_at = record->unresolved_us;
	side->last_login = record->login_us;
	if (side->source == TMF_PARTNER_NONE)
		return;
	side->endpoint = record->endpoint;
	tmf_browser_remember(&side->endpoint, record->instance_port);
	if (!mirrored)
		return;
	tmf_address_remember(side->endpoint.host, record->address, record->address_count,
						 record->resolved_us);
	if (port != 0)
		tmf_address_prove_since(side->endpoint.host, port, record->login_us);
}

static void
read_record(TmfPartners *partners, const Record *record)
{
	int			i;

	partners->era = record->era;
	partners->known_at = record->known_us;
	partners->switches = record->switches;
	partners->last_switch = record->last_switch_us;
	partners->principal_known = record->principal >= 0;
	partners->principal = record->principal > 0 ? PAIR_FAILOVER : PAIR_INITIAL;
	partners->has_failover = record->has_failover;
	partners->mirrored = record->mirrored;
	partners->role_sequence = record->role_sequence;
	partners->safety = record->safety;
	partners->state = record->state;
	strlcpy(partners->guid, record->guid, sizeof(partners->guid));
	for (i = 0; i < PAIR_SIDES; i++)
		read_side(&partners->side[i], &record->side[i], record->mirrored != 0);
	tmf_partners_date(partners);
}

/* Does the record agree with what the options have settled already? */
static bool
obeys(const Record *record, const TmfServerOptions *options)
{
	const Endpoint *configured[PAIR_SIDES];
	int			i;

	configured[PAIR_INITIAL] = &options->initial;
	configured[PAIR_FAILOVER] = options->has_failover ? &options->failover : NULL;
	for (i = 0; i < PAIR_SIDES; i++)
	{
		const RecordSide *side = &record->side[i];

		if (side->source == TMF_PARTNER_BY_SERVER &&
			options->partner_policy == TMF_PARTNER_CONFIGURED)
			return false;
		if (side->source == TMF_PARTNER_BY_OPTION &&
			(configured[i] == NULL ||
			 !tmf_partners_same_place(&side->endpoint, configured[i])))
			return false;
		if (side->source == TMF_PARTNER_NONE && configured[i] != NULL)
			return false;
	}
	return true;
}

/* What others have left since we looked last; false: nothing. */
static bool
look(TmfPartners *partners, Record *found)
{
	TmfPartnerStamp stamp = partners->stamp;
	bool		replaced;
	bool		there = tmf_partner_file_look(partners->serverid, &stamp, &replaced);
	bool		changed;

	partners->stamp = stamp;
	if (tmf_partner_memory_read(partners->serverid, &stamp, &partners->seen, found, &changed))
		return changed;
	if (!there || !replaced ||
		!tmf_partner_file_read(partners->serverid, found, &partners->stamp, LOG))
		return false;
	tmf_partner_memory_merge(found, &partners->stamp, &partners->seen);
	return true;
}

void
tmf_partners_recall(TmfPartners *partners, const TmfServerOptions *options)
{
	Record		mine;
	Record		joined;
	Record		disk;

	if (!look(partners, &disk))
		return;
	write_record(&mine, partners);
	if (!record_akin(&mine, &disk) || !obeys(&disk, options))
	{
		ereport(DEBUG1,
				(errmsg_internal("server \"%s\": what is recorded of its partners is of other options",
								 options->name)));
		return;
	}
	joined = mine;
	record_join(&joined, &disk);
	if (memcmp(&joined, &mine, sizeof(mine)) == 0)
		return;
	read_record(partners, &joined);
	partners->from_file = true;
}

/*
 * A file must not be written under options that are not the catalog's any more:
 * whoever reads it would take what was learned of one pair for another's.
 */
static bool
options_hold(const TmfPartners *partners, const TmfServerOptions *options)
{
	AcceptInvalidationMessages();
	if (partners->valid)
		return true;
	return GetForeignServerExtended(options->serverid, FSV_MISSING_OK) != NULL &&
		tmf_partners_fingerprint(tmf_server_options(options->serverid)) == partners->fingerprint;
}

void
tmf_partners_publish(TmfPartners *partners, const TmfServerOptions *options)
{
	TmfPartnerStamp stamp = {0};
	Record		mine;
	Record		joined;

	if (!options_hold(partners, options))
		return;
	write_record(&mine, partners);
	joined = mine;
	if (tmf_partner_file_merge(&joined, &stamp))
		partners->stamp = stamp;
	tmf_partner_memory_merge(&joined, &partners->stamp, &partners->seen);
	if (memcmp(&joined, &mine, sizeof(mine)) != 0 && obeys(&joined, options))
		read_record(partners, &joined);
}
