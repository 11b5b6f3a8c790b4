/*
 * test/standin/parser_statement.c
 *		Statements by their first word, and the flow of control.
 *
 * Statements need nothing between them: each ends where its grammar does.
 */
#include "parser_internal.h"

typedef struct StatementStart
{
	const char *word;
	void		(*parse) (Parser *p, Statement *statement);
} StatementStart;

static void
parse_select_statement(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_SELECT;
	statement->u.query = parse_query(p, true);
}

/* WITH ctes SELECT | INSERT | UPDATE | DELETE; the first word is still there. */
static void
parse_with(Parser *p, Statement *statement)
{
	CteList		with = parse_ctes(p);

	if (accept_word(p, "INSERT"))
	{
		parse_insert(p, statement);
		statement->u.insert.with = with;
	}
	else if (accept_word(p, "UPDATE"))
	{
		parse_update(p, statement);
		statement->u.modify.with = with;
	}
	else if (accept_word(p, "DELETE"))
	{
		parse_delete(p, statement);
		statement->u.modify.with = with;
	}
	else
	{
		parse_select_statement(p, statement);
		statement->u.query->with = with;
	}
}

static void
parse_insert_or_bulk(Parser *p, Statement *statement)
{
	if (accept_word(p, "BULK"))
		parse_insert_bulk(p, statement);
	else
		parse_insert(p, statement);
}

static void
parse_if(Parser *p, Statement *statement)
{
	ConditionalStatement *conditional = &statement->u.conditional;

	statement->kind = STATEMENT_IF;
	conditional->condition = parse_condition(p);
	conditional->body = parse_statement(p);
	if (at_symbol(p, ';') && at_word_after(p, 1, "ELSE"))
		take(p);
	if (accept_word(p, "ELSE"))
		conditional->otherwise = parse_statement(p);
}

static void
parse_while(Parser *p, Statement *statement)
{
	ConditionalStatement *conditional = &statement->u.conditional;

	statement->kind = STATEMENT_WHILE;
	conditional->condition = parse_condition(p);
	p->loops++;
	conditional->body = parse_statement(p);
	p->loops--;
}

static void
parse_break(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_BREAK;
	if (p->loops == 0)
		parse_error(p, 135, statement->span.line,
					"Cannot use a BREAK statement outside the scope of a WHILE statement.");
}

static void
parse_continue(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_CONTINUE;
	if (p->loops == 0)
		parse_error(p, 136, statement->span.line,
					"Cannot use a CONTINUE statement outside the scope of a WHILE statement.");
}

static StatementList
parse_body(Parser *p)
{
	StatementList list = {0};

	parse_statements(p, &list);
	if (list.count == 0)
		syntax_error_here(p);
	expect_word(p, "END");
	return list;
}

static void
parse_try(Parser *p, Statement *statement)
{
	BlockStatement *block = &statement->u.block;

	statement->kind = STATEMENT_TRY;
	block->body = parse_body(p);
	expect_word(p, "TRY");
	while (accept_symbol(p, ';'))
		;
	expect_word(p, "BEGIN");
	expect_word(p, "CATCH");
	parse_statements(p, &block->handler);
	expect_word(p, "END");
	expect_word(p, "CATCH");
}

static void
parse_begin(Parser *p, Statement *statement)
{
	if (accept_word(p, "TRAN") || accept_word(p, "TRANSACTION"))
		parse_begin_transaction(p, statement);
	else if (accept_word(p, "TRY"))
		parse_try(p, statement);
	else
	{
		statement->kind = STATEMENT_BLOCK;
		statement->u.block.body = parse_body(p);
	}
}

/* RETURN [value]: of reserved words only these begin a value. */
static void
parse_return(Parser *p, Statement *statement)
{
	const Token *token = peek(p);
	bool		value = at_literal(p) || at_special_function(p) || at_symbol(p, '(') ||
		at_symbol(p, '-') || at_symbol(p, '+') || at_symbol(p, '~') ||
		token->kind == TOKEN_VARIABLE || token->kind == TOKEN_GLOBAL ||
		(at_name(p) && at_symbol_after(p, 1, '('));

	statement->kind = STATEMENT_RETURN;
	if (value)
		statement->u.expr = parse_value(p);
}

static void
parse_print(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_PRINT;
	statement->u.expr = parse_value(p);
}

static void
parse_waitfor(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_WAITFOR;
	statement->time_of_day = accept_word(p, "TIME");
	if (!statement->time_of_day)
		expect_word(p, "DELAY");
	statement->u.expr = parse_constant(p);
}

static void
parse_use(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_USE;
	statement->u.object.span = span_start(p);
	statement->u.object.object = expect_name(p);
}

static void
parse_kill(Parser *p, Statement *statement)
{
	statement->kind = STATEMENT_KILL;
	statement->u.number = (int) expect_integer(p, 0, INT32_MAX);
}

static void
parse_checkpoint(Parser *p, Statement *statement)
{
	(void) p;
	statement->kind = STATEMENT_CHECKPOINT;
}

static const StatementStart starts[] = {
	{"ALTER", parse_alter},
	{"BEGIN", parse_begin},
	{"BREAK", parse_break},
	{"CHECKPOINT", parse_checkpoint},
	{"COMMIT", parse_commit},
	{"CONTINUE", parse_continue},
	{"CREATE", parse_create},
	{"DECLARE", parse_declare},
	{"DELETE", parse_delete},
	{"DISABLE", parse_disable_trigger},
	{"DROP", parse_drop},
	{"ENABLE", parse_enable_trigger},
	{"EXEC", parse_exec},
	{"EXECUTE", parse_exec},
	{"IF", parse_if},
	{"INSERT", parse_insert_or_bulk},
	{"KILL", parse_kill},
	{"PRINT", parse_print},
	{"RAISERROR", parse_raiserror},
	{"RETURN", parse_return},
	{"ROLLBACK", parse_rollback},
	{"SAVE", parse_save},
	{"SET", parse_set},
	{"THROW", parse_throw},
	{"TRUNCATE", parse_truncate},
	{"UPDATE", parse_update},
	{"USE", parse_use},
	{"WAITFOR", parse_waitfor},
	{"WHILE", parse_while},
};

static void
parse_by_first_word(Parser *p, Statement *statement)
{
	size_t		i;

	if (at_word(p, "SELECT") || at_symbol(p, '('))
	{
		parse_select_statement(p, statement);
		return;
	}
	if (at_word(p, "WITH"))
	{
		parse_with(p, statement);
		return;
	}
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
	{
		if (accept_word(p, starts[i].word))
		{
			starts[i].parse(p, statement);
			return;
		}
	}
	if (p->statements > 1 || !at_name(p))
		syntax_error_here(p);
	parse_exec_procedure(p, statement); /* EXEC may be left out at the start of a batch */
}

Statement *
parse_statement(Parser *p)
{
	Statement  *statement = parse_alloc(p, sizeof(*statement));

	descend(p);
	p->statements++;
	p->sources = 0;
	p->set_operators = 0;
	statement->span = span_start(p);
	parse_by_first_word(p, statement);
	span_end(p, &statement->span);
	ascend(p);
	return statement;
}

/* Up to the end of the text or an END. */
void
parse_statements(Parser *p, StatementList *list)
{
	for (;;)
	{
		Statement  *statement;

		while (accept_symbol(p, ';'))
			;
		if (peek(p)->kind == TOKEN_END || at_word(p, "END"))
			return;
		statement = parse_statement(p);
		list->items = parse_append(p, list->items, list->count, sizeof(*list->items));
		list->items[list->count++] = statement;
	}
}
