/*
 * emit_condition.c
 *		Conditions in SQLite's words: comparisons, LIKE, IN, EXISTS.
 */
#include <string.h>

#include "emit.h"
#include "execute.h"
#include "functions.h"

/* Both sides in the type that they are compared in; its collation on the left. */
static TypeSpec
comparison_type(Emission *emission, const Expr *left, const Expr *right)
{
	TypeSpec	type;

	memset(&type, 0, sizeof(type));
	type_unify_specs(emission->session, &left->type, &right->type, &type);
	if (type_is_text(type.type))
		type.collation = collation_combine(emission->session, left, right, "equal to");
	return type;
}

/* 0x01 equals 0x0100: trailing zeros do not count. */
static void
emit_operand(Emission *emission, Expr *expr, const TypeSpec *type)
{
	bool		binary = type_is_binary(type->type);

	emit_text(emission, binary ? "t_binary_key(" : "");
	emit_expr_as(emission, expr, type);
	emit_text(emission, binary ? ")" : "");
}

/* SET ANSI_NULLS OFF: x = NULL is a test for it, of a literal or a variable. */
static bool
is_null_operand(Emission *emission, const Expr *expr)
{
	if (expr->kind == EXPR_VARIABLE)
		return variable_find(emission->session, expr->text)->value.null;
	return expr->kind == EXPR_LITERAL && expr->literal.null;
}

static void
emit_compared(Emission *emission, const char *symbol, Expr *left, Expr *right)
{
	TypeSpec	type = comparison_type(emission, left, right);

	emit_text(emission, "(");
	emit_operand(emission, left, &type);
	emit_collate(emission, &type);
	emit_format(emission, " %s ", symbol);
	emit_operand(emission, right, &type);
	emit_text(emission, ")");
}

void
emit_comparison(Emission *emission, Operator op, Expr *left, Expr *right)
{
	const char *symbol = operator_text(op);

	if (!(emission->session->settings.options & OPTION_ANSI_NULLS) &&
		(is_null_operand(emission, left) || is_null_operand(emission, right)))
		symbol = op == OP_EQUAL ? "IS" : op == OP_NOT_EQUAL ? "IS NOT" : symbol;
	emit_compared(emission, symbol, left, right);
}

static void
emit_logic(Emission *emission, Expr *expr)
{
	emit_text(emission, expr->kind == EXPR_NOT ? "(NOT " : "(");
	emit_condition(emission, expr->left);
	if (expr->right != NULL)
	{
		emit_text(emission, expr->kind == EXPR_AND ? " AND " : " OR ");
		emit_condition(emission, expr->right);
	}
	emit_text(emission, ")");
}

static void
emit_between(Emission *emission, Expr *expr)
{
	emit_text(emission, expr->negated ? "(NOT (" : "(");
	emit_comparison(emission, OP_GREATER_EQUAL, expr->left, expr->right);
	emit_text(emission, " AND ");
	emit_comparison(emission, OP_LESS_EQUAL, expr->left, expr->other);
	emit_text(emission, expr->negated ? "))" : ")");
}

/* x = a OR x = b ..., as a tree that SQLite's parser can bear. */
static void
emit_any_equal(Emission *emission, Expr *left, Expr **items, int count)
{
	if (count == 1)
	{
		emit_comparison(emission, OP_EQUAL, left, items[0]);
		return;
	}
	emit_text(emission, "(");
	emit_any_equal(emission, left, items, count / 2);
	emit_text(emission, " OR ");
	emit_any_equal(emission, left, items + count / 2, count - count / 2);
	emit_text(emission, ")");
}

/* One IN where all are compared in the same type. */
static void
emit_in_list(Emission *emission, Expr *expr)
{
	TypeSpec	type = comparison_type(emission, expr->left, expr->arguments.items[0]);
	bool		uniform = true;

	for (int i = 1; uniform && i < expr->arguments.count; i++)
	{
		TypeSpec	other = comparison_type(emission, expr->left, expr->arguments.items[i]);

		uniform = storage_same(&type, &other) && type.collation == other.collation;
	}
	emit_text(emission, expr->negated ? "(NOT (" : "((");
	if (!uniform)
		emit_any_equal(emission, expr->left, expr->arguments.items, expr->arguments.count);
	else
	{
		emit_operand(emission, expr->left, &type);
		emit_collate(emission, &type);
		for (int i = 0; i < expr->arguments.count; i++)
		{
			emit_text(emission, i == 0 ? " IN (" : ", ");
			emit_operand(emission, expr->arguments.items[i], &type);
		}
		emit_text(emission, ")");
	}
	emit_text(emission, "))");
}

static void
emit_converted_query(Emission *emission, Query *query, const TypeSpec *type)
{
	const TypeSpec *from = &query->columns[0].type;
	ConversionPlan plan;

	if (storage_same(from, type) && !type_is_binary(type->type))
	{
		emit_query(emission, query);
		return;
	}
	memset(&plan, 0, sizeof(plan));
	plan.from = *from;
	plan.to = *type;
	if (type_is_binary(type->type))
		emit_text(emission, "SELECT t_binary_key(c1) AS c1 FROM (");
	else
		emit_format(emission, "SELECT t_convert(?%d, c1) AS c1 FROM (",
					emit_plan_slot(emission, &plan, sizeof(plan)));
	emit_query(emission, query);
	emit_text(emission, ")");
}

static TypeSpec
query_comparison_type(Emission *emission, const Expr *expr)
{
	Expr		column;

	memset(&column, 0, sizeof(column));
	column.kind = EXPR_SUBQUERY;
	column.type = expr->query->columns[0].type;
	return comparison_type(emission, expr->left, &column);
}

static void
emit_in_query(Emission *emission, Expr *expr)
{
	TypeSpec	type = query_comparison_type(emission, expr);

	emit_text(emission, expr->negated ? "(NOT (" : "((");
	emit_operand(emission, expr->left, &type);
	emit_collate(emission, &type);
	emit_text(emission, " IN (");
	emit_converted_query(emission, expr->query, &type);
	emit_text(emission, ")))");
}

/*
 * x > ALL (q) is false when some row says no, unknown when none does but one is
 * unknown, else true; ANY is the negation of ALL under the opposite operator.
 */
static void
emit_quantified(Emission *emission, Expr *expr)
{
	static const Operator opposite[] = {
		[OP_EQUAL] = OP_NOT_EQUAL, [OP_NOT_EQUAL] = OP_EQUAL, [OP_LESS] = OP_GREATER_EQUAL,
		[OP_LESS_EQUAL] = OP_GREATER, [OP_GREATER] = OP_LESS_EQUAL, [OP_GREATER_EQUAL] = OP_LESS
	};
	TypeSpec	type = query_comparison_type(emission, expr);
	Operator	op = expr->all ? expr->op : opposite[expr->op];

	emit_text(emission, expr->all ? "(" : "(NOT ");
	emit_text(emission, "(SELECT CASE WHEN coalesce(max(v = 0), 0) THEN 0 WHEN coalesce(max(v IS NULL), 0) "
			  "THEN NULL ELSE 1 END FROM (SELECT ");
	emit_operand(emission, expr->left, &type);
	emit_collate(emission, &type);
	emit_format(emission, " %s c1 AS v FROM (", operator_text(op));
	emit_converted_query(emission, expr->query, &type);
	emit_text(emission, "))))");
}

static void
emit_like(Emission *emission, Expr *expr)
{
	TypeSpec	type = type_text(SQL_NVARCHAR, LENGTH_MAX, expr->type.collation);

	emit_text(emission, expr->negated ? "(NOT t_like(" : "(t_like(");
	emit_expr_as(emission, expr->left, &type);
	emit_text(emission, ", ");
	emit_expr_as(emission, expr->right, &type);
	emit_text(emission, ", ");
	if (expr->other != NULL)
		emit_expr_as(emission, expr->other, &type);
	else
		emit_text(emission, "''");
	/* Among varchars, blanks at the text's end do not count. */
	emit_format(emission, ", ?%d, %d, %d))", emit_plan_slot(emission, expr->type.collation, sizeof(Collation)),
				!type_is_unicode(expr->left->type.type) && !type_is_unicode(expr->right->type.type),
				expr->other != NULL);
}

static void
emit_is_null(Emission *emission, Expr *expr)
{
	emit_text(emission, "(");
	emit_expr(emission, expr->left);
	emit_text(emission, expr->negated ? " IS NOT NULL)" : " IS NULL)");
}

static void
emit_exists(Emission *emission, Expr *expr)
{
	emit_text(emission, "EXISTS (");
	emission->rows_alone = true;
	emit_query(emission, expr->query);
	emit_text(emission, ")");
}

void
emit_condition(Emission *emission, Expr *expr)
{
	switch (expr->kind)
	{
		case EXPR_COMPARE:
			emit_comparison(emission, expr->op, expr->left, expr->right);
			break;
		case EXPR_QUANTIFIED:
			emit_quantified(emission, expr);
			break;
		case EXPR_AND:
		case EXPR_OR:
		case EXPR_NOT:
			emit_logic(emission, expr);
			break;
		case EXPR_BETWEEN:
			emit_between(emission, expr);
			break;
		case EXPR_IN_LIST:
			emit_in_list(emission, expr);
			break;
		case EXPR_IN_QUERY:
			emit_in_query(emission, expr);
			break;
		case EXPR_LIKE:
			emit_like(emission, expr);
			break;
		case EXPR_IS_NULL:
			emit_is_null(emission, expr);
			break;
		case EXPR_EXISTS:
			emit_exists(emission, expr);
			break;
		case EXPR_DISTINCT:
			emit_compared(emission, expr->negated ? "IS" : "IS NOT", expr->left, expr->right);
			break;
		default:
			break;
	}
}
