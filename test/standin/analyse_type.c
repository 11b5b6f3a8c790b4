/*
 * analyse_type.c
 *		Which type comes of which types.
 *
 * Data type precedence says which operand is converted; decimals, lengths and
 * collations are then combined.  Untyped NULLs take whatever they meet.
 */
#include <stdio.h>
#include <string.h>

#include "analyse.h"
#include "decimal.h"

bool
type_is_integer(SqlType type)
{
	return type >= SQL_BIT && type <= SQL_BIGINT;
}

bool
type_is_large(const TypeSpec *type)
{
	return type->type == SQL_TEXT || type->type == SQL_NTEXT || type->type == SQL_IMAGE ||
		type->type == SQL_XML || type->type == SQL_JSON || type->type == SQL_VARIANT ||
		type->type == SQL_GEOMETRY || type->type == SQL_GEOGRAPHY;
}

TypeSpec
type_make(SqlType type)
{
	TypeSpec	spec;

	memset(&spec, 0, sizeof(spec));
	spec.type = type;
	if (type == SQL_DATETIME2 || type == SQL_TIME || type == SQL_DATETIMEOFFSET)
		spec.scale = 7;
	return spec;
}

TypeSpec
type_text(SqlType type, int32_t length, const Collation *collation)
{
	TypeSpec	spec = type_make(type);

	spec.length = length;
	spec.collation = collation;
	return spec;
}

/* The decimal that holds every value of a number type. */
TypeSpec
type_as_decimal(const TypeSpec *type)
{
	static const struct
	{
		SqlType		type;
		uint8_t		precision;
		uint8_t		scale;
	}			widths[] = {
		{SQL_BIT, 1, 0}, {SQL_TINYINT, 3, 0}, {SQL_SMALLINT, 5, 0}, {SQL_INT, 10, 0},
		{SQL_BIGINT, 19, 0}, {SQL_SMALLMONEY, 10, 4}, {SQL_MONEY, 19, 4}
	};
	TypeSpec	spec = type_make(SQL_DECIMAL);

	if (type->type == SQL_DECIMAL)
		return *type;
	spec.precision = 38;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
	{
		if (widths[i].type == type->type)
		{
			spec.precision = widths[i].precision;
			spec.scale = widths[i].scale;
		}
	}
	if (type->type == SQL_INT && type->precision > 0)
		spec.precision = type->precision;
	return spec;
}

void
type_describe(const TypeSpec *type, char *buffer, size_t size)
{
	const char *name = type_name(type->type);

	switch (type->type)
	{
		case SQL_DECIMAL:
			snprintf(buffer, size, "%s(%d,%d)", name, type->precision, type->scale);
			break;
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_BINARY:
		case SQL_VARBINARY:
			if (type->length == LENGTH_MAX)
				snprintf(buffer, size, "%s(max)", name);
			else
				snprintf(buffer, size, "%s(%d)", name, type->length);
			break;
		case SQL_TIME:
		case SQL_DATETIME2:
		case SQL_DATETIMEOFFSET:
			snprintf(buffer, size, "%s(%d)", name, type->scale);
			break;
		default:
			snprintf(buffer, size, "%s", name);
			break;
	}
}

bool
type_check_implicit(Session *session, const TypeSpec *from, const TypeSpec *to)
{
	if (from->type == SQL_UNTYPED || from->type == to->type || convert_allowed(from->type, to->type, true))
		return true;
	if (convert_allowed(from->type, to->type, false))
		return session_error(session, 257, type_name(from->type), type_name(to->type));
	return session_error(session, 206, type_name(from->type), type_name(to->type));
}

static void
unify_decimals(const TypeSpec *a, const TypeSpec *b, TypeSpec *out)
{
	TypeSpec	x = type_as_decimal(a);
	TypeSpec	y = type_as_decimal(b);
	int			scale = x.scale > y.scale ? x.scale : y.scale;
	int			whole = x.precision - x.scale > y.precision - y.scale ?
		x.precision - x.scale : y.precision - y.scale;

	if (scale + whole > 38)
		scale = 38 - whole;
	*out = type_make(SQL_DECIMAL);
	out->precision = (uint8_t) (scale + whole);
	out->scale = (uint8_t) scale;
}

static int32_t
longer(int32_t a, int32_t b)
{
	if (a == LENGTH_MAX || b == LENGTH_MAX)
		return LENGTH_MAX;
	return a > b ? a : b;
}

bool
type_unify_specs(Session *session, const TypeSpec *a, const TypeSpec *b, TypeSpec *out)
{
	const TypeSpec *high = a;
	const TypeSpec *low = b;

	if (a->type == SQL_UNTYPED || b->type == SQL_UNTYPED)
	{
		*out = a->type == SQL_UNTYPED ? *b : *a;
		if (out->type == SQL_INT)
			out->precision = 0;
		return true;
	}
	if (type_precedence(b->type) > type_precedence(a->type))
	{
		high = b;
		low = a;
	}
	if (!type_check_implicit(session, low, high))
		return false;
	*out = *high;
	if (high->type == SQL_INT)
		out->precision = 0;
	if (high->type == SQL_DECIMAL)
	{
		TypeSpec	other = *low;

		if (type_is_text(low->type) || type_is_binary(low->type))
			return true;
		other.precision = low->type == SQL_INT ? 0 : other.precision;
		unify_decimals(high, &other, out);
	}
	else if (type_is_text(high->type) || type_is_binary(high->type))
	{
		if (type_is_text(low->type) || type_is_binary(low->type))
			out->length = longer(high->length, low->length);
		if (high->type == SQL_NCHAR && low->type == SQL_VARCHAR)
			out->type = SQL_NVARCHAR;
	}
	else if (type_is_time(high->type) && type_is_time(low->type))
	{
		int			scale = low->type == SQL_DATETIME ? 3 : low->scale;

		if (high->type != SQL_DATETIME && high->type != SQL_DATE && high->type != SQL_SMALLDATETIME &&
			scale > out->scale)
			out->scale = (uint8_t) scale;
	}
	return true;
}

/* How strongly an expression insists on its collation. */
typedef enum Coercibility
{
	COERCIBILITY_DEFAULT,
	COERCIBILITY_COLUMN,
	COERCIBILITY_EXPLICIT
} Coercibility;

typedef struct CoercibilitySearch
{
	Coercibility strongest;
} CoercibilitySearch;

static Coercibility coercibility_of(Expr *expr);

static bool
visit_coercibility(Expr *child, void *argument)
{
	CoercibilitySearch *search = argument;
	Coercibility found;

	if (EXPR_IS_CONDITION(child) || !type_is_text(child->type.type))
		return true;
	found = coercibility_of(child);
	if (found > search->strongest)
		search->strongest = found;
	return true;
}

static Coercibility
coercibility_of(Expr *expr)
{
	CoercibilitySearch search = {COERCIBILITY_DEFAULT};

	switch (expr->kind)
	{
		case EXPR_COLLATE:
			return COERCIBILITY_EXPLICIT;
		case EXPR_COLUMN:
		case EXPR_SUBQUERY:
			return COERCIBILITY_COLUMN;
		default:
			expr_each_child(expr, visit_coercibility, &search);
			return search.strongest;
	}
}

const Collation *
collation_combine(Session *session, const Expr *a, const Expr *b, const char *operation)
{
	const Collation *left = a->type.collation;
	const Collation *right = b->type.collation;
	Coercibility a_strength;
	Coercibility b_strength;

	if (left == right || right == NULL || !type_is_text(b->type.type))
		return left != NULL ? left : session->collation;
	if (left == NULL || !type_is_text(a->type.type))
		return right;
	a_strength = coercibility_of((Expr *) a);
	b_strength = coercibility_of((Expr *) b);
	if (a_strength != b_strength)
		return a_strength > b_strength ? left : right;
	if (a_strength == COERCIBILITY_DEFAULT)
		return left;
	session_error(session, 468, left->name, right->name, operation);
	return NULL;
}

bool
type_unify(Session *session, const Expr *a, const Expr *b, const char *operation, TypeSpec *out)
{
	if (!type_unify_specs(session, &a->type, &b->type, out))
		return false;
	if (type_is_text(out->type))
	{
		out->collation = collation_combine(session, a, b, operation);
		return out->collation != NULL;
	}
	return true;
}

static const char *
operation_name(Operator op)
{
	static const char *const names[] = {
		[OP_ADD] = "add", [OP_SUBTRACT] = "subtract", [OP_MULTIPLY] = "multiply",
		[OP_DIVIDE] = "divide", [OP_MODULO] = "modulo", [OP_BIT_AND] = "'&'",
		[OP_BIT_OR] = "'|'", [OP_BIT_XOR] = "'^'", [OP_BIT_NOT] = "'~'",
		[OP_EQUAL] = "equal to", [OP_NOT_EQUAL] = "not equal to", [OP_LESS] = "less than",
		[OP_LESS_EQUAL] = "less than or equal to", [OP_GREATER] = "greater than",
		[OP_GREATER_EQUAL] = "greater than or equal to"
	};

	return names[op];
}

static bool
incompatible(Session *session, Operator op, const TypeSpec *a, const TypeSpec *b)
{
	return session_error(session, 402, type_name(a->type), type_name(b->type), operation_name(op));
}

static bool
analyse_concatenation(Analysis *analysis, Expr *expr)
{
	const TypeSpec *a = &expr->left->type;
	const TypeSpec *b = &expr->right->type;
	bool		wide = a->type == SQL_NCHAR || a->type == SQL_NVARCHAR || b->type == SQL_NCHAR ||
		b->type == SQL_NVARCHAR;
	int			limit = wide ? 4000 : 8000;

	if (type_is_large(a) || type_is_large(b))
		return incompatible(analysis->session, expr->op, a, b);
	expr->type = type_make(type_is_binary(a->type) ? SQL_VARBINARY : wide ? SQL_NVARCHAR : SQL_VARCHAR);
	if (a->length == LENGTH_MAX || b->length == LENGTH_MAX)
		expr->type.length = LENGTH_MAX;
	else
		expr->type.length = a->length + b->length > limit ? limit : a->length + b->length;
	if (type_is_binary(a->type))
		return true;
	expr->type.collation = collation_combine(analysis->session, expr->left, expr->right, "add");
	return expr->type.collation != NULL;
}

static bool
analyse_bits(Analysis *analysis, Expr *expr)
{
	const TypeSpec *a = &expr->left->type;
	const TypeSpec *b = &expr->right->type;

	if (!type_is_integer(a->type) || !type_is_integer(b->type))
		return incompatible(analysis->session, expr->op, a, b);
	return type_unify_specs(analysis->session, a, b, &expr->type);
}

static char
operation_letter(Operator op)
{
	return op == OP_ADD ? '+' : op == OP_SUBTRACT ? '-' : op == OP_MULTIPLY ? '*' :
		op == OP_DIVIDE ? '/' : '%';
}

static bool
analyse_numbers(Analysis *analysis, Expr *expr)
{
	const TypeSpec *a = &expr->left->type;
	const TypeSpec *b = &expr->right->type;
	TypeSpec	unified;

	if (!type_unify_specs(analysis->session, a, b, &unified))
		return false;
	if (unified.type == SQL_BIT || (expr->op == OP_MODULO &&
									(unified.type == SQL_FLOAT || unified.type == SQL_REAL)))
		return incompatible(analysis->session, expr->op, a, b);
	if (unified.type == SQL_DECIMAL)
	{
		TypeSpec	x = type_is_number(a->type) ? type_as_decimal(a) : unified;
		TypeSpec	y = type_is_number(b->type) ? type_as_decimal(b) : unified;

		expr->type = type_make(SQL_DECIMAL);
		decimal_result_type(operation_letter(expr->op), &x, &y, &expr->type);
		return true;
	}
	expr->type = unified;
	return true;
}

/* left op right, both typed. */
bool
analyse_arithmetic(Analysis *analysis, Expr *expr)
{
	Session    *session = analysis->session;
	TypeSpec   *a = &expr->left->type;
	TypeSpec   *b = &expr->right->type;

	if (a->type == SQL_UNTYPED && b->type == SQL_UNTYPED)
		*a = *b = type_make(SQL_INT);
	if (a->type == SQL_UNTYPED)
		*a = type_is_text(b->type) ? *b : type_is_number(b->type) ? *b : type_make(SQL_INT);
	if (b->type == SQL_UNTYPED)
		*b = type_is_text(a->type) ? *a : type_is_number(a->type) ? *a : type_make(SQL_INT);
	expr->nullable = expr->left->nullable || expr->right->nullable || expr->op == OP_DIVIDE ||
		expr->op == OP_MODULO;
	if (expr->op == OP_ADD && ((type_is_text(a->type) && type_is_text(b->type)) ||
							   (type_is_binary(a->type) && type_is_binary(b->type))))
		return analyse_concatenation(analysis, expr);
	if (expr->op >= OP_BIT_AND)
		return analyse_bits(analysis, expr);
	if (type_is_text(a->type) && type_is_text(b->type))
		return session_error(session, 8117, type_name(a->type), operation_name(expr->op));
	if (type_is_time(a->type) || type_is_time(b->type))
	{
		SqlType		high = type_precedence(a->type) > type_precedence(b->type) ? a->type : b->type;

		if ((expr->op != OP_ADD && expr->op != OP_SUBTRACT) ||
			(high != SQL_DATETIME && high != SQL_SMALLDATETIME))
		{
			if (type_is_time(a->type) && type_is_time(b->type))
				return incompatible(session, expr->op, a, b);
			return session_error(session, 206, type_name(a->type), type_name(b->type));
		}
		return type_unify_specs(session, a, b, &expr->type);
	}
	if ((!type_is_number(a->type) && !type_is_text(a->type) && !type_is_binary(a->type)) ||
		(!type_is_number(b->type) && !type_is_text(b->type) && !type_is_binary(b->type)) ||
		type_is_large(a) || type_is_large(b))
		return incompatible(session, expr->op, a, b);
	return analyse_numbers(analysis, expr);
}

bool
analyse_comparison(Analysis *analysis, Operator op, Expr *a, Expr *b)
{
	TypeSpec	unified;

	if (type_is_large(&a->type) || type_is_large(&b->type))
		return incompatible(analysis->session, op, &a->type, &b->type);
	return type_unify(analysis->session, a, b, operation_name(op), &unified);
}
