/*
 * test/standin/mirror.c
 *		The state of mirroring, and what it looks like from outside.
 */
#include "mirror.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

int			mirror_minimum_timeout = 5;

void
mirror_own_url(char *url, size_t size)
{
	snprintf(url, size, "TCP://%s:%d", instance.address, instance.endpoint_port);
}

int64_t
mirror_silence_allowed(const Database *database)
{
	return (int64_t) database->record.mirror.timeout * 1000;
}

bool
mirror_in_partnership(const Database *database, const uint8_t guid[16])
{
	return !database->dropped && database->record.mirror.role != MIRROR_ROLE_NONE &&
		memcmp(database->record.mirror.guid, guid, 16) == 0;
}

/*
 * A process that stood still (a debugger, SIGSTOP) may have been replaced
 * meanwhile and wakes up with its links still looking alive.  Where a witness
 * could have promoted the mirror, serving therefore ends with the age of what
 * the others last confirmed.
 */
Serving
mirror_serving(Database *database)
{
	const Mirror *mirror = &database->mirror;
	int64_t		allowed = mirror_silence_allowed(database);

	if (mirror->serving == SERVING_OPEN && database->record.mirror.witness_url[0] != '\0' &&
		(mirror->link == NULL || link_age(mirror->link) > allowed) &&
		(mirror->presence == NULL || link_age(mirror->presence) > allowed))
		return SERVING_NO_QUORUM;
	return mirror->serving;
}

void
mirror_set_state(Database *database, MirrorState state)
{
	static const char *const events[] = {
		"suspended", "disconnected", "synchronizing", "pending_failover", "synchronized"
	};

	if (database->mirror.state == state)
		return;
	database->mirror.state = state;
	pthread_cond_broadcast(&database->changed);
	log_line("\"%s\" is %s at sequence %d", database->record.name, events[state],
			 database->record.mirror.sequence);
	event_record(events[state], "%.100s %d", database->record.name,
				 database->record.mirror.sequence);
}

void
mirror_set_serving(Database *database, Serving serving)
{
	static const char *const events[] = {"serving", "undecided", "no_quorum", "transition"};

	if (database->mirror.serving == serving)
		return;
	database->mirror.serving = serving;
	pthread_cond_broadcast(&database->changed);
	log_line("\"%s\": %s", database->record.name, events[serving]);
	event_record(events[serving], "%.100s", database->record.name);
}

void
mirror_report_soon(Database *database)
{
	database->mirror.report_wanted++;
	database->mirror.report_at = 0;
	mirror_wake(database);
}

/*
 * A principal that is SYNCHRONIZED counts its witness as connected only when the
 * witness knows it, and the mirror is connected to the witness as well: whoever
 * sees both may rely on an automatic failover.
 */
static bool
sees_informed_witness(const Database *database)
{
	const Mirror *mirror = &database->mirror;

	return mirror->presence != NULL &&
		(database->record.mirror.role != MIRROR_ROLE_PRINCIPAL ||
		 mirror->state != MIRROR_SYNCHRONIZED ||
		 (mirror->partner_ready && mirror->report_told == mirror->report_wanted));
}

void
mirror_view(Database *database, MirrorView *view)
{
	const MirrorRecord *record = &database->record.mirror;
	const Mirror *mirror = &database->mirror;

	memset(view, 0, sizeof(*view));
	pthread_mutex_lock(&database->lock);
	view->role = database->dropped ? MIRROR_ROLE_NONE : record->role;
	if (view->role != MIRROR_ROLE_NONE)
	{
		view->state = mirror->state;
		memcpy(view->guid, record->guid, sizeof(view->guid));
		view->role_sequence = record->sequence;
		view->safety = record->safety;
		view->safety_sequence = record->safety_sequence;
		strcpy(view->partner_name, record->partner_url);
		strcpy(view->partner_instance, record->partner_name);
		strcpy(view->witness_name, record->witness_url);
		if (record->witness_url[0] != '\0')
			view->witness_state = sees_informed_witness(database) ? 1 : 2;
		view->failover_lsn = record->role == MIRROR_ROLE_PRINCIPAL ? mirror->acked_lsn :
			mirror->last_lsn;
		view->end_of_log_lsn = mirror->last_lsn;
		view->timeout = record->timeout;
	}
	pthread_mutex_unlock(&database->lock);
}

void
mirror_partner_of(Database *database, char *name, size_t size)
{
	pthread_mutex_lock(&database->lock);
	snprintf(name, size, "%s", !database->dropped &&
			 database->record.mirror.role == MIRROR_ROLE_PRINCIPAL ?
			 database->record.mirror.partner_name : "");
	pthread_mutex_unlock(&database->lock);
}

bool
mirror_read_position(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	sqlite3    *handle = database_connect(database);
	int64_t		lsn;
	uint64_t	chain;
	bool		known = handle != NULL && log_position(handle, &lsn, &chain);

	sqlite3_close(handle);
	if (!known)
	{
		log_line("cannot read the log of \"%s\"", database->record.name);
		return false;
	}
	pthread_mutex_lock(&database->lock);
	mirror->last_lsn = lsn;
	mirror->chain = chain;
	pthread_mutex_unlock(&database->lock);
	return true;
}

bool
mirror_start(Database *database)
{
	MirrorRecord *record = &database->record.mirror;

	if (record->role == MIRROR_ROLE_NONE)
		return true;
	database->mirror.serving = SERVING_UNDECIDED;
	database->mirror.state = record->suspended ? MIRROR_SUSPENDED : MIRROR_DISCONNECTED;
	return (record->need_copy || mirror_read_position(database)) && mirror_manager_start(database);
}
