/*
 * ddl.h
 *		CREATE, ALTER and DROP.
 */
#ifndef STANDIN_DDL_H
#define STANDIN_DDL_H

#include "catalog.h"
#include "session.h"

/* ddl_table.c, ddl_alter.c: run inside transaction_enter(session, true) */
extern bool ddl_create_table(Session *session, TableDefinition *definition);
extern bool ddl_alter_table(Session *session, AlterTableStatement *statement);
extern bool ddl_create_index(Session *session, CreateIndexStatement *statement);
extern bool ddl_create_view(Session *session, CreateViewStatement *statement);
extern bool ddl_create_schema(Session *session, const char *name);

/* ddl_synonym.c */
extern bool ddl_create_synonym(Session *session, CreateSynonymStatement *statement);
extern bool ddl_drop_synonym(Session *session, const ObjectName *name, bool if_exists);
extern bool ddl_drop(Session *session, DropStatement *statement);

/* ddl_trigger.c; span: the statement's */
extern bool ddl_create_trigger(Session *session, const CreateTriggerStatement *statement, Span span);
extern bool ddl_enable_trigger(Session *session, const EnableTriggerStatement *statement);
extern bool ddl_drop_trigger(Session *session, const ObjectName *name, bool if_exists);

/* ddl_statistics.c */
extern bool ddl_update_statistics(Session *session, const UpdateStatisticsStatement *statement);

/* ddl_database.c: no transaction may be open */
extern bool ddl_create_database(Session *session, CreateDatabaseStatement *statement);
extern bool ddl_alter_database(Session *session, AlterDatabaseStatement *statement);
extern bool ddl_drop_databases(Session *session, DropStatement *statement);
extern bool ddl_use(Session *session, const char *name);

/* Parts shared by CREATE and ALTER TABLE. */
typedef struct TableBuild
{
	Session    *session;
	int			table;			/* object id */
	int			schema_id;
	const char *schema;
	const char *name;
	char		full_name[NAME_MAX_BYTES * 3];	/* database.schema.table */
} TableBuild;

extern void ddl_build(TableBuild *build, Session *session, const TableInfo *table, int schema_id);
extern int	ddl_next_id(Session *session);

/* Schema of a new object, whose name must be free: its id, or 0 after an error. */
extern int	ddl_new_name(Session *session, const ObjectName *name, const char **schema);
extern bool ddl_changed(Session *session);	/* after a change: caches are stale */
extern bool ddl_object(Session *session, int id, int schema_id, const char *name, const char *type,
					   int parent, const char *definition);
extern bool ddl_add_columns(TableBuild *build, const TableDefinition *definition, bool creating);
extern bool ddl_column_type(Session *session, const ColumnDefinition *column, int number, TypeSpec *type);
extern const char *ddl_type_name(const ColumnDefinition *column, const TypeSpec *type);
extern const char *ddl_text(Session *session, Span span);
extern bool ddl_constraint(TableBuild *build, const Constraint *constraint, bool no_check);
extern bool ddl_constraints(TableBuild *build, const TableDefinition *definition, bool no_check);
extern bool ddl_index(TableBuild *build, const char *name, const IndexColumn *columns, int count,
					  bool unique, int constraint_id, bool primary, bool clustered);

#endif
