/*
 * test/standin/strike.c
 *		What a fault does to a connection.
 *
 * Closing is done here at once, so that the client sees it when the fault
 * strikes and not when the engine has unwound.  The errors that a fault can
 * inject are those that a failover or a busy server answers with.
 */
#include <stdio.h>
#include <sys/socket.h>

#include "log.h"
#include "malformed.h"
#include "strike.h"

#define ROW_ERROR		1222	/* at "row" the argument counts rows, so these are fixed */
#define ROW_FATAL		596
#define ROW_DELAY		1000	/* milliseconds */
#define DELAY_STEP		20
#define SEVERITY_FATAL	21

typedef enum Subject
{
	ABOUT_NOTHING,
	ABOUT_DATABASE,
	ABOUT_USER
} Subject;

typedef struct MessageRule
{
	int			number;
	int			severity;
	int			state;
	Subject		subject;		/* stands between head and tail */
	const char *head;
	const char *tail;
} MessageRule;

static const MessageRule rules[] = {
	{596, 21, 1, ABOUT_NOTHING,
	"Cannot continue the execution because the session is in the kill state.", ""},
	{701, 17, 123, ABOUT_NOTHING,
	"There is insufficient system memory in resource pool 'default' to run this query.", ""},
	{913, 22, 1, ABOUT_DATABASE, "Could not find database ID of '",
	"'. Database may not be activated yet or may be in transition. Reissue the query once the "
	"database is available."},
	{921, 14, 2, ABOUT_DATABASE, "Database '",
	"' has not been recovered yet. Wait and try again."},
	{922, 14, 1, ABOUT_DATABASE, "Database '",
	"' is being recovered. Waiting until recovery is finished."},
	{927, 14, 2, ABOUT_DATABASE, "Database '",
	"' cannot be opened. It is in the middle of a restore."},
	{942, 14, 4, ABOUT_DATABASE, "Database '", "' cannot be opened because it is offline."},
	{952, 16, 1, ABOUT_DATABASE, "Database '",
	"' is in transition. Try the statement later."},
	{954, 14, 1, ABOUT_DATABASE, "The database \"",
	"\" cannot be opened. It is acting as a mirror database."},
	{955, 14, 1, ABOUT_DATABASE, "Database ",
	" is enabled for Database Mirroring, but the database lacks quorum: the database cannot be "
	"opened.  Check the partner and witness connections if configured."},
	{956, 14, 1, ABOUT_DATABASE, "Database ",
	" is enabled for Database Mirroring, but has not yet synchronized with its partner. Try the "
	"operation again later."},
	{976, 14, 1, ABOUT_DATABASE, "The target database, '",
	"', is participating in an availability group and is currently not accessible for queries."},
	{1205, 13, 51, ABOUT_NOTHING,
	"Transaction was deadlocked on lock resources with another process and has been chosen as "
	"the deadlock victim. Rerun the transaction.", ""},
	{1222, 16, 51, ABOUT_NOTHING, "Lock request time out period exceeded.", ""},
	{3960, 16, 2, ABOUT_DATABASE,
	"Snapshot isolation transaction aborted due to update conflict in database '",
	"'. Retry the transaction or change the isolation level for the update/delete statement."},
	{3989, 16, 1, ABOUT_NOTHING,
	"New request is not allowed to start because it should come with valid transaction "
	"descriptor.", ""},
	{4002, 16, 1, ABOUT_NOTHING,
	"The incoming tabular data stream (TDS) protocol stream is incorrect. The stream ended "
	"unexpectedly.", ""},
	{4060, 11, 1, ABOUT_DATABASE, "Cannot open database \"",
	"\" requested by the login. The login failed."},
	{6005, 10, 1, ABOUT_NOTHING, "SHUTDOWN is in progress.", ""},
	{8003, 16, 1, ABOUT_NOTHING,
	"The incoming request has too many parameters. The server supports a maximum of 2100 "
	"parameters. Reduce the number of parameters and resend the request.", ""},
	{8624, 16, 1, ABOUT_NOTHING,
	"Internal Query Processor Error: a column announced as NOT NULL holds NULL.", ""},
	{9002, 17, 2, ABOUT_DATABASE, "The transaction log for database '",
	"' is full due to 'LOG_BACKUP'."},
	{10928, 16, 1, ABOUT_NOTHING,
	"Resource ID: 1. The request limit for the database has been reached.", ""},
	{17832, 20, 1, ABOUT_NOTHING,
	"The login packet used to open the connection is structurally invalid; the connection has "
	"been closed. Please contact the vendor of the client library.", ""},
	{18401, 14, 1, ABOUT_USER, "Login failed for user '",
	"'. Reason: Server is in script upgrade mode. Only administrator can connect at this time."},
	{18456, 14, 1, ABOUT_USER, "Login failed for user '", "'."},
	{18461, 14, 1, ABOUT_USER, "Login failed for user '",
	"'. Reason: Server is in single user mode. Only one administrator can connect at this time."},
	{18486, 14, 1, ABOUT_USER, "Login failed for user '",
	"' because the account is currently locked out. The system administrator can unlock it."}
};

#define RULES	(sizeof(rules) / sizeof(rules[0]))

void
strike_message(int number, const Connection *connection, SqlMessage *message)
{
	const char *subject = "";
	size_t		i;

	memset(message, 0, sizeof(*message));
	message->number = number;
	message->severity = 16;
	message->state = 1;
	message->line = 1;
	snprintf(message->text, sizeof(message->text), "Error %d, injected by a fault.", number);
	for (i = 0; i < RULES; i++)
	{
		if (rules[i].number != number)
			continue;
		if (rules[i].subject == ABOUT_DATABASE)
			subject = connection->database[0] != '\0' ? connection->database :
				connection->login.database;
		else if (rules[i].subject == ABOUT_USER)
			subject = connection->login.user;
		message->severity = rules[i].severity;
		message->state = rules[i].state;
		snprintf(message->text, sizeof(message->text), "%s%s%s", rules[i].head, subject,
				 rules[i].tail);
	}
}

/* A hang or delay ends early when nobody is left to wait for it. */
static bool
abandoned(void *argument)
{
	Stream	   *stream = argument;

	return atomic_load(&stream->killed) != 0 || stream_hung_up(stream);
}

static void
delay(Stream *stream, int64_t milliseconds)
{
	int64_t		until = clock_milliseconds() + milliseconds;
	int64_t		left = milliseconds;

	while (left > 0 && !abandoned(stream))
	{
		clock_sleep(left < DELAY_STEP ? left : DELAY_STEP);
		left = until - clock_milliseconds();
	}
}

Strike
strike_stream(Stream *stream, const FaultHit *hit)
{
	switch (hit->action)
	{
		case FAULT_CLOSE:
			shutdown(stream->fd, SHUT_WR);
			stream->broken = true;
			return STRIKE_OVER;
		case FAULT_RESET:
			stream->reset = true;
			stream->broken = true;
			return STRIKE_OVER;
		case FAULT_HANG:
			fault_hang(abandoned, stream);
			return STRIKE_NONE;
		case FAULT_DELAY:
			delay(stream, hit->argument);
			return STRIKE_NONE;
		default:
			if (!malformed_send(stream, hit->action))
				return STRIKE_NONE;
			shutdown(stream->fd, SHUT_WR);
			stream->broken = true;
			return STRIKE_OVER;
	}
}

Strike
strike_at(Connection *connection, const char *point, SqlMessage *error)
{
	FaultHit	hit = fault_check(point, connection->login.application);
	bool		at_row = strcmp(point, "row") == 0;

	switch (hit.action)
	{
		case FAULT_ERROR:
			strike_message(at_row ? ROW_ERROR : (int) hit.argument, connection, error);
			return STRIKE_ERROR;
		case FAULT_FATAL:
			strike_message(at_row ? ROW_FATAL : (int) hit.argument, connection, error);
			error->severity = SEVERITY_FATAL;
			return STRIKE_ERROR;
		default:
			if (at_row)
				hit.argument = ROW_DELAY;
			return strike_stream(&connection->stream, &hit);
	}
}
