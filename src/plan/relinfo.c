/*
 * src/plan/relinfo.c
 *		What is known of a foreign relation while it is planned.
 *
 * Every clause is evaluated locally.  The columns that the scan must fetch are
 * those of the target list and of the clauses evaluated here.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "optimizer/optimizer.h"

#include "plan/relinfo.h"

void
tmf_relinfo_init(RelOptInfo *rel, Oid relid)
{
	TmfRelInfo *info = palloc0(sizeof(TmfRelInfo));
	ListCell   *lc;

	info->server = tmf_server_options(rel->serverid);
	info->table = tmf_table_options(relid);
	info->local_conds = rel->baserestrictinfo;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &info->attrs_used);
	foreach(lc, info->local_conds)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);

		pull_varattnos((Node *) clause->clause, rel->relid, &info->attrs_used);
	}
	rel->fdw_private = info;
}
