/*
 * remote_size.h
 *		How large a remote table is, and the part of it that makes a sample.
 */
#ifndef EXEC_REMOTE_SIZE_H
#define EXEC_REMOTE_SIZE_H

#include "foreign/foreign.h"
#include "utils/rel.h"

#include "plan/deparse.h"

typedef struct TmfRemoteSize
{
	bool		stored;			/* a table of its own, whose pages can be sampled */
	bool		counted;		/* rows were counted, not looked up */
	double		rows;
	double		pages;			/* of 8 kB; of what is not stored: estimated */
} TmfRemoteSize;

/*
 * Asks the server.  From its catalog: a table's size costs nothing there; what
 * the catalog does not know (views, queries), or count, is counted.  A read, sent
 * again when the connection is lost.
 */
extern void tmf_remote_size(Relation rel, UserMapping *user, bool count, TmfRemoteSize *size);

/* The bigints of the only row of a read, -1 for NULL; sent again when the connection is lost. */
extern void tmf_remote_ask(UserMapping *user, const char *sql, int64 *values, int count);

/*
 * What part of a relation of that size to ask for, so that about wanted rows
 * come, or some more, but not more than twice as many.  *expected: how many.
 */
extern void tmf_remote_sample(const TmfRemoteSize *size, TmfSampling method, int wanted,
							  TmfSample *sample, double *expected);

#endif
