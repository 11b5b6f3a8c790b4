/*
 * src/exec/row_type.c
 *		Columns of a result that are of another type than they should be.
 *
 * The catalog does not know what a column is on the other side; the result
 * does.  Each error says what to alter.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "exec/row.h"
#include "option/option.h"
#include "plan/shippable.h"
#include "session/report.h"
#include "value/typemap.h"

static Form_pg_attribute
local_column(const TmfRow *row, int column)
{
	return TupleDescAttr(RelationGetDescr(row->rel), row->attributes[column] - 1);
}

/* An expression has no name in the result. */
static const char *
remote_name(const TmfRow *row, int column)
{
	const char *name = row->bound[column].name;

	return name[0] != '\0' ? tmf_report_words(name) :
		tmf_column_name(RelationGetRelid(row->rel), row->attributes[column]);
}

/* The statement that declares column; types: one or more, quoted. */
static const char *
alter_column(const TmfRow *row, int column, const char *action, const char *types)
{
	return psprintf("Use ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (%s remote_type %s).",
					quote_qualified_identifier(get_namespace_name(RelationGetNamespace(row->rel)),
											   RelationGetRelationName(row->rel)),
					quote_identifier(NameStr(local_column(row, column)->attname)), action, types);
}

#define CLR_TYPES	"'geometry' (or 'geography', or 'hierarchyid')"

/* Types that can be read once they are declared. */
static const char *
unreadable_remedy(const TmfRow *row, int column)
{
	SqlType		declared;
	WireType	type = row->bound[column].type;

	if ((type == WIRE_TYPE_VARIANT || type == WIRE_TYPE_CLR) &&
		!tmf_column_remote_type(RelationGetRelid(row->rel), row->attributes[column], &declared))
		return alter_column(row, column, "ADD",
							type == WIRE_TYPE_VARIANT ? "'sql_variant'" : CLR_TYPES);
	return tmf_typemap_remedy(type);
}

void
tmf_row_raise_unreadable(const TmfRow *row, int column)
{
	Form_pg_attribute local = local_column(row, column);
	WireColumn	remote = row->bound[column];

	strlcpy(remote.name, remote_name(row, column), sizeof(remote.name));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot be read as %s",
					NameStr(local->attname), RelationGetRelationName(row->rel),
					format_type_be(local->atttypid)),
			 errdetail_internal("%s", tmf_decode_refusal(&remote, local->atttypid)),
			 errhint("%s", unreadable_remedy(row, column))));
}

static void
check_declared(const TmfRow *row, int column, const WireConn *conn)
{
	Form_pg_attribute local = local_column(row, column);
	char		declared[SQLTYPE_TEXT_MAX];
	char		actual[SQLTYPE_TEXT_MAX];
	SqlType		type;

	if (row->declared[column].name == SQLTYPE_UNKNOWN)
		return;
	wire_column_declared(conn, column, &type);
	if (sqltype_admits(&row->declared[column], &type))
		return;
	sqltype_format(&row->declared[column], declared);
	sqltype_format(&type, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" has the remote_type %s, which the remote column has not",
					NameStr(local->attname), RelationGetRelationName(row->rel), declared),
			 errdetail("The type of the remote column \"%s\" is %s.", remote_name(row, column),
					   type.name == SQLTYPE_UNKNOWN ? tmf_typemap_remote_name(WIRE_TYPE_UNKNOWN) : actual),
			 errhint("%s", type.name == SQLTYPE_UNKNOWN ?
					 tmf_typemap_remedy(WIRE_TYPE_UNKNOWN) :
					 alter_column(row, column, "SET", type.name == SQLTYPE_CLR ? CLR_TYPES :
								  quote_literal_cstr(actual)))));
}

/* The server has evaluated a condition that was meant for other types. */
static void
check_assumed(const TmfRow *row, int column)
{
	Form_pg_attribute local = local_column(row, column);
	WireType	type = row->bound[column].type;

	if (row->assumed[column] == 0 || (row->assumed[column] & TMF_REMOTE(type)) != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" is not of a type for which a condition on %s may be evaluated by the server",
					NameStr(local->attname), RelationGetRelationName(row->rel),
					format_type_be(local->atttypid)),
			 errdetail("The type of the remote column \"%s\" is %s.",
					   remote_name(row, column), tmf_typemap_remote_name(type)),
			 errhint("%s", tmf_typemap_remedy(type))));
}

void
tmf_row_check_type(const TmfRow *row, int column, const WireConn *conn)
{
	check_declared(row, column, conn);
	check_assumed(row, column);
}
