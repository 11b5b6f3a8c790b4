/*
 * tls.h
 *		TLS of one connection, between memory and memory.
 *
 * Nothing here touches a socket: what came in is fed, what is to go out is
 * taken, so that the handshake can travel inside of TDS packets, as TDS 7 has it,
 * or come before anything else, as in TDS 8.
 */
#ifndef STANDIN_TLS_H
#define STANDIN_TLS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Tls Tls;

typedef enum TlsMode
{
	TLS_OFF,
	TLS_OPTIONAL,
	TLS_REQUIRED,
	TLS_STRICT					/* TDS 8 alone */
} TlsMode;

/* What this instance offers; set before any thread starts. */
extern TlsMode tls_mode;

/* Reads certificate and key (PEM).  False: the reason is logged. */
extern bool tls_start(const char *certificate, const char *key);

/*
 * The server's side of a new connection, where TLS comes first or within TDS;
 * NULL: out of memory.
 */
extern Tls *tls_open(bool first);
extern void tls_close(Tls *tls);

/* Bytes that came from the client. */
extern bool tls_feed(Tls *tls, const char *bytes, size_t size);

/* Bytes that must go to the client; they live until the next call.  Then drop them. */
extern size_t tls_output(Tls *tls, const char **bytes);
extern void tls_output_sent(Tls *tls);

typedef enum TlsStep
{
	TLS_STEP_MORE,				/* waits for the client's answer */
	TLS_STEP_DONE,
	TLS_STEP_FAILED
} TlsStep;

/* The handshake, as far as the bytes go. */
extern TlsStep tls_handshake(Tls *tls);

/* Clear text of what was fed: its size, 0 = none yet, -1 = the end or an error. */
extern int	tls_read(Tls *tls, char *bytes, size_t size);
extern bool tls_write(Tls *tls, const char *bytes, size_t size);

#endif
