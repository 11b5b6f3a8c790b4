/*
 * bench/read/floor.c
 *		What FreeTDS alone costs: a loop over a result that looks where each value is.
 *
 *		floor HOST PORT DATABASE PACKET_SIZE CHARSET QUERY
 *
 * dbnextrow, and dbdata and dbdatlen of every column, nothing more.  Prints "rows N
 * cpu C seconds S": of the loop, without the login and without sending the query.
 */
#include "bare.h"

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	volatile size_t seen = 0;	/* so that no call is left out */
	double		cpu;
	double		start;
	long		rows = 0;
	int			columns;
	int			i;
	STATUS		status;

	if (argc != 7)
	{
		fprintf(stderr, "usage: floor HOST PORT DATABASE PACKET_SIZE CHARSET QUERY\n");
		return 2;
	}
	dbproc = bare_connect(argv[1], argv[2], argv[3], atoi(argv[4]), argv[5]);
	if (dbproc == NULL || dbcmd(dbproc, argv[6]) == FAIL || dbsqlexec(dbproc) == FAIL ||
		dbresults(dbproc) != SUCCEED)
		return 1;
	columns = dbnumcols(dbproc);
	start = bare_seconds(CLOCK_MONOTONIC);
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID);
	while ((status = dbnextrow(dbproc)) == REG_ROW)
	{
		rows++;
		for (i = 1; i <= columns; i++)
			seen += (size_t) dbdata(dbproc, i) + (size_t) dbdatlen(dbproc, i);
	}
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	start = bare_seconds(CLOCK_MONOTONIC) - start;
	(void) seen;
	if (status != NO_MORE_ROWS)
		return 1;
	printf("rows %ld cpu %.6f seconds %.6f\n", rows, cpu, start);
	dbexit();
	return 0;
}
