/*
 * login.h
 *		From the first byte of a connection to its session.
 */
#ifndef STANDIN_LOGIN_H
#define STANDIN_LOGIN_H

#include "connection.h"

/* PRELOGIN, LOGIN7 and their answers.  False: no session, the connection ends. */
extern bool login_run(Connection *connection);

#endif
