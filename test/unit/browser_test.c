/*
 * test/unit/browser_test.c
 *		SQL Server Browser: the question's bytes, answers good and bad.
 */
/* sources: src/pure/browser.c */
#include <stdlib.h>
#include <string.h>

#include "pure/browser.h"
#include "tap.h"

#define HEAD "ServerName;SQLA;InstanceName;PROD;IsClustered;No;Version;15.0.2000.5;"

/* Answers are copied to memory of their exact size, for the sanitizer. */
static BrowserStatus
read_answer(const char *text, int length, int said, uint16_t *port)
{
	uint8_t    *bytes = malloc(3 + length);
	BrowserStatus status;

	bytes[0] = 0x05;
	bytes[1] = said & 0xff;
	bytes[2] = said >> 8;
	memcpy(bytes + 3, text, length);
	*port = 0;
	status = browser_answer(bytes, 3 + length, "prod", port);
	free(bytes);
	return status;
}

static void
test_question(void)
{
	uint8_t		buffer[BROWSER_QUESTION_MAX];
	char		longest[200];

	ok(browser_question("PROD", buffer) == 6 && memcmp(buffer, "\x04PROD\0", 6) == 0,
	   "the question is 04, the name, a zero");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	ok(browser_question(longest, buffer) == BROWSER_QUESTION_MAX &&
	   buffer[BROWSER_QUESTION_MAX - 1] == 0, "a name too long is cut");
}

static void
test_answers(void)
{
	static const struct
	{
		const char *text;
		BrowserStatus status;
		uint16_t	port;
	}			cases[] = {
		{HEAD "tcp;1433;;", BROWSER_FOUND, 1433},
		{HEAD "np;\\\\SQLA\\pipe\\sql\\query;tcp;65535;;", BROWSER_FOUND, 65535},
		{"servername;SQLA;instancename;Prod;TCP;1;;", BROWSER_FOUND, 1},
		{"tcp;5;InstanceName;PROD;;", BROWSER_FOUND, 5},
		{HEAD "tcp;1433;", BROWSER_FOUND, 1433},
		{HEAD ";", BROWSER_NO_TCP, 0},
		{HEAD "np;x;;tcp;1433;;", BROWSER_NO_TCP, 0},
		{"ServerName;SQLA;InstanceName;OTHER;tcp;1433;;", BROWSER_UNUSABLE, 0},
		{"ServerName;SQLA;InstanceName;PROD2;tcp;1433;;", BROWSER_UNUSABLE, 0},
		{"ServerName;SQLA;tcp;1433;;", BROWSER_UNUSABLE, 0},
		{HEAD "InstanceName;PROD;tcp;1433;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;1433;tcp;1434;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;0;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;65536;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;-1;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;1433x;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;14330000000000000000000;;", BROWSER_UNUSABLE, 0},
		{HEAD "tcp;1433", BROWSER_UNUSABLE, 0},
		{HEAD "tcp", BROWSER_NO_TCP, 0},
		{"", BROWSER_UNUSABLE, 0},
		{";;;;", BROWSER_UNUSABLE, 0},
		{"InstanceName;PROD", BROWSER_UNUSABLE, 0}
	};
	uint16_t	port;
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		int			length = (int) strlen(cases[i].text);

		ok(read_answer(cases[i].text, length, length, &port) == cases[i].status &&
		   port == cases[i].port, "\"%s\"", cases[i].text);
	}
	ok(read_answer("a\0b;c;InstanceName;prod\0;tcp;1;;", 33, 33, &port) == BROWSER_UNUSABLE,
	   "a name with a zero in it is another name");
}

static void
test_frames(void)
{
	static const char good[] = HEAD "tcp;1433;;";
	int			length = (int) strlen(good);
	uint8_t		bytes[4] = {0x05, 0, 0, 0};
	uint16_t	port;
	bool		accepted = false;
	int			i;

	ok(read_answer(good, length, length + 1, &port) == BROWSER_UNUSABLE, "a length too high");
	ok(read_answer(good, length, length - 1, &port) == BROWSER_UNUSABLE, "a length too low");
	for (i = 0; i < length; i++)
		accepted |= read_answer(good, i, length, &port) != BROWSER_UNUSABLE;
	ok(!accepted, "no answer that was cut short is taken");
	for (i = 0; i < 4; i++)
		ok(browser_answer(bytes, i, "prod", &port) == BROWSER_UNUSABLE, "an answer of %d bytes", i);
	bytes[0] = 0x04;
	ok(browser_answer(bytes, 3, "prod", &port) == BROWSER_UNUSABLE, "a question is no answer");
}

int
main(void)
{
	test_question();
	test_answers();
	test_frames();
	return done_testing();
}
