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

Datum
tmf_cast_apply(TmfCast *cast, Datum value)
{
	switch (cast->kind)
	{
		case TMF_CAST_NONE:
			return value;
		case TMF_CAST_INPUT_OUTPUT:
			return InputFunctionCall(&cast->input, OutputFunctionCall(&cast->function, value),
									 cast->input_argument, cast->typmod);
		case TMF_CAST_FUNCTION:
			break;
	}
	switch (cast->function.fn_nargs)
	{
		case 1:
			return FunctionCall1(&cast->function, value);
		case 2:
			return FunctionCall2(&cast->function, value, Int32GetDatum(cast->typmod));
		default:
			return FunctionCall3(&cast->function, value, Int32GetDatum(cast->typmod),
								 BoolGetDatum(false));
	}
}
