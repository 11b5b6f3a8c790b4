/*
 * src/exec/parameters.c
 *		The values that travel with a scan's statement.
 *
 * They are evaluated once, before the statement is sent, and kept: when it is
 * sent again after a failover it must ask the same question.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/parameters.h"
#include "plan/shippable.h"
#include "value/encode.h"

typedef struct Source
{
	ExprState  *expr;
	Oid			type;			/* base type */
	bool		strict;
} Source;

struct TmfParameters
{
	ExprContext *econtext;		/* of the scan: what its expressions may refer to */
	MemoryContext context;		/* of the values */
	Bitmapset  *params;			/* executor parameters in the expressions */
	int			count;
	Source	   *sources;
	WireParameter *values;
	bool		bound;
	bool		nothing;		/* bound, and no row can qualify */
};

static bool
collect_params(Node *node, void *params)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
	{
		Bitmapset **set = params;

		*set = bms_add_member(*set, ((Param *) node)->paramid);
		return false;
	}
	return expression_tree_walker(node, collect_params, params);
}

TmfParameters *
tmf_parameters_make(PlanState *scan, List *exprs, List *descriptions)
{
	TmfParameters *parameters;
	ListCell   *lc;

	if (exprs == NIL)
		return NULL;
	parameters = palloc0(sizeof(TmfParameters));
	parameters->econtext = scan->ps_ExprContext;
	parameters->context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw parameters",
												ALLOCSET_SMALL_SIZES);
	parameters->count = list_length(exprs);
	parameters->sources = palloc(sizeof(Source) * parameters->count);
	parameters->values = palloc0(sizeof(WireParameter) * parameters->count);
	foreach(lc, exprs)
	{
		Source	   *source = &parameters->sources[foreach_current_index(lc)];

		source->expr = ExecInitExpr(lfirst(lc), scan);
		source->type = getBaseType(exprType(lfirst(lc)));
		source->strict = intVal(list_nth(list_nth(descriptions, foreach_current_index(lc)),
												TMF_PARAMETER_STRICT));
	}
	(void) collect_params((Node *) exprs, &parameters->params);
	return parameters;
}

bool
tmf_parameters_depend(const TmfParameters *parameters, const Bitmapset *changed)
{
	return parameters != NULL && bms_overlap(parameters->params, changed);
}

bool
tmf_parameters_vary(const TmfParameters *parameters)
{
	return parameters != NULL && !bms_is_empty(parameters->params);
}

void
tmf_parameters_unbind(TmfParameters *parameters)
{
	parameters->bound = false;
}

bool
tmf_parameters_bind(TmfParameters *parameters)
{
	int			i;

	if (parameters == NULL)
		return true;
	if (parameters->bound)
		return !parameters->nothing;

	MemoryContextReset(parameters->context);
	parameters->nothing = false;
	for (i = 0; i < parameters->count; i++)
	{
		Source	   *source = &parameters->sources[i];
		bool		isnull;
		Datum		value = ExecEvalExprSwitchContext(source->expr, parameters->econtext, &isnull);
		MemoryContext former = MemoryContextSwitchTo(parameters->context);

		tmf_encode(source->type, value, isnull, &parameters->values[i]);
		MemoryContextSwitchTo(former);
		if (isnull && source->strict)
			parameters->nothing = true;
	}
	parameters->bound = true;
	return !parameters->nothing;
}

int
tmf_parameters_count(const TmfParameters *parameters)
{
	return parameters != NULL ? parameters->count : 0;
}

const WireParameter *
tmf_parameters_values(const TmfParameters *parameters)
{
	return parameters != NULL ? parameters->values : NULL;
}
