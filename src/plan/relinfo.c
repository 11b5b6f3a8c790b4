/*
 * src/plan/relinfo.c
 *		What is known of a foreign relation while it is planned.
 *
 * The columns that the scan must hand over are those of the target list and of
 * the clauses evaluated here.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "plan/relinfo.h"
#include "plan/shippable.h"

void
tmf_relinfo_sort(PlannerInfo *root, RelOptInfo *rel, List *clauses, List **remote, List **local,
				 int *values)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);
		TmfShipNote note;
		TmfShip		ship = tmf_ship_clause(root, rel, clause, &note);

		if (*values + note.values > TMF_SHIP_VALUES_MAX)
			ship = TMF_SHIP_LOCAL;
		if (ship != TMF_SHIP_LOCAL)
		{
			*remote = lappend(*remote, clause);
			*values += note.values;
		}
		if (ship != TMF_SHIP_EXACT)
			*local = lappend(*local, clause);
	}
}

void
tmf_relinfo_init(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	TmfRelInfo *info = palloc0(sizeof(TmfRelInfo));
	ListCell   *lc;

	rel->fdw_private = info;
	info->server = tmf_server_options(rel->serverid);
	info->table = tmf_table_options(relid);
	info->relids = rel->relids;
	info->lock = tmf_row_lock(root, rel, info->table);
	tmf_relinfo_sort(root, rel, rel->baserestrictinfo, &info->remote_conds, &info->local_conds,
					 &info->values);

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &info->attrs_used);
	foreach(lc, info->local_conds)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, lc);

		pull_varattnos((Node *) clause->clause, rel->relid, &info->attrs_used);
	}
}

/* "album", "album a" */
static char *
base_text(PlannerInfo *root, RelOptInfo *rel)
{
	RangeTblEntry *rte = planner_rt_fetch(rel->relid, root);
	const char *name = quote_identifier(get_rel_name(rte->relid));

	if (strcmp(get_rel_name(rte->relid), rte->eref->aliasname) == 0)
		return pstrdup(name);
	return psprintf("%s %s", name, quote_identifier(rte->eref->aliasname));
}

char *
tmf_relinfo_text(PlannerInfo *root, RelOptInfo *rel)
{
	static const char *const joins[] = {
		[JOIN_INNER] = "INNER", [JOIN_LEFT] = "LEFT", [JOIN_FULL] = "FULL",
		[JOIN_SEMI] = "SEMI", [JOIN_ANTI] = "ANTI"
	};
	const TmfRelInfo *info = tmf_relinfo(rel);

	if (info->input != NULL)
		return psprintf("Aggregate on (%s)", tmf_relinfo_text(root, info->input));
	if (info->outer != NULL)
		return psprintf("(%s) %s JOIN (%s)", tmf_relinfo_text(root, info->outer),
						joins[info->jointype], tmf_relinfo_text(root, info->inner));
	return base_text(root, rel);
}
