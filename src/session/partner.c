/*
 * src/session/partner.c
 *		The partner cache: what this backend knows of each pair.
 *
 * An entry is made from the options, and then from what other backends have
 * left in the partner file.  What an ALTER SERVER makes wrong is replaced at the
 * next use.  Others keep pointers to entries, so one is removed only when its
 * server is gone and no session is left of it.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "partner_int.h"
#include "session/event.h"
#include "session/wait.h"
#include "session_int.h"

#define ROLE_PRINCIPAL	1
#define SAFETY_FULL		2

static HTAB *entries = NULL;

uint64
tmf_partners_fingerprint(const TmfServerOptions *options)
{
	char		initial[ENDPOINT_TEXT_MAX];
	char		failover[ENDPOINT_TEXT_MAX] = "";
	char	   *text;
	uint64		hash;

	endpoint_format(&options->initial, initial, sizeof(initial));
	if (options->has_failover)
		endpoint_format(&options->failover, failover, sizeof(failover));
	text = psprintf("%s\n%s\n%d %d\n%d\n%s\n%s\n%d", initial, failover, options->port,
					options->port_given, options->partner_policy, options->database,
					options->mirroring_guid ? options->mirroring_guid : "",
					options->require_mirroring);
	hash = hash_bytes_extended((unsigned char *) text, strlen(text), 0);
	pfree(text);
	return hash;
}

/* Sets everything to what the options say; only epoch and era go on. */
static void
fill(TmfPartners *partners, const TmfServerOptions *options, uint64 fingerprint)
{
	TmfPartners former = *partners;

	memset(partners, 0, sizeof(*partners));
	partners->serverid = former.serverid;
	partners->epoch = former.epoch;
	partners->dated = former.dated;
	partners->era = former.era;
	partners->fingerprint = fingerprint;
	partners->role_sequence = -1;
	partners->unsafe_sequence = -1;
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

typedef struct Holders
{
	const TmfPartners *partners;
	bool		found;
} Holders;

static void
look_at_session(TmfSession *session, void *argument)
{
	Holders    *holders = argument;

	if (session->partners == holders->partners)
		holders->found = true;
}

/* Only when a new entry is made: nobody searches for another server's principal then. */
static void
remove_abandoned(void)
{
	HASH_SEQ_STATUS scan;
	TmfPartners *partners;

	hash_seq_init(&scan, entries);
	while ((partners = hash_seq_search(&scan)) != NULL)
	{
		Holders		holders = {partners, false};

		if (partners->valid ||
			SearchSysCacheExists1(FOREIGNSERVEROID, ObjectIdGetDatum(partners->serverid)))
			continue;
		tmf_session_each(look_at_session, &holders);
		if (!holders.found)
			(void) hash_search(entries, &partners->serverid, HASH_REMOVE, NULL);
	}
}

static TmfPartners *
make_entry(Oid serverid)
{
	TmfPartners *partners;

	if (entries == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(TmfPartners);
		control.hcxt = CacheMemoryContext;
		entries = hash_create("tds_mirror_fdw partners", 8, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	remove_abandoned();
	partners = hash_search(entries, &serverid, HASH_ENTER, NULL);
	memset(partners, 0, sizeof(*partners));
	partners->serverid = serverid;
	return partners;
}

static TmfPartners *
entry_of(Oid serverid)
{
	return entries ? hash_search(entries, &serverid, HASH_FIND, NULL) : NULL;
}

TmfPartners *
tmf_partners_get(const TmfServerOptions *options)
{
	uint64		fingerprint = tmf_partners_fingerprint(options);
	TmfPartners *partners = entry_of(options->serverid);

	if (partners == NULL)
		partners = make_entry(options->serverid);
	if (partners->fingerprint != fingerprint)
	{
		partners->era = 0;
		fill(partners, options, fingerprint);
	}
	partners->catalog_hash = GetSysCacheHashValue1(FOREIGNSERVEROID,
												   ObjectIdGetDatum(options->serverid));
	partners->valid = true;
	tmf_partners_recall(partners, options);
	return partners;
}

/* endpoint's port may have been asked for meanwhile. */
static bool
stands_at(const TmfPartnerSide *side, const Endpoint *endpoint)
{
	return pg_strcasecmp(side->endpoint.host, endpoint->host) == 0 &&
		pg_strcasecmp(side->endpoint.instance, endpoint->instance) == 0 &&
		(side->endpoint.port == 0 || side->endpoint.port == endpoint->port);
}

const char *
tmf_partners_certificate_host(const TmfServerOptions *options, const Endpoint *endpoint)
{
	const TmfPartners *partners = entry_of(options->serverid);
	PairSide	side = PAIR_INITIAL;

	if (partners != NULL && partners->has_failover &&
		stands_at(&partners->side[PAIR_FAILOVER], endpoint))
		side = PAIR_FAILOVER;
	return options->certificate_hostname[side] ? options->certificate_hostname[side] : endpoint->host;
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

/* The era is a time, so that whoever has forgotten last is ahead of everybody. */
void
tmf_partners_forget(const TmfServerOptions *options)
{
	TmfPartners *partners = tmf_partners_get(options);

	partners->era = Max(partners->era + 1, GetCurrentTimestamp());
	fill(partners, options, partners->fingerprint);
	tmf_event(options->name, NULL, NULL, "what was known of its partners is forgotten, by request");
	partners->valid = true;
	tmf_partners_publish(partners, options);
	partners->valid = false;
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
				   PairSide side, const TmfRole *role)
{
	/* the login to the database proves that it serves; we just may not look */
	if (!role->visible)
		return TMF_IDENTITY_PRINCIPAL;
	/* what a principal once named as its partner is no place to look for a database without one */
	if (!role->mirrored && partners->side[side].source == TMF_PARTNER_BY_SERVER)
		return TMF_IDENTITY_SEPARATE;
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

/* Sessions that were opened to another principal, or before a switch, are stale. */
void
tmf_partners_date(TmfPartners *partners)
{
	TmfPartnerEpoch *dated = &partners->dated;
	const Endpoint *place = &partners->side[partners->principal].endpoint;
	bool		other;

	if (!partners->principal_known)
		return;
	other = dated->known &&
		(!tmf_partners_same_place(&dated->place, place) ||
		 (dated->guid[0] && partners->guid[0] && strcmp(dated->guid, partners->guid) != 0) ||
		 (dated->role_sequence >= 0 && partners->role_sequence > dated->role_sequence));
	if (other)
		partners->epoch++;
	dated->known = true;
	dated->place = *place;
	strlcpy(dated->guid, partners->guid, sizeof(dated->guid));
	dated->role_sequence = partners->role_sequence;
}

static void
note_switch(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
			const TmfRole *role, int64 begun_ms)
{
	char		now[ENDPOINT_TEXT_MAX];
	char		former[ENDPOINT_TEXT_MAX];
	char		sequence[16] = "unknown";

	partners->switches++;
	partners->last_switch = GetCurrentTimestamp();
	endpoint_format(&partners->side[side].endpoint, now, sizeof(now));
	endpoint_format(&partners->side[partners->principal].endpoint, former, sizeof(former));
	if (role->visible && role->mirrored)
		snprintf(sequence, sizeof(sequence), "%d", role->role_sequence);
	tmf_event(options->name, NULL, NULL,
			  "principal is now %s, was %s; role sequence %s, found after %.3f s",
			  now, former, sequence, (tmf_now_ms() - begun_ms) / 1000.0);
}

bool
tmf_partners_learn(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
				   const TmfRole *role, int64 begun_ms)
{
	if (partners->principal_known && partners->principal != side)
		note_switch(partners, options, side, role, begun_ms);
	partners->principal_known = true;
	partners->principal = side;
	partners->known_at = GetCurrentTimestamp();
	partners->side[side].last_login = partners->known_at;
	partners->side[side].last_error[0] = '\0';
	if (role->server_name[0])
		strlcpy(partners->side[side].learned_name, role->server_name,
				sizeof(partners->side[side].learned_name));
	if (role->visible)
	{
		partners->mirrored = role->mirrored;
		partners->safety = role->safety;
		partners->state = role->state;
	}
	if (role->visible && role->mirrored)
	{
		strlcpy(partners->guid, role->guid, sizeof(partners->guid));
		partners->role_sequence = Max(partners->role_sequence, role->role_sequence);
		if (role->safety != SAFETY_FULL)
			partners->unsafe_sequence = Max(partners->unsafe_sequence, role->role_sequence);
		tmf_partners_place(partners, options, side, role);
	}
	tmf_partners_date(partners);
	tmf_partners_publish(partners, options);
	return !role->visible || !role->mirrored || strcmp(partners->guid, role->guid) != 0 ||
		partners->role_sequence <= role->role_sequence;
}
