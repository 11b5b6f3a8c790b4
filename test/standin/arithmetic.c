/*
 * arithmetic.c
 *		+ - * / % & | ^ ~ of every type, with SQL Server's ranges and errors.
 */
#include <math.h>
#include <string.h>

#include "decimal.h"
#include "functions.h"

static bool
overflow(const TypeSpec *type, SqlMessage *error)
{
	message_set(error, 8115, -1, "expression", type->type == SQL_DECIMAL ? "numeric" : type_name(type->type));
	return false;
}

static bool
by_zero(SqlMessage *error)
{
	message_set(error, 8134, -1);
	return false;
}

static bool
in_range(SqlType type, int64_t value)
{
	switch (type)
	{
		case SQL_BIT:
			return value == 0 || value == 1;
		case SQL_TINYINT:
			return value >= 0 && value <= UINT8_MAX;
		case SQL_SMALLINT:
			return value >= INT16_MIN && value <= INT16_MAX;
		case SQL_INT:
		case SQL_SMALLMONEY:
			return value >= INT32_MIN && value <= INT32_MAX;
		default:
			return true;
	}
}

/* The operand in another type; in itself when it is of that type already. */
static bool
operand_as(const SqlValue *value, const TypeSpec *from, const TypeSpec *to, Arena *arena,
		   SqlValue *out, SqlMessage *error)
{
	memset(out, 0, sizeof(*out));
	if (from->type == to->type || (type_is_integer(from->type) && type_is_integer(to->type)))
	{
		*out = *value;
		return true;
	}
	return convert_value(value, from, to, 0, true, arena, out, error);
}

static bool
operate_integers(const ArithmeticPlan *plan, int64_t a, int64_t b, int64_t *out, SqlMessage *error)
{
	bool		failed = false;

	if ((plan->op == OP_DIVIDE || plan->op == OP_MODULO) && b == 0)
		return by_zero(error);
	switch (plan->op)
	{
		case OP_ADD:
			failed = __builtin_add_overflow(a, b, out);
			break;
		case OP_SUBTRACT:
			failed = __builtin_sub_overflow(a, b, out);
			break;
		case OP_MULTIPLY:
			failed = __builtin_mul_overflow(a, b, out);
			break;
		case OP_DIVIDE:
			if (b == -1)
				failed = __builtin_sub_overflow((int64_t) 0, a, out);
			else
				*out = a / b;
			break;
		case OP_MODULO:
			*out = b == -1 ? 0 : a % b;
			break;
		case OP_BIT_AND:
			*out = a & b;
			break;
		case OP_BIT_OR:
			*out = a | b;
			break;
		case OP_BIT_XOR:
			*out = a ^ b;
			break;
		case OP_BIT_NOT:
			*out = plan->result.type == SQL_TINYINT ? ~b & UINT8_MAX : ~b;
			break;
		default:
			break;
	}
	if (failed || !in_range(plan->result.type, *out))
		return overflow(&plan->result, error);
	return true;
}

/* Rounds half away from zero. */
static __int128
divide_rounded(__int128 a, __int128 b)
{
	__int128	half = (b < 0 ? -b : b) / 2;

	return ((a < 0) != (b < 0) ? a - (b < 0 ? -half : half) : a + (b < 0 ? -half : half)) / b;
}

static bool
operate_money(const ArithmeticPlan *plan, int64_t a, int64_t b, int64_t *out, SqlMessage *error)
{
	__int128	result = 0;

	if ((plan->op == OP_DIVIDE || plan->op == OP_MODULO) && b == 0)
		return by_zero(error);
	switch (plan->op)
	{
		case OP_ADD:
			result = (__int128) a + b;
			break;
		case OP_SUBTRACT:
			result = (__int128) a - b;
			break;
		case OP_MULTIPLY:
			result = divide_rounded((__int128) a * b, 10000);
			break;
		case OP_DIVIDE:
			result = (__int128) a * 10000 / b;
			break;
		default:
			result = (__int128) a % b;
			break;
	}
	*out = (int64_t) result;
	if (result != *out || !in_range(plan->result.type, *out))
		return overflow(&plan->result, error);
	return true;
}

static bool
decimal_operand(const SqlValue *value, const TypeSpec *type, const TypeSpec *result, Arena *arena,
				Decimal *out, int *scale, SqlMessage *error)
{
	SqlValue	converted;

	*scale = type->type == SQL_DECIMAL ? type->scale : 0;
	if (type->type == SQL_DECIMAL)
		*out = value->d;
	else if (type_is_integer(type->type) || type->type == SQL_MONEY || type->type == SQL_SMALLMONEY)
	{
		decimal_from_int64(value->i, out);
		*scale = type_is_integer(type->type) ? 0 : 4;
	}
	else
	{
		if (!operand_as(value, type, result, arena, &converted, error))
			return false;
		*out = converted.d;
		*scale = result->scale;
	}
	return true;
}

static bool
operate_decimals(const ArithmeticPlan *plan, Arena *arena, const SqlValue *a, const SqlValue *b,
				 SqlValue *out, SqlMessage *error)
{
	static const char letters[] = {
		[OP_ADD] = '+', [OP_SUBTRACT] = '-', [OP_MULTIPLY] = '*', [OP_DIVIDE] = '/', [OP_MODULO] = '%'
	};
	Decimal		left;
	Decimal		right;
	int			left_scale;
	int			right_scale;

	if (!decimal_operand(a, &plan->left, &plan->result, arena, &left, &left_scale, error) ||
		!decimal_operand(b, &plan->right, &plan->result, arena, &right, &right_scale, error))
		return false;
	switch (decimal_operate(letters[plan->op], &left, left_scale, &right, right_scale, &plan->result, &out->d))
	{
		case DECIMAL_OK:
			return true;
		case DECIMAL_DIVISION_BY_ZERO:
			return by_zero(error);
		default:
			return overflow(&plan->result, error);
	}
}

static bool
operate_floats(const ArithmeticPlan *plan, double a, double b, double *out, SqlMessage *error)
{
	if (plan->op == OP_DIVIDE && b == 0)
		return by_zero(error);
	*out = plan->op == OP_ADD ? a + b : plan->op == OP_SUBTRACT ? a - b :
		plan->op == OP_MULTIPLY ? a * b : a / b;
	if (plan->result.type == SQL_REAL)
		*out = (float) *out;
	return isfinite(*out) || overflow(&plan->result, error);
}

static bool
operate_times(const ArithmeticPlan *plan, int64_t a, int64_t b, int64_t *out, SqlMessage *error)
{
	/* 1753-01-01 .. 9999-12-31 in 1/300 s, 1900-01-01 .. 2079-06-06 in minutes */
	bool		is_small = plan->result.type == SQL_SMALLDATETIME;
	int64_t		low = is_small ? 0 : -53690LL * 86400 * 300;
	int64_t		high = is_small ? 65536LL * 1440 - 1 : 2958464LL * 86400 * 300 - 1;

	*out = plan->op == OP_ADD ? a + b : a - b;
	if (*out < low || *out > high)
	{
		message_set(error, 8115, -1, "expression", type_name(plan->result.type));
		return false;
	}
	return true;
}

/* Text and binary: cut at 8000 bytes, unless one side is (max). */
static void
concatenate(const ArithmeticPlan *plan, Arena *arena, const SqlValue *a, const SqlValue *b, SqlValue *out)
{
	size_t		limit = plan->result.length == LENGTH_MAX ? SIZE_MAX : (size_t) plan->result.length;
	size_t		size = a->n + b->n;
	char	   *bytes = arena_alloc(arena, size + 1);

	memcpy(bytes, a->p, a->n);
	memcpy(bytes + a->n, b->p, b->n);
	out->p = bytes;
	out->n = size;
	if (!type_is_text(plan->result.type))
		out->n = size > limit ? limit : size;
	else
	{
		while (out->n > 0 && text_utf16_units(bytes, out->n) > limit)
		{
			size_t		excess = text_utf16_units(bytes, out->n) - limit;

			out->n -= excess < out->n ? excess : out->n;
			while (out->n > 0 && (bytes[out->n] & 0xC0) == 0x80)
				out->n--;
		}
	}
}

bool
arithmetic_operate(const ArithmeticPlan *plan, Arena *arena, const SqlValue *a, const SqlValue *b,
				   SqlValue *out, SqlMessage *error)
{
	const TypeSpec *result = &plan->result;
	SqlValue	left;
	SqlValue	right;

	memset(out, 0, sizeof(*out));
	out->null = a->null || b->null;
	if (out->null)
		return true;
	if (result->type == SQL_DECIMAL)
		return operate_decimals(plan, arena, a, b, out, error);
	if (type_is_text(result->type) || type_is_binary(result->type))
	{
		concatenate(plan, arena, a, b, out);
		return true;
	}
	if (!operand_as(a, &plan->left, result, arena, &left, error) ||
		!operand_as(b, &plan->right, result, arena, &right, error))
		return false;
	if (result->type == SQL_FLOAT || result->type == SQL_REAL)
		return operate_floats(plan, left.f, right.f, &out->f, error);
	if (result->type == SQL_MONEY || result->type == SQL_SMALLMONEY)
		return operate_money(plan, left.i, right.i, &out->i, error);
	if (type_is_time(result->type))
		return operate_times(plan, left.i, right.i, &out->i, error);
	return operate_integers(plan, left.i, right.i, &out->i, error);
}
