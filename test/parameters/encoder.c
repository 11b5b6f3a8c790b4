/*
 * test/parameters/encoder.c
 *		The encoders of written columns, asked from SQL: a module for tests alone.
 *
 * probe_page() says how many bytes a text takes in a code page, or -1 when the
 * page lacks a character of it.  probe_encoder() encodes a value again and again
 * and says how many nanoseconds that takes.
 */
#include "postgres.h"

#include "fmgr.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "encoder_int.h"

PG_MODULE_MAGIC;

extern Datum probe_page(PG_FUNCTION_ARGS);
extern Datum probe_encoder(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(probe_page);
PG_FUNCTION_INFO_V1(probe_encoder);

Datum
probe_page(PG_FUNCTION_ARGS)
{
	text	   *characters = PG_GETARG_TEXT_PP(1);
	int			length = VARSIZE_ANY_EXHDR(characters);
	int			done;
	int			bytes = tmf_code_page_bytes(PG_GETARG_INT32(0), VARDATA_ANY(characters), length, &done);

	PG_RETURN_INT32(done == length ? bytes : -1);
}

Datum
probe_encoder(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	int			loops = PG_GETARG_INT32(2);
	char		allowed[SQLTYPE_ALLOWED_MAX];
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "probe", ALLOCSET_DEFAULT_SIZES);
	MemoryContext former;
	TmfEncoder	encoder;
	WireParameter parameter;
	SqlType		as;
	instr_time	start;
	instr_time	end;
	int			i;

	if (!sqltype_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)), &as, allowed) ||
		!tmf_encoder_init(&encoder, "v", type, &as, 1252, CurrentMemoryContext))
		elog(ERROR, "cannot be written");
	former = MemoryContextSwitchTo(context);
	INSTR_TIME_SET_CURRENT(start);
	for (i = 0; i < loops; i++)
	{
		tmf_encoder_write(&encoder, PG_GETARG_DATUM(0), false, &parameter);
		if (i % 1000 == 0)
			MemoryContextReset(context);
	}
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	MemoryContextSwitchTo(former);
	PG_RETURN_FLOAT8(INSTR_TIME_GET_DOUBLE(end) / loops * 1e9);
}
