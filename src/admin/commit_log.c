/*
 * src/admin/commit_log.c
 *		tds_mirror_create_commit_log() and tds_mirror_prune_commit_log().
 *
 * Both work on a connection of their own, in autocommit: the log is what is left
 * when a transaction is not.  So they would wait for the locks of this very
 * transaction, and are refused while it has remote work on the server.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/commit_log.h"
#include "session/transaction.h"

PGDLLEXPORT Datum tds_mirror_create_commit_log(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_create_commit_log);

PGDLLEXPORT Datum tds_mirror_prune_commit_log(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_prune_commit_log);

static TmfTarget *
target_of(Name server_name, const char *function)
{
	TmfTarget  *target;

	PreventCommandIfReadOnly(function);
	target = tmf_target(NameStr(*server_name));
	if (tmf_transaction_on_server(target->server->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run in a transaction that has remote work on server \"%s\"",
						function, target->server->name),
				 errhint("Run it in a transaction of its own.")));
	return target;
}

Datum
tds_mirror_create_commit_log(PG_FUNCTION_ARGS)
{
	TmfTarget  *target = target_of(PG_GETARG_NAME(0), "tds_mirror_create_commit_log()");

	PG_RETURN_BOOL(tmf_commit_log_create(target->server, target->user));
}

/* Seconds of an interval whose months have thirty days. */
static int64
seconds_of(const Interval *interval)
{
	int64		days = (int64) interval->month * DAYS_PER_MONTH + interval->day;

	return days * SECS_PER_DAY + interval->time / USECS_PER_SEC;
}

Datum
tds_mirror_prune_commit_log(PG_FUNCTION_ARGS)
{
	TmfTarget  *target = target_of(PG_GETARG_NAME(0), "tds_mirror_prune_commit_log()");

	PG_RETURN_INT64(tmf_commit_log_prune(target->server, target->user,
										 seconds_of(PG_GETARG_INTERVAL_P(1))));
}
