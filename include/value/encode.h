/*
 * encode.h
 *		A Datum -> a typed value for the server.
 *
 * A local value and a remote type need not have the same values: datetime knows
 * no microseconds, no remote type knows infinity.  A value that the remote type
 * has is sent as itself.  Of any other one the server can still be asked for
 * the rows that compare with it as they would here: those are an interval of
 * remote values, whose ends the remote type has.
 *
 * Below, local(r) is what the decoders make of a remote value r.  That is so for
 * a column which is read into its type directly (tmf_typemap_find() knows the
 * pair), not by a cast, and whose type has no precision of its own that would
 * round: the caller sees to both.  local, as an argument, is the base type of
 * the value.
 */
#ifndef VALUE_ENCODE_H
#define VALUE_ENCODE_H

#include "access/stratnum.h"

#include "wire/wire.h"

/*
 * What becomes of a value.  strategy is that of the comparison "column OP value":
 * BTLessStrategyNumber .. BTGreaterStrategyNumber.  The column's value r is
 * between LOW and HIGH, ends included, exactly when local(r) OP value; when that
 * holds for none, LOW is the greatest value of the type, and HIGH the least.
 */
typedef enum TmfBound
{
	TMF_BOUND_VALUE,			/* itself: ERROR when the type does not have it */
	TMF_BOUND_ARRAY,			/* the value is an array: see tmf_encode_array() */
	/* 2 to 11 are those below */
	TMF_BOUND_LIMIT = 12,		/* a bigint of LIMIT: NULL is all rows, and 0 needs no answer */
	TMF_BOUND_OFFSET			/* a bigint of OFFSET: NULL is 0 */
} TmfBound;

#define TMF_BOUND_LOW(strategy)		((TmfBound) (2 * (strategy)))
#define TMF_BOUND_HIGH(strategy)	((TmfBound) (2 * (strategy) + 1))

/* SqlType.scale of a decimal that has as many decimals as its value needs. */
#define TMF_SCALE_OF_VALUE	(-1)

/* The type in which a value of type local travels when no column says otherwise; false: in none. */
extern bool tmf_encode_natural(Oid local, SqlType *as);

/* Can values of type local be sent as as, those that it has? */
extern bool tmf_encode_travels(Oid local, const SqlType *as);

/* Can a value of type local be sent as the ends of an interval of as? */
extern bool tmf_encode_orders(Oid local, const SqlType *as);

/* Does as have every value of type local? */
extern bool tmf_encode_holds(Oid local, const SqlType *as);

/* Is there, for each value of type local, one value r of as at most with local(r) = value? */
extern bool tmf_encode_single(Oid local, const SqlType *as);

/* Does as have value, which is not NULL? */
extern bool tmf_encode_represents(Datum value, Oid local, const SqlType *as);

/*
 * Of a value that is not NULL: which remote values qualify, so that less than
 * both ends need be sent.
 */
typedef struct TmfInterval
{
	bool		empty;			/* none */
	bool		low;			/* there are values below the interval: "c >= LOW" is of use */
	bool		high;			/* the same above */
	bool		single;			/* one: LOW and HIGH are equal */
} TmfInterval;

extern void tmf_encode_interval(Datum value, Oid local, const SqlType *as, int strategy,
								TmfInterval *interval);

/*
 * Fills in parameter; its bytes live in CurrentMemoryContext.  What it is
 * declared as may follow from the value: characters are varchar where as is one
 * and they are ASCII (a column of that type is then searched by its index), else
 * nvarchar; lengths are 4000, 8000 or max.  ERROR when tmf_encode_travels() or
 * tmf_encode_orders() said no.
 */
extern void tmf_encode(Datum value, bool isnull, Oid local, const SqlType *as, TmfBound bound,
					   WireParameter *parameter);

/*
 * An array of elements of type local as one nvarchar(max): a JSON array of
 * strings and nulls.  Each string is text that CONVERT(as, ...) makes the element
 * of; that of binary types is hexadecimal, for style 1.  Left out are elements
 * that as does not have: no remote value is equal to one, provided that
 * tmf_encode_single().  Where all are left out a NULL is not in the list, though
 * here it may be: only of elements that as has (tmf_encode_holds()) the answer is
 * the same for a NULL.
 */
extern void tmf_encode_array(Datum array, bool isnull, Oid local, const SqlType *as,
							 WireParameter *parameter);

#endif
