/*
 * mirror_state.h
 *		How the mirroring files work together.
 *
 * Each mirrored database has one thread, its manager, which alone changes role,
 * state and link.  Others ask it by mirror_request().  A principal's manager
 * also reads its link; a mirror's link is read by the thread that accepted it.
 *
 *		mirror.c			state, view, start
 *		mirror_manager.c	the manager's loop and its requests
 *		mirror_principal.c	a principal's link: catching up, loss, quorum
 *		mirror_hello.c		the greeting that makes a link
 *		mirror_standby.c	a mirror's link: replay, automatic failover
 *		mirror_setup.c		SET PARTNER =, both sides
 *		mirror_copy.c		the full copy, both sides
 *		mirror_role.c		changes of role
 *		mirror_command.c	ALTER DATABASE
 *		mirror_commit.c		commit
 */
#ifndef STANDIN_MIRROR_STATE_H
#define STANDIN_MIRROR_STATE_H

#include "database_state.h"

struct sqlite3;

/* --minimum-timeout: what shorter values of PARTNER TIMEOUT are raised to. */
extern int	mirror_minimum_timeout;

/* At the start of the process: goes on in the role that the database had. */
extern bool mirror_start(Database *database);

/* Where the log in the file ends. */
extern bool mirror_read_position(Database *database);

/* Under the lock, all of these. */
extern Serving mirror_serving(Database *database);
extern int64_t mirror_silence_allowed(const Database *database);
extern void mirror_set_state(Database *database, MirrorState state);
extern void mirror_set_serving(Database *database, Serving serving);
extern void mirror_report_soon(Database *database);	/* to the witness */
extern bool mirror_in_partnership(const Database *database, const uint8_t guid[16]);

/* The endpoint of this instance, as partners are told. */
extern void mirror_own_url(char *url, size_t size);

/* mirror_manager.c */
typedef bool (*MirrorWork) (Database *database, void *argument, SqlMessage *error);

/* Runs work on the manager's thread and returns what it returned; not under the lock. */
extern bool mirror_request(Database *database, MirrorWork work, void *argument, SqlMessage *error);
extern bool mirror_manager_start(Database *database);
extern void mirror_wake(Database *database);

/* Waits until woken, or for a while; the manager only. */
extern void mirror_rest(Database *database, int64_t milliseconds);

/* mirror_principal.c: one step of the manager, bounded in time. */
extern void principal_step(Database *database);

/* Waits on the link for a frame of a type, serving everything else; false: lost or too late. */
extern bool principal_await(Database *database, FrameType type, int64_t milliseconds, Frame *frame);

/* No commit is under way and none begins, until the barrier is lowered; false: one does not end. */
extern bool principal_quiesce(Database *database);
extern void principal_lower_barrier(Database *database);

/* No commit will count on the mirror any more: true when it or the witness has confirmed. */
extern bool principal_leave_synchronized(Database *database);
extern void principal_drop_link(Database *database, const char *reason);

/* mirror_standby.c */
extern void standby_step(Database *database);
extern void standby_serve(Link *link, Frame *hello);

/* mirror_setup.c: a principal asks an instance to become its mirror. */
extern void setup_serve(Link *link, Frame *frame);
extern bool setup_mirror(Database *database, const char *url, SqlMessage *error);
extern bool setup_principal(Database *database, const char *url, SqlMessage *error);

/* mirror_copy.c; the receiving side's thread has closed its handle. */
extern bool copy_send(Database *database);
extern bool copy_receive(Database *database, Link *link, Frame *begin);

/* mirror_role.c; the manager only. */
extern void role_to_mirror(Database *database, int sequence, bool suspended);
extern void role_to_principal(Database *database, int sequence, bool forced);
extern void role_none(Database *database, bool restoring);

/* The planned failover; on the thread of whoever asked for it. */
extern bool role_failover(Database *database, SqlMessage *error);

/* mirror_command.c; the manager only. */
extern bool command_suspend(Database *database, SqlMessage *error);

/* witness_client.c */
typedef enum WitnessVerdict
{
	WITNESS_SILENT,				/* not reached */
	WITNESS_OK,
	WITNESS_DENIED,				/* not now */
	WITNESS_SUPERSEDED,			/* another instance owns a higher sequence */
	WITNESS_UNKNOWN				/* it is no witness of this partnership */
} WitnessVerdict;

typedef enum WitnessQuestion
{
	WITNESS_REGISTER,			/* become our witness */
	WITNESS_REMOVE,
	WITNESS_REPORT,				/* principal: this is how things are */
	WITNESS_VOTE,				/* mirror: may I become principal at that sequence? */
	WITNESS_FORCE,				/* ... though it may lose data */
	WITNESS_LOOK				/* mirror: would you say yes? */
} WitnessQuestion;

/*
 * Not under the lock.  url: NULL = the one configured.  sequence: in, what is
 * asked for (ours when 0); out, what the witness knows.
 */
extern WitnessVerdict witness_ask(Database *database, WitnessQuestion question,
								  const char *url, bool synchronized, int *sequence);

/* Keeps a link to the witness, so that it and we know of each other. */
extern void witness_presence_start(Database *database);

/* witness.c */
extern void witness_serve(Link *link, Frame *frame);

/*
 * A transaction is about to go to the mirror, so the point "link" is passed: it
 * may wait, be damaged, or find the link gone (false).
 */
extern bool mirror_pass_link(Database *database, Link *link, uint64_t *chain);

#endif
