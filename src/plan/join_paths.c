/*
 * src/plan/join_paths.c
 *		Scans that are repeated with values of other relations.
 *
 * A clause that joins can be shipped as if it were a restriction, once the
 * columns of the other side are values.  Such clauses stand in the relation's
 * joininfo, or are implied by an equivalence class and have to be generated,
 * column by column.
 */
#include "postgres.h"

#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"

#include "plan/paths.h"
#include "plan/shippable.h"

/* The column that clauses are generated for. */
typedef struct EquivalentColumn
{
	Expr	   *current;		/* NULL: none was found yet */
	List	   *done;
} EquivalentColumn;

/* The other relations that clause takes values from; NULL when it cannot be shipped. */
static Relids
outer_of(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause)
{
	TmfShipNote note;
	Relids		outer;

	if (!join_clause_is_movable_to(clause, rel) ||
		tmf_ship_clause(root, rel, clause, &note) == TMF_SHIP_LOCAL)
		return NULL;
	outer = bms_union(clause->clause_relids, rel->lateral_relids);
	outer = bms_del_member(outer, rel->relid);
	return bms_is_empty(outer) ? NULL : outer;
}

static List *
add_clauses(PlannerInfo *root, RelOptInfo *rel, List *clauses, List *params)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		Relids		outer = outer_of(root, rel, lfirst_node(RestrictInfo, lc));

		if (outer != NULL)
			params = list_append_unique_ptr(params, get_baserel_parampathinfo(root, rel, outer));
	}
	return params;
}

/* One column at a time, each once. */
static bool
match_column(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec, EquivalenceMember *em,
			 void *argument)
{
	EquivalentColumn *column = argument;

	if (column->current != NULL)
		return equal(em->em_expr, column->current);
	if (list_member(column->done, em->em_expr))
		return false;
	column->current = em->em_expr;
	return true;
}

List *
tmf_parameterizations(PlannerInfo *root, RelOptInfo *rel)
{
	EquivalentColumn column = {0};
	List	   *params = add_clauses(root, rel, rel->joininfo, NIL);

	while (rel->has_eclass_joins)
	{
		List	   *clauses;

		column.current = NULL;
		clauses = generate_implied_equalities_for_column(root, rel, match_column, &column,
														 rel->lateral_referencers);
		if (column.current == NULL)
			break;
		params = add_clauses(root, rel, clauses, params);
		column.done = lappend(column.done, column.current);
	}
	return params;
}
