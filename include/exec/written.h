/*
 * written.h
 *		What the server says of a table that is written.
 *
 * A value is encoded as what its column is over there, not as what somebody has
 * declared once, and how a statement is put together depends on what runs when
 * it does.  The remote catalog is asked once for a foreign table and a login of
 * the main session; the backend keeps the answer until that login, the foreign
 * table, the server or the user mapping is another one.
 */
#ifndef EXEC_WRITTEN_H
#define EXEC_WRITTEN_H

#include "foreign/foreign.h"
#include "nodes/nodes.h"
#include "utils/rel.h"

#include "pure/sqltype.h"
#include "value/encoder.h"

typedef struct TmfWrittenColumn
{
	SqlType		type;			/* SQLTYPE_UNKNOWN: one that we do not know, or a dropped column's */
	char	   *type_name;		/* as sys.types calls it, for messages */
	char	   *collation;		/* NULL: not of characters */
	int			code_page;		/* of the bytes of char, varchar and text; else 0 */
	bool		nullable;
	bool		identity;
	bool		computed;
	bool		has_default;
} TmfWrittenColumn;

/* More than what is known of a table may run: a view has tables behind it. */
typedef struct TmfWritten
{
	char	   *name;			/* as a statement writes it: [dbo].[track] */
	bool		view;
	bool		on_insert;		/* an enabled trigger may run at ... */
	bool		on_update;
	bool		on_delete;
	bool		checks;			/* an enabled CHECK or FOREIGN KEY may refuse a row */
	bool		identity;		/* it has an identity column, in the foreign table or not */
	bool		readable;		/* the login may SELECT all of it, and see all that belongs to it */
	bool		other_default;	/* a remote column that the foreign table lacks has a DEFAULT */
	int			database_page;	/* code page of the database's collation; 0: not known */
	int			columns;		/* of the foreign table */
	TmfWrittenColumn column[FLEXIBLE_ARRAY_MEMBER]; /* by attribute number - 1 */
} TmfWritten;

/*
 * It is asked on the main session, also within its remote transaction, and lives
 * at least as long as the transaction here.  Raises when there is no such table
 * (HV00R) or column (HV005), or when a column has not the remote_type that it is
 * declared with (HV004), with what to do.
 */
extern const TmfWritten *tmf_written(Relation rel, UserMapping *user);

/* The same, asked now, whatever is known: for whoever holds a lock against changes. */
extern const TmfWritten *tmf_written_afresh(Relation rel, UserMapping *user);

/* May an enabled trigger run at CMD_INSERT, CMD_UPDATE, CMD_DELETE? */
extern bool tmf_written_triggers(const TmfWritten *written, CmdType event);

/*
 * The encoder for values of a column; what it refers to lives in context.  Raises
 * for a column that takes none: 428C9 of a computed one or a rowversion, HV004
 * where the types do not go together.
 */
extern void tmf_written_encoder(Relation rel, const TmfWritten *written, AttrNumber attnum,
								TmfEncoder *encoder, MemoryContext context);

/* The server has shown that what is known of it is wrong. */
extern void tmf_written_forget(Oid relid);

/* Registers callbacks; called by _PG_init. */
extern void tmf_written_init(void);

#endif
