/*
 * target.h
 *		The foreign server that an SQL function is about, and who may ask.
 */
#ifndef ADMIN_TARGET_H
#define ADMIN_TARGET_H

#include "datatype/timestamp.h"

#include "option/option.h"

typedef struct TmfTarget
{
	TmfServerOptions *server;
	TmfUserOptions *user;		/* the current user's mapping */
} TmfTarget;

/*
 * The server by name: it must belong to this wrapper, and the current user must
 * have USAGE on it and a mapping for it.  Raises otherwise.
 */
extern TmfTarget *tmf_target(const char *server_name);

/* The same without regard to mappings and options: just its oid. */
extern Oid	tmf_target_oid(const char *server_name);

/*
 * All servers of this wrapper that the current user has USAGE on and a mapping
 * for, in order of name: a list of char *.
 */
extern List *tmf_target_names(void);

/* A timeout that the caller of a function has given, in ms; raises unless it is positive. */
extern int64 tmf_timeout_ms(const Interval *timeout);

/* May the current user know about this server? */
extern bool tmf_target_visible(Oid serverid);

#endif
