/*
 * functions_sample.c
 *		What samples of tables are made with: CHECKSUM, and the pages of TABLESAMPLE.
 *
 * CHECKSUM keeps its promise, equal lists have equal checksums; the numbers
 * themselves are not those of SQL Server, whose algorithm is not documented.
 */
#include <string.h>

#include "collate.h"
#include "decimal.h"
#include "functions.h"

static uint64_t
mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

static uint64_t
mix_bytes(uint64_t sum, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = mix(sum + (uint8_t) p[i] + 1);
	return sum;
}

/* Texts that any collation takes for equal have the same letters. */
static uint64_t
mix_text(uint64_t sum, const char *p, size_t n)
{
	uint32_t	expansion = 0;
	const char *end = p + n;

	while (end > p && end[-1] == ' ')
		end--;
	while (p < end || expansion != 0)
		sum = mix(sum + weight_next(&p, end, &expansion).primary + 1);
	return sum;
}

/* Numbers of the same type only: no value of one is compared with one of another. */
static uint64_t
mix_value(uint64_t sum, const TypeSpec *type, const SqlValue *value)
{
	char		digits[48];

	if (value->null)
		return mix(sum);
	if (type_is_text(type->type))
		return mix_text(sum, value->p, value->n);
	if (type->type == SQL_DECIMAL)
		return mix_bytes(sum, digits, decimal_format(&value->d, type->scale, digits));
	if (type->type == SQL_REAL || type->type == SQL_FLOAT)
	{
		double		f = value->f == 0 ? 0 : value->f;

		return mix_bytes(sum, (const char *) &f, sizeof(f));
	}
	if (value->p != NULL)
		return mix_bytes(sum, value->p, value->n);
	return mix_bytes(sum, (const char *) &value->i, sizeof(value->i));
}

static bool
fn_checksum(Call *call, const SqlValue *a, SqlValue *out)
{
	uint64_t	sum = 0;

	for (int i = 0; i < call->plan->count; i++)
		sum = mix(mix_value(sum, &call->plan->types[i], &a[i]) + UINT64_C(0x9E3779B97F4A7C15));
	out->i = (int32_t) (sum >> 32);
	return true;
}

static bool
type_of_checksum(Session *session, Expr *expr)
{
	for (int i = 0; i < expr->arguments.count; i++)
	{
		const TypeSpec *type = &expr->arguments.items[i]->type;

		if (type_is_large(type) && type->type != SQL_VARIANT)
			return session_error(session, 8116, type_name(type->type), i + 1, "checksum");
	}
	return type_of_int(session, expr);
}

const Function sample_functions[] = {
	{"CHECKSUM", FUNCTION_SCALAR, 1, ARGUMENTS_MAX, "a", type_of_checksum, fn_checksum,
		FUNCTION_SEES_NULL | FUNCTION_NOT_NULL, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};

bool
sample_has_page(int64_t page, int64_t seed, double percent)
{
	uint64_t	x = mix(mix((uint64_t) seed) + (uint64_t) page * UINT64_C(0x9E3779B97F4A7C15));

	return (double) (x >> 11) / 9007199254740992.0 * 100 < percent;
}
