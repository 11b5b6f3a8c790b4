/*
 * encode.h
 *		A Datum -> a typed value for the server.
 */
#ifndef VALUE_ENCODE_H
#define VALUE_ENCODE_H

#include "wire/wire.h"

/* How a value becomes one of the remote type. */
typedef enum TmfBound
{
	TMF_BOUND_VALUE				/* it is one */
} TmfBound;

/* The remote type that holds all values of the base type local; false: there is none. */
extern bool tmf_encode_natural(Oid local, SqlType *as);

/* In which type a value of the base type local travels; WIRE_TYPE_UNKNOWN: in none. */
extern WireType tmf_encode_type(Oid local);

/*
 * Fills in parameter; its bytes live in CurrentMemoryContext.  ERROR when local
 * travels in no type.
 */
extern void tmf_encode(Oid local, Datum value, bool isnull, WireParameter *parameter);

#endif
