/*
 * functions_number.c
 *		Mathematical functions, and those that choose among their arguments.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "decimal.h"
#include "functions.h"

static const TypeSpec *
given(const Call *call)
{
	return &call->plan->types[0];
}

static bool
overflow(Call *call)
{
	const TypeSpec *type = &call->plan->result;

	message_set(call->error, 8115, -1, "expression", type->type == SQL_DECIMAL ? "numeric" : type_name(type->type));
	return false;
}

static bool
fn_abs(Call *call, const SqlValue *a, SqlValue *out)
{
	*out = a[0];
	out->d.negative = false;
	out->f = fabs(a[0].f);
	if (a[0].i < 0)
	{
		if (a[0].i == INT64_MIN || (given(call)->type == SQL_INT && a[0].i == INT32_MIN) ||
			(given(call)->type == SQL_SMALLINT && a[0].i == INT16_MIN))
			return overflow(call);
		out->i = -a[0].i;
	}
	return true;
}

static bool
fn_sign(Call *call, const SqlValue *a, SqlValue *out)
{
	int			sign;

	if (given(call)->type == SQL_DECIMAL)
	{
		sign = a[0].d.magnitude == 0 ? 0 : a[0].d.negative ? -1 : 1;
		decimal_from_int64(sign, &out->d);
		return decimal_rescale(&out->d, 0, 38, call->plan->result.scale, &out->d) == DECIMAL_OK ||
			overflow(call);
	}
	if (given(call)->type == SQL_FLOAT)
		out->f = a[0].f > 0 ? 1 : a[0].f < 0 ? -1 : 0;
	else
		out->i = (a[0].i > 0 ? 1 : a[0].i < 0 ? -1 : 0) *
			(given(call)->type == SQL_MONEY || given(call)->type == SQL_SMALLMONEY ? 10000 : 1);
	return true;
}

/* Towards minus or plus infinity. */
static bool
to_whole(Call *call, const SqlValue *a, SqlValue *out, bool up)
{
	const TypeSpec *type = given(call);

	*out = a[0];
	if (type->type == SQL_FLOAT)
		out->f = up ? ceil(a[0].f) : floor(a[0].f);
	else if (type->type == SQL_DECIMAL)
	{
		unsigned __int128 unit = 1;
		unsigned __int128 whole;

		for (int i = 0; i < type->scale; i++)
			unit *= 10;
		whole = a[0].d.magnitude / unit;
		if (a[0].d.magnitude % unit != 0 && up != a[0].d.negative)
			whole++;
		out->d.magnitude = whole;
		out->d.negative = a[0].d.negative && whole != 0;
	}
	else if (type->type == SQL_MONEY || type->type == SQL_SMALLMONEY)
	{
		int64_t		rest = a[0].i % 10000;

		out->i = a[0].i - rest;
		if (rest > 0 && up)
			out->i += 10000;
		if (rest < 0 && !up)
			out->i -= 10000;
	}
	return true;
}

static bool
fn_ceiling(Call *call, const SqlValue *a, SqlValue *out)
{
	return to_whole(call, a, out, true);
}

static bool
fn_floor(Call *call, const SqlValue *a, SqlValue *out)
{
	return to_whole(call, a, out, false);
}

/* Keeps the scale: digits behind position are made zero, half away from zero. */
static bool
round_scaled(Decimal *value, int scale, int64_t digits, bool cut)
{
	unsigned __int128 unit = 1;
	unsigned __int128 rest;

	if (digits >= scale)
		return true;
	if (scale - digits > 38)
	{
		value->magnitude = 0;
		value->negative = false;
		return true;
	}
	for (int64_t i = digits; i < scale; i++)
		unit *= 10;
	rest = value->magnitude % unit;
	value->magnitude -= rest;
	if (!cut && rest >= unit - rest)
		value->magnitude += unit;
	if (value->magnitude == 0)
		value->negative = false;
	return true;
}

static bool
fits_precision(const Decimal *value, int precision)
{
	unsigned __int128 limit = 1;

	for (int i = 0; i < precision; i++)
		limit *= 10;
	return value->magnitude < limit;
}

static bool
fn_round(Call *call, const SqlValue *a, SqlValue *out)
{
	const TypeSpec *type = given(call);
	bool		cut = call->plan->count > 2 && a[2].i != 0;
	bool		money = type->type == SQL_MONEY || type->type == SQL_SMALLMONEY;
	int64_t		digits = a[1].i;
	Decimal		value;

	*out = a[0];
	if (type->type == SQL_FLOAT)
	{
		double		power = pow(10, (double) (digits < -300 ? -300 : digits > 300 ? 300 : digits));
		double		scaled = a[0].f * power;

		if (!isfinite(scaled) || power == 0)
			return true;
		out->f = (cut ? trunc(scaled) : round(scaled)) / power;
		return true;
	}
	if (type->type == SQL_DECIMAL)
	{
		round_scaled(&out->d, type->scale, digits, cut);
		return fits_precision(&out->d, call->plan->result.precision) || overflow(call);
	}
	decimal_from_int64(a[0].i, &value);
	round_scaled(&value, money ? 4 : 0, digits, cut);
	if (decimal_to_int64(&value, 0, &out->i) != DECIMAL_OK ||
		(type->type == SQL_INT && (out->i > INT32_MAX || out->i < INT32_MIN)))
		return overflow(call);
	return true;
}

static bool
as_double(Call *call, int index, const SqlValue *value, double *out)
{
	TypeSpec	type = type_make(SQL_FLOAT);
	SqlValue	converted;

	memset(&converted, 0, sizeof(converted));
	if (!convert_value(value, &call->plan->types[index], &type, 0, true, call->arena, &converted, call->error))
		return false;
	*out = converted.f;
	return true;
}

/* The result has the type of the base: POWER(2, -1) is 0. */
static bool
fn_power(Call *call, const SqlValue *a, SqlValue *out)
{
	TypeSpec	type = type_make(SQL_FLOAT);
	SqlValue	result;
	double		base;
	double		exponent;

	memset(&result, 0, sizeof(result));
	if (!as_double(call, 0, &a[0], &base) || !as_double(call, 1, &a[1], &exponent))
		return false;
	result.f = pow(base, exponent);
	if (!isfinite(result.f))
		return overflow(call);
	if (call->plan->result.type == SQL_FLOAT)
	{
		*out = result;
		return true;
	}
	return convert_value(&result, &type, &call->plan->result, 0, true, call->arena, out, call->error);
}

typedef double (*RealFunction) (double x);

static bool
apply(Call *call, RealFunction function, double x, SqlValue *out)
{
	out->f = function(x);
	if (isfinite(out->f))
		return true;
	message_set(call->error, 3623, -1);
	return false;
}

static bool
fn_sqrt(Call *call, const SqlValue *a, SqlValue *out)
{
	return apply(call, sqrt, a[0].f, out);
}

static bool
fn_exp(Call *call, const SqlValue *a, SqlValue *out)
{
	return apply(call, exp, a[0].f, out);
}

static bool
fn_log(Call *call, const SqlValue *a, SqlValue *out)
{
	if (!apply(call, log, a[0].f, out))
		return false;
	if (call->plan->count > 1)
		out->f /= log(a[1].f);
	return isfinite(out->f) || overflow(call);
}

static bool
fn_log10(Call *call, const SqlValue *a, SqlValue *out)
{
	return apply(call, log10, a[0].f, out);
}

static bool
fn_square(Call *call, const SqlValue *a, SqlValue *out)
{
	out->f = a[0].f * a[0].f;
	return isfinite(out->f) || overflow(call);
}

static bool
fn_pi(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) call;
	(void) a;
	out->f = M_PI;
	return true;
}

static bool
fn_rand(Call *call, const SqlValue *a, SqlValue *out)
{
	uint64_t	bits = 0;

	(void) a;
	(void) call;
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		bits = (uint64_t) random() << 32;
	out->f = (double) (bits >> 11) / 9007199254740992.0;
	return true;
}

static bool
fn_isnumeric(Call *call, const SqlValue *a, SqlValue *out)
{
	double		number;
	TypeSpec	money = type_make(SQL_MONEY);
	SqlValue	value;

	if (a[0].null)
		return true;
	if (type_is_number(given(call)->type))
		out->i = 1;
	else if (type_is_text(given(call)->type))
	{
		memset(&value, 0, sizeof(value));
		out->i = a[0].n > 0 && (as_double(call, 0, &a[0], &number) ||
								convert_value(&a[0], given(call), &money, 0, true, call->arena,
											  &value, call->error));
	}
	return true;
}

/* tinyint and smallint become int; real was made float. */
static bool
type_of_number(Session *session, Expr *expr)
{
	expr->type = function_argument_type(expr->binding, 0, &expr->arguments.items[0]->type);
	if (expr->type.type == SQL_TINYINT || expr->type.type == SQL_SMALLINT)
		expr->type.type = SQL_INT;
	if (expr->type.type == SQL_SMALLMONEY)
		expr->type.type = SQL_MONEY;
	return type_is_number(expr->type.type) ||
		session_error(session, 8116, type_name(expr->type.type), 1, expr->text);
}

static bool
type_of_whole(Session *session, Expr *expr)
{
	if (!type_of_number(session, expr))
		return false;
	if (expr->type.type == SQL_DECIMAL)
		expr->type.scale = 0;
	return true;
}

static bool
type_of_power(Session *session, Expr *expr)
{
	if (!type_of_number(session, expr))
		return false;
	if (expr->type.type == SQL_DECIMAL)
		expr->type.precision = 38;
	return true;
}

static bool
type_of_unified(Session *session, Expr *expr, int first)
{
	Expr		so_far = *expr->arguments.items[first];

	expr->nullable = so_far.nullable;
	for (int i = first + 1; i < expr->arguments.count; i++)
	{
		if (!type_unify(session, &so_far, expr->arguments.items[i], "CASE", &expr->type))
			return false;
		so_far.type = expr->type;
		expr->nullable = expr->nullable && expr->arguments.items[i]->nullable;
	}
	expr->type = so_far.type;
	if (expr->type.type == SQL_UNTYPED)
		expr->type = type_make(SQL_INT);
	return true;
}

static bool
type_of_coalesce(Session *session, Expr *expr)
{
	bool		all_null = true;

	for (int i = 0; i < expr->arguments.count; i++)
		all_null = all_null && expr->arguments.items[i]->type.type == SQL_UNTYPED;
	if (all_null)
		return session_error(session, 4127);
	return type_of_unified(session, expr, 0);
}

static bool
type_of_isnull(Session *session, Expr *expr)
{
	Expr	  **arguments = expr->arguments.items;

	expr->type = arguments[0]->type.type != SQL_UNTYPED ? arguments[0]->type : arguments[1]->type;
	if (expr->type.type == SQL_UNTYPED)
		expr->type = type_make(SQL_INT);
	expr->nullable = arguments[0]->nullable && arguments[1]->nullable;
	return type_check_implicit(session, &arguments[1]->type, &expr->type);
}

static bool
type_of_nullif(Session *session, Expr *expr)
{
	TypeSpec	unified;

	if (expr->arguments.items[0]->type.type == SQL_UNTYPED)
		return session_error(session, 4151);
	if (!type_unify(session, expr->arguments.items[0], expr->arguments.items[1], "equal to", &unified))
		return false;
	expr->nullable = true;
	return type_of_first(session, expr);
}

static bool
type_of_choice(Session *session, Expr *expr)
{
	if (!type_of_unified(session, expr, 1))
		return false;
	expr->nullable = true;
	return true;
}

static bool
type_of_extreme(Session *session, Expr *expr)
{
	if (!type_of_unified(session, expr, 0))
		return false;
	return !type_is_large(&expr->type) ||
		session_error(session, 8116, type_name(expr->type.type), 1, expr->text);
}

const Function number_functions[] = {
	{"ABS", FUNCTION_SCALAR, 1, 1, "n", type_of_number, fn_abs, 0, NULL},
	{"CEILING", FUNCTION_SCALAR, 1, 1, "n", type_of_whole, fn_ceiling, 0, NULL},
	{"FLOOR", FUNCTION_SCALAR, 1, 1, "n", type_of_whole, fn_floor, 0, NULL},
	{"ROUND", FUNCTION_SCALAR, 2, 3, "nii", type_of_number, fn_round, 0, NULL},
	{"POWER", FUNCTION_SCALAR, 2, 2, "nn", type_of_power, fn_power, 0, NULL},
	{"SIGN", FUNCTION_SCALAR, 1, 1, "n", type_of_number, fn_sign, 0, NULL},
	{"SQRT", FUNCTION_SCALAR, 1, 1, "f", type_of_float, fn_sqrt, 0, NULL},
	{"SQUARE", FUNCTION_SCALAR, 1, 1, "f", type_of_float, fn_square, 0, NULL},
	{"EXP", FUNCTION_SCALAR, 1, 1, "f", type_of_float, fn_exp, 0, NULL},
	{"LOG", FUNCTION_SCALAR, 1, 2, "f", type_of_float, fn_log, 0, NULL},
	{"LOG10", FUNCTION_SCALAR, 1, 1, "f", type_of_float, fn_log10, 0, NULL},
	{"PI", FUNCTION_SCALAR, 0, 0, "", type_of_float, fn_pi, FUNCTION_NOT_NULL, NULL},
	{"RAND", FUNCTION_SCALAR, 0, 1, "i", type_of_float, fn_rand, FUNCTION_NOT_NULL, NULL},
	{"ISNUMERIC", FUNCTION_SCALAR, 1, 1, "a", type_of_int, fn_isnumeric, FUNCTION_SEES_NULL | FUNCTION_NOT_NULL, NULL},
	{"COALESCE", FUNCTION_COALESCE, 2, ARGUMENTS_MAX, "a", type_of_coalesce, NULL, 0, NULL},
	{"ISNULL", FUNCTION_ISNULL, 2, 2, "a", type_of_isnull, NULL, 0, NULL},
	{"NULLIF", FUNCTION_NULLIF, 2, 2, "a", type_of_nullif, NULL, 0, NULL},
	{"IIF", FUNCTION_IIF, 3, 3, "a", type_of_choice, NULL, 0, NULL},
	{"CHOOSE", FUNCTION_CHOOSE, 2, ARGUMENTS_MAX, "a", type_of_choice, NULL, 0, NULL},
	{"GREATEST", FUNCTION_EXTREME, 1, ARGUMENTS_MAX, "a", type_of_extreme, NULL, 0, "max"},
	{"LEAST", FUNCTION_EXTREME, 1, ARGUMENTS_MAX, "a", type_of_extreme, NULL, 0, "min"},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
