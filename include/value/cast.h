/*
 * cast.h
 *		PostgreSQL's own cast from one type to another, found once.
 */
#ifndef VALUE_CAST_H
#define VALUE_CAST_H

#include "fmgr.h"

typedef enum TmfCastKind
{
	TMF_CAST_NONE,				/* the value is one of both types */
	TMF_CAST_FUNCTION,
	TMF_CAST_INPUT_OUTPUT		/* through its text */
} TmfCastKind;

typedef struct TmfCast
{
	TmfCastKind kind;
	FmgrInfo	function;		/* the cast's own, or the output function of what is cast */
	FmgrInfo	input;
	Oid			input_argument;
	int32		typmod;
} TmfCast;

/*
 * Is there a cast from one base type to another that PostgreSQL applies by
 * itself when a value is assigned?  typmod is that of the target; a function
 * need not heed it.  ERROR when the user may not execute the cast's function.
 * Caches live in context.
 */
extern bool tmf_cast_find(TmfCast *cast, Oid from, Oid to, int32 typmod, MemoryContext context);

/* Does type take a text and silently keep but a part of it?  Then no text is cast to it. */
extern bool tmf_cast_shortens(Oid type);

/*
 * *isnull is that of value, and then that of the result: a function may make NULL
 * of a value, and one that is not strict a value of NULL.  The result lives in
 * CurrentMemoryContext.
 */
extern Datum tmf_cast_apply(TmfCast *cast, Datum value, bool *isnull);

#endif
