/*
 * test/broken_streams/client_loop.c
 *		The loop of a client: a case comes in, its answer goes out, until there are no more.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "client.h"

void
client_loops(void)
{
	Answer		answer = {.outcome = ANSWER_LOOP};

	_exit(write(STDOUT_FILENO, &answer, sizeof(answer)) == (ssize_t) sizeof(answer) ? 0 : 2);
}

void
client_timer(int every_ms, void (*tick) (int signal))
{
	struct itimerval every = {{0, every_ms * 1000}, {0, every_ms * 1000}};
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static int
read_all(void *target, size_t size)
{
	size_t		done = 0;

	while (done < size)
	{
		ssize_t		got = read(STDIN_FILENO, (char *) target + done, size - done);

		if (got <= 0)
			return 0;
		done += (size_t) got;
	}
	return 1;
}

static void
write_all(const void *bytes, size_t size)
{
	size_t		done = 0;

	while (done < size)
	{
		ssize_t		put = write(STDOUT_FILENO, (const char *) bytes + done, size - done);

		if (put <= 0)
			exit(2);
		done += (size_t) put;
	}
}

int
main(void)
{
	static Case question;

	while (read_all(&question, sizeof(question)))
	{
		Answer		answer;
		const void *body;
		size_t		size;

		client_begin();
		answer.outcome = client_run(&question);
		body = client_body(&size);
		answer.length = (uint32_t) size;
		write_all(&answer, sizeof(answer));
		write_all(body, size);
	}
	return 0;
}
