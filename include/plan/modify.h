/*
 * modify.h
 *		INSERT, and UPDATE and DELETE by key: what the planner says of them.
 */
#ifndef PLAN_MODIFY_H
#define PLAN_MODIFY_H

#include "foreign/fdwapi.h"

#include "plan/deparse.h"

/*
 * Members of a ModifyTable's private list for one table, in this order.  What
 * the server says of the table is known when the statement runs, so that its text
 * is put together then: see tmf_deparse_insert() and its kin.
 */
typedef enum TmfModifyPrivate
{
	TMF_MODIFY_TARGET,			/* String: the remote table, quoted */
	TMF_MODIFY_COLUMNS,			/* List of String: the remote name of each attribute, quoted;
								 * empty of dropped ones */
	TMF_MODIFY_WRITTEN,			/* List of int: attributes that are always written ... */
	TMF_MODIFY_OFFERED,			/* ... and those that are if they have a value, and the server takes one */
	TMF_MODIFY_KEYS,			/* List of int: attributes that tell the row */
	TMF_MODIFY_RETURNED,		/* List of Lists, see TmfColumnPrivate; NIL: nothing comes back */
	TMF_MODIFY_OUTPUT,			/* List of String: T-SQL for each of them, $T being INSERTED or DELETED */
	TMF_MODIFY_NOTHING,			/* Boolean: is ON CONFLICT DO NOTHING asked for? */
	TMF_MODIFY_REPEATS			/* Boolean: may the same row come more than once, from a join? */
} TmfModifyPrivate;

/* returned: offset by FirstLowInvalidHeapAttributeNumber; NULL: nothing. */
extern List *tmf_modify_private(Relation rel, List *written, List *offered, List *keys,
								const Bitmapset *returned, bool nothing, bool repeats);

/* TMF_MODIFY_RETURNED and TMF_MODIFY_OUTPUT of these attributes, offset likewise. */
extern void tmf_modify_returned(Relation rel, const Bitmapset *attributes, List **returned,
								List **output);

/* The resjunk column in which the old value of key attribute attnum comes. */
extern char *tmf_modify_junk_name(Form_pg_attribute attribute);

extern void tmfAddForeignUpdateTargets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte,
									   Relation target_relation);
extern List *tmfPlanForeignModify(PlannerInfo *root, ModifyTable *plan, Index resultRelation,
								  int subplan_index);
extern int	tmfIsForeignRelUpdatable(Relation rel);

/*
 * deparse_modify.c: the statements.  Values are @P1 and so on: those that are
 * written, row by row, then those of the keys.
 */

/* A column and the value that it is given, or compared with. */
typedef struct TmfChangeColumn
{
	const char *name;			/* quoted */
	SqlType		type;			/* of one that is given a value */
	bool		interval;		/* of a key: two parameters are the ends of an interval of its values */
} TmfChangeColumn;

typedef struct TmfChangeText
{
	const char *target;
	int			columns;
	const TmfChangeColumn *column;
	int			keys;
	const TmfChangeColumn *key;

	/* what comes back */
	List	   *output;			/* as TMF_MODIFY_OUTPUT */
	List	   *into;			/* List of char *: the types of these, for a table variable; NIL: none is needed */
	bool		identity;		/* an identity column is given a value */
} TmfChangeText;

/* As what a column of that form and remote type comes back. */
extern char *tmf_deparse_output_type(const TmfColumnForm *form, const SqlType *remote);

extern void tmf_deparse_insert(StringInfo sql, const TmfChangeText *text, int rows);
extern void tmf_deparse_update(StringInfo sql, const TmfChangeText *text);
extern void tmf_deparse_delete(StringInfo sql, const TmfChangeText *text);

/* What text has to return, between verb and where; row: INSERTED or DELETED. */
extern void tmf_deparse_change(StringInfo sql, const TmfChangeText *text, const char *verb,
							   const char *row, const char *where);

#endif
