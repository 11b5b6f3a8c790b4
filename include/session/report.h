/*
 * report.h
 *		The only place that turns a remote error into a PostgreSQL error.
 */
#ifndef SESSION_REPORT_H
#define SESSION_REPORT_H

#include "option/compat.h"
#include "wire/wire.h"

/*
 * Raises error: SQLSTATE by the verdict table, the server's own words as
 * message, its number, state, severity, procedure and line in DETAIL, sql as
 * context; schema, table, column and constraint, by their names over there, in
 * the error's fields where those words say them.
 */
pg_noreturn extern void tmf_report_error(const char *server_name, const WireError *error, const char *sql);

/* One line about error for a DETAIL or a view: never holds a password. */
extern void tmf_report_summary(const WireError *error, char *buffer, size_t size);

/* Text from the wire, in the database's encoding; palloc'd. */
extern char *tmf_report_words(const char *text);

extern int	tmf_report_sqlstate(const char *sqlstate);

#endif
