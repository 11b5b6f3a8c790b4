/*
 * test/standin/parser_trigger.c
 *		CREATE, ALTER, DROP, ENABLE and DISABLE TRIGGER.
 */
#include "parser_internal.h"

static unsigned
parse_event(Parser *p)
{
	if (accept_word(p, "INSERT"))
		return TRIGGER_INSERT;
	if (accept_word(p, "UPDATE"))
		return TRIGGER_UPDATE;
	expect_word(p, "DELETE");
	return TRIGGER_DELETE;
}

/* ON t AFTER | FOR | INSTEAD OF events AS statements: they go on to the end of the batch. */
void
parse_create_trigger(Parser *p, Statement *statement, TriggerChange change)
{
	CreateTriggerStatement *trigger = &statement->u.create_trigger;
	StatementList body = {0};

	statement->kind = STATEMENT_CREATE_TRIGGER;
	if (p->statements > 1)
		parse_error(p, 111, statement->span.line,
					"'CREATE TRIGGER' must be the first statement in a query batch.");
	trigger->change = change;
	trigger->name = parse_object_name(p);
	expect_word(p, "ON");
	trigger->table = parse_object_name(p);
	trigger->instead_of = accept_word(p, "INSTEAD");
	if (trigger->instead_of)
		expect_word(p, "OF");
	else if (!accept_word(p, "AFTER"))
		expect_word(p, "FOR");
	do
	{
		trigger->events |= parse_event(p);
	} while (accept_symbol(p, ','));
	expect_word(p, "AS");
	trigger->body = span_start(p);
	parse_statements(p, &body);
	if (body.count == 0 || peek(p)->kind != TOKEN_END)
		syntax_error_here(p);
	span_end(p, &trigger->body);
}

static void
parse_trigger_names(Parser *p, EnableTriggerStatement *enable)
{
	if (accept_word(p, "ALL"))
		return;
	do
	{
		ObjectName	name = parse_object_name(p);

		enable->names = parse_append(p, enable->names, enable->count, sizeof(name));
		enable->names[enable->count++] = name;
	} while (accept_symbol(p, ','));
}

static void
parse_switch_trigger(Parser *p, Statement *statement, bool disable)
{
	EnableTriggerStatement *enable = &statement->u.enable_trigger;

	statement->kind = STATEMENT_ENABLE_TRIGGER;
	enable->disable = disable;
	expect_word(p, "TRIGGER");
	parse_trigger_names(p, enable);
	expect_word(p, "ON");
	enable->table = parse_object_name(p);
}

void
parse_enable_trigger(Parser *p, Statement *statement)
{
	parse_switch_trigger(p, statement, false);
}

void
parse_disable_trigger(Parser *p, Statement *statement)
{
	parse_switch_trigger(p, statement, true);
}

/* ALTER TABLE t ENABLE | DISABLE TRIGGER names; at that word. */
void
parse_table_triggers(Parser *p, Statement *statement, ObjectName table)
{
	EnableTriggerStatement enable = {.table = table};

	enable.disable = accept_word(p, "DISABLE");
	if (!enable.disable)
		expect_word(p, "ENABLE");
	expect_word(p, "TRIGGER");
	parse_trigger_names(p, &enable);
	statement->kind = STATEMENT_ENABLE_TRIGGER;
	statement->u.enable_trigger = enable;
}
