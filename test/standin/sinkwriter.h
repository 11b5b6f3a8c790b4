/*
 * sinkwriter.h
 *		The sink of a request: the engine's results as tokens of one reply.
 */
#ifndef STANDIN_SINKWRITER_H
#define STANDIN_SINKWRITER_H

#include "connection.h"
#include "token.h"

typedef struct Output Output;

typedef struct SinkWriter
{
	Sink		sink;			/* first: the engine sees only this */
	Connection *connection;
	bool		call;			/* a procedure call: DONEINPROC, DONEPROC */
	bool		stopped;		/* no more results: attention, kill, fault, client gone */
	bool		ran;			/* a statement has ended */
	bool		failed;			/* an error came after the last end of a statement */
	bool		fatal;			/* an error of severity >= 20 */
	bool		told;			/* the client knows that it was killed */
	int			error;			/* of the statement that failed last, 0 = none */
	int			columns;		/* of the result that is open, 0 = none */
	size_t		bitmap;			/* bytes of it in a row that leaves NULLs out, 0 = no such rows */
	uint64_t	rows;
	int64_t		strike_row;		/* a fault strikes after so many rows, -1 = none */
	Output	   *outputs;		/* output parameters, in order */
	Output	  **outputs_end;

	/* The last DONE is held back until it is known whether more follows. */
	bool		pending;
	bool		pending_nested;
	uint16_t	pending_status;
	uint16_t	pending_command;
	uint64_t	pending_count;
} SinkWriter;

extern void sinkwriter_init(SinkWriter *writer, Connection *connection, bool call);

/*
 * Ends the reply to the request, and answers attention when it came; more: a
 * further call of the same message follows.  False: the connection ends.
 */
extern bool sinkwriter_finish(SinkWriter *writer, bool more);

/* An error of the TDS side itself. */
extern void sinkwriter_error(SinkWriter *writer, int number);

#endif
