/*
 * catalog_views.h
 *		System views: sys.tables, sys.databases, INFORMATION_SCHEMA.COLUMNS ...
 */
#ifndef STANDIN_CATALOG_VIEWS_H
#define STANDIN_CATALOG_VIEWS_H

#include "session.h"

typedef struct SystemColumn
{
	const char *name;
	const char *type;			/* a trailing ? = may be NULL */
} SystemColumn;

struct SystemRows;

struct SystemView
{
	const char *schema;			/* "sys", "INFORMATION_SCHEMA", "dbo" */
	const char *name;
	const char *database;		/* only there; NULL = in every one */
	const SystemColumn *columns;
	const char *body;			/* SQLite's SELECT of these columns; or NULL ... */
	void		(*fill) (struct SystemRows *rows);	/* ... and what makes the rows */
	bool		server_state;	/* needs VIEW SERVER STATE */
};

typedef struct SystemView SystemView;

/* NULL when there is none of that name. */
extern const SystemView *system_view_find(const char *database, const char *schema, const char *name);

/* Columns as queries see them. */
extern SqlColumn *system_view_columns(const SystemView *view, const Session *session,
									  Arena *arena, int *count);

extern const SystemView database_views[];	/* schema sys, over the tables of the catalog */
extern const SystemView schema_views[];	/* INFORMATION_SCHEMA, likewise */
extern const SystemView instance_views[];	/* over virtual tables */

#endif
