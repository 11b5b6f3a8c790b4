/*
 * src/plan/ship_compare.c
 *		Comparisons.
 *
 * An operator is a comparison when a btree family says so: the family and the
 * strategy tell what it means, its name does not matter.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

#include "option/compat.h"
#include "plan/shippable.h"

static const TmfCompareRule *
rule_of_family(Oid family)
{
	int			i;

	for (i = 0; i < tmf_compare_rules_count; i++)
	{
		if (tmf_compare_rules[i].family == family)
			return &tmf_compare_rules[i];
	}
	return NULL;
}

/* Families can be given operators by their users; the ones of initdb mean what they say. */
const TmfCompareRule *
tmf_compare_find(Oid operator, TmfComparison *comparison)
{
	ListCell   *lc;

	if (operator >= FirstUnpinnedObjectId)
		return NULL;
	foreach(lc, TMF_MEANINGS_OF(operator))
	{
		const TmfMeaning *meaning = lfirst(lc);
		const TmfCompareRule *rule = rule_of_family(meaning->opfamily_id);

		if (rule != NULL)
		{
			comparison->strategy = TMF_STRATEGY(meaning);
			return rule;
		}
	}
	return NULL;
}

const char *
tmf_compare_sql(int strategy)
{
	static const char *const texts[] = {NULL, " < ", " <= ", " = ", " >= ", " > ", " <> "};

	return texts[strategy];
}

TmfPiece
tmf_compare_plain(TmfShipping *shipping, const TmfCompareRule *rule,
				  const TmfComparison *comparison)
{
	TmfPiece	left = tmf_ship_value(shipping, comparison->left);
	TmfPiece	right = tmf_ship_value(shipping, comparison->right);

	if (left.ship != TMF_SHIP_EXACT || right.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (!tmf_ship_assume(shipping, &left, rule->remote) ||
		!tmf_ship_assume(shipping, &right, rule->remote))
		return tmf_ship_stays(shipping, "a column is of a remote type that compares otherwise");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   psprintf("%s%s%s", left.sql, tmf_compare_sql(comparison->strategy),
										right.sql));
}

TmfPiece
tmf_ship_no_operator(TmfShipping *shipping, Oid operator)
{
	return tmf_ship_stays(shipping, psprintf("there is no rule for operator %s",
											 format_operator(operator)));
}

TmfPiece
tmf_ship_comparison(TmfShipping *shipping, OpExpr *operator)
{
	TmfComparison comparison;
	const TmfCompareRule *rule = tmf_compare_find(operator->opno, &comparison);

	if (rule == NULL || list_length(operator->args) != 2 ||
		(!rule->ordered && comparison.strategy != BTEqualStrategyNumber &&
		 comparison.strategy != TMF_NOT_EQUAL))
		return tmf_ship_no_operator(shipping, operator->opno);
	comparison.collation = operator->inputcollid;
	comparison.left = tmf_ship_strip(linitial(operator->args));
	comparison.right = tmf_ship_strip(lsecond(operator->args));
	return rule->ship(shipping, rule, &comparison);
}
