/*
 * src/plan/deparse_column.c
 *		How the values of a column travel.
 *
 * As they are, unless the user has declared the remote type and the table below
 * knows a better way from there to the local type: types that cannot be read at
 * all become text (or bytes) on the server, without losing anything; characters
 * become the bytes of their UTF-16, which the TDS library only copies.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "option/option.h"
#include "plan/deparse.h"
#include "value/typemap.h"

typedef struct RemoteForm
{
	SqlTypeName remote;
	WireType	arrives;		/* ... and can be read into the local type */
	const char *sql;
} RemoteForm;

#define UNITS_MAX	4000

#define UTF16_SQL \
	"CONVERT(varbinary($3), CONVERT(nvarchar($2), $1))"

/*
 * Each base type in the style that distinguishes all its values: for real and
 * float 17 digits, for binary 0x and hexadecimal digits, for money four
 * decimals, for a date and time all that it has, its offset included.
 */
#define VARIANT_SQL \
	"CASE CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY($1, 'BaseType'))" \
	" WHEN N'float' THEN CONVERT(nvarchar(max), CONVERT(float, $1), 3)" \
	" WHEN N'real' THEN CONVERT(nvarchar(max), CONVERT(real, $1), 3)" \
	" WHEN N'money' THEN CONVERT(nvarchar(max), CONVERT(money, $1), 2)" \
	" WHEN N'smallmoney' THEN CONVERT(nvarchar(max), CONVERT(smallmoney, $1), 2)" \
	" WHEN N'date' THEN CONVERT(nvarchar(max), CONVERT(date, $1), 121)" \
	" WHEN N'time' THEN CONVERT(nvarchar(max), CONVERT(time, $1), 121)" \
	" WHEN N'smalldatetime' THEN CONVERT(nvarchar(max), CONVERT(smalldatetime, $1), 121)" \
	" WHEN N'datetime' THEN CONVERT(nvarchar(max), CONVERT(datetime, $1), 121)" \
	" WHEN N'datetime2' THEN CONVERT(nvarchar(max), CONVERT(datetime2, $1), 121)" \
	" WHEN N'datetimeoffset' THEN CONVERT(nvarchar(max), CONVERT(datetimeoffset, $1), 121)" \
	" WHEN N'binary' THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), $1), 1)" \
	" WHEN N'varbinary' THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), $1), 1)" \
	" ELSE CONVERT(nvarchar(max), $1) END"

/* Of the rows of a remote type the first that fits. */
static const RemoteForm forms[] = {
	{SQLTYPE_CHAR, WIRE_TYPE_UTF16, UTF16_SQL},
	{SQLTYPE_VARCHAR, WIRE_TYPE_UTF16, UTF16_SQL},
	{SQLTYPE_NCHAR, WIRE_TYPE_UTF16, UTF16_SQL},
	{SQLTYPE_NVARCHAR, WIRE_TYPE_UTF16, UTF16_SQL},

	{SQLTYPE_SQL_VARIANT, WIRE_TYPE_TEXT, VARIANT_SQL},
	{SQLTYPE_JSON, WIRE_TYPE_TEXT, "CONVERT(nvarchar(max), $1)"},
	{SQLTYPE_HIERARCHYID, WIRE_TYPE_TEXT, "$1.ToString()"},
	/* the standard's own texts and bytes leave out Z and M */
	{SQLTYPE_GEOMETRY, WIRE_TYPE_BINARY, "$1.AsBinaryZM()"},
	{SQLTYPE_GEOMETRY, WIRE_TYPE_TEXT, "$1.AsTextZM()"},
	{SQLTYPE_GEOGRAPHY, WIRE_TYPE_BINARY, "$1.AsBinaryZM()"},
	{SQLTYPE_GEOGRAPHY, WIRE_TYPE_TEXT, "$1.AsTextZM()"},
};

/* Characters that are too many for varbinary(8000) travel as they are. */
static bool
fits(const RemoteForm *form, const SqlType *remote, Oid local)
{
	if (form->remote != remote->name || tmf_typemap_find(form->arrives, local) == NULL)
		return false;
	return form->arrives != WIRE_TYPE_UTF16 ||
		(remote->length != SQLTYPE_MAX && remote->length <= UNITS_MAX);
}

void
tmf_column_form(Oid relid, AttrNumber attnum, Oid type, TmfColumnForm *form)
{
	Oid			local = getBaseType(type);
	size_t		i;

	memset(form, 0, sizeof(*form));
	form->declared = tmf_column_remote_type(relid, attnum, &form->remote);
	for (i = 0; i < lengthof(forms) && form->sql == NULL; i++)
	{
		if (form->declared && fits(&forms[i], &form->remote, local))
		{
			form->sql = forms[i].sql;
			form->utf16 = forms[i].arrives == WIRE_TYPE_UTF16;
			form->arrives = forms[i].arrives;
		}
	}
}

void
tmf_deparse_column(StringInfo sql, const char *name, const TmfColumnForm *form)
{
	const char *c;

	for (c = form->sql != NULL ? form->sql : "$1"; *c != '\0'; c++)
	{
		if (*c != '$')
			appendStringInfoChar(sql, *c);
		else if (*++c == '1')
			appendStringInfoString(sql, name);
		else
			appendStringInfo(sql, "%d", form->remote.length * (*c - '1'));
	}
}

/* No condition on constants is left when the statement runs. */
void
tmf_deparse_column_type(StringInfo sql, const char *name)
{
	appendStringInfo(sql, "CASE WHEN 1 = 0 THEN %s END", name);
}
