/*
 * openjson.h
 *		OPENJSON(text): a row for each element of an array or object.
 */
#ifndef STANDIN_OPENJSON_H
#define STANDIN_OPENJSON_H

#include "catalog_views.h"

#define OPENJSON_VALUE	1		/* place of the column value */

extern const SystemView openjson_view;

extern bool openjson_register(sqlite3 *handle);

#endif
