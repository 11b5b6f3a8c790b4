/*
 * test/broken_streams/client.c
 *		The answer that a client puts together, and what its environment says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

static char body[ANSWER_MAX];
static size_t body_used;

void
client_begin(void)
{
	body_used = 0;
}

const void *
client_body(size_t *size)
{
	*size = body_used;
	return body;
}

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
