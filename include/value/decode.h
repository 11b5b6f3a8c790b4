/*
 * decode.h
 *		A value as the wire holds it -> Datum, one decoder per column.
 *
 * The decoder is chosen once per execution from the column's type on the wire
 * and the local column; a value then costs one call through a pointer.  Most
 * values are handed on as that function makes them; the others are adapted.
 */
#ifndef VALUE_DECODE_H
#define VALUE_DECODE_H

#include "fmgr.h"

#include "option/compat.h"
#include "value/cast.h"
#include "wire/wire.h"

typedef struct TmfDecoder TmfDecoder;

/*
 * Memory that each row uses again.  What finds no room in it is allocated in
 * CurrentMemoryContext.
 */
typedef struct TmfRoom
{
	char	   *next;
	char	   *end;
} TmfRoom;

/* value is not NULL; the Datum lives in the decoder's room or in CurrentMemoryContext. */
typedef Datum (*TmfDecodeFunction) (TmfDecoder *decoder, const void *value, int length);

struct TmfDecoder
{
	TmfDecodeFunction decode;
	int			adapt_above;	/* values of more bytes need more than decode; -1: all, and NULL */
	TmfRoom    *room;
	const char *column;			/* local name, for messages */
	WireType	remote;
	Oid			type;			/* declared; may be a domain over base */
	Oid			base;
	int32		typmod;			/* of base */
	int			display_scale;	/* of a numeric; -1: the value's own */
	FmgrInfo	input;			/* base's input function, for text */
	Oid			input_argument;
	TmfCast		cast;			/* from what decode makes to base */
	FmgrInfo	coerce;			/* base's own length coercion ... */
	int			coerce_above;	/* ... for values of more bytes than this */
	void	   *domain_cache;
	MemoryContext context;		/* where the decoder's caches live */
};

/*
 * False when neither the table of types nor a cast leads from remote to type:
 * the caller tells the user, with tmf_decode_refusal() as DETAIL.  column and
 * context must outlive the decoder, and so must room; NULL: values are allocated
 * in CurrentMemoryContext.
 */
extern bool tmf_decoder_init(TmfDecoder *decoder, const WireColumn *remote,
							 const char *column, Oid type, int32 typmod,
							 TmfRoom *room, MemoryContext context);

/* A sentence: what remote is, and which cast from it to type is missing. */
extern const char *tmf_decode_refusal(const WireColumn *remote, Oid type);

/* For tmf_decode(), the same: a value that is not as decoder->decode makes it. */
extern Datum tmf_decode_adapted(TmfDecoder *decoder, const void *value, int length, bool *isnull);

/* value NULL is SQL NULL; a cast may make NULL of another, too. */
static inline Datum
tmf_decode(TmfDecoder *decoder, const void *value, int length, bool *isnull)
{
	*isnull = value == NULL;
	if (unlikely(length > decoder->adapt_above))
		return tmf_decode_adapted(decoder, value, length, isnull);
	return value != NULL ? decoder->decode(decoder, value, length) : (Datum) 0;
}

/* For tmf_decode_room(): 54000 about a value that PostgreSQL cannot hold. */
extern void *tmf_decode_room_beyond(const TmfDecoder *decoder, size_t size);

/* For decode functions: memory for a value of size bytes, which is more than 0. */
static inline void *
tmf_decode_room(TmfDecoder *decoder, size_t size)
{
	TmfRoom    *room = decoder->room;
	char	   *start = room->next;

	size = MAXALIGN(size);
	if (unlikely(size > (size_t) (room->end - start)))
		return tmf_decode_room_beyond(decoder, size);
	room->next = start + size;
	return start;
}

/* 22003 about decoder's column. */
pg_noreturn extern void tmf_decode_out_of_range(const TmfDecoder *decoder);

/* 08P01 about a value of fixed size that has another length. */
pg_noreturn extern void tmf_decode_wrong_size(const TmfDecoder *decoder, int length, size_t size);

/* The same unless a value of fixed size has size bytes. */
static inline void
tmf_decode_check_size(const TmfDecoder *decoder, int length, size_t size)
{
	if (unlikely(length < 0 || (size_t) length != size))
		tmf_decode_wrong_size(decoder, length, size);
}

#endif
