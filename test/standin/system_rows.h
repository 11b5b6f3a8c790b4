/*
 * system_rows.h
 *		System views whose rows are made by a function, not by SQL.
 */
#ifndef STANDIN_SYSTEM_ROWS_H
#define STANDIN_SYSTEM_ROWS_H

#include "catalog_views.h"
#include "storage.h"

/* Rows being collected; a view's fill function adds them value by value. */
typedef struct SystemRows
{
	const SystemView *view;
	Session    *session;
	Arena	   *arena;
	int			columns;
	RawValue   *values;			/* row after row */
	int			count;			/* values */
	int			capacity;
} SystemRows;

/* The next value, by the column's type; the last of a row begins the next one. */
extern void row_null(SystemRows *rows);
extern void row_number(SystemRows *rows, int64_t number);
extern void row_text(SystemRows *rows, const char *text);	/* NULL = NULL */
extern void row_guid(SystemRows *rows, const uint8_t guid[16]);

#endif
