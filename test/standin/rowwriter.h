/*
 * rowwriter.h
 *		Rows into, in and out of a table, with its constraints.
 */
#ifndef STANDIN_ROWWRITER_H
#define STANDIN_ROWWRITER_H

#include "catalog.h"
#include "emit.h"
#include "storage.h"

/* A key that must be looked for when the statement has done all its rows. */
typedef struct KeyCheck
{
	struct KeyCheck *next;
	const ForeignKey *key;
	bool		as_parent;		/* nobody may refer to it; else: it must exist */
	RawValue   *values;
} KeyCheck;

/* Expressions over one row, whose values are the statement's first parameters. */
typedef struct RowProbe
{
	sqlite3_stmt *statement;	/* NULL = there is none */
	int			parameters;
	int			count;			/* results */
	TypeSpec   *types;
	int		   *targets;		/* computed columns: which; checks: which */
} RowProbe;

typedef struct RowWriter
{
	Session    *session;
	const TableInfo *table;
	const char *verb;			/* "INSERT", for messages */
	const char *insert;			/* SQL */
	RawValue   *parameters;		/* of one statement */
	Arena	   *row_arena;		/* of the row at hand */
	RowProbe	checks;
	RowProbe	computed;
	KeyCheck   *later;
	bool		unchecked;		/* CHECK and FOREIGN KEY do not count: a bulk load */
	sqlite3_stmt *defaults;		/* of all columns; NULL = none has one */
	TypeSpec   *default_types;	/* by position */
	bool		defaults_ready; /* the statement stands at them, for the row at hand */
	bool		identity_used;
	bool		identity_known;
	int64_t		identity;		/* the last one given */
	bool		versions;		/* rowversions were given, the last of them: */
	int64_t		version;
	int64_t		rows;			/* written so far */
} RowWriter;

extern bool rowwriter_start(RowWriter *writer, Session *session, const TableInfo *table, const char *verb);

/* Checks at the end of the statement; frees.  ok: the rows all went well. */
extern bool rowwriter_finish(RowWriter *writer, bool ok);

/* values: one a column, in storage form; computed ones are filled in. */
extern bool rowwriter_insert(RowWriter *writer, RawValue *values);
extern bool rowwriter_update(RowWriter *writer, int64_t row, const RawValue *old, RawValue *values,
							 const bool *changed, bool replace);
extern bool rowwriter_delete(RowWriter *writer, int64_t row, const RawValue *old);

/* Gives a column of type rowversion the next number of the whole database. */
extern void rowwriter_version(RowWriter *writer, RawValue *values);
extern bool rowwriter_identity(RowWriter *writer, RawValue *value);

/* Does an UPDATE of these columns touch a unique key? */
extern bool rowwriter_touches_key(const RowWriter *writer, const bool *changed);

/* A value converted to its column, or the error of INSERT and UPDATE. */
extern bool rowwriter_convert(RowWriter *writer, int column, const TypeSpec *type, const SqlValue *value,
							  RawValue *raw);

/* A new row begins: memory and defaults of the last one are given up. */
extern void rowwriter_begin(RowWriter *writer);

/* rowdefault.c: the value of a column that is not given, in an INSERT of which all columns' were prepared. */
extern bool rowwriter_prepare_defaults(RowWriter *writer);
extern bool rowwriter_default(RowWriter *writer, int column, RawValue *raw);

extern void rowwriter_set_identity(Session *session, int64_t identity);	/* what @@IDENTITY says */

/* A value given to an identity column moves the next one, if it is further. */
extern bool rowwriter_note_identity(RowWriter *writer, int column, const TypeSpec *type, const SqlValue *value);

/* rowprobe.c */
extern bool probe_checks(Session *session, const TableInfo *table, RowProbe *probe);
extern bool probe_computed(Session *session, const TableInfo *table, RowProbe *probe);
extern int	probe_run(Session *session, RowProbe *probe, const RawValue *values);
extern void probe_free(RowProbe *probe);

/* constraint.c */
extern void key_text(Session *session, const TableInfo *table, const int *columns, int count,
					 const RawValue *row, char *buffer, size_t size);
extern bool constraint_duplicate(RowWriter *writer, const RawValue *values, int64_t row);
extern bool constraint_null_keys(RowWriter *writer, const RawValue *values, int64_t row);
extern bool constraint_child(RowWriter *writer, const RawValue *values, const bool *changed);
extern bool constraint_parent(RowWriter *writer, const RawValue *old, const bool *changed);
extern bool constraint_finish(RowWriter *writer);
extern bool constraint_check_failed(Session *session, const TableInfo *table, const char *verb,
									const CheckInfo *check);

/* Do the rows at hand satisfy a new constraint?  Else error 547. */
extern bool constraint_check_rows(Session *session, int table, int constraint_id);

#endif
