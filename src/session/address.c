/*
 * src/session/address.c
 *		Host names to addresses, remembered for the life of the backend.
 *
 * What the partner file remembers is good enough for an hour; after that the
 * name server is asked, and the file stands in when it does not answer.  An
 * address that has moved to another machine does no harm beyond time: whoever
 * answers there has to be of the known pair.
 */
#include "postgres.h"

#include <netdb.h>
#include <netinet/in.h>

#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pure/endpoint.h"
#include "session/address.h"
#include "session/wait.h"

#define ADDRESSES_MAX	8

/* How old the addresses of a host that does not answer may become. */
#define SUSPECT_AGE_MS	30000

/* How old addresses from the partner file may be. */
#define RECALLED_AGE_MS	3600000

/* How long a login speaks for the port where it succeeded, and of how many ports a host. */
#define PROOF_MS		180000
#define PROOFS_MAX		4

typedef struct AddressProof
{
	uint16		port;			/* 0: none */
	int64		login_ms;
} AddressProof;

typedef struct AddressEntry
{
	char		host[ENDPOINT_HOST_MAX];	/* hash key, lower case */
	bool		suspect;
	int64		resolved_ms;	/* 0: the name server has not been asked */
	int			count;
	TmfAddress	address[ADDRESSES_MAX];
	AddressProof proof[PROOFS_MAX];
} AddressEntry;

static HTAB *addresses = NULL;

static AddressEntry *
entry_of(const char *host, HASHACTION action, bool *found)
{
	char		key[ENDPOINT_HOST_MAX];
	int			i;

	if (addresses == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = ENDPOINT_HOST_MAX;
		control.entrysize = sizeof(AddressEntry);
		control.hcxt = CacheMemoryContext;
		addresses = hash_create("tds_mirror_fdw addresses", 8, &control,
								HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	}
	strlcpy(key, host, sizeof(key));
	for (i = 0; key[i]; i++)
		key[i] = pg_ascii_tolower((unsigned char) key[i]);
	return hash_search(addresses, key, action, found);
}

/* The entry of host, made empty when there is none. */
static AddressEntry *
entry_made(const char *host)
{
	bool		found;
	AddressEntry *entry = entry_of(host, HASH_ENTER, &found);

	if (!found)
	{
		entry->suspect = false;
		entry->resolved_ms = 0;
		entry->count = 0;
		memset(entry->proof, 0, sizeof(entry->proof));
	}
	return entry;
}

static void
add_address(AddressEntry *entry, const struct addrinfo *item)
{
	TmfAddress *address = &entry->address[entry->count];

	if (entry->count >= ADDRESSES_MAX || item->ai_addrlen > sizeof(address->socket) ||
		getnameinfo(item->ai_addr, item->ai_addrlen, address->text, sizeof(address->text),
					NULL, 0, NI_NUMERICHOST) != 0)
		return;
	memcpy(&address->socket, item->ai_addr, item->ai_addrlen);
	address->length = item->ai_addrlen;
	entry->count++;
}

/* Replaces the entry's addresses, unless the name does not resolve. */
static void
resolve(AddressEntry *entry)
{
	struct addrinfo hints = {0};
	struct addrinfo *list = NULL;
	struct addrinfo *item;
	int			former = entry->count;
	int			failure;

	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	entry->resolved_ms = tmf_now_ms();
	entry->suspect = false;
	tmf_wait_begin(TMF_WAIT_RESOLVE);
	failure = getaddrinfo(entry->host, NULL, &hints, &list);
	tmf_wait_end();
	if (failure != 0)
		return;
	entry->count = 0;
	for (item = list; item; item = item->ai_next)
		add_address(entry, item);
	freeaddrinfo(list);
	if (entry->count == 0)
		entry->count = former;
}

const TmfAddress *
tmf_address_lookup(const char *host, int *count)
{
	AddressEntry *entry = entry_made(host);

	if (entry->resolved_ms == 0)
		resolve(entry);
	else if ((entry->suspect || entry->count == 0) &&
			 tmf_now_ms() - entry->resolved_ms >= (entry->count ? SUSPECT_AGE_MS : 1000))
		resolve(entry);
	*count = entry->count;
	return entry->address;
}

void
tmf_address_suspect(const char *host)
{
	AddressEntry *entry = entry_of(host, HASH_FIND, NULL);

	if (entry)
	{
		entry->suspect = true;
		memset(entry->proof, 0, sizeof(entry->proof));
	}
}

static void
prove(AddressEntry *entry, uint16 port, int64 login_ms)
{
	AddressProof *proof = &entry->proof[0];
	int			i;

	/* this port's, or else the oldest */
	for (i = 1; i < PROOFS_MAX && proof->port != port; i++)
	{
		if (entry->proof[i].port == port || entry->proof[i].login_ms < proof->login_ms)
			proof = &entry->proof[i];
	}
	if (proof->port != port || proof->login_ms < login_ms)
	{
		proof->port = port;
		proof->login_ms = login_ms;
	}
}

void
tmf_address_prove(const char *host, uint16 port)
{
	AddressEntry *entry = entry_made(host);

	prove(entry, port, tmf_now_ms());
	entry->suspect = false;
}

bool
tmf_address_proven(const char *host, uint16 port)
{
	const AddressEntry *entry = entry_of(host, HASH_FIND, NULL);
	int			i;

	for (i = 0; entry && i < PROOFS_MAX; i++)
	{
		if (entry->proof[i].port == port)
			return tmf_now_ms() - entry->proof[i].login_ms < PROOF_MS;
	}
	return false;
}

/* How long ago that was, by clocks that may have been set since. */
static int64
age_ms(TimestampTz then)
{
	TimestampTz now = GetCurrentTimestamp();

	return then <= 0 || then > now ? PG_INT64_MAX : (now - then) / 1000;
}

int
tmf_address_recall(const char *host, char (*literal)[TMF_ADDRESS_TEXT_MAX], int max,
				   TimestampTz *resolved_at)
{
	const AddressEntry *entry = entry_of(host, HASH_FIND, NULL);
	int			i;

	*resolved_at = 0;
	if (entry == NULL || entry->resolved_ms == 0)
		return 0;
	*resolved_at = GetCurrentTimestamp() - (tmf_now_ms() - entry->resolved_ms) * 1000;
	for (i = 0; i < entry->count && i < max; i++)
		strlcpy(literal[i], entry->address[i].text, TMF_ADDRESS_TEXT_MAX);
	return i;
}

void
tmf_address_remember(const char *host, const char (*literal)[TMF_ADDRESS_TEXT_MAX], int count,
					 TimestampTz resolved_at)
{
	AddressEntry *entry = entry_made(host);
	struct addrinfo hints = {0};
	int64		age = age_ms(resolved_at);
	int			i;

	if (entry->count > 0)
		return;
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST;
	for (i = 0; i < count; i++)
	{
		struct addrinfo *found = NULL;

		if (getaddrinfo(literal[i], NULL, &hints, &found) == 0)
			add_address(entry, found);
		if (found)
			freeaddrinfo(found);
	}
	if (entry->count > 0 && age < RECALLED_AGE_MS)
		entry->resolved_ms = Max(tmf_now_ms() - age, 1);
}

void
tmf_address_prove_since(const char *host, uint16 port, TimestampTz login_at)
{
	int64		age = age_ms(login_at);

	if (age < PROOF_MS)
		prove(entry_made(host), port, tmf_now_ms() - age);
}
