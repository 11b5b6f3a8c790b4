/*
 * src/admin/diag.c
 *		tds_mirror_diag(): versions, and what a login gets of each server.
 *
 * Asked on a connection of its own to whoever serves the database, in two
 * questions, for the second needs a permission that few logins have.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/failover.h"
#include "session/report.h"
#include "session/wait.h"

PGDLLEXPORT Datum tds_mirror_diag(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_diag);

/* A server that does not answer holds the others up no longer than this. */
#define DIAG_PATIENCE_MS	5000

/* The server's answers come in this order, all of them as text. */
enum DiagColumn
{
	DIAG_SERVER,
	DIAG_EXTENSION,
	DIAG_LIBRARY,
	DIAG_ADDRESS,
	DIAG_TDS,
	DIAG_ENCRYPTED,
	DIAG_INSTANCE,				/* first of the answers */
	DIAG_VERSION,
	DIAG_LEVEL,
	DIAG_EDITION,
	DIAG_COMPATIBILITY,
	DIAG_VIEW_ANY,
	DIAG_PROBLEM,
	DIAG_COLUMNS
};

#define DIAG_ANSWERS	(DIAG_PROBLEM - DIAG_INSTANCE)

static const char *const questions =
"SELECT CAST(@@SERVERNAME AS nvarchar(128)), "
"CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), "
"CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)), "
"CAST(SERVERPROPERTY('Edition') AS nvarchar(128)), "
"CAST((SELECT compatibility_level FROM sys.databases WHERE database_id = DB_ID()) AS nvarchar(128)), "
"CAST(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DATABASE') AS nvarchar(128))";

static const char *const encryption_question =
"SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID";

/* Text for each column; the row type says what becomes of it. */
typedef struct DiagRow
{
	char	   *text[DIAG_COLUMNS];
	int			first;			/* where the next answers go ... */
	int			count;			/* ... and how many are expected */
} DiagRow;

static void
take_answers(const WireConn *conn, void *argument)
{
	DiagRow    *row = argument;
	int			i;

	for (i = 0; i < Min(row->count, wire_column_count(conn)); i++)
	{
		WireColumn	column;
		int			length;
		const char *value = wire_value(conn, i, &length);

		wire_column(conn, i, &column);
		if (value != NULL && column.type == WIRE_TYPE_TEXT)
			row->text[row->first + i] = tmf_report_words(pnstrdup(value, length));
	}
}

/* Logs in at endpoint and asks; false: the row says why not. */
static bool
ask(const TmfTarget *target, const Endpoint *endpoint, DiagRow *row)
{
	int64		until = tmf_now_ms() + Min(target->server->login_timeout_ms, DIAG_PATIENCE_MS);
	TmfAttempt	attempt;
	bool		answered = false;

	tmf_attempt(target->server, target->user, endpoint, NULL, until, &attempt);
	if (attempt.open)
	{
		int			version = wire_tds_version(attempt.conn);

		row->text[DIAG_TDS] = psprintf("%d.%d", version / 10, version % 10);
		row->first = DIAG_INSTANCE;
		row->count = DIAG_ANSWERS;
		answered = tmf_attempt_rows(&attempt, questions, until, take_answers, row) == WIRE_OK;
	}
	if (!answered)
		row->text[DIAG_PROBLEM] = pstrdup(attempt.summary);
	else
	{
		row->text[DIAG_PROBLEM] = NULL;
		row->first = DIAG_ENCRYPTED;
		row->count = 1;
		(void) tmf_attempt_rows(&attempt, encryption_question, until, take_answers, row);
	}
	tmf_attempt_close(&attempt);
	return answered;
}

/* As CREATE EXTENSION or ALTER EXTENSION has left it; NULL when there is none. */
static char *
extension_version(void)
{
	Relation	extensions = table_open(ExtensionRelationId, AccessShareLock);
	char	   *version = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("tds_mirror_fdw"));
	scan = systable_beginscan(extensions, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
											RelationGetDescr(extensions), &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(extensions, AccessShareLock);
	return version;
}

static void
put_server(ReturnSetInfo *result, const char *name, char *version)
{
	TmfTarget  *target = tmf_target(name);
	const TmfPartners *partners = tmf_partners_get(target->server);
	PairSide	side = partners->principal_known ? partners->principal : PAIR_INITIAL;
	int			count = partners->has_failover ? PAIR_SIDES : 1;
	Endpoint	endpoint[PAIR_SIDES];
	char		address[ENDPOINT_TEXT_MAX];
	DiagRow		row = {{NULL}};

	/* asking serves interrupts, which may change the entry: work on a copy */
	endpoint[PAIR_INITIAL] = partners->side[PAIR_INITIAL].endpoint;
	endpoint[PAIR_FAILOVER] = partners->side[PAIR_FAILOVER].endpoint;
	while (count-- > 0 && !ask(target, &endpoint[side], &row))
	{
		if (count > 0)
			side = side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	}
	endpoint_format(&endpoint[side], address, sizeof(address));
	row.text[DIAG_SERVER] = target->server->name;
	row.text[DIAG_EXTENSION] = version;
	row.text[DIAG_LIBRARY] = pstrdup(wire_library_version());
	row.text[DIAG_ADDRESS] = address;
	tuplestore_puttuple(result->setResult,
						BuildTupleFromCStrings(TupleDescGetAttInMetadata(result->setDesc), row.text));
}

Datum
tds_mirror_diag(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *version = extension_version();
	List	   *names;
	ListCell   *cell;

	if (PG_ARGISNULL(0))
		names = tmf_target_names();
	else
		names = list_make1(NameStr(*PG_GETARG_NAME(0)));

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, names)
		put_server(result, lfirst(cell), version);
	return (Datum) 0;
}
