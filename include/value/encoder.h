/*
 * encoder.h
 *		A Datum -> what is stored in a column, one encoder per column.
 *
 * The way back of decode.h, and chosen once as there: a value becomes what it
 * would become if it were assigned to a local column that is like the remote
 * one.  Decimals and fractions of a second beyond the remote scale are rounded
 * as PostgreSQL rounds them, other types are cast; what the remote type does not
 * have is an error.  A value that was read from the column becomes the remote
 * value that it was read from or, where several are read as one, the one of
 * them that has zeroes for what PostgreSQL does not keep.
 */
#ifndef VALUE_ENCODER_H
#define VALUE_ENCODER_H

#include "fmgr.h"

#include "value/cast.h"
#include "wire/wire.h"

typedef struct TmfEncoder TmfEncoder;

/* parameter has all but the value, which is not NULL. */
typedef void (*TmfEncodeFunction) (const TmfEncoder *encoder, Datum value,
								   WireParameter *parameter);

struct TmfEncoder
{
	TmfEncodeFunction encode;
	const char *column;			/* local name, for messages */
	Oid			local;			/* base type of what encode takes */
	SqlType		as;				/* the remote column */
	WireType	type;			/* as which its values are sent ... */
	SqlType		declared;		/* ... and how a parameter of them is declared, whatever they are */
	bool		casts;			/* values are of another type than local ... */
	TmfCast		cast;			/* ... and this is how they get to it */

	/* of numbers and moments: the remote type's least and greatest value, and its unit */
	int64		least;
	int64		greatest;
	int64		unit;

	/* of characters and bytes */
	int			limit;			/* units of UTF-16, or bytes; INT_MAX: none */
	int			code_page;		/* of the bytes; 0: they are units */
	bool		by_output;		/* characters are made by an output function ... */
	bool		settings;		/* ... which heeds settings of the session */
	FmgrInfo	output;
};

/*
 * False when values of type cannot become ones of as: the caller tells the user,
 * with tmf_encoder_refusal() as DETAIL.  code_page: of char, varchar and text.
 * column must outlive the encoder; its caches live in context.
 */
extern bool tmf_encoder_init(TmfEncoder *encoder, const char *column, Oid type,
							 const SqlType *as, int code_page, MemoryContext context);

/* A sentence: how values of type would have to become ones of as. */
extern const char *tmf_encoder_refusal(Oid type, const SqlType *as);

/* For tmf_encoder_write(): of another type than the encoder takes. */
extern Datum tmf_encoder_cast(TmfEncoder *encoder, Datum value, bool *isnull);

/*
 * Fills in parameter, whose bytes live in CurrentMemoryContext or are those of
 * value itself.  Type and declaration are the same for all values of an encoder.
 * ERROR that names the column: 22003 of numbers, 22008 of dates and times, 22001
 * of what is too long, 22P05 of a character that the column's code page lacks.
 */
static inline void
tmf_encoder_write(TmfEncoder *encoder, Datum value, bool isnull, WireParameter *parameter)
{
	parameter->type = encoder->type;
	parameter->declared = encoder->declared;
	parameter->value = NULL;
	parameter->length = 0;
	if (unlikely(encoder->casts))
		value = tmf_encoder_cast(encoder, value, &isnull);
	if (!isnull)
		encoder->encode(encoder, value, parameter);
}

#endif
