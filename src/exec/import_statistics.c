/*
 * src/exec/import_statistics.c
 *		ANALYZE without a sample: the server makes the statistics.
 *
 * One aggregate query of the whole table: how many rows, and of each column how
 * many NULLs, how many values that differ, and how long they are.  No row travels,
 * and the numbers are exact, where those of a sample are guessed; what a sample
 * tells about frequent values and their distribution is not asked.  The server
 * reads all of the table for it, so it is done only where a user has said so.
 */
#include "postgres.h"

#include "foreign/fdwapi.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "exec/analyze.h"
#include "exec/remote_size.h"
#include "option/compat.h"
#include "option/option.h"

#if TMF_IMPORTS_STATISTICS

#include "statistics/statistics.h"

/* Of a column, in this order, behind the number of rows. */
enum
{
	FOUND_VALUES,
	FOUND_DISTINCT,
	FOUND_LENGTH,
	FOUND_COUNT
};

/* A share of values that differ is kept, instead of their number, from here on. */
#define SCALES_FROM		0.1

static const NullableDatum unknown = {0, true};

static NullableDatum
known(Datum value)
{
	NullableDatum answer = {value, false};

	return answer;
}

static bool
is_wanted(Form_pg_attribute attribute, List *names)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(strVal(lfirst(lc)), NameStr(attribute->attname)) == 0)
			return true;
	}
	return names == NIL;
}

static List *
columns_of(Relation rel, List *names)
{
	List	   *attnums = NIL;
	int			i;

	for (i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), i - 1);

		if (!TMF_IS_LOCAL(attribute) && is_wanted(attribute, names) &&
			tmf_deparse_can_count(rel, i))
			attnums = lappend_int(attnums, i);
	}
	return attnums;
}

/* Characters travel there as two bytes each. */
static int
width_of(Form_pg_attribute attribute, const SqlType *type, bool declared, int64 length)
{
	if (attribute->attlen > 0)
		return attribute->attlen;
	if (declared && (type->name == SQLTYPE_NCHAR || type->name == SQLTYPE_NVARCHAR))
		length /= 2;
	return (int) Min(Max(length, 0) + 1, PG_INT16_MAX);
}

static bool
import_column(Relation rel, AttrNumber attnum, int64 rows, const int64 *found)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
	double		distinct = found[FOUND_DISTINCT];
	SqlType		type;
	bool		declared = tmf_column_remote_type(RelationGetRelid(rel), attnum, &type);
	NullableDatum nulls;
	NullableDatum width;
	NullableDatum differ;

	if (distinct > rows * SCALES_FROM)
		distinct = -distinct / rows;
	nulls = known(Float4GetDatum((float4) (rows - found[FOUND_VALUES]) / Max(rows, 1)));
	width = known(Int32GetDatum(width_of(attribute, &type, declared, found[FOUND_LENGTH])));
	differ = known(Float4GetDatum((float4) distinct));
	(void) delete_attribute_statistics(rel, attnum, false);
	return import_attribute_statistics(rel, attnum, false, &unknown, &nulls, &width, &differ,
									   &unknown, &unknown, &unknown, &unknown, &unknown,
									   &unknown, &unknown, &unknown, &unknown, &unknown);
}

static bool
import_size(Relation rel, int64 rows, double pages)
{
	NullableDatum relpages = known(Int32GetDatum((int32) Min(pages, PG_INT32_MAX)));
	NullableDatum reltuples = known(Float4GetDatum((float4) rows));

	return import_relation_statistics(rel, &unknown, &relpages, &reltuples, &unknown, &unknown);
}

/* False: a sample is taken. */
bool
tmfImportForeignStatistics(Relation rel, List *names, int elevel)
{
	UserMapping *user;
	List	   *attnums;
	TmfRemoteSize size;
	int64	   *found;
	int			count;
	bool		done;
	ListCell   *lc;

	if (tmf_table_options(RelationGetRelid(rel))->analyze_sampling != TMF_SAMPLING_STATISTICS)
		return false;
	user = GetUserMapping(rel->rd_rel->relowner, GetForeignTable(RelationGetRelid(rel))->serverid);
	attnums = columns_of(rel, names);
	count = 1 + FOUND_COUNT * list_length(attnums);
	found = palloc0(sizeof(int64) * count);
	tmf_remote_size(rel, user, false, &size);
	tmf_remote_ask(user, tmf_deparse_statistics(rel, attnums), found, count);
	done = import_size(rel, found[0], size.pages);
	foreach(lc, attnums)
		done = import_column(rel, lfirst_int(lc), found[0],
							 &found[1 + FOUND_COUNT * foreach_current_index(lc)]) && done;
	ereport(elevel,
			(errmsg("\"%s\": remote table has " INT64_FORMAT " rows; the server has made the statistics of %d columns",
					RelationGetRelationName(rel), found[0], list_length(attnums))));
	return done;
}

#endif
