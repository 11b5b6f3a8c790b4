/*
 * json.h
 *		Is a text JSON, and what are the elements of its array or object?
 */
#ifndef STANDIN_JSON_H
#define STANDIN_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* False: *bad is where it ceases to be. */
extern bool json_check(const char *text, size_t size, size_t *bad);

/* As OPENJSON numbers them. */
typedef enum JsonKind
{
	JSON_NULL,
	JSON_STRING,
	JSON_NUMBER,
	JSON_BOOLEAN,
	JSON_ARRAY,
	JSON_OBJECT
} JsonKind;

/* Texts lie in the walked one, strings without their quotes and with their escapes. */
typedef struct JsonMember
{
	JsonKind	kind;
	const char *key;			/* NULL in an array */
	size_t		key_size;
	const char *value;
	size_t		value_size;
} JsonMember;

typedef struct JsonWalk
{
	const char *at;
	const char *end;
	bool		object;
	bool		first;
} JsonWalk;

/* text has passed json_check(); false: it is neither array nor object, *bad says where. */
extern bool json_walk_start(JsonWalk *walk, const char *text, size_t size, size_t *bad);
extern bool json_walk_next(JsonWalk *walk, JsonMember *member);

/* What a string with escapes stands for; out has room for size bytes.  The length. */
extern size_t json_unescape(const char *text, size_t size, char *out);

#endif
