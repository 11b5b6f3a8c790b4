/*
 * modify.h
 *		One foreign table that is changed row by row, and the executor's callbacks.
 */
#ifndef EXEC_MODIFY_H
#define EXEC_MODIFY_H

#include "foreign/fdwapi.h"
#include "lib/stringinfo.h"

#include "exec/row.h"
#include "exec/scan.h"
#include "exec/written.h"
#include "plan/modify.h"
#include "session/session.h"
#include "value/encoder.h"

/* A column that an INSERT or UPDATE may write. */
typedef struct TmfModifyColumn
{
	AttrNumber	attnum;
	bool		offered;		/* not always: see TMF_MODIFY_OFFERED */
	bool		takes;			/* does the server take a value for it? */
	bool		identity;
	bool		encodes;		/* is encoder made? */
	TmfEncoder	encoder;
	TmfChangeColumn text;
} TmfModifyColumn;

/* A column of the key by which a row is found. */
typedef struct TmfModifyKey
{
	AttrNumber	junk;			/* where the subplan has its old value */
	Oid			local;			/* base type */
	SqlType		as;
	TmfChangeColumn text;
} TmfModifyKey;

typedef struct TmfModifiedKeys TmfModifiedKeys;
typedef struct TmfBatch TmfBatch;

typedef struct TmfModify
{
	Relation	rel;
	CmdType		operation;
	UserMapping *user;
	EState	   *estate;
	TmfChanging change;
	List	   *private;		/* see TmfModifyPrivate */
	bool		nothing;		/* ON CONFLICT DO NOTHING */
	bool		moves;			/* rows come whole from other partitions */
	MemoryContext context;		/* of all of it */
	MemoryContext values_context;	/* of the values of a statement, until the next one */
	MemoryContext returned_context; /* of the row that came back, until the next one */
	MemoryContext bind_context; /* of decoders */

	/* since the server has told of the table */
	const TmfWritten *written;	/* NULL: it has not been asked */
	int			columns;
	TmfModifyColumn *column;	/* all that may be written */
	int			keys;
	TmfModifyKey *key;
	TmfModifiedKeys *modified;	/* rows that were changed, where one may come again; or NULL */

	/* the statement that was sent last */
	TmfChangeText text;
	Bitmapset  *in_text;		/* which of column it writes */
	int			rows_in_text;
	char	   *sql;			/* NULL: none yet */
	WireParameter *parameters;
	int			parameters_max;

	/* rows that are sent together */
	bool		gathers;		/* also those that come one by one */
	TmfBatch   *batch;			/* see batch.h; NULL: there were none */

	/* what comes back; row is NULL: nothing does */
	TmfRow	   *row;
	TupleTableSlot *returned;
} TmfModify;

/*
 * The session to send a change on, with the remote transaction open; the server
 * has been asked for what is known of the table.
 */
extern TmfSession *tmf_modify_begin(TmfModify *modify);

/*
 * Which of the columns that may be written slot has for an INSERT or UPDATE: indexes
 * of column.  old: the row before an UPDATE, or NULL where it is not known.
 */
extern Bitmapset *tmf_modify_columns_of(TmfModify *modify, TupleTableSlot *slot,
										TupleTableSlot *old);

/* Makes sql the statement for these columns and (INSERT) so many rows. */
extern void tmf_modify_prepare(TmfModify *modify, const Bitmapset *columns, int rows);

/* The table has triggers: the statement that is prepared has them in mind from now on. */
extern void tmf_modify_learn_triggers(TmfModify *modify);

/* The values of slot for the columns of the statement, in values_context. */
extern void tmf_modify_encode(TmfModify *modify, TupleTableSlot *slot, WireParameter *parameters);

extern void tmfBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
								  List *fdw_private, int subplan_index, int eflags);
extern void tmfBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo);
extern TupleTableSlot *tmfExecForeignInsert(EState *estate, ResultRelInfo *rinfo,
											TupleTableSlot *slot, TupleTableSlot *planSlot);
extern TupleTableSlot *tmfExecForeignUpdate(EState *estate, ResultRelInfo *rinfo,
											TupleTableSlot *slot, TupleTableSlot *planSlot);
extern TupleTableSlot *tmfExecForeignDelete(EState *estate, ResultRelInfo *rinfo,
											TupleTableSlot *slot, TupleTableSlot *planSlot);
extern void tmfEndForeignModify(EState *estate, ResultRelInfo *rinfo);

/* modify_begin.c: what a statement is about to do to one table */
extern TmfModify *tmf_modify_make(EState *estate, ResultRelInfo *rinfo, CmdType operation,
								  List *private);

/* The columns that come back, for a table variable; characters as those that hold all of them. */
extern List *tmf_modify_output_types(Relation rel, const TmfWritten *written, List *returned);

/* modify_keys.c: rows that one statement has changed */
extern TmfModifiedKeys *tmf_modified_keys_make(void);

/* Notes the row of these key values; false: it was noted before. */
extern bool tmf_modified_keys_add(TmfModifiedKeys *keys, const WireParameter *values, int count);

#endif
