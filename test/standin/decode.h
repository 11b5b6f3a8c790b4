/*
 * decode.h
 *		TYPE_INFO and values that clients send, in parameters and bulk loads.
 */
#ifndef STANDIN_DECODE_H
#define STANDIN_DECODE_H

#include "engine.h"
#include "convert.h"
#include "reader.h"

typedef struct DecodeRule DecodeRule;

/* A TYPE_INFO that was read. */
typedef struct DecodeType
{
	const DecodeRule *rule;
	TypeSpec	type;
} DecodeType;

/* False: there is no such type; a reader that went bad is the caller's to see. */
extern bool decode_type(Reader *reader, DecodeType *type);

/*
 * Finds the bytes of the next value, in the message or, put together, in arena.
 * in_row: as rows have it, with a text pointer.  False: NULL, or the reader went bad.
 */
extern bool decode_frame(Reader *reader, Arena *arena, const DecodeType *type, bool in_row,
						 Reader *value);

/* May a value of this type have so many bytes? */
extern bool decode_fits(const DecodeType *type, size_t size);

/* The value that the bytes, all of them, stand for.  False: there is none. */
extern bool decode_value(const TypeSpec *type, Reader *bytes, Arena *arena, SqlValue *value);

/*
 * Reads one parameter: name, status, type, value.  Text becomes UTF-8; what does
 * not lie in the message is allocated in arena.  False: error tells what is
 * wrong, and the rest of the message cannot be read.
 */
extern bool decode_parameter(Reader *reader, Arena *arena, int ordinal, SqlParameter *parameter,
							 SqlMessage *error);

/* UTF-16 of the message as NUL-terminated UTF-8; false: it does not fit. */
extern bool decode_name(Reader *reader, Arena *arena, size_t units, char *name, size_t size);

#endif
