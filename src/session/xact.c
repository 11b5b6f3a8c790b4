/*
 * src/session/xact.c
 *		What the ends of transactions and resource owners mean to sessions.
 *
 * A read holds nothing on the remote side but the wire, so there is nothing to
 * commit or to roll back; a statement that is still on the wire when its owner
 * ends is stopped, within a bound.  Resource owners are the right clock for
 * that: they end with their portal, also when an error has kept the executor
 * from its end, and with a subtransaction that fails.
 */
#include "postgres.h"

#include "access/xact.h"

#include "session/wait.h"
#include "session_int.h"

/* Has this transaction used a session, or seen options change? */
static bool touched = false;

void
tmf_xact_touch(void)
{
	touched = true;
}

static void
end_use(TmfSession *session, void *unused)
{
	tmf_session_stop(session);
	if (session->invalidated)
		tmf_session_forget(session);
	else if (session->state == TMF_SESSION_IDLE && !session->options->keep_connections)
		tmf_session_close(session, "keep_connections is off");
}

static void
transaction_ends(XactEvent event, void *unused)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			if (touched && !wire_in_call())
				tmf_session_each(end_use, NULL);
			tmf_wait_unwatch();
			touched = false;
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
			break;
	}
}

static void
stop_owned(TmfSession *session, void *unused)
{
	if (session->state == TMF_SESSION_BUSY && session->owner == CurrentResourceOwner)
		tmf_session_stop(session);
}

static void
owner_ends(ResourceReleasePhase phase, bool is_commit, bool is_top, void *unused)
{
	if (phase == RESOURCE_RELEASE_BEFORE_LOCKS && tmf_session_any_busy() && !wire_in_call())
		tmf_session_each(stop_owned, NULL);
}

void
tmf_xact_init(void)
{
	RegisterXactCallback(transaction_ends, NULL);
	RegisterResourceReleaseCallback(owner_ends, NULL);
}
