/*
 * functions.h
 *		T-SQL's built-in functions: their types, and their bodies under SQLite.
 *
 * SQLite sees one function t_call(plan, argument ...), whose plan is a pointer
 * bound as a parameter; t_arith and t_convert work in the same way.
 */
#ifndef STANDIN_FUNCTIONS_H
#define STANDIN_FUNCTIONS_H

#include "analyse.h"
#include "storage.h"

#define ARGUMENTS_MAX	120

/* A call being made: its types are known, its values stand beside. */
typedef struct Call
{
	Session    *session;		/* NULL when replaying */
	Arena	   *arena;
	const struct CallPlan *plan;
	SqlMessage *error;
} Call;

typedef enum FunctionKind
{
	FUNCTION_SCALAR,
	FUNCTION_ISNULL,			/* emitted as SQLite expressions */
	FUNCTION_COALESCE,
	FUNCTION_NULLIF,
	FUNCTION_IIF,
	FUNCTION_CHOOSE,
	FUNCTION_EXTREME,			/* GREATEST, LEAST: sqlite is "max" or "min" */
	FUNCTION_AGGREGATE,
	FUNCTION_WINDOW				/* only with OVER */
} FunctionKind;

#define FUNCTION_SEES_NULL	1	/* the body is called with NULLs, too */
#define FUNCTION_NOT_NULL	2	/* never gives NULL */
#define FUNCTION_COLLATES	8	/* compares its first two arguments */
#define FUNCTION_VOLATILE	4	/* another value for every row */

/*
 * arguments: a letter each, the last for all that follow; what they are
 * converted to: a as they are, v sql_variant, s text, i bigint, n a number, f float, t date or
 * time (texts become datetime; d: datetime2), b binary.
 */
struct Function
{
	const char *name;
	FunctionKind kind;
	int			least;
	int			most;
	const char *arguments;
	bool		(*type) (Session *session, Expr *expr);
	bool		(*body) (Call *call, const SqlValue *arguments, SqlValue *out);
	unsigned	flags;
	const char *sqlite;			/* aggregates: name of SQLite's, or of ours */
};

typedef struct CallPlan
{
	const Function *function;
	const char *part;			/* datepart */
	TypeSpec	result;
	int			count;
	TypeSpec	types[];
} CallPlan;

typedef struct ArithmeticPlan
{
	Operator	op;
	TypeSpec	left;
	TypeSpec	right;
	TypeSpec	result;
} ArithmeticPlan;

typedef struct ConversionPlan
{
	TypeSpec	from;
	TypeSpec	to;
	int			style;
	bool		null_on_error;	/* TRY_CAST */
	bool		implicit;		/* 1: by assignment, text too long is an error */
} ConversionPlan;

/* Second argument of t_limit(): whose count it is. */
#define LIMIT_TOP		0
#define LIMIT_OFFSET	1
#define LIMIT_FETCH		2

#define PLAN_POINTER	"standin"

extern const Function *function_find(const char *name);

/* "geometry::Parse", ".STAsText": names in their case. */
extern const Function *method_find(const char *name);

/* The type that argument number index is converted to. */
extern TypeSpec function_argument_type(const Function *function, int index, const TypeSpec *given);

/* a op b of plan's types; false with call's error. */
extern bool arithmetic_operate(const ArithmeticPlan *plan, Arena *arena, const SqlValue *a,
							   const SqlValue *b, SqlValue *out, SqlMessage *error);

/* Puts the error where session_sqlite_error() finds it, and fails the call. */
extern void function_fail(sqlite3_context *context, const SqlMessage *error);

/* Does a sample of so many percent have the page?  Equal seeds sample alike. */
extern bool sample_has_page(int64_t page, int64_t seed, double percent);

extern bool functions_register(sqlite3 *handle);
extern bool aggregates_register(sqlite3 *handle);
extern bool system_rows_register(sqlite3 *handle);

/* @@NAME: its type, and its value now; false: there is none. */
extern bool global_type(Session *session, const char *name, TypeSpec *type);
extern bool global_value(Session *session, const char *name, Arena *arena, SqlValue *value);

extern const Function text_functions[];
extern const Function character_functions[];
extern const Function number_functions[];
extern const Function date_functions[];
extern const Function system_functions[];
extern const Function aggregate_functions[];
extern const Function object_functions[];
extern const Function sample_functions[];

/* Helpers of the function tables. */
extern bool type_of_int(Session *session, Expr *expr);
extern bool type_of_bigint(Session *session, Expr *expr);
extern bool type_of_float(Session *session, Expr *expr);
extern bool type_of_sysname(Session *session, Expr *expr);
extern bool type_of_varchar(Session *session, Expr *expr);
extern bool type_of_first(Session *session, Expr *expr);
extern void value_text(Call *call, SqlValue *out, const char *text);

#endif
