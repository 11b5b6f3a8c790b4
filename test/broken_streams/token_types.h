/*
 * test/broken_streams/token_types.h
 *		The types of values, and how long their values are.
 */
#ifndef BROKEN_STREAMS_TOKEN_TYPES_H
#define BROKEN_STREAMS_TOKEN_TYPES_H

#include <stdbool.h>
#include <stdint.h>

typedef enum Layout
{
	LAYOUT_NONE,				/* no such type */
	LAYOUT_FIXED,				/* no length anywhere */
	LAYOUT_BYTE,				/* a byte says the length */
	LAYOUT_SHORT,				/* two bytes, or chunks */
	LAYOUT_CHUNKS,
	LAYOUT_LONG,				/* text pointer and four bytes */
	LAYOUT_VARIANT				/* four bytes */
} Layout;

typedef struct Type
{
	uint8_t		number;
	Layout		layout;
	uint8_t		info;			/* bytes behind the number in TYPE_INFO, the length included */
	uint8_t		size;			/* of fixed values; otherwise the bytes of the length in TYPE_INFO */
} Type;

/* NULL: there is none of that number.  A lenient reader knows types of TDS 5. */
extern const Type *token_type(uint8_t number, bool leniently);

#endif
