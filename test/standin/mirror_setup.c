/*
 * test/standin/mirror_setup.c
 *		ALTER DATABASE ... SET PARTNER = 'TCP://...', both sides.
 *
 * As in real life the command runs on the mirror-to-be first and on the
 * principal then.  The mirror-to-be only notes whom it expects; the principal
 * makes the partnership and sends the data.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define DEFAULT_TIMEOUT 10		/* seconds */
#define ANSWER_TIMEOUT	5000	/* milliseconds */
#define LINK_TIMEOUT	3000

typedef enum SetupAnswer
{
	SETUP_DONE,
	SETUP_UNPREPARED,
	SETUP_TAKEN
} SetupAnswer;

static pthread_mutex_t setup_lock = PTHREAD_MUTEX_INITIALIZER;

/* Is it the address of another endpoint? */
static bool
check_url(const char *url, SqlMessage *error)
{
	char		own[NAME_MAX_BYTES];
	char		host[NAME_MAX_BYTES];
	int			port;

	mirror_own_url(own, sizeof(own));
	if (!link_parse_url(url, host, sizeof(host), &port))
		return database_error(error, 1449);
	if (strcasecmp(url, own) == 0)
		return database_error(error, 1452);
	return true;
}

bool
setup_mirror(Database *database, const char *url, SqlMessage *error)
{
	if (!check_url(url, error))
		return false;
	pthread_mutex_lock(&database->lock);
	snprintf(database->record.mirror.partner_url, NAME_MAX_BYTES, "%s", url);
	database_persist(database);
	pthread_mutex_unlock(&database->lock);
	return true;
}

bool
mirror_prepare(const char *name, const char *partner_url, SqlMessage *error)
{
	Database   *database;

	if (!check_url(partner_url, error))
		return false;
	database = database_create_restoring(name, error);
	return database != NULL && setup_mirror(database, partner_url, error);
}

/*
 * The names of one endpoint may differ (an address here, a host name there), so
 * only the ports of the expected and the calling principal are compared.
 */
static bool
same_port(const char *a, const char *b)
{
	char		host[NAME_MAX_BYTES];
	int			port_a;
	int			port_b;

	return link_parse_url(a, host, sizeof(host), &port_a) &&
		link_parse_url(b, host, sizeof(host), &port_b) && port_a == port_b;
}

/* Under setup_lock. */
static SetupAnswer
become_mirror(const char *name, const char *url, const uint8_t guid[16], const uint8_t id[16],
			  const char *partner)
{
	Database   *database = database_find(name);
	MirrorRecord *record;
	SetupAnswer answer = SETUP_UNPREPARED;

	if (database == NULL)
		return answer;
	record = &database->record.mirror;
	pthread_mutex_lock(&database->lock);
	if (record->role != MIRROR_ROLE_NONE)
		answer = SETUP_TAKEN;
	else if (database->record.state == DATABASE_RESTORING && same_port(record->partner_url, url))
	{
		answer = SETUP_DONE;
		record->role = MIRROR_ROLE_MIRROR;
		memcpy(record->guid, guid, 16);
		memcpy(record->partner_id, id, 16);
		strcpy(record->partner_name, partner);
		record->sequence = 1;
		record->safety = 2;
		record->safety_sequence = 1;
		record->timeout = DEFAULT_TIMEOUT;
		record->suspended = false;
		record->need_copy = true;
		record->vote = 0;
		database->record.state = DATABASE_ONLINE;
		database_persist(database);
		database->mirror.state = MIRROR_DISCONNECTED;
		database->mirror.serving = SERVING_UNDECIDED;
		database->mirror.eligible = false;
	}
	pthread_mutex_unlock(&database->lock);
	if (answer == SETUP_DONE && !mirror_manager_start(database))
		answer = SETUP_UNPREPARED;
	return answer;
}

void
setup_serve(Link *link, Frame *frame)
{
	char		name[NAME_MAX_BYTES];
	char		url[NAME_MAX_BYTES];
	char		partner[NAME_MAX_BYTES];
	uint8_t		guid[16];
	uint8_t		id[16];
	Packer		body = {.used = 0};
	SetupAnswer answer;

	unpack_text(&frame->body, name, sizeof(name));
	unpack_text(&frame->body, url, sizeof(url));
	unpack_text(&frame->body, partner, sizeof(partner));
	unpack_bytes(&frame->body, guid, 16);
	unpack_bytes(&frame->body, id, 16);
	if (frame->body.bad)
		return;
	pthread_mutex_lock(&setup_lock);
	answer = become_mirror(name, url, guid, id, partner);
	pthread_mutex_unlock(&setup_lock);
	pack_number(&body, answer, 1);
	pack_bytes(&body, instance_id, 16);
	pack_text(&body, instance.advertise);
	link_send(link, FRAME_SETUP_REPLY, body.bytes, body.used);

	/* the caller closes, so that it reads the answer first */
	link_receive(link, -1, ANSWER_TIMEOUT, frame);
}

/* Asks the instance at url to become the mirror; fills in what it says of itself. */
static bool
ask_mirror(Database *database, const char *url, MirrorRecord *record, SqlMessage *error)
{
	Link	   *link = link_dial(url, LINK_DIAL_TIMEOUT);
	char		own[NAME_MAX_BYTES];
	Packer		body = {.used = 0};
	Frame		frame;
	SetupAnswer answer = SETUP_UNPREPARED;
	bool		answered = false;

	if (link == NULL)
		return database_error(error, 1418, url);
	mirror_own_url(own, sizeof(own));
	meta_random(record->guid);
	pack_text(&body, database_name(database));
	pack_text(&body, own);
	pack_text(&body, instance.advertise);
	pack_bytes(&body, record->guid, 16);
	pack_bytes(&body, instance_id, 16);
	if (link_send(link, FRAME_SETUP, body.bytes, body.used) &&
		link_receive(link, -1, ANSWER_TIMEOUT, &frame) == LINK_FRAME &&
		frame.type == FRAME_SETUP_REPLY)
	{
		answer = reader_u8(&frame.body);
		unpack_bytes(&frame.body, record->partner_id, 16);
		unpack_text(&frame.body, record->partner_name, sizeof(record->partner_name));
		answered = !frame.body.bad;
	}
	link_shut(link);
	link_release(link);
	if (!answered)
		return database_error(error, 1413, url);
	if (answer == SETUP_UNPREPARED)
		return database_error(error, 1416, database_name(database));
	if (answer == SETUP_TAKEN)
		return database_error(error, 1460, database_name(database));
	return true;
}

/* From one moment to the next the database has a mirror, with no commit in between. */
static bool
become_principal(Database *database, const MirrorRecord *record)
{
	Mirror	   *mirror = &database->mirror;
	struct timespec deadline;
	bool		quiet;

	clock_deadline(ANSWER_TIMEOUT, &deadline);
	pthread_mutex_lock(&database->lock);
	mirror->barrier = true;
	while (mirror->committing &&
		   pthread_cond_timedwait(&database->changed, &database->lock, &deadline) == 0)
		;
	quiet = !mirror->committing;
	pthread_mutex_unlock(&database->lock);
	quiet = quiet && mirror_read_position(database);
	if (quiet)
	{
		pthread_mutex_lock(&database->lock);
		database->record.mirror = *record;
		mirror->serving = SERVING_OPEN;
		mirror->state = MIRROR_DISCONNECTED;
		database_persist(database);
		pthread_mutex_unlock(&database->lock);
	}
	principal_lower_barrier(database);
	return quiet && mirror_manager_start(database);
}

static void
await_link(Database *database)
{
	struct timespec deadline;

	clock_deadline(LINK_TIMEOUT, &deadline);
	pthread_mutex_lock(&database->lock);
	while (database->mirror.link == NULL &&
		   pthread_cond_timedwait(&database->changed, &database->lock, &deadline) == 0)
		;
	pthread_mutex_unlock(&database->lock);
}

bool
setup_principal(Database *database, const char *url, SqlMessage *error)
{
	MirrorRecord record = {
		.role = MIRROR_ROLE_PRINCIPAL, .sequence = 1, .safety = 2, .safety_sequence = 1,
		.timeout = DEFAULT_TIMEOUT
	};
	bool		done;

	if (!check_url(url, error))
		return false;
	snprintf(record.partner_url, sizeof(record.partner_url), "%s", url);
	pthread_mutex_lock(&setup_lock);
	if (database->record.mirror.role != MIRROR_ROLE_NONE)
		done = database_error(error, 1405, database_name(database));
	else
		done = ask_mirror(database, url, &record, error);
	if (done && !become_principal(database, &record))
		done = database_error(error, 1415, database_name(database));
	pthread_mutex_unlock(&setup_lock);
	if (done)
		await_link(database);
	return done;
}
