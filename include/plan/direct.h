/*
 * direct.h
 *		UPDATE and DELETE as one remote statement.
 */
#ifndef PLAN_DIRECT_H
#define PLAN_DIRECT_H

#include "foreign/fdwapi.h"
#include "utils/rel.h"

/*
 * Members of the fdw_private of a ForeignScan that changes its table instead of
 * reading it.  What stands between VERB and WHERE depends on what the server says
 * of the table: see tmf_deparse_change().  The values of the parameters are the
 * expressions of fdw_exprs.
 */
typedef enum TmfDirectPrivate
{
	TMF_DIRECT_VERB,			/* String: "UPDATE [t] SET [a] = @P1", "DELETE FROM [t]" */
	TMF_DIRECT_WHERE,			/* String: " WHERE [b] = @P2", or nothing */
	TMF_DIRECT_PARAMETERS,		/* List of Lists, one of each value: see TmfParameterPrivate */
	TMF_DIRECT_TYPES,			/* List of Lists, one of each column whose type the statement
								 * takes for granted: see TmfColumnPrivate */
	TMF_DIRECT_RETURNED,		/* the same of the columns that come back; NIL: none do */
	TMF_DIRECT_OUTPUT,			/* List of String: T-SQL for each of them, $T being INSERTED or DELETED */
	TMF_DIRECT_COUNTED			/* Boolean: are its rows those of the command tag? */
} TmfDirectPrivate;

extern bool tmfPlanDirectModify(PlannerInfo *root, ModifyTable *plan, Index resultRelation,
								int subplan_index);

/* Notes for EXPLAIN why rows of rel are changed one by one, unless that is noted. */
extern void tmf_direct_note_refusal(PlannerInfo *root, ModifyTable *modify, Index resultRelation,
									Relation rel);

/* deparse_direct.c */

typedef struct TmfDirect
{
	CmdType		operation;
	RelOptInfo *rel;
	List	   *values;			/* TargetEntries: what is assigned to ... */
	List	   *columns;		/* ... the attributes, integers */
	List	   *conditions;		/* expressions that are EXACT */

	/* the statement */
	char	   *verb;
	char	   *where;
	List	   *params;
	List	   *descriptions;
	List	   *types;
} TmfDirect;

/* Writes the statement.  False: a value cannot be assigned there, and *reason says why. */
extern bool tmf_deparse_direct(PlannerInfo *root, TmfDirect *direct, const char **reason);

#endif
