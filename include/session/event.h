/*
 * event.h
 *		Lines in the server's log for whoever runs it.
 *
 * Each begins with "tds_mirror_fdw: server "name": ", and its wording is part of
 * what doc/monitoring.md promises.  There is one for a change of state, none for
 * each statement that meets it; none has statements, values or secrets in it.
 */
#ifndef SESSION_EVENT_H
#define SESSION_EVENT_H

#include "session/partner.h"

/*
 * One line, of the LOG level.  sqlstate: NULL where nothing is wrong; detail may
 * be NULL.  Raises nothing and serves no interrupt.
 */
extern void tmf_event(const char *server_name, const char *sqlstate, const char *detail,
					  const char *format,...) __attribute__((format(__printf__, 4, 5)));

/* The partner on side was asked: says so if that is news to the log.  summary: why not. */
extern void tmf_event_partner(TmfPartners *partners, const TmfServerOptions *options,
							  PairSide side, TmfPartnerNews news, const char *summary);

#endif
