/*
 * src/plan/ship_text.c
 *		Comparisons of characters and of bytes.
 *
 * What is equal here is equal there, whatever the collation: the reverse does
 * not hold, for the server may ignore case, accents, width, and always ignores
 * blanks at the end.  So "=" as it stands lets too much through, can use an
 * index, and is rechecked.  Where the type is declared, the bytes are compared
 * beside it, which makes it exact, and the bytes alone serve for everything that
 * no index helps with.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "plan/shippable.h"

/* Characters that nvarchar, and bytes that varchar and varbinary take, without being max. */
#define UNITS_MAX	4000
#define BYTES_MAX	8000

/* A character of UTF-16 or of a code page is at most so many bytes of UTF-8 long. */
#define UTF8_BYTES	3

#define UTF8_COLLATION	"Latin1_General_100_BIN2_UTF8"
#define VERSION_UTF8	15

static const SqlType varchar = {SQLTYPE_VARCHAR, BYTES_MAX};
static const SqlType nvarchar = {SQLTYPE_NVARCHAR, UNITS_MAX};
static const SqlType varbinary = {SQLTYPE_VARBINARY, BYTES_MAX};

static bool
is_short(const TmfPiece *piece, int max)
{
	return piece->column != NULL && piece->type.length != SQLTYPE_MAX && piece->type.length <= max;
}

/* char(n) here is equal whatever blanks end it; characters there are what is before them. */
static const char *
trimmed(const TmfPiece *piece, Oid local)
{
	return local == BPCHAROID ? psprintf("RTRIM(%s)", piece->sql) : piece->sql;
}

static TmfPiece
bytes_piece(char *sql, int length)
{
	TmfPiece	piece = tmf_piece_value(TMF_SHIP_EXACT, sql, SQLTYPE_VARBINARY, 0, 0);

	piece.type.length = length;
	return piece;
}

/* Is the piece characters of a declared type, and read as they are? */
static bool
is_known(TmfShipping *shipping, const TmfPiece *piece)
{
	return tmf_piece_is_typed(piece) && tmf_ship_assume(shipping, piece, TMF_REMOTE(WIRE_TYPE_TEXT));
}

TmfPiece
tmf_ship_text_key(TmfShipping *shipping, const TmfPiece *piece, Oid local)
{
	int			units = piece->type.length;

	if (!is_known(shipping, piece))
		return tmf_ship_stays(shipping, "the remote type of a column is not declared, or is read as another one");
	if (!is_short(piece, UNITS_MAX))
		return bytes_piece(psprintf("CONVERT(varbinary(max), CONVERT(nvarchar(max), %s))",
									trimmed(piece, local)),
						   SQLTYPE_MAX);
	return bytes_piece(psprintf("CONVERT(varbinary(%d), CONVERT(nvarchar(%d), %s))",
								2 * units, units, trimmed(piece, local)),
					   2 * units);
}

TmfPiece
tmf_ship_text_order(TmfShipping *shipping, const TmfPiece *piece, Oid local, Oid collation)
{
	int			bytes = piece->type.length * UTF8_BYTES;

	if (!OidIsValid(collation) || !tmf_collation_is_bytes(collation))
		return tmf_ship_stays(shipping, "the server does not sort by the local collation");
	if (shipping->server->remote_version < VERSION_UTF8)
		return tmf_ship_stays(shipping, "a server of an unknown version, or before 2019, does not sort as collation C does");
	if (GetDatabaseEncoding() != PG_UTF8)
		return tmf_ship_stays(shipping, "the database's encoding is not UTF8");
	if (!is_known(shipping, piece))
		return tmf_ship_stays(shipping, "the remote type of a column is not declared, or is read as another one");
	if (!is_short(piece, BYTES_MAX / UTF8_BYTES))
		return bytes_piece(psprintf("CONVERT(varbinary(max), CONVERT(varchar(max), CONVERT(nvarchar(max), %s) COLLATE "
									UTF8_COLLATION "))", trimmed(piece, local)),
						   SQLTYPE_MAX);
	return bytes_piece(psprintf("CONVERT(varbinary(%d), CONVERT(varchar(%d), CONVERT(nvarchar(%d), %s) COLLATE "
								UTF8_COLLATION "))", bytes, bytes, piece->type.length,
								trimmed(piece, local)),
					   bytes);
}

/* A value beside an operand of that type: a value of the type itself keeps the column's index. */
static const SqlType *
type_beside(const TmfPiece *operand)
{
	return operand->type.name == SQLTYPE_CHAR || operand->type.name == SQLTYPE_VARCHAR ?
		&varchar : &nvarchar;
}

bool
tmf_ship_pair(TmfShipping *shipping, Node *left, Node *right,
			  const SqlType *(*type) (const TmfPiece *operand), TmfPiece pieces[2])
{
	Node	   *nodes[2] = {left, right};
	int			values = 0;
	int			i;

	for (i = 0; i < 2; i++)
	{
		if (tmf_ship_is_value(shipping, nodes[i]))
			values |= 1 << i;
		else
			pieces[i] = tmf_ship_value(shipping, nodes[i]);
	}
	for (i = 0; i < 2; i++)
	{
		if (values == 3)
			pieces[i] = tmf_ship_natural_parameter(shipping, nodes[i]);
		else if ((values & 1 << i) != 0 && pieces[1 - i].ship != TMF_SHIP_LOCAL)
			pieces[i] = tmf_ship_parameter(shipping, nodes[i], type(&pieces[1 - i]), TMF_BOUND_VALUE);
		else if ((values & 1 << i) != 0)
			pieces[i] = pieces[1 - i];
	}
	return pieces[0].ship == TMF_SHIP_EXACT && pieces[1].ship == TMF_SHIP_EXACT;
}

/*
 * Two expressions of different collations cannot be compared as they stand:
 * error 468.  A parameter takes the collation of what it meets.
 */
static bool
collations_agree(const TmfShipping *shipping, const TmfComparison *comparison,
				 const TmfPiece pieces[2])
{
	if (tmf_ship_is_value(shipping, comparison->left) ||
		tmf_ship_is_value(shipping, comparison->right))
		return true;
	return pieces[0].column != NULL && pieces[1].column != NULL &&
		pieces[0].collation != NULL && pieces[1].collation != NULL &&
		pg_strcasecmp(pieces[0].collation, pieces[1].collation) == 0;
}

static TmfPiece
ship_exactly(TmfShipping *shipping, const TmfComparison *comparison, const TmfPiece pieces[2],
			 Oid local)
{
	TmfPiece	keys[2];
	bool		ordered = comparison->strategy != BTEqualStrategyNumber &&
		comparison->strategy != TMF_NOT_EQUAL;
	char	   *sql;
	int			i;

	for (i = 0; i < 2; i++)
	{
		keys[i] = ordered ?
			tmf_ship_text_order(shipping, &pieces[i], local, comparison->collation) :
			tmf_ship_text_key(shipping, &pieces[i], local);
		if (keys[i].ship == TMF_SHIP_LOCAL)
			return keys[i];
	}
	sql = psprintf("%s%s%s", keys[0].sql, tmf_compare_sql(comparison->strategy), keys[1].sql);
	if (comparison->strategy == BTEqualStrategyNumber &&
		collations_agree(shipping, comparison, pieces))
		sql = psprintf("(%s = %s AND %s)", pieces[0].sql, pieces[1].sql, sql);
	return tmf_piece_condition(TMF_SHIP_EXACT, sql);
}

/* Both columns may be of any type of characters: nobody has said which. */
static TmfPiece
ship_superset(TmfShipping *shipping, const TmfComparison *comparison, const TmfPiece pieces[2])
{
	if (comparison->strategy != BTEqualStrategyNumber)
		return tmf_ship_stays(shipping, "the remote type of a column is not declared: only = is shipped");
	if (!collations_agree(shipping, comparison, pieces))
		return tmf_ship_stays(shipping, "the columns' remote collations are not declared, or differ");
	if (!tmf_ship_assume_superset(shipping, &pieces[0], TMF_REMOTE(WIRE_TYPE_TEXT)) ||
		!tmf_ship_assume_superset(shipping, &pieces[1], TMF_REMOTE(WIRE_TYPE_TEXT)))
		return tmf_ship_stays(shipping, "a column is not of characters there");
	return tmf_piece_condition(TMF_SHIP_SUPERSET,
							   psprintf("%s = %s", pieces[0].sql, pieces[1].sql));
}

TmfPiece
tmf_compare_text(TmfShipping *shipping, const TmfCompareRule *rule,
				 const TmfComparison *comparison)
{
	Oid			local = getBaseType(exprType(comparison->left));
	TmfPiece	pieces[2];

	if (OidIsValid(comparison->collation) &&
		!get_collation_isdeterministic(comparison->collation))
		return tmf_ship_stays(shipping, "the collation is not deterministic");
	if (!tmf_ship_pair(shipping, comparison->left, comparison->right, type_beside, pieces))
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (is_known(shipping, &pieces[0]) && is_known(shipping, &pieces[1]))
		return ship_exactly(shipping, comparison, pieces, local);
	return ship_superset(shipping, comparison, pieces);
}

static const SqlType *
bytes_beside(const TmfPiece *operand)
{
	return &varbinary;
}

/* Whether 0x01 and 0x0100 are equal there does not matter: their lengths are not. */
TmfPiece
tmf_compare_bytes(TmfShipping *shipping, const TmfCompareRule *rule,
				  const TmfComparison *comparison)
{
	bool		equal = comparison->strategy == BTEqualStrategyNumber;
	TmfPiece	pieces[2];

	if (!tmf_ship_pair(shipping, comparison->left, comparison->right, bytes_beside, pieces))
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (!tmf_ship_assume(shipping, &pieces[0], rule->remote) ||
		!tmf_ship_assume(shipping, &pieces[1], rule->remote))
		return tmf_ship_stays(shipping, "a column is not of bytes there");
	return tmf_piece_condition(TMF_SHIP_EXACT,
							   tmf_ship_text(equal ?
											 "($1 = $2 AND DATALENGTH($1) = DATALENGTH($2))" :
											 "($1 <> $2 OR DATALENGTH($1) <> DATALENGTH($2))",
											 2, pieces));
}
