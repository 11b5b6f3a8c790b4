/*
 * execute_procedure.c
 *		EXEC, and the system procedures of remote calls: sp_executesql and its family.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "execute.h"
#include "fault.h"
#include "transaction.h"

#define PARAMETERS_MAX	2100

struct PreparedText
{
	PreparedText *next;
	int			handle;
	char	   *declarations;
	size_t		declarations_size;
	char	   *text;
	size_t		text_size;
};

void
prepared_forget_all(Session *session)
{
	while (session->prepared != NULL)
	{
		PreparedText *next = session->prepared->next;

		free(session->prepared->declarations);
		free(session->prepared->text);
		free(session->prepared);
		session->prepared = next;
	}
}

static bool
is_text(const SqlParameter *parameters, int count, int index)
{
	return index < count && type_is_text(parameters[index].type.type) && !parameters[index].value.null;
}

static const char *
variable_label(const SqlParameter *parameter)
{
	return parameter->name[0] == '@' ? parameter->name : NULL;
}

/* Given values to declared parameters, by name or by position. */
static bool
bind_parameters(Session *session, const DeclarationList *declarations,
				const SqlParameter *parameters, int count, const char *text)
{
	for (int i = 0; i < count; i++)
	{
		const char *name = variable_label(&parameters[i]);
		Variable   *variable = NULL;

		if (name != NULL || i < declarations->count)
			variable = variable_find(session, name != NULL ? name : declarations->items[i].variable);
		if (variable == NULL)
			return session_error(session, name != NULL ? 8145 : 8144, name != NULL ? name : text, text);
		variable->given = true;
		if (!parameters[i].is_default &&
			!variable_set(session, variable, &parameters[i].type, &parameters[i].value))
			return false;
	}
	for (int j = 0; j < declarations->count; j++)
	{
		const Declaration *declaration = &declarations->items[j];
		Variable   *variable = variable_find(session, declaration->variable);
		TypeSpec	type;
		SqlValue	value;

		if (variable->given)
			continue;
		if (declaration->value == NULL && !variable->output)
		{
			char		shown[120];

			snprintf(shown, sizeof(shown), "%.110s", text);
			return session_error(session, 8178, shown, declaration->variable);
		}
		if (declaration->value != NULL &&
			(!evaluate(session, declaration->value, &type, &value) ||
			 !variable_set(session, variable, &type, &value)))
			return false;
	}
	return true;
}

/* Values of OUTPUT parameters, where the caller asked for them. */
static void
send_outputs(Session *session, const DeclarationList *declarations, const SqlParameter *parameters, int count)
{
	for (int i = 0; i < count; i++)
	{
		const char *name = variable_label(&parameters[i]);
		Variable   *variable;

		if (!parameters[i].output || (name == NULL && i >= declarations->count))
			continue;
		variable = variable_find(session, name != NULL ? name : declarations->items[i].variable);
		if (variable != NULL && session->output_target == NULL)
			session->sink->output(session->sink, variable->name, &variable->type, &variable->value);
		else if (variable != NULL)
			session->output_target(session, i, variable);
	}
}

/* Runs a text whose SETs end with it. */
static void
run_scoped(Session *session, const char *text, size_t size, Frame *frame)
{
	Settings	settings = session->settings;
	int			identity_insert = session->identity_insert;

	session->depth++;
	execute_text(session, text, size, frame);
	session->depth--;
	session->settings = settings;
	session->identity_insert = identity_insert;
}

static bool
run_text(Session *session, const char *declarations, size_t declarations_size, const char *text,
		 size_t text_size, const SqlParameter *parameters, int count)
{
	DeclarationList list;
	Frame		frame;
	bool		done;

	if (session->depth >= DEPTH_LIMIT)
		return session_error(session, 217);
	frame_start(session, &frame);
	done = declare_parameters(session, &frame, declarations, declarations_size, &list) &&
		bind_parameters(session, &list, parameters, count, text);
	if (done)
	{
		run_scoped(session, text, text_size, &frame);
		if (session->unwind == UNWIND_NONE)
			send_outputs(session, &list, parameters, count);
	}
	frame_end(session, &frame);
	return done;
}

/* A copy: the text must outlive the arena of the statement that calls it. */
static char *
copy_text(const SqlValue *value)
{
	char	   *copy = malloc(value->n + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, value->p, value->n);
	copy[value->n] = '\0';
	return copy;
}

static bool
sp_executesql(Session *session, const SqlParameter *parameters, int count)
{
	bool		declared = count > 1;
	char	   *text;
	char	   *declarations = NULL;
	bool		done;

	if (!is_text(parameters, count, 0))
		return session_error(session, 214, "@statement", "ntext/nchar/nvarchar");
	if (declared && !is_text(parameters, count, 1) && !parameters[1].value.null)
		return session_error(session, 214, "@params", "ntext/nchar/nvarchar");
	text = copy_text(&parameters[0].value);
	if (declared && !parameters[1].value.null)
		declarations = copy_text(&parameters[1].value);
	done = run_text(session, declarations, declarations != NULL ? parameters[1].value.n : 0, text,
					parameters[0].value.n, parameters + 2, count > 2 ? count - 2 : 0);
	free(text);
	free(declarations);
	return done;
}

static PreparedText *
find_prepared(Session *session, const SqlParameter *parameters, int count)
{
	int64_t		handle = count > 0 && type_is_integer(parameters[0].type.type) ? parameters[0].value.i : 0;

	for (PreparedText *prepared = session->prepared; prepared != NULL; prepared = prepared->next)
	{
		if (prepared->handle == handle)
			return prepared;
	}
	session_error(session, 8179, (int) handle);
	return NULL;
}

static bool
run_prepared(Session *session, const PreparedText *prepared, const SqlParameter *parameters, int count)
{
	counter_add(COUNTER_EXECUTIONS);
	return run_text(session, prepared->declarations, prepared->declarations_size, prepared->text,
					prepared->text_size, parameters, count);
}

/* False after an error: there is no such handle. */
static bool
unprepare(Session *session, const SqlParameter *parameters, int count)
{
	PreparedText *prepared = find_prepared(session, parameters, count);

	if (prepared == NULL)
		return false;
	for (PreparedText **link = &session->prepared; *link != NULL; link = &(*link)->next)
	{
		if (*link == prepared)
		{
			*link = prepared->next;
			break;
		}
	}
	free(prepared->declarations);
	free(prepared->text);
	free(prepared);
	counter_add(COUNTER_UNPREPARES);
	return true;
}

/*
 * sp_prepare(@handle OUTPUT, @params, @stmt [, @options]).  A handle that is given
 * is released first: Microsoft's JDBC driver relies on that.
 */
static PreparedText *
prepare(Session *session, const SqlParameter *parameters, int count)
{
	TypeSpec	type = type_make(SQL_INT);
	PreparedText *prepared;
	SqlValue	handle;

	if (!is_text(parameters, count, 2))
	{
		session_error(session, 214, "@stmt", "ntext/nchar/nvarchar");
		return NULL;
	}
	if (type_is_integer(parameters[0].type.type) && !parameters[0].value.null &&
		parameters[0].value.i != 0 && !unprepare(session, parameters, count))
		return NULL;
	prepared = calloc(1, sizeof(*prepared));
	if (prepared == NULL)
		abort();
	prepared->handle = session->next_prepared++;
	prepared->text = copy_text(&parameters[2].value);
	prepared->text_size = parameters[2].value.n;
	if (is_text(parameters, count, 1))
	{
		prepared->declarations = copy_text(&parameters[1].value);
		prepared->declarations_size = parameters[1].value.n;
	}
	prepared->next = session->prepared;
	session->prepared = prepared;
	memset(&handle, 0, sizeof(handle));
	handle.i = prepared->handle;
	session->sink->output(session->sink, parameters[0].name, &type, &handle);
	counter_add(COUNTER_PREPARES);
	return prepared;
}

static bool
sp_prepare(Session *session, const SqlParameter *parameters, int count)
{
	return prepare(session, parameters, count) != NULL;
}

static bool
sp_execute(Session *session, const SqlParameter *parameters, int count)
{
	const PreparedText *prepared = find_prepared(session, parameters, count);

	return prepared != NULL && run_prepared(session, prepared, parameters + 1, count - 1);
}

static bool
sp_prepexec(Session *session, const SqlParameter *parameters, int count)
{
	const PreparedText *prepared = prepare(session, parameters, count);

	return prepared != NULL &&
		run_prepared(session, prepared, parameters + 3, count > 3 ? count - 3 : 0);
}

static bool
sp_unprepare(Session *session, const SqlParameter *parameters, int count)
{
	return unprepare(session, parameters, count);
}

static void
append_word(char *line, size_t size, const char *before, const SqlParameter *parameter)
{
	size_t		used = strlen(line);

	if (parameter->value.null)
		return;
	if (type_is_text(parameter->type.type))
		snprintf(line + used, size - used, "%s%.*s", before, (int) parameter->value.n, parameter->value.p);
	else
		snprintf(line + used, size - used, "%s%lld", before, (long long) parameter->value.i);
}

/* standin_fault 'point', 'action' [, argument [, skip [, count [, scope]]]]; or one line of control. */
static bool
standin_fault(Session *session, const SqlParameter *parameters, int count)
{
	static const char *const words[] = {" ", " ", " ", " skip ", " count ", " scope "};
	char		line[1024] = "";
	char	   *answer;

	if (count == 0 || !is_text(parameters, count, 0))
		return session_error(session, 201, "standin_fault", "@point");
	if (count > 1)
		strcpy(line, "fault");
	for (int i = 0; i < count && i < 6; i++)
		append_word(line, sizeof(line), count > 1 ? words[i] : "", &parameters[i]);
	answer = control_command(line);
	if (answer != NULL && strncmp(answer, "error", 5) == 0)
		session_info(session, 50000, 1, 16, "%s", answer);
	else if (answer != NULL)
		session_info(session, 0, 1, 0, "%s", answer);
	free(answer);
	return !session->failed;
}

typedef struct Procedure
{
	const char *name;
	bool		(*run) (Session *session, const SqlParameter *parameters, int count);
} Procedure;

static const Procedure procedures[] = {
	{"sp_executesql", sp_executesql},
	{"sp_prepare", sp_prepare},
	{"sp_execute", sp_execute},
	{"sp_prepexec", sp_prepexec},
	{"sp_unprepare", sp_unprepare},
	{"sp_addextendedproperty", property_add},
	{"sp_updateextendedproperty", property_update},
	{"sp_dropextendedproperty", property_drop},
	{"standin_fault", standin_fault},
};

bool
execute_procedure(Session *session, const char *name, const SqlParameter *parameters, int count)
{
	const char *last = strrchr(name, '.');

	session->failed = false;
	for (size_t i = 0; i < sizeof(procedures) / sizeof(procedures[0]); i++)
	{
		if (name_equal(procedures[i].name, last != NULL ? last + 1 : name))
			return procedures[i].run(session, parameters, count);
	}
	return session_error(session, 2812, name);
}

static bool
exec_text(Session *session, ExecStatement *statement)
{
	Frame		frame;
	char	   *text = NULL;
	size_t		size = 0;

	for (int i = 0; i < statement->text.count; i++)
	{
		TypeSpec	type;
		SqlValue	value;

		if (!evaluate(session, statement->text.items[i], &type, &value))
		{
			free(text);
			return false;
		}
		if (value.null || !type_is_text(type.type))
			continue;
		text = realloc(text, size + value.n + 1);
		if (text == NULL)
			abort();
		memcpy(text + size, value.p, value.n);
		size += value.n;
		text[size] = '\0';
	}
	if (text != NULL && session->depth < DEPTH_LIMIT)
	{
		frame_start(session, &frame);
		run_scoped(session, text, size, &frame);
		frame_end(session, &frame);
	}
	free(text);
	return true;
}

static void
store_output(Session *session, int index, const Variable *variable)
{
	const ExecStatement *statement = session->exec;
	int			argument = index + session->exec_first;
	Variable   *target;
	Frame	   *inner = session->frame;

	if (argument >= statement->argument_count || statement->arguments[argument].value->kind != EXPR_VARIABLE)
		return;
	session->frame = inner->outer;
	target = variable_find(session, statement->arguments[argument].value->text);
	if (target != NULL)
		variable_set(session, target, &variable->type, &variable->value);
	session->frame = inner;
}

static bool
exec_arguments(Session *session, ExecStatement *statement, SqlParameter *parameters)
{
	for (int i = 0; i < statement->argument_count; i++)
	{
		const ExecArgument *argument = &statement->arguments[i];
		SqlParameter *parameter = &parameters[i];

		if (argument->name != NULL)
			snprintf(parameter->name, sizeof(parameter->name), "%s", argument->name);
		parameter->output = argument->output;
		parameter->is_default = argument->value->kind == EXPR_DEFAULT;
		if (!parameter->is_default &&
			!evaluate(session, argument->value, &parameter->type, &parameter->value))
			return false;
		value_copy(session->frame->arena, &parameter->value);
	}
	return true;
}

bool
execute_exec(Session *session, ExecStatement *statement)
{
	int			before = session->transaction.count;
	const ExecStatement *outer = session->exec;
	int			outer_first = session->exec_first;
	void		(*outer_target) (Session *, int, const Variable *) = session->output_target;
	SqlParameter *parameters;
	bool		done;

	if (statement->procedure.object == NULL)
		done = exec_text(session, statement);
	else
	{
		size_t		size = sizeof(SqlParameter) * (size_t) (statement->argument_count + 1);

		if (statement->argument_count > PARAMETERS_MAX)
			return session_error(session, 8144, statement->procedure.object);
		parameters = memset(arena_alloc(session->frame->arena, size), 0, size);
		if (!exec_arguments(session, statement, parameters))
			return false;
		session->exec = statement;
		session->exec_first = name_equal(statement->procedure.object, "sp_executesql") ? 2 : 0;
		session->output_target = store_output;
		done = execute_procedure(session, statement->procedure.object, parameters, statement->argument_count);
		session->exec = outer;
		session->exec_first = outer_first;
		session->output_target = outer_target;
	}
	if (done && session->transaction.count != before && session->unwind == UNWIND_NONE)
		return session_error(session, 266, before, session->transaction.count);
	return done;
}
