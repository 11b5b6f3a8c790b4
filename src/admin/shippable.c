/*
 * src/admin/shippable.c
 *		tds_mirror_shippable: the rules of what the server evaluates.
 *
 * The view gives families and functions their operators.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "option/compat.h"
#include "plan/ship_rules.h"

PGDLLEXPORT Datum tds_mirror_shippable(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_shippable);

enum ShippableColumn
{
	SHIPPABLE_KIND,
	SHIPPABLE_OBJECT,
	SHIPPABLE_NAME,
	SHIPPABLE_TYPES,
	SHIPPABLE_CLASS,
	SHIPPABLE_SQL,
	SHIPPABLE_FACT,
	SHIPPABLE_REASON,
	SHIPPABLE_COLUMNS
};

static const char *const kinds[] = {
	[TMF_RULE_COMPARISON] = "comparison",
	[TMF_RULE_FUNCTION] = "function",
	[TMF_RULE_AGGREGATE] = "aggregate",
	[TMF_RULE_ORDER] = "order",
	[TMF_RULE_GROUPING] = "grouping",
	[TMF_RULE_EXPRESSION] = "expression"
};

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

Datum
tds_mirror_shippable(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TmfRuleRow	row;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; tmf_rule_row(i, &row); i++)
	{
		Datum		values[SHIPPABLE_COLUMNS];
		bool		nulls[SHIPPABLE_COLUMNS];

		put_text(values, nulls, SHIPPABLE_KIND, kinds[row.kind]);
		values[SHIPPABLE_OBJECT] = ObjectIdGetDatum(row.object);
		nulls[SHIPPABLE_OBJECT] = !OidIsValid(row.object);
		put_text(values, nulls, SHIPPABLE_NAME, row.name);
		put_text(values, nulls, SHIPPABLE_TYPES, row.types);
		put_text(values, nulls, SHIPPABLE_CLASS, row.ships);
		put_text(values, nulls, SHIPPABLE_SQL, row.sql);
		put_text(values, nulls, SHIPPABLE_FACT, row.fact);
		put_text(values, nulls, SHIPPABLE_REASON, row.reason);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
