/*
 * src/admin/target.c
 *		Looking up the foreign server that an SQL function names.
 *
 * The functions ask for the same privilege as a query on a foreign table would
 * need to come into being, USAGE on the server, and use the current user's own
 * mapping.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_user_mapping.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "admin/target.h"
#include "option/compat.h"

extern PGDLLEXPORT Datum tds_mirror_fdw_handler(PG_FUNCTION_ARGS);

/*
 * A wrapper may have any name; what makes it ours is that its handler is this
 * library's.  Others' libraries are not loaded for that.
 */
static bool
is_ours(const ForeignServer *server)
{
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);
	HeapTuple	tuple;
	char	   *symbol;
	bool		isnull = true;
	Datum		source;
	FmgrInfo	handler;

	if (!OidIsValid(wrapper->fdwhandler))
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(wrapper->fdwhandler));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", wrapper->fdwhandler);
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	symbol = isnull ? "" : TextDatumGetCString(source);
	ReleaseSysCache(tuple);
	if (strcmp(symbol, "tds_mirror_fdw_handler") != 0)
		return false;
	fmgr_info(wrapper->fdwhandler, &handler);
	return handler.fn_addr == tds_mirror_fdw_handler;
}

static bool
has_mapping(Oid userid, Oid serverid)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(userid),
								 ObjectIdGetDatum(serverid)) ||
		SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
							  ObjectIdGetDatum(serverid));
}

Oid
tmf_target_oid(const char *server_name)
{
	ForeignServer *server = GetForeignServerByName(server_name, false);

	if (!is_ours(server))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("server \"%s\" does not belong to tds_mirror_fdw", server_name)));
	if (!TMF_MAY_USE_SERVER(server->serverid))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FOREIGN_SERVER, server_name);
	return server->serverid;
}

TmfTarget *
tmf_target(const char *server_name)
{
	Oid			serverid = tmf_target_oid(server_name);
	TmfTarget  *target = palloc(sizeof(TmfTarget));

	target->server = tmf_server_options(serverid);
	target->user = tmf_user_options(GetUserMapping(GetUserId(), serverid));
	return target;
}

int64
tmf_timeout_ms(const Interval *timeout)
{
	int64		timeout_ms = timeout->time / 1000 +
	(timeout->day + (int64) timeout->month * DAYS_PER_MONTH) * SECS_PER_DAY * 1000;

	if (timeout_ms <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("timeout must be greater than zero")));
	return timeout_ms;
}

bool
tmf_target_visible(Oid serverid)
{
	return GetForeignServerExtended(serverid, FSV_MISSING_OK) != NULL && TMF_MAY_USE_SERVER(serverid);
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

List *
tmf_target_names(void)
{
	Relation	servers = table_open(ForeignServerRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(servers, 0, NULL);
	List	   *names = NIL;
	HeapTuple	tuple;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_foreign_server form = (Form_pg_foreign_server) GETSTRUCT(tuple);
		ForeignServer *server = GetForeignServer(form->oid);

		if (is_ours(server) && TMF_MAY_USE_SERVER(form->oid) && has_mapping(GetUserId(), form->oid))
			names = lappend(names, pstrdup(NameStr(form->srvname)));
	}
	table_endscan(scan);
	table_close(servers, AccessShareLock);
	list_sort(names, compare_names);
	return names;
}
