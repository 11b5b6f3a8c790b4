/*
 * strike.h
 *		What a fault does to a connection.
 */
#ifndef STANDIN_STRIKE_H
#define STANDIN_STRIKE_H

#include "connection.h"
#include "fault.h"

typedef enum Strike
{
	STRIKE_NONE,				/* nothing happened, or it is over: go on */
	STRIKE_ERROR,				/* put *error, then end the request */
	STRIKE_OVER					/* the connection is gone */
} Strike;

/* The connection passes a point of fault.h. */
extern Strike strike_at(Connection *connection, const char *point, SqlMessage *error);

/* What needs no more than the stream: its end, silence, a delay, a malformed reply. */
extern Strike strike_stream(Stream *stream, const FaultHit *hit);

/* Messages that the TDS side has to give: the kill, and those of a login. */
extern void strike_message(int number, const Connection *connection, SqlMessage *message);

#endif
