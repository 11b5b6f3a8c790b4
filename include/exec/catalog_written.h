/*
 * catalog_written.h
 *		What the remote catalog says of a table that is written: the question.
 *
 * Answers are kept by those who ask, see written.h.
 */
#ifndef EXEC_CATALOG_WRITTEN_H
#define EXEC_CATALOG_WRITTEN_H

#include "exec/catalog.h"
#include "exec/written.h"

typedef struct TmfCatalogWritten
{
	bool		view;
	char	   *elsewhere;		/* it is a synonym of this, which is not in this database */
	bool		on_insert;		/* an enabled trigger, that of a view included */
	bool		on_update;
	bool		on_delete;
	bool		checks;
	bool		identity;
	bool		readable;
	int			defaults;		/* how many remote columns have one */
	int			database_page;	/* code page of the database's collation */
	bool	   *there;			/* of names, by index: is there such a column? */
	TmfWrittenColumn *column;
} TmfCatalogWritten;

/*
 * name: [dbo].[track]; names: char *, at least one.  False: there is no such
 * table, or none that the login sees.  All memory is of CurrentMemoryContext.
 */
extern bool tmf_catalog_written(UserMapping *user, const char *name, List *names,
								TmfCatalogWritten *table);

#endif
