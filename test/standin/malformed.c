/*
 * test/standin/malformed.c
 *		Replies that break the protocol, for clients that must survive them.
 *
 * Each is whole in itself, so that it can follow anything: what was in the
 * buffer leaves first, and a result of its own carries the values that are cut.
 */
#include "malformed.h"
#include "token.h"

#define BROKEN_SIZE		64		/* of the value, as announced */
#define BROKEN_SENT		16

static void
put_garbage(Stream *stream)
{
	static const char nonsense[] = "\x42no token has this number";

	stream_put(stream, nonsense, sizeof(nonsense));
}

static void
put_overrun(Stream *stream)
{
	static const char error[] = "\xAA\xF0\xFF\x01\x00\x00\x00";

	stream_put(stream, error, sizeof(error) - 1);
}

/* The new packet size, in a token that says it ends in the middle of it. */
static void
put_envchange(Stream *stream)
{
	static const char change[] = "\xE3\x05\x00\x04\x05" "3\0" "2\0" "7\0" "6\0" "7\0";

	stream_put(stream, change, sizeof(change));
}

/* A varbinary(max) of BROKEN_SIZE bytes in one chunk, of which BROKEN_SENT come. */
static void
put_value(Stream *stream, uint32_t chunk)
{
	static const char bytes[] = "broken value ...";
	SqlColumn	column = {
		.name = "broken", .type = {.type = SQL_VARBINARY, .length = LENGTH_MAX}, .nullable = true
	};
	EncodeColumn encoder;

	encode_prepare(&encoder, &column.type, true);
	token_columns(stream, &column, &encoder, 1);
	stream_put_u8(stream, 0xD1);
	stream_put_u64(stream, BROKEN_SIZE);
	stream_put_u32(stream, chunk);
	stream_put(stream, bytes, BROKEN_SENT);
}

static void
put_plp_cut(Stream *stream)
{
	put_value(stream, BROKEN_SIZE);
}

static void
put_plp_short(Stream *stream)
{
	put_value(stream, BROKEN_SENT);
	stream_put_u32(stream, 0);
	token_done(stream, TOKEN_DONE, DONE_STATUS_COUNT, DONE_SELECT, 1);
}

bool
malformed_send(Stream *stream, FaultAction kind)
{
	static const char packet[7] = {PACKET_REPLY, STATUS_END_OF_MESSAGE, 0, 7, 0, 0, 1};
	static const struct
	{
		FaultAction kind;
		void		(*put) (Stream *stream);	/* NULL: no payload, a bare packet */
	}			kinds[] = {
		{FAULT_GARBAGE, put_garbage},
		{FAULT_OVERRUN, put_overrun},
		{FAULT_ENVCHANGE, put_envchange},
		{FAULT_PLP_CUT, put_plp_cut},
		{FAULT_PLP_SHORT, put_plp_short},
		{FAULT_PACKET, NULL}
	};
	size_t		i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		if (kinds[i].kind != kind)
			continue;
		stream_flush(stream);
		if (kinds[i].put != NULL)
		{
			kinds[i].put(stream);
			stream_end(stream);
		}
		else
			stream_send_raw(stream, packet, sizeof(packet));
		return true;
	}
	return false;
}
