/*
 * test/docs/verdict_table.c
 *		Prints the verdict table as the manual shows it.
 *
 * doc/failover.md holds the output between two marks; t/023_failover_doc.pl
 * compares, "make verdict-table" renews it.
 */
#include <stdio.h>

#include "pure/verdict.h"

static const char *const titles[] = {
	[VERDICT_SERVER] = "message",
	[VERDICT_CLIENT] = "DB-Library error"
};

int
main(void)
{
	size_t		rows;
	const VerdictRow *table = verdict_table(&rows);

	for (size_t i = 0; i < rows; i++)
	{
		const VerdictRow *row = &table[i];

		if (i == 0 || row->source != table[i - 1].source)
			printf("%s| %s | meaning | during login | afterwards | SQLSTATE |\n|---|---|---|---|---|\n",
				   i == 0 ? "" : "\n", titles[row->source]);
		printf("| %d | %s | %s | %s | %s |\n", row->number, row->meaning,
			   verdict_name(row->login), verdict_name(row->statement), row->sqlstate);
	}
	return 0;
}
