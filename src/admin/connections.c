/*
 * src/admin/connections.c
 *		tds_mirror_connections: this backend's sessions; and closing them.
 *
 * Nothing is asked of anybody.  A session that this transaction still needs is
 * not taken away from it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/session.h"

PGDLLEXPORT Datum tds_mirror_connections(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_connections);

PGDLLEXPORT Datum tds_mirror_disconnect(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_disconnect);

PGDLLEXPORT Datum tds_mirror_disconnect_all(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_disconnect_all);

enum ConnectionsColumn
{
	CONNECTIONS_SERVER,
	CONNECTIONS_USER,
	CONNECTIONS_ADDRESS,
	CONNECTIONS_STATE,
	CONNECTIONS_SPID,
	CONNECTIONS_SINCE,
	CONNECTIONS_STATEMENTS,
	CONNECTIONS_IN_TRANSACTION,
	CONNECTIONS_STALE,
	CONNECTIONS_CLOSED,
	CONNECTIONS_COLUMNS
};

static void
put_session(ReturnSetInfo *result, const TmfSessionInfo *info)
{
	Datum		values[CONNECTIONS_COLUMNS];
	bool		nulls[CONNECTIONS_COLUMNS] = {0};
	const char *user = OidIsValid(info->userid) ? GetUserNameFromId(info->userid, true) : "public";

	values[CONNECTIONS_SERVER] =
		CStringGetTextDatum(GetForeignServer(info->serverid)->servername);
	nulls[CONNECTIONS_USER] = user == NULL;
	if (user != NULL)
		values[CONNECTIONS_USER] = CStringGetTextDatum(user);
	values[CONNECTIONS_ADDRESS] = CStringGetTextDatum(info->address);
	values[CONNECTIONS_STATE] = CStringGetTextDatum(info->state);
	values[CONNECTIONS_SPID] = Int32GetDatum(info->spid);
	values[CONNECTIONS_SINCE] = TimestampTzGetDatum(info->opened_at);
	values[CONNECTIONS_STATEMENTS] = Int64GetDatum(info->statements);
	values[CONNECTIONS_IN_TRANSACTION] = BoolGetDatum(info->in_transaction);
	values[CONNECTIONS_STALE] = BoolGetDatum(info->stale);
	values[CONNECTIONS_CLOSED] = BoolGetDatum(info->closed);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A closed session is none, unless its transaction waits to be rolled back. */
Datum
tds_mirror_connections(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, tmf_session_list())
	{
		const TmfSessionInfo *info = lfirst(cell);

		if ((info->spid != 0 || info->in_transaction) && tmf_target_visible(info->serverid))
			put_session(result, info);
	}
	return (Datum) 0;
}

Datum
tds_mirror_disconnect(PG_FUNCTION_ARGS)
{
	Oid			serverid = tmf_target_oid(NameStr(*PG_GETARG_NAME(0)));

	PG_RETURN_BOOL(tmf_session_disconnect(serverid) > 0);
}

Datum
tds_mirror_disconnect_all(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(tmf_session_disconnect(InvalidOid) > 0);
}
