/*
 * packet.h
 *		TDS packets over one socket: whole messages in, buffered messages out.
 *
 * A Stream belongs to its connection's thread; only "killed" is for others.
 */
#ifndef STANDIN_PACKET_H
#define STANDIN_PACKET_H

#include <endian.h>
#include <stdatomic.h>
#include <string.h>

#include "convert.h"
#include "tls.h"

typedef enum PacketType
{
	PACKET_BATCH = 1,
	PACKET_CALL = 3,
	PACKET_REPLY = 4,
	PACKET_ATTENTION = 6,
	PACKET_BULK = 7,
	PACKET_TRANSACTION = 14,
	PACKET_LOGIN = 16,
	PACKET_PRELOGIN = 18
} PacketType;

#define STATUS_END_OF_MESSAGE	0x01
#define STATUS_IGNORE			0x02
#define STATUS_RESET			0x18	/* either kind of connection reset */

#define PACKET_HEADER_SIZE	8
#define PACKET_SIZE_MIN		512
#define PACKET_SIZE_MAX		32767
#define PACKET_SIZE_DEFAULT	4096

#define OUTPUT_CAPACITY		65536
#define RESERVE_MAX			16384

typedef struct Stream
{
	int			fd;
	int			spid;
	uint32_t	packet_size;
	uint32_t	tds_version;
	atomic_int	killed;			/* the session must end; set by other threads */
	bool		broken;			/* nothing can be read or written any more */
	bool		reset;			/* closing sends RST instead of FIN */
	bool		attention;		/* has come, not answered yet */
	bool		flushed;		/* output left since this was last cleared */
	uint8_t		reply_type;		/* of the packets that are sent */
	uint8_t		packet_id;
	Tls		   *tls;			/* NULL: in clear */
	bool		tls_first;		/* it came before TDS, which is version 8 then */

	char	   *output;			/* payload that has not been sent */
	size_t		used;

	char	   *input;			/* bytes received, [start, end) not consumed */
	size_t		start;
	size_t		end;

	char	   *message;		/* payload of the message read last */
	size_t		message_size;
	size_t		message_capacity;

	Arena	   *scratch;		/* for transcoding while a token is written */
	bool		scratch_used;
} Stream;

/* Takes over the socket.  False: out of memory, the socket is closed. */
extern bool stream_open(Stream *stream, int fd);
extern void stream_close(Stream *stream);

typedef struct MessageHead
{
	uint8_t		type;
	uint8_t		status;			/* of all packets, or-ed */
} MessageHead;

/* From now on both directions are TLS; what has been received already is its beginning. */
extern bool stream_secure(Stream *stream, Tls *tls);

/* Back to clear text. */
extern void stream_unsecure(Stream *stream);

/* The first byte of what comes next, which stays to be read; -1: none within timeout (ms). */
extern int	stream_peek(Stream *stream, int timeout);

/* The next bytes, of which a part may have come; 0: none within timeout (ms).  They are consumed. */
extern size_t stream_take(Stream *stream, int timeout, const char **bytes);

/*
 * Reads the next message into stream->message.  limit bounds its size,
 * timeout (ms, -1 = none) the whole wait.  False: end of stream, killed, timed
 * out, or not TDS; the stream is broken then.  A bulk load may be larger than
 * any memory: of it, only the first packet is read.
 */
extern bool stream_read(Stream *stream, size_t limit, int timeout, MessageHead *head);

/*
 * Drops the first "consumed" bytes of the message that is being read and appends
 * its next packet.  False: as above, or attention came instead.
 */
extern bool stream_read_more(Stream *stream, size_t consumed, size_t limit, MessageHead *head);

/* Sends the packets that are full; at least one byte stays for the last one. */
extern void stream_send_full(Stream *stream);

/* Sends all that is there, without ending the message. */
extern void stream_flush(Stream *stream);

/* Ends the message. */
extern void stream_end(Stream *stream);

/* Sends bytes that need be no packet. */
extern void stream_send_raw(Stream *stream, const void *bytes, size_t size);

/* Looks, without waiting, whether attention came, the client left or a kill is due. */
extern bool stream_stopped(Stream *stream);

/* Has the client closed its side?  Nothing is consumed. */
extern bool stream_hung_up(const Stream *stream);

extern void stream_put_long(Stream *stream, const char *bytes, size_t size);

/* Room for size <= RESERVE_MAX bytes; what is used of it goes to stream->used. */
static inline char *
stream_reserve(Stream *stream, size_t size)
{
	if (stream->used + size > OUTPUT_CAPACITY)
		stream_send_full(stream);
	return stream->output + stream->used;
}

static inline void
stream_put(Stream *stream, const void *bytes, size_t size)
{
	if (size > RESERVE_MAX)
	{
		stream_put_long(stream, bytes, size);
		return;
	}
	if (size > 0)
		memcpy(stream_reserve(stream, size), bytes, size);
	stream->used += size;
}

static inline void
stream_put_u8(Stream *stream, uint8_t value)
{
	*stream_reserve(stream, 1) = (char) value;
	stream->used++;
}

static inline void
stream_put_u16(Stream *stream, uint16_t value)
{
	value = htole16(value);
	stream_put(stream, &value, sizeof(value));
}

static inline void
stream_put_u32(Stream *stream, uint32_t value)
{
	value = htole32(value);
	stream_put(stream, &value, sizeof(value));
}

static inline void
stream_put_u64(Stream *stream, uint64_t value)
{
	value = htole64(value);
	stream_put(stream, &value, sizeof(value));
}

#endif
