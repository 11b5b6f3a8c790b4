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
#define UUID_BTREE_FAM_OID	2968

#define INTEGERS \
	(TMF_REMOTE(WIRE_TYPE_BIT) | TMF_REMOTE(WIRE_TYPE_TINYINT) | TMF_REMOTE(WIRE_TYPE_SMALLINT) | \
	 TMF_REMOTE(WIRE_TYPE_INT) | TMF_REMOTE(WIRE_TYPE_BIGINT))
#define GUID \
	TMF_REMOTE(WIRE_TYPE_GUID)

const TmfCompareRule tmf_compare_rules[] = {
	{INTEGER_BTREE_FAM_OID, INTEGERS, true, tmf_compare_plain,
	"smallint, integer, bigint", "EXACT", "integer-comparison"},
	{UUID_BTREE_FAM_OID, GUID, false, tmf_compare_plain,
	"uuid", "EXACT", "guid-equality"},
};

const int	tmf_compare_rules_count = lengthof(tmf_compare_rules);
