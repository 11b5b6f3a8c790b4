/*
 * test/standin/mirror_copy.c
 *		The full copy of a database to its mirror.
 *
 * The principal holds one read transaction while it copies, so the copy is of
 * one moment and commits go on meanwhile; the log inside the copy says which
 * moment.  The mirror marks itself as needing a copy before it touches its
 * file and takes the mark away after the new one is in place.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "mirror_log.h"
#include "mirror_state.h"

#define PAGES_A_STEP	1024
#define CHUNK			(256 * 1024)
#define DONE_TIMEOUT	60000	/* milliseconds */

/* Writes a copy of one moment beside the database; *lsn says which. */
static bool
make_snapshot(Database *database, const char *path, int64_t *lsn)
{
	sqlite3    *from = database_connect(database);
	sqlite3    *to = NULL;
	sqlite3_backup *backup = NULL;
	uint64_t	chain;
	int			code = SQLITE_ERROR;

	database_remove_files(path);
	if (from != NULL && sqlite3_exec(from, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
		log_position(from, lsn, &chain) &&
		sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK)
		backup = sqlite3_backup_init(to, "main", from, "main");
	if (backup != NULL)
	{
		do
			code = sqlite3_backup_step(backup, PAGES_A_STEP);
		while (code == SQLITE_OK);
		sqlite3_backup_finish(backup);
	}
	sqlite3_close(to);
	sqlite3_close(from);
	if (code != SQLITE_DONE)
		log_line("cannot copy \"%s\": %s", database->record.name, sqlite3_errstr(code));
	return code == SQLITE_DONE;
}

static bool
send_file(Link *link, int fd)
{
	char	   *chunk = malloc(CHUNK);
	ssize_t		got = -1;

	while (chunk != NULL && (got = read(fd, chunk, CHUNK)) > 0)
	{
		if (!link_send(link, FRAME_COPY_DATA, chunk, (size_t) got))
			break;
	}
	free(chunk);
	return got == 0;
}

bool
copy_send(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	Link	   *link = mirror->link;
	char		path[1200];
	struct stat status;
	Packer		body = {.used = 0};
	Frame		frame;
	int64_t		lsn;
	int			fd = -1;
	bool		done = false;

	snprintf(path, sizeof(path), "%s.out", database->path);
	log_line("copies \"%s\" to its mirror", database->record.name);
	if (make_snapshot(database, path, &lsn) && (fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0 &&
		fstat(fd, &status) == 0)
	{
		pack_number(&body, (uint64_t) status.st_size, 8);
		done = link_send(link, FRAME_COPY_BEGIN, body.bytes, body.used) && send_file(link, fd) &&
			link_send(link, FRAME_COPY_END, NULL, 0) &&
			principal_await(database, FRAME_COPY_DONE, DONE_TIMEOUT, &frame) &&
			(int64_t) reader_u64(&frame.body) == lsn;
	}
	if (fd >= 0)
		close(fd);
	database_remove_files(path);
	if (done)
	{
		pthread_mutex_lock(&database->lock);
		mirror->acked_lsn = lsn;
		mirror->sent_lsn = lsn;
		pthread_mutex_unlock(&database->lock);
		event_record("copied", "%.100s %lld", database->record.name, (long long) lsn);
	}
	return done;
}

/* Data frames up to the end into the file; false: the link broke, or the disk is full. */
static bool
receive_file(Link *link, int fd, uint64_t size, int64_t silence)
{
	uint64_t	received = 0;
	Frame		frame;
	size_t		left;

	for (;;)
	{
		switch (link_receive(link, -1, 500, &frame))
		{
			case LINK_LOST:
				return false;
			case LINK_IDLE:
				if (link_silence(link) > silence)
					return false;
				continue;
			case LINK_FRAME:
				break;
		}
		if (frame.type == FRAME_COPY_END)
			return received == size && fsync(fd) == 0;
		left = reader_left(&frame.body);
		if (frame.type != FRAME_COPY_DATA || received + left > size ||
			write(fd, frame.body.at, left) != (ssize_t) left)
			return false;
		received += left;
	}
}

static bool
replace_file(Database *database, const char *path)
{
	int			folder = open(instance.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool		replaced;

	database_remove_files(database->path);
	replaced = rename(path, database->path) == 0 && folder >= 0 && fsync(folder) == 0;
	if (folder >= 0)
		close(folder);
	return replaced;
}

bool
copy_receive(Database *database, Link *link, Frame *begin)
{
	char		path[1200];
	uint64_t	size = reader_u64(&begin->body);
	int64_t		silence;
	int			fd;
	bool		received;

	pthread_mutex_lock(&database->lock);
	silence = mirror_silence_allowed(database);
	database->record.mirror.need_copy = true;
	database_persist(database);
	pthread_mutex_unlock(&database->lock);

	snprintf(path, sizeof(path), "%s.in", database->path);
	database_remove_files(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	received = fd >= 0 && receive_file(link, fd, size, silence);
	if (fd >= 0)
		close(fd);
	received = received && replace_file(database, path);
	database_remove_files(path);
	if (received)
	{
		pthread_mutex_lock(&database->lock);
		database->record.mirror.need_copy = false;
		database->generation++;
		database_persist(database);
		pthread_mutex_unlock(&database->lock);
		event_record("copied", "%.100s", database->record.name);
	}
	else
		log_line("copy of \"%s\" failed: %s", database->record.name, strerror(errno));
	return received;
}
