/*
 * encode.h
 *		A Datum -> a typed value for the server.
 */
#ifndef VALUE_ENCODE_H
#define VALUE_ENCODE_H

#include "wire/wire.h"

/* In which type a value of the base type local travels; WIRE_TYPE_UNKNOWN: in none. */
extern WireType tmf_encode_type(Oid local);

/*
 * Fills in parameter; its bytes live in CurrentMemoryContext.  ERROR when local
 * travels in no type.
 */
extern void tmf_encode(Oid local, Datum value, bool isnull, WireParameter *parameter);

#endif
