/*
 * test/standin/mirror_role.c
 *		Changes of role, and the planned failover.
 *
 * A new role is on disk before anything is done by it.  In a planned failover
 * the principal stops serving and notes that it hands over before it asks the
 * mirror to take over; from that note on it serves again only after the mirror
 * has said that it did not.
 */
#include <sqlite3.h>
#include <string.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define TAKEOVER_TIMEOUT	15000	/* milliseconds */

static void
note_role(Database *database, const char *event, const char *from, const char *to)
{
	log_line("The mirrored database \"%s\" is changing roles from \"%s\" to \"%s\" at sequence %d",
			 database->record.name, from, to, database->record.mirror.sequence);
	event_record(event, "%.100s %d", database->record.name, database->record.mirror.sequence);
}

/* Under the lock; the caller releases what is returned. */
static Link *
take_link(Database *database)
{
	Link	   *link = database->mirror.link;

	link_shut(link);
	database->mirror.link = NULL;
	database->mirror.barrier = false;
	pthread_cond_broadcast(&database->changed);
	return link;
}

void
role_to_mirror(Database *database, int sequence, bool suspended)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	bool		served;
	Link	   *link;

	pthread_mutex_lock(&database->lock);
	served = record->role == MIRROR_ROLE_PRINCIPAL;
	mirror_set_serving(database, SERVING_TRANSITION);
	link = take_link(database);
	pthread_mutex_unlock(&database->lock);
	link_release(link);
	if (served)
		database_evacuate(database);

	pthread_mutex_lock(&database->lock);
	record->role = MIRROR_ROLE_MIRROR;
	record->sequence = sequence;
	record->suspended = suspended;
	record->handover = 0;
	record->vote = 0;
	mirror->eligible = false;
	database_persist(database);
	mirror_set_state(database, suspended ? MIRROR_SUSPENDED : MIRROR_DISCONNECTED);
	if (served)
		note_role(database, "mirror", "PRINCIPAL", "MIRROR");
	pthread_mutex_unlock(&database->lock);
	sqlite3_close(mirror->reader);
	mirror->reader = NULL;
}

void
role_to_principal(Database *database, int sequence, bool forced)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	Link	   *link;

	pthread_mutex_lock(&database->lock);
	record->role = MIRROR_ROLE_PRINCIPAL;
	record->sequence = sequence;
	record->suspended = forced;
	record->handover = 0;
	record->vote = 0;
	database_persist(database);

	/* not shut: the old principal may be waiting for our answer on it */
	link = mirror->link;
	mirror->link = NULL;
	database->generation++;
	mirror->eligible = false;
	mirror->acked_lsn = mirror->last_lsn;
	mirror->retry_at = 0;
	mirror_report_soon(database);
	mirror->grace_until = clock_milliseconds() + mirror_silence_allowed(database);
	mirror_set_state(database, forced ? MIRROR_SUSPENDED : MIRROR_DISCONNECTED);
	mirror_set_serving(database, SERVING_OPEN);
	note_role(database, "principal", "MIRROR", "PRINCIPAL");
	pthread_mutex_unlock(&database->lock);
	link_release(link);
}

void
role_none(Database *database, bool restoring)
{
	MirrorRecord *record = &database->record.mirror;
	Link	   *link;

	pthread_mutex_lock(&database->lock);
	memset(record, 0, sizeof(*record));
	if (restoring)
		database->record.state = DATABASE_RESTORING;
	database_persist(database);
	link = take_link(database);
	database->mirror.eligible = false;
	database->mirror.serving = SERVING_OPEN;
	database->mirror.state = MIRROR_SUSPENDED;
	log_line("mirroring of \"%s\" is removed", database->record.name);
	event_record("removed", "%.100s", database->record.name);
	pthread_mutex_unlock(&database->lock);
	link_release(link);
}

/* Step one, on the manager's thread: what has not begun, does not begin any more. */
static bool
begin_failover(Database *database, void *argument, SqlMessage *error)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	const char *name = database->record.name;

	(void) argument;
	if (record->role != MIRROR_ROLE_PRINCIPAL)
		return database_error(error, 1470, name);
	if (record->safety != 2)
		return database_error(error, 1477, name);
	if (record->handover != 0 || mirror->state == MIRROR_PENDING_FAILOVER)
		return database_error(error, 1404);
	if (mirror->link == NULL)
		return database_error(error, 1447, name);
	if (mirror->state != MIRROR_SYNCHRONIZED)
		return database_error(error, 1422, name);
	pthread_mutex_lock(&database->lock);
	mirror_set_state(database, MIRROR_PENDING_FAILOVER);
	mirror_set_serving(database, SERVING_TRANSITION);
	pthread_mutex_unlock(&database->lock);
	return true;
}

/* Step three: everything that was committed is on the mirror, and nobody is here any more. */
static bool
finish_failover(Database *database, void *argument, SqlMessage *error)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	int			sequence = record->sequence + 1;
	Packer		body = {.used = 0};
	Frame		frame;

	(void) argument;
	if (record->role != MIRROR_ROLE_PRINCIPAL || mirror->link == NULL ||
		mirror->state != MIRROR_PENDING_FAILOVER)
		return database_error(error, 1447, database->record.name);
	pthread_mutex_lock(&database->lock);
	record->handover = sequence;
	database_persist(database);
	pthread_mutex_unlock(&database->lock);

	pack_number(&body, (uint64_t) sequence, 4);
	if (link_send(mirror->link, FRAME_TAKEOVER, body.bytes, body.used) &&
		principal_await(database, FRAME_TAKEN, TAKEOVER_TIMEOUT, &frame))
	{
		role_to_mirror(database, sequence, false);
		return true;
	}

	/* did it take over? the next greeting tells; until then nobody is served here */
	database_error(error, 1421, record->partner_name);
	if (mirror->link != NULL)
		principal_drop_link(database, "no answer to the failover");
	return false;
}

bool
role_failover(Database *database, SqlMessage *error)
{
	if (!mirror_request(database, begin_failover, NULL, error))
		return false;

	/* step two is not the manager's, because it has to read the mirror's answers to last commits */
	database_evacuate(database);
	return mirror_request(database, finish_failover, NULL, error);
}
