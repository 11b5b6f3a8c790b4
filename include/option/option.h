/*
 * option.h
 *		What the user told us: options of servers, user mappings, tables, columns.
 *
 * The table of all options is in option/table.c; the validator in
 * option/validator.c; both are driven by it alone.
 */
#ifndef OPTION_OPTION_H
#define OPTION_OPTION_H

#include "nodes/pg_list.h"
#include "foreign/foreign.h"

#include "pure/endpoint.h"
#include "pure/pair.h"
#include "pure/sqltype.h"
#include "wire/wire.h"

typedef enum TmfPartnerPolicy
{
	TMF_PARTNER_AUTO,			/* learned name wins, configured address where it denotes the same machine */
	TMF_PARTNER_SERVER,			/* always what the server says */
	TMF_PARTNER_CONFIGURED		/* never what the server says */
} TmfPartnerPolicy;

/* How ANALYZE takes its sample. */
typedef enum TmfSampling
{
	TMF_SAMPLING_OFF,			/* every row is sent */
	TMF_SAMPLING_AUTO,			/* rows at random, of pages at random where there are many */
	TMF_SAMPLING_RANDOM,		/* rows at random, of all pages */
	TMF_SAMPLING_SYSTEM,		/* all rows of pages at random */
	TMF_SAMPLING_STATISTICS		/* no rows: the server makes the statistics */
} TmfSampling;

/* All of a foreign server; strings live where tmf_server_options() was called. */
typedef struct TmfServerOptions
{
	Oid			serverid;
	char	   *name;			/* of the foreign server */
	Endpoint	initial;		/* port filled in; an instance's may be left to be asked for */
	bool		has_failover;
	Endpoint	failover;		/* likewise */
	int			port;			/* option port, default 1433 */
	bool		port_given;		/* by the user */
	char	   *database;
	TmfPartnerPolicy partner_policy;
	bool		require_mirroring;
	char	   *mirroring_guid; /* NULL: not pinned.  Lower case, no braces */
	int			login_timeout_ms;
	int			query_timeout_ms;	/* 0 = none */
	int			lock_timeout_ms;	/* -1 = wait for ever */
	int			commit_timeout_ms;	/* of a COMMIT, and again of finding out about a lost one */
	int			silence_check_ms;	/* of waiting before the other partner is asked; 0 = never */
	char	   *commit_log_schema;	/* NULL: the login's own */
	char	   *commit_log_table;	/* NULL: lost commits stay in doubt */
	WireEncryption encryption;
	char	   *ca_file;		/* NULL: not checked, but in a strict login by the system's authorities */
	char	   *certificate_hostname[PAIR_SIDES];	/* NULL: the partner's host */
	int			tds_version;	/* 73, 74 */
	int			packet_size;
	char	   *application_name;
	bool		keep_connections;
	int			max_sessions;	/* that one user mapping may have open in one backend */
	bool		async_capable;	/* unless the table says otherwise */
	double		fdw_startup_cost;
	double		fdw_tuple_cost;
	int			remote_version; /* 11 is SQL Server 2012, 15 is 2019; 0: nobody has said */
} TmfServerOptions;

typedef struct TmfUserOptions
{
	char	   *username;		/* never NULL */
	char	   *password;
	bool		password_required;
} TmfUserOptions;

typedef struct TmfTableOptions
{
	char	   *schema_name;	/* default: the server's, "dbo" is not assumed: NULL */
	char	   *table_name;		/* NULL when query is set */
	char	   *query;

	/* its own, or the server's */
	bool		async_capable;
	bool		truncatable;
	int			batch_size;		/* rows that are inserted together */
	TmfSampling analyze_sampling;
} TmfTableOptions;

/*
 * ERROR when a required option is missing (servername, database): the
 * validator cannot see that at ALTER SERVER ... DROP.
 */
extern TmfServerOptions *tmf_server_options(Oid serverid);

/* Raises 0A000 when the server has an option that the TDS library cannot obey. */
extern void tmf_server_check_library(Oid serverid);

/* The same as a sentence, palloc'd, for those who go on with other servers; or NULL. */
extern char *tmf_server_library_problem(Oid serverid);

/*
 * Fills in the port that endpoint lacks: the option port.  An instance's is left
 * to be asked for, and the option is what to try without an answer.
 */
extern Endpoint tmf_endpoint_with_port(const TmfServerOptions *options, Endpoint endpoint);

extern TmfUserOptions *tmf_user_options(const UserMapping *user);
extern TmfTableOptions *tmf_table_options(Oid relid);

/* May its rows be changed?  Asked for each statement, and so without the other options. */
extern bool tmf_table_updatable(Oid relid);

/* Name of a column on the remote side: column_name, or its own. */
extern char *tmf_column_name(Oid relid, AttrNumber attnum);

/* Its type there, as the user declares it (remote_type); false: he does not. */
extern bool tmf_column_remote_type(Oid relid, AttrNumber attnum, SqlType *type);

/* Its collation there, likewise (remote_collation), or NULL. */
extern char *tmf_column_remote_collation(Oid relid, AttrNumber attnum);

/* Is it one of the columns that together tell a remote row from all others (key)? */
extern bool tmf_column_is_key(Oid relid, AttrNumber attnum);

/* The body of the validator function: options of one catalog entry. */
extern void tmf_validate_options(List *options, Oid catalog);

#endif
