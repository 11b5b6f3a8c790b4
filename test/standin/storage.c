/*
 * storage.c
 *		How a SQL Server value lies in SQLite, and comes back.
 *
 * Every representation is chosen so that SQLite's own comparison, under the
 * collation that storage_collation() names, is SQL Server's: equality, order,
 * grouping and unique indexes then need no function call per row.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "storage.h"

/* Byte k of the stored uniqueidentifier is this byte of the one that travels. */
static const uint8_t guid_order[16] = {10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3};

typedef enum Storage
{
	STORAGE_INTEGER,
	STORAGE_REAL,
	STORAGE_DECIMAL,
	STORAGE_OFFSET,
	STORAGE_TEXT,
	STORAGE_BLOB,
	STORAGE_GUID
} Storage;

static Storage
storage_of(SqlType type)
{
	switch (type)
	{
		case SQL_REAL:
		case SQL_FLOAT:
			return STORAGE_REAL;
		case SQL_DECIMAL:
			return STORAGE_DECIMAL;
		case SQL_DATETIMEOFFSET:
			return STORAGE_OFFSET;
		case SQL_CHAR:
		case SQL_VARCHAR:
		case SQL_NCHAR:
		case SQL_NVARCHAR:
		case SQL_XML:
		case SQL_TEXT:
		case SQL_NTEXT:
		case SQL_JSON:
			return STORAGE_TEXT;
		case SQL_BINARY:
		case SQL_VARBINARY:
		case SQL_IMAGE:
		case SQL_VARIANT:
		case SQL_GEOMETRY:
		case SQL_GEOGRAPHY:
		case SQL_HIERARCHYID:
			return STORAGE_BLOB;
		case SQL_UNIQUEIDENTIFIER:
			return STORAGE_GUID;
		default:
			return STORAGE_INTEGER;
	}
}

const char *
storage_collation(const TypeSpec *type)
{
	switch (storage_of(type->type))
	{
		case STORAGE_DECIMAL:
			return STORAGE_DECIMAL_COLLATION;
		case STORAGE_OFFSET:
			return STORAGE_OFFSET_COLLATION;
		case STORAGE_TEXT:
			return type->collation != NULL ? type->collation->name : collation_default()->name;
		default:
			return NULL;
	}
}

void
storage_declaration(const TypeSpec *type, char *buffer, size_t size)
{
	const char *collation = storage_collation(type);
	Storage		storage = storage_of(type->type);

	if (collation != NULL)
		snprintf(buffer, size, "TEXT COLLATE \"%s\"", collation);
	else
		snprintf(buffer, size, "%s", storage == STORAGE_INTEGER ? "INTEGER" :
				 storage == STORAGE_REAL ? "REAL" : "BLOB");
}

/* Is not every text, or every binary, a value of the type? */
static bool
stands_alone(SqlType type)
{
	return type == SQL_VARIANT || type == SQL_JSON || type_is_object(type);
}

bool
storage_same(const TypeSpec *a, const TypeSpec *b)
{
	Storage		storage = storage_of(a->type);

	if (a->type == SQL_UNTYPED || b->type == SQL_UNTYPED)
		return true;
	if (a->type != b->type && (stands_alone(a->type) || stands_alone(b->type)))
		return false;
	if (storage != storage_of(b->type))
		return false;
	if (storage != STORAGE_INTEGER)
		return true;
	if (a->type <= SQL_BIGINT && b->type <= SQL_BIGINT)
		return true;
	if ((a->type == SQL_MONEY || a->type == SQL_SMALLMONEY) &&
		(b->type == SQL_MONEY || b->type == SQL_SMALLMONEY))
		return true;
	return a->type == b->type;
}

void
storage_encode(const TypeSpec *type, const SqlValue *value, RawValue *raw, char *scratch)
{
	memset(raw, 0, sizeof(*raw));
	raw->type = SQLITE_NULL;
	if (value->null || type->type == SQL_UNTYPED)
		return;
	raw->p = value->p != NULL ? value->p : "";
	raw->n = value->n;
	switch (storage_of(type->type))
	{
		case STORAGE_INTEGER:
			raw->type = SQLITE_INTEGER;
			raw->i = value->i;
			break;
		case STORAGE_REAL:
			raw->type = SQLITE_FLOAT;
			raw->f = value->f;
			break;
		case STORAGE_DECIMAL:
			raw->type = SQLITE_TEXT;
			raw->n = decimal_format(&value->d, type->scale, scratch);
			raw->p = scratch;
			break;
		case STORAGE_OFFSET:
			raw->type = SQLITE_TEXT;
			raw->n = (size_t) snprintf(scratch, STORAGE_SCRATCH, "%020" PRId64 "%+05d",
									   value->i, value->offset);
			raw->p = scratch;
			break;
		case STORAGE_TEXT:
			raw->type = SQLITE_TEXT;
			break;
		case STORAGE_BLOB:
			raw->type = SQLITE_BLOB;
			break;
		case STORAGE_GUID:
			raw->type = SQLITE_BLOB;
			for (int i = 0; i < 16; i++)
				scratch[i] = ((const char *) raw->p)[guid_order[i]];
			raw->p = scratch;
			raw->n = 16;
			break;
	}
}

void
storage_decode(const TypeSpec *type, const RawValue *raw, SqlValue *value, char *scratch)
{
	int			scale;
	char		digits[21];

	value->null = raw->type == SQLITE_NULL;
	if (value->null)
		return;
	switch (storage_of(type->type))
	{
		case STORAGE_INTEGER:
			value->i = raw->i;
			break;
		case STORAGE_REAL:
			value->f = raw->type == SQLITE_INTEGER ? (double) raw->i : raw->f;
			break;
		case STORAGE_DECIMAL:
			if (decimal_parse(raw->p, raw->n, &value->d, &scale) == DECIMAL_OK &&
				scale != type->scale)
				decimal_rescale(&value->d, scale, 38, type->scale, &value->d);
			break;
		case STORAGE_OFFSET:
			value->i = 0;
			value->offset = 0;
			if (raw->n == 25)
			{
				memcpy(digits, raw->p, 20);
				digits[20] = '\0';
				value->i = strtoll(digits, NULL, 10);
				memcpy(digits, (const char *) raw->p + 20, 5);
				digits[5] = '\0';
				value->offset = (int16_t) strtol(digits, NULL, 10);
			}
			break;
		case STORAGE_TEXT:
		case STORAGE_BLOB:
			value->p = raw->p;
			value->n = raw->n;
			break;
		case STORAGE_GUID:
			if (raw->n != 16)
			{
				value->null = true;
				break;
			}
			for (int i = 0; i < 16; i++)
				scratch[guid_order[i]] = ((const char *) raw->p)[i];
			value->p = scratch;
			value->n = 16;
			break;
	}
}

void
raw_from_value(sqlite3_value *value, RawValue *raw)
{
	raw->type = sqlite3_value_type(value);
	switch (raw->type)
	{
		case SQLITE_INTEGER:
			raw->i = sqlite3_value_int64(value);
			break;
		case SQLITE_FLOAT:
			raw->f = sqlite3_value_double(value);
			break;
		case SQLITE_TEXT:
			raw->p = sqlite3_value_text(value);
			raw->n = (size_t) sqlite3_value_bytes(value);
			break;
		case SQLITE_BLOB:
			raw->p = sqlite3_value_blob(value);
			raw->n = (size_t) sqlite3_value_bytes(value);
			if (raw->p == NULL)
				raw->p = "";
			break;
	}
}

/*
 * One look at the column instead of three: a handle is used by one thread alone.
 * A text is taken as it lies in the page; asked for as text, SQLite would copy it
 * to put a NUL behind it.
 */
void
raw_from_column(sqlite3_stmt *statement, int column, RawValue *raw)
{
	sqlite3_value *value = sqlite3_column_value(statement, column);

	if (sqlite3_value_type(value) != SQLITE_TEXT)
	{
		raw_from_value(value, raw);
		return;
	}
	raw->type = SQLITE_TEXT;
	raw->p = sqlite3_value_blob(value);
	raw->n = (size_t) sqlite3_value_bytes(value);
	if (raw->p == NULL)
		raw->p = "";
}

int
raw_bind(sqlite3_stmt *statement, int index, const RawValue *raw)
{
	switch (raw->type)
	{
		case SQLITE_INTEGER:
			return sqlite3_bind_int64(statement, index, raw->i);
		case SQLITE_FLOAT:
			return sqlite3_bind_double(statement, index, raw->f);
		case SQLITE_TEXT:
			return sqlite3_bind_text64(statement, index, raw->p, raw->n, SQLITE_TRANSIENT, SQLITE_UTF8);
		case SQLITE_BLOB:
			return sqlite3_bind_blob64(statement, index, raw->p, raw->n, SQLITE_TRANSIENT);
		default:
			return sqlite3_bind_null(statement, index);
	}
}

void
raw_result(sqlite3_context *context, const RawValue *raw)
{
	switch (raw->type)
	{
		case SQLITE_INTEGER:
			sqlite3_result_int64(context, raw->i);
			break;
		case SQLITE_FLOAT:
			sqlite3_result_double(context, raw->f);
			break;
		case SQLITE_TEXT:
			sqlite3_result_text64(context, raw->p, raw->n, SQLITE_TRANSIENT, SQLITE_UTF8);
			break;
		case SQLITE_BLOB:
			sqlite3_result_blob64(context, raw->p, raw->n, SQLITE_TRANSIENT);
			break;
		default:
			sqlite3_result_null(context);
			break;
	}
}

void
raw_copy(Arena *arena, RawValue *raw)
{
	if (raw->type == SQLITE_TEXT || raw->type == SQLITE_BLOB)
		raw->p = arena_copy(arena, raw->p, raw->n);
}

void
value_copy(Arena *arena, SqlValue *value)
{
	if (!value->null && value->p != NULL)
		value->p = arena_copy(arena, value->p, value->n);
}

static int
compare_text(void *argument, int a_size, const void *a, int b_size, const void *b)
{
	return collation_compare(argument, a, (size_t) a_size, b, (size_t) b_size);
}

static int
compare_decimal(void *argument, int a_size, const void *a, int b_size, const void *b)
{
	Decimal		left;
	Decimal		right;
	int			left_scale = 0;
	int			right_scale = 0;

	(void) argument;
	memset(&left, 0, sizeof(left));
	memset(&right, 0, sizeof(right));
	decimal_parse(a, (size_t) a_size, &left, &left_scale);
	decimal_parse(b, (size_t) b_size, &right, &right_scale);
	return decimal_compare(&left, left_scale, &right, right_scale);
}

static int
compare_offset(void *argument, int a_size, const void *a, int b_size, const void *b)
{
	(void) argument;
	if (a_size < 20 || b_size < 20)
		return a_size - b_size;
	return memcmp(a, b, 20);
}

static void
collation_needed(void *argument, sqlite3 *handle, int encoding, const char *name)
{
	const Collation *collation = collation_find(name);

	(void) argument;
	(void) encoding;
	if (collation != NULL)
		sqlite3_create_collation(handle, name, SQLITE_UTF8, (void *) collation, compare_text);
}

bool
storage_register(sqlite3 *handle)
{
	return sqlite3_create_collation(handle, STORAGE_DECIMAL_COLLATION, SQLITE_UTF8, NULL,
									compare_decimal) == SQLITE_OK &&
		sqlite3_create_collation(handle, STORAGE_OFFSET_COLLATION, SQLITE_UTF8, NULL,
								 compare_offset) == SQLITE_OK &&
		sqlite3_collation_needed(handle, NULL, collation_needed) == SQLITE_OK;
}

#define CACHE_SIZE	48

typedef struct CachedStatement
{
	char	   *sql;
	sqlite3_stmt *statement;
	uint64_t	used;
} CachedStatement;

struct StatementCache
{
	uint64_t	clock;
	CachedStatement entries[CACHE_SIZE];
};

StatementCache *
statement_cache_new(void)
{
	return calloc(1, sizeof(StatementCache));
}

static void
drop_entry(CachedStatement *entry)
{
	sqlite3_finalize(entry->statement);
	free(entry->sql);
	memset(entry, 0, sizeof(*entry));
}

/* Least recently used, but never one that is being stepped. */
static CachedStatement *
choose_victim(StatementCache *cache)
{
	CachedStatement *victim = NULL;

	for (int i = 0; i < CACHE_SIZE; i++)
	{
		CachedStatement *entry = &cache->entries[i];

		if (entry->statement == NULL)
			return entry;
		if (!sqlite3_stmt_busy(entry->statement) && (victim == NULL || entry->used < victim->used))
			victim = entry;
	}
	return victim;
}

sqlite3_stmt *
statement_cache_get(StatementCache *cache, sqlite3 *handle, const char *sql)
{
	CachedStatement *entry;

	for (int i = 0; i < CACHE_SIZE; i++)
	{
		entry = &cache->entries[i];
		if (entry->statement != NULL && strcmp(entry->sql, sql) == 0)
		{
			entry->used = ++cache->clock;
			sqlite3_reset(entry->statement);
			return entry->statement;
		}
	}
	entry = choose_victim(cache);
	if (entry == NULL)
		return NULL;
	drop_entry(entry);
	if (sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &entry->statement, NULL) != SQLITE_OK)
		return NULL;
	entry->sql = strdup(sql);
	entry->used = ++cache->clock;
	return entry->statement;
}

void
statement_cache_reset(StatementCache *cache)
{
	for (int i = 0; i < CACHE_SIZE; i++)
		drop_entry(&cache->entries[i]);
}

void
statement_cache_free(StatementCache *cache)
{
	if (cache == NULL)
		return;
	statement_cache_reset(cache);
	free(cache);
}
