/*
 * typemap.h
 *		Which SQL Server type is read into which PostgreSQL type.
 */
#ifndef VALUE_TYPEMAP_H
#define VALUE_TYPEMAP_H

#include "value/decode.h"

/*
 * The function that reads remote into a value of the (base) type local, or
 * NULL when the pair is not in the table.
 */
extern TmfDecodeFunction tmf_typemap_find(WireType remote, Oid local);

/*
 * The types that remote is read into, from 0, its natural type first.
 * InvalidOid: there are no more; decode is set otherwise.
 */
extern Oid	tmf_typemap_local(WireType remote, int index, TmfDecodeFunction *decode);

/*
 * How values of a declared type arrive; WIRE_TYPE_UNKNOWN for those that cannot
 * be compared there, or not as here: text, ntext, xml, sql_variant, CLR types ...
 */
extern WireType tmf_typemap_wire(SqlTypeName name);

/* "datetimeoffset", for messages. */
extern const char *tmf_typemap_remote_name(WireType remote);

/* A sentence for the user whose column of type remote is declared as what it cannot be read into. */
extern const char *tmf_typemap_remedy(WireType remote);

#endif
