/*
 * bench/read/lookup.c
 *		What a lookup by key costs at least: a loop of sp_execute and nothing beside.
 *
 *		lookup HOST PORT DATABASE PACKET_SIZE CHARSET COUNT SIZE
 *
 * Prepares the statement once; then COUNT times the key of a table with SIZE rows,
 * the answer read and thrown away.  Prints "lookups N rows R cpu C seconds S".
 */
#include "bare.h"

#include <string.h>

#define SPREAD		7919		/* the same keys as the loop beside it */
#define STATEMENT	"SELECT [name] FROM [wide] WHERE [id] = @P1"

/* The handle, or 0. */
static DBINT
prepare(DBPROCESS *dbproc)
{
	DBINT		handle = 0;

	if (dbrpcinit(dbproc, "sp_prepare", 0) == FAIL ||
		!bare_add_int(dbproc, DBRPCRETURN, &handle, 0) || !bare_add_text(dbproc, "@P1 int") ||
		!bare_add_text(dbproc, STATEMENT) || dbrpcsend(dbproc) == FAIL || bare_drain(dbproc) < 0 ||
		dbnumrets(dbproc) != 1 || dbretdata(dbproc, 1) == NULL)
		return 0;
	memcpy(&handle, dbretdata(dbproc, 1), sizeof(handle));
	return handle;
}

static int
execute(DBPROCESS *dbproc, DBINT handle, DBINT key)
{
	if (dbrpcinit(dbproc, "sp_execute", 0) == FAIL || !bare_add_int(dbproc, 0, &handle, -1) ||
		!bare_add_int(dbproc, 0, &key, -1) || dbrpcsend(dbproc) == FAIL)
		return -1;
	return bare_drain(dbproc);
}

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	DBINT		handle;
	double		start;
	double		cpu;
	long		rows = 0;
	long		count;
	long		size;
	long		i;

	if (argc != 8)
	{
		fprintf(stderr, "usage: lookup HOST PORT DATABASE PACKET_SIZE CHARSET COUNT SIZE\n");
		return 2;
	}
	count = atol(argv[6]);
	size = atol(argv[7]);
	dbproc = bare_connect(argv[1], argv[2], argv[3], atoi(argv[4]), argv[5]);
	if (dbproc == NULL || (handle = prepare(dbproc)) == 0)
		return 1;
	start = bare_seconds(CLOCK_MONOTONIC);
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 1; i <= count; i++)
	{
		int			found = execute(dbproc, handle, (DBINT) (i * SPREAD % size + 1));

		if (found < 0)
			return 1;
		rows += found;
	}
	start = bare_seconds(CLOCK_MONOTONIC) - start;
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("lookups %ld rows %ld cpu %.6f seconds %.6f\n", count, rows, cpu, start);
	dbexit();
	return 0;
}
