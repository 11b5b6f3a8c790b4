/*
 * execute.h
 *		Running statements.
 */
#ifndef STANDIN_EXECUTE_H
#define STANDIN_EXECUTE_H

#include "analyse.h"
#include "emit.h"

#define DEPTH_LIMIT		32		/* of texts within texts */

/* execute.c: statements in order, until one unwinds. */
extern void execute_statements(Session *session, StatementList *statements);

/* Text as a batch of its own scope: EXEC (text), sp_executesql. */
extern void execute_text(Session *session, const char *sql, size_t length, Frame *frame);

/* variable.c */
extern Variable *variable_find(const Session *session, const char *name);
extern Variable *variable_add(Session *session, Frame *frame, const char *name, const TypeSpec *type);
extern bool variable_set(Session *session, Variable *variable, const TypeSpec *type, const SqlValue *value);
extern void frame_start(Session *session, Frame *frame);
extern void frame_end(Session *session, Frame *frame);
extern bool execute_declare(Session *session, DeclarationList *declarations);
extern bool execute_set_variable(Session *session, SetVariableStatement *statement);
extern bool declare_parameters(Session *session, Frame *frame, const char *text, size_t length,
							   DeclarationList *declarations);

/* execute_query.c */
extern bool execute_select(Session *session, Query *query);
extern bool execute_select_into(Session *session, Query *query);

/* A value, or a condition; analysed in an empty scope.  value lives in session->arena. */
extern bool evaluate(Session *session, Expr *expr, TypeSpec *type, SqlValue *value);
extern bool evaluate_condition(Session *session, Expr *condition, bool *holds);

/* The statement is done: its DONE, and @@ROWCOUNT. */
extern void execute_done(Session *session, DoneCommand command, bool has_count, int64_t count);

/* execute_insert.c, execute_modify.c */
extern void execute_changed(Session *session, DoneCommand command, bool done, int64_t rows);
extern bool execute_insert(Session *session, InsertStatement *statement);
extern bool execute_update(Session *session, ModifyStatement *statement);
extern bool execute_delete(Session *session, ModifyStatement *statement);
extern bool execute_truncate(Session *session, ObjectName *name);

/* execute_bulk.c */
extern bool execute_insert_bulk(Session *session, InsertBulkStatement *statement);
extern void bulk_forget(Session *session);

/* engine.c: brackets of a request; false: the connection must be closed. */
extern void request_start(Session *session, Sink *sink);
extern bool request_end(Session *session);

/* execute_set.c */
extern bool execute_set_option(Session *session, SetOptionStatement *statement);
extern bool execute_identity_insert(Session *session, SetIdentityInsertStatement *statement);
extern void settings_default(Session *session);

/* execute_procedure.c */
extern void prepared_forget_all(Session *session);
extern bool execute_exec(Session *session, ExecStatement *statement);
extern bool execute_procedure(Session *session, const char *name, const SqlParameter *parameters, int count);

/* execute_raise.c */
extern bool execute_print(Session *session, Expr *expr);
extern bool execute_raiserror(Session *session, RaiserrorStatement *statement);
extern bool execute_throw(Session *session, ThrowStatement *statement);
extern bool execute_waitfor(Session *session, Statement *statement);

/* Finds the table a statement names, or error 208. */
extern const TableInfo *find_table(Session *session, const ObjectName *name);
extern const TableInfo *find_base_table(Session *session, const ObjectName *name);

/* execute_property.c: extended properties */
extern bool property_add(Session *session, const SqlParameter *parameters, int count);
extern bool property_update(Session *session, const SqlParameter *parameters, int count);
extern bool property_drop(Session *session, const SqlParameter *parameters, int count);

#endif
