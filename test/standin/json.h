/*
 * json.h
 *		Is a text JSON?
 */
#ifndef STANDIN_JSON_H
#define STANDIN_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* False: *bad is where it ceases to be. */
extern bool json_check(const char *text, size_t size, size_t *bad);

#endif
