/*
 * server.h
 *		The TDS listener and its connections.
 */
#ifndef STANDIN_SERVER_H
#define STANDIN_SERVER_H

#include "database.h"

/*
 * Binds instance.tds_port (0: a free port below 32768 is chosen and stored) and
 * starts the accepting thread.  False: the reason is logged.
 */
extern bool server_start(void);

/* "refuse": close the listening socket but keep the port, and listen again. */
extern void server_refuse(bool refuse);

/* "cut": RST for everybody who is connected. */
extern void server_cut(void);

/*
 * Disconnects every session that is in database: running statements are
 * interrupted and see error 596 where they still can, idle ones see the end of
 * the stream.  Returns when all have rolled back and gone.  except: the spid of
 * the session that asked, 0 = none.
 */
extern void server_kill_sessions(const Database *database, int except);

/*
 * Calls visit for each session; under the connection list's lock.
 */
struct Session;
extern void server_each_session(void (*visit) (struct Session *session, void *argument), void *argument);

#endif
