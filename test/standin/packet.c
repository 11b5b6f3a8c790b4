/*
 * test/standin/packet.c
 *		TDS packets over one socket: whole messages in, buffered messages out.
 *
 * Output is gathered as bare payload and cut into packets only when it leaves:
 * one sendmsg() carries a buffer's worth of headers and slices, so that rows
 * are copied once whatever the packet size.  Sending never blocks for good: a
 * client that does not read holds its thread only until the session is killed.
 * Once a stream is broken, output vanishes, so that writers need not look.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log.h"
#include "packet.h"
#include "strike.h"

#define INPUT_CAPACITY	65536	/* a packet's length has 16 bits */
#define RAW_CAPACITY	16384	/* of TLS records, at a time */
#define MESSAGE_KEPT	(1024 * 1024)	/* a larger buffer is not kept for the next message */
#define POLL_SLICE		50		/* ms between two looks at "killed" */
#define SLOW_STEP		20		/* ms between two pieces on a slow link */
#define CLOSE_DRAIN		1000	/* ms to wait for the client's FIN */

#define PACKETS_MAX		(OUTPUT_CAPACITY / (PACKET_SIZE_MIN - PACKET_HEADER_SIZE) + 1)

bool
stream_open(Stream *stream, int fd)
{
	memset(stream, 0, sizeof(*stream));
	stream->fd = fd;
	stream->packet_size = PACKET_SIZE_DEFAULT;
	stream->reply_type = PACKET_REPLY;
	stream->output = malloc(OUTPUT_CAPACITY);
	stream->input = malloc(INPUT_CAPACITY);
	stream->scratch = arena_new();
	if (stream->output != NULL && stream->input != NULL && stream->scratch != NULL)
		return true;
	stream->reset = true;
	stream_close(stream);
	return false;
}

/* Reads until the client closes too: closing before would turn FIN into RST. */
static void
drain(const Stream *stream)
{
	int64_t		until = clock_milliseconds() + CLOSE_DRAIN;
	int64_t		left = CLOSE_DRAIN;
	struct pollfd wait;

	shutdown(stream->fd, SHUT_WR);
	wait.fd = stream->fd;
	wait.events = POLLIN;
	while (left > 0 && poll(&wait, 1, (int) left) > 0)
	{
		if (recv(stream->fd, stream->input, INPUT_CAPACITY, MSG_DONTWAIT) <= 0)
			break;
		left = until - clock_milliseconds();
	}
}

void
stream_close(Stream *stream)
{
	static const struct linger at_once = {1, 0};

	if (stream->reset)
		setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else
		drain(stream);
	close(stream->fd);
	tls_close(stream->tls);
	free(stream->output);
	free(stream->input);
	free(stream->message);
	if (stream->scratch != NULL)
		arena_free(stream->scratch);
}

bool
stream_secure(Stream *stream, Tls *tls)
{
	size_t		size = stream->end - stream->start;

	stream->tls = tls;
	if (!tls_feed(tls, stream->input + stream->start, size))
		return false;
	stream->start = stream->end = 0;
	return true;
}

void
stream_unsecure(Stream *stream)
{
	tls_close(stream->tls);
	stream->tls = NULL;
}

/* recv() without waiting, but clear text whatever the wire carries. */
static ssize_t
receive_clear(Stream *stream, char *bytes, size_t size)
{
	char		raw[RAW_CAPACITY];
	ssize_t		got;

	if (stream->tls == NULL)
		return recv(stream->fd, bytes, size, MSG_DONTWAIT);
	for (;;)
	{
		int			clear = tls_read(stream->tls, bytes, size);

		if (clear != 0)
			return clear < 0 ? 0 : clear;
		got = recv(stream->fd, raw, sizeof(raw), MSG_DONTWAIT);
		if (got <= 0)
			return got;
		if (!tls_feed(stream->tls, raw, (size_t) got))
			return 0;
	}
}

typedef enum Received
{
	RECEIVED_BYTES,
	RECEIVED_NOTHING,			/* until the deadline */
	RECEIVED_END
} Received;

/* One recv(), after waiting until the deadline (-1 = for ever) for something to come. */
static Received
receive(Stream *stream, int64_t deadline)
{
	struct pollfd wait;
	ssize_t		got;

	if (stream->start > 0)
	{
		memmove(stream->input, stream->input + stream->start, stream->end - stream->start);
		stream->end -= stream->start;
		stream->start = 0;
	}
	for (;;)
	{
		got = receive_clear(stream, stream->input + stream->end, INPUT_CAPACITY - stream->end);
		if (got > 0)
		{
			stream->end += got;
			return RECEIVED_BYTES;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			return RECEIVED_END;
		wait.fd = stream->fd;
		wait.events = POLLIN;
		if (deadline < 0)
			poll(&wait, 1, -1);
		else
		{
			int64_t		left = deadline - clock_milliseconds();

			if (left <= 0)
				return RECEIVED_NOTHING;
			poll(&wait, 1, (int) left);
		}
	}
}

static bool
message_append(Stream *stream, const char *bytes, size_t size)
{
	if (stream->message_size + size > stream->message_capacity)
	{
		size_t		capacity = stream->message_capacity == 0 ? 4096 : stream->message_capacity;
		char	   *larger;

		while (capacity < stream->message_size + size)
			capacity *= 2;
		larger = realloc(stream->message, capacity);
		if (larger == NULL)
			return false;
		stream->message = larger;
		stream->message_capacity = capacity;
	}
	memcpy(stream->message + stream->message_size, bytes, size);
	stream->message_size += size;
	return true;
}

/* Waits for one whole packet; NULL: there will be none. */
static const uint8_t *
next_packet(Stream *stream, int64_t deadline, size_t *size)
{
	for (;;)
	{
		const uint8_t *packet = (const uint8_t *) stream->input + stream->start;
		size_t		have = stream->end - stream->start;

		if (have >= PACKET_HEADER_SIZE)
		{
			*size = (size_t) packet[2] << 8 | packet[3];
			if (*size < PACKET_HEADER_SIZE)
			{
				log_line("spid %d: packet of %zu bytes, connection closed", stream->spid, *size);
				return NULL;
			}
			if (have >= *size)
			{
				stream->start += *size;
				return packet;
			}
		}
		if (receive(stream, deadline) != RECEIVED_BYTES || atomic_load(&stream->killed))
			return NULL;
	}
}

/* The packet's payload, within the limit. */
static bool
append_payload(Stream *stream, const uint8_t *packet, size_t size, size_t limit)
{
	size -= PACKET_HEADER_SIZE;
	if (stream->message_size + size <= limit &&
		message_append(stream, (const char *) packet + PACKET_HEADER_SIZE, size))
		return true;
	log_line("spid %d: message larger than %zu bytes, connection closed", stream->spid, limit);
	return false;
}

static bool
read_packets(Stream *stream, size_t limit, int64_t deadline, MessageHead *head)
{
	bool		first = true;

	for (;;)
	{
		size_t		size;
		const uint8_t *packet = next_packet(stream, deadline, &size);

		if (packet == NULL)
			return false;
		if (packet[0] == PACKET_ATTENTION)
		{
			/* also in the middle of a request, which then is given up */
			counter_add(COUNTER_ATTENTIONS);
			head->type = PACKET_ATTENTION;
			stream->message_size = 0;
			return true;
		}
		if (first)
			head->type = packet[0];
		else if (packet[0] != head->type)
			return false;
		first = false;
		head->status |= packet[1];
		if (!append_payload(stream, packet, size, limit))
			return false;
		if ((packet[1] & STATUS_END_OF_MESSAGE) != 0 || head->type == PACKET_BULK)
			return true;
	}
}

static bool
has_input(Stream *stream, int timeout)
{
	int64_t		deadline = clock_milliseconds() + timeout;

	return stream->start < stream->end ||
		(receive(stream, deadline) == RECEIVED_BYTES && !atomic_load(&stream->killed));
}

int
stream_peek(Stream *stream, int timeout)
{
	return has_input(stream, timeout) ? (unsigned char) stream->input[stream->start] : -1;
}

size_t
stream_take(Stream *stream, int timeout, const char **bytes)
{
	size_t		size = has_input(stream, timeout) ? stream->end - stream->start : 0;

	*bytes = stream->input + stream->start;
	stream->start += size;
	return size;
}

bool
stream_read(Stream *stream, size_t limit, int timeout, MessageHead *head)
{
	memset(head, 0, sizeof(*head));
	if (stream->message_capacity > MESSAGE_KEPT)
	{
		free(stream->message);
		stream->message = NULL;
		stream->message_capacity = 0;
	}
	stream->message_size = 0;
	stream->packet_id = 0;
	if (!stream->broken &&
		read_packets(stream, limit, timeout < 0 ? -1 : clock_milliseconds() + timeout, head))
		return true;
	stream->broken = true;
	return false;
}

bool
stream_read_more(Stream *stream, size_t consumed, size_t limit, MessageHead *head)
{
	size_t		size;
	const uint8_t *packet;

	stream->message_size -= consumed;
	if (consumed > 0)
		memmove(stream->message, stream->message + consumed, stream->message_size);
	if (stream->attention)
		return false;
	packet = stream->broken ? NULL : next_packet(stream, -1, &size);
	if (packet != NULL && packet[0] == PACKET_ATTENTION)
	{
		counter_add(COUNTER_ATTENTIONS);
		stream->attention = true;
		return false;
	}
	if (packet == NULL || packet[0] != head->type || !append_payload(stream, packet, size, limit))
	{
		stream->broken = true;
		return false;
	}
	head->status |= packet[1];
	return true;
}

/* Sends all of the slices, or breaks the stream. */
static void
send_raw(Stream *stream, struct iovec *slices, int count)
{
	struct msghdr message;

	memset(&message, 0, sizeof(message));
	message.msg_iov = slices;
	message.msg_iovlen = count;
	while (message.msg_iovlen > 0 && !stream->broken)
	{
		ssize_t		sent = sendmsg(stream->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		struct pollfd wait;

		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		{
			if (atomic_load(&stream->killed))
				stream->broken = true;
			wait.fd = stream->fd;
			wait.events = POLLOUT;
			poll(&wait, 1, POLL_SLICE);
			continue;
		}
		if (sent < 0 && errno != EINTR)
			stream->broken = true;
		while (sent > 0)
		{
			struct iovec *slice = message.msg_iov;
			size_t		part = (size_t) sent < slice->iov_len ? (size_t) sent : slice->iov_len;

			slice->iov_base = (char *) slice->iov_base + part;
			slice->iov_len -= part;
			sent -= part;
			if (slice->iov_len == 0)
			{
				message.msg_iov++;
				message.msg_iovlen--;
			}
		}
	}
}

static void
send_slices(Stream *stream, struct iovec *slices, int count)
{
	char		clear[OUTPUT_CAPACITY + PACKETS_MAX * PACKET_HEADER_SIZE];
	const char *secured;
	struct iovec slice;
	size_t		used = 0;
	int			i;

	if (stream->tls == NULL || count == 0)
	{
		send_raw(stream, slices, count);
		return;
	}
	for (i = 0; i < count; i++)
	{
		memcpy(clear + used, slices[i].iov_base, slices[i].iov_len);
		used += slices[i].iov_len;
	}
	if (!tls_write(stream->tls, clear, used))
		stream->broken = true;
	slice.iov_len = tls_output(stream->tls, &secured);
	slice.iov_base = (char *) secured;
	send_raw(stream, &slice, 1);
	tls_output_sent(stream->tls);
}

void
stream_send_raw(Stream *stream, const void *bytes, size_t size)
{
	struct iovec slice = {(void *) bytes, size};

	send_slices(stream, &slice, 1);
}

/* A piece every few milliseconds, as a line of so many bytes a second would bring them. */
static void
send_slowly(Stream *stream, const struct iovec *slices, int count, int64_t rate)
{
	size_t		most = rate * SLOW_STEP < 1000 ? 1 : (size_t) (rate * SLOW_STEP / 1000);
	size_t		at;
	int			i;

	for (i = 0; i < count; i++)
	{
		for (at = 0; at < slices[i].iov_len && !stream->broken; at += most)
		{
			size_t		part = slices[i].iov_len - at < most ? slices[i].iov_len - at : most;

			stream_send_raw(stream, (const char *) slices[i].iov_base + at, part);
			clock_sleep((int64_t) part * 1000 / rate);
			if (stream_hung_up(stream) && stream_stopped(stream) && !stream->attention)
				stream->broken = true;
		}
	}
}

/* The point "send". */
static void
pass_send(Stream *stream, struct iovec *slices, int count)
{
	FaultHit	hit = fault_check("send", NULL);

	if (hit.action == FAULT_THROTTLE)
		send_slowly(stream, slices, count, hit.argument);
	else if (hit.action == FAULT_NONE || strike_stream(stream, &hit) != STRIKE_OVER)
		send_slices(stream, slices, count);
}

/* Sends the first size bytes of the output, as packets. */
static void
send_packets(Stream *stream, size_t size, bool end_of_message)
{
	uint8_t		headers[PACKETS_MAX][PACKET_HEADER_SIZE];
	struct iovec slices[2 * PACKETS_MAX];
	size_t		payload = stream->packet_size - PACKET_HEADER_SIZE;
	size_t		at = 0;
	int			count = 0;

	while (at < size)
	{
		size_t		part = size - at < payload ? size - at : payload;
		size_t		length = part + PACKET_HEADER_SIZE;
		uint8_t    *header = headers[count];

		header[0] = stream->reply_type;
		header[1] = end_of_message && at + part == size ? STATUS_END_OF_MESSAGE : 0;
		header[2] = (uint8_t) (length >> 8);
		header[3] = (uint8_t) length;
		header[4] = (uint8_t) (stream->spid >> 8);
		header[5] = (uint8_t) stream->spid;
		header[6] = ++stream->packet_id;
		header[7] = 0;
		slices[2 * count].iov_base = header;
		slices[2 * count].iov_len = PACKET_HEADER_SIZE;
		slices[2 * count + 1].iov_base = stream->output + at;
		slices[2 * count + 1].iov_len = part;
		count++;
		at += part;
	}
	pass_send(stream, slices, 2 * count);
	memmove(stream->output, stream->output + size, stream->used - size);
	stream->used -= size;
	stream->flushed = true;
}

void
stream_send_full(Stream *stream)
{
	size_t		payload = stream->packet_size - PACKET_HEADER_SIZE;

	if (stream->used > payload)
		send_packets(stream, (stream->used - 1) / payload * payload, false);
}

void
stream_flush(Stream *stream)
{
	send_packets(stream, stream->used, false);
}

void
stream_end(Stream *stream)
{
	send_packets(stream, stream->used, true);
	stream->packet_id = 0;
	arena_reset(stream->scratch);
	stream->scratch_used = false;
}

void
stream_put_long(Stream *stream, const char *bytes, size_t size)
{
	while (size > 0)
	{
		size_t		part = size < RESERVE_MAX ? size : RESERVE_MAX;

		memcpy(stream_reserve(stream, part), bytes, part);
		stream->used += part;
		bytes += part;
		size -= part;
	}
}

bool
stream_stopped(Stream *stream)
{
	if (atomic_load(&stream->killed) || stream->broken || stream->attention)
		return true;
	if (stream->end - stream->start < PACKET_HEADER_SIZE &&
		receive(stream, 0) == RECEIVED_END)
		stream->broken = !atomic_load(&stream->killed);
	if (stream->end - stream->start >= PACKET_HEADER_SIZE &&
		(uint8_t) stream->input[stream->start] == PACKET_ATTENTION)
	{
		stream->start += PACKET_HEADER_SIZE;
		stream->attention = fault_check("attention", NULL).action != FAULT_IGNORE;
		counter_add(COUNTER_ATTENTIONS);
	}
	return stream->attention || stream->broken || atomic_load(&stream->killed);
}

bool
stream_hung_up(const Stream *stream)
{
	struct pollfd look;

	look.fd = stream->fd;
	look.events = POLLRDHUP;
	return poll(&look, 1, 0) > 0;
}
