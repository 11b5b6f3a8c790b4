/*
 * deparse.h
 *		Plan -> T-SQL.
 */
#ifndef PLAN_DEPARSE_H
#define PLAN_DEPARSE_H

#include "lib/stringinfo.h"

#include "plan/relinfo.h"

/*
 * The SELECT of a base relation.  *retrieved is the list of the attribute
 * numbers behind its columns, in order; when it is NIL the SELECT has one
 * column that stands for nothing, since T-SQL has no empty select list.
 */
extern void tmf_deparse_select(StringInfo sql, const TmfRelInfo *info, Oid relid,
							   List **retrieved);

#endif
