/*
 * src/value/cast.c
 *		PostgreSQL's own cast from one type to another, found once.
 *
 * A column that is declared as another type than those of the table of types
 * gets what an INSERT into a local table would get: the cast that PostgreSQL
 * applies in assignments, with its rounding and its errors.  Casts that have to
 * be written out (explicit ones) are not for us to decide on.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "option/compat.h"
#include "value/cast.h"

bool
tmf_cast_shortens(Oid type)
{
	return type == NAMEOID || type == CHAROID;
}

bool
tmf_cast_find(TmfCast *cast, Oid from, Oid to, int32 typmod, MemoryContext context)
{
	Oid			function;
	bool		is_varlena;

	cast->typmod = typmod;
	switch (find_coercion_pathway(to, from, COERCION_ASSIGNMENT, &function))
	{
		case COERCION_PATH_RELABELTYPE:
			cast->kind = TMF_CAST_NONE;
			return true;
		case COERCION_PATH_FUNC:
			if (!TMF_MAY_EXECUTE(function))
				aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, get_func_name(function));
			cast->kind = TMF_CAST_FUNCTION;
			fmgr_info_cxt(function, &cast->function, context);
			return true;
		case COERCION_PATH_COERCEVIAIO:
			if (tmf_cast_shortens(to))
				return false;
			cast->kind = TMF_CAST_INPUT_OUTPUT;
			getTypeOutputInfo(from, &function, &is_varlena);
			fmgr_info_cxt(function, &cast->function, context);
			getTypeInputInfo(to, &function, &cast->input_argument);
			fmgr_info_cxt(function, &cast->input, context);
			return true;
		default:
			return false;
	}
}

static Datum
call_function(TmfCast *cast, Datum value, bool *isnull)
{
	LOCAL_FCINFO(call, 3);
	Datum		result;

	InitFunctionCallInfoData(*call, &cast->function, cast->function.fn_nargs, InvalidOid,
							 NULL, NULL);
	call->args[0].value = value;
	call->args[0].isnull = *isnull;
	call->args[1].value = Int32GetDatum(cast->typmod);
	call->args[1].isnull = false;
	call->args[2].value = BoolGetDatum(false);
	call->args[2].isnull = false;
	result = FunctionCallInvoke(call);
	*isnull = call->isnull;
	return result;
}

Datum
tmf_cast_apply(TmfCast *cast, Datum value, bool *isnull)
{
	if (cast->kind == TMF_CAST_FUNCTION && !(*isnull && cast->function.fn_strict))
		return call_function(cast, value, isnull);
	if (cast->kind == TMF_CAST_INPUT_OUTPUT && !*isnull)
		return InputFunctionCall(&cast->input, OutputFunctionCall(&cast->function, value),
								 cast->input_argument, cast->typmod);
	return value;
}
