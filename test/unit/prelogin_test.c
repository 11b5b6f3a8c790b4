/*
 * test/unit/prelogin_test.c
 *		PRELOGIN: our message's bytes, answers whole, in pieces and malformed.
 */
/* sources: src/pure/prelogin.c */
#include <stdlib.h>
#include <string.h>

#include "pure/prelogin.h"
#include "tap.h"

/* As SQL Server 2019 answers, with encryption at its place. */
#define ANSWER_SIZE		43
#define ENCRYPTION_AT	40

static const uint8_t answer[ANSWER_SIZE] = {
	0x04, 0x01, 0x00, 0x2b, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x1a, 0x00, 0x06,
	0x01, 0x00, 0x20, 0x00, 0x01,
	0x02, 0x00, 0x21, 0x00, 0x01,
	0x03, 0x00, 0x22, 0x00, 0x00,
	0x04, 0x00, 0x22, 0x00, 0x01,
	0xff,
	0x0f, 0x00, 0x07, 0xd0, 0x00, 0x00,
	0x03, 0x00, 0x00
};

/* Answers are copied to memory of their exact size, for the sanitizer. */
static PreloginStatus
read_answer(const uint8_t *bytes, size_t size, PreloginEncryption *encryption)
{
	uint8_t    *copy = malloc(size > 0 ? size : 1);
	PreloginStatus status;

	memcpy(copy, bytes, size);
	status = prelogin_answer(copy, size, encryption);
	free(copy);
	return status;
}

static void
test_request(void)
{
	uint8_t		message[PRELOGIN_SIZE];

	prelogin_request(PRELOGIN_ON, message);
	ok(message[0] == 0x12 && message[3] == PRELOGIN_SIZE, "the message is as long as it says");
	ok(message[8 + 0x20] == PRELOGIN_ON, "it asks for the encryption that is wanted");
	ok(message[8 + 0x1a - 1] == 0xff, "its directory ends where the options begin");
}

static void
test_answers(void)
{
	PreloginEncryption encryption;
	uint8_t		other[ANSWER_SIZE];
	size_t		size;
	int			value;

	ok(read_answer(answer, ANSWER_SIZE, &encryption) == PRELOGIN_WHOLE &&
	   encryption == PRELOGIN_REQUIRED, "an answer");
	for (size = 0; size < ANSWER_SIZE; size++)
		ok(read_answer(answer, size, &encryption) == PRELOGIN_INCOMPLETE, "%zu bytes of it", size);
	memcpy(other, answer, ANSWER_SIZE);
	for (value = PRELOGIN_LOGIN_ONLY; value <= PRELOGIN_REQUIRED; value++)
	{
		other[ENCRYPTION_AT] = value;
		ok(read_answer(other, ANSWER_SIZE, &encryption) == PRELOGIN_WHOLE &&
		   encryption == (PreloginEncryption) value, "encryption %d", value);
	}
	other[13] = 0x07;
	ok(read_answer(other, ANSWER_SIZE, &encryption) == PRELOGIN_WHOLE &&
	   encryption == PRELOGIN_NOT_SUPPORTED, "an answer without encryption has none");
}

static void
test_malformed(void)
{
	static const struct
	{
		int			at;
		uint8_t		value;
		const char *what;
	}			cases[] = {
		{0, 0x16, "another type of packet"},
		{1, 0x00, "a packet that is not the last one"},
		{2, 0x02, "a packet longer than any answer"},
		{3, 0x08, "a packet without a body"},
		{33, 0x09, "a directory without an end"},
		{14, 0x01, "an offset behind the end"},
		{17, 0xff, "an option that ends behind the end"},
		{16, 0xff, "an option of 65 thousand bytes"},
		{ENCRYPTION_AT, 0x04, "an encryption that is none"}
	};
	PreloginEncryption encryption;
	uint8_t		other[ANSWER_SIZE];
	size_t		i;
	unsigned	seed = 1;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		memcpy(other, answer, ANSWER_SIZE);
		other[cases[i].at] = cases[i].value;
		ok(read_answer(other, ANSWER_SIZE, &encryption) == PRELOGIN_FOREIGN, "%s", cases[i].what);
	}
	for (i = 0; i < 200000; i++)
	{
		int			change;

		memcpy(other, answer, ANSWER_SIZE);
		for (change = 0; change < 3; change++)
		{
			seed = seed * 1103515245u + 12345u;
			other[(seed >> 8) % ANSWER_SIZE] = seed >> 16;
		}
		if (read_answer(other, ANSWER_SIZE, &encryption) == PRELOGIN_WHOLE &&
			encryption > PRELOGIN_REQUIRED)
			break;
	}
	ok(i == 200000, "whatever comes, it is read within its bytes");
}

int
main(void)
{
	test_request();
	test_answers();
	test_malformed();
	return done_testing();
}
