/*
 * src/session/prepared.c
 *		Which statements of a session the server keeps prepared.
 *
 * A statement with parameters that is sent for the second time, or that the plan
 * will repeat, is sent by sp_prepexec; from then on its handle goes instead of
 * its text.  The same text with parameters declared otherwise is another
 * statement.  What is known of statements dies with the connection.
 *
 * The server must not be left with handles that nobody knows.  The one of the
 * statement that was not used for longest goes along with the next sp_prepexec,
 * which releases it, so that no request is made for that alone.  A handle whose
 * answer was cut off (LIMIT, a cancel, an error) is lost: that statement goes as
 * text from then on, and after some such losses nothing more is prepared.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "session_int.h"

#define STATEMENTS_MAX	128		/* remembered */
#define HANDLES_MAX		64		/* prepared */
#define LOSSES_MAX		64
#define TEXT_MAX		16384	/* a longer one is not remembered */

#define ERROR_NO_HANDLE	8179

typedef struct Statement
{
	dlist_node	node;
	uint32		hash;
	int32		handle;			/* 0: none */
	bool		lost;			/* the server may have a handle that never came */
	int			count;
	SqlType    *declared;		/* of count parameters */
	char	   *sql;
} Statement;

struct TmfPrepared
{
	MemoryContext context;
	dlist_head	statements;		/* the one used last comes first */
	int			count;
	int			handles;
	int			losses;
	Statement  *sent;			/* on the wire, with its handle or for one; NULL: none */
};

static TmfPrepared *
prepared_of(TmfSession *session)
{
	if (session->prepared == NULL)
	{
		MemoryContext context = AllocSetContextCreate(CacheMemoryContext,
													  "tds_mirror_fdw prepared statements",
													  ALLOCSET_SMALL_SIZES);

		session->prepared = MemoryContextAllocZero(context, sizeof(TmfPrepared));
		session->prepared->context = context;
		dlist_init(&session->prepared->statements);
	}
	return session->prepared;
}

static uint32
hash_of(const TmfRequest *request, size_t length)
{
	uint32		hash = hash_bytes((const unsigned char *) request->sql, (int) length);
	int			i;

	for (i = 0; i < request->parameters; i++)
		hash = hash_combine(hash, hash_bytes((const unsigned char *) &request->parameter[i].declared,
											 sizeof(SqlType)));
	return hash;
}

static bool
matches(const Statement *statement, const TmfRequest *request)
{
	int			i;

	if (statement->count != request->parameters || strcmp(statement->sql, request->sql) != 0)
		return false;
	for (i = 0; i < request->parameters; i++)
	{
		if (memcmp(&statement->declared[i], &request->parameter[i].declared, sizeof(SqlType)) != 0)
			return false;
	}
	return true;
}

static Statement *
find(TmfPrepared *prepared, const TmfRequest *request, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &prepared->statements)
	{
		Statement  *statement = dlist_container(Statement, node, iter.cur);

		if (statement->hash == hash && matches(statement, request))
		{
			dlist_move_head(&prepared->statements, &statement->node);
			return statement;
		}
	}
	return NULL;
}

/* The statement not used for longest that has a handle, or has none. */
static Statement *
oldest(TmfPrepared *prepared, bool with_handle)
{
	dlist_iter	iter;

	dlist_reverse_foreach(iter, &prepared->statements)
	{
		Statement  *statement = dlist_container(Statement, node, iter.cur);

		if ((statement->handle != 0) == with_handle)
			return statement;
	}
	return NULL;
}

/* There are more statements than handles, so one without is there to make room. */
static Statement *
remember(TmfPrepared *prepared, const TmfRequest *request, uint32 hash, size_t length)
{
	Size		declared = sizeof(SqlType) * request->parameters;
	Statement  *statement;
	int			i;

	if (prepared->count == STATEMENTS_MAX)
	{
		statement = oldest(prepared, false);
		dlist_delete(&statement->node);
		pfree(statement);
		prepared->count--;
	}
	statement = MemoryContextAllocZero(prepared->context, sizeof(Statement) + declared + length + 1);
	statement->hash = hash;
	statement->count = request->parameters;
	statement->declared = (SqlType *) (statement + 1);
	statement->sql = (char *) statement->declared + declared;
	for (i = 0; i < request->parameters; i++)
		statement->declared[i] = request->parameter[i].declared;
	memcpy(statement->sql, request->sql, length + 1);
	dlist_push_head(&prepared->statements, &statement->node);
	prepared->count++;
	return statement;
}

static void
set_handle(TmfPrepared *prepared, Statement *statement, int32 handle)
{
	prepared->handles += (handle != 0) - (statement->handle != 0);
	statement->handle = handle;
}

/* The handle that has to go so that one more may come; the server will forget it. */
static int32
release(TmfPrepared *prepared)
{
	Statement  *statement;
	int32		handle;

	if (prepared->handles < HANDLES_MAX)
		return 0;
	statement = oldest(prepared, true);
	handle = statement->handle;
	set_handle(prepared, statement, 0);
	return handle;
}

WireStatus
tmf_prepared_send(TmfSession *session, const TmfRequest *request, const char *text)
{
	TmfPrepared *prepared = prepared_of(session);
	size_t		length = strlen(request->sql);
	uint32		hash = hash_of(request, length);
	Statement  *statement;
	bool		again;

	if (!wire_preparable(request->parameters, request->parameter))
		return wire_send_parameters(session->conn, text, request->parameters, request->parameter);
	statement = find(prepared, request, hash);
	again = statement != NULL || request->repeated;
	if (statement == NULL && length <= TEXT_MAX)
		statement = remember(prepared, request, hash, length);
	if (statement != NULL && statement->handle != 0)
	{
		prepared->sent = statement;
		return wire_send_prepared(session->conn, statement->handle, request->parameters,
								  request->parameter);
	}
	if (statement == NULL || !again || statement->lost || prepared->losses >= LOSSES_MAX)
		return wire_send_parameters(session->conn, text, request->parameters, request->parameter);
	prepared->sent = statement;
	return wire_send_prepare(session->conn, text, release(prepared), request->parameters,
							 request->parameter);
}

void
tmf_prepared_settle(TmfSession *session)
{
	TmfPrepared *prepared = session->prepared;
	Statement  *statement = prepared != NULL ? prepared->sent : NULL;

	if (statement == NULL)
		return;
	prepared->sent = NULL;
	if (statement->handle != 0)
	{
		if (wire_error(session->conn)->number == ERROR_NO_HANDLE)
			set_handle(prepared, statement, 0);
		return;
	}
	set_handle(prepared, statement, wire_handle(session->conn));
	if (statement->handle == 0)
	{
		statement->lost = true;
		prepared->losses++;
	}
}

void
tmf_prepared_forget(TmfSession *session)
{
	if (session->prepared != NULL)
		MemoryContextDelete(session->prepared->context);
	session->prepared = NULL;
}
