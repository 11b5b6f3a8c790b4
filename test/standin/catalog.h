/*
 * catalog.h
 *		What a database knows of its tables: kept in tables of the same file.
 *
 * A table with object id 1042 is SQLite's t1042 with the key r and the columns
 * c1, c2, ... by column id; its indexes are i1042_1 and so on.
 */
#ifndef STANDIN_CATALOG_H
#define STANDIN_CATALOG_H

#include "session.h"

typedef struct TableColumn
{
	int			id;
	const char *name;
	TypeSpec	type;
	bool		nullable;
	bool		identity;
	int64_t		seed;
	int64_t		increment;
	const char *default_text;	/* NULL = none */
	const char *default_name;
	int			default_id;
	const char *computed_text;	/* NULL = not computed */
	bool		rowversion;
} TableColumn;

typedef struct IndexInfo
{
	int			id;
	const char *name;
	bool		unique;
	bool		primary;
	bool		constraint;		/* of a PRIMARY KEY or UNIQUE constraint */
	bool		clustered;
	int			constraint_id;
	int		   *columns;		/* positions in TableInfo.columns */
	bool	   *descending;
	int			count;
} IndexInfo;

typedef struct ForeignKey
{
	int			id;
	const char *name;
	int			parent;			/* the table that has it */
	int			referenced;
	int		   *parent_columns; /* column ids */
	int		   *referenced_columns;
	int			count;
	bool		disabled;
	bool		untrusted;
} ForeignKey;

typedef struct CheckInfo
{
	int			id;
	const char *name;
	const char *text;
	int			column;			/* id of the only one that it names, 0 = it names several */
	bool		disabled;
	bool		untrusted;		/* rows may be there that it has not seen */
} CheckInfo;

typedef struct TriggerInfo
{
	int			id;
	const char *name;
	unsigned	events;			/* TRIGGER_INSERT ... */
	bool		instead_of;
	bool		disabled;
	const char *body;
} TriggerInfo;

typedef struct TableInfo
{
	struct TableInfo *next;
	int			id;
	const char *schema;
	const char *name;
	bool		view;
	const char *definition;		/* of a view: its query */
	TableColumn *columns;
	int			column_count;
	int			identity;		/* position of the identity column, or -1 */
	int			rowversion;		/* ... and of that of type rowversion */
	IndexInfo  *indexes;
	int			index_count;
	ForeignKey *foreign_keys;
	int			foreign_key_count;
	ForeignKey *references;		/* of other tables, and its own, to this one */
	int			reference_count;
	CheckInfo  *checks;
	int			check_count;
	TriggerInfo *triggers;
	int			trigger_count;
	struct RowSet *set;			/* its rows are these: a table variable; else NULL */
} TableInfo;

extern Catalog *catalog_new(void);
extern void catalog_free(Catalog *catalog);

/* Forgets what is cached when the database has changed since; per statement. */
extern bool catalog_refresh(Session *session);
extern void catalog_invalidate(Session *session);

/* NULL when there is none; valid until the statement ends. schema NULL = dbo. */
extern const TableInfo *catalog_table(Session *session, const char *schema, const char *name);
extern const TableInfo *catalog_table_by_id(Session *session, int id);
extern int	catalog_column(const TableInfo *table, const char *name);	/* position, or -1 */

/* Object id and type of a name, 0 = none; schema_id of a schema, 0 = none. */
extern int	catalog_object(Session *session, const char *schema, const char *name, char type[3]);
extern int	catalog_schema(Session *session, const char *name);

/* What a synonym of that name stands for, in this database; lives in session->arena. */
extern bool synonym_base(Session *session, const ObjectName *name, ObjectName *base);

/* A new object id; the caller's transaction writes. */
extern int	catalog_next_id(Session *session);

/* Settings of the database: numbers by name; 0 when absent. */
extern int64_t catalog_setting(sqlite3 *handle, const char *name);
extern bool catalog_text_setting(sqlite3 *handle, const char *name, char *buffer, size_t size);

#endif
