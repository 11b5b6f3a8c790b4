/*
 * test/standin/mirror_hello.c
 *		The greeting that makes a link, principal's side.
 *
 * The mirror says where its log ends and with which digest.  When the
 * principal's log holds that position, the mirror lacks only what follows;
 * otherwise it lacks, or has too much of, something, and gets a full copy.
 */
#include "mirror_hello.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define REPLY_TIMEOUT	2000	/* milliseconds */

void
hello_pack(Database *database, const char *witness_url, Packer *body)
{
	const MirrorRecord *record = &database->record.mirror;

	pthread_mutex_lock(&database->lock);
	pack_bytes(body, record->guid, 16);
	pack_bytes(body, instance_id, 16);
	pack_text(body, instance.advertise);
	pack_number(body, (uint64_t) record->sequence, 4);
	pack_number(body, (uint64_t) record->safety, 1);
	pack_number(body, (uint64_t) record->safety_sequence, 4);
	pack_number(body, (uint64_t) record->timeout, 4);
	pack_number(body, record->suspended, 1);
	pack_text(body, witness_url != NULL ? witness_url : record->witness_url);
	pthread_mutex_unlock(&database->lock);
}

bool
hello_unpack(Reader *body, Hello *hello)
{
	unpack_bytes(body, hello->guid, 16);
	unpack_bytes(body, hello->id, 16);
	unpack_text(body, hello->name, sizeof(hello->name));
	hello->sequence = (int) reader_u32(body);
	hello->safety = reader_u8(body);
	hello->safety_sequence = (int) reader_u32(body);
	hello->timeout = (int) reader_u32(body);
	hello->suspended = reader_u8(body) != 0;
	unpack_text(body, hello->witness_url, sizeof(hello->witness_url));
	return !body->bad && hello->sequence > 0 && (hello->safety == 1 || hello->safety == 2);
}

void
hello_reply_pack(const HelloReply *reply, Packer *body)
{
	pack_number(body, reply->answer, 1);
	pack_bytes(body, instance_id, 16);
	pack_text(body, instance.advertise);
	pack_number(body, (uint64_t) reply->sequence, 4);
	pack_number(body, reply->suspended, 1);
	pack_number(body, reply->need_copy, 1);
	pack_number(body, (uint64_t) reply->lsn, 8);
	pack_number(body, reply->chain, 8);
}

static bool
reply_unpack(Reader *body, HelloReply *reply)
{
	reply->answer = reader_u8(body);
	unpack_bytes(body, reply->id, 16);
	unpack_text(body, reply->name, sizeof(reply->name));
	reply->sequence = (int) reader_u32(body);
	reply->suspended = reader_u8(body) != 0;
	reply->need_copy = reader_u8(body) != 0;
	reply->lsn = (int64_t) reader_u64(body);
	reply->chain = reader_u64(body);
	return !body->bad;
}

/* Does the mirror's copy end where ours once did? */
static bool
continues(Database *database, const HelloReply *reply)
{
	Mirror	   *mirror = &database->mirror;

	if (mirror->reader == NULL)
		mirror->reader = database_connect(database);
	return !reply->need_copy && reply->lsn <= mirror->last_lsn && mirror->reader != NULL &&
		log_holds(mirror->reader, reply->lsn, reply->chain);
}

static void
establish(Database *database, Link *link, const HelloReply *reply)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRecord *record = &database->record.mirror;
	bool		whole;

	if (!principal_quiesce(database))
		return;
	whole = !continues(database, reply);
	pthread_mutex_lock(&database->lock);
	mirror->link = link_retain(link);
	mirror->acked_lsn = whole ? mirror->last_lsn : reply->lsn;
	mirror->sent_lsn = mirror->acked_lsn;
	if (record->handover != 0 || strcmp(record->partner_name, reply->name) != 0 ||
		memcmp(record->partner_id, reply->id, 16) != 0)
	{
		record->handover = 0;
		strcpy(record->partner_name, reply->name);
		memcpy(record->partner_id, reply->id, 16);
		database_persist(database);
	}
	whole = whole && !record->suspended;
	mirror_set_state(database, record->suspended ? MIRROR_SUSPENDED : MIRROR_SYNCHRONIZING);
	mirror_set_serving(database, SERVING_OPEN);
	mirror->barrier = false;
	mirror_report_soon(database);
	pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
	if (whole && !copy_send(database))
		link_shut(link);
	mirror_wake(database);
}

bool
hello_dial(Database *database)
{
	char		url[NAME_MAX_BYTES];
	Packer		body = {.used = 0};
	HelloReply	reply;
	Frame		frame;
	Link	   *link;
	bool		busy = false;

	pthread_mutex_lock(&database->lock);
	snprintf(url, sizeof(url), "%s", database->record.mirror.partner_url);
	pthread_mutex_unlock(&database->lock);
	link = link_dial(url, LINK_DIAL_TIMEOUT);
	if (link == NULL)
		return false;
	hello_pack(database, NULL, &body);
	if (link_send(link, FRAME_HELLO, body.bytes, body.used) &&
		link_receive(link, -1, REPLY_TIMEOUT, &frame) == LINK_FRAME &&
		frame.type == FRAME_HELLO_REPLY && reply_unpack(&frame.body, &reply))
	{
		busy = reply.answer == HELLO_BUSY;
		if (reply.answer == HELLO_ACCEPTED)
			establish(database, link, &reply);
		else if (reply.answer == HELLO_SUPERSEDED &&
				 reply.sequence > database->record.mirror.sequence)
			role_to_mirror(database, reply.sequence, reply.suspended);
	}
	if (database->mirror.link != link)
		link_shut(link);
	link_release(link);
	return busy;
}
