/*
 * execute.c
 *		Runs the statements of a batch.
 *
 * Each statement is analysed, emitted and run when its turn comes, for the ones
 * before it may have changed the tables it names.  Session.unwind says why
 * statements are being left; after an error transaction_after_error() sets it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "catalog.h"
#include "catalog_views.h"
#include "ddl.h"
#include "execute.h"
#include "parser.h"
#include "rowset.h"
#include "transaction.h"

static void execute_statement(Session *session, Statement *statement);

static int64_t
utc_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t) date_from_civil(1970, 1, 1) * 86400 + now.tv_sec) * 10000000 + now.tv_nsec / 100;
}

const TableInfo *
find_table(Session *session, const ObjectName *name)
{
	const TableInfo *table = NULL;
	const char *current = database_name(session->database);

	if (name->server == NULL && (name->database == NULL || name_equal(name->database, current)))
		table = catalog_table(session, name->schema, name->object);
	if (table == NULL)
	{
		char		text[NAME_MAX_BYTES * 3];

		snprintf(text, sizeof(text), "%s%s%s%s%s", name->database != NULL ? name->database : "",
				 name->database != NULL ? "." : "", name->schema != NULL ? name->schema : "",
				 name->schema != NULL || name->database != NULL ? "." : "", name->object);
		if (system_view_find(current, name->schema, name->object) != NULL)
			session_error(session, 259);
		else
			session_error(session, 208, text);
	}
	return table;
}

/* The same for a statement that changes rows: a synonym will do, and a table variable. */
const TableInfo *
find_base_table(Session *session, const ObjectName *name)
{
	const RowSet *set = rowset_find(session, name);
	ObjectName	base;

	if (set != NULL)
		return &set->info;
	if (is_table_variable(name))
	{
		session_error(session, 1087, name->object);
		return NULL;
	}
	return find_table(session, synonym_base(session, name, &base) ? &base : name);
}

static bool
run_ddl_entered(Session *session, Statement *statement)
{
	if (!catalog_refresh(session))
		return false;
	switch (statement->kind)
	{
		case STATEMENT_CREATE_TABLE:
			return ddl_create_table(session, &statement->u.table);
		case STATEMENT_ALTER_TABLE:
			return ddl_alter_table(session, &statement->u.alter_table);
		case STATEMENT_CREATE_INDEX:
			return ddl_create_index(session, &statement->u.create_index);
		case STATEMENT_CREATE_VIEW:
			return ddl_create_view(session, &statement->u.create_view);
		case STATEMENT_CREATE_TRIGGER:
			return ddl_create_trigger(session, &statement->u.create_trigger, statement->span);
		case STATEMENT_ENABLE_TRIGGER:
			return ddl_enable_trigger(session, &statement->u.enable_trigger);
		case STATEMENT_CREATE_SCHEMA:
			return ddl_create_schema(session, statement->u.object.object);
		case STATEMENT_CREATE_SYNONYM:
			return ddl_create_synonym(session, &statement->u.create_synonym);
		case STATEMENT_UPDATE_STATISTICS:
			return ddl_update_statistics(session, &statement->u.update_statistics);
		default:
			return ddl_drop(session, &statement->u.drop);
	}
}

static bool
run_ddl(Session *session, Statement *statement)
{
	bool		done;

	if (statement->kind == STATEMENT_DROP && statement->u.drop.kind == DROP_DATABASE)
		return ddl_drop_databases(session, &statement->u.drop);
	if (!session_begin_use(session))
		return false;
	done = transaction_implicit(session) && transaction_enter(session, true) &&
		run_ddl_entered(session, statement);
	done = transaction_leave(session, done);
	session_end_use(session);
	return done;
}

static const char *
transaction_name(Session *session, const TransactionStatement *statement)
{
	const Variable *variable;
	char	   *name;

	if (statement->name == NULL || statement->name[0] != '@')
		return statement->name;
	variable = variable_find(session, statement->name);
	if (variable == NULL || variable->value.null)
		return NULL;
	name = arena_alloc(session->frame->arena, variable->value.n + 1);
	memcpy(name, variable->value.p, variable->value.n);
	name[variable->value.n] = '\0';
	return name;
}

static bool
run_transaction(Session *session, Statement *statement)
{
	const char *name = transaction_name(session, &statement->u.transaction);
	bool		done;

	if (!session_begin_use(session))
		return false;
	switch (statement->kind)
	{
		case STATEMENT_BEGIN_TRANSACTION:
			done = transaction_begin(session, name);
			break;
		case STATEMENT_COMMIT:
			done = transaction_commit(session);
			break;
		case STATEMENT_ROLLBACK:
			done = transaction_rollback(session, name);
			break;
		default:
			done = transaction_save(session, name != NULL ? name : "");
			break;
	}
	session_end_use(session);
	return done;
}

static bool
run_data(Session *session, Statement *statement)
{
	bool		done = false;

	if (!session_begin_use(session))
		return false;
	switch (statement->kind)
	{
		case STATEMENT_SELECT:
			done = execute_select(session, statement->u.query);
			break;
		case STATEMENT_INSERT:
			done = execute_insert(session, &statement->u.insert);
			break;
		case STATEMENT_UPDATE:
			done = execute_update(session, &statement->u.modify);
			break;
		case STATEMENT_DELETE:
			done = execute_delete(session, &statement->u.modify);
			break;
		default:
			done = execute_truncate(session, &statement->u.object);
			break;
	}
	session_end_use(session);
	return done;
}

static bool
run_if(Session *session, Statement *statement)
{
	bool		holds;

	if (!evaluate_condition(session, statement->u.conditional.condition, &holds))
		return false;
	session->error = 0;
	if (holds)
		execute_statement(session, statement->u.conditional.body);
	else if (statement->u.conditional.otherwise != NULL)
		execute_statement(session, statement->u.conditional.otherwise);
	return true;
}

static bool
run_while(Session *session, Statement *statement)
{
	bool		holds;

	while (session->unwind == UNWIND_NONE)
	{
		if (session_stopped(session))
		{
			session->unwind = UNWIND_BATCH;
			break;
		}
		arena_reset(session->arena);
		if (!evaluate_condition(session, statement->u.conditional.condition, &holds))
			return false;
		if (!holds)
			break;
		execute_statement(session, statement->u.conditional.body);
		if (session->unwind == UNWIND_CONTINUE)
			session->unwind = UNWIND_NONE;
	}
	if (session->unwind == UNWIND_BREAK)
		session->unwind = UNWIND_NONE;
	return true;
}

static bool
run_try(Session *session, Statement *statement)
{
	SqlMessage	outer = session->caught;
	bool		outer_catch = session->in_catch;
	int			outer_level = session->try_level;

	session->try_depth++;
	session->try_level = session->depth;
	execute_statements(session, &statement->u.block.body);
	session->try_depth--;
	session->try_level = outer_level;
	if (session->unwind != UNWIND_CATCH)
		return true;
	session->unwind = UNWIND_NONE;
	session->in_catch = true;
	session->failed = false;
	execute_statements(session, &statement->u.block.handler);
	session->in_catch = outer_catch;
	session->caught = outer;
	return true;
}

static bool
run_return(Session *session, Statement *statement)
{
	TypeSpec	type;
	SqlValue	value;

	if (statement->u.expr != NULL)
	{
		if (!evaluate(session, statement->u.expr, &type, &value))
			return false;
		session->return_value = type_is_integer(type.type) && !value.null ? value.i : 0;
	}
	session->unwind = UNWIND_RETURN;
	return true;
}

static bool
set_isolation(Session *session, int level)
{
	session->settings.isolation = level;
	return true;
}

static bool
run_simple(Session *session, Statement *statement)
{
	switch (statement->kind)
	{
		case STATEMENT_CREATE_DATABASE:
			return ddl_create_database(session, &statement->u.create_database);
		case STATEMENT_ALTER_DATABASE:
			return ddl_alter_database(session, &statement->u.alter_database);
		case STATEMENT_USE:
			return ddl_use(session, statement->u.object.object);
		case STATEMENT_SET_OPTION:
			return execute_set_option(session, &statement->u.set_option);
		case STATEMENT_SET_VARIABLE:
			return execute_set_variable(session, &statement->u.set_variable);
		case STATEMENT_SET_ISOLATION:
			return set_isolation(session, statement->u.number);
		case STATEMENT_SET_IDENTITY_INSERT:
			return execute_identity_insert(session, &statement->u.set_identity_insert);
		case STATEMENT_DECLARE:
			return execute_declare(session, &statement->u.declare);
		case STATEMENT_PRINT:
			return execute_print(session, statement->u.expr);
		case STATEMENT_RAISERROR:
			return execute_raiserror(session, &statement->u.raiserror);
		case STATEMENT_THROW:
			return execute_throw(session, &statement->u.throw);
		case STATEMENT_WAITFOR:
			return execute_waitfor(session, statement);
		case STATEMENT_EXEC:
			return execute_exec(session, &statement->u.exec);
		case STATEMENT_CHECKPOINT:
			return true;
		case STATEMENT_INSERT_BULK:
			return execute_insert_bulk(session, &statement->u.insert_bulk);
		case STATEMENT_DECLARE_TABLE:
			return execute_declare_table(session, &statement->u.table);
		default:
			return session_error(session, 40518, "KILL");
	}
}

static bool
dispatch(Session *session, Statement *statement)
{
	switch (statement->kind)
	{
		case STATEMENT_SELECT:
		case STATEMENT_INSERT:
		case STATEMENT_UPDATE:
		case STATEMENT_DELETE:
		case STATEMENT_TRUNCATE:
			return run_data(session, statement);
		case STATEMENT_CREATE_TABLE:
		case STATEMENT_ALTER_TABLE:
		case STATEMENT_CREATE_INDEX:
		case STATEMENT_CREATE_VIEW:
		case STATEMENT_CREATE_TRIGGER:
		case STATEMENT_ENABLE_TRIGGER:
		case STATEMENT_CREATE_SCHEMA:
		case STATEMENT_CREATE_SYNONYM:
		case STATEMENT_DROP:
		case STATEMENT_UPDATE_STATISTICS:
			return run_ddl(session, statement);
		case STATEMENT_BEGIN_TRANSACTION:
		case STATEMENT_COMMIT:
		case STATEMENT_ROLLBACK:
		case STATEMENT_SAVE:
			return run_transaction(session, statement);
		case STATEMENT_IF:
			return run_if(session, statement);
		case STATEMENT_WHILE:
			return run_while(session, statement);
		case STATEMENT_BLOCK:
			execute_statements(session, &statement->u.block.body);
			return true;
		case STATEMENT_TRY:
			return run_try(session, statement);
		case STATEMENT_BREAK:
			session->unwind = UNWIND_BREAK;
			return true;
		case STATEMENT_CONTINUE:
			session->unwind = UNWIND_CONTINUE;
			return true;
		case STATEMENT_RETURN:
			return run_return(session, statement);
		default:
			return run_simple(session, statement);
	}
}

/* Who puts its own DONE, and who puts none: what holds other statements. */
/*
 * SET FMTONLY answers nothing of its own: freebcp -n reads the columns behind
 * SET FMTONLY ON SELECT ... SET FMTONLY OFF as the last thing in the reply.
 */
static bool
is_format_only(const Statement *statement)
{
	return statement->u.set_option.is_switch && statement->u.set_option.names.count == 1 &&
		strcmp(statement->u.set_option.names.items[0], "FMTONLY") == 0;
}

static bool
wants_done(const Statement *statement)
{
	switch (statement->kind)
	{
		case STATEMENT_SET_OPTION:
			return !is_format_only(statement);
		case STATEMENT_SELECT:
		case STATEMENT_INSERT:
		case STATEMENT_UPDATE:
		case STATEMENT_DELETE:
		case STATEMENT_TRUNCATE:
		case STATEMENT_IF:
		case STATEMENT_WHILE:
		case STATEMENT_BLOCK:
		case STATEMENT_TRY:
		case STATEMENT_BREAK:
		case STATEMENT_CONTINUE:
		case STATEMENT_RETURN:
		case STATEMENT_DECLARE:
		case STATEMENT_DECLARE_TABLE:
		case STATEMENT_EXEC:
			return false;
		default:
			return true;
	}
}

static bool
holds_statements(StatementKind kind)
{
	return kind == STATEMENT_IF || kind == STATEMENT_WHILE || kind == STATEMENT_BLOCK ||
		kind == STATEMENT_TRY || kind == STATEMENT_EXEC;
}

static DoneCommand
done_command(StatementKind kind)
{
	return kind == STATEMENT_BEGIN_TRANSACTION ? DONE_BEGIN : kind == STATEMENT_COMMIT ? DONE_COMMIT :
		kind == STATEMENT_ROLLBACK ? DONE_ROLLBACK : DONE_OTHER;
}

static void
execute_statement(Session *session, Statement *statement)
{
	bool		done;

	if (session_stopped(session))
	{
		session->unwind = UNWIND_BATCH;
		return;
	}
	if (session->settings.parse_only && statement->kind != STATEMENT_SET_OPTION)
		return;
	if (session->settings.no_exec && statement->kind != STATEMENT_SET_OPTION &&
		statement->kind != STATEMENT_SELECT && !holds_statements(statement->kind))
		return;
	session->failed = false;
	session->statement_line = statement->span.line;
	session->clock = utc_now();
	arena_reset(session->arena);
	done = dispatch(session, statement);
	if (holds_statements(statement->kind) && done)
		return;
	if (!done && !session->failed && session->unwind == UNWIND_NONE)
		session->unwind = UNWIND_BATCH;
	if (wants_done(statement) || (!done && session->failed && session->try_depth == 0 &&
								  holds_statements(statement->kind)))
		execute_done(session, done_command(statement->kind), false, 0);
	if (session->failed && session->unwind != UNWIND_DEAD && !session->raised)
		transaction_after_error(session);
	if (session->thrown && session->unwind == UNWIND_NONE)
		session->unwind = UNWIND_BATCH;
	session->raised = false;
	session->thrown = false;
	if (!session->failed)
		session->error = 0;
}

void
execute_statements(Session *session, StatementList *statements)
{
	for (int i = 0; i < statements->count && session->unwind == UNWIND_NONE; i++)
		execute_statement(session, statements->items[i]);
}

void
execute_text(Session *session, const char *sql, size_t length, Frame *frame)
{
	StatementList statements;
	SqlMessage	error;
	const char *outer = session->frame_text;

	memset(&error, 0, sizeof(error));
	if (!parse_batch(sql, length, (session->settings.options & OPTION_QUOTED_IDENTIFIER) != 0,
					 frame->arena, &statements, &error))
	{
		session_message(session, &error);
		execute_done(session, DONE_OTHER, false, 0);
		if (session->unwind == UNWIND_NONE && (session->depth == 0 || session->try_depth > 0))
			session->unwind = session->try_depth > 0 ? UNWIND_CATCH : UNWIND_BATCH;
		return;
	}
	session->frame_text = sql;
	execute_statements(session, &statements);
	session->frame_text = outer;
	if (session->unwind == UNWIND_RETURN)
		session->unwind = UNWIND_NONE;
}
