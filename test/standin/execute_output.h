/*
 * execute_output.h
 *		The OUTPUT clause of INSERT, UPDATE and DELETE.
 */
#ifndef STANDIN_EXECUTE_OUTPUT_H
#define STANDIN_EXECUTE_OUTPUT_H

#include "rowwriter.h"

typedef struct OutputWriter
{
	Session    *session;
	sqlite3_stmt *statement;	/* NULL = there is no OUTPUT clause */
	bool		into;			/* ... or rows for the writer below, not for the client */
	RowWriter	rows;
	int		   *targets;		/* position there of each output */
	RawValue   *row;			/* of that table, by position */
	int64_t		first;			/* rows that a table variable had before */
	int			table_columns;
	SqlColumn  *columns;
	int			count;
	SqlValue   *values;
	char		(*scratch)[STORAGE_SCRATCH];
	bool		inserted;
	bool		deleted;
} OutputWriter;

/* inserted, deleted: which of them the clause may name; sends the columns. */
extern bool output_start(OutputWriter *writer, Session *session, const TableInfo *table, Output *output,
						 bool inserted, bool deleted);
extern bool output_row(OutputWriter *writer, const RawValue *inserted, const RawValue *deleted);

/* ok: keep what went INTO a table.  False: its constraints say no. */
extern bool output_finish(OutputWriter *writer, bool ok);

#endif
