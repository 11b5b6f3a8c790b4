/*
 * src/session/change.c
 *		Statements that change data: on whose session, and what became of them.
 *
 * A login that may not see the mirroring state of its database proves only that
 * somebody serves it.  That is enough to read, but a principal that was given up
 * may serve, too, until it learns of that.
 */
#include "postgres.h"

#include "session/change.h"
#include "session/transaction.h"
#include "session_int.h"

void
tmf_change_require_proven(const TmfSession *session)
{
	if (!session->login.proven)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("server \"%s\" cannot be written to", session->options->name),
				 errdetail("The login may not see whether the instance at %s is the principal of database \"%s\".",
						   session->address, session->options->database),
				 errhint("Grant VIEW ANY DATABASE to the login.")));
}

TmfSession *
tmf_change_begin(UserMapping *user)
{
	TmfSession *session = tmf_session_acquire(user);

	tmf_transaction_open(session);
	tmf_change_require_proven(session);
	return session;
}

int
tmf_change_refused(const TmfSession *session)
{
	return session->refused;
}

bool
tmf_change_open(TmfSession *session, const TmfRequest *request, TmfStream *stream)
{
	tmf_transaction_wrote(session);
	if (tmf_session_query(session, request, stream))
		return true;
	if (session->refused == 0)
		tmf_session_raise_lost(session, request->sql, 0);
	return false;
}

bool
tmf_change_fetch(TmfSession *session, const TmfRequest *request)
{
	TmfFetch	fetch = tmf_session_fetch(session, request->sql);

	if (fetch == TMF_FETCH_LOST && session->refused == 0)
		tmf_session_raise_lost(session, request->sql, session->rows);
	return fetch == TMF_FETCH_ROW;
}

int64
tmf_change_count(const TmfSession *session, const char *sql)
{
	if (session->refused != 0)
		return -1;
	if (session->counted < 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("server \"%s\" did not say how many rows were changed",
						session->options->name),
				 errcontext("remote SQL command: %s", sql)));
	return session->counted;
}

int64
tmf_change_run(TmfSession *session, const TmfRequest *request)
{
	if (!tmf_change_open(session, request, NULL))
		return -1;
	if (tmf_change_fetch(session, request))
	{
		tmf_session_close(session, "a statement that changes data has returned rows");
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("a statement that changes data on server \"%s\" has returned rows that nobody asked for",
						session->options->name),
				 errhint("Look for a trigger that selects rows."),
				 errcontext("remote SQL command: %s", request->sql)));
	}
	return tmf_change_count(session, request->sql);
}
