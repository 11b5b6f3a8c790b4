/*
 * test/standin_speed/drain.c
 *		A bare DB-Library client that reads a result and looks at nothing.
 *
 *		drain HOST PORT DATABASE QUERY
 *
 * Prints "rows N seconds S cpu C": from sending the query to the end of its
 * result, and the client's own CPU time.
 */
#include "../../bench/read/bare.h"

#define PACKET_SIZE	32767

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	double		start;
	double		cpu;
	long		rows = 0;
	STATUS		status;

	if (argc != 5)
	{
		fprintf(stderr, "usage: BARE_USER=U BARE_PASSWORD=P drain HOST PORT DATABASE QUERY\n");
		return 2;
	}
	dbproc = bare_connect(argv[1], argv[2], argv[3], PACKET_SIZE, "UTF-8");
	if (dbproc == NULL)
		return 1;
	start = bare_seconds(CLOCK_MONOTONIC);
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID);
	if (dbcmd(dbproc, argv[4]) == FAIL || dbsqlexec(dbproc) == FAIL || dbresults(dbproc) != SUCCEED)
		return 1;
	while ((status = dbnextrow(dbproc)) == REG_ROW)
		rows++;
	if (status != NO_MORE_ROWS)
		return 1;
	printf("rows %ld seconds %.6f cpu %.6f\n", rows, bare_seconds(CLOCK_MONOTONIC) - start,
		   bare_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	dbexit();
	return 0;
}
