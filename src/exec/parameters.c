/*
 * src/exec/parameters.c
 *		The values that travel with a scan's statement.
 *
 * They are evaluated once, before the statement is sent, and kept: when it is
 * sent again after a failover it must ask the same question.  Several parameters
 * may be made of one expression, as the two ends of an interval are: it is
 * evaluated for the first of them.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "exec/parameters.h"
#include "plan/shippable.h"
#include "value/encode.h"

/* More than any table has; FETCH NEXT takes no "all". */
#define ROWS_MAX	((INT64CONST(1) << 62) - 1)

typedef struct Source
{
	ExprState  *expr;			/* NULL: as for the parameter before it that is number same */
	int			same;
	Oid			type;			/* base type; of an array, that of its elements */
	SqlType		as;
	TmfBound	bound;
	bool		strict;
	AttrNumber	column;			/* that it is assigned to; 0: none */
	TmfEncoder	encoder;		/* for that */

	/* while the values are bound */
	Datum		value;
	bool		isnull;
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

static int
described(List *description, TmfParameterPrivate what)
{
	return intVal(list_nth(description, what));
}

/* The number of the first expression that is equal to expr, which is one of them. */
static int
first_of(List *exprs, Node *expr)
{
	int			number = 0;

	while (!equal(list_nth(exprs, number), expr))
		number++;
	return number;
}

static void
make_source(Source *source, Node *expr, List *description)
{
	source->as.name = described(description, TMF_PARAMETER_NAME);
	source->as.length = described(description, TMF_PARAMETER_LENGTH);
	source->as.precision = described(description, TMF_PARAMETER_PRECISION);
	source->as.scale = described(description, TMF_PARAMETER_SCALE);
	source->bound = described(description, TMF_PARAMETER_BOUND);
	source->strict = described(description, TMF_PARAMETER_STRICT);
	source->column = described(description, TMF_PARAMETER_COLUMN);
	source->type = getBaseType(exprType(expr));
	if (source->bound == TMF_BOUND_ARRAY)
		source->type = getBaseType(get_element_type(source->type));
	if (source->column == 0 && source->as.name == SQLTYPE_UNKNOWN &&
		!tmf_encode_natural(source->type, &source->as))
		elog(ERROR, "type %s travels in no remote type", format_type_be(source->type));
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
	parameters->sources = palloc0(sizeof(Source) * parameters->count);
	parameters->values = palloc0(sizeof(WireParameter) * parameters->count);
	foreach(lc, exprs)
	{
		int			number = foreach_current_index(lc);
		Source	   *source = &parameters->sources[number];

		make_source(source, lfirst(lc), list_nth(descriptions, number));
		source->same = first_of(exprs, lfirst(lc));
		if (source->same == number)
			source->expr = ExecInitExpr(lfirst(lc), scan);
	}
	(void) collect_params((Node *) exprs, &parameters->params);
	return parameters;
}

AttrNumber
tmf_parameters_assigned(const TmfParameters *parameters, int number)
{
	return parameters->sources[number].column;
}

TmfEncoder *
tmf_parameters_encoder(TmfParameters *parameters, int number)
{
	return &parameters->sources[number].encoder;
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

static void
evaluate(TmfParameters *parameters, Source *source)
{
	if (source->expr != NULL)
		source->value = ExecEvalExprSwitchContext(source->expr, parameters->econtext,
												  &source->isnull);
	else
	{
		source->value = parameters->sources[source->same].value;
		source->isnull = parameters->sources[source->same].isnull;
	}
}

/*
 * LIMIT and OFFSET as the executor's own node takes them.  The sum of both must
 * not be too large for the server, either.
 */
static int64
number_of_rows(const Source *source)
{
	bool		limit = source->bound == TMF_BOUND_LIMIT;

	if (source->isnull)
		return limit ? ROWS_MAX : 0;
	if (DatumGetInt64(source->value) < 0)
		ereport(ERROR,
				(errcode(limit ? ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE :
						 ERRCODE_INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE),
				 errmsg("%s must not be negative", limit ? "LIMIT" : "OFFSET")));
	return Min(DatumGetInt64(source->value), ROWS_MAX);
}

static void
encode(TmfParameters *parameters, Source *source, WireParameter *value)
{
	MemoryContext former = MemoryContextSwitchTo(parameters->context);

	if (source->column != 0)
		tmf_encoder_write(&source->encoder, source->value, source->isnull, value);
	else if (source->bound == TMF_BOUND_LIMIT || source->bound == TMF_BOUND_OFFSET)
		tmf_encode(Int64GetDatum(number_of_rows(source)), false, source->type, &source->as,
				   TMF_BOUND_VALUE, value);
	else if (source->bound == TMF_BOUND_ARRAY)
		tmf_encode_array(source->value, source->isnull, source->type, &source->as, value);
	else
		tmf_encode(source->value, source->isnull, source->type, &source->as, source->bound,
				   value);
	MemoryContextSwitchTo(former);
}

static bool
lets_no_row_pass(const Source *source)
{
	if (source->isnull)
		return source->strict;
	return source->bound == TMF_BOUND_LIMIT && DatumGetInt64(source->value) == 0;
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
		evaluate(parameters, &parameters->sources[i]);
		encode(parameters, &parameters->sources[i], &parameters->values[i]);
		if (lets_no_row_pass(&parameters->sources[i]))
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
