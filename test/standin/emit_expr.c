/*
 * emit_expr.c
 *		Expressions and conditions in SQLite's words.
 *
 * Every comparison names its collation, and both sides stand in the storage of
 * the type that they are compared in: SQLite's affinities then change nothing.
 */
#include <string.h>

#include "decimal.h"
#include "emit.h"
#include "execute.h"
#include "functions.h"

static void
emit_conversion(Emission *emission, const TypeSpec *from, const TypeSpec *to, int style, bool null_on_error)
{
	ConversionPlan plan;

	memset(&plan, 0, sizeof(plan));
	plan.from = *from;
	plan.to = *to;
	plan.style = style != 0 ? style : session_style(emission->session, from, to);
	plan.null_on_error = null_on_error;
	emit_format(emission, "t_convert(?%d, ", emit_plan_slot(emission, &plan, sizeof(plan)));
}

/* The value of a literal in another type, where the conversion succeeds. */
static bool
fold_literal(Emission *emission, const Expr *expr, const TypeSpec *type)
{
	SqlMessage	error;
	SqlValue	value;

	memset(&value, 0, sizeof(value));
	if (expr->kind != EXPR_LITERAL ||
		!convert_value(&expr->literal, &expr->type, type, session_style(emission->session, &expr->type, type), true, emission->arena, &value, &error))
		return false;
	emit_value(emission, type, &value);
	return true;
}

void
emit_expr_as(Emission *emission, Expr *expr, const TypeSpec *type)
{
	if (expr->type.type == SQL_UNTYPED)
		emit_text(emission, "NULL");
	else if (type->type == SQL_UNTYPED || storage_same(&expr->type, type))
		emit_expr(emission, expr);
	else if (!fold_literal(emission, expr, type))
	{
		emit_conversion(emission, &expr->type, type, 0, false);
		emit_expr(emission, expr);
		emit_text(emission, ")");
	}
}

/* As emit_expr_as(), but length, precision and scale become those of type, too. */
static void
emit_exactly(Emission *emission, Expr *expr, const TypeSpec *type)
{
	if (expr->type.type == SQL_UNTYPED)
		emit_text(emission, "NULL");
	else if (expr->type.type == type->type && expr->type.length == type->length &&
			 expr->type.scale == type->scale)
		emit_expr(emission, expr);
	else if (!fold_literal(emission, expr, type))
	{
		emit_conversion(emission, &expr->type, type, 0, false);
		emit_expr(emission, expr);
		emit_text(emission, ")");
	}
}

void
emit_key(Emission *emission, Expr *expr)
{
	bool		binary = type_is_binary(expr->type.type);

	emit_text(emission, binary ? "t_binary_key(" : "");
	emit_expr(emission, expr);
	emit_text(emission, binary ? ")" : "");
	emit_collate(emission, &expr->type);
}

static void
emit_literal(Emission *emission, Expr *expr)
{
	emit_value(emission, &expr->type, &expr->literal);
}

static void
emit_variable(Emission *emission, Expr *expr)
{
	const Variable *variable = variable_find(emission->session, expr->text);

	if (emission->live_variables)
	{
		emit_format(emission, "t_variable(?%d)", emit_plan_slot(emission, &variable, sizeof(variable)));
		return;
	}
	emit_format(emission, "?%d", emit_value_slot(emission, &variable->type, &variable->value));
}

static void
emit_global(Emission *emission, Expr *expr)
{
	SqlValue	value;

	memset(&value, 0, sizeof(value));
	global_value(emission->session, expr->text, emission->arena, &value);
	emit_value(emission, &expr->type, &value);
}

static void
emit_column(Emission *emission, Expr *expr)
{
	emit_column_name(emission, expr->binding, expr->column_index);
}

static void
emit_arithmetic(Emission *emission, Operator op, Expr *left, Expr *right, const TypeSpec *result)
{
	ArithmeticPlan plan;

	memset(&plan, 0, sizeof(plan));
	plan.op = op;
	plan.left = left != NULL ? left->type : *result;
	plan.right = right->type;
	plan.result = *result;
	emit_format(emission, "t_arith(?%d, ", emit_plan_slot(emission, &plan, sizeof(plan)));
	if (left != NULL)
		emit_expr(emission, left);
	else
		emit_text(emission, result->type == SQL_DECIMAL ? "'0'" : "0");
	emit_text(emission, ", ");
	emit_expr(emission, right);
	emit_text(emission, ")");
}

static void
emit_unary(Emission *emission, Expr *expr)
{
	if (expr->op == OP_ADD)
		emit_expr(emission, expr->left);
	else if (expr->op == OP_SUBTRACT && expr->left->kind == EXPR_LITERAL &&
			 expr->type.type >= SQL_INT && expr->type.type <= SQL_BIGINT && !expr->left->literal.null)
		emit_format(emission, "(-%lld)", (long long) expr->left->literal.i);
	else if (expr->op == OP_BIT_NOT && expr->type.type == SQL_BIT)
	{
		emit_text(emission, "(1 - ");
		emit_expr(emission, expr->left);
		emit_text(emission, ")");
	}
	else
		emit_arithmetic(emission, expr->op == OP_BIT_NOT ? OP_BIT_NOT : OP_SUBTRACT,
						NULL, expr->left, &expr->type);
}

static bool
fits(const TypeSpec *a, const TypeSpec *b, const TypeSpec *result)
{
	int32_t		limit = result->type == SQL_NVARCHAR ? 4000 : 8000;

	return result->length == LENGTH_MAX || (a->length > 0 && b->length > 0 && a->length + b->length <= limit);
}

static void
emit_binary(Emission *emission, Expr *expr)
{
	bool		null_yields_null = (emission->session->settings.options & OPTION_CONCAT_NULL_YIELDS_NULL) != 0;
	const char *before = null_yields_null ? "" : "ifnull(";
	const char *after = null_yields_null ? "" : ", '')";

	if (!type_is_text(expr->type.type) || !type_is_text(expr->left->type.type) ||
		!type_is_text(expr->right->type.type) || !fits(&expr->left->type, &expr->right->type, &expr->type))
	{
		emit_arithmetic(emission, expr->op, expr->left, expr->right, &expr->type);
		return;
	}
	emit_format(emission, "(%s", before);
	emit_expr(emission, expr->left);
	emit_format(emission, "%s || %s", after, before);
	emit_expr(emission, expr->right);
	emit_format(emission, "%s)", after);
}

static void
emit_collation(Emission *emission, Expr *expr)
{
	emit_text(emission, "(");
	emit_expr(emission, expr->left);
	emit_collate(emission, &expr->type);
	emit_text(emission, ")");
}

static void
emit_case(Emission *emission, Expr *expr)
{
	emit_text(emission, "CASE");
	for (int i = 0; i < expr->when_count; i++)
	{
		emit_text(emission, " WHEN ");
		if (expr->left != NULL)
			emit_comparison(emission, OP_EQUAL, expr->left, expr->whens[i].test);
		else
			emit_condition(emission, expr->whens[i].test);
		emit_text(emission, " THEN ");
		emit_exactly(emission, expr->whens[i].result, &expr->type);
	}
	if (expr->other != NULL)
	{
		emit_text(emission, " ELSE ");
		emit_exactly(emission, expr->other, &expr->type);
	}
	emit_text(emission, " END");
}

static int
style_of(const Expr *expr)
{
	return expr->right != NULL && expr->right->kind == EXPR_LITERAL ? (int) expr->right->literal.i : 0;
}

static void
emit_cast(Emission *emission, Expr *expr)
{
	if (expr->left->type.type == SQL_UNTYPED)
	{
		emit_text(emission, "NULL");
		return;
	}
	emit_conversion(emission, &expr->left->type, &expr->type, style_of(expr),
					expr->conversion == CONVERSION_TRY_CAST || expr->conversion == CONVERSION_TRY_CONVERT);
	emit_expr(emission, expr->left);
	emit_text(emission, ")");
}

/* More than one row is error 512, unless the query can give only one. */
static void
emit_subquery(Emission *emission, Expr *expr)
{
	Query	   *query = expr->query;
	const Scope *scope = QUERY_SCOPE(query);
	bool		single = query->kind == QUERY_SELECT &&
		((scope->grouped && query->group_by.count == 0) || query->from == NULL ||
		 (query->top != NULL && query->top->count->kind == EXPR_LITERAL && query->top->count->literal.i == 1));

	if (single)
	{
		emit_text(emission, "(");
		emit_query(emission, query);
		emit_text(emission, ")");
		return;
	}
	emit_text(emission, "(SELECT t_single(c1) FROM (");
	emit_query(emission, query);
	emit_text(emission, "))");
}

typedef void (*Emitter) (Emission *emission, Expr *expr);

void
emit_expr(Emission *emission, Expr *expr)
{
	static const Emitter emitters[] = {
		[EXPR_LITERAL] = emit_literal,
		[EXPR_VARIABLE] = emit_variable,
		[EXPR_GLOBAL] = emit_global,
		[EXPR_COLUMN] = emit_column,
		[EXPR_DEFAULT] = emit_literal,
		[EXPR_UNARY] = emit_unary,
		[EXPR_BINARY] = emit_binary,
		[EXPR_COLLATE] = emit_collation,
		[EXPR_CASE] = emit_case,
		[EXPR_CAST] = emit_cast,
		[EXPR_FUNCTION] = emit_function,
		[EXPR_SUBQUERY] = emit_subquery
	};

	if (EXPR_IS_CONDITION(expr))
		emit_condition(emission, expr);
	else
		emitters[expr->kind] (emission, expr);
}

static void
emit_argument(Emission *emission, const Function *function, Expr *expr, int index)
{
	TypeSpec	wanted = function_argument_type(function, index, &expr->arguments.items[index]->type);

	emit_expr_as(emission, expr->arguments.items[index], &wanted);
}

static void
emit_scalar(Emission *emission, const Function *function, Expr *expr)
{
	int			count = expr->arguments.count;
	size_t		size = sizeof(CallPlan) + sizeof(TypeSpec) * (size_t) count;
	CallPlan   *plan = arena_alloc(emission->arena, size);

	memset(plan, 0, size);
	plan->function = function;
	plan->part = expr->text2;
	plan->result = expr->type;
	plan->count = count;
	for (int i = 0; i < count; i++)
		plan->types[i] = function_argument_type(function, i, &expr->arguments.items[i]->type);
	if (function->flags & FUNCTION_COLLATES)
		plan->types[0].collation = plan->types[1].collation =
			collation_combine(emission->session, expr->arguments.items[0], expr->arguments.items[1], "charindex");
	emit_format(emission, "%s(?%d", function->flags & FUNCTION_VOLATILE ? "t_call_volatile" : "t_call",
				emit_plan_slot(emission, plan, size));
	for (int i = 0; i < count; i++)
	{
		emit_text(emission, ", ");
		emit_argument(emission, function, expr, i);
	}
	emit_text(emission, ")");
}

static void
emit_over(Emission *emission, const Over *over)
{
	emit_text(emission, " OVER (");
	for (int i = 0; i < over->partition.count; i++)
	{
		emit_text(emission, i == 0 ? "PARTITION BY " : ", ");
		emit_key(emission, over->partition.items[i]);
	}
	for (int i = 0; i < over->order.count; i++)
	{
		emit_text(emission, i == 0 ? " ORDER BY " : ", ");
		emit_key(emission, over->order.items[i].expr);
		emit_text(emission, over->order.items[i].descending ? " DESC" : "");
	}
	emit_text(emission, ")");
}

/* Which of our sums: t_sum_int, t_sum_decimal ... */
static const char *
sum_suffix(const Function *function, const TypeSpec *type)
{
	size_t		length = strlen(function->sqlite);

	if (function->sqlite[length - 1] != '_')
		return "";
	switch (type->type)
	{
		case SQL_BIGINT:
			return "bigint";
		case SQL_MONEY:
			return "money";
		case SQL_DECIMAL:
			return "decimal";
		case SQL_FLOAT:
			return "float";
		default:
			return "int";
	}
}

static void
emit_aggregate(Emission *emission, const Function *function, Expr *expr)
{
	emit_format(emission, "%s%s(", function->sqlite, sum_suffix(function, &expr->type));
	if (expr->star)
		emit_text(emission, "*");
	else if (expr->arguments.count > 0)
	{
		Expr	   *argument = expr->arguments.items[0];
		TypeSpec	wanted = function_argument_type(function, 0, &argument->type);

		emit_text(emission, expr->distinct ? "DISTINCT " : "");
		if (expr->distinct && type_is_binary(wanted.type))
			emit_key(emission, argument);
		else
		{
			emit_expr_as(emission, argument, &wanted);
			emit_collate(emission, &wanted);
		}
	}
	emit_text(emission, ")");
	if (expr->over != NULL)
		emit_over(emission, expr->over);
}

static void
emit_coalesce(Emission *emission, Expr *expr)
{
	emit_text(emission, "coalesce(");
	for (int i = 0; i < expr->arguments.count; i++)
	{
		emit_text(emission, i > 0 ? ", " : "");
		emit_exactly(emission, expr->arguments.items[i], &expr->type);
	}
	emit_text(emission, ")");
}

static void
emit_choice(Emission *emission, const Function *function, Expr *expr)
{
	Expr	  **arguments = expr->arguments.items;
	TypeSpec	integer = type_make(SQL_INT);

	if (function->kind == FUNCTION_CHOOSE)
	{
		emit_text(emission, "CASE ");
		emit_expr_as(emission, arguments[0], &integer);
		for (int i = 1; i < expr->arguments.count; i++)
		{
			emit_format(emission, " WHEN %d THEN ", i);
			emit_exactly(emission, arguments[i], &expr->type);
		}
		emit_text(emission, " END");
		return;
	}
	emit_text(emission, "CASE WHEN ");
	if (function->kind == FUNCTION_IIF)
		emit_condition(emission, arguments[0]);
	else
		emit_comparison(emission, OP_EQUAL, arguments[0], arguments[1]);
	emit_text(emission, " THEN ");
	if (function->kind == FUNCTION_IIF)
		emit_exactly(emission, arguments[1], &expr->type);
	else
		emit_text(emission, "NULL");
	emit_text(emission, " ELSE ");
	emit_exactly(emission, arguments[function->kind == FUNCTION_IIF ? 2 : 0], &expr->type);
	emit_text(emission, " END");
}

/* NULLs do not count, as in an aggregate. */
static void
emit_extreme(Emission *emission, const Function *function, Expr *expr)
{
	emit_format(emission, "(SELECT %s(column1", function->sqlite);
	emit_collate(emission, &expr->type);
	emit_text(emission, ") FROM (VALUES ");
	for (int i = 0; i < expr->arguments.count; i++)
	{
		emit_text(emission, i > 0 ? "), (" : "(");
		emit_exactly(emission, expr->arguments.items[i], &expr->type);
	}
	emit_text(emission, ")))");
}

void
emit_function(Emission *emission, Expr *expr)
{
	const Function *function = expr->binding;

	switch (function->kind)
	{
		case FUNCTION_SCALAR:
			emit_scalar(emission, function, expr);
			break;
		case FUNCTION_ISNULL:
		case FUNCTION_COALESCE:
			emit_coalesce(emission, expr);
			break;
		case FUNCTION_NULLIF:
		case FUNCTION_IIF:
		case FUNCTION_CHOOSE:
			emit_choice(emission, function, expr);
			break;
		case FUNCTION_EXTREME:
			emit_extreme(emission, function, expr);
			break;
		case FUNCTION_AGGREGATE:
		case FUNCTION_WINDOW:
			emit_aggregate(emission, function, expr);
			break;
	}
}
