/*
 * src/plan/ship_moment_function.c
 *		Functions of dates and times: parts of them, and what cuts them off.
 *
 * Only over columns whose type is declared, and only what cannot fail there: a
 * part is a small number, and cutting off never leaves the calendar.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"

#define DAYS \
	(TMF_REMOTE(WIRE_TYPE_DATE) | TMF_REMOTE(WIRE_TYPE_DATETIME) | \
	 TMF_REMOTE(WIRE_TYPE_DATETIME2) | TMF_REMOTE(WIRE_TYPE_SMALLDATETIME))
#define CLOCKS \
	(TMF_REMOTE(WIRE_TYPE_DATETIME) | TMF_REMOTE(WIRE_TYPE_DATETIME2) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLDATETIME))
#define DATES \
	TMF_REMOTE(WIRE_TYPE_DATE)

/* A function of a moment, and of the name of a part of it. */
typedef struct PartRow
{
	Oid			function;
	const char *part;			/* NULL: the function takes none */
	int			remote;			/* types of the moment */
	SqlType		type;			/* of the result */
	const char *sql;
	const char *fact;			/* the row of test/facts that says so */
} PartRow;

#define INT			{SQLTYPE_INT}
#define DATETIME2	{SQLTYPE_DATETIME2, 0, 0, 0}

/* Sunday is 0, whatever SET DATEFIRST says: day 0 was a Monday. */
#define DOW_SQL		"(DATEDIFF(day, 0, CONVERT(date, $1)) % 7 + 8) % 7"
#define ISODOW_SQL	"((DATEDIFF(day, 0, CONVERT(date, $1)) % 7 + 7) % 7 + 1)"

#define PARTS(function, remote) \
	{function, "year", remote, INT, "DATEPART(year, $1)", "datepart"}, \
	{function, "quarter", remote, INT, "DATEPART(quarter, $1)", "datepart"}, \
	{function, "month", remote, INT, "DATEPART(month, $1)", "datepart"}, \
	{function, "week", remote, INT, "DATEPART(iso_week, $1)", "datepart"}, \
	{function, "day", remote, INT, "DATEPART(day, $1)", "datepart"}, \
	{function, "doy", remote, INT, "DATEPART(dayofyear, $1)", "datepart"}, \
	{function, "dow", remote, INT, DOW_SQL, "datepart-dow-free"}, \
	{function, "isodow", remote, INT, ISODOW_SQL, "datepart-dow-free"}

#define CLOCK_PARTS(function, remote) \
	{function, "hour", remote, INT, "DATEPART(hour, $1)", "datepart"}, \
	{function, "minute", remote, INT, "DATEPART(minute, $1)", "datepart"}

static const PartRow rows[] = {
	PARTS(F_EXTRACT_TEXT_TIMESTAMP, CLOCKS),
	CLOCK_PARTS(F_EXTRACT_TEXT_TIMESTAMP, CLOCKS),
	PARTS(F_EXTRACT_TEXT_DATE, DATES),
	{F_DATE_TRUNC_TEXT_TIMESTAMP, "year", CLOCKS, DATETIME2,
	"CONVERT(datetime2(0), DATEFROMPARTS(DATEPART(year, $1), 1, 1))", "datefromparts"},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, "quarter", CLOCKS, DATETIME2,
	"CONVERT(datetime2(0), DATEFROMPARTS(DATEPART(year, $1), DATEPART(quarter, $1) * 3 - 2, 1))", "datefromparts"},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, "month", CLOCKS, DATETIME2,
	"CONVERT(datetime2(0), DATEFROMPARTS(DATEPART(year, $1), DATEPART(month, $1), 1))", "datefromparts"},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, "day", CLOCKS, DATETIME2,
	"CONVERT(datetime2(0), CONVERT(date, $1))", "convert-moments"},
	{F_DATE_TIMESTAMP, NULL, CLOCKS, {SQLTYPE_DATE}, "CONVERT(date, $1)", "convert-moments"},
	{F_TIMESTAMP_DATE, NULL, DAYS, DATETIME2, "CONVERT(datetime2(0), $1)", "convert-moments"}
};

static bool
is_function(Oid function)
{
	size_t		i;

	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].function == function)
			return true;
	}
	return false;
}

bool
tmf_moment_function_knows(const FuncExpr *function)
{
	return is_function(function->funcid);
}

/* part: a Const of type text, or NULL. */
static const PartRow *
find_row(Oid function, Node *part)
{
	const char *name = NULL;
	size_t		i;

	if (part != NULL)
	{
		if (!IsA(part, Const) || ((Const *) part)->constisnull)
			return NULL;
		name = TextDatumGetCString(((Const *) part)->constvalue);
	}
	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].function == function &&
			(name == NULL || pg_strcasecmp(rows[i].part, name) == 0))
			return &rows[i];
	}
	return NULL;
}

TmfPiece
tmf_ship_moment_function(TmfShipping *shipping, FuncExpr *function)
{
	Node	   *part = list_length(function->args) > 1 ? linitial(function->args) : NULL;
	Node	   *moment = llast(function->args);
	const PartRow *row = find_row(function->funcid, part);
	TmfPiece	piece = tmf_ship_value(shipping, moment);
	TmfPiece	result;

	if (row == NULL)
		return tmf_ship_stays(shipping, "there is no rule for this part of a date or time");
	if (piece.ship != TMF_SHIP_EXACT)
		return piece;
	if (piece.type.name == SQLTYPE_UNKNOWN && row->remote != DATES)
		return tmf_ship_stays(shipping, "the remote type of a column is not declared");
	if (!tmf_ship_assume(shipping, &piece, row->remote))
		return tmf_ship_stays(shipping, "a column is of a remote type that has other parts");
	result = tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(row->sql, 1, &piece), row->type.name, 0, 0);
	result.type = row->type;
	return result;
}

bool
tmf_moment_rule_row(int index, TmfRuleRow *row)
{
	if (index >= lengthof(rows))
		return false;
	*row = (TmfRuleRow) {TMF_RULE_FUNCTION, rows[index].function, rows[index].part, NULL, "EXACT",
			rows[index].sql, rows[index].fact, "of columns whose remote type is declared"};
	return true;
}
