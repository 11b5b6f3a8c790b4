/*
 * relinfo.h
 *		What is known of a foreign relation while it is planned.
 *
 * A base relation, a join of two relations of one server and user, or a
 * grouping of one; each can be the SELECT of one remote statement.
 */
#ifndef PLAN_RELINFO_H
#define PLAN_RELINFO_H

#include "nodes/pathnodes.h"

#include "option/option.h"

/* How the rows of a table are locked by the statement that reads them. */
typedef enum TmfRowLock
{
	TMF_LOCK_NONE,
	TMF_LOCK_WAIT,				/* FOR UPDATE */
	TMF_LOCK_NOWAIT
} TmfRowLock;

typedef struct TmfRelInfo
{
	TmfServerOptions *server;
	TmfTableOptions *table;		/* of a base relation; otherwise NULL */
	Relids		relids;			/* the base relations in it */

	/*
	 * RestrictInfos of the relation, by where they are evaluated.  A clause that
	 * is shipped and rechecked stands in both lists.  Of a join, remote_conds are
	 * its own: what was shipped of the relations it is made of stands there, and
	 * is part of its statement.  local_conds are all that are left to be
	 * evaluated on its rows.
	 */
	List	   *remote_conds;
	List	   *local_conds;
	int			values;			/* parameters that remote_conds take */

	/* of a base relation */
	TmfRowLock	lock;
	Bitmapset  *attrs_used;		/* offset by FirstLowInvalidHeapAttributeNumber */

	/* of a join: what it is made of */
	RelOptInfo *outer;
	RelOptInfo *inner;
	JoinType	jointype;		/* JOIN_INNER, _LEFT, _FULL, _SEMI or _ANTI */
	List	   *joinclauses;	/* RestrictInfos of its ON */
	Relids		hidden;			/* of relids: those inside of EXISTS, which end there */
	Relids		nullable;		/* of relids: those without a row in some rows of the join */

	/*
	 * A join with it that was tried and could not be shipped, if there was one:
	 * with what, and why.  It may have been shipped in another order later.
	 */
	Relids		refused;
	char	   *refused_reason;

	/* of a grouping: what is grouped, and the SELECT list with its sortgrouprefs */
	RelOptInfo *input;
	List	   *grouped_tlist;
	List	   *keys;			/* expressions of GROUP BY ... */
	List	   *equalities;		/* ... with the operators of each */

	/* of the final order: what is sorted */
	RelOptInfo *sorted;

	List	   *above;			/* texts: what above the relation does not ship, and why */

	/* a statement for it, without ORDER BY and LIMIT: see cost.h */
	double		rows;			/* that it returns; those that are dropped here included */
	int			width;
	Cost		startup_cost;
	Cost		total_cost;
	bool		analyzed;		/* is the size of all its tables known? */
} TmfRelInfo;

/* Fills rel->fdw_private of a base relation from the catalog; contacts nobody. */
extern void tmf_relinfo_init(PlannerInfo *root, RelOptInfo *rel, Oid relid);

/*
 * Sorts clauses (RestrictInfos) into those evaluated there and here; the same
 * clause may be in both.  *values counts the parameters that remote ones take.
 */
extern void tmf_relinfo_sort(PlannerInfo *root, RelOptInfo *rel, List *clauses, List **remote,
							 List **local, int *values);

/* "album", "(album a) INNER JOIN (track t)" ..., for EXPLAIN. */
extern char *tmf_relinfo_text(PlannerInfo *root, RelOptInfo *rel);

/* row_lock.c: refuses what the server has not */
extern TmfRowLock tmf_row_lock(PlannerInfo *root, RelOptInfo *rel, const TmfTableOptions *table);

static inline TmfRelInfo *
tmf_relinfo(RelOptInfo *rel)
{
	return (TmfRelInfo *) rel->fdw_private;
}

#endif
