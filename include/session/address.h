/*
 * address.h
 *		Host names to addresses, remembered for the life of the backend.
 *
 * Resolving a name is the one wait that cannot be interrupted, so it is done
 * once: a failover must not depend on a name server.
 */
#ifndef SESSION_ADDRESS_H
#define SESSION_ADDRESS_H

#include <sys/socket.h>

#include "datatype/timestamp.h"

#define TMF_ADDRESS_TEXT_MAX 64

typedef struct TmfAddress
{
	struct sockaddr_storage socket;	/* port not set */
	socklen_t	length;
	char		text[TMF_ADDRESS_TEXT_MAX]; /* the literal */
} TmfAddress;

/*
 * The addresses of host, *count of them; 0 when the name does not resolve.
 * Valid until the next call.
 */
extern const TmfAddress *tmf_address_lookup(const char *host, int *count);

/*
 * No address of host answered: a lookup made some time after the former one
 * asks the name server again (and keeps the old addresses when that fails).
 * Ends what tmf_address_prove() said of it.
 */
extern void tmf_address_suspect(const char *host);

/* A login at that port of host has succeeded just now. */
extern void tmf_address_prove(const char *host, uint16 port);

/* Has one succeeded in the last minutes, of this backend or another? */
extern bool tmf_address_proven(const char *host, uint16 port);

/*
 * For the partner file: the literals of what is known of host, how many, and
 * when they were looked up.
 */
extern int	tmf_address_recall(const char *host, char (*literal)[TMF_ADDRESS_TEXT_MAX], int max,
							   TimestampTz *resolved_at);

/* The reverse, in a backend that knows no addresses of host. */
extern void tmf_address_remember(const char *host, const char (*literal)[TMF_ADDRESS_TEXT_MAX],
								 int count, TimestampTz resolved_at);

/* A login at that port of host succeeded then, if not later. */
extern void tmf_address_prove_since(const char *host, uint16 port, TimestampTz login_at);

#endif
