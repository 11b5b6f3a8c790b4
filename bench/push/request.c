/*
 * bench/push/request.c
 *		What a statement costs at least: a loop that sends it and reads the answer.
 *
 *		request HOST PORT DATABASE PACKET_SIZE CHARSET COUNT FILE
 *
 * FILE has the statement in its first line, and in each further line a parameter:
 * its declaration, a tab, its value.  A statement with parameters is prepared once and
 * run by its handle, another one is sent as it is.  Prints "requests N rows R seconds S".
 */
#include "../read/bare.h"

#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MAX	2000

typedef struct Parameter
{
	char	   *declared;
	char	   *value;
	DBBIGINT	number;			/* of int and bigint; others go as characters */
	DBINT		narrow;
} Parameter;

static char *statement;
static Parameter parameters[PARAMETERS_MAX];
static int	count;

/* The next line without its end; NULL: there is none. */
static char *
read_line(FILE *file)
{
	char	   *line = NULL;
	size_t		size = 0;
	ssize_t		length = getline(&line, &size, file);

	if (length < 0)
	{
		free(line);
		return NULL;
	}
	if (length > 0 && line[length - 1] == '\n')
		line[length - 1] = '\0';
	return line;
}

static int
read_request(const char *path)
{
	FILE	   *file = fopen(path, "r");
	char	   *line;
	char	   *tab;

	if (file == NULL || (statement = read_line(file)) == NULL)
		return 0;
	while (count < PARAMETERS_MAX && (line = read_line(file)) != NULL)
	{
		Parameter  *parameter = &parameters[count++];

		if ((tab = strchr(line, '\t')) == NULL)
			return 0;
		*tab = '\0';
		parameter->declared = line;
		parameter->value = tab + 1;
		parameter->number = atoll(parameter->value);
		parameter->narrow = (DBINT) parameter->number;
	}
	fclose(file);
	return 1;
}

static bool
add_values(DBPROCESS *dbproc)
{
	int			i;
	bool		added = true;

	for (i = 0; added && i < count; i++)
	{
		Parameter  *parameter = &parameters[i];

		if (strcmp(parameter->declared, "int") == 0)
			added = bare_add_int(dbproc, 0, &parameter->narrow, -1);
		else if (strcmp(parameter->declared, "bigint") == 0)
			added = dbrpcparam(dbproc, NULL, 0, SYBINT8, -1, -1, (BYTE *) &parameter->number) == SUCCEED;
		else
			added = bare_add_text(dbproc, parameter->value);
	}
	return added;
}

/* "@P1 int, @P2 bigint" */
static char *
declarations(void)
{
	char	   *text = NULL;
	size_t		size;
	FILE	   *stream = open_memstream(&text, &size);
	int			i;

	for (i = 0; i < count; i++)
		fprintf(stream, "%s@P%d %s", i > 0 ? ", " : "", i + 1, parameters[i].declared);
	fclose(stream);
	return text;
}

/* The handle, or 0. */
static DBINT
prepare(DBPROCESS *dbproc)
{
	DBINT		handle = 0;
	char	   *declared = declarations();

	if (dbrpcinit(dbproc, "sp_prepare", 0) == FAIL ||
		!bare_add_int(dbproc, DBRPCRETURN, &handle, 0) || !bare_add_text(dbproc, declared) ||
		!bare_add_text(dbproc, statement) || dbrpcsend(dbproc) == FAIL || bare_drain(dbproc) < 0 ||
		dbnumrets(dbproc) != 1 || dbretdata(dbproc, 1) == NULL)
		return 0;
	memcpy(&handle, dbretdata(dbproc, 1), sizeof(handle));
	free(declared);
	return handle;
}

/* The rows of one request, or -1. */
static long
request(DBPROCESS *dbproc, DBINT handle)
{
	if (count == 0)
		return dbcmd(dbproc, statement) == FAIL || dbsqlsend(dbproc) == FAIL ? -1 : bare_drain(dbproc);
	if (dbrpcinit(dbproc, "sp_execute", 0) == FAIL || !bare_add_int(dbproc, 0, &handle, -1) ||
		!add_values(dbproc) || dbrpcsend(dbproc) == FAIL)
		return -1;
	return bare_drain(dbproc);
}

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	DBINT		handle = 0;
	double		start;
	long		rows = 0;
	long		requests;
	long		i;

	if (argc != 8)
	{
		fprintf(stderr, "usage: request HOST PORT DATABASE PACKET_SIZE CHARSET COUNT FILE\n");
		return 2;
	}
	requests = atol(argv[6]);
	if (!read_request(argv[7]))
		return 1;
	dbproc = bare_connect(argv[1], argv[2], argv[3], atoi(argv[4]), argv[5]);
	if (dbproc == NULL || (count > 0 && (handle = prepare(dbproc)) == 0) || request(dbproc, handle) < 0)
		return 1;
	start = bare_seconds(CLOCK_MONOTONIC);
	for (i = 0; i < requests; i++)
	{
		long		found = request(dbproc, handle);

		if (found < 0)
			return 1;
		rows += found;
	}
	start = bare_seconds(CLOCK_MONOTONIC) - start;
	printf("requests %ld rows %ld seconds %.6f\n", requests, rows, start);
	dbexit();
	return 0;
}
