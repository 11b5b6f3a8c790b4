/*
 * relinfo.h
 *		What is known of a foreign relation while it is planned.
 */
#ifndef PLAN_RELINFO_H
#define PLAN_RELINFO_H

#include "nodes/pathnodes.h"

#include "option/option.h"

typedef struct TmfRelInfo
{
	TmfServerOptions *server;
	TmfTableOptions *table;

	/*
	 * RestrictInfos of the relation, by where they are evaluated.  A clause
	 * that is shipped and rechecked stands in both lists.
	 */
	List	   *remote_conds;
	List	   *local_conds;
	int			values;			/* parameters that remote_conds take */

	Bitmapset  *attrs_used;		/* offset by FirstLowInvalidHeapAttributeNumber */
} TmfRelInfo;

/* Fills rel->fdw_private from the catalog; contacts nobody. */
extern void tmf_relinfo_init(RelOptInfo *rel, Oid relid);

/*
 * Sorts clauses (RestrictInfos) into those evaluated there and here; the same
 * clause may be in both.  *values counts the parameters that remote ones take.
 */
extern void tmf_relinfo_sort(RelOptInfo *rel, List *clauses, List **remote, List **local,
							 int *values);

static inline TmfRelInfo *
tmf_relinfo(RelOptInfo *rel)
{
	return (TmfRelInfo *) rel->fdw_private;
}

#endif
