/*
 * test/broken_streams/driver.c
 *		Broken replies for a client, and what it makes of them.
 *
 *		driver --statements FILE --port N --out FOLDER --reader COMMAND [--bare COMMAND]
 *			[--workers N] [--scale SHARE] [--patience MS] [--only NAME [--number N]]
 *
 * Prints a line "name figure" for each of the totals.  What was found stands in
 * FOLDER: findings.N, and the reply and the client's words of each.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

static void
split(char *text, char **words, int limit)
{
	int			count = 0;
	char	   *word;

	for (word = strtok(text, " "); word != NULL && count < limit - 1; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
}

static void
read_orders(int argc, char **argv, Orders *orders)
{
	int			i;

	memset(orders, 0, sizeof(*orders));
	orders->workers = 1;
	orders->scale = 1;
	orders->number = -1;
	orders->patience_ms = 10000;
	for (i = 1; i + 1 < argc; i += 2)
	{
		char	   *value = argv[i + 1];

		if (strcmp(argv[i], "--statements") == 0)
			orders->statements = value;
		else if (strcmp(argv[i], "--out") == 0)
			orders->out = value;
		else if (strcmp(argv[i], "--only") == 0)
			orders->only = value;
		else if (strcmp(argv[i], "--number") == 0)
			orders->number = atol(value);
		else if (strcmp(argv[i], "--port") == 0)
			orders->port = (uint16_t) atoi(value);
		else if (strcmp(argv[i], "--workers") == 0)
			orders->workers = atoi(value);
		else if (strcmp(argv[i], "--patience") == 0)
			orders->patience_ms = atoi(value);
		else if (strcmp(argv[i], "--scale") == 0)
			orders->scale = atof(value);
		else if (strcmp(argv[i], "--reader") == 0)
			split(value, orders->reader, 16);
		else if (strcmp(argv[i], "--bare") == 0)
			split(value, orders->bare, 16);
		else
		{
			fprintf(stderr, "unknown order: %s\n", argv[i]);
			exit(2);
		}
	}
	if (orders->statements == NULL || orders->out == NULL || orders->reader[0] == NULL ||
		orders->workers < 1)
	{
		fprintf(stderr, "--statements, --out and --reader are needed\n");
		exit(2);
	}
}

/* In a process of its own; returns where its totals can be read. */
static int
start_worker(const Orders *orders, const Recording *recordings, int count, int index)
{
	int			line[2];
	pid_t		pid;

	if (pipe(line) != 0 || (pid = fork()) < 0)
	{
		perror("worker");
		exit(2);
	}
	if (pid == 0)
	{
		Totals		totals = {0};

		close(line[0]);
		work(orders, recordings, count, index, &totals);
		if (write(line[1], &totals, sizeof(totals)) != (ssize_t) sizeof(totals))
			_exit(2);
		_exit(0);
	}
	close(line[1]);
	return line[0];
}

static void
print_totals(const uint64_t *sum)
{
	static const char *const names[] = {
		"cases", "errors", "wholes", "follows", "crashes", "shared_crashes", "hangs",
		"loops", "values", "short_results", "other_results", "freetds_crashes", "freetds_hangs", "bad_ends"
	};
	size_t		i;

	_Static_assert(sizeof(names) / sizeof(names[0]) == sizeof(Totals) / sizeof(uint64_t),
				   "a name for each of the totals");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		printf("%s %llu\n", names[i], (unsigned long long) sum[i]);
}

int
main(int argc, char **argv)
{
	static Recording recordings[RECORDINGS_MAX];
	Orders		orders;
	int			lines[64];
	int			count;
	int			i;
	int			status = 0;
	uint64_t	sum[sizeof(Totals) / sizeof(uint64_t)] = {0};

	signal(SIGPIPE, SIG_IGN);
	read_orders(argc, argv, &orders);
	count = record_all(&orders, recordings);
	printf("recordings %d\n", count);
	fflush(stdout);
	for (i = 0; i < orders.workers && i < 64; i++)
		lines[i] = start_worker(&orders, recordings, count, i);
	for (i = 0; i < orders.workers && i < 64; i++)
	{
		uint64_t	part[sizeof(Totals) / sizeof(uint64_t)];
		size_t		j;

		if (read(lines[i], part, sizeof(part)) != (ssize_t) sizeof(part))
		{
			fprintf(stderr, "worker %d has ended early\n", i);
			status = 2;
			continue;
		}
		for (j = 0; j < sizeof(part) / sizeof(part[0]); j++)
			sum[j] += part[j];
	}
	print_totals(sum);
	return status;
}
