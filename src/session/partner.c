/*
 * src/session/partner.c
 *		The partner cache: what this backend knows of each pair.
 *
 * The name by which a principal knows its partner is the truth about which
 * machine that is, and often useless for reaching it: HOST\INSTANCE, without a
 * port, in a name space that clients may not share.  Hence the policy "auto":
 * the server decides which machine, the configuration how to get there,
 * wherever both speak of the same one.
 *
 * Entries are never removed, so that others may keep pointers to them; what an
 * ALTER SERVER makes wrong is replaced at the next use.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "session/address.h"
#include "session/partner.h"

#define ROLE_PRINCIPAL	1

static HTAB *entries = NULL;

static uint32
fingerprint_of(const TmfServerOptions *options)
{
	char		initial[ENDPOINT_TEXT_MAX];
	char		failover[ENDPOINT_TEXT_MAX] = "";
	char	   *text;
	uint32		hash;

	endpoint_format(&options->initial, initial, sizeof(initial));
	if (options->has_failover)
		endpoint_format(&options->failover, failover, sizeof(failover));
	text = psprintf("%s\n%s\n%d\n%d\n%s\n%s\n%d", initial, failover, options->port,
					options->partner_policy, options->database,
					options->mirroring_guid ? options->mirroring_guid : "",
					options->require_mirroring);
	hash = hash_bytes((unsigned char *) text, strlen(text));
	pfree(text);
	return hash;
}

/* Sets everything to what the options say; only the epoch goes on. */
static void
fill(TmfPartners *partners, const TmfServerOptions *options, uint32 fingerprint)
{
	Oid			serverid = partners->serverid;
	uint64		epoch = partners->epoch;

	memset(partners, 0, sizeof(*partners));
	partners->serverid = serverid;
	partners->epoch = epoch;
	partners->fingerprint = fingerprint;
	partners->role_sequence = -1;
	partners->state = -1;
	partners->side[PAIR_INITIAL].endpoint = options->initial;
	partners->side[PAIR_INITIAL].source = TMF_PARTNER_BY_OPTION;
	if (options->has_failover)
	{
		partners->has_failover = true;
		partners->side[PAIR_FAILOVER].endpoint = options->failover;
		partners->side[PAIR_FAILOVER].source = TMF_PARTNER_BY_OPTION;
	}
}

TmfPartners *
tmf_partners_get(const TmfServerOptions *options)
{
	uint32		fingerprint;
	TmfPartners *partners;
	bool		found;

	if (entries == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(TmfPartners);
		control.hcxt = CacheMemoryContext;
		entries = hash_create("tds_mirror_fdw partners", 8, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	partners = hash_search(entries, &options->serverid, HASH_ENTER, &found);
	if (!found)
		partners->epoch = 0;
	fingerprint = fingerprint_of(options);
	if (!found || partners->fingerprint != fingerprint)
		fill(partners, options, fingerprint);
	partners->catalog_hash = GetSysCacheHashValue1(FOREIGNSERVEROID,
												   ObjectIdGetDatum(options->serverid));
	partners->valid = true;
	return partners;
}

TmfPartners *
tmf_partners_find(Oid serverid)
{
	TmfPartners *partners = entries ? hash_search(entries, &serverid, HASH_FIND, NULL) : NULL;

	return partners && partners->valid ? partners : NULL;
}

List *
tmf_partners_list(void)
{
	List	   *list = NIL;
	HASH_SEQ_STATUS scan;
	TmfPartners *partners;

	if (entries == NULL)
		return NIL;
	hash_seq_init(&scan, entries);
	while ((partners = hash_seq_search(&scan)) != NULL)
	{
		if (partners->valid)
			list = lappend(list, partners);
	}
	return list;
}

void
tmf_partners_forget(Oid serverid)
{
	TmfPartners *partners = entries ? hash_search(entries, &serverid, HASH_FIND, NULL) : NULL;

	if (partners)
	{
		partners->valid = false;
		partners->fingerprint = 0;
	}
}

void
tmf_partners_invalidate(uint32 catalog_hash)
{
	HASH_SEQ_STATUS scan;
	TmfPartners *partners;

	if (entries == NULL)
		return;
	hash_seq_init(&scan, entries);
	while ((partners = hash_seq_search(&scan)) != NULL)
	{
		if (catalog_hash == 0 || partners->catalog_hash == catalog_hash)
			partners->valid = false;
	}
}

TmfIdentity
tmf_partners_judge(const TmfPartners *partners, const TmfServerOptions *options,
				   const TmfRole *role)
{
	/* the login to the database proves that it serves; we just may not look */
	if (!role->visible)
		return TMF_IDENTITY_PRINCIPAL;
	if (!role->mirrored)
		return options->require_mirroring || options->mirroring_guid ?
			TMF_IDENTITY_NOT_MIRRORED : TMF_IDENTITY_PRINCIPAL;
	if (options->mirroring_guid && pg_strcasecmp(options->mirroring_guid, role->guid) != 0)
		return TMF_IDENTITY_OTHER_PAIR;
	if (partners->guid[0] && strcmp(partners->guid, role->guid) != 0)
		return TMF_IDENTITY_OTHER_PAIR;
	if (role->role != ROLE_PRINCIPAL)
		return TMF_IDENTITY_MIRROR;
	if (role->role_sequence < partners->role_sequence)
		return TMF_IDENTITY_STALE;
	return TMF_IDENTITY_PRINCIPAL;
}

static bool
resolves(const Endpoint *endpoint)
{
	int			count;

	(void) tmf_address_lookup(endpoint->host, &count);
	return count > 0;
}

/*
 * Where the partner is that the server calls learned (and whose endpoint is on
 * host url, when known): configured itself when that is the same machine.
 */
static Endpoint
place(const TmfServerOptions *options, const Endpoint *configured, Endpoint learned,
	  const Endpoint *url)
{
	bool		same = configured &&
	(learned.port == 0 || learned.port == configured->port) &&
	(endpoint_denotes(configured, &learned) || (url && endpoint_denotes(configured, url)));

	learned = tmf_endpoint_with_port(options, learned);
	if (options->partner_policy == TMF_PARTNER_SERVER)
		return learned;
	if (same)
		return *configured;
	if (resolves(&learned))
		return learned;
	if (url && resolves(url))
	{
		strlcpy(learned.host, url->host, sizeof(learned.host));
		return learned;
	}
	return configured ? *configured : learned;
}

static bool
same_place(const Endpoint *a, const Endpoint *b)
{
	return a->port == b->port && pg_strcasecmp(a->host, b->host) == 0 &&
		(a->port != 0 || pg_strcasecmp(a->instance, b->instance) == 0);
}

/* The principal names the other side; a name already settled changes nothing. */
static void
learn_partner(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
			  const TmfRole *role)
{
	PairSide	other = side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	TmfPartnerSide *entry = &partners->side[other];
	const Endpoint *configured = NULL;
	Endpoint	learned;
	Endpoint	url;
	bool		has_url;
	char		text[ENDPOINT_TEXT_MAX];

	if (role->partner_instance[0] == '\0' ||
		strcmp(entry->learned_name, role->partner_instance) == 0)
		return;
	strlcpy(entry->learned_name, role->partner_instance, sizeof(entry->learned_name));
	if (options->partner_policy == TMF_PARTNER_CONFIGURED ||
		endpoint_parse(role->partner_instance, &learned) != ENDPOINT_OK)
		return;
	if (other == PAIR_INITIAL)
		configured = &options->initial;
	else if (options->has_failover)
		configured = &options->failover;
	has_url = endpoint_from_url(role->partner_name, &url) == ENDPOINT_OK;
	learned = place(options, configured, learned, has_url ? &url : NULL);

	if (configured && same_place(&learned, configured))
	{
		entry->endpoint = *configured;
		entry->source = TMF_PARTNER_BY_OPTION;
	}
	else if (!same_place(&learned, &partners->side[side].endpoint))
	{
		entry->endpoint = learned;
		entry->source = TMF_PARTNER_BY_SERVER;
		endpoint_format(&learned, text, sizeof(text));
		ereport(LOG,
				(errmsg("server \"%s\": its principal names \"%s\" as partner, which will be sought at %s",
						options->name, role->partner_instance, text)));
	}
	if (entry->source != TMF_PARTNER_NONE && other == PAIR_FAILOVER)
		partners->has_failover = true;
}

void
tmf_partners_learn(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
				   const TmfRole *role)
{
	bool		switched = partners->principal_known && partners->principal != side;
	bool		newer = role->mirrored && partners->role_sequence >= 0 &&
	role->role_sequence > partners->role_sequence;
	char		text[ENDPOINT_TEXT_MAX];

	if (switched)
	{
		partners->switches++;
		partners->last_switch = GetCurrentTimestamp();
		endpoint_format(&partners->side[side].endpoint, text, sizeof(text));
		ereport(LOG, (errmsg("server \"%s\": the principal is %s now", options->name, text)));
	}
	if (switched || newer)
		partners->epoch++;
	partners->principal_known = true;
	partners->principal = side;
	partners->side[side].last_error[0] = '\0';
	if (role->server_name[0])
		strlcpy(partners->side[side].learned_name, role->server_name,
				sizeof(partners->side[side].learned_name));
	if (!role->visible)
		return;

	partners->mirrored = role->mirrored;
	partners->safety = role->safety;
	partners->state = role->state;
	if (role->mirrored)
	{
		strlcpy(partners->guid, role->guid, sizeof(partners->guid));
		partners->role_sequence = Max(partners->role_sequence, role->role_sequence);
		learn_partner(partners, options, side, role);
	}
}
