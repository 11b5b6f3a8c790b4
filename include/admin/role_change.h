/*
 * role_change.h
 *		What every role-management function does the same way.
 *
 * ALTER DATABASE ... SET PARTNER is sent once, in autocommit, on a connection of
 * its own to master, to an instance that has said on that very connection what
 * it is.  Neither an answer nor the lack of one is taken for the outcome: that
 * is read back from the partners until it is there, or until time is up.
 */
#ifndef ADMIN_ROLE_CHANGE_H
#define ADMIN_ROLE_CHANGE_H

#include "datatype/timestamp.h"
#include "fmgr.h"

#include "admin/target.h"
#include "option/compat.h"
#include "session/failover.h"

#define TMF_ROLE_PRINCIPAL	1
#define TMF_ROLE_MIRROR		2
#define TMF_STATE_SUSPENDED	0
#define TMF_STATE_DISCONNECTED 1
#define TMF_STATE_SYNCHRONIZED 4
#define TMF_SAFETY_OFF		1
#define TMF_SAFETY_FULL		2
#define TMF_WITNESS_CONNECTED 1

/* How long a change may take whose caller has not said it. */
#define TMF_ROLE_CHANGE_MS	60000
/* One look at a partner takes no longer, so that a silent one does not eat the time. */
#define TMF_ROLE_LOOK_MS	2000

typedef struct TmfRoleChange TmfRoleChange;

typedef struct TmfRolePlan
{
	const char *function;		/* "tds_mirror_failover()" */
	const char *action;			/* a noun for messages: "failover" */
	const char *statement;		/* after ALTER DATABASE [name] */
	const char *unproven;		/* what is so when time is up, for the error */
	bool		changes_roles;	/* which ends what this transaction has done there */

	/* Has it taken effect?  after and after_side: who says so. */
	bool		(*proof) (TmfRoleChange *change);

	/* A sentence for DETAIL when time is up; may ask. */
	char	   *(*last_word) (TmfRoleChange *change);

	/* Where what the principal says is the proof: does it say so? */
	bool		(*wanted) (const TmfRole *role);
} TmfRolePlan;

struct TmfRoleChange
{
	const TmfRolePlan *plan;
	TmfTarget  *target;
	TimestampTz begun;
	int64		begun_ms;
	int64		until_ms;
	bool		has_failover;
	Endpoint	endpoint[PAIR_SIDES];
	PairSide	side;			/* that gets the statement */
	TmfRole		before;			/* what it said before */
	TmfAttempt	attempt;		/* logged in to master there */
	PairSide	after_side;
	TmfRole		after;
};

/*
 * Checks the rights of the function's caller on server, and that this transaction
 * has no remote work there that the change would end.
 */
extern void tmf_role_begin(TmfRoleChange *change, const TmfRolePlan *plan,
						   const char *server, int64 timeout_ms);

/* side and before: the principal, found like a session's.  It must be mirrored. */
extern void tmf_role_find_principal(TmfRoleChange *change);

/* Logs in to master on side, and has it say there what before says. */
extern void tmf_role_open_master(TmfRoleChange *change);

/* Sends the statement and returns when it is proven; raises otherwise. */
extern void tmf_role_carry_out(TmfRoleChange *change);

/*
 * One look at side.  database NULL: the server's own.  False: nobody answers
 * there, for the reason written to problem (may be NULL).
 */
extern bool tmf_role_look(TmfRoleChange *change, PairSide side, const char *database,
						  TmfRole *role, char problem[256]);

/* Does side serve the database, as principal of the pair that before belongs to? */
extern bool tmf_role_serves(TmfRoleChange *change, PairSide side, TmfRole *role);

/*
 * Raises what the server's error number means, with its remedy; detail is a
 * sentence about how we know.
 */
pg_noreturn extern void tmf_role_refuse(const TmfRoleChange *change, int number, const char *detail);

/* A row of database, old_principal, new_principal, elapsed. */
extern Datum tmf_role_row(FunctionCallInfo fcinfo, const TmfRoleChange *change,
						  const char *old_principal, const char *new_principal);

#endif
