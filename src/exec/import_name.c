/*
 * src/exec/import_name.c
 *		Names of up to 128 characters there, of up to 63 bytes here.
 *
 * The suffix of a name that was cut off is a hash of the whole name, so that it
 * does not depend on what else there is: the next import finds the same one.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"

#include "exec/import.h"

#define SUFFIX_BYTES	9

char *
tmf_import_clip(const char *name)
{
	int			length = strlen(name);

	return pnstrdup(name, pg_mbcliplen(name, length, NAMEDATALEN - 1));
}

static bool
is_taken(const char *name, List *taken)
{
	ListCell   *lc;

	foreach(lc, taken)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

static bool
is_reserved(const char *name, bool column)
{
	return column && SystemAttributeByName(name) != NULL;
}

char *
tmf_import_name(const char *remote, List *taken, bool column)
{
	int			length = strlen(remote);
	uint32		hash = hash_bytes((const unsigned char *) remote, length);
	char	   *name = pstrdup(remote);
	int			kept;

	while (strlen(name) >= NAMEDATALEN || is_taken(name, taken) || is_reserved(name, column))
	{
		pfree(name);
		kept = pg_mbcliplen(remote, length, NAMEDATALEN - 1 - SUFFIX_BYTES);
		name = psprintf("%.*s_%08x", kept, remote, hash++);
	}
	return name;
}

/* As the validator sees it: neither blank nor with control characters. */
bool
tmf_import_can_name(const char *remote)
{
	bool		blank = true;

	for (; *remote != '\0'; remote++)
	{
		if ((unsigned char) *remote < 0x20 || *remote == 0x7f)
			return false;
		if (*remote != ' ')
			blank = false;
	}
	return !blank;
}
