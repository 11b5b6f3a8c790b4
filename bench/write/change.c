/*
 * bench/write/change.c
 *		What writing costs at least: a bare client's INSERT of many rows, or UPDATE.
 *
 *		change HOST PORT DATABASE PACKET_SIZE CHARSET insert ROWS ROWS_A_STATEMENT
 *		change HOST PORT DATABASE PACKET_SIZE CHARSET update STATEMENTS ROWS_A_STATEMENT
 *
 * Each prepares its statement once and runs it by its handle, in one transaction.
 * The rows are computed here, as those of bench/write/run.pl are.  Prints "rows N
 * cpu C seconds S".
 */
#include "../read/bare.h"

#include <stdint.h>
#include <string.h>

#define COLUMNS		9
#define BATCH_MAX	230
#define UPDATE		"UPDATE [changed] SET [number] = [number] + 1 WHERE [id] BETWEEN @P1 AND @P2"

typedef struct Row
{
	DBINT		id;
	DBINT		number;
	DBDECIMAL	amount;
	DBDATETIMEALL moment;
	char		code[40];
	char		name[80];
	BYTE		flag;
	DBFLT8		ratio;
	char		guid[37];
} Row;

static const char *const types[COLUMNS] = {
	"int", "int", "decimal(18,2)", "datetime2(7)", "varchar(20)", "nvarchar(200)", "bit", "float",
	"uniqueidentifier"
};

static Row	rows[BATCH_MAX];

static void
compute(Row *row, long n)
{
	row->id = (DBINT) n;
	row->number = (DBINT) n * 7;
	memset(&row->amount, 0, sizeof(row->amount));
	row->amount.precision = 18;
	row->amount.scale = 2;
	row->amount.array[8] = (BYTE) n;
	row->amount.array[7] = (BYTE) (n >> 8);
	row->amount.array[6] = (BYTE) (n >> 16);
	memset(&row->moment, 0, sizeof(row->moment));
	row->moment.time = 36000000000 + n * 10;
	row->moment.date = 44000;
	row->moment.time_prec = 7;
	row->moment.has_date = 1;
	row->moment.has_time = 1;
	snprintf(row->code, sizeof(row->code), "C-%010ld-%ld", n, n % 997);
	snprintf(row->name, sizeof(row->name), "Velvet Foods and Instruments %ld", n);
	row->flag = n & 1;
	row->ratio = (double) n / 3;
	snprintf(row->guid, sizeof(row->guid), "%08lX-BE70-6064-569E-363695EFB051", n);
}

static bool
add_row(DBPROCESS *dbproc, Row *row)
{
	return dbrpcparam(dbproc, NULL, 0, SYBINT4, -1, -1, (BYTE *) &row->id) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBINT4, -1, -1, (BYTE *) &row->number) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBDECIMAL, -1, sizeof(DBDECIMAL), (BYTE *) &row->amount) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBMSDATETIME2, -1, sizeof(DBDATETIMEALL), (BYTE *) &row->moment) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBVARCHAR, -1, (DBINT) strlen(row->code), (BYTE *) row->code) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBVARCHAR, -1, (DBINT) strlen(row->name), (BYTE *) row->name) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBBIT, -1, -1, &row->flag) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBFLT8, -1, -1, (BYTE *) &row->ratio) == SUCCEED &&
		dbrpcparam(dbproc, NULL, 0, SYBVARCHAR, -1, (DBINT) strlen(row->guid), (BYTE *) row->guid) == SUCCEED;
}

/* The INSERT of so many rows, and its declarations. */
static void
make_insert(long batch, char **sql, char **declared)
{
	size_t		size;
	FILE	   *text = open_memstream(sql, &size);
	FILE	   *declarations = open_memstream(declared, &size);
	long		i;

	fputs("INSERT INTO [inserted] ([id], [number], [amount], [moment], [code], [name], [flag], [ratio], [guid]) VALUES ",
		  text);
	for (i = 0; i < batch * COLUMNS; i++)
	{
		fprintf(text, "%s@P%ld%s", i == 0 ? "(" : i % COLUMNS == 0 ? ", (" : ", ", i + 1,
				i % COLUMNS == COLUMNS - 1 ? ")" : "");
		fprintf(declarations, "%s@P%ld %s", i > 0 ? ", " : "", i + 1, types[i % COLUMNS]);
	}
	fclose(text);
	fclose(declarations);
}

/* The handle, or 0. */
static DBINT
prepare(DBPROCESS *dbproc, const char *sql, const char *declared)
{
	DBINT		handle = 0;

	if (dbrpcinit(dbproc, "sp_prepare", 0) == FAIL ||
		!bare_add_int(dbproc, DBRPCRETURN, &handle, 0) || !bare_add_text(dbproc, declared) ||
		!bare_add_text(dbproc, sql) || dbrpcsend(dbproc) == FAIL || bare_drain(dbproc) < 0 ||
		dbnumrets(dbproc) != 1 || dbretdata(dbproc, 1) == NULL)
		return 0;
	memcpy(&handle, dbretdata(dbproc, 1), sizeof(handle));
	return handle;
}

static bool
run_plain(DBPROCESS *dbproc, const char *sql)
{
	return dbcmd(dbproc, sql) == SUCCEED && dbsqlsend(dbproc) == SUCCEED && bare_drain(dbproc) >= 0;
}

static bool
insert_batch(DBPROCESS *dbproc, DBINT handle, long first, long batch)
{
	long		i;

	if (dbrpcinit(dbproc, "sp_execute", 0) == FAIL || !bare_add_int(dbproc, 0, &handle, -1))
		return false;
	for (i = 0; i < batch; i++)
	{
		compute(&rows[i], first + i);
		if (!add_row(dbproc, &rows[i]))
			return false;
	}
	return dbrpcsend(dbproc) == SUCCEED && bare_drain(dbproc) >= 0;
}

static bool
update_range(DBPROCESS *dbproc, DBINT handle, DBINT first, DBINT last)
{
	return dbrpcinit(dbproc, "sp_execute", 0) == SUCCEED && bare_add_int(dbproc, 0, &handle, -1) &&
		bare_add_int(dbproc, 0, &first, -1) && bare_add_int(dbproc, 0, &last, -1) &&
		dbrpcsend(dbproc) == SUCCEED && bare_drain(dbproc) >= 0 && DBCOUNT(dbproc) == last - first + 1;
}

int
main(int argc, char **argv)
{
	DBPROCESS  *dbproc;
	DBINT		handle;
	char	   *sql = UPDATE;
	char	   *declared = "@P1 int, @P2 int";
	bool		insert;
	double		start;
	double		cpu;
	long		count;
	long		batch;
	long		done;

	if (argc != 9)
	{
		fprintf(stderr, "usage: change HOST PORT DATABASE PACKET_SIZE CHARSET insert|update COUNT BATCH\n");
		return 2;
	}
	insert = strcmp(argv[6], "insert") == 0;
	count = atol(argv[7]);
	batch = atol(argv[8]);
	if (insert && (batch > BATCH_MAX || count % batch != 0))
		return 2;
	if (insert)
		make_insert(batch, &sql, &declared);
	dbproc = bare_connect(argv[1], argv[2], argv[3], atoi(argv[4]), argv[5]);
	if (dbproc == NULL || (handle = prepare(dbproc, sql, declared)) == 0)
		return 1;
	start = bare_seconds(CLOCK_MONOTONIC);
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID);
	if (!run_plain(dbproc, "BEGIN TRANSACTION"))
		return 1;
	for (done = 0; done < count; done += insert ? batch : 1)
	{
		if (insert ? !insert_batch(dbproc, handle, done + 1, batch) :
			!update_range(dbproc, handle, (DBINT) (done * batch + 1), (DBINT) ((done + 1) * batch)))
			return 1;
	}
	if (!run_plain(dbproc, "COMMIT"))
		return 1;
	start = bare_seconds(CLOCK_MONOTONIC) - start;
	cpu = bare_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	dbexit();
	printf("rows %ld cpu %.6f seconds %.6f\n", insert ? count : count * batch, cpu, start);
	return 0;
}
