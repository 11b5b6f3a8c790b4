/*
 * bench/read/bare.h
 *		A bare DB-Library client: what the programs that measure beside it share.
 *
 * User and password come from the environment, BARE_USER and BARE_PASSWORD.
 */
#ifndef BENCH_READ_BARE_H
#define BENCH_READ_BARE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sybfront.h>
#include <sybdb.h>

/* NULL after a message on stderr; server and library errors are printed there from then on. */
extern DBPROCESS *bare_connect(const char *host, const char *port, const char *database,
							   int packet_size, const char *charset);

/* CLOCK_PROCESS_CPUTIME_ID: user and system time of this process; CLOCK_MONOTONIC. */
extern double bare_seconds(clockid_t clock);

/* Parameters of a remote call that has begun; length -1: that of the value, 0: NULL. */
extern bool bare_add_text(DBPROCESS *dbproc, const char *text);
extern bool bare_add_int(DBPROCESS *dbproc, int status, DBINT *value, DBINT length);

/* Reads an answer whole, and looks where the values are; the number of rows, or -1. */
extern long bare_drain(DBPROCESS *dbproc);

#endif
