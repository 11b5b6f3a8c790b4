/*
 * partner.h
 *		The partner cache: what this backend knows of each pair.
 *
 * Keyed by foreign server.  Everything in it was said by a server that had
 * proven itself, to this backend or to another one that left it in the partner
 * file, or by the catalog; an ALTER SERVER drops the entry.
 */
#ifndef SESSION_PARTNER_H
#define SESSION_PARTNER_H

#include "datatype/timestamp.h"

#include "option/option.h"
#include "pure/endpoint.h"
#include "pure/pair.h"

typedef enum TmfPartnerSource
{
	TMF_PARTNER_NONE,			/* no failover partner is known */
	TMF_PARTNER_BY_OPTION,		/* configured */
	TMF_PARTNER_BY_SERVER		/* named by the principal */
} TmfPartnerSource;

/* What an instance says about itself: a row of sys.database_mirroring. */
typedef struct TmfRole
{
	bool		visible;		/* false: no row; the login lacks the right to see it */
	bool		mirrored;		/* mirroring_guid is not NULL */
	char		guid[37];		/* lower case */
	int			role;			/* 1 principal, 2 mirror, 0 unknown */
	int			state;			/* mirroring_state, 0 .. 6; -1 unknown */
	int			safety;			/* 0 unknown, 1 OFF, 2 FULL */
	int			role_sequence;
	int			witness_state;	/* 0 unknown, 1 connected, 2 disconnected; -1 none */
	char		partner_name[129];	/* TCP://host:port of its partner's endpoint */
	char		partner_instance[129];	/* HOST or HOST\INSTANCE */
	char		witness_name[129];
	char		server_name[129];	/* @@SERVERNAME */
	bool		in_database;	/* the connection is logged in to the database itself */
} TmfRole;

/* What the log was told last about a partner. */
typedef enum TmfPartnerNews
{
	TMF_NEWS_ANSWERS,			/* nothing, or that it answers */
	TMF_NEWS_SILENT,
	TMF_NEWS_REFUSED			/* it serves, and is not the principal that we know of */
} TmfPartnerNews;

typedef struct TmfPartnerSide
{
	Endpoint	endpoint;		/* where to connect */
	TmfPartnerSource source;
	char		learned_name[129];	/* "" when no server ever named it */
	TimestampTz unresolved_at;	/* when that name did not resolve, 0 = it did */
	TimestampTz last_login;		/* last proven login there by any backend, 0 = none known */
	int64		attempts;		/* connection attempts made by this backend */
	char		last_error[256];	/* of the last failed attempt, "" = none */
	TmfPartnerNews told;		/* by this backend */
} TmfPartnerSide;

/* Tells one file from the next under the same name; all zero: none. */
typedef struct TmfPartnerStamp
{
	uint64		inode;
	int64		changed_ns;		/* its content, its owner or who may read it */
	int64		size;
} TmfPartnerStamp;

/* The principal that sessions of the current epoch are connected to. */
typedef struct TmfPartnerEpoch
{
	bool		known;
	Endpoint	place;
	char		guid[37];
	int			role_sequence;
} TmfPartnerEpoch;

typedef struct TmfPartners
{
	Oid			serverid;		/* hash key */
	bool		valid;			/* false: the catalog may say otherwise; compared at next use */
	uint32		catalog_hash;	/* of the server's syscache entry */
	uint64		fingerprint;	/* of the options that what was learned depends on */
	int64		era;			/* rises when a user has it forgotten: nothing older counts */
	bool		from_file;		/* another backend has proven some of it */
	TmfPartnerStamp stamp;		/* of the file as last read */
	uint64		seen;			/* stands for what shared memory last said, 0 = nothing yet */
	TimestampTz known_at;		/* when a server last proved it, 0 = nothing is known */
	bool		has_failover;
	TmfPartnerSide side[PAIR_SIDES];
	bool		principal_known;
	PairSide	principal;		/* last proven principal; where the next search begins */
	bool		mirrored;
	char		guid[37];		/* "" when unknown */
	int			role_sequence;	/* highest ever seen; -1 unknown */
	int			safety;			/* last known */
	int			unsafe_sequence;	/* highest one seen without SAFETY FULL; -1 none */
	int			state;			/* last known */
	int64		switches;		/* how often the principal was found on the other side, by anybody */
	TimestampTz last_switch;	/* 0 = never */
	uint64		epoch;			/* rises when the principal changes: older sessions are stale */
	TmfPartnerEpoch dated;		/* what it stands for */
} TmfPartners;

/*
 * The entry of a server, made from its options when there is none, and brought
 * up to what other backends have learned since.
 */
extern TmfPartners *tmf_partners_get(const TmfServerOptions *options);

/*
 * The name that the certificate of whoever is at endpoint, one of the known
 * partners, must carry: the options name one for each of the two places, whoever
 * stands in it; without, the host.
 */
extern const char *tmf_partners_certificate_host(const TmfServerOptions *options,
												 const Endpoint *endpoint);

/* All entries that are valid, for the view. */
extern List *tmf_partners_list(void);

/*
 * Drops what was learned, here, on disk, and at their next use in all other
 * backends, which start from the catalog then.
 */
extern void tmf_partners_forget(const TmfServerOptions *options);

/* The servers of this syscache hash value (0: all) may have changed. */
extern void tmf_partners_invalidate(uint32 catalog_hash);

typedef enum TmfIdentity
{
	TMF_IDENTITY_PRINCIPAL,		/* it is the principal (or a stand-alone server that may be one) */
	TMF_IDENTITY_MIRROR,		/* role 2 */
	TMF_IDENTITY_NOT_MIRRORED,	/* guid NULL, but require_mirroring */
	TMF_IDENTITY_OTHER_PAIR,	/* another guid than the known or pinned one */
	TMF_IDENTITY_STALE,			/* a lower role sequence than ever seen */
	TMF_IDENTITY_SEPARATE		/* not mirrored, where only the known pair led us */
} TmfIdentity;

/* Judges what the instance on side said.  Changes nothing. */
extern TmfIdentity tmf_partners_judge(const TmfPartners *partners,
									  const TmfServerOptions *options,
									  PairSide side, const TmfRole *role);

/*
 * side has just proven itself principal with role: learn names, sequence, guid,
 * and let other backends know.  begun_ms: when the search for it began.  False: another backend has met a later principal
 * of this pair meanwhile; this one is a former one (TMF_IDENTITY_STALE).
 */
extern bool tmf_partners_learn(TmfPartners *partners, const TmfServerOptions *options,
							   PairSide side, const TmfRole *role, int64 begun_ms);

#endif
