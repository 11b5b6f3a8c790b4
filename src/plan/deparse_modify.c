/*
 * src/plan/deparse_modify.c
 *		INSERT, UPDATE and DELETE as T-SQL.
 *
 * OUTPUT alone is refused by a table with triggers; there it goes into a table
 * variable, which is selected afterwards.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "plan/modify.h"

/* $T stands for the row, but for itself within a name. */
static void
append_output_expression(StringInfo sql, const char *expression, const char *row)
{
	bool		in_name = false;
	const char *c;

	for (c = expression; *c != '\0'; c++)
	{
		if (*c == '[')
			in_name = true;
		else if (in_name && c[0] == ']' && c[1] == ']')
			appendStringInfoChar(sql, *c++);
		else if (*c == ']')
			in_name = false;
		if (!in_name && c[0] == '$' && c[1] == 'T')
		{
			appendStringInfoString(sql, row);
			c++;
		}
		else
			appendStringInfoChar(sql, *c);
	}
}

/* Characters are kept as those that hold all of them, whatever the collation. */
char *
tmf_deparse_output_type(const TmfColumnForm *form, const SqlType *remote)
{
	char		type[SQLTYPE_TEXT_MAX];

	if (form->utf16)
		return psprintf("varbinary(%d)", form->remote.length * 2);
	if (form->sql != NULL)
		return pstrdup(form->arrives == WIRE_TYPE_BINARY ? "varbinary(max)" : "nvarchar(max)");
	if (remote->name >= SQLTYPE_CHAR && remote->name <= SQLTYPE_NTEXT)
		return remote->length > 0 && remote->length <= 4000 && remote->name < SQLTYPE_TEXT ?
			psprintf("nvarchar(%d)", remote->length) : pstrdup("nvarchar(max)");
	if (remote->name == SQLTYPE_ROWVERSION)
		return pstrdup("binary(8)");
	sqltype_format(remote, type);
	return pstrdup(type);
}

/* " OUTPUT INSERTED.[a], INSERTED.[b] INTO @r" */
static void
append_output(StringInfo sql, const TmfChangeText *text, const char *row)
{
	ListCell   *lc;

	if (text->output == NIL)
		return;
	appendStringInfoString(sql, " OUTPUT ");
	foreach(lc, text->output)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(sql, ", ");
		append_output_expression(sql, strVal(lfirst(lc)), row);
	}
	if (text->into != NIL)
		appendStringInfoString(sql, " INTO @r");
}

/*
 * A statement with parameters is a batch of its own, at whose end the server undoes
 * what SET has changed in it.
 */
static void
append_before(StringInfo sql, const TmfChangeText *text)
{
	ListCell   *lc;

	if (text->identity)
		appendStringInfo(sql, "SET IDENTITY_INSERT %s ON; ", text->target);
	foreach(lc, text->into)
		appendStringInfo(sql, "%s[c%d] %s", foreach_current_index(lc) > 0 ? ", " : "DECLARE @r TABLE (",
						 foreach_current_index(lc) + 1, (const char *) lfirst(lc));
	if (text->into != NIL)
		appendStringInfoString(sql, "); ");
}

static void
append_after(StringInfo sql, const TmfChangeText *text)
{
	int			i;

	for (i = 0; i < list_length(text->into); i++)
		appendStringInfo(sql, "%s[c%d]", i > 0 ? ", " : "; SELECT ", i + 1);
	if (text->into != NIL)
		appendStringInfoString(sql, " FROM @r");
}

static void
append_value(StringInfo sql, const TmfChangeColumn *column, int number)
{
	char		parameter[16];

	snprintf(parameter, sizeof(parameter), "@P%d", number);
	tmf_deparse_value(sql, &column->type, parameter);
}

void
tmf_deparse_insert(StringInfo sql, const TmfChangeText *text, int rows)
{
	int			row;
	int			i;

	append_before(sql, text);
	appendStringInfo(sql, "INSERT INTO %s", text->target);
	for (i = 0; i < text->columns; i++)
		appendStringInfo(sql, "%s%s", i == 0 ? " (" : ", ", text->column[i].name);
	if (text->columns > 0)
		appendStringInfoChar(sql, ')');
	append_output(sql, text, "INSERTED");
	appendStringInfoString(sql, text->columns > 0 ? " VALUES " : " DEFAULT VALUES");
	for (row = 0; row < rows && text->columns > 0; row++)
	{
		for (i = 0; i < text->columns; i++)
		{
			appendStringInfoString(sql, i > 0 ? ", " : row > 0 ? ", (" : "(");
			append_value(sql, &text->column[i], row * text->columns + i + 1);
		}
		appendStringInfoChar(sql, ')');
	}
	append_after(sql, text);
}

/* " WHERE [a] = @P3 AND [b] BETWEEN @P4 AND @P5" */
static void
append_keys(StringInfo sql, const TmfChangeText *text, int parameter)
{
	int			i;

	for (i = 0; i < text->keys; i++)
	{
		appendStringInfo(sql, "%s%s ", i > 0 ? " AND " : " WHERE ", text->key[i].name);
		if (text->key[i].interval)
		{
			appendStringInfo(sql, "BETWEEN @P%d AND @P%d", parameter, parameter + 1);
			parameter += 2;
		}
		else
			appendStringInfo(sql, "= @P%d", parameter++);
	}
}

void
tmf_deparse_update(StringInfo sql, const TmfChangeText *text)
{
	int			i;

	append_before(sql, text);
	appendStringInfo(sql, "UPDATE %s SET ", text->target);
	for (i = 0; i < text->columns; i++)
	{
		appendStringInfo(sql, "%s%s = ", i > 0 ? ", " : "", text->column[i].name);
		append_value(sql, &text->column[i], i + 1);
	}
	append_output(sql, text, "INSERTED");
	append_keys(sql, text, text->columns + 1);
	append_after(sql, text);
}

void
tmf_deparse_delete(StringInfo sql, const TmfChangeText *text)
{
	append_before(sql, text);
	appendStringInfo(sql, "DELETE FROM %s", text->target);
	append_output(sql, text, "DELETED");
	append_keys(sql, text, 1);
	append_after(sql, text);
}

void
tmf_deparse_change(StringInfo sql, const TmfChangeText *text, const char *verb, const char *row,
				   const char *where)
{
	append_before(sql, text);
	appendStringInfoString(sql, verb);
	append_output(sql, text, row);
	appendStringInfoString(sql, where);
	append_after(sql, text);
}
