/*
 * src/pure/record.c
 *		What of a pair outlives a backend, and who is right when two records differ.
 *
 * Backends learn side by side and write one after the other, so a record is
 * never just replaced.  Role sequences order what was said about one pair; about
 * two different pairs they say nothing, and then each backend keeps to its own,
 * until a user has it forget.
 */
#include "pure/record.h"

#include <string.h>

#define GUID_LENGTH	36

static bool
is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
sane_side(const RecordSide *side)
{
	int			i;

	if (!is_text(side->endpoint.host, sizeof(side->endpoint.host)) ||
		!is_text(side->endpoint.instance, sizeof(side->endpoint.instance)) ||
		!is_text(side->learned_name, sizeof(side->learned_name)))
		return false;
	if (side->source < 0 || side->source > 2 ||
		side->instance_port < 0 || side->instance_port > UINT16_MAX ||
		side->address_count < 0 || side->address_count > RECORD_ADDRESSES)
		return false;
	for (i = 0; i < side->address_count; i++)
	{
		if (!is_text(side->address[i], sizeof(side->address[i])))
			return false;
	}
	return side->source == 0 ||
		(side->endpoint.host[0] != '\0' &&
		 (side->endpoint.port != 0 || side->endpoint.instance[0] != '\0'));
}

bool
record_sane(const Record *record)
{
	size_t		guid;

	if (!is_text(record->guid, sizeof(record->guid)))
		return false;
	guid = strlen(record->guid);
	if ((guid != 0 && guid != GUID_LENGTH) ||
		strspn(record->guid, "0123456789abcdef-") != guid)
		return false;
	if (record->principal < -1 || record->principal >= PAIR_SIDES ||
		record->role_sequence < -1 || record->switches < 0)
		return false;
	if (!sane_side(&record->side[PAIR_INITIAL]) || !sane_side(&record->side[PAIR_FAILOVER]))
		return false;
	return record->side[PAIR_INITIAL].source != 0 &&
		(record->has_failover != 0) == (record->side[PAIR_FAILOVER].source != 0) &&
		(record->principal != PAIR_FAILOVER || record->has_failover != 0);
}

bool
record_akin(const Record *a, const Record *b)
{
	return a->database == b->database && a->server == b->server && a->options == b->options;
}

/* Does other know better?  Both are of one era. */
static bool
outranks(const Record *other, const Record *mine)
{
	if (other->known_us == 0 || mine->known_us == 0)
		return mine->known_us == 0;
	if (other->guid[0] != '\0' && mine->guid[0] != '\0')
	{
		if (strcmp(other->guid, mine->guid) != 0)
			return false;
		if (other->role_sequence != mine->role_sequence)
			return other->role_sequence > mine->role_sequence;
	}
	return other->known_us > mine->known_us;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void
record_join(Record *mine, const Record *other)
{
	Record		mate = *other;
	int			i;

	if (other->era != mine->era)
	{
		if (other->era > mine->era)
			*mine = *other;
		return;
	}
	if (outranks(other, mine))
	{
		mate = *mine;
		*mine = *other;
	}
	mine->switches = later(mine->switches, mate.switches);
	mine->last_switch_us = later(mine->last_switch_us, mate.last_switch_us);
	for (i = 0; i < PAIR_SIDES; i++)
	{
		if (memcmp(&mine->side[i].endpoint, &mate.side[i].endpoint, sizeof(Endpoint)) == 0)
			mine->side[i].login_us = later(mine->side[i].login_us, mate.side[i].login_us);
	}
	/* a login that may not see the row of the pair knows less of it */
	if (mine->guid[0] == '\0' && mate.guid[0] != '\0')
	{
		memcpy(mine->guid, mate.guid, sizeof(mine->guid));
		mine->mirrored = mate.mirrored;
		mine->role_sequence = mate.role_sequence;
		mine->safety = mate.safety;
		mine->state = mate.state;
	}
}

bool
record_differs(const Record *a, const Record *b)
{
	Record		copy[2];
	int			i;
	int			j;

	copy[0] = *a;
	copy[1] = *b;
	for (i = 0; i < 2; i++)
	{
		copy[i].known_us = 0;
		for (j = 0; j < PAIR_SIDES; j++)
		{
			RecordSide *side = &copy[i].side[j];

			memset(side->address, 0, sizeof(side->address));
			side->address_count = 0;
			side->resolved_us = 0;
			side->login_us = 0;
		}
	}
	return memcmp(&copy[0], &copy[1], sizeof(Record)) != 0;
}
