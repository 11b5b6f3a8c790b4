/*
 * sink.h
 *		Where the engine puts results; the TDS side writes them to the client.
 */
#ifndef STANDIN_SINK_H
#define STANDIN_SINK_H

#include "types.h"

typedef enum EnvironmentKind
{
	ENVIRONMENT_DATABASE,		/* text: new, old */
	ENVIRONMENT_LANGUAGE,
	ENVIRONMENT_BEGIN,			/* transaction: descriptor */
	ENVIRONMENT_COMMIT,
	ENVIRONMENT_ROLLBACK
} EnvironmentKind;

/* Values of DONE's CurCmd. */
typedef enum DoneCommand
{
	DONE_OTHER = 0,
	DONE_SELECT = 0xC1,
	DONE_INSERT = 0xC3,
	DONE_DELETE = 0xC4,
	DONE_UPDATE = 0xC5,
	DONE_ROLLBACK = 0xD2,
	DONE_BEGIN = 0xD4,
	DONE_COMMIT = 0xD5
} DoneCommand;

typedef struct Sink Sink;

struct Sink
{
	int			nested;			/* what is done now is done inside a procedure: a trigger */

	/* Starts a result set. */
	void		(*columns) (Sink *sink, const SqlColumn *columns, int count);

	/*
	 * One row; values live until the next call.  False: stop producing rows
	 * (attention came, or the client is gone).
	 */
	bool		(*row) (Sink *sink, const SqlValue *values);

	/*
	 * The statement is done; has_count with the rows returned or affected.
	 * failed: after an error message of this statement.
	 */
	void		(*done) (Sink *sink, DoneCommand command, bool has_count,
						 uint64_t count, bool failed);

	void		(*message) (Sink *sink, const SqlMessage *message);
	void		(*environment) (Sink *sink, EnvironmentKind kind, const char *new_text,
								const char *old_text, uint64_t transaction);

	/* An output parameter (sp_prepare's handle); sent after the results. */
	void		(*output) (Sink *sink, const char *name, const TypeSpec *type,
						   const SqlValue *value);

	/* Has attention come, or the client gone?  Cheap; asked between statements and while waiting. */
	bool		(*stopped) (Sink *sink);
};

#endif
