/*
 * test/broken_streams/shim.h
 *		As much of PostgreSQL as src/value needs to run without it.
 */
#ifndef BROKEN_STREAMS_SHIM_H
#define BROKEN_STREAMS_SHIM_H

#include <setjmp.h>

/* Where an ERROR jumps to. */
extern void shim_catch(sigjmp_buf *target);

/* The message of the last ERROR. */
extern const char *shim_error(void);

/* Frees what palloc() has given since the last call. */
extern void shim_reset(void);

/* Ends the process: something happened that cannot. */
extern void shim_impossible(const char *what) __attribute__((noreturn));

/* Ends the process unless the varlena is a numeric that numeric.c could have made. */
extern void shim_check_numeric(const void *numeric);

#endif
