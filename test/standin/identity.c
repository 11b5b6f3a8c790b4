/*
 * identity.c
 *		Identity values already given, though what used them was rolled back.
 *
 * The catalog keeps the last value of committed statements; a value that a
 * transaction took and gave up is not given again, so it is kept here.  After a
 * restart or a change of role the catalog's value is the only one, as gaps and
 * their absence are no promise.
 */
#include <pthread.h>
#include <stdlib.h>

#include "identity.h"

typedef struct Identity
{
	struct Identity *next;
	const Database *database;
	uint64_t	generation;
	int			table;
	int64_t		value;
} Identity;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Identity *identities;

/* Under the lock. */
static Identity *
find(const Database *database, uint64_t generation, int table)
{
	for (Identity *identity = identities; identity != NULL; identity = identity->next)
	{
		if (identity->database == database && identity->generation == generation && identity->table == table)
			return identity;
	}
	return NULL;
}

bool
identity_recall(const Database *database, uint64_t generation, int table, int64_t *value)
{
	const Identity *identity;

	pthread_mutex_lock(&lock);
	identity = find(database, generation, table);
	if (identity != NULL)
		*value = identity->value;
	pthread_mutex_unlock(&lock);
	return identity != NULL;
}

void
identity_note(const Database *database, uint64_t generation, int table, int64_t value)
{
	Identity   *identity;

	pthread_mutex_lock(&lock);
	identity = find(database, generation, table);
	if (identity == NULL)
	{
		identity = calloc(1, sizeof(*identity));
		if (identity == NULL)
			abort();
		identity->database = database;
		identity->generation = generation;
		identity->table = table;
		identity->next = identities;
		identities = identity;
	}
	identity->value = value;
	pthread_mutex_unlock(&lock);
}

void
identity_forget(const Database *database, uint64_t generation, int table)
{
	pthread_mutex_lock(&lock);
	for (Identity **link = &identities; *link != NULL; link = &(*link)->next)
	{
		Identity   *identity = *link;

		if (identity->database == database && identity->generation == generation && identity->table == table)
		{
			*link = identity->next;
			free(identity);
			break;
		}
	}
	pthread_mutex_unlock(&lock);
}
