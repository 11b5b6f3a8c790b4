/*
 * browser.h
 *		What SQL Server Browser is asked, and what it answers.
 *
 * A named instance has no port of its own choice by default; the Browser of its
 * host, at UDP port 1434, knows it.  One datagram each way.
 */
#ifndef PURE_BROWSER_H
#define PURE_BROWSER_H

#include <stddef.h>
#include <stdint.h>

#define BROWSER_PORT			1434
#define BROWSER_QUESTION_MAX	80
#define BROWSER_ANSWER_MAX		4096

typedef enum BrowserStatus
{
	BROWSER_FOUND,
	BROWSER_NO_TCP,				/* the instance is there, and takes no TCP connections */
	BROWSER_UNUSABLE			/* malformed, or about another instance */
} BrowserStatus;

/* Writes the question for instance and returns its length. */
extern size_t browser_question(const char *instance, uint8_t buffer[BROWSER_QUESTION_MAX]);

/* Reads an answer; *port is set only when the status is BROWSER_FOUND. */
extern BrowserStatus browser_answer(const uint8_t *bytes, size_t length, const char *instance,
									uint16_t *port);

#endif
