/*
 * src/admin/failover.c
 *		tds_mirror_failover(): handing over on purpose.
 *
 * The statement's return does not mean that the other partner serves, and its
 * loss does not mean that it failed: in both cases the other partner is asked
 * until it is principal with a higher role sequence; when time is up, the old
 * one has the last word.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "admin/role_change.h"
#include "admin/role_words.h"
#include "option/compat.h"

PGDLLEXPORT Datum tds_mirror_failover(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_failover);

/* Is the other partner principal now, by a switch that came after ours began? */
static bool
has_taken_over(TmfRoleChange *change)
{
	change->after_side = change->side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	return tmf_role_serves(change, change->after_side, &change->after) &&
		change->after.role_sequence > change->before.role_sequence;
}

static char *
old_principal_says(TmfRoleChange *change)
{
	TmfRole		old;
	bool		still = tmf_role_serves(change, change->side, &old) &&
	old.role_sequence == change->before.role_sequence;

	return psprintf(still ? "\"%s\" still says that it is principal." :
					"\"%s\" does not say any more that it is principal.",
					change->before.server_name);
}

static const TmfRolePlan plan = {
	"tds_mirror_failover()", "failover", "SET PARTNER FAILOVER",
	"the other partner has not become principal in time", true,
	has_taken_over, old_principal_says
};

/* What the server would refuse anyway, said with the remedy, before anything is sent. */
static void
check_preconditions(const TmfRoleChange *change)
{
	const TmfRole *role = &change->before;

	if (role->safety != TMF_SAFETY_FULL)
		tmf_role_refuse(change, 1477, psprintf("\"%s\" says that its safety level is %s.",
											   role->server_name, tmf_safety_word(role->safety)));
	if (role->state != TMF_STATE_SYNCHRONIZED)
		tmf_role_refuse(change, role->state == TMF_STATE_DISCONNECTED ? 1447 : 1422,
						psprintf("\"%s\" says that its mirroring state is %s.",
								 role->server_name, tmf_state_word(role->state)));
	if (!change->has_failover)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the failover partner of server \"%s\" is not known",
						change->target->server->name),
				 errhint("Set the server option failover_partner.")));
}

Datum
tds_mirror_failover(PG_FUNCTION_ARGS)
{
	TmfRoleChange change;

	tmf_role_begin(&change, &plan, NameStr(*PG_GETARG_NAME(0)),
				   tmf_timeout_ms(PG_GETARG_INTERVAL_P(1)));
	tmf_role_find_principal(&change);
	check_preconditions(&change);
	tmf_role_open_master(&change);
	tmf_role_carry_out(&change);
	PG_RETURN_DATUM(tmf_role_row(fcinfo, &change, change.before.server_name,
								 change.after.server_name));
}
