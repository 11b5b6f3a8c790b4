/*
 * changelog.c
 *		Changes to a database's file, and the record of them for the mirror.
 *
 * A record is the text of a SQLite statement followed by one or more sets of
 * parameters in binary form: sqlite3_expanded_sql() would cut doubles to 15
 * digits and texts at a NUL.
 *
 *		u32 length of text, text, { u32 count, { u8 type, value } ... } ...
 *
 * A transaction may be larger than memory: records that are full and not among
 * the first few lie in a file without a name until the commit asks for them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "changelog.h"

#define RECORD_LIMIT	(256 * 1024)
#define RECORDS_HELD	32		/* in memory, before others go to the file */

typedef struct OpenRecord
{
	LogRecord	record;			/* without data where it lies in the file */
	size_t		capacity;
	size_t		offset;			/* there */
} OpenRecord;

struct ChangeLog
{
	OpenRecord *records;
	LogRecord  *view;
	int			count;
	int			capacity;
	bool		has_file;
	int			file;
	size_t		file_size;
	void	   *mapped;			/* the file, for a commit; NULL = not now */
	size_t		mapped_size;
};

ChangeLog *
change_log_new(void)
{
	return calloc(1, sizeof(ChangeLog));
}

void
change_log_free(ChangeLog *log)
{
	LogMark		nothing = {0, 0};

	if (log == NULL)
		return;
	change_log_truncate(log, nothing);
	free(log->records);
	free(log->view);
	free(log);
}

LogMark
change_log_mark(const ChangeLog *log)
{
	LogMark		mark = {0, 0};

	mark.records = log->count;
	if (log->count > 0)
		mark.size = log->records[log->count - 1].record.size;
	return mark;
}

static void
unmap_file(ChangeLog *log)
{
	if (log->mapped != NULL)
		munmap(log->mapped, log->mapped_size);
	log->mapped = NULL;
}

void
change_log_truncate(ChangeLog *log, LogMark mark)
{
	unmap_file(log);
	while (log->count > mark.records)
	{
		OpenRecord *last = &log->records[--log->count];

		if (last->record.data == NULL)
			log->file_size = last->offset;
		free(last->record.data);
	}
	if (log->count > 0)
		log->records[log->count - 1].record.size = mark.size;
	if (log->has_file && log->file_size == 0)
	{
		close(log->file);
		log->has_file = false;
	}
}

const LogRecord *
change_log_records(ChangeLog *log, int *count)
{
	unmap_file(log);
	if (log->file_size > 0)
	{
		log->mapped_size = log->file_size;
		log->mapped = mmap(NULL, log->mapped_size, PROT_READ, MAP_SHARED, log->file, 0);
		if (log->mapped == MAP_FAILED)
			abort();
	}
	for (int i = 0; i < log->count; i++)
	{
		log->view[i] = log->records[i].record;
		if (log->view[i].data == NULL)
			log->view[i].data = (char *) log->mapped + log->records[i].offset;
	}
	*count = log->count;
	return log->view;
}

static bool
open_file(ChangeLog *log)
{
	static const char pattern[] = "/log.XXXXXX";
	char		path[sizeof(instance.folder) + sizeof(pattern)];

	if (log->has_file)
		return true;
	strcpy(path, instance.folder);
	strcat(path, pattern);
	log->file = mkostemp(path, O_CLOEXEC);
	if (log->file < 0)
		return false;
	unlink(path);
	log->has_file = true;
	log->file_size = 0;
	return true;
}

/* Moves a full record to the file; where that fails, it stays. */
static void
put_away(ChangeLog *log, OpenRecord *full)
{
	const char *data = full->record.data;
	size_t		done = 0;

	if (log->count <= RECORDS_HELD || data == NULL || !open_file(log))
		return;
	while (done < full->record.size)
	{
		ssize_t		written = pwrite(log->file, data + done, full->record.size - done,
									 (off_t) (log->file_size + done));

		if (written <= 0)
			return;
		done += (size_t) written;
	}
	full->offset = log->file_size;
	log->file_size += done;
	free(full->record.data);
	full->record.data = NULL;
}

static void
append(OpenRecord *open, const void *data, size_t size)
{
	if (open->record.size + size > open->capacity)
	{
		open->capacity = (open->record.size + size) * 2 + 64;
		open->record.data = realloc(open->record.data, open->capacity);
		if (open->record.data == NULL)
			abort();
	}
	if (size > 0)
		memcpy((char *) open->record.data + open->record.size, data, size);
	open->record.size += size;
}

static OpenRecord *
record_for(ChangeLog *log, const char *sql)
{
	uint32_t	length = (uint32_t) strlen(sql);
	OpenRecord *open;

	if (log->count > 0)
	{
		uint32_t	known;

		open = &log->records[log->count - 1];
		if (open->record.data != NULL && open->record.size < RECORD_LIMIT)
		{
			memcpy(&known, open->record.data, sizeof(known));
			if (known == length && memcmp((char *) open->record.data + sizeof(known), sql, length) == 0)
				return open;
		}
		put_away(log, open);
	}
	if (log->count == log->capacity)
	{
		log->capacity = log->capacity * 2 + 16;
		log->records = realloc(log->records, sizeof(OpenRecord) * (size_t) log->capacity);
		log->view = realloc(log->view, sizeof(LogRecord) * (size_t) log->capacity);
		if (log->records == NULL || log->view == NULL)
			abort();
	}
	open = &log->records[log->count++];
	memset(open, 0, sizeof(*open));
	append(open, &length, sizeof(length));
	append(open, sql, length);
	return open;
}

static void
append_parameter(OpenRecord *open, const RawValue *raw)
{
	uint8_t		type = (uint8_t) raw->type;
	uint32_t	size = (uint32_t) raw->n;

	append(open, &type, 1);
	switch (raw->type)
	{
		case SQLITE_INTEGER:
			append(open, &raw->i, sizeof(raw->i));
			break;
		case SQLITE_FLOAT:
			append(open, &raw->f, sizeof(raw->f));
			break;
		case SQLITE_TEXT:
		case SQLITE_BLOB:
			append(open, &size, sizeof(size));
			append(open, raw->p, size);
			break;
	}
}

int
change_run(Session *session, const char *sql, const RawValue *parameters, int count)
{
	sqlite3_stmt *statement = statement_cache_get(session->cache, session->handle, sql);
	uint32_t	size = (uint32_t) count;
	OpenRecord *open;
	int			code;

	if (statement == NULL)
		return sqlite3_extended_errcode(session->handle);
	for (int i = 0; i < count; i++)
		raw_bind(statement, i + 1, &parameters[i]);
	session->writing = true;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		;
	session->writing = false;
	if (code != SQLITE_DONE)
	{
		code = sqlite3_extended_errcode(session->handle);
		sqlite3_reset(statement);
		return code;
	}
	sqlite3_reset(statement);
	open = record_for(session->transaction.log, sql);
	append(open, &size, sizeof(size));
	for (int i = 0; i < count; i++)
		append_parameter(open, &parameters[i]);
	return SQLITE_DONE;
}

bool
change_format(Session *session, const char *format, ...)
{
	va_list		arguments;
	char	   *sql;
	int			code;

	va_start(arguments, format);
	sql = sqlite3_vmprintf(format, arguments);
	va_end(arguments);
	if (sql == NULL)
		abort();
	code = change_run(session, sql, NULL, 0);
	sqlite3_free(sql);
	return code == SQLITE_DONE || session_sqlite_error(session, code);
}

typedef struct Reader
{
	const char *at;
	size_t		left;
} Reader;

static bool
take(Reader *reader, void *out, size_t size)
{
	if (reader->left < size)
		return false;
	memcpy(out, reader->at, size);
	reader->at += size;
	reader->left -= size;
	return true;
}

static bool
bind_parameter(Reader *reader, sqlite3_stmt *statement, int index)
{
	RawValue	raw;
	uint8_t		type;
	uint32_t	size;

	memset(&raw, 0, sizeof(raw));
	if (!take(reader, &type, 1))
		return false;
	raw.type = type;
	switch (raw.type)
	{
		case SQLITE_INTEGER:
			return take(reader, &raw.i, sizeof(raw.i)) && raw_bind(statement, index, &raw) == SQLITE_OK;
		case SQLITE_FLOAT:
			return take(reader, &raw.f, sizeof(raw.f)) && raw_bind(statement, index, &raw) == SQLITE_OK;
		case SQLITE_TEXT:
		case SQLITE_BLOB:
			if (!take(reader, &size, sizeof(size)) || reader->left < size)
				return false;
			raw.p = reader->at;
			raw.n = size;
			reader->at += size;
			reader->left -= size;
			return raw_bind(statement, index, &raw) == SQLITE_OK;
		case SQLITE_NULL:
			return raw_bind(statement, index, &raw) == SQLITE_OK;
		default:
			return false;
	}
}

static const char *
replay_sets(Reader *reader, sqlite3 *handle, sqlite3_stmt *statement)
{
	uint32_t	count;
	int			code;

	while (reader->left > 0)
	{
		if (!take(reader, &count, sizeof(count)) ||
			count != (uint32_t) sqlite3_bind_parameter_count(statement))
			return "malformed log record";
		for (uint32_t i = 0; i < count; i++)
		{
			if (!bind_parameter(reader, statement, (int) i + 1))
				return "malformed log record";
		}
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
			;
		if (code != SQLITE_DONE)
			return sqlite3_errmsg(handle);
		sqlite3_reset(statement);
	}
	return NULL;
}

const char *
engine_replay(sqlite3 *handle, const void *record, size_t size)
{
	static _Thread_local char answer[512];
	Reader		reader = {record, size};
	uint32_t	length;
	sqlite3_stmt *statement = NULL;
	const char *error;

	if (!take(&reader, &length, sizeof(length)) || reader.left < length)
		return "malformed log record";
	if (sqlite3_prepare_v2(handle, reader.at, (int) length, &statement, NULL) != SQLITE_OK)
		error = sqlite3_errmsg(handle);
	else if (statement == NULL)
		error = "malformed log record";
	else
	{
		reader.at += length;
		reader.left -= length;
		error = replay_sets(&reader, handle, statement);
	}
	if (error != NULL)
	{
		strncpy(answer, error, sizeof(answer) - 1);
		answer[sizeof(answer) - 1] = '\0';
		error = answer;
	}
	sqlite3_finalize(statement);
	return error;
}
