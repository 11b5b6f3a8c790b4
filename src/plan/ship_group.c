/*
 * src/plan/ship_group.c
 *		What stands above the groups of a statement: keys and aggregates.
 *
 * GROUP BY takes no parameter, and a parameter is never the same expression as
 * another one.  So keys that are computed are columns of a derived table:
 * SELECT [q].[k1], COUNT_BIG(*) FROM (SELECT ... AS [k1] ...) AS [q] GROUP BY [q].[k1].
 * Above it columns have the names that the derived table gives them.
 */
#include "postgres.h"

#include "plan/upper.h"

static TmfGroupKey *
find_key(const TmfGrouping *grouping, Node *node)
{
	ListCell   *lc;

	foreach(lc, grouping->keys)
	{
		TmfGroupKey *key = lfirst(lc);

		if (equal(tmf_ship_strip(key->expr), node))
			return key;
	}
	return NULL;
}

char *
tmf_group_column_name(TmfGrouping *grouping, const Var *column)
{
	ListCell   *lc;

	foreach(lc, grouping->columns)
	{
		const Var  *known = lfirst_node(Var, lc);

		if (known->varno == column->varno && known->varattno == column->varattno)
			break;
	}
	if (lc == NULL)
		grouping->columns = lappend(grouping->columns, copyObject(unconstify(Var *, column)));
	return psprintf("[q].[r%dc%d]", column->varno, column->varattno);
}

bool
tmf_ship_grouped(TmfShipping *shipping, Node *node, TmfPiece *piece)
{
	TmfGrouping *grouping = shipping->grouping;
	TmfGroupKey *key;

	if (grouping->argument)
		return false;
	key = find_key(grouping, node);
	if (key != NULL && key->bytes)
		*piece = tmf_ship_stays(shipping, "texts are grouped by their bytes there");
	else if (key != NULL)
		*piece = key->key.piece;
	else if (IsA(node, Aggref))
		*piece = tmf_ship_aggregate(shipping, (Aggref *) node);
	else if (IsA(node, Var))
		*piece = tmf_ship_stays(shipping, "it refers to a column that is not grouped by");
	else
		return false;
	return true;
}

/*
 * A computed key is known by its name, and typed as what the expression is in
 * the derived table.
 */
static void
name_key(TmfShipping *shipping, RelOptInfo *input, TmfGroupKey *key, Oid equality, int number)
{
	TmfShipping inner;

	tmf_shipping_init(&inner, shipping->root, input, true, true);
	if (!tmf_ship_group_key(&inner, key->expr, equality, &key->key))
		(void) tmf_ship_stays(shipping, inner.reason);
	key->key.piece.sql = psprintf("[q].[k%d]", number);
	key->key.piece.column = NULL;
	key->key.sql = key->key.piece.sql;
}

void
tmf_ship_group_init(TmfShipping *shipping, RelOptInfo *rel)
{
	const TmfRelInfo *info = tmf_relinfo(rel);
	TmfGrouping *grouping = palloc0(sizeof(TmfGrouping));
	ListCell   *expr;
	ListCell   *equality;

	shipping->grouping = grouping;
	grouping->input = info->input;
	foreach(expr, info->keys)
	{
		TmfGroupKey *key = palloc0(sizeof(TmfGroupKey));

		key->expr = lfirst(expr);
		key->computed = !IsA(tmf_ship_strip(key->expr), Var);
		grouping->derived |= key->computed;
		grouping->keys = lappend(grouping->keys, key);
	}
	grouping->argument = true;
	forboth(expr, grouping->keys, equality, info->equalities)
	{
		TmfGroupKey *key = lfirst(expr);

		if (key->computed)
			name_key(shipping, info->input, key, lfirst_oid(equality),
					 foreach_current_index(expr) + 1);
		else if (tmf_ship_group_key(shipping, key->expr, lfirst_oid(equality), &key->key))
			key->bytes = strcmp(key->key.sql, key->key.piece.sql) != 0;
	}
	grouping->argument = false;
}
