/*
 * src/exec/modify_keys.c
 *		Rows that one statement has changed already.
 *
 * A row that is joined with several others comes as often to be changed.
 * PostgreSQL changes it once, by the first that comes, and so do we: the keys of
 * changed rows are kept until the statement ends.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "exec/modify.h"

/* A key as the table has it: keys of one hash are a chain. */
typedef struct Key
{
	struct Key *next;
	int			length;
	char		bytes[FLEXIBLE_ARRAY_MEMBER];
} Key;

typedef struct Chain
{
	uint64		hash;			/* of the keys in it */
	Key		   *first;
} Chain;

struct TmfModifiedKeys
{
	MemoryContext context;
	HTAB	   *chains;
	StringInfoData bytes;		/* of the key at hand */
};

TmfModifiedKeys *
tmf_modified_keys_make(void)
{
	TmfModifiedKeys *keys = palloc0(sizeof(TmfModifiedKeys));
	HASHCTL		control = {0};

	keys->context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw modified rows",
										  ALLOCSET_DEFAULT_SIZES);
	control.keysize = sizeof(uint64);
	control.entrysize = sizeof(Chain);
	control.hcxt = keys->context;
	keys->chains = hash_create("tds_mirror_fdw modified rows", 256, &control,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	initStringInfo(&keys->bytes);
	return keys;
}

static void
collect_bytes(StringInfo bytes, const WireParameter *values, int count)
{
	int			i;

	resetStringInfo(bytes);
	for (i = 0; i < count; i++)
	{
		int			length = values[i].value != NULL ? values[i].length : -1;

		appendBinaryStringInfo(bytes, (const char *) &length, sizeof(length));
		if (length > 0)
			appendBinaryStringInfo(bytes, values[i].value, length);
	}
}

bool
tmf_modified_keys_add(TmfModifiedKeys *keys, const WireParameter *values, int count)
{
	const StringInfo bytes = &keys->bytes;
	Chain	   *chain;
	Key		   *key;
	uint64		hash;
	bool		found;

	collect_bytes(bytes, values, count);
	hash = hash_bytes_extended((const unsigned char *) bytes->data, bytes->len, 0);
	chain = hash_search(keys->chains, &hash, HASH_ENTER, &found);
	if (!found)
		chain->first = NULL;
	for (key = chain->first; key != NULL; key = key->next)
	{
		if (key->length == bytes->len && memcmp(key->bytes, bytes->data, bytes->len) == 0)
			return false;
	}
	key = MemoryContextAlloc(keys->context, offsetof(Key, bytes) + bytes->len);
	key->length = bytes->len;
	memcpy(key->bytes, bytes->data, bytes->len);
	key->next = chain->first;
	chain->first = key;
	return true;
}
