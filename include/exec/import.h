/*
 * import.h
 *		IMPORT FOREIGN SCHEMA: remote tables -> CREATE FOREIGN TABLE statements.
 */
#ifndef EXEC_IMPORT_H
#define EXEC_IMPORT_H

#include "foreign/fdwapi.h"
#include "nodes/parsenodes.h"

#include "exec/catalog.h"

typedef struct TmfImportOptions
{
	bool		collate;		/* a binary collation there is "C" here */
	bool		fallback;		/* defaults that have the same meaning here */
	bool		generated;		/* computed columns */
	bool		not_null;
} TmfImportOptions;

extern List *tmfImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid);

/* import_table.c: the statement; NULL, after a NOTICE, for a table that cannot be had */
extern char *tmf_import_table(const TmfRemoteTable *table, const char *local_name,
							  const char *schema, const char *server,
							  const TmfImportOptions *options);

/* import_type.c: the natural local type of a remote one as a declaration, NULL: there is none */
extern char *tmf_import_type(const SqlType *type);

/* import_name.c: names there and here */

/*
 * The name by which remote is known here: itself, or where that is too long its
 * beginning and a suffix that follows from all of it.  taken: char *, the names
 * that it must not be; system columns' names are none for a column.
 */
extern char *tmf_import_name(const char *remote, List *taken, bool column);

/* What the parser makes of a name that is too long. */
extern char *tmf_import_clip(const char *name);

/* Can an option say this name? */
extern bool tmf_import_can_name(const char *remote);

/*
 * import_default.c: the DEFAULT of a column as an expression of PostgreSQL; *sql
 * is NULL when it stands for no value.  False: there is none of the same meaning.
 */
extern bool tmf_import_default(const char *tsql, const SqlType *type, char **sql);

#endif
