/*
 * test/standin/mirror_principal.c
 *		The principal's side of a link: catching up, commits, loss, quorum.
 *
 * A principal may go on without its mirror only when nobody can have promoted
 * the mirror: without a witness nobody does so by itself; with one, the witness
 * must have recorded that the mirror is no longer synchronized, and it refuses
 * its vote from then on.  Until it has confirmed that, commits wait.
 */
#include <sqlite3.h>

#include "log.h"
#include "mirror_hello.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define STEP			100		/* milliseconds */
#define BUSY_PAUSE		10		/* while the partner changes its role */
#define REPORT_PAUSE	500
#define WINDOW			64		/* transactions on their way to a mirror that catches up */
#define ANSWER_TIMEOUT	3000
#define QUIESCE_TIMEOUT 5000

static bool
has_witness(Database *database)
{
	bool		has;

	pthread_mutex_lock(&database->lock);
	has = database->record.mirror.witness_url[0] != '\0';
	pthread_mutex_unlock(&database->lock);
	return has;
}

static bool
sees_witness(Database *database)
{
	bool		sees;

	pthread_mutex_lock(&database->lock);
	sees = database->mirror.presence != NULL;
	pthread_mutex_unlock(&database->lock);
	return sees;
}

/* What the witness lets us do without the mirror. sequence: what it knows of. */
static Serving
ask_quorum(Database *database, int *sequence, bool *superseded)
{
	WitnessVerdict verdict;

	*superseded = false;
	if (!has_witness(database))
		return SERVING_OPEN;
	verdict = witness_ask(database, WITNESS_REPORT, NULL, false, sequence);
	*superseded = verdict == WITNESS_SUPERSEDED;
	return verdict == WITNESS_OK ? SERVING_OPEN : SERVING_NO_QUORUM;
}

/* Under the lock; true: those who use the database have to be cut off. */
static bool
set_quorum(Database *database, Serving serving)
{
	bool		cut = serving != SERVING_OPEN && database->mirror.serving != serving;

	mirror_set_serving(database, serving);
	return cut;
}

static void
apply_quorum(Database *database, Serving serving, bool superseded, int sequence)
{
	bool		cut;

	pthread_mutex_lock(&database->lock);
	cut = set_quorum(database, serving);
	pthread_mutex_unlock(&database->lock);
	if (superseded)
		role_to_mirror(database, sequence, false);
	else if (cut)
		database_evacuate(database);
}

void
principal_drop_link(Database *database, const char *reason)
{
	Mirror	   *mirror = &database->mirror;
	Link	   *link = mirror->link;
	Serving		serving;
	bool		superseded;
	bool		cut;
	int			sequence = 0;

	log_line("link to the mirror of \"%s\" is gone: %s", database->record.name, reason);
	link_shut(link);
	serving = ask_quorum(database, &sequence, &superseded);

	/* a commit that waited for the mirror sees the loss and what it means in one */
	pthread_mutex_lock(&database->lock);
	if (database->record.mirror.handover != 0)
		serving = SERVING_TRANSITION;
	cut = set_quorum(database, serving);
	mirror->link = NULL;
	mirror->barrier = false;
	mirror_set_state(database, database->record.mirror.suspended ? MIRROR_SUSPENDED :
					 MIRROR_DISCONNECTED);
	pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
	if (superseded)
		role_to_mirror(database, sequence, false);
	else if (cut)
		database_evacuate(database);
	link_release(link);
	mirror->retry_at = 0;
}

static void
take_ack(Database *database, Frame *frame)
{
	int64_t		lsn = (int64_t) reader_u64(&frame->body);

	pthread_mutex_lock(&database->lock);
	if (!frame->body.bad && lsn > database->mirror.acked_lsn)
		database->mirror.acked_lsn = lsn;
	pthread_mutex_unlock(&database->lock);

	/* after the lock, which the commit that is woken needs */
	pthread_cond_broadcast(&database->changed);
}

static void
take_frame(Database *database, Frame *frame)
{
	SqlMessage	error;

	switch (frame->type)
	{
		case FRAME_ACK:
			take_ack(database, frame);
			break;
		case FRAME_READY:
			pthread_mutex_lock(&database->lock);
			database->mirror.partner_ready = reader_u8(&frame->body) != 0;
			pthread_mutex_unlock(&database->lock);
			break;
		case FRAME_ASK:
			if (!command_suspend(database, &error))
				log_line("the mirror asked to suspend \"%s\": %s", database->record.name,
						 error.text);
			break;
		case FRAME_OFF:
			role_none(database, false);
			break;
		default:
			/* an answer that nobody waits for any more */
			break;
	}
}

bool
principal_await(Database *database, FrameType type, int64_t milliseconds, Frame *frame)
{
	int64_t		deadline = clock_milliseconds() + milliseconds;
	Link	   *link = database->mirror.link;
	int64_t		left;

	while (link != NULL && link == database->mirror.link &&
		   (left = deadline - clock_milliseconds()) > 0 &&
		   link_silence(link) <= mirror_silence_allowed(database))
	{
		switch (link_receive(link, -1, left < STEP ? left : STEP, frame))
		{
			case LINK_FRAME:
				if (frame->type == type)
					return true;
				take_frame(database, frame);
				break;
			case LINK_IDLE:
				break;
			case LINK_LOST:
				return false;
		}
	}
	return false;
}

/*
 * No commit is under way and none begins, until the barrier is lowered.  Those
 * that wait for the mirror end because we go on reading its answers.
 */
bool
principal_quiesce(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	int64_t		deadline = clock_milliseconds() + QUIESCE_TIMEOUT;
	struct timespec pause;
	bool		quiet;
	Frame		frame;

	for (;;)
	{
		pthread_mutex_lock(&database->lock);
		mirror->barrier = true;
		if (mirror->committing && mirror->link == NULL)
		{
			clock_deadline(STEP, &pause);
			pthread_cond_timedwait(&database->changed, &database->lock, &pause);
		}
		quiet = !mirror->committing;
		if (!quiet && clock_milliseconds() > deadline)
			mirror->barrier = false;
		pthread_mutex_unlock(&database->lock);
		if (quiet || clock_milliseconds() > deadline)
			return quiet;
		if (mirror->link == NULL)
			continue;
		switch (link_receive(mirror->link, -1, 1, &frame))
		{
			case LINK_FRAME:
				take_frame(database, &frame);
				break;
			case LINK_IDLE:
				break;
			case LINK_LOST:
				principal_drop_link(database, "lost");
				break;
		}
	}
}

void
principal_lower_barrier(Database *database)
{
	pthread_mutex_lock(&database->lock);
	database->mirror.barrier = false;
	pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
}

bool
principal_leave_synchronized(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	Frame		frame;
	Packer		body = {.used = 0};
	bool		confirmed;
	int			sequence = 0;

	if (!principal_quiesce(database))
		return false;
	pack_number(&body, 0, 1);
	confirmed = (mirror->link != NULL &&
				 link_send(mirror->link, FRAME_SYNCHRONIZED, body.bytes, body.used) &&
				 principal_await(database, FRAME_SYNCHRONIZED_ACK, ANSWER_TIMEOUT, &frame)) ||
		!has_witness(database);
	if (has_witness(database) &&
		witness_ask(database, WITNESS_REPORT, NULL, false, &sequence) == WITNESS_OK)
		confirmed = true;
	pthread_mutex_lock(&database->lock);
	if (confirmed && mirror->link != NULL && mirror->state == MIRROR_SYNCHRONIZED)
		mirror_set_state(database, MIRROR_SYNCHRONIZING);
	mirror->sent_lsn = mirror->acked_lsn;
	pthread_mutex_unlock(&database->lock);
	principal_lower_barrier(database);
	return confirmed;
}

/* A transaction to a mirror that catches up. */
static bool
send_row(void *argument, int64_t lsn, uint64_t chain, const void *joined, size_t size)
{
	Database   *database = argument;
	Mirror	   *mirror = &database->mirror;
	Packer		head = {.used = 0};

	if (lsn != mirror->sent_lsn + 1)
	{
		/* what it lacks was pruned, so it needs the whole; the next hello finds that out */
		link_shut(mirror->link);
		return false;
	}
	if (!mirror_pass_link(database, mirror->link, &chain))
		return false;
	pack_number(&head, (uint64_t) lsn, 8);
	pack_number(&head, chain, 8);
	mirror->sent_lsn = lsn;
	return link_send_parts(mirror->link, FRAME_SHIP, head.bytes, head.used, joined, size);
}

/* Once nothing is on its way and no commit is about to begin, commits wait for the mirror. */
static void
enter_synchronized(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	Packer		body = {.used = 0};

	pack_number(&body, 1, 1);
	pthread_mutex_lock(&database->lock);
	if (!mirror->committing && mirror->acked_lsn == mirror->last_lsn &&
		link_send(mirror->link, FRAME_SYNCHRONIZED, body.bytes, body.used))
	{
		mirror_set_state(database, MIRROR_SYNCHRONIZED);
		mirror->partner_ready = false;
		mirror->barrier = false;
		mirror_report_soon(database);
		pthread_cond_broadcast(&database->changed);
	}
	pthread_mutex_unlock(&database->lock);
}

static void
catch_up(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	int64_t		lag;
	int64_t		acked;
	bool		full;

	pthread_mutex_lock(&database->lock);
	full = database->record.mirror.safety == 2;
	acked = mirror->acked_lsn;
	lag = mirror->last_lsn - acked;
	if (full && lag <= WINDOW)
		mirror->barrier = true;
	pthread_mutex_unlock(&database->lock);

	if (mirror->sent_lsn < acked)
		mirror->sent_lsn = acked;
	if (mirror->reader == NULL)
		mirror->reader = database_connect(database);
	if (lag > mirror->sent_lsn - acked && mirror->sent_lsn - acked < WINDOW &&
		mirror->reader != NULL &&
		log_read(mirror->reader, mirror->sent_lsn, WINDOW, send_row, database) < 0)
		link_shut(mirror->link);
	if (full)
		enter_synchronized(database);
}

/* Tells the witness how things are; until it has heard, it is not shown as connected. */
static void
report(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	int			sequence = 0;
	uint64_t	wanted;
	bool		due;
	bool		synchronized;
	WitnessVerdict verdict = WITNESS_OK;

	pthread_mutex_lock(&database->lock);
	wanted = mirror->report_wanted;
	due = wanted != mirror->report_told && clock_milliseconds() >= mirror->report_at;
	synchronized = mirror->state == MIRROR_SYNCHRONIZED;
	pthread_mutex_unlock(&database->lock);
	if (!due)
		return;
	if (has_witness(database))
		verdict = witness_ask(database, WITNESS_REPORT, NULL, synchronized, &sequence);
	pthread_mutex_lock(&database->lock);
	if (verdict == WITNESS_OK)
		mirror->report_told = wanted;
	else
		mirror->report_at = clock_milliseconds() + REPORT_PAUSE;
	pthread_mutex_unlock(&database->lock);
	if (verdict == WITNESS_SUPERSEDED)
		role_to_mirror(database, sequence, false);
}

static void
serve_link(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	Frame		frame;
	LinkEvent	event = link_receive(mirror->link, mirror->wake_fd, STEP, &frame);

	while (event == LINK_FRAME && mirror->link != NULL)
	{
		take_frame(database, &frame);
		if (mirror->link != NULL)
			event = link_receive(mirror->link, -1, 0, &frame);
	}
	if (mirror->link == NULL || database->record.mirror.role != MIRROR_ROLE_PRINCIPAL)
		return;
	if (event == LINK_LOST)
		principal_drop_link(database, "end of stream");
	else if (link_silence(mirror->link) > mirror_silence_allowed(database))
	{
		event_record("timeout", "%.100s", database->record.name);
		principal_drop_link(database, "silence");
	}
	else if (mirror->state == MIRROR_SYNCHRONIZING)
		catch_up(database);
}

/* Without the mirror: may we serve, and does the mirror answer again? */
static void
serve_alone(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	int64_t		now = clock_milliseconds();
	int64_t		pause = STEP;
	int			sequence = 0;
	bool		superseded;
	Serving		serving;

	if (now >= mirror->retry_at)
	{
		pause = hello_dial(database) ? BUSY_PAUSE : STEP;
		mirror->retry_at = clock_milliseconds() + pause;
		if (mirror->link != NULL || database->record.mirror.role != MIRROR_ROLE_PRINCIPAL)
			return;
	}
	if ((mirror->serving != SERVING_OPEN ||
		 (!sees_witness(database) && clock_milliseconds() > mirror->grace_until)) &&
		has_witness(database))
	{
		serving = ask_quorum(database, &sequence, &superseded);

		/* after an unfinished failover the mirror alone knows who is principal */
		if (database->record.mirror.handover != 0)
			serving = mirror->serving;
		apply_quorum(database, serving, superseded, sequence);
	}
	else if (mirror->serving != SERVING_OPEN && database->record.mirror.handover == 0 &&
			 !has_witness(database))
		apply_quorum(database, SERVING_OPEN, false, 0);
	if (database->record.mirror.role == MIRROR_ROLE_PRINCIPAL)
		mirror_rest(database, pause);
}

void
principal_step(Database *database)
{
	/* before anything that may take its time, such as dialling a partner that is gone */
	report(database);
	if (database->record.mirror.role != MIRROR_ROLE_PRINCIPAL)
		return;
	if (database->mirror.link == NULL)
		serve_alone(database);
	else
		serve_link(database);
}
