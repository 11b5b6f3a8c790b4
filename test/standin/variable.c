/*
 * variable.c
 *		Variables: DECLARE, SET @v, and the parameters of sp_executesql.
 *
 * A batch and each text run by EXEC has variables of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "execute.h"
#include "parser.h"
#include "rowset.h"

void
frame_start(Session *session, Frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->arena = arena_new();
	frame->outer = session->frame;
	session->frame = frame;
}

void
frame_end(Session *session, Frame *frame)
{
	while (frame->variables != NULL)
	{
		Variable   *next = frame->variables->next;

		free(frame->variables->name);
		free(frame->variables->memory);
		free(frame->variables);
		frame->variables = next;
	}
	rowsets_free(frame);
	arena_free(frame->arena);
	session->frame = frame->outer;
}

/* Of the letters without their case; -1 = not all are ASCII, and names equal in other ways, too. */
static int
bucket_of(const char *name)
{
	unsigned	hash = 5381;

	for (; *name != '\0'; name++)
	{
		if ((unsigned char) *name >= 0x80)
			return -1;
		hash = hash * 33 + (unsigned) (*name >= 'A' && *name <= 'Z' ? *name + 32 : *name);
	}
	return (int) (hash % VARIABLE_BUCKETS);
}

static Variable *
find_in(const Frame *frame, const char *name)
{
	int			bucket = bucket_of(name);

	for (Variable *variable = bucket >= 0 ? frame->buckets[bucket] : NULL; variable != NULL;
		 variable = variable->next_alike)
	{
		if (same_name(variable->name, name))
			return variable;
	}
	if (bucket >= 0 && !frame->wide_names)
		return NULL;
	for (Variable *variable = frame->variables; variable != NULL; variable = variable->next)
	{
		if (same_name(variable->name, name))
			return variable;
	}
	return NULL;
}

Variable *
variable_find(const Session *session, const char *name)
{
	return session->frame != NULL ? find_in(session->frame, name) : NULL;
}

Variable *
variable_add(Session *session, Frame *frame, const char *name, const TypeSpec *type)
{
	Variable   *variable = find_in(frame, name);

	if (variable == NULL)
	{
		int			bucket = bucket_of(name);

		variable = calloc(1, sizeof(*variable));
		if (variable == NULL)
			abort();
		variable->name = strdup(name);
		variable->type = *type;
		if (type_is_text(type->type))
			variable->type.collation = session->collation;
		variable->value.null = true;
		variable->next = frame->variables;
		frame->variables = variable;
		if (bucket >= 0)
		{
			variable->next_alike = frame->buckets[bucket];
			frame->buckets[bucket] = variable;
		}
		frame->wide_names = frame->wide_names || bucket < 0;
	}
	return variable;
}

/* Text too long is cut, as T-SQL does for variables. */
bool
variable_set(Session *session, Variable *variable, const TypeSpec *type, const SqlValue *value)
{
	SqlMessage	error;
	SqlValue	converted;
	char	   *memory = NULL;

	memset(&converted, 0, sizeof(converted));
	memset(&error, 0, sizeof(error));
	if (value->null || type->type == SQL_UNTYPED)
		converted.null = true;
	else if (!convert_value(value, type, &variable->type, session_style(session, type, &variable->type), true, session->arena, &converted, &error))
		return session_conversion_error(session, &error);
	if (!converted.null && converted.p != NULL)
	{
		memory = malloc(converted.n + 1);
		if (memory == NULL)
			abort();
		memcpy(memory, converted.p, converted.n);
		converted.p = memory;
	}
	free(variable->memory);
	variable->memory = memory;
	variable->value = converted;
	return true;
}

static bool
check_type(Session *session, const DataType *type, int number)
{
	return type->known || session_error(session, 2715, number, type->name);
}

bool
execute_declare(Session *session, DeclarationList *declarations)
{
	for (int i = 0; i < declarations->count; i++)
	{
		Declaration *declaration = &declarations->items[i];
		Variable   *variable;
		TypeSpec	type;
		SqlValue	value;

		if (!check_type(session, &declaration->type, i + 1))
			return false;
		variable = find_in(session->frame, declaration->variable);
		if (variable != NULL && variable->declaration != declaration)
			return session_error(session, 134, declaration->variable);
		variable = variable_add(session, session->frame, declaration->variable, &declaration->type.spec);
		variable->declaration = declaration;
		if (declaration->value != NULL &&
			(!evaluate(session, declaration->value, &type, &value) ||
			 !type_check_implicit(session, &type, &variable->type) ||
			 !variable_set(session, variable, &type, &value)))
			return false;
	}
	return true;
}

/* SET @v = value, SET @v += value. */
bool
execute_set_variable(Session *session, SetVariableStatement *statement)
{
	Variable   *variable = variable_find(session, statement->variable);
	Expr		left;
	Expr		whole;
	TypeSpec	type;
	SqlValue	value;
	Expr	   *expr = statement->value;

	if (variable == NULL)
		return session_error(session, 137, statement->variable);
	if (statement->op != OP_NONE)
	{
		memset(&left, 0, sizeof(left));
		memset(&whole, 0, sizeof(whole));
		left.kind = EXPR_VARIABLE;
		left.text = statement->variable;
		whole.kind = EXPR_BINARY;
		whole.op = statement->op;
		whole.left = &left;
		whole.right = expr;
		expr = &whole;
	}
	return evaluate(session, expr, &type, &value) &&
		type_check_implicit(session, &type, &variable->type) &&
		variable_set(session, variable, &type, &value);
}

bool
declare_parameters(Session *session, Frame *frame, const char *text, size_t length,
				   DeclarationList *declarations)
{
	SqlMessage	error;

	memset(declarations, 0, sizeof(*declarations));
	memset(&error, 0, sizeof(error));
	if (length == 0)
		return true;
	if (!parse_declarations(text, length, frame->arena, declarations, &error))
		return session_message(session, &error);
	for (int i = 0; i < declarations->count; i++)
	{
		Declaration *declaration = &declarations->items[i];
		Variable   *variable;

		if (!check_type(session, &declaration->type, i + 1))
			return false;
		variable = variable_add(session, frame, declaration->variable, &declaration->type.spec);
		variable->output = declaration->output;
	}
	return true;
}
