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

	Bitmapset  *attrs_used;		/* offset by FirstLowInvalidHeapAttributeNumber */
} TmfRelInfo;

/* Fills rel->fdw_private from the catalog; contacts nobody. */
extern void tmf_relinfo_init(RelOptInfo *rel, Oid relid);

static inline TmfRelInfo *
tmf_relinfo(RelOptInfo *rel)
{
	return (TmfRelInfo *) rel->fdw_private;
}

#endif
