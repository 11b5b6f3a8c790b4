/*
 * src/plan/row_lock.c
 *		FOR UPDATE, and what UPDATE and DELETE change: rows that are locked where they are.
 *
 * The statement that reads them takes update locks, which others' changes and
 * update locks wait for, and keeps them in the remote transaction.  So a row is
 * locked when it is read, and all are that the statement's conditions let pass,
 * even those that are dropped here afterwards.  FOR SHARE has no such form: shared
 * locks that last let two readers of a row wait for each other for ever.
 */
#include "postgres.h"

#include "optimizer/prep.h"
#include "parser/parsetree.h"

#include "option/compat.h"
#include "plan/paths.h"
#include "plan/relinfo.h"

pg_noreturn static void refuse(const RangeTblEntry *rte, const char *why, const char *hint);

static void
refuse(const RangeTblEntry *rte, const char *why, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("rows of foreign table \"%s\" cannot be locked that way", rte->eref->aliasname),
			 errdetail_internal("%s", why),
			 errhint("%s", hint)));
}

/*
 * The row is there twice when it has to be looked at again: as it came.  It is
 * locked by then, and cannot have changed.
 */
RowMarkType
tmfGetForeignRowMarkType(RangeTblEntry *rte, LockClauseStrength strength)
{
	if (strength == LCS_FORSHARE || strength == LCS_FORKEYSHARE)
		refuse(rte, "Shared locks are not taken on rows of the server.",
			   "Use FOR UPDATE or FOR NO KEY UPDATE.");
	return ROW_MARK_COPY;
}

TmfRowLock
tmf_row_lock(PlannerInfo *root, RelOptInfo *rel, const TmfTableOptions *table)
{
	const PlanRowMark *mark = get_plan_rowmark(root->rowMarks, rel->relid);
	const RangeTblEntry *rte = planner_rt_fetch(rel->relid, root);

	if (root->parse->commandType != CMD_INSERT &&
		bms_is_member(rel->relid, root->all_result_relids))
		return TMF_LOCK_WAIT;
	if (mark == NULL || mark->strength == LCS_NONE)
		return TMF_LOCK_NONE;
	if (table->query != NULL)
		refuse(rte, "It is a query, and the server locks rows of tables.",
			   "Use a foreign table with table_name, or FOR UPDATE OF the other tables.");
	if (mark->waitPolicy == LockWaitSkip)
		refuse(rte, "Rows that are locked cannot be skipped.", "Use NOWAIT, or leave SKIP LOCKED out.");
	return mark->waitPolicy == LockWaitError ? TMF_LOCK_NOWAIT : TMF_LOCK_WAIT;
}
