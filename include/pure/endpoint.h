/*
 * endpoint.h
 *		Names of SQL Server instances: host, host,port, host:port, host\instance.
 *
 * A name never changes role; it says where a partner is, not what it does.
 */
#ifndef PURE_ENDPOINT_H
#define PURE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDPOINT_HOST_MAX		256
#define ENDPOINT_INSTANCE_MAX	64
#define ENDPOINT_TEXT_MAX		(ENDPOINT_HOST_MAX + ENDPOINT_INSTANCE_MAX + 10)

typedef struct Endpoint
{
	char		host[ENDPOINT_HOST_MAX];	/* name or address, without [] */
	char		instance[ENDPOINT_INSTANCE_MAX];	/* "" when not given */
	uint16_t	port;			/* 0 when not given */
	uint16_t	default_port;	/* where nobody tells the port of an instance; 0: none */
} Endpoint;

typedef enum EndpointStatus
{
	ENDPOINT_OK,
	ENDPOINT_EMPTY,
	ENDPOINT_LIST,				/* "a,b": a list of servers, as tds_fdw takes it */
	ENDPOINT_BAD_PORT,
	ENDPOINT_TOO_LONG,
	ENDPOINT_BAD_CHARACTER
} EndpointStatus;

/*
 * Parses text.  Accepts an optional "tcp:" prefix, IPv6 addresses in brackets,
 * blanks around the parts, and host\instance,port (where the port is what a
 * client uses).  *out is set only when the answer is ENDPOINT_OK.
 */
extern EndpointStatus endpoint_parse(const char *text, Endpoint *out);

/* What to tell a user about a status other than ENDPOINT_OK; a static string. */
extern const char *endpoint_status_text(EndpointStatus status);

/*
 * Does a name that the server gave for its partner (HOST or HOST\INSTANCE,
 * without a port) denote the configured endpoint?  Hosts are compared without
 * regard to case; a bare NetBIOS name, which ends after 15 characters, equals
 * the first label of a full name.  An address denotes no name.  An endpoint
 * with a port has chosen its instance, so instances are compared only where the
 * configured one has no port; no instance is MSSQLSERVER.
 */
extern bool endpoint_denotes(const Endpoint *configured, const Endpoint *learned);

/*
 * The host of a mirroring endpoint's URL ("TCP://host.fqdn:5022").  Its port is
 * not the one that clients use and is left out.
 */
extern EndpointStatus endpoint_from_url(const char *url, Endpoint *out);

/*
 * Writes host, host,port, host\instance or host\instance,port, as
 * endpoint_parse() reads it; at most size bytes with the NUL.
 */
extern void endpoint_format(const Endpoint *endpoint, char *buffer, size_t size);

#endif
