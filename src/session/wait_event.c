/*
 * src/session/wait_event.c
 *		What a backend waits for, as pg_stat_activity names it.
 *
 * The names are shared by all backends of a server and registered at the first
 * wait of each, which is in a statement: registering may fail.  Where the version
 * of PostgreSQL has no names for extensions' waits, all are "Extension".
 */
#include "postgres.h"

#include "utils/wait_event.h"

#include "option/compat.h"
#include "session/wait_event.h"

/* doc/monitoring.md has the same names. */
static const char *const names[] = {
	[TMF_WAIT_RESOLVE] = "TdsMirrorResolve",
	[TMF_WAIT_BROWSER] = "TdsMirrorBrowser",
	[TMF_WAIT_CONNECT] = "TdsMirrorConnect",
	[TMF_WAIT_LOGIN] = "TdsMirrorLogin",
	[TMF_WAIT_ROLE] = "TdsMirrorRole",
	[TMF_WAIT_PAUSE] = "TdsMirrorPause",
	[TMF_WAIT_ANSWER] = "TdsMirrorAnswer",
	[TMF_WAIT_TRANSFER] = "TdsMirrorTransfer",
	[TMF_WAIT_COMMIT] = "TdsMirrorCommit",
	[TMF_WAIT_CONTROL] = "TdsMirrorControl",
	[TMF_WAIT_COMMIT_LOG] = "TdsMirrorCommitLog",
	[TMF_WAIT_ROLE_CHANGE] = "TdsMirrorRoleChange",
	[TMF_WAIT_PARTNER_FILE] = "TdsMirrorPartnerFile"
};

static uint32 events[lengthof(names)];

uint32
tmf_wait_event(TmfWaitEvent event)
{
	int			i;

	for (i = 0; events[lengthof(names) - 1] == 0 && i < lengthof(names); i++)
		events[i] = TMF_WAIT_EVENT_NEW(names[i]);
	return events[event];
}

void
tmf_wait_begin(TmfWaitEvent event)
{
	pgstat_report_wait_start(tmf_wait_event(event));
}

void
tmf_wait_end(void)
{
	pgstat_report_wait_end();
}
