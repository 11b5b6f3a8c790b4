/*
 * src/exec/remote_size.c
 *		How large a remote table is, and the part of it that makes a sample.
 *
 * PostgreSQL takes its own samples from as many pages as it wants rows: few rows
 * of each of many pages, because rows of one page are alike (the lines of an
 * order, the events of a day) and would make values look more frequent, and
 * fewer, than they are.  So does "auto": pages by TABLESAMPLE, as many as rows
 * are wanted, and of their rows a random part.  A table of fewer pages is read
 * whole by the server, and a view always is; what travels is the sample.
 */
#include "postgres.h"

#include <math.h>

#include "optimizer/plancat.h"

#include "exec/remote_size.h"
#include "session/session.h"

/* Lost as often, a question is given up. */
#define MAX_RETRIES		2

/*
 * So many more than wanted that less should not come by chance; pages vary more
 * than rows, of which each has as many.
 */
static double
spare(double wanted, double rows_at_once)
{
	return Min(wanted * 0.5, wanted * 0.05 + 4 * sqrt(wanted * rows_at_once));
}

/* Integers of the only row; -1 for NULL.  False: the connection was lost. */
static bool
read_row(TmfSession *session, const char *sql, int64 *values, int count)
{
	WireConn   *conn = tmf_session_conn(session);
	TmfFetch	fetch = tmf_session_fetch(session, sql);
	int			i;

	for (i = 0; i < count && fetch == TMF_FETCH_ROW; i++)
	{
		int			length = 0;
		const void *value = i < wire_column_count(conn) ? wire_value(conn, i, &length) : NULL;

		values[i] = -1;
		if (value != NULL && length == sizeof(int64))
			memcpy(&values[i], value, sizeof(int64));
	}
	if (fetch == TMF_FETCH_ROW)
		fetch = tmf_session_fetch(session, sql);
	return fetch == TMF_FETCH_END;
}

void
tmf_remote_ask(UserMapping *user, const char *sql, int64 *values, int count)
{
	TmfRequest	request = {sql};
	int			tries;

	for (tries = 0;; tries++)
	{
		TmfSession *session = tmf_session_acquire_to_read(user);

		if (tmf_session_query(session, &request, NULL) && read_row(session, sql, values, count))
			return;
		if (tries == MAX_RETRIES)
			tmf_session_raise_lost(session, sql, 0);
	}
}

void
tmf_remote_size(Relation rel, UserMapping *user, bool count, TmfRemoteSize *size)
{
	char	   *sql = tmf_deparse_size(rel);
	int64		known[2] = {-1, -1};	/* rows, pages */

	if (sql != NULL)
		tmf_remote_ask(user, sql, known, lengthof(known));
	size->stored = known[0] >= 0;
	size->counted = count || !size->stored;
	if (size->counted)
		tmf_remote_ask(user, tmf_deparse_count(rel), known, 1);
	size->rows = Max(known[0], 0);
	size->pages = known[1] > 0 ? known[1] :
		ceil(size->rows * get_relation_data_width(RelationGetRelid(rel), NULL) / BLCKSZ);
}

void
tmf_remote_sample(const TmfRemoteSize *size, TmfSampling method, int wanted,
				  TmfSample *sample, double *expected)
{
	bool		whole_pages = size->stored && method == TMF_SAMPLING_SYSTEM;
	double		rows = wanted + spare(wanted, whole_pages ? size->rows / Max(size->pages, 1) : 1);

	sample->percent = 100;
	sample->share = 1;
	sample->most = method == TMF_SAMPLING_OFF ? 0 : 2 * (int64) wanted;
	*expected = size->rows;
	if (method == TMF_SAMPLING_OFF || size->rows <= rows)
		return;

	*expected = rows;
	if (whole_pages)
		sample->percent = 100 * rows / size->rows;
	else if (size->stored && method == TMF_SAMPLING_AUTO)
		sample->percent = Min(100, 100 * Max(wanted / Max(size->pages, 1), rows / size->rows));
	sample->share = Min(1, rows / (size->rows * sample->percent / 100));
}
