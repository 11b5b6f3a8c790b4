/*
 * src/plan/ship_compare_table.c
 *		The rules of comparisons, one for each btree family.
 *
 * A row claims: between operands of the family's types, whatever remote types
 * of the set they have, the family's order there is the one here.
 */
#include "postgres.h"

#include "catalog/pg_opfamily_d.h"

#include "plan/shippable.h"

/* Families whose numbers have no name in the catalog's headers. */
#define DATETIME_BTREE_FAM_OID	434
#define TIME_BTREE_FAM_OID	1996
#define UUID_BTREE_FAM_OID	2968

#define INTEGERS \
	(TMF_REMOTE(WIRE_TYPE_BIT) | TMF_REMOTE(WIRE_TYPE_TINYINT) | TMF_REMOTE(WIRE_TYPE_SMALLINT) | \
	 TMF_REMOTE(WIRE_TYPE_INT) | TMF_REMOTE(WIRE_TYPE_BIGINT))
#define CHARACTERS \
	TMF_REMOTE(WIRE_TYPE_TEXT)
#define GUID \
	TMF_REMOTE(WIRE_TYPE_GUID)

const TmfCompareRule tmf_compare_rules[] = {
	{INTEGER_BTREE_FAM_OID, INTEGERS, true, tmf_compare_plain,
	"smallint, integer, bigint", "EXACT", "integer-comparison"},
	{UUID_BTREE_FAM_OID, GUID, false, tmf_compare_plain,
	"uuid", "EXACT", "guid-equality"},
	{DATETIME_BTREE_FAM_OID, 0, true, tmf_compare_moment,
		"date, timestamp, timestamp with time zone",
		"EXACT; SUPERSET where the remote type is not declared, or across types", "datetime-ticks"},
	{TIME_BTREE_FAM_OID, 0, true, tmf_compare_moment,
	"time", "EXACT", "time-comparison"},
	{TEXT_BTREE_FAM_OID, CHARACTERS, true, tmf_compare_text,
		"text, varchar",
		"EXACT where the remote type is declared; otherwise = is SUPERSET", "text-equality-superset"},
	{BPCHAR_BTREE_FAM_OID, CHARACTERS, true, tmf_compare_text,
		"char",
		"EXACT where the remote type is declared; otherwise = is SUPERSET", "text-equality-superset"},
	{BYTEA_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_BINARY), false, tmf_compare_bytes,
	"bytea", "EXACT", "binary-padding"},
};

const int	tmf_compare_rules_count = lengthof(tmf_compare_rules);
