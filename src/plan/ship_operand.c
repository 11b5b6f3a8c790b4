/*
 * src/plan/ship_operand.c
 *		What values are computed from, and chosen from: pieces of known types.
 *
 * A column that nobody has declared is taken for what is natural for its local
 * type, and converted to that: then T-SQL's rules for the types of results can
 * be reckoned with.  The columns of a table that was imported are declared.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"
#include "value/typemap.h"

/* What a column of a local type may be there, and what it is when nobody says. */
typedef struct NaturalRow
{
	Oid			local;
	int			remote;
	SqlType		natural;
} NaturalRow;

static const NaturalRow natural_rows[] = {
	{BOOLOID, TMF_REMOTE(WIRE_TYPE_BIT), {SQLTYPE_BIT}},
	{INT2OID, TMF_REMOTE_INTEGERS, {SQLTYPE_SMALLINT}},
	{INT4OID, TMF_REMOTE_INTEGERS, {SQLTYPE_INT}},
	{INT8OID, TMF_REMOTE_INTEGERS, {SQLTYPE_BIGINT}},
	{NUMERICOID, TMF_REMOTE_NUMBERS, {SQLTYPE_DECIMAL}},
	{FLOAT4OID, TMF_REMOTE(WIRE_TYPE_REAL), {SQLTYPE_REAL}},
	{FLOAT8OID, TMF_REMOTE_FLOATS, {SQLTYPE_FLOAT}},
	{DATEOID, TMF_REMOTE(WIRE_TYPE_DATE), {SQLTYPE_DATE}},
	{UUIDOID, TMF_REMOTE(WIRE_TYPE_GUID), {SQLTYPE_UNIQUEIDENTIFIER}}
};

static const NaturalRow *
find_natural(Oid local)
{
	size_t		i;

	for (i = 0; i < lengthof(natural_rows); i++)
	{
		if (natural_rows[i].local == local)
			return &natural_rows[i];
	}
	return NULL;
}

int
tmf_integer_bits(const TmfPiece *piece)
{
	if (piece->bits > 0)
		return piece->bits;
	switch (piece->type.name)
	{
		case SQLTYPE_BIT:
			return 1;
		case SQLTYPE_TINYINT:
			return 8;
		case SQLTYPE_SMALLINT:
			return 15;
		case SQLTYPE_INT:
			return 31;
		default:
			return 63;
	}
}

int
tmf_integer_digits(int bits)
{
	return bits * 30103 / 100000 + 1;
}

TmfPiece
tmf_piece_convert(const TmfPiece *piece, const SqlType *type)
{
	TmfPiece	converted = *piece;
	char		text[SQLTYPE_TEXT_MAX];

	if (piece->type.name == type->name && piece->type.length == type->length &&
		piece->type.precision == type->precision && piece->type.scale == type->scale)
		return converted;
	sqltype_format(type, text);
	converted.sql = psprintf("CONVERT(%s, %s)", text, piece->sql);
	converted.type = *type;
	converted.column = NULL;
	return converted;
}

TmfPiece
tmf_piece_decimal(const TmfPiece *piece, int precision, int scale)
{
	SqlType		type = {SQLTYPE_DECIMAL, 0, precision, scale};

	return tmf_piece_convert(piece, &type);
}

/* precision -1: the local type sets no limit */
static void
local_digits(int32 typmod, int *precision, int *scale)
{
	*precision = -1;
	*scale = 0;
	if (typmod >= (int32) VARHDRSZ)
	{
		*precision = tmf_numeric_precision(typmod);
		*scale = tmf_numeric_scale(typmod);
	}
}

/* Digits before the point, and decimals, of an exact number; false: it is none. */
static bool
remote_digits(const TmfPiece *piece, int *whole, int *scale)
{
	*scale = 0;
	switch (piece->type.name)
	{
		case SQLTYPE_SMALLMONEY:
			*whole = 6;
			*scale = 4;
			return true;
		case SQLTYPE_MONEY:
			*whole = 15;
			*scale = 4;
			return true;
		case SQLTYPE_DECIMAL:
			*whole = piece->type.precision - piece->type.scale;
			*scale = piece->type.scale;
			return true;
		case SQLTYPE_BIT:
		case SQLTYPE_TINYINT:
		case SQLTYPE_SMALLINT:
		case SQLTYPE_INT:
		case SQLTYPE_BIGINT:
			*whole = tmf_integer_digits(tmf_integer_bits(piece));
			return true;
		default:
			return false;
	}
}

/* A number as the decimal that is shown as the numeric is here: with scale decimals at least. */
static TmfPiece
as_decimal(TmfShipping *shipping, const TmfPiece *piece, int scale)
{
	int			whole;
	int			remote_scale;

	if (!remote_digits(piece, &whole, &remote_scale))
		return tmf_ship_stays(shipping, "it is computed from what is no exact number there");
	scale = Max(scale, remote_scale);
	if (whole + scale > TMF_DECIMAL_MAX)
		return tmf_ship_stays(shipping, "the result may have more than 38 digits");
	return tmf_piece_decimal(piece, whole + scale, scale);
}

static TmfPiece
settle_numeric(TmfShipping *shipping, const TmfPiece *column, int32 typmod)
{
	int			precision;
	int			scale;

	local_digits(typmod, &precision, &scale);
	if (column->type.name != SQLTYPE_UNKNOWN)
		return as_decimal(shipping, column, scale);
	if (precision < 0 || precision > TMF_DECIMAL_MAX || scale < 0 || scale > precision)
		return tmf_ship_stays(shipping, "the remote type of a column is not declared");
	return tmf_piece_decimal(column, precision, scale);
}

/* A column as what it is, or what is natural. */
static TmfPiece
settle_column(TmfShipping *shipping, const TmfPiece *column)
{
	int32		typmod = column->column->vartypmod;
	Oid			local = getBaseTypeAndTypmod(column->column->vartype, &typmod);
	const NaturalRow *row = find_natural(local);
	bool		typed = column->type.name != SQLTYPE_UNKNOWN;

	if (row == NULL && !typed)
		return tmf_ship_stays(shipping, "the remote type of a column is not declared");
	if (!tmf_ship_assume(shipping, column, row != NULL ? row->remote : ~0))
		return tmf_ship_stays(shipping, "a column is of a remote type that is computed with otherwise");
	if (local == NUMERICOID)
		return settle_numeric(shipping, column, typmod);
	if (typed)
		return *column;
	return tmf_piece_convert(column, &row->natural);
}

bool
tmf_constant_digits(Const *constant, SqlType *type)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, constant->constvalue));
	int			digits = 0;
	int			scale = 0;
	bool		point = false;
	char	   *c;

	for (c = text; *c != '\0'; c++)
	{
		if (isdigit((unsigned char) *c))
		{
			digits++;
			scale += point;
		}
		else if (*c == '.')
			point = true;
		else if (*c != '-')
			return false;
	}
	*type = (SqlType) {SQLTYPE_DECIMAL, 0, digits, scale};
	return digits <= TMF_DECIMAL_MAX;
}

static int
constant_bits(int64 value)
{
	uint64		rest = value < 0 ? -(uint64) value : (uint64) value;
	int			bits = 1;

	while ((rest >>= 1) > 0)
		bits++;
	return Min(bits, 63);
}

static TmfPiece
constant_operand(TmfShipping *shipping, Const *constant, Oid local, SqlType *as)
{
	TmfPiece	piece;

	if (local == NUMERICOID && constant->constisnull)
		*as = (SqlType) {SQLTYPE_DECIMAL, 0, 1, 0};
	else if (local == NUMERICOID && !tmf_constant_digits(constant, as))
		return tmf_ship_stays(shipping, "a constant has more than 38 digits, or is no number");
	if (!constant->constisnull && !tmf_encode_represents(constant->constvalue, local, as))
		return tmf_ship_stays(shipping, "a constant is not one of the values that the remote type has");
	piece = tmf_ship_parameter(shipping, (Node *) constant, as, TMF_BOUND_VALUE);
	if (!constant->constisnull &&
		(local == INT2OID || local == INT4OID || local == INT8OID))
		piece.bits = constant_bits(local == INT8OID ? DatumGetInt64(constant->constvalue) :
								   local == INT4OID ? DatumGetInt32(constant->constvalue) :
								   DatumGetInt16(constant->constvalue));
	return piece;
}

static TmfPiece
value_operand(TmfShipping *shipping, Node *value)
{
	Oid			local = getBaseType(exprType(value));
	SqlType		as;

	if (!tmf_encode_natural(local, &as))
		return tmf_ship_stays(shipping,
							  psprintf("values of type %s are not sent", format_type_be(local)));
	if (IsA(value, Const))
		return constant_operand(shipping, (Const *) value, local, &as);
	if (!tmf_encode_holds(local, &as))
		return tmf_ship_stays(shipping,
							  psprintf("a value of type %s that is not a constant may be one that no remote type has",
									   format_type_be(local)));
	return tmf_ship_parameter(shipping, value, &as, TMF_BOUND_VALUE);
}

TmfPiece
tmf_ship_operand(TmfShipping *shipping, Node *node)
{
	Oid			local = getBaseType(exprType(node));
	TmfPiece	piece;

	node = tmf_ship_strip(node);
	if (tmf_ship_is_value(shipping, node))
		return value_operand(shipping, node);
	piece = tmf_ship_value(shipping, node);
	if (piece.ship == TMF_SHIP_EXACT && piece.column != NULL)
		piece = settle_column(shipping, &piece);
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.ship != TMF_SHIP_EXACT || piece.type.name == SQLTYPE_UNKNOWN)
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (local == NUMERICOID && piece.type.name != SQLTYPE_DECIMAL)
		return as_decimal(shipping, &piece, 0);
	return piece;
}

static bool
is_null(Node *node)
{
	return IsA(node, Const) && ((Const *) node)->constisnull;
}

static bool
is_characters(const SqlType *type)
{
	return type->name >= SQLTYPE_CHAR && type->name <= SQLTYPE_JSON;
}

/* The type of both; false: there is none that keeps the values as they are. */
static bool
common_type(Oid local, const TmfPiece *piece, TmfPiece *common)
{
	bool		same = piece->type.name == common->type.name;
	int			scale;
	int			whole;

	switch (local)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			common->bits = Max(tmf_integer_bits(piece), tmf_integer_bits(common));
			/* in the enumeration, too, what comes later holds what comes before */
			if (piece->type.name > common->type.name)
				common->type = piece->type;
			return true;
		case FLOAT4OID:
		case FLOAT8OID:
			if (piece->type.name == SQLTYPE_FLOAT)
				common->type = piece->type;
			return true;
		case NUMERICOID:
			scale = Max(piece->type.scale, common->type.scale);
			whole = Max(piece->type.precision - piece->type.scale,
						common->type.precision - common->type.scale);
			common->rescaled |= piece->type.scale != common->type.scale;
			common->type.precision = whole + scale;
			common->type.scale = scale;
			return whole + scale <= TMF_DECIMAL_MAX;
		default:
			return same && piece->type.length == common->type.length &&
				piece->type.precision == common->type.precision &&
				piece->type.scale == common->type.scale && !is_characters(&piece->type);
	}
}

bool
tmf_ship_alike(TmfShipping *shipping, List *nodes, Oid local, TmfPiece *pieces, TmfPiece *chosen)
{
	bool		first = true;
	ListCell   *lc;

	*chosen = (TmfPiece) {.ship = TMF_SHIP_EXACT};
	foreach(lc, nodes)
	{
		TmfPiece   *piece = &pieces[foreach_current_index(lc)];

		if (is_null(lfirst(lc)))
			continue;
		*piece = tmf_ship_operand(shipping, lfirst(lc));
		if (piece->ship == TMF_SHIP_LOCAL)
			return false;
		if (first)
		{
			chosen->type = piece->type;
			chosen->bits = piece->bits;
		}
		if (!common_type(local, piece, chosen))
		{
			(void) tmf_ship_stays(shipping, "the values to choose from have no type in common there");
			return false;
		}
		chosen->rescaled |= piece->rescaled;
		first = false;
	}
	foreach(lc, nodes)
	{
		TmfPiece   *piece = &pieces[foreach_current_index(lc)];

		if (is_null(lfirst(lc)) && !first)
			*piece = tmf_ship_parameter(shipping, lfirst(lc), &chosen->type, TMF_BOUND_VALUE);
		else if (local == NUMERICOID)
			*piece = tmf_piece_convert(piece, &chosen->type);
	}
	if (first)
		(void) tmf_ship_stays(shipping, "there is nothing but NULL to choose from");
	return !first;
}
