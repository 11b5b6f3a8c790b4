/*
 * test/unit/verdict_test.c
 *		The table of verdicts: well-formed, complete, and read rightly.
 */
/* sources: src/pure/verdict.c src/pure/verdict_table.c */
#include <limits.h>
#include <string.h>

#include "pure/verdict.h"
#include "tap.h"

/* SQLSTATEs that PostgreSQL's errcodes.txt has, as far as the table uses them. */
static const char known_sqlstates[] =
	"08001 08006 08007 08P01 09000 0A000 21000 2200H 2200N 22001 22003 22007 22008 22011 22012 "
	"22023 22032 2201W 2201X 22P02 22P03 22P05 23000 23502 23503 23505 23514 24000 25000 25001 25006 25P01 "
	"25P02 26000 28000 28P01 2BP01 2D000 34000 38000 3B001 3D000 3F000 40000 40001 40P01 42501 42601 "
	"42611 42622 42701 42702 42703 42704 42710 42803 42804 42809 42846 42883 428C9 42P01 42P02 "
	"42P03 42P04 42P07 42P10 42P16 42P20 42P21 42P22 44000 53000 53100 53200 53300 53400 54000 "
	"54001 54011 54023 55000 55006 55P03 57014 57P01 57P03 58030 HV000 P0001 XX000 XX001 XX002 ";

typedef struct Expected
{
	int			number;
	int			severity;
	Verdict		login;
	Verdict		statement;
	const char *sqlstate;		/* NULL: any */
} Expected;

#define NOT_PRINCIPAL	VERDICT_NOT_PRINCIPAL
#define UNREACHABLE		VERDICT_UNREACHABLE
#define LATER			VERDICT_LATER
#define GIVE_UP			VERDICT_GIVE_UP
#define FAILED			VERDICT_STATEMENT_FAILED
#define UNDONE			VERDICT_TRANSACTION_LOST
#define LOST			VERDICT_SESSION_LOST

/* What sends a search to the other partner, or ends it. */
static const Expected of_the_search[] = {
	{4060, 11, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {4062, 11, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{4063, 11, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {4064, 11, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{4061, 11, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {954, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{927, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {942, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{945, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {926, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{911, 16, NOT_PRINCIPAL, FAILED, "3D000"}, {916, 14, GIVE_UP, FAILED, "42501"},
	{955, 14, LATER, LATER, "57P03"}, {956, 14, LATER, LATER, "57P03"},
	{952, 16, LATER, LATER, "57P03"}, {921, 14, LATER, LATER, "57P03"},
	{922, 14, LATER, LATER, "57P03"}, {941, 16, LATER, LATER, "57P03"},
	{913, 22, LATER, LOST, "57P03"}, {976, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{978, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {979, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{982, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {983, 14, LATER, LATER, NULL},
	{988, 14, LATER, LATER, NULL}, {6005, 10, NOT_PRINCIPAL, LOST, "57P01"},
	{596, 21, LATER, LOST, "57P01"}, {18401, 14, LATER, LATER, NULL},
	{18451, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL}, {18461, 14, NOT_PRINCIPAL, NOT_PRINCIPAL, NULL},
	{18456, 14, GIVE_UP, FAILED, "28P01"}, {18452, 14, GIVE_UP, FAILED, "28000"},
	{18470, 14, GIVE_UP, FAILED, "28000"}, {18486, 14, GIVE_UP, FAILED, "28000"},
	{18487, 14, GIVE_UP, FAILED, "28P01"}, {18488, 14, GIVE_UP, FAILED, "28P01"},
	{10928, 16, LATER, FAILED, "53400"}, {10929, 16, LATER, FAILED, "53400"},
	{40197, 17, LATER, LOST, NULL}, {40501, 20, LATER, LOST, NULL}, {40613, 17, LATER, LATER, NULL},
	{40143, 16, LATER, LOST, NULL}, {40166, 16, LATER, LOST, NULL}, {40540, 16, LATER, LOST, NULL},
	{40020, 16, LATER, LOST, NULL}, {4221, 14, LATER, LATER, NULL},
	{42108, 14, LATER, LATER, NULL}, {42109, 14, LATER, LATER, NULL},
	{49918, 16, LATER, FAILED, NULL}, {49919, 16, LATER, FAILED, NULL},
	{49920, 16, LATER, FAILED, NULL}
};

/* What fails a statement, or takes its transaction along. */
static const Expected of_statements[] = {
	{1205, 13, LATER, UNDONE, "40P01"}, {3960, 16, GIVE_UP, UNDONE, "40001"},
	{3961, 16, GIVE_UP, UNDONE, "40001"}, {41302, 16, GIVE_UP, UNDONE, "40001"},
	{41305, 16, GIVE_UP, UNDONE, "40001"}, {41325, 16, GIVE_UP, UNDONE, "40001"},
	{3952, 16, GIVE_UP, FAILED, "55000"}, {1222, 16, LATER, FAILED, "55P03"},
	{2627, 14, GIVE_UP, FAILED, "23505"}, {2601, 14, GIVE_UP, FAILED, "23505"},
	{515, 16, GIVE_UP, FAILED, "23502"}, {547, 16, GIVE_UP, FAILED, "23000"},
	{550, 16, GIVE_UP, FAILED, "44000"}, {208, 16, GIVE_UP, FAILED, "42P01"},
	{207, 16, GIVE_UP, FAILED, "42703"}, {209, 16, GIVE_UP, FAILED, "42702"},
	{102, 15, GIVE_UP, FAILED, "42601"}, {105, 15, GIVE_UP, FAILED, "42601"},
	{156, 15, GIVE_UP, FAILED, "42601"}, {170, 15, GIVE_UP, FAILED, "42601"},
	{229, 14, GIVE_UP, FAILED, "42501"}, {230, 14, GIVE_UP, FAILED, "42501"},
	{262, 14, GIVE_UP, FAILED, "42501"}, {8134, 16, GIVE_UP, FAILED, "22012"},
	{8115, 16, GIVE_UP, FAILED, "22003"}, {220, 16, GIVE_UP, FAILED, "22003"},
	{244, 16, GIVE_UP, FAILED, "22003"}, {8114, 16, GIVE_UP, FAILED, "22P02"},
	{245, 16, GIVE_UP, FAILED, "22P02"}, {241, 16, GIVE_UP, FAILED, "22007"},
	{242, 16, GIVE_UP, FAILED, "22008"}, {2628, 16, GIVE_UP, FAILED, "22001"},
	{8152, 16, GIVE_UP, FAILED, "22001"}, {701, 17, LATER, FAILED, "53200"},
	{802, 17, LATER, FAILED, "53200"}, {1105, 17, LATER, FAILED, "53100"},
	{9002, 17, LATER, FAILED, "53100"}, {3902, 16, GIVE_UP, UNDONE, "25P01"},
	{3903, 16, GIVE_UP, UNDONE, "25P01"}, {3930, 16, GIVE_UP, UNDONE, "25P02"},
	{3998, 16, GIVE_UP, UNDONE, "25P02"}, {628, 16, GIVE_UP, UNDONE, "25P01"},
	{1934, 16, GIVE_UP, FAILED, "55000"},
	{1204, 19, LATER, FAILED, "53200"}, {2812, 16, GIVE_UP, FAILED, "42883"},
	{6401, 16, GIVE_UP, FAILED, "3B001"}, {512, 16, GIVE_UP, FAILED, "21000"}
};

/* What only statements that change data meet. */
static const Expected of_changes[] = {
	{233, 16, GIVE_UP, FAILED, "23502"}, {271, 16, GIVE_UP, FAILED, "428C9"},
	{272, 16, GIVE_UP, FAILED, "428C9"}, {273, 16, GIVE_UP, FAILED, "428C9"},
	{334, 15, GIVE_UP, FAILED, "0A000"}, {339, 16, GIVE_UP, FAILED, "428C9"},
	{428, 16, GIVE_UP, FAILED, "0A000"}, {511, 16, GIVE_UP, FAILED, "54000"},
	{513, 16, GIVE_UP, FAILED, "23514"}, {544, 16, GIVE_UP, FAILED, "428C9"},
	{545, 16, GIVE_UP, FAILED, "428C9"}, {570, 15, GIVE_UP, FAILED, "54001"},
	{651, 16, GIVE_UP, FAILED, "55000"}, {652, 16, GIVE_UP, FAILED, "25006"},
	{1211, 13, LATER, UNDONE, "40P01"}, {3609, 16, GIVE_UP, UNDONE, "09000"},
	{3906, 16, GIVE_UP, FAILED, "25006"}, {3940, 16, GIVE_UP, UNDONE, "40001"},
	{4186, 16, GIVE_UP, FAILED, "0A000"}, {4405, 16, GIVE_UP, FAILED, "0A000"},
	{4406, 16, GIVE_UP, FAILED, "0A000"}, {4712, 16, GIVE_UP, FAILED, "0A000"},
	{4804, 21, UNREACHABLE, LOST, "08P01"}, {4815, 16, GIVE_UP, FAILED, "22001"},
	{4869, 16, GIVE_UP, FAILED, "23502"}, {4891, 16, GIVE_UP, FAILED, "40001"},
	{8003, 16, GIVE_UP, FAILED, "54023"}, {8102, 16, GIVE_UP, FAILED, "428C9"},
	{8107, 16, GIVE_UP, FAILED, "55000"}, {8646, 21, LATER, LOST, "XX002"},
	{8655, 16, GIVE_UP, FAILED, "55000"}, {10738, 15, GIVE_UP, FAILED, "54000"},
	{13536, 16, GIVE_UP, FAILED, "428C9"}, {33504, 16, GIVE_UP, FAILED, "42501"}
};

/* What the statements that manage roles answer. */
static const Expected of_role_management[] = {
	{1416, 16, GIVE_UP, FAILED, "55000"}, {1422, 16, GIVE_UP, FAILED, "55000"},
	{1470, 16, GIVE_UP, FAILED, "55000"}, {1477, 16, GIVE_UP, FAILED, "55000"},
	{1447, 16, GIVE_UP, FAILED, "55000"}, {1404, 16, GIVE_UP, FAILED, "55006"},
	{226, 16, GIVE_UP, FAILED, "25001"}, {5001, 16, GIVE_UP, FAILED, "55000"},
	{5011, 14, GIVE_UP, FAILED, "42501"}, {5069, 16, GIVE_UP, FAILED, "55000"},
	{5059, 16, GIVE_UP, FAILED, "55006"}, {5061, 16, GIVE_UP, FAILED, "55006"},
	{1421, 16, GIVE_UP, FAILED, "08007"}, {1456, 16, GIVE_UP, FAILED, "08006"},
	{1413, 16, GIVE_UP, FAILED, "08006"}, {1431, 16, GIVE_UP, FAILED, "08006"},
	{1428, 16, GIVE_UP, FAILED, "55000"}, {1438, 16, GIVE_UP, FAILED, "55000"},
	{1415, 16, GIVE_UP, FAILED, "55000"}, {1417, 16, GIVE_UP, FAILED, "55000"},
	{1451, 16, GIVE_UP, FAILED, "55000"}, {1462, 16, GIVE_UP, FAILED, "55000"},
	{1455, 16, GIVE_UP, FAILED, "55000"}, {1406, 16, GIVE_UP, FAILED, "55000"},
	{1426, 16, GIVE_UP, FAILED, "55000"}, {1427, 16, GIVE_UP, FAILED, "55000"},
	{1429, 16, GIVE_UP, FAILED, "22023"}, {1433, 16, GIVE_UP, FAILED, "55000"},
	{1439, 16, GIVE_UP, FAILED, "55000"}, {1418, 16, GIVE_UP, FAILED, "08001"},
	{1452, 16, GIVE_UP, FAILED, "22023"}, {1405, 16, GIVE_UP, FAILED, "42710"},
	{1460, 16, GIVE_UP, FAILED, "42710"}, {1473, 16, GIVE_UP, FAILED, "0A000"},
	{1476, 16, GIVE_UP, FAILED, "22023"}, {1468, 16, GIVE_UP, FAILED, "55000"},
	{41142, 16, GIVE_UP, FAILED, "55000"}
};

/* DB-Library: SYBEFCON, SYBETIME, SYBEREAD ... */
static const Expected of_the_client[] = {
	{20002, 9, UNREACHABLE, LOST, "08001"}, {20003, 6, UNREACHABLE, LOST, "08006"},
	{20004, 9, UNREACHABLE, LOST, "08006"}, {20006, 9, UNREACHABLE, LOST, "08006"},
	{20008, 9, UNREACHABLE, LOST, "08001"}, {20009, 9, UNREACHABLE, LOST, "08001"},
	{20013, 2, UNREACHABLE, LOST, "08001"}, {20014, 2, GIVE_UP, FAILED, "28P01"},
	{20017, 9, UNREACHABLE, LOST, "08006"}, {20020, 10, UNREACHABLE, LOST, "08P01"},
	{20047, 1, UNREACHABLE, LOST, "08006"}, {2403, 1, GIVE_UP, FAILED, "22P05"},
	{2402, 4, GIVE_UP, FAILED, "22P05"}
};

static bool
in_table(VerdictSource source, int number)
{
	size_t		rows;
	const VerdictRow *table = verdict_table(&rows);
	size_t		i;

	for (i = 0; i < rows; i++)
	{
		if (table[i].source == source && table[i].number == number)
			return true;
	}
	return false;
}

static void
expect(VerdictSource source, const Expected *expected, size_t count)
{
	size_t		i;

	for (i = 0; i < count; i++)
	{
		const Expected *e = &expected[i];
		VerdictAnswer login = verdict_of(source, e->number, e->severity, VERDICT_LOGIN);
		VerdictAnswer statement = verdict_of(source, e->number, e->severity, VERDICT_STATEMENT);

		ok(in_table(source, e->number) && login.verdict == e->login &&
		   statement.verdict == e->statement &&
		   (e->sqlstate == NULL || (strcmp(login.sqlstate, e->sqlstate) == 0 &&
									strcmp(statement.sqlstate, e->sqlstate) == 0)),
		   "%d: login %s, statement %s, %s (%s)", e->number, verdict_name(login.verdict),
		   verdict_name(statement.verdict), statement.sqlstate, statement.meaning);
	}
}

#define EXPECT(source, table)	expect(source, table, sizeof(table) / sizeof((table)[0]))

static bool
is_search_verdict(Verdict verdict)
{
	return verdict == VERDICT_NOT_PRINCIPAL || verdict == VERDICT_UNREACHABLE ||
		verdict == VERDICT_LATER || verdict == VERDICT_GIVE_UP;
}

static bool
is_statement_verdict(Verdict verdict)
{
	return verdict != VERDICT_UNREACHABLE && verdict != VERDICT_GIVE_UP;
}

/* Every row, against the rules that all rows obey. */
static void
test_rows(void)
{
	size_t		rows;
	const VerdictRow *table = verdict_table(&rows);
	int			unordered = 0;
	int			odd_sqlstate = 0;
	int			odd_verdict = 0;
	int			odd_meaning = 0;
	int			not_found = 0;
	size_t		i;

	for (i = 0; i < rows; i++)
	{
		const VerdictRow *row = &table[i];
		VerdictAnswer login = verdict_of(row->source, row->number, 16, VERDICT_LOGIN);
		VerdictAnswer statement = verdict_of(row->source, row->number, 16, VERDICT_STATEMENT);

		if (i > 0 && (table[i - 1].source > row->source ||
					  (table[i - 1].source == row->source && table[i - 1].number >= row->number)))
			unordered++;
		if (strlen(row->sqlstate) != 5 || strstr(known_sqlstates, row->sqlstate) == NULL ||
			strchr(row->sqlstate, ' ') != NULL)
			odd_sqlstate++;
		if (!is_search_verdict(row->login) || !is_statement_verdict(row->statement))
			odd_verdict++;
		if (strlen(row->meaning) < 5 || strlen(row->meaning) > 60 ||
			row->meaning[strlen(row->meaning) - 1] == '.')
			odd_meaning++;
		if (login.verdict != row->login || statement.verdict != row->statement ||
			statement.sqlstate != row->sqlstate || login.meaning != row->meaning)
			not_found++;
	}
	ok(rows > 300, "the table has %d rows", (int) rows);
	ok(unordered == 0, "in order and without doubles (%d are not)", unordered);
	ok(odd_sqlstate == 0, "all SQLSTATEs are PostgreSQL's (%d are not)", odd_sqlstate);
	ok(odd_verdict == 0, "a search and a statement have verdicts of their own (%d rows mix them)",
	   odd_verdict);
	ok(odd_meaning == 0, "each row says a few words, not a sentence (%d do not)", odd_meaning);
	ok(not_found == 0, "each row is found (%d are not)", not_found);
	ok(!in_table(VERDICT_CLIENT, 20018), "20018 only points at a server message and has no row");
}

static void
test_unknown_numbers(void)
{
	static const struct
	{
		int			number;
		int			severity;
		Verdict		login;
		Verdict		statement;
		const char *sqlstate;
	}			cases[] = {
		{31999, 16, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "HV000"},
		{31999, 11, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "HV000"},
		{31999, 14, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "42501"},
		{31999, 15, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "42601"},
		{31999, 17, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "53000"},
		{31999, 19, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "HV000"},
		{31999, 20, VERDICT_UNREACHABLE, VERDICT_SESSION_LOST, "08006"},
		{31999, 25, VERDICT_UNREACHABLE, VERDICT_SESSION_LOST, "08006"},
		{50000, 16, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "P0001"},
		{2000000000, 16, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "P0001"},
		{60000, 20, VERDICT_UNREACHABLE, VERDICT_SESSION_LOST, "08006"},
		{0, 0, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "HV000"},
		{INT_MIN, 16, VERDICT_GIVE_UP, VERDICT_STATEMENT_FAILED, "HV000"}
	};
	VerdictAnswer answer;
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		VerdictAnswer login = verdict_of(VERDICT_SERVER, cases[i].number, cases[i].severity,
										 VERDICT_LOGIN);

		answer = verdict_of(VERDICT_SERVER, cases[i].number, cases[i].severity,
							VERDICT_STATEMENT);
		ok(login.verdict == cases[i].login && answer.verdict == cases[i].statement &&
		   strcmp(answer.sqlstate, cases[i].sqlstate) == 0 && answer.meaning[0] != '\0',
		   "unknown %d of severity %d: %s, %s", cases[i].number, cases[i].severity,
		   verdict_name(answer.verdict), answer.sqlstate);
	}

	answer = verdict_of(VERDICT_CLIENT, 29999, 9, VERDICT_LOGIN);
	ok(answer.verdict == VERDICT_UNREACHABLE && strcmp(answer.sqlstate, "08001") == 0,
	   "an unknown client error during login is the network's");
	answer = verdict_of(VERDICT_CLIENT, 29999, 9, VERDICT_STATEMENT);
	ok(answer.verdict == VERDICT_SESSION_LOST && strcmp(answer.sqlstate, "08006") == 0,
	   "and afterwards, too");
	answer = verdict_of(VERDICT_CLIENT, 18456, 14, VERDICT_LOGIN);
	ok(answer.verdict == VERDICT_UNREACHABLE, "a client's number is no server's");
	answer = verdict_of(VERDICT_SERVER, 20009, 16, VERDICT_STATEMENT);
	ok(answer.verdict == VERDICT_STATEMENT_FAILED, "and a server's is no client's");
	answer = verdict_of(VERDICT_SERVER, 605, 12, VERDICT_STATEMENT);
	ok(answer.verdict == VERDICT_STATEMENT_FAILED, "605 of severity 12 fails a statement");
	answer = verdict_of(VERDICT_SERVER, 605, 21, VERDICT_STATEMENT);
	ok(answer.verdict == VERDICT_SESSION_LOST && strcmp(answer.sqlstate, "XX001") == 0,
	   "605 of severity 21 loses the session, and is still 605");
	answer = verdict_of(VERDICT_SERVER, 18456, 20, VERDICT_LOGIN);
	ok(answer.verdict == VERDICT_GIVE_UP, "severity does not soften a refused password");
}

static void
test_names(void)
{
	int			verdict;
	int			other;

	for (verdict = VERDICT_NOT_PRINCIPAL; verdict <= VERDICT_SESSION_LOST; verdict++)
	{
		bool		own = true;

		for (other = VERDICT_NOT_PRINCIPAL; other < verdict; other++)
			own = own && strcmp(verdict_name((Verdict) verdict),
								verdict_name((Verdict) other)) != 0;
		ok(own && strcmp(verdict_name((Verdict) verdict), "unknown") != 0,
		   "verdict %d is called %s", verdict, verdict_name((Verdict) verdict));
	}
	ok(strcmp(verdict_name((Verdict) 99), "unknown") == 0, "no other verdict has a name");
}

int
main(void)
{
	test_rows();
	EXPECT(VERDICT_SERVER, of_the_search);
	EXPECT(VERDICT_SERVER, of_statements);
	EXPECT(VERDICT_SERVER, of_changes);
	EXPECT(VERDICT_SERVER, of_role_management);
	EXPECT(VERDICT_CLIENT, of_the_client);
	test_unknown_numbers();
	test_names();
	return done_testing();
}
