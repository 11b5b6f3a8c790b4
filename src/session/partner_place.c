/*
 * src/session/partner_place.c
 *		Where the partner is that the principal has named.
 *
 * The name by which a principal knows its partner is the truth about which
 * machine that is, and often useless for reaching it: HOST\INSTANCE, without a
 * port, in a name space that clients may not share.  Hence the policy "auto":
 * the server decides which machine, the configuration how to get there,
 * wherever both speak of the same one.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "partner_int.h"
#include "session/address.h"
#include "session/event.h"

/* A name that did not resolve is looked up again after that long. */
#define UNRESOLVED_MS	600000

#define ADDRESSES_MAX	8

bool
tmf_partners_same_place(const Endpoint *a, const Endpoint *b)
{
	return a->port == b->port && pg_strcasecmp(a->host, b->host) == 0 &&
		(a->port != 0 || pg_strcasecmp(a->instance, b->instance) == 0);
}

static bool
resolves(const Endpoint *endpoint)
{
	int			count;

	(void) tmf_address_lookup(endpoint->host, &count);
	return count > 0;
}

/* Do both hosts have an address in common? */
static bool
meet(const Endpoint *a, const Endpoint *b)
{
	TmfAddress	former[ADDRESSES_MAX];
	const TmfAddress *address;
	int			former_count;
	int			count;
	int			i;
	int			j;

	address = tmf_address_lookup(a->host, &former_count);
	former_count = Min(former_count, ADDRESSES_MAX);
	for (i = 0; i < former_count; i++)
		former[i] = address[i];
	address = tmf_address_lookup(b->host, &count);
	for (i = 0; i < former_count; i++)
	{
		for (j = 0; j < count; j++)
		{
			if (strcmp(former[i].text, address[j].text) == 0)
				return true;
		}
	}
	return false;
}

/* Is learned (whose mirroring endpoint is on url's host) the machine of configured? */
static bool
denotes(const Endpoint *configured, const Endpoint *learned, const Endpoint *url)
{
	if (learned->port != 0 && learned->port != configured->port)
		return false;
	if (endpoint_denotes(configured, learned) || (url && endpoint_denotes(configured, url)))
		return true;
	/* two names for one host; a port that was configured has chosen the instance */
	return (configured->port != 0 || pg_strcasecmp(configured->instance, learned->instance) == 0) &&
		(meet(configured, learned) || (url && meet(configured, url)));
}

/* The first of these that can be reached at all; *unresolved: none but the last resort. */
static Endpoint
choose(const TmfServerOptions *options, const Endpoint *configured, Endpoint learned,
	   const Endpoint *url, bool *unresolved)
{
	*unresolved = false;
	if (options->partner_policy == TMF_PARTNER_SERVER)
		return tmf_endpoint_with_port(options, learned);
	if (configured && denotes(configured, &learned, url))
		return *configured;
	learned = tmf_endpoint_with_port(options, learned);
	if (resolves(&learned))
		return learned;
	*unresolved = true;
	if (url && resolves(url))
	{
		strlcpy(learned.host, url->host, sizeof(learned.host));
		return learned;
	}
	return configured ? *configured : learned;
}

/* partner_policy is "configured": what the server says is of interest to the log alone. */
static void
compare(const TmfServerOptions *options, PairSide other, const Endpoint *configured,
		const Endpoint *learned, const char *name)
{
	char		text[ENDPOINT_TEXT_MAX];

	if (configured == NULL || endpoint_denotes(configured, learned))
		return;
	endpoint_format(configured, text, sizeof(text));
	tmf_event(options->name, NULL,
			  "The configured partner is kept, because partner_policy is \"configured\".",
			  "its principal names \"%s\" as partner, but %s is %s",
			  name, other == PAIR_INITIAL ? "servername" : "failover_partner", text);
}

static void
settle(TmfPartners *partners, const TmfServerOptions *options, PairSide other,
	   const Endpoint *configured, const Endpoint *place, const char *name)
{
	TmfPartnerSide *entry = &partners->side[other];
	PairSide	side = other == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	char		text[ENDPOINT_TEXT_MAX];

	if (configured && tmf_partners_same_place(place, configured))
	{
		entry->endpoint = *configured;
		entry->source = TMF_PARTNER_BY_OPTION;
	}
	else if (!tmf_partners_same_place(place, &partners->side[side].endpoint))
	{
		if (entry->source != TMF_PARTNER_BY_SERVER ||
			!tmf_partners_same_place(place, &entry->endpoint))
		{
			endpoint_format(place, text, sizeof(text));
			tmf_event(options->name, NULL, NULL,
					  "its principal names \"%s\" as partner, which will be sought at %s",
					  name, text);
		}
		entry->endpoint = *place;
		entry->source = TMF_PARTNER_BY_SERVER;
	}
	if (entry->source != TMF_PARTNER_NONE && other == PAIR_FAILOVER)
		partners->has_failover = true;
}

/* A name already settled changes nothing. */
void
tmf_partners_place(TmfPartners *partners, const TmfServerOptions *options, PairSide side,
				   const TmfRole *role)
{
	PairSide	other = side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	TmfPartnerSide *entry = &partners->side[other];
	const Endpoint *configured = NULL;
	Endpoint	learned;
	Endpoint	url;
	bool		has_url;
	bool		unresolved;
	TimestampTz now = GetCurrentTimestamp();

	if (role->partner_instance[0] == '\0' ||
		(strcmp(entry->learned_name, role->partner_instance) == 0 &&
		 (entry->unresolved_at == 0 ||
		  !TimestampDifferenceExceeds(entry->unresolved_at, now, UNRESOLVED_MS))))
		return;
	strlcpy(entry->learned_name, role->partner_instance, sizeof(entry->learned_name));
	entry->unresolved_at = 0;
	if (endpoint_parse(role->partner_instance, &learned) != ENDPOINT_OK)
		return;
	if (other == PAIR_INITIAL)
		configured = &options->initial;
	else if (options->has_failover)
		configured = &options->failover;
	if (options->partner_policy == TMF_PARTNER_CONFIGURED)
	{
		compare(options, other, configured, &learned, role->partner_instance);
		return;
	}
	has_url = endpoint_from_url(role->partner_name, &url) == ENDPOINT_OK;
	learned = choose(options, configured, learned, has_url ? &url : NULL, &unresolved);
	entry->unresolved_at = unresolved ? now : 0;
	settle(partners, options, other, configured, &learned, role->partner_instance);
}
