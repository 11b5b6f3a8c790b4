/*
 * trigger.h
 *		DML triggers: what a statement collects for them, and running them.
 */
#ifndef STANDIN_TRIGGER_H
#define STANDIN_TRIGGER_H

#include "rowset.h"

struct Firing
{
	Session    *session;
	Frame		holder;			/* owns the sets */
	RowSet	   *inserted;		/* NULL = no trigger will run */
	RowSet	   *deleted;
	bool		instead;		/* they run instead of the changes */
	TriggerInfo *triggers;		/* copies: a trigger may change the catalog */
	int			count;
};

/*
 * Which triggers run for the event.  False: error 334, for a statement that would
 * return rows (output is then its clause, else NULL).
 */
extern bool firing_start(Firing *firing, Session *session, const TableInfo *table, unsigned event,
						 const Output *output);

/* A row was changed, or would be; one of the values is NULL for INSERT and DELETE. */
extern void firing_note(Firing *firing, const RawValue *inserted, const RawValue *deleted);

/* All rows are done: runs the triggers, once each.  False: the statement has failed. */
extern bool firing_run(Firing *firing, int64_t rows);
extern void firing_end(Firing *firing);

/* Is there an enabled trigger that runs instead of the event? */
extern bool has_instead_of(const TableInfo *table, unsigned event);

#endif
