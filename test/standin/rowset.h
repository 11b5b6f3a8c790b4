/*
 * rowset.h
 *		Rows in memory that a query reads as a table: table variables, inserted and deleted.
 *
 * They belong to a frame and go with it.  No transaction undoes them; what a
 * statement that fails has added is cut off again by who runs the statement.
 */
#ifndef STANDIN_ROWSET_H
#define STANDIN_ROWSET_H

#include "catalog.h"
#include "storage.h"

struct RowSet
{
	RowSet	   *next;			/* of the same frame */
	Arena	   *arena;			/* of its columns' names and its rows' values */
	TableInfo	info;			/* what statements see; info.set is this */
	RawValue   *rows;
	int64_t		count;
	int64_t		capacity;
	const void *declaration;	/* which DECLARE made it */
};

/* With the columns of a table, of which nothing is kept but a copy; added to the frame. */
extern RowSet *rowset_new(Frame *frame, const char *name, const TableInfo *like);
extern void rowset_add(RowSet *set, const RawValue *values);
extern const RawValue *rowset_row(const RowSet *set, int64_t row);
extern void rowset_truncate(RowSet *set, int64_t count);
extern void rowsets_free(Frame *frame);

/* Of the frame at hand: "@t", or inside a trigger "inserted" and "deleted". */
extern RowSet *rowset_find(const Session *session, const ObjectName *name);

/* DECLARE @t TABLE (...) */
extern bool execute_declare_table(Session *session, const TableDefinition *definition);

/* The virtual table through which SQLite reads a set: ROWSET_SOURCE(pointer), columns c1, c2, ... */
#define ROWSET_SOURCE	"standin_rowset"
extern bool rowsets_register(sqlite3 *handle);

#endif
