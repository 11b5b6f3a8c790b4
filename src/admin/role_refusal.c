/*
 * src/admin/role_refusal.c
 *		What SQL Server's answers to role-management statements mean.
 *
 * The same rows serve when the server refuses and when its state shows before
 * anything is sent that it would.  SQLSTATEs are in the verdict table.
 */
#include "postgres.h"

#include "admin/role_refusal.h"

#define FINAL		TMF_REFUSAL_FINAL
#define TRANSIENT	TMF_REFUSAL_TRANSIENT
#define UNKNOWN		TMF_REFUSAL_UNKNOWN

static const TmfRefusal refusals[] = {
	{226, FINAL, "a transaction is open in the session",
	"Look for a logon trigger that opens one for this login."},
	{262, FINAL, "the login lacks a permission",
	"Grant ALTER on the database to the login, or use a mapping to one that has it."},
	{952, TRANSIENT, "the database is in transition",
	"A change of roles is under way: look at tds_mirror_status() and try again when it is over."},
	{955, TRANSIENT, "the database lacks quorum",
	"Bring the other partner or the witness back."},
	{1205, TRANSIENT, "it was chosen as the victim of a deadlock",
	"Try again."},
	{1222, TRANSIENT, "a lock was not granted within lock_timeout",
	"Try again, or raise the server option lock_timeout."},
	{1404, TRANSIENT, "the mirror is busy",
	"Try again in a moment."},
	{1406, FINAL, "service cannot be forced safely",
	"A witness must be connected to the mirror: bring it back. Without it, only removing mirroring (ALTER DATABASE ... SET PARTNER OFF) and recovering the copy opens the database."},
	{1413, FINAL, "the other partner was lost before mirroring was fully started",
	"Check that both partners run and that their endpoints reach each other, and try again."},
	{1415, FINAL, "the operation could not be performed",
	"The error log of SQL Server on both partners says why."},
	{1416, FINAL, "it is not mirrored",
	"Set up mirroring with ALTER DATABASE ... SET PARTNER on both partners."},
	{1417, FINAL, "mirroring was disabled by the administrator",
	"Enable mirroring on the instance, or ask its administrator to."},
	{1421, UNKNOWN, "the other partner did not answer in time",
	"Look at tds_mirror_status() before trying again."},
	{1422, FINAL, "the mirror is not SYNCHRONIZED",
	"Wait until tds_mirror_status() says that the mirror has caught up; if mirroring is suspended, run tds_mirror_resume() first."},
	{1428, TRANSIENT, "the other partner is not in a state to take part",
	"Look at tds_mirror_status() and try again in a moment."},
	{1431, FINAL, "neither the other partner nor the witness is available",
	"Bring at least one of them back."},
	{1438, TRANSIENT, "the other partner has rejected the request",
	"Try again in a moment; the error log of SQL Server there says why."},
	{1447, FINAL, "the partners are not connected to each other",
	"Start the other partner and wait until tds_mirror_status() says SYNCHRONIZED."},
	{1451, FINAL, "its mirroring information is missing on the instance",
	"Remove mirroring with ALTER DATABASE ... SET PARTNER OFF and set it up anew."},
	{1455, FINAL, "the database is not in a state to become principal",
	"Service can be forced on a mirror that has lost its principal; while the principal runs, use tds_mirror_failover()."},
	{1456, FINAL, "the other partner could not be told, so nothing was changed",
	"Check that the other partner runs and that its endpoint can be reached, and try again."},
	{1462, FINAL, "mirroring is disabled by a redo that has failed",
	"Remove mirroring with ALTER DATABASE ... SET PARTNER OFF and set it up anew."},
	{1470, FINAL, "the instance is not the principal any more",
	"The roles have changed meanwhile: look at tds_mirror_status()."},
	{1473, FINAL, "this edition of SQL Server does not allow another safety level",
	"SAFETY OFF needs Enterprise Edition."},
	{1477, FINAL, "its safety level is not FULL",
	"Run tds_mirror_set_safety() with FULL, and wait until tds_mirror_status() says SYNCHRONIZED."},
	{5001, FINAL, "the session is not in master",
	"Give the login access to the database master."},
	{5011, FINAL, "the login may not alter it",
	"Grant ALTER on the database to the login; on a mirror only members of sysadmin may alter it."},
	{5059, TRANSIENT, "the database is in transition",
	"A change of roles is under way: look at tds_mirror_status() and try again when it is over."},
	{5061, TRANSIENT, "the database could not be locked",
	"Try again in a moment."},
	{5069, FINAL, "ALTER DATABASE has failed",
	"The error log of SQL Server says why."}
};

const TmfRefusal *
tmf_refusal_find(int number)
{
	int			i;

	for (i = 0; i < lengthof(refusals); i++)
	{
		if (refusals[i].number == number)
			return &refusals[i];
	}
	return NULL;
}
