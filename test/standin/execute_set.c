/*
 * execute_set.c
 *		SET options of a session.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "execute.h"
#include "transaction.h"

typedef struct SwitchOption
{
	const char *name;
	unsigned	bit;
} SwitchOption;

static const SwitchOption switches[] = {
	{"IMPLICIT_TRANSACTIONS", OPTION_IMPLICIT_TRANSACTIONS},
	{"CURSOR_CLOSE_ON_COMMIT", OPTION_CURSOR_CLOSE_ON_COMMIT},
	{"ANSI_WARNINGS", OPTION_ANSI_WARNINGS},
	{"ANSI_PADDING", OPTION_ANSI_PADDING},
	{"ANSI_NULLS", OPTION_ANSI_NULLS},
	{"ARITHABORT", OPTION_ARITHABORT},
	{"ARITHIGNORE", OPTION_ARITHIGNORE},
	{"QUOTED_IDENTIFIER", OPTION_QUOTED_IDENTIFIER},
	{"NOCOUNT", OPTION_NOCOUNT},
	{"ANSI_NULL_DFLT_ON", OPTION_ANSI_NULL_DFLT_ON},
	{"ANSI_NULL_DFLT_OFF", OPTION_ANSI_NULL_DFLT_OFF},
	{"CONCAT_NULL_YIELDS_NULL", OPTION_CONCAT_NULL_YIELDS_NULL},
	{"NUMERIC_ROUNDABORT", OPTION_NUMERIC_ROUNDABORT},
	{"XACT_ABORT", OPTION_XACT_ABORT},
	{"ANSI_DEFAULTS", OPTION_ANSI_NULLS | OPTION_ANSI_NULL_DFLT_ON | OPTION_ANSI_PADDING |
		OPTION_ANSI_WARNINGS | OPTION_QUOTED_IDENTIFIER | OPTION_CURSOR_CLOSE_ON_COMMIT |
		OPTION_IMPLICIT_TRANSACTIONS},
};

/* Accepted and without effect here. */
static const char *const ignored[] = {
	"STATISTICS IO", "STATISTICS TIME", "STATISTICS", "DEADLOCK_PRIORITY", "QUERY_GOVERNOR_COST_LIMIT",
	"CONTEXT_INFO", "FORCEPLAN", "REMOTE_PROC_TRANSACTIONS", "FIPS_FLAGGER", "NO_BROWSETABLE"
};

void
settings_default(Session *session)
{
	Settings   *settings = &session->settings;
	bool		db_library = strncasecmp(session->login.library, "DB-Library", 10) == 0;

	memset(settings, 0, sizeof(*settings));
	if (!db_library)
		settings->options = OPTION_ANSI_WARNINGS | OPTION_ANSI_PADDING | OPTION_ANSI_NULLS |
			OPTION_ARITHABORT | OPTION_QUOTED_IDENTIFIER | OPTION_ANSI_NULL_DFLT_ON |
			OPTION_CONCAT_NULL_YIELDS_NULL;
	settings->isolation = 2;
	settings->text_size = db_library ? 4096 : INT32_MAX;
	settings->lock_timeout = -1;
	settings->date_first = 7;
	strcpy(settings->date_format, "mdy");
	strcpy(settings->language, "us_english");
}

int
session_style(const Session *session, const TypeSpec *from, const TypeSpec *to)
{
	if (session == NULL || !type_is_text(from->type) || !type_is_time(to->type))
		return 0;
	if (strcmp(session->settings.date_format, "dmy") == 0)
		return 103;
	return strcmp(session->settings.date_format, "ymd") == 0 ? 111 : 0;
}

static bool
set_switch(Session *session, const char *name, bool on)
{
	Settings   *settings = &session->settings;

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
	{
		if (strcmp(switches[i].name, name) != 0)
			continue;
		if (on)
			settings->options |= switches[i].bit;
		else
			settings->options &= ~switches[i].bit;
		if (on && switches[i].bit == OPTION_ANSI_NULL_DFLT_ON)
			settings->options &= ~(unsigned) OPTION_ANSI_NULL_DFLT_OFF;
		if (on && switches[i].bit == OPTION_ANSI_NULL_DFLT_OFF)
			settings->options &= ~(unsigned) OPTION_ANSI_NULL_DFLT_ON;
		return true;
	}
	if (strcmp(name, "FMTONLY") == 0)
		settings->format_only = on;
	else if (strcmp(name, "NOEXEC") == 0)
		settings->no_exec = on;
	else if (strcmp(name, "PARSEONLY") == 0)
		settings->parse_only = on;
	else
	{
		for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		{
			if (strncmp(ignored[i], name, strlen(ignored[i])) == 0)
				return true;
		}
		return session_error(session, 195, name);
	}
	return true;
}

static bool
set_number(Session *session, const char *name, int64_t value)
{
	Settings   *settings = &session->settings;

	if (strcmp(name, "ROWCOUNT") == 0 && value >= 0)
		settings->row_count = value;
	else if (strcmp(name, "TEXTSIZE") == 0 && value >= -1)
		settings->text_size = value == 0 ? 4096 : value;
	else if (strcmp(name, "LOCK_TIMEOUT") == 0 && value >= -1)
		settings->lock_timeout = value;
	else if (strcmp(name, "DATEFIRST") == 0)
	{
		if (value < 1 || value > 7)
			return session_error(session, 2742, (int) value);
		settings->date_first = (int) value;
	}
	else
		return session_error(session, 1080, (int) value, name);
	return true;
}

static bool
set_text(Session *session, const char *name, const SqlValue *value)
{
	Settings   *settings = &session->settings;
	char		text[64];

	snprintf(text, sizeof(text), "%.*s", (int) (value->n < 63 ? value->n : 63), value->p);
	if (strcmp(name, "DATEFORMAT") == 0)
	{
		static const char *const formats[] = {"mdy", "dmy", "ymd", "ydm", "myd", "dym"};

		for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		{
			if (name_equal(text, formats[i]))
			{
				strcpy(settings->date_format, formats[i]);
				return true;
			}
		}
		return session_error(session, 2741, text);
	}
	if (strcmp(name, "LANGUAGE") == 0)
	{
		if (!name_equal(text, "us_english") && !name_equal(text, "english"))
			return session_error(session, 7741, text);
		strcpy(settings->language, "us_english");
		return true;
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
	{
		if (strcmp(ignored[i], name) == 0)
			return true;
	}
	return session_error(session, 195, name);
}

bool
execute_set_option(Session *session, SetOptionStatement *statement)
{
	TypeSpec	type;
	SqlValue	value;

	if (statement->is_switch)
	{
		for (int i = 0; i < statement->names.count; i++)
		{
			if (!set_switch(session, statement->names.items[i], statement->on))
				return false;
		}
		return true;
	}
	if (statement->value == NULL || !evaluate(session, statement->value, &type, &value))
		return false;
	if (value.null)
		return session_error(session, 195, statement->names.items[0]);
	if (type_is_text(type.type))
		return set_text(session, statement->names.items[0], &value);
	if (!type_is_integer(type.type))
		return session_error(session, 195, statement->names.items[0]);
	return set_number(session, statement->names.items[0], value.i);
}

static bool
identity_insert_entered(Session *session, SetIdentityInsertStatement *statement)
{
	const TableInfo *table;
	const TableInfo *other;

	if (!catalog_refresh(session))
		return false;
	table = find_table(session, &statement->table);
	if (table == NULL)
		return false;
	if (table->identity < 0)
		return session_error(session, 8106, table->name);
	if (!statement->on)
	{
		if (session->identity_insert == table->id)
			session->identity_insert = 0;
		return true;
	}
	if (session->identity_insert != 0 && session->identity_insert != table->id)
	{
		other = catalog_table_by_id(session, session->identity_insert);
		if (other != NULL)
			return session_error(session, 8107, other->name, table->name);
	}
	session->identity_insert = table->id;
	return true;
}

bool
execute_identity_insert(Session *session, SetIdentityInsertStatement *statement)
{
	bool		done;

	if (!session_begin_use(session))
		return false;
	done = transaction_enter(session, false) && identity_insert_entered(session, statement);
	done = transaction_leave(session, done);
	session_end_use(session);
	return done;
}
