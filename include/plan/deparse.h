/*
 * deparse.h
 *		Plan -> T-SQL.
 *
 * deparse.c puts a statement together: SELECT list, FROM, WHERE ...; the
 * expressions are written by those who know whether they may be (shippable.h).
 */
#ifndef PLAN_DEPARSE_H
#define PLAN_DEPARSE_H

#include "lib/stringinfo.h"
#include "nodes/pathnodes.h"
#include "utils/rel.h"

#include "plan/shippable.h"
#include "pure/sqltype.h"

/* What is to be selected. */
typedef struct TmfQuery
{
	RelOptInfo *rel;			/* base, join or grouping; its relinfo says how it is made */

	/*
	 * TargetEntries: what the rows consist of.  resno is where each value goes:
	 * the attribute number of a base relation, the place in fdw_scan_tlist of
	 * another one.
	 */
	List	   *targets;
	List	   *conditions;		/* expressions that may be shipped: of rel, as a WHERE or a HAVING */
	List	   *pathkeys;		/* NIL: in any order */
	bool		limited;		/* by these, of which one may be NULL */
	Node	   *offset;
	Node	   *count;
} TmfQuery;

/* Members of the description of a column of the remote result: see TMF_SCAN_COLUMNS. */
typedef enum TmfColumnPrivate
{
	TMF_COLUMN_TARGET,			/* Integer: resno of its target; 0: only its type is looked at */
	TMF_COLUMN_RELID,			/* Integer: Oid of the foreign table; 0: it is no column of one */
	TMF_COLUMN_ATTNUM,			/* Integer: of that table */
	TMF_COLUMN_ASSUMED,			/* Integer: TMF_REMOTE() types that it may have; 0: any */
	TMF_COLUMN_MAX_SCALE,		/* Integer: decimals that its type may have ... */
	TMF_COLUMN_MAX_WHOLE,		/* Integer: ... and digits before them */
	TMF_COLUMN_DECLARED,		/* String: the type that it must have; "": any */
	TMF_COLUMN_UTF16			/* Boolean: does it come as the bytes of its UTF-16? */
} TmfColumnPrivate;

/* One of a column of which nothing else is assumed. */
extern List *tmf_column_private(int target, Oid relid, AttrNumber attnum, const char *declared,
								bool utf16);

/* The statement. */
typedef struct TmfSelect
{
	char	   *sql;

	/*
	 * Lists of TmfColumnPrivate.  The first ones are handed over; the rest is
	 * there to have its types checked, and always NULL.  When it is NIL the
	 * SELECT has one column that stands for nothing, since T-SQL has no empty
	 * select list.
	 */
	List	   *columns;
	int			handed;
	int			divisors;		/* columns after these: what their targets are to be divided by */

	List	   *params;			/* expressions: the values of @P1, @P2 ... */
	List	   *descriptions;	/* of each: see TmfParameterPrivate */
	bool		locks;			/* it locks rows, and is to run in a remote transaction */
} TmfSelect;

/* The column that a target is; NULL: it is something else. */
extern Var *tmf_target_column(const TargetEntry *target);

extern void tmf_deparse_select(PlannerInfo *root, const TmfQuery *query, TmfSelect *select);

/* TargetEntries for the columns of base relation rel that are used. */
extern List *tmf_deparse_base_targets(PlannerInfo *root, RelOptInfo *rel);

/*
 * deparse_from.c: what follows FROM, without the word; and what of the relations
 * that rel is made of belongs into the WHERE, which it adds to.
 */
extern void tmf_deparse_from(TmfShipping *shipping, RelOptInfo *rel, StringInfo from,
							 StringInfo where);

/* "[dbo].[track]", of one that is no query. */
extern void tmf_deparse_table(StringInfo sql, const TmfTableOptions *table);

/* Adds expressions that must all be true. */
extern void tmf_deparse_conditions(TmfShipping *shipping, List *conditions, StringInfo sql);

/* A subquery without rows of column alone: for where the column cannot be named. */
extern void tmf_deparse_column_apart(StringInfo sql, TmfShipping *shipping, Var *column);

/* deparse_sample.c: what ANALYZE asks */

typedef struct TmfSample
{
	double		percent;		/* of the pages, 100: all; less only of a table */
	double		share;			/* of their rows, 1: all */
	int64		most;			/* rows at most, 0: no limit */
} TmfSample;

/* All columns: resno is their attribute number. */
extern void tmf_deparse_sample(Relation rel, const TmfSample *sample, TmfSelect *select);

/*
 * SELECT of rows and pages (bigint) as the catalog knows them, both NULL of what
 * is no table.  NULL: the user's query is certainly none.
 */
extern char *tmf_deparse_size(Relation rel);

/* SELECT of the number of rows (bigint). */
extern char *tmf_deparse_count(Relation rel);

/*
 * A row of bigints: how many rows there are, and of each of the attributes how many
 * values, how many that differ, and the average length in bytes.
 */
extern char *tmf_deparse_statistics(Relation rel, const List *attnums);

/* Can the server tell values of the attribute apart? */
extern bool tmf_deparse_can_count(Relation rel, AttrNumber attnum);

/* deparse_column.c: how the values of a column travel */

typedef struct TmfColumnForm
{
	bool		declared;		/* by remote_type, as ... */
	SqlType		remote;
	const char *sql;			/* NULL: as they are; else with $1: the column, $2: its length ... */
	bool		utf16;			/* ... in bytes of UTF-16, and so they travel */
	WireType	arrives;		/* as what sql makes of them */
} TmfColumnForm;

/* Of attribute attnum of relid, whose local type is type. */
extern void tmf_column_form(Oid relid, AttrNumber attnum, Oid type, TmfColumnForm *form);

/* name: the column as it is written, quoted. */
extern void tmf_deparse_column(StringInfo sql, const char *name, const TmfColumnForm *form);

/* The same type without a value: what stands for a column whose type alone counts. */
extern void tmf_deparse_column_type(StringInfo sql, const char *name);

/* deparse_value.c: what becomes of a value that is written; value: "@P1", or an expression */
extern void tmf_deparse_value(StringInfo sql, const SqlType *remote, const char *value);

#endif
