/*
 * test/broken_streams/client.h
 *		What a client of broken streams consists of: one function, and a buffer for its answer.
 */
#ifndef BROKEN_STREAMS_CLIENT_H
#define BROKEN_STREAMS_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/* Forgets what was put. */
extern void client_begin(void);
extern const void *client_body(size_t *size);

extern void client_put(const void *bytes, size_t size);
extern void client_put_u8(uint8_t number);
extern void client_put_u32(uint32_t number);
extern void client_put_i64(int64_t number);

/* Forgets what was put, and puts text instead. */
extern AnswerOutcome client_error(const char *text);

/* How many times longer than usual everything may take: 1, or what the environment says. */
extern int	client_slowness(void);

extern const char *client_user(void);
extern const char *client_password(void);

/* Runs the case and puts the answer's body; to be defined by each client. */
extern AnswerOutcome client_run(const Case *question);

/* To be defined by who runs the cases: client_loop.c, or another main(). */

/* Ends the process in the middle of a case; may be called by a signal handler. */
extern void client_loops(void) __attribute__((noreturn));

/* tick runs every so many milliseconds from now on, as a signal handler. */
extern void client_timer(int every_ms, void (*tick) (int signal));

#endif
