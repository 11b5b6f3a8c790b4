/*
 * mirror_hello.h
 *		How a principal and its mirror greet each other.
 */
#ifndef STANDIN_MIRROR_HELLO_H
#define STANDIN_MIRROR_HELLO_H

#include "database_state.h"

/* What a principal says of itself; the mirror takes the settings over. */
typedef struct Hello
{
	uint8_t		guid[16];
	uint8_t		id[16];
	char		name[NAME_MAX_BYTES];
	int			sequence;
	int			safety;
	int			safety_sequence;
	int			timeout;
	bool		suspended;
	char		witness_url[NAME_MAX_BYTES];
} Hello;

typedef enum HelloAnswer
{
	HELLO_ACCEPTED,
	HELLO_BUSY,					/* try again in a moment */
	HELLO_UNKNOWN,				/* not mirrored here, or not with you */
	HELLO_SUPERSEDED			/* sequence is higher here */
} HelloAnswer;

typedef struct HelloReply
{
	HelloAnswer answer;
	uint8_t		id[16];
	char		name[NAME_MAX_BYTES];
	int			sequence;
	bool		suspended;
	bool		need_copy;
	int64_t		lsn;			/* the end of the mirror's log */
	uint64_t	chain;
} HelloReply;

/* Not under the lock.  witness_url: NULL = the one stored. */
extern void hello_pack(Database *database, const char *witness_url, Packer *body);
extern bool hello_unpack(Reader *body, Hello *hello);
extern void hello_reply_pack(const HelloReply *reply, Packer *body);

/*
 * Dials the partner once; with success the database has a link, or another
 * role.  True: it asks to try again in a moment.
 */
extern bool hello_dial(Database *database);

#endif
