/*
 * bench/read/bare.c
 *		A bare DB-Library client: what the programs that measure beside it share.
 */
#include "bare.h"

#include <string.h>

static int
on_message(DBPROCESS *dbproc, DBINT number, int state, int severity, char *text, char *server,
		   char *procedure, int line)
{
	(void) dbproc;
	(void) state;
	(void) server;
	(void) procedure;
	(void) line;
	if (severity > 10)
		fprintf(stderr, "message %d: %s\n", (int) number, text);
	return 0;
}

static int
on_error(DBPROCESS *dbproc, int severity, int number, int system_error, char *text,
		 char *system_text)
{
	(void) dbproc;
	(void) severity;
	(void) system_error;
	(void) system_text;
	fprintf(stderr, "error %d: %s\n", number, text);
	return INT_CANCEL;
}

double
bare_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

DBPROCESS *
bare_connect(const char *host, const char *port, const char *database, int packet_size,
			 const char *charset)
{
	char		server[300];
	LOGINREC   *login;
	DBPROCESS  *dbproc;

	if (getenv("BARE_USER") == NULL || getenv("BARE_PASSWORD") == NULL)
	{
		fprintf(stderr, "BARE_USER and BARE_PASSWORD are not set\n");
		return NULL;
	}
	if (dbinit() == FAIL || (login = dblogin()) == NULL)
		return NULL;
	dberrhandle(on_error);
	dbmsghandle(on_message);
	DBSETLUSER(login, getenv("BARE_USER"));
	DBSETLPWD(login, getenv("BARE_PASSWORD"));
	DBSETLAPP(login, "bare");
	DBSETLPACKET(login, packet_size);
	DBSETLCHARSET(login, charset);
	DBSETLVERSION(login, DBVERSION_74);
	snprintf(server, sizeof(server), "%s:%s", host, port);
	dbproc = dbopen(login, server);
	dbloginfree(login);
	if (dbproc != NULL && dbuse(dbproc, database) == FAIL)
		return NULL;
	return dbproc;
}

bool
bare_add_text(DBPROCESS *dbproc, const char *text)
{
	return dbrpcparam(dbproc, NULL, 0, SYBNTEXT, -1, (DBINT) strlen(text), (BYTE *) text) == SUCCEED;
}

bool
bare_add_int(DBPROCESS *dbproc, int status, DBINT *value, DBINT length)
{
	return dbrpcparam(dbproc, NULL, (BYTE) status, SYBINT4, -1, length, (BYTE *) value) == SUCCEED;
}

long
bare_drain(DBPROCESS *dbproc)
{
	RETCODE		more;
	STATUS		status;
	long		rows = 0;
	int			i;

	if (dbsqlok(dbproc) != SUCCEED)
		return -1;
	while ((more = dbresults(dbproc)) == SUCCEED)
	{
		while ((status = dbnextrow(dbproc)) == REG_ROW)
		{
			rows++;
			for (i = 1; i <= dbnumcols(dbproc); i++)
			{
				if (dbdata(dbproc, i) == NULL && dbdatlen(dbproc, i) != 0)
					return -1;
			}
		}
		if (status != NO_MORE_ROWS)
			return -1;
	}
	return more == NO_MORE_RESULTS ? rows : -1;
}
