/*
 * test/standin/mirror_standby.c
 *		The mirror's side: replay what the principal sends, take over when it dies.
 *
 * The mirror promotes itself only with the witness's vote, and asks for it only
 * when it was synchronized at the moment it lost the principal while the
 * witness was connected.  Before it asks, it notes that it did: the answer may
 * get lost, and then nobody but the witness knows who is principal.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mirror_hello.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define STEP	50				/* milliseconds */

typedef struct Acceptance
{
	const Hello *hello;
	Link	   *link;
	HelloReply	reply;
} Acceptance;

typedef struct Takeover
{
	Link	   *link;
	int			sequence;
} Takeover;

/* What the principal's settings are; under the lock. */
static void
take_settings(Database *database, const Hello *hello)
{
	MirrorRecord *record = &database->record.mirror;

	record->sequence = hello->sequence;
	record->safety = hello->safety;
	record->safety_sequence = hello->safety_sequence;
	record->timeout = hello->timeout;
	record->suspended = hello->suspended;
	strcpy(record->witness_url, hello->witness_url);
	strcpy(record->partner_name, hello->name);
	memcpy(record->partner_id, hello->id, 16);
	database_persist(database);
}

static HelloAnswer
accept_as_mirror(Database *database, Acceptance *acceptance)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;

	if (record->vote != 0)
		return HELLO_BUSY;
	if (acceptance->hello->sequence < record->sequence)
		return HELLO_SUPERSEDED;
	if (mirror->link != NULL)
	{
		/* the principal knows that it is gone; we shall in a moment */
		link_shut(mirror->link);
		return HELLO_BUSY;
	}
	pthread_mutex_lock(&database->lock);
	take_settings(database, acceptance->hello);
	mirror->link = link_retain(acceptance->link);
	mirror->eligible = false;
	mirror_set_state(database, record->suspended ? MIRROR_SUSPENDED : MIRROR_SYNCHRONIZING);
	pthread_mutex_unlock(&database->lock);
	return HELLO_ACCEPTED;
}

static bool
accept_work(Database *database, void *argument, SqlMessage *error)
{
	Acceptance *acceptance = argument;
	HelloReply *reply = &acceptance->reply;
	MirrorRecord *record = &database->record.mirror;

	(void) error;
	if (record->role == MIRROR_ROLE_MIRROR)
		reply->answer = accept_as_mirror(database, acceptance);
	else if (record->role != MIRROR_ROLE_PRINCIPAL)
		reply->answer = HELLO_UNKNOWN;
	else if (acceptance->hello->sequence > record->sequence)
	{
		role_to_mirror(database, acceptance->hello->sequence, acceptance->hello->suspended);
		reply->answer = HELLO_BUSY;
	}
	else
		reply->answer = acceptance->hello->sequence < record->sequence ? HELLO_SUPERSEDED :
			HELLO_UNKNOWN;
	reply->sequence = record->sequence;
	reply->suspended = record->suspended;
	reply->need_copy = record->need_copy;
	return true;
}

static bool
lost_work(Database *database, void *argument, SqlMessage *error)
{
	Mirror	   *mirror = &database->mirror;

	(void) error;
	if (mirror->link == argument)
	{
		pthread_mutex_lock(&database->lock);
		mirror->link = NULL;
		mirror_set_state(database, database->record.mirror.suspended ? MIRROR_SUSPENDED :
						 MIRROR_DISCONNECTED);
		pthread_mutex_unlock(&database->lock);
		link_release(argument);
	}
	return true;
}

static bool
takeover_work(Database *database, void *argument, SqlMessage *error)
{
	Takeover   *takeover = argument;
	MirrorRecord *record = &database->record.mirror;

	(void) error;
	if (record->role != MIRROR_ROLE_MIRROR || database->mirror.link != takeover->link ||
		!database->mirror.eligible || takeover->sequence != record->sequence + 1)
		return false;
	role_to_principal(database, takeover->sequence, false);
	return true;
}

static bool
off_work(Database *database, void *argument, SqlMessage *error)
{
	(void) argument;
	(void) error;
	role_none(database, true);
	return true;
}

/* One transaction: data and log row in one SQLite transaction, then the answer. */
static bool
replay(Database *database, sqlite3 *handle, Link *link, Frame *frame)
{
	Mirror	   *mirror = &database->mirror;
	int64_t		lsn = (int64_t) reader_u64(&frame->body);
	uint64_t	chain = reader_u64(&frame->body);
	const char *joined = frame->body.at;
	size_t		size = reader_left(&frame->body);
	const char *problem = "out of sequence";
	Packer		body = {.used = 0};

	if (!frame->body.bad && handle != NULL && lsn == mirror->last_lsn + 1 &&
		chain == log_chain(mirror->chain, joined, size))
	{
		if (sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
			problem = sqlite3_errmsg(handle);
		else
			problem = log_replay(handle, joined, size);
		if (problem == NULL && (!log_append(handle, lsn, chain, joined, size, lsn) ||
								sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK))
			problem = sqlite3_errmsg(handle);
	}
	pthread_mutex_lock(&database->lock);
	if (problem == NULL)
	{
		mirror->last_lsn = lsn;
		mirror->chain = chain;
	}
	else
	{
		/* this copy is worth nothing any more */
		log_line("cannot replay %lld of \"%s\": %s", (long long) lsn, database->record.name,
				 problem);
		event_record("redo_failed", "%.60s %lld: %.100s", database->record.name,
					 (long long) lsn, problem);
		database->record.mirror.need_copy = true;
		mirror->eligible = false;
		database_persist(database);
	}
	pthread_mutex_unlock(&database->lock);
	if (problem != NULL)
		return false;
	pack_number(&body, (uint64_t) lsn, 8);
	return link_send(link, FRAME_ACK, body.bytes, body.used);
}

static bool
take_synchronized(Database *database, Link *link, Frame *frame)
{
	bool		synchronized = reader_u8(&frame->body) != 0;
	bool		current;

	pthread_mutex_lock(&database->lock);
	current = database->mirror.link == link;
	if (current)
		database->mirror.eligible = synchronized;
	if (current && !database->record.mirror.suspended)
		mirror_set_state(database, synchronized ? MIRROR_SYNCHRONIZED : MIRROR_SYNCHRONIZING);
	pthread_mutex_unlock(&database->lock);
	return current && link_send(link, FRAME_SYNCHRONIZED_ACK, NULL, 0);
}

/* New settings; those with a witness are good only when we reach it, too. */
static bool
take_config(Database *database, Link *link, Frame *frame)
{
	Hello		hello;
	Packer		body = {.used = 0};
	int			sequence = 0;
	bool		good = true;
	bool		current;
	bool		changed;

	if (!hello_unpack(&frame->body, &hello))
		return false;
	pthread_mutex_lock(&database->lock);
	current = database->mirror.link == link;
	changed = strcmp(database->record.mirror.witness_url, hello.witness_url) != 0;
	if (current)
		take_settings(database, &hello);
	if (current && hello.suspended)
		mirror_set_state(database, MIRROR_SUSPENDED);
	pthread_mutex_unlock(&database->lock);
	if (!current)
		return false;
	if (changed && hello.witness_url[0] != '\0')
	{
		WitnessVerdict verdict = witness_ask(database, WITNESS_LOOK, NULL, false, &sequence);

		good = verdict != WITNESS_SILENT && verdict != WITNESS_UNKNOWN;
	}
	pack_number(&body, good, 1);
	return link_send(link, FRAME_CONFIG_ACK, body.bytes, body.used);
}

static sqlite3 *
open_copy(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	sqlite3    *handle = database_connect(database);
	int64_t		lsn;
	uint64_t	chain;

	if (handle == NULL || !log_position(handle, &lsn, &chain))
	{
		sqlite3_close(handle);
		return NULL;
	}
	pthread_mutex_lock(&database->lock);
	mirror->last_lsn = lsn;
	mirror->chain = chain;
	pthread_mutex_unlock(&database->lock);
	return handle;
}

static bool
take_copy(Database *database, sqlite3 **handle, Link *link, Frame *frame)
{
	Packer		body = {.used = 0};

	sqlite3_close(*handle);
	*handle = NULL;
	if (!copy_receive(database, link, frame) || (*handle = open_copy(database)) == NULL)
		return false;
	pack_number(&body, (uint64_t) database->mirror.last_lsn, 8);
	return link_send(link, FRAME_COPY_DONE, body.bytes, body.used);
}

/* Hands the database over to this side; the link ends with the answer. */
static void
take_over(Database *database, sqlite3 **handle, Link *link, Frame *frame)
{
	Takeover	takeover = {link, (int) reader_u32(&frame->body)};
	SqlMessage	error;

	sqlite3_close(*handle);
	*handle = NULL;
	if (mirror_request(database, takeover_work, &takeover, &error))
		link_send(link, FRAME_TAKEN, NULL, 0);
}

/* False: the link is at its end. */
static bool
serve_frame(Database *database, sqlite3 **handle, Link *link, Frame *frame)
{
	SqlMessage	error;

	switch (frame->type)
	{
		case FRAME_SHIP:
			return replay(database, *handle, link, frame);
		case FRAME_COPY_BEGIN:
			return take_copy(database, handle, link, frame);
		case FRAME_SYNCHRONIZED:
			return take_synchronized(database, link, frame);
		case FRAME_CONFIG:
			return take_config(database, link, frame);
		case FRAME_TAKEOVER:
			take_over(database, handle, link, frame);
			return false;
		case FRAME_OFF:
			mirror_request(database, off_work, NULL, &error);
			return false;
		default:
			log_line("unexpected frame %d from the principal", (int) frame->type);
			return false;
	}
}

/* Would the mirror take over, if it lost the principal now?  *told: what was said of it. */
static void
tell_ready(Database *database, Link *link, bool *told)
{
	Packer		body = {.used = 0};
	bool		ready;

	pthread_mutex_lock(&database->lock);
	ready = database->mirror.eligible && database->mirror.presence != NULL;
	pthread_mutex_unlock(&database->lock);
	pack_number(&body, ready, 1);
	if (ready != *told && link_send(link, FRAME_READY, body.bytes, body.used))
		*told = ready;
}

static void
serve_principal(Database *database, sqlite3 *handle, Link *link)
{
	int64_t		silence;
	Frame		frame;
	LinkEvent	event;
	bool		ready_told = false;
	bool		going = true;

	while (going)
	{
		pthread_mutex_lock(&database->lock);
		silence = mirror_silence_allowed(database);
		pthread_mutex_unlock(&database->lock);
		tell_ready(database, link, &ready_told);
		event = link_receive(link, -1, STEP, &frame);
		if (event == LINK_FRAME)
			going = serve_frame(database, &handle, link, &frame);
		else
			going = event == LINK_IDLE && link_silence(link) <= silence;
	}
	if (link_silence(link) > silence)
		event_record("timeout", "%.100s", database->record.name);
	sqlite3_close(handle);
}

static Database *
find_partnership(const uint8_t guid[16])
{
	Database   *database;
	bool		found = false;
	int			i;

	for (i = 0; !found && (database = database_at(i)) != NULL; i++)
	{
		pthread_mutex_lock(&database->lock);
		found = mirror_in_partnership(database, guid);
		pthread_mutex_unlock(&database->lock);
	}
	return database;
}

void
standby_serve(Link *link, Frame *frame)
{
	Acceptance	acceptance = {.link = link, .reply = {.answer = HELLO_UNKNOWN}};
	Packer		body = {.used = 0};
	Hello		hello;
	SqlMessage	error;
	Database   *database;
	sqlite3    *handle = NULL;

	if (!hello_unpack(&frame->body, &hello))
		return;
	acceptance.hello = &hello;
	database = find_partnership(hello.guid);
	if (database != NULL)
		mirror_request(database, accept_work, &acceptance, &error);
	if (acceptance.reply.answer == HELLO_ACCEPTED)
	{
		handle = acceptance.reply.need_copy ? NULL : open_copy(database);
		acceptance.reply.need_copy = handle == NULL;
		acceptance.reply.lsn = handle == NULL ? 0 : database->mirror.last_lsn;
		acceptance.reply.chain = handle == NULL ? 0 : database->mirror.chain;
	}
	hello_reply_pack(&acceptance.reply, &body);
	link_send(link, FRAME_HELLO_REPLY, body.bytes, body.used);
	if (acceptance.reply.answer == HELLO_ACCEPTED)
	{
		serve_principal(database, handle, link);
		link_shut(link);
		mirror_request(database, lost_work, link, &error);
	}
}

/* The vote, asked for or asked for again; the note is taken back only when the answer is no. */
static void
ask_vote(Database *database, int wanted)
{
	int			sequence = wanted;
	WitnessVerdict verdict = witness_ask(database, WITNESS_VOTE, NULL, false, &sequence);

	if (verdict == WITNESS_OK)
		role_to_principal(database, wanted, false);
	else if (verdict != WITNESS_SILENT)
	{
		pthread_mutex_lock(&database->lock);
		database->record.mirror.vote = 0;
		database_persist(database);
		pthread_mutex_unlock(&database->lock);
	}
}

/* Automatic failover, when everything that it needs is so. */
static void
consider_promotion(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	int			wanted;
	int			sequence;
	bool		may;

	pthread_mutex_lock(&database->lock);
	may = mirror->link == NULL && mirror->eligible && record->safety == 2 &&
		!record->suspended && !record->need_copy && record->witness_url[0] != '\0';
	if (may && mirror->presence == NULL)
	{
		/* all three have lost each other: whoever comes back first decides nothing */
		log_line("\"%s\" has lost principal and witness", database->record.name);
		mirror->eligible = false;
		may = false;
	}
	wanted = record->sequence + 1;
	pthread_mutex_unlock(&database->lock);

	sequence = wanted;
	if (!may || witness_ask(database, WITNESS_LOOK, NULL, false, &sequence) != WITNESS_OK)
		return;
	pthread_mutex_lock(&database->lock);
	record->vote = wanted;
	database_persist(database);
	pthread_mutex_unlock(&database->lock);
	ask_vote(database, wanted);
}

void
standby_step(Database *database)
{
	if (database->record.mirror.vote != 0)
		ask_vote(database, database->record.mirror.vote);
	else
		consider_promotion(database);
	if (database->record.mirror.role == MIRROR_ROLE_MIRROR)
		mirror_rest(database, STEP);
}
