/*
 * src/pure/verdict.c
 *		From an error to a verdict: the table first, then the severity.
 *
 * The table says what a number means; the severity says what the server does
 * with the connection, and there it has the last word: from 20 on the server
 * closes it, whatever the number.
 */
#include "pure/verdict.h"

#define SEVERITY_LOSES_SESSION	20
#define FIRST_USER_NUMBER		50000	/* RAISERROR, THROW */

static const VerdictRow *
find_row(VerdictSource source, int number)
{
	size_t		low = 0;
	size_t		high;
	const VerdictRow *table = verdict_table(&high);

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		const VerdictRow *row = &table[middle];

		if (row->source == source && row->number == number)
			return row;
		if (row->source < source || (row->source == source && row->number < number))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static VerdictAnswer
unknown_client_error(VerdictPhase phase)
{
	VerdictAnswer answer;

	answer.verdict = phase == VERDICT_LOGIN ? VERDICT_UNREACHABLE : VERDICT_SESSION_LOST;
	answer.sqlstate = phase == VERDICT_LOGIN ? "08001" : "08006";
	answer.meaning = "client library error";
	return answer;
}

static VerdictAnswer
unknown_server_error(int number, int severity, VerdictPhase phase)
{
	VerdictAnswer answer;

	answer.verdict = phase == VERDICT_LOGIN ? VERDICT_GIVE_UP : VERDICT_STATEMENT_FAILED;
	answer.meaning = "server error";
	if (severity >= SEVERITY_LOSES_SESSION)
	{
		answer.verdict = VERDICT_UNREACHABLE;	/* the login went no further */
		answer.sqlstate = "08006";
		answer.meaning = "fatal server error";
	}
	else if (number >= FIRST_USER_NUMBER)
	{
		answer.sqlstate = "P0001";
		answer.meaning = "error raised by remote code";
	}
	else if (severity == 17)
		answer.sqlstate = "53000";
	else if (severity == 15)
		answer.sqlstate = "42601";
	else if (severity == 14)
		answer.sqlstate = "42501";
	else
		answer.sqlstate = "HV000";
	return answer;
}

VerdictAnswer
verdict_of(VerdictSource source, int number, int severity, VerdictPhase phase)
{
	const VerdictRow *row = find_row(source, number);
	VerdictAnswer answer;

	if (row != NULL)
	{
		answer.verdict = phase == VERDICT_LOGIN ? row->login : row->statement;
		answer.sqlstate = row->sqlstate;
		answer.meaning = row->meaning;
	}
	else if (source == VERDICT_CLIENT)
		answer = unknown_client_error(phase);
	else
		answer = unknown_server_error(number, severity, phase);

	if (source == VERDICT_SERVER && phase == VERDICT_STATEMENT &&
		severity >= SEVERITY_LOSES_SESSION)
		answer.verdict = VERDICT_SESSION_LOST;
	return answer;
}

const char *
verdict_name(Verdict verdict)
{
	switch (verdict)
	{
		case VERDICT_NOT_PRINCIPAL:
			return "not the principal";
		case VERDICT_UNREACHABLE:
			return "unreachable";
		case VERDICT_LATER:
			return "in transition";
		case VERDICT_UNTRUSTED:
			return "not trusted";
		case VERDICT_GIVE_UP:
			return "refused";
		case VERDICT_STATEMENT_FAILED:
			return "statement failed";
		case VERDICT_TRANSACTION_LOST:
			return "transaction lost";
		case VERDICT_SESSION_LOST:
			return "session lost";
	}
	return "unknown";
}
