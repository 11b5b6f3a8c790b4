/*
 * test/standin/mirror_log.c
 *		The log of a database: the table standin_log in its own file.
 *
 * It is written in the transaction that it describes, so data and log cannot
 * differ after a crash, whichever partner crashed.
 */
#include "mirror_log.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "reader.h"

#define ROWS_KEPT		1000	/* enough for a partner that was away for a moment */
#define BYTES_KEPT		"67108864"
#define LARGE_RECORD	65536
#define JOINED_MAX		(900 * 1024 * 1024) /* below SQLite's and the link's limit */

const char *
log_create(sqlite3 *handle)
{
	return sqlite3_exec(handle, "CREATE TABLE IF NOT EXISTS standin_log(lsn INTEGER PRIMARY KEY,"
						" chain INTEGER NOT NULL, record BLOB NOT NULL)",
						NULL, NULL, NULL) == SQLITE_OK ? NULL : sqlite3_errmsg(handle);
}

bool
log_position(sqlite3 *handle, int64_t *lsn, uint64_t *chain)
{
	sqlite3_stmt *statement;
	int			code;

	*lsn = 0;
	*chain = 0;
	if (sqlite3_prepare_v2(handle, "SELECT lsn, chain FROM standin_log ORDER BY lsn DESC LIMIT 1",
						   -1, &statement, NULL) != SQLITE_OK)
		return false;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
	{
		*lsn = sqlite3_column_int64(statement, 0);
		*chain = (uint64_t) sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool
log_holds(sqlite3 *handle, int64_t lsn, uint64_t chain)
{
	sqlite3_stmt *statement;
	bool		holds = false;

	/* the row itself, or, before the first transaction, the row that follows it */
	if (sqlite3_prepare_v2(handle, "SELECT CASE WHEN ?1 = 0 THEN (SELECT coalesce(min(lsn), 1) = 1"
						   " FROM standin_log) ELSE (SELECT chain = ?2 FROM standin_log"
						   " WHERE lsn = ?1) END", -1, &statement, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_int64(statement, 1, lsn);
	sqlite3_bind_int64(statement, 2, (int64_t) chain);
	if (sqlite3_step(statement) == SQLITE_ROW)
		holds = sqlite3_column_int(statement, 0) == 1;
	sqlite3_finalize(statement);
	return holds;
}

uint64_t
log_chain(uint64_t chain, const void *joined, size_t size)
{
	const char *bytes = joined;
	uint64_t	word;
	size_t		i;

	chain ^= size + UINT64_C(0x9E3779B97F4A7C15);
	for (i = 0; i < size; i += sizeof(word))
	{
		word = 0;
		memcpy(&word, bytes + i, size - i < sizeof(word) ? size - i : sizeof(word));
		chain = (chain ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
		chain ^= chain >> 32;
	}
	return chain;
}

static bool
run(sqlite3 *handle, const char *sql, int64_t number)
{
	sqlite3_stmt *statement;
	bool		done;

	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_int64(statement, 1, number);
	done = sqlite3_step(statement) == SQLITE_DONE;
	sqlite3_finalize(statement);
	return done;
}

bool
log_append(sqlite3 *handle, int64_t lsn, uint64_t chain, const void *joined, size_t size,
		   int64_t hold)
{
	sqlite3_stmt *statement;
	int64_t		oldest = lsn - ROWS_KEPT < hold ? lsn - ROWS_KEPT : hold;
	bool		done;

	if (sqlite3_prepare_v2(handle, "INSERT INTO standin_log VALUES (?, ?, ?)", -1, &statement,
						   NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_int64(statement, 1, lsn);
	sqlite3_bind_int64(statement, 2, (int64_t) chain);
	sqlite3_bind_blob64(statement, 3, joined, size, SQLITE_STATIC);
	done = sqlite3_step(statement) == SQLITE_DONE;
	sqlite3_finalize(statement);
	if (!done || !run(handle, "DELETE FROM standin_log WHERE lsn <= ?", oldest))
		return false;

	/* large transactions are kept by bytes, but the newest always */
	return size < LARGE_RECORD ||
		run(handle, "DELETE FROM standin_log WHERE lsn <= ?1 AND lsn <= (SELECT max(lsn) FROM"
			" (SELECT lsn, sum(length(record)) OVER (ORDER BY lsn DESC) AS bytes FROM standin_log)"
			" WHERE bytes > " BYTES_KEPT ")", hold < lsn ? hold : lsn - 1);
}

int
log_read(sqlite3 *handle, int64_t lsn, int limit, LogVisit visit, void *argument)
{
	sqlite3_stmt *statement;
	int			count = 0;
	int			code;

	if (sqlite3_prepare_v2(handle, "SELECT lsn, chain, record FROM standin_log WHERE lsn > ?"
						   " ORDER BY lsn LIMIT ?", -1, &statement, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_int64(statement, 1, lsn);
	sqlite3_bind_int(statement, 2, limit);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
	{
		const void *joined = sqlite3_column_blob(statement, 2);

		if (!visit(argument, sqlite3_column_int64(statement, 0),
				   (uint64_t) sqlite3_column_int64(statement, 1), joined,
				   (size_t) sqlite3_column_bytes(statement, 2)))
			break;
		count++;
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? count : -1;
}

char *
log_join(const LogRecord *records, int count, size_t *size)
{
	size_t		total = 0;
	size_t		at = 0;
	char	   *joined;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (records[i].size > JOINED_MAX - total)
			return NULL;
		total += sizeof(uint32_t) + records[i].size;
	}
	joined = malloc(total > 0 ? total : 1);
	for (i = 0; joined != NULL && i < count; i++)
	{
		uint32_t	length = htole32((uint32_t) records[i].size);

		memcpy(joined + at, &length, sizeof(length));
		memcpy(joined + at + sizeof(length), records[i].data, records[i].size);
		at += sizeof(length) + records[i].size;
	}
	*size = total;
	return joined;
}

const char *
log_replay(sqlite3 *handle, const void *joined, size_t size)
{
	Reader		reader;
	uint32_t	length;
	const char *record;
	const char *problem;

	reader_init(&reader, joined, size);
	while (reader_left(&reader) > 0)
	{
		length = reader_u32(&reader);
		record = reader_bytes(&reader, length);
		if (record == NULL)
			return "a damaged record";
		problem = engine_replay(handle, record, length);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}
