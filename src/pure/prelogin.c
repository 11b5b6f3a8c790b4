/*
 * src/pure/prelogin.c
 *		The first message of a TDS connection, and what its answer says.
 *
 * A packet header, a directory of (option, offset, length), the options.  Numbers
 * have their most significant byte first, and offsets count from the directory.
 */
#include "pure/prelogin.h"

#include <string.h>

#define HEADER_SIZE		8
#define TYPE_REPLY		0x04
#define STATUS_LAST		0x01

#define OPTION_ENCRYPTION	1
#define OPTION_END			0xff
#define ENTRY_SIZE			5

#define ENCRYPTION_AT		40

static const uint8_t request[PRELOGIN_SIZE] = {
	0x12, 0x01, 0x00, 0x2f, 0x00, 0x00, 0x01, 0x00,
	0x00, 0x00, 0x1a, 0x00, 0x06,	/* version */
	0x01, 0x00, 0x20, 0x00, 0x01,	/* encryption */
	0x02, 0x00, 0x21, 0x00, 0x01,	/* instance */
	0x03, 0x00, 0x22, 0x00, 0x04,	/* thread */
	0x04, 0x00, 0x26, 0x00, 0x01,	/* several results at once */
	0xff,
	0x09, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00,
	0x00,
	0x00, 0x00, 0x00, 0x00,
	0x00
};

void
prelogin_request(PreloginEncryption wanted, uint8_t message[PRELOGIN_SIZE])
{
	memcpy(message, request, sizeof(request));
	message[ENCRYPTION_AT] = (uint8_t) wanted;
}

static size_t
number_at(const uint8_t *bytes)
{
	return (size_t) bytes[0] << 8 | bytes[1];
}

PreloginStatus
prelogin_answer(const uint8_t *bytes, size_t size, PreloginEncryption *encryption)
{
	const uint8_t *body = bytes + HEADER_SIZE;
	size_t		length;
	size_t		at;

	*encryption = PRELOGIN_NOT_SUPPORTED;
	if (size > 0 && bytes[0] != TYPE_REPLY)
		return PRELOGIN_FOREIGN;
	if (size < HEADER_SIZE)
		return PRELOGIN_INCOMPLETE;
	length = number_at(bytes + 2);
	if (length <= HEADER_SIZE || length > PRELOGIN_ANSWER_MAX || (bytes[1] & STATUS_LAST) == 0)
		return PRELOGIN_FOREIGN;
	if (size < length)
		return PRELOGIN_INCOMPLETE;
	length -= HEADER_SIZE;
	for (at = 0; at < length && body[at] != OPTION_END; at += ENTRY_SIZE)
	{
		size_t		offset;

		if (length - at < ENTRY_SIZE)
			return PRELOGIN_FOREIGN;
		offset = number_at(body + at + 1);
		if (offset + number_at(body + at + 3) > length)
			return PRELOGIN_FOREIGN;
		if (body[at] != OPTION_ENCRYPTION || number_at(body + at + 3) == 0)
			continue;
		if (body[offset] > PRELOGIN_REQUIRED)
			return PRELOGIN_FOREIGN;
		*encryption = (PreloginEncryption) body[offset];
	}
	return at < length ? PRELOGIN_WHOLE : PRELOGIN_FOREIGN;
}
