/*
 * decode.h
 *		A value as the wire holds it -> Datum, one decoder per column.
 *
 * The decoder is chosen once per execution from the column's type on the wire
 * and the local column; a value then costs one call through a pointer.
 */
#ifndef VALUE_DECODE_H
#define VALUE_DECODE_H

#include "fmgr.h"

#include "wire/wire.h"

typedef struct TmfDecoder TmfDecoder;

/* value is not NULL; the Datum lives in CurrentMemoryContext. */
typedef Datum (*TmfDecodeFunction) (TmfDecoder *decoder, const void *value, int length);

struct TmfDecoder
{
	TmfDecodeFunction decode;
	const char *column;			/* local name, for messages */
	WireType	remote;
	Oid			type;			/* declared; may be a domain over base */
	Oid			base;
	int32		typmod;			/* of base */
	int			display_scale;	/* of a numeric; -1: the value's own */
	FmgrInfo	input;			/* base's input function, for text */
	Oid			input_argument;
	FmgrInfo	coerce;			/* base's own length coercion ... */
	int			coerce_above;	/* ... for values of more bytes than this */
	void	   *domain_cache;
	MemoryContext context;		/* where the decoder's caches live */
};

/*
 * False when the table of types knows no way from remote to type: the caller
 * tells the user.  column and context must outlive the decoder.
 */
extern bool tmf_decoder_init(TmfDecoder *decoder, const WireColumn *remote,
							 const char *column, Oid type, int32 typmod,
							 MemoryContext context);

/* value NULL is SQL NULL. */
extern Datum tmf_decode(TmfDecoder *decoder, const void *value, int length, bool *isnull);

/* 22003 about decoder's column. */
extern void tmf_decode_out_of_range(const TmfDecoder *decoder) pg_attribute_noreturn();

/* 08P01 unless a value of fixed size has size bytes. */
extern void tmf_decode_check_size(const TmfDecoder *decoder, int length, size_t size);

#endif
