/*
 * test/fuzz/recorder.c
 *		recorder STATEMENTS PORT OUT READER: asks the server at PORT, and keeps what it says.
 *
 * READER is the client under test of test/broken_streams, which must take each good
 * reply for what it is.  OUT is a folder, in which the corpus will stand.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../broken_streams/driver.h"

#include "corpus.h"

int
main(int argc, char **argv)
{
	static Recording recordings[RECORDINGS_MAX];
	Orders		orders = {.patience_ms = 10000};
	char		path[4096];
	int			count;

	if (argc != 5)
	{
		fprintf(stderr, "usage: recorder STATEMENTS PORT OUT READER\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	orders.statements = argv[1];
	orders.port = (uint16_t) atoi(argv[2]);
	orders.out = argv[3];
	orders.reader[0] = argv[4];
	count = record_all(&orders, recordings);
	snprintf(path, sizeof(path), "%s/corpus", orders.out);
	if (!corpus_write(path, recordings, count))
	{
		perror(path);
		return 2;
	}
	printf("recordings %d\n", count);
	return 0;
}
