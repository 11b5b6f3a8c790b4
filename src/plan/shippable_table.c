/*
 * src/plan/shippable_table.c
 *		The rules: what may be shipped, and as what.
 *
 * A row claims: with a column of the local type, whatever remote type of the
 * set it has, the expression means there what it means here.  Integers of any
 * width compare as numbers on both sides; two guids are equal when their
 * sixteen bytes are.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/fmgroids.h"

#include "plan/shippable.h"

#define INTEGERS \
	(TMF_REMOTE(WIRE_TYPE_BIT) | TMF_REMOTE(WIRE_TYPE_TINYINT) | TMF_REMOTE(WIRE_TYPE_SMALLINT) | \
	 TMF_REMOTE(WIRE_TYPE_INT) | TMF_REMOTE(WIRE_TYPE_BIGINT))
#define GUID \
	TMF_REMOTE(WIRE_TYPE_GUID)

const TmfShipRule tmf_ship_rules[] = {
	{T_OpExpr, F_INT4EQ, INT4OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_INT8EQ, INT8OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_INT48EQ, INT4OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_INT48EQ, INT8OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_INT84EQ, INT4OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_INT84EQ, INT8OID, INTEGERS, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
	{T_OpExpr, F_UUID_EQ, UUIDOID, GUID, TMF_COLLATION_NONE, TMF_SHIP_EXACT, "$1 = $2"},
};

const int	tmf_ship_rules_count = lengthof(tmf_ship_rules);
