/*
 * test/broken_streams/tokens.h
 *		A reply taken apart by the book: tokens, what each byte is, values.
 *
 * This is the judge's own reading, written from [MS-TDS] and not from FreeTDS.
 * It says what the bytes of a mutated reply mean, and whether they are a whole
 * answer: tokens up to a last DONE, at most one result with columns, no error,
 * and as many rows as DONE counts.
 */
#ifndef BROKEN_STREAMS_TOKENS_H
#define BROKEN_STREAMS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ByteKind
{
	BYTE_OTHER,					/* names, flags, scales, collations, texts of messages */
	BYTE_TOKEN,
	BYTE_TYPE,
	BYTE_LENGTH,				/* the first byte of a length or number of things */
	BYTE_LENGTH_REST,
	BYTE_DONE_STATUS,
	BYTE_DONE_COUNT,
	BYTE_DATA
} ByteKind;

typedef struct Token
{
	uint8_t		kind;
	size_t		at;
	size_t		size;			/* token byte included */
} Token;

typedef struct Cell
{
	size_t		at;				/* of the value, its length included */
	size_t		size;
	bool		null;
} Cell;

#define TOKENS_COLUMNS	64
#define TOKENS_RETURNED	8
#define TYPE_INFO_MAX	16

/* TYPE_INFO without the names that may stand in it. */
typedef struct ColumnType
{
	uint8_t		bytes[TYPE_INFO_MAX];
	size_t		size;
} ColumnType;

typedef struct Field
{
	size_t		at;
	size_t		size;			/* bytes of a length or count */
} Field;

typedef struct Tokens
{
	bool		whole;			/* what stands up to the last DONE, that is */
	bool		tail;			/* something stands behind it */
	bool		odd;			/* a token was met that is read in more than one way */
	const char *problem;		/* why not */
	bool		refused;		/* it is an error of the server */
	Token	   *token;
	size_t		count;
	uint8_t    *kind;			/* ByteKind of each byte; those not reached are BYTE_OTHER */
	Field	   *field;			/* lengths, statuses and counts */
	size_t		fields;
	int			columns;		/* of the one result */
	ColumnType	type[TOKENS_COLUMNS];
	size_t		rows;
	Cell	   *cell;			/* rows * columns */
	bool		counted;		/* the last DONE with a count has said: */
	uint64_t	done_count;
	size_t		counts;			/* that were said, and: */
	uint64_t   *count_said;
	int			returned;		/* RETURNVALUEs that are ints */
	uint32_t	handle[TOKENS_RETURNED];
} Tokens;

#define TOKEN_COLMETADATA	0x81
#define TOKEN_ROW			0xD1
#define TOKEN_NBCROW		0xD2
#define TOKEN_DONE			0xFD
#define TOKEN_DONEPROC		0xFE
#define TOKEN_DONEINPROC	0xFF

/* Reads size bytes at payload; to be freed by tokens_free(). */
extern void tokens_read(Tokens *tokens, const uint8_t *payload, size_t size);

/*
 * The same as a reader may take it that overlooks what changes no row and no
 * number of rows: columns that are described twice, rows behind a DONE that
 * counts them and has more to come, an error of the class of information, the
 * lengths of ENVCHANGE, INFO and ERROR, tokens and types of TDS 4 and 5; and that takes for
 * NULL a string of 32 kB and a text without its pointer, chunks for their sum, and
 * one of 2 GB for the last.
 */
extern void tokens_read_leniently(Tokens *tokens, const uint8_t *payload, size_t size);

extern void tokens_free(Tokens *tokens);

extern uint64_t tokens_number(const uint8_t *bytes, size_t size);

#endif
