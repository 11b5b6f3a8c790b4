/*
 * deparse.h
 *		Plan -> T-SQL.
 */
#ifndef PLAN_DEPARSE_H
#define PLAN_DEPARSE_H

#include "lib/stringinfo.h"
#include "nodes/pathnodes.h"

#include "pure/sqltype.h"

/* A SELECT of one base relation. */
typedef struct TmfSelect
{
	char	   *sql;

	/*
	 * The attribute numbers behind its columns.  The first ones are handed over;
	 * the rest is there to have its types checked, and always NULL.  When it is
	 * NIL the SELECT has one column that stands for nothing, since T-SQL has no
	 * empty select list.
	 */
	List	   *columns;
	int			handed;
	List	   *assumed;		/* of each column: the remote types that its conditions allow, 0: any */
	List	   *declared;		/* of each column, strings: the type that it must have, "": any */
	List	   *utf16;			/* of each column: does it travel as the bytes of its UTF-16? */

	List	   *params;			/* expressions: the values of @P1, @P2 ... */
	List	   *strict;			/* of each: does its being NULL mean that no row qualifies? */
} TmfSelect;

/* conditions: expressions that tmf_ship_clause() lets be shipped. */
extern void tmf_deparse_select(RelOptInfo *rel, Oid relid, List *conditions, TmfSelect *select);

/* deparse_column.c: how the values of a column travel */

typedef struct TmfColumnForm
{
	bool		declared;		/* by remote_type, as ... */
	SqlType		remote;
	const char *sql;			/* NULL: as they are; else as in TmfShipRule, $2: the length ... */
	bool		utf16;			/* ... in bytes of UTF-16, and so they travel */
} TmfColumnForm;

/* Of attribute attnum of relid, whose local type is type. */
extern void tmf_column_form(Oid relid, AttrNumber attnum, Oid type, TmfColumnForm *form);

extern void tmf_deparse_column(StringInfo sql, Oid relid, AttrNumber attnum,
							   const TmfColumnForm *form);

/* The same type without a value: what stands for a column whose type alone counts. */
extern void tmf_deparse_column_type(StringInfo sql, Oid relid, AttrNumber attnum);

/* deparse_expr.c: the WHERE of such a statement, and what follows from it */

typedef struct TmfWhere
{
	RelOptInfo *rel;
	Oid			relid;
	StringInfoData sql;			/* empty: there are no conditions */
	int		   *assumed;		/* by attribute number - 1: as TmfSelect.assumed; 0 also: not used */
	List	   *params;
	List	   *strict;
} TmfWhere;

extern void tmf_deparse_where(TmfWhere *where, RelOptInfo *rel, Oid relid, int attributes,
							  List *conditions);

#endif
