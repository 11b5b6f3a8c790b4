/*
 * mirror.h
 *		Database mirroring: roles, states, the commit that ships first.
 */
#ifndef STANDIN_MIRROR_H
#define STANDIN_MIRROR_H

#include "database.h"

typedef enum MirrorRole
{
	MIRROR_ROLE_NONE,
	MIRROR_ROLE_PRINCIPAL,
	MIRROR_ROLE_MIRROR
} MirrorRole;

/* Values of sys.database_mirroring.mirroring_state. */
typedef enum MirrorState
{
	MIRROR_SUSPENDED = 0,
	MIRROR_DISCONNECTED = 1,
	MIRROR_SYNCHRONIZING = 2,
	MIRROR_PENDING_FAILOVER = 3,
	MIRROR_SYNCHRONIZED = 4
} MirrorState;

/* A consistent copy of what sys.database_mirroring shows of one database. */
typedef struct MirrorView
{
	MirrorRole	role;			/* NONE: every column is NULL */
	MirrorState state;
	uint8_t		guid[16];		/* as it travels */
	int			role_sequence;
	int			safety;			/* 1 OFF, 2 FULL */
	int			safety_sequence;
	char		partner_name[NAME_MAX_BYTES];	/* TCP://host:port */
	char		partner_instance[NAME_MAX_BYTES];
	char		witness_name[NAME_MAX_BYTES];	/* "" = none */
	int			witness_state;	/* 0 unknown, 1 connected, 2 disconnected */
	int64_t		failover_lsn;
	int64_t		end_of_log_lsn;
	int			timeout;		/* seconds */
} MirrorView;

extern void mirror_view(Database *database, MirrorView *view);

/* What ENVCHANGE 13 tells a client of this database: "" unless principal. */
extern void mirror_partner_of(Database *database, char *name, size_t size);

/* A row of sys.database_mirroring_witnesses; false past the end. */
typedef struct WitnessView
{
	char		database[NAME_MAX_BYTES];
	char		principal[NAME_MAX_BYTES];
	char		mirror[NAME_MAX_BYTES];
	int			safety;
	int			role_sequence;
	uint8_t		guid[16];
	int			partner_sync_state;
} WitnessView;

extern bool witness_view(int index, WitnessView *view);

typedef enum MirrorCommandKind
{
	MIRROR_SET_PARTNER,			/* = 'TCP://...' */
	MIRROR_SET_WITNESS,			/* = 'TCP://...' */
	MIRROR_WITNESS_OFF,
	MIRROR_FAILOVER,
	MIRROR_FORCE_SERVICE,
	MIRROR_OFF,
	MIRROR_SUSPEND,
	MIRROR_RESUME,
	MIRROR_SAFETY_FULL,
	MIRROR_SAFETY_OFF,
	MIRROR_TIMEOUT
} MirrorCommandKind;

/*
 * ALTER DATABASE name SET PARTNER/WITNESS ...  False: error holds the number and
 * text of reference mirroring.  The engine has checked that the session is in
 * master and not in a transaction.
 */
extern bool mirror_command(Database *database, MirrorCommandKind kind, const char *text,
						   int number, SqlMessage *error);

/*
 * SET PARTNER = on an instance that has no database of that name: it becomes a
 * mirror-to-be of partner_url.  Stands for RESTORE DATABASE ... WITH NORECOVERY:
 * the data comes when SET PARTNER is run on the principal.
 */
extern bool mirror_prepare(const char *database, const char *partner_url, SqlMessage *error);

/*
 * Commits the SQLite transaction that is open on handle.  records[i] are the
 * log records of the transaction in order (what engine_replay() takes); 0 of
 * them means that it only read.  Ships before it commits, as the safety level
 * asks.  False: it did not commit and was rolled back; severity >= 20 in error:
 * the session must end without another word (its outcome may be unknown).
 */
typedef struct LogRecord
{
	void	   *data;
	size_t		size;
} LogRecord;

extern bool mirror_commit(Database *database, struct sqlite3 *handle, const LogRecord *records,
						  int count, SqlMessage *error);

#endif
