/*
 * src/session/partner_file.c
 *		One small file per database and server, below the data directory.
 *
 * It must outlive the backend, be readable before any server answers, and be
 * written by a transaction that is about to fail, on a hot standby too: hence a
 * file and no table.  Whoever reads it must be able to do without it, so nothing
 * in here raises an error, and nothing is flushed: after a crash of the machine
 * the checksum tells.
 *
 * Writers take turns by a lock on the folder; readers need none, for a file
 * appears by a rename, whole.
 */
#include "postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_crc32c.h"
#include "storage/fd.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "partner_int.h"
#include "session/wait.h"

#define FOLDER		"tds_mirror_fdw"
#define TEMPORARY	".new"
#define PATH_MAX_LENGTH	128

#define FILE_MAGIC		0x50464d54	/* "TMFP" */
#define FILE_VERSION	1

/* A proof in the file is renewed when it is older. */
#define PROOF_AGE_US	USECS_PER_MINUTE

/* How often, and how far apart at first, a writer tries for the lock. */
#define LOCK_TRIES		6
#define LOCK_PAUSE_MS	2

typedef struct PartnerFile
{
	uint32		magic;
	uint32		version;
	uint32		size;
	uint32		unused;
	Record		record;
	uint32		unused_too;
	pg_crc32c	checksum;		/* of all before */
} PartnerFile;

StaticAssertDecl(offsetof(PartnerFile, checksum) + sizeof(pg_crc32c) == sizeof(PartnerFile),
				 "the checksum must be the end of the file");

static bool swept = false;
static bool complained = false;

static void
folder_path(char *path)
{
	snprintf(path, PATH_MAX_LENGTH, "%s/%u", FOLDER, MyDatabaseId);
}

static void
file_path(char *path, Oid serverid, const char *suffix)
{
	snprintf(path, PATH_MAX_LENGTH, "%s/%u/%u%s", FOLDER, MyDatabaseId, serverid, suffix);
}

static pg_crc32c
checksum_of(const PartnerFile *file)
{
	pg_crc32c	checksum;

	INIT_CRC32C(checksum);
	COMP_CRC32C(checksum, file, offsetof(PartnerFile, checksum));
	FIN_CRC32C(checksum);
	return checksum;
}

/* Once per backend: what cannot be written now can hardly be in a moment. */
static void
complain(const char *what, const char *path, int problem)
{
	if (!complained)
		ereport(LOG,
				(errmsg("tds_mirror_fdw: could not %s \"%s\": %s", what, path, strerror(problem)),
				 errdetail("Other backends will not know what this one has learned about its partners.")));
	complained = true;
}

/* The oid that the name of a file or folder begins with, or InvalidOid. */
static Oid
oid_of(const char *name)
{
	char	   *end;
	unsigned long value = strtoul(name, &end, 10);

	return name[0] >= '1' && name[0] <= '9' && value <= PG_UINT32_MAX &&
		(*end == '\0' || strcmp(end, TEMPORARY) == 0) ? (Oid) value : InvalidOid;
}

/* Removes the files of a folder, or those of servers that are gone. */
static void
sweep_folder(const char *folder, bool all)
{
	DIR		   *dir = AllocateDir(folder);
	struct dirent *entry;
	char		path[PATH_MAX_LENGTH + NAME_MAX + 2];

	if (dir == NULL)
		return;
	while ((entry = ReadDirExtended(dir, folder, DEBUG1)) != NULL)
	{
		Oid			serverid = oid_of(entry->d_name);

		if (!all && (serverid == InvalidOid ||
					 SearchSysCacheExists1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid))))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void) unlink(path);
	}
	FreeDir(dir);
}

/*
 * What belongs to dropped servers and databases goes, when a backend first comes
 * by.  A server whose creation we do not see yet loses no more than its memory.
 */
static void
sweep(void)
{
	DIR		   *dir;
	struct dirent *entry;
	char		folder[PATH_MAX_LENGTH];

	swept = true;
	dir = AllocateDir(FOLDER);
	if (dir == NULL)
		return;
	while ((entry = ReadDirExtended(dir, FOLDER, DEBUG1)) != NULL)
	{
		Oid			database = oid_of(entry->d_name);

		if (database == InvalidOid ||
			(database != MyDatabaseId && get_database_name(database) != NULL))
			continue;
		snprintf(folder, sizeof(folder), "%s/%u", FOLDER, database);
		sweep_folder(folder, database != MyDatabaseId);
		if (database != MyDatabaseId)
			(void) rmdir(folder);
	}
	FreeDir(dir);
}

/* Tells one file from the next under the same name. */
static TmfPartnerStamp
stamp_of(const struct stat *status)
{
	TmfPartnerStamp stamp = {0};

	stamp.inode = status->st_ino;
	stamp.changed_ns = status->st_ctim.tv_sec * INT64CONST(1000000000) + status->st_ctim.tv_nsec;
	stamp.size = status->st_size;
	return stamp;
}

bool
tmf_partner_file_look(Oid serverid, TmfPartnerStamp *stamp, bool *changed)
{
	char		path[PATH_MAX_LENGTH];
	struct stat status;
	TmfPartnerStamp now = {0};
	bool		there;

	if (!swept && IsTransactionState())
		sweep();
	file_path(path, serverid, "");
	there = lstat(path, &status) == 0;
	if (there)
		now = stamp_of(&status);
	*changed = memcmp(&now, stamp, sizeof(now)) != 0;
	*stamp = now;
	return there;
}

/* What is wrong with a file that was opened, and read into *file; NULL: nothing. */
static const char *
judge(int fd, PartnerFile *file, Oid serverid, TmfPartnerStamp *stamp)
{
	struct stat status;
	const Record *record = &file->record;
	int			i;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return "it is no file";
	*stamp = stamp_of(&status);
	if (status.st_uid != geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "it belongs to, or is open to, somebody else";
	if (status.st_size != sizeof(PartnerFile) ||
		read(fd, file, sizeof(PartnerFile)) != sizeof(PartnerFile))
		return "it has another size";
	if (file->magic != FILE_MAGIC || file->version != FILE_VERSION ||
		file->size != sizeof(PartnerFile))
		return "it is of another version";
	if (!EQ_CRC32C(file->checksum, checksum_of(file)))
		return "its checksum is wrong";
	if (record->database != MyDatabaseId || record->server != serverid)
		return "it is about another server";
	if (!record_sane(record))
		return "it makes no sense";
	for (i = 0; i < PAIR_SIDES; i++)
	{
		if (!pg_verifymbstr(record->side[i].learned_name, strlen(record->side[i].learned_name), true))
			return "it is of another encoding";
	}
	return NULL;
}

bool
tmf_partner_file_read(Oid serverid, Record *record, TmfPartnerStamp *stamp, int elevel)
{
	char		path[PATH_MAX_LENGTH];
	PartnerFile file;
	const char *problem;
	int			fd;

	file_path(path, serverid, "");
	fd = BasicOpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | PG_BINARY);
	if (fd < 0)
		return false;
	problem = judge(fd, &file, serverid, stamp);
	close(fd);
	if (problem != NULL)
	{
		ereport(elevel, (errmsg("tds_mirror_fdw: file \"%s\" is ignored: %s", path, problem)));
		return false;
	}
	*record = file.record;
	/* a clock has been set back: better than nothing, but worth less than anything else */
	if (record->known_us > GetCurrentTimestamp())
		record->known_us = 1;
	return true;
}

/* The folder of this database, made when missing; -1 when it cannot be had. */
static int
open_folder(char *path)
{
	int			fd;

	folder_path(path);
	fd = BasicOpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
	{
		if ((mkdir(FOLDER, S_IRWXU) == 0 || errno == EEXIST) &&
			(mkdir(path, S_IRWXU) == 0 || errno == EEXIST))
			fd = BasicOpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	return fd;
}

/* Whoever holds the lock needs a millisecond; false: let it be. */
static bool
lock_folder(int fd, int max_tries)
{
	int64		pause = LOCK_PAUSE_MS;
	int			tries;

	for (tries = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++)
	{
		if (tries >= max_tries || InterruptHoldoffCount > 0)
			return false;
		tmf_wait_until(TMF_WAIT_PARTNER_FILE, tmf_now_ms() + pause);
		pause *= 2;
	}
	return true;
}

/* Puts the record into place.  0, or the errno of what failed. */
static int
replace_file(const Record *record, TmfPartnerStamp *stamp)
{
	PartnerFile file;
	char		path[PATH_MAX_LENGTH];
	char		temporary[PATH_MAX_LENGTH];
	struct stat status;
	int			problem = 0;
	int			fd;

	memset(&file, 0, sizeof(file));
	file.magic = FILE_MAGIC;
	file.version = FILE_VERSION;
	file.size = sizeof(file);
	file.record = *record;
	file.checksum = checksum_of(&file);

	file_path(path, record->server, "");
	file_path(temporary, record->server, TEMPORARY);
	(void) unlink(temporary);
	fd = BasicOpenFilePerm(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | PG_BINARY,
						   S_IRUSR | S_IWUSR);
	if (fd < 0)
		return errno;
	errno = ENOSPC;
	if (write(fd, &file, sizeof(file)) != sizeof(file))
		problem = errno;
	if (close(fd) != 0 && problem == 0)
		problem = errno;
	if (problem == 0 && (rename(temporary, path) != 0 || lstat(path, &status) != 0))
		problem = errno;
	if (problem != 0)
		(void) unlink(temporary);
	else
		*stamp = stamp_of(&status);
	return problem;
}

/* Does the file say all of record already, as freshly as it need be? */
static bool
says_it(const Record *record, const Record *disk)
{
	return !record_differs(record, disk) && record->known_us - disk->known_us < PROOF_AGE_US;
}

/* Under the lock: nobody else writes meanwhile. */
static bool
merge_locked(Record *record, TmfPartnerStamp *stamp)
{
	char		path[PATH_MAX_LENGTH];
	Record		disk;
	int			problem;

	if (tmf_partner_file_read(record->server, &disk, stamp, DEBUG1) && record_akin(record, &disk))
	{
		record_join(record, &disk);
		if (says_it(record, &disk))
			return true;
	}
	problem = replace_file(record, stamp);
	if (problem != 0)
	{
		file_path(path, record->server, "");
		complain("write file", path, problem);
	}
	return problem == 0;
}

/* The same, when the lock can be had; closes fd, the folder. */
static bool
merge_in_turn(int fd, int tries, Record *record, TmfPartnerStamp *stamp)
{
	volatile bool done = false;

	PG_TRY();
	{
		done = lock_folder(fd, tries) && merge_locked(record, stamp);
	}
	PG_CATCH();
	{
		close(fd);
		PG_RE_THROW();
	}
	PG_END_TRY();
	close(fd);
	return done;
}

bool
tmf_partner_file_merge(Record *record, TmfPartnerStamp *stamp)
{
	char		path[PATH_MAX_LENGTH];
	Record		disk;
	int			tries = LOCK_TRIES;
	int			fd;

	if (CritSectionCount > 0)
		return false;
	if (tmf_partner_file_read(record->server, &disk, stamp, DEBUG1) && record_akin(record, &disk))
	{
		Record		both = *record;

		record_join(&both, &disk);
		if (says_it(&both, &disk))
		{
			*record = both;
			return true;
		}
		/* a proof that gets old may as well be renewed by whoever has the lock */
		if (!record_differs(&both, &disk))
			tries = 1;
	}
	fd = open_folder(path);
	if (fd < 0)
	{
		complain("open folder", path, errno);
		return false;
	}
	return merge_in_turn(fd, tries, record, stamp);
}
