/*
 * functions.c
 *		The functions that SQLite calls, and where T-SQL's are found by name.
 *
 * Each takes its plan as a pointer bound to a parameter, turns SQLite's values
 * into typed ones, works in the thread's scratch arena, and turns the result
 * back.  An error is left in the thread's EngineThread and fails the statement.
 */
#include <stdio.h>
#include <string.h>

#include "functions.h"
#include "product.h"
#include "unicode.h"

#define RECURSION_LIMIT	100

EngineThread *
engine_thread(void)
{
	static _Thread_local EngineThread thread;

	if (thread.scratch == NULL)
		thread.scratch = arena_new();
	return &thread;
}

void
function_fail(sqlite3_context *context, const SqlMessage *error)
{
	engine_thread()->error = *error;
	engine_thread()->error.line = 0;
	sqlite3_result_error(context, error->text, -1);
}

static const Function *
find_in(const Function *functions, const char *name)
{
	for (; functions->name != NULL; functions++)
	{
		if (name_equal(functions->name, name))
			return functions;
	}
	return NULL;
}

const Function *
function_find(const char *name)
{
	const Function *const tables[] = {
		text_functions, character_functions, number_functions, date_functions, system_functions, object_functions,
		sample_functions, aggregate_functions
	};
	const Function *found = NULL;

	for (size_t i = 0; found == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		found = find_in(tables[i], name);
	return found != NULL && product_has(found->name) ? found : NULL;
}

TypeSpec
function_argument_type(const Function *function, int index, const TypeSpec *given)
{
	size_t		letters = strlen(function->arguments);
	char		letter;
	SqlType		type = given->type;

	if (letters == 0)
		return *given;
	letter = function->arguments[(size_t) index < letters ? (size_t) index : letters - 1];
	if (type == SQL_UNTYPED)
		type = SQL_INT;
	switch (letter)
	{
		case 's':
			if (type_is_text(type))
				return *given;
			return type_text(SQL_VARCHAR, 8000, collation_default());
		case 'i':
			return type_make(SQL_BIGINT);
		case 'f':
			return type_make(SQL_FLOAT);
		case 'n':
			return type == SQL_REAL ? type_make(SQL_FLOAT) : type == SQL_BIT ? type_make(SQL_INT) :
				type_is_number(type) ? *given : type_make(SQL_FLOAT);
		case 't':
			return type_is_time(type) ? *given : type_make(SQL_DATETIME);
		case 'd':
			return type_is_time(type) ? *given : type_make(SQL_DATETIME2);
		case 'v':
			return type_make(SQL_VARIANT);
		case 'b':
			if (type_is_binary(type))
				return *given;
			return type_text(SQL_VARBINARY, LENGTH_MAX, NULL);
		default:
			return *given;
	}
}

/* Arguments from first on; false when one is NULL and nulls are not wanted. */
static bool
take_arguments(sqlite3_value **values, int count, const TypeSpec *types, bool nulls,
			   SqlValue *arguments, char (*scratch)[STORAGE_SCRATCH])
{
	RawValue	raw;

	for (int i = 0; i < count; i++)
	{
		raw_from_value(values[i], &raw);
		memset(&arguments[i], 0, sizeof(arguments[i]));
		storage_decode(&types[i], &raw, &arguments[i], scratch[i]);
		if (arguments[i].null && !nulls)
			return false;
	}
	return true;
}

static void
give_result(sqlite3_context *context, const TypeSpec *type, const SqlValue *value)
{
	char		scratch[STORAGE_SCRATCH];
	RawValue	raw;

	storage_encode(type, value, &raw, scratch);
	raw_result(context, &raw);
}

static void
call_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	const CallPlan *plan = sqlite3_value_pointer(values[0], PLAN_POINTER);
	char		scratch[ARGUMENTS_MAX][STORAGE_SCRATCH];
	SqlValue	arguments[ARGUMENTS_MAX];
	SqlMessage	error;
	SqlValue	out;
	Call		call;

	if (plan == NULL || count - 1 != plan->count || plan->count > ARGUMENTS_MAX)
	{
		sqlite3_result_error(context, "call without a plan", -1);
		return;
	}
	if (!take_arguments(values + 1, plan->count, plan->types,
						(plan->function->flags & FUNCTION_SEES_NULL) != 0, arguments, scratch))
	{
		sqlite3_result_null(context);
		return;
	}
	call.session = engine_thread()->session;
	call.arena = engine_thread()->scratch;
	call.plan = plan;
	call.error = &error;
	memset(&error, 0, sizeof(error));
	memset(&out, 0, sizeof(out));
	arena_reset(call.arena);
	if (plan->function->body(&call, arguments, &out))
		give_result(context, &plan->result, &out);
	else
		function_fail(context, &error);
}

static void
call_arithmetic(sqlite3_context *context, int count, sqlite3_value **values)
{
	const ArithmeticPlan *plan = sqlite3_value_pointer(values[0], PLAN_POINTER);
	EngineThread *thread = engine_thread();
	char		scratch[2][STORAGE_SCRATCH];
	SqlValue	arguments[2];
	SqlMessage	error;
	SqlValue	out;
	TypeSpec	types[2];

	(void) count;
	if (plan == NULL)
	{
		sqlite3_result_error(context, "arithmetic without a plan", -1);
		return;
	}
	types[0] = plan->left;
	types[1] = plan->right;
	take_arguments(values + 1, 2, types, true, arguments, scratch);
	if (arguments[0].null || arguments[1].null)
	{
		bool		keep = type_is_text(plan->result.type) && thread->session != NULL &&
			!(thread->session->settings.options & OPTION_CONCAT_NULL_YIELDS_NULL);

		for (int i = 0; keep && i < 2; i++)
		{
			arguments[i].p = arguments[i].null ? "" : arguments[i].p;
			arguments[i].null = false;
		}
	}
	arena_reset(thread->scratch);
	if (arithmetic_operate(plan, thread->scratch, &arguments[0], &arguments[1], &out, &error))
		give_result(context, &plan->result, &out);
	else
		function_fail(context, &error);
}

static void
call_convert(sqlite3_context *context, int count, sqlite3_value **values)
{
	const ConversionPlan *plan = sqlite3_value_pointer(values[0], PLAN_POINTER);
	EngineThread *thread = engine_thread();
	char		scratch[1][STORAGE_SCRATCH];
	SqlValue	in;
	SqlValue	out;
	SqlMessage	error;

	(void) count;
	if (plan == NULL)
	{
		sqlite3_result_error(context, "conversion without a plan", -1);
		return;
	}
	if (!take_arguments(values + 1, 1, &plan->from, false, &in, scratch))
	{
		sqlite3_result_null(context);
		return;
	}
	arena_reset(thread->scratch);
	memset(&out, 0, sizeof(out));
	memset(&error, 0, sizeof(error));
	if (convert_value(&in, &plan->from, &plan->to, plan->style, true, thread->scratch, &out, &error))
		give_result(context, &plan->to, &out);
	else if (plan->null_on_error)
		sqlite3_result_null(context);
	else
		function_fail(context, &error);
}

static bool
is_like(const Collation *collation, sqlite3_value **values, int size, uint32_t escape)
{
	return collation_like(collation, (const char *) sqlite3_value_text(values[0]), (size_t) size,
						  (const char *) sqlite3_value_text(values[1]),
						  (size_t) sqlite3_value_bytes(values[1]), escape);
}

/* t_like(text, pattern, escape, collation, trim, escapes) */
static void
call_like(sqlite3_context *context, int count, sqlite3_value **values)
{
	const Collation *collation = sqlite3_value_pointer(values[3], PLAN_POINTER);
	const uint8_t *escape;
	const char *text;
	int			size;
	bool		like;
	uint32_t	character = 0;
	SqlMessage	error;

	(void) count;
	if (collation == NULL || sqlite3_value_type(values[0]) == SQLITE_NULL ||
		sqlite3_value_type(values[1]) == SQLITE_NULL || sqlite3_value_type(values[2]) == SQLITE_NULL)
	{
		sqlite3_result_null(context);
		return;
	}
	escape = sqlite3_value_text(values[2]);
	if (sqlite3_value_int(values[5]) != 0)
	{
		const char *at = (const char *) escape;
		const char *end = at + sqlite3_value_bytes(values[2]);

		if (at < end)
			character = utf8_next(&at, end);
		if (character == 0 || at < end)
		{
			message_set(&error, 506, -1, (const char *) escape);
			function_fail(context, &error);
			return;
		}
	}
	text = (const char *) sqlite3_value_text(values[0]);
	size = sqlite3_value_bytes(values[0]);
	like = is_like(collation, values, size, character);
	while (!like && sqlite3_value_int(values[4]) != 0 && size > 0 && text[size - 1] == ' ')
		like = is_like(collation, values, --size, character);
	sqlite3_result_int(context, like);
}

/* The variable as it is now, between two rows. */
static void
call_variable(sqlite3_context *context, int count, sqlite3_value **values)
{
	const Variable *const *variable = sqlite3_value_pointer(values[0], PLAN_POINTER);

	(void) count;
	if (variable != NULL)
		give_result(context, &(*variable)->type, &(*variable)->value);
}

/* What it is given; that it is not deterministic is all that it is for. */
static void
call_here(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void) count;
	sqlite3_result_value(context, values[0]);
}

static void
call_limit(sqlite3_context *context, int count, sqlite3_value **values)
{
	SqlMessage	error;
	int64_t		limit = sqlite3_value_int64(values[0]);
	int			whose = sqlite3_value_int(values[1]);

	(void) count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		message_set(&error, 1060, -1);
	else if (limit < (whose == LIMIT_FETCH ? 1 : 0))
		message_set(&error, whose == LIMIT_TOP ? 127 : whose == LIMIT_OFFSET ? 10742 : 10744, -1);
	else
	{
		sqlite3_result_int64(context, limit);
		return;
	}
	function_fail(context, &error);
}

/* How deep a recursive query has come. */
static void
call_depth(sqlite3_context *context, int count, sqlite3_value **values)
{
	SqlMessage	error;
	int			depth = sqlite3_value_int(values[0]);

	(void) count;
	if (depth <= RECURSION_LIMIT)
	{
		sqlite3_result_int(context, depth);
		return;
	}
	message_set(&error, 530, -1, RECURSION_LIMIT);
	function_fail(context, &error);
}

static void
call_binary_key(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *bytes;
	int			size;

	(void) count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
	{
		sqlite3_result_null(context);
		return;
	}
	bytes = sqlite3_value_blob(values[0]);
	size = sqlite3_value_bytes(values[0]);
	while (size > 0 && bytes[size - 1] == 0)
		size--;
	sqlite3_result_blob(context, bytes != NULL ? bytes : "", size, SQLITE_TRANSIENT);
}

/* Name of the session's database, for INFORMATION_SCHEMA. */
static void
call_database(sqlite3_context *context, int count, sqlite3_value **values)
{
	const Session *session = engine_thread()->session;

	(void) count;
	(void) values;
	if (session != NULL)
		sqlite3_result_text(context, session->database_label, -1, SQLITE_TRANSIENT);
}

/* Rows of the table of an object id, for sys.partitions. */
static void
call_rows(sqlite3_context *context, int count, sqlite3_value **values)
{
	char		sql[64];
	sqlite3_stmt *statement = NULL;

	(void) count;
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM t%d", sqlite3_value_int(values[0]));
	if (sqlite3_prepare_v2(sqlite3_context_db_handle(context), sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		sqlite3_result_int64(context, sqlite3_column_int64(statement, 0));
	sqlite3_finalize(statement);
}

/* t_sample(page, seed, percent) */
static void
call_sample(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void) count;
	sqlite3_result_int(context, sample_has_page(sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1]),
												sqlite3_value_double(values[2])));
}

typedef struct SqliteFunction
{
	const char *name;
	int			arguments;
	int			flags;
	void		(*call) (sqlite3_context *context, int count, sqlite3_value **values);
} SqliteFunction;

static const SqliteFunction sqlite_functions[] = {
	{"t_call", -1, SQLITE_DETERMINISTIC, call_function},
	{"t_call_volatile", -1, 0, call_function},
	{"t_arith", 3, SQLITE_DETERMINISTIC, call_arithmetic},
	{"t_convert", 2, SQLITE_DETERMINISTIC, call_convert},
	{"t_like", 6, SQLITE_DETERMINISTIC, call_like},
	{"t_variable", 1, 0, call_variable},
	{"t_here", 1, 0, call_here},
	{"t_depth", 1, SQLITE_DETERMINISTIC, call_depth},
	{"t_limit", 2, SQLITE_DETERMINISTIC, call_limit},
	{"t_database", 0, 0, call_database},
	{"t_rows", 1, 0, call_rows},
	{"t_sample", 3, SQLITE_DETERMINISTIC, call_sample},
	{"t_binary_key", 1, SQLITE_DETERMINISTIC, call_binary_key},
};

bool
functions_register(sqlite3 *handle)
{
	for (size_t i = 0; i < sizeof(sqlite_functions) / sizeof(sqlite_functions[0]); i++)
	{
		const SqliteFunction *function = &sqlite_functions[i];

		if (sqlite3_create_function_v2(handle, function->name, function->arguments,
									   SQLITE_UTF8 | function->flags, NULL, function->call,
									   NULL, NULL, NULL) != SQLITE_OK)
			return false;
	}
	return true;
}

bool
type_of_int(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_INT);
	return true;
}

bool
type_of_bigint(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_BIGINT);
	return true;
}

bool
type_of_float(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_FLOAT);
	return true;
}

bool
type_of_sysname(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_NVARCHAR, 128, session->collation);
	return true;
}

bool
type_of_first(Session *session, Expr *expr)
{
	(void) session;
	expr->type = expr->arguments.items[0]->type;
	if (expr->type.type == SQL_UNTYPED)
		expr->type = type_make(SQL_INT);
	return true;
}

void
value_text(Call *call, SqlValue *out, const char *text)
{
	out->null = text == NULL;
	if (text == NULL)
		return;
	out->n = strlen(text);
	out->p = arena_copy(call->arena, text, out->n);
}
