/*
 * src/wire/library.c
 *		Which FreeTDS this is, and what it can do.
 *
 * The only place where differences between its versions are named.  What counts is
 * the library that was loaded, not the headers that this was compiled with: a
 * system may be given a newer one at any time.
 */
#include <stdio.h>

#include "wire_int.h"

typedef struct Version
{
	int			major;
	int			minor;
} Version;

static const struct
{
	Version		since;
	Version		until;			/* the last one of which that is known; 0: all later ones */
	const char *needed;			/* since, in words */
}			abilities[] =
{
	[WIRE_ALWAYS] = {{0, 0}, {0, 0}, ""},
	[WIRE_STRICT] = {{1, 5}, {0, 0}, "1.5"},
	[WIRE_CERTIFICATE_HOSTNAME] = {{1, 5}, {0, 0}, "1.5"},
	[WIRE_BULK_LOAD] = {{1, 3}, {1, 3}, "1.3"},
	[WIRE_BULK_LOAD_TRIMS] = {{1, 5}, {1, 5}, "1.5"}
};

static int
compare(Version one, Version other)
{
	return one.major != other.major ? one.major - other.major : one.minor - other.minor;
}

bool
wire_can(WireAbility ability)
{
	static Version version = {-1, 0};	/* asked for each value of a bulk load */

	if (version.major < 0 &&
		sscanf(dbversion(), "freetds v%d.%d", &version.major, &version.minor) != 2)
		version.major = version.minor = 0;
	return compare(version, abilities[ability].since) >= 0 &&
		(abilities[ability].until.major == 0 || compare(version, abilities[ability].until) <= 0);
}

const char *
wire_needs(WireAbility ability)
{
	return abilities[ability].needed;
}

const char *
wire_library_version(void)
{
	return dbversion();
}
