/*
 * probe.h
 *		Does anybody answer at an endpoint?  Asked without blocking, several at once.
 *
 * A probe opens TCP connections to the addresses of a host, one a little after
 * the other, and is open with the first that accepts; where it is told to ask,
 * with the first that also answers a PRELOGIN, so that a host that accepts and
 * falls silent is no better than one that swallows packets.  It only finds out:
 * its connections are closed before a login makes one of its own.
 */
#ifndef SESSION_PROBE_H
#define SESSION_PROBE_H

#include "pure/endpoint.h"
#include "session/address.h"

#define TMF_PROBE_ADDRESSES	8

typedef enum TmfProbeState
{
	TMF_PROBE_NONE,				/* not begun, or ended */
	TMF_PROBE_RUNNING,
	TMF_PROBE_OPEN,				/* tmf_probe_address() says where to log in */
	TMF_PROBE_FAILED
} TmfProbeState;

/* One address that was knocked at. */
typedef struct TmfKnock
{
	int			fd;				/* -1 when closed */
	bool		asked;			/* PRELOGIN was sent */
} TmfKnock;

typedef struct TmfProbe
{
	TmfProbeState state;
	uint16		port;
	bool		ask;
	int			count;
	TmfAddress	address[TMF_PROBE_ADDRESSES];
	TmfKnock	knock[TMF_PROBE_ADDRESSES];
	int			begun;			/* addresses knocked at so far, in order */
	int64		next_ms;		/* when the next one is due */
	int			open;			/* which one has answered */
	char		problem[128];
	int			os_error;
} TmfProbe;

typedef enum TmfProbeKind
{
	TMF_PROBE_ALONE,			/* nobody else is asked beside it: it need not prove anything */
	TMF_PROBE_SILENT,			/* what answers there does not understand a PRELOGIN in clear text */
	TMF_PROBE_ASKING			/* where no login has succeeded a short while ago, it must prove that
								 * it can speak */
} TmfProbeKind;

/*
 * Begins; may have ended in failure at once.  Resolves the name if need be, and
 * asks for the port of an instance, until until_ms (< 0: no limit) at most.
 */
extern void tmf_probe_begin(TmfProbe *probe, const Endpoint *endpoint, TmfProbeKind kind,
							int64 until_ms);

/*
 * Begins a connection to an address, without waiting: the socket, which costs an
 * external descriptor, or -1 with errno.
 */
extern int	tmf_probe_connect(const TmfAddress *address, uint16 port);

/*
 * Waits until one of the probes that run has ended, or until_ms; a time in the
 * past looks once.  Serves interrupts: whoever calls this closes his probes
 * with tmf_probe_end() on an error, too.
 */
extern void tmf_probe_wait(TmfProbe *probes, int count, int64 until_ms);

/* The address of a probe that is open. */
extern const TmfAddress *tmf_probe_address(const TmfProbe *probe);

/* Why a probe is not open (yet): a text, and an errno (0 = none) that goes with it. */
extern const char *tmf_probe_problem(const TmfProbe *probe, int *os_error);

/* Closes its connections and forgets what it found.  No effect on none. */
extern void tmf_probe_end(TmfProbe *probe);

#endif
