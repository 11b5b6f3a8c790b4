/*
 * database.h
 *		The databases of this instance: files, handles, and who may open them.
 *
 * An instance keeps in its data folder one SQLite file a database (WAL mode)
 * and "instance.meta", which holds the list of databases and the mirroring state
 * of each, written with fsync before anything is done by it.  master always
 * exists and is never mirrored.
 */
#ifndef STANDIN_DATABASE_H
#define STANDIN_DATABASE_H

#include "types.h"

struct sqlite3;

typedef struct Database Database;

/* What this process is; filled by main() before any thread starts. */
typedef struct Instance
{
	char		name[NAME_MAX_BYTES];	/* @@SERVERNAME */
	char		advertise[NAME_MAX_BYTES];	/* what the partner tells clients of us; default name */
	char		folder[1024];
	char		address[64];	/* to listen on, default 127.0.0.1 */
	int			tds_port;
	int			endpoint_port;	/* of mirroring; TCP://address:endpoint_port */
	char		control_path[1024];
	char		login[NAME_MAX_BYTES];	/* the one sysadmin login ... */
	char		password[NAME_MAX_BYTES];
	char		plain_login[NAME_MAX_BYTES];	/* ... and one without rights, "" = none */
	int			view_any_database;	/* has it that right, which everybody has unless it is denied? */
	char		plain_password[NAME_MAX_BYTES];
} Instance;

extern Instance instance;

/* NULL when there is none of that name (compared without regard to case). */
extern Database *database_find(const char *name);

/* Index from 0 in order of database_id; NULL past the end. */
extern Database *database_at(int index);
extern int	database_id(const Database *database); /* master 1, ... users' from 5 */
extern const char *database_name(const Database *database);

/* ONLINE, RESTORING, RECOVERY_PENDING, OFFLINE: sys.databases.state and its words. */
extern int	database_state(const Database *database, const char **words);

/*
 * Registers a session in the database, or says why that cannot be (911, 954,
 * 955, 921, 942 ...).  Every statement of the session runs between enter and
 * leave of the registration, see database_begin_use().
 */
extern bool database_open(Database *database, SqlMessage *error);

/*
 * A new handle on its file, with functions and collations; the caller closes it.
 * To be called while the database is in use, see database_begin_use().
 */
extern struct sqlite3 *database_connect(Database *database);

/*
 * Changes whenever the handles that database_connect() made before must be
 * closed and made anew: the database was replaced, or changed its role.  Ask
 * for it before the handle that it is to describe is made.
 */
extern uint64_t database_generation(Database *database);

/*
 * A statement begins to use the database; false with the error when it is no
 * longer served (the session is then dead: close it).  Uses are counted, and a
 * role change waits until they have ended.
 */
extern bool database_begin_use(Database *database, SqlMessage *error);
extern void database_end_use(Database *database);

extern bool database_create(const char *name, SqlMessage *error);
extern bool database_drop(const char *name, SqlMessage *error);
extern bool database_set_offline(const char *name, bool offline, SqlMessage *error);
extern bool database_rename(const char *name, const char *new_name, SqlMessage *error);

#endif
