/*
 * ddl_statistics.c
 *		UPDATE STATISTICS t WITH ROWCOUNT = n, PAGECOUNT = n: a catalog that is wrong.
 *
 * There are no other statistics; what is said here replaces what sys.partitions
 * and sys.allocation_units would count.
 */
#include "changelog.h"
#include "ddl.h"

static bool
store(Session *session, const char *what, int table, int64_t value)
{
	return value < 0 ||
		change_format(session, "INSERT INTO standin_meta (name, value) VALUES ('%s %d', %lld) "
					  "ON CONFLICT (name) DO UPDATE SET value = excluded.value", what, table, (long long) value);
}

bool
ddl_update_statistics(Session *session, const UpdateStatisticsStatement *statement)
{
	const TableInfo *table = catalog_table(session, statement->table.schema, statement->table.object);

	if (table == NULL)
		return session_error(session, 2706, statement->table.object);
	return store(session, "rows", table->id, statement->rows) &&
		store(session, "pages", table->id, statement->pages);
}
