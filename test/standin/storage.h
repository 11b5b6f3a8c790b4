/*
 * storage.h
 *		How a SQL Server value lies in SQLite, and comes back.
 *
 * integers, bit, money, dates and times: INTEGER in the units of SqlValue
 * real, float: REAL
 * decimal: TEXT at its type's scale, compared by the collation of decimals
 * datetimeoffset: TEXT, 20 digits of UTC ticks and the offset; the collation
 *		compares the digits alone
 * character types and json: TEXT under their own collation
 * binary, sql_variant as it travels, objects as they are serialised: BLOB; uniqueidentifier: BLOB of 16 bytes in SQL Server's order
 */
#ifndef STANDIN_STORAGE_H
#define STANDIN_STORAGE_H

#include <sqlite3.h>

#include "convert.h"

#define STORAGE_DECIMAL_COLLATION	"standin_decimal"
#define STORAGE_OFFSET_COLLATION	"standin_offset"
#define STORAGE_SCRATCH				48

/* A value as SQLite has it; p may point to the owner's scratch. */
typedef struct RawValue
{
	int			type;			/* SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB, _NULL */
	int64_t		i;
	double		f;
	const void *p;
	size_t		n;
} RawValue;

/* "INTEGER", or 'TEXT COLLATE "x"': what a column is declared as. */
extern void storage_declaration(const TypeSpec *type, char *buffer, size_t size);

/* Name of the collation that comparisons of the type need; NULL = none. */
extern const char *storage_collation(const TypeSpec *type);

/* Have both types the same storage, so that values compare without conversion? */
extern bool storage_same(const TypeSpec *a, const TypeSpec *b);

/* scratch: STORAGE_SCRATCH bytes that live as long as the result. */
extern void storage_encode(const TypeSpec *type, const SqlValue *value, RawValue *raw, char *scratch);
extern void storage_decode(const TypeSpec *type, const RawValue *raw, SqlValue *value, char *scratch);

extern void raw_from_column(sqlite3_stmt *statement, int column, RawValue *raw);
extern void raw_from_value(sqlite3_value *value, RawValue *raw);
extern int	raw_bind(sqlite3_stmt *statement, int index, const RawValue *raw);
extern void raw_result(sqlite3_context *context, const RawValue *raw);
extern void raw_copy(Arena *arena, RawValue *raw);
extern void value_copy(Arena *arena, SqlValue *value);

/* Registers the collations on a handle. */
extern bool storage_register(sqlite3 *handle);

/* Prepared statements by text, reset when handed out again; the cache owns them. */
typedef struct StatementCache StatementCache;
extern StatementCache *statement_cache_new(void);
extern sqlite3_stmt *statement_cache_get(StatementCache *cache, sqlite3 *handle, const char *sql);
extern void statement_cache_reset(StatementCache *cache);
extern void statement_cache_free(StatementCache *cache);

#endif
