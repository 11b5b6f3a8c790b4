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

#endif
