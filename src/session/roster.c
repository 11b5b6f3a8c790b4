/*
 * src/session/roster.c
 *		The backend's sessions as a list, and closing them on request.
 */
#include "postgres.h"

#include "session_int.h"

static const char *
state_word(const TmfSession *session)
{
	if (session->transaction.doomed != NULL)
		return "doomed";
	if (session->state == TMF_SESSION_BUSY)
		return "streaming";
	if (session->transaction.open)
		return "in transaction";
	return session->state == TMF_SESSION_IDLE ? "idle" : "closed";
}

/* Nothing is waited for: one that is being used tells by itself. */
static bool
is_closed(const TmfSession *session)
{
	if (session->conn == NULL || wire_dead(session->conn))
		return true;
	return session->state == TMF_SESSION_IDLE && !wire_idle_alive(session->conn);
}

/* A session whose server's options could not even be read was never one. */
static void
add_info(TmfSession *session, void *argument)
{
	List	  **list = argument;
	TmfSessionInfo *info;

	if (session->options == NULL)
		return;
	info = palloc0(sizeof(TmfSessionInfo));
	info->serverid = session->options->serverid;
	info->umid = session->umid;
	info->userid = session->owner_id;
	info->address = pstrdup(session->address);
	info->state = state_word(session);
	info->spid = session->conn ? wire_spid(session->conn) : 0;
	info->in_transaction = session->transaction.open;
	info->stale = session->conn != NULL &&
		(session->invalidated || session->epoch != session->partners->epoch ||
		 tmf_session_outlived(session));
	info->closed = is_closed(session);
	info->generation = session->login.generation;
	info->opened_at = session->opened_at;
	info->statements = session->statements;
	info->resolved = session->resolved;
	*list = lappend(*list, info);
}

List *
tmf_session_list(void)
{
	List	   *list = NIL;

	tmf_session_each(add_info, &list);
	return list;
}

static const char *
why_busy(const TmfSession *session)
{
	if (session->transaction.open)
		return "This transaction has remote work on it.";
	if (session->state == TMF_SESSION_BUSY)
		return "A statement is still reading its rows.";
	return NULL;
}

typedef struct Disconnection
{
	Oid			serverid;		/* InvalidOid: all */
	bool		closing;		/* otherwise only whether something is in the way */
	int			closed;
} Disconnection;

static void
disconnect(TmfSession *session, void *argument)
{
	Disconnection *what = argument;
	bool		all = !OidIsValid(what->serverid);
	const char *busy = why_busy(session);

	if (session->options == NULL || (!all && session->options->serverid != what->serverid))
		return;
	if (busy != NULL && !(all && what->closing))
		ereport(all ? WARNING : ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the connection to server \"%s\" is in use", session->options->name),
				 errdetail_internal("%s", busy)));
	if (busy != NULL || !what->closing || session->state == TMF_SESSION_CLOSED)
		return;
	tmf_session_close(session, "it was asked for");
	what->closed++;
}

/* Nothing is closed when something is refused. */
int
tmf_session_disconnect(Oid serverid)
{
	Disconnection what = {serverid};

	tmf_session_each(disconnect, &what);
	what.closing = true;
	tmf_session_each(disconnect, &what);
	return what.closed;
}
