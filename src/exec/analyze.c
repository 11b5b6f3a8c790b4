/*
 * src/exec/analyze.c
 *		ANALYZE: a sample of the remote rows.
 *
 * The server sends a random part of the table, little more than the sample; of
 * what comes, each row has the same chance to stay (a reservoir).  Rows are read
 * as those of a scan are.  Nothing is handed over before all have come, so that a
 * sample whose connection was lost is taken anew, wherever that happened.
 *
 * The size that the catalog knows may be far from the truth.  That shows in how
 * many rows come: then they are counted, and the sample is taken once more.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/vacuum.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/sampling.h"

#include "exec/analyze.h"
#include "exec/remote_size.h"
#include "exec/row.h"
#include "plan/paths.h"
#include "session/session.h"

#define MAX_RETRIES		2

/* Twice as many rows as expected, or less than half: the size was wrong. */
#define FAR				2.0

typedef struct Sampler
{
	Relation	rel;
	UserMapping *user;
	const char *sql;
	TmfRow	   *row;
	TupleTableSlot *slot;
	MemoryContext bind_context; /* of decoders */
	MemoryContext row_context;
	int			wanted;
	HeapTuple  *rows;			/* room for as many */
	int			kept;
	uint64		received;
} Sampler;

/* The mapping of whoever owns the table: PostgreSQL runs ANALYZE as him, too. */
static UserMapping *
owner_mapping(Relation rel)
{
	return GetUserMapping(rel->rd_rel->relowner, GetForeignTable(RelationGetRelid(rel))->serverid);
}

/* Reads the row at hand and puts it in place number at. */
static void
keep_row(Sampler *sampler, TmfSession *session, int at)
{
	MemoryContext context = MemoryContextSwitchTo(sampler->row_context);

	tmf_row_read(sampler->row, tmf_session_conn(session), sampler->received, true, sampler->slot);
	MemoryContextSwitchTo(context);
	if (at == sampler->kept)
		sampler->kept++;
	else
		heap_freetuple(sampler->rows[at]);
	sampler->rows[at] = ExecCopySlotHeapTuple(sampler->slot);
	ExecClearTuple(sampler->slot);
	MemoryContextReset(sampler->row_context);
}

/* All rows that come have the same chance.  False: the connection was lost. */
static bool
fill_reservoir(Sampler *sampler, TmfSession *session)
{
	ReservoirStateData reservoir;
	double		to_skip = -1;
	TmfFetch	fetch;

	reservoir_init_selection_state(&reservoir, sampler->wanted);
	while ((fetch = tmf_session_fetch(session, sampler->sql)) == TMF_FETCH_ROW)
	{
		sampler->received++;
		if (sampler->kept < sampler->wanted)
		{
			keep_row(sampler, session, sampler->kept);
			continue;
		}
		if (to_skip < 0)
			to_skip = reservoir_get_next_S(&reservoir, sampler->received - 1, sampler->wanted);
		if (to_skip <= 0)
			keep_row(sampler, session, (int) (sampler->wanted *
											  sampler_random_fract(&reservoir.randstate)));
		to_skip -= 1;
	}
	return fetch == TMF_FETCH_END;
}

static void
forget_rows(Sampler *sampler)
{
	while (sampler->kept > 0)
		heap_freetuple(sampler->rows[--sampler->kept]);
	sampler->received = 0;
}

static void
take_sample(Sampler *sampler, const TmfSample *sample)
{
	TmfRequest	request = {0};
	TmfSelect	select;
	String	   *name;
	int			tries;

	tmf_deparse_sample(sampler->rel, sample, &select);
	sampler->sql = request.sql = select.sql;
	name = makeString(psprintf("\"%s\"", RelationGetRelationName(sampler->rel)));
	sampler->row = tmf_row_make(RelationGetDescr(sampler->rel),
								tmf_scan_private(&select, NIL, name, ""));
	for (tries = 0;; tries++)
	{
		TmfSession *session = tmf_session_acquire_to_read(sampler->user);

		forget_rows(sampler);
		if (tmf_session_query(session, &request, NULL))
		{
			tmf_row_bind(sampler->row, tmf_session_conn(session), sampler->bind_context);
			if (fill_reservoir(sampler, session))
				return;
		}
		if (tries == MAX_RETRIES)
			tmf_session_raise_lost(session, sampler->sql, sampler->received);
	}
}

/* As many rows as came, when that is not what size makes one expect, tell of another. */
static bool
contradicts(const Sampler *sampler, const TmfSample *sample, double expected)
{
	return (sample->most > 0 && sampler->received >= sample->most) ||
		sampler->received * FAR < expected;
}

static bool
has_come_whole(const Sampler *sampler, const TmfSample *sample)
{
	return sample->percent >= 100 && sample->share >= 1 &&
		(sample->most == 0 || sampler->received < sample->most);
}

static double
sample_remote(Sampler *sampler, TmfSampling method)
{
	TmfRemoteSize size;
	TmfSample	sample;
	double		expected;
	bool		count = false;

	for (;;)
	{
		tmf_remote_size(sampler->rel, sampler->user, count, &size);
		tmf_remote_sample(&size, method, sampler->wanted, &sample, &expected);
		take_sample(sampler, &sample);
		if (size.counted || !contradicts(sampler, &sample, expected))
			break;
		count = true;
	}
	return has_come_whole(sampler, &sample) ? sampler->received : size.rows;
}

static int
acquire_sample(Relation rel, int elevel, HeapTuple *rows, int targrows,
			   double *totalrows, double *totaldeadrows)
{
	TmfTableOptions *options = tmf_table_options(RelationGetRelid(rel));
	Sampler		sampler = {rel};

	sampler.user = owner_mapping(rel);
	sampler.bind_context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw decoders",
												 ALLOCSET_SMALL_SIZES);
	sampler.row_context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw row",
												ALLOCSET_DEFAULT_SIZES);
	sampler.slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsVirtual);
	memset(sampler.slot->tts_isnull, true, RelationGetNumberOfAttributes(rel) * sizeof(bool));
	sampler.wanted = targrows;
	sampler.rows = rows;
	*totalrows = sample_remote(&sampler, options->analyze_sampling);
	*totaldeadrows = 0;

	ExecDropSingleTupleTableSlot(sampler.slot);
	MemoryContextDelete(sampler.row_context);
	MemoryContextDelete(sampler.bind_context);
	ereport(elevel,
			(errmsg("\"%s\": remote table has %.0f rows; " UINT64_FORMAT " rows received, %d rows in sample",
					RelationGetRelationName(rel), *totalrows, sampler.received, sampler.kept)));
	return sampler.kept;
}

bool
tmfAnalyzeForeignTable(Relation rel, AcquireSampleRowsFunc *acquire, BlockNumber *pages)
{
	TmfRemoteSize size;

	tmf_remote_size(rel, owner_mapping(rel), false, &size);
	*pages = (BlockNumber) Min(Max(size.pages, 1), MaxBlockNumber);
	*acquire = acquire_sample;
	return true;
}
