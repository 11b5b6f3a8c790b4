/*
 * hierarchy.h
 *		hierarchyid: '/1/2/' and the bits that it is kept as.
 */
#ifndef STANDIN_HIERARCHY_H
#define STANDIN_HIERARCHY_H

#include "convert.h"

/* NULL when the text is none, or has labels that are not kept here (see hierarchy.c). */
extern char *hierarchy_parse(Arena *arena, const char *text, size_t size, size_t *out_size);

/* Also counts the levels; NULL when the bytes are none. */
extern char *hierarchy_format(Arena *arena, const char *bytes, size_t size, size_t *out_size,
							  int *levels);

#endif
