/*
 * table_function.h
 *		The functions that may stand in FROM, and how they are bound.
 *
 * Each is a virtual table of SQLite under its own name, whose columns are named
 * c1, c2, ... and whose last, hidden one is the argument.
 */
#ifndef STANDIN_TABLE_FUNCTION_H
#define STANDIN_TABLE_FUNCTION_H

#include "catalog_views.h"

typedef struct TableFunction
{
	const SystemView *view;		/* its name and its columns */
	TypeSpec	argument;
	int			value_column;	/* has the argument's collation; 0 = none */
} TableFunction;

/* NULL when there is none of that name. */
extern const TableFunction *table_function_find(const char *name);

extern bool table_functions_register(sqlite3 *handle);

#endif
