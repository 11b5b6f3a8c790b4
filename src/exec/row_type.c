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

/* An expression has no name in the result. */
static const char *
remote_name(const TmfRow *row, int column)
{
	const char *name = row->bound[column].name;

	if (name[0] != '\0')
		return tmf_report_words(name);
	if (row->column[column].relid == InvalidOid)
		return row->column[column].name;
	return tmf_column_name(row->column[column].relid, row->column[column].attnum);
}

const char *
tmf_row_alter_column(Oid relid, const char *column, const char *action, const char *types)
{
	return psprintf("Use ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (%s remote_type %s).",
					quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
											   get_rel_name(relid)),
					quote_identifier(column), action, types);
}

static const char *
alter_column(const TmfRow *row, int column, const char *action, const char *types)
{
	return tmf_row_alter_column(row->column[column].relid, row->column[column].name, action, types);
}

#define CLR_TYPES	"'geometry' (or 'geography', or 'hierarchyid')"

/* Types that can be read once they are declared. */
static const char *
unreadable_remedy(const TmfRow *row, int column)
{
	const TmfRowColumn *local = &row->column[column];
	SqlType		declared;
	WireType	type = row->bound[column].type;

	if ((type == WIRE_TYPE_VARIANT || type == WIRE_TYPE_CLR) && local->relid != InvalidOid &&
		!tmf_column_remote_type(local->relid, local->attnum, &declared))
		return alter_column(row, column, "ADD",
							type == WIRE_TYPE_VARIANT ? "'sql_variant'" : CLR_TYPES);
	return tmf_typemap_remedy(type);
}

void
tmf_row_raise_unreadable(const TmfRow *row, int column)
{
	Oid			type = row->column[column].type;
	WireColumn	remote = row->bound[column];

	strlcpy(remote.name, remote_name(row, column), sizeof(remote.name));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("%s cannot be read as %s", tmf_row_column_label(row, column),
					format_type_be(type)),
			 errdetail_internal("%s", tmf_decode_refusal(&remote, type)),
			 errhint("%s", unreadable_remedy(row, column))));
}

static void
check_declared(const TmfRow *row, int column, const WireConn *conn)
{
	char		declared[SQLTYPE_TEXT_MAX];
	char		actual[SQLTYPE_TEXT_MAX];
	SqlType		type;

	if (row->column[column].declared.name == SQLTYPE_UNKNOWN)
		return;
	wire_column_declared(conn, column, &type);
	if (sqltype_admits(&row->column[column].declared, &type))
		return;
	sqltype_format(&row->column[column].declared, declared);
	sqltype_format(&type, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("%s has the remote_type %s, which the remote column has not",
					tmf_row_column_label(row, column), declared),
			 errdetail("The type of the remote column \"%s\" is %s.", remote_name(row, column),
					   type.name == SQLTYPE_UNKNOWN ? tmf_typemap_remote_name(WIRE_TYPE_UNKNOWN) : actual),
			 errhint("%s", type.name == SQLTYPE_UNKNOWN ?
					 tmf_typemap_remedy(WIRE_TYPE_UNKNOWN) :
					 alter_column(row, column, "SET", type.name == SQLTYPE_CLR ? CLR_TYPES :
								  quote_literal_cstr(actual)))));
}

/* The server has evaluated a condition that was meant for other types. */
static void
check_assumed(const TmfRow *row, int column, const WireConn *conn)
{
	WireType	type = row->bound[column].type;
	char		actual[SQLTYPE_TEXT_MAX];
	SqlType		declared;

	if (row->column[column].assumed == 0 || (row->column[column].assumed & TMF_REMOTE(type)) != 0)
		return;
	wire_column_declared(conn, column, &declared);
	sqltype_format(&declared, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("%s is not of a type for which a condition on %s may be evaluated by the server",
					tmf_row_column_label(row, column), format_type_be(row->column[column].type)),
			 errdetail("The type of the remote column \"%s\" is %s.",
					   remote_name(row, column), tmf_typemap_remote_name(type)),
			 errhint("%s", declared.name == SQLTYPE_UNKNOWN || declared.name == SQLTYPE_CLR ?
					 tmf_typemap_remedy(type) :
					 alter_column(row, column, "ADD", quote_literal_cstr(actual)))));
}

/* What is read here would be rounded, and so is not what the server compares. */
static void
check_scale(const TmfRow *row, int column)
{
	const WireColumn *remote = &row->bound[column];

	if (remote->scale <= row->column[column].max_scale)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("%s has fewer decimals than the remote column, so that a condition on it may not be evaluated by the server",
					tmf_row_column_label(row, column)),
			 errdetail("The remote column \"%s\" has %d decimals, the local one %d.",
					   remote_name(row, column), remote->scale, row->column[column].max_scale),
			 errhint("Declare the column with as many decimals, or say its remote_type.")));
}

/* What it is compared with, and it, have more digits than the server compares exactly. */
static void
check_whole(const TmfRow *row, int column)
{
	const WireColumn *remote = &row->bound[column];
	char		actual[SQLTYPE_TEXT_MAX];
	SqlType		type = {SQLTYPE_DECIMAL, 0, remote->precision, remote->scale};

	if (remote->type != WIRE_TYPE_DECIMAL ||
		remote->precision - remote->scale <= row->column[column].max_whole)
		return;
	sqltype_format(&type, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("%s has too many digits for a condition on it to be evaluated by the server",
					tmf_row_column_label(row, column)),
			 errdetail("The type of the remote column \"%s\" is %s.", remote_name(row, column), actual),
			 errhint("%s", alter_column(row, column, "ADD", quote_literal_cstr(actual)))));
}

void
tmf_row_check_type(const TmfRow *row, int column, const WireConn *conn)
{
	check_declared(row, column, conn);
	check_assumed(row, column, conn);
	check_scale(row, column);
	check_whole(row, column);
}
