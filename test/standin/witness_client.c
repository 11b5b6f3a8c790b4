/*
 * test/standin/witness_client.c
 *		A partner's side of the witness.
 *
 * Two things: a link that lasts, by which witness and partner know of each
 * other's life; and questions, each on a connection of its own, so that one
 * that is answered late cannot be taken for the answer to the next.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "mirror_state.h"

#define ANSWER_TIMEOUT	2000	/* milliseconds */
#define RETRY_PAUSE		100

/* Reports have to be taken in the order in which they were made. */
static uint64_t
report_number(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

static void
pack_question(Database *database, WitnessQuestion question, bool synchronized, int sequence,
			  Packer *body)
{
	const MirrorRecord *record = &database->record.mirror;

	pack_number(body, question, 1);
	pack_bytes(body, record->guid, 16);
	pack_bytes(body, instance_id, 16);
	pack_number(body, (uint64_t) (sequence != 0 ? sequence : record->sequence), 4);
	pack_number(body, synchronized, 1);
	pack_number(body, (uint64_t) record->safety, 1);
	pack_number(body, (uint64_t) record->timeout, 4);
	pack_number(body, report_number(), 8);
	pack_text(body, database->record.name);
	pack_text(body, instance.advertise);
	pack_text(body, record->partner_name);
}

WitnessVerdict
witness_ask(Database *database, WitnessQuestion question, const char *url, bool synchronized,
			int *sequence)
{
	char		configured[NAME_MAX_BYTES];
	Packer		body = {.used = 0};
	WitnessVerdict verdict = WITNESS_SILENT;
	Frame		frame;
	Link	   *link;

	pthread_mutex_lock(&database->lock);
	snprintf(configured, sizeof(configured), "%s", database->record.mirror.witness_url);
	pack_question(database, question, synchronized, *sequence, &body);
	pthread_mutex_unlock(&database->lock);
	link = link_dial(url != NULL ? url : configured, LINK_DIAL_TIMEOUT);
	if (link == NULL)
		return WITNESS_SILENT;
	if (link_send(link, FRAME_WITNESS_REQUEST, body.bytes, body.used) &&
		link_receive(link, -1, ANSWER_TIMEOUT, &frame) == LINK_FRAME &&
		frame.type == FRAME_WITNESS_REPLY)
	{
		verdict = reader_u8(&frame.body);
		*sequence = (int) reader_u32(&frame.body);
		if (frame.body.bad || verdict > WITNESS_UNKNOWN)
			verdict = WITNESS_SILENT;
	}
	link_shut(link);
	link_release(link);
	return verdict;
}

/* What the link to the witness is for; false: mirroring has ended. */
static bool
current_witness(Database *database, char *url, Packer *body, int64_t *silence)
{
	const MirrorRecord *record = &database->record.mirror;
	bool		mirrored;

	pthread_mutex_lock(&database->lock);
	mirrored = record->role != MIRROR_ROLE_NONE && database->mirror.running;
	strcpy(url, record->witness_url);
	pack_bytes(body, record->guid, 16);
	pack_bytes(body, instance_id, 16);
	*silence = mirror_silence_allowed(database);
	if (!mirrored)
		database->mirror.presence_running = false;
	pthread_mutex_unlock(&database->lock);
	return mirrored;
}

static void
set_presence(Database *database, Link *link)
{
	Link	   *old;

	pthread_mutex_lock(&database->lock);
	old = database->mirror.presence;
	database->mirror.presence = link_retain(link);
	if (link != NULL)
		mirror_report_soon(database);
	pthread_cond_broadcast(&database->changed);
	mirror_wake(database);
	pthread_mutex_unlock(&database->lock);
	link_release(old);
	event_record(link != NULL ? "witness_connected" : "witness_disconnected", "%.100s",
				 database_name(database));
}

static bool
still_witness(Database *database, const char *url)
{
	bool		still;

	pthread_mutex_lock(&database->lock);
	still = database->record.mirror.role != MIRROR_ROLE_NONE &&
		strcmp(database->record.mirror.witness_url, url) == 0;
	pthread_mutex_unlock(&database->lock);
	return still;
}

static void
keep_link(Database *database, Link *link, const char *url, int64_t silence)
{
	Frame		frame;

	if (link_receive(link, -1, ANSWER_TIMEOUT, &frame) != LINK_FRAME ||
		frame.type != FRAME_WITNESS_REPLY || reader_u8(&frame.body) != WITNESS_OK)
		return;
	set_presence(database, link);
	while (link_receive(link, -1, RETRY_PAUSE, &frame) == LINK_IDLE &&
		   link_silence(link) <= silence && still_witness(database, url))
		;
	set_presence(database, NULL);
}

static void *
keep_presence(void *argument)
{
	Database   *database = argument;
	char		url[NAME_MAX_BYTES];
	int64_t		silence;
	Link	   *link;

	for (;;)
	{
		Packer		body = {.used = 0};

		if (!current_witness(database, url, &body, &silence))
			return NULL;
		link = url[0] == '\0' ? NULL : link_dial(url, LINK_DIAL_TIMEOUT);
		if (link != NULL)
		{
			if (link_send(link, FRAME_PRESENCE, body.bytes, body.used))
				keep_link(database, link, url, silence);
			link_shut(link);
			link_release(link);
		}
		clock_sleep(RETRY_PAUSE);
	}
}

void
witness_presence_start(Database *database)
{
	pthread_t	thread;
	bool		start;

	pthread_mutex_lock(&database->lock);
	start = !database->mirror.presence_running;
	database->mirror.presence_running = true;
	pthread_mutex_unlock(&database->lock);
	if (start && pthread_create(&thread, NULL, keep_presence, database) == 0)
		pthread_detach(thread);
}
