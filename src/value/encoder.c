/*
 * src/value/encoder.c
 *		Values that are assigned to a remote column, one after the other.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "value/encode.h"
#include "value/encoder.h"

void
tmf_encoder_init(TmfEncoder *encoder, const char *name, Oid local, const SqlType *as,
				 int code_page, MemoryContext context)
{
	encoder->local = getBaseType(local);
	encoder->as = *as;
}

void
tmf_encoder_write(TmfEncoder *encoder, Datum value, bool isnull, WireParameter *parameter)
{
	tmf_encode(value, isnull, encoder->local, &encoder->as, TMF_BOUND_VALUE, parameter);
}
