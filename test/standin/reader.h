/*
 * reader.h
 *		Bounds-checked reading of what a client sent.
 *
 * A read past the end yields zeroes and marks the reader bad; callers look at
 * "bad" once, where it matters, and not after every field.
 */
#ifndef STANDIN_READER_H
#define STANDIN_READER_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Reader
{
	const char *at;
	const char *end;
	bool		bad;
} Reader;

static inline void
reader_init(Reader *reader, const char *bytes, size_t size)
{
	reader->at = bytes;
	reader->end = bytes + size;
	reader->bad = false;
}

static inline size_t
reader_left(const Reader *reader)
{
	return reader->end - reader->at;
}

/* The next size bytes, or NULL (and bad) when there are fewer. */
static inline const char *
reader_bytes(Reader *reader, size_t size)
{
	const char *bytes = reader->at;

	if (reader->bad || size > reader_left(reader))
	{
		reader->bad = true;
		return NULL;
	}
	reader->at += size;
	return bytes;
}

/* A little-endian number of size <= 8 bytes. */
static inline uint64_t
reader_number(Reader *reader, size_t size)
{
	const char *bytes = reader_bytes(reader, size);
	uint64_t	number = 0;

	if (bytes != NULL)
		memcpy(&number, bytes, size);
	return le64toh(number);
}

static inline uint8_t
reader_u8(Reader *reader)
{
	return (uint8_t) reader_number(reader, 1);
}

static inline uint16_t
reader_u16(Reader *reader)
{
	return (uint16_t) reader_number(reader, 2);
}

static inline uint32_t
reader_u32(Reader *reader)
{
	return (uint32_t) reader_number(reader, 4);
}

static inline uint64_t
reader_u64(Reader *reader)
{
	return reader_number(reader, 8);
}

#endif
