/*
 * test/standin/database.c
 *		The databases of this instance: list, files, handles, uses.
 *
 * A Database is never freed: sessions keep pointers to it, and a dropped one
 * only answers that it does not exist.  Files are named by database_id, so a
 * rename touches instance.meta alone.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "convert.h"
#include "database_state.h"
#include "engine.h"
#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"
#include "server.h"

#define DATABASES		256
#define MASTER_ID		1
#define USER_ID_FIRST	5
#define BUSY_TIMEOUT	5000	/* milliseconds */

Instance	instance;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static Database *list[DATABASES];	/* by database_id */
static int	list_count;
static Database *dropped[DATABASES * 16];
static int	dropped_count;

static bool
same_name(const char *a, const char *b)
{
	return collation_compare(collation_default(), a, strlen(a), b, strlen(b)) == 0;
}

/* Under list_lock. */
static Database *
find(const char *name)
{
	int			i;

	for (i = 0; i < list_count; i++)
	{
		if (same_name(list[i]->record.name, name))
			return list[i];
	}
	return NULL;
}

Database *
database_find(const char *name)
{
	Database   *database;

	pthread_mutex_lock(&list_lock);
	database = find(name);
	pthread_mutex_unlock(&list_lock);
	return database;
}

Database *
database_at(int index)
{
	Database   *database;

	pthread_mutex_lock(&list_lock);
	database = index >= 0 && index < list_count ? list[index] : NULL;
	pthread_mutex_unlock(&list_lock);
	return database;
}

int
database_id(const Database *database)
{
	return database->record.id;
}

const char *
database_name(const Database *database)
{
	return database->record.name;
}

uint64_t
database_generation(Database *database)
{
	uint64_t	generation;

	pthread_mutex_lock(&database->lock);
	generation = database->generation;
	pthread_mutex_unlock(&database->lock);
	return generation;
}

int
database_state(const Database *database, const char **words)
{
	Database   *locked = (Database *) database;
	DatabaseState state;

	pthread_mutex_lock(&locked->lock);
	state = database->record.state;
	if (state == DATABASE_ONLINE && database->record.mirror.role == MIRROR_ROLE_MIRROR)
		state = DATABASE_RESTORING;
	if (state == DATABASE_ONLINE && database->record.mirror.role == MIRROR_ROLE_PRINCIPAL &&
		(database->mirror.serving == SERVING_UNDECIDED ||
		 database->mirror.serving == SERVING_NO_QUORUM))
		state = DATABASE_RECOVERY_PENDING;
	pthread_mutex_unlock(&locked->lock);
	switch (state)
	{
		case DATABASE_ONLINE:
			*words = "ONLINE";
			break;
		case DATABASE_RESTORING:
			*words = "RESTORING";
			break;
		case DATABASE_RECOVERY_PENDING:
			*words = "RECOVERY_PENDING";
			break;
		case DATABASE_OFFLINE:
			*words = "OFFLINE";
			break;
	}
	return (int) state;
}

/* Under the lock. */
static bool
may_use(Database *database, SqlMessage *error)
{
	const char *name = database->record.name;

	if (database->dropped)
		return database_error(error, 911, name);
	if (database->record.state == DATABASE_OFFLINE)
		return database_error(error, 942, name);
	if (database->record.mirror.role == MIRROR_ROLE_MIRROR)
		return database_error(error, 954, name);
	if (database->record.state == DATABASE_RESTORING)
		return database_error(error, 927, name);
	if (database->record.mirror.role != MIRROR_ROLE_PRINCIPAL)
		return true;
	switch (mirror_serving(database))
	{
		case SERVING_OPEN:
			break;
		case SERVING_UNDECIDED:
			return database_error(error, 921, name);
		case SERVING_NO_QUORUM:
			return database_error(error, 955, name);
		case SERVING_TRANSITION:
			return database_error(error, 952, name);
	}
	return true;
}

bool
database_open(Database *database, SqlMessage *error)
{
	bool		open;

	pthread_mutex_lock(&database->lock);
	open = may_use(database, error);
	pthread_mutex_unlock(&database->lock);
	return open;
}

bool
database_begin_use(Database *database, SqlMessage *error)
{
	bool		open;

	pthread_mutex_lock(&database->lock);
	open = may_use(database, error);
	if (open)
		database->uses++;
	pthread_mutex_unlock(&database->lock);
	return open;
}

void
database_end_use(Database *database)
{
	pthread_mutex_lock(&database->lock);
	if (--database->uses == 0)
		pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
}

void
database_evacuate(Database *database)
{
	struct timespec deadline;

	server_kill_sessions(database, 0);
	pthread_mutex_lock(&database->lock);
	while (database->uses > 0)
	{
		clock_deadline(1000, &deadline);
		if (pthread_cond_timedwait(&database->changed, &database->lock, &deadline) == ETIMEDOUT)
			log_line("waiting for %d statements in \"%s\"", database->uses, database->record.name);
	}
	database->generation++;
	pthread_mutex_unlock(&database->lock);
}

/*
 * synchronous=NORMAL: a commit is in the file when it returns, but not yet on
 * the disk.  What the stand-in has to survive is the death of its process, and
 * that needs no more.
 */
sqlite3 *
database_connect(Database *database)
{
	sqlite3    *handle = NULL;

	if (sqlite3_open_v2(database->path, &handle,
						SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
		sqlite3_busy_timeout(handle, BUSY_TIMEOUT) != SQLITE_OK ||
		sqlite3_exec(handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
					 NULL, NULL, NULL) != SQLITE_OK ||
		!engine_prepare_handle(handle))
	{
		log_line("cannot open %s: %s", database->path, sqlite3_errmsg(handle));
		sqlite3_close(handle);
		return NULL;
	}
	return handle;
}

void
database_remove_files(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char		name[1200];
	size_t		i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
	{
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static bool
create_file(Database *database)
{
	sqlite3    *handle = NULL;
	const char *problem = "cannot create the file";
	bool		made;

	database_remove_files(database->path);
	made = sqlite3_open_v2(database->path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
						   NULL) == SQLITE_OK;
	sqlite3_close(handle);
	handle = made ? database_connect(database) : NULL;
	if (handle != NULL)
	{
		problem = engine_create_catalog(handle);
		if (problem == NULL)
			problem = log_create(handle);
		if (problem != NULL)
			log_line("cannot create %s: %s", database->path, problem);
		sqlite3_close(handle);
	}
	if (problem != NULL)
		database_remove_files(database->path);
	return problem == NULL;
}

static Database *
new_database(const DatabaseRecord *record)
{
	Database   *database = calloc(1, sizeof(Database));

	if (database == NULL)
		return NULL;
	pthread_mutex_init(&database->lock, NULL);
	clock_condition(&database->changed);
	database->record = *record;
	database->mirror.wake_fd = -1;
	snprintf(database->path, sizeof(database->path), "%s/database%d.db",
			 instance.folder, record->id);
	return database;
}

/* Under list_lock. */
static void
list_insert(Database *database)
{
	int			i;

	for (i = list_count++; i > 0 && list[i - 1]->record.id > database->record.id; i--)
		list[i] = list[i - 1];
	list[i] = database;
}

/* Under list_lock. */
static int
free_id(void)
{
	int			id = USER_ID_FIRST;
	int			i;

	for (i = 0; i < list_count; i++)
	{
		if (list[i]->record.id == id)
			id++;
	}
	return id;
}

/*
 * Creates a database, with a file unless it is to be restored.  list_lock is
 * held to the end: two of the same name must not be born.
 */
static Database *
create(const char *name, int id, DatabaseState state, SqlMessage *error)
{
	DatabaseRecord record = {.state = state};
	Database   *database = NULL;

	pthread_mutex_lock(&list_lock);
	if (find(name) != NULL)
		database_error(error, 1801, name);
	else if (list_count == DATABASES || strlen(name) >= sizeof(record.name))
		database_error(error, 1831);
	else
	{
		record.id = id != 0 ? id : free_id();
		strcpy(record.name, name);
		database = new_database(&record);
		if (database == NULL || (state == DATABASE_ONLINE && !create_file(database)))
		{
			free(database);
			database = NULL;
			database_error(error, 1802);
		}
		else
		{
			meta_store_database(&record);
			list_insert(database);
		}
	}
	pthread_mutex_unlock(&list_lock);
	return database;
}

bool
database_create(const char *name, SqlMessage *error)
{
	return create(name, 0, DATABASE_ONLINE, error) != NULL;
}

Database *
database_create_restoring(const char *name, SqlMessage *error)
{
	return create(name, 0, DATABASE_RESTORING, error);
}

typedef struct InUse
{
	const char *name;
	bool		found;
} InUse;

static void
note_use(struct Session *session, void *argument)
{
	InUse	   *use = argument;

	use->found = use->found || same_name(session_database(session), use->name);
}

bool
database_drop(const char *name, SqlMessage *error)
{
	Database   *database = database_find(name);
	InUse		use = {name, false};
	int			i;
	bool		refused = true;

	if (database == NULL)
		return database_error(error, 3701, name);
	if (database->record.id < USER_ID_FIRST)
		return database_error(error, 3708, name);
	server_each_session(note_use, &use);
	pthread_mutex_lock(&database->lock);
	if (database->dropped)
		database_error(error, 3701, name);
	else if (database->record.mirror.role != MIRROR_ROLE_NONE)
		database_error(error, 3743, name);
	else if (use.found || database->uses > 0)
		database_error(error, 3702, name);
	else
	{
		refused = false;
		database->dropped = true;
		database->generation++;
	}
	pthread_mutex_unlock(&database->lock);
	if (refused)
		return false;

	pthread_mutex_lock(&list_lock);
	meta_remove_database(database->record.id);
	for (i = 0; list[i] != database; i++)
		;
	list_count--;
	memmove(&list[i], &list[i + 1], sizeof(list[0]) * (size_t) (list_count - i));
	database_remove_files(database->path);
	if (dropped_count < (int) (sizeof(dropped) / sizeof(dropped[0])))
		dropped[dropped_count++] = database;
	pthread_mutex_unlock(&list_lock);
	return true;
}

/* The database to be altered, locked, when it is an ordinary one. */
static Database *
find_to_alter(const char *name, int system_error, SqlMessage *error)
{
	Database   *database = database_find(name);

	if (database == NULL)
	{
		database_error(error, 5011, name);
		return NULL;
	}
	if (database->record.id < USER_ID_FIRST)
	{
		database_error(error, system_error, name);
		return NULL;
	}
	pthread_mutex_lock(&database->lock);
	if (!database->dropped && database->record.mirror.role == MIRROR_ROLE_NONE)
		return database;
	pthread_mutex_unlock(&database->lock);
	database_error(error, database->dropped ? 5011 : 1468, name);
	return NULL;
}

bool
database_set_offline(const char *name, bool offline, SqlMessage *error)
{
	Database   *database = find_to_alter(name, 5058, error);
	bool		restoring;

	if (database == NULL)
		return false;
	restoring = database->record.state == DATABASE_RESTORING;
	if (!restoring)
	{
		database->record.state = offline ? DATABASE_OFFLINE : DATABASE_ONLINE;
		database_persist(database);
	}
	pthread_mutex_unlock(&database->lock);
	if (restoring)
		return database_error(error, 927, name);
	if (offline)
		database_evacuate(database);
	return true;
}

bool
database_rename(const char *name, const char *new_name, SqlMessage *error)
{
	Database   *database = find_to_alter(name, 5011, error);
	Database   *other;
	bool		taken;

	if (database == NULL)
		return false;
	pthread_mutex_unlock(&database->lock);

	pthread_mutex_lock(&list_lock);
	other = find(new_name);
	taken = (other != NULL && other != database) ||
		strlen(new_name) >= sizeof(database->record.name);
	if (!taken)
	{
		pthread_mutex_lock(&database->lock);
		strcpy(database->record.name, new_name);
		database_persist(database);
		pthread_mutex_unlock(&database->lock);
	}
	pthread_mutex_unlock(&list_lock);
	return taken ? database_error(error, 1801, new_name) : true;
}

void
database_persist(Database *database)
{
	meta_store_database(&database->record);
	pthread_cond_broadcast(&database->changed);
}

bool
database_start(void)
{
	DatabaseRecord record;
	SqlMessage	error;
	Database   *database;
	int			i;

	/* nobody asks how much memory SQLite holds, and counting it takes a lock */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (!meta_load())
		return false;
	for (i = 0; meta_database(i, &record); i++)
	{
		database = new_database(&record);
		if (database == NULL)
			return false;
		pthread_mutex_lock(&list_lock);
		list_insert(database);
		pthread_mutex_unlock(&list_lock);
	}
	if (database_find("master") == NULL &&
		create("master", MASTER_ID, DATABASE_ONLINE, &error) == NULL)
		return false;
	for (i = 0; (database = database_at(i)) != NULL; i++)
	{
		if (!mirror_start(database))
			return false;
	}
	return true;
}
