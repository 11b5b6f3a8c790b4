/*
 * verdict.h
 *		What an error taught us: a table from message and DB-Library error
 *		numbers to a verdict and an SQLSTATE.
 */
#ifndef PURE_VERDICT_H
#define PURE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum Verdict
{
	VERDICT_NOT_PRINCIPAL,		/* answered, but does not serve the database: other partner */
	VERDICT_UNREACHABLE,		/* no answer from the network: other partner */
	VERDICT_LATER,				/* in transition: other partner, or the same later */
	VERDICT_UNTRUSTED,			/* no encrypted connection as it was asked for: other partner */
	VERDICT_GIVE_UP,			/* credentials or configuration: no partner will say otherwise */
	VERDICT_STATEMENT_FAILED,	/* the session is usable, and so is its transaction */
	VERDICT_TRANSACTION_LOST,	/* the session is usable, its transaction is gone */
	VERDICT_SESSION_LOST		/* the connection is, or is about to be, dead */
} Verdict;

typedef enum VerdictPhase
{
	VERDICT_LOGIN,				/* up to and including the first answer to LOGIN7 */
	VERDICT_STATEMENT
} VerdictPhase;

typedef enum VerdictSource
{
	VERDICT_SERVER,				/* number of a server message */
	VERDICT_CLIENT				/* number of a DB-Library error (SYBE...) */
} VerdictSource;

typedef struct VerdictRow
{
	VerdictSource source;
	int			number;
	Verdict		login;			/* what it means during login */
	Verdict		statement;		/* what it means afterwards */
	const char *sqlstate;		/* five characters */
	const char *meaning;		/* a few words for the log, DETAIL and the manual */
} VerdictRow;

typedef struct VerdictAnswer
{
	Verdict		verdict;
	const char *sqlstate;
	const char *meaning;
} VerdictAnswer;

/*
 * number is that of the *first* error of severity 11 or more: the 18456 that
 * follows a 4060 is no wrong password.  After login a severity of 20 or more
 * loses the session, whatever the number.  Server messages that are not in the
 * table go by severity: >= 20 loses the session (during login:
 * VERDICT_UNREACHABLE), others fail the statement (during login:
 * VERDICT_GIVE_UP).  Unknown client errors mean the network.
 */
extern VerdictAnswer verdict_of(VerdictSource source, int number, int severity,
								VerdictPhase phase);

/* The table itself, ordered by source and number; for the manual and its test. */
extern const VerdictRow *verdict_table(size_t *rows);

/* A few words for messages and views; a static string. */
extern const char *verdict_name(Verdict verdict);

#endif
