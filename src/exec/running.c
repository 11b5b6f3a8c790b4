/*
 * src/exec/running.c
 *		This backend's running scans.
 *
 * A scan that is sent again after a failover must not be combined with rows
 * that its portal has from the old principal, unless both have the same data.
 * Scans of one Append take turns on the sessions that there are.  And what a
 * statement reads is as it was before that statement has changed it.
 */
#include "postgres.h"

#include <ctype.h>

#include "exec/scan.h"

static dlist_head running = DLIST_STATIC_INIT(running);
static dlist_head changing = DLIST_STATIC_INIT(changing);

static void
forget(void *argument)
{
	TmfScan    *scan = argument;

	dlist_delete(&scan->node);
	tmf_wakeup_close(&scan->wakeup);
}

void
tmf_running_add(TmfScan *scan)
{
	dlist_push_tail(&running, &scan->node);
	scan->callback.func = forget;
	scan->callback.arg = scan;
	MemoryContextRegisterResetCallback(scan->context, &scan->callback);
}

uint64
tmf_running_other_rows(const TmfScan *scan, const TmfSessionLogin *login)
{
	uint64		rows = 0;
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		TmfScan    *other = dlist_container(TmfScan, node, iter.cur);

		if (other->estate == scan->estate && other->consumed > 0 &&
			other->user->serverid == scan->user->serverid &&
			!tmf_session_same_data(scan->session, login, &other->consumed_login))
			rows += other->consumed;
	}
	return rows;
}

/* Does the Append that has requested a row of scan wait for one of other, too? */
static bool
waits_beside(const TmfScan *scan, const TmfScan *other)
{
	return other != scan && other->request != NULL && other->request->callback_pending &&
		other->request->requestor == scan->request->requestor &&
		other->user->umid == scan->user->umid;
}

bool
tmf_running_has_turn_before(const TmfScan *scan)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		const TmfScan *other = dlist_container(TmfScan, node, iter.cur);

		if (waits_beside(scan, other) && other->source == TMF_SOURCE_SENT)
			return true;
	}
	return false;
}

/* The oldest comes first; sending may call anything, so that the list is left at once. */
void
tmf_running_next_turn(const TmfScan *scan)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		TmfScan    *other = dlist_container(TmfScan, node, iter.cur);

		if (waits_beside(scan, other) && other->source == TMF_SOURCE_NONE)
		{
			(void) tmf_execution_send(other, true);
			return;
		}
	}
}

static void
forget_change(void *argument)
{
	dlist_delete(&((TmfChanging *) argument)->node);
}

void
tmf_running_change(TmfChanging *change, EState *estate, Oid serverid, const char *target,
				   MemoryContext context)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running)
	{
		TmfScan    *scan = dlist_container(TmfScan, node, iter.cur);

		if (scan->estate == estate && scan->user->serverid == serverid &&
			scan->source == TMF_SOURCE_NONE && !tmf_parameters_vary(scan->parameters))
			tmf_execution_ahead(scan);
	}
	change->estate = estate;
	change->serverid = serverid;
	change->target = target;
	dlist_push_tail(&changing, &change->node);
	change->callback.func = forget_change;
	change->callback.arg = change;
	MemoryContextRegisterResetCallback(context, &change->callback);
}

static bool
is_part_of_name(char c)
{
	return isalnum((unsigned char) c) || IS_HIGHBIT_SET(c) || c == '_' || c == '@' || c == '#' || c == '$';
}

/* Does text stand in sql at that place, as a name or part of one? */
static bool
stands_at(const char *sql, const char *at, const char *text, size_t length)
{
	return pg_strncasecmp(at, text, length) == 0 && !is_part_of_name(at[length]) &&
		(at == sql || !is_part_of_name(at[-1]));
}

/* What precedes a name in sql: is it another schema, or the alias before a column? */
static bool
is_elsewhere(const char *sql, const char *at, const char *schema, size_t length)
{
	if (at > sql && at[-1] == '[')
		at--;
	if (at == sql || at[-1] != '.')
		return false;
	at--;
	if (at > sql && at[-1] == ']')
		at--;
	return (size_t) (at - sql) < length || !stands_at(sql, at - length, schema, length);
}

/*
 * Does sql name the table, which target names in brackets?  In whatever spelling:
 * one foreign table may leave out the schema that another names, and the text of
 * a query is the user's own.
 */
static bool
names_table(const char *sql, const char *target)
{
	const char *dot = strstr(target, "].[");
	const char *name = dot != NULL ? dot + 3 : target + 1;
	size_t		length = strlen(name) - 1;
	const char *at;

	for (at = sql; *at != '\0'; at++)
	{
		if (stands_at(sql, at, name, length) &&
			(dot == NULL || !is_elsewhere(sql, at, target + 1, dot - target - 1)))
			return true;
	}
	return false;
}

bool
tmf_running_is_changed(const EState *estate, Oid serverid, const char *sql)
{
	dlist_iter	iter;

	dlist_foreach(iter, &changing)
	{
		const TmfChanging *change = dlist_container(TmfChanging, node, iter.cur);

		if (change->estate == estate && change->serverid == serverid &&
			names_table(sql, change->target))
			return true;
	}
	return false;
}

void
tmf_running_require_unchanged(const TmfScan *scan)
{
	if (tmf_running_is_changed(scan->estate, scan->user->serverid, scan->sql))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table %s cannot be read again in a statement that changes it",
						scan->row->names),
				 errdetail("The server would show the changes, which the statement must not see."),
				 errhint("Read it in a statement of its own.")));
}
