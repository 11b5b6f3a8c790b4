/*
 * token.h
 *		The tokens of a reply, one function each; layouts of TDS 7.2 and later.
 */
#ifndef STANDIN_TOKEN_H
#define STANDIN_TOKEN_H

#include "encode.h"
#include "sink.h"

typedef enum DoneKind
{
	TOKEN_DONE = 0xFD,
	TOKEN_DONE_CALL = 0xFE,		/* DONEPROC */
	TOKEN_DONE_IN_CALL = 0xFF	/* DONEINPROC */
} DoneKind;

#define DONE_STATUS_MORE			0x0001
#define DONE_STATUS_ERROR			0x0002
#define DONE_STATUS_IN_TRANSACTION	0x0004
#define DONE_STATUS_COUNT			0x0010
#define DONE_STATUS_ATTENTION		0x0020

typedef enum EnvironmentChange
{
	CHANGE_DATABASE = 1,
	CHANGE_LANGUAGE = 2,
	CHANGE_PACKET_SIZE = 4,
	CHANGE_COLLATION = 7,
	CHANGE_BEGIN = 8,
	CHANGE_COMMIT = 9,
	CHANGE_ROLLBACK = 10,
	CHANGE_PARTNER = 13
} EnvironmentChange;

extern void token_columns(Stream *stream, const SqlColumn *columns, const EncodeColumn *encoders,
						  int count);
extern void token_done(Stream *stream, DoneKind kind, uint16_t status, uint16_t command,
					   uint64_t count);

/* ERROR or INFO, by its severity. */
extern void token_message(Stream *stream, const SqlMessage *message);
extern void token_text_change(Stream *stream, EnvironmentChange kind, const char *new_text,
							  const char *old_text);
extern void token_bytes_change(Stream *stream, EnvironmentChange kind,
							   const void *new_bytes, uint8_t new_size,
							   const void *old_bytes, uint8_t old_size);
extern void token_login_ack(Stream *stream);
extern void token_return_status(Stream *stream, int32_t value);
extern void token_return_value(Stream *stream, uint16_t ordinal, const char *name,
							   const TypeSpec *type, const SqlValue *value);

#endif
