/*
 * bulk.h
 *		Bulk load: many rows in one message, without a statement for them.
 *
 * The server puts them into the table as they are: no trigger, CHECK or foreign
 * key is asked (whoever calls this knows that there is none), and FreeTDS converts
 * nothing, which is checked before the first row: characters are bytes in the
 * column's own code page, or UTF-16.
 *
 * Only where wire_load_known(): nothing here is for any other FreeTDS.
 */
#ifndef WIRE_BULK_H
#define WIRE_BULK_H

#include "wire/wire.h"

typedef struct WireLoadColumn
{
	const char *name;			/* UTF-8, as the server spells it */
	SqlType		declared;		/* as the table's column is */
	bool		nulls;			/* there are NULLs among its values */
	int			longest;		/* bytes of the longest of them, of strings */
} WireLoadColumn;

typedef struct WireLoad
{
	const char *table;			/* quoted as in a statement, UTF-8 */
	bool		keep_nulls;		/* NULL is NULL; otherwise the column's DEFAULT where it has one */
	int			columns;
	const WireLoadColumn *column;
} WireLoad;

/* Is this a FreeTDS of which it is known what its bulk load does? */
extern bool wire_load_known(void);

/* Can values of a column of that type be sent at all? */
extern bool wire_load_takes(const SqlType *declared);

/*
 * Is value one that goes into such a column as it is?  Characters are WIRE_TYPE_TEXT
 * in the code page of char and varchar, WIRE_TYPE_UTF16 of nchar and nvarchar.
 */
extern bool wire_load_admits(const SqlType *declared, const WireParameter *value);

/*
 * Asks what the table is like.  WIRE_END: rows like these cannot be loaded, and
 * the session is as before.  WIRE_OK: wire_load_send() follows.
 */
extern WireStatus wire_load_begin(WireConn *conn, const WireLoad *load);

/*
 * Sends the rows, load->columns values each, and reads the answer: WIRE_OK, and
 * wire_load_count() is what the server has counted.  A call that was interrupted
 * in the middle of the message leaves a dead connection.
 */
extern WireStatus wire_load_send(WireConn *conn, const WireLoad *load, int rows,
								 const WireParameter *values);

extern int64_t wire_load_count(const WireConn *conn);

#endif
