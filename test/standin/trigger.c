/*
 * trigger.c
 *		DML triggers: what a statement collects for them, and running them.
 *
 * A trigger is a batch that runs inside the statement that fired it: within its
 * transaction (which an autocommitted statement has for as long), with SET
 * XACT_ABORT ON, in a frame that alone sees inserted and deleted.  When it has
 * ended, the transaction must be the one that it began in.
 */
#include <string.h>

#include "execute.h"
#include "transaction.h"
#include "trigger.h"

/* A trigger does not run for what it does itself (RECURSIVE_TRIGGERS OFF). */
static bool
is_running(const Session *session, int trigger)
{
	const Frame *frame = session->frame;

	while (frame != NULL && frame->trigger == 0)
		frame = frame->outer;
	return frame != NULL && frame->trigger == trigger;
}

bool
has_instead_of(const TableInfo *table, unsigned event)
{
	for (int i = 0; i < table->trigger_count; i++)
	{
		if (table->triggers[i].instead_of && !table->triggers[i].disabled && (table->triggers[i].events & event) != 0)
			return true;
	}
	return false;
}

bool
firing_start(Firing *firing, Session *session, const TableInfo *table, unsigned event, const Output *output)
{
	Arena	   *arena;

	memset(firing, 0, sizeof(*firing));
	firing->session = session;
	for (int i = 0; i < table->trigger_count; i++)
	{
		const TriggerInfo *trigger = &table->triggers[i];

		if (trigger->disabled || (trigger->events & event) == 0)
			continue;
		if (output != NULL && output->into == NULL)
			return session_error(session, 334, table->name);
		firing->count += !is_running(session, trigger->id);
		firing->instead = firing->instead || (trigger->instead_of && !is_running(session, trigger->id));
	}
	if (firing->count == 0)
		return true;
	firing->inserted = rowset_new(&firing->holder, "inserted", table);
	firing->deleted = rowset_new(&firing->holder, "deleted", table);
	arena = firing->inserted->arena;
	firing->triggers = arena_alloc(arena, sizeof(TriggerInfo) * (size_t) firing->count);
	firing->count = 0;
	for (int i = 0; i < table->trigger_count; i++)
	{
		TriggerInfo trigger = table->triggers[i];

		if (trigger.disabled || (trigger.events & event) == 0 || is_running(session, trigger.id) ||
			trigger.instead_of != firing->instead)
			continue;
		trigger.name = arena_copy(arena, trigger.name, strlen(trigger.name));
		trigger.body = arena_copy(arena, trigger.body, strlen(trigger.body));
		firing->triggers[firing->count++] = trigger;
	}
	return true;
}

void
firing_note(Firing *firing, const RawValue *inserted, const RawValue *deleted)
{
	if (firing->inserted != NULL && inserted != NULL)
		rowset_add(firing->inserted, inserted);
	if (firing->deleted != NULL && deleted != NULL)
		rowset_add(firing->deleted, deleted);
}

static void
run_body(Session *session, const Firing *firing, const TriggerInfo *trigger)
{
	const char *procedure = session->procedure;
	Arena	   *arena = session->arena;
	Settings	settings = session->settings;
	bool		scope_known = session->scope_known;
	int64_t		scope_identity = session->scope_identity;
	int			line = session->statement_line;
	Frame		frame;

	session->depth++;
	session->sink->nested++;
	session->procedure = trigger->name;
	session->arena = arena_new();
	session->settings.options |= OPTION_XACT_ABORT;
	session->scope_known = false;
	frame_start(session, &frame);
	frame.firing = firing;
	frame.trigger = trigger->id;
	execute_text(session, trigger->body, strlen(trigger->body), &frame);
	frame_end(session, &frame);
	arena_free(session->arena);
	session->arena = arena;
	session->statement_line = line;
	session->scope_known = scope_known;
	session->scope_identity = scope_identity;
	session->settings = settings;
	session->procedure = procedure;
	session->sink->nested--;
	session->depth--;
}

static bool
run_trigger(Session *session, const Firing *firing, const TriggerInfo *trigger, int64_t rows)
{
	Nesting		nesting;
	bool		same;
	bool		doomed;

	if (session->depth >= DEPTH_LIMIT)
		return session_error(session, 217);
	transaction_nest(session, &nesting);
	session->rows = rows;
	run_body(session, firing, trigger);
	doomed = session->transaction.doomed;
	same = transaction_unnest(session, &nesting);
	if (session->unwind == UNWIND_CATCH && session->transaction.count > 0)
		session->transaction.doomed = true; /* whatever the error, it has left a trigger */
	if (session->unwind != UNWIND_NONE)
		return false;
	session->failed = false;
	if (!same)
		return session_error(session, 3609);
	return !doomed || session_error(session, 3616);
}

bool
firing_run(Firing *firing, int64_t rows)
{
	for (int i = 0; i < firing->count; i++)
	{
		if (!run_trigger(firing->session, firing, &firing->triggers[i], rows))
			return false;
	}
	return true;
}

void
firing_end(Firing *firing)
{
	rowsets_free(&firing->holder);
	firing->inserted = NULL;
	firing->deleted = NULL;
	firing->count = 0;
}
