/*
 * src/exec/catalog.c
 *		The remote catalog: versions, schemas, tables, columns, keys.
 *
 * Statements of SQL Server 2012 and later.  A login sees of the catalog what it
 * has a permission on, so what is missing may also be out of its sight.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/varlena.h"

#include "catalog_int.h"
#include "option/compat.h"
#include "session/quote.h"

/* Tables of which one statement asks for the columns. */
#define TABLES_AT_ONCE	200

#define IS_TRUE(text)	((text)[0] == 't')

/* What stands behind the name of a type, of which sys.columns tells in numbers. */
typedef enum Extent
{
	EXTENT_BYTES,				/* (max_length) or (max) */
	EXTENT_UNITS,				/* the same, of two bytes each */
	EXTENT_PRECISION,			/* (precision,scale) */
	EXTENT_SCALE				/* (scale) */
} Extent;

static const struct
{
	const char *type;
	Extent		extent;
}			extents[] =
{
	{"char", EXTENT_BYTES},
	{"varchar", EXTENT_BYTES},
	{"binary", EXTENT_BYTES},
	{"varbinary", EXTENT_BYTES},
	{"nchar", EXTENT_UNITS},
	{"nvarchar", EXTENT_UNITS},
	{"decimal", EXTENT_PRECISION},
	{"numeric", EXTENT_PRECISION},
	{"time", EXTENT_SCALE},
	{"datetime2", EXTENT_SCALE},
	{"datetimeoffset", EXTENT_SCALE},
};

/* The declaration whose parts sys.columns has; name alone where it has none. */
static char *
declaration(const char *name, int bytes, int precision, int scale)
{
	size_t		i;

	for (i = 0; i < lengthof(extents); i++)
	{
		if (strcmp(extents[i].type, name) != 0)
			continue;
		switch (extents[i].extent)
		{
			case EXTENT_BYTES:
				return bytes < 0 ? psprintf("%s(max)", name) : psprintf("%s(%d)", name, bytes);
			case EXTENT_UNITS:
				return bytes < 0 ? psprintf("%s(max)", name) : psprintf("%s(%d)", name, bytes / 2);
			case EXTENT_PRECISION:
				return psprintf("%s(%d,%d)", name, precision, scale);
			case EXTENT_SCALE:
				return psprintf("%s(%d)", name, scale);
		}
	}
	return pstrdup(name);
}

SqlType
tmf_catalog_type(char **row)
{
	char		allowed[SQLTYPE_ALLOWED_MAX];
	SqlType		type = {SQLTYPE_UNKNOWN};

	if (row[0] == NULL || row[1] == NULL || row[2] == NULL || row[3] == NULL || row[4] == NULL ||
		strcmp(row[1], "0") != 0 ||
		!sqltype_parse(declaration(row[0], atoi(row[2]), atoi(row[3]), atoi(row[4])), &type, allowed))
		type.name = SQLTYPE_UNKNOWN;
	return type;
}

void
tmf_catalog_values(StringInfo sql, List *names)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		appendStringInfo(sql, "%s(%d, ", foreach_current_index(lc) > 0 ? ", " : "",
						 foreach_current_index(lc));
		tmf_quote_literal(sql, lfirst(lc));
		appendStringInfoChar(sql, ')');
	}
}

int
tmf_catalog_version(UserMapping *user)
{
	static const char question[] =
	"SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')), d.compatibility_level "
	"FROM sys.databases AS d WHERE d.database_id = DB_ID()";
	List	   *rows = tmf_catalog_ask(user, question, "nn");
	char	  **row = rows != NIL ? linitial(rows) : NULL;

	if (row == NULL || row[0] == NULL || row[1] == NULL)
		return 0;
	return Min(atoi(row[0]), atoi(row[1]) / 10);
}

pg_noreturn static void raise_no_schema(UserMapping *user, const char *schema, List *rows);

/* rows: name, id.  As in option/table.c, half of the letters may differ, and four at most. */
static void
raise_no_schema(UserMapping *user, const char *schema, List *rows)
{
	int			length = strlen(schema);
	int			best = Min(4, length / 2) + 1;
	const char *closest = NULL;
	ListCell   *lc;

	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);
		int			distance;

		if (length > 255 || strlen(row[0]) > 255)
			continue;
		distance = varstr_levenshtein_less_equal(schema, length, row[0], strlen(row[0]),
												 1, 1, 1, best, true);
		if (distance < best)
		{
			best = distance;
			closest = row[0];
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
			 errmsg("schema \"%s\" is not present on server \"%s\"", schema,
					GetForeignServer(user->serverid)->servername),
			 closest != NULL ? errhint("Perhaps you meant the schema \"%s\".", closest) :
			 errhint("The remote login sees a schema when it has a permission on something in it.")));
}

static int
find_schema(UserMapping *user, const char *schema)
{
	StringInfoData sql;
	List	   *rows;
	ListCell   *lc;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT s.name, s.schema_id, CASE WHEN s.name = ");
	tmf_quote_literal(&sql, schema);
	appendStringInfoString(&sql, " COLLATE CATALOG_DEFAULT THEN 1 ELSE 0 END FROM sys.schemas AS s "
						   "ORDER BY s.schema_id");
	rows = tmf_catalog_ask(user, sql.data, "vvv");
	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);

		if (strcmp(row[2], "1") == 0)
			return atoi(row[1]);
	}
	raise_no_schema(user, schema, rows);
}

#define TABLE_COLUMNS \
	"COALESCE(b.object_id, o.object_id), o.name, COALESCE(b.type, o.type), s.base_object_name"

static TmfRemoteTable *
make_table(char **row)
{
	TmfRemoteTable *table = palloc0(sizeof(TmfRemoteTable));

	table->id = atoi(row[0]);
	table->name = row[1];
	table->view = row[2][0] == 'V';
	if (row[2][0] == 'S')
		table->elsewhere = row[3];
	return table;
}

List *
tmf_catalog_tables(UserMapping *user, const char *schema, List *listed)
{
	int			schema_id = find_schema(user, schema);
	List	   *tables = NIL;
	List	   *rows;
	ListCell   *lc;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT " TABLE_COLUMNS ", %s FROM sys.objects AS o " BASE_OF_SYNONYM,
					 listed != NIL ? "l.i" : "NULL");
	if (listed != NIL)
	{
		appendStringInfoString(&sql, "LEFT JOIN (VALUES ");
		tmf_catalog_values(&sql, listed);
		appendStringInfoString(&sql, ") AS l (i, name) ON l.name COLLATE CATALOG_DEFAULT = o.name ");
	}
	appendStringInfo(&sql, "WHERE o.schema_id = %d AND o.type IN ('U', 'V', 'SN') "
					 "AND o.is_ms_shipped = 0 ORDER BY o.name", schema_id);
	rows = tmf_catalog_ask(user, sql.data, "vvvnn");
	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);
		TmfRemoteTable *table = make_table(row);

		if (row[4] != NULL)
			table->listed = list_nth(listed, tmf_catalog_index(row[4], list_length(listed)));
		tables = lappend(tables, table);
	}
	return tables;
}

TmfRemoteTable *
tmf_catalog_table(UserMapping *user, const char *schema, const char *name)
{
	StringInfoData full;
	StringInfoData sql;
	List	   *rows;

	initStringInfo(&full);
	if (schema != NULL)
	{
		tmf_quote_identifier(&full, schema);
		appendStringInfoChar(&full, '.');
	}
	tmf_quote_identifier(&full, name);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT " TABLE_COLUMNS " FROM sys.all_objects AS o " BASE_OF_SYNONYM
						   "WHERE o.type IN ('U', 'V', 'SN', 'S') AND o.object_id = OBJECT_ID(");
	tmf_quote_literal(&sql, full.data);
	appendStringInfoChar(&sql, ')');
	rows = tmf_catalog_ask(user, sql.data, "vvvn");
	return rows != NIL ? make_table(linitial(rows)) : NULL;
}

static void
append_ids(StringInfo sql, List *tables, int from)
{
	int			i;

	for (i = from; i < Min(from + TABLES_AT_ONCE, list_length(tables)); i++)
	{
		const TmfRemoteTable *table = list_nth(tables, i);

		appendStringInfo(sql, "%s%d", i > from ? ", " : "", table->id);
	}
}

static TmfRemoteColumn *
make_column(char **row)
{
	TmfRemoteColumn *column = palloc0(sizeof(TmfRemoteColumn));

	column->id = atoi(row[1]);
	column->name = row[2];
	column->type_name = row[3] != NULL ? row[3] : pstrdup("?");
	column->bytes = atoi(row[5]);
	column->type = tmf_catalog_type(row + 3);
	if (column->type.name >= SQLTYPE_CHAR && column->type.name <= SQLTYPE_NTEXT)
		column->collation = row[8];
	column->nullable = row[9] == NULL || IS_TRUE(row[9]);
	column->computed = IS_TRUE(row[10]);
	column->fallback = row[11];
	return column;
}

TmfRemoteColumn *
tmf_catalog_column(const TmfRemoteTable *table, int id)
{
	ListCell   *lc;

	foreach(lc, table->columns)
	{
		TmfRemoteColumn *column = lfirst(lc);

		if (column->id == id)
			return column;
	}
	return NULL;
}

/*
 * rows of one table: object, index, is it the primary key, column.  A key has
 * columns that are never NULL and that can be read, all of them; of several that
 * is the primary one, or the one of fewest bytes.
 */
static void
choose_key(TmfRemoteTable *table, List *rows)
{
	List	   *best = NIL;
	List	   *columns = NIL;
	int			best_bytes = 0;
	bool		usable = true;
	int			bytes = 0;
	ListCell   *lc;

	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);
		char	  **next = lnext(rows, lc) != NULL ? lfirst(lnext(rows, lc)) : NULL;
		TmfRemoteColumn *column = tmf_catalog_column(table, atoi(row[3]));

		usable = usable && column != NULL && !column->nullable && column->type.name != SQLTYPE_UNKNOWN;
		if (usable)
		{
			columns = lappend(columns, column);
			bytes += column->bytes;
		}
		if (next != NULL && strcmp(next[1], row[1]) == 0)
			continue;
		if (usable && (best == NIL || bytes < best_bytes))
		{
			best = columns;
			best_bytes = bytes;
		}
		if (usable && IS_TRUE(row[2]))
			break;
		columns = NIL;
		usable = true;
		bytes = 0;
	}
	foreach(lc, best)
		((TmfRemoteColumn *) lfirst(lc))->key = true;
}

/* The rows whose first column is the table's id. */
static List *
rows_of(List *rows, const TmfRemoteTable *table, int *from)
{
	List	   *own = NIL;

	while (*from < list_length(rows))
	{
		char	  **row = list_nth(rows, *from);

		if (atoi(row[0]) > table->id)
			break;
		if (atoi(row[0]) == table->id)
			own = lappend(own, row);
		(*from)++;
	}
	return own;
}

static int
compare_ids(const ListCell *a, const ListCell *b)
{
	const TmfRemoteTable *one = lfirst(a);
	const TmfRemoteTable *other = lfirst(b);

	return one->id < other->id ? -1 : one->id > other->id;
}

/* tables: in the order of their ids, some of them twice or more. */
static void
fill_columns(List *tables, int from, List *columns, List *keys)
{
	int			next_column = 0;
	int			next_key = 0;
	int			i;

	for (i = from; i < Min(from + TABLES_AT_ONCE, list_length(tables)); i++)
	{
		TmfRemoteTable *table = list_nth(tables, i);
		TmfRemoteTable *before = i > from ? list_nth(tables, i - 1) : NULL;
		ListCell   *lc;

		if (before != NULL && before->id == table->id)
		{
			table->columns = before->columns;
			continue;
		}
		foreach(lc, rows_of(columns, table, &next_column))
			table->columns = lappend(table->columns, make_column(lfirst(lc)));
		choose_key(table, rows_of(keys, table, &next_key));
	}
}

#define COLUMNS_OF \
	"SELECT c.object_id, c.column_id, c.name, " TYPE_OF_COLUMN ", " \
	"c.collation_name, c.is_nullable, c.is_computed, d.definition " \
	"FROM sys.all_columns AS c " TYPES_OF_COLUMN \
	"LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id " \
	"WHERE c.object_id IN ("

#define KEYS_OF \
	"SELECT x.object_id, x.index_id, x.is_primary_key, k.column_id FROM sys.indexes AS x " \
	"JOIN sys.index_columns AS k ON k.object_id = x.object_id AND k.index_id = x.index_id " \
	"WHERE x.is_unique = 1 AND x.is_disabled = 0 AND x.is_hypothetical = 0 AND x.has_filter = 0 " \
	"AND k.key_ordinal > 0 AND x.object_id IN ("

void
tmf_catalog_columns(UserMapping *user, List *tables)
{
	List	   *ordered = list_copy(tables);
	int			from;

	list_sort(ordered, compare_ids);
	for (from = 0; from < list_length(ordered); from += TABLES_AT_ONCE)
	{
		StringInfoData columns;
		StringInfoData keys;

		initStringInfo(&columns);
		initStringInfo(&keys);
		appendStringInfoString(&columns, COLUMNS_OF);
		append_ids(&columns, ordered, from);
		appendStringInfoString(&columns, ") ORDER BY c.object_id, c.column_id");
		appendStringInfoString(&keys, KEYS_OF);
		append_ids(&keys, ordered, from);
		appendStringInfoString(&keys, ") ORDER BY x.object_id, x.is_primary_key DESC, "
							   "x.index_id, k.key_ordinal");
		fill_columns(ordered, from, tmf_catalog_ask(user, columns.data, "vvvnvvvvnnvn"),
					 tmf_catalog_ask(user, keys.data, "vvvv"));
	}
}

List *
tmf_catalog_match(UserMapping *user, const TmfRemoteTable *table, List *names)
{
	List	   *ids = NIL;
	ListCell   *lc;
	StringInfoData sql;

	if (names == NIL)
		return NIL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT COALESCE(c.column_id, 0) FROM (VALUES ");
	tmf_catalog_values(&sql, names);
	appendStringInfo(&sql, ") AS l (i, name) LEFT JOIN sys.all_columns AS c ON c.object_id = %d "
					 "AND c.name = l.name COLLATE CATALOG_DEFAULT ORDER BY l.i", table->id);
	foreach(lc, tmf_catalog_ask(user, sql.data, "v"))
		ids = lappend_int(ids, atoi(((char **) lfirst(lc))[0]));
	return ids;
}

List *
tmf_catalog_descriptions(UserMapping *user, List *names)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT l.i, c.name, CONVERT(nvarchar(max), p.value) FROM (VALUES ");
	tmf_catalog_values(&sql, names);
	appendStringInfoString(&sql, ") AS l (i, name) "
						   "JOIN sys.all_objects AS o ON o.object_id = OBJECT_ID(l.name) " BASE_OF_SYNONYM
						   "JOIN sys.extended_properties AS p ON p.class = 1 AND p.name = N'MS_Description' "
						   "AND p.major_id = COALESCE(b.object_id, o.object_id) "
						   "LEFT JOIN sys.all_columns AS c ON c.object_id = p.major_id "
						   "AND c.column_id = p.minor_id "
						   "ORDER BY l.i, p.minor_id");
	return tmf_catalog_ask(user, sql.data, "vnn");
}
