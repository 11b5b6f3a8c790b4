/*
 * src/session/session.c
 *		The backend's sessions: one TDS connection of one user mapping each.
 *
 * Everything here is true of each of them; readers.c alone knows what tells the
 * further sessions of a mapping from its main one.
 *
 * A session is opened when somebody needs it, by way of the failover loop, and
 * kept.  It is never taken away from under its user: what makes it unfit (its
 * options have changed, the principal is another one now) only marks it, and
 * acquiring an idle one that is marked, or found dead, replaces its connection.
 * The session itself is never removed before the transaction ends, so that a
 * scan may hold a pointer to it; generations tell the scan whether it is still
 * the same login.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_user_mapping.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "session/event.h"
#include "session/failover.h"
#include "session/report.h"
#include "session/wait.h"
#include "session_int.h"

/* How long ending a statement may take before the connection is closed instead. */
#define STOP_MS		1750

/* A session that is lost while it is made ready is opened anew as often. */
#define PREPARE_TRIES	3

#define SAFETY_FULL		2
#define STATE_SUSPENDED 0

static HTAB *sessions = NULL;
static int	busy_sessions = 0;
static uint64 last_generation = 0;
static uint64 last_turn = 0;

void
tmf_session_set_state(TmfSession *session, TmfSessionState state)
{
	busy_sessions += (state == TMF_SESSION_BUSY) - (session->state == TMF_SESSION_BUSY);
	session->state = state;
	if (state == TMF_SESSION_BUSY)
		session->turn = ++last_turn;
	if (state != TMF_SESSION_BUSY)
	{
		tmf_prepared_settle(session);
		tmf_wait_end();
		session->stream = NULL;
		session->owner = NULL;
	}
	if (busy_sessions == 0)
		tmf_wait_unwatch();
}

bool
tmf_session_any_busy(void)
{
	return busy_sessions > 0;
}

void
tmf_session_each(void (*visit) (TmfSession *session, void *argument), void *argument)
{
	HASH_SEQ_STATUS scan;
	TmfSession *session;

	if (sessions == NULL)
		return;
	hash_seq_init(&scan, sessions);
	while ((session = hash_seq_search(&scan)) != NULL)
		visit(session, argument);
}

void
tmf_session_tell_lost(const TmfSession *session, const char *reason)
{
	tmf_event(session->options->name, "08006", NULL, "the connection to %s is lost%s: %s",
			  session->address, session->transaction.open ? " in a transaction" : "", reason);
}

void
tmf_session_close(TmfSession *session, const char *reason)
{
	if (session->state == TMF_SESSION_CLOSED)
		return;
	if (session->state == TMF_SESSION_IDLE && !proc_exit_inprogress &&
		!wire_idle_alive(session->conn))
		tmf_session_tell_lost(session, "the server has closed the connection");
	tmf_transaction_lost(session, reason);
	tmf_prepared_forget(session);
	tmf_wait_free(session->wait);
	session->wait = NULL;
	wire_close(session->conn);
	session->conn = NULL;
	tmf_session_set_state(session, TMF_SESSION_CLOSED);

	/* ereport() serves interrupts, and some callers must not raise. */
	HOLD_INTERRUPTS();
	ereport(DEBUG1, (errmsg_internal("server \"%s\": closed the connection to %s: %s",
									 session->options->name, session->address, reason)));
	RESUME_INTERRUPTS();
}

void
tmf_session_forget(TmfSession *session)
{
	tmf_session_close(session, "its options have changed");
	if (session->context)
		MemoryContextDelete(session->context);
	hash_search(sessions, session, HASH_REMOVE, NULL);
}

void
tmf_session_stop(TmfSession *session)
{
	int64		deadline = tmf_now_ms() + STOP_MS;

	if (session->state != TMF_SESSION_BUSY)
		return;
	if (proc_exit_inprogress)
	{
		tmf_session_close(session, "the backend ends");
		return;
	}
	tmf_wait_watch(WIRE_WATCH_MS);
	wire_set_interrupt(session->conn, tmf_wait_expired, &deadline);
	if (wire_cancel(session->conn) != WIRE_OK)
	{
		tmf_session_lose_because(session, "attention was not acknowledged");
		return;
	}
	wire_set_interrupt(session->conn, NULL, NULL);
	tmf_session_set_state(session, TMF_SESSION_IDLE);
}

void
tmf_session_make_room(TmfSession *session)
{
	if (session->stream)
		session->stream->spool(session->stream);
	if (session->state == TMF_SESSION_BUSY)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the connection to server \"%s\" is in use by another statement",
						session->options->name)));
}

/* A session in a transaction goes on under its old options. */
const char *
tmf_session_unfit(const TmfSession *session)
{
	if (session->invalidated && !session->transaction.open)
		return "its options have changed";
	if (session->epoch != session->partners->epoch)
		return "the principal has changed";
	if (session->state == TMF_SESSION_IDLE && !wire_idle_alive(session->conn))
		return "the server has closed the connection";
	return NULL;
}

/* Reads the options again.  The old ones stay when that raises. */
static void
load_options(TmfSession *session, Oid serverid)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "tds_mirror_fdw session",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext former = MemoryContextSwitchTo(context);
	TmfServerOptions *options;

	session->invalidated = false;
	options = tmf_server_options(serverid);
	MemoryContextSwitchTo(former);
	MemoryContextSetParent(context, CacheMemoryContext);
	if (session->context)
		MemoryContextDelete(session->context);
	session->context = context;
	session->options = options;
}

/* A mapping for PUBLIC is found under the name of whoever asked. */
static Oid
mapping_owner(Oid umid)
{
	HeapTuple	tuple = SearchSysCache1(USERMAPPINGOID, ObjectIdGetDatum(umid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_user_mapping) GETSTRUCT(tuple))->umuser;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/*
 * As the mapping is now: a cursor has brought it along from before, and what has
 * changed since would not be noticed any more.
 */
static const TmfUserOptions *
current_credentials(UserMapping *user)
{
	UserMapping *now = GetUserMapping(user->userid, user->serverid);

	return tmf_user_options(now->umid == user->umid ? now : user);
}

/* The hashes come first: nothing that changes after it was read goes unnoticed. */
const TmfUserOptions *
tmf_session_before_login(TmfSession *session, UserMapping *user)
{
	session->server_hash = GetSysCacheHashValue1(FOREIGNSERVEROID,
												 ObjectIdGetDatum(user->serverid));
	session->mapping_hash = GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(user->umid));
	load_options(session, user->serverid);
	session->owner_id = mapping_owner(user->umid);
	return current_credentials(user);
}

void
tmf_session_after_login(TmfSession *session, const TmfOpened *opened, uint64 beside)
{
	TmfSessionLogin *login = &session->login;

	session->conn = opened->conn;
	session->partners = opened->partners;
	session->epoch = opened->epoch;
	strlcpy(session->address, opened->address, sizeof(session->address));
	login->generation = ++last_generation;
	login->beside = beside != 0 ? beside : login->generation;
	strlcpy(login->guid, opened->role.guid, sizeof(login->guid));
	login->role_sequence = opened->role.role_sequence;
	login->safety = opened->role.safety;
	login->state = opened->role.state;
	login->proven = opened->role.visible;
	session->isolation = XACT_READ_COMMITTED;
	session->close_at_end = false;
	session->unsettled = false;
	session->alone_until = 0;
	session->opened_at = GetCurrentTimestamp();
	session->statements = 0;
	tmf_session_set_state(session, TMF_SESSION_IDLE);
}

static void
open_session(TmfSession *session, UserMapping *user)
{
	const TmfUserOptions *credentials = tmf_session_before_login(session, user);
	TmfOpened	opened;

	tmf_failover_open(session->options, credentials, &opened);
	tmf_session_after_login(session, &opened, 0);
}

typedef struct SessionKey
{
	Oid			umid;
	int			slot;
} SessionKey;

TmfSession *
tmf_session_find(Oid umid, int slot)
{
	SessionKey	key = {umid, slot};

	return sessions != NULL ? hash_search(sessions, &key, HASH_FIND, NULL) : NULL;
}

TmfSession *
tmf_session_of(Oid umid, int slot)
{
	SessionKey	key = {umid, slot};
	TmfSession *session;
	bool		found;

	if (sessions == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(key);
		control.entrysize = sizeof(TmfSession);
		control.hcxt = CacheMemoryContext;
		sessions = hash_create("tds_mirror_fdw sessions", 8, &control,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	session = hash_search(sessions, &key, HASH_ENTER, &found);
	if (!found)
	{
		memset(session, 0, sizeof(*session));
		session->umid = umid;
		session->slot = slot;
	}
	return session;
}

/*
 * A mapping for PUBLIC has the same sessions for all its users, who may differ in
 * what is required of them: each is judged at each use.
 */
void
tmf_session_used_by(TmfSession *session, UserMapping *user)
{
	TmfUserOptions *options = tmf_user_options(user);

	/* once for each row that is written, perhaps */
	pfree(options->username);
	if (options->password != NULL)
		pfree(options->password);
	pfree(options);
	tmf_xact_touch();
	session->userid = user->userid;
}

uint64
tmf_session_generation(const UserMapping *user)
{
	const TmfSession *session = tmf_session_find(user->umid, 0);

	return session != NULL && session->conn != NULL ? session->login.generation : 0;
}

TmfSession *
tmf_session_acquire(UserMapping *user)
{
	TmfSession *session;
	int			tries = 0;

	tmf_gather_send_all(user->umid);
	session = tmf_session_of(user->umid, 0);
	tmf_session_used_by(session, user);
	for (;;)
	{
		const char *reason;

		if (session->state == TMF_SESSION_BUSY)
			tmf_session_make_room(session);
		tmf_transaction_require(session);
		if (session->state == TMF_SESSION_IDLE && !session->transaction.begun &&
			(reason = tmf_session_unfit(session)) != NULL)
			tmf_session_close(session, reason);
		if (session->state == TMF_SESSION_CLOSED)
			open_session(session, user);
		if (tmf_transaction_prepare(session))
			return session;
		if (++tries == PREPARE_TRIES)
			tmf_session_raise_lost(session, "SET TRANSACTION ISOLATION LEVEL", 0);
	}
}

WireConn *
tmf_session_conn(TmfSession *session)
{
	return session->conn;
}

const TmfSessionLogin *
tmf_session_login(const TmfSession *session)
{
	return &session->login;
}

const char *
tmf_session_address(const TmfSession *session)
{
	return session->address;
}

/*
 * An equal sequence is the same principal's: nobody has switched roles since.
 * Otherwise only a synchronous pair that has changed roles is known to hold what
 * the portal has read before; one that was seen to be asynchronous since may have
 * lost some of it.  Where there is no guid to compare, logins beside each other led
 * to one server.
 */
bool
tmf_session_same_data(const TmfSession *session, const TmfSessionLogin *one,
					  const TmfSessionLogin *other)
{
	const TmfSessionLogin *now = one->generation > other->generation ? one : other;
	const TmfSessionLogin *then = now == one ? other : one;

	if (now->generation == then->generation)
		return true;
	if (then->guid[0] == '\0' || now->guid[0] == '\0')
		return now->beside == then->beside;
	if (strcmp(then->guid, now->guid) != 0)
		return false;
	return now->role_sequence == then->role_sequence ||
		(then->safety == SAFETY_FULL && now->role_sequence > then->role_sequence &&
		 then->role_sequence > session->partners->unsafe_sequence &&
		 now->state != STATE_SUSPENDED);
}

static void
mark_server(TmfSession *session, void *argument)
{
	uint32		hash = *(uint32 *) argument;

	if (hash == 0 || session->server_hash == hash)
		session->invalidated = true;
}

static void
mark_mapping(TmfSession *session, void *argument)
{
	uint32		hash = *(uint32 *) argument;

	if (hash == 0 || session->mapping_hash == hash)
		session->invalidated = true;
}

static void
server_changed(Datum argument, int cache, uint32 hash)
{
	tmf_xact_touch();
	tmf_session_each(mark_server, &hash);
	tmf_partners_invalidate(hash);
}

static void
mapping_changed(Datum argument, int cache, uint32 hash)
{
	tmf_xact_touch();
	tmf_session_each(mark_mapping, &hash);
}

void
tmf_session_init(void)
{
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, server_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, mapping_changed, (Datum) 0);
	tmf_xact_init();
}
