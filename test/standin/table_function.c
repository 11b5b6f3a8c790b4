/*
 * table_function.c
 *		The functions that may stand in FROM.
 */
#include "generator.h"
#include "openjson.h"
#include "table_function.h"

static const TableFunction functions[] = {
	{&generator_view, {.type = SQL_BIGINT}, 0},
	{&openjson_view, {.type = SQL_NVARCHAR, .length = LENGTH_MAX}, OPENJSON_VALUE}
};

#define FUNCTIONS	(sizeof(functions) / sizeof(functions[0]))

const TableFunction *
table_function_find(const char *name)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
	{
		if (name_equal(functions[i].view->name, name))
			return &functions[i];
	}
	return NULL;
}

bool
table_functions_register(sqlite3 *handle)
{
	return generator_register(handle) && openjson_register(handle);
}
