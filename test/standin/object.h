/*
 * object.h
 *		Values with something inside: objects of the CLR, and sql_variant.
 */
#ifndef STANDIN_OBJECT_H
#define STANDIN_OBJECT_H

#include "convert.h"

#define GEOGRAPHY_SRID	4326	/* of Parse, and so of CAST; geometry's is 0 */

/* An object of class from its text; the class's error otherwise. */
extern bool object_parse(Arena *arena, SqlType class, const SqlValue *text, int32_t srid,
						 SqlValue *out, SqlMessage *error);

/* with_zm: as ToString() and AsTextZM() do.  False when the bytes are no such object. */
extern bool object_text(Arena *arena, SqlType class, const SqlValue *object, bool with_zm,
						SqlValue *out);

/* The value inside a sql_variant; false when the bytes are none. */
extern bool variant_open(Arena *arena, const SqlValue *variant, TypeSpec *type, SqlValue *value);

#endif
