/*
 * src/session/report.c
 *		The only place that turns a remote error into a PostgreSQL error.
 *
 * The server's own words are the message, so that whoever knows SQL Server
 * recognises them; which number means what to PostgreSQL is the verdict
 * table's business.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "pure/verdict.h"
#include "pure/violation.h"
#include "session/report.h"

int
tmf_report_sqlstate(const char *sqlstate)
{
	return MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4]);
}

/*
 * Appends a character of length bytes in the database's encoding; false when
 * that lacks it, or there is no converter.  as_is: UTF-8 can stand there.
 */
static bool
append_character(StringInfo words, const char *text, int length, bool as_is, Oid converter)
{
	unsigned char source[MAX_MULTIBYTE_CHAR_LEN + 1] = {0};
	unsigned char target[MAX_MULTIBYTE_CHAR_LEN * MAX_CONVERSION_GROWTH + 1] = {0};

	if (length == 1 || as_is)
	{
		appendBinaryStringInfo(words, text, length);
		return true;
	}
	if (!OidIsValid(converter))
		return false;
	memcpy(source, text, length);
	if (pg_do_encoding_conversion_buf(converter, PG_UTF8, GetDatabaseEncoding(), source, length,
									  target, sizeof(target), true) != length)
		return false;
	appendStringInfoString(words, (char *) target);
	return true;
}

/*
 * text, which is UTF-8 from the wire, in the database's encoding.  What it
 * cannot hold becomes "?": to report an error must not raise another one.  While
 * a transaction is being rolled back, no converter can be looked up.
 */
char *
tmf_report_words(const char *text)
{
	int			encoding = GetDatabaseEncoding();
	bool		as_is = encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
	Oid			converter = InvalidOid;
	StringInfoData words;

	if (!as_is && IsTransactionState())
		converter = FindDefaultConversionProc(PG_UTF8, encoding);
	initStringInfo(&words);
	while (*text)
	{
		int			length = pg_utf_mblen((const unsigned char *) text);
		bool		legal = (int) strnlen(text, length) == length &&
		pg_utf8_islegal((const unsigned char *) text, length);

		if (!legal)
			length = 1;
		if (!legal || !append_character(&words, text, length, as_is, converter))
			appendStringInfoChar(&words, '?');
		text += length;
	}
	return words.data;
}

static VerdictAnswer
judge(const WireError *error)
{
	if (error->number != 0)
		return verdict_of(VERDICT_SERVER, error->number, error->severity, VERDICT_STATEMENT);
	return verdict_of(VERDICT_CLIENT, error->client_number, error->severity, VERDICT_STATEMENT);
}

static char *
detail_of(const WireError *error)
{
	if (error->number == 0)
		return psprintf("DB-Library error %d%s%s.", error->client_number,
						error->os_error ? ": " : "",
						error->os_error ? strerror(error->os_error) : "");
	if (error->procedure[0] == '\0')
		return psprintf("SQL Server error %d, state %d, severity %d, line %d.",
						error->number, error->state, error->severity, error->line);
	return psprintf("SQL Server error %d, state %d, severity %d, procedure %s, line %d.",
					error->number, error->state, error->severity,
					tmf_report_words(error->procedure), error->line);
}

/* What to do about errors that are not about the statement; NULL: nothing to add. */
static const char *
remedy_of(const WireError *error)
{
	static const struct
	{
		int			number;
		const char *remedy;
	}			remedies[] =
	{
		{3952, "Run ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON on the principal; without it REPEATABLE READ is not possible there."},
		{3960, "Run the transaction again."},
		{4712, "Use DELETE, or drop the foreign keys that refer to the table there."}
	};
	int			i;

	for (i = 0; i < lengthof(remedies); i++)
	{
		if (remedies[i].number == error->number)
			return remedies[i].remedy;
	}
	return NULL;
}

/* A field of the error's own, where the server's message says it. */
static int
errnamed(int field, ViolationName name)
{
	if (name.length > 0)
		err_generic_string(field, tmf_report_words(pnstrdup(name.text, name.length)));
	return 0;
}

void
tmf_report_error(const char *server_name, const WireError *error, const char *sql)
{
	VerdictAnswer answer = judge(error);
	const char *text = error->number != 0 ? error->text : error->client_text;
	const char *remedy = remedy_of(error);
	Violation	violation;

	violation_of(error->number, error->text, &violation);
	ereport(ERROR,
			(errcode(tmf_report_sqlstate(violation.sqlstate ? violation.sqlstate : answer.sqlstate)),
			 errmsg("server \"%s\": %s", server_name, tmf_report_words(text)),
			 errdetail_internal("%s", detail_of(error)),
			 remedy ? errhint("%s", remedy) : 0,
			 errnamed(PG_DIAG_SCHEMA_NAME, violation.schema),
			 errnamed(PG_DIAG_TABLE_NAME, violation.table),
			 errnamed(PG_DIAG_COLUMN_NAME, violation.column),
			 errnamed(PG_DIAG_CONSTRAINT_NAME, violation.constraint),
			 sql ? errcontext("remote SQL command: %s", sql) : 0));
}

void
tmf_report_summary(const WireError *error, char *buffer, size_t size)
{
	if (error->number != 0)
		snprintf(buffer, size, "error %d: %s", error->number, tmf_report_words(error->text));
	else
		snprintf(buffer, size, "%s%s%s", tmf_report_words(error->client_text),
				 error->os_error ? ": " : "",
				 error->os_error ? strerror(error->os_error) : "");
	buffer[pg_mbcliplen(buffer, strlen(buffer), size - 1)] = '\0';
}
