/*
 * test/broken_streams/driver.h
 *		What the parts of the driver share: its orders, and what came of the cases.
 */
#ifndef BROKEN_STREAMS_DRIVER_H
#define BROKEN_STREAMS_DRIVER_H

#include "conversation.h"

#define RECORDINGS_MAX	128

typedef struct Orders
{
	const char *statements;		/* file */
	const char *out;			/* folder of what is found */
	const char *only;			/* NULL: all recordings */
	char	   *reader[16];		/* command */
	char	   *bare[16];		/* command, none: [0] is NULL */
	long		number;			/* of the one case that is wanted, -1: all */
	uint16_t	port;			/* of the server to be recorded */
	int			workers;
	int			patience_ms;
	double		scale;			/* the share of the cases that is run */
} Orders;

typedef struct Totals
{
	uint64_t	cases;
	uint64_t	errors;			/* reported by the client */
	uint64_t	wholes;			/* taken for whole, rightly */
	uint64_t	follows;		/* cases whose session went on */
	uint64_t	crashes;		/* of the reader, not of the bare client */
	uint64_t	shared_crashes; /* of the reader and of the bare client */
	uint64_t	hangs;			/* likewise */
	uint64_t	loops;			/* of FreeTDS, which the reader has ended */
	uint64_t	values;			/* results that are whole but for the row that was broken */
	uint64_t	short_results;
	uint64_t	other_results;
	uint64_t	bare_crashes;
	uint64_t	bare_hangs;
	uint64_t	ends;			/* readers that did not end well by themselves: leaks */
} Totals;

/* Records every statement of the file; returns their number. */
extern int	record_all(const Orders *orders, Recording *recordings);

/* Runs the cases whose number is worker modulo the number of workers. */
extern void work(const Orders *orders, const Recording *recordings, int count, int worker,
				 Totals *totals);

#endif
