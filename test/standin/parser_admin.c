/*
 * test/standin/parser_admin.c
 *		ALTER DATABASE: mirroring, state and options.
 */
#include "parser_internal.h"

typedef enum Operand
{
	OPERAND_NONE,
	OPERAND_NUMBER
} Operand;

typedef struct PartnerOption
{
	const char *word;
	AlterDatabaseKind kind;
	Operand		operand;
} PartnerOption;

static const PartnerOption partner_options[] = {
	{"FAILOVER", ALTER_DATABASE_PARTNER_FAILOVER, OPERAND_NONE},
	{"FORCE_SERVICE_ALLOW_DATA_LOSS", ALTER_DATABASE_PARTNER_FORCE_SERVICE, OPERAND_NONE},
	{"OFF", ALTER_DATABASE_PARTNER_OFF, OPERAND_NONE},
	{"SUSPEND", ALTER_DATABASE_PARTNER_SUSPEND, OPERAND_NONE},
	{"RESUME", ALTER_DATABASE_PARTNER_RESUME, OPERAND_NONE},
	{"TIMEOUT", ALTER_DATABASE_PARTNER_TIMEOUT, OPERAND_NUMBER},
};

static const char *const switches[] = {
	"ALLOW_SNAPSHOT_ISOLATION",
	"READ_COMMITTED_SNAPSHOT"
};

static const char *const recovery_models[] = {
	"FULL", "SIMPLE", "BULK_LOGGED"
};

/* One of the words, as it stands in the list; else an error. */
static const char *
expect_one_of(Parser *p, const char *const *words, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (accept_word(p, words[i]))
			return words[i];
	}
	syntax_error_here(p);
}

/* After SET PARTNER */
static void
parse_partner(Parser *p, AlterDatabaseStatement *alter)
{
	size_t		i;

	if (accept_symbol(p, '='))
	{
		alter->kind = ALTER_DATABASE_PARTNER;
		alter->text = expect_string(p);
		return;
	}
	if (accept_word(p, "SAFETY"))
	{
		alter->kind = ALTER_DATABASE_PARTNER_SAFETY;
		alter->on = accept_word(p, "FULL");
		if (!alter->on)
			expect_word(p, "OFF");
		return;
	}
	for (i = 0; i < sizeof(partner_options) / sizeof(partner_options[0]); i++)
	{
		if (accept_word(p, partner_options[i].word))
		{
			alter->kind = partner_options[i].kind;
			if (partner_options[i].operand == OPERAND_NUMBER)
				alter->number = (int) expect_integer(p, 0, INT32_MAX);
			return;
		}
	}
	syntax_error_here(p);
}

/* [WITH ROLLBACK IMMEDIATE | ROLLBACK AFTER n [SECONDS] | NO_WAIT] */
static void
parse_termination(Parser *p, AlterDatabaseStatement *alter)
{
	if (!accept_word(p, "WITH"))
		return;
	if (accept_word(p, "NO_WAIT"))
	{
		alter->no_wait = true;
		return;
	}
	expect_word(p, "ROLLBACK");
	alter->rollback_immediate = true;
	if (accept_word(p, "IMMEDIATE"))
		return;
	expect_word(p, "AFTER");
	alter->number = (int) expect_integer(p, 0, INT32_MAX);
	accept_word(p, "SECONDS");
}

static void
parse_database_option(Parser *p, AlterDatabaseStatement *alter)
{
	if (accept_word(p, "PARTNER"))
	{
		parse_partner(p, alter);
		return;
	}
	if (accept_word(p, "WITNESS"))
	{
		alter->kind = ALTER_DATABASE_WITNESS_OFF;
		if (!accept_word(p, "OFF"))
		{
			expect_symbol(p, '=');
			alter->kind = ALTER_DATABASE_WITNESS;
			alter->text = expect_string(p);
		}
		return;
	}
	if (accept_word(p, "OFFLINE"))
		alter->kind = ALTER_DATABASE_OFFLINE;
	else if (accept_word(p, "ONLINE"))
		alter->kind = ALTER_DATABASE_ONLINE;
	else if (accept_word(p, "RECOVERY"))
	{
		alter->kind = ALTER_DATABASE_RECOVERY;
		alter->text = expect_one_of(p, recovery_models,
									sizeof(recovery_models) / sizeof(recovery_models[0]));
	}
	else
	{
		alter->kind = ALTER_DATABASE_OPTION;
		alter->text = expect_one_of(p, switches, sizeof(switches) / sizeof(switches[0]));
		if (!accept_switch(p, &alter->on))
			syntax_error_here(p);
	}
	parse_termination(p, alter);
}

void
parse_alter_database(Parser *p, Statement *statement)
{
	AlterDatabaseStatement *alter = &statement->u.alter_database;

	statement->kind = STATEMENT_ALTER_DATABASE;
	if (!accept_word(p, "CURRENT"))
		alter->name = expect_name(p);
	if (accept_word(p, "SET"))
		parse_database_option(p, alter);
	else if (accept_word(p, "MODIFY"))
	{
		expect_word(p, "NAME");
		expect_symbol(p, '=');
		alter->kind = ALTER_DATABASE_MODIFY_NAME;
		alter->text = expect_name(p);
	}
	else
	{
		expect_word(p, "COLLATE");
		alter->kind = ALTER_DATABASE_COLLATE;
		alter->text = expect_name(p);
	}
}
