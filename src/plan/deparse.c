/*
 * src/plan/deparse.c
 *		Plan -> T-SQL: one SELECT.
 *
 * Only what is used travels.  A query of the user is wrapped as a derived table,
 * so that the same projection and conditions apply to it.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "nodes/makefuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "option/compat.h"
#include "plan/deparse.h"
#include "plan/relinfo.h"
#include "plan/upper.h"

/* A statement on its way: what its parts are collected in. */
typedef struct Writer
{
	const TmfQuery *query;
	TmfShipping shipping;
	TmfSelect  *select;
	StringInfoData list;		/* of the SELECT */
	List	   *types;			/* Vars whose types have to be seen on their own */
	List	   *seen;			/* of each column, the Var whose type is seen in it; or NULL */
} Writer;

static bool
is_used(const Bitmapset *attrs_used, AttrNumber attnum)
{
	return bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attrs_used);
}

List *
tmf_deparse_base_targets(PlannerInfo *root, RelOptInfo *rel)
{
	const Bitmapset *used = tmf_relinfo(rel)->attrs_used;
	Relation	relation = table_open(planner_rt_fetch(rel->relid, root)->relid, NoLock);
	TupleDesc	descriptor = RelationGetDescr(relation);
	List	   *targets = NIL;
	AttrNumber	i;

	for (i = 1; i <= descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i - 1);

		if (!TMF_IS_LOCAL(attribute) && (is_used(used, InvalidAttrNumber) || is_used(used, i)))
			targets = lappend(targets,
							  makeTargetEntry((Expr *) makeVar(rel->relid, i, attribute->atttypid,
															   attribute->atttypmod,
															   attribute->attcollation, 0),
											  i, NULL, false));
	}
	table_close(relation, NoLock);
	return targets;
}

/* With the whole row of a table its columns are selected, as fields of it. */
Var *
tmf_target_column(const TargetEntry *target)
{
	const FieldSelect *field = (const FieldSelect *) target->expr;

	if (IsA(field, Var) && ((Var *) field)->varattno > 0)
		return (Var *) field;
	if (!IsA(field, FieldSelect) || !IsA(field->arg, Var))
		return NULL;
	return makeVar(((Var *) field->arg)->varno, field->fieldnum, field->resulttype,
				   field->resulttypmod, field->resultcollid, 0);
}

List *
tmf_column_private(int target, Oid relid, AttrNumber attnum, const char *declared, bool utf16)
{
	List	   *column = list_make5(makeInteger(target), makeInteger((int) relid),
									makeInteger(attnum), makeInteger(0),
									makeInteger(TMF_SCALE_ANY));

	column = lappend(column, makeInteger(TMF_SCALE_ANY));
	column = lappend(column, makeString(pstrdup(declared)));
	return lappend(column, makeBoolean(utf16));
}

static StringInfo
next_item(Writer *writer)
{
	if (writer->select->columns != NIL)
		appendStringInfoString(&writer->list, ", ");
	return &writer->list;
}

/* seen: the column whose type its values have; what that is taken for follows at the end. */
static void
expect(Writer *writer, int target, Oid relid, AttrNumber attnum, const Var *seen,
	   const char *declared, bool utf16)
{
	writer->select->columns = lappend(writer->select->columns,
									  tmf_column_private(target, relid, attnum, declared, utf16));
	writer->seen = lappend(writer->seen, (void *) seen);
}

static TmfUse *
use_of(Writer *writer, const Var *column)
{
	ListCell   *lc;

	foreach(lc, writer->shipping.uses)
	{
		TmfUse	   *use = lfirst(lc);

		if (use->varno == column->varno && use->attnum == column->varattno)
			return use;
	}
	return NULL;
}

/* What the type of a column is taken for, by the user and by the expressions. */
static void
expect_type(Writer *writer, int target, Oid relid, const Var *column, const TmfColumnForm *form)
{
	char		declared[SQLTYPE_TEXT_MAX] = "";

	if (form->declared)
		sqltype_format(&form->remote, declared);
	expect(writer, target, relid, column->varattno, column, declared, false);
}

/*
 * A column that travels as something else, or does not travel at all, has its
 * type seen beside it: the server alone knows it.
 */
static void
write_column(Writer *writer, int target, Var *column)
{
	Oid			relid = planner_rt_fetch(column->varno, writer->shipping.root)->relid;
	TmfColumnForm form;

	tmf_column_form(relid, column->varattno, column->vartype, &form);
	tmf_deparse_column(next_item(writer), tmf_ship_column_name(&writer->shipping, column), &form);
	if (form.sql == NULL)
		expect_type(writer, target, relid, column, &form);
	else
	{
		expect(writer, target, relid, column->varattno, NULL, "", form.utf16);
		writer->types = list_append_unique(writer->types, column);
	}
}

static void
write_expression(Writer *writer, int target, Node *expr)
{
	TmfPiece	piece = tmf_ship_value(&writer->shipping, expr);

	if (piece.ship != TMF_SHIP_EXACT)
		elog(ERROR, "an expression that is not shipped was to be selected: %s",
			 writer->shipping.reason);
	appendStringInfoString(next_item(writer), piece.sql);
	expect(writer, target, InvalidOid, 0, NULL, "", false);
}

/* Its count comes after all that is handed over: see write_counts(). */
static void
write_average(Writer *writer, int target, Aggref *aggregate)
{
	TmfPiece	sum;
	TmfPiece	count;

	if (!tmf_ship_average(&writer->shipping, aggregate, &sum, &count))
		elog(ERROR, "an average that is not shipped was to be selected: %s",
			 writer->shipping.reason);
	appendStringInfoString(next_item(writer), sum.sql);
	expect(writer, target, InvalidOid, 0, NULL, "", false);
}

static void
write_counts(Writer *writer)
{
	ListCell   *lc;

	foreach(lc, writer->query->targets)
	{
		TargetEntry *target = lfirst_node(TargetEntry, lc);
		TmfPiece	sum;
		TmfPiece	count;

		if (!tmf_aggregate_is_average((Node *) target->expr))
			continue;
		(void) tmf_ship_average(&writer->shipping, (Aggref *) target->expr, &sum, &count);
		appendStringInfoString(next_item(writer), count.sql);
		expect(writer, target->resno, InvalidOid, 0, NULL, "", false);
		writer->select->divisors++;
	}
}

static bool
is_handed(Writer *writer, const TmfUse *use)
{
	ListCell   *lc;

	foreach(lc, writer->query->targets)
	{
		Var		   *column = tmf_target_column(lfirst_node(TargetEntry, lc));

		if (column != NULL && column->varno == use->varno && column->varattno == use->attnum)
			return true;
	}
	return false;
}

/* Grouped rows, and those of relations that they were only compared with, have not the column. */
static void
write_type(Writer *writer, Var *column)
{
	RelOptInfo *rel = writer->query->rel;
	TmfGrouping *grouping = writer->shipping.grouping;

	if (grouping != NULL || bms_is_member(column->varno, tmf_relinfo(rel)->hidden))
	{
		writer->shipping.grouping = NULL;
		tmf_deparse_column_apart(next_item(writer), &writer->shipping, column);
		writer->shipping.grouping = grouping;
	}
	else
		tmf_deparse_column_type(next_item(writer),
								tmf_ship_column_name(&writer->shipping, column));
}

/* Columns whose types are taken for granted and cannot be seen among the targets. */
static void
write_types(Writer *writer)
{
	PlannerInfo *root = writer->shipping.root;
	ListCell   *lc;

	foreach(lc, writer->shipping.uses)
	{
		const TmfUse *use = lfirst(lc);
		Oid			relid = planner_rt_fetch(use->varno, root)->relid;
		Oid			type;
		int32		typmod;
		Oid			collation;

		if (is_handed(writer, use))
			continue;
		get_atttypetypmodcoll(relid, use->attnum, &type, &typmod, &collation);
		writer->types = lappend(writer->types,
								makeVar(use->varno, use->attnum, type, typmod, collation, 0));
	}
	foreach(lc, writer->types)
	{
		Var		   *column = lfirst_node(Var, lc);
		Oid			relid = planner_rt_fetch(column->varno, root)->relid;
		TmfColumnForm form;

		tmf_column_form(relid, column->varattno, column->vartype, &form);
		write_type(writer, column);
		expect_type(writer, 0, relid, column, &form);
	}
}

static void
write_list(Writer *writer)
{
	ListCell   *lc;

	foreach(lc, writer->query->targets)
	{
		TargetEntry *target = lfirst_node(TargetEntry, lc);

		Var		   *column = tmf_target_column(target);

		if (column != NULL)
			write_column(writer, target->resno, column);
		else if (IsA(target->expr, Var))
			continue;			/* a whole row is put together here, of targets beside it */
		else if (tmf_aggregate_is_average((Node *) target->expr))
			write_average(writer, target->resno, (Aggref *) target->expr);
		else
			write_expression(writer, target->resno, (Node *) target->expr);
	}
	writer->select->handed = list_length(writer->select->columns);
	write_counts(writer);
}

static void
write_conditions(Writer *writer, StringInfo sql)
{
	ListCell   *lc;

	tmf_deparse_conditions(&writer->shipping, writer->query->conditions, sql);
	if (!IS_SIMPLE_REL(writer->query->rel))
		return;
	foreach(lc, writer->query->conditions)
		tmf_ship_note_strict(&writer->shipping, lfirst(lc));
}

static void
write_order_and_limit(Writer *writer, StringInfo top, StringInfo tail)
{
	const TmfQuery *query = writer->query;

	if (!tmf_deparse_order(tail, &writer->shipping, query->rel, query->pathkeys) ||
		(query->limited && !tmf_deparse_limit(top, tail, &writer->shipping, query->offset,
											  query->count, tail->len > 0)))
		elog(ERROR, "an order that is not shipped was to be sent: %s", writer->shipping.reason);
}

/* What the types of columns are taken for is known when all of the text is written. */
static void
settle_uses(Writer *writer)
{
	ListCell   *lc;
	ListCell   *var;

	forboth(lc, writer->select->columns, var, writer->seen)
	{
		List	   *column = lfirst(lc);
		const TmfUse *use = lfirst(var) != NULL ? use_of(writer, lfirst(var)) : NULL;

		if (use == NULL)
			continue;
		intVal(list_nth(column, TMF_COLUMN_ASSUMED)) = use->assumed;
		intVal(list_nth(column, TMF_COLUMN_MAX_SCALE)) = use->max_scale;
		intVal(list_nth(column, TMF_COLUMN_MAX_WHOLE)) = use->max_whole;
	}
}

/* What is written first has the first parameters; the types come when all uses are known. */
void
tmf_deparse_select(PlannerInfo *root, const TmfQuery *query, TmfSelect *select)
{
	Writer		writer = {.query = query, .select = select};
	TmfShipping *shipping = &writer.shipping;
	StringInfoData from;
	StringInfoData where;
	StringInfoData groups;
	StringInfoData top;
	StringInfoData tail;

	memset(select, 0, sizeof(*select));
	tmf_shipping_init(shipping, root, query->rel, !IS_SIMPLE_REL(query->rel),
					  !IS_SIMPLE_REL(query->rel));
	initStringInfo(&writer.list);
	initStringInfo(&from);
	initStringInfo(&where);
	initStringInfo(&groups);
	initStringInfo(&top);
	initStringInfo(&tail);
	if (shipping->grouping == NULL)
	{
		tmf_deparse_from(shipping, query->rel, &from, &where);
		write_conditions(&writer, &where);
		write_list(&writer);
	}
	else
	{
		write_list(&writer);
		tmf_deparse_group_by(&groups, shipping);
		tmf_deparse_having(&groups, shipping, query->conditions);
	}
	write_order_and_limit(&writer, &top, &tail);
	if (shipping->grouping != NULL)
		tmf_deparse_input(&from, &where, shipping);
	write_types(&writer);
	settle_uses(&writer);
	if (select->columns == NIL)
		appendStringInfoChar(&writer.list, '1');
	select->sql = psprintf("SELECT %s%s FROM %s%s%s%s%s", top.data, writer.list.data, from.data,
						   where.len > 0 ? " WHERE " : "", where.data, groups.data, tail.data);
	select->params = shipping->exprs;
	select->descriptions = shipping->descriptions;
	select->locks = shipping->locks;
}
