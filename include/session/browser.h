/*
 * browser.h
 *		The TCP port of a named instance, asked of its host's SQL Server Browser.
 *
 * Answers are remembered for the life of the backend, by host and instance, and
 * by the partner file beyond it.  One is believed while it is young, or while a
 * login there succeeded in the last minutes; then the Browser is asked again.
 */
#ifndef SESSION_BROWSER_H
#define SESSION_BROWSER_H

#include "pure/endpoint.h"

/*
 * The port to connect to: the endpoint's own, or the one of its instance, or
 * endpoint->default_port when the Browser says nothing.  Waits a second at most,
 * not beyond until_ms (< 0: no limit), and serves interrupts.  False: problem
 * says why in a line.
 */
extern bool tmf_browser_port(const Endpoint *endpoint, int64 until_ms, uint16 *port,
							 char *problem, size_t size);

/*
 * Nobody answered at the port that tmf_browser_port() gave, or not as the
 * instance should: ask again before the next use.
 */
extern void tmf_browser_suspect(const Endpoint *endpoint);

/* What is known without asking; 0: nothing. */
extern uint16 tmf_browser_known(const Endpoint *endpoint);

/* It was known to another backend: better than nothing, until the Browser is asked. */
extern void tmf_browser_remember(const Endpoint *endpoint, uint16 port);

#endif
