/*
 * partner_int.h
 *		The inside of the partner cache, for src/session/partner*.c alone.
 */
#ifndef PARTNER_INT_H
#define PARTNER_INT_H

#include "pure/record.h"
#include "session/partner.h"

/*
 * partner_place.c: the principal on side has named the other side's machine;
 * settles where that is to be sought.
 */
extern void tmf_partners_place(TmfPartners *partners, const TmfServerOptions *options,
							   PairSide side, const TmfRole *role);

/* Both lead to the same listener, as far as their spelling tells. */
extern bool tmf_partners_same_place(const Endpoint *a, const Endpoint *b);

/* partner.c: of the options that what is learned depends on. */
extern uint64 tmf_partners_fingerprint(const TmfServerOptions *options);

/* partner.c: the principal is known anew; the epoch rises when it is another one. */
extern void tmf_partners_date(TmfPartners *partners);

/* partner_share.c: takes over what the file says, when it has changed and knows better. */
extern void tmf_partners_recall(TmfPartners *partners, const TmfServerOptions *options);

/*
 * Has the file say what partners say, unless that is of no interest.  Whatever
 * goes wrong is logged, and costs nothing but the file.
 */
extern void tmf_partners_publish(TmfPartners *partners, const TmfServerOptions *options);

/* partner_file.c: false where there is no file; *changed: not the one of stamp any more. */
extern bool tmf_partner_file_look(Oid serverid, TmfPartnerStamp *stamp, bool *changed);

/*
 * False when there is no file, or none to be trusted, which is told at elevel;
 * otherwise *stamp is that of what was read.
 */
extern bool tmf_partner_file_read(Oid serverid, Record *record, TmfPartnerStamp *stamp,
								  int elevel);

/*
 * Joins *record with what the file says, if it is akin, and replaces the file
 * unless it says the same already; *stamp is that of the file then.  False: it
 * could not be done.
 */
extern bool tmf_partner_file_merge(Record *record, TmfPartnerStamp *stamp);

/*
 * partner_memory.c: what the file of that stamp says.  False: memory does not know
 * that file.  *record is set only when *changed: when it is not what *seen stands
 * for any more.
 */
extern bool tmf_partner_memory_read(Oid serverid, const TmfPartnerStamp *stamp, uint64 *seen,
									Record *record, bool *changed);

/* Has memory know that the file of that stamp says *record, and whatever memory had of it. */
extern void tmf_partner_memory_merge(Record *record, const TmfPartnerStamp *stamp, uint64 *seen);

#endif
