/*
 * src/admin/mirroring.c
 *		tds_mirror_suspend(), tds_mirror_resume(), tds_mirror_set_safety().
 *
 * They change how the principal ships its log, not who serves.  What is so
 * already is not asked for again.  The answer is the mirroring state that the
 * principal then shows.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "admin/role_change.h"
#include "admin/role_words.h"
#include "option/compat.h"

PGDLLEXPORT Datum tds_mirror_suspend(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_suspend);

PGDLLEXPORT Datum tds_mirror_resume(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_resume);

PGDLLEXPORT Datum tds_mirror_set_safety(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_set_safety);

static bool
is_suspended(const TmfRole *role)
{
	return role->state == TMF_STATE_SUSPENDED;
}

static bool
is_resumed(const TmfRole *role)
{
	return role->state > TMF_STATE_SUSPENDED;
}

static bool
is_full(const TmfRole *role)
{
	return role->safety == TMF_SAFETY_FULL;
}

static bool
is_off(const TmfRole *role)
{
	return role->safety == TMF_SAFETY_OFF;
}

/* The principal, which may be the other one by now. */
static bool
find_serving(TmfRoleChange *change)
{
	change->after_side = change->side;
	if (tmf_role_serves(change, change->after_side, &change->after))
		return true;
	change->after_side = change->side == PAIR_INITIAL ? PAIR_FAILOVER : PAIR_INITIAL;
	return change->has_failover && tmf_role_serves(change, change->after_side, &change->after);
}

static bool
principal_says_so(TmfRoleChange *change)
{
	return find_serving(change) && change->plan->wanted(&change->after);
}

static char *
principal_says(TmfRoleChange *change)
{
	if (!find_serving(change))
		return pstrdup("Neither partner serves the database.");
	return psprintf("\"%s\" says that its mirroring state is %s and its safety level %s.",
					change->after.server_name, tmf_state_word(change->after.state),
					tmf_safety_word(change->after.safety));
}

static const TmfRolePlan suspend_plan = {
	"tds_mirror_suspend()", "suspension", "SET PARTNER SUSPEND",
	"mirroring was not suspended in time", false,
	principal_says_so, principal_says, is_suspended
};

static const TmfRolePlan resume_plan = {
	"tds_mirror_resume()", "resumption", "SET PARTNER RESUME",
	"mirroring was not resumed in time", false,
	principal_says_so, principal_says, is_resumed
};

static const TmfRolePlan full_plan = {
	"tds_mirror_set_safety()", "change of safety level", "SET PARTNER SAFETY FULL",
	"the safety level did not become FULL in time", false,
	principal_says_so, principal_says, is_full
};

static const TmfRolePlan off_plan = {
	"tds_mirror_set_safety()", "change of safety level", "SET PARTNER SAFETY OFF",
	"the safety level did not become OFF in time", false,
	principal_says_so, principal_says, is_off
};

static Datum
change_mirroring(FunctionCallInfo fcinfo, const TmfRolePlan *plan)
{
	TmfRoleChange change;
	const char *word;

	tmf_role_begin(&change, plan, NameStr(*PG_GETARG_NAME(0)), TMF_ROLE_CHANGE_MS);
	tmf_role_find_principal(&change);
	change.after = change.before;
	if (!plan->wanted(&change.before))
	{
		tmf_role_open_master(&change);
		tmf_role_carry_out(&change);
	}
	word = tmf_state_word(change.after.state);
	if (word == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(word));
}

Datum
tds_mirror_suspend(PG_FUNCTION_ARGS)
{
	return change_mirroring(fcinfo, &suspend_plan);
}

Datum
tds_mirror_resume(PG_FUNCTION_ARGS)
{
	return change_mirroring(fcinfo, &resume_plan);
}

Datum
tds_mirror_set_safety(PG_FUNCTION_ARGS)
{
	const char *level = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (pg_strcasecmp(level, "FULL") == 0)
		return change_mirroring(fcinfo, &full_plan);
	if (pg_strcasecmp(level, "OFF") == 0)
		return change_mirroring(fcinfo, &off_plan);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid safety level: \"%s\"", level),
			 errhint("Valid levels are FULL and OFF.")));
}
