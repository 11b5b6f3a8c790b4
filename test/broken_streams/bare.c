/*
 * test/broken_streams/bare.c
 *		A client of FreeTDS's DB-Library and nothing else.
 *
 * It is asked the same as the wrapper's own client and given the same bytes: a
 * crash that it shows, too, is FreeTDS's.  It looks at every byte of every value.
 */
#include <stdio.h>
#include <string.h>

#include <sybfront.h>
#include <sybdb.h>

#include "client.h"

static int
on_error(DBPROCESS *dbproc, int severity, int number, int system_error, char *text,
		 char *system_text)
{
	(void) dbproc;
	(void) severity;
	(void) number;
	(void) system_error;
	(void) text;
	(void) system_text;
	return INT_CANCEL;
}

static int
on_message(DBPROCESS *dbproc, DBINT number, int state, int severity, char *text, char *server,
		   char *procedure, int line)
{
	(void) dbproc;
	(void) number;
	(void) state;
	(void) severity;
	(void) text;
	(void) server;
	(void) procedure;
	(void) line;
	return 0;
}

static DBPROCESS *
connect_to(uint16_t port)
{
	LOGINREC   *login = dblogin();
	DBPROCESS  *dbproc;
	char		server[32];

	DBSETLUSER(login, client_user());
	DBSETLPWD(login, client_password());
	DBSETLCHARSET(login, "UTF-8");
	DBSETLPACKET(login, 4096);
	dbsetlversion(login, DBVERSION_74);
	snprintf(server, sizeof(server), "127.0.0.1:%u", (unsigned int) port);
	dbsetlogintime(5);
	dbproc = dbopen(login, server);
	dbloginfree(login);
	return dbproc;
}

/* Every byte is looked at, so that one that is not there is noticed. */
static void
look_at_row(DBPROCESS *dbproc)
{
	int			columns = dbnumcols(dbproc);
	int			column;

	for (column = 1; column <= columns; column++)
	{
		const BYTE *value = dbdata(dbproc, column);
		DBINT		length = dbdatlen(dbproc, column);
		DBINT		i;
		uint32_t	sum = 0;

		for (i = 0; value != NULL && i < length; i++)
			sum = sum * 31 + value[i];
		client_put_u32(sum);
	}
}

static AnswerOutcome
run(DBPROCESS *dbproc, const char *sql)
{
	RETCODE		code;
	int64_t		rows = 0;

	if (dbcmd(dbproc, sql) == FAIL || dbsqlsend(dbproc) == FAIL || dbsqlok(dbproc) == FAIL)
		return client_error("not sent or not answered");
	while ((code = dbresults(dbproc)) == SUCCEED)
	{
		STATUS		row;

		while ((row = dbnextrow(dbproc)) != NO_MORE_ROWS)
		{
			if (row == FAIL)
				return client_error("a row could not be read");
			look_at_row(dbproc);
			rows++;
		}
	}
	if (code == FAIL)
		return client_error("a result could not be read");
	client_put_i64(rows);
	return ANSWER_WHOLE;
}

AnswerOutcome
client_run(const Case *question)
{
	static int	ready = 0;
	DBPROCESS  *dbproc;
	AnswerOutcome outcome = ANSWER_WHOLE;
	int			i;

	if (!ready)
		dbinit();
	ready = 1;
	dberrhandle(on_error);
	dbmsghandle(on_message);
	dbproc = connect_to(question->port);
	if (dbproc == NULL)
		return client_error("no login");
	for (i = 0; i < question->statements && outcome == ANSWER_WHOLE; i++)
		outcome = run(dbproc, question->statement[i].sql);
	dbclose(dbproc);
	return outcome;
}
