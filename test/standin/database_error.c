/*
 * test/standin/database_error.c
 *		What SQL Server says when a database cannot be used or mirrored.
 *
 * All that the formats take is one name, so that a fault may ask for any number.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "database_state.h"

typedef struct ErrorRow
{
	int			number;
	int			severity;
	int			state;
	const char *format;
} ErrorRow;

static const ErrorRow errors[] = {
	{596, 21, 1, "Cannot continue the execution because the session is in the kill state."},
	{911, 16, 1, "Database '%s' does not exist. Make sure that the name is entered correctly."},
	{921, 14, 2, "Database '%s' has not been recovered yet. Wait and try again."},
	{927, 14, 2, "Database '%s' cannot be opened. It is in the middle of a restore."},
	{942, 14, 4, "Database '%s' cannot be opened because it is offline."},
	{945, 16, 2, "Database '%s' cannot be opened due to inaccessible files or insufficient memory or disk space.  See the SQL Server errorlog for details."},
	{952, 16, 1, "Database '%s' is in transition. Try the statement later."},
	{954, 14, 1, "The database \"%s\" cannot be opened. It is acting as a mirror database."},
	{955, 14, 1, "Database %s is enabled for Database Mirroring, but the database lacks quorum: the database cannot be opened.  Check the partner and witness connections if configured."},
	{1205, 13, 51, "Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction."},
	{1404, 16, 1, "The command failed because the database mirror is busy. Reissue the command later."},
	{1405, 16, 1, "The database \"%s\" is already enabled for database mirroring."},
	{1406, 16, 1, "Unable to force service safely. Remove database mirroring and recover database \"%s\" to gain access."},
	{1413, 16, 1, "Communications to the remote server instance '%s' failed before database mirroring was fully started. The ALTER DATABASE command failed. Retry the command when the remote database is started."},
	{1415, 16, 1, "The database mirroring operation for database \"%s\" failed. The requested operation could not be performed."},
	{1416, 16, 1, "Database \"%s\" is not configured for database mirroring."},
	{1418, 16, 1, "The server network address \"%s\" can not be reached or does not exist. Check the network address name and that the ports for the local and remote endpoints are operational."},
	{1421, 16, 1, "Communications to the remote server instance '%s' failed to complete before its timeout. The ALTER DATABASE command may have not completed. Retry the command."},
	{1422, 16, 1, "The mirror server instance is not caught up to the recent changes to database \"%s\". Unable to fail over."},
	{1426, 16, 1, "To issue ALTER DATABASE SET WITNESS, all three server instances must be interconnected, and the mirror database must be caught up. When these conditions are met, reissue the command."},
	{1427, 16, 1, "The server instance '%s' could not act as the witness. The ALTER DATABASE SET WITNESS command failed."},
	{1429, 16, 1, "The witness server instance name must be distinct from both of the server instances that manage the database. The ALTER DATABASE SET WITNESS command failed."},
	{1431, 16, 1, "Neither the partner nor the witness server instance for database \"%s\" is available. Reissue the command when at least one of the instances becomes available."},
	{1433, 16, 1, "All three server instances did not remain interconnected for the duration of the ALTER DATABASE SET WITNESS command. There may be a mismatch between the partner and witness configuration. Reissue the command when all three server instances are connected."},
	{1439, 16, 1, "There is currently no witness associated with database \"%s\"."},
	{1447, 16, 21, "ALTER DATABASE \"%s\" command cannot be executed until both partner server instances are up, running, and connected. Start the partner and reissue the command."},
	{1449, 16, 1, "ALTER DATABASE command failed due to an invalid server connection string."},
	{1452, 16, 1, "The partner server instance name must be distinct from the server instance that manages the database. The ALTER DATABASE SET PARTNER command failed."},
	{1455, 16, 1, "The database mirroring service cannot be forced for database \"%s\" because the database is not in the correct state to become the principal database."},
	{1456, 16, 1, "The ALTER DATABASE command could not be sent to the remote server instance '%s'. The database mirroring configuration was not changed. Verify that the server is connected, and try again."},
	{1460, 16, 1, "The database \"%s\" is already configured for database mirroring on the remote server. Disable database mirroring on the remote server to establish a new partner."},
	{1468, 16, 1, "The operation cannot be performed on database \"%s\" because it is involved in a database mirroring session or an availability group. Some operations are not allowed on a database that is participating in a database mirroring session or in an availability group."},
	{1470, 16, 1, "The alter database for this partner config values may only be initiated on the current principal server for database \"%s\"."},
	{1476, 16, 1, "Database mirroring timeout value %s exceeds the maximum value 32767."},
	{1477, 16, 1, "The database mirroring safety level must be FULL to manually failover database \"%s\".  Set safety level to FULL and retry."},
	{1801, 16, 3, "Database '%s' already exists. Choose a different database name."},
	{1802, 16, 1, "CREATE DATABASE failed. Some file names listed could not be created. Check related errors."},
	{1831, 16, 1, "No more databases fit in this instance."},
	{3701, 11, 1, "Cannot drop the database '%s', because it does not exist or you do not have permission."},
	{3702, 16, 3, "Cannot drop database \"%s\" because it is currently in use."},
	{3708, 16, 5, "Cannot drop the database '%s' because it is a system database."},
	{3743, 16, 1, "The database '%s' is enabled for database mirroring. Database mirroring must be removed before you drop the database."},
	{5011, 14, 5, "User does not have permission to alter database '%s', the database does not exist, or the database is not in a state that allows access checks."},
	{5058, 16, 1, "Option 'OFFLINE' cannot be set in database '%s'."},
	{9002, 17, 2, "The transaction log for database '%s' is full due to 'ACTIVE_TRANSACTION'."},
	{9004, 21, 1, "An error occurred while processing the log for database '%s'.  If possible, restore from backup. If a backup is not available, it might be necessary to rebuild the log."},
};

bool
database_error(SqlMessage *error, int number, ...)
{
	const ErrorRow *row = NULL;
	va_list		arguments;
	size_t		i;

	for (i = 0; row == NULL && i < sizeof(errors) / sizeof(errors[0]); i++)
	{
		if (errors[i].number == number)
			row = &errors[i];
	}
	memset(error, 0, sizeof(*error));
	error->number = number;
	error->severity = row != NULL ? row->severity : 16;
	error->state = row != NULL ? row->state : 1;
	error->line = 1;
	snprintf(error->text, sizeof(error->text), "Error %d, injected by a fault.", number);
	va_start(arguments, number);
	if (row != NULL)
		vsnprintf(error->text, sizeof(error->text), row->format, arguments);
	va_end(arguments);
	return false;
}
