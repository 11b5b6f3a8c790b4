/*
 * src/plan/ship_column.c
 *		Columns in shipped expressions.
 *
 * What a column is there, the catalog says (remote_type, remote_collation) or
 * nobody: then it is taken for what is natural, and the statement carries the
 * column along, so that its type is seen before a row of it is believed.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "plan/shippable.h"
#include "session/quote.h"
#include "value/typemap.h"

static Oid
relid_of(const TmfShipping *shipping, const Var *column)
{
	return planner_rt_fetch(column->varno, shipping->root)->relid;
}

char *
tmf_ship_column_name(const TmfShipping *shipping, const Var *column)
{
	StringInfoData sql;

	initStringInfo(&sql);
	if (shipping->qualified)
		appendStringInfo(&sql, "[r%d].", column->varno);
	tmf_quote_identifier(&sql, tmf_column_name(relid_of(shipping, column), column->varattno));
	return sql.data;
}

TmfPiece
tmf_ship_column(TmfShipping *shipping, Var *column)
{
	TmfPiece	piece = {TMF_SHIP_EXACT};

	if (column->varattno <= 0)
		return tmf_ship_stays(shipping, "it refers to a system column or to the whole row");
	piece.sql = tmf_ship_column_name(shipping, column);
	piece.column = column;
	piece.declared = tmf_column_remote_type(relid_of(shipping, column), column->varattno,
											&piece.type);
	return piece;
}

static TmfUse *
use_of(TmfShipping *shipping, const Var *column)
{
	ListCell   *lc;
	TmfUse	   *use;

	foreach(lc, shipping->uses)
	{
		use = lfirst(lc);
		if (use->varno == column->varno && use->attnum == column->varattno)
			return use;
	}
	use = palloc(sizeof(TmfUse));
	use->varno = column->varno;
	use->attnum = column->varattno;
	use->assumed = ~0;
	shipping->uses = lappend(shipping->uses, use);
	return use;
}

bool
tmf_ship_assume(TmfShipping *shipping, const TmfPiece *piece, int remote)
{
	if (piece->column == NULL || piece->declared)
		return (TMF_REMOTE(tmf_typemap_wire(piece->type.name)) & remote) != 0;
	use_of(shipping, piece->column)->assumed &= remote;
	return use_of(shipping, piece->column)->assumed != 0;
}
