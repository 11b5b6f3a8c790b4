/*
 * test/standin/witness.c
 *		The witness: it remembers who is principal, and votes.
 *
 * Its record of a partnership says from which sequence on who is principal, and
 * whether that principal has said that its mirror has everything.  It is on
 * disk before an answer leaves.  A vote makes the mirror principal of the next
 * sequence, at most once a sequence; a principal that comes back with the old
 * one is told that it is superseded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mirror_state.h"

#define PRESENCES	512
#define SILENCE_MAX 60000		/* milliseconds until a link to nobody is given up */

typedef struct Question
{
	WitnessQuestion kind;
	uint8_t		guid[16];
	uint8_t		id[16];			/* who asks */
	int			sequence;
	bool		synchronized;
	int			safety;
	int			timeout;
	uint64_t	report;
	char		database[NAME_MAX_BYTES];
	char		name[NAME_MAX_BYTES];
	char		partner[NAME_MAX_BYTES];
} Question;

/* A partner's link that lasts. */
typedef struct Presence
{
	Link	   *link;
	uint8_t		guid[16];
	uint8_t		id[16];
} Presence;

static pthread_mutex_t witness_lock = PTHREAD_MUTEX_INITIALIZER;
static Presence presences[PRESENCES];

static bool
find_record(const uint8_t guid[16], WitnessRecord *record)
{
	int			i;

	for (i = 0; meta_witness(i, record); i++)
	{
		if (memcmp(record->guid, guid, 16) == 0)
			return true;
	}
	return false;
}

/* Under witness_lock. */
static bool
is_present(const WitnessRecord *record)
{
	int			i;

	for (i = 0; i < PRESENCES; i++)
	{
		if (presences[i].link != NULL && memcmp(presences[i].guid, record->guid, 16) == 0 &&
			memcmp(presences[i].id, record->owner, 16) == 0 &&
			link_silence(presences[i].link) <= (int64_t) record->timeout * 1000)
			return true;
	}
	return false;
}

static void
store_owner(const Question *question, bool synchronized, WitnessRecord *record)
{
	record->sequence = question->sequence;
	record->synchronized = synchronized;
	record->safety = question->safety;
	record->timeout = question->timeout;
	record->report = question->report;
	memcpy(record->owner, question->id, 16);
	strcpy(record->database, question->database);
	strcpy(record->principal, question->name);
	strcpy(record->mirror, question->partner);
	meta_store_witness(record);
}

static WitnessVerdict
take_register(const Question *question, WitnessRecord *record, bool known)
{
	if (known && record->sequence > question->sequence)
		return WITNESS_SUPERSEDED;
	memcpy(record->guid, question->guid, 16);
	store_owner(question, false, record);
	return WITNESS_OK;
}

static WitnessVerdict
take_report(const Question *question, WitnessRecord *record)
{
	bool		same = memcmp(record->owner, question->id, 16) == 0;

	if (question->sequence < record->sequence ||
		(question->sequence == record->sequence && !same))
		return WITNESS_SUPERSEDED;

	/* one that was overtaken on its way says nothing any more */
	if (same && question->report < record->report)
		return WITNESS_DENIED;
	store_owner(question, question->synchronized && question->safety == 2, record);
	return WITNESS_OK;
}

static WitnessVerdict
take_vote(const Question *question, WitnessRecord *record)
{
	bool		mine = memcmp(record->owner, question->id, 16) == 0;

	if (mine && record->sequence == question->sequence)
		return WITNESS_OK;		/* it was granted; the answer got lost */
	if (record->sequence != question->sequence - 1 || mine)
		return WITNESS_SUPERSEDED;
	if ((question->kind != WITNESS_FORCE && !record->synchronized) || is_present(record))
		return WITNESS_DENIED;
	if (question->kind == WITNESS_LOOK)
		return WITNESS_OK;
	store_owner(question, false, record);
	log_line("votes for %s as principal of \"%s\" at sequence %d", question->name,
			 question->database, question->sequence);
	event_record("vote", "%.60s %.60s %d", question->database, question->name,
				 question->sequence);
	return WITNESS_OK;
}

static WitnessVerdict
answer(const Question *question, int *sequence)
{
	WitnessRecord record;
	WitnessVerdict verdict = WITNESS_UNKNOWN;
	bool		known;

	memset(&record, 0, sizeof(record));
	pthread_mutex_lock(&witness_lock);
	known = find_record(question->guid, &record);
	if (question->kind == WITNESS_REGISTER)
		verdict = take_register(question, &record, known);
	else if (question->kind == WITNESS_REMOVE)
	{
		meta_remove_witness(question->guid);
		verdict = WITNESS_OK;
	}
	else if (known)
		verdict = question->kind == WITNESS_REPORT ? take_report(question, &record) :
			take_vote(question, &record);
	*sequence = record.sequence;
	pthread_mutex_unlock(&witness_lock);
	return verdict;
}

static bool
unpack_question(Reader *body, Question *question)
{
	question->kind = reader_u8(body);
	unpack_bytes(body, question->guid, 16);
	unpack_bytes(body, question->id, 16);
	question->sequence = (int) reader_u32(body);
	question->synchronized = reader_u8(body) != 0;
	question->safety = reader_u8(body);
	question->timeout = (int) reader_u32(body);
	question->report = reader_u64(body);
	unpack_text(body, question->database, sizeof(question->database));
	unpack_text(body, question->name, sizeof(question->name));
	unpack_text(body, question->partner, sizeof(question->partner));
	return !body->bad && question->kind <= WITNESS_LOOK && question->sequence > 0;
}

static void
reply(Link *link, WitnessVerdict verdict, int sequence)
{
	Packer		body = {.used = 0};

	pack_number(&body, verdict, 1);
	pack_number(&body, (uint64_t) sequence, 4);
	link_send(link, FRAME_WITNESS_REPLY, body.bytes, body.used);
}

/* Lasts as long as the partner does. */
static void
serve_presence(Link *link, Frame *frame)
{
	WitnessRecord record;
	Presence   *presence = NULL;
	Presence	mine = {.link = link};
	bool		known;
	int			i;

	unpack_bytes(&frame->body, mine.guid, 16);
	unpack_bytes(&frame->body, mine.id, 16);
	pthread_mutex_lock(&witness_lock);
	known = !frame->body.bad && find_record(mine.guid, &record);
	for (i = 0; known && presence == NULL && i < PRESENCES; i++)
	{
		if (presences[i].link == NULL)
			presence = &presences[i];
	}
	if (presence != NULL)
		*presence = mine;
	pthread_mutex_unlock(&witness_lock);

	reply(link, presence != NULL ? WITNESS_OK : WITNESS_UNKNOWN, 0);
	while (presence != NULL && link_receive(link, -1, 1000, frame) == LINK_IDLE &&
		   link_silence(link) < SILENCE_MAX)
		;
	pthread_mutex_lock(&witness_lock);
	if (presence != NULL)
		presence->link = NULL;
	pthread_mutex_unlock(&witness_lock);
}

void
witness_serve(Link *link, Frame *frame)
{
	Question	question;
	WitnessVerdict verdict;
	int			sequence = 0;

	if (frame->type == FRAME_PRESENCE)
		serve_presence(link, frame);
	else if (unpack_question(&frame->body, &question))
	{
		verdict = answer(&question, &sequence);
		reply(link, verdict, sequence);

		/* the caller closes, so that it reads the answer first */
		link_receive(link, -1, 2000, frame);
	}
}

bool
witness_view(int index, WitnessView *view)
{
	WitnessRecord record;

	if (!meta_witness(index, &record))
		return false;
	memset(view, 0, sizeof(*view));
	strcpy(view->database, record.database);
	strcpy(view->principal, record.principal);
	strcpy(view->mirror, record.mirror);
	view->safety = record.safety;
	view->role_sequence = record.sequence;
	memcpy(view->guid, record.guid, sizeof(view->guid));
	view->partner_sync_state = record.synchronized ? 5 : 6;
	return true;
}
