/*
 * src/plan/ship_function.c
 *		Functions, called by their names or by operators.
 */
#include "postgres.h"

#include "utils/regproc.h"

#include "plan/ship_rules.h"

const TmfFunctionRule *
tmf_function_find(Oid function)
{
	int			i;

	for (i = 0; i < tmf_function_rules_count; i++)
	{
		if (tmf_function_rules[i].function == function)
			return &tmf_function_rules[i];
	}
	return NULL;
}

TmfPiece
tmf_ship_function(TmfShipping *shipping, Oid function, List *args)
{
	const TmfFunctionRule *rule = tmf_function_find(function);

	if (rule == NULL)
		return tmf_ship_stays(shipping, psprintf("there is no rule for function %s",
												 format_procedure(function)));
	if (rule->ship == NULL)
		return tmf_ship_stays(shipping, rule->reason);
	return rule->ship(shipping, rule, args);
}
