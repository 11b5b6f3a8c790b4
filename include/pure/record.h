/*
 * record.h
 *		What of a pair outlives a backend, and who is right when two records differ.
 *
 * A record is a plain value of fixed size; the partner file holds one.  Bytes
 * that nothing stands in are zero, so that equal records are equal bytes.
 */
#ifndef PURE_RECORD_H
#define PURE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "pure/endpoint.h"
#include "pure/pair.h"

#define RECORD_ADDRESSES	8

typedef struct RecordSide
{
	Endpoint	endpoint;		/* where to connect */
	char		learned_name[132];	/* what a server calls it, "" = none did */
	char		address[RECORD_ADDRESSES][64];	/* literals of the host */
	int32_t		address_count;
	int32_t		source;			/* 0 none, 1 configured, 2 named by the principal */
	int32_t		instance_port;	/* as SQL Server Browser told it; 0 = not known */
	int32_t		unused;
	int64_t		resolved_us;	/* when the addresses were looked up */
	int64_t		login_us;		/* last proven login there, 0 = none */
	int64_t		unresolved_us;	/* when its learned name did not resolve, 0 = it did */
} RecordSide;

typedef struct Record
{
	uint32_t	database;		/* oids */
	uint32_t	server;
	uint64_t	options;		/* hash of those that the rest depends on */
	int64_t		era;			/* rises when somebody has forgotten everything */
	int64_t		known_us;		/* when a server last proved it, 0 = nothing is known */
	int64_t		switches;
	int64_t		last_switch_us;
	int32_t		principal;		/* a PairSide, -1 = unknown */
	int32_t		has_failover;
	int32_t		mirrored;
	int32_t		role_sequence;	/* -1 unknown */
	int32_t		safety;
	int32_t		state;
	char		guid[40];		/* "" unknown */
	RecordSide	side[PAIR_SIDES];
} Record;

/* Can it be used without harm, whoever wrote it: strings end, numbers are in range? */
extern bool record_sane(const Record *record);

/* Are both about the same server, under the same options? */
extern bool record_akin(const Record *a, const Record *b);

/*
 * Makes of *mine what is right when there is other beside it (the two akin): the
 * later era; in it, of one pair, the higher role sequence; else what was proven
 * last.
 */
extern void record_join(Record *mine, const Record *other);

/* Do they say different things, times and addresses apart? */
extern bool record_differs(const Record *a, const Record *b);

#endif
