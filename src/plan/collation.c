/*
 * src/plan/collation.c
 *		Does a collation sort by bytes?
 *
 * The catalog says so in every version.  PostgreSQL's own answer stands in a
 * header that cannot be read without ICU's, which no package of the server
 * brings along.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "option/compat.h"
#include "plan/shippable.h"

/* A locale of the C library, or one of PostgreSQL's own, which all sort by code points. */
static bool
sorts_by_bytes(int cache, HeapTuple row, AttrNumber attnum, char provider)
{
	bool		isnull;
	Datum		locale = SysCacheGetAttr(cache, row, attnum, &isnull);
	const char *name;

	if (provider == COLLPROVIDER_BUILTIN)
		return true;
	if (provider != COLLPROVIDER_LIBC || isnull)
		return false;
	name = TextDatumGetCString(locale);
	return strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0;
}

static bool
database_sorts_by_bytes(void)
{
	HeapTuple	row = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool		answer;

	if (!HeapTupleIsValid(row))
		return false;
	answer = sorts_by_bytes(DATABASEOID, row, Anum_pg_database_datcollate,
							((Form_pg_database) GETSTRUCT(row))->datlocprovider);
	ReleaseSysCache(row);
	return answer;
}

bool
tmf_collation_is_bytes(Oid collation)
{
	HeapTuple	row;
	bool		answer;

	if (collation == DEFAULT_COLLATION_OID)
		return database_sorts_by_bytes();
	row = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	if (!HeapTupleIsValid(row))
		return false;
	answer = sorts_by_bytes(COLLOID, row, Anum_pg_collation_collcollate,
							((Form_pg_collation) GETSTRUCT(row))->collprovider);
	ReleaseSysCache(row);
	return answer;
}
