/*
 * src/session/address.c
 *		Host names to addresses, remembered for the life of the backend.
 */
#include "postgres.h"

#include <netdb.h>
#include <netinet/in.h>

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "pure/endpoint.h"
#include "session/address.h"
#include "session/wait.h"

#define ADDRESSES_MAX	8

/* How old the addresses of a host that does not answer may become. */
#define SUSPECT_AGE_MS	30000

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
	int64		resolved_ms;
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

/* Replaces the entry's addresses, unless the name does not resolve. */
static void
resolve(AddressEntry *entry)
{
	struct addrinfo hints = {0};
	struct addrinfo *list = NULL;
	struct addrinfo *item;
	int			count = 0;

	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	entry->resolved_ms = tmf_now_ms();
	entry->suspect = false;
	if (getaddrinfo(entry->host, NULL, &hints, &list) != 0)
		return;
	for (item = list; item && count < ADDRESSES_MAX; item = item->ai_next)
	{
		TmfAddress *address = &entry->address[count];

		if (item->ai_addrlen > sizeof(address->socket) ||
			getnameinfo(item->ai_addr, item->ai_addrlen, address->text,
						sizeof(address->text), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		memcpy(&address->socket, item->ai_addr, item->ai_addrlen);
		address->length = item->ai_addrlen;
		count++;
	}
	freeaddrinfo(list);
	if (count > 0)
		entry->count = count;
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

void
tmf_address_prove(const char *host, uint16 port)
{
	AddressEntry *entry = entry_made(host);
	AddressProof *proof = &entry->proof[0];
	int			i;

	/* this port's, or else the oldest */
	for (i = 1; i < PROOFS_MAX && proof->port != port; i++)
	{
		if (entry->proof[i].port == port || entry->proof[i].login_ms < proof->login_ms)
			proof = &entry->proof[i];
	}
	proof->port = port;
	proof->login_ms = tmf_now_ms();
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
