/*
 * test/standin/mirror_command.c
 *		ALTER DATABASE ... SET PARTNER / WITNESS: who may, what then.
 *
 * A change that takes an assurance away (the safety level, the witness, the
 * flow of the log) is made only after the mirror or the witness has confirmed
 * it; otherwise the two of them could still promote the mirror on the old terms.
 */
#include "mirror.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "mirror_hello.h"
#include "mirror_state.h"

#define TIMEOUT_MAX		32767
#define ANSWER_TIMEOUT	5000	/* milliseconds */
#define SUSPEND_TIMEOUT 10000

typedef struct Command
{
	MirrorCommandKind kind;
	const char *text;
	int			number;
} Command;

/* The mirror takes our settings over (witness_url: NULL = ours); false: it did not confirm. */
static bool
send_settings(Database *database, const char *witness_url)
{
	Packer		body = {.used = 0};
	Frame		frame;

	if (database->mirror.link == NULL)
		return false;
	hello_pack(database, witness_url, &body);
	return link_send(database->mirror.link, FRAME_CONFIG, body.bytes, body.used) &&
		principal_await(database, FRAME_CONFIG_ACK, ANSWER_TIMEOUT, &frame) &&
		reader_u8(&frame.body) == 1;
}

bool
command_suspend(Database *database, SqlMessage *error)
{
	if (!principal_leave_synchronized(database))
		return database_error(error, 1431, database_name(database));
	pthread_mutex_lock(&database->lock);
	database->record.mirror.suspended = true;
	database_persist(database);
	mirror_set_state(database, MIRROR_SUSPENDED);
	mirror_report_soon(database);
	pthread_mutex_unlock(&database->lock);
	send_settings(database, NULL);
	return true;
}

/* A fresh greeting finds out what the mirror lacks by now. */
static bool
resume(Database *database)
{
	pthread_mutex_lock(&database->lock);
	database->record.mirror.suspended = false;
	database_persist(database);
	if (database->mirror.link == NULL)
		mirror_set_state(database, MIRROR_DISCONNECTED);
	pthread_mutex_unlock(&database->lock);
	if (database->mirror.link != NULL)
		principal_drop_link(database, "mirroring resumes");
	return true;
}

static bool
set_safety(Database *database, int safety, SqlMessage *error)
{
	if (database->record.mirror.safety == safety)
		return true;
	if (safety == 1 && !principal_leave_synchronized(database))
		return database_error(error, 1431, database_name(database));
	pthread_mutex_lock(&database->lock);
	database->record.mirror.safety = safety;
	database->record.mirror.safety_sequence++;
	database_persist(database);
	mirror_report_soon(database);
	pthread_mutex_unlock(&database->lock);
	principal_lower_barrier(database);
	send_settings(database, NULL);
	return true;
}

static bool
set_timeout(Database *database, int seconds, SqlMessage *error)
{
	char		digits[16];

	snprintf(digits, sizeof(digits), "%d", seconds);
	if (seconds > TIMEOUT_MAX)
		return database_error(error, 1476, digits);
	if (seconds < mirror_minimum_timeout)
		seconds = mirror_minimum_timeout;
	pthread_mutex_lock(&database->lock);
	database->record.mirror.timeout = seconds;
	database_persist(database);
	mirror_report_soon(database);
	pthread_mutex_unlock(&database->lock);
	send_settings(database, NULL);
	return true;
}

static void
store_witness(Database *database, const char *url)
{
	pthread_mutex_lock(&database->lock);
	snprintf(database->record.mirror.witness_url, NAME_MAX_BYTES, "%s", url);
	database_persist(database);
	pthread_mutex_unlock(&database->lock);
}

/*
 * The witness is gone when the mirror has confirmed that it does not count on
 * it, or the witness that it does not vote.  Until then we keep to it.
 */
static bool
remove_witness(Database *database)
{
	char		url[NAME_MAX_BYTES];
	int			sequence = 0;
	bool		removed;

	pthread_mutex_lock(&database->lock);
	snprintf(url, sizeof(url), "%s", database->record.mirror.witness_url);
	pthread_mutex_unlock(&database->lock);
	removed = witness_ask(database, WITNESS_REMOVE, url, false, &sequence) == WITNESS_OK;
	if (send_settings(database, ""))
		removed = true;
	if (removed)
		store_witness(database, "");
	return removed;
}

static bool
set_witness(Database *database, const char *url, SqlMessage *error)
{
	const MirrorRecord *record = &database->record.mirror;
	char		own[NAME_MAX_BYTES];
	char		host[NAME_MAX_BYTES];
	int			sequence = 0;
	int			port;
	WitnessVerdict verdict;

	mirror_own_url(own, sizeof(own));
	if (!link_parse_url(url, host, sizeof(host), &port))
		return database_error(error, 1449);
	if (strcasecmp(url, own) == 0 || strcasecmp(url, record->partner_url) == 0)
		return database_error(error, 1429);
	if (database->mirror.link == NULL ||
		(record->safety == 2 && database->mirror.state != MIRROR_SYNCHRONIZED))
		return database_error(error, 1426);
	if (record->witness_url[0] != '\0' && !remove_witness(database))
		return database_error(error, 1431, database_name(database));

	verdict = witness_ask(database, WITNESS_REGISTER, url, false, &sequence);
	if (verdict == WITNESS_SILENT)
		return database_error(error, 1456, url);
	if (verdict != WITNESS_OK)
		return database_error(error, 1427, url);

	/* from here on we obey it, whether or not the mirror knows it yet */
	store_witness(database, url);
	if (!send_settings(database, NULL))
	{
		remove_witness(database);
		return database_error(error, 1433);
	}
	pthread_mutex_lock(&database->lock);
	mirror_report_soon(database);
	pthread_mutex_unlock(&database->lock);
	return true;
}

static bool
remove_mirroring(Database *database)
{
	bool		is_mirror = database->record.mirror.role == MIRROR_ROLE_MIRROR;
	int			sequence = 0;

	if (database->mirror.link != NULL)
		link_send(database->mirror.link, FRAME_OFF, NULL, 0);
	if (database->record.mirror.witness_url[0] != '\0')
		witness_ask(database, WITNESS_REMOVE, NULL, false, &sequence);
	role_none(database, is_mirror);
	return true;
}

/* On the mirror, without the principal: what the principal did last may be lost. */
static bool
force_service(Database *database, SqlMessage *error)
{
	MirrorRecord *record = &database->record.mirror;
	const char *name = database->record.name;
	int			wanted = record->sequence + 1;
	int			sequence = wanted;
	WitnessVerdict verdict;
	bool		seen;

	if (record->role != MIRROR_ROLE_MIRROR || database->mirror.link != NULL ||
		record->need_copy || record->vote != 0)
		return database_error(error, 1455, name);
	if (record->witness_url[0] != '\0')
	{
		pthread_mutex_lock(&database->lock);
		seen = database->mirror.presence != NULL;
		if (seen)
		{
			record->vote = wanted;
			database_persist(database);
		}
		pthread_mutex_unlock(&database->lock);
		if (!seen)
			return database_error(error, 1406, name);
		verdict = witness_ask(database, WITNESS_FORCE, NULL, false, &sequence);
		if (verdict == WITNESS_SILENT)
			return database_error(error, 1406, name);
		if (verdict != WITNESS_OK)
		{
			pthread_mutex_lock(&database->lock);
			record->vote = 0;
			database_persist(database);
			pthread_mutex_unlock(&database->lock);
			return database_error(error, 1455, name);
		}
	}
	role_to_principal(database, wanted, true);
	return true;
}

/* On the manager's thread. */
static bool
run_command(Database *database, void *argument, SqlMessage *error)
{
	const Command *command = argument;
	const char *name = database->record.name;

	if (command->kind == MIRROR_FORCE_SERVICE)
		return force_service(database, error);
	if (command->kind == MIRROR_OFF)
		return remove_mirroring(database);
	if (database->record.mirror.role != MIRROR_ROLE_PRINCIPAL)
		return database_error(error, 1470, name);
	if (database->record.mirror.handover != 0 || database->mirror.state == MIRROR_PENDING_FAILOVER)
		return database_error(error, 1404);
	switch (command->kind)
	{
		case MIRROR_SUSPEND:
			return command_suspend(database, error);
		case MIRROR_RESUME:
			return resume(database);
		case MIRROR_SAFETY_FULL:
			return set_safety(database, 2, error);
		case MIRROR_SAFETY_OFF:
			return set_safety(database, 1, error);
		case MIRROR_TIMEOUT:
			return set_timeout(database, command->number, error);
		case MIRROR_SET_WITNESS:
			return set_witness(database, command->text, error);
		case MIRROR_WITNESS_OFF:
			if (database->record.mirror.witness_url[0] == '\0')
				return database_error(error, 1439, name);
			return remove_witness(database) || database_error(error, 1431, name);
		default:
			return database_error(error, 1415, name);
	}
}

static bool
ask_principal(Database *database, void *argument, SqlMessage *error)
{
	(void) argument;
	if (database->mirror.link == NULL ||
		!link_send(database->mirror.link, FRAME_ASK, NULL, 0))
		return database_error(error, 1447, database->record.name);
	return true;
}

/* SUSPEND on the mirror: the principal does it, and then tells us. */
static bool
suspend_from_mirror(Database *database, SqlMessage *error)
{
	struct timespec deadline;
	bool		suspended;

	if (!mirror_request(database, ask_principal, NULL, error))
		return false;
	clock_deadline(SUSPEND_TIMEOUT, &deadline);
	pthread_mutex_lock(&database->lock);
	while (!database->record.mirror.suspended &&
		   pthread_cond_timedwait(&database->changed, &database->lock, &deadline) == 0)
		;
	suspended = database->record.mirror.suspended;
	pthread_mutex_unlock(&database->lock);
	return suspended || database_error(error, 1421, database->record.mirror.partner_name);
}

/* The link to a new witness is made by a thread of its own; it takes a moment. */
static void
await_witness(Database *database)
{
	struct timespec deadline;

	clock_deadline(ANSWER_TIMEOUT, &deadline);
	pthread_mutex_lock(&database->lock);
	while (database->mirror.presence == NULL &&
		   pthread_cond_timedwait(&database->changed, &database->lock, &deadline) == 0)
		;
	pthread_mutex_unlock(&database->lock);
}

bool
mirror_command(Database *database, MirrorCommandKind kind, const char *text, int number,
			   SqlMessage *error)
{
	Command		command = {kind, text, number};
	MirrorRole	role;
	DatabaseState state;

	pthread_mutex_lock(&database->lock);
	role = database->record.mirror.role;
	state = database->record.state;
	pthread_mutex_unlock(&database->lock);

	if (strcasecmp(database_name(database), "master") == 0)
		return database_error(error, 1415, database_name(database));
	if (kind == MIRROR_SET_PARTNER && role != MIRROR_ROLE_NONE)
		return database_error(error, 1405, database_name(database));
	if (kind == MIRROR_SET_PARTNER && state == DATABASE_RESTORING)
		return setup_mirror(database, text, error);
	if (kind == MIRROR_SET_PARTNER && state == DATABASE_ONLINE)
		return setup_principal(database, text, error);
	if (role == MIRROR_ROLE_NONE)
		return database_error(error, state == DATABASE_OFFLINE ? 942 : 1416,
							  database_name(database));
	if (kind == MIRROR_FAILOVER)
		return role_failover(database, error);
	if (kind == MIRROR_SUSPEND && role == MIRROR_ROLE_MIRROR)
		return suspend_from_mirror(database, error);
	if (!mirror_request(database, run_command, &command, error))
		return false;
	if (kind == MIRROR_SET_WITNESS)
		await_witness(database);
	return true;
}
