/*
 * encoder.h
 *		Values that are assigned to a remote column, one after the other.
 */
#ifndef VALUE_ENCODER_H
#define VALUE_ENCODER_H

#include "wire/wire.h"

typedef struct TmfEncoder
{
	Oid			local;
	SqlType		as;
} TmfEncoder;

/* For values of type local that column of remote type as is given; name: for messages. */
extern void tmf_encoder_init(TmfEncoder *encoder, const char *name, Oid local, const SqlType *as,
							 int code_page, MemoryContext context);

/* The bytes of parameter live in CurrentMemoryContext. */
extern void tmf_encoder_write(TmfEncoder *encoder, Datum value, bool isnull,
							  WireParameter *parameter);

#endif
