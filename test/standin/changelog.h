/*
 * changelog.h
 *		Changes to a database's file, and the record of them for the mirror.
 *
 * Whatever changes the file goes through change_run(): one SQLite statement
 * that depends on nothing but its parameters, so that running it again on a
 * copy gives the same content.
 */
#ifndef STANDIN_CHANGELOG_H
#define STANDIN_CHANGELOG_H

#include "mirror.h"
#include "session.h"
#include "storage.h"

typedef struct LogMark
{
	int			records;
	size_t		size;			/* of the last of them */
} LogMark;

extern ChangeLog *change_log_new(void);
extern void change_log_free(ChangeLog *log);
extern LogMark change_log_mark(const ChangeLog *log);
extern void change_log_truncate(ChangeLog *log, LogMark mark);

/* All of them in order, until the log changes. */
extern const LogRecord *change_log_records(ChangeLog *log, int *count);

/* Runs and records; SQLITE_DONE, or SQLite's extended error code. */
extern int	change_run(Session *session, const char *sql, const RawValue *parameters, int count);

/* The same with text and numbers after printf's manner; %Q quotes a text. */
extern bool change_format(Session *session, const char *format, ...);

#endif
