/*
 * src/plan/ship_compare_table.c
 *		The rules of comparisons, one for each btree family.
 *
 * A row claims: between operands of the family's types, whatever remote types
 * of the set they have, the family's order there is the one here.
 */
#include "postgres.h"

#include "catalog/pg_opfamily_d.h"

#include "plan/ship_rules.h"

/* Families whose numbers have no name in the catalog's headers. */
#define DATETIME_BTREE_FAM_OID	434
#define FLOAT_BTREE_FAM_OID	1970
#define NUMERIC_BTREE_FAM_OID	1988
#define TIME_BTREE_FAM_OID	1996
#define UUID_BTREE_FAM_OID	2968

#define CHARACTERS \
	TMF_REMOTE(WIRE_TYPE_TEXT)
#define GUID \
	TMF_REMOTE(WIRE_TYPE_GUID)

const TmfCompareRule tmf_compare_rules[] = {
	{INTEGER_BTREE_FAM_OID, TMF_REMOTE_INTEGERS, true, tmf_compare_number,
	"smallint, integer, bigint", "EXACT", "integer-comparison"},
	{NUMERIC_BTREE_FAM_OID, TMF_REMOTE_NUMBERS, true, tmf_compare_number,
	"numeric", "EXACT", "decimal-comparison"},
	{FLOAT_BTREE_FAM_OID, TMF_REMOTE_FLOATS, true, tmf_compare_number,
	"real, double precision", "EXACT", "float-comparison"},
	{BOOL_BTREE_FAM_OID, TMF_REMOTE(WIRE_TYPE_BIT), true, tmf_compare_number,
	"boolean", "EXACT", "bit-comparison"},
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
