/*
 * catalog.c
 *		What a database knows of its tables: kept in tables of the same file.
 *
 * They are ordinary tables, so that DDL is transactional and replicated like
 * any change.  Sessions cache what they read; every DDL statement raises
 * 'version' in standin_meta, and a rollback forgets the cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "storage.h"

struct Catalog
{
	Arena	   *arena;
	TableInfo  *tables;
	int64_t		version;
};

#define NAME_TYPE	"TEXT COLLATE \"SQL_Latin1_General_CP1_CI_AS\""

static const char *const definition[] = {
	"CREATE TABLE standin_meta (name TEXT PRIMARY KEY, value INTEGER, text TEXT)",
	"CREATE TABLE standin_schema (schema_id INTEGER PRIMARY KEY, name " NAME_TYPE " UNIQUE)",
	"CREATE TABLE standin_object (object_id INTEGER PRIMARY KEY, schema_id INTEGER, name " NAME_TYPE ", "
	"type TEXT, parent_id INTEGER, created INTEGER, modified INTEGER, definition TEXT, disabled INTEGER, "
	"untrusted INTEGER, column_id INTEGER, "
	"UNIQUE (schema_id, name))",
	"CREATE INDEX standin_object_parent ON standin_object (parent_id)",
	"CREATE TABLE standin_column (object_id INTEGER, column_id INTEGER, position INTEGER, name " NAME_TYPE ", "
	"type TEXT, precision INTEGER, scale INTEGER, length INTEGER, collation TEXT, nullable INTEGER, "
	"identity INTEGER, seed INTEGER, increment INTEGER, default_id INTEGER, default_text TEXT, "
	"computed_text TEXT, PRIMARY KEY (object_id, column_id))",
	"CREATE TABLE standin_identity (object_id INTEGER PRIMARY KEY, last_value INTEGER)",
	"CREATE TABLE standin_index (object_id INTEGER, index_id INTEGER, name " NAME_TYPE ", is_unique INTEGER, "
	"is_primary INTEGER, constraint_id INTEGER, clustered INTEGER, PRIMARY KEY (object_id, index_id))",
	"CREATE TABLE standin_index_column (object_id INTEGER, index_id INTEGER, ordinal INTEGER, "
	"column_id INTEGER, descending INTEGER, PRIMARY KEY (object_id, index_id, ordinal))",
	"CREATE TABLE standin_foreign_key (object_id INTEGER PRIMARY KEY, parent_id INTEGER, referenced_id INTEGER)",
	"CREATE INDEX standin_foreign_key_parent ON standin_foreign_key (parent_id)",
	"CREATE INDEX standin_foreign_key_referenced ON standin_foreign_key (referenced_id)",
	"CREATE TABLE standin_foreign_key_column (object_id INTEGER, ordinal INTEGER, parent_column INTEGER, "
	"referenced_column INTEGER, PRIMARY KEY (object_id, ordinal))",
	"CREATE TABLE standin_trigger (object_id INTEGER PRIMARY KEY, events INTEGER, instead_of INTEGER, body TEXT)",
	"CREATE TABLE standin_property (class INTEGER, major_id INTEGER, minor_id INTEGER, name " NAME_TYPE ", "
	"value BLOB, PRIMARY KEY (class, major_id, minor_id, name))",
	"INSERT INTO standin_meta (name, value, text) VALUES ('version', 1, NULL), ('next_id', 1000000001, NULL), ('rowversion', 2000, NULL), "
	"('collation', NULL, 'SQL_Latin1_General_CP1_CI_AS')",
	"INSERT INTO standin_schema (schema_id, name) VALUES (1, 'dbo'), (3, 'INFORMATION_SCHEMA'), (4, 'sys')",
};

const char *
engine_create_catalog(sqlite3 *handle)
{
	static _Thread_local char answer[256];
	char	   *error = NULL;
	bool		failed = sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, &error) != SQLITE_OK;

	for (size_t i = 0; !failed && i < sizeof(definition) / sizeof(definition[0]); i++)
		failed = sqlite3_exec(handle, definition[i], NULL, NULL, &error) != SQLITE_OK;
	if (!failed)
		failed = sqlite3_exec(handle, "COMMIT", NULL, NULL, &error) != SQLITE_OK;
	if (!failed)
		return NULL;
	snprintf(answer, sizeof(answer), "%s", error != NULL ? error : "out of memory");
	sqlite3_free(error);
	if (!sqlite3_get_autocommit(handle))
		sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	return answer;
}

Catalog *
catalog_new(void)
{
	Catalog    *catalog = calloc(1, sizeof(*catalog));

	if (catalog == NULL)
		abort();
	catalog->arena = arena_new();
	catalog->version = -1;
	return catalog;
}

void
catalog_free(Catalog *catalog)
{
	if (catalog == NULL)
		return;
	arena_free(catalog->arena);
	free(catalog);
}

void
catalog_invalidate(Session *session)
{
	session->catalog->tables = NULL;
	session->catalog->version = -1;
}

/* A prepared query with up to two numbers and one text bound. */
static sqlite3_stmt *
query(Session *session, const char *sql, int64_t first, const char *text)
{
	sqlite3_stmt *statement = statement_cache_get(session->cache, session->handle, sql);

	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, first);
	if (text != NULL)
		sqlite3_bind_text(statement, 2, text, -1, SQLITE_TRANSIENT);
	return statement;
}

bool
catalog_refresh(Session *session)
{
	Catalog    *catalog = session->catalog;
	sqlite3_stmt *statement;
	int64_t		version = 0;

	statement = statement_cache_get(session->cache, session->handle,
									"SELECT value FROM standin_meta WHERE name = 'version'");
	if (statement == NULL || sqlite3_step(statement) != SQLITE_ROW)
		return session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
	version = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (version != catalog->version || catalog->tables == NULL)
	{
		catalog->tables = NULL;
		arena_reset(catalog->arena);
		catalog->version = version;
	}
	return true;
}

static const char *
text_at(Session *session, sqlite3_stmt *statement, int column)
{
	const char *text = (const char *) sqlite3_column_text(statement, column);
	size_t		size = (size_t) sqlite3_column_bytes(statement, column);
	char	   *copy;

	if (text == NULL)
		return NULL;
	copy = arena_alloc(session->catalog->arena, size + 1);
	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

/* Rows that a query will give; arrays are made in one piece. */
static int
count_rows(sqlite3_stmt *statement)
{
	int			count = 0;

	if (statement == NULL)
		return 0;
	while (sqlite3_step(statement) == SQLITE_ROW)
		count++;
	sqlite3_reset(statement);
	return count;
}

static void *
zeroed(Session *session, size_t count, size_t size)
{
	void	   *memory = arena_alloc(session->catalog->arena, count * size + 1);

	memset(memory, 0, count * size + 1);
	return memory;
}

static void
load_columns(Session *session, TableInfo *table)
{
	sqlite3_stmt *statement = query(session, "SELECT c.column_id, c.name, c.type, c.precision, c.scale, c.length, "
									"c.collation, c.nullable, c.identity, c.seed, c.increment, c.default_id, "
									"c.default_text, c.computed_text, d.name FROM standin_column c "
									"LEFT JOIN standin_object d ON d.object_id = c.default_id "
									"WHERE c.object_id = ?1 ORDER BY c.position", table->id, NULL);
	int			count = count_rows(statement);

	table->identity = -1;
	table->rowversion = -1;
	table->columns = zeroed(session, (size_t) count, sizeof(TableColumn));
	for (int i = 0; i < count && sqlite3_step(statement) == SQLITE_ROW; i++)
	{
		TableColumn *column = &table->columns[table->column_count++];
		const char *collation = (const char *) sqlite3_column_text(statement, 6);

		column->id = sqlite3_column_int(statement, 0);
		column->name = text_at(session, statement, 1);
		type_from_name((const char *) sqlite3_column_text(statement, 2), &column->type.type);
		column->type.precision = (uint8_t) sqlite3_column_int(statement, 3);
		column->type.scale = (uint8_t) sqlite3_column_int(statement, 4);
		column->type.length = sqlite3_column_int(statement, 5);
		column->type.collation = collation != NULL ? collation_find(collation) : NULL;
		column->nullable = sqlite3_column_int(statement, 7) != 0;
		column->identity = sqlite3_column_int(statement, 8) != 0;
		column->seed = sqlite3_column_int64(statement, 9);
		column->increment = sqlite3_column_int64(statement, 10);
		column->default_id = sqlite3_column_int(statement, 11);
		column->default_text = text_at(session, statement, 12);
		column->computed_text = text_at(session, statement, 13);
		column->default_name = text_at(session, statement, 14);
		column->rowversion = strcmp((const char *) sqlite3_column_text(statement, 2), "timestamp") == 0;
		if (column->identity)
			table->identity = i;
		if (column->rowversion)
			table->rowversion = i;
	}
	sqlite3_reset(statement);
}

static int
position_of(const TableInfo *table, int column_id)
{
	for (int i = 0; i < table->column_count; i++)
	{
		if (table->columns[i].id == column_id)
			return i;
	}
	return 0;
}

static void
load_index_columns(Session *session, TableInfo *table, IndexInfo *index)
{
	sqlite3_stmt *statement = query(session, "SELECT column_id, descending FROM standin_index_column "
									"WHERE object_id = ?1 AND index_id = ?2 ORDER BY ordinal", table->id, NULL);
	int			count;

	if (statement == NULL)
		return;
	sqlite3_bind_int(statement, 2, index->id);
	count = count_rows(statement);
	index->columns = zeroed(session, (size_t) count, sizeof(int));
	index->descending = zeroed(session, (size_t) count, sizeof(bool));
	while (index->count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		index->columns[index->count] = position_of(table, sqlite3_column_int(statement, 0));
		index->descending[index->count++] = sqlite3_column_int(statement, 1) != 0;
	}
	sqlite3_reset(statement);
}

static void
load_indexes(Session *session, TableInfo *table)
{
	sqlite3_stmt *statement = query(session, "SELECT index_id, name, is_unique, is_primary, constraint_id, clustered "
									"FROM standin_index WHERE object_id = ?1 ORDER BY index_id", table->id, NULL);
	int			count = count_rows(statement);

	table->indexes = zeroed(session, (size_t) count, sizeof(IndexInfo));
	while (table->index_count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		IndexInfo  *index = &table->indexes[table->index_count++];

		index->id = sqlite3_column_int(statement, 0);
		index->name = text_at(session, statement, 1);
		index->unique = sqlite3_column_int(statement, 2) != 0;
		index->primary = sqlite3_column_int(statement, 3) != 0;
		index->constraint_id = sqlite3_column_int(statement, 4);
		index->constraint = index->constraint_id != 0;
		index->clustered = sqlite3_column_int(statement, 5) != 0;
	}
	sqlite3_reset(statement);
	for (int i = 0; i < table->index_count; i++)
		load_index_columns(session, table, &table->indexes[i]);
}

static void
load_key_columns(Session *session, ForeignKey *key)
{
	sqlite3_stmt *statement = query(session, "SELECT parent_column, referenced_column FROM standin_foreign_key_column "
									"WHERE object_id = ?1 ORDER BY ordinal", key->id, NULL);
	int			count = count_rows(statement);

	key->parent_columns = zeroed(session, (size_t) count, sizeof(int));
	key->referenced_columns = zeroed(session, (size_t) count, sizeof(int));
	while (key->count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		key->parent_columns[key->count] = sqlite3_column_int(statement, 0);
		key->referenced_columns[key->count++] = sqlite3_column_int(statement, 1);
	}
	sqlite3_reset(statement);
}

static ForeignKey *
load_foreign_keys(Session *session, const char *sql, int id, int *out_count)
{
	sqlite3_stmt *statement = query(session, sql, id, NULL);
	int			count = count_rows(statement);
	ForeignKey *keys = zeroed(session, (size_t) count, sizeof(ForeignKey));

	*out_count = 0;
	while (*out_count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		ForeignKey *key = &keys[(*out_count)++];

		key->id = sqlite3_column_int(statement, 0);
		key->parent = sqlite3_column_int(statement, 1);
		key->referenced = sqlite3_column_int(statement, 2);
		key->name = text_at(session, statement, 3);
		key->disabled = sqlite3_column_int(statement, 4) != 0;
		key->untrusted = sqlite3_column_int(statement, 5) != 0;
	}
	sqlite3_reset(statement);
	for (int i = 0; i < *out_count; i++)
		load_key_columns(session, &keys[i]);
	return keys;
}

static void
load_checks(Session *session, TableInfo *table)
{
	sqlite3_stmt *statement = query(session, "SELECT object_id, name, definition, disabled, untrusted, column_id FROM standin_object "
									"WHERE parent_id = ?1 AND type = 'C' ORDER BY object_id", table->id, NULL);
	int			count = count_rows(statement);

	table->checks = zeroed(session, (size_t) count, sizeof(CheckInfo));
	while (table->check_count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		CheckInfo  *check = &table->checks[table->check_count++];

		check->id = sqlite3_column_int(statement, 0);
		check->name = text_at(session, statement, 1);
		check->text = text_at(session, statement, 2);
		check->disabled = sqlite3_column_int(statement, 3) != 0;
		check->untrusted = sqlite3_column_int(statement, 4) != 0;
		check->column = sqlite3_column_int(statement, 5);
	}
	sqlite3_reset(statement);
}

static void
load_triggers(Session *session, TableInfo *table)
{
	sqlite3_stmt *statement = query(session, "SELECT o.object_id, o.name, t.events, t.instead_of, o.disabled, t.body "
									"FROM standin_object o JOIN standin_trigger t ON t.object_id = o.object_id "
									"WHERE o.parent_id = ?1 ORDER BY o.object_id", table->id, NULL);
	int			count = count_rows(statement);

	table->triggers = zeroed(session, (size_t) count, sizeof(TriggerInfo));
	while (table->trigger_count < count && sqlite3_step(statement) == SQLITE_ROW)
	{
		TriggerInfo *trigger = &table->triggers[table->trigger_count++];

		trigger->id = sqlite3_column_int(statement, 0);
		trigger->name = text_at(session, statement, 1);
		trigger->events = (unsigned) sqlite3_column_int(statement, 2);
		trigger->instead_of = sqlite3_column_int(statement, 3) != 0;
		trigger->disabled = sqlite3_column_int(statement, 4) != 0;
		trigger->body = text_at(session, statement, 5);
	}
	sqlite3_reset(statement);
}

#define FOREIGN_KEY_QUERY \
	"SELECT k.object_id, k.parent_id, k.referenced_id, o.name, o.disabled, o.untrusted FROM standin_foreign_key k " \
	"JOIN standin_object o ON o.object_id = k.object_id WHERE "

const TableInfo *
catalog_table_by_id(Session *session, int id)
{
	Catalog    *catalog = session->catalog;
	TableInfo  *table;
	sqlite3_stmt *statement;

	for (table = catalog->tables; table != NULL; table = table->next)
	{
		if (table->id == id)
			return table;
	}
	statement = query(session, "SELECT s.name, o.name, o.type, o.definition FROM standin_object o "
					  "JOIN standin_schema s ON s.schema_id = o.schema_id "
					  "WHERE o.object_id = ?1 AND o.type IN ('U', 'V')", id, NULL);
	if (statement == NULL)
		return NULL;
	if (sqlite3_step(statement) != SQLITE_ROW)
	{
		sqlite3_reset(statement);
		return NULL;
	}
	table = zeroed(session, 1, sizeof(*table));
	table->id = id;
	table->schema = text_at(session, statement, 0);
	table->name = text_at(session, statement, 1);
	table->view = strcmp((const char *) sqlite3_column_text(statement, 2), "V") == 0;
	table->definition = text_at(session, statement, 3);
	sqlite3_reset(statement);
	load_columns(session, table);
	load_indexes(session, table);
	table->foreign_keys = load_foreign_keys(session, FOREIGN_KEY_QUERY "k.parent_id = ?1 ORDER BY 1",
											id, &table->foreign_key_count);
	table->references = load_foreign_keys(session, FOREIGN_KEY_QUERY "k.referenced_id = ?1 ORDER BY 1",
										  id, &table->reference_count);
	load_checks(session, table);
	load_triggers(session, table);
	table->next = catalog->tables;
	catalog->tables = table;
	return table;
}

int
catalog_schema(Session *session, const char *name)
{
	sqlite3_stmt *statement = query(session, "SELECT schema_id FROM standin_schema WHERE name = ?2 AND ?1 = 0",
									0, name != NULL ? name : "dbo");
	int			id = 0;

	if (statement == NULL)
		return 0;
	if (sqlite3_step(statement) == SQLITE_ROW)
		id = sqlite3_column_int(statement, 0);
	sqlite3_reset(statement);
	return id;
}

int
catalog_object(Session *session, const char *schema, const char *name, char type[3])
{
	int			schema_id = catalog_schema(session, schema);
	int			id = 0;
	sqlite3_stmt *statement;

	if (schema_id == 0)
		return 0;
	statement = query(session, "SELECT object_id, type FROM standin_object WHERE schema_id = ?1 AND name = ?2",
					  schema_id, name);
	if (statement == NULL)
		return 0;
	if (sqlite3_step(statement) == SQLITE_ROW)
	{
		id = sqlite3_column_int(statement, 0);
		if (type != NULL)
			snprintf(type, 3, "%s", sqlite3_column_text(statement, 1));
	}
	sqlite3_reset(statement);
	return id;
}

const TableInfo *
catalog_table(Session *session, const char *schema, const char *name)
{
	int			id;

	if (schema == NULL || name_equal(schema, "dbo"))
	{
		for (TableInfo *table = session->catalog->tables; table != NULL; table = table->next)
		{
			if (name_equal(table->name, name) && name_equal(table->schema, "dbo"))
				return table;
		}
	}
	id = catalog_object(session, schema, name, NULL);
	return id != 0 ? catalog_table_by_id(session, id) : NULL;
}

int
catalog_column(const TableInfo *table, const char *name)
{
	const Collation *collation = collation_default();

	for (int i = 0; i < table->column_count; i++)
	{
		if (collation_compare(collation, table->columns[i].name, strlen(table->columns[i].name),
							  name, strlen(name)) == 0)
			return i;
	}
	return -1;
}

int64_t
catalog_setting(sqlite3 *handle, const char *name)
{
	sqlite3_stmt *statement = NULL;
	int64_t		value = 0;

	if (sqlite3_prepare_v2(handle, "SELECT value FROM standin_meta WHERE name = ?1", -1, &statement, NULL) == SQLITE_OK)
	{
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
		if (sqlite3_step(statement) == SQLITE_ROW)
			value = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return value;
}

bool
catalog_text_setting(sqlite3 *handle, const char *name, char *buffer, size_t size)
{
	sqlite3_stmt *statement = NULL;
	bool		found = false;

	buffer[0] = '\0';
	if (sqlite3_prepare_v2(handle, "SELECT text FROM standin_meta WHERE name = ?1", -1, &statement, NULL) == SQLITE_OK)
	{
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
		if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != NULL)
		{
			snprintf(buffer, size, "%s", sqlite3_column_text(statement, 0));
			found = true;
		}
	}
	sqlite3_finalize(statement);
	return found;
}
