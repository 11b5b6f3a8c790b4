/*
 * test/standin/parser_session.c
 *		SET, DECLARE, transactions, EXEC, RAISERROR, THROW.
 */
#include "parser_internal.h"

#include <string.h>

static void
parse_set_isolation(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_SET_ISOLATION;
	expect_word(p, "ISOLATION");
	expect_word(p, "LEVEL");
	if (accept_word(p, "READ"))
	{
		statement->u.number = accept_word(p, "UNCOMMITTED") ? 1 : 2;
		if (statement->u.number == 2)
			expect_word(p, "COMMITTED");
	}
	else if (accept_word(p, "REPEATABLE"))
	{
		expect_word(p, "READ");
		statement->u.number = 3;
	}
	else if (accept_word(p, "SERIALIZABLE"))
		statement->u.number = 4;
	else
	{
		expect_word(p, "SNAPSHOT");
		statement->u.number = 5;
	}
}

static const char *
parse_option_name(Parser *p)
{
	const char *first;
	const char *second;
	char	   *both;

	if (peek(p)->kind != TOKEN_WORD)
		syntax_error_here(p);
	first = upper_text(p, take(p).text);
	if (strcmp(first, "STATISTICS") != 0)
		return first;
	second = upper_text(p, expect_name(p));
	both = parse_alloc(p, strlen(first) + strlen(second) + 2);
	strcpy(both, first);
	strcat(both, " ");
	strcat(both, second);
	return both;
}

static void
parse_set_option(Parser *p, Statement *statement)
{
	SetOptionStatement *set = &statement->u.set_option;

	statement->kind = STATEMENT_SET_OPTION;
	do
	{
		add_name(p, &set->names, parse_option_name(p));
	} while (accept_symbol(p, ','));
	set->is_switch = accept_switch(p, &set->on);
	if (set->is_switch)
		return;
	if (set->names.count > 1)
		syntax_error_here(p);
	if (at_name(p))
	{
		Token		word = take(p);

		set->value = make_text(p, word.text, word.size, false, word.span);
	}
	else
		set->value = parse_constant(p);
}

void
parse_set(Parser *p, Statement *statement)
{
	if (peek(p)->kind == TOKEN_VARIABLE)
	{
		SetVariableStatement *set = &statement->u.set_variable;

		statement->kind = STATEMENT_SET_VARIABLE;
		set->variable = take(p).text;
		if (!accept_assignment(p, &set->op))
			syntax_error_here(p);
		set->value = parse_value(p);
	}
	else if (accept_word(p, "TRANSACTION"))
		parse_set_isolation(p, statement);
	else if (accept_word(p, "IDENTITY_INSERT"))
	{
		statement->kind = STATEMENT_SET_IDENTITY_INSERT;
		statement->u.set_identity_insert.table = parse_object_name(p);
		if (!accept_switch(p, &statement->u.set_identity_insert.on))
			syntax_error_here(p);
	}
	else
		parse_set_option(p, statement);
}

DeclarationList
parse_declaration_list(Parser *p, bool of_parameters)
{
	DeclarationList list = {0};

	do
	{
		Declaration item = {.span = span_start(p)};

		item.variable = expect_variable(p);
		accept_word(p, "AS");
		item.type = parse_data_type(p, false);
		if (accept_symbol(p, '='))
			item.value = parse_value(p);
		if (of_parameters)
			item.output = accept_word(p, "OUTPUT") || accept_word(p, "OUT");
		span_end(p, &item.span);
		list.items = parse_append(p, list.items, list.count, sizeof(*list.items));
		list.items[list.count++] = item;
	} while (accept_symbol(p, ','));
	return list;
}

void
parse_declare(Parser *p, Statement *statement)
{
	bool		as = at_word_after(p, 1, "AS");

	if (peek(p)->kind == TOKEN_VARIABLE && at_word_after(p, as ? 2 : 1, "TABLE"))
	{
		statement->kind = STATEMENT_DECLARE_TABLE;
		statement->u.table.name.span = span_start(p);
		statement->u.table.name.object = expect_variable(p);
		accept_word(p, "AS");
		expect_word(p, "TABLE");
		parse_table_definition(p, &statement->u.table);
		return;
	}
	statement->kind = STATEMENT_DECLARE;
	statement->u.declare = parse_declaration_list(p, false);
}

/* The name of a transaction or savepoint, or the variable that has it; NULL if none. */
static const char *
accept_transaction_name(Parser *p)
{
	if (peek(p)->kind == TOKEN_VARIABLE)
		return expect_variable(p);
	return at_name(p) ? expect_name(p) : NULL;
}

static bool
accept_transaction_word(Parser *p)
{
	return accept_word(p, "TRAN") || accept_word(p, "TRANSACTION");
}

void
parse_begin_transaction(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_BEGIN_TRANSACTION;
	statement->u.transaction.name = accept_transaction_name(p);
}

static void
parse_end_transaction(Parser *p, Statement *statement)
{
	if (accept_transaction_word(p))
		statement->u.transaction.name = accept_transaction_name(p);
	else
		accept_word(p, "WORK");
}

void
parse_commit(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_COMMIT;
	parse_end_transaction(p, statement);
}

void
parse_rollback(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_ROLLBACK;
	parse_end_transaction(p, statement);
}

void
parse_save(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_SAVE;
	if (!accept_transaction_word(p))
		syntax_error_here(p);
	statement->u.transaction.name = accept_transaction_name(p);
	if (statement->u.transaction.name == NULL)
		syntax_error_here(p);
}

static bool
at_exec_argument(Parser *p)
{
	TokenKind	kind = peek(p)->kind;

	return kind == TOKEN_VARIABLE || kind == TOKEN_GLOBAL || at_literal(p) || at_name(p) ||
		at_symbol(p, '-') || at_symbol(p, '+') || at_word(p, "DEFAULT");
}

static ExecArgument
parse_exec_argument(Parser *p)
{
	ExecArgument argument = {0};

	if (peek(p)->kind == TOKEN_VARIABLE && at_symbol_after(p, 1, '='))
	{
		argument.name = expect_variable(p);
		expect_symbol(p, '=');
	}
	if (at_name(p))
	{
		Token		word = take(p);

		argument.value = make_text(p, word.text, word.size, true, word.span);
	}
	else if (at_word(p, "DEFAULT"))
		argument.value = make_expr(p, EXPR_DEFAULT, take(p).span);
	else
		argument.value = parse_constant(p);
	if (argument.value->kind == EXPR_VARIABLE)
		argument.output = accept_word(p, "OUTPUT") || accept_word(p, "OUT");
	return argument;
}

void
parse_exec_procedure(Parser *p, Statement *statement)
{
	ExecStatement *exec = &statement->u.exec;

	statement->kind = STATEMENT_EXEC;
	exec->procedure = parse_object_name(p);
	if (!at_exec_argument(p))
		return;
	do
	{
		ExecArgument argument = parse_exec_argument(p);

		exec->arguments = parse_append(p, exec->arguments, exec->argument_count, sizeof(argument));
		exec->arguments[exec->argument_count++] = argument;
	} while (accept_symbol(p, ','));
}

void
parse_exec(Parser *p, Statement *statement)
{
	ExecStatement *exec = &statement->u.exec;

	statement->kind = STATEMENT_EXEC;
	if (accept_symbol(p, '('))
	{
		do
		{
			if (peek(p)->kind != TOKEN_STRING && peek(p)->kind != TOKEN_NATIONAL_STRING &&
				peek(p)->kind != TOKEN_VARIABLE)
				syntax_error_here(p);
			add_expr(p, &exec->text, parse_constant(p));
		} while (accept_symbol(p, '+'));
		expect_symbol(p, ')');
		return;
	}
	if (peek(p)->kind == TOKEN_VARIABLE)
	{
		exec->result = expect_variable(p);
		expect_symbol(p, '=');
	}
	parse_exec_procedure(p, statement);
}

void
parse_raiserror(Parser *p, Statement *statement)
{
	RaiserrorStatement *raise = &statement->u.raiserror;

	statement->kind = STATEMENT_RAISERROR;
	expect_symbol(p, '(');
	raise->message = parse_constant(p);
	expect_symbol(p, ',');
	raise->severity = parse_constant(p);
	expect_symbol(p, ',');
	raise->state = parse_constant(p);
	while (accept_symbol(p, ','))
		add_expr(p, &raise->arguments, parse_constant(p));
	expect_symbol(p, ')');
	if (!accept_word(p, "WITH"))
		return;
	do
	{
		if (accept_word(p, "LOG"))
			raise->log = true;
		else if (accept_word(p, "NOWAIT"))
			raise->nowait = true;
		else if (accept_word(p, "SETERROR"))
			raise->seterror = true;
		else
			syntax_error_here(p);
	} while (accept_symbol(p, ','));
}

void
parse_throw(Parser *p, Statement *statement)
{
	ThrowStatement *throw = &statement->u.throw;

	statement->kind = STATEMENT_THROW;
	if (peek(p)->kind != TOKEN_INTEGER && peek(p)->kind != TOKEN_VARIABLE)
		return;
	throw->number = parse_constant(p);
	expect_symbol(p, ',');
	throw->message = parse_constant(p);
	expect_symbol(p, ',');
	throw->state = parse_constant(p);
}
