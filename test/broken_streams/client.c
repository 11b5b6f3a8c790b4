/*
 * test/broken_streams/client.c
 *		The loop of a client: a case comes in, its answer goes out, until there are no more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

static char body[ANSWER_MAX];
static size_t body_used;

void
client_put(const void *bytes, size_t size)
{
	if (size > sizeof(body) - body_used)
	{
		fprintf(stderr, "the answer is too large\n");
		abort();
	}
	if (size > 0)
		memcpy(body + body_used, bytes, size);
	body_used += size;
}

void
client_put_u8(uint8_t number)
{
	client_put(&number, sizeof(number));
}

void
client_put_u32(uint32_t number)
{
	client_put(&number, sizeof(number));
}

void
client_put_i64(int64_t number)
{
	client_put(&number, sizeof(number));
}

AnswerOutcome
client_error(const char *text)
{
	body_used = 0;
	client_put(text, strlen(text));
	return ANSWER_ERROR;
}

void
client_loops(void)
{
	Answer		answer = {.outcome = ANSWER_LOOP};

	_exit(write(STDOUT_FILENO, &answer, sizeof(answer)) == (ssize_t) sizeof(answer) ? 0 : 2);
}

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

const char *
client_user(void)
{
	return variable("BROKEN_STREAMS_USER");
}

const char *
client_password(void)
{
	return variable("BROKEN_STREAMS_PASSWORD");
}

int
client_slowness(void)
{
	static int	slowness = 0;

	if (slowness == 0)
		slowness = atoi(variable("BROKEN_STREAMS_SLOWNESS"));
	if (slowness < 1)
		slowness = 1;
	return slowness;
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

		body_used = 0;
		answer.outcome = client_run(&question);
		answer.length = (uint32_t) body_used;
		write_all(&answer, sizeof(answer));
		write_all(body, body_used);
	}
	return 0;
}
