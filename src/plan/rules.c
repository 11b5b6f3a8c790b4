/*
 * src/plan/rules.c
 *		All rules as rows: what the view tds_mirror_shippable shows.
 *
 * The rows are those of the tables that the planner itself goes by, and for the
 * kinds of expressions that have a function each, the table below.
 */
#include "postgres.h"

#include "plan/ship_rules.h"
#include "plan/upper.h"

typedef struct ExpressionRow
{
	const char *name;
	const char *ships;
	const char *sql;
	const char *fact;
	const char *reason;
} ExpressionRow;

#define ALIKE	"of values that one remote type has, numbers, booleans, dates or uuids; a numeric whose decimals differ is compared, not selected"

static const ExpressionRow expressions[] = {
	{"AND", "the weaker class of its parts", "($1 AND $2)", "null-logic", NULL},
	{"OR", "the weaker class of its parts", "($1 OR $2)", "null-logic", NULL},
	{"NOT", "EXACT", "NOT ($1)", "null-logic", "of what is EXACT"},
	{"IS NULL", "EXACT", "$1 IS NULL", "null-test", "of what is EXACT, and of columns of any type"},
	{"IS TRUE", "EXACT", "CASE WHEN $1 THEN 1 ELSE 0 END = 1", "truth-test", "of what is EXACT"},
	{"boolean as a value", "EXACT",
		"CASE WHEN $1 THEN CONVERT(bit, 1) WHEN NOT ($1) THEN CONVERT(bit, 0) END",
	"condition-as-bit", "of what is EXACT"},
	{"IS DISTINCT FROM", "EXACT",
		"NOT ($1 = $2 AND $1 IS NOT NULL AND $2 IS NOT NULL OR $1 IS NULL AND $2 IS NULL)",
	"null-logic", "where = is EXACT"},
	{"NULLIF", "EXACT", "CASE WHEN $1 = $2 THEN NULL ELSE $1 END", "case-value", "where = is EXACT"},
	{"COALESCE", "EXACT", "COALESCE($1, $2)", "coalesce", ALIKE},
	{"CASE", "EXACT", "CASE WHEN $1 THEN $2 ELSE $3 END", "case-value", ALIKE},
	{"GREATEST", "EXACT", "CASE WHEN $1 >= $2 OR $2 IS NULL THEN $1 ELSE $2 END", "case-value",
	"of two numbers"},
	{"LEAST", "EXACT", "CASE WHEN $1 <= $2 OR $2 IS NULL THEN $1 ELSE $2 END", "case-value",
	"of two numbers"},
	{"IN, = ANY", "the class of =", "$1 IN ($2, $3)", "in-list", "up to 1000 elements"},
	{"NOT IN, <> ALL", "EXACT", "NOT ($1 IN ($2, $3))", "list-logic", "where = is EXACT; up to 1000 elements"},
	{"= ANY (parameter)", "EXACT",
		"$1 IN (SELECT CONVERT(type, [value]) FROM OPENJSON(ISNULL($2, N'[null]')))", "openjson",
	"of numbers, booleans and uuids; needs remote_version 13"},
	{"other operators with ANY, ALL", "the class of the operator", "($1 < $2 OR $1 < $3)", "null-logic",
	"up to 1000 elements, which are known"},
	{"SET column = value", "EXACT", "[c] = $1", "assign-parameter",
	"a parameter in the column's own type: what it has no room for is an error before anything is sent"},
	{"row comparison", "LOCAL", NULL, NULL, "T-SQL has none"},
	{"subquery", "LOCAL", NULL, NULL, "it is a join, or it is evaluated here"},
	{"volatile function", "LOCAL", NULL, NULL, "its value may differ from row to row"},
	{"system column, whole row", "LOCAL", NULL, NULL, "there is none there"},
};

static bool
expression_row(int index, TmfRuleRow *row)
{
	const ExpressionRow *rule = &expressions[index];

	if (index >= lengthof(expressions))
		return false;
	*row = (TmfRuleRow) {TMF_RULE_EXPRESSION, InvalidOid, rule->name, NULL, rule->ships, rule->sql,
			rule->fact, rule->reason};
	return true;
}

static bool
comparison_row(int index, TmfRuleRow *row)
{
	const TmfCompareRule *rule = &tmf_compare_rules[index];

	if (index >= tmf_compare_rules_count)
		return false;
	*row = (TmfRuleRow) {TMF_RULE_COMPARISON, rule->family, NULL, rule->types, rule->ships, NULL,
			rule->fact, rule->ordered ? NULL : "only = and <>: the order is another one there"};
	return true;
}

static bool
function_row(int index, TmfRuleRow *row)
{
	const TmfFunctionRule *rule = &tmf_function_rules[index];

	if (index >= tmf_function_rules_count)
		return false;
	*row = (TmfRuleRow) {TMF_RULE_FUNCTION, rule->function, NULL, NULL,
			rule->ship != NULL ? "EXACT" : "LOCAL", rule->sql, rule->fact, rule->reason};
	return true;
}

/* A rule that has a function ships; one that has none says why. */
static bool
aggregate_row(int index, TmfRuleRow *row)
{
	const TmfAggregateRule *rule = &tmf_aggregate_rules[index];
	bool		ships = index < tmf_aggregate_rules_count && rule->ship != NULL;

	if (index >= tmf_aggregate_rules_count)
		return false;
	*row = (TmfRuleRow) {TMF_RULE_AGGREGATE, rule->function, NULL, NULL,
			ships ? rule->ships : "LOCAL", rule->sql, rule->fact, ships ? NULL : rule->ships};
	return true;
}

static bool
order_row(int index, TmfRuleRow *row)
{
	const TmfKeyRule *rule = &tmf_key_rules[index];

	if (index >= tmf_key_rules_count)
		return false;
	*row = (TmfRuleRow) {TMF_RULE_ORDER, rule->family, NULL, rule->types, rule->sorted,
			rule->order != NULL ? rule->order : "the bytes of its UTF-8", rule->fact, NULL};
	return true;
}

static bool
grouping_row(int index, TmfRuleRow *row)
{
	const TmfKeyRule *rule = &tmf_key_rules[index];

	if (index >= tmf_key_rules_count)
		return false;
	*row = (TmfRuleRow) {TMF_RULE_GROUPING, rule->family, NULL, rule->types, rule->grouped,
			rule->group != NULL ? rule->group : "the bytes of its UTF-16", rule->fact, NULL};
	return true;
}

static bool (*const sources[]) (int index, TmfRuleRow *row) = {
	expression_row,
	comparison_row,
	function_row,
	tmf_like_rule_row,
	tmf_moment_rule_row,
	aggregate_row,
	order_row,
	grouping_row,
	tmf_assign_rule_row,
};

bool
tmf_rule_row(int index, TmfRuleRow *row)
{
	size_t		i;

	for (i = 0; i < lengthof(sources); i++)
	{
		int			count = 0;

		if (sources[i] (index, row))
			return true;
		while (sources[i] (count, row))
			count++;
		index -= count;
	}
	return false;
}
