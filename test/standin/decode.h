/*
 * decode.h
 *		Parameters of remote procedure calls: TYPE_INFO and values that clients send.
 */
#ifndef STANDIN_DECODE_H
#define STANDIN_DECODE_H

#include "engine.h"
#include "convert.h"
#include "reader.h"

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
