/*
 * src/plan/deparse_value.c
 *		What a statement makes of a value that it writes.
 *
 * Most are assigned as they are: their parameter is declared as the column is,
 * or as what is converted to it without a word.  Text of a CLR type has to be
 * read by the type itself.  That knows no SRID, as the text that is read here
 * does not: the type's default is taken.
 */
#include "postgres.h"

#include "plan/deparse.h"

static const struct
{
	SqlTypeName remote;
	const char *parse;
}			forms[] =
{
	{SQLTYPE_HIERARCHYID, "hierarchyid::Parse"},
	{SQLTYPE_GEOMETRY, "geometry::Parse"},
	{SQLTYPE_GEOGRAPHY, "geography::Parse"},
};

void
tmf_deparse_value(StringInfo sql, const SqlType *remote, const char *value)
{
	size_t		i;

	for (i = 0; i < lengthof(forms); i++)
	{
		if (forms[i].remote == remote->name)
		{
			appendStringInfo(sql, "%s(%s)", forms[i].parse, value);
			return;
		}
	}
	appendStringInfoString(sql, value);
}
