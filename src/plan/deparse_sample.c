/*
 * src/plan/deparse_sample.c
 *		What ANALYZE asks of the server: sizes, and random rows.
 *
 * TABLESAMPLE takes whole pages, of tables only.  A random part of the rows of
 * anything is what passes a comparison of a random number, which the server makes
 * for each row because a column goes into it, too.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "option/compat.h"
#include "plan/deparse.h"
#include "plan/relinfo.h"
#include "session/quote.h"

/* CHECKSUM() & RANDOM_MAX is one of 0 to RANDOM_MAX. */
#define RANDOM_MAX	2147483647

/* What the planner makes of a query on the table alone, as far as deparsing needs it. */
static RelOptInfo *
make_base(PlannerInfo *root, Relation rel)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	RelOptInfo *base = makeNode(RelOptInfo);
	TmfRelInfo *info = palloc0(sizeof(TmfRelInfo));

	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(rel);
	rte->relkind = rel->rd_rel->relkind;
	root->simple_rel_array_size = 2;
	root->simple_rte_array = palloc0(sizeof(RangeTblEntry *) * root->simple_rel_array_size);
	root->simple_rte_array[1] = rte;
	base->reloptkind = RELOPT_BASEREL;
	base->relid = 1;
	base->relids = info->relids = bms_make_singleton(base->relid);
	base->fdw_private = info;
	info->table = tmf_table_options(rte->relid);
	info->server = tmf_server_options(GetForeignTable(rte->relid)->serverid);
	info->attrs_used = bms_make_singleton(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);
	return base;
}

static void
append_from(StringInfo sql, Relation rel)
{
	PlannerInfo *root = makeNode(PlannerInfo);
	RelOptInfo *base = make_base(root, rel);
	TmfShipping shipping;

	tmf_shipping_init(&shipping, root, base, false, false);
	tmf_deparse_from(&shipping, base, sql, NULL);
}

char *
tmf_deparse_size(Relation rel)
{
	StringInfoData name;
	StringInfoData sql;

	if (tmf_table_options(RelationGetRelid(rel))->query != NULL)
		return NULL;
	initStringInfo(&name);
	append_from(&name, rel);
	initStringInfo(&sql);
	appendStringInfoString(&sql,
						   "SELECT SUM(p.rows), SUM(a.data_pages) FROM sys.partitions AS p"
						   " LEFT JOIN sys.allocation_units AS a ON a.container_id = p.hobt_id AND a.type = 1"
						   " WHERE p.index_id IN (0, 1) AND p.object_id = OBJECT_ID(");
	tmf_quote_literal(&sql, name.data);
	appendStringInfoString(&sql, ", N'U')");
	return sql.data;
}

char *
tmf_deparse_count(Relation rel)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT COUNT_BIG(*) FROM ");
	append_from(&sql, rel);
	return sql.data;
}

/* Is what is read into the local type always something that CHECKSUM takes? */
static bool
can_be_summed(Oid type)
{
	switch (getBaseType(type))
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case UUIDOID:
		case DATEOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return true;
		default:
			return false;
	}
}

bool
tmf_deparse_can_count(Relation rel, AttrNumber attnum)
{
	SqlType		type;

	if (!tmf_column_remote_type(RelationGetRelid(rel), attnum, &type))
		return can_be_summed(TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid);
	switch (type.name)
	{
		case SQLTYPE_TEXT:
		case SQLTYPE_NTEXT:
		case SQLTYPE_XML:
		case SQLTYPE_JSON:
		case SQLTYPE_IMAGE:
		case SQLTYPE_GEOMETRY:
		case SQLTYPE_GEOGRAPHY:
		case SQLTYPE_CLR:
		case SQLTYPE_UNKNOWN:
			return false;
		default:
			return true;
	}
}

char *
tmf_deparse_statistics(Relation rel, const List *attnums)
{
	StringInfoData sql;
	ListCell   *lc;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT COUNT_BIG(*)");
	foreach(lc, attnums)
	{
		StringInfoData name;

		initStringInfo(&name);
		tmf_quote_identifier(&name, tmf_column_name(RelationGetRelid(rel), lfirst_int(lc)));
		appendStringInfo(&sql, ", COUNT_BIG(%s), COUNT_BIG(DISTINCT %s), AVG(CONVERT(bigint, DATALENGTH(%s)))",
						 name.data, name.data, name.data);
	}
	appendStringInfoString(&sql, " FROM ");
	append_from(&sql, rel);
	return sql.data;
}

/* A column, or when there is none that CHECKSUM takes for certain, the length of one. */
static void
deparse_summand(StringInfo sql, Relation rel)
{
	TupleDesc	descriptor = RelationGetDescr(rel);
	AttrNumber	any = 0;
	int			i;

	for (i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (TMF_IS_LOCAL(attribute))
			continue;
		any = i + 1;
		if (can_be_summed(attribute->atttypid))
			break;
	}
	appendStringInfoString(sql, i < descriptor->natts ? ", " : ", DATALENGTH(");
	tmf_quote_identifier(sql, tmf_column_name(RelationGetRelid(rel), any));
	appendStringInfoString(sql, i < descriptor->natts ? "" : ")");
}

/* What may stand between SELECT and its list, and what follows FROM, are added. */
void
tmf_deparse_sample(Relation rel, const TmfSample *sample, TmfSelect *select)
{
	PlannerInfo *root = makeNode(PlannerInfo);
	TmfQuery	query = {.rel = make_base(root, rel)};
	StringInfoData sql;

	query.targets = tmf_deparse_base_targets(root, query.rel);
	tmf_deparse_select(root, &query, select);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	if (sample->most > 0)
		appendStringInfo(&sql, "TOP (" INT64_FORMAT ") ", sample->most);
	appendStringInfoString(&sql, select->sql + strlen("SELECT "));
	if (sample->percent < 100)
		appendStringInfo(&sql, " TABLESAMPLE SYSTEM (%.12f PERCENT)", sample->percent);
	if (sample->share < 1 && query.targets != NIL)
	{
		appendStringInfoString(&sql, " WHERE (CHECKSUM(NEWID()");
		deparse_summand(&sql, rel);
		appendStringInfo(&sql, ") & %d) < " INT64_FORMAT, RANDOM_MAX,
						 (int64) (sample->share * RANDOM_MAX) + 1);
	}
	select->sql = sql.data;
}
