/*
 * src/session/commit_log_table.c
 *		The table of the commit log: made, and kept from growing.
 *
 * A table that somebody else has made may serve as well, if nothing about it
 * could make a mark or a tombstone mean less than it should: it must be a table
 * of the mirrored database itself, its key must refuse duplicates, and no
 * trigger may have a say.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "session/commit_log.h"
#include "session/failover.h"
#include "session/quote.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

#define SECONDS_A_DAY	86400
/* Rows of one DELETE: a larger one would lock the table. */
#define PRUNE_ROWS	1000
/* Older than this is nothing; larger intervals do not fit into DATEADD. */
#define OLDEST_DAYS	36500

#define TABLE_RIGHT		(-1)
#define TABLE_MISSING	(-2)

#define TEXT_COLUMN \
	"(t.name IN (N'varchar', N'char') AND (c.max_length >= 9 OR c.max_length = -1) OR " \
	"t.name IN (N'nvarchar', N'nchar') AND (c.max_length >= 18 OR c.max_length = -1))"

#define COLUMN(name, condition) \
	"EXISTS (SELECT 1 FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id " \
	"WHERE c.object_id = @o AND c.is_computed = 0 AND c.name = N'" name "' AND " condition ")"

/* What may be wrong with a table of that name, in order of asking. */
static const struct
{
	const char *condition;
	const char *problem;
}			problems[] =
{
	{"NOT EXISTS (SELECT 1 FROM sys.tables WHERE object_id = @o)",
	"It is not a table."},
	{"NOT " COLUMN("id", "t.name = N'uniqueidentifier' AND c.is_nullable = 0"),
	"It has no column \"id\" of type uniqueidentifier NOT NULL."},
	{"NOT " COLUMN("outcome", TEXT_COLUMN),
	"It has no column \"outcome\" that holds a text of nine characters."},
	{"NOT " COLUMN("written_at", "t.name = N'datetime2' AND c.default_object_id <> 0"),
	"It has no column \"written_at\" of type datetime2 with a default."},
	{"NOT EXISTS (SELECT 1 FROM sys.indexes i WHERE i.object_id = @o AND i.is_unique = 1 AND "
		"i.is_disabled = 0 AND i.has_filter = 0 AND "
		"1 = (SELECT COUNT(*) FROM sys.index_columns k WHERE k.object_id = i.object_id AND "
		"k.index_id = i.index_id AND k.key_ordinal > 0) AND "
		"EXISTS (SELECT 1 FROM sys.index_columns k JOIN sys.columns c "
		"ON c.object_id = k.object_id AND c.column_id = k.column_id "
		"WHERE k.object_id = i.object_id AND k.index_id = i.index_id AND k.key_ordinal > 0 AND c.name = N'id'))",
	"Its column \"id\" is not the primary key."},
	{"EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = @o AND ignore_dup_key = 1)",
	"One of its indexes ignores duplicate keys."},
	{"EXISTS (SELECT 1 FROM sys.triggers WHERE parent_id = @o AND is_disabled = 0)",
	"It has a trigger."},
	{"EXISTS (SELECT 1 FROM sys.columns WHERE object_id = @o AND "
		"name NOT IN (N'id', N'outcome', N'written_at') AND is_nullable = 0 AND "
		"default_object_id = 0 AND is_identity = 0 AND is_computed = 0)",
	"It has another column that needs a value."}
};

typedef struct Log
{
	const TmfServerOptions *options;
	StringInfoData name;
	TmfAttempt	attempt;
} Log;

/* On a connection of its own, which ends with the current memory context. */
static void
open_log(Log *log, const TmfServerOptions *options, const TmfUserOptions *user)
{
	TmfOpened	opened;

	if (options->commit_log_table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("server \"%s\" has no commit log", options->name),
				 errhint("Name its table first: ALTER SERVER %s OPTIONS (ADD commit_log_table 'dbo.tds_mirror_commit_log').",
						 options->name)));
	log->options = options;
	initStringInfo(&log->name);
	tmf_commit_log_name(&log->name, options);
	tmf_failover_open(options, user, &opened);
	tmf_attempt_adopt(&log->attempt, opened.conn);
	if (!opened.role.visible)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the mirroring state of database \"%s\" is not visible to this login",
						options->database),
				 errhint("Grant VIEW ANY DATABASE to the login.")));
}

/* Runs a batch that answers with an integer; raises when it does not. */
static int
ask(Log *log, const char *sql, int missing)
{
	int			answer;
	WireStatus	status;

	status = tmf_attempt_ask(&log->attempt, sql, tmf_now_ms() + log->options->commit_timeout_ms,
							 missing, &answer);
	if (status == WIRE_FAILED)
		tmf_report_error(log->options->name, &log->attempt.error, sql);
	if (status != WIRE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("connection to server \"%s\" was lost", log->options->name),
				 errdetail_internal("%s", log->attempt.summary),
				 errhint("Run the statement again: it will go to whichever partner is principal then."),
				 errcontext("remote SQL command: %s", sql)));
	return answer;
}

/* TABLE_RIGHT, TABLE_MISSING, or a number of problems[]. */
static int
examine(Log *log)
{
	StringInfoData sql;
	int			i;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "DECLARE @o int; SET @o = OBJECT_ID(");
	tmf_quote_literal(&sql, log->name.data);
	appendStringInfo(&sql, "); SELECT CASE WHEN @o IS NULL THEN %d", TABLE_MISSING);
	for (i = 0; i < lengthof(problems); i++)
		appendStringInfo(&sql, " WHEN %s THEN %d", problems[i].condition, i);
	appendStringInfo(&sql, " ELSE %d END", TABLE_RIGHT);
	return ask(log, sql.data, TABLE_MISSING);
}

bool
tmf_commit_log_create(const TmfServerOptions *options, const TmfUserOptions *user)
{
	Log			log = {0};
	int			found;
	StringInfoData sql;

	open_log(&log, options, user);
	found = examine(&log);
	if (found == TABLE_RIGHT)
	{
		tmf_attempt_close(&log.attempt);
		return false;
	}
	if (found != TABLE_MISSING)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s of server \"%s\" cannot serve as commit log", log.name.data,
						options->name),
				 errdetail_internal("%s", problems[found].problem),
				 errhint("Name another table in the server option commit_log_table; this function creates it.")));
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s ([id] uniqueidentifier NOT NULL PRIMARY KEY, "
					 "[outcome] varchar(9) NOT NULL CHECK ([outcome] IN ('committed', 'aborted')), "
					 "[written_at] datetime2 NOT NULL DEFAULT SYSUTCDATETIME())", log.name.data);
	(void) ask(&log, sql.data, 0);
	tmf_attempt_close(&log.attempt);
	return true;
}

int64
tmf_commit_log_prune(const TmfServerOptions *options, const TmfUserOptions *user, int64 age_s)
{
	Log			log = {0};
	StringInfoData sql;
	int64		total = 0;
	int			removed;

	if (age_s < SECONDS_A_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of the commit log must be at least a day old to be removed"),
				 errdetail("A row that is younger may still have to tell what became of a transaction.")));
	open_log(&log, options, user);
	initStringInfo(&sql);
	appendStringInfo(&sql, "DELETE TOP (%d) FROM %s WHERE [written_at] < "
					 "DATEADD(second, -%d, DATEADD(day, -%d, SYSUTCDATETIME())); SELECT @@ROWCOUNT",
					 PRUNE_ROWS, log.name.data, (int) (age_s % SECONDS_A_DAY),
					 (int) Min(age_s / SECONDS_A_DAY, OLDEST_DAYS));
	do
	{
		removed = ask(&log, sql.data, 0);
		total += removed;
	} while (removed == PRUNE_ROWS);
	tmf_attempt_close(&log.attempt);
	return total;
}
