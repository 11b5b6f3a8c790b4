/*
 * test/broken_streams/protocol.h
 *		What the driver and a client say to each other, over the client's stdin and stdout.
 *
 * The driver sends a Case with the statements behind it; the client connects to
 * the port, runs them, and answers with an Answer and its body.  The body of an
 * error is its text.  That of results that came whole is, per statement: columns
 * (u32), the kind of each (u8); per row a 1 (u8) and its values, each as length
 * (u32, ~0 for NULL) and bytes; a 0 (u8) and the rows, or the rows affected (i64);
 * of CASE_PREPARE the handle (u32), 0 for none.
 */
#ifndef BROKEN_STREAMS_PROTOCOL_H
#define BROKEN_STREAMS_PROTOCOL_H

#include <stdint.h>

#define CASE_COLUMNS	64
#define CASE_SQL		4096
#define CASE_STATEMENTS 2

#define ANSWER_MAX		(8 << 20)

typedef enum CaseForm
{
	CASE_BATCH,
	CASE_UTF16,					/* a batch whose bytes are characters as UTF-16 */
	CASE_CALL,					/* with a parameter */
	CASE_PREPARE				/* the same, and the server keeps the statement */
} CaseForm;

typedef struct CaseStatement
{
	uint8_t		form;			/* CaseForm */
	uint8_t		expected;		/* columns that must come; 255: whatever comes */
	uint8_t		kinds[CASE_COLUMNS];	/* WireType each is planned to have */
	char		sql[CASE_SQL];
} CaseStatement;

#define CASE_ANY_COLUMNS	255

typedef struct Case
{
	uint16_t	port;
	uint8_t		statements;
	CaseStatement statement[CASE_STATEMENTS];
} Case;

typedef enum AnswerOutcome
{
	ANSWER_ERROR,
	ANSWER_WHOLE,
	ANSWER_LOOP					/* the library did not return; the client has ended */
} AnswerOutcome;

typedef struct Answer
{
	uint32_t	outcome;
	uint32_t	length;			/* of the body */
} Answer;

#endif
