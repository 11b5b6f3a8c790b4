/*
 * src/session/xact.c
 *		What the ends of transactions and resource owners mean to sessions.
 *
 * A statement that is still on the wire when its owner ends is stopped, within a
 * bound.  Resource owners are the right clock for that: they end with their
 * portal, also when an error has kept the executor from its end, and with a
 * subtransaction that fails.  Remote transactions end with the local one, before
 * it where they commit: PRE_COMMIT is the last moment at which an error helps.
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

/* Whatever of it is not committed by now is rolled back. */
static void
end_use(TmfSession *session, void *unused)
{
	if (session->transaction.open)
		tmf_transaction_abort(session);
	else
		tmf_session_stop(session);
	if (session->invalidated)
		tmf_session_forget(session);
	else if (session->state == TMF_SESSION_IDLE && session->close_at_end)
		tmf_session_close(session, "the user has run statements of his own on it");
	else if (session->state == TMF_SESSION_IDLE && !session->options->keep_connections)
		tmf_session_close(session, "keep_connections is off");
	else if (session->state == TMF_SESSION_IDLE && tmf_session_superfluous(session))
		tmf_session_close(session, "it was not needed for a while");
}

static void
end_all(void)
{
	tmf_gather_abort(1);
	if (touched && !wire_in_call())
		tmf_session_each(end_use, NULL);
	tmf_wait_unwatch();
	touched = false;
}

static void
refuse_prepare(TmfSession *session, void *unused)
{
	if (session->transaction.open)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that has a remote transaction on server \"%s\"",
						session->options->name)));
}

/* What is opened after PRE_COMMIT, by somebody's callback, comes too late to be committed. */
static void
transaction_ends(XactEvent event, void *unused)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (touched)
				tmf_commit_all();
			end_all();
			break;
		case XACT_EVENT_PRE_PREPARE:
			tmf_session_each(refuse_prepare, NULL);
			end_all();
			break;
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			end_all();
			break;
	}
}

static void
subcommit(TmfSession *session, void *argument)
{
	if (session->transaction.open)
		tmf_transaction_subcommit(session, *(int *) argument);
}

/* Does a resource owner belong to the subtransaction that ends? */
static bool
ends_now(ResourceOwner owner)
{
	while (owner != NULL && owner != CurTransactionResourceOwner)
		owner = ResourceOwnerGetParent(owner);
	return owner != NULL;
}

static void
subabort(TmfSession *session, void *argument)
{
	if (session->state == TMF_SESSION_BUSY && ends_now(session->owner))
		tmf_session_abandon(session);
	tmf_transaction_subabort(session, *(int *) argument);
}

static void
subtransaction_ends(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *unused)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
		tmf_gather_abort(level);
	if (!touched || wire_in_call())
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		tmf_session_each(subcommit, &level);
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		tmf_session_each(subabort, &level);
}

static void
stop_owned(TmfSession *session, void *unused)
{
	if (session->state == TMF_SESSION_BUSY && session->owner == CurrentResourceOwner)
		tmf_session_abandon(session);
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
	RegisterSubXactCallback(subtransaction_ends, NULL);
	RegisterResourceReleaseCallback(owner_ends, NULL);
}
