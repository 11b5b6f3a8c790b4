/*
 * src/plan/ship_key.c
 *		Values that are sorted or grouped by.
 *
 * A family of types has the same order there or not; and what is equal here must
 * be equal there and the other way round, or groups are merged or torn.  Moments
 * are cut to microseconds when they are read: what differs below is equal here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opfamily_d.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "option/compat.h"
#include "plan/deparse.h"
#include "plan/ship_rules.h"
#include "plan/upper.h"

/* Families whose numbers have no name in the catalog's headers. */
#define FLOAT_BTREE_FAM_OID		1970
#define NUMERIC_BTREE_FAM_OID	1988
#define DATETIME_BTREE_FAM_OID	434
#define TIME_BTREE_FAM_OID		1996
#define UUID_BTREE_FAM_OID		2968

#define MOMENTS \
	(TMF_REMOTE(WIRE_TYPE_DATE) | TMF_REMOTE(WIRE_TYPE_DATETIME) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLDATETIME) | TMF_REMOTE(WIRE_TYPE_DATETIME2) | \
	 TMF_REMOTE(WIRE_TYPE_DATETIMEOFFSET))

/* What reads more decimals of a second than PostgreSQL has. */
#define FRACTIONS_MAX	6

/* A key of more bytes than a row of a work table has room for is refused there. */
#define KEY_BYTES_MAX	8000

const TmfKeyRule tmf_key_rules[] = {
	{INTEGER_BTREE_FAM_OID, TMF_REMOTE_INTEGERS, "$1", "$1",
	"smallint, integer, bigint", "EXACT", "EXACT", "integer-comparison"},
	{NUMERIC_BTREE_FAM_OID, TMF_REMOTE_NUMBERS, "$1", "$1",
	"numeric", "EXACT", "EXACT", "group-by-decimal"},
	{FLOAT_BTREE_FAM_OID, TMF_REMOTE_FLOATS, "$1", "$1",
	"real, double precision", "EXACT", "EXACT", "float-comparison"},
	{BOOL_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_BIT), "$1", "$1",
	"boolean", "EXACT", "EXACT", "bit-comparison"},
	{DATETIME_BTREE_FAM_OID, MOMENTS, "$1", "$1",
	"date, timestamp, timestamptz", "EXACT; of more than 6 decimals of a second as the last key alone",
	"EXACT up to 6 decimals of a second", "datetime2-scale"},
	{TIME_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_TIME), "$1", "$1",
	"time", "EXACT; of more than 6 decimals of a second as the last key alone",
	"EXACT up to 6 decimals of a second", "time-comparison"},
	{UUID_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_GUID),
		"CONVERT(char(36), $1) COLLATE Latin1_General_BIN2", "$1",
	"uuid", "EXACT", "EXACT", "guid-order-as-text"},
	{TEXT_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_TEXT), NULL, NULL,
	"text, varchar", "EXACT with local collation C, a declared remote_type and SQL Server 2019",
	"EXACT with a declared remote_type", "utf8-binary-order"},
	{BPCHAR_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_TEXT), NULL, NULL,
	"char", "EXACT with local collation C, a declared remote_type and SQL Server 2019",
	"EXACT with the remote_type char or nchar", "utf8-binary-order"},
};

const int	tmf_key_rules_count = lengthof(tmf_key_rules);

static const TmfKeyRule *
find_rule(Oid family)
{
	int			i;

	for (i = 0; i < tmf_key_rules_count; i++)
	{
		if (tmf_key_rules[i].family == family)
			return &tmf_key_rules[i];
	}
	return NULL;
}

static const TmfKeyRule *
rule_of_equality(Oid operator)
{
	const TmfKeyRule *rule = NULL;
	ListCell   *lc;

	foreach(lc, TMF_MEANINGS_OF(operator))
	{
		const TmfMeaning *meaning = lfirst(lc);

		if (rule == NULL && TMF_STRATEGY(meaning) == BTEqualStrategyNumber)
			rule = find_rule(meaning->opfamily_id);
	}
	return rule;
}

/* A column that nobody has declared may be of the type with the most decimals. */
static bool
is_lossy(const TmfPiece *piece, Oid family, Oid type)
{
	if (family == DATETIME_BTREE_FAM_OID && type == DATEOID)
		return false;
	if (family != DATETIME_BTREE_FAM_OID && family != TIME_BTREE_FAM_OID)
		return false;
	switch (piece->type.name)
	{
		case SQLTYPE_DATE:
		case SQLTYPE_DATETIME:
		case SQLTYPE_SMALLDATETIME:
			return false;
		case SQLTYPE_TIME:
		case SQLTYPE_DATETIME2:
		case SQLTYPE_DATETIMEOFFSET:
			return piece->type.scale > FRACTIONS_MAX;
		default:
			return true;
	}
}

static bool
stays(TmfShipping *shipping, const char *reason)
{
	(void) tmf_ship_stays(shipping, reason);
	return false;
}

/* The value of expr, of a type of which rule says something. */
static bool
ship_value(TmfShipping *shipping, Node *expr, const TmfKeyRule *rule, TmfKey *key)
{
	Oid			type = getBaseType(exprType(expr));

	memset(key, 0, sizeof(*key));
	if (rule == NULL)
		return stays(shipping, psprintf("values of type %s have no order there that is known",
										format_type_be(type)));
	key->piece = tmf_ship_value(shipping, tmf_ship_strip(expr));
	if (key->piece.ship != TMF_SHIP_EXACT)
		return stays(shipping, "a key is not evaluated exactly there");
	if (!tmf_ship_assume(shipping, &key->piece, rule->remote))
		return stays(shipping, "a key is of a remote type that compares otherwise");
	key->lossy = is_lossy(&key->piece, rule->family, type);
	return true;
}

bool
tmf_ship_order_key(TmfShipping *shipping, Node *expr, Oid family, Oid collation, TmfKey *key)
{
	const TmfKeyRule *rule = find_rule(family);

	if (!ship_value(shipping, expr, rule, key))
		return false;
	if (rule->order != NULL)
		key->sql = tmf_ship_text(rule->order, 1, &key->piece);
	else
		key->sql = tmf_ship_text_order(shipping, &key->piece, getBaseType(exprType(expr)),
									   collation).sql;
	return key->sql != NULL;
}

/* Strings are the same when their bytes are: of UTF-16, as the column travels. */
static bool
group_bytes(TmfShipping *shipping, Node *expr, Oid family, TmfKey *key)
{
	Var		   *column = key->piece.column;
	Oid			collation = exprCollation(expr);
	TmfColumnForm form;
	StringInfoData sql;

	if (column == NULL)
		return stays(shipping, "only a column of texts can be grouped by there");
	if (OidIsValid(collation) && !get_collation_isdeterministic(collation))
		return stays(shipping, "its collation is not deterministic");
	tmf_column_form(planner_rt_fetch(column->varno, shipping->root)->relid, column->varattno,
					column->vartype, &form);
	if (!form.utf16)
		return stays(shipping, "texts can be grouped by there when remote_type says how long they are");
	if (family == BPCHAR_BTREE_FAM_OID && form.remote.name != SQLTYPE_CHAR &&
		form.remote.name != SQLTYPE_NCHAR)
		return stays(shipping, "blanks at the end count there");
	if (2 * form.remote.length > KEY_BYTES_MAX)
		return stays(shipping, "it is too long to be grouped by there");
	initStringInfo(&sql);
	tmf_deparse_column(&sql, key->piece.sql, &form);
	key->sql = sql.data;
	return true;
}

bool
tmf_ship_group_key(TmfShipping *shipping, Node *expr, Oid equality, TmfKey *key)
{
	const TmfKeyRule *rule = rule_of_equality(equality);

	if (!ship_value(shipping, expr, rule, key))
		return false;
	if (key->lossy)
		return stays(shipping, "what differs there by less than a microsecond is equal here");
	if (rule->group == NULL)
		return group_bytes(shipping, expr, rule->family, key);
	if (key->piece.rescaled ||
		(rule->family == NUMERIC_BTREE_FAM_OID && key->piece.column == NULL &&
		 !tmf_ship_same_scale(shipping, expr, &key->piece)))
		return stays(shipping, "it has another number of decimals there");
	key->sql = tmf_ship_text(rule->group, 1, &key->piece);
	return true;
}
