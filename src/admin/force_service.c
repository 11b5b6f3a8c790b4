/*
 * src/admin/force_service.c
 *		tds_mirror_force_service(): the mirror serves without its principal.
 *
 * What the principal had committed and not shipped is lost, and a principal
 * that lives on serves beside the new one.  So it takes the caller's word that
 * loss is allowed, and no principal may be found that serves, whatever the
 * mirror believes of it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "admin/role_change.h"
#include "admin/role_words.h"
#include "option/compat.h"

PGDLLEXPORT Datum tds_mirror_force_service(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(tds_mirror_force_service);

static bool
mirror_serves(TmfRoleChange *change)
{
	change->after_side = change->side;
	return tmf_role_serves(change, change->side, &change->after) &&
		change->after.role_sequence > change->before.role_sequence;
}

static char *
mirror_says(TmfRoleChange *change)
{
	TmfRole		role;
	char		problem[256];

	if (!tmf_role_look(change, change->side, "master", &role, problem))
		return psprintf("It does not answer any more: %s.", problem);
	if (role.role == TMF_ROLE_PRINCIPAL)
		return pstrdup("It says that it is principal, but does not serve the database yet.");
	return pstrdup("It still says that it is no principal.");
}

static const TmfRolePlan plan = {
	"tds_mirror_force_service()", "forced service",
	"SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS",
	"the mirror has not become principal in time", true,
	mirror_serves, mirror_says
};

static void
refuse_while_served(TmfRoleChange *change, PairSide side)
{
	const TmfServerOptions *server = change->target->server;
	TmfRole		role;

	if (!tmf_role_look(change, side, NULL, &role, NULL) || !role.in_database ||
		(role.mirrored && role.role != TMF_ROLE_PRINCIPAL))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("forced service of database \"%s\" is refused: \"%s\" serves it",
					server->database, role.server_name),
			 errhint("Use tds_mirror_failover('%s'). To take the service away from an instance that the mirror cannot reach, stop that instance first.",
					 server->name)));
}

/*
 * Does side say that it is the mirror of our pair?  To anybody but members of
 * sysadmin a mirror says nothing, which looks like a database that is not
 * mirrored.
 */
static bool
is_mirror(TmfRoleChange *change, PairSide side, TmfRole *role, StringInfo said)
{
	const TmfServerOptions *server = change->target->server;
	const TmfPartners *partners;
	char		problem[256];
	char		address[ENDPOINT_TEXT_MAX];

	endpoint_format(&change->endpoint[side], address, sizeof(address));
	appendStringInfo(said, "%s%s: ", said->len > 0 ? "\n" : "", address);
	if (!tmf_role_look(change, side, "master", role, problem))
	{
		appendStringInfoString(said, problem);
		return false;
	}
	partners = tmf_partners_get(server);
	if (role->role != TMF_ROLE_MIRROR)
		appendStringInfoString(said, role->role == TMF_ROLE_PRINCIPAL ?
							   "it says that it is principal, but does not serve" :
							   "it does not say that it is a mirror");
	else if ((partners->guid[0] != '\0' && strcmp(partners->guid, role->guid) != 0) ||
			 (server->mirroring_guid && pg_strcasecmp(server->mirroring_guid, role->guid) != 0))
		appendStringInfoString(said, "it belongs to another mirrored pair");
	else
		return true;
	return false;
}

static void
find_mirror(TmfRoleChange *change)
{
	StringInfoData said;
	int			side;

	for (side = 0; side < (change->has_failover ? PAIR_SIDES : 1); side++)
		refuse_while_served(change, side);

	initStringInfo(&said);
	for (side = 0; side < (change->has_failover ? PAIR_SIDES : 1); side++)
	{
		change->side = side;
		if (is_mirror(change, side, &change->before, &said))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the mirror of server \"%s\" was not found", change->target->server->name),
			 errdetail_internal("%s", said.data),
			 errhint("A mirror tells its role only to members of sysadmin: use a user mapping to such a login.")));
}

/* What the server would refuse anyway. */
static void
check_preconditions(const TmfRoleChange *change)
{
	const TmfRole *role = &change->before;

	if (role->state != TMF_STATE_DISCONNECTED && role->state != TMF_STATE_SUSPENDED)
		tmf_role_refuse(change, 1455, psprintf("The mirror \"%s\" says that its mirroring state is %s.",
											   role->server_name, tmf_state_word(role->state)));
	if (role->witness_name[0] != '\0' && role->witness_state != TMF_WITNESS_CONNECTED)
		tmf_role_refuse(change, 1406, psprintf("The mirror \"%s\" is not connected to the witness \"%s\".",
											   role->server_name, role->witness_name));
}

Datum
tds_mirror_force_service(PG_FUNCTION_ARGS)
{
	TmfRoleChange change;

	tmf_role_begin(&change, &plan, NameStr(*PG_GETARG_NAME(0)), TMF_ROLE_CHANGE_MS);
	if (!PG_GETARG_BOOL(1))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("forced service of database \"%s\" is refused: data loss is not allowed",
						change.target->server->database),
				 errdetail("What the principal has committed and the mirror has not received would be lost."),
				 errhint("If that is acceptable, run tds_mirror_force_service('%s', allow_data_loss => true).",
						 change.target->server->name)));
	find_mirror(&change);
	check_preconditions(&change);
	tmf_role_open_master(&change);
	tmf_role_carry_out(&change);
	if (change.after.state == TMF_STATE_SUSPENDED)
		ereport(NOTICE,
				(errmsg("mirroring of database \"%s\" is suspended: \"%s\" serves alone",
						change.target->server->database, change.after.server_name),
				 errhint("When the former principal is back, tds_mirror_resume('%s') makes it the mirror and discards what only it has.",
						 change.target->server->name)));
	PG_RETURN_DATUM(tmf_role_row(fcinfo, &change, change.before.partner_instance,
								 change.after.server_name));
}
