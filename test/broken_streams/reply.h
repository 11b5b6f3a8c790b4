/*
 * test/broken_streams/reply.h
 *		Bytes, packets and the conversations that are recorded.
 */
#ifndef BROKEN_STREAMS_REPLY_H
#define BROKEN_STREAMS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

#define PACKET_HEADER	8
#define PACKET_REPLY	0x04
#define PACKET_LAST		0x01

typedef struct Bytes
{
	uint8_t    *data;
	size_t		used;
	size_t		size;
} Bytes;

extern void bytes_add(Bytes *bytes, const void *data, size_t size);
extern void bytes_free(Bytes *bytes);

/* Cuts payload into packets of at most size bytes each; last: marks the end of the message. */
extern void packets_make(Bytes *raw, const uint8_t *payload, size_t payload_size, size_t size,
						 bool last);

/* The way back, up to the packet that ends the message; false when it is none. */
extern bool packets_open(Bytes *payload, const uint8_t *raw, size_t size);

/* The same for a reader that looks at nothing but the lengths. */
extern void packets_open_leniently(Bytes *payload, const uint8_t *raw, size_t size);

/* Is a message of these bytes complete? */
extern bool packets_complete(const uint8_t *raw, size_t size);

/* What the server says to PRELOGIN, to the login, and to a statement. */
#define STAGES		3

typedef struct Recording
{
	char		name[64];
	bool		fails;			/* the good answer is an error */
	CaseStatement statement;	/* with the columns as they came */
	Bytes		payload[STAGES];
	size_t		packet;			/* bytes of a packet in which the answer is sent */
	Bytes		answer;			/* of the client to the recorded bytes */
} Recording;

#endif
