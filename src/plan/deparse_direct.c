/*
 * src/plan/deparse_direct.c
 *		UPDATE and DELETE of all rows that fulfil conditions, as T-SQL.
 *
 * Columns stand for the row as it was, in T-SQL, too, wherever they stand.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "plan/deparse.h"
#include "plan/direct.h"
#include "plan/relinfo.h"

static Var *
column_of(const TmfShipping *shipping, const TmfDirect *direct, AttrNumber attnum)
{
	Oid			relid = planner_rt_fetch(direct->rel->relid, shipping->root)->relid;
	Oid			type;
	int32		typmod;
	Oid			collation;

	get_atttypetypmodcoll(relid, attnum, &type, &typmod, &collation);
	return makeVar(direct->rel->relid, attnum, type, typmod, collation, 0);
}

/* False: *reason says of which column, and why. */
static bool
write_assignments(TmfShipping *shipping, const TmfDirect *direct, StringInfo sql,
				  const char **reason)
{
	ListCell   *value;
	ListCell   *attnum;

	forboth(value, direct->values, attnum, direct->columns)
	{
		Var		   *column = column_of(shipping, direct, lfirst_int(attnum));
		Node	   *expr = (Node *) lfirst_node(TargetEntry, value)->expr;
		TmfPiece	piece = tmf_ship_assignment(shipping, column, expr);

		if (piece.ship == TMF_SHIP_LOCAL)
		{
			Oid			relid = planner_rt_fetch(direct->rel->relid, shipping->root)->relid;

			*reason = psprintf("SET %s: %s", get_attname(relid, lfirst_int(attnum), false),
							   shipping->reason);
			return false;
		}
		appendStringInfo(sql, "%s%s = %s", foreach_current_index(value) > 0 ? ", " : "",
						 tmf_ship_column_name(shipping, column), piece.sql);
	}
	return true;
}

/* Columns that the text takes to be of certain types. */
static List *
types_of(const TmfShipping *shipping, const TmfDirect *direct)
{
	Oid			relid = planner_rt_fetch(direct->rel->relid, shipping->root)->relid;
	List	   *types = NIL;
	ListCell   *lc;

	foreach(lc, shipping->uses)
	{
		const TmfUse *use = lfirst(lc);
		List	   *column = tmf_column_private(0, relid, use->attnum, "", false);

		intVal(list_nth(column, TMF_COLUMN_ASSUMED)) = use->assumed;
		intVal(list_nth(column, TMF_COLUMN_MAX_SCALE)) = use->max_scale;
		intVal(list_nth(column, TMF_COLUMN_MAX_WHOLE)) = use->max_whole;
		types = lappend(types, column);
	}
	return types;
}

bool
tmf_deparse_direct(PlannerInfo *root, TmfDirect *direct, const char **reason)
{
	TmfShipping shipping;
	StringInfoData table;
	StringInfoData assignments;
	StringInfoData where;
	ListCell   *lc;

	tmf_shipping_init(&shipping, root, direct->rel, false, true);
	initStringInfo(&table);
	initStringInfo(&assignments);
	initStringInfo(&where);
	if (!write_assignments(&shipping, direct, &assignments, reason))
		return false;
	tmf_deparse_conditions(&shipping, direct->conditions, &where);
	foreach(lc, direct->conditions)
		tmf_ship_note_strict(&shipping, lfirst(lc));
	if (list_length(shipping.exprs) > TMF_SHIP_VALUES_MAX)
	{
		*reason = "it takes too many parameters";
		return false;
	}
	tmf_deparse_table(&table, tmf_relinfo(direct->rel)->table);
	direct->verb = direct->operation == CMD_DELETE ? psprintf("DELETE FROM %s", table.data) :
		psprintf("UPDATE %s SET %s", table.data, assignments.data);
	direct->where = psprintf("%s%s", where.len > 0 ? " WHERE " : "", where.data);
	direct->params = shipping.exprs;
	direct->descriptions = shipping.descriptions;
	direct->types = types_of(&shipping, direct);
	return true;
}
