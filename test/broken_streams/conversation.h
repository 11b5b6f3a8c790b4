/*
 * test/broken_streams/conversation.h
 *		A client in a process of its own, and one case with it.
 */
#ifndef BROKEN_STREAMS_CONVERSATION_H
#define BROKEN_STREAMS_CONVERSATION_H

#include <sys/types.h>

#include "reply.h"

#define CASE_REPLIES	4		/* PRELOGIN, login, two statements */

typedef struct Client
{
	char	   *const *command;
	const char *log;			/* where its stderr goes */
	int			patience_ms;	/* what takes longer is a hang */
	pid_t		pid;			/* 0: it does not run */
	int			in;
	int			out;
	int			listener;
	uint16_t	port;
} Client;

/* What the client is told: reply by reply, and when nothing more will come. */
typedef struct Script
{
	const Bytes *reply[CASE_REPLIES];	/* packets and all */
	int			replies;
	int			close_after;	/* the number of replies behind which the sending side is closed */
	int			asked;			/* out: requests that came */
} Script;

/* A server that has not closed yet closes when it hears nothing for this part of the patience. */
#define SILENCE_PART	30

typedef enum CaseOutcome
{
	CASE_ERROR,					/* the client reports an error */
	CASE_WHOLE,					/* the client takes what it got for whole */
	CASE_LOOP,					/* the client has ended itself, as a backend would */
	CASE_CRASH,
	CASE_HANG
} CaseOutcome;

extern void client_prepare(Client *client, char *const *command, const char *log, int patience_ms);

/* Lets it end by itself; false when it does not do so with status 0. */
extern bool client_end(Client *client);

/*
 * Asks the client and plays the server; body is what it says.  A client that
 * does not run is started, one that crashes, loops or hangs is gone afterwards.
 */
extern CaseOutcome converse(Client *client, const Case *question, Script *script, Bytes *body);

/* The same with a server at an address of its own, whose replies are kept in payload[]. */
extern CaseOutcome converse_with_server(Client *client, const Case *question, uint16_t port,
										Bytes *payload, Bytes *body);

#endif
