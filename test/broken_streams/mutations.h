/*
 * test/broken_streams/mutations.h
 *		Every single thing that can be wrong with a reply, one at a time.
 */
#ifndef BROKEN_STREAMS_MUTATIONS_H
#define BROKEN_STREAMS_MUTATIONS_H

#include "reply.h"
#include "tokens.h"

typedef enum MutationKind
{
	MUTATE_CUT,					/* the bytes on the wire end at at */
	MUTATE_SHORT,				/* the message ends at at, and says so */
	MUTATE_OPEN,				/* the same, in packets that promise more */
	MUTATE_HEADER,				/* a byte of a packet's header */
	MUTATE_REPLACE				/* size bytes at at give way to new_size bytes of new */
} MutationKind;

typedef struct Mutation
{
	MutationKind kind;
	size_t		at;
	size_t		size;
	size_t		new_size;
	const uint8_t *new;			/* NULL: little-endian number */
	uint64_t	number;
} Mutation;

typedef struct Mutations
{
	Mutation   *mutation;
	size_t		count;
	size_t		size;
} Mutations;

/*
 * All of them, for a payload that travels in packets of packet bytes; spins:
 * with the token on which FreeTDS spins for ever.
 */
extern void mutations_list(Mutations *list, const Bytes *payload, const Tokens *tokens,
						   size_t packet, bool spins);

/* The bytes of the wire. */
extern void mutation_apply(const Mutation *mutation, const Bytes *payload, size_t packet,
						   Bytes *raw);

/* "byte 17 = 0xFF", for people. */
extern void mutation_name(const Mutation *mutation, char *text, size_t size);

#endif
