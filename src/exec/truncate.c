/*
 * src/exec/truncate.c
 *		TRUNCATE of foreign tables.
 *
 * T-SQL's goes back to the first identity, whatever one says, and empties no other
 * tables: what PostgreSQL would promise otherwise is refused.  Nothing is emptied
 * before all tables of the server have been looked at.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "exec/direct.h"
#include "exec/written.h"
#include "option/option.h"
#include "session/change.h"

static void
check_local(Relation rel)
{
	const TmfTableOptions *options = tmf_table_options(RelationGetRelid(rel));

	if (options->query != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be truncated", RelationGetRelationName(rel)),
				 errdetail("It is a query, and the server empties tables."),
				 errhint("Use a foreign table with table_name.")));
	if (!options->truncatable)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("foreign table \"%s\" does not allow truncates",
						RelationGetRelationName(rel))));
}

static void
check_remote(Relation rel, const TmfWritten *written, bool restart)
{
	if (written->view)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be truncated", RelationGetRelationName(rel)),
				 errdetail("%s is a view.", written->name),
				 errhint("Use DELETE.")));
	if (written->identity && !restart)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the identity of foreign table \"%s\" cannot be continued",
						RelationGetRelationName(rel)),
				 errdetail("The server begins anew with the first identity when it truncates %s.",
						   written->name),
				 errhint("Use TRUNCATE ... RESTART IDENTITY, or DELETE.")));
}

/* Unlike a change of rows it has no count. */
static void
empty_table(Relation rel, UserMapping *user)
{
	TmfSession *session = tmf_change_begin(user);
	TmfRequest	request = {0};

	request.sql = psprintf("TRUNCATE TABLE %s", tmf_written(rel, user)->name);
	(void) tmf_change_open(session, &request, NULL);
	while (tmf_change_fetch(session, &request))
		;
}

void
tmfExecForeignTruncate(List *rels, DropBehavior behavior, bool restart_seqs)
{
	UserMapping *user = NULL;
	ListCell   *lc;

	if (behavior == DROP_CASCADE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be truncated with CASCADE",
						RelationGetRelationName((Relation) linitial(rels))),
				 errhint("Leave CASCADE out; empty tables that refer to it by DELETE first.")));
	foreach(lc, rels)
		check_local(lfirst(lc));
	foreach(lc, rels)
	{
		Relation	rel = lfirst(lc);

		if (user == NULL)
			user = GetUserMapping(GetUserId(),
								  GetForeignTable(RelationGetRelid(rel))->serverid);
		(void) tmf_change_begin(user);
		check_remote(rel, tmf_written(rel, user), restart_seqs);
	}
	foreach(lc, rels)
		empty_table(lfirst(lc), user);
}
