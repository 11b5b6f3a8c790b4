/*
 * test/broken_streams/judge.h
 *		Did the client take a part, or something else, for the whole?
 */
#ifndef BROKEN_STREAMS_JUDGE_H
#define BROKEN_STREAMS_JUDGE_H

#include "reply.h"

typedef enum Judgement
{
	JUDGE_GOOD,
	JUDGE_VALUE,				/* all rows, but only a lenient reader comes to these values */
	JUDGE_UNKNOWN,				/* there is a token in it whose length nobody knows for sure */
	JUDGE_SHORT,				/* fewer rows than were sent, or than the server says */
	JUDGE_OTHER					/* anything else that was not sent */
} Judgement;

/*
 * The client has taken raw, a mutation of recording's answer, for whole, and
 * body is what it has read.
 */
extern Judgement judge(const Recording *recording, const Bytes *raw, const Bytes *body);

#endif
