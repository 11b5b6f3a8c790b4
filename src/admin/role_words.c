/*
 * src/admin/role_words.c
 *		The words of sys.database_mirroring for the numbers in TmfRole.
 */
#include "postgres.h"

#include "admin/role_words.h"

static const char *const roles[] = {NULL, "PRINCIPAL", "MIRROR"};
static const char *const states[] = {"SUSPENDED", "DISCONNECTED", "SYNCHRONIZING",
	"PENDING_FAILOVER", "SYNCHRONIZED", "UNSYNCHRONIZED", "SYNCHRONIZED_FAILOVER_POSSIBLE"};
static const char *const safeties[] = {"UNKNOWN", "OFF", "FULL"};
static const char *const witnesses[] = {"UNKNOWN", "CONNECTED", "DISCONNECTED"};

#define WORD(table, value) \
	((value) >= 0 && (value) < (int) lengthof(table) ? (table)[value] : NULL)

const char *
tmf_role_word(int role)
{
	return WORD(roles, role);
}

const char *
tmf_state_word(int state)
{
	return WORD(states, state);
}

const char *
tmf_safety_word(int safety)
{
	return WORD(safeties, safety);
}

const char *
tmf_witness_word(int witness_state)
{
	return WORD(witnesses, witness_state);
}
