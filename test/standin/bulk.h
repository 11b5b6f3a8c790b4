/*
 * bulk.h
 *		A bulk load's message: its rows go to the engine as they come.
 */
#ifndef STANDIN_BULK_H
#define STANDIN_BULK_H

#include "connection.h"

/* The first packet has been read.  False: the connection ends. */
extern bool bulk_serve(Connection *connection, const MessageHead *head);

#endif
