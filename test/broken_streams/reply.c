/*
 * test/broken_streams/reply.c
 *		Bytes and packets.
 */
#include <stdlib.h>
#include <string.h>

#include "reply.h"

void
bytes_add(Bytes *bytes, const void *data, size_t size)
{
	if (bytes->used + size > bytes->size)
	{
		bytes->size = 2 * (bytes->used + size);
		bytes->data = realloc(bytes->data, bytes->size);
		if (bytes->data == NULL)
			abort();
	}
	if (size > 0)
		memcpy(bytes->data + bytes->used, data, size);
	bytes->used += size;
}

void
bytes_free(Bytes *bytes)
{
	free(bytes->data);
	memset(bytes, 0, sizeof(*bytes));
}

void
packets_make(Bytes *raw, const uint8_t *payload, size_t payload_size, size_t size, bool last)
{
	size_t		at = 0;
	uint8_t		number = 1;

	do
	{
		size_t		part = payload_size - at < size - PACKET_HEADER ?
		payload_size - at : size - PACKET_HEADER;
		uint8_t		header[PACKET_HEADER] = {PACKET_REPLY};

		header[1] = last && at + part == payload_size ? PACKET_LAST : 0;
		header[2] = (uint8_t) ((part + PACKET_HEADER) >> 8);
		header[3] = (uint8_t) (part + PACKET_HEADER);
		header[6] = number++;
		bytes_add(raw, header, sizeof(header));
		bytes_add(raw, payload + at, part);
		at += part;
	} while (at < payload_size);
}

/* The size of the packet that begins at raw; 0: it is none, or not all of it is there. */
static size_t
packet_size(const uint8_t *raw, size_t size)
{
	size_t		length;

	if (size < PACKET_HEADER)
		return 0;
	length = (size_t) raw[2] << 8 | raw[3];
	return length < PACKET_HEADER || length > size ? 0 : length;
}

bool
packets_open(Bytes *payload, const uint8_t *raw, size_t size)
{
	while (size > 0)
	{
		size_t		length = packet_size(raw, size);

		if (length == 0 || raw[0] != PACKET_REPLY)
			return false;
		bytes_add(payload, raw + PACKET_HEADER, length - PACKET_HEADER);
		if (raw[1] & PACKET_LAST)
			return true;
		raw += length;
		size -= length;
	}
	return false;
}

void
packets_open_leniently(Bytes *payload, const uint8_t *raw, size_t size)
{
	while (size >= PACKET_HEADER)
	{
		size_t		length = (size_t) raw[2] << 8 | raw[3];

		if (length < PACKET_HEADER)
			return;
		if (length > size)
			length = size;
		bytes_add(payload, raw + PACKET_HEADER, length - PACKET_HEADER);
		raw += length;
		size -= length;
	}
}

bool
packets_complete(const uint8_t *raw, size_t size)
{
	size_t		length;

	while ((length = packet_size(raw, size)) > 0)
	{
		if (raw[1] & PACKET_LAST)
			return true;
		raw += length;
		size -= length;
	}
	return false;
}
