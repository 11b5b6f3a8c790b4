/*
 * generator.c
 *		standin_rows(n): a table of n rows that are computed, not stored.
 *
 * A SQLite virtual table.  Every value is a function of the row's id alone, so
 * two instances, and two scans, agree on what a row holds without having talked;
 * a value that nobody reads is never made.  Bounds on the id and an ORDER BY id
 * are taken over from SQLite, which makes joins on it lookups.
 */
#include <stdio.h>
#include <string.h>

#include "generator.h"
#include "storage.h"

enum
{
	COLUMN_ID,
	COLUMN_NUMBER,
	COLUMN_AMOUNT,
	COLUMN_MOMENT,
	COLUMN_CODE,
	COLUMN_NAME,
	COLUMN_FLAG,
	COLUMN_RATIO,
	COLUMN_GUID,
	COLUMNS,					/* the number of rows is SQLite's hidden column behind them */
	ROWS_MAX = INT32_MAX
};

/* What xBestIndex tells xFilter; the values come in this order after the number of rows. */
#define PLAN_EQUAL		1
#define PLAN_LOW		2
#define PLAN_HIGH		4
#define PLAN_BACKWARDS	8

#define TICKS_1990		INT64_C(627667488000000000) /* of 100 ns, since 0001-01-01 */
#define MICROSECONDS	(UINT64_C(40) * 365 * 86400 * 1000000)
#define CENTS			UINT64_C(200000000000)

static const SystemColumn columns[] = {
	{"id", "int"},
	{"number", "int?"},
	{"amount", "decimal(18,2)?"},
	{"moment", "datetime2(6)?"},
	{"code", "varchar(20)?"},
	{"name", "nvarchar(200)?"},
	{"flag", "bit?"},
	{"ratio", "float?"},
	{"guid", "uniqueidentifier?"},
	{NULL, NULL}
};

const SystemView generator_view = {NULL, GENERATOR_NAME, NULL, columns, NULL, NULL, false};

/* Every so many rows the column is NULL; 0 = never. */
static const int null_every[COLUMNS] = {0, 11, 13, 17, 19, 23, 29, 31, 37};

typedef struct GeneratorCursor
{
	sqlite3_vtab_cursor base;
	int64_t		first;
	int64_t		last;
	int64_t		id;
	int			step;
} GeneratorCursor;

/* A number without pattern, the same for the same id and column. */
static uint64_t
scatter(int64_t id, int column)
{
	uint64_t	x = (uint64_t) id * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t) column;

	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

/* Digits with leading zeros. */
static void
put_digits(char *at, uint64_t number, int count)
{
	while (count-- > 0)
	{
		at[count] = (char) ('0' + number % 10);
		number /= 10;
	}
}

static void
result_amount(sqlite3_context *context, uint64_t random)
{
	int64_t		cents = (int64_t) (random % CENTS) - (int64_t) (CENTS / 2);
	uint64_t	magnitude = (uint64_t) (cents < 0 ? -cents : cents);
	uint64_t	whole = magnitude / 100;
	char		text[24];
	int			at = sizeof(text) - 2;

	put_digits(text + at, magnitude % 100, 2);
	text[--at] = '.';
	do
		text[--at] = (char) ('0' + whole % 10);
	while ((whole /= 10) > 0);
	if (cents < 0)
		text[--at] = '-';
	sqlite3_result_text(context, text + at, (int) sizeof(text) - at, SQLITE_TRANSIENT);
}

static void
result_code(sqlite3_context *context, int64_t id, uint64_t random)
{
	char		text[20] = "A-0000000000-";

	text[0] = (char) ('A' + random % 26);
	put_digits(text + 2, (uint64_t) id, 10);
	put_digits(text + 13, random >> 20, 7);
	sqlite3_result_text(context, text, 13 + (int) (random >> 61), SQLITE_TRANSIENT);
}

/* Two words and a number; one name in eight or so leaves ASCII. */
static void
result_name(sqlite3_context *context, uint64_t random)
{
	static const char *const words[] = {
		"Harbour", "Meadow", "Granite", "Sunrise", "Lantern", "Orchard", "Copper", "Willow",
		"Thunder", "Compass", "Velvet", "Anchor", "Juniper", "Falcon", "Zürich", "Łódź"
	};
	static const char *const trades[] = {
		"Trading Company", "Brothers", "and Daughters", "Wholesale", "Machine Works", "Foods",
		"Logistics International", "Instruments"
	};
	const char *word = words[random % 16];
	const char *trade = trades[random / 16 % 8];
	size_t		word_size = strlen(word);
	size_t		trade_size = strlen(trade);
	char		text[64];

	memcpy(text, word, word_size);
	text[word_size] = ' ';
	memcpy(text + word_size + 1, trade, trade_size);
	text[word_size + 1 + trade_size] = ' ';
	put_digits(text + word_size + trade_size + 2, random >> 32, 6);
	sqlite3_result_text(context, text, (int) (word_size + trade_size + 8), SQLITE_TRANSIENT);
}

static int
generator_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	int64_t		id = ((GeneratorCursor *) base)->id;
	uint64_t	random = scatter(id, column);
	uint64_t	halves[2];

	if (column >= COLUMNS || (null_every[column] > 0 && id % null_every[column] == 0))
		return SQLITE_OK;
	switch (column)
	{
		case COLUMN_ID:
			sqlite3_result_int64(context, id);
			break;
		case COLUMN_NUMBER:
			sqlite3_result_int64(context, (int32_t) random);
			break;
		case COLUMN_AMOUNT:
			result_amount(context, random);
			break;
		case COLUMN_MOMENT:
			sqlite3_result_int64(context, TICKS_1990 + (int64_t) (random % MICROSECONDS) * 10);
			break;
		case COLUMN_CODE:
			result_code(context, id, random);
			break;
		case COLUMN_NAME:
			result_name(context, random);
			break;
		case COLUMN_FLAG:
			sqlite3_result_int64(context, (int64_t) (random & 1));
			break;
		case COLUMN_RATIO:
			sqlite3_result_double(context, (double) (random >> 11) * 0x1p-53 * 2000 - 1000);
			break;
		case COLUMN_GUID:
			halves[0] = random;
			halves[1] = scatter(id, COLUMNS);
			sqlite3_result_blob(context, halves, sizeof(halves), SQLITE_TRANSIENT);
			break;
	}
	return SQLITE_OK;
}

static int
generator_connect(sqlite3 *handle, void *unused, int count, const char *const *arguments,
				  sqlite3_vtab **out, char **error)
{
	int			code = sqlite3_declare_vtab(handle, "CREATE TABLE x (c1 INTEGER, c2 INTEGER,"
											" c3 TEXT COLLATE \"" STORAGE_DECIMAL_COLLATION "\","
											" c4 INTEGER, c5 TEXT, c6 TEXT, c7 INTEGER, c8 REAL,"
											" c9 BLOB, n HIDDEN)");

	(void) unused;
	(void) count;
	(void) arguments;
	(void) error;
	if (code != SQLITE_OK)
		return code;
	*out = sqlite3_malloc(sizeof(sqlite3_vtab));
	if (*out == NULL)
		return SQLITE_NOMEM;
	memset(*out, 0, sizeof(sqlite3_vtab));
	return SQLITE_OK;
}

static int
generator_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

/* The usable constraint on the column with one of the two operators; -1 = none. */
static int
find_constraint(const sqlite3_index_info *plan, int column, int operator, int other)
{
	int			i;

	for (i = 0; i < plan->nConstraint; i++)
	{
		if (plan->aConstraint[i].usable && plan->aConstraint[i].iColumn == column &&
			(plan->aConstraint[i].op == operator || plan->aConstraint[i].op == other))
			return i;
	}
	return -1;
}

static int
generator_plan(sqlite3_vtab *table, sqlite3_index_info *plan)
{
	static const struct
	{
		int			bit;
		int			operator;
		int			other;
		double		share;
	}			bounds[] = {
		{PLAN_EQUAL, SQLITE_INDEX_CONSTRAINT_EQ, SQLITE_INDEX_CONSTRAINT_EQ, 0},
		{PLAN_LOW, SQLITE_INDEX_CONSTRAINT_GT, SQLITE_INDEX_CONSTRAINT_GE, 0.25},
		{PLAN_HIGH, SQLITE_INDEX_CONSTRAINT_LT, SQLITE_INDEX_CONSTRAINT_LE, 0.25}
	};
	int			rows_at = find_constraint(plan, COLUMNS, SQLITE_INDEX_CONSTRAINT_EQ,
										  SQLITE_INDEX_CONSTRAINT_EQ);
	sqlite3_value *value = NULL;
	double		rows = 1000000;
	int			used = 1;
	size_t		i;

	(void) table;
	if (rows_at < 0)
		return SQLITE_CONSTRAINT;
	plan->aConstraintUsage[rows_at].argvIndex = used++;
	plan->aConstraintUsage[rows_at].omit = 1;
	if (sqlite3_vtab_rhs_value(plan, rows_at, &value) == SQLITE_OK && value != NULL)
		rows = sqlite3_value_double(value);
	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
	{
		int			at = find_constraint(plan, COLUMN_ID, bounds[i].operator, bounds[i].other);

		if (at < 0)
			continue;
		plan->aConstraintUsage[at].argvIndex = used++;
		plan->idxNum |= bounds[i].bit;
		rows *= bounds[i].share;
	}
	if (plan->nOrderBy == 1 && plan->aOrderBy[0].iColumn == COLUMN_ID)
	{
		plan->orderByConsumed = 1;
		if (plan->aOrderBy[0].desc)
			plan->idxNum |= PLAN_BACKWARDS;
	}
	if (plan->idxNum & PLAN_EQUAL)
		plan->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
	plan->estimatedRows = rows < 1 ? 1 : (sqlite3_int64) rows;
	plan->estimatedCost = (double) plan->estimatedRows;
	return SQLITE_OK;
}

static int
generator_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	GeneratorCursor *cursor = sqlite3_malloc(sizeof(*cursor));

	(void) table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	*out = &cursor->base;
	return SQLITE_OK;
}

static int
generator_close(sqlite3_vtab_cursor *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

/*
 * A bound on the id, never too narrow: SQLite compares again.  What is no number
 * bounds nothing, but NULL lets no row through.
 */
static void
apply_bound(GeneratorCursor *cursor, sqlite3_value *value, int bits)
{
	double		real = sqlite3_value_double(value);
	int64_t		low;
	int64_t		high;

	switch (sqlite3_value_type(value))
	{
		case SQLITE_NULL:
			cursor->last = 0;
			return;
		case SQLITE_INTEGER:
			low = high = sqlite3_value_int64(value);
			break;
		case SQLITE_FLOAT:
			real = real < -1 ? -1 : real > (double) ROWS_MAX + 1 ? (double) ROWS_MAX + 1 : real;
			low = (int64_t) real;
			high = low + 1;
			break;
		default:
			return;
	}
	if ((bits & (PLAN_EQUAL | PLAN_LOW)) != 0 && low > cursor->first)
		cursor->first = low;
	if ((bits & (PLAN_EQUAL | PLAN_HIGH)) != 0 && high < cursor->last)
		cursor->last = high;
}

static int
generator_filter(sqlite3_vtab_cursor *base, int number, const char *text, int count,
				 sqlite3_value **values)
{
	GeneratorCursor *cursor = (GeneratorCursor *) base;
	int			used = 1;
	int			bit;

	(void) text;
	cursor->first = 1;
	cursor->last = count > 0 ? sqlite3_value_int64(values[0]) : 0;
	if (cursor->last > ROWS_MAX)
		cursor->last = ROWS_MAX;
	for (bit = PLAN_EQUAL; bit <= PLAN_HIGH; bit <<= 1)
	{
		if ((number & bit) != 0 && used < count)
			apply_bound(cursor, values[used++], bit);
	}
	cursor->step = (number & PLAN_BACKWARDS) != 0 ? -1 : 1;
	cursor->id = cursor->step > 0 ? cursor->first : cursor->last;
	return SQLITE_OK;
}

static int
generator_next(sqlite3_vtab_cursor *base)
{
	GeneratorCursor *cursor = (GeneratorCursor *) base;

	cursor->id += cursor->step;
	return SQLITE_OK;
}

static int
generator_eof(sqlite3_vtab_cursor *base)
{
	const GeneratorCursor *cursor = (GeneratorCursor *) base;

	return cursor->id < cursor->first || cursor->id > cursor->last;
}

static int
generator_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = ((GeneratorCursor *) base)->id;
	return SQLITE_OK;
}

static const sqlite3_module generator_module = {
	.iVersion = 1,
	.xConnect = generator_connect,
	.xBestIndex = generator_plan,
	.xDisconnect = generator_disconnect,
	.xOpen = generator_open,
	.xClose = generator_close,
	.xFilter = generator_filter,
	.xNext = generator_next,
	.xEof = generator_eof,
	.xColumn = generator_column,
	.xRowid = generator_rowid
};

bool
generator_register(sqlite3 *handle)
{
	return sqlite3_create_module(handle, GENERATOR_NAME, &generator_module, NULL) == SQLITE_OK;
}
