/*
 * request.h
 *		One request of a logged-in client and its reply.
 */
#ifndef STANDIN_REQUEST_H
#define STANDIN_REQUEST_H

#include "connection.h"

/* Waits for a request and serves it.  False: the connection ends. */
extern bool request_serve(Connection *connection);

#endif
