/*
 * test/standin/parser_query.c
 *		SELECT: its lists and clauses, set operations, common table expressions.
 */
#include "parser_internal.h"

#include <string.h>

/* UNIONs and their like in one statement; their tree leans to the left. */
#define SET_OPERATORS_MAX	1000

static const struct
{
	int			symbol;
	Operator	op;
}			assignments[] = {
	{'=', OP_NONE},
	{SYMBOL2('+', '='), OP_ADD},
	{SYMBOL2('-', '='), OP_SUBTRACT},
	{SYMBOL2('*', '='), OP_MULTIPLY},
	{SYMBOL2('/', '='), OP_DIVIDE},
	{SYMBOL2('%', '='), OP_MODULO},
	{SYMBOL2('&', '='), OP_BIT_AND},
	{SYMBOL2('|', '='), OP_BIT_OR},
	{SYMBOL2('^', '='), OP_BIT_XOR},
};

static Query *parse_query_expression(Parser *p, bool outermost);

bool
accept_assignment(Parser *p, Operator *op)
{
	size_t		i;

	for (i = 0; i < sizeof(assignments) / sizeof(assignments[0]); i++)
	{
		if (accept_symbol(p, assignments[i].symbol))
		{
			*op = assignments[i].op;
			return true;
		}
	}
	return false;
}

static bool
at_text(Parser *p)
{
	return peek(p)->kind == TOKEN_STRING || peek(p)->kind == TOKEN_NATIONAL_STRING;
}

const char *
accept_alias(Parser *p, bool quoted)
{
	bool		said = accept_word(p, "AS");

	if (quoted && at_text(p))
	{
		int			line = peek(p)->span.line;
		const char *alias = expect_string(p);

		if (alias[0] == '\0')
			parse_error(p, 1038, line, "An object or column name is missing or empty.");
		if (text_utf16_units(alias, strlen(alias)) > 128)
			parse_error(p, 103, line, "The identifier that starts with '%.*s' is too long. "
						"Maximum length is 128.", shown_length(alias, strlen(alias)), alias);
		return alias;
	}
	if (!said && !at_name(p))
		return NULL;
	return expect_name(p);
}

static void
parse_select_item(Parser *p, SelectItem *item, bool assignments_allowed)
{
	item->span = span_start(p);
	item->kind = ITEM_EXPR;
	if (accept_symbol(p, '*'))
		item->kind = ITEM_STAR;
	else if (assignments_allowed && peek(p)->kind == TOKEN_VARIABLE)
	{
		Token		variable = *peek(p);
		const Token *next = peek_at(p, 1);
		size_t		i;

		for (i = 0; i < sizeof(assignments) / sizeof(assignments[0]); i++)
		{
			if (next->kind == TOKEN_SYMBOL && next->symbol == assignments[i].symbol)
				item->kind = ITEM_ASSIGN;
		}
		if (item->kind == ITEM_ASSIGN)
		{
			take(p);
			item->variable = variable.text;
			accept_assignment(p, &item->op);
		}
	}
	else if ((at_name(p) || at_text(p)) && at_symbol_after(p, 1, '='))
	{
		item->alias = accept_alias(p, true);
		expect_symbol(p, '=');
	}

	if (item->kind != ITEM_STAR)
	{
		p->star_allowed = item->kind == ITEM_EXPR && item->alias == NULL && at_name(p);
		item->expr = parse_value(p);
		if (item->expr->kind == EXPR_COLUMN && item->expr->star)
		{
			item->kind = ITEM_TABLE_STAR;
			item->qualifier = item->expr->name;
			item->expr = NULL;
		}
		else if (item->kind == ITEM_EXPR && item->alias == NULL)
			item->alias = accept_alias(p, true);
	}
	span_end(p, &item->span);
}

SelectList
parse_select_list(Parser *p, bool assignments_allowed)
{
	SelectList	list = {0};

	do
	{
		SelectItem	item = {0};

		parse_select_item(p, &item, assignments_allowed);
		list.items = parse_append(p, list.items, list.count, sizeof(*list.items));
		list.items[list.count++] = item;
	} while (accept_symbol(p, ','));
	return list;
}

/* TOP (expr) or TOP n, [PERCENT] [WITH TIES]; NULL when none is here. */
Top *
parse_top(Parser *p)
{
	Top		   *top;
	TokenKind	kind;

	if (!accept_word(p, "TOP"))
		return NULL;
	top = parse_alloc(p, sizeof(*top));
	kind = peek(p)->kind;
	if (accept_symbol(p, '('))
	{
		top->count = parse_value(p);
		expect_symbol(p, ')');
	}
	else if (kind == TOKEN_INTEGER || kind == TOKEN_DECIMAL || kind == TOKEN_FLOAT)
		top->count = parse_literal(p);
	else
		syntax_error_here(p);
	top->percent = accept_word(p, "PERCENT");
	if (at_word(p, "WITH") && at_word_after(p, 1, "TIES"))
	{
		take(p);
		take(p);
		top->with_ties = true;
	}
	return top;
}

OrderList
parse_order_list(Parser *p)
{
	OrderList	order = {0};

	do
	{
		Expr	   *expr = parse_value(p);

		order.items = parse_append(p, order.items, order.count, sizeof(*order.items));
		order.items[order.count].expr = expr;
		order.items[order.count].descending = accept_word(p, "DESC");
		if (!order.items[order.count].descending)
			accept_word(p, "ASC");
		order.count++;
	} while (accept_symbol(p, ','));
	return order;
}

static Query *
make_query(Parser *p, QueryKind kind, Span span)
{
	Query	   *query = parse_alloc(p, sizeof(*query));

	query->kind = kind;
	query->span = span;
	return query;
}

static Query *
parse_select(Parser *p, bool outermost)
{
	Query	   *query = make_query(p, QUERY_SELECT, span_start(p));

	expect_word(p, "SELECT");
	query->distinct = accept_word(p, "DISTINCT");
	if (!query->distinct)
		accept_word(p, "ALL");
	query->top = parse_top(p);
	query->items = parse_select_list(p, outermost);
	if (outermost && accept_word(p, "INTO"))
	{
		query->into = parse_alloc(p, sizeof(*query->into));
		*query->into = parse_object_name(p);
	}
	if (accept_word(p, "FROM"))
		query->from = parse_from(p);
	if (accept_word(p, "WHERE"))
		query->where = parse_condition(p);
	if (accept_word(p, "GROUP"))
	{
		expect_word(p, "BY");
		do
		{
			add_expr(p, &query->group_by, parse_value(p));
		} while (accept_symbol(p, ','));
	}
	if (accept_word(p, "HAVING"))
		query->having = parse_condition(p);
	span_end(p, &query->span);
	return query;
}

static Query *
parse_query_primary(Parser *p, bool outermost)
{
	Query	   *query;

	if (!at_symbol(p, '('))
		return parse_select(p, outermost);
	descend(p);
	take(p);
	query = parse_query_expression(p, outermost);
	expect_symbol(p, ')');
	ascend(p);
	return query;
}

static Query *
combine(Parser *p, QueryKind kind, Query *left, Query *right)
{
	Query	   *query = make_query(p, kind, left->span);

	if (++p->set_operators > SET_OPERATORS_MAX)
		nested_too_deeply(p);
	query->left = left;
	query->right = right;
	span_end(p, &query->span);
	return query;
}

bool
at_set_operator(Parser *p)
{
	return at_word(p, "UNION") || at_word(p, "EXCEPT") || at_word(p, "INTERSECT");
}

/* INTERSECT binds closer than UNION and EXCEPT. */
static Query *
parse_intersections(Parser *p, Query *left, bool outermost)
{
	while (accept_word(p, "INTERSECT"))
		left = combine(p, QUERY_INTERSECT, left, parse_query_primary(p, outermost));
	return left;
}

static Query *
parse_unions(Parser *p, Query *left, bool outermost)
{
	left = parse_intersections(p, left, outermost);
	for (;;)
	{
		QueryKind	kind = QUERY_EXCEPT;
		Query	   *right;

		if (accept_word(p, "UNION"))
			kind = accept_word(p, "ALL") ? QUERY_UNION_ALL : QUERY_UNION;
		else if (!accept_word(p, "EXCEPT"))
			return left;
		right = parse_query_primary(p, outermost);
		left = combine(p, kind, left, parse_intersections(p, right, outermost));
	}
}

static Query *
parse_query_expression(Parser *p, bool outermost)
{
	return parse_unions(p, parse_query_primary(p, outermost), outermost);
}

static void
parse_rows_word(Parser *p)
{
	if (!accept_word(p, "ROWS"))
		expect_word(p, "ROW");
}

static void
parse_order_by(Parser *p, Query *query)
{
	if (!accept_word(p, "ORDER"))
		return;
	expect_word(p, "BY");
	query->order_by = parse_order_list(p);
	if (!accept_word(p, "OFFSET"))
		return;
	query->offset = parse_value(p);
	parse_rows_word(p);
	if (accept_word(p, "FETCH"))
	{
		if (!accept_word(p, "NEXT"))
			expect_word(p, "FIRST");
		query->fetch = parse_value(p);
		parse_rows_word(p);
		expect_word(p, "ONLY");
	}
}

static Query *
finish_query(Parser *p, Query *query, bool outermost, int tallest_before)
{
	int			line = peek(p)->span.line;

	parse_order_by(p, query);
	if (!outermost && query->order_by.count > 0 && query->offset == NULL && query->top == NULL)
		parse_error(p, 1033, line,
					"The ORDER BY clause is invalid in views, inline functions, derived tables, "
					"subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is "
					"also specified.");
	if (outermost)
		query->options = parse_options(p);
	span_end(p, &query->span);
	query->height = p->tallest;
	if (p->tallest < tallest_before)
		p->tallest = tallest_before;
	ascend(p);
	return query;
}

Query *
parse_query(Parser *p, bool outermost)
{
	int			tallest = p->tallest;

	descend(p);
	p->tallest = 0;
	return finish_query(p, parse_query_expression(p, outermost), outermost, tallest);
}

Query *
continue_query(Parser *p, Query *left)
{
	int			tallest = p->tallest;

	descend(p);
	p->tallest = left->height;
	return finish_query(p, parse_unions(p, left, false), false, tallest);
}

Query *
parse_subquery(Parser *p)
{
	Query	   *query;

	expect_symbol(p, '(');
	query = parse_query(p, false);
	expect_symbol(p, ')');
	return query;
}

CteList
parse_ctes(Parser *p)
{
	CteList		list = {0};

	if (!accept_word(p, "WITH"))
		return list;
	do
	{
		Cte			cte = {.span = span_start(p)};

		cte.name = expect_name(p);
		if (at_symbol(p, '('))
			cte.columns = parse_name_list(p);
		expect_word(p, "AS");
		cte.query = parse_subquery(p);
		span_end(p, &cte.span);
		list.items = parse_append(p, list.items, list.count, sizeof(*list.items));
		list.items[list.count++] = cte;
	} while (accept_symbol(p, ','));
	return list;
}

/* Options are kept as texts; a parenthesis in one is part of it. */
NameList
parse_options(Parser *p)
{
	NameList	list = {0};

	if (!accept_word(p, "OPTION"))
		return list;
	expect_symbol(p, '(');
	do
	{
		Span		span = span_start(p);
		int			open = 0;

		if (peek(p)->kind != TOKEN_WORD)
			syntax_error_here(p);
		do
		{
			if (peek(p)->kind == TOKEN_END)
				syntax_error_here(p);
			open += at_symbol(p, '(') ? 1 : at_symbol(p, ')') ? -1 : 0;
			take(p);
		} while (open > 0 || (!at_symbol(p, ',') && !at_symbol(p, ')')));
		span_end(p, &span);
		add_name(p, &list, upper_text(p, arena_copy(p->arena, p->lexer.sql + span.start,
													span.end - span.start)));
	} while (accept_symbol(p, ','));
	expect_symbol(p, ')');
	return list;
}
