/*
 * catalog.h
 *		What the remote database says of its tables: for import and describe.
 *
 * Asked by statements that only read its catalog views, on a session like any
 * other: a statement whose connection is lost is sent again to whoever is
 * principal then.  Names are compared by the server, under the collation of its
 * catalog.  All memory is of CurrentMemoryContext.
 */
#ifndef EXEC_CATALOG_H
#define EXEC_CATALOG_H

#include "foreign/foreign.h"
#include "lib/stringinfo.h"

#include "pure/sqltype.h"

/*
 * The whole result of sql, a char ** for each row, NULL for NULL; bit is "true"
 * or "false".  columns has a letter for each column of it: v for one that always
 * has a value, n for one that may be NULL.  Raises when the result is another.
 */
extern List *tmf_catalog_ask(UserMapping *user, const char *sql, const char *columns);

/* A number that the statement has handed over and gets back: 0 to count - 1. */
extern int	tmf_catalog_index(const char *text, int count);

typedef struct TmfRemoteColumn
{
	int			id;				/* column_id */
	char	   *name;
	char	   *type_name;		/* as sys.types calls it, for messages */
	SqlType		type;			/* SQLTYPE_UNKNOWN: not one that can be read */
	char	   *collation;		/* NULL: not of characters */
	int			bytes;			/* at most */
	bool		nullable;
	bool		computed;
	bool		key;			/* of the primary key, or else of the narrowest unique index */
	char	   *fallback;		/* the T-SQL of its DEFAULT, NULL: none */
} TmfRemoteColumn;

typedef struct TmfRemoteTable
{
	int			id;				/* object_id; of a synonym that of what it stands for */
	char	   *name;
	char	   *listed;			/* what the caller calls it, NULL: he does not */
	bool		view;			/* or a synonym of one */
	char	   *elsewhere;		/* of a synonym: what is not a table or view of this database */
	List	   *columns;		/* of TmfRemoteColumn */
} TmfRemoteTable;

/*
 * The version whose T-SQL the server takes from a session in this database: of
 * the product (15 is SQL Server 2019), or less by the compatibility level.
 */
extern int	tmf_catalog_version(UserMapping *user);

/*
 * The tables, views and synonyms of a schema, in the order of their names,
 * without columns.  listed: char * by which the caller may call them; one that
 * is called by two of these comes twice.  Raises when there is no such schema.
 */
extern List *tmf_catalog_tables(UserMapping *user, const char *schema, List *listed);

/* The table that a statement would find by that name, schema NULL: the login's own; or NULL. */
extern TmfRemoteTable *tmf_catalog_table(UserMapping *user, const char *schema, const char *name);

/* Fills in the columns of these tables, with their keys. */
extern void tmf_catalog_columns(UserMapping *user, List *tables);

/* One of its columns, or NULL. */
extern TmfRemoteColumn *tmf_catalog_column(const TmfRemoteTable *table, int id);

/* Of each of names, the column of table that a statement would find by it: its id, or 0. */
extern List *tmf_catalog_match(UserMapping *user, const TmfRemoteTable *table, List *names);

/*
 * The columns of the result of a query, without keys; in the order of names,
 * and NULL for one that it does not have.
 */
extern List *tmf_catalog_query_columns(UserMapping *user, const char *query, List *names);

/*
 * What is written about tables and their columns, for names such as [dbo].[t]: a
 * row for each, the index of the name, the column or NULL, the text.
 */
extern List *tmf_catalog_descriptions(UserMapping *user, List *names);

/* (0, N'one'), (1, N'two'): rows for VALUES. */
extern void tmf_catalog_values(StringInfo sql, List *names);

#endif
