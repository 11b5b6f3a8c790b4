/*
 * generator.h
 *		standin_rows(n): a table of n rows that are computed, not stored.
 */
#ifndef STANDIN_GENERATOR_H
#define STANDIN_GENERATOR_H

#include "catalog_views.h"

#define GENERATOR_NAME	"standin_rows"

/* Its columns; in SQLite they are named c1, c2, ... */
extern const SystemView generator_view;

extern bool generator_register(sqlite3 *handle);

#endif
