/*
 * src/exec/row_whole.c
 *		Whole rows of tables in the rows of a join.
 *
 * The executor wants them where it may have to look at a row again, and queries
 * can name them.  All columns of such a table travel, and are put together here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "exec/row.h"
#include "option/compat.h"
#include "plan/deparse.h"

struct TmfRowWhole
{
	int			target;			/* attribute of the scan's tuple */
	TupleDesc	tuple;
	int		   *sources;		/* of each column, the attribute of the scan's tuple; 0: it was dropped */
	Datum	   *values;
	bool	   *nulls;
};

/* Where the scan's tuple has column attnum of relation varno. */
static int
source_of(List *scan_tlist, int varno, AttrNumber attnum)
{
	ListCell   *lc;

	foreach(lc, scan_tlist)
	{
		const TargetEntry *target = lfirst_node(TargetEntry, lc);
		const Var  *column = tmf_target_column(target);

		if (column != NULL && column->varno == varno && column->varattno == attnum)
			return target->resno;
	}
	elog(ERROR, "column %d of a whole row is missing", attnum);
}

/* The row that an UPDATE is made from is planned as a record, of whatever table that is. */
static Oid
type_of(const Var *row, EState *estate)
{
	if (row->vartype != RECORDOID)
		return row->vartype;
	return get_rel_type_id(exec_rt_fetch(row->varno, estate)->relid);
}

static TmfRowWhole *
make_whole(List *scan_tlist, const TargetEntry *target, EState *estate)
{
	const Var  *row = (const Var *) target->expr;
	TmfRowWhole *whole = palloc0(sizeof(TmfRowWhole));
	int			i;

	whole->target = target->resno;
	whole->tuple = lookup_rowtype_tupdesc_copy(type_of(row, estate), -1);
	whole->sources = palloc0(sizeof(int) * whole->tuple->natts);
	whole->values = palloc0(sizeof(Datum) * whole->tuple->natts);
	whole->nulls = palloc(sizeof(bool) * whole->tuple->natts);
	memset(whole->nulls, true, sizeof(bool) * whole->tuple->natts);
	for (i = 0; i < whole->tuple->natts; i++)
	{
		if (!TMF_IS_LOCAL(TupleDescAttr(whole->tuple, i)))
			whole->sources[i] = source_of(scan_tlist, row->varno, i + 1);
	}
	return whole;
}

List *
tmf_row_wholes(List *scan_tlist, EState *estate)
{
	List	   *wholes = NIL;
	ListCell   *lc;

	foreach(lc, scan_tlist)
	{
		const TargetEntry *target = lfirst_node(TargetEntry, lc);

		if (IsA(target->expr, Var) && ((const Var *) target->expr)->varattno == 0)
			wholes = lappend(wholes, make_whole(scan_tlist, target, estate));
	}
	return wholes;
}

static void
form_whole(TmfRowWhole *whole, Datum *values, bool *nulls)
{
	int			i;

	for (i = 0; i < whole->tuple->natts; i++)
	{
		int			source = whole->sources[i] - 1;

		if (source < 0)
			continue;
		whole->values[i] = values[source];
		whole->nulls[i] = nulls[source];
	}
	values[whole->target - 1] =
		HeapTupleGetDatum(heap_form_tuple(whole->tuple, whole->values, whole->nulls));
	nulls[whole->target - 1] = false;
}

void
tmf_row_form_wholes(List *wholes, Datum *values, bool *nulls)
{
	ListCell   *lc;

	foreach(lc, wholes)
		form_whole(lfirst(lc), values, nulls);
}
