/*
 * src/plan/ship_column.c
 *		Columns in shipped expressions.
 *
 * What a column is there, the catalog says (remote_type, remote_collation) or
 * nobody: then it is taken for what is natural, and the statement carries the
 * column along, so that its type is seen before a row of it is believed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "plan/shippable.h"
#include "plan/upper.h"
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

	if (shipping->grouping != NULL && shipping->grouping->derived)
		return tmf_group_column_name(shipping->grouping, column);
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
	piece.collation = tmf_column_remote_collation(relid_of(shipping, column), column->varattno);
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
	use->max_scale = TMF_SCALE_ANY;
	use->max_whole = TMF_SCALE_ANY;
	shipping->uses = lappend(shipping->uses, use);
	return use;
}

/* The decimals that a value of the column's local type can have. */
static int
local_scale(Oid local, int32 typmod)
{
	if (typmod < 0)
		return TMF_SCALE_ANY;
	switch (local)
	{
		case NUMERICOID:
			return tmf_numeric_scale(typmod);
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return typmod;
		default:
			return TMF_SCALE_ANY;
	}
}

/* The units that a local string can have; -1: no limit. */
static int
local_length(Oid local, int32 typmod)
{
	return typmod >= 0 && (local == VARCHAROID || local == BPCHAROID) ? typmod - VARHDRSZ : -1;
}

/* Of a set, the types that are read into local as they are, not by a cast. */
static int
read_directly(int remote, Oid local)
{
	int			direct = 0;
	int			type;

	for (type = 0; type < 31; type++)
	{
		if ((remote & TMF_REMOTE(type)) != 0 && tmf_typemap_find(type, local) != NULL)
			direct |= TMF_REMOTE(type);
	}
	return direct;
}

/*
 * Does reading a value round it or cut it, since the local column has a smaller
 * precision?  A microsecond is what all moments are cut to: their rules know.
 */
static bool
is_cut(const TmfPiece *piece, Oid local, int32 typmod)
{
	int			scale = local_scale(local, typmod);
	int			length = local_length(local, typmod);

	if (scale < TMF_SCALE_ANY)
	{
		if (piece->type.name == SQLTYPE_DATETIME)
			return scale < 6;
		if (piece->type.name == SQLTYPE_MONEY || piece->type.name == SQLTYPE_SMALLMONEY)
			return scale < 4;
		return piece->type.scale > scale;
	}
	return length >= 0 && (piece->type.length == SQLTYPE_MAX || piece->type.length > length);
}

/* The same of a column that nobody has declared: its scale is seen when the statement runs. */
static bool
may_be_cut(TmfUse *use, int remote, Oid local, int32 typmod)
{
	int			scale = local_scale(local, typmod);

	if (scale < 0)
		return true;			/* even whole numbers are rounded */
	if (scale < TMF_SCALE_ANY)
	{
		if ((remote & (TMF_REMOTE(WIRE_TYPE_MONEY) | TMF_REMOTE(WIRE_TYPE_SMALLMONEY))) != 0 && scale < 4)
			use->assumed &= ~(TMF_REMOTE(WIRE_TYPE_MONEY) | TMF_REMOTE(WIRE_TYPE_SMALLMONEY));
		if (scale < 6)
			use->assumed &= ~TMF_REMOTE(WIRE_TYPE_DATETIME);
		use->max_scale = Min(use->max_scale, scale);
	}
	return local_length(local, typmod) >= 0;
}

bool
tmf_ship_assume(TmfShipping *shipping, const TmfPiece *piece, int remote)
{
	const Var  *column = piece->column;
	int32		typmod;
	Oid			local;
	TmfUse	   *use;

	if (column == NULL)
		return (TMF_REMOTE(tmf_typemap_wire(piece->type.name)) & remote) != 0;
	typmod = column->vartypmod;
	local = getBaseTypeAndTypmod(column->vartype, &typmod);
	remote = read_directly(remote, local);
	use = use_of(shipping, column);
	use->assumed &= remote;
	if (piece->declared)
		return (TMF_REMOTE(tmf_typemap_wire(piece->type.name)) & remote) != 0 &&
			!is_cut(piece, local, typmod);
	return !may_be_cut(use, remote, local, typmod) && use->assumed != 0;
}

void
tmf_ship_limit_digits(TmfShipping *shipping, const TmfPiece *piece, int whole, int scale)
{
	TmfUse	   *use = use_of(shipping, piece->column);

	use->max_whole = Min(use->max_whole, whole);
	use->max_scale = Min(use->max_scale, scale);
}

bool
tmf_ship_assume_superset(TmfShipping *shipping, const TmfPiece *piece, int remote)
{
	if (piece->column != NULL)
		use_of(shipping, piece->column)->assumed &= remote;
	if (piece->column == NULL || piece->declared)
		return (TMF_REMOTE(tmf_typemap_wire(piece->type.name)) & remote) != 0;
	return use_of(shipping, piece->column)->assumed != 0;
}
