/*
 * malformed.h
 *		Replies that break the protocol, for clients that must survive them.
 */
#ifndef STANDIN_MALFORMED_H
#define STANDIN_MALFORMED_H

#include "fault.h"
#include "packet.h"

/* False: the action is no malformed reply, and nothing was sent. */
extern bool malformed_send(Stream *stream, FaultAction kind);

#endif
