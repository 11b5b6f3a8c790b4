/*
 * encode_internal.h
 *		What the files of the encoder share; encode.h is for everybody else.
 */
#ifndef STANDIN_ENCODE_INTERNAL_H
#define STANDIN_ENCODE_INTERNAL_H

#include "encode.h"

#define VARIANT_BYTES_MAX	8009

/* Does the type travel as UTF-16, or in its collation's code page? */
extern bool encode_wide(SqlType type);
extern bool encode_narrow(SqlType type);

/* Writers. */
extern void encode_short(Stream *stream, const EncodeColumn *column, const SqlValue *value);
extern void encode_chunked(Stream *stream, const EncodeColumn *column, const SqlValue *value);
extern void encode_lob(Stream *stream, const EncodeColumn *column, const SqlValue *value);
extern void encode_variant(Stream *stream, const EncodeColumn *column, const SqlValue *value);

#endif
