/*
 * src/plan/modify.c
 *		INSERT, and UPDATE and DELETE by key: which columns are written and returned.
 *
 * A column that an INSERT does not name is left out of the remote statement, too,
 * so that the server's own default, identity or computation applies.  A row that is
 * to be changed comes with the values of its key, under names of their own.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "option/compat.h"
#include "option/option.h"
#include "plan/barrier.h"
#include "plan/deparse.h"
#include "plan/direct.h"
#include "plan/modify.h"
#include "session/quote.h"

int
tmfIsForeignRelUpdatable(Relation rel)
{
	if (!tmf_table_updatable(RelationGetRelid(rel)))
		return 0;
	return (1 << CMD_INSERT) | (1 << CMD_UPDATE) | (1 << CMD_DELETE);
}

/* The attributes with option key. */
static List *
keys_of(Relation rel)
{
	List	   *keys = NIL;
	int			i;

	for (i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		if (!TMF_IS_LOCAL(TupleDescAttr(RelationGetDescr(rel), i - 1)) &&
			tmf_column_is_key(RelationGetRelid(rel), i))
			keys = lappend_int(keys, i);
	}
	return keys;
}

/* Tables of one hierarchy share a name where they share all of the column. */
char *
tmf_modify_junk_name(Form_pg_attribute attribute)
{
	return psprintf("tmf_key_%d_%u_%d_%u", attribute->attnum, attribute->atttypid,
					attribute->atttypmod, attribute->attcollation);
}

/* Without a key there may still be a direct modification: so nothing is refused here. */
void
tmfAddForeignUpdateTargets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte,
						   Relation target_relation)
{
	ListCell   *lc;

	foreach(lc, keys_of(target_relation))
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(target_relation),
													lfirst_int(lc) - 1);
		Var		   *var = makeVar(rtindex, attribute->attnum, attribute->atttypid,
								  attribute->atttypmod, attribute->attcollation, 0);

		add_row_identity_var(root, var, rtindex, tmf_modify_junk_name(attribute));
	}
}

static List *
quoted_columns(Relation rel)
{
	List	   *columns = NIL;
	int			i;

	for (i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		StringInfoData name;

		initStringInfo(&name);
		if (!TMF_IS_LOCAL(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			tmf_quote_identifier(&name, tmf_column_name(RelationGetRelid(rel), i));
		columns = lappend(columns, makeString(name.data));
	}
	return columns;
}

static char *
quoted_table(Relation rel)
{
	const TmfTableOptions *options = tmf_table_options(RelationGetRelid(rel));
	StringInfoData name;

	initStringInfo(&name);
	if (options->schema_name != NULL)
	{
		tmf_quote_identifier(&name, options->schema_name);
		appendStringInfoChar(&name, '.');
	}
	tmf_quote_identifier(&name, options->table_name);
	return name.data;
}

/* Types are compared with what the server says of the table, so they are not seen beside. */
static void
describe_returned(Relation rel, AttrNumber attnum, const char *name, List **returned,
				  List **output)
{
	Oid			type = TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid;
	TmfColumnForm form;
	StringInfoData sql;

	tmf_column_form(RelationGetRelid(rel), attnum, type, &form);
	initStringInfo(&sql);
	tmf_deparse_column(&sql, psprintf("$T.%s", name), &form);
	*output = lappend(*output, makeString(sql.data));
	*returned = lappend(*returned, tmf_column_private(attnum, RelationGetRelid(rel), attnum, "",
													  form.utf16));
}

void
tmf_modify_returned(Relation rel, const Bitmapset *attributes, List **returned, List **output)
{
	ListCell   *lc;

	*returned = NIL;
	*output = NIL;
	foreach(lc, quoted_columns(rel))
	{
		AttrNumber	attnum = foreach_current_index(lc) + 1;
		const char *name = strVal(lfirst(lc));

		if (name[0] != '\0' &&
			(bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attributes) ||
			 bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, attributes)))
			describe_returned(rel, attnum, name, returned, output);
	}
}

List *
tmf_modify_private(Relation rel, List *written, List *offered, List *keys,
				   const Bitmapset *returned, bool nothing, bool repeats)
{
	List	   *described;
	List	   *output;
	List	   *private;

	tmf_modify_returned(rel, returned, &described, &output);
	private = list_make5(makeString(quoted_table(rel)), quoted_columns(rel), written, offered, keys);
	private = lappend(lappend(private, described), output);
	return lappend(lappend(private, makeBoolean(nothing)), makeBoolean(repeats));
}

static bool
is_seen_by_trigger(const TriggerDesc *triggers, CmdType operation)
{
	return (operation == CMD_INSERT && triggers->trig_insert_after_row) ||
		(operation == CMD_UPDATE && triggers->trig_update_after_row) ||
		(operation == CMD_DELETE && triggers->trig_delete_after_row);
}

/* What of the changed row is looked at here afterwards. */
static Bitmapset *
returned_columns(const ModifyTable *plan, Relation rel, Index rtindex, int subplan)
{
	const TriggerDesc *triggers = rel->trigdesc;
	Bitmapset  *columns = NULL;

	if (plan->returningLists != NIL)
		pull_varattnos(list_nth(plan->returningLists, subplan), rtindex, &columns);
	if (plan->withCheckOptionLists != NIL ||
		(triggers != NULL && is_seen_by_trigger(triggers, plan->operation)))
		columns = bms_add_member(columns, InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);
	return columns;
}

static bool
is_named(const Query *parse, AttrNumber attnum)
{
	ListCell   *lc;

	foreach(lc, parse->targetList)
	{
		const TargetEntry *target = lfirst_node(TargetEntry, lc);

		if (!target->resjunk && target->resno == attnum)
			return true;
	}
	return false;
}

/*
 * Of an INSERT the columns that it names, or that have a default here; of an
 * UPDATE those that it sets.  The others are offered, for a trigger may set them.
 */
static void
sort_columns(PlannerInfo *root, CmdType operation, Relation rel, Index rtindex, List **written,
			 List **offered)
{
	const TriggerDesc *triggers = rel->trigdesc;
	Bitmapset  *updated = NULL;
	bool		by_trigger = operation == CMD_INSERT ||
	(triggers != NULL && triggers->trig_update_before_row);
	int			i;

	if (operation == CMD_UPDATE)
		updated = get_rel_all_updated_cols(root, find_base_rel(root, rtindex));
	for (i = 1; i <= RelationGetNumberOfAttributes(rel); i++)
	{
		if (TMF_IS_LOCAL(TupleDescAttr(RelationGetDescr(rel), i - 1)))
			continue;
		if (operation == CMD_INSERT ? is_named(root->parse, i) :
			bms_is_member(i - FirstLowInvalidHeapAttributeNumber, updated))
			*written = lappend_int(*written, i);
		else if (by_trigger)
			*offered = lappend_int(*offered, i);
	}
}

static void
require_table(Relation rel)
{
	if (tmf_table_options(RelationGetRelid(rel))->query != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be written", RelationGetRelationName(rel)),
				 errdetail("It is a query, and the server writes tables."),
				 errhint("Use a foreign table with table_name.")));
}

/* What may not be changed at all is refused by the executor. */
/* WHERE false, and what follows from it: no row needs a key. */
static bool
is_empty(const Plan *rows)
{
	const List *conditions;

	if (!IsA(rows, Result) || outerPlan(rows) != NULL)
		return false;
	conditions = (const List *) ((const Result *) rows)->resconstantqual;
	return list_length(conditions) == 1 && IsA(linitial(conditions), Const) &&
		!DatumGetBool(((const Const *) linitial(conditions))->constvalue);
}

static void
require_key(Relation rel, const List *keys)
{
	if (keys == NIL && tmfIsForeignRelUpdatable(rel) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of foreign table \"%s\" cannot be changed one by one",
						RelationGetRelationName(rel)),
				 errdetail("None of its columns has the option key, so nothing tells a row from the others."),
				 errhint("Set it on the columns of the remote primary key: ALTER FOREIGN TABLE ... ALTER COLUMN ... OPTIONS (ADD key 'true'); or have tds_mirror_describe() do it.")));
}

/* Rows that are joined with others may come more than once; those of a scan, or of several, do not. */
static bool
may_repeat(const Plan *rows)
{
	const List *parts;
	ListCell   *lc;

	if (rows == NULL)
		return false;
	if (IsA(rows, ForeignScan))
		return ((const ForeignScan *) rows)->scan.scanrelid == 0;
	if (IsA(rows, Result))
		return may_repeat(outerPlan(rows));
	if (IsA(rows, Append))
		parts = ((const Append *) rows)->appendplans;
	else if (IsA(rows, CustomScan))
		parts = ((const CustomScan *) rows)->custom_plans;
	else
		return IsA(rows, SubqueryScan) || outerPlan(rows) != NULL || innerPlan(rows) != NULL;
	foreach(lc, parts)
	{
		if (may_repeat(lfirst(lc)))
			return true;
	}
	return false;
}

List *
tmfPlanForeignModify(PlannerInfo *root, ModifyTable *plan, Index resultRelation, int subplan_index)
{
	Relation	rel = table_open(planner_rt_fetch(resultRelation, root)->relid, NoLock);
	List	   *written = NIL;
	List	   *offered = NIL;
	List	   *keys = NIL;
	List	   *private;

	require_table(rel);
	if (plan->onConflictAction == ONCONFLICT_UPDATE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT DO UPDATE is not supported on foreign table \"%s\"",
						RelationGetRelationName(rel))));
	if (plan->operation != CMD_DELETE)
		sort_columns(root, plan->operation, rel, resultRelation, &written, &offered);
	if (plan->operation != CMD_INSERT)
	{
		keys = keys_of(rel);
		if (!is_empty(outerPlan(plan)))
			require_key(rel, keys);
		tmf_direct_note_refusal(root, plan, resultRelation, rel);
	}
	outerPlan(plan) = tmf_barrier_above(root, outerPlan(plan),
										GetForeignTable(RelationGetRelid(rel))->serverid);
	private = tmf_modify_private(rel, written, offered, keys,
								 returned_columns(plan, rel, resultRelation, subplan_index),
								 plan->onConflictAction == ONCONFLICT_NOTHING,
								 plan->operation != CMD_INSERT && may_repeat(outerPlan(plan)));
	table_close(rel, NoLock);
	return private;
}
