/*
 * link.h
 *		Framed connections between instances: partner to partner, and to a witness.
 *
 * A frame is a length (u32, little-endian, of what follows), a type (u8) and a
 * body.  Frames of type FRAME_PING are sent by a thread of their own and never
 * seen by readers: they only show that the other process lives.
 */
#ifndef STANDIN_LINK_H
#define STANDIN_LINK_H

#include "reader.h"
#include "types.h"

#define FRAME_SIZE_MAX	(1024 * 1024 * 1024)
#define LINK_DIAL_TIMEOUT	1500	/* milliseconds */

typedef enum FrameType
{
	FRAME_PING,
	/* between partners */
	FRAME_SETUP,				/* principal: become my mirror */
	FRAME_SETUP_REPLY,
	FRAME_HELLO,				/* principal: who I am, what I think */
	FRAME_HELLO_REPLY,
	FRAME_COPY_BEGIN,
	FRAME_COPY_DATA,
	FRAME_COPY_END,
	FRAME_COPY_DONE,
	FRAME_SHIP,
	FRAME_ACK,
	FRAME_SYNCHRONIZED,			/* principal: from here on commits wait for you, or not */
	FRAME_SYNCHRONIZED_ACK,
	FRAME_READY,				/* mirror: should you die now, I would ask the witness, or not */
	FRAME_CONFIG,
	FRAME_CONFIG_ACK,
	FRAME_TAKEOVER,
	FRAME_TAKEN,
	FRAME_ASK,					/* mirror: do this, principal */
	FRAME_OFF,
	/* to a witness */
	FRAME_PRESENCE,
	FRAME_WITNESS_REQUEST,
	FRAME_WITNESS_REPLY
} FrameType;

typedef struct Link Link;

typedef struct Frame
{
	FrameType	type;
	Reader		body;			/* lives until the next link_receive() */
} Frame;

typedef enum LinkEvent
{
	LINK_FRAME,
	LINK_IDLE,					/* the time is over, or wake_fd became readable */
	LINK_LOST
} LinkEvent;

/* A link has a reference count; the last release closes it. */
extern Link *link_dial(const char *url, int64_t milliseconds);
extern Link *link_retain(Link *link);
extern void link_release(Link *link);

/* Ends it for both sides at once; any thread. */
extern void link_shut(Link *link);
extern bool link_is_shut(const Link *link);

/*
 * Milliseconds since anything was heard; and since when the other side, at the
 * latest, may have taken us for dead.
 */
extern int64_t link_silence(const Link *link);
extern int64_t link_age(const Link *link);

/* Several threads may send, one receives. */
extern bool link_send(Link *link, FrameType type, const void *body, size_t size);
extern bool link_send_parts(Link *link, FrameType type, const void *head, size_t head_size,
							const void *body, size_t size);
extern LinkEvent link_receive(Link *link, int wake_fd, int64_t milliseconds, Frame *frame);

/*
 * Listens on instance.endpoint_port (0: chosen), and begins to accept; serve()
 * owns the link it is given.
 */
extern bool link_listen(void);
extern bool link_start(void (*serve) (Link *link));

/* Drops and refuses every link. */
extern void link_partition(bool on);

extern bool link_parse_url(const char *url, char *host, size_t host_size, int *port);

/* Binds to a free port below the ephemeral range; the socket, or -1. */
extern int	link_bind(const char *address, int *port);

/* Bodies. */
typedef struct Packer
{
	char		bytes[4096];
	size_t		used;
} Packer;

extern void pack_number(Packer *packer, uint64_t number, size_t size);
extern void pack_bytes(Packer *packer, const void *bytes, size_t size);
extern void pack_text(Packer *packer, const char *text);
extern void unpack_bytes(Reader *reader, void *out, size_t size);
extern void unpack_text(Reader *reader, char *out, size_t size);

#endif
