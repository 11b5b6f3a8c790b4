/*
 * aggregates.c
 *		COUNT, SUM, AVG, MIN, MAX, STDEV, VAR and the ranking functions.
 *
 * Sums are exact: integers and decimals add up in 128 bits, and leaving the
 * result's type is error 8115.  All of them serve as window functions, too.
 */
#include <math.h>
#include <string.h>

#include "decimal.h"
#include "functions.h"

/* Aggregate contexts are aligned to 8 bytes only, hence the halves. */
typedef struct Sum
{
	int64_t		count;
	uint64_t	low;
	uint64_t	high;
	double		f;
	double		mean;			/* of the values so far, and ... */
	double		squares;		/* ... the sum of the squares of what is off it */
	int			scale;
	bool		overflow;
} Sum;

typedef enum SumKind
{
	SUM_INT,
	SUM_BIGINT,
	SUM_MONEY,
	SUM_DECIMAL,
	SUM_FLOAT
} SumKind;

typedef enum Finish
{
	FINISH_SUM,
	FINISH_AVG,
	FINISH_STDEV,
	FINISH_STDEVP,
	FINISH_VAR,
	FINISH_VARP
} Finish;

typedef struct Aggregate
{
	const char *name;
	SumKind		kind;
	Finish		finish;
} Aggregate;

static const Aggregate aggregates[] = {
	{"t_sum_int", SUM_INT, FINISH_SUM}, {"t_sum_bigint", SUM_BIGINT, FINISH_SUM},
	{"t_sum_money", SUM_MONEY, FINISH_SUM}, {"t_sum_decimal", SUM_DECIMAL, FINISH_SUM},
	{"t_sum_float", SUM_FLOAT, FINISH_SUM}, {"t_avg_int", SUM_INT, FINISH_AVG},
	{"t_avg_bigint", SUM_BIGINT, FINISH_AVG}, {"t_avg_money", SUM_MONEY, FINISH_AVG},
	{"t_avg_decimal", SUM_DECIMAL, FINISH_AVG}, {"t_avg_float", SUM_FLOAT, FINISH_AVG},
	{"t_stdev", SUM_FLOAT, FINISH_STDEV}, {"t_stdevp", SUM_FLOAT, FINISH_STDEVP},
	{"t_var", SUM_FLOAT, FINISH_VAR}, {"t_varp", SUM_FLOAT, FINISH_VARP},
};

static __int128
total_of(const Sum *sum)
{
	return (__int128) ((unsigned __int128) sum->high << 64 | sum->low);
}

static void
set_total(Sum *sum, __int128 total)
{
	sum->low = (uint64_t) total;
	sum->high = (uint64_t) ((unsigned __int128) total >> 64);
}

static void
add_exact(Sum *sum, __int128 value)
{
	__int128	total;

	if (__builtin_add_overflow(total_of(sum), value, &total))
		sum->overflow = true;
	else
		set_total(sum, total);
}

/* Welford's method: no difference of large sums. */
static void
deviate(Sum *sum, double number, int sign)
{
	double		delta = number - sum->mean;

	if (sum->count == 0)
	{
		sum->mean = 0;
		sum->squares = 0;
		return;
	}
	sum->mean += sign * delta / (double) sum->count;
	sum->squares += sign * delta * (number - sum->mean);
}

static void
accumulate(sqlite3_context *context, sqlite3_value *value, int sign)
{
	const Aggregate *aggregate = sqlite3_user_data(context);
	Sum		   *sum = sqlite3_aggregate_context(context, sizeof(Sum));
	Decimal		decimal;
	int			scale = 0;
	double		number;

	if (sum == NULL || sqlite3_value_type(value) == SQLITE_NULL)
		return;
	sum->count += sign;
	switch (aggregate->kind)
	{
		case SUM_DECIMAL:
			memset(&decimal, 0, sizeof(decimal));
			decimal_parse((const char *) sqlite3_value_text(value), (size_t) sqlite3_value_bytes(value),
						  &decimal, &scale);
			sum->scale = scale;
			add_exact(sum, (__int128) decimal.magnitude * (decimal.negative ? -sign : sign));
			break;
		case SUM_FLOAT:
			number = sqlite3_value_double(value);
			sum->f += sign * number;
			deviate(sum, number, sign);
			break;
		default:
			add_exact(sum, (__int128) sqlite3_value_int64(value) * sign);
			break;
	}
}

static void
sum_step(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void) count;
	accumulate(context, values[0], 1);
}

static void
sum_inverse(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void) count;
	accumulate(context, values[0], -1);
}

static void
fail_overflow(sqlite3_context *context, const char *type)
{
	SqlMessage	error;

	message_set(&error, 8115, -1, "expression", type);
	function_fail(context, &error);
}

static void
give_decimal(sqlite3_context *context, const Sum *sum, Finish finish)
{
	__int128	total = total_of(sum);
	TypeSpec	type = type_make(SQL_DECIMAL);
	Decimal		value;
	Decimal		count;
	char		text[STORAGE_SCRATCH];
	DecimalStatus status = DECIMAL_OK;

	value.negative = total < 0;
	value.magnitude = total < 0 ? -(unsigned __int128) total : (unsigned __int128) total;
	type.precision = 38;
	type.scale = (uint8_t) sum->scale;
	if (finish == FINISH_AVG)
	{
		type.scale = sum->scale < 6 ? 6 : (uint8_t) sum->scale;
		decimal_from_int64(sum->count, &count);
		status = decimal_operate('/', &value, sum->scale, &count, 0, &type, &value);
	}
	else
		status = decimal_rescale(&value, sum->scale, 38, sum->scale, &value);
	if (sum->overflow || status != DECIMAL_OK)
		fail_overflow(context, "numeric");
	else
		sqlite3_result_text(context, text, (int) decimal_format(&value, type.scale, text), SQLITE_TRANSIENT);
}

static void
give_integer(sqlite3_context *context, const Sum *sum, const Aggregate *aggregate)
{
	__int128	total = total_of(sum);
	bool		is_int = aggregate->kind == SUM_INT;

	if (sum->overflow || total < (is_int ? INT32_MIN : INT64_MIN) || total > (is_int ? INT32_MAX : INT64_MAX))
		fail_overflow(context, is_int ? "int" : aggregate->kind == SUM_BIGINT ? "bigint" : "money");
	else
		sqlite3_result_int64(context, (int64_t) (aggregate->finish == FINISH_AVG ? total / sum->count : total));
}

static void
give_float(sqlite3_context *context, const Sum *sum, Finish finish)
{
	double		count = (double) sum->count;
	bool		sample = finish == FINISH_STDEV || finish == FINISH_VAR;
	double		result = sum->f;

	if (finish == FINISH_AVG)
		result = sum->f / count;
	else if (finish != FINISH_SUM)
	{
		if (sample && sum->count < 2)
		{
			sqlite3_result_null(context);
			return;
		}
		result = sum->squares / (sample ? count - 1 : count);
		if (result < 0)
			result = 0;
		if (finish == FINISH_STDEV || finish == FINISH_STDEVP)
			result = sqrt(result);
	}
	if (isfinite(result))
		sqlite3_result_double(context, result);
	else
		fail_overflow(context, "float");
}

static void
sum_value(sqlite3_context *context)
{
	const Aggregate *aggregate = sqlite3_user_data(context);
	const Sum  *sum = sqlite3_aggregate_context(context, 0);

	if (sum == NULL || sum->count == 0)
		sqlite3_result_null(context);
	else if (aggregate->kind == SUM_DECIMAL)
		give_decimal(context, sum, aggregate->finish);
	else if (aggregate->kind == SUM_FLOAT)
		give_float(context, sum, aggregate->finish);
	else
		give_integer(context, sum, aggregate);
}

/* t_single(x): the value of the one row there may be. */
typedef struct Single
{
	sqlite3_value *value;
	bool		many;
} Single;

static void
single_step(sqlite3_context *context, int count, sqlite3_value **values)
{
	Single	   *single = sqlite3_aggregate_context(context, sizeof(Single));

	(void) count;
	if (single == NULL)
		return;
	if (single->value != NULL)
	{
		SqlMessage	error;

		single->many = true;
		message_set(&error, 512, -1);
		function_fail(context, &error);
	}
	else
		single->value = sqlite3_value_dup(values[0]);
}

static void
single_final(sqlite3_context *context)
{
	Single	   *single = sqlite3_aggregate_context(context, 0);

	if (single == NULL || single->value == NULL)
		return;
	if (!single->many)
		sqlite3_result_value(context, single->value);
	sqlite3_value_free(single->value);
	single->value = NULL;
}

bool
aggregates_register(sqlite3 *handle)
{
	for (size_t i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]); i++)
	{
		if (sqlite3_create_window_function(handle, aggregates[i].name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
										   (void *) &aggregates[i], sum_step, sum_value, sum_value,
										   sum_inverse, NULL) != SQLITE_OK)
			return false;
	}
	return sqlite3_create_function_v2(handle, "t_single", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
									  NULL, single_step, single_final, NULL) == SQLITE_OK;
}

/* The argument's type decides which of our sums it is. */
static bool
type_of_sum(Session *session, Expr *expr)
{
	Expr	   *argument = expr->arguments.items[0];
	const Function *function = expr->binding;
	bool		average = name_equal(function->name, "AVG");

	switch (argument->type.type)
	{
		case SQL_TINYINT:
		case SQL_SMALLINT:
		case SQL_INT:
			expr->type = type_make(SQL_INT);
			return true;
		case SQL_BIGINT:
			expr->type = type_make(SQL_BIGINT);
			return true;
		case SQL_MONEY:
		case SQL_SMALLMONEY:
			expr->type = type_make(SQL_MONEY);
			return true;
		case SQL_DECIMAL:
			expr->type = argument->type;
			expr->type.precision = 38;
			if (average && expr->type.scale < 6)
				expr->type.scale = 6;
			return true;
		case SQL_REAL:
		case SQL_FLOAT:
			expr->type = type_make(SQL_FLOAT);
			return true;
		default:
			return session_error(session, 8117, type_name(argument->type.type), average ? "avg" : "sum");
	}
}

static bool
type_of_extreme(Session *session, Expr *expr)
{
	expr->type = expr->arguments.items[0]->type;
	if (expr->type.type == SQL_BIT || type_is_large(&expr->type))
		return session_error(session, 8117, type_name(expr->type.type), expr->text);
	return true;
}

static bool
type_of_deviation(Session *session, Expr *expr)
{
	if (!type_is_number(expr->arguments.items[0]->type.type))
		return session_error(session, 8117, type_name(expr->arguments.items[0]->type.type), expr->text);
	return type_of_float(session, expr);
}

const Function aggregate_functions[] = {
	{"COUNT", FUNCTION_AGGREGATE, 0, 1, "a", type_of_int, NULL, FUNCTION_NOT_NULL, "count"},
	{"COUNT_BIG", FUNCTION_AGGREGATE, 0, 1, "a", type_of_bigint, NULL, FUNCTION_NOT_NULL, "count"},
	{"SUM", FUNCTION_AGGREGATE, 1, 1, "n", type_of_sum, NULL, 0, "t_sum_"},
	{"AVG", FUNCTION_AGGREGATE, 1, 1, "n", type_of_sum, NULL, 0, "t_avg_"},
	{"MIN", FUNCTION_AGGREGATE, 1, 1, "a", type_of_extreme, NULL, 0, "min"},
	{"MAX", FUNCTION_AGGREGATE, 1, 1, "a", type_of_extreme, NULL, 0, "max"},
	{"STDEV", FUNCTION_AGGREGATE, 1, 1, "f", type_of_deviation, NULL, 0, "t_stdev"},
	{"STDEVP", FUNCTION_AGGREGATE, 1, 1, "f", type_of_deviation, NULL, 0, "t_stdevp"},
	{"VAR", FUNCTION_AGGREGATE, 1, 1, "f", type_of_deviation, NULL, 0, "t_var"},
	{"VARP", FUNCTION_AGGREGATE, 1, 1, "f", type_of_deviation, NULL, 0, "t_varp"},
	{"ROW_NUMBER", FUNCTION_WINDOW, 0, 0, "", type_of_bigint, NULL, FUNCTION_NOT_NULL, "row_number"},
	{"RANK", FUNCTION_WINDOW, 0, 0, "", type_of_bigint, NULL, FUNCTION_NOT_NULL, "rank"},
	{"DENSE_RANK", FUNCTION_WINDOW, 0, 0, "", type_of_bigint, NULL, FUNCTION_NOT_NULL, "dense_rank"},
	{"NTILE", FUNCTION_WINDOW, 1, 1, "i", type_of_bigint, NULL, FUNCTION_NOT_NULL, "ntile"},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
