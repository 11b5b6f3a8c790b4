/*
 * test/standin_speed/drain.c
 *		A bare DB-Library client that reads a result and looks at nothing.
 *
 *		drain HOST PORT DATABASE QUERY
 *
 * User and password come from the environment.  Prints "rows N seconds S cpu C":
 * from sending the query to the end of its result, and the client's own CPU time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <sybfront.h>
#include <sybdb.h>

#define PACKET_SIZE	32767

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

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static DBPROCESS *
connect_to(const char *host, const char *port, const char *database)
{
	char		server[300];
	LOGINREC   *login;
	DBPROCESS  *dbproc;

	if (dbinit() == FAIL || (login = dblogin()) == NULL)
		return NULL;
	dberrhandle(on_error);
	dbmsghandle(on_message);
	DBSETLUSER(login, getenv("DRAIN_USER"));
	DBSETLPWD(login, getenv("DRAIN_PASSWORD"));
	DBSETLAPP(login, "drain");
	DBSETLPACKET(login, PACKET_SIZE);
	DBSETLCHARSET(login, "UTF-8");
	DBSETLVERSION(login, DBVERSION_74);
	snprintf(server, sizeof(server), "%s:%s", host, port);
	dbproc = dbopen(login, server);
	dbloginfree(login);
	if (dbproc != NULL && dbuse(dbproc, database) == FAIL)
		return NULL;
	return dbproc;
}

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	double		start;
	double		cpu;
	long		rows = 0;
	STATUS		status;

	if (argc != 5 || getenv("DRAIN_USER") == NULL || getenv("DRAIN_PASSWORD") == NULL)
	{
		fprintf(stderr, "usage: DRAIN_USER=U DRAIN_PASSWORD=P drain HOST PORT DATABASE QUERY\n");
		return 2;
	}
	dbproc = connect_to(argv[1], argv[2], argv[3]);
	if (dbproc == NULL)
		return 1;
	start = seconds();
	cpu = cpu_seconds();
	if (dbcmd(dbproc, argv[4]) == FAIL || dbsqlexec(dbproc) == FAIL || dbresults(dbproc) != SUCCEED)
		return 1;
	while ((status = dbnextrow(dbproc)) == REG_ROW)
		rows++;
	if (status != NO_MORE_ROWS)
		return 1;
	printf("rows %ld seconds %.6f cpu %.6f\n", rows, seconds() - start, cpu_seconds() - cpu);
	dbexit();
	return 0;
}
